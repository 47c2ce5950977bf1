/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rx_blocks.h - large buffers for frames that the device merged.
 *
 * A block is a page, mostly a compound one. Its unused part is one custom pbuf,
 * which is posted on the receive ring. The part that a frame fills, rounded up to
 * RX_BLOCK_UNIT, is lent to the stack with a reference to the page; the rest is posted
 * again. A block that is used up waits until the stack holds no part of it.
 *
 * References to the page are taken in advance. Lending a part hands one of them over,
 * and the block counts how many are left (the bias). When the page count equals the
 * bias, the stack holds no part of the block.
 *
 * Context: all functions are called in the poll of one queue, or while that is disabled,
 * so no lock is needed. rx_blocks_lent() may be called at any time.
 */
#ifndef _RTALLOC_NET_RX_BLOCKS_H
#define _RTALLOC_NET_RX_BLOCKS_H

#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/sizes.h>

#include <rtalloc/pbuf_skb.h>
#include "net/pbuf_custom.h"

/* Parts begin at multiples of this, and sockets are charged for multiples of it. */
#define RX_BLOCK_UNIT	SZ_4K
/* A block has 32 KiB, or a page if that is more. */
#define RX_BLOCK_ORDER	(PAGE_SHIFT < 15 ? 15 - PAGE_SHIFT : 0)
/* A page of 64 KiB is used but for its last part: a pbuf's length has 16 bits. */
#define RX_BLOCK_SIZE							\
	(PAGE_SHIFT < 16 ? PAGE_SIZE << RX_BLOCK_ORDER : SZ_64K - RX_BLOCK_UNIT)

struct rx_blocks;

/**
 * struct rx_block - a block
 * @custom: the pbuf of the unused part
 * @owner: the queue's blocks, to which this one belongs
 * @page: head page of the compound page
 * @base: address of @page
 * @bias: number of references to @page that the block still owns
 * @at: offset of the unused part; RX_BLOCK_SIZE if the block is used up
 */
struct rx_block {
	struct pbuf_custom custom;
	struct rx_blocks *owner;
	struct page *page;
	u8 *base;
	unsigned int bias;
	unsigned int at;
};

/**
 * struct rx_blocks - the blocks of a queue
 * @nr: number of blocks
 * @nr_ready: number of blocks in @ready
 * @ready: stack of blocks that have an unused part and are not posted
 * @used: ring of the blocks that are used up, oldest first
 * @mask: number of entries of @used minus one; the number is a power of two
 * @head: index of the next entry of @used to fill; never wrapped, so masked on use
 * @tail: index of the oldest entry of @used; never wrapped
 * @looks: number of times that a used block was inspected
 * @block: all blocks
 */
struct rx_blocks {
	unsigned int nr;
	unsigned int nr_ready;
	struct rx_block **ready;
	struct rx_block **used;
	unsigned int mask;
	unsigned int head;
	unsigned int tail;
	unsigned long looks;
	struct rx_block block[];
};

/* The custom_free_function of a block's unused part. */
void rx_block_free(struct pbuf *p);

static inline bool is_block(const struct pbuf *p)
{
	return pbuf_is_freed_by(p, rx_block_free);
}

static inline struct rx_block *block_of(struct pbuf *p)
{
	return container_of(p, struct rx_block, custom.pbuf);
}

/*
 * Lend the unused part up to @end to the stack, with one of the block's references to
 * the page. Return how many bytes of the block the frame takes, for truesize.
 */
static inline unsigned int rx_block_lend(struct rx_block *block, const u8 *end)
{
	unsigned int at = block->at;

	block->bias--;
	block->at = round_up((unsigned int)(end - block->base), RX_BLOCK_UNIT);
	return block->at - at;
}

struct rx_blocks *rx_blocks_create(unsigned int nr, int nid);
void rx_blocks_destroy(struct rx_blocks *blocks);
struct pbuf *rx_block_take(struct rx_blocks *blocks, unsigned int *looks);
unsigned int rx_blocks_lent(const struct rx_blocks *blocks);

#endif /* _RTALLOC_NET_RX_BLOCKS_H */

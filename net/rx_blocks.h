/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rx_blocks.h - large buffers for frames that the device merged.
 *
 * A block is 32 KiB of contiguous pages of the kernel's. Its unused part is one
 * custom pbuf, on the receive ring or in the poll's hand. What a frame took of
 * it, in units of 4 KiB, is the stack's, by a reference to the block's page; the
 * rest is posted again. A block that is used up waits until the stack has let
 * go of all of it.
 *
 * The page has a number of references from the start, and each part that the
 * stack gets takes one of them along: the poll's own count of those left is what
 * the page's count comes to when nobody else has any.
 *
 * Context: all in the poll of one queue, or while it cannot run. No lock.
 */
#ifndef _RTALLOC_NET_RX_BLOCKS_H
#define _RTALLOC_NET_RX_BLOCKS_H

#include <linux/kernel.h>
#include <linux/mm.h>

#include <rtalloc/pbuf_skb.h>

#define RX_BLOCK_ORDER	3
#define RX_BLOCK_SIZE	(PAGE_SIZE << RX_BLOCK_ORDER)
/* What a part of it is charged for, and begins at. */
#define RX_BLOCK_UNIT	PAGE_SIZE

struct rx_blocks;

/**
 * struct rx_block - a block
 * @custom: the unused part
 * @owner: what it belongs to
 * @page: the first of its pages
 * @base: their address
 * @bias: references to @page that the stack did not get
 * @at: where the unused part begins
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
 * struct rx_blocks - blocks of a queue
 * @nr: how many
 * @nr_ready: ... that have an unused part and are nowhere
 * @ready: those, the last one put there is taken first
 * @used: those that are used up, in a ring, the longest first
 * @mask: entries of @used less one, a power of two less one
 * @head: where the next one is put, counts on for ever
 * @tail: the longest used one, likewise
 * @looks: how often one of @used was looked at
 * @block: all of them
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

/* The free function of a block's unused part. */
void rx_block_free(struct pbuf *p);

static inline bool is_block(const struct pbuf *p)
{
	return p->flags & PBUF_FLAG_IS_CUSTOM &&
	       container_of(p, struct pbuf_custom, pbuf)->custom_free_function
			== rx_block_free;
}

static inline struct rx_block *block_of(struct pbuf *p)
{
	return container_of(p, struct rx_block, custom.pbuf);
}

/*
 * The stack gets the bytes up to @end with a reference of ours; returns what they
 * pin of the block.
 */
static inline unsigned int rx_block_lend(struct rx_block *block, const u8 *end)
{
	unsigned int at = block->at;

	block->bias--;
	block->at = round_up((unsigned int)(end - block->base), RX_BLOCK_UNIT);
	return block->at - at;
}

struct rx_blocks *rx_blocks_create(unsigned int nr);
void rx_blocks_destroy(struct rx_blocks *blocks);
struct pbuf *rx_block_take(struct rx_blocks *blocks, unsigned int *looks);
unsigned int rx_blocks_lent(const struct rx_blocks *blocks);

#endif /* _RTALLOC_NET_RX_BLOCKS_H */

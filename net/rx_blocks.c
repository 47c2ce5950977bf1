// SPDX-License-Identifier: GPL-2.0-only
/*
 * rx_blocks.c - large buffers for frames that the device merged; see
 * rx_blocks.h.
 *
 * The number of blocks is fixed when the queue is first used, and depends on the memory
 * available then. When the stack holds parts of all blocks, the single-page buffers of
 * the RX pool are posted instead. A small part that the stack holds pins its whole
 * block, although its socket is charged only for the part. The number of blocks bounds
 * how much memory can be pinned in this way.
 *
 * Cost: constant, plus one step for each block that is inspected.
 */
#include <linux/err.h>
#include <linux/log2.h>
#include <linux/module.h>
#include <linux/page_ref.h>
#include <linux/slab.h>

#include "net/rx_blocks.h"

/*
 * References to each page that are taken in advance. They are topped up when fewer than
 * BIAS_LEAST are left and the block is unused, which is enough for all its parts.
 */
#define BIAS		1024u
#define BIAS_LEAST	(BIAS / 2)

static_assert(RX_BLOCK_SIZE <= PBUF_LEN_MAX);
static_assert(RX_BLOCK_SIZE / RX_BLOCK_UNIT < BIAS_LEAST);

/* Take a block back that is off the ring, with what is left of its unused part. */
void rx_block_free(struct pbuf *p)
{
	struct rx_block *block = block_of(p);
	struct rx_blocks *blocks = block->owner;

	if (block->at < RX_BLOCK_SIZE)
		blocks->ready[blocks->nr_ready++] = block;
	else
		blocks->used[blocks->head++ & blocks->mask] = block;
}

/* Return whether the stack holds no part of a block. */
static bool is_home(const struct rx_block *block)
{
	return page_ref_count(block->page) == block->bias;
}

/*
 * Make a block that is_home() unused again. The barrier orders accesses to it after
 * those of the last user.
 */
static void block_renew(struct rx_block *block)
{
	smp_acquire__after_ctrl_dep();
	block->at = 0;
	if (block->bias >= BIAS_LEAST)
		return;
	page_ref_add(block->page, BIAS - block->bias);
	block->bias = BIAS;
}

/*
 * Inspect used blocks, *@looks at most, and subtract those inspected from *@looks.
 * Return the first one that the stack no longer holds, or NULL; the others go to the
 * end of the ring.
 */
static struct rx_block *used_inspect(struct rx_blocks *blocks,
				     unsigned int *looks)
{
	unsigned int nr = min(*looks, blocks->head - blocks->tail);
	struct rx_block *block;

	for (; nr; nr--) {
		--*looks;
		blocks->looks++;
		block = blocks->used[blocks->tail++ & blocks->mask];
		if (is_home(block)) {
			block_renew(block);
			return block;
		}
		blocks->used[blocks->head++ & blocks->mask] = block;
	}
	return NULL;
}

/**
 * rx_block_take() - get the unused part of a block, for posting
 * @blocks: the queue's blocks
 * @looks: the largest number of used blocks to inspect; the number of those that were
 *	inspected is subtracted
 *
 * Return: a pbuf of at least RX_BLOCK_UNIT bytes, or NULL if there is none.
 */
struct pbuf *rx_block_take(struct rx_blocks *blocks, unsigned int *looks)
{
	struct rx_block *block;

	if (blocks->nr_ready)
		block = blocks->ready[--blocks->nr_ready];
	else
		block = used_inspect(blocks, looks);
	if (!block)
		return NULL;
	block->custom.custom_free_function = rx_block_free;
	return pbuf_alloced_custom_from(NULL, block->at,
					RX_BLOCK_SIZE - block->at, PBUF_REF,
					&block->custom, block->base,
					RX_BLOCK_SIZE);
}

/**
 * rx_blocks_lent() - count the blocks that the stack holds a part of
 * @blocks: the queue's blocks
 *
 * Context: any. While the poll runs, the result is an estimate.
 * Return: the number of blocks.
 */
unsigned int rx_blocks_lent(const struct rx_blocks *blocks)
{
	unsigned int i, nr = 0;

	for (i = 0; i < blocks->nr; i++)
		/* The poll may change the bias meanwhile. */
		nr += !data_race(is_home(&blocks->block[i]));
	return nr;
}

/* ---- creating and destroying --------------------------------------------- */

static bool block_make(struct rx_blocks *blocks, int nid)
{
	/* Not from the emergency reserves: sockets drop packets in such pages. */
	struct page *page = alloc_pages_node(nid, GFP_KERNEL | __GFP_COMP |
					     __GFP_NOWARN | __GFP_NORETRY |
					     __GFP_NOMEMALLOC, RX_BLOCK_ORDER);
	struct rx_block *block = &blocks->block[blocks->nr];

	if (!page)
		return false;
	page_ref_add(page, BIAS - 1);
	block->owner = blocks;
	block->page = page;
	block->base = page_address(page);
	block->bias = BIAS;
	block->at = 0;
	blocks->nr++;
	blocks->ready[blocks->nr_ready++] = block;
	return true;
}

/**
 * rx_blocks_create() - allocate the blocks of a queue
 * @nr: the number of blocks; if memory is short, fewer are allocated
 * @nid: their NUMA node, as long as it has memory, or NUMA_NO_NODE for the caller's
 *
 * Context: process context.
 * Return: the blocks, or NULL if not a single one could be allocated.
 */
struct rx_blocks *rx_blocks_create(unsigned int nr, int nid)
{
	unsigned int entries = nr ? roundup_pow_of_two(nr) : 0;
	struct rx_blocks *blocks;

	blocks = kvzalloc(struct_size(blocks, block, nr), GFP_KERNEL);
	if (!blocks)
		return NULL;
	blocks->mask = entries - 1;
	blocks->ready = kvcalloc(entries, sizeof(*blocks->ready), GFP_KERNEL);
	blocks->used = kvcalloc(entries, sizeof(*blocks->used), GFP_KERNEL);
	if (blocks->ready && blocks->used)
		while (blocks->nr < nr && block_make(blocks, nid))
			;
	if (blocks->nr)
		return blocks;
	rx_blocks_destroy(blocks);
	return NULL;
}

/**
 * rx_blocks_destroy() - free the blocks of a queue
 * @blocks: the blocks, none of which may be on a ring; or NULL, which does nothing
 *
 * Parts that the stack holds stay valid: the last holder frees the page.
 *
 * Context: process context.
 */
void rx_blocks_destroy(struct rx_blocks *blocks)
{
	struct rx_block *block;

	if (!blocks)
		return;
	while (blocks->nr) {
		block = &blocks->block[--blocks->nr];
		page_ref_sub(block->page, block->bias - 1);
		put_page(block->page);
	}
	kvfree(blocks->used);
	kvfree(blocks->ready);
	kvfree(blocks);
}

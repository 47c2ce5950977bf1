// SPDX-License-Identifier: GPL-2.0-only
/*
 * rx_blocks.c - large buffers for frames that the device merged; see
 * rx_blocks.h.
 *
 * Their number is set when the device is bound, by how much memory there is then.
 * When the stack holds parts of all blocks, the ring gets the buffers of the RX
 * pool, one page each, for which sockets are charged in full. A small part that the
 * stack holds pins its whole block, more than its socket is charged for; the number
 * of blocks bounds this.
 *
 * Cost: constant, but for @looks.
 */
#include <linux/err.h>
#include <linux/log2.h>
#include <linux/module.h>
#include <linux/page_ref.h>
#include <linux/slab.h>

#include "net/rx_blocks.h"

/* References that a page starts with; a block has fewer parts by far. */
#define BIAS		1024u
#define BIAS_LEAST	(BIAS / 2)

static_assert(RX_BLOCK_SIZE <= PBUF_LEN_MAX);
static_assert(RX_BLOCK_SIZE / RX_BLOCK_UNIT < BIAS_LEAST);

/* The part is not needed any more, or what is left of it. */
void rx_block_free(struct pbuf *p)
{
	struct rx_block *block = block_of(p);
	struct rx_blocks *blocks = block->owner;

	if (block->at < RX_BLOCK_SIZE)
		blocks->ready[blocks->nr_ready++] = block;
	else
		blocks->used[blocks->head++ & blocks->mask] = block;
}

static bool is_home(const struct rx_block *block)
{
	return page_ref_count(block->page) == READ_ONCE(block->bias);
}

/* All of it is unused again, and nobody else reads or writes it. */
static void block_renew(struct rx_block *block)
{
	smp_acquire__after_ctrl_dep();
	block->at = 0;
	if (block->bias >= BIAS_LEAST)
		return;
	page_ref_add(block->page, BIAS - block->bias);
	block->bias = BIAS;
}

/* One that was used up and has come back; others go to the end. */
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
 * rx_block_take() - the unused part of a block
 * @blocks: of which
 * @looks: how many that are used up may be looked at; less those that were
 *
 * Return: a pbuf of at least RX_BLOCK_UNIT bytes, or NULL.
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
 * rx_blocks_lent() - blocks that the stack holds a part of
 * @blocks: of which
 *
 * Context: any; the poll may go on meanwhile.
 * Return: how many.
 */
unsigned int rx_blocks_lent(const struct rx_blocks *blocks)
{
	unsigned int i, nr = 0;

	for (i = 0; i < blocks->nr; i++)
		nr += !is_home(&blocks->block[i]);
	return nr;
}

/* ---- making and unmaking ------------------------------------------------- */

static bool block_make(struct rx_blocks *blocks)
{
	/* Not of the reserves: sockets would drop what lies in such pages. */
	struct page *page = alloc_pages(GFP_KERNEL | __GFP_COMP | __GFP_NOWARN |
					__GFP_NORETRY | __GFP_NOMEMALLOC,
					RX_BLOCK_ORDER);
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
 * rx_blocks_create() - make blocks, or as many as there is memory for
 * @nr: how many
 *
 * Context: process context.
 * Return: the blocks, or NULL: none.
 */
struct rx_blocks *rx_blocks_create(unsigned int nr)
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
		while (blocks->nr < nr && block_make(blocks))
			;
	if (blocks->nr)
		return blocks;
	rx_blocks_destroy(blocks);
	return NULL;
}

/**
 * rx_blocks_destroy() - let go of them
 * @blocks: none of them on a ring; NULL does nothing
 *
 * What the stack holds it keeps: whoever drops the last reference frees the page.
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

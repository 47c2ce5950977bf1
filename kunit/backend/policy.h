/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * policy.h - random work on a heap with a naive model of its policy beside it:
 * which piece is taken, cut, joined and found next.
 *
 * A model is an array of pieces, with what a backend does to them
 * (policy_heap4.c, policy_sylix.c). The steps are the same for all: policy.c.
 */
#ifndef _RTALLOC_KUNIT_BACKEND_POLICY_H
#define _RTALLOC_KUNIT_BACKEND_POLICY_H

#include "unit.h"

#define PIECES	4096

/* A piece whose header is at address @at; a block begins @gap behind that. */
struct piece {
	size_t at;
	size_t size;
	size_t gap;
	bool used;
};

/**
 * struct policy - a model
 * @align: of the heap
 * @header: bytes of each
 * @in_size: bytes of the header that count in a piece's size
 * @n: pieces
 * @piece: all of them, in the order of the heap
 * @total: sylix_heap: bytes of all regions
 * @most: sylix_heap: the most that were used
 * @nr_free: sylix_heap: addresses in @ring
 * @ring: sylix_heap: addresses of free pieces, head first
 * @free: heap4: bytes in free pieces
 * @least: heap4: the fewest that there were
 * @allocs: heap4: as it counts them
 * @frees: heap4: the same
 */
struct policy {
	size_t align;
	size_t header;
	size_t in_size;
	int n;
	struct piece piece[PIECES];
	size_t total;
	size_t most;
	int nr_free;
	size_t ring[PIECES];
	size_t free;
	size_t least;
	size_t allocs;
	size_t frees;
};

/**
 * struct policy_ops - what a model can do; blocks are addresses, 0: none
 * @begin: the rest of a new model, of which the alignment is known
 * @add: a region of the heap
 * @alloc: where the block will be
 * @free: of a live block
 * @resize: where the block is afterwards, copied if it moved
 * @stats: are the heap's statistics those of the model?
 * @links: are the heap's free pieces linked as in the model? NULL: not asked
 */
struct policy_ops {
	void (*begin)(struct policy *policy);
	void (*add)(struct policy *policy, const struct region *region);
	size_t (*alloc)(struct policy *policy, size_t size, size_t align);
	void (*free)(struct policy *policy, size_t block);
	size_t (*resize)(struct policy *policy, size_t block, size_t size);
	const char *(*stats)(const struct policy *policy, struct heap *heap);
	const char *(*links)(const struct policy *policy, struct heap *heap);
};

extern const struct policy_ops policy_heap4, policy_sylix;

/* A piece becomes number @i, and is no more. */
void piece_insert(struct policy *policy, int i, struct piece piece);
void piece_delete(struct policy *policy, int i);
/* The number of the piece that @block is in. */
int policy_block(const struct policy *policy, size_t block);

/* Rounded up to the heap's alignment. */
static inline size_t policy_round(const struct policy *policy, size_t size)
{
	return (size + policy->align - 1) / policy->align * policy->align;
}

#endif /* _RTALLOC_KUNIT_BACKEND_POLICY_H */

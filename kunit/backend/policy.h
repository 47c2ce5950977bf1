/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * policy.h - a naive model of a backend's policy: which free piece a request takes, how
 * it is split, and what is merged. Random work on a heap is compared with it.
 *
 * A model is an array of pieces and the functions of one backend (policy_heap4.c,
 * policy_small_mem.c, policy_sylix.c). policy.c has the steps, which are the same for all
 * backends; policy_first_fit.c has what the first two models share.
 */
#ifndef _RTALLOC_KUNIT_BACKEND_POLICY_H
#define _RTALLOC_KUNIT_BACKEND_POLICY_H

#include "unit.h"

#define PIECES	4096

/*
 * A piece of @size bytes whose header is at address @at. Its block begins @gap bytes
 * behind the header.
 */
struct piece {
	size_t at;
	size_t size;
	size_t gap;
	bool used;
};

/**
 * struct policy - a model
 * @align: alignment of the heap's blocks
 * @header: bytes of a header
 * @in_size: bytes of the header that are part of a piece's size
 * @n: number of pieces
 * @piece: all pieces, in the heap's order
 * @total: bytes of all regions, without end marks
 * @most: largest number of bytes in use so far
 * @nr_free: sylix_heap: number of addresses in @ring
 * @ring: sylix_heap: addresses of free pieces in the order of the free list
 * The following are of policy_first_fit.c:
 * @need: bytes of the block for a request of @size
 * @min_rest: the rest of a piece is split off if it has at least so many bytes
 * @min_gap: smallest piece before an aligned block
 * @free: bytes in free pieces
 * @allocs: successful allocations, as heap_4 counts them
 * @frees: successful frees, as heap_4 counts them
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
	size_t (*need)(const struct policy *policy, size_t size);
	size_t min_rest;
	size_t min_gap;
	size_t free;
	size_t allocs;
	size_t frees;
};

/**
 * struct policy_ops - the functions of a model; a block is its address, 0: none
 * @begin: initialise a model whose @align is set, for a heap whose first region is @region
 * @add: add a region of the heap
 * @alloc: allocate; return the block that the heap must return
 * @free: free a live block
 * @resize: realloc; return the block that the heap must return
 * @stats: compare the heap's statistics with the model
 * @links: compare the links between the heap's free pieces with the model; or NULL
 */
struct policy_ops {
	void (*begin)(struct policy *policy, const struct region *region);
	void (*add)(struct policy *policy, const struct region *region);
	size_t (*alloc)(struct policy *policy, size_t size, size_t align);
	void (*free)(struct policy *policy, size_t block);
	size_t (*resize)(struct policy *policy, size_t block, size_t size);
	const char *(*stats)(const struct policy *policy, struct heap *heap);
	const char *(*links)(const struct policy *policy, struct heap *heap);
};

extern const struct policy_ops policy_heap4, policy_lwip_mem, policy_small_mem,
	policy_sylix;

/* Insert a piece as number @i; delete piece number @i. */
void piece_insert(struct policy *policy, int i, struct piece piece);
void piece_delete(struct policy *policy, int i);
/* The number of the piece that @block lies in. */
int policy_block(const struct policy *policy, size_t block);

/* Split piece @i behind @need bytes; the second part becomes free. */
void piece_cut(struct policy *policy, int i, size_t need);
/* Make piece @i used. It keeps @need bytes if the rest is large enough to be split off. */
void piece_use(struct policy *policy, int i, size_t need);
/* Make piece @i free, and merge it with its neighbours. */
void piece_unuse(struct policy *policy, int i);

/* add(), alloc() and free() of struct policy_ops. */
void first_fit_add(struct policy *policy, const struct region *region);
size_t first_fit_alloc(struct policy *policy, size_t size, size_t align);
void first_fit_free(struct policy *policy, size_t block);
/* Allocate a block in place of @block, which is freed afterwards. */
size_t first_fit_move(struct policy *policy, size_t block, size_t size);

/* Round @size up to the heap's alignment. */
static inline size_t policy_round(const struct policy *policy, size_t size)
{
	return (size + policy->align - 1) / policy->align * policy->align;
}

#endif /* _RTALLOC_KUNIT_BACKEND_POLICY_H */

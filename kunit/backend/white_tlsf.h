/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * white_tlsf.h - what the suites of TLSF share: constants, blocks in a row, and a naive
 * computation of classes.
 */
#ifndef _RTALLOC_KUNIT_BACKEND_WHITE_TLSF_H
#define _RTALLOC_KUNIT_BACKEND_WHITE_TLSF_H

#include "backend/tlsf.h"
#include "core_heap.h"
#include "unit.h"

#define TLSF	"tlsf"		/* alignment of blocks: 16 */
#define TLSF8	"tlsf8"		/* alignment of blocks: 8 */
#define UNIT	8ul
#define HEADER	8ul
#define LEAST	32ul		/* bytes of the smallest block, with header */

static inline struct tlsf *tlsf_of(const struct heap *heap)
{
	return heap->ctrl;
}

/* Initialise the heap again with a cookie of 0, so that a test knows the tags. */
static inline int tlsf_without_cookie(struct heap *heap)
{
	memset(heap->ctrl, 0, heap->ops->ctrl_size);
	return heap->ops->init(heap->ctrl, heap->region[0].base,
			       heap->region[0].size, heap->align, 0);
}

struct tlsf_scene {
	struct block *a, *b, *c, *d, *e, *f, *g;
};

/* Make the heap that white_tlsf_damage.c damages. */
const char *tlsf_scene_make(struct heap *heap, struct tlsf_scene *s);

/* Three adjacent blocks between two used ones, and which of them are to be freed. */
struct row {
	void *prev, *block, *next;
	bool prev_free, next_free;
};

/*
 * The smallest number of units of each class, computed by counting: below 64 units each
 * number has a class of its own, and above there are 32 classes for each power of two.
 */
static inline const size_t *tlsf_floors(void)
{
	static size_t floors[TLSF_CLASSES];
	size_t units = 0, step = 1;

	for (u32 class = 0; class < TLSF_CLASSES; class++, units += step) {
		if (units >= 64 && !(units & (units - 1)))
			step = units / 32;
		floors[class] = units;
	}
	return floors;
}

/* The class of a free block of @units, found by trying one after the other. */
static inline u32 naive_class(size_t units)
{
	const size_t *floors = tlsf_floors();
	u32 class = TLSF_CLASSES - 1;

	while (floors[class] > units)
		class--;
	return class;
}

/*
 * Bytes that a block for @size takes, header included: the smallest sufficient size that
 * is the first one of a class and a multiple of @align. 0: there is none.
 */
static inline size_t naive_bytes(size_t size, size_t align)
{
	const size_t *floors = tlsf_floors();

	for (u32 class = 0; class < TLSF_CLASSES; class++) {
		size_t bytes = floors[class] * UNIT;

		if (bytes >= LEAST && bytes >= size + HEADER && !(bytes % align))
			return bytes;
	}
	return 0;
}

#endif /* _RTALLOC_KUNIT_BACKEND_WHITE_TLSF_H */

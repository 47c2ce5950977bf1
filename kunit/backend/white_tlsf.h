/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * white_tlsf.h - what the suites of TLSF share.
 */
#ifndef _RTALLOC_KUNIT_BACKEND_WHITE_TLSF_H
#define _RTALLOC_KUNIT_BACKEND_WHITE_TLSF_H

#include "backend/tlsf.h"
#include "core_heap.h"
#include "unit.h"

#define TLSF	"tlsf"		/* blocks at multiples of 16 */
#define TLSF8	"tlsf8"		/* of 8 */
#define UNIT	8ul
#define HEADER	8ul
#define LEAST	32ul		/* bytes of the smallest block, with header */

static inline struct tlsf *tlsf_of(const struct heap *heap)
{
	return heap->ctrl;
}

/* Begun anew with no cookie, so that a test may know what a tag is not. */
static inline int tlsf_without_cookie(struct heap *heap)
{
	memset(heap->ctrl, 0, heap->ops->ctrl_size);
	return heap->ops->init(heap->ctrl, heap->region[0].base,
			       heap->region[0].size, heap->align, 0);
}

struct tlsf_scene {
	struct block *a, *b, *c, *d, *e, *f, *g;
};

/* What is damaged, see white_tlsf_damage.c. */
const char *tlsf_scene_make(struct heap *heap, struct tlsf_scene *s);

/* Blocks between two separators; which of them are free. */
struct row {
	void *prev, *block, *next;
	bool prev_free, next_free;
};

/*
 * The smallest number of units of each class, by counting up: one class for each
 * size below 64, from there on 32 for each power of two.
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

/* The class of a free block of @units, by trying one after the other. */
static inline u32 naive_class(size_t units)
{
	const size_t *floors = tlsf_floors();
	u32 class = TLSF_CLASSES - 1;

	while (floors[class] > units)
		class--;
	return class;
}

/*
 * Bytes that a block for @size takes, with its header: the smallest size that a
 * class begins with, and that is a multiple of @align. 0: none.
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

// SPDX-License-Identifier: GPL-2.0-only
/* heap4.c - proof of how heap_4 rounds a size up, for any 64-bit request. */
#include "backend/heap4.c"
#include "prove.h"

PROVE(heap4_rounding, size_t size, size_t align)
{
	struct heap4 *h4 = prove_object(sizeof(*h4));
	size_t want;

	prove_assume(align >= heap4_ops.min_align &&
		     align <= heap4_ops.max_align && !(align & (align - 1)));
	h4->align_mask = align - 1;
	h4->header = ALIGN(sizeof(struct chunk), align);
	want = chunk_for(h4, size);
	if (!want)
		return !size || size > SIZE_MAX / 2 - h4->header - align;
	return want - h4->header >= size && want > h4->header &&
	       !(want & (align - 1)) && !(want & CHUNK_USED);
}

// SPDX-License-Identifier: GPL-2.0-only
/* memheap.c - proofs of how memheap rounds a size up and aligns a block. */
#include "backend/memheap.c"
#include "prove.h"

PROVE(memheap_rounding, size_t size, size_t align)
{
	struct memheap *mh = prove_object(sizeof(*mh));
	size_t payload;

	prove_assume(align >= memheap_ops.min_align &&
		     align <= memheap_ops.max_align && !(align & (align - 1)));
	mh->align_mask = align - 1;
	mh->payload_min = ALIGN(PAYLOAD_MIN, align);
	payload = payload_for(mh, size);
	if (!payload)
		return size > SIZE_MAX - align;
	return payload >= size && payload >= PAYLOAD_MIN &&
	       !(payload & (align - 1));
}

/* The gap in front of an aligned block is 0 or large enough for a block of its own. */
PROVE(memheap_gap, size_t at, size_t align, size_t own)
{
	struct memheap *mh = prove_object(sizeof(*mh));
	struct item *item = (struct item *)at;
	size_t gap;

	prove_assume(own >= memheap_ops.min_align &&
		     own <= memheap_ops.max_align && !(own & (own - 1)));
	prove_assume(align > own && align <= 1ul << 62 &&
		     !(align & (align - 1)));
	prove_assume(at < 1ul << 62 && !(at & (own - 1)));
	mh->align_mask = own - 1;
	mh->header = ALIGN(sizeof(struct item), own);
	mh->payload_min = ALIGN(PAYLOAD_MIN, own);
	gap = gap_for((size_t)item_payload(mh, item), align,
		      mh->header + mh->payload_min);
	return (!gap || gap >= mh->header + mh->payload_min) &&
	       !(((size_t)item_payload(mh, item) + gap) & (align - 1));
}

// SPDX-License-Identifier: GPL-2.0-only
/* small_mem.c - proof of how small memory rounds a size up, for any size up to the heap's
 * end: callers refuse larger ones before they round.
 */
#include "backend/small_mem.c"
#include "prove.h"

PROVE(small_mem_rounding, size_t size, size_t align)
{
	struct small_mem *sm = prove_object(sizeof(*sm));
	size_t rounded;

	prove_assume(align && align <= ALIGN_MAX && !(align & (align - 1)));
	sm->align_mask = align - 1;
	prove_assume(sm->end <= SIZE_MAX / 2 && size <= sm->end);
	rounded = size_rounded(sm, size);
	return rounded >= size && rounded - size < align &&
	       !(rounded & (align - 1));
}

// SPDX-License-Identifier: GPL-2.0-only
/* sylix.c - proof of how the SylixOS heap rounds a size up, for any 64-bit request. */
#include "backend/sylix_heap.c"
#include "prove.h"

PROVE(sylix_rounding, size_t size, size_t align)
{
	struct sylix *sh = prove_object(sizeof(*sh));
	size_t payload;

	prove_assume(align >= SYLIX_ALIGN_MIN && align <= SYLIX_ALIGN_MAX &&
		     !(align & (align - 1)));
	sh->align_mask = align - 1;
	payload = payload_for(sh, size);
	if (!payload)
		return !size || size > SIZE_MAX / 2 - align;
	return payload >= size && payload - size < align &&
	       payload <= SIZE_MAX / 2 && !(payload & (align - 1));
}

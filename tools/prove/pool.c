// SPDX-License-Identifier: GPL-2.0-only
/* pool.c - proof of a fixed pool's sizes, for any 64-bit arguments. */
#include "mempool_fixed.c"
#include "prove.h"

static __always_inline size_t any_align(void)
{
	size_t align = prove_any();

	prove_assume(align && !(align & (align - 1)) &&
		     align <= mempool_fixed_ops.max_align);
	return align;
}

/* An element with its guards and header fits into a stride, and no size wraps. */
PROVE(pool_spacing, size_t elem, unsigned int flags)
{
	size_t align = any_align();
	struct spacing s;

	if (!spacing_set(&s, elem, align, flags))
		return !elem || elem > SIZE_MAX / 4;
	return s.elem >= elem && s.elem - elem < align &&
	       !((s.elem | s.front | s.stride) & (align - 1)) &&
	       s.stride >= s.front && s.stride - s.front >= s.elem &&
	       s.stride <= SIZE_MAX / 2 &&
	       IMPLIES(flags & RTALLOC_POOL_HEADER, s.front >= FIXED_HEADER) &&
	       IMPLIES(flags & RTALLOC_POOL_GUARDS,
		       s.front >= FIXED_GUARD &&
		       s.stride - s.front - s.elem >= FIXED_GUARD);
}

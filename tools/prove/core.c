// SPDX-License-Identifier: GPL-2.0-only
/*
 * core.c - proofs of the sizes that the front door and regions compute: what
 * reaches rtalloc_alloc() and gen_pool_alloc() is not below what was asked for.
 */
#define gen_pool_alloc		real_gen_pool_alloc
#include <linux/genalloc.h>
#undef gen_pool_alloc
#define gen_pool_alloc(pool, size)	proof_alloc(size)

#include "prove.h"

static size_t reached;
static bool is_reached;

static __always_inline unsigned long proof_alloc(size_t size)
{
	reached = size;
	is_reached = true;
	return 4096;
}

#include "core/region.c"
#include "core/block.c"

void *rtalloc_alloc(struct rtalloc_heap *heap, size_t size, gfp_t gfp)
{
	return (void *)proof_alloc(size);
}

PROVE(calloc_product, size_t n, size_t size)
{
	unsigned __int128 bytes = (unsigned __int128)n * size;

	is_reached = false;
	if (bytes > SIZE_MAX)
		return true;
	rtalloc_calloc(NULL, n, size, 0);
	return is_reached && reached == bytes;
}

PROVE(region_pages, size_t size, size_t whole)
{
	struct rtalloc_region *region = prove_object(sizeof(*region));

	prove_assume(whole >= RTALLOC_REGION_MIN && !(whole & 4095));
	region->size = whole;
	is_reached = false;
	if (!rtalloc_region_cut(region, size))
		return !is_reached && (!size || size > whole);
	return reached >= size && reached - size < 4096 && reached <= whole;
}

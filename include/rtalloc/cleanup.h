/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cleanup.h - regions, heaps, pools and blocks that end with their scope, for
 * code that uses linux/cleanup.h. A variable declared with __free() gives back
 * what it holds when the scope is left, unless it was taken by no_free_ptr():
 *
 *	struct rtalloc_heap *heap __free(rtalloc_heap) =
 *		rtalloc_heap_create(&params);
 *
 *	if (IS_ERR(heap))
 *		return PTR_ERR(heap);
 *
 * NULL and error pointers are left alone, so the variable may be tested after
 * the declaration. A scope must end in process context, because releasing
 * anything except blocks and elements sleeps. In one function use either this
 * or goto, as linux/cleanup.h requires.
 *
 * Linux 6.1 was released without linux/cleanup.h, and only some of its stable
 * releases have it. Where it is missing this header declares nothing, and
 * RTALLOC_HAS_CLEANUP is not defined.
 */
#ifndef _RTALLOC_CLEANUP_H
#define _RTALLOC_CLEANUP_H

#if __has_include("linux/cleanup.h")

#define RTALLOC_HAS_CLEANUP

#include <linux/cleanup.h>
#include <linux/err.h>
#include <rtalloc/mempool_fixed.h>
#include <rtalloc/rtalloc.h>

/* rtalloc_region_destroy(). A region stays while a heap is cut from it. */
static inline void rtalloc_region_end(struct rtalloc_region *region)
{
	if (!IS_ERR_OR_NULL(region))
		rtalloc_region_destroy(region);
}

DEFINE_FREE(rtalloc_region, struct rtalloc_region *, rtalloc_region_end(_T))

/* rtalloc_heap_destroy() with force: blocks that are still allocated go too. */
static inline void rtalloc_heap_end(struct rtalloc_heap *heap)
{
	if (!IS_ERR_OR_NULL(heap))
		rtalloc_heap_destroy(heap, true);
}

DEFINE_FREE(rtalloc_heap, struct rtalloc_heap *, rtalloc_heap_end(_T))

/* rtalloc_heap_put(), for a heap that came from rtalloc_heap_get(). */
static inline void rtalloc_heap_release(struct rtalloc_heap *heap)
{
	if (!IS_ERR_OR_NULL(heap))
		rtalloc_heap_put(heap);
}

DEFINE_FREE(rtalloc_heap_put, struct rtalloc_heap *, rtalloc_heap_release(_T))

/* mempool_fixed_destroy() with force: elements that are still in use go too. */
static inline void mempool_fixed_end(struct mempool_fixed *pool)
{
	if (!IS_ERR_OR_NULL(pool))
		mempool_fixed_destroy(pool, true);
}

DEFINE_FREE(mempool_fixed, struct mempool_fixed *, mempool_fixed_end(_T))

/**
 * struct rtalloc_scoped - a block that is freed at the end of a scope
 * @heap: the heap that the block came from
 * @p: the block, NULL if there is none. A caller that keeps the block beyond
 *	the scope takes it from here and writes NULL.
 *
 * @heap must not be destroyed before the scope ends: declare it before the block,
 * since what was declared last ends first. The block is freed in any context in
 * which rtalloc_free() is legal, and a fault is reported but not returned.
 *
 * A heap has to be named to free a block, so __free() on the block's pointer
 * cannot do it. This is used as a class:
 *
 *	CLASS(rtalloc_block, tmp)(heap, 100, GFP_KERNEL);
 *
 *	if (!tmp.p)
 *		return -ENOMEM;
 */
struct rtalloc_scoped {
	struct rtalloc_heap *heap;
	void *p;
};

/*
 * The constructor is rtalloc_alloc() with the three arguments. The destructor is
 * rtalloc_free(), which does nothing for NULL.
 */
DEFINE_CLASS(rtalloc_block, struct rtalloc_scoped, rtalloc_free(_T.heap, _T.p),
	     ((struct rtalloc_scoped){ heap, rtalloc_alloc(heap, size, gfp) }),
	     struct rtalloc_heap *heap, size_t size, gfp_t gfp)

#endif /* __has_include */

#endif /* _RTALLOC_CLEANUP_H */

// SPDX-License-Identifier: GPL-2.0-only
/*
 * rtthread.c - RT-Thread's system heap: rt_malloc() and related functions.
 *
 * The original chooses the algorithm at build time; here the module parameter
 * rtthread_heap does. The heap is created when the module is loaded, and
 * rt_system_heap_init() may replace it by one between two addresses. Calls are allowed
 * where those of a raw heap are (slab), or where those of a spinlock heap are (the
 * others).
 *
 * Hooks are called without a lock held, in the order of the original.
 */
#include <linux/atomic.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/overflow.h>

#include "port/rtthread.h"

static char *rtthread_heap = "small_mem";
module_param(rtthread_heap, charp, 0444);
MODULE_PARM_DESC(rtthread_heap, "Algorithm of RT-Thread's system heap: small_mem (default), memheap or slab");

static DEFINE_MUTEX(change_lock);	/* serialises replacing the heap */
static struct rtalloc_heap *heap;

DEFINE_SRCU(rtthread_hooks);
static void (*malloc_hook)(void **ptr, rt_size_t size);
static void (*free_hook)(void **ptr);
static void (*realloc_entry_hook)(void **ptr, rt_size_t size);
static void (*realloc_exit_hook)(void **ptr, rt_size_t size);

static struct rtalloc_heap *heap_now(struct port_call call)
{
	struct rtalloc_heap *now = READ_ONCE(heap);

	if (!now)
		port_refused(call, port_rtthread.name,
			     "there is no heap: load with rtthread=SIZE");
	return now;
}

/*
 * As in the original, memheap returns a block for a request of 0 bytes and the others
 * return NULL. Return the size to allocate; 0: none.
 */
static size_t least(size_t size)
{
	return size ?: !strcmp(rtthread_heap, "memheap");
}

/* ---- blocks ---------------------------------------------------------- */

static void *heap_malloc(rt_size_t size, struct port_call call)
{
	struct rtalloc_heap *now = heap_now(call);
	void *p = NULL;

	if (now && least(size))
		p = rtalloc_alloc_by(now, least(size), 0, call.caller);
	hook_call(malloc_hook, &p, size);
	return p;
}

/**
 * rt_malloc() - allocate a block of the system heap
 * @size: bytes
 *
 * Context: as rtalloc_alloc().
 * Return: the block, or NULL. For 0 bytes there is a block only if the system heap is a
 *	memheap.
 */
void *rt_malloc(rt_size_t size)
{
	return heap_malloc(size, PORT_CALL);
}
EXPORT_SYMBOL_GPL(rt_malloc);

static void heap_free(void *ptr, struct port_call call)
{
	struct rtalloc_heap *now = heap_now(call);

	hook_call(free_hook, &ptr);
	if (now)
		rtalloc_free_by(now, ptr, call.caller);
}

/**
 * rt_free() - free a block of the system heap
 * @ptr: the block; NULL does nothing
 *
 * Anything else than a live block is refused, counted and reported; nothing changes.
 *
 * Context: as rtalloc_free().
 */
void rt_free(void *ptr)
{
	heap_free(ptr, PORT_CALL);
}
EXPORT_SYMBOL_GPL(rt_free);

static void *heap_realloc(void *ptr, rt_size_t newsize, struct port_call call)
{
	struct rtalloc_heap *now = heap_now(call);

	if (!now)
		return NULL;
	if (!ptr)
		newsize = least(newsize);
	if (!ptr && !newsize)
		return NULL;
	return rtalloc_realloc_by(now, ptr, newsize, 0, call.caller);
}

/**
 * rt_realloc() - change the size of a block of the system heap
 * @ptr: the block; NULL: allocate one
 * @newsize: the new size in bytes; 0: free the block
 *
 * Context: as rtalloc_realloc().
 * Return: the block, which may have moved; NULL if there is no memory or @ptr is not a
 *	live block, then nothing has changed.
 */
void *rt_realloc(void *ptr, rt_size_t newsize)
{
	void *p;

	hook_call(realloc_entry_hook, &ptr, newsize);
	p = heap_realloc(ptr, newsize, PORT_CALL);
	hook_call(realloc_exit_hook, &p, newsize);
	return p;
}
EXPORT_SYMBOL_GPL(rt_realloc);

/**
 * rt_calloc() - allocate a zeroed array of the system heap
 * @count: elements
 * @size: bytes of an element
 *
 * Context: as rtalloc_calloc().
 * Return: the array, or NULL, also if the product overflows.
 */
void *rt_calloc(rt_size_t count, rt_size_t size)
{
	size_t bytes;
	void *p;

	if (check_mul_overflow(count, size, &bytes))
		return NULL;
	p = heap_malloc(bytes, PORT_CALL);
	if (p)
		memset(p, 0, bytes);
	return p;
}
EXPORT_SYMBOL_GPL(rt_calloc);

/**
 * rt_malloc_align() - allocate an aligned block of the system heap
 * @size: size in bytes; for 0 a block is allocated, too
 * @align: alignment in bytes; after rounding up to a multiple of 8 it must be a power of
 *	two
 *
 * Context: as rtalloc_alloc_aligned().
 * Return: the block, or NULL, also if @align is not valid.
 */
void *rt_malloc_align(rt_size_t size, rt_size_t align)
{
	struct rtalloc_heap *now = heap_now(PORT_CALL);
	void *p = NULL;

	/* If rounding up wraps, the result is 0, which is refused as no power of two. */
	align = RT_ALIGN(align ?: 1, 8);
	if (now)
		p = rtalloc_alloc_aligned_by(now, size ?: 1, align, 0,
					     _RET_IP_);
	hook_call(malloc_hook, &p, size);
	return p;
}
EXPORT_SYMBOL_GPL(rt_malloc_align);

/**
 * rt_free_align() - free a block of rt_malloc_align(); rt_free() may be used as well
 * @ptr: the block; NULL does nothing
 *
 * Context: as rtalloc_free().
 */
void rt_free_align(void *ptr)
{
	if (ptr)
		heap_free(ptr, PORT_CALL);
}
EXPORT_SYMBOL_GPL(rt_free_align);

/* Return the system heap if it is a slab, which allocates pages, or NULL. */
static struct rtalloc_heap *heap_of_pages(struct port_call call)
{
	return strcmp(rtthread_heap, "slab") ? NULL : heap_now(call);
}

/**
 * rt_page_alloc() - allocate pages of the system heap
 * @npages: number of pages, of 4096 bytes each
 *
 * Context: as rtalloc_alloc().
 * Return: address of the first page, or NULL, also if the system heap is not a slab.
 */
void *rt_page_alloc(rt_size_t npages)
{
	struct rtalloc_heap *now = heap_of_pages(PORT_CALL);

	return now ? rtthread_pages_alloc(now, npages, _RET_IP_) : NULL;
}
EXPORT_SYMBOL_GPL(rt_page_alloc);

/**
 * rt_page_free() - free pages of the system heap
 * @addr: from rt_page_alloc()
 * @npages: the number that rt_page_alloc() was given; freeing a part is refused
 *
 * Context: as rtalloc_free().
 */
void rt_page_free(void *addr, rt_size_t npages)
{
	struct rtalloc_heap *now = heap_of_pages(PORT_CALL);

	if (now)
		rtthread_pages_free(now, addr, npages, PORT_CALL);
}
EXPORT_SYMBOL_GPL(rt_page_free);

/**
 * rt_memory_info() - read how much of the system heap is in use
 * @total: where to store the bytes managed; may be NULL
 * @used: where to store the bytes in use; may be NULL
 * @max_used: where to store the highest number of bytes in use so far; may be NULL
 *
 * Context: as rtalloc_usage(), constant time.
 */
void rt_memory_info(rt_size_t *total, rt_size_t *used, rt_size_t *max_used)
{
	struct rtalloc_heap *now = heap_now(PORT_CALL);
	struct rtalloc_snapshot snap = { };

	if (now)
		rtalloc_usage(now, &snap);
	rtthread_info(&snap, total, used, max_used);
}
EXPORT_SYMBOL_GPL(rt_memory_info);

/* ---- hooks ----------------------------------------------------------- */

/**
 * rt_malloc_sethook() - set a function that rt_malloc() calls before it returns
 * @hook: the function, called with the result, which it may change; NULL: none
 *
 * A hook is called in the context of the function that calls it. When this returns, the
 * previous hook is not running any more, so its module may be unloaded.
 *
 * Context: Process context, may sleep; not from a hook.
 */
void rt_malloc_sethook(void (*hook)(void **ptr, rt_size_t size))
{
	hook_set(malloc_hook, hook);
}
EXPORT_SYMBOL_GPL(rt_malloc_sethook);

/**
 * rt_free_sethook() - set a function that rt_free() calls first
 * @hook: the function, called with the argument, which it may change; NULL: none
 *
 * Context: as rt_malloc_sethook().
 */
void rt_free_sethook(void (*hook)(void **ptr))
{
	hook_set(free_hook, hook);
}
EXPORT_SYMBOL_GPL(rt_free_sethook);

/**
 * rt_realloc_set_entry_hook() - set a function that rt_realloc() calls first
 * @hook: the function, called with the block, which it may change; NULL: none
 *
 * Context: as rt_malloc_sethook().
 */
void rt_realloc_set_entry_hook(void (*hook)(void **ptr, rt_size_t size))
{
	hook_set(realloc_entry_hook, hook);
}
EXPORT_SYMBOL_GPL(rt_realloc_set_entry_hook);

/**
 * rt_realloc_set_exit_hook() - set a function that rt_realloc() calls before it returns
 * @hook: the function, called with the result, which it may change; NULL: none
 *
 * Context: as rt_malloc_sethook().
 */
void rt_realloc_set_exit_hook(void (*hook)(void **ptr, rt_size_t size))
{
	hook_set(realloc_exit_hook, hook);
}
EXPORT_SYMBOL_GPL(rt_realloc_set_exit_hook);

/* ---- the heap -------------------------------------------------------- */

static struct rtalloc_heap *system_heap_between(void *begin, void *end)
{
	size_t align = strcmp(rtthread_heap, "slab") ? RT_ALIGN_SIZE :
		       RT_MM_PAGE_SIZE;
	size_t size = end > begin ? end - begin : 0;

	if (!begin && !end)
		return port_family_heap(&port_rtthread, NULL, 0);
	size = port_align(&begin, size, align);
	return begin ? port_family_heap(&port_rtthread, begin, size) :
		       ERR_PTR(-EINVAL);
}

static bool heap_is_used(void)
{
	struct rtalloc_snapshot snap = { };

	if (heap)
		rtalloc_usage(heap, &snap);
	return snap.live;
}

/**
 * rt_system_heap_init() - replace the system heap by one between two addresses
 * @begin_addr: first byte; rounded up to a multiple of 8, or of a page with slab
 * @end_addr: first byte behind the memory. With both NULL, the new heap is like the one
 *	that was created when the module was loaded.
 *
 * If the memory is too small, or the present heap has live blocks, nothing changes, and a
 * line in the log says so.
 *
 * Context: Process context, may sleep. Nobody may use the heap meanwhile.
 */
void rt_system_heap_init(void *begin_addr, void *end_addr)
{
	struct rtalloc_heap *new, *old;
	int err;

	mutex_lock(&change_lock);
	old = heap;
	new = heap_is_used() ? ERR_PTR(-EBUSY) :
			       system_heap_between(begin_addr, end_addr);
	err = PTR_ERR_OR_ZERO(new);
	if (!err)
		/* Pairs with the address dependency of those who read it in heap_now(). */
		smp_store_release(&heap, new);
	/* Both may be in the same memory, so closing must not touch the old one's. */
	if (!err && old)
		port_heap_close(old);
	mutex_unlock(&change_lock);
	if (err)
		port_failed(PORT_CALL, port_rtthread.name, err);
}
EXPORT_SYMBOL_GPL(rt_system_heap_init);

struct port_family port_rtthread = {
	.name		= "rtthread",
	.backend	= &rtthread_heap,
	.heap		= &heap,
	.align		= RT_ALIGN_SIZE,
};

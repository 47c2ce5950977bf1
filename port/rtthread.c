// SPDX-License-Identifier: GPL-2.0-only
/*
 * rtthread.c - RT-Thread's system heap: rt_malloc() and its kin.
 *
 * In the original the algorithm is chosen when it is built; here, by the parameter
 * rtthread_heap. The heap is cut from the default region when the module is loaded,
 * or lies between the addresses given to rt_system_heap_init(). The calls are legal
 * where those of a raw heap are (slab), or those of a spinlock heap (the others).
 *
 * Hooks are called without a lock held, in the order of the original.
 */
#include <linux/err.h>
#include <linux/module.h>
#include <linux/overflow.h>

#include "port/rtthread.h"

static char *rtthread_heap = "small_mem";
module_param(rtthread_heap, charp, 0444);
MODULE_PARM_DESC(rtthread_heap, "Algorithm of RT-Thread's system heap: small_mem (default), memheap or slab");

static DEFINE_MUTEX(change_lock);	/* guards changes of the heap */
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

/* memheap has a block for a request of 0 bytes, the others have none. */
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
 * Return: the block, or NULL; for 0 bytes a block with memheap alone.
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
 * rt_free() - give a block back to the system heap
 * @ptr: the block; NULL does nothing
 *
 * What is not a live block is refused, counted and reported; nothing changes.
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
 * @ptr: the block; NULL allocates one
 * @newsize: bytes; 0 frees the block
 *
 * Context: as rtalloc_realloc().
 * Return: the block, perhaps elsewhere; NULL when there is no memory or @ptr is
 *	not a live block: then nothing has changed.
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
 * Return: the array, or NULL, also when the product overflows.
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
 * rt_malloc_align() - allocate a block at a multiple of @align
 * @size: bytes; 0 gives a block too
 * @align: rounded up to a multiple of 8; then a power of two
 *
 * Context: as rtalloc_alloc_aligned().
 * Return: the block, or NULL, also when @align is not a power of two.
 */
void *rt_malloc_align(rt_size_t size, rt_size_t align)
{
	struct rtalloc_heap *now = heap_now(PORT_CALL);
	void *p = NULL;

	/* What would wrap becomes 0, which is no power of two. */
	align = RT_ALIGN(align ?: 1, 8);
	if (now)
		p = rtalloc_alloc_aligned_by(now, size ?: 1, align, 0,
					     _RET_IP_);
	hook_call(malloc_hook, &p, size);
	return p;
}
EXPORT_SYMBOL_GPL(rt_malloc_align);

/**
 * rt_free_align() - the end of rt_malloc_align(); rt_free() would do as well
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

/* The heap, if it has pages. */
static struct rtalloc_heap *heap_of_pages(struct port_call call)
{
	return strcmp(rtthread_heap, "slab") ? NULL : heap_now(call);
}

/**
 * rt_page_alloc() - allocate pages of the system heap
 * @npages: pages of 4096 bytes
 *
 * Context: as rtalloc_alloc().
 * Return: the first page; NULL also when the system heap is not a slab.
 */
void *rt_page_alloc(rt_size_t npages)
{
	struct rtalloc_heap *now = heap_of_pages(PORT_CALL);

	return now ? rtthread_pages_alloc(now, npages, _RET_IP_) : NULL;
}
EXPORT_SYMBOL_GPL(rt_page_alloc);

/**
 * rt_page_free() - give pages back to the system heap
 * @addr: from rt_page_alloc()
 * @npages: as it was there: a part is refused
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
 * rt_memory_info() - what is in use of the system heap
 * @total: bytes managed; NULL: not asked
 * @used: bytes in use; NULL: not asked
 * @max_used: the most that were; NULL: not asked
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
 * rt_malloc_sethook() - have rt_malloc() call a function at its end
 * @hook: called with the result, which it may change; NULL: none
 *
 * A hook is called in the context of the call that it hooks. When this returns,
 * the one set before is not running any more, so its code may go away.
 *
 * Context: Process context, may sleep; not from a hook.
 */
void rt_malloc_sethook(void (*hook)(void **ptr, rt_size_t size))
{
	hook_set(malloc_hook, hook);
}
EXPORT_SYMBOL_GPL(rt_malloc_sethook);

/**
 * rt_free_sethook() - have rt_free() call a function first
 * @hook: called with the argument, which it may change; NULL: none
 *
 * Context: as rt_malloc_sethook().
 */
void rt_free_sethook(void (*hook)(void **ptr))
{
	hook_set(free_hook, hook);
}
EXPORT_SYMBOL_GPL(rt_free_sethook);

/**
 * rt_realloc_set_entry_hook() - have rt_realloc() call a function first
 * @hook: called with the block, which it may change; NULL: none
 *
 * Context: as rt_malloc_sethook().
 */
void rt_realloc_set_entry_hook(void (*hook)(void **ptr, rt_size_t size))
{
	hook_set(realloc_entry_hook, hook);
}
EXPORT_SYMBOL_GPL(rt_realloc_set_entry_hook);

/**
 * rt_realloc_set_exit_hook() - have rt_realloc() call a function at its end
 * @hook: called with the result, which it may change; NULL: none
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
 * rt_system_heap_init() - put the system heap between two addresses
 * @begin_addr: rounded up to 8, with slab to a page
 * @end_addr: the first byte that does not belong to it; with both NULL the heap
 *	is again one like that made when the module was loaded
 *
 * A range that is too small, or a heap with live blocks, is refused in one line
 * of the log, and the heap stays what it was.
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
		WRITE_ONCE(heap, new);
	/* They may lie in the same memory: the old one is not looked at. */
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

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rtthread.h - RT-Thread's allocators by their own names: put this in place of
 * rtthread.h where a driver allocates.
 *
 * The system heap (rt_malloc() and its kin) is the module rtalloc_port's;
 * rt_smem_*, rt_slab_*, rt_memheap_* and rt_mp_init() work in memory that the
 * caller brings. Offsets, failures and statistics are the originals'. What was
 * initialised must be detached before its memory is used for something else: a heap
 * here is known to the kernel. What is refused here and is not there, and from
 * where each call is legal: Documentation/porting.rst. Each function is described
 * where it is defined: port/rtthread.c for the system heap, port/rtthread_mem.c for
 * heaps in the caller's memory, port/rtthread_mp.c for pools.
 *
 * What holds for all: a pointer that is no live block is refused, counted and
 * reported, and nothing changes; freeing NULL does nothing; on failure a block that
 * was to be resized is what it was. What makes, ends or hooks sleeps, and is for
 * process context. Calls on blocks do not sleep: of heaps as rtalloc_alloc() of a
 * heap with a spinlock (on PREEMPT_RT not in hard interrupts or under raw
 * spinlocks), of slab and of pools in any context but NMI.
 *
 * Types, lists and the few kernel services that such code cannot do without are in
 * rtthread_def.h.
 */
#ifndef _RTALLOC_PORT_RTTHREAD_H
#define _RTALLOC_PORT_RTTHREAD_H

#include <linux/atomic.h>
#include <rtalloc/port/rtthread_def.h>

struct mempool_fixed;
struct rtalloc_heap;

/* ---- the system heap -------------------------------------------------- */

/*
 * Put the system heap, which all drivers share, into other memory. Refused while
 * anybody has a block in it. Sleeps.
 */
void rt_system_heap_init(void *begin_addr, void *end_addr);

/*
 * Blocks of the system heap. Its algorithm is rtthread_heap=: with slab these are
 * legal in any context but NMI. rt_free_align() and rt_free() do the same. Pages
 * exist with slab alone; as many as were allocated are freed at once.
 */
void *rt_malloc(rt_size_t size);
void rt_free(void *ptr);
void *rt_realloc(void *ptr, rt_size_t newsize);
void *rt_calloc(rt_size_t count, rt_size_t size);
void *rt_malloc_align(rt_size_t size, rt_size_t align);
void rt_free_align(void *ptr);
void *rt_page_alloc(rt_size_t npages);
void rt_page_free(void *addr, rt_size_t npages);
void rt_memory_info(rt_size_t *total, rt_size_t *used, rt_size_t *max_used);

/**
 * rt_strdup() - copy a string into a block
 * @s: the string; NULL gives NULL
 *
 * Context: as rt_malloc(); linear in the string.
 * Return: the block, to be freed by rt_free(); NULL: there is no memory.
 */
rt_inline char *rt_strdup(const char *s)
{
	rt_size_t size = s ? strlen(s) + 1 : 0;
	char *copy = size ? rt_malloc(size) : RT_NULL;

	return copy ? memcpy(copy, s, size) : RT_NULL;
}

/*
 * A hook runs in the context of the call that it hooks, without a lock. NULL unsets
 * it; when that returns, it is not running any more, so its module may go. Not from
 * a hook.
 */
void rt_malloc_sethook(void (*hook)(void **ptr, rt_size_t size));
void rt_free_sethook(void (*hook)(void **ptr));
void rt_realloc_set_entry_hook(void (*hook)(void **ptr, rt_size_t size));
void rt_realloc_set_exit_hook(void (*hook)(void **ptr, rt_size_t size));

/* ---- heaps in the caller's memory ------------------------------------- */

/**
 * struct rt_memory - a heap of rt_smem_init() or rt_slab_init()
 * @parent: name and class
 * @algorithm: "small" or "slab"
 * @address: where blocks begin
 * @total: bytes managed
 * @used: bytes in use after the last call on it
 * @max: the most that were
 */
struct rt_memory {
	struct rt_object parent;
	const char *algorithm;
	rt_ubase_t address;
	rt_size_t total;
	rt_size_t used;
	rt_size_t max;
};

typedef struct rt_memory *rt_mem_t;
typedef rt_mem_t rt_smem_t;
typedef rt_mem_t rt_slab_t;

/*
 * @begin_addr is the heap's, its control block lies there, until it is detached.
 * That drops all blocks, and nobody may be in a call on the heap meanwhile.
 */
rt_smem_t rt_smem_init(const char *name, void *begin_addr, rt_size_t size);
rt_err_t rt_smem_detach(rt_smem_t m);
void *rt_smem_alloc(rt_smem_t m, rt_size_t size);
void *rt_smem_realloc(rt_smem_t m, void *rmem, rt_size_t newsize);
void rt_smem_free(void *rmem);

rt_slab_t rt_slab_init(const char *name, void *begin_addr, rt_size_t size);
rt_err_t rt_slab_detach(rt_slab_t m);
void *rt_slab_page_alloc(rt_slab_t m, rt_size_t npages);
void rt_slab_page_free(rt_slab_t m, void *addr, rt_size_t npages);
void *rt_slab_alloc(rt_slab_t m, rt_size_t size);
void *rt_slab_realloc(rt_slab_t m, void *ptr, rt_size_t size);
void rt_slab_free(rt_slab_t m, void *ptr);

/**
 * struct rt_memheap - a heap of rt_memheap_init()
 * @parent: name and class
 * @start_addr: where its memory begins
 * @pool_size: bytes of it
 * @available_size: bytes that are free after the last call on it
 * @max_used_size: the most that were in use, with the two fixed headers
 * @heap: the heap of the core
 */
struct rt_memheap {
	struct rt_object parent;
	void *start_addr;
	rt_size_t pool_size;
	rt_size_t available_size;
	rt_size_t max_used_size;
	struct rtalloc_heap *heap;
};

/*
 * The struct is the caller's, and must live until the memheap is detached.
 * rt_memheap_free() finds the memheap by the block's address.
 */
rt_err_t rt_memheap_init(struct rt_memheap *memheap, const char *name,
			 void *start_addr, rt_size_t size);
rt_err_t rt_memheap_detach(struct rt_memheap *heap);
void *rt_memheap_alloc(struct rt_memheap *heap, rt_size_t size);
void *rt_memheap_realloc(struct rt_memheap *heap, void *ptr, rt_size_t newsize);
void rt_memheap_free(void *ptr);
void rt_memheap_info(struct rt_memheap *heap, rt_size_t *total, rt_size_t *used,
		     rt_size_t *max_used);

/* ---- pools of equal blocks -------------------------------------------- */

/**
 * struct rt_mempool - a pool of rt_mp_init() or rt_mp_create()
 * @parent: name and class
 * @start_address: where its memory begins
 * @size: bytes of that memory
 * @block_size: bytes of a block, rounded up to 8
 * @block_total_count: blocks
 * @block_free_count: those that are free after the last call on it
 * @pool: the pool of the core
 */
struct rt_mempool {
	struct rt_object parent;
	void *start_address;
	rt_size_t size;
	rt_size_t block_size;
	rt_size_t block_total_count;
	rt_size_t block_free_count;
	struct mempool_fixed *pool;
};

typedef struct rt_mempool *rt_mp_t;

/*
 * Tasks that wait in rt_mp_alloc() when the pool ends are woken and get NULL; but
 * for them nobody may use it meanwhile. rt_mp_detach() ends what rt_mp_init() made,
 * rt_mp_delete() what rt_mp_create() did.
 *
 * rt_mp_alloc(): @time in ticks, negative: no limit. 0 never waits, and is legal in
 * any context but NMI, as rt_mp_free() is; else it sleeps. A wait is not ended by
 * rt_thread_delete(): let it have a limit, or end the pool first.
 */
rt_err_t rt_mp_init(struct rt_mempool *mp, const char *name, void *start,
		    rt_size_t size, rt_size_t block_size);
rt_err_t rt_mp_detach(struct rt_mempool *mp);
rt_mp_t rt_mp_create(const char *name, rt_size_t block_count,
		     rt_size_t block_size);
rt_err_t rt_mp_delete(rt_mp_t mp);
void *rt_mp_alloc(rt_mp_t mp, rt_int32_t time);
void rt_mp_free(void *block);

/* As the hooks of the system heap; shared by all pools of all drivers. */
void rt_mp_alloc_sethook(void (*hook)(struct rt_mempool *mp, void *block));
void rt_mp_free_sethook(void (*hook)(struct rt_mempool *mp, void *block));

#endif /* _RTALLOC_PORT_RTTHREAD_H */

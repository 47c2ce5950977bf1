/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rtthread.h - RT-Thread's allocators under their own names. In a driver that allocates,
 * include this in place of RT-Thread's rtthread.h.
 *
 * The system heap (rt_malloc() and related functions) belongs to the module rtalloc_port.
 * rt_smem_*, rt_slab_*, rt_memheap_* and rt_mp_init() use memory that the caller provides.
 * Offsets, failures and statistics are those of the originals. A heap is known to the
 * kernel, so it must be detached before its memory is used for anything else.
 *
 * These rules hold for all functions:
 * - A pointer that is not a live block is refused, counted and reported; nothing changes.
 * - Freeing NULL does nothing.
 * - A block that cannot be resized is not changed.
 * - Functions that create or end a heap, or set a hook, sleep: process context only.
 * - Functions on blocks do not sleep. Those of slab and of pools may be called in any
 *   context but NMI; the others as rtalloc_alloc() of a spinlock heap, that is, on
 *   PREEMPT_RT not in hard interrupts or under raw spinlocks.
 *
 * Documentation/porting.rst lists what is refused here and not in RT-Thread. Functions are
 * documented at their definition: port/rtthread.c for the system heap, port/rtthread_mem.c
 * for heaps in the caller's memory, port/rtthread_mp.c for pools. Types, lists and a few
 * kernel services are in rtthread_def.h.
 */
#ifndef _RTALLOC_PORT_RTTHREAD_H
#define _RTALLOC_PORT_RTTHREAD_H

#include <linux/atomic.h>
#include <rtalloc/port/rtthread_def.h>

struct mempool_fixed;
struct rtalloc_heap;

/* ---- the system heap -------------------------------------------------- */

/*
 * Move the system heap, which all drivers share, to other memory. Refused while there are
 * blocks in it. Sleeps.
 */
void rt_system_heap_init(void *begin_addr, void *end_addr);

/*
 * Blocks of the system heap. The module parameter rtthread_heap selects its algorithm;
 * with slab, these may be called in any context but NMI. rt_free_align() and rt_free() do
 * the same. Only slab has pages; pages that were allocated together are freed together.
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
 * rt_strdup() - copy a string into a block of the system heap
 * @s: the string, or NULL
 *
 * Context: as rt_malloc(); linear in the length of the string.
 * Return: the block, to be freed by rt_free(); NULL if @s is NULL or there is no memory.
 */
rt_inline char *rt_strdup(const char *s)
{
	rt_size_t size = s ? strlen(s) + 1 : 0;
	char *copy = size ? rt_malloc(size) : RT_NULL;

	return copy ? memcpy(copy, s, size) : RT_NULL;
}

/*
 * A hook runs in the context of the function that calls it, without a lock held. NULL
 * removes it. When one of these returns, the previous hook is not running any more, so its
 * module may be unloaded. They must not be called from a hook.
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
 * @address: start of the memory for blocks
 * @total: bytes managed
 * @used: bytes in use, updated by each call on the heap
 * @max: highest value of @used so far
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
 * The memory at @begin_addr, where the control block is, must stay until the heap is
 * detached. Detaching drops all blocks; there must be no call on the heap meanwhile.
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
 * @start_addr: start of its memory
 * @pool_size: size of its memory in bytes
 * @available_size: free bytes, updated by each call on the heap
 * @max_used_size: highest number of bytes in use so far, with the two fixed headers
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
 * The caller's struct must stay until the memheap is detached.
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
 * @start_address: start of its memory
 * @size: size of its memory in bytes
 * @block_size: bytes of a block, rounded up to a multiple of 8
 * @block_total_count: number of blocks
 * @block_free_count: number of free blocks, updated by each call on the pool
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
 * rt_mp_detach() ends a pool of rt_mp_init(), rt_mp_delete() one of rt_mp_create(). Tasks
 * that wait in rt_mp_alloc() then get NULL; nobody else may use the pool meanwhile.
 *
 * rt_mp_alloc(): @time is in ticks; negative: no limit. With 0 it never waits, and may be
 * called in any context but NMI, as rt_mp_free() may; otherwise it may sleep, and is refused
 * with NULL and a line in the log where that is not allowed.
 * rt_thread_delete() does not end a wait here: use a limit, or end the pool first.
 */
rt_err_t rt_mp_init(struct rt_mempool *mp, const char *name, void *start,
		    rt_size_t size, rt_size_t block_size);
rt_err_t rt_mp_detach(struct rt_mempool *mp);
rt_mp_t rt_mp_create(const char *name, rt_size_t block_count,
		     rt_size_t block_size);
rt_err_t rt_mp_delete(rt_mp_t mp);
void *rt_mp_alloc(rt_mp_t mp, rt_int32_t time);
void rt_mp_free(void *block);

/* Like the hooks of the system heap. They are called for all pools of all drivers. */
void rt_mp_alloc_sethook(void (*hook)(struct rt_mempool *mp, void *block));
void rt_mp_free_sethook(void (*hook)(struct rt_mempool *mp, void *block));

#endif /* _RTALLOC_PORT_RTTHREAD_H */

// SPDX-License-Identifier: GPL-2.0-only
/*
 * rtthread_mp.c - RT-Thread's memory pools.
 *
 * A pool is a mempool_fixed with the original's header in front of each block, so as many
 * blocks fit into the same memory, at the same addresses. The task that has waited
 * longest gets the next block, as in the original from 5.1.0 on. A freed block is handed
 * directly to that task, so a woken task never has to wait again.
 *
 * A call may still use the pool's struct after it has taken or freed its block, when
 * another task deletes the pool. So every call enters the heap (rtalloc_heap_enter()),
 * and deleting the pool waits until all calls have left it.
 */
#include <linux/err.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <rtalloc/mempool_fixed.h>

#include "port/rtthread.h"

#define BLOCK_HEADER	8	/* bytes in front of each block, as in the original */

static PORT_RANGES(pools);

static void (*alloc_hook)(struct rt_mempool *mp, void *block);
static void (*free_hook)(struct rt_mempool *mp, void *block);

/*
 * Return the pool of @mp. If @mp is not a valid pool, or lacks the bits of @class in its
 * type, log that and return NULL.
 */
static struct mempool_fixed *pool_of(const struct rt_mempool *mp,
				     unsigned int class, struct port_call call)
{
	if (mp && (mp->parent.type | class) == mp->parent.type &&
	    (mp->parent.type | RT_Object_Class_Static) ==
	    (RT_Object_Class_MemPool | RT_Object_Class_Static))
		return mp->pool;
	port_refused(call, NULL, "not a memory pool, or not one of this kind");
	return NULL;
}

static void count_store(void *object, struct rtalloc_heap *heap)
{
	struct rt_mempool *mp = object;

	WRITE_ONCE(mp->block_free_count, mempool_fixed_nr_free(mp->pool));
}

static void count_update(struct rt_mempool *mp)
{
	port_counted(mempool_fixed_heap(mp->pool), mp, count_store);
}

/* ---- life ------------------------------------------------------------ */

/* Fill in @mp for its new @pool, which may be an ERR_PTR(). */
static rt_err_t mp_open(struct rt_mempool *mp, const char *name,
			struct mempool_fixed *pool, unsigned int class)
{
	struct port_range range = {
		.heap = pool,
		.object = mp,
	};

	if (IS_ERR(pool))
		return -RT_ERROR;
	range.start = mempool_fixed_element(pool, 0);
	range.size = mempool_fixed_count(pool) * mempool_fixed_stride(pool);
	rtthread_object_init(&mp->parent, name, class);
	mp->pool = pool;
	if (!mp->size) {
		mp->start_address = mempool_fixed_element(pool, 0) -
				    BLOCK_HEADER;
		mp->size = range.size;
	}
	mp->block_size = mempool_fixed_elem_size(pool);
	mp->block_total_count = mempool_fixed_count(pool);
	count_update(mp);
	if (!port_range_add(&pools, range))
		return RT_EOK;
	port_heap_close(mempool_fixed_heap(pool));
	mp->parent.type = 0;
	return -RT_ERROR;
}

/* Destroy a pool. When this returns, no call uses its rt_mempool any more. */
static void pool_close(struct mempool_fixed *pool)
{
	port_range_remove(&pools, pool, NULL);
	port_heap_close(mempool_fixed_heap(pool));
}

static void mp_close(struct rt_mempool *mp, struct mempool_fixed *pool)
{
	mp->parent.type = 0;
	pool_close(pool);
}

static struct mempool_fixed_params pool_params(rt_size_t block_size)
{
	return (struct mempool_fixed_params) {
		.elem = block_size,
		.align = RT_ALIGN_SIZE,
		.flags = RTALLOC_POOL_HEADER,
	};
}

/**
 * rt_mp_init() - create a pool in the caller's memory
 * @mp: the struct to initialise; if it is a pool already, that pool is detached first,
 *	also if creating the new one fails
 * @name: its name in debugfs, where a number may be appended
 * @start: its memory; rounded up to a multiple of 8
 * @size: bytes at @start
 * @block_size: bytes of a block, rounded up to a multiple of 8; each block takes 8 bytes
 *	more
 *
 * Context: Process context, may sleep.
 * Return: RT_EOK; -RT_ERROR: not one block fits, or the kernel has no memory for its
 *	records.
 */
rt_err_t rt_mp_init(struct rt_mempool *mp, const char *name, void *start,
		    rt_size_t size, rt_size_t block_size)
{
	struct mempool_fixed *pool = port_range_heap(&pools, mp);

	if (pool)
		mp_close(mp, pool);
	size = port_align(&start, size, RT_ALIGN_SIZE);
	if (!mp || !start || !size)
		return -RT_ERROR;
	memset(mp, 0, sizeof(*mp));
	mp->start_address = start;
	mp->size = RT_ALIGN_DOWN(size, RT_ALIGN_SIZE);
	pool = port_pool_open(name, pool_params(block_size), start, mp->size);
	return mp_open(mp, name, pool,
		       RT_Object_Class_MemPool | RT_Object_Class_Static);
}
EXPORT_SYMBOL_GPL(rt_mp_init);

/**
 * rt_mp_detach() - end a pool of rt_mp_init()
 * @mp: the pool; tasks that wait for a block of it get NULL
 *
 * Context: Process context, may sleep. Apart from waiting tasks, nobody may use @mp
 *	meanwhile.
 * Return: RT_EOK; -RT_ERROR: @mp is not a pool of rt_mp_init().
 */
rt_err_t rt_mp_detach(struct rt_mempool *mp)
{
	struct mempool_fixed *pool = pool_of(mp, RT_Object_Class_Static,
					     PORT_CALL);

	if (!pool)
		return -RT_ERROR;
	mp_close(mp, pool);
	return RT_EOK;
}
EXPORT_SYMBOL_GPL(rt_mp_detach);

/**
 * rt_mp_create() - create a pool in the module's region
 * @name: its name in debugfs, where a number may be appended
 * @block_count: number of blocks
 * @block_size: bytes of a block, rounded up to a multiple of 8
 *
 * Context: Process context, may sleep.
 * Return: the pool, or NULL.
 */
rt_mp_t rt_mp_create(const char *name, rt_size_t block_count,
		     rt_size_t block_size)
{
	struct mempool_fixed_params params = pool_params(block_size);
	struct rt_mempool *mp;

	if (!block_count || block_count > RTALLOC_POOL_MAX)
		return NULL;
	mp = kzalloc(sizeof(*mp), GFP_KERNEL);
	if (!mp)
		return NULL;
	params.count = block_count;
	if (!mp_open(mp, name, port_pool_open(name, params, NULL, 0),
		     RT_Object_Class_MemPool))
		return mp;
	kfree(mp);
	return NULL;
}
EXPORT_SYMBOL_GPL(rt_mp_create);

/**
 * rt_mp_delete() - end a pool of rt_mp_create(), and free it
 * @mp: the pool; tasks that wait for a block of it get NULL
 *
 * Context: Process context, may sleep. Apart from waiting tasks, nobody may use @mp
 *	meanwhile.
 * Return: RT_EOK; -RT_ERROR: @mp is not a pool of rt_mp_create().
 */
rt_err_t rt_mp_delete(rt_mp_t mp)
{
	struct mempool_fixed *pool = pool_of(mp, 0, PORT_CALL);

	if (!pool || mp->parent.type & RT_Object_Class_Static)
		return -RT_ERROR;
	mp_close(mp, pool);
	kfree(mp);
	return RT_EOK;
}
EXPORT_SYMBOL_GPL(rt_mp_delete);

/* ---- blocks ---------------------------------------------------------- */

/**
 * rt_mp_alloc() - take a block out of a pool
 * @mp: the pool
 * @time: the longest wait for a block, in ticks (jiffies); 0: do not wait; negative: no
 *	limit
 *
 * A fatal signal ends the wait. rt_thread_delete() does not end it, unlike waits for other
 * objects: it returns only when the thread has got a block, or the time is over.
 *
 * Context: Any but NMI. The caller sleeps only if there is no block and @time is not 0;
 *	where it must not sleep, it gets NULL then.
 * Return: the block, or NULL.
 */
void *rt_mp_alloc(rt_mp_t mp, rt_int32_t time)
{
	struct mempool_fixed *pool = pool_of(mp, 0, PORT_CALL);
	bool may_wait = !time || port_may_wait();
	struct rtalloc_heap *heap;
	void *p;

	if (!pool)
		return NULL;
	if (!may_wait)
		time = 0;
	heap = mempool_fixed_heap(pool);
	rtalloc_heap_enter(heap);
	p = mempool_fixed_alloc_timeout_by(pool, time < 0 ?
					   MEMPOOL_FIXED_FOREVER : time,
					   _RET_IP_);
	if (!IS_ERR(p)) {
		count_update(mp);
		hook_call(alloc_hook, mp, p);
	}
	rtalloc_heap_leave(heap);
	if (IS_ERR(p) && !may_wait)
		port_refused(PORT_CALL, port_rtthread.name,
			     "nobody may sleep here");
	return IS_ERR(p) ? NULL : p;
}
EXPORT_SYMBOL_GPL(rt_mp_alloc);

/**
 * rt_mp_free() - free a block
 * @block: the block; NULL does nothing
 *
 * Anything else than a block in use is refused, counted and reported; nothing changes.
 *
 * Context: Any but NMI; linear in the number of pools.
 */
void rt_mp_free(void *block)
{
	struct port_range range = rtthread_range(&pools, block, PORT_CALL);
	struct rtalloc_heap *heap;

	if (!range.heap)
		return;
	heap = mempool_fixed_heap(range.heap);
	rtalloc_heap_enter(heap);
	hook_call(free_hook, range.object, block);
	mempool_fixed_free_by(range.heap, block, _RET_IP_);
	count_update(range.object);
	rtalloc_heap_leave(heap);
}
EXPORT_SYMBOL_GPL(rt_mp_free);

/**
 * rt_mp_alloc_sethook() - set a function that rt_mp_alloc() calls when it has a block
 * @hook: the function, called with the pool and the block; NULL: none
 *
 * Context: as rt_malloc_sethook().
 */
void rt_mp_alloc_sethook(void (*hook)(struct rt_mempool *mp, void *block))
{
	hook_set(alloc_hook, hook);
}
EXPORT_SYMBOL_GPL(rt_mp_alloc_sethook);

/**
 * rt_mp_free_sethook() - set a function that rt_mp_free() calls before it frees a block
 * @hook: the function, called with the pool and the block; NULL: none
 *
 * Context: as rt_malloc_sethook().
 */
void rt_mp_free_sethook(void (*hook)(struct rt_mempool *mp, void *block))
{
	hook_set(free_hook, hook);
}
EXPORT_SYMBOL_GPL(rt_mp_free_sethook);

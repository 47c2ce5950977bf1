// SPDX-License-Identifier: GPL-2.0-only
/*
 * percpu_pool_test.c - pools with magazines, through the calls of pools.
 */
#include "core/lock.h"
#include "core/percpu_calls.h"
#include "core/registry.h"
#include "kunit/percpu/percpu_heap.h"

static unsigned int told, told_free;

static void freed(struct mempool_fixed *pool, unsigned int nr_free, void *data)
{
	told++;
	told_free = nr_free;
}

/* mempool_fixed_alloc() and _free() work, and a callback for frees is called for each. */
const char *percpu_pool_is_told(struct rtalloc_heap *heap)
{
	struct mempool_fixed *pool = mempool_fixed_of(heap);
	void *p = mempool_fixed_alloc(pool), *q = mempool_fixed_alloc(pool);
	unsigned int count = mempool_fixed_count(pool);

	EXPECT(p && q);
	EXPECT_EQ(mempool_fixed_nr_free(pool), count - 2);
	EXPECT(stats_of(heap).cached > 0);
	told = 0;
	mempool_fixed_set_freed(pool, freed, NULL);
	EXPECT_EQ(stats_of(heap).cached, 0);
	EXPECT_EQ(mempool_fixed_free(pool, p), 0);
	EXPECT_EQ(told, 1);
	EXPECT_EQ(told_free, count - 1);
	EXPECT_EQ(mempool_fixed_free(pool, p), -RTALLOC_DOUBLE_FREE);
	mempool_fixed_set_freed(pool, NULL, NULL);
	EXPECT_EQ(mempool_fixed_free(pool, q), 0);
	EXPECT_EQ(told, 1);
	EXPECT_EQ(mempool_fixed_free(pool, q), -RTALLOC_DOUBLE_FREE);
	EXPECT_EQ(mempool_fixed_free(pool, q + 8), -RTALLOC_NOT_A_BLOCK);
	EXPECT_EQ(stats_of(heap).faults, 3);
	return NULL;
}

/* All elements can be allocated, also by a call with a timeout that does not have to wait. */
const char *percpu_pool_is_had_whole(struct rtalloc_heap *heap)
{
	struct mempool_fixed *pool = mempool_fixed_of(heap);
	static void *p[BLOCKS];
	unsigned int count = mempool_fixed_count(pool), i;

	for (i = 0; i < count; i++) {
		p[i] = i % 2 ? mempool_fixed_alloc(pool) :
			       mempool_fixed_alloc_timeout(pool, 0);
		EXPECT(!IS_ERR_OR_NULL(p[i]));
	}
	EXPECT(!mempool_fixed_alloc(pool));
	EXPECT_EQ(PTR_ERR(mempool_fixed_alloc_timeout(pool, 0)), -ETIMEDOUT);
	percpu_test_cpu(1);
	EXPECT_EQ(mempool_fixed_free(pool, p[0]), 0);
	percpu_test_cpu(0);
	/* It is in another processor's magazine: waiting makes that give it back. */
	p[0] = mempool_fixed_alloc_timeout(pool, 1);
	EXPECT(!IS_ERR_OR_NULL(p[0]));
	mempool_fixed_close(pool);
	for (i = 0; i < count; i++)
		EXPECT_EQ(mempool_fixed_free(pool, p[i]), 0);
	EXPECT(!mempool_fixed_alloc(pool));
	EXPECT_EQ(stats_of(heap).cached, 0);
	return NULL;
}

/* Stop the magazines, as destroying does, or start them again, as it does if blocks live. */
static void magazines_stop(struct rtalloc_heap *heap, bool stop)
{
	unsigned long flags;

	mutex_lock(&rtalloc_registry_lock);
	if (stop) {
		rtalloc_percpu_stop(heap, _THIS_IP_);
	} else {
		flags = heap_lock(heap);
		rtalloc_percpu_resume(heap);
		heap_unlock(heap, flags);
	}
	mutex_unlock(&rtalloc_registry_lock);
}

/*
 * Destroying a pool stops its magazines and adds up their counts. Waits and callbacks, which
 * switch magazines off and on, too, must not start them again meanwhile. If the pool is not
 * destroyed, because an element is live, the magazines are used again.
 */
const char *percpu_pool_is_stopped(struct rtalloc_heap *heap)
{
	struct mempool_fixed *pool = mempool_fixed_of(heap);
	void *p;
	int i;

	magazines_stop(heap, true);
	for (i = 0; i < 3; i++) {
		mempool_fixed_set_freed(pool, freed, NULL);
		mempool_fixed_set_freed(pool, NULL, NULL);
		p = mempool_fixed_alloc(pool);
		EXPECT_EQ(stats_of(heap).cached, 0);
		EXPECT_EQ(mempool_fixed_free(pool, p), 0);
		EXPECT_EQ(stats_of(heap).cached, 0);
	}
	magazines_stop(heap, false);
	p = mempool_fixed_alloc(pool);
	EXPECT(stats_of(heap).cached > 0);
	EXPECT_EQ(rtalloc_heap_destroy(heap, false), -EBUSY);
	EXPECT_EQ(stats_of(heap).cached, 0);
	EXPECT_EQ(mempool_fixed_free(pool, p), 0);
	EXPECT(stats_of(heap).cached > 0);
	return NULL;
}

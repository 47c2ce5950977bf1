// SPDX-License-Identifier: GPL-2.0-only
/*
 * percpu_count_test.c - heaps with magazines: counters that have become large.
 */
#include <linux/gfp.h>
#include <linux/percpu.h>

#include "kunit/percpu/percpu_heap.h"

/*
 * Set the counters as if 2^31 blocks had been allocated under the lock and freed into
 * magazines: further batches that go back must still be counted correctly.
 */
const char *percpu_long_use_is_counted(struct rtalloc_heap *heap)
{
	void *p[100];
	size_t i;

	heap->allocs += 1ull << 31;
	heap->layer->in -= 1ull << 31;
	for (i = 0; i < ARRAY_SIZE(p); i++) {
		p[i] = rtalloc_alloc(heap, 50, GFP_ATOMIC);
		EXPECT(p[i]);
	}
	EXPECT_EQ(stats_of(heap).live, ARRAY_SIZE(p));
	for (i = 0; i < ARRAY_SIZE(p); i++)
		EXPECT_EQ(rtalloc_free(heap, p[i]), 0);
	rtalloc_trim(heap);
	EXPECT_EQ(stats_of(heap).live, 0);
	EXPECT_EQ(stats_of(heap).frees, (1ull << 31) + ARRAY_SIZE(p));
	return NULL;
}

/* Return a magazine of processor 0 that has blocks. */
static struct magazine *mag_with_blocks(struct rtalloc_heap *heap)
{
	struct magazine *mag = (*per_cpu_ptr(heap->layer->mags, 0))->mag;

	while (!mag_count(heap->layer, mag))
		mag++;
	return mag;
}

/* Set the count of a magazine. */
static void mag_allocs_set(struct magazine *mag, u64 allocs)
{
	mag->allocs = allocs;
#if BITS_PER_LONG == 32
	mag->halves = allocs >> 31;
#endif
}

/*
 * A magazine has handed out more blocks than 32 bits can count. On a machine of 32 bits
 * the halves are set as another processor may find them, too: behind the low word.
 */
const char *percpu_many_are_counted(struct rtalloc_heap *heap)
{
	static const u64 counts[] = { (1ull << 31) - 2, (1ull << 32) - 2,
				      (1ull << 33) - 2 };
	struct magazine *mag;
	size_t i, j;
	u64 others;
	void *p;

	percpu_test_cpu(0);
	EXPECT_EQ(rtalloc_free(heap, rtalloc_alloc(heap, 50, GFP_ATOMIC)), 0);
	mag = mag_with_blocks(heap);
	others = stats_of(heap).allocs - mag_allocs(mag);
	for (i = 0; i < ARRAY_SIZE(counts); i++) {
		mag_allocs_set(mag, counts[i]);
		for (j = 1; j <= 4; j++) {
			p = rtalloc_alloc(heap, 50, GFP_ATOMIC);
			EXPECT(p);
			EXPECT_EQ(stats_of(heap).allocs, others + counts[i] + j);
			EXPECT_EQ(stats_of(heap).live, 1);
			EXPECT_EQ(rtalloc_free(heap, p), 0);
		}
		mag_allocs_set(mag, counts[i] + 2);
#if BITS_PER_LONG == 32
		mag->halves--;
#endif
		EXPECT_EQ(mag_allocs(mag), counts[i] + 2);
		mag_allocs_set(mag, counts[i] + 2);
	}
	return NULL;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * golden_kunit.c - sequences played by the original RT-Thread 5.1.0 code (64
 * bits, RT_ALIGN_SIZE 8), reproduced through the front door.
 *
 * Each step draws a slot, an operation and a size. An empty slot is allocated;
 * a taken one is freed by the operations 0 to 3, reallocated by 4 to 7. The
 * value of a step is the block's offset + 1, 0 for a failure, ~0 for a free;
 * the hash is FNV-1a over the values and the bytes in use. The numbers are
 * those of tools/user/vectors/rtthread-a8.txt.
 */
#include "kunit/common.h"

#define SLOTS		64
#define FNV_BASIS	14695981039346656037ull
#define FNV_PRIME	1099511628211ull
#define FREED		(~0ull)

struct line {
	u32 step;
	u64 v;
	u64 used;
	u64 max;
	u64 hash;
};

/*
 * The slab's size is what it manages; its tables need 5 pages more. So is that
 * of small_mem; its first header and its end mark are 24 bytes each.
 */
static const struct section {
	const char *desc;
	const char *backend;
	size_t size;
	unsigned int flags;
	u32 size_limit;
	struct line line[5];
} sections[] = {
	{ "small-mem", "small_mem", SZ_64K + 2 * 24, 0, 2048, {
		{ 0, 25, 232, 232, 0x0b133906a6ae74d4 },
		{ 11, 12209, 13840, 13840, 0x90b9185edd8679c6 },
		{ 999, 1345, 31448, 57120, 0x3ee383798cbec970 },
		{ 9999, 13817, 36784, 58608, 0x6ef57745a8970f08 },
		{ 99999, 12857, 36392, 58608, 0xcfc5cf43578f2ec9 },
	} },
	{ "memheap-fast", "memheap", SZ_64K, 0, 2048, {
		{ 0, 49, 352, 352, 0xac9dcc5e8828674f },
		{ 11, 12497, 14224, 14224, 0x75c1387e6004b9b9 },
		{ 999, 54321, 32576, 54632, 0x268d721cb02ebd84 },
		{ 9999, 52681, 39384, 57544, 0x56eec1c8542796ec },
		{ 99999, 32841, 38304, 59656, 0x0228ab7645b901cc },
	} },
	{ "memheap-best", "memheap", SZ_64K, RTALLOC_HEAP_BEST_FIT, 2048, {
		{ 11, 12497, 14224, 14224, 0x75c1387e6004b9b9 },
		{ 999, 28225, 33328, 57304, 0x55e862f778008120 },
		{ 9999, 27745, 35512, 60272, 0x9388acacc5f7c3b8 },
		{ 99999, 64161, 38456, 60272, 0xc9ad5142451f511d },
	} },
	{ "slab", "slab", SZ_1M + 5 * SZ_4K, 0, 10000, {
		{ 0, 4153, 1280, 1280, 0x52e6463ec45e4ddb },
		{ 11, 290873, 67264, 67264, 0x73a1c430c63144a7 },
		{ 999, 384057, 194752, 287104, 0xb4b26caf62f85dfa },
		{ 9999, 251961, 219328, 295040, 0x57594ac836beaa98 },
		{ 99999, 733185, 229504, 306816, 0xe7f73c031769d2d2 },
	} },
};

KUNIT_ARRAY_PARAM_DESC(sections, sections, desc);

struct play {
	struct rtalloc_heap *heap;
	void *slot[SLOTS];
	u64 state;
	u64 hash;
	u64 v;
	u32 size_limit;
};

static u64 fnv(u64 hash, u64 value)
{
	int i;

	for (i = 0; i < 8; i++, value >>= 8)
		hash = (hash ^ (value & 0xff)) * FNV_PRIME;
	return hash;
}

static u64 value_of(struct play *play, const void *p)
{
	return p ? where(play->heap, p) + 1 : 0;
}

/* memheap's originals give a block for size 0, its smallest. */
static void *play_alloc(struct play *play, size_t size)
{
	if (!size && play->heap->ops == &memheap_ops)
		size = 1;
	return rtalloc_alloc(play->heap, size, GFP_KERNEL);
}

static u64 play_slot(struct play *play, void **slot, u32 op, size_t size)
{
	void *p;

	if (!*slot) {
		*slot = play_alloc(play, size);
		return value_of(play, *slot);
	}
	if (op < 4) {
		rtalloc_free(play->heap, *slot);
		*slot = NULL;
		return FREED;
	}
	p = rtalloc_realloc(play->heap, *slot, size, GFP_KERNEL);
	if (p || !size)
		*slot = p;
	return value_of(play, p);
}

static void play_step(struct play *play)
{
	u32 k = draw(&play->state) % SLOTS;
	u32 op = draw(&play->state) % 8;
	u32 size = draw(&play->state) % play->size_limit;

	play->v = play_slot(play, &play->slot[k], op, size);
	play->hash = fnv(play->hash, play->v);
	play->hash = fnv(play->hash, heap_stats(play->heap).used);
}

static void original_is_reproduced(struct kunit *test)
{
	const struct section *section = test->param_value;
	const struct geometry geometry = {
		section->desc, section->backend, section->size, 0,
		section->flags,
	};
	struct play *play = kunit_kzalloc(test, sizeof(*play), GFP_KERNEL);
	const struct line *line = section->line;
	u32 step;

	KUNIT_ASSERT_NOT_NULL(test, play);
	play->heap = heap_open(test, &geometry);
	play->size_limit = section->size_limit;
	play->hash = FNV_BASIS;
	play->state = 1;
	for (step = 0; line < section->line + 5 && line->hash; step++) {
		play_step(play);
		if (step != line->step)
			continue;
		KUNIT_EXPECT_EQ(test, line->v, play->v);
		KUNIT_EXPECT_EQ(test, line->used, heap_stats(play->heap).used);
		KUNIT_EXPECT_EQ(test, line->max,
				heap_stats(play->heap).max_used);
		KUNIT_ASSERT_EQ(test, line->hash, play->hash);
		line++;
	}
	KUNIT_EXPECT_EQ(test, 100000, step);
	KUNIT_EXPECT_EQ(test, 0, heap_stats(play->heap).faults);
}

static struct kunit_case golden_cases[] = {
	KUNIT_CASE_PARAM_ATTR(original_is_reproduced, sections_gen_params,
			      { .speed = KUNIT_SPEED_SLOW }),
	{}
};

static struct kunit_suite golden_suite = {
	.name = "rtalloc_golden",
	.test_cases = golden_cases,
};

kunit_test_suite(golden_suite);

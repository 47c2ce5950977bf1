// SPDX-License-Identifier: GPL-2.0-only
/*
 * golden.c - 100000 steps must give the results that the original code of RT-Thread 5.1.0
 * gave (64 bits, RT_ALIGN_SIZE 8), by the hooks and through the core. The numbers are
 * those of tools/user/vectors/rtthread-a8.txt, which tools/user/golden uses too.
 */
#include "play.h"
#include "unit.h"

#define SLOTS	64

struct line {
	u64 step;
	struct outcome want;
};

static const struct section {
	const char *backend;
	u64 maxsz;
	struct line line[5];
} sections[] = {
	{ "smem", 2048, {
		{ 0, { 25, 232, 232, 0x0b133906a6ae74d4 } },
		{ 11, { 12209, 13840, 13840, 0x90b9185edd8679c6 } },
		{ 999, { 1345, 31448, 57120, 0x3ee383798cbec970 } },
		{ 9999, { 13817, 36784, 58608, 0x6ef57745a8970f08 } },
		{ 99999, { 12857, 36392, 58608, 0xcfc5cf43578f2ec9 } },
	} },
	{ "memheap-fast", 2048, {
		{ 0, { 49, 352, 352, 0xac9dcc5e8828674f } },
		{ 11, { 12497, 14224, 14224, 0x75c1387e6004b9b9 } },
		{ 999, { 54321, 32576, 54632, 0x268d721cb02ebd84 } },
		{ 9999, { 52681, 39384, 57544, 0x56eec1c8542796ec } },
		{ 99999, { 32841, 38304, 59656, 0x0228ab7645b901cc } },
	} },
	{ "memheap-best", 2048, {
		{ 11, { 12497, 14224, 14224, 0x75c1387e6004b9b9 } },
		{ 999, { 28225, 33328, 57304, 0x55e862f778008120 } },
		{ 9999, { 27745, 35512, 60272, 0x9388acacc5f7c3b8 } },
		{ 99999, { 64161, 38456, 60272, 0xc9ad5142451f511d } },
	} },
	{ "slab", 10000, {
		{ 0, { 4153, 1280, 1280, 0x52e6463ec45e4ddb } },
		{ 11, { 290873, 67264, 67264, 0x73a1c430c63144a7 } },
		{ 999, { 384057, 194752, 287104, 0xb4b26caf62f85dfa } },
		{ 9999, { 251961, 219328, 295040, 0x57594ac836beaa98 } },
		{ 99999, { 733185, 229504, 306816, 0xe7f73c031769d2d2 } },
	} },
};

static const struct section *section_of(const struct heap *heap)
{
	const struct section *section = sections;

	while (strcmp(section->backend, heap->backend->name))
		section++;
	return section;
}

static const char *original_is_reproduced(struct heap *heap)
{
	const struct section *section = section_of(heap);
	const struct line *line = section->line;
	void *slot[SLOTS] = { 0 };
	struct play play = {
		.heap = heap, .slot = slot, .slots = SLOTS, .state = 1,
		.maxsz = section->maxsz, .now.hash = FNV_BASIS,
	};

	/* Only slab's offsets do not depend on the word size. */
	if (BITS_PER_LONG < 64 && heap->ops != &slabzone_ops)
		return NULL;
	for (; line < section->line + 5 && line->want.hash; line++) {
		while (play.steps <= line->step)
			play_step(&play);
		EXPECT_EQ(play.now.v, line->want.v);
		EXPECT_EQ(play.now.used, line->want.used);
		EXPECT_EQ(play.now.max, line->want.max);
		EXPECT_EQ(play.now.hash, line->want.hash);
	}
	EXPECT_EQ(play.steps, 100000);
	return sound(heap);
}

/*
 * The vectors of slab and small_mem state the size that the heap manages. Its region is
 * larger: by 5 pages of tables, or by a first header and an end mark of 24 bytes each.
 */
const struct test golden_tests[] = {
	{ "golden", original_is_reproduced, "smem", 64 * KIB + 2 * 24, A8,
	  .core = true },
	{ "golden", original_is_reproduced, "memheap-fast", 64 * KIB, A8,
	  .core = true, .twin = "memheap-best" },
	{ "golden", original_is_reproduced, "slab", MIB + 5 * 4096, A8,
	  .core = true },
	{ 0 },
};

// SPDX-License-Identifier: GPL-2.0-only
/*
 * white_slab.c - tests that know slab's layout: zones of 32 KiB behind the page of usage
 * words. The expected offsets are those that the original printed.
 */

#include "backend/slabzone.h"
#include "white.h"

#define PAGE	4096u
#define ZONE	(32 * KIB)

/* The chunk size for a request, by the borders of the 72 classes. */
static size_t chunk_for(size_t size)
{
	size_t step = 8;

	for (size_t from = 128; size >= from; from *= 2)
		step *= 2;
	return (size + step - 1) / step * step;
}

static const char *classes(struct heap *heap)
{
	for (size_t size = 1; size < 8192; size++) {
		void *p = get(heap, size);

		EXPECT(p, "no block of %zu bytes", size);
		EXPECT(usable(heap, p) == chunk_for(size),
		       "%zu bytes get %zu, not %zu", size, usable(heap, p),
		       chunk_for(size));
		EXPECT_EQ(heap_stats(heap).used, chunk_for(size));
		EXPECT_EQ(put(heap, p), 0);
	}
	EXPECT_EQ(usable(heap, get(heap, 8192)), 8192);
	EXPECT_EQ(usable(heap, get(heap, 8193)), 12288);
	return sound(heap);
}

/* Unused chunks are allocated before freed ones, and freed ones last in, first out. */
static const char *unused_first(struct heap *heap)
{
	const size_t per_zone = (ZONE - 56) / 24;
	void *first = get(heap, 24);
	void *second = get(heap, 24);

	EXPECT_EQ(where(heap, first), PAGE + 56);
	EXPECT_EQ(where(heap, second), PAGE + 56 + 24);
	EXPECT_EQ(put(heap, first), 0);
	EXPECT_EQ(put(heap, second), 0);
	for (size_t i = 2; i < per_zone; i++)
		EXPECT_EQ(where(heap, get(heap, 24)), PAGE + 56 + 24 * i);
	EXPECT(get(heap, 24) == second, "not the chunk freed last");
	EXPECT(get(heap, 24) == first, "not the chunk freed first");
	EXPECT_EQ(where(heap, get(heap, 24)), PAGE + ZONE + 56);
	return sound(heap);
}

/*
 * Documentation/backends/slab.rst: each class takes a zone of eight pages. 256 KiB are 64
 * pages. Tables take 2.0 %, which leaves 62, of which one has the usage words: so there
 * can be (62 - 1) / 8 = 7 classes. Five pages are left then, and largest_free is their
 * size, although smaller requests are refused if their class has no zone.
 */
static const char *classes_need_zones(struct heap *heap)
{
	size_t size, n = 0;

	for (size = 8; n < 7; size += 8, n++)
		EXPECT(get(heap, size), "class %zu of 7 has no zone", n);
	EXPECT(!get(heap, size), "an eighth class has a zone");
	EXPECT(!get(heap, 1500), "1500 bytes have a zone");
	EXPECT_EQ(heap_stats(heap).largest_free, 5 * PAGE);
	EXPECT(get(heap, 56), "a class with a zone is full");
	EXPECT(get(heap, 5 * PAGE), "what the figure says is refused");
	EXPECT_EQ(heap_stats(heap).largest_free, 56);
	return sound(heap);
}

/*
 * The tables of 2888 pages take 2888 * 64 bytes of live bits, 361 * 64 of records, and
 * 4 * (2888 + 368 + 48 + 8) of tree: 221184. With the pages that is all of this heap's
 * 12050432 bytes, so it must have 2888 pages, and one byte less has a page less.
 */
static const char *no_page_is_lost(struct heap *heap)
{
	size_t pages = heap->region[0].size == 12050432 ? 2888 : 2887;

	EXPECT_EQ(heap_stats(heap).total, pages * PAGE);
	return sound(heap);
}

/* Six zones of three chunks each become empty one after the other; some are cached. */
static const char *cached_zones(struct heap *heap)
{
	static const char *const runs[] = {
		"", "", "[69632 F 32768]", "[69632 F 65536]",
		"[69632 F 98304]", "[69632 F 98304]",
	};
	const char *rest = "[200704 F 847872]";
	void *p[16];
	char want[64];

	for (int i = 0; i < 16; i++) {
		p[i] = get(heap, 8000);
		EXPECT_EQ(where(heap, p[i]),
			  PAGE + i / 3 * ZONE + 8192 * (1 + i % 3));
	}
	EXPECT_EQ(heap_stats(heap).used, 16 * 8192);
	for (int i = 0; i < 16; i++) {
		EXPECT_EQ(put(heap, p[i]), 0);
		snprintf(want, sizeof(want), "%s%s",
			 i % 3 == 2 || i == 15 ? runs[i / 3] :
			 i < 3 ? "" : runs[i / 3 - 1], rest);
		TRY(map_is(heap, "F", want));
		TRY(sound(heap));
	}
	EXPECT_EQ(heap_stats(heap).used, 0);
	/* The trim gives back two cached zones and the last one of the class. */
	EXPECT_EQ(heap_trim(heap), 3 * ZONE);
	TRY(map_is(heap, "FUI", "[4096 F 1044480]"));
	EXPECT_EQ(heap_trim(heap), 0);
	return sound(heap);
}

/* A cached zone is used for another class, before new pages are taken. */
static const char *cache_reuse(struct heap *heap)
{
	struct slabzone *sz = heap->ctrl;

	TRY(picture(heap, "a=8000 b=8000 c=8000 d=8000 -a -b -c"));
	EXPECT_EQ(sz->nr_cached, 1);
	TRY(picture(heap, "e=24 e:4152"));
	EXPECT_EQ(sz->nr_cached, 0);
	return picture(heap, "f=40 f:69688");
}

/*
 * A trim in steps, between which the heap changes: it gives back the empty zones that it
 * has not passed yet, at most four in each step (of 32 looks, a zone takes 9). A step that
 * begins inside a large block, allocated meanwhile, ends too.
 */
static const char *trim_in_steps(struct heap *heap)
{
	struct rtalloc_sweep sweep = { 0 };
	size_t bytes = 0, before, holds = 0;
	void *p[30], *large = NULL;
	int err;

	for (int i = 0; i < 30; i++)
		p[i] = get(heap, 8000);	/* ten zones of three chunks */
	for (int i = 0; i < 11; i++)	/* one zone of each class stays empty */
		EXPECT_EQ(put(heap, get(heap, 100 + 16 * i)), 0);
	for (int i = 0; i < 30; i++)
		if (i % 6)		/* every second zone keeps one chunk */
			EXPECT_EQ(put(heap, p[i]), 0);
	do {
		before = bytes;
		sweep.steps = RTALLOC_HOLD_STEPS;
		err = heap->ops->trim(heap->ctrl, &sweep, &bytes);
		EXPECT(bytes - before <= 4 * ZONE, "%zu bytes in one hold",
		       bytes - before);
		TRY(sound(heap));
		if (holds++ == 0)
			large = get(heap, 5 * PAGE);
	} while (err == -EAGAIN && holds < 1000);
	EXPECT_EQ(err, 0);
	EXPECT(large, "no large block");
	EXPECT_EQ(bytes, (11 + 2) * ZONE);	/* two were cached */
	EXPECT_EQ(heap_trim(heap), 0);
	for (int i = 0; i < 30; i += 6)
		EXPECT_EQ(put(heap, p[i]), 0);
	EXPECT_EQ(put(heap, large), 0);
	heap_trim(heap);
	EXPECT_EQ(heap_stats(heap).free_blocks, 1);
	return sound(heap);
}

/*
 * A walk that begins in the middle of a run of 6000 pages looks for its end in steps of
 * 256 pages. Each step returns -EAGAIN and moves the cursor on.
 */
static const char *walk_from_inside(struct heap *heap)
{
	struct rtalloc_cursor cursor = { 0 };
	struct rtalloc_block batch[32];
	void *large = get(heap, 6000 * PAGE);
	int n, holds = 0;
	u64 pos;

	EXPECT(large, "no block");
	cursor.pos = where(heap, large) + 100 * PAGE;
	do {
		pos = cursor.pos;
		n = heap->ops->walk(heap->ctrl, &cursor, batch, 32);
		EXPECT(cursor.pos <= pos + 256 * PAGE || n > 0, "%llu bytes on",
		       cursor.pos - pos);
	} while (n == -EAGAIN && cursor.pos > pos && holds++ < 100);
	EXPECT_EQ(n, 1);
	EXPECT_EQ(holds, 5900 / 256);
	EXPECT_EQ(batch[0].state, RTALLOC_FREE);
	EXPECT_EQ(batch[0].offset, where(heap, large) + 6000 * PAGE);
	return NULL;
}

/* Zones have 32 KiB in heaps up to 64 MiB, 64 KiB up to 128 MiB, and 128 KiB above. */
static const char *zone_size(struct heap *heap)
{
	size_t total = heap_stats(heap).total;
	size_t zone = total <= 64 * MIB ? 32 * KIB :
		      total <= 128 * MIB ? 64 * KIB : 128 * KIB;
	u64 first = where(heap, get(heap, 24));
	u8 *p;

	EXPECT_EQ(where(heap, get(heap, 40)) - first, zone);
	EXPECT_EQ(usable(heap, get(heap, 8191)), 8192);
	EXPECT_EQ(usable(heap, get(heap, 8193)), zone > ZONE ? 9216 : 12288);
	p = get(heap, 16383);
	EXPECT_EQ(usable(heap, p), 16384);
	/* In the largest class it is a chunk, which stays where it is; pages always move. */
	EXPECT_EQ(heap_realloc(heap, p, 16384, NULL) == p, zone > ZONE);
	return sound(heap);
}

/* Sizes above 4 GiB work; the original keeps them in 32 bits. */
static const char *above_4_gib(struct heap *heap)
{
	void *p;

	EXPECT(heap_stats(heap).total > 5 * GIB, "total is %llu",
	       heap_stats(heap).total);
	p = get(heap, 9 * GIB / 2);
	EXPECT(p, "no block of 4.5 GiB");
	EXPECT_EQ(usable(heap, p), 9 * GIB / 2);
	EXPECT_EQ(put(heap, p), 0);
	EXPECT_EQ(heap_stats(heap).used, 0);
	return NULL;
}

/*
 * Nine pages are enough for the smallest heap, but not for its tables. init refuses the
 * region without accessing them, also at the end of the address space, where the tables
 * would end beyond the last address.
 */
static const char *tables_beyond_all(struct heap *heap)
{
	size_t size = ZONE + PAGE;

	EXPECT_EQ(heap->ops->init(heap->ctrl, (void *)-size, size, A8, 0),
		  -ENOSPC);
	return NULL;
}

/* Bad pointers in a zone: its header, inside of a chunk, a chunk that was never allocated. */
static const char *bad_in_zone(struct heap *heap)
{
	u8 *p = get(heap, 24);
	struct slab_zone *zone = zone_by_page(heap->ctrl,
					      page_of(heap->ctrl, p));

	EXPECT_EQ(put(heap, zone->start), -RTALLOC_NOT_A_BLOCK);
	EXPECT_EQ(put(heap, p + 8), -RTALLOC_NOT_A_BLOCK);
	EXPECT_EQ(put(heap, p + 1), -RTALLOC_NOT_A_BLOCK);
	EXPECT_EQ(put(heap, p + 24), -RTALLOC_NOT_A_BLOCK);
	/* 56 + 1363 * 24 = 32768, so there is no slack behind the last chunk. */
	EXPECT_EQ(zone->nr_chunks, 1363);
	EXPECT_EQ(put(heap, p), 0);
	EXPECT_EQ(put(heap, p), -RTALLOC_DOUBLE_FREE);
	return sound(heap);
}

/* Bad pointers in runs of pages, and in the tables, which are not part of the heap. */
static const char *bad_in_pages(struct heap *heap)
{
	struct slabzone *sz = heap->ctrl;
	u8 *p = get(heap, 5 * PAGE), *q = get(heap, 5 * PAGE);

	EXPECT_EQ(put(heap, sz->start), -RTALLOC_NOT_A_BLOCK);
	EXPECT_EQ(put(heap, p + PAGE), -RTALLOC_NOT_A_BLOCK);
	EXPECT_EQ(put(heap, p + 8), -RTALLOC_NOT_A_BLOCK);
	EXPECT_EQ(put(heap, p), 0);
	EXPECT_EQ(put(heap, p), -RTALLOC_DOUBLE_FREE);
	EXPECT_EQ(put(heap, p + PAGE), -RTALLOC_NOT_A_BLOCK);
	EXPECT_EQ(put(heap, sz->live), -RTALLOC_FOREIGN);
	EXPECT_EQ(put(heap, q), 0);
	return sound(heap);
}

static const char *damage_seen(struct heap *heap, u8 *at, size_t n)
{
	struct rtalloc_fault fault = { 0 };
	u8 saved[64];

	memcpy(saved, at, n);
	memset(at, 0x41, n);
	EXPECT(rtalloc_ops_check(heap->ops, heap->ctrl, &fault) == -RTALLOC_CORRUPT,
	       "check does not see damage");
	TRY(looks_survive(heap));
	memcpy(at, saved, n);
	return sound(heap);
}

/*
 * The bytes between a zone's start and its first chunk are a fence that no call uses. Check
 * reports it if they were overwritten.
 */
static const char *header_hit(struct heap *heap)
{
	struct slabzone *sz = heap->ctrl;
	u8 *p = get(heap, 24), *q = get(heap, 24);
	struct rtalloc_fault fault = { 0 };
	int err;

	memset(p - 56, 0x41, 56);
	err = rtalloc_ops_check(heap->ops, heap->ctrl, &fault);
	EXPECT_EQ(err, -RTALLOC_CORRUPT);
	EXPECT(!strcmp(fault.what, "zone header is overwritten"), "'%s'",
	       fault.what);
	EXPECT_EQ(fault.offset, PAGE);
	EXPECT_EQ(usable(heap, q), 24);
	EXPECT_EQ(put(heap, p), 0);
	EXPECT_EQ(put(heap, p), -RTALLOC_DOUBLE_FREE);
	EXPECT(get(heap, 24) == q + 24, "not the next chunk");
	EXPECT_EQ(zone_by_page(sz, 1)->nr_free, (ZONE - 56) / 24 - 2);
	return NULL;
}

/* Free and alloc report damage if a zone's record was overwritten. */
static const char *damage_refused(struct heap *heap)
{
	u8 *p = get(heap, 24);
	struct slabzone *sz = heap->ctrl;
	struct slab_zone *zone = zone_by_page(sz, page_of(sz, p)), saved = *zone;

	memset(zone, 0x41, sizeof(*zone));
	EXPECT_EQ(put(heap, p), -RTALLOC_CORRUPT);
	TRY(refuses(heap, 24, "a broken zone serves"));
	*zone = saved;
	EXPECT_EQ(put(heap, p), 0);
	return sound(heap);
}

/* A chunk written after its free is not handed out again. */
static const char *write_after_free(struct heap *heap)
{
	u64 *p[3];
	u64 was;

	for (int i = 0; i < 3; i++)
		p[i] = get(heap, 8000);
	EXPECT(p[0] && p[1] && p[2], "no blocks");
	EXPECT_EQ(put(heap, p[1]), 0);
	was = p[1][0];
	TRY(damage_seen(heap, (u8 *)p[1], 1));
	TRY(damage_seen(heap, (u8 *)p[1] + 7, 1));
	p[1][0] = 0x4141414141414141;
	TRY(refuses(heap, 8000, "a broken chunk is used"));
	p[1][0] = was;
	EXPECT(get(heap, 8000) == (void *)p[1], "mended, not used");
	return sound(heap);
}

#define TEST(test, ...) { "slab." #test, test, "slab", __VA_ARGS__ }

const struct test slab_tests[] = {
	{ "slab.zero_size", NULL, "slab", MIB, A8, .script = "!0 used=0" },
	TEST(classes_need_zones, 256 * KIB, A8),
	TEST(no_page_is_lost, 12050432, A8),
	TEST(no_page_is_lost, 12050431, A8),
	TEST(classes, 4 * MIB, A8),
	TEST(unused_first, MIB, A8, .is_total = true),
	/* A zone for each class, from page 1 on; chunks begin at a multiple of their size. */
	{ "slab.first_chunks", NULL, "slab", MIB, A8, .is_total = true,
	  .script = "a=8 a:4152 b=16 b:36928 c=4096 c:73728 d=128 d:102528 "
		    "e=8000 e:143360 f=8192 f:167936" },
	TEST(cached_zones, MIB, A8, .is_total = true),
	TEST(cache_reuse, MIB, A8, .is_total = true),
	/* Trim gives back zones that are empty, and none with a live chunk. */
	{ "slab.trim_spares", NULL, "slab", MIB, A8, .is_total = true,
	  .script = "k=24 g=40 trim=0 -g F[69632 F 978944] trim=32768 "
		    "[4152 U 24][36864 F 1011712] -g?N k#24 -k trim=32768" },
	TEST(trim_in_steps, MIB, A8),
	TEST(walk_from_inside, 32 * MIB, A8),
	/* Runs of pages: the lowest that fits is taken, and a freed one merges. */
	{ "slab.page_runs", NULL, "slab", MIB, A8, .is_total = true,
	  .script = "a=20480 a:4096 b=8193 b:24576 c=16384 c:36864 d=8192 d:53248 "
		    "-a -c e=16384 e:4096 "
		    "F[20480 F 4096][36864 F 16384][61440 F 987136] "
		    "-b F[20480 F 32768][61440 F 987136] "
		    "-d F[20480 F 1028096] holes=1 used=16384" },
	/* Which reallocs keep the pointer and which move, as in the original. */
	{ "slab.resize_rules", NULL, "slab", MIB, A8,
	  .script = "a=9000 b=8000 c=20 a>>12000 b>8192 c>17 c>>16 c>>8193 "
		    "c#12288" },
	{ "slab.zone_sizes", zone_size, "slab", 64 * MIB, A8, true, .is_total = true },
	{ "slab.zone_sizes", zone_size, "slab", 64 * MIB + PAGE, A8, true,
	  .is_total = true },
	{ "slab.zone_sizes", zone_size, "slab", 128 * MIB, A8, true, .is_total = true },
	{ "slab.zone_sizes", zone_size, "slab", 128 * MIB + PAGE, A8, true,
	  .is_total = true },
	TEST(above_4_gib, 6 * GIB, A8),
	TEST(tables_beyond_all, MIB, A8),
	TEST(bad_in_zone, MIB, A8),
	TEST(bad_in_pages, MIB, A8),
	TEST(header_hit, MIB, A8),
	TEST(damage_refused, MIB, A8),
	TEST(write_after_free, MIB, A8),
	{ 0 },
};

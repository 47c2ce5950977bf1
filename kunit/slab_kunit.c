// SPDX-License-Identifier: GPL-2.0-only
/*
 * slab_kunit.c - slab from the inside: layout, reuse, page runs, trim, and
 * one deliberate damage for each thing that its check looks at.
 *
 * The backend's source is included, under another name, for its structures.
 * The heaps tested are run by the backend that is linked into the module.
 *
 * Expected offsets: the hand vectors printed by the original, or arithmetic:
 * the usage words take page 0, each zone 8 pages, the first chunk of a class
 * lies at 56 in its zone, or at its own size for a power of two above.
 */
#define slabzone_ops slabzone_ops_seen_by_kunit
#include "slabzone.c"
#include "kunit/common.h"

#define PAGE	SZ_4K
#define ZONE	SZ_32K

/* A heap that manages 1 MiB: its tables take a little more. */
#define TOTAL_1M	(SZ_1M + 5 * PAGE)

static struct slabzone *slab_of(struct rtalloc_heap *heap)
{
	return (struct slabzone *)heap->ctrl;
}

/* The record of the zone that @p lies in. */
static struct slab_zone *zone_at(struct rtalloc_heap *heap, const void *p)
{
	return zone_by_page(slab_of(heap), page_of(slab_of(heap), p));
}

static void *get(struct rtalloc_heap *heap, size_t size)
{
	return rtalloc_alloc(heap, size, GFP_KERNEL);
}

static void class_sizes_are_the_originals(struct kunit *test)
{
	/* Eight steps for each power of two; all of 8..128 in steps of 8. */
	size_t size, step = 8, chunk;

	for (size = 1; size < CHUNK_LIMIT; size++) {
		if (size >= 128 && is_power_of_2(size))
			step *= 2;
		chunk = round_up(size, step);
		if (class_size(class_of(size)) != chunk)
			KUNIT_FAIL(test, "%zu bytes get %u, not %zu", size,
				   class_size(class_of(size)), chunk);
	}
	KUNIT_EXPECT_EQ(test, 0, class_of(8));
	KUNIT_EXPECT_EQ(test, 15, class_of(128));
	KUNIT_EXPECT_EQ(test, 23, class_of(256));
	KUNIT_EXPECT_EQ(test, 71, class_of(16383));
}

static void first_chunks_lie_where_the_original_puts_them(struct kunit *test)
{
	struct rtalloc_heap *heap = slab_open(test, TOTAL_1M);

	KUNIT_EXPECT_EQ(test, PAGE + 56, where(heap, get(heap, 8)));
	KUNIT_EXPECT_EQ(test, PAGE + ZONE + 64, where(heap, get(heap, 16)));
	KUNIT_EXPECT_EQ(test, PAGE + 2 * ZONE + 4096,
			where(heap, get(heap, 4096)));
	KUNIT_EXPECT_EQ(test, PAGE + 3 * ZONE + 128,
			where(heap, get(heap, 128)));
	KUNIT_EXPECT_EQ(test, PAGE + 4 * ZONE + 8192,
			where(heap, get(heap, 8000)));
	KUNIT_EXPECT_EQ(test, PAGE + 5 * ZONE, where(heap, get(heap, 8192)));
}

/* Chunks never used come first; then the one freed last. */
static void virgin_chunks_go_before_freed_ones(struct kunit *test)
{
	struct rtalloc_heap *heap = slab_open(test, TOTAL_1M);
	const size_t per_zone = (ZONE - 56) / 24;
	void *first = get(heap, 24), *second = get(heap, 24);
	size_t i;

	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, first));
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, second));
	for (i = 2; i < per_zone; i++)
		KUNIT_EXPECT_EQ(test, PAGE + 56 + 24 * i,
				where(heap, get(heap, 24)));
	KUNIT_EXPECT_PTR_EQ(test, second, get(heap, 24));
	KUNIT_EXPECT_PTR_EQ(test, first, get(heap, 24));
	KUNIT_EXPECT_EQ(test, PAGE + ZONE + 56, where(heap, get(heap, 24)));
}

/* Six zones of three chunks; two are cached, others go back, the last stays. */
static void emptied_zones_are_cached_then_released(struct kunit *test)
{
	static const u32 cached[] = { 1, 2, 2, 2, 2, 2 };
	static const char *const runs[] = {
		"", "", "[69632 F 32768]", "[69632 F 65536]",
		"[69632 F 98304]", "[69632 F 98304]",
	};
	struct rtalloc_heap *heap = slab_open(test, TOTAL_1M);
	const char *text;
	void *p[16];
	int i;

	for (i = 0; i < 16; i++)
		p[i] = get(heap, 8000);
	for (i = 0; i < 15; i++) {
		KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p[i]));
		if (i % 3 != 2)
			continue;
		KUNIT_EXPECT_EQ(test, cached[i / 3], slab_of(heap)->nr_cached);
		text = map_text(test, heap, "F");
		KUNIT_EXPECT_EQ_MSG(test, 0, strncmp(text, runs[i / 3],
						     strlen(runs[i / 3])),
				    "after %d: %s", i, text);
		expect_sound(test, heap);
	}
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p[15]));
	KUNIT_EXPECT_EQ(test, 0, heap_stats(heap).used);
	KUNIT_EXPECT_EQ(test, 3 * ZONE, rtalloc_trim(heap));
	KUNIT_EXPECT_EQ(test, 1, heap_stats(heap).free_blocks);
}

static void cached_zone_serves_another_class(struct kunit *test)
{
	struct rtalloc_heap *heap = slab_open(test, TOTAL_1M);
	void *p[4];
	int i;

	for (i = 0; i < 4; i++)
		p[i] = get(heap, 8000);
	for (i = 0; i < 3; i++)
		rtalloc_free(heap, p[i]);
	KUNIT_EXPECT_EQ(test, 1, slab_of(heap)->nr_cached);
	KUNIT_EXPECT_EQ(test, PAGE + 56, where(heap, get(heap, 24)));
	KUNIT_EXPECT_EQ(test, 0, slab_of(heap)->nr_cached);
	KUNIT_EXPECT_EQ(test, PAGE + 2 * ZONE + 56,
			where(heap, get(heap, 40)));
}

/*
 *   page 1       6     9         13     15
 *   +---+--------+-----+---------+------+---------
 *   | m |   a    |  b  |    c    |  d   | free ...
 *   +---+--------+-----+---------+------+---------
 */
static void page_runs_are_first_fit_and_merge(struct kunit *test)
{
	struct rtalloc_heap *heap = slab_open(test, TOTAL_1M);
	void *a = get(heap, 5 * PAGE), *b = get(heap, 2 * PAGE + 1);
	void *c = get(heap, 4 * PAGE), *d = get(heap, 2 * PAGE);

	KUNIT_EXPECT_EQ(test, 1 * PAGE, where(heap, a));
	KUNIT_EXPECT_EQ(test, 6 * PAGE, where(heap, b));
	KUNIT_EXPECT_EQ(test, 9 * PAGE, where(heap, c));
	KUNIT_EXPECT_EQ(test, 13 * PAGE, where(heap, d));
	rtalloc_free(heap, a);
	rtalloc_free(heap, c);
	KUNIT_EXPECT_EQ(test, 3, heap_stats(heap).free_blocks);
	/* The earlier, larger run beats the exact one. */
	KUNIT_EXPECT_EQ(test, 1 * PAGE, where(heap, get(heap, 4 * PAGE)));
	rtalloc_free(heap, b);
	KUNIT_EXPECT_EQ(test, 2, heap_stats(heap).free_blocks);
	KUNIT_EXPECT_TRUE(test, strstarts(map_text(test, heap, "F"),
					  "[20480 F 32768]"));
	rtalloc_free(heap, d);
	KUNIT_EXPECT_EQ(test, 1, heap_stats(heap).free_blocks);
}

static void large_block_always_moves(struct kunit *test)
{
	struct rtalloc_heap *heap = slab_open(test, TOTAL_1M);
	void *p = get(heap, 9000), *q;

	q = rtalloc_realloc(heap, p, 12000, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, q);
	KUNIT_EXPECT_PTR_NE(test, p, q);
	KUNIT_EXPECT_EQ(test, 3 * PAGE, heap_stats(heap).used);
}

/* As in the original: a move is to the new class's size, which may be pages. */
static void small_block_stays_within_its_class(struct kunit *test)
{
	struct rtalloc_heap *heap = slab_open(test, TOTAL_1M);
	void *chunk = get(heap, 8000), *small = get(heap, 20), *q;

	KUNIT_EXPECT_PTR_EQ(test, chunk,
			    rtalloc_realloc(heap, chunk, 8192, GFP_KERNEL));
	KUNIT_EXPECT_PTR_EQ(test, small,
			    rtalloc_realloc(heap, small, 17, GFP_KERNEL));
	q = rtalloc_realloc(heap, small, 16, GFP_KERNEL);
	KUNIT_EXPECT_PTR_NE(test, small, q);
	q = rtalloc_realloc(heap, q, 8193, GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, 3 * PAGE, rtalloc_usable_size(heap, q));
}

static void zones_grow_with_the_heap(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, SZ_32K / PAGE, zone_pages_for(64 * SZ_1M));
	KUNIT_EXPECT_EQ(test, SZ_64K / PAGE, zone_pages_for(64 * SZ_1M + PAGE));
	KUNIT_EXPECT_EQ(test, SZ_64K / PAGE, zone_pages_for(SZ_128M));
	KUNIT_EXPECT_EQ(test, SZ_128K / PAGE, zone_pages_for(SZ_128M + PAGE));
	KUNIT_EXPECT_EQ(test, SZ_128K / PAGE, zone_pages_for(32ul * SZ_1G));
}

static void trim_spares_what_lives(struct kunit *test)
{
	struct rtalloc_heap *heap = slab_open(test, TOTAL_1M);
	void *keep = get(heap, 24), *gone = get(heap, 40);

	memset(keep, 0x66, 24);
	KUNIT_EXPECT_EQ(test, 0, rtalloc_trim(heap));
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, gone));
	KUNIT_EXPECT_EQ(test, ZONE, rtalloc_trim(heap));
	KUNIT_EXPECT_PTR_EQ(test, NULL, memchr_inv(keep, 0x66, 24));
	KUNIT_EXPECT_EQ(test, -RTALLOC_NOT_A_BLOCK, rtalloc_free(heap, gone));
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, keep));
	KUNIT_EXPECT_EQ(test, ZONE, rtalloc_trim(heap));
	KUNIT_EXPECT_EQ(test, 0, rtalloc_trim(heap));
}

/* ---- what is freed wrongly ------------------------------------------- */

static void bad_pointers_into_a_zone_are_told_apart(struct kunit *test)
{
	struct rtalloc_heap *heap = slab_open(test, TOTAL_1M);
	void *p = get(heap, 24);
	struct slab_zone *zone = zone_at(heap, p);

	/* The header, behind the chunk's start, a chunk never handed out. */
	KUNIT_EXPECT_EQ(test, -RTALLOC_NOT_A_BLOCK, rtalloc_free(heap, zone->start));
	KUNIT_EXPECT_EQ(test, -RTALLOC_NOT_A_BLOCK, rtalloc_free(heap, p + 8));
	KUNIT_EXPECT_EQ(test, -RTALLOC_NOT_A_BLOCK, rtalloc_free(heap, p + 1));
	KUNIT_EXPECT_EQ(test, -RTALLOC_NOT_A_BLOCK, rtalloc_free(heap, p + 24));
	/* The slack behind the last chunk: 56 + 1363 * 24 = 32768 exactly. */
	KUNIT_EXPECT_EQ(test, 1363, zone->nr_chunks);
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p));
	KUNIT_EXPECT_EQ(test, -RTALLOC_DOUBLE_FREE, rtalloc_free(heap, p));
	KUNIT_EXPECT_EQ(test, 5, heap_stats(heap).faults);
}

static void bad_pointers_into_pages_are_told_apart(struct kunit *test)
{
	struct rtalloc_heap *heap = slab_open(test, TOTAL_1M);
	void *start = slab_of(heap)->start;
	void *p = get(heap, 5 * PAGE), *q = get(heap, 5 * PAGE);

	KUNIT_EXPECT_EQ(test, -RTALLOC_NOT_A_BLOCK, rtalloc_free(heap, start));
	KUNIT_EXPECT_EQ(test, -RTALLOC_NOT_A_BLOCK,
			rtalloc_free(heap, p + PAGE));
	KUNIT_EXPECT_EQ(test, -RTALLOC_NOT_A_BLOCK, rtalloc_free(heap, p + 8));
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p));
	KUNIT_EXPECT_EQ(test, -RTALLOC_DOUBLE_FREE, rtalloc_free(heap, p));
	KUNIT_EXPECT_EQ(test, -RTALLOC_NOT_A_BLOCK,
			rtalloc_free(heap, p + PAGE));
	/* Behind the pages lie the tables; they are no part of the heap. */
	KUNIT_EXPECT_EQ(test, -RTALLOC_FOREIGN,
			rtalloc_free(heap, slab_of(heap)->live));
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, q));
}

static void free_into_a_wiped_zone_is_refused(struct kunit *test)
{
	struct rtalloc_heap *heap = slab_open(test, TOTAL_1M);
	void *p = get(heap, 24);
	struct slab_zone *zone = zone_at(heap, p);

	zone->magic = 0;
	KUNIT_EXPECT_EQ(test, -RTALLOC_CORRUPT, rtalloc_free(heap, p));
	zone->magic = ZONE_MAGIC;
	KUNIT_EXPECT_EQ(test, 24, heap_stats(heap).used);
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p));
}

/* ---- the check, checked ---------------------------------------------- */

/*
 *   page 0  1      9      17    19      22    24
 *   +-------+------+------+-----+-------+-----+----------
 *   | usage | zone | zone | run | free  | run | free ...
 *   +-------+------+------+-----+-------+-----+----------
 *   The first zone has chunks of 24, one freed and one live; the second is
 *   full.
 */
#define RUN	17
#define HOLE	19

struct scene {
	struct slabzone *sz;
	struct slab_zone *zone;
	u8 *freed;
	u8 *live;
};

static void usage_bad_in_zone(struct scene *s)
{
	s->sz->usage[3] += 64;
}

static void zone_magic_bad(struct scene *s)
{
	s->zone->magic ^= 1;
}

static void zone_class_bad(struct scene *s)
{
	s->zone->class++;
}

static void zone_layout_bad(struct scene *s)
{
	s->zone->end -= s->zone->chunk / 8;
}

static void zone_counts_bad(struct scene *s)
{
	s->zone->nr_free = s->zone->nr_chunks + 1;
}

static void free_list_wild(struct scene *s)
{
	s->zone->free++;
}

static void free_list_has_live(struct scene *s)
{
	s->zone->free = live_bit(s->sz, s->live);
}

static void freed_chunk_written(struct scene *s)
{
	*s->freed ^= 0x80;
}

static void free_list_lost(struct scene *s)
{
	s->zone->free = 0;
}

static void live_bit_off_chunk(struct scene *s)
{
	__set_bit(live_bit(s->sz, s->live) + 1, s->sz->live);
}

static void live_bit_lost(struct scene *s)
{
	__clear_bit(live_bit(s->sz, s->live), s->sz->live);
}

static void run_without_length(struct scene *s)
{
	s->sz->usage[RUN] = PAGE_LARGE;
}

static void run_ends_differ(struct scene *s)
{
	s->sz->usage[HOLE + 2] = PAGE_FREE | 1 << 2;
}

static void run_not_in_tree(struct scene *s)
{
	s->sz->tree[0][HOLE] = 0;
}

static void runs_touch(struct scene *s)
{
	slab_run_mark(s->sz, HOLE, PAGE_FREE, 1);
	s->sz->tree[0][HOLE] = 1;
	slab_run_mark(s->sz, HOLE + 1, PAGE_FREE, 2);
	s->sz->tree[0][HOLE + 1] = 2;
}

static void large_live_bit_lost(struct scene *s)
{
	__clear_bit(page_to_bit(RUN), s->sz->live);
}

static void tree_has_stray_run(struct scene *s)
{
	s->sz->nr_runs++;
}

static void tree_node_wrong(struct scene *s)
{
	s->sz->tree[1][0]++;
}

static void list_broken(struct scene *s)
{
	s->zone->pprev = NULL;
}

static void list_wrong(struct scene *s)
{
	u32 class = s->zone->class;

	s->sz->class[class] = NULL;
	s->sz->class[class + 1] = s->zone;
	s->zone->pprev = &s->sz->class[class + 1];
}

static void list_lost(struct scene *s)
{
	s->sz->class[s->zone->class] = NULL;
}

static void cached_miscounted(struct scene *s)
{
	s->sz->nr_cached++;
}

static void live_bit_in_free_run(struct scene *s)
{
	__set_bit(page_to_bit(HOLE + 1), s->sz->live);
}

static void used_wrong(struct scene *s)
{
	s->sz->below_max += 8;
}

static void max_used_wrong(struct scene *s)
{
	s->sz->max_used -= s->sz->below_max + 8;
	s->sz->below_max = -8;
}

static const struct damage {
	void (*make)(struct scene *s);
	const char *seen;
} damages[] = {
	{ usage_bad_in_zone, "page of a zone is marked wrong" },
	{ zone_magic_bad, "zone header is overwritten" },
	{ zone_class_bad, "zone has a wrong class" },
	{ zone_layout_bad, "zone has a wrong layout" },
	{ zone_counts_bad, "zone counts do not fit" },
	{ free_list_wild, "free list leaves its zone" },
	{ free_list_has_live, "live chunk is on the free list" },
	{ freed_chunk_written, "chunk was written after its free" },
	{ free_list_lost, "free list and free count differ" },
	{ live_bit_off_chunk, "live bit off a chunk" },
	{ live_bit_lost, "live chunks and free count differ" },
	{ run_without_length, "page run has no length" },
	{ run_ends_differ, "page run's ends differ" },
	{ run_not_in_tree, "free run is not in the tree" },
	{ runs_touch, "two free runs touch" },
	{ large_live_bit_lost, "large block has no live bit" },
	{ tree_has_stray_run, "tree and free runs differ" },
	{ tree_node_wrong, "tree node is not the maximum" },
	{ list_broken, "zone list is broken" },
	{ list_wrong, "zone is on a wrong list" },
	{ list_lost, "zone with free chunks is on no list" },
	{ cached_miscounted, "cached zones and their count differ" },
	{ live_bit_in_free_run, "live bit off a block" },
	{ used_wrong, "used is miscounted" },
	{ max_used_wrong, "used is miscounted" },
};

static void damage_desc(const struct damage *damage, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%s", damage->seen);
}

KUNIT_ARRAY_PARAM(damages, damages, damage_desc);

static void scene_set(struct rtalloc_heap *heap, struct scene *s)
{
	void *hole;
	int i;

	s->sz = slab_of(heap);
	s->freed = get(heap, 24);
	s->live = get(heap, 24);
	s->zone = zone_at(heap, s->freed);
	for (i = 0; i < 3; i++)
		get(heap, 8000);
	get(heap, 2 * PAGE);
	hole = get(heap, 3 * PAGE);
	get(heap, 2 * PAGE);
	rtalloc_free(heap, hole);
	rtalloc_free(heap, s->freed);
}

static void check_sees(struct kunit *test)
{
	const struct damage *damage = test->param_value;
	struct rtalloc_heap *heap = slab_open(test, TOTAL_1M);
	struct scene s;

	scene_set(heap, &s);
	expect_sound(test, heap);
	heap_is_damaged(heap);
	damage->make(&s);
	expect_damage(test, heap, damage->seen);
}

static struct kunit_case slab_cases[] = {
	KUNIT_CASE(class_sizes_are_the_originals),
	KUNIT_CASE(first_chunks_lie_where_the_original_puts_them),
	KUNIT_CASE(virgin_chunks_go_before_freed_ones),
	KUNIT_CASE(emptied_zones_are_cached_then_released),
	KUNIT_CASE(cached_zone_serves_another_class),
	KUNIT_CASE(page_runs_are_first_fit_and_merge),
	KUNIT_CASE(large_block_always_moves),
	KUNIT_CASE(small_block_stays_within_its_class),
	KUNIT_CASE(zones_grow_with_the_heap),
	KUNIT_CASE(trim_spares_what_lives),
	KUNIT_CASE(bad_pointers_into_a_zone_are_told_apart),
	KUNIT_CASE(bad_pointers_into_pages_are_told_apart),
	KUNIT_CASE(free_into_a_wiped_zone_is_refused),
	KUNIT_CASE_PARAM(check_sees, damages_gen_params),
	{}
};

static struct kunit_suite slab_suite = {
	.name = "rtalloc_slab",
	.test_cases = slab_cases,
};

kunit_test_suite(slab_suite);

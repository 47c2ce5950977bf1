// SPDX-License-Identifier: GPL-2.0-only
/*
 * memheap_kunit.c - memheap from the inside: splitting, merging, the order of
 * the free list, gluing, and one deliberate damage for each thing that its
 * check looks at.
 *
 * The backend's source is included, under another name, for its structures.
 * The heaps tested are run by the backend that is linked into the module.
 *
 * Expected layouts are the hand vectors printed by the original: a header is
 * 48 bytes, the smallest payload 16; offsets are those of payloads, so a block
 * that the original prints at N stands at N + 48 here.
 */
#define memheap_ops memheap_ops_seen_by_kunit
#include "backend/memheap.c"
#include "kunit/common.h"

#define H	48

static struct memheap *memheap_of(struct rtalloc_heap *heap)
{
	return (struct memheap *)heap->ctrl;
}

static void *get(struct rtalloc_heap *heap, size_t size)
{
	return rtalloc_alloc(heap, size, GFP_KERNEL);
}

static void expect_map(struct kunit *test, struct rtalloc_heap *heap,
		       const char *want)
{
	KUNIT_EXPECT_STREQ(test, want, map_text(test, heap, "FUIM"));
	expect_sound(test, heap);
}

/* The free list, from its head: payload offsets. */
static void expect_free_list(struct kunit *test, struct rtalloc_heap *heap,
			     const char *want)
{
	struct arena *arena = memheap_of(heap)->arena;
	struct item *item = arena->list.next_free;
	char text[128] = "";
	size_t len = 0;

	for (; item != &arena->list; item = item->next_free)
		len += scnprintf(text + len, sizeof(text) - len, " %zu",
				 (size_t)((u8 *)item - arena->start) + H);
	KUNIT_EXPECT_STREQ(test, want, text + 1);
}

/* Three blocks of 104 and what is behind: 1024 - 3 * 152 - 2 * 48 = 472. */
static void alloc_splits_the_first_that_fits(struct kunit *test)
{
	struct rtalloc_heap *heap = memheap_open(test, 1024, 0);
	void *p[3];
	int i;

	expect_map(test, heap, "[48 F 928]");
	for (i = 0; i < 3; i++)
		p[i] = get(heap, 100);
	expect_map(test, heap, "[48 U 104][200 U 104][352 U 104][504 F 472]");
	KUNIT_EXPECT_EQ(test, 1024 - 472, heap_stats(heap).used);
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p[0]));
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p[2]));
	expect_map(test, heap, "[48 F 104][200 U 104][352 F 624]");
	expect_free_list(test, heap, "352 48");
	/* Not the one that fits best, but the first of the list. */
	KUNIT_EXPECT_EQ(test, 352, where(heap, get(heap, 40)));
	expect_map(test, heap, "[48 F 104][200 U 104][352 U 40][440 F 536]");
	expect_free_list(test, heap, "440 48");
}

static void free_merges_both_neighbours(struct kunit *test)
{
	struct rtalloc_heap *heap = memheap_open(test, 1024, 0);
	void *a = get(heap, 100), *b = get(heap, 100), *c = get(heap, 100);
	void *d = get(heap, 100);

	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, a));
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, c));
	expect_map(test, heap,
		   "[48 F 104][200 U 104][352 F 104][504 U 104][656 F 320]");
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, b));
	/* 3 * 104 and two headers */
	expect_map(test, heap, "[48 F 408][504 U 104][656 F 320]");
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, d));
	expect_map(test, heap, "[48 F 928]");
	KUNIT_EXPECT_EQ(test, 2 * H, heap_stats(heap).used);
}

static void remainder_too_small_for_a_block_stays(struct kunit *test)
{
	struct rtalloc_heap *heap = memheap_open(test, 1024, 0);

	/* 928 - 864 = 64 is a header and the smallest payload; 56 is not. */
	void *p = get(heap, 864);

	expect_map(test, heap, "[48 U 864][960 F 16]");
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p));
	p = get(heap, 872);
	expect_map(test, heap, "[48 U 928]");
	KUNIT_EXPECT_EQ(test, 1024, heap_stats(heap).used);
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p));
}

/* Kept from the original: all that is available cannot be had at once. */
static void request_for_all_that_is_free_fails(struct kunit *test)
{
	struct rtalloc_heap *heap = memheap_open(test, 1024, 0);

	KUNIT_EXPECT_NULL(test, get(heap, 928));
	KUNIT_EXPECT_NULL(test, get(heap, 921));
	KUNIT_EXPECT_EQ(test, 920, heap_stats(heap).largest_free);
	KUNIT_EXPECT_NOT_NULL(test, get(heap, 920));
}

static void realloc_moves_when_the_right_is_used(struct kunit *test)
{
	struct rtalloc_heap *heap = memheap_open(test, 1024, 0);
	void *a = get(heap, 100), *b = get(heap, 100), *c = get(heap, 100);

	rtalloc_free(heap, a);
	rtalloc_free(heap, c);
	KUNIT_EXPECT_EQ(test, 352, where(heap, get(heap, 40)));
	memset(b, 0x5a, 104);
	b = rtalloc_realloc(heap, b, 200, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, b);
	expect_map(test, heap, "[48 F 256][352 U 40][440 U 200][688 F 288]");
	expect_free_list(test, heap, "688 48");
	KUNIT_EXPECT_PTR_EQ(test, NULL, memchr_inv(b, 0x5a, 104));
}

/*
 * Growing in place must leave more than 16 bytes beyond the block, counted
 * with the right one's payload: 104 + 824 - 16 = 912 is too much, 904 is not.
 */
static void realloc_grows_into_the_right(struct kunit *test)
{
	struct rtalloc_heap *heap = memheap_open(test, 1024, 0);
	void *p = get(heap, 100);

	expect_map(test, heap, "[48 U 104][200 F 776]");
	/* have 104, right 776: 880 > size + 16, so up to 856 */
	KUNIT_EXPECT_NULL(test, rtalloc_realloc(heap, p, 864, GFP_KERNEL));
	expect_map(test, heap, "[48 U 104][200 F 776]");
	KUNIT_EXPECT_PTR_EQ(test, p,
			    rtalloc_realloc(heap, p, 856, GFP_KERNEL));
	expect_map(test, heap, "[48 U 856][952 F 24]");
}

static void realloc_shrinks_in_place(struct kunit *test)
{
	struct rtalloc_heap *heap = memheap_open(test, 1024, 0);
	void *p = get(heap, 200), *q = get(heap, 100);

	/* 200 - 136 = 64 is a header and 16: not more than that, so no cut. */
	KUNIT_EXPECT_PTR_EQ(test, p,
			    rtalloc_realloc(heap, p, 136, GFP_KERNEL));
	expect_map(test, heap, "[48 U 200][296 U 104][448 F 528]");
	KUNIT_EXPECT_PTR_EQ(test, p,
			    rtalloc_realloc(heap, p, 128, GFP_KERNEL));
	expect_map(test, heap, "[48 U 128][224 F 24][296 U 104][448 F 528]");
	/* What is cut off joins a free right neighbour. */
	KUNIT_EXPECT_PTR_EQ(test, q, rtalloc_realloc(heap, q, 8, GFP_KERNEL));
	expect_map(test, heap, "[48 U 128][224 F 24][296 U 16][360 F 616]");
}

/* BEST: a freed block goes before the first that is not smaller. */
static void best_fit_sorts_what_is_freed(struct kunit *test)
{
	struct rtalloc_heap *heap = memheap_open(test, 4096,
						 RTALLOC_HEAP_BEST_FIT);
	void *a = get(heap, 300), *gap1 = get(heap, 16);
	void *b = get(heap, 100), *gap2 = get(heap, 16);
	void *c = get(heap, 200), *gap3 = get(heap, 16);

	/* a 48 (304), b 464 (104), c 680 (200), the rest at 992 */
	rtalloc_free(heap, a);
	rtalloc_free(heap, b);
	rtalloc_free(heap, c);
	expect_free_list(test, heap, "464 680 48 992");
	KUNIT_EXPECT_EQ(test, 464, where(heap, get(heap, 90)));
	/* Split from 680: 200 - 120 - 48 = 32 goes to the front. */
	KUNIT_EXPECT_EQ(test, 680, where(heap, get(heap, 120)));
	expect_free_list(test, heap, "848 48 992");
	(void)gap1, (void)gap2, (void)gap3;
	expect_sound(test, heap);
}

/* The original's order: the first arena, then the last glued, ... */
static void glued_arenas_are_tried_last_first(struct kunit *test)
{
	struct rtalloc_region *region = region_open(test, SZ_64K);
	struct rtalloc_heap *heap = memheap_open(test, 256, 0);

	KUNIT_ASSERT_EQ(test, 0, rtalloc_heap_add_region(heap, region, 1024));
	KUNIT_ASSERT_EQ(test, 0, rtalloc_heap_add_region(heap, region, 1024));
	KUNIT_EXPECT_EQ(test, 256 + 1024 + H, where(heap, get(heap, 400)));
	KUNIT_EXPECT_EQ(test, 256 + H, where(heap, get(heap, 800)));
	KUNIT_EXPECT_EQ(test, H, where(heap, get(heap, 100)));
	KUNIT_EXPECT_EQ(test, 2304, heap_stats(heap).total);
	KUNIT_EXPECT_EQ(test, 2304, heap_size(heap));
}

static void block_moves_within_its_arena_first(struct kunit *test)
{
	struct rtalloc_region *region = region_open(test, SZ_64K);
	struct rtalloc_heap *heap = memheap_open(test, 1024, 0);
	void *p, *q;

	KUNIT_ASSERT_EQ(test, 0, rtalloc_heap_add_region(heap, region, 4096));
	p = get(heap, 1000);
	q = get(heap, 1000);
	KUNIT_EXPECT_EQ(test, 1024 + H, where(heap, p));
	KUNIT_EXPECT_EQ(test, 1024 + H + 1000 + H, where(heap, q));
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, get(heap, 100)));
	KUNIT_EXPECT_PTR_EQ(test, p, rtalloc_realloc(heap, p, 500, GFP_KERNEL));
	p = rtalloc_realloc(heap, p, 1001, GFP_KERNEL);
	/* behind q, although the first arena is empty (but too small) */
	KUNIT_EXPECT_EQ(test, 1024 + 3 * H + 2000, where(heap, p));
}

/* A gap that could not stand as a block of its own is made larger. */
static void aligned_block_leaves_a_block_before_it(struct kunit *test)
{
	struct rtalloc_heap *heap = memheap_open(test, SZ_64K, 0);
	void *p = rtalloc_alloc_aligned(heap, 100, 64, GFP_KERNEL);

	/* 48 -> 64 would leave 16 bytes; 48 + 64 = 112 -> 128 leaves 32. */
	KUNIT_EXPECT_EQ(test, 128, where(heap, p));
	expect_map(test, heap, "[48 F 32][128 U 104][280 F 65208]");
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p));
	expect_map(test, heap, "[48 F 65440]");
}

/* ---- what is freed wrongly ------------------------------------------- */

static void bad_pointers_are_told_apart(struct kunit *test)
{
	struct rtalloc_heap *heap = memheap_open(test, 1024, 0);
	u8 *start = memheap_of(heap)->arena[0].start;
	void *p = get(heap, 100), *q = get(heap, 100);

	memset(p, 0, 104);
	KUNIT_EXPECT_EQ(test, -RTALLOC_FOREIGN, rtalloc_free(heap, &p));
	KUNIT_EXPECT_EQ(test, -RTALLOC_FOREIGN,
			rtalloc_free(heap, start + 1024 + H));
	KUNIT_EXPECT_EQ(test, -RTALLOC_NOT_A_BLOCK, rtalloc_free(heap, p + 8));
	KUNIT_EXPECT_EQ(test, -RTALLOC_NOT_A_BLOCK, rtalloc_free(heap, p + 1));
	KUNIT_EXPECT_EQ(test, -RTALLOC_NOT_A_BLOCK, rtalloc_free(heap, start));
	KUNIT_EXPECT_EQ(test, -RTALLOC_NOT_A_BLOCK,
			rtalloc_free(heap, p + 56));
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p));
	KUNIT_EXPECT_EQ(test, -RTALLOC_DOUBLE_FREE, rtalloc_free(heap, p));
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, q));
	/* Merged away: its header is gone. */
	KUNIT_EXPECT_EQ(test, -RTALLOC_NOT_A_BLOCK, rtalloc_free(heap, q));
	KUNIT_EXPECT_EQ(test, 8, heap_stats(heap).faults);
}

static void tail_is_not_a_block(struct kunit *test)
{
	struct rtalloc_heap *heap = memheap_open(test, 1024, 0);
	u8 *tail = memheap_of(heap)->arena[0].start + 1024 - H;

	/* Its payload would begin where the arena ends. */
	KUNIT_EXPECT_GT(test, 0, rtalloc_free(heap, tail + H));
	KUNIT_EXPECT_NULL(test, rtalloc_realloc(heap, tail + H, 8, 0));
	KUNIT_EXPECT_EQ(test, -RTALLOC_NOT_A_BLOCK, rtalloc_free(heap, tail));
	KUNIT_EXPECT_EQ(test, 3, heap_stats(heap).faults);
}

static void overrun_is_refused_and_named(struct kunit *test)
{
	struct rtalloc_heap *heap = memheap_open(test, 1024, 0);
	u8 *p = get(heap, 100), *q = get(heap, 100), spare[8];

	heap_is_damaged(heap);
	memcpy(spare, p + 104, sizeof(spare));
	memset(p + 104, 0xa5, sizeof(spare));
	KUNIT_EXPECT_EQ(test, -RTALLOC_OVERRUN, rtalloc_free(heap, p));
	KUNIT_EXPECT_NULL(test, rtalloc_realloc(heap, p, 300, GFP_KERNEL));
	expect_damage(test, heap, "block header is overwritten");
	KUNIT_EXPECT_EQ(test, 2, heap_stats(heap).faults);
	memcpy(p + 104, spare, sizeof(spare));
	expect_sound(test, heap);
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p));
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, q));
}

/* What looks like a header, but that its neighbours do not know. */
static void forged_header_is_refused(struct kunit *test)
{
	struct rtalloc_heap *heap = memheap_open(test, 1024, 0);
	u8 *p = get(heap, 200);
	struct item *real = (struct item *)(p - H);
	struct item *forged = (struct item *)(p + 8);

	*forged = *real;
	KUNIT_EXPECT_EQ(test, -RTALLOC_NOT_A_BLOCK,
			rtalloc_free(heap, p + 8 + H));
	forged->next = forged;
	KUNIT_EXPECT_EQ(test, -RTALLOC_NOT_A_BLOCK,
			rtalloc_free(heap, p + 8 + H));
	forged->next = (void *)~7ul;
	KUNIT_EXPECT_EQ(test, -RTALLOC_NOT_A_BLOCK,
			rtalloc_free(heap, p + 8 + H));
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, p));
}

/* ---- the check, checked ---------------------------------------------- */

/* [48 U 104 a][200 F 104 b][352 U 104 c][504 F 104 d][656 U 104 e][808 F] */
struct scene {
	struct arena *arena;
	struct item *a, *b, *c, *d, *e;
};

static void magic_bad(struct scene *s)
{
	s->c->magic = 0;
}

static void arena_bad(struct scene *s)
{
	s->c->tag = 0;
}

static void prev_bad(struct scene *s)
{
	s->c->prev = s->a;
}

static void next_backwards(struct scene *s)
{
	s->c->next = s->a;
}

static void next_outside(struct scene *s)
{
	s->c->next = (void *)(s->arena->start + s->arena->size);
}

static void next_overlaps(struct scene *s)
{
	s->c->next = (void *)((u8 *)s->c + 8);
}

static void neighbours_free(struct scene *s)
{
	s->c->magic = s->arena->magic_free;
	s->c->next_free = s->b;
	s->c->prev_free = s->b;
}

static void used_with_links(struct scene *s)
{
	s->c->next_free = s->b;
}

static void free_without_links(struct scene *s)
{
	s->b->next_free = NULL;
}

static void tail_bad(struct scene *s)
{
	struct item *tail = (void *)(s->arena->start + s->arena->size - H);

	tail->next = s->a->next;
}

static void list_to_used(struct scene *s)
{
	s->arena->list.next_free = s->c;
}

static void list_prev_bad(struct scene *s)
{
	s->d->prev_free = s->a;
}

static void list_short(struct scene *s)
{
	s->arena->list.next_free = s->d->next_free;
	s->d->next_free->prev_free = &s->arena->list;
}

static void available_bad(struct scene *s)
{
	s->arena->available -= 8;
}

static void max_used_bad(struct scene *s)
{
	s->arena->max_used = s->arena->size - s->arena->available - 1;
}

static const struct damage {
	const char *desc;
	void (*make)(struct scene *s);
	const char *seen;
} damages[] = {
	{ "magic", magic_bad, "block header is overwritten" },
	{ "arena", arena_bad, "block names a wrong arena" },
	{ "prev", prev_bad, "block does not point back" },
	{ "next-backwards", next_backwards, "block's next lies before it" },
	{ "next-outside", next_outside, "block's next is outside its region" },
	{ "next-overlaps", next_overlaps, "block overlaps the next" },
	{ "free-neighbours", neighbours_free, "two free blocks touch" },
	{ "used-with-links", used_with_links,
	  "used block is linked as a free one" },
	{ "free-without-links", free_without_links,
	  "free block is not linked" },
	{ "tail", tail_bad, "end mark does not lead to the first block" },
	{ "list-to-used", list_to_used, "free list leads to what is not free" },
	{ "list-prev", list_prev_bad, "free list does not point back" },
	{ "list-short", list_short, "free block is not on the free list" },
	{ "available", available_bad, "available is miscounted" },
	{ "max-used", max_used_bad, "used is miscounted" },
};

KUNIT_ARRAY_PARAM_DESC(damages, damages, desc);

static void scene_set(struct rtalloc_heap *heap, struct scene *s)
{
	struct item **item[] = { &s->a, &s->b, &s->c, &s->d, &s->e };
	size_t i;

	s->arena = memheap_of(heap)->arena;
	for (i = 0; i < ARRAY_SIZE(item); i++)
		*item[i] = get(heap, 100) - H;
	rtalloc_free(heap, (u8 *)s->b + H);
	rtalloc_free(heap, (u8 *)s->d + H);
}

static void check_sees(struct kunit *test)
{
	const struct damage *damage = test->param_value;
	struct rtalloc_heap *heap = memheap_open(test, 1024, 0);
	struct scene s;

	scene_set(heap, &s);
	expect_map(test, heap,
		   "[48 U 104][200 F 104][352 U 104][504 F 104][656 U 104][808 F 168]");
	heap_is_damaged(heap);
	damage->make(&s);
	expect_damage(test, heap, damage->seen);
}

static struct kunit_case memheap_cases[] = {
	KUNIT_CASE(alloc_splits_the_first_that_fits),
	KUNIT_CASE(free_merges_both_neighbours),
	KUNIT_CASE(remainder_too_small_for_a_block_stays),
	KUNIT_CASE(request_for_all_that_is_free_fails),
	KUNIT_CASE(realloc_moves_when_the_right_is_used),
	KUNIT_CASE(realloc_grows_into_the_right),
	KUNIT_CASE(realloc_shrinks_in_place),
	KUNIT_CASE(best_fit_sorts_what_is_freed),
	KUNIT_CASE(glued_arenas_are_tried_last_first),
	KUNIT_CASE(block_moves_within_its_arena_first),
	KUNIT_CASE(aligned_block_leaves_a_block_before_it),
	KUNIT_CASE(bad_pointers_are_told_apart),
	KUNIT_CASE(tail_is_not_a_block),
	KUNIT_CASE(overrun_is_refused_and_named),
	KUNIT_CASE(forged_header_is_refused),
	KUNIT_CASE_PARAM(check_sees, damages_gen_params),
	{}
};

static struct kunit_suite memheap_suite = {
	.name = "rtalloc_memheap",
	.test_cases = memheap_cases,
};

kunit_test_suite(memheap_suite);

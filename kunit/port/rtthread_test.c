// SPDX-License-Identifier: GPL-2.0-only
/*
 * rtthread_test.c - RT-Thread's system heap through its own functions, with
 * small memory as its algorithm: headers of 24 bytes, payloads of 24 at least,
 * 8-aligned, first fit.
 */
#include <rtalloc/port/rtthread.h>

#include "kunit/port/port_test.h"

#define HEADER	(8 + 2 * sizeof(size_t))
#define TOTAL	(PORT_HEAP_SIZE - HEADER)

static rt_size_t used_now(void)
{
	rt_size_t used;

	rt_memory_info(NULL, &used, NULL);
	return used;
}

static const char *with_empty_heap(port_test_fn *test)
{
	const char *why;

	EXPECT_EQ(used_now(), 0);
	why = test();
	return why ? why : used_now() ? "blocks are left over" : NULL;
}

static const char *info_counts_headers(void)
{
	rt_size_t total, used, max;
	void *p = rt_malloc(100), *q = rt_malloc(1);

	rt_memory_info(&total, &used, &max);
	EXPECT_EQ(total, TOTAL);
	EXPECT_EQ(used, 104 + ALIGN(3 * sizeof(size_t), 8) + 2 * HEADER);
	EXPECT(max >= used);
	EXPECT(q == p + 104 + HEADER);
	rt_free(p);
	rt_free(q);
	rt_memory_info(NULL, NULL, NULL);
	return NULL;
}

/* As in the original: memory for the alignment only. */
static const char *aligned_block_of_nothing(void)
{
	u8 *p = rt_malloc_align(0, 16);

	EXPECT(p && RT_IS_ALIGN(p, 16));
	rt_free_align(p);
	return NULL;
}

static const char *lists_with_one_link(void)
{
	rt_slist_t list = RT_SLIST_OBJECT_INIT(list), a, b, c;

	EXPECT(rt_slist_isempty(&list));
	rt_slist_append(&list, &b);
	rt_slist_append(&list, &c);
	rt_slist_insert(&list, &a);
	EXPECT_EQ(rt_slist_len(&list), 3);
	EXPECT(rt_slist_first(&list) == &a && rt_slist_tail(&list) == &c);
	rt_slist_remove(&list, &b);
	EXPECT(rt_slist_next(&a) == &c);
	rt_slist_remove(&list, &b);
	EXPECT(rt_slist_pop(&list) == &a && !rt_slist_next(&a));
	EXPECT(rt_slist_first(&list) == &c);
	EXPECT(rt_slist_pop(&list) == &c && !rt_slist_pop(&list));
	EXPECT(rt_slist_isempty(&list));
	rt_slist_append(&list, &a);
	rt_slist_append(&list, &c);
	EXPECT_EQ(rt_slist_len(&list), 2);
	return NULL;
}

struct linked {
	int number;
	rt_slist_t node;
};

/* Convert the linked items to a number, one digit each. */
static int linked_as(rt_slist_t *list)
{
	struct linked *at;
	int all = 0;

	rt_slist_for_each_entry(at, list, node)
		all = 10 * all + at->number;
	return at ? -1 : all;
}

static const char *entries_of_a_list_with_one_link(void)
{
	struct linked a = { 1 }, b = { 2 }, c = { 3 };
	rt_slist_t list = RT_SLIST_OBJECT_INIT(list);

	EXPECT_EQ(linked_as(&list), 0);
	rt_slist_append(&list, &a.node);
	EXPECT_EQ(linked_as(&list), 1);
	rt_slist_append(&list, &b.node);
	rt_slist_append(&list, &c.node);
	EXPECT_EQ(linked_as(&list), 123);
	EXPECT(rt_slist_first_entry(&list, struct linked, node) == &a);
	EXPECT(rt_slist_tail_entry(&list, struct linked, node) == &c);
	return NULL;
}

static const char *string_is_copied(void)
{
	rt_size_t before, used;
	char *copy;

	rt_memory_info(NULL, &before, NULL);
	EXPECT(!rt_strdup(NULL));
	copy = rt_strdup("");
	EXPECT(copy && !*copy);
	rt_free(copy);
	copy = rt_strdup("uart1");
	EXPECT(copy && !rt_strcmp(copy, "uart1"));
	rt_free(copy);
	rt_memory_info(NULL, &used, NULL);
	EXPECT_EQ(used, before);
	return NULL;
}

static const char *absurd_sizes_fail(void)
{
	static const rt_size_t sizes[] = {
		SIZE_MAX, SIZE_MAX - 3, SIZE_MAX - 7, SIZE_MAX - 8,
		SIZE_MAX / 2 + 1, TOTAL, TOTAL - HEADER + 1,
	};
	u8 *p = rt_malloc(100);
	size_t i;

	memset(p, 0x77, 100);
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		EXPECT(!rt_malloc(sizes[i]));
		EXPECT(!rt_realloc(p, sizes[i]));
		EXPECT(!rt_malloc_align(sizes[i], 64));
		EXPECT(!rt_calloc(1, sizes[i]));
	}
	EXPECT(!rt_calloc(SIZE_MAX / 8 + 2, 8));
	EXPECT(!rt_calloc(SIZE_ROOT, SIZE_ROOT));
	EXPECT(!rt_calloc(0, 8));
	EXPECT(!rt_malloc(0));
	EXPECT(!rt_realloc(NULL, 0));
	EXPECT(port_filled(p, 0x77, 100));
	EXPECT_EQ(used_now(), 104 + HEADER);
	rt_free(p);
	return NULL;
}

static const char *calloc_clears(void)
{
	void *p = rt_malloc(800);

	memset(p, 0xff, 800);
	rt_free(p);
	EXPECT(rt_calloc(100, 8) == p);
	EXPECT(port_filled(p, 0, 800));
	rt_free(p);
	return NULL;
}

static const char *realloc_moves_and_frees(void)
{
	u8 *p = rt_realloc(NULL, 200), *q;

	memset(p, 0x3c, 200);
	q = rt_realloc(p, 400);
	EXPECT(q && q != p);
	EXPECT(port_filled(q, 0x3c, 200));
	EXPECT(rt_realloc(q, 400) == q);
	EXPECT(!rt_realloc(q, 0));
	EXPECT_EQ(used_now(), 0);
	return NULL;
}

static const char *aligned_blocks_are_freed_either_way(void)
{
	static const rt_size_t aligns[] = { 0, 1, 8, 12, 16, 64, 100, 4096 };
	rt_size_t align;
	void *p;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(aligns); i++) {
		/* Rounded up to 8, then only powers of two will do. */
		align = max_t(rt_size_t, RT_ALIGN(aligns[i], 8), 8);
		p = rt_malloc_align(100, aligns[i]);
		EXPECT(!!p == !(align & (align - 1)));
		EXPECT_EQ((size_t)p % align, 0);
		if (i % 2)
			rt_free(p);
		else
			rt_free_align(p);
	}
	rt_free_align(NULL);
	return NULL;
}

static const char *bad_frees_change_nothing(void)
{
	u8 *p = rt_malloc(100), *q = rt_malloc(100);
	u64 local[8] = { 0 };
	rt_size_t used;

	rt_free(q);
	used = used_now();
	rt_free(NULL);
	rt_free(q);
	rt_free(p + 8);
	rt_free(p + 1);
	rt_free(local + 4);
	rt_free_align(q);
	EXPECT(!rt_realloc(q, 50));
	EXPECT_EQ(used_now(), used);
	rt_free(p);
	rt_free(p);
	EXPECT_EQ(used_now(), 0);
	return NULL;
}

static const char *pages_are_slabs_alone(void)
{
	EXPECT(!rt_page_alloc(1));
	rt_page_free(NULL, 1);
	return NULL;
}

/* ---- hooks ----------------------------------------------------------- */

static char hook_log[64];
static void *hook_block;

static void hook_note(const char *what, void *p, rt_size_t size)
{
	size_t n = strlen(hook_log);

	snprintf(hook_log + n, sizeof(hook_log) - n, "%s%s%d ", what,
		 p ? "+" : "-", (int)size);
}

static void on_malloc(void **ptr, rt_size_t size)
{
	hook_note("m", *ptr, size);
}

static void on_free(void **ptr)
{
	hook_note("f", *ptr, 0);
}

static void on_entry(void **ptr, rt_size_t size)
{
	hook_note("e", *ptr, size);
	if (!*ptr)
		*ptr = hook_block;
}

static void on_exit_of_realloc(void **ptr, rt_size_t size)
{
	hook_note("x", *ptr, size);
}

static void hooks_set(bool on)
{
	rt_malloc_sethook(on ? on_malloc : NULL);
	rt_free_sethook(on ? on_free : NULL);
	rt_realloc_set_entry_hook(on ? on_entry : NULL);
	rt_realloc_set_exit_hook(on ? on_exit_of_realloc : NULL);
}

static const char *hooks(void)
{
	void *p;

	hooks_set(true);
	hook_block = NULL;
	p = rt_malloc(10);
	EXPECT(!rt_malloc(SIZE_MAX));
	rt_free(NULL);
	p = rt_realloc(p, 50);
	/* The entry hook replaces NULL by a block. */
	hook_block = p;
	EXPECT(rt_realloc(NULL, 50) == p);
	rt_free(p);
	EXPECT(!strcmp(hook_log, "m+10 m--1 f-0 e+50 x+50 e-50 x+50 f+0 "));
	/* The hook is called for aligned blocks, too. */
	*hook_log = '\0';
	EXPECT(!rt_malloc_align(SIZE_MAX, 64));
	rt_free_align(NULL);
	rt_free_align(rt_malloc_align(20, 64));
	EXPECT(!strcmp(hook_log, "m--1 m+20 f+0 "));
	return NULL;
}

static const char *hooks_see_every_call(void)
{
	const char *why;

	*hook_log = '\0';
	why = hooks();
	hooks_set(false);
	rt_free(rt_malloc(10));
	EXPECT(!strstr(hook_log, "f+0 m"));
	return why;
}

/* ---- elsewhere ------------------------------------------------------- */

static const char *heap_lies_where_it_is_put(void)
{
	u8 *memory = port_memory;
	rt_size_t total;
	void *p;

	rt_system_heap_init(memory + 3, memory + 8192 + 5);
	rt_memory_info(&total, NULL, NULL);
	EXPECT_EQ(total, 8192 - 8 - HEADER);
	p = rt_malloc(8192 - 8 - 2 * HEADER);
	EXPECT(p == memory + 8 + HEADER);
	/* With a live block, the heap is not moved. */
	rt_system_heap_init(memory + 16384, memory + 32768);
	rt_system_heap_init(memory, memory + 4096);
	EXPECT(!rt_malloc(1));
	rt_free(p);
	EXPECT(rt_malloc(8192 - 8 - 2 * HEADER) == p);
	rt_free(p);
	rt_system_heap_init(memory + 16384, memory + 16384);
	rt_system_heap_init(memory + 16384, memory);
	rt_system_heap_init(memory + 16384, memory + 16384 +
			    2 * HEADER + ALIGN(3 * sizeof(size_t), 8) - 1);
	rt_system_heap_init(NULL, memory);
	EXPECT(rt_malloc(8192 - 8 - 2 * HEADER) == p);
	rt_free(p);
	/* Nothing after the heap was written. */
	EXPECT(port_filled(memory + 8192, 0xaa, 8192));
	return NULL;
}

static const char *with_heap_elsewhere(port_test_fn *test)
{
	const char *why = with_empty_heap(test);
	rt_size_t total;

	rt_system_heap_init(NULL, NULL);
	rt_memory_info(&total, NULL, NULL);
	EXPECT_EQ(total, TOTAL);
	return why;
}

/* An alignment that is not a power of two is refused, also if rounding up wraps. */
static const char *absurd_alignments_fail(void)
{
	void *p;
	int i;

	for (i = 0; i < 16; i++)
		EXPECT(!rt_malloc_align(100, SIZE_MAX - i));
	EXPECT(!rt_malloc_align(100, SIZE_MAX / 2 + 2));
	EXPECT(!rt_malloc_align(100, 24));
	for (i = 0; i <= 8; i++) {
		p = rt_malloc_align(100, i);
		EXPECT(p && IS_ALIGNED((size_t)p, 8));
		rt_free_align(p);
	}
	return NULL;
}

#define TEST(name) { "rtthread." #name, name, with_empty_heap }

const struct port_test rtthread_tests[] = {
	TEST(info_counts_headers),
	TEST(aligned_block_of_nothing),
	TEST(lists_with_one_link),
	TEST(entries_of_a_list_with_one_link),
	TEST(string_is_copied),
	TEST(absurd_sizes_fail),
	TEST(absurd_alignments_fail),
	TEST(calloc_clears),
	TEST(realloc_moves_and_frees),
	TEST(aligned_blocks_are_freed_either_way),
	TEST(bad_frees_change_nothing),
	TEST(pages_are_slabs_alone),
	TEST(hooks_see_every_call),
	{ "rtthread.heap_lies_where_it_is_put", heap_lies_where_it_is_put,
	  with_heap_elsewhere, SZ_64K },
	{}
};

// SPDX-License-Identifier: GPL-2.0-only
/*
 * defects.c - defects that lwIP has and this implementation must not have, a case for each:
 * W1 to W23 of the list in Documentation/pbuf.rst, and bugs that lwIP has fixed since. Each
 * comment tells the defect in the past tense.
 */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "kunit/pbuf/cases.h"

/* The square of this is SIZE_MAX + 1. */
#define SIZE_ROOT	((size_t)1 << 4 * sizeof(size_t))

/* W1: an offset beyond the first destination pbuf wrote behind that one. */
static void w1_copy_behind_the_first_pbuf(struct pbuf_bench *b)
{
	struct pbuf *from = CHAIN(b, 7, 23), *to = CHAIN(b, 10, 20, 40);
	size_t at, k;

	for (at = 0; at <= 40; at++) {
		memset(b->flat, 0xee, 70);
		EXPECT_EQ(b, pbuf_take(to, b->flat, 70), ERR_OK);
		EXPECT_EQ(b, pbuf_copy_partial_pbuf(to, from, 30, at), ERR_OK);
		flatten(b, to);
		for (k = 0; k < 70; k++)
			EXPECT_EQ(b, b->flat[k],
				  k >= at && k < at + 30 ? k - at : 0xee);
	}
	EXPECT_EQ(b, pbuf_copy_partial_pbuf(to, from, 30, 41), ERR_ARG);
	pbuf_free(from);
	pbuf_free(to);
}

/* W2: 256 pbufs freed were counted as none. */
static void w2_more_than_255_freed(struct pbuf_bench *b)
{
	struct pbuf *p = pbuf_alloc(PBUF_RAW, 257 * 616, PBUF_POOL), *q;
	int i;

	EXPECT(b, !p);
	p = pbuf_alloc(PBUF_RAW, 1, PBUF_POOL);
	for (i = 0; i < 256; i++) {
		q = pbuf_alloc(PBUF_RAW, 1, PBUF_POOL);
		pbuf_cat(q, p);
		p = q;
	}
	EXPECT_EQ(b, pbuf_clen(p), 257);
	EXPECT(b, !pbuf_dechain(p));
	EXPECT_EQ(b, pool_used(b, 2), 1);
	pbuf_cat(p, pbuf_alloc(PBUF_RAW, 50000, PBUF_POOL));
	for (i = 0; i < 175; i++)
		pbuf_cat(p, pbuf_alloc(PBUF_RAW, 0, PBUF_POOL));
	EXPECT_EQ(b, pbuf_free(p), 1 + 82 + 175);	/* 81 * 616 + 104 */
}

/* W3: the limit for headers of a custom pbuf was its struct, not its memory. */
static void w3_custom_headers_stay_inside(struct pbuf_bench *b)
{
	static const enum pbuf_type types[] = { PBUF_RAM, PBUF_POOL, PBUF_REF };
	struct pbuf_custom custom = {};
	u8 *mem = b->flat + 4096;
	struct pbuf *p;
	int i;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		p = pbuf_alloced_custom(PBUF_RAW, 100, types[i], &custom, mem,
					100);
		EXPECT_EQ(b, pbuf_add_header(p, 72), 1);
		EXPECT_EQ(b, pbuf_add_header(p, 1), 1);
		EXPECT_EQ(b, pbuf_add_header_force(p, 1), 1);
		EXPECT_EQ(b, pbuf_remove_header(p, 40), 0);
		EXPECT_EQ(b, pbuf_add_header_force(p, 41), 1);
		EXPECT_EQ(b, pbuf_add_header_force(p, 40), 0);
		EXPECT(b, p->payload == mem);
		p = pbuf_alloced_custom(PBUF_LINK, 84, types[i], &custom, mem,
					100);
		EXPECT_EQ(b, pbuf_add_header_force(p, 17), 1);
		EXPECT_EQ(b, pbuf_add_header_force(p, 16), 0);
		EXPECT_CHAIN(b, p, "100/100");
	}
	/* Without memory there is no room for a header. */
	p = pbuf_alloced_custom(PBUF_LINK, 84, PBUF_RAM, &custom, NULL, 100);
	EXPECT_EQ(b, pbuf_add_header_force(p, 1), 1);
	/* Nor in front of a payload that was given later: that is forced. */
	for (i = 0; i < ARRAY_SIZE(types); i++) {
		p = pbuf_alloced_custom(PBUF_RAW, 50, types[i], &custom, NULL,
					100);
		p->payload = mem + 50;
		EXPECT_EQ(b, pbuf_add_header(p, 1), 1);
		EXPECT_EQ(b, pbuf_remove_header(p, 20), 0);
		EXPECT_EQ(b, pbuf_add_header_force(p, 20), 0);
		EXPECT(b, p->payload == mem + 50);
	}
}

/* W4: a request of nearly 64 KiB got 256 bytes. */
static void w4_large_requests_are_whole(struct pbuf_bench *b)
{
	static const size_t lengths[] = { 65471, 65500, 65530, 65535 };
	struct pbuf *p;
	int i;

	for (i = 0; i < ARRAY_SIZE(lengths); i++) {
		p = pbuf_alloc(PBUF_RAW, lengths[i], PBUF_RAM);
		if (p) {
			count_bytes(p, 0);
			EXPECT_COUNTING(b, p, 0);
			pbuf_free(p);
		}
		p = pbuf_alloc(PBUF_TRANSPORT, lengths[i], PBUF_POOL);
		EXPECT_EQ(b, flatten(b, p), lengths[i]);
		pbuf_free(p);
	}
}

/* W5: if the copy failed, a clone with uninitialised bytes was returned. */
static void w5_clones_are_whole(struct pbuf_bench *b)
{
	struct pbuf *p = CHAIN(b, 10, 20, 0), *q;

	q = pbuf_clone(PBUF_RAW, PBUF_RAM, p);
	EXPECT_CHAIN(b, q, "30/30");
	EXPECT_COUNTING(b, q, 0);
	pbuf_free(q);
	p = pbuf_coalesce(p, PBUF_RAW);
	EXPECT_CHAIN(b, p, "30/30");
	EXPECT_COUNTING(b, p, 0);
	pbuf_free(p);
	/* A packet that is shorter than it says cannot be cloned. */
	p = CHAIN(b, 10, 20);
	p->tot_len = 31;
	EXPECT(b, !pbuf_clone(PBUF_RAW, PBUF_RAM, p));
	EXPECT(b, !pbuf_clone(PBUF_RAW, PBUF_POOL, p));
	EXPECT(b, pbuf_coalesce(p, PBUF_RAW) == p);
	EXPECT(b, !pbuf_clone(PBUF_RAW, PBUF_REF, p));
	EXPECT(b, !pbuf_clone(PBUF_RAW, PBUF_ROM, p));
	EXPECT(b, !pbuf_clone(PBUF_RAW, PBUF_RAM, NULL));
	pbuf_free(p);
}

/* W6: pbuf_chain() with NULL took a reference nevertheless. */
static void w6_chain_to_nothing(struct pbuf_bench *b)
{
	struct pbuf *p = CHAIN(b, 10);

	pbuf_chain(NULL, p);
	EXPECT_REFS(b, p, "1");
	EXPECT_EQ(b, pbuf_free(p), 1);
}

static unsigned int frees;

static void freed(struct pbuf *p)
{
	frees++;
}

/* W7: the reference count could overflow and underflow. */
static void w7_references_never_wrap(struct pbuf_bench *b)
{
	struct pbuf_custom custom = { .custom_free_function = freed };
	struct pbuf *p;
	int i;

	frees = 0;
	p = pbuf_alloced_custom(PBUF_RAW, 10, PBUF_REF, &custom, b->flat, 10);
	for (i = 0; i < 1000; i++)
		pbuf_ref(p);
	EXPECT_REFS(b, p, "1001");
	for (i = 0; i < 1000; i++)
		EXPECT_EQ(b, pbuf_free(p), 0);
	EXPECT_EQ(b, pbuf_free(p), 1);
	/* It is free already: freeing it is refused, and so is a new reference. */
	EXPECT_EQ(b, pbuf_free(p), 0);
	pbuf_ref(p);
	b->faults = 2;
	EXPECT_REFS(b, p, "0");
	EXPECT_EQ(b, frees, 1);
	/* A saturated count stays saturated. */
	p->ref = U32_MAX - 1;
	pbuf_ref(p);
	pbuf_ref(p);
	EXPECT_EQ(b, p->ref, U32_MAX);
	EXPECT_EQ(b, pbuf_free(p), 0);
	EXPECT_EQ(b, p->ref, U32_MAX);
	EXPECT_EQ(b, frees, 1);
}

/* Free @p again, with its reference count as it was before the first free. */
static void free_again(struct pbuf *p)
{
	p->ref = 1;
	p->next = NULL;
	pbuf_free(p);
}

/* W8: an element that was freed twice was allocated twice. */
static void w8_double_free(struct pbuf_bench *b)
{
	struct pbuf *p = pbuf_alloc(PBUF_RAW, 10, PBUF_POOL), *q, *r;

	EXPECT_EQ(b, pbuf_free(p), 1);
	EXPECT_EQ(b, pbuf_free(p), 0);
	b->faults++;
	free_again(p);
	EXPECT_EQ(b, pool_used(b, 2), 0);
	q = pbuf_alloc(PBUF_RAW, 10, PBUF_POOL);
	r = pbuf_alloc(PBUF_RAW, 10, PBUF_POOL);
	EXPECT(b, q != r);
	EXPECT_EQ(b, pool_used(b, 2), 2);
	pbuf_free(q);
	pbuf_free(r);
	p = pbuf_alloc(PBUF_RAW, 10, PBUF_RAM);
	pbuf_free(p);
	free_again(p);
	EXPECT_EQ(b, heap_used(b), 0);
}

/* W9: private pools were not checked. */
static void w9_private_pools_are_checked(struct pbuf_bench *b)
{
	struct pbuf_env env = { .pool[7] = b->env.pool[2], .align = 8 };
	struct mempool_fixed_stats stats;
	struct pbuf *p;

	EXPECT_EQ(b, pbuf_env_init(&env), 0);
	p = pbuf_alloc_pool(&env, 7, 0, 10);
	EXPECT_EQ(b, pbuf_free(p), 1);
	free_again(p);
	mempool_fixed_stats(env.pool[7].pool, &stats);
	EXPECT_EQ(b, stats.faults, 1);
	EXPECT_EQ(b, stats.used, 0);
	EXPECT(b, mempool_fixed_free(env.pool[7].pool, b) < 0);
}

/* Fill the heap to its last byte, and return its last block. */
static struct pbuf *fill_heap(struct pbuf_bench *b, struct pbuf **all)
{
	struct pbuf *p, *last = NULL;
	size_t len = 4000;

	for (*all = NULL; len; ) {
		p = pbuf_alloc(PBUF_RAW, len, PBUF_RAM);
		if (!p) {
			len -= min_t(size_t, len, len > 8 ? len / 2 & ~7 : 8);
			continue;
		}
		if (!last || p > last)
			last = p;
		p->next = *all;
		*all = p;
	}
	return last;
}

/* W10: shortening the last block of a full heap failed an assertion. */
static void w10_trim_of_the_last_block(struct pbuf_bench *b)
{
	struct pbuf *all, *last = fill_heap(b, &all), *next = last->next;
	struct rtalloc_fault fault;
	u64 before = heap_used(b);

	last->next = NULL;
	pbuf_realloc(last, 8);
	EXPECT_CHAIN(b, last, "8/8");
	EXPECT(b, heap_used(b) <= before);
	EXPECT_EQ(b, rtalloc_check(b->env.heap, &fault), 0);
	last->next = next;
	pbuf_free(all);
}

/* W11: guards made each small shortening fail. */
static void w11_trim_by_little(struct pbuf_bench *b)
{
	struct rtalloc_fault fault;
	struct pbuf *p;
	size_t less;

	for (less = 0; less <= 40; less++) {
		p = CHAIN(b, 100);
		pbuf_realloc(p, 100 - less);
		EXPECT_EQ(b, p->len, 100 - less);
		EXPECT_EQ(b, p->tot_len, 100 - less);
		EXPECT_COUNTING(b, p, 0);
		EXPECT_EQ(b, rtalloc_check(b->env.heap, &fault), 0);
		EXPECT_EQ(b, pbuf_free(p), 1);
	}
}

/* W12: if the headroom was larger than an element, the pbuf was larger than it, too. */
static void w12_headroom_above_the_element(struct pbuf_bench *b)
{
	static const struct {
		size_t size, first;
	} rows[] = { { 64, 0 }, { 72, 0 }, { 80, 0 }, { 88, 8 }, { 616, 500 } };
	struct pbuf_env env = { .pool[2] = b->env.pool[2], .align = 8 };
	struct pbuf *p;
	int i;

	EXPECT_EQ(b, pbuf_env_init(&env), 0);
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		env.pool[2].size = rows[i].size;
		p = pbuf_alloc_from(&env, PBUF_TRANSPORT, 500, PBUF_POOL);
		EXPECT_EQ(b, p ? p->len : 0, rows[i].first);
		pbuf_free(p);
		p = pbuf_alloc_from(&env, PBUF_TRANSPORT, 0, PBUF_POOL);
		EXPECT_EQ(b, !!p, !!rows[i].first);
		pbuf_free(p);
	}
}

/* W13: the product of an array's size could overflow. */
static void w13_products_are_checked(struct pbuf_bench *b)
{
	struct rtalloc_heap *heap = b->env.heap;

	EXPECT(b, !rtalloc_calloc(heap, SIZE_MAX / 2 + 1, 2, 0));
	EXPECT(b, !rtalloc_calloc(heap, SIZE_MAX / 2 + 2, 2, 0));
	EXPECT(b, !rtalloc_calloc(heap, SIZE_ROOT, SIZE_ROOT, 0));
	EXPECT_EQ(b, heap_used(b), 0);
}

/* W14: the heap's check did not test alignment. */
static void w14_check_sees_alignment(struct pbuf_bench *b)
{
	struct pbuf *p = CHAIN(b, 100), *q = CHAIN(b, 100);
	u16 *next = (void *)min(p, q) - 8;
	struct rtalloc_fault fault;

	EXPECT_EQ(b, rtalloc_check(b->env.heap, &fault), 0);
	*next += 4;
	EXPECT(b, rtalloc_check(b->env.heap, &fault) < 0);
	*next -= 4;
	EXPECT_EQ(b, rtalloc_check(b->env.heap, &fault), 0);
	pbuf_free(p);
	pbuf_free(q);
}

/* W15: a request larger than the heap was not counted as a failure. */
static void w15_large_failures_are_counted(struct pbuf_bench *b)
{
	struct rtalloc_snapshot before, after;

	rtalloc_stats(b->env.heap, &before);
	EXPECT(b, !pbuf_alloc(PBUF_RAW, 65535, PBUF_RAM));
	EXPECT(b, !pbuf_alloc(PBUF_RAW, 60001, PBUF_RAM));
	rtalloc_stats(b->env.heap, &after);
	EXPECT_EQ(b, after.failed - before.failed, 2);
}

/* W16: elements smaller than a pointer were linked over their neighbours. */
static void w16_tiny_elements(struct pbuf_bench *b)
{
	const struct mempool_fixed_params params = {
		.name = "pbuf-tiny", .region = b->region, .elem = 1, .count = 9,
	};
	struct mempool_fixed *pool = mempool_fixed_create(&params);
	u8 *p[9];
	int i, round;

	EXPECT(b, !IS_ERR(pool));
	for (round = 0; round < 3; round++) {
		for (i = 0; i < 9; i++) {
			p[i] = mempool_fixed_alloc(pool);
			*p[i] = i;
		}
		EXPECT(b, !mempool_fixed_alloc(pool));
		for (i = 0; i < 9; i++) {
			EXPECT_EQ(b, *p[i], i);
			*p[i] = 0xff;
			EXPECT_EQ(b, mempool_fixed_free(pool, p[i]), 0);
		}
	}
	EXPECT_EQ(b, mempool_fixed_destroy(pool, false), 0);
}

#define MANY	4000

/*
 * W17: for every byte the chain was walked from its head. This compares and searches a long
 * chain of single bytes. It tests the results only: a walk for each byte would take longer,
 * which is not measured.
 */
static void w17_long_chains_of_bytes(struct pbuf_bench *b)
{
	struct pbuf_custom *custom = PTR_ALIGN((void *)b->flat, 64);
	u8 *mem = (u8 *)(custom + MANY);
	struct pbuf *p = NULL;
	int i;

	for (i = MANY; i--; p = &custom[i].pbuf) {
		custom[i] = (struct pbuf_custom){
			.pbuf.next = p, .pbuf.payload = mem + i,
			.pbuf.tot_len = MANY - i, .pbuf.len = 1, .pbuf.ref = 1,
		};
		mem[i] = i == MANY - 1;
	}
	mem[MANY] = 0;
	EXPECT_EQ(b, pbuf_memcmp(p, 0, mem, MANY), 0);
	EXPECT_EQ(b, pbuf_memcmp(p, 1, mem, MANY - 1), MANY - 1);
	EXPECT_EQ(b, pbuf_memfind(p, mem + 1000, MANY - 1000, 0), 1000);
	EXPECT_EQ(b, pbuf_memfind(p, mem + 1000, MANY - 999, 0), 0xffff);
}

/* W18: one value was returned for two different results. */
static void w18_results_are_told_apart(struct pbuf_bench *b)
{
	struct pbuf *p = pbuf_alloc(PBUF_RAW, 65535, PBUF_POOL);

	memset(b->flat, 0, 65535);
	pbuf_take(p, b->flat, 65535);
	b->flat[65534] = 1;
	EXPECT_EQ(b, pbuf_memcmp(p, 0, b->flat, 65535), 0xffff);
	EXPECT_EQ(b, pbuf_mismatch(p, 0, b->flat, 65535), 65535);
	EXPECT_EQ(b, pbuf_memcmp(p, 1, b->flat, 65535), 0xffff);
	EXPECT_EQ(b, pbuf_mismatch(p, 1, b->flat, 65535), -ERANGE);
	EXPECT_EQ(b, pbuf_mismatch(NULL, 0, b->flat, 1), -EINVAL);
	EXPECT_EQ(b, pbuf_mismatch(p, 0, NULL, 1), -EINVAL);
	EXPECT_EQ(b, pbuf_memfind(p, b->flat, 0, 65535), 0xffff);
	EXPECT_EQ(b, pbuf_search(p, b->flat, 0, 65535), 65535);
	EXPECT_EQ(b, pbuf_memfind(p, "x", 1, 0), 0xffff);
	EXPECT_EQ(b, pbuf_search(p, "x", 1, 0), -ENOENT);
	EXPECT_EQ(b, pbuf_search(NULL, "x", 1, 0), -EINVAL);
	EXPECT_EQ(b, pbuf_search(p, NULL, 1, 0), -EINVAL);
	pbuf_free(p);
}

/* W20: pool_empty() was not called for a private pool. */
static void w20_private_pools_tell_too(struct pbuf_bench *b)
{
	struct pbuf *p = NULL, *q;
	int i;

	b->env.pool[5] = b->env.pool[2];
	for (i = 0; i < BENCH_POOL; i++) {
		q = pbuf_alloc_pool(&b->env, 5, 0, 1);
		q->next = p;
		p = q;
	}
	EXPECT_EQ(b, b->empty_calls, 0);
	EXPECT(b, !pbuf_alloc_pool(&b->env, 5, 0, 1));
	EXPECT_EQ(b, b->empty_calls, 1);
	EXPECT_EQ(b, b->empty_source, 5);
	EXPECT_EQ(b, pbuf_free(p), BENCH_POOL);
}

/* W21: bounds were checked by a macro that could be configured away. */
static void w21_bounds_are_always_checked(struct pbuf_bench *b)
{
	struct pbuf *p = CHAIN(b, 10, 20);
	u8 out[40];

	EXPECT_EQ(b, pbuf_remove_header(p, 11), 1);
	EXPECT_EQ(b, pbuf_take(p, out, 31), ERR_MEM);
	EXPECT_EQ(b, pbuf_copy_partial_pbuf(p, p, 31, 0), ERR_ARG);
	/* A packet whose tot_len is more than it has. */
	p->tot_len = 40;
	p->next->tot_len = 40;
	EXPECT_EQ(b, pbuf_take(p, out, 40), ERR_MEM);
	EXPECT_EQ(b, pbuf_take_at(p, out, 35, 5), ERR_MEM);
	EXPECT_EQ(b, pbuf_copy_partial(p, out, 40, 0), 30);
	flatten(b, p);
	EXPECT_EQ(b, pbuf_memcmp(p, 0, b->flat, 40), 31);
	EXPECT_EQ(b, pbuf_memfind(p, "never", 5, 0), 0xffff);
	EXPECT_EQ(b, pbuf_copy_partial_pbuf(p, p, 40, 0), ERR_ARG);
	EXPECT(b, !pbuf_get_contiguous(p, out, 40, 40, 0));
	pbuf_realloc(p, 35);
	EXPECT_EQ(b, p->len + p->next->len, 30);
	pbuf_free(p);
}

/* A NULL payload is not accessed. */
static void w21_no_payload(struct pbuf_bench *b)
{
	struct pbuf *p = pbuf_alloc(PBUF_RAW, 10, PBUF_REF), *q = CHAIN(b, 10);
	u8 out[10];
	u16 sum = 0;

	EXPECT_EQ(b, pbuf_take(p, out, 10), ERR_ARG);
	EXPECT_EQ(b, pbuf_take_at(p, out, 5, 5), ERR_ARG);
	EXPECT_EQ(b, pbuf_copy(q, p), ERR_ARG);
	EXPECT_EQ(b, pbuf_copy(p, q), ERR_ARG);
	EXPECT_EQ(b, pbuf_copy_partial(p, out, 10, 0), 0);
	EXPECT_EQ(b, pbuf_try_get_at(p, 0), -1);
	pbuf_put_at(p, 0, 1);
	EXPECT(b, !pbuf_get_contiguous(p, out, 10, 10, 0));
	EXPECT_EQ(b, pbuf_memcmp(p, 0, out, 10), 1);
	EXPECT_EQ(b, pbuf_memfind(p, "a", 1, 0), 0xffff);
	EXPECT_EQ(b, pbuf_fill_chksum(p, 0, out, 10, &sum), ERR_ARG);
	EXPECT(b, !pbuf_clone(PBUF_RAW, PBUF_RAM, p));
	EXPECT_EQ(b, pbuf_add_header_force(p, 4), 0);
	EXPECT(b, !p->payload);
	EXPECT_EQ(b, pbuf_remove_header(p, 4), 0);
	EXPECT(b, !p->payload);
	pbuf_free(p);
	pbuf_free(q);
}

#define LITTLE	(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)

/* W22: a byte-swapping macro gave wrong results within a larger expression. */
static void w22_sums_at_odd_places(struct pbuf_bench *b)
{
	struct pbuf *p = CHAIN(b, 40);
	u32 want, i, at, len;
	u8 data[40];
	u16 sum;

	for (i = 0; i < sizeof(data); i++)
		data[i] = 0xff - 7 * i;
	for (at = 0; at < 20; at++) {
		for (len = 1; len <= 20; len++) {
			sum = 0x1234;
			want = sum;
			for (i = 0; i < len; i++)
				want += data[i] << (((at + i) & 1) == LITTLE ? 8 : 0);
			EXPECT_EQ(b, pbuf_fill_chksum(p, at, data, len, &sum),
				  ERR_OK);
			EXPECT_EQ(b, sum % 0xffff, want % 0xffff);
			EXPECT(b, sum);
		}
	}
	pbuf_free(p);
}

/* W23: which pbufs have to be copied was documented in another way than implemented. */
static void w23_what_must_be_copied(struct pbuf_bench *b)
{
	static const struct {
		enum pbuf_type type;
		bool copy;
	} rows[] = {
		{ PBUF_RAM, false }, { PBUF_POOL, false },
		{ PBUF_ROM, false }, { PBUF_REF, true },
	};
	struct pbuf_custom custom = {};
	struct pbuf *p;
	int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		p = pbuf_alloc(PBUF_RAW, 1, rows[i].type);
		EXPECT_EQ(b, !!PBUF_NEEDS_COPY(p), rows[i].copy);
		pbuf_free(p);
		p = pbuf_alloced_custom(PBUF_RAW, 1, rows[i].type, &custom,
					b->flat, 1);
		EXPECT_EQ(b, !!PBUF_NEEDS_COPY(p), rows[i].copy);
	}
}

/* A chain that is joined to itself, or to a part of itself, would become a ring: refused. */
static void cat_makes_no_ring(struct pbuf_bench *b)
{
	struct pbuf *p = CHAIN(b, 10, 20, 30);

	pbuf_cat(p, p);
	pbuf_cat(p, p->next);
	pbuf_cat(p->next, p);
	pbuf_chain(p, p->next->next);
	EXPECT_EQ(b, pbuf_try_cat(p, p), ERR_ARG);
	EXPECT_CHAIN(b, p, "10/60 20/50 30/30");
	EXPECT_REFS(b, p, "1 1 1");
	EXPECT_EQ(b, pbuf_free(p), 3);
}

/* A custom pbuf without a free function, and a header whose size would overflow. */
static void small_sins(struct pbuf_bench *b)
{
	struct pbuf_custom custom = {};
	struct pbuf *p = pbuf_alloced_custom(PBUF_RAW, 10, PBUF_REF, &custom,
					     b->flat, 10);

	EXPECT_EQ(b, pbuf_free(p), 1);
	b->faults = 1;
	EXPECT(b, !pbuf_dechain(NULL));
	EXPECT(b, !pbuf_alloced_custom(PBUF_RAW, 10, PBUF_REF, NULL, b->flat,
				       10));
	EXPECT(b, !pbuf_alloced_custom_from(&b->env, SIZE_MAX - 3, 10, PBUF_REF,
					    &custom, b->flat, 10));
	p = pbuf_alloc(PBUF_TRANSPORT, 65535 - 40, PBUF_POOL);
	EXPECT_EQ(b, pbuf_add_header(p, 41), 1);
	EXPECT_EQ(b, pbuf_add_header(p, 40), 0);
	EXPECT_EQ(b, p->tot_len, 65535);
	pbuf_free(p);
	p = pbuf_alloced_custom(65536, 0, PBUF_REF, &custom, b->flat, 65536);
	EXPECT_EQ(b, pbuf_add_header_force(p, 65535), 0);
	EXPECT(b, p->payload == b->flat + 1);
	EXPECT_EQ(b, pbuf_add_header_force(p, 1), 1);
	p = pbuf_alloced_custom(PBUF_RAW, 65535, PBUF_REF, &custom, b->flat,
				65535);
	EXPECT_CHAIN(b, p, "65535/65535");
}

const struct pbuf_case pbuf_defect_cases[] = {
	PBUF_CASE(w1_copy_behind_the_first_pbuf),
	PBUF_CASE(w2_more_than_255_freed),
	PBUF_CASE(w3_custom_headers_stay_inside),
	PBUF_CASE(w4_large_requests_are_whole),
	PBUF_CASE(w5_clones_are_whole),
	PBUF_CASE(w6_chain_to_nothing),
	PBUF_CASE(w7_references_never_wrap),
	PBUF_HEAP_CASE(w8_double_free),
	PBUF_HEAP_CASE(w9_private_pools_are_checked),
	PBUF_HEAP_CASE(w10_trim_of_the_last_block),
	PBUF_CASE(w11_trim_by_little),
	PBUF_CASE(w12_headroom_above_the_element),
	PBUF_CASE(w13_products_are_checked),
	PBUF_HEAP_CASE(w14_check_sees_alignment),
	PBUF_HEAP_CASE(w15_large_failures_are_counted),
	PBUF_CASE(w16_tiny_elements),
	PBUF_CASE(w17_long_chains_of_bytes),
	PBUF_CASE(w18_results_are_told_apart),
	PBUF_CASE(w20_private_pools_tell_too),
	PBUF_CASE(w21_bounds_are_always_checked),
	PBUF_CASE(w21_no_payload),
	PBUF_CASE(w22_sums_at_odd_places),
	PBUF_CASE(w23_what_must_be_copied),
	PBUF_CASE(cat_makes_no_ring),
	PBUF_CASE(small_sins),
	{}
};

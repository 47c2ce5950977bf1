// SPDX-License-Identifier: GPL-2.0-only
/*
 * chain_cases.c - chains that are joined, cut, shortened, and copied as a
 * whole. The expected numbers are those that lwIP printed.
 */
#include <linux/kernel.h>
#include <linux/string.h>

#include "kunit/pbuf/cases.h"

/* ---- joining and cutting --------------------------------------------- */

static void cat_takes_the_reference(struct pbuf_bench *b)
{
	struct pbuf *p = CHAIN(b, 10, 20), *t = CHAIN(b, 30);

	pbuf_cat(p, t);
	EXPECT_CHAIN(b, p, "10/60 20/50 30/30");
	EXPECT_REFS(b, p, "1 1 1");
	EXPECT_EQ(b, pbuf_clen(p), 3);
	EXPECT_EQ(b, pbuf_free(p), 3);
	EXPECT_EQ(b, pbuf_clen(NULL), 0);
}

static void chain_keeps_the_reference(struct pbuf_bench *b)
{
	struct pbuf *p = CHAIN(b, 10), *t = CHAIN(b, 20, 30);

	pbuf_chain(p, t);
	EXPECT_CHAIN(b, p, "10/60 20/50 30/30");
	EXPECT_REFS(b, p, "1 2 1");
	EXPECT_EQ(b, pbuf_free(p), 1);
	EXPECT_CHAIN(b, t, "20/50 30/30");
	EXPECT_EQ(b, pbuf_free(t), 2);
}

static void cat_of_nothing(struct pbuf_bench *b)
{
	struct pbuf *p = CHAIN(b, 10);

	pbuf_cat(p, NULL);
	pbuf_cat(NULL, p);
	pbuf_chain(p, NULL);
	EXPECT_EQ(b, pbuf_try_cat(p, NULL), ERR_ARG);
	EXPECT_EQ(b, pbuf_try_cat(NULL, p), ERR_ARG);
	EXPECT_CHAIN(b, p, "10/10");
	EXPECT_REFS(b, p, "1");
	pbuf_free(p);
}

static void dechain_drops_the_rest(struct pbuf_bench *b)
{
	struct pbuf *p = CHAIN(b, 10, 20, 30);

	EXPECT(b, !pbuf_dechain(p));
	EXPECT_CHAIN(b, p, "10/10");
	EXPECT(b, !pbuf_dechain(p));
	pbuf_free(p);
}

static void dechain_keeps_what_is_held(struct pbuf_bench *b)
{
	struct pbuf *p = CHAIN(b, 10, 20, 30), *t = p->next;

	pbuf_ref(t);
	EXPECT(b, pbuf_dechain(p) == t);
	EXPECT_CHAIN(b, p, "10/10");
	EXPECT_CHAIN(b, t, "20/50 30/30");
	EXPECT_REFS(b, t, "1 1");
	EXPECT_EQ(b, pbuf_free(p), 1);
	EXPECT_EQ(b, pbuf_free(t), 2);
}

/* pbuf_dechain() sets tot_len of the rest, whatever value it had there before. */
static void dechain_sets_the_length(struct pbuf_bench *b)
{
	struct pbuf *p = CHAIN(b, 10, 20, 30), *t = p->next;

	t->tot_len = 7;
	pbuf_ref(t);
	EXPECT(b, pbuf_dechain(p) == t);
	EXPECT_CHAIN(b, t, "20/50 30/30");
	pbuf_free(p);
	pbuf_free(t);
}

/* ---- shortening ------------------------------------------------------ */

/*
 * Shorten a chain of 10, 20 and 30 bytes. Each pbuf is a heap block with a
 * header of 8 bytes: the second one takes @second bytes, the third @third. The
 * third has free memory behind it, so all that is cut off there is given back.
 * A rest in front of a used block, as behind the second, is too small for a
 * block of its own and stays with its pbuf.
 */
static void realloc_gives_back(struct pbuf_bench *b)
{
	const u64 second = 8 + b->env.header + 24;
	const u64 third = 8 + b->env.header + 32;
	const struct {
		size_t len;
		u64 back;
		const char *want;
	} rows[] = {
		{ 60, 0, "10/60 20/50 30/30" },
		{ 59, 0, "10/59 20/49 29/29" },
		{ 31, 24, "10/31 20/21 1/1" },
		{ 30, third, "10/30 20/20" },
		{ 29, third, "10/29 19/19" },
		{ 11, third, "10/11 1/1" },
		{ 10, second + third, "10/10" },
		{ 9, second + third, "9/9" },
		{ 1, second + third, "1/1" },
		{ 0, second + third, "0/0" },
	};
	struct pbuf *p;
	u64 before;
	int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		/* Allocate in this order, so that the blocks are adjacent. */
		p = pbuf_alloc(PBUF_RAW, 10, PBUF_RAM);
		pbuf_cat(p, pbuf_alloc(PBUF_RAW, 20, PBUF_RAM));
		pbuf_cat(p, pbuf_alloc(PBUF_RAW, 30, PBUF_RAM));
		before = heap_used(b);
		pbuf_realloc(p, rows[i].len);
		EXPECT_EQ(b, before - heap_used(b), rows[i].back);
		EXPECT_CHAIN(b, p, rows[i].want);
		pbuf_free(p);
	}
}

/* Shorten a block that has a used block behind it, then a free one. */
static void realloc_of_one_block(struct pbuf_bench *b)
{
	struct pbuf *p = pbuf_alloc(PBUF_RAW, 400, PBUF_RAM);
	struct pbuf *neighbour = pbuf_alloc(PBUF_RAW, 1, PBUF_RAM);
	u64 before = heap_used(b);

	count_bytes(p, 0);
	pbuf_realloc(p, 100);
	EXPECT_EQ(b, before - heap_used(b), 296);
	pbuf_realloc(p, 92);
	EXPECT_EQ(b, before - heap_used(b), 304);
	pbuf_realloc(p, 80);
	EXPECT_EQ(b, before - heap_used(b), 320);
	pbuf_realloc(p, 81);
	EXPECT_CHAIN(b, p, "80/80");
	EXPECT_COUNTING(b, p, 0);
	pbuf_free(p);
	pbuf_free(neighbour);
}

static void realloc_of_a_pool_chain(struct pbuf_bench *b)
{
	struct pbuf *p = pbuf_alloc(PBUF_RAW, 2000, PBUF_POOL);

	count_bytes(p, 0);
	pbuf_realloc(p, 1232);
	EXPECT_CHAIN(b, p, "616/1232 616/616");
	EXPECT_EQ(b, pool_used(b, 2), 2);
	pbuf_realloc(p, 70000);
	pbuf_realloc(p, 617);
	EXPECT_CHAIN(b, p, "616/617 1/1");
	EXPECT_COUNTING(b, p, 0);
	pbuf_realloc(p, 0);
	EXPECT_CHAIN(b, p, "0/0");
	pbuf_realloc(NULL, 0);
	pbuf_free(p);
}

/* The memory of a custom pbuf does not belong to the heap, even if its type is PBUF_RAM. */
static void realloc_of_custom_ram(struct pbuf_bench *b)
{
	struct pbuf_custom custom = {};
	struct pbuf *p = pbuf_alloced_custom(PBUF_RAW, 500, PBUF_RAM, &custom,
					     b->flat, 500);

	pbuf_realloc(p, 100);
	EXPECT_CHAIN(b, p, "100/100");
}

/* ---- queues longer than 64 KiB --------------------------------------- */

static void split_of_a_small_one(struct pbuf_bench *b)
{
	struct pbuf *p = CHAIN(b, 1), *rest = p;

	pbuf_split_64k(p, &rest);
	EXPECT(b, !rest);
	EXPECT_CHAIN(b, p, "1/1");
	pbuf_free(p);
	rest = (struct pbuf *)b;
	pbuf_split_64k(NULL, &rest);
	EXPECT(b, !rest);
	p = CHAIN(b, 1, 2, 0);
	pbuf_split_64k(p, &rest);
	EXPECT(b, !rest);
	EXPECT_CHAIN(b, p, "1/3 2/2 0/0");
	pbuf_free(p);
}

static struct pbuf *rom(struct pbuf_bench *b, size_t len)
{
	return pbuf_alloc_reference(b->flat, len, PBUF_ROM);
}

/* A queue of five pbufs of 30000 bytes is split into two, two and one. */
static void split_of_five(struct pbuf_bench *b)
{
	struct pbuf *p = rom(b, 30000), *second, *third;
	int i;

	for (i = 0; i < 4; i++)
		pbuf_cat(p, rom(b, 30000));
	EXPECT_EQ(b, p->tot_len, 150000 - 2 * 65536);
	EXPECT_EQ(b, pbuf_copy_partial(p, b->flat + 131072, 80000, 0), 65535);
	p->flags |= PBUF_FLAG_TCP_FIN | PBUF_FLAG_PUSH;
	pbuf_split_64k(p, &second);
	EXPECT_CHAIN(b, p, "30000/60000 30000/30000");
	EXPECT_CHAIN(b, second, "30000/24464 30000/60000 30000/30000");
	EXPECT_EQ(b, second->flags, PBUF_FLAG_TCP_FIN);
	EXPECT_EQ(b, p->flags, PBUF_FLAG_TCP_FIN | PBUF_FLAG_PUSH);
	pbuf_split_64k(second, &third);
	EXPECT_CHAIN(b, second, "30000/60000 30000/30000");
	EXPECT_CHAIN(b, third, "30000/30000");
	EXPECT_EQ(b, third->flags, PBUF_FLAG_TCP_FIN);
	EXPECT_EQ(b, pbuf_free(p) + pbuf_free(second) + pbuf_free(third), 5);
}

/* Empty pbufs stay with the first packet, even if that has 65535 bytes. */
static void split_takes_empty_ones(struct pbuf_bench *b)
{
	struct pbuf *p = rom(b, 65535), *rest;

	pbuf_cat(p, rom(b, 0));
	pbuf_cat(p, rom(b, 1));
	pbuf_cat(p, rom(b, 0));
	pbuf_split_64k(p, &rest);
	EXPECT_CHAIN(b, p, "65535/65535 0/0");
	EXPECT_CHAIN(b, rest, "1/1 0/0");
	pbuf_free(p);
	pbuf_free(rest);
}

/* The same as lwIP's own test test_pbuf_queueing_bigger_than_64k. */
static void queue_bigger_than_64k(struct pbuf_bench *b)
{
	static const size_t len[] = { 65535, 65530, 50050 };
	struct pbuf *p[3];
	size_t i, at, k;

	for (i = 0; i < 3; i++) {
		p[i] = pbuf_alloc(PBUF_RAW, len[i], PBUF_POOL);
		for (at = 0; at < len[i]; at++)
			b->flat[at] = (at * 7 + (at >> 8) + i) & 0xff;
		EXPECT_EQ(b, pbuf_take(p[i], b->flat, len[i]), ERR_OK);
	}
	pbuf_cat(p[0], p[1]);
	pbuf_cat(p[0], p[2]);
	pbuf_split_64k(p[0], &p[1]);
	EXPECT_EQ(b, p[0]->tot_len, 65535);
	EXPECT_EQ(b, p[1]->tot_len, (65530 + 50050) % 65536);
	pbuf_split_64k(p[1], &p[2]);
	EXPECT_EQ(b, p[1]->tot_len, 65530);
	EXPECT_EQ(b, p[2]->tot_len, 50050);
	for (i = 0; i < 3; i++) {
		EXPECT_EQ(b, flatten(b, p[i]), len[i]);
		for (at = 0, k = 0; at < len[i]; at++)
			k += b->flat[at] != ((at * 7 + (at >> 8) + i) & 0xff);
		EXPECT_EQ(b, k, 0);
		pbuf_free(p[i]);
	}
}

/* pbuf_try_cat() refuses a packet that is too long for tot_len. */
static void try_cat_refuses_long_ones(struct pbuf_bench *b)
{
	struct pbuf *p = rom(b, 60000), *t = rom(b, 5536);

	EXPECT_EQ(b, pbuf_try_cat(p, t), ERR_MEM);
	EXPECT_CHAIN(b, p, "60000/60000");
	EXPECT_CHAIN(b, t, "5536/5536");
	pbuf_realloc(t, 5535);
	EXPECT_EQ(b, pbuf_try_cat(p, t), ERR_OK);
	EXPECT_CHAIN(b, p, "60000/65535 5535/5535");
	EXPECT_EQ(b, pbuf_free(p), 2);
}

/* ---- copies ---------------------------------------------------------- */

static void clone_is_a_copy(struct pbuf_bench *b)
{
	struct pbuf *p = CHAIN(b, 700, 200, 300), *ram, *pool;

	p->flags |= PBUF_FLAG_PUSH;
	p->if_idx = 3;
	ram = pbuf_clone(PBUF_LINK, PBUF_RAM, p);
	pool = pbuf_clone(PBUF_LINK, PBUF_POOL, p);
	EXPECT_CHAIN(b, ram, "1200/1200");
	EXPECT_CHAIN(b, pool, "600/1200 600/600");
	EXPECT_COUNTING(b, ram, 0);
	EXPECT_COUNTING(b, pool, 0);
	EXPECT_EQ(b, ram->flags | ram->if_idx | pool->flags | pool->if_idx, 0);
	EXPECT_EQ(b, pbuf_add_header(ram, 16), 0);
	pbuf_free(p);
	EXPECT_COUNTING(b, pool, 0);
	pbuf_free(ram);
	pbuf_free(pool);
}

static void coalesce_makes_one(struct pbuf_bench *b)
{
	struct pbuf *p = CHAIN(b, 10, 20, 30), *q = pbuf_coalesce(p, PBUF_RAW);

	EXPECT_CHAIN(b, q, "60/60");
	EXPECT_COUNTING(b, q, 0);
	EXPECT(b, pbuf_coalesce(q, PBUF_RAW) == q);
	EXPECT_EQ(b, pbuf_free(q), 1);
	EXPECT(b, !pbuf_coalesce(NULL, PBUF_RAW));
}

/* Without memory pbuf_coalesce() returns the chain unchanged. */
static void coalesce_without_memory(struct pbuf_bench *b)
{
	struct pbuf_env poor = { .align = 8 };
	struct pbuf *p = CHAIN(b, 10, 20);

	EXPECT_EQ(b, pbuf_env_init(&poor), 0);
	EXPECT(b, pbuf_coalesce_from(&poor, p, 0) == p);
	EXPECT(b, !pbuf_clone_from(&poor, 0, PBUF_RAM, p));
	EXPECT(b, !pbuf_clone_from(&poor, 0, PBUF_POOL, p));
	EXPECT_CHAIN(b, p, "10/30 20/20");
	EXPECT_REFS(b, p, "1 1");
	EXPECT_COUNTING(b, p, 0);
	pbuf_free(p);
}

const struct pbuf_case pbuf_chain_cases[] = {
	PBUF_CASE(cat_takes_the_reference),
	PBUF_CASE(chain_keeps_the_reference),
	PBUF_CASE(cat_of_nothing),
	PBUF_CASE(dechain_drops_the_rest),
	PBUF_CASE(dechain_keeps_what_is_held),
	PBUF_CASE(dechain_sets_the_length),
	PBUF_HEAP_CASE(realloc_gives_back),
	PBUF_HEAP_CASE(realloc_of_one_block),
	PBUF_CASE(realloc_of_a_pool_chain),
	PBUF_CASE(realloc_of_custom_ram),
	PBUF_CASE(split_of_a_small_one),
	PBUF_CASE(split_of_five),
	PBUF_CASE(split_takes_empty_ones),
	PBUF_CASE(queue_bigger_than_64k),
	PBUF_CASE(try_cat_refuses_long_ones),
	PBUF_CASE(clone_is_a_copy),
	PBUF_CASE(coalesce_makes_one),
	PBUF_CASE(coalesce_without_memory),
	{}
};

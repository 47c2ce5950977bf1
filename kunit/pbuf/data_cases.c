// SPDX-License-Identifier: GPL-2.0-only
/*
 * data_cases.c - reading and writing the bytes of a packet. The expected tables are those
 * that lwIP printed. [10][20][30] means a chain with the bytes 0, 1, 2, ... 59.
 */
#include <linux/kernel.h>
#include <linux/string.h>

#include "kunit/pbuf/cases.h"

/* ---- from packet to packet -------------------------------------------- */

/* lwIP's own test_pbuf_copy_zero_pbuf: an empty pbuf at the end. */
static void copy_of_an_empty_end(struct pbuf_bench *b)
{
	struct pbuf *p = CHAIN(b, 1024);
	struct pbuf *empty = pbuf_alloc(PBUF_RAW, 1, PBUF_POOL);
	struct pbuf *to = pbuf_alloc(PBUF_RAW, 1024, PBUF_POOL);

	empty->len = 0;
	empty->tot_len = 0;
	pbuf_cat(p, empty);
	EXPECT_REFS(b, p, "1 1");
	EXPECT_EQ(b, pbuf_copy(to, p), ERR_VAL);
	pbuf_free(to);
	/* A copy in one step succeeds. */
	to = CHAIN(b, 1024);
	EXPECT_EQ(b, pbuf_copy(to, p), ERR_OK);
	pbuf_free(to);
	pbuf_free(p);
}

static void copy_ends_with_the_packet(struct pbuf_bench *b)
{
	struct pbuf *p = CHAIN(b, 10, 20, 0), *to = CHAIN(b, 30);

	memset(to->payload, 0xee, 30);
	EXPECT_EQ(b, pbuf_copy(to, p), ERR_VAL);
	/* The 10 bytes that were copied before the failure stay. */
	EXPECT_EQ(b, pbuf_get_at(to, 9), 9);
	EXPECT_EQ(b, pbuf_get_at(to, 10), 0xee);
	pbuf_free(p);
	p = CHAIN(b, 0, 10, 20);
	EXPECT_EQ(b, pbuf_copy(to, p), ERR_OK);
	EXPECT_COUNTING(b, to, 0);
	EXPECT_EQ(b, pbuf_copy_partial_pbuf(to, p, 0, 0), ERR_OK);
	EXPECT_EQ(b, pbuf_copy_partial_pbuf(to, p, 0, 30), ERR_OK);
	pbuf_free(p);
	pbuf_free(to);
}

/* lwIP's own test_pbuf_copy_unmatched_chains. */
static void copy_of_unmatched_chains(struct pbuf_bench *b)
{
	struct pbuf *p = CHAIN(b, 16, 16, 16, 16, 16, 16, 16, 16);
	struct pbuf *to = CHAIN(b, 35, 81, 27);
	int i;

	for (i = 0; i < 128; i++)
		EXPECT_EQ(b, pbuf_get_at(p, i), i);
	count_bytes(to, 100);
	EXPECT_EQ(b, pbuf_copy(to, p), ERR_OK);
	for (i = 0; i < 128; i++)
		EXPECT_EQ(b, pbuf_get_at(to, i), i);
	EXPECT_EQ(b, pbuf_get_at(to, 128), (100 + 128) & 0xff);
	pbuf_free(p);
	pbuf_free(to);
}

/* lwIP's own test_pbuf_copy_partial_pbuf, with other words. */
static void copy_of_a_part(struct pbuf_bench *b)
{
	struct pbuf *p = pbuf_alloc_reference("abcde", 5, PBUF_REF);
	struct pbuf *to = pbuf_alloc(PBUF_RAW, 14, PBUF_RAM);

	pbuf_cat(p, pbuf_alloc_reference("FGHIJKL", 7, PBUF_REF));
	memset(to->payload, '.', 14);
	EXPECT_EQ(b, pbuf_copy_partial_pbuf(to, p, 12, 4), ERR_ARG);
	EXPECT_EQ(b, pbuf_copy_partial_pbuf(to, p, 13, 0), ERR_ARG);
	EXPECT_BYTES(b, to, "..............", 14);
	EXPECT_EQ(b, pbuf_copy_partial_pbuf(to, p, 12, 0), ERR_OK);
	EXPECT_BYTES(b, to, "abcdeFGHIJKL..", 14);
	EXPECT_EQ(b, pbuf_copy_partial_pbuf(to, p, 12, 1), ERR_OK);
	EXPECT_BYTES(b, to, "aabcdeFGHIJKL.", 14);
	EXPECT_EQ(b, pbuf_copy_partial_pbuf(to, p, 6, 6), ERR_OK);
	EXPECT_BYTES(b, to, "aabcdeabcdeFL.", 14);
	EXPECT_EQ(b, pbuf_copy_partial_pbuf(to, p, 5, 0), ERR_OK);
	EXPECT_BYTES(b, to, "abcdeeabcdeFL.", 14);
	pbuf_free(p);
	pbuf_free(to);
}

static void copy_arguments(struct pbuf_bench *b)
{
	struct pbuf *p = CHAIN(b, 10, 20, 30), *to = CHAIN(b, 60);

	EXPECT_EQ(b, pbuf_copy(to, NULL), ERR_ARG);
	EXPECT_EQ(b, pbuf_copy(NULL, p), ERR_ARG);
	EXPECT_EQ(b, pbuf_copy_partial_pbuf(NULL, p, 0, 0), ERR_ARG);
	EXPECT_EQ(b, pbuf_copy_partial_pbuf(to, NULL, 0, 0), ERR_ARG);
	EXPECT_EQ(b, pbuf_copy_partial_pbuf(to, p, 61, 0), ERR_ARG);
	EXPECT_EQ(b, pbuf_copy_partial_pbuf(to, p, SIZE_MAX, 1), ERR_ARG);
	EXPECT_EQ(b, pbuf_copy_partial_pbuf(to, p, 1, SIZE_MAX), ERR_ARG);
	EXPECT_EQ(b, pbuf_copy_partial_pbuf(to, p, 1, 60), ERR_ARG);
	EXPECT_EQ(b, pbuf_copy_partial_pbuf(to, p, 1, 59), ERR_OK);
	pbuf_free(p);
	pbuf_free(to);
}

/* ---- to memory -------------------------------------------------------- */

static void copy_out(struct pbuf_bench *b)
{
	static const struct {
		size_t len, offset, done;
	} rows[] = {
		{ 5, 58, 2 }, { 5, 60, 0 }, { 100, 0, 60 }, { 60, 0, 60 },
		{ 20, 10, 20 }, { 21, 9, 21 }, { 0, 0, 0 }, { 1, 65536, 0 },
		{ 100000, 1, 59 }, { SIZE_MAX, 0, 60 }, { 1, SIZE_MAX, 0 },
	};
	struct pbuf *p = CHAIN(b, 10, 20, 30);
	u8 out[61];
	size_t i, k;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		memset(out, 0xee, sizeof(out));
		EXPECT_EQ(b, pbuf_copy_partial(p, out, rows[i].len,
					       rows[i].offset), rows[i].done);
		for (k = 0; k < rows[i].done; k++)
			EXPECT_EQ(b, out[k], rows[i].offset + k);
		EXPECT_EQ(b, out[k], 0xee);
	}
	EXPECT_EQ(b, pbuf_copy_partial(NULL, out, 1, 0), 0);
	EXPECT_EQ(b, pbuf_copy_partial(p, NULL, 1, 0), 0);
	pbuf_free(p);
}

static void contiguous(struct pbuf_bench *b)
{
	struct pbuf *p = CHAIN(b, 10, 20, 30);
	u8 *second = p->next->payload, out[60];

	EXPECT(b, pbuf_get_contiguous(p, out, 60, 10, 0) == p->payload);
	EXPECT(b, pbuf_get_contiguous(p, NULL, 0, 10, 0) == p->payload);
	EXPECT(b, pbuf_get_contiguous(p, out, 11, 11, 0) == out);
	EXPECT_EQ(b, out[0] + out[10], 10);
	EXPECT(b, !pbuf_get_contiguous(p, NULL, 0, 11, 0));
	EXPECT(b, pbuf_get_contiguous(p, out, 60, 20, 10) == second);
	EXPECT(b, pbuf_get_contiguous(p, out, 60, 5, 20) == second + 10);
	EXPECT(b, !pbuf_get_contiguous(p, out, 60, 61, 0));
	EXPECT(b, !pbuf_get_contiguous(p, out, 61, 61, 0));
	EXPECT(b, !pbuf_get_contiguous(p, out, 5, 10, 0));
	EXPECT(b, !pbuf_get_contiguous(p, out, 60, 0, 60));
	EXPECT(b, pbuf_get_contiguous(p, out, 60, 0, 59));
	EXPECT(b, !pbuf_get_contiguous(p, out, SIZE_MAX, SIZE_MAX, 1));
	EXPECT(b, !pbuf_get_contiguous(NULL, out, 60, 1, 0));
	pbuf_free(p);
}

static void skip_is(struct pbuf_bench *b, struct pbuf *p, size_t offset,
		    const struct pbuf *found, unsigned int at)
{
	u16 out = 0xeeee;

	EXPECT(b, pbuf_skip(p, offset, &out) == found);
	EXPECT_EQ(b, out, at);
	EXPECT(b, pbuf_skip(p, offset, NULL) == found);
}

static void skip(struct pbuf_bench *b)
{
	struct pbuf *p = CHAIN(b, 10, 20, 30);

	skip_is(b, p, 0, p, 0);
	skip_is(b, p, 9, p, 9);
	skip_is(b, p, 10, p->next, 0);
	skip_is(b, p, 59, p->next->next, 29);
	skip_is(b, p, 60, NULL, 0);
	skip_is(b, p, 65, NULL, 5);
	skip_is(b, p, 60 + 65535, NULL, 65535);
	skip_is(b, p, 60 + 65536, NULL, 65535);
	skip_is(b, NULL, 7, NULL, 7);
	pbuf_free(p);
	p = CHAIN(b, 0, 5);
	skip_is(b, p, 0, p->next, 0);
	pbuf_free(p);
}

/* ---- from memory ------------------------------------------------------ */

static void take(struct pbuf_bench *b)
{
	struct pbuf *p = CHAIN(b, 10, 20, 30);
	u8 data[61];
	int i;

	for (i = 0; i < sizeof(data); i++)
		data[i] = 100 + i;
	EXPECT_EQ(b, pbuf_take(NULL, data, 1), ERR_ARG);
	EXPECT_EQ(b, pbuf_take(p, NULL, 1), ERR_ARG);
	EXPECT_EQ(b, pbuf_take(p, NULL, 0), ERR_ARG);
	EXPECT_EQ(b, pbuf_take(p, data, 61), ERR_MEM);
	EXPECT_EQ(b, pbuf_take(p, data, SIZE_MAX), ERR_MEM);
	EXPECT_COUNTING(b, p, 0);
	EXPECT_EQ(b, pbuf_take(p, data, 11), ERR_OK);
	EXPECT_EQ(b, pbuf_get_at(p, 10), 110);
	EXPECT_EQ(b, pbuf_get_at(p, 11), 11);
	EXPECT_EQ(b, pbuf_take(p, data, 60), ERR_OK);
	EXPECT_COUNTING(b, p, 100);
	EXPECT_CHAIN(b, p, "10/60 20/50 30/30");
	pbuf_free(p);
}

static void take_at(struct pbuf_bench *b)
{
	static const struct {
		size_t len, offset;
		int result;
	} rows[] = {
		{ 0, 0, ERR_OK }, { 0, 60, ERR_MEM }, { 1, 59, ERR_OK },
		{ 2, 59, ERR_MEM }, { 60, 0, ERR_OK }, { 50, 10, ERR_OK },
		{ 51, 10, ERR_MEM }, { 1, SIZE_MAX, ERR_MEM },
		{ SIZE_MAX, 1, ERR_MEM },
	};
	struct pbuf *p = CHAIN(b, 10, 20, 30);
	u8 data[60];
	size_t i, k;

	memset(data, 0xee, sizeof(data));
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		count_bytes(p, 0);
		EXPECT_EQ(b, pbuf_take_at(p, data, rows[i].len, rows[i].offset),
			  rows[i].result);
		flatten(b, p);
		for (k = 0; k < 60; k++)
			EXPECT_EQ(b, b->flat[k],
				  rows[i].result == ERR_OK &&
				  k >= rows[i].offset &&
				  k - rows[i].offset < rows[i].len ? 0xee : k);
	}
	EXPECT_EQ(b, pbuf_take_at(NULL, data, 0, 0), ERR_MEM);
	pbuf_free(p);
}

/* lwIP's own test_pbuf_take_at_edge, but with its last check on the right pbuf. */
static void take_at_the_edge(struct pbuf_bench *b)
{
	static const u8 data[] = { 0x01, 0x08, 0x82, 0x02 };
	struct pbuf *p = pbuf_alloc(PBUF_RAW, 1024, PBUF_POOL);
	u8 *first = p->payload, *second = p->next->payload;

	memset(first, 0, p->len);
	memset(second, 0, p->next->len);
	EXPECT_EQ(b, pbuf_take_at(p, data, 4, 0), ERR_OK);
	EXPECT(b, !memcmp(first, data, 4));
	EXPECT_EQ(b, pbuf_take_at(p, data, 4, p->len - 1), ERR_OK);
	EXPECT_EQ(b, first[p->len - 1], 0x01);
	EXPECT(b, !memcmp(second, data + 1, 3));
	EXPECT_EQ(b, pbuf_take_at(p, data, 4, p->len), ERR_OK);
	EXPECT(b, !memcmp(second, data, 4));
	pbuf_free(p);
}

/* lwIP's own test_pbuf_get_put_at_edge, and offsets beyond the end. */
static void single_bytes(struct pbuf_bench *b)
{
	struct pbuf *p = pbuf_alloc(PBUF_RAW, 1024, PBUF_POOL);

	count_bytes(p, 0);
	pbuf_put_at(p, p->len, 0xa5);
	EXPECT_EQ(b, *(u8 *)p->next->payload, 0xa5);
	EXPECT_EQ(b, pbuf_get_at(p, p->len), 0xa5);
	EXPECT_EQ(b, pbuf_try_get_at(p, 1023), 1023 & 0xff);
	EXPECT_EQ(b, pbuf_try_get_at(p, 1024), -1);
	EXPECT_EQ(b, pbuf_try_get_at(p, 65536), -1);
	EXPECT_EQ(b, pbuf_try_get_at(p, SIZE_MAX), -1);
	EXPECT_EQ(b, pbuf_try_get_at(NULL, 0), -1);
	EXPECT_EQ(b, pbuf_get_at(p, 1024), 0);
	pbuf_put_at(p, 1024, 1);
	pbuf_put_at(NULL, 0, 1);
	pbuf_free(p);
}

/* ---- comparing -------------------------------------------------------- */

static void compare(struct pbuf_bench *b)
{
	struct pbuf *p = CHAIN(b, 10, 20, 30);
	u8 mem[60];

	flatten(b, p);
	memcpy(mem, b->flat, 60);
	EXPECT_EQ(b, pbuf_memcmp(p, 0, mem, 60), 0);
	EXPECT_EQ(b, pbuf_memcmp(p, 7, mem + 7, 50), 0);
	mem[25] ^= 1;
	EXPECT_EQ(b, pbuf_memcmp(p, 0, mem, 60), 26);
	EXPECT_EQ(b, pbuf_memcmp(p, 20, mem + 20, 40), 6);
	EXPECT_EQ(b, pbuf_memcmp(p, 0, mem, 25), 0);
	EXPECT_EQ(b, pbuf_memcmp(p, 0, mem, 61), 0xffff);
	EXPECT_EQ(b, pbuf_memcmp(p, 59, mem, 2), 0xffff);
	EXPECT_EQ(b, pbuf_memcmp(p, 60, mem, 0), 0);
	EXPECT_EQ(b, pbuf_memcmp(p, 61, mem, 0), 0xffff);
	EXPECT_EQ(b, pbuf_memcmp(p, SIZE_MAX, mem, 1), 0xffff);
	EXPECT_EQ(b, pbuf_memcmp(p, 1, mem, SIZE_MAX), 0xffff);
	pbuf_free(p);
}

static void find(struct pbuf_bench *b)
{
	struct pbuf *p = CHAIN(b, 10, 0, 20, 30);
	u8 mem[] = { 9, 10, 11, 12 };

	EXPECT_EQ(b, pbuf_memfind(p, mem, 4, 0), 9);
	EXPECT_EQ(b, pbuf_memfind(p, mem, 4, 9), 9);
	EXPECT_EQ(b, pbuf_memfind(p, mem, 4, 10), 0xffff);
	EXPECT_EQ(b, pbuf_memfind(p, mem, 4, 57), 0xffff);
	EXPECT_EQ(b, pbuf_memfind(p, mem, 61, 0), 0xffff);
	EXPECT_EQ(b, pbuf_memfind(p, mem, SIZE_MAX, 1), 0xffff);
	EXPECT_EQ(b, pbuf_memfind(p, mem, 0, 60), 60);
	EXPECT_EQ(b, pbuf_memfind(p, mem, 0, 61), 0xffff);
	mem[0] = 59;
	EXPECT_EQ(b, pbuf_memfind(p, mem, 1, 0), 59);
	EXPECT_EQ(b, pbuf_memfind(p, mem, 2, 0), 0xffff);
	pbuf_free(p);
}

/* A partial match that fails late does not hide a match that begins within it. */
static void find_passes_no_candidate(struct pbuf_bench *b)
{
	static const char text[] = "aaabaaabaaaac";
	struct pbuf *p = CHAIN(b, 2, 1, 6, 4);

	EXPECT_EQ(b, pbuf_take(p, text, 13), ERR_OK);
	EXPECT_EQ(b, pbuf_strstr(p, "aaaac"), 8);
	EXPECT_EQ(b, pbuf_strstr(p, "aabaaaa"), 5);
	EXPECT_EQ(b, pbuf_strstr(p, "c"), 12);
	EXPECT_EQ(b, pbuf_strstr(p, "ca"), 0xffff);
	EXPECT_EQ(b, pbuf_strstr(p, text), 0);
	EXPECT_EQ(b, pbuf_strstr(p, ""), 0xffff);
	EXPECT_EQ(b, pbuf_strstr(p, NULL), 0xffff);
	EXPECT_EQ(b, pbuf_strstr(NULL, "a"), 0xffff);
	pbuf_put_at(p, 3, 0);
	EXPECT_EQ(b, pbuf_strstr(p, "aaaac"), 8);
	pbuf_free(p);
}

static void find_in_the_longest(struct pbuf_bench *b)
{
	struct pbuf *p = pbuf_alloc(PBUF_RAW, 65535, PBUF_POOL);

	memset(b->flat, '.', 65535);
	memcpy(b->flat + 65533, "ab", 2);
	EXPECT_EQ(b, pbuf_take(p, b->flat, 65535), ERR_OK);
	EXPECT_EQ(b, pbuf_memfind(p, "ab", 2, 0), 65533);
	EXPECT_EQ(b, pbuf_strstr(p, "ab"), 0xffff);
	EXPECT_EQ(b, pbuf_memcmp(p, 0, b->flat, 65535), 0);
	EXPECT(b, pbuf_get_contiguous(p, b->flat, 65535, 65535, 0) == b->flat);
	pbuf_free(p);
}

/* An empty pbuf without payload, and a packet that ends before its chain. */
static void odd_chains(struct pbuf_bench *b)
{
	struct pbuf *p = CHAIN(b, 10), *t = pbuf_alloc(PBUF_RAW, 0, PBUF_REF);
	u8 mem[20];
	int i;

	for (i = 0; i < 20; i++)
		mem[i] = i;
	pbuf_cat(p, t);
	pbuf_cat(p, CHAIN(b, 10));
	count_bytes(p, 0);
	EXPECT_EQ(b, pbuf_memcmp(p, 0, mem, 20), 0);
	EXPECT_EQ(b, pbuf_memfind(p, mem + 9, 2, 0), 9);
	EXPECT_EQ(b, pbuf_copy_partial(p, mem, 20, 0), 20);
	p->tot_len = 10;
	EXPECT_EQ(b, pbuf_memfind(p, mem + 12, 2, 0), 0xffff);
	EXPECT_EQ(b, pbuf_memfind(p, mem + 9, 2, 0), 0xffff);
	EXPECT_EQ(b, pbuf_memfind(p, mem + 8, 2, 0), 8);
	p->tot_len = 20;
	pbuf_free(p);
}

/* ---- checksum --------------------------------------------------------- */

/* A 16-bit word of the examples, which are for a little-endian machine, for this one. */
static int word_of(int x)
{
	bool little = *(const u8 *)&(const u16){ 1 };

	return little ? x : (x << 8 | x >> 8) & 0xffff;
}

static void checksum(struct pbuf_bench *b)
{
	static const u8 data[] = { 1, 2, 3, 4, 5 };
	struct pbuf *p = CHAIN(b, 13, 10);
	u8 all[13], twice[2] = { 0xff, 0xff };
	u16 sum = 0, whole = 0;
	int i;

	EXPECT_EQ(b, pbuf_fill_chksum(p, 0, data, 4, &sum), ERR_OK);
	EXPECT_EQ(b, sum, word_of(0x0604));
	EXPECT_EQ(b, pbuf_fill_chksum(p, 4, data, 5, &sum), ERR_OK);
	EXPECT_EQ(b, sum, word_of(0x0c0d));
	EXPECT_EQ(b, pbuf_fill_chksum(p, 9, data, 4, &sum), ERR_OK);
	EXPECT_EQ(b, sum, word_of(0x1013));
	memcpy(all, p->payload, 13);
	EXPECT_EQ(b, pbuf_fill_chksum(p, 0, all, 13, &whole), ERR_OK);
	EXPECT_EQ(b, whole, sum);
	for (i = 0, sum = 0; i < 3; i++)
		pbuf_fill_chksum(p, 2 * i, twice, 2, &sum);
	EXPECT_EQ(b, sum, 0xffff);
	EXPECT_EQ(b, pbuf_fill_chksum(p, 13, data, 1, &sum), ERR_ARG);
	EXPECT_EQ(b, pbuf_fill_chksum(p, 10, data, 4, &sum), ERR_ARG);
	EXPECT_EQ(b, pbuf_fill_chksum(p, SIZE_MAX, data, 2, &sum), ERR_ARG);
	EXPECT_EQ(b, pbuf_fill_chksum(p, 0, data, 0, &sum), ERR_ARG);
	EXPECT_EQ(b, pbuf_fill_chksum(NULL, 0, data, 1, &sum), ERR_ARG);
	EXPECT_EQ(b, pbuf_fill_chksum(p, 0, NULL, 1, &sum), ERR_ARG);
	EXPECT_EQ(b, pbuf_fill_chksum(p, 0, data, 1, NULL), ERR_ARG);
	EXPECT_EQ(b, sum, 0xffff);
	pbuf_free(p);
}

const struct pbuf_case pbuf_data_cases[] = {
	PBUF_CASE(copy_of_an_empty_end),
	PBUF_CASE(copy_ends_with_the_packet),
	PBUF_CASE(copy_of_unmatched_chains),
	PBUF_CASE(copy_of_a_part),
	PBUF_CASE(copy_arguments),
	PBUF_CASE(copy_out),
	PBUF_CASE(contiguous),
	PBUF_CASE(skip),
	PBUF_CASE(take),
	PBUF_CASE(take_at),
	PBUF_CASE(take_at_the_edge),
	PBUF_CASE(single_bytes),
	PBUF_CASE(compare),
	PBUF_CASE(find),
	PBUF_CASE(find_passes_no_candidate),
	PBUF_CASE(find_in_the_longest),
	PBUF_CASE(odd_chains),
	PBUF_CASE(checksum),
	{}
};

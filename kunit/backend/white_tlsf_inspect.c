// SPDX-License-Identifier: GPL-2.0-only
/*
 * white_tlsf_inspect.c - TLSF's statistics, walk and check. Check is tested by inverting
 * every bit that does not belong to a user, and by links that lead anywhere.
 * white_tlsf_damage.c tests its messages.
 */
#include <linux/err.h>

#include "white_tlsf.h"

/* ---- statistics ------------------------------------------------------ */

/* The largest request that can succeed, found by looking at all pieces. */
static size_t naive_largest(const struct rtalloc_block *pieces, long n)
{
	const size_t *floors = tlsf_floors();
	size_t largest = 0;

	for (long i = 0; i < n; i++) {
		size_t units = (pieces[i].size + HEADER) / UNIT;

		if (pieces[i].state == RTALLOC_FREE)
			largest = max(largest, floors[naive_class(units)]);
	}
	return largest ? largest * UNIT - HEADER : 0;
}

/* In many states, largest_free bytes can be allocated, and one byte more cannot. */
static const char *largest_is_exact(struct heap *heap)
{
	static struct rtalloc_block pieces[2048];
	static void *keep[400];
	u64 state = test_seed;

	memset(keep, 0, sizeof(keep));
	for (int i = 0; i < 4000; i++) {
		void **slot = &keep[draw(&state) % ARRAY_SIZE(keep)];
		size_t largest = heap_stats(heap).largest_free;
		long n = walk_all(heap, pieces, ARRAY_SIZE(pieces), 64);
		void *p;

		EXPECT_EQ(largest, naive_largest(pieces, n));
		EXPECT(!get(heap, largest + 1), "SEED=%llu: %zu + 1 is had",
		       test_seed, largest);
		p = largest ? get(heap, largest) : NULL;
		EXPECT(p || !largest, "SEED=%llu: %zu is not to be had",
		       test_seed, largest);
		if (p)
			EXPECT_EQ(put(heap, p), 0);
		if (*slot)
			EXPECT_EQ(put(heap, *slot), 0);
		*slot = get(heap, 1 + draw(&state) % (8ul << draw(&state) % 10));
	}
	return sound(heap);
}

/* The headers of used blocks count as used, those of free blocks do not. */
static const char *usage_is_exact(struct heap *heap)
{
	struct rtalloc_snapshot snap = { 0 };
	void *p = get(heap, 100), *q = get(heap, 1000);

	EXPECT_EQ(heap_stats(heap).used, 112 + 1008);
	EXPECT_EQ(put(heap, q), 0);
	EXPECT_EQ(heap_stats(heap).used, 112);
	heap->ops->usage(heap->ctrl, &snap, true);
	EXPECT_EQ(snap.max_used, 112 + 1008);
	EXPECT_EQ(heap_stats(heap).max_used, 112);
	EXPECT_EQ(put(heap, p), 0);
	p = get(heap, 24);
	EXPECT_EQ(heap_stats(heap).used, 32);
	EXPECT_EQ(heap_stats(heap).max_used, 112);
	q = get(heap, 88);
	EXPECT_EQ(heap_stats(heap).max_used, 128);
	TRY(sound(heap));
	EXPECT_EQ(put(heap, p), 0);
	EXPECT_EQ(put(heap, q), 0);
	EXPECT_EQ(heap_stats(heap).used, 0);
	return sound(heap);
}

/* ---- walk ------------------------------------------------------------ */

/* A block at which a batch ended is freed before the next: no piece is reported twice. */
static const char *walk_while_it_changes(struct heap *heap)
{
	struct rtalloc_cursor cursor = { 0 };
	struct rtalloc_block piece;
	void *p[20];
	u64 end = 0;

	for (int i = 0; i < 20; i++)
		p[i] = get(heap, 40);
	for (int i = 0; heap->ops->walk(heap->ctrl, &cursor, &piece, 1); i++) {
		EXPECT(piece.offset >= end, "piece at %llu comes late",
		       piece.offset);
		end = piece.offset + piece.size;
		if (i < 18)
			EXPECT_EQ(put(heap, p[i + 1]), 0);
		EXPECT(i < 40, "does not end");
	}
	return sound(heap);
}

/* ---- check ----------------------------------------------------------- */

/* A check in steps stops at a block that merges before the next step; it starts again. */
static const char *check_begins_again(struct heap *heap)
{
	struct rtalloc_sweep sweep = { .steps = 6 };
	struct rtalloc_fault fault = { 0 };
	void *p[20];
	int err;

	for (int i = 0; i < 20; i++)
		p[i] = get(heap, 40);
	EXPECT_EQ(heap->ops->check(heap->ctrl, &sweep, &fault), -EAGAIN);
	EXPECT(sweep.pos, "nothing was looked at");
	for (int i = 4; i < 7; i++)
		EXPECT_EQ(put(heap, p[i]), 0);
	sweep.steps = 6;
	EXPECT_EQ(heap->ops->check(heap->ctrl, &sweep, &fault), -EAGAIN);
	EXPECT(!sweep.phase && !sweep.pos, "it goes on at %llu", sweep.pos);
	do {
		sweep.steps = 6;
		err = heap->ops->check(heap->ctrl, &sweep, &fault);
	} while (err == -EAGAIN);
	EXPECT(!err, "%s", fault.what);
	return NULL;
}

/*
 * Mark the bits that belong to users: of a used block all but its header, of a free one
 * those between the links and the back link. Besides these, bits of a tag are marked that
 * say that the block must keep an alignment, if its address has that alignment.
 */
static void mark_users(struct heap *heap, u8 *users)
{
	struct block *block = tlsf_of(heap)->first;
	struct block *last = tlsf_of(heap)->last;

	/* The 8 bytes in front of the first header are not used. */
	memset(users + 1536, 0xff, 8);
	for (; block != last; block = block_next(block)) {
		size_t at = distance(heap->region[0].base, block);
		size_t size = block_bytes(block) - HEADER;

		if (block_is_free(block)) {
			memset(users + at + 16, 0xff, size - 16 - 8);
			continue;
		}
		memset(users + at, 0xff, size);
		/* The field is the order less one: bits 2 and 3 make it 2^5 and 2^9. */
		for (u32 bit = 2; bit < 4; bit++)
			if (!((size_t)block % (2ul << (1 << bit))))
				*(u32 *)(users + at - 8) |=
					tag_order(1u << (BLOCK_ALIGN_SHIFT + bit) &
						  ~tag_get(block));
	}
}

static const char *bit_is_seen(struct heap *heap, size_t at, int bit, bool seen)
{
	struct rtalloc_fault fault = { 0 };
	u8 *byte = heap->region[0].base + at;
	const char *why;
	int err;

	*byte ^= 1u << bit;
	err = rtalloc_ops_check(heap->ops, heap->ctrl, &fault);
	why = looks_survive(heap);
	*byte ^= 1u << bit;
	EXPECT(!why, "byte %zu: %s", at, why);
	EXPECT(!!err == seen, "bit %d of byte %zu %s", bit, at,
	       seen ? "may change" : "is the user's");
	return NULL;
}

static const char *every_bit(struct heap *heap)
{
	static u8 users[4096] __aligned(8);
	struct tlsf_scene s;

	memset(users, 0, sizeof(users));
	TRY(tlsf_scene_make(heap, &s));
	mark_users(heap, users);
	for (size_t at = 0; at < 4096; at++)
		for (int bit = 0; bit < 8; bit++)
			TRY(bit_is_seen(heap, at, bit,
					!(users[at] & 1u << bit)));
	return sound(heap);
}

#define AT(p)	((u64)(uintptr_t)(p))

/*
 * Write pointers of all kinds to @link, whose bits @mask do not belong to a user. Check must
 * end and report damage.
 */
static const char *link_anywhere(struct heap *heap, void *link, u64 mask)
{
	struct tlsf *tlsf = tlsf_of(heap);
	u8 *base = heap->region[0].base;
	const u64 was = *(u64 *)link;
	const u64 values[] = {
		0, 1, 7, 8, ~0ull, ~7ull, ~15ull, 1ull << 63,
		0x5a5a5a5a5a5a5a5aull, AT(heap), AT(tlsf), AT(tlsf->list),
		AT(base) - 16, AT(base), AT(base) + 4096, AT(base) + 4080, was + 1, was + 4,
		was + 8, was - 8, was ^ 1ull << 47, AT(tlsf->pool[0].first),
		AT(tlsf->pool[0].last), AT(link), AT(link) - 8,
		AT(link) + 8, link_to(tlsf, link), link_head(tlsf, 0),
		link_head(tlsf, 14), link_head(tlsf, 15), tlsf->list[14],
	};

	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		struct rtalloc_fault fault = { 0 };
		const char *why;
		int err;

		if (!((values[i] ^ was) & mask))
			continue;
		*(u64 *)link = values[i];
		err = rtalloc_ops_check(heap->ops, heap->ctrl, &fault);
		why = looks_survive(heap);
		*(u64 *)link = was;
		EXPECT(err, "value %zu passes", i);
		EXPECT(!why, "value %zu: %s", i, why);
	}
	return sound(heap);
}

static const char *links_anywhere(struct heap *heap)
{
	struct tlsf_scene s;

	TRY(tlsf_scene_make(heap, &s));
	TRY(link_anywhere(heap, &s.b->next, ~0ul));
	TRY(link_anywhere(heap, &s.b->slot, ~0ul));
	TRY(link_anywhere(heap, &s.d->next, ~0ul));
	TRY(link_anywhere(heap, &s.d->slot, ~0ul));
	TRY(link_anywhere(heap, &s.f->next, ~0ul));
	TRY(link_anywhere(heap, &s.f->slot, ~0ul));
	TRY(link_anywhere(heap, &tlsf_of(heap)->list[14], ~0ul));
	TRY(link_anywhere(heap, &tlsf_of(heap)->list[15], ~0ul));
	TRY(link_anywhere(heap, &head_of(s.c)->back, ~0ul));
	return link_anywhere(heap, &head_of(s.b)->tag, ~0ul);
}

#define TEST(test, ...) { "tlsf." #test, test, TLSF, __VA_ARGS__ }

const struct test tlsf_inspect_tests[] = {
	TEST(largest_is_exact, 64 * KIB, 8),
	TEST(largest_is_exact, 64 * KIB, 16, .core = true),
	TEST(largest_is_exact, 100000, 32),
	TEST(usage_is_exact, 4096, 16),
	TEST(walk_while_it_changes, 4096, 16),
	TEST(check_begins_again, 4096, 16),
	TEST(every_bit, 4096, 16),
	TEST(links_anywhere, 4096, 16),
	{ 0 },
};

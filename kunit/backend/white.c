// SPDX-License-Identifier: GPL-2.0-only
/*
 * white.c - damage a heap deliberately and compare what check says; and tests that several
 * backends share. See white.h.
 */

#include "white.h"

static void note_said(struct damages *damages, const char *what)
{
	for (size_t i = 0; i < damages->nr_said; i++)
		if (!strcmp(damages->said[i], what))
			return;
	if (damages->nr_said < DAMAGES_MAX)
		damages->said[damages->nr_said++] = what;
}

const char *damage_is(struct damages *damages, const char *what)
{
	struct rtalloc_fault fault = { 0 };
	struct heap *heap = damages->heap;
	int err = heap->calls->check(heap, &fault);

	EXPECT(err, "%s: check sees nothing", what);
	EXPECT_EQ(err, -RTALLOC_CORRUPT);
	EXPECT_EQ(fault.code, RTALLOC_CORRUPT);
	EXPECT(!strcmp(fault.what, what), "'%s', not '%s'", fault.what, what);
	note_said(damages, what);
	return damages->looks ? looks_survive(heap) : NULL;
}

/*
 * Make all kinds of calls on a damaged heap. Guard pages, and ASan in user space, detect an
 * access outside of its regions.
 */
static void use_damaged(struct heap *heap, void *const *block)
{
	static struct rtalloc_block pieces[16];
	size_t size = 20;

	heap_stats(heap);
	walk_all(heap, pieces, 16, 2);
	heap->ops->resize(heap->ctrl, block[0], &size);
	for (; *block; block++)
		put(heap, *block);
	for (size = 1; size < 5000; size += 100)
		heap_alloc(heap, size, NULL);
}

/* Write the low bytes of the value, which are the last ones on a big-endian machine. */
static void damage_write(const struct damage *damage)
{
	memcpy(damage->at, (const u8 *)&damage->value +
	       (*(const u8 *)&(const u16){ 1 } ? 0 :
		sizeof(damage->value) - damage->bytes), damage->bytes);
}

/* Try one damage, which consists of @nr lines of the table; check must say @what. */
static const char *damage_one(struct damages *damages,
			      const struct damage *damage, size_t nr,
			      const char *what)
{
	struct heap *heap = damages->heap;
	const char *why;
	void *image;

	TRY(sound(heap));
	image = heap_image(heap);
	for (size_t i = 0; i < nr; i++)
		damage_write(&damage[i]);
	why = damage_is(damages, what);
	if (damages->use && region_with(heap, damage->at))
		use_damaged(heap, damages->use);
	heap_restore(heap, image);
	kvfree(image);
	EXPECT(!why, "%s: %s", what, why);
	return sound(heap);
}

const char *damage_each(struct damages *damages, const struct damage *damage,
			size_t nr)
{
	const char *what = NULL;

	for (size_t n; nr; nr -= n, damage += n) {
		for (n = 1; n < nr && damage[n].what == ALSO; n++)
			;
		if (strcmp(damage->what, SAME))
			what = damage->what;
		TRY(damage_one(damages, damage, n, what));
	}
	return NULL;
}

const char *damages_suffice(const struct damages *damages)
{
	EXPECT(damages->nr_said >= DAMAGES_ENOUGH, "%zu messages, not %d",
	       damages->nr_said, DAMAGES_ENOUGH);
	return NULL;
}

const char *refuses(struct heap *heap, size_t size, const char *why)
{
	int fault;

	EXPECT(!heap_alloc(heap, size, &fault), "%s", why);
	EXPECT_EQ(fault, -RTALLOC_CORRUPT);
	return NULL;
}

/* ---- tests of several backends --------------------------------------- */

/* The header at @end, between the blocks @a and @b, was overwritten: all calls detect it. */
static const char *overrun_is_seen(struct heap *heap, void *a, void *end,
				   void *b)
{
	struct rtalloc_fault fault = { 0 };
	size_t size = 200;

	EXPECT_EQ(put(heap, a), -RTALLOC_OVERRUN);
	EXPECT_EQ(heap->ops->resize(heap->ctrl, a, &size), -RTALLOC_OVERRUN);
	EXPECT(put(heap, b) < 0, "a block without header is freed");
	EXPECT_EQ(rtalloc_ops_check(heap->ops, heap->ctrl, &fault), -RTALLOC_CORRUPT);
	EXPECT(fault.offset >= where(heap, end), "at %llu, in front of it",
	       fault.offset);
	return NULL;
}

/* A single byte too many is the most frequent overrun, so every value is tried. */
const char *any_byte_is_seen(struct heap *heap, void *block)
{
	u8 *end = (u8 *)block + usable(heap, block), was = *end;
	struct rtalloc_fault fault = { 0 };

	for (int value = 0; value < 256; value++) {
		int err, checked;

		*end = value;
		err = value == was ? -RTALLOC_OVERRUN : put(heap, block);
		checked = rtalloc_ops_check(heap->ops, heap->ctrl, &fault);
		*end = was;
		/* Free must fail, though with another error if it looks like a header. */
		EXPECT(err < 0, "with %#x for %#x it is freed", value, was);
		EXPECT(checked || value == was, "check passes %#x", value);
	}
	return sound(heap);
}

const char *overruns_are_seen(struct heap *heap, size_t header, u8 fill)
{
	u8 *block[3], saved[64], *end;

	for (int i = 0; i < 3; i++)
		block[i] = get(heap, 100);
	EXPECT(block[2] && header <= sizeof(saved), "no blocks");
	end = block[0] + usable(heap, block[0]);
	TRY(any_byte_is_seen(heap, block[0]));
	memcpy(saved, end, header);
	for (size_t n = 1; n <= header; n++) {
		memset(end, fill, n);
		/* The header depends on a cookie and may happen to have these bytes. */
		if (!memcmp(end, saved, n))
			continue;
		TRY(overrun_is_seen(heap, block[0], end, block[1]));
		memcpy(end, saved, header);
		TRY(sound(heap));
	}
	for (int i = 0; i < 3; i++)
		EXPECT_EQ(put(heap, block[i]), 0);
	return sound(heap);
}

const char *overrun_test(struct heap *heap)
{
	u8 *p = get(heap, 100), *q = get(heap, 100);
	size_t header = q - p - usable(heap, p);

	EXPECT_EQ(put(heap, p), 0);
	EXPECT_EQ(put(heap, q), 0);
	return overruns_are_seen(heap, header, 0x41);
}

const char *bits_are_seen(struct heap *heap, u8 *header, size_t bytes,
			  const struct skip *skip)
{
	struct rtalloc_fault fault = { 0 };

	for (size_t bit = 0; bit < 8 * bytes; bit++) {
		size_t i = bit / 8;

		if ((i >= skip[0].from && i < skip[0].to) ||
		    (i >= skip[1].from && i < skip[1].to))
			continue;
		header[i] ^= 1u << bit % 8;
		EXPECT(rtalloc_ops_check(heap->ops, heap->ctrl, &fault) < 0,
		       "bit %zu of a header may change", bit);
		TRY(looks_survive(heap));
		header[i] ^= 1u << bit % 8;
	}
	return sound(heap);
}

/* Expect the first block of the heap to have this owner. */
static const char *owner_is(struct heap *heap, const char *owner)
{
	struct rtalloc_cursor cursor = { 0 };
	struct rtalloc_block piece;

	EXPECT_EQ(heap->ops->walk(heap->ctrl, &cursor, &piece, 1), 1);
	EXPECT(!memcmp(piece.owner, owner, 4), "owner is %.4s", piece.owner);
	return NULL;
}

const char *owner_is_kept(struct heap *heap)
{
	void *p = get(heap, 100);

	EXPECT_EQ(heap->ops->set_owner(heap->ctrl, p, "networking"), 0);
	TRY(owner_is(heap, "netw"));
	EXPECT_EQ(put(heap, p), 0);
	TRY(sound(heap));
	EXPECT(get(heap, 100) == p, "another block");
	return owner_is(heap, "\0\0\0");
}

const char *least_is_glued(struct heap *heap, size_t least)
{
	u64 total = heap_stats(heap).total;

	for (size_t size = 0; size < least; size++) {
		EXPECT_EQ(heap_glue(heap, size), -ENOSPC);
		EXPECT_EQ(heap_stats(heap).total, total);
	}
	EXPECT_EQ(heap_glue(heap, least), 0);
	EXPECT_EQ(heap_stats(heap).total, total + least);
	return sound(heap);
}

const char *eight_regions_are_all(struct heap *heap)
{
	const size_t step = 8192;
	u8 *far = memory_get(8 * step);
	int i, err = 0;

	EXPECT(far, "no memory");
	for (i = 0; !err && i < 8; i++)
		err = heap->ops->add_region(heap->ctrl, far + i * step, 4096);
	EXPECT_EQ(i, 8);
	EXPECT_EQ(err, -EOPNOTSUPP);
	EXPECT_EQ(heap_stats(heap).free_blocks, 8);
	TRY(sound(heap));
	memory_put(far, 8 * step);
	return NULL;
}

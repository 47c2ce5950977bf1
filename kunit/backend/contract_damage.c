// SPDX-License-Identifier: GPL-2.0-only
/*
 * contract_damage.c - what every backend promises for a heap whose free memory was
 * overwritten. Two words of a freed block are overwritten, the promise is tested, and the
 * heap is restored; then the next two words.
 */
#include <linux/string.h>

#include "backend/backend.h"
#include "unit.h"

#define RUN	4		/* number of adjacent blocks */
#define FREED	200u		/* bytes of the freed block behind them */
#define LARGE	1000u		/* bytes of a block that is shrunk */

/* The heap that is damaged: [run ... freed last][large][other][gap]. */
struct field {
	u8 *run[RUN];	/* live blocks */
	u8 *freed;	/* freed */
	u8 *large;	/* live */
	u8 *gap;	/* freed, about as large as what shrinking @large can free */
	void *clean;	/* image of the undamaged heap */
};

static const char *field_make(struct heap *heap, struct field *field)
{
	u8 *last, *other;

	for (int i = 0; i < RUN; i++) {
		field->run[i] = get(heap, 48);
		EXPECT(field->run[i], "no block %d", i);
		memset(field->run[i], i + 1, 48);
	}
	field->freed = get(heap, FREED);
	last = get(heap, 16);
	field->large = get(heap, LARGE);
	other = get(heap, 16);
	field->gap = get(heap, LARGE - 112);
	EXPECT(field->freed && last && field->large && other && field->gap &&
	       get(heap, 16), "no room");
	EXPECT_EQ(put(heap, field->freed), 0);
	EXPECT_EQ(put(heap, field->gap), 0);
	field->clean = heap_image(heap);
	return NULL;
}

/*
 * The core clears the bytes that a shrinking block loses before it calls resize(). So if
 * loss_fault() finds nothing wrong, resize() must not fail.
 */
static const char *cut_is_foretold(struct heap *heap, u8 *p, size_t size)
{
	size_t want = size;
	int err = 0;

	if (usable(heap, p) > size && !heap->ops->loss_fault(heap->ctrl, p, size))
		err = heap->ops->resize(heap->ctrl, p, &want);
	EXPECT(!err, "%zu bytes would be cleared, and resize() gives %d", size,
	       err);
	return NULL;
}

/* The promise above, for blocks in several places and several sizes. */
static const char *cuts(struct heap *heap, const struct field *field,
			const void *image)
{
	static const size_t sizes[] = { 1, 8, 24, 40, 90, 98, 300, 500, 900 };
	const char *why = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(sizes) && !why; i++) {
		why = cut_is_foretold(heap, field->large, sizes[i]);
		why = why ?: cut_is_foretold(heap, field->run[0], sizes[i]);
		why = why ?: cut_is_foretold(heap, field->run[RUN - 1], sizes[i]);
		heap_restore(heap, image);
	}
	return why;
}

/*
 * If a free of many blocks stops with an error after @done of them, these are free, and
 * the others are live and unchanged.
 */
static const char *all_are_freed_up_to(struct heap *heap, void **p, int done,
				       const size_t *was)
{
	for (int i = 0; i < RUN; i++)
		EXPECT(usable(heap, p[i]) == (i < done ? 0 : was[i]),
		       "%d of %d were freed, then block %d holds %zu, not %zu",
		       done, RUN, i, usable(heap, p[i]), was[i]);
	for (int i = done; i < RUN; i++)
		EXPECT(holds(p[i], *(u8 *)p[i], 48), "block %d has changed", i);
	return NULL;
}

/* Free the blocks of the run, each at its index with the bits of @order inverted. */
static const char *free_of_many(struct heap *heap, const struct field *field,
				unsigned int order)
{
	unsigned int done = 0, now = 1;
	size_t was[RUN];
	void *p[RUN];
	int err = 0;

	for (int i = 0; i < RUN; i++) {
		p[i] = field->run[i ^ order];
		was[i] = usable(heap, p[i]);
	}
	for (; done < RUN && now && !err; done += now)
		now = rtalloc_ops_free_many(heap->ops, heap->ctrl, p + done,
					    RUN - done, &err);
	EXPECT(done == RUN || err, "%u were freed, and no fault", done);
	return all_are_freed_up_to(heap, p, done, was);
}

/* The promise above, for four orders: ascending, descending, swapped, and half by half. */
static const char *frees_of_many(struct heap *heap, const struct field *field,
				 const void *image)
{
	const char *why = NULL;

	for (unsigned int order = 0; order < RUN && !why; order++) {
		why = free_of_many(heap, field, order);
		heap_restore(heap, image);
	}
	return why;
}

/* Test @promise with two words at @at set to @word, then restore the heap. */
static const char *after(struct heap *heap, const struct field *field, u8 *at,
			 u64 word,
			 const char *(*promise)(struct heap *,
						const struct field *,
						const void *))
{
	const char *why;
	void *image;

	memcpy(at, &word, sizeof(word));
	memcpy(at + sizeof(word), &word, sizeof(word));
	image = heap_image(heap);
	why = promise(heap, field, image);
	kvfree(image);
	heap_restore(heap, field->clean);
	return why;
}

/* The same for each two words of a freed block of @size bytes. */
static const char *after_each(struct heap *heap, const struct field *field,
			      u8 *freed, size_t size,
			      const char *(*promise)(struct heap *,
						     const struct field *,
						     const void *))
{
	static const u64 words[] = { 0, 0x4141414141414141ull };

	for (size_t at = 0; at + 16 <= size; at += at < 48 ? 8 : size / 8 & ~7ul)
		for (size_t i = 0; i < ARRAY_SIZE(words); i++)
			TRY(after(heap, field, freed + at, words[i], promise));
	return NULL;
}

/* Test @promise on the undamaged heap, and with each damage. */
static const char *promised(struct heap *heap,
			    const char *(*promise)(struct heap *,
						   const struct field *,
						   const void *))
{
	struct field field;
	const char *why;

	TRY(field_make(heap, &field));
	why = promise(heap, &field, field.clean);
	why = why ?: after_each(heap, &field, field.freed, FREED, promise);
	why = why ?: after_each(heap, &field, field.gap, LARGE - 112, promise);
	kvfree(field.clean);
	return why ?: sound(heap);
}

static const char *cuts_are_foretold(struct heap *heap)
{
	return promised(heap, cuts);
}

static const char *many_are_freed_in_order(struct heap *heap)
{
	return promised(heap, frees_of_many);
}

#define TEST(test, ...) { "contract." #test, test, NULL, __VA_ARGS__ }

const struct test contract_damage_tests[] = {
	TEST(cuts_are_foretold, 512 * KIB, 8, .also = { 16 }),
	TEST(many_are_freed_in_order, 512 * KIB, 8, .also = { 16 }),
	{ 0 },
};

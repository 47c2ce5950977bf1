// SPDX-License-Identifier: GPL-2.0-only
/*
 * white.c - deliberate damage to a heap: see white.h.
 */
#include <stdlib.h>
#include <string.h>

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
	int err = heap->ops->check(heap->ctrl, &fault);

	EXPECT(err, "%s: check sees nothing", what);
	EXPECT_EQ(err, -RTALLOC_CORRUPT);
	EXPECT_EQ(fault.code, RTALLOC_CORRUPT);
	EXPECT(!strcmp(fault.what, what), "'%s', not '%s'", fault.what, what);
	note_said(damages, what);
	return NULL;
}

static bool in_region(const struct heap *heap, const u8 *p)
{
	for (int i = 0; i < heap->regions; i++)
		if ((size_t)(p - heap->region[i].base) < heap->region[i].size)
			return true;
	return false;
}

/* Whatever its headers say, no call leaves the region (guard pages, ASan). */
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

static const char *damage_one(struct damages *damages,
			      const struct damage *damage)
{
	struct heap *heap = damages->heap;
	const char *why;
	void *image;

	TRY(sound(heap));
	image = heap_image(heap);
	memcpy(damage->at, &damage->value, damage->bytes);
	why = damage_is(damages, damage->what);
	if (damages->use && in_region(heap, damage->at))
		use_damaged(heap, damages->use);
	heap_restore(heap, image);
	free(image);
	TRY(why);
	return sound(heap);
}

const char *damage_each(struct damages *damages, const struct damage *damage,
			size_t nr)
{
	for (; nr--; damage++)
		TRY(damage_one(damages, damage));
	return NULL;
}

const char *damages_suffice(const struct damages *damages)
{
	EXPECT(damages->nr_said >= DAMAGES_ENOUGH, "%zu messages, not %d",
	       damages->nr_said, DAMAGES_ENOUGH);
	return NULL;
}

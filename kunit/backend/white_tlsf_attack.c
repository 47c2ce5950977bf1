// SPDX-License-Identifier: GPL-2.0-only
/*
 * white_tlsf_attack.c - what writes to freed memory can do to TLSF. Each freed
 * word, and each pair of words where links, headers or back links lie, is given
 * values that look like the heap's own; then blocks are allocated and freed.
 *
 * No call may crash, write outside of the heap (the region lies between guard
 * pages), or hand out or change a live block (all are recorded here). The first
 * call that reports a fault ends the case, and must have changed nothing.
 */
#include <linux/err.h>

#include "white_tlsf.h"

#define SIZE	4096ul
#define OWNED	48		/* blocks at a time */
#define CALLS	48		/* after each write */
#define VALUES	56

/* A live block: its address and size. */
struct owned {
	u8 *p;
	size_t size;
};

/* All live blocks. This is copied for each value that is written, so it is small. */
static struct users {
	struct owned owned[OWNED];
	u8 whose[SIZE];		/* for each offset: number of the block there, or 0 */
	u8 bytes[SIZE];		/* for each offset: contents that the block must have */
} users;

static u8 before[SIZE], before_ctrl[sizeof(struct tlsf)];

static u8 *base_of(struct heap *heap)
{
	return heap->region[0].base;
}

/* ---- the model ------------------------------------------------------- */

static const char *own(struct heap *heap, int i, u8 *p, size_t size)
{
	size_t at = p - base_of(heap);

	EXPECT(p >= base_of(heap) && at + size <= SIZE, "handed out %p", p);
	for (size_t n = at; n < at + size; n++)
		EXPECT(!users.whose[n], "live memory handed out at %zu", n);
	memset(users.whose + at, i + 1, size);
	users.owned[i].p = p;
	users.owned[i].size = size;
	memcpy(users.bytes + at, p, size);
	return NULL;
}

static void disown(struct heap *heap, int i)
{
	struct owned *o = &users.owned[i];

	memset(users.whose + (o->p - base_of(heap)), 0, o->size);
	o->p = NULL;
}

static const char *owned_are_whole(struct heap *heap)
{
	for (int i = 0; i < OWNED; i++) {
		const struct owned *o = &users.owned[i];

		EXPECT(!o->p ||
		       !memcmp(o->p, users.bytes + (o->p - base_of(heap)),
			       o->size),
		       "live memory was written to");
	}
	return NULL;
}

static void remember(struct heap *heap)
{
	memcpy(before, base_of(heap), SIZE);
	memcpy(before_ctrl, heap->ctrl, sizeof(struct tlsf));
}

static const char *nothing_changed(struct heap *heap)
{
	EXPECT(!memcmp(before, base_of(heap), SIZE) &&
	       !memcmp(before_ctrl, heap->ctrl, sizeof(struct tlsf)),
	       "a fault was reported, and something has changed");
	return NULL;
}

/* ---- calls ----------------------------------------------------------- */

/* Allocate block @i, or free or resize it; set *@over if a fault is reported. */
static const char *call(struct heap *heap, int i, u64 *state, bool *over)
{
	static const size_t sizes[] = { 1, 24, 40, 100, 104, 250, 600, 1200 };
	size_t size = sizes[draw(state) % ARRAY_SIZE(sizes)];
	unsigned int kind = draw(state) % 4;
	void *p = NULL;
	int err = 0;

	remember(heap);
	if (!users.owned[i].p) {
		p = kind ? heap->ops->alloc(heap->ctrl, size) :
		    heap->ops->alloc_aligned(heap->ctrl, size, 64);
		err = IS_ERR(p) ? PTR_ERR(p) : 0;
		if (!err && p)
			return own(heap, i, p, size);
	} else if (kind) {
		err = heap->ops->free(heap->ctrl, users.owned[i].p);
		if (!err)
			disown(heap, i);
	} else {
		err = heap->ops->resize(heap->ctrl, users.owned[i].p, &size);
		p = users.owned[i].p;
		if (!err) {
			disown(heap, i);
			return own(heap, i, p, size);
		}
		if (err == -ENOSPC)
			err = 0;
	}
	*over = err;
	return err ? nothing_changed(heap) : NULL;
}

/* Random calls until a fault is reported; then check must end. */
static const char *carry_on(struct heap *heap, u64 seed)
{
	struct rtalloc_fault fault = { 0 };
	bool over = false;
	u64 state = seed;

	for (int n = 0; n < CALLS && !over; n++) {
		TRY(call(heap, draw(&state) % OWNED, &state, &over));
		TRY(owned_are_whole(heap));
	}
	rtalloc_ops_check(heap->ops, heap->ctrl, &fault);
	return looks_survive(heap);
}

/* ---- what is written ------------------------------------------------- */

static size_t values_of_block(struct tlsf *tlsf, const struct block *block,
			      u64 *value)
{
	const u64 header = *((const u64 *)block - 1);
	size_t n = 0;

	value[n++] = (unsigned long)block;
	value[n++] = link_to(tlsf, block);
	value[n++] = link_to(tlsf, block) + 1;
	value[n++] = link_to(tlsf, block) + 2;
	value[n++] = link_to(tlsf, block) - 1;
	value[n++] = link_to(tlsf, block_next(block)) - 2;
	value[n++] = link_to(tlsf, block_next(block)) - 3;
	value[n++] = header;
	value[n++] = header + (1ull << 32);
	value[n++] = header - (2ull << 32);
	value[n++] = header + BLOCK_FREE;
	value[n++] = header & ~(u64)BLOCK_FREE;
	value[n++] = link_to(tlsf, block) + (1ull << 61);
	return n;
}

/*
 * Values that an attacker could write who knows all addresses, can read freed memory, and
 * has kept older contents of it (@old): words of the block that he writes to and of two
 * others.
 */
static size_t values_make(struct heap *heap, struct block **block, int nr, int i,
			  const u64 *old, u64 *value)
{
	struct tlsf *tlsf = tlsf_of(heap);
	size_t n = 0;

	value[n++] = 0;
	value[n++] = ~0ul;
	value[n++] = 8;
	value[n++] = (unsigned long)base_of(heap) - 8;
	value[n++] = link_to(tlsf, base_of(heap)) - 1;
	value[n++] = link_to(tlsf, base_of(heap) + SIZE) - 1;
	value[n++] = link_head(tlsf, 0);
	value[n++] = link_head(tlsf, 14);
	value[n++] = link_head(tlsf, 4) - 1;
	value[n++] = link_head(tlsf, tlsf->nr_classes);
	value[n++] = old[-1];
	value[n++] = old[0];
	value[n++] = old[1];
	for (int other = 0; other < 3; other++)
		n += values_of_block(tlsf, block[(i + other) % nr], value + n);
	return n;
}

/* ---- scenes ---------------------------------------------------------- */

struct layout {
	size_t size;		/* of all blocks */
	int nr;
	unsigned int step;	/* every step-th block is free */
};

static void scene(struct heap *heap, const struct layout *layout,
		  struct block **block)
{
	memset(users.whose, 0, sizeof(users.whose));
	for (int i = 0; i < OWNED; i++)
		users.owned[i].p = NULL;
	for (int i = 0; i < layout->nr; i++)
		block[i] = get(heap, layout->size);
}

static void scene_free(struct heap *heap, const struct layout *layout,
		       struct block **block)
{
	for (int i = 0; i < layout->nr; i++)
		if (i % layout->step)
			own(heap, i, (u8 *)block[i], layout->size);
		else
			put(heap, block[i]);
}

/* Write all combinations of values to @nr words at @at, each into a fresh copy of @image. */
static const char *attack(struct heap *heap, void *image, u64 *at, int nr,
			  const u64 *value, size_t values)
{
	static struct users first;

	first = users;
	for (size_t i = 0; i < values * (nr > 1 ? values : 1); i++) {
		const char *why;

		at[0] = value[i % values];
		if (nr > 1)
			at[1] = value[i / values];
		why = carry_on(heap, i + 1);
		EXPECT(!why, "word %ld of %lu, values %zu and %zu: %s",
		       (long)((u8 *)at - base_of(heap)), SIZE, i % values,
		       i / values, why);
		users = first;
		heap_restore(heap, image);
	}
	return NULL;
}

/* Attack the free block @i: its header, and every word that was its payload. */
static const char *attack_block(struct heap *heap, void *image,
				struct block **block, int nr, int i,
				const u64 *old)
{
	u64 *at = (u64 *)block[i], value[VALUES];
	size_t values = values_make(heap, block, nr, i, old, value);
	size_t words = head_of(block[i])->units - 1;

	for (size_t n = 0; n < words + 1; n++)
		TRY(attack(heap, image, at + n - 1, 1, value, values));
	for (size_t n = 0; n < 3; n++)
		TRY(attack(heap, image, at + n - 1, 2, value, values));
	return attack(heap, image, at + words - 2, 2, value, values);
}

static const char *attack_layout(struct heap *heap, const struct layout *layout)
{
	static u64 old[OWNED][4];
	struct block *block[OWNED];
	const char *why = NULL;
	void *image;

	scene(heap, layout, block);
	/* Free them once in another order first, to get words that were valid earlier. */
	for (int i = layout->nr - 1; i >= 0; i--)
		if (i % layout->step == 0)
			put(heap, block[i]);
	for (int i = 0; i < layout->nr; i++)
		memcpy(old[i], (u64 *)block[i] - 1, sizeof(old[i]));
	for (int i = 0; i < layout->nr; i++)
		if (i % layout->step == 0)
			get(heap, layout->size);
	scene_free(heap, layout, block);
	image = heap_image(heap);
	for (int i = 0; i < layout->nr && !why; i += layout->step)
		if (i < 7 || i + 7 > layout->nr)
			why = attack_block(heap, image, block, layout->nr, i,
					   old[i] + 1);
	kvfree(image);
	return why;
}

/* Blocks of the smallest size, where links and back link are adjacent; then larger ones. */
static const char *freed_memory(struct heap *heap)
{
	static const struct layout layouts[] = {
		{ 24, 24, 2 }, { 100, 12, 3 }, { 250, 8, 2 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(layouts); i++) {
		struct heap fresh;
		const char *why;

		EXPECT_EQ(heap_open(&fresh, heap->backend, SIZE, heap->align),
			  0);
		why = attack_layout(&fresh, &layouts[i]);
		heap_close(&fresh);
		EXPECT(!why, "blocks of %zu: %s", layouts[i].size, why);
	}
	return NULL;
}

/* ---- another heap's -------------------------------------------------- */

/* After a new heap with another cookie begins in the same memory, old headers are invalid. */
static const char *earlier_heap(struct heap *heap)
{
	void *p[5], *image;

	for (int i = 0; i < 5; i++)
		p[i] = get(heap, 100);
	memset(heap->ctrl, 0, sizeof(struct tlsf));
	*(unsigned long *)heap->ctrl = 0x0123456789abcdefull & ~0ul;
	EXPECT_EQ(heap->ops->init(heap->ctrl, base_of(heap), SIZE, heap->align,
				  0), 0);
	image = heap_image(heap);
	for (int i = 1; i < 5; i++)
		EXPECT_EQ(put(heap, p[i]), -RTALLOC_NOT_A_BLOCK);
	EXPECT(heap_same(heap, image), "it changed");
	return sound(heap);
}

const struct test tlsf_attack_tests[] = {
	{ "tlsf.freed_memory", freed_memory, TLSF, 4096, 16, .also = { 8 } },
	{ "tlsf.earlier_heap", earlier_heap, TLSF, 4096, 16 },
	{ 0 },
};

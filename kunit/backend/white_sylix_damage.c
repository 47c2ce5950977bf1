// SPDX-License-Identifier: GPL-2.0-only
/*
 * white_sylix_damage.c - deliberate damage to sylix_heap's segments, ring, areas and control
 * block; check must report each with its own message.
 */
#include "white_sylix.h"

/* used a 64 | free b 64 | used c 64 | free d 64 | used e 64 | free rest */
struct scene {
	struct segment *a, *b, *c, *d, *e, *rest;
};

static struct scene scene_make(struct heap *heap)
{
	struct segment *s[5];

	for (int i = 0; i < 5; i++)
		s[i] = segment_of(heap, get(heap, 64));
	put(heap, (void *)s[1] + HEADER);
	put(heap, (void *)s[3] + HEADER);
	return (struct scene){ s[0], s[1], s[2], s[3], s[4],
			       (void *)s[4] + HEADER + 64 };
}

static const char *damaged_sizes(struct damages *damages,
				 const struct scene *s)
{
	return DAMAGE_EACH(damages,
		{ "segment is smaller than a segment can be", FIELD(s->a->size),
		  0 },
		{ "segment size is not a multiple of the alignment",
		  FIELD(s->b->size), 72 },
		{ "segment runs past the end of its area", FIELD(s->c->size), 4096 },
		{ SAME, FIELD(s->c->size), SIZE_MAX & ~15ul },
		{ "segment does not end where the next begins", FIELD(s->a->size), 80 },
		{ SAME, FIELD(s->rest->size), s->rest->size - 16 });
}

static const char *damaged_states(struct damages *damages,
				  const struct scene *s)
{
	return DAMAGE_EACH(damages,
		{ "segment's magic is overwritten", FIELD(s->a->magic), 0 },
		{ SAME, FIELD(s->b->magic), s->b->magic ^ 2 },
		{ "used segment is in the ring", FIELD(s->b->magic), s->a->magic },
		{ SAME, FIELD(s->a->ring_prev), (size_t)s->b },
		{ SAME, FIELD(s->a->ring_prev), (size_t)s->c->ring_prev },
		{ "free segment is not in the ring", FIELD(s->a->magic), s->b->magic },
		{ SAME, FIELD(s->b->ring_prev), 0 },
		{ "free segment has an owner", FIELD(s->b->owner), 1 << 8 });
}

static const char *damaged_links(struct damages *damages, const struct scene *s)
{
	return DAMAGE_EACH(damages,
		{ "segment does not point back", FIELD(s->b->prev), (size_t)s->c },
		{ SAME, FIELD(s->a->prev), (size_t)s->a },
		{ "segment list leaves the areas", FIELD(s->b->next),
		  (size_t)damages->heap },
		{ SAME, FIELD(s->b->next), (size_t)s->c + 8 },
		{ "segment does not end where the next begins", FIELD(s->b->next),
		  (size_t)s->d },
		{ SAME, FIELD(s->b->next), 0 },
		{ "segment list goes on behind the end", FIELD(s->rest->next),
		  (size_t)s->a },
		{ "last segment is not the last",
		  FIELD(sylix_of(damages->heap)->last), (size_t)s->a });
}

/* The ring is d, b, rest. */
static const char *damaged_ring(struct damages *damages, const struct scene *s)
{
	struct sylix *sh = sylix_of(damages->heap);

	return DAMAGE_EACH(damages,
		{ "ring leaves the areas", FIELD(s->b->ring_next),
		  (size_t)damages->heap },
		{ "ring leads to what is not free", FIELD(s->b->ring_next),
		  (size_t)s->c },
		{ "ring does not point back", FIELD(s->b->ring_next),
		  (size_t)s->d },
		{ "ring does not point back", FIELD(s->b->ring_prev),
		  (size_t)s->rest },
		{ "ring has another tail", FIELD(s->b->ring_next),
		  (size_t)&sh->ring },
		{ "ring has another tail", FIELD(sh->ring.ring_prev),
		  (size_t)s->b },
		/* A free segment is unlinked from the ring correctly. */
		{ "ring is shorter than the free segments",
		  FIELD(s->d->ring_next), (size_t)s->rest },
		{ ALSO, FIELD(s->rest->ring_prev), (size_t)s->d },
		{ "two free segments touch", FIELD(s->c->magic), s->b->magic },
		{ ALSO, FIELD(s->c->ring_prev), (size_t)s->b });
}

/* Two free segments link only to each other: a search must not run in a circle. */
static const char *circle_is_found(struct heap *heap)
{
	struct scene s = scene_make(heap);
	void *image;
	int fault;

	s.b->ring_next = s.d;
	s.d->ring_prev = s.b;
	image = heap_image(heap);
	EXPECT(!heap_alloc(heap, 128, &fault), "alloc finds a block");
	EXPECT_EQ(fault, -RTALLOC_CORRUPT);
	EXPECT(IS_ERR(get_aligned(heap, 128, 64)), "alloc_aligned succeeds");
	EXPECT(heap_same(heap, image), "the heap changed");
	return NULL;
}

static const char *damaged_gap(struct heap *heap)
{
	size_t *p = get_aligned(heap, 40, 64);
	struct segment *s = (struct segment *)heap->region[0].base;
	void *const live[] = { p, NULL };
	struct damages damages = { .heap = heap, .use = live };

	EXPECT_EQ(s->gap, 64 - HEADER);
	return DAMAGE_EACH(&damages,
		{ "block is moved on by no multiple of the alignment",
		  FIELD(s->gap), 8 },
		{ "block is moved on too far", FIELD(s->gap), s->size },
		{ "mark in front of a moved block is overwritten", FIELD(s->gap),
		  16 + 32 - s->gap },
		{ SAME, FIELD(p[-2]), 0 },
		{ "moved block does not name its segment", FIELD(p[-1]),
		  p[-1] ^ 16 });
}

/* The control block of a heap with two areas. */
static const char *damaged_control(struct damages *damages,
				   const struct scene *s)
{
	struct sylix *sh = sylix_of(damages->heap);

	return DAMAGE_EACH(damages,
		{ "header size does not fit the alignment", FIELD(sh->header),
		  64 },
		{ "number of areas is impossible", FIELD(sh->nr_areas), 0 },
		{ "number of areas is impossible", FIELD(sh->nr_areas), 9 },
		{ "areas overlap", FIELD(sh->area[1].start),
		  (size_t)sh->area[0].start },
		{ "total is not the sum of the areas", FIELD(sh->total), 1024 },
		{ "first segment is not where the heap begins",
		  FIELD(sh->first), (size_t)s->b },
		{ "segment list misses an area", FIELD(s->rest->next), 0 },
		{ "segments are miscounted", FIELD(sh->nr_segments), 6 },
		{ "available bytes are miscounted", FIELD(sh->available),
		  sh->available - 16 },
		{ "most used is below what is used", FIELD(sh->max_used), 64 },
		{ "most used is above the total", FIELD(sh->max_used), 4096 });
}

static const char *every_damage(struct heap *heap)
{
	struct scene s = scene_make(heap);
	void *const live[] = { (void *)s.a + HEADER, (void *)s.c + HEADER,
			       (void *)s.e + HEADER, NULL };
	struct damages damages = { .heap = heap, .use = live };

	TRY(damaged_sizes(&damages, &s));
	TRY(damaged_states(&damages, &s));
	TRY(damaged_links(&damages, &s));
	TRY(damaged_ring(&damages, &s));
	EXPECT_EQ(heap_glue(heap, 1024), 0);
	TRY(damaged_control(&damages, &s));
	return damages_suffice(&damages);
}

const struct test sylix_damage_tests[] = {
	{ "sylix.damaged_gap", damaged_gap, SYLIX, 1024, A16 },
	{ "sylix.circle_is_found", circle_is_found, SYLIX, 1024, A16 },
	{ "sylix.every_damage", every_damage, SYLIX, 1024, A16 },
	{ 0 },
};

// SPDX-License-Identifier: GPL-2.0-only
/*
 * white_heap4_damage.c - deliberate damage to heap4's chunks, free list, end markers and
 * control block; check must report each with its own message.
 */
#include "white_heap4.h"

#define S	(104 + 2 * sizeof(size_t))	/* bytes of a chunk: 120; 32-bit: 112 */

/* used a 120 | free b 120 | used c 120 | free d 120 | used e 120 | free rest */
struct scene {
	struct chunk *a, *b, *c, *d, *e, *rest;
};

static struct scene scene_make(struct heap *heap)
{
	void *p[5];

	for (int i = 0; i < 5; i++)
		p[i] = get(heap, 104);
	put(heap, p[1]);
	put(heap, p[3]);
	return (struct scene){
		chunk_of(heap, p[0]), chunk_of(heap, p[1]), chunk_of(heap, p[2]),
		chunk_of(heap, p[3]), chunk_of(heap, p[4]),
		(struct chunk *)((u8 *)chunk_of(heap, p[4]) + S),
	};
}

static const char *damaged_sizes(struct damages *damages,
				 const struct scene *s)
{
	const size_t below = heap4_of(damages->heap)->least - 8;

	return DAMAGE_EACH(damages,
		{ "block is smaller than a block can be", FIELD(s->a->size),
		  below | CHUNK_USED },
		{ SAME, FIELD(s->b->size), 0 },
		{ "block size is not a multiple of the alignment", FIELD(s->a->size),
		  (S + 1) | CHUNK_USED },
		{ SAME, FIELD(s->b->size), S + 4 },
		{ "block runs past the end of its region", FIELD(s->a->size),
		  1024 | CHUNK_USED },
		{ SAME, FIELD(s->rest->size), BIT(WORDS(40, 30)) },
		{ "free list leads into a used block", FIELD(s->a->size),
		  (S + 8) | CHUNK_USED },
		{ "free list leads into the same free block", FIELD(s->b->size),
		  3 * S + 8 },
		{ "two free blocks touch", FIELD(s->b->size), 2 * S });
}

static const char *damaged_states(struct damages *damages,
				  const struct scene *s)
{
	return DAMAGE_EACH(damages,
		{ "used block's mark is overwritten", FIELD(s->a->link), 0 },
		{ SAME, FIELD(s->c->link), s->a->link },
		{ "used block says it is free", FIELD(s->a->size), S },
		{ "block on the free list says it is used", FIELD(s->b->size),
		  S | CHUNK_USED },
		{ "used block is on the free list", FIELD(s->b->link),
		  chunk_mark(heap4_of(damages->heap), s->b) ^ (size_t)s->a },
		{ "free block does not know what lies before it",
		  FIELD(((struct free_chunk *)s->b)->left), 0 });
}

/* Links of the free list that lead to a wrong place. */
static const char *damaged_links(struct damages *damages, const struct scene *s)
{
	struct heap4 *h4 = heap4_of(damages->heap);
	size_t cookie = h4->cookie;
	size_t *head = &h4->region[0].head.link;

	return DAMAGE_EACH(damages,
		{ "free block is not on the free list", FIELD(s->b->link),
		  (size_t)s->rest ^ cookie },
		{ "free block is not on the free list", FIELD(*head),
		  (size_t)s->d ^ cookie },
		{ "free list leaves its region", FIELD(s->b->link),
		  (size_t)h4 ^ cookie },
		{ "free list leaves its region", FIELD(s->b->link),
		  ~(size_t)s->d ^ cookie },
		{ "free list link is not aligned", FIELD(s->b->link),
		  ((size_t)s->d + 1) ^ cookie },
		{ "used block is on the free list", FIELD(*head),
		  (size_t)s->a ^ cookie },
		{ "free list begins outside its region", FIELD(*head),
		  (size_t)h4 ^ cookie });
}

static const char *damaged_order(struct damages *damages, const struct scene *s)
{
	size_t cookie = heap4_of(damages->heap)->cookie;

	return DAMAGE_EACH(damages,
		{ "free list goes backwards", FIELD(s->d->link),
		  (size_t)s->b ^ cookie },
		{ "free list goes backwards", FIELD(s->d->link),
		  (size_t)s->d ^ cookie },
		{ "free list leads into the same free block", FIELD(s->b->link),
		  ((size_t)s->b + 64) ^ cookie },
		{ "free list leads into a used block", FIELD(s->b->link),
		  ((size_t)s->c + 64) ^ cookie },
		{ "two free blocks touch", FIELD(s->b->link),
		  ((size_t)s->b + S) ^ cookie });
}

static const char *damaged_ends(struct damages *damages)
{
	struct heap4 *h4 = heap4_of(damages->heap);
	struct chunk *marker = (struct chunk *)h4->region[0].end;

	return DAMAGE_EACH(damages,
		{ "end marker is overwritten", FIELD(marker->link), 0 },
		{ "end marker says it is free", FIELD(marker->size), 0 },
		{ "end marker has a size", FIELD(marker->size),
		  64 | CHUNK_USED });
}

/* The control block of a heap with two regions. */
static const char *damaged_control(struct damages *damages)
{
	struct heap4 *h4 = heap4_of(damages->heap);

	return DAMAGE_EACH(damages,
		{ "header size does not fit the alignment", FIELD(h4->header),
		  h4->header + 8 },
		{ "total is not the sum of the regions", FIELD(h4->total),
		  1024 },
		{ "regions are out of address order", FIELD(h4->order[0]),
		  (size_t)h4->order[1] },
		{ "number of regions is impossible", FIELD(h4->nr_regions), 0 },
		{ "available bytes are miscounted", FIELD(h4->available),
		  h4->available - 8 },
		{ "least available is above what is available",
		  FIELD(h4->min_ever), h4->available + 8 },
		{ "more frees than allocations", FIELD(h4->frees), 6 },
		{ "live blocks are miscounted", FIELD(h4->frees), 1 });
}

static const char *every_damage(struct heap *heap)
{
	struct scene s = scene_make(heap);
	void *const live[] = { chunk_payload(heap4_of(heap), s.a),
			       chunk_payload(heap4_of(heap), s.c),
			       chunk_payload(heap4_of(heap), s.e), NULL };
	struct damages damages = { .heap = heap, .use = live };

	TRY(damaged_sizes(&damages, &s));
	TRY(damaged_states(&damages, &s));
	TRY(damaged_links(&damages, &s));
	TRY(damaged_order(&damages, &s));
	TRY(damaged_ends(&damages));
	EXPECT_EQ(heap_glue(heap, 1024), 0);
	TRY(damaged_control(&damages));
	return damages_suffice(&damages);
}

const struct test heap4_damage_tests[] = {
	{ "heap4.every_damage", every_damage, PLAIN, 1024, A8, .twin = SAFE },
	{ 0 },
};

// SPDX-License-Identifier: GPL-2.0-only
/*
 * white_memheap_damage.c - deliberate damage to memheap's headers, free list, end mark and
 * control block; check must report each with its own message.
 */
#include "backend/memheap.h"
#include "white.h"

#define H	WORDS(48, 32)

/* used a 104 | free b 104 | used c 104 | free d 104 | used e 104 | free rest */
struct scene {
	struct arena *arena;
	struct item *a, *b, *c, *d, *e, *tail;
};

static struct scene scene_make(struct heap *heap)
{
	struct memheap *mh = heap->ctrl;
	void *p[5];

	for (int i = 0; i < 5; i++)
		p[i] = get(heap, 104);
	put(heap, p[1]);
	put(heap, p[3]);
	return (struct scene){
		mh->arena, p[0] - H, p[1] - H, p[2] - H, p[3] - H, p[4] - H,
		(void *)mh->arena->part.start + mh->arena->tail,
	};
}

static const char *damaged_next(struct damages *damages, const struct scene *s)
{
	const u8 *start = s->arena->part.start;

	return DAMAGE_EACH(damages,
		{ "block's next is outside its region", FIELD(s->c->next),
		  (size_t)start + s->arena->part.size },
		{ SAME, FIELD(s->c->next), 0 },
		{ SAME, FIELD(s->a->next), (size_t)start - 8 },
		{ "block's next is not aligned", FIELD(s->c->next),
		  (size_t)s->d + 4 },
		{ "block is its own next", FIELD(s->b->next), (size_t)s->b },
		{ "block's next lies before it", FIELD(s->c->next),
		  (size_t)s->a },
		{ "block overlaps the next", FIELD(s->c->next),
		  (size_t)s->c + H - 8 },
		{ "block is smaller than a block can be", FIELD(s->c->next),
		  (size_t)s->c + H + 8 },
		/* There is no header where this link leads, inside of d. */
		{ "block header is overwritten", FIELD(s->c->next),
		  (size_t)s->d + H });
}

static const char *damaged_headers(struct damages *damages,
				   const struct scene *s)
{
	return DAMAGE_EACH(damages,
		{ "block header is overwritten", FIELD(s->c->magic), 0 },
		{ SAME, FIELD(s->b->magic), s->arena->magic_used + 1 },
		/* The tag that it would have in another region, and at another address. */
		{ "block names a wrong arena", FIELD(s->c->tag),
		  s->c->tag ^ (size_t)s->arena ^ (size_t)(s->arena + 1) },
		{ SAME, FIELD(s->c->tag), s->e->tag },
		{ "block does not point back", FIELD(s->c->prev), (size_t)s->a },
		{ "used block is linked as a free one", FIELD(s->c->next_free),
		  (size_t)s->b },
		{ SAME, FIELD(s->c->prev_free), (size_t)s->b },
		{ SAME, FIELD(s->b->magic), s->arena->magic_used },
		{ "free block is not linked", FIELD(s->b->next_free), 0 },
		{ SAME, FIELD(s->b->prev_free), 0 },
		{ SAME, FIELD(s->a->magic), s->arena->magic_free },
		{ "free block has an owner", FIELD(s->b->owner), 'x' << 8 },
		{ "two free blocks touch", FIELD(s->c->magic), s->arena->magic_free },
		{ ALSO, FIELD(s->c->next_free), (size_t)s->b },
		{ ALSO, FIELD(s->c->prev_free), (size_t)s->b });
}

static const char *damaged_tail(struct damages *damages, const struct scene *s)
{
	return DAMAGE_EACH(damages,
		{ "end mark is overwritten", FIELD(s->tail->magic), 0 },
		{ SAME, FIELD(s->tail->tag), 0 },
		{ "end mark is free", FIELD(s->tail->magic), s->arena->magic_free },
		{ "end mark does not point back", FIELD(s->tail->prev),
		  (size_t)s->e },
		{ "end mark does not lead to the first block",
		  FIELD(s->tail->next), (size_t)s->tail });
}

/* The free list is d, b, rest. */
static const char *damaged_list(struct damages *damages, const struct scene *s)
{
	struct item *head = &s->arena->list, *forged = (void *)s->c + H;

	return DAMAGE_EACH(damages,
		{ "free list leaves its region", FIELD(s->b->next_free),
		  (size_t)damages->heap },
		{ SAME, FIELD(head->next_free), (size_t)s->d + 4 },
		{ "free list leads to what is not free", FIELD(head->next_free),
		  (size_t)s->c },
		{ SAME, FIELD(s->d->next_free), (size_t)s->a },
		{ "free list does not point back", FIELD(head->next_free), (size_t)s->b },
		{ SAME, FIELD(s->b->prev_free), (size_t)head },
		{ SAME, FIELD(s->b->next_free), (size_t)s->d },
		{ "free list has another end", FIELD(head->prev_free),
		  (size_t)s->b },
		{ SAME, FIELD(s->b->next_free), (size_t)head },
		/* A free block is unlinked from the list correctly. */
		{ "free block is not on the free list",
		  FIELD(s->d->next_free), (size_t)s->tail->prev },
		{ ALSO, FIELD(s->tail->prev->prev_free), (size_t)s->d },
		/* A forged free block in the payload of a used one, linked correctly. */
		{ "free list is longer than the free blocks",
		  FIELD(forged->magic), s->arena->magic_free },
		{ ALSO, FIELD(forged->tag), s->arena->key ^ (size_t)forged },
		{ ALSO, FIELD(forged->prev_free), (size_t)s->b },
		{ ALSO, FIELD(forged->next_free), (size_t)s->b->next_free },
		{ ALSO, FIELD(s->b->next_free->prev_free), (size_t)forged },
		{ ALSO, FIELD(s->b->next_free), (size_t)forged });
}

static const char *damaged_control(struct damages *damages,
				   const struct scene *s)
{
	struct memheap *mh = damages->heap->ctrl;
	struct arena *arena = s->arena;

	return DAMAGE_EACH(damages,
		{ "available is miscounted", FIELD(arena->available),
		  arena->available - 8 },
		{ "most used is below what is used", FIELD(mh->in_use.below_max),
		  -8ull },
		{ "most used is above the total", FIELD(mh->in_use.max_used),
		  arena->part.size + 8 },
		{ "used is miscounted", FIELD(mh->in_use.max_used),
		  mh->in_use.max_used - 8 },
		{ "end mark is not at the end of its region",
		  FIELD(arena->tail), arena->tail - 8 },
		{ "number of regions is impossible", FIELD(mh->nr_arenas), 0 },
		{ SAME, FIELD(mh->nr_arenas), 9 },
		{ "alignment is damaged", FIELD(mh->align_mask), 5 },
		{ "header size does not fit the alignment", FIELD(mh->header),
		  H + 8 },
		{ "smallest payload does not fit the alignment",
		  FIELD(mh->payload_min), 8 },
		{ "block size does not fit the alignment",
		  FIELD(mh->whole_min), 8 },
		{ SAME, FIELD(mh->whole_add), 8 },
		{ "first free block is misnoted", FIELD(arena->front_whole), 8 },
		{ SAME, FIELD(arena->front_whole), 0 },
		{ SAME, FIELD(arena->front_link), 0 });
}

static const char *every_damage(struct heap *heap)
{
	struct scene s = scene_make(heap);
	struct damages damages = { .heap = heap };

	TRY(map_is(heap, "FU",
		   WORDS("[48 U 104][200 F 104][352 U 104][504 F 104][656 U 104][808 F 168]",
			 "[32 U 104][168 F 104][304 U 104][440 F 104][576 U 104][712 F 280]")));
	TRY(damaged_next(&damages, &s));
	TRY(damaged_headers(&damages, &s));
	TRY(damaged_tail(&damages, &s));
	TRY(damaged_list(&damages, &s));
	TRY(damaged_control(&damages, &s));
	return damages_suffice(&damages);
}

const struct test memheap_damage_tests[] = {
	{ "memheap.every_damage", every_damage, "memheap-fast", 1024, A8,
	  .twin = "memheap-best" },
	{ 0 },
};

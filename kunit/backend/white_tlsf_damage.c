// SPDX-License-Identifier: GPL-2.0-only
/*
 * white_tlsf_damage.c - ways to damage a TLSF heap, each with the message that check must
 * give for it, by the hooks and through the core.
 *
 * The heap that is damaged, of 4096 bytes with 16-byte alignment:
 *
 *	a used 112 | b free 112 | c used 112 | d free 112 | e used 112 |
 *	f free 608 | g used 112 | rest free
 *
 * d and b are in the list of class 14, d first; f is in that of class 70.
 */
#include "white.h"
#include "white_tlsf.h"

const char *tlsf_scene_make(struct heap *heap, struct tlsf_scene *s)
{
	struct block **block[] = { &s->a, &s->b, &s->c, &s->d, &s->e, &s->f,
				   &s->g };

	for (int i = 0; i < 7; i++)
		*block[i] = get(heap, i == 5 ? 600 : 100);
	EXPECT_EQ(put(heap, s->b), 0);
	EXPECT_EQ(put(heap, s->d), 0);
	EXPECT_EQ(put(heap, s->f), 0);
	return picture(heap, "[16 U 104][128 F 104][240 U 104][352 F 104] "
		       "[464 U 104][576 F 600][1184 U 104][1296 F 1256]");
}

#define TAG(block, more)	FIELD(head_of(block)->tag),		\
				tag_order(tag_get(block) + (more))
#define UNITS(block, n)		FIELD(head_of(block)->units), n
#define ADDRESS(field, value)	FIELD(field), (size_t)(value)

static const char *damaged_headers(struct damages *damages,
				   const struct tlsf_scene *s)
{
	struct block *end = tlsf_of(damages->heap)->pool[0].last;

	return DAMAGE_EACH(damages,
		{ "block header is overwritten", TAG(s->c, 0x100) },
		{ "free block keeps an alignment",
		  TAG(s->b, 4u << BLOCK_ALIGN_SHIFT) },
		{ "block takes the free one before it as used",
		  TAG(s->c, -BLOCK_PREV_FREE) },
		{ "block takes the used one before it as free",
		  TAG(s->f, BLOCK_PREV_FREE) },
		{ "back link does not lead to the free block before",
		  FIELD(head_of(s->c)->back), head_of(s->c)->back - 1 },
		{ "two free blocks touch", TAG(s->c, BLOCK_FREE) },
		{ "block is smaller than any can be",
		  UNITS(s->a, TLSF_UNITS_MIN - 1) },
		{ "block's size is not a multiple of the alignment",
		  UNITS(s->a, head_of(s->a)->units + 1) },
		{ "block reaches past its pool", UNITS(s->g, 4096) },
		{ "pool's last header has a size", UNITS(end, TLSF_UNITS_MIN) },
		{ "pool's last header is not that of a used block",
		  TAG(end, 4u << BLOCK_ALIGN_SHIFT) });
}

/* The forged block looks like a free one and lies in the payload of a. */
static const char *damaged_lists(struct damages *damages,
				 const struct tlsf_scene *s)
{
	struct tlsf *tlsf = tlsf_of(damages->heap);
	struct block *forged = block_at(s->a, 4);

	return DAMAGE_EACH(damages,
		{ "list begins outside the free blocks",
		  FIELD(tlsf->list[14]), link_to(tlsf, s->a) },
		{ "list leaves the free blocks",
		  FIELD(s->d->next), link_to(tlsf, s->a) },
		{ "list does not point back",
		  FIELD(s->b->slot), link_head(tlsf, 14) },
		{ "block is in the list of another class",
		  FIELD(tlsf->list[71]), link_to(tlsf, s->f) },
		{ ALSO, FIELD(s->f->slot), link_head(tlsf, 71) },
		{ ALSO, FIELD(s->f->next), tlsf->link_code },
		{ ALSO, FIELD(tlsf->list[70]), tlsf->link_code },
		{ "free block is in no list",
		  FIELD(s->d->next), tlsf->link_code },
		{ "lists hold more than the free blocks",
		  FIELD(head_of(forged)->tag),
		  tag_order(tag_of(tlsf, forged) + BLOCK_FREE) },
		{ ALSO, UNITS(forged, TLSF_UNITS_MIN) },
		{ ALSO, FIELD(tlsf->list[TLSF_UNITS_MIN]), link_to(tlsf, forged) },
		{ ALSO, FIELD(forged->slot), link_head(tlsf, TLSF_UNITS_MIN) },
		{ ALSO, FIELD(forged->next), tlsf->link_code });
}

static const char *damaged_bitmaps(struct damages *damages)
{
	struct tlsf *tlsf = tlsf_of(damages->heap);
	unsigned long *beyond = &tlsf->map[tlsf->nr_classes / BITS_PER_LONG];

	return DAMAGE_EACH(damages,
		{ "bitmap promises a block, list is empty",
		  FIELD(tlsf->map[0]), tlsf->map[0] | BIT(13) },
		{ "bitmap hides a list with blocks",
		  FIELD(tlsf->map[0]), tlsf->map[0] & ~BIT(14) },
		{ "bitmap has a bit beyond the classes", FIELD(*beyond),
		  *beyond | BIT(tlsf->nr_classes % BITS_PER_LONG) },
		{ "the two bitmaps differ",
		  FIELD(tlsf->top), tlsf->top | BIT(TLSF_WORDS - 1) },
		{ "upper bitmap has a bit beyond the lower",
		  FIELD(tlsf->top), tlsf->top | BIT(TLSF_WORDS) });
}

static const char *damaged_numbers(struct damages *damages)
{
	struct tlsf *tlsf = tlsf_of(damages->heap);

	return DAMAGE_EACH(damages,
		{ "free blocks are miscounted",
		  FIELD(tlsf->nr_free), tlsf->nr_free - 1 },
		{ "more is used than at the most", FIELD(tlsf->in_use.below_max), -1 },
		{ "used is miscounted", FIELD(tlsf->in_use.max_used),
		  tlsf->in_use.max_used + 2 },
		{ "total is not the sum of the pools", FIELD(tlsf->total),
		  tlsf->total + 16 },
		{ "alignment is impossible", FIELD(tlsf->align_mask), 11 },
		{ "number of pools is impossible", FIELD(tlsf->nr_pools), 0 },
		{ "number of classes is impossible", FIELD(tlsf->nr_classes),
		  TLSF_CLASSES + TLSF_SL },
		{ "largest request is not that of the last class",
		  FIELD(tlsf->size_max), tlsf->size_max + 8 });
}

static const char *damaged_places(struct damages *damages,
				  const struct tlsf_scene *s)
{
	struct tlsf *tlsf = tlsf_of(damages->heap);
	struct pool *pool = tlsf->pool;

	return DAMAGE_EACH(damages,
		{ "table does not end where the first pool begins",
		  ADDRESS(tlsf->list, tlsf->list + 1) },
		{ "first pool is not where alloc and free look",
		  FIELD(tlsf->span), tlsf->span - 2 },
		{ "pool's first block is not where its memory begins",
		  ADDRESS(pool->first, s->b) },
		{ ALSO, ADDRESS(tlsf->first, s->b) },
		{ ALSO, FIELD(tlsf->span),
		  distance(s->b, tlsf->last) >> TLSF_UNIT_SHIFT },
		{ "pool's last header is not where its memory ends",
		  ADDRESS(pool->last, s->g) },
		{ ALSO, ADDRESS(tlsf->last, s->g) },
		{ ALSO, FIELD(tlsf->span),
		  distance(tlsf->first, s->g) >> TLSF_UNIT_SHIFT },
		{ "two pools overlap", FIELD(tlsf->nr_pools), 2 },
		{ ALSO, ADDRESS(pool[1].part.start, pool->part.start) },
		{ ALSO, FIELD(pool[1].part.size), pool->part.size },
		{ ALSO, FIELD(pool[1].part.offset), pool->part.offset },
		{ ALSO, ADDRESS(pool[1].first, pool->first) },
		{ ALSO, ADDRESS(pool[1].last, pool->last) });
}

/* Each damage is reported with its own message, and the restored heap passes check. */
static const char *every_damage(struct heap *heap)
{
	struct damages damages = { .heap = heap, .looks = true };
	struct tlsf_scene s;

	TRY(tlsf_scene_make(heap, &s));
	TRY(damaged_headers(&damages, &s));
	TRY(damaged_lists(&damages, &s));
	TRY(damaged_bitmaps(&damages));
	TRY(damaged_numbers(&damages));
	TRY(damaged_places(&damages, &s));
	EXPECT_EQ(damages.nr_said, 11 + 6 + 5 + 8 + 5);
	return NULL;
}

/* A second pool whose offsets are the first one's. */
static const char *offsets_damaged(struct heap *heap)
{
	struct damages damages = { .heap = heap, .looks = true };

	EXPECT_EQ(heap_glue(heap, 4096), 0);
	TRY(sound(heap));
	tlsf_of(heap)->pool[1].part.offset -= 16;
	return damage_is(&damages, "two pools have the same offsets");
}

/* ---- through the core --------------------------------------------------- */

/* One byte past the end of a block is detected, because the next block's tag is there. */
static const char *overrun_is_refused(struct heap *heap)
{
	struct damages damages = { .heap = heap };
	u8 *p = get(heap, 100), *q = get(heap, 100);

	p[104] ^= '!';
	EXPECT_EQ(put(heap, p), -RTALLOC_OVERRUN);
	EXPECT(!heap_realloc(heap, p, 300, NULL), "it grows");
	EXPECT_EQ(put(heap, q), -RTALLOC_NOT_A_BLOCK);
	TRY(damage_is(&damages, "block header is overwritten"));
	p[104] ^= '!';
	/* The core counts the realloc as a fault, the harness as a failed allocation. */
	EXPECT_EQ(heap_stats(heap).faults, 3);
	heap->count.faults = 3;
	heap->count.failed = heap_stats(heap).failed;
	EXPECT_EQ(put(heap, p), 0);
	EXPECT_EQ(put(heap, q), 0);
	return sound(heap);
}

/* If alloc finds the header of a free block overwritten, the heap is closed. */
static const char *damage_stops_the_heap(struct heap *heap)
{
	struct damages damages = { .heap = heap };
	u8 *p = get(heap, 100), *q = get(heap, 2400);

	EXPECT_EQ(put(heap, q), 0);
	heap->is_damaged = true;
	memset(p + 104, 0xff, 8);
	EXPECT(!get(heap, 100), "a damaged block is handed out");
	EXPECT(heap->core->is_closed, "the heap goes on");
	EXPECT_EQ(heap_stats(heap).faults, 1);
	EXPECT(!get(heap, 8) && !heap_realloc(heap, p, 8000, NULL),
	       "a closed heap hands out");
	return damage_is(&damages, "block header is overwritten");
}

/* Damage to a block further back in its list is found when its turn comes. */
static const char *damage_is_met_in_its_turn(struct heap *heap)
{
	struct tlsf_scene s;

	TRY(tlsf_scene_make(heap, &s));
	heap->is_damaged = true;
	tag_set(s.f, tag_get(s.f) ^ 0x100);
	EXPECT_EQ(put(heap, s.e), -RTALLOC_OVERRUN);
	EXPECT(get(heap, 100), "a block that is sound is refused");
	EXPECT(!heap->core->is_closed, "the heap is stopped too soon");
	EXPECT(!get(heap, 500), "a damaged block is handed out");
	EXPECT(heap->core->is_closed, "the heap goes on");
	return NULL;
}

/* Added memory that is adjacent is joined and cannot be removed; other memory can. */
static const char *touching_memory_is_joined(struct heap *unused)
{
	static const struct geometry glued = { "", "tlsf", 4096, .glued = 4096 };
	struct heap heap;
	const char *why;

	EXPECT_EQ(core_open(&heap, &glued), 0);
	EXPECT_EQ(heap_glue(&heap, 4096), 0);
	why = map_is(&heap, "FU", "[16 F 6632][6672 F 4072]");
	if (rtalloc_heap_remove_memory(heap.core, heap.region[0].base + 4096) !=
	    -EBUSY || heap_unglue(&heap, 0) != -EBUSY ||
	    heap.core->nr_parts != 3 || heap_unglue(&heap, 1))
		why = "memory that was joined is taken back, or other is not";
	if (!why)
		why = map_is(&heap, "FU", "[16 F 6632]");
	heap_close(&heap);
	return why;
}

/* Memory comes and goes while blocks of the others live. */
static const char *memory_comes_and_goes(struct heap *heap)
{
	void *keep = get(heap, 1000), *p;
	u64 total = heap_stats(heap).total;

	for (int i = 0; i < 50; i++) {
		EXPECT_EQ(heap_glue(heap, 4096), 0);
		p = get(heap, 3000);
		EXPECT(p, "no block of 3000 bytes");
		EXPECT_EQ(heap_unglue(heap, 1), -EBUSY);
		TRY(sound(heap));
		EXPECT_EQ(heap_stats(heap).total, total + 4096);
		EXPECT_EQ(put(heap, p), 0);
		EXPECT_EQ(heap_unglue(heap, 1), 0);
		EXPECT_EQ(put(heap, p), -RTALLOC_FOREIGN);
		TRY(sound(heap));
	}
	EXPECT_EQ(heap_stats(heap).total, total);
	EXPECT_EQ(where(heap, keep), 16);
	EXPECT_EQ(put(heap, keep), 0);
	return NULL;
}

const struct test tlsf_damage_tests[] = {
	{ "tlsf.every_damage", every_damage, TLSF, 4096, 16, .core = true },
	{ "tlsf.offsets_damaged", offsets_damaged, TLSF, 4096, 16 },
	{ "tlsf.overrun_is_refused", overrun_is_refused, "tlsf-4K" },
	{ "tlsf.damage_stops_the_heap", damage_stops_the_heap, "tlsf-4K" },
	{ "tlsf.damage_is_met_in_its_turn", damage_is_met_in_its_turn,
	  "tlsf-4K" },
	{ "tlsf.touching_memory_is_joined", touching_memory_is_joined,
	  "tlsf-4K" },
	{ "tlsf.memory_comes_and_goes", memory_comes_and_goes, "tlsf-4K" },
	{ 0 },
};

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tlsf_damage.h - ways to damage a TLSF heap, each with the words that check must
 * find for it. For the KUnit suite and the one in user space.
 *
 * The scene, on a heap of 4096 bytes with 16-byte alignment:
 *
 *	a used 112 | b free 112 | c used 112 | d free 112 | e used 112 |
 *	f free 608 | g used 112 | rest free
 *
 * d and b are in the list of class 14, d first; f is in that of class 70.
 */
#ifndef _RTALLOC_KUNIT_TLSF_DAMAGE_H
#define _RTALLOC_KUNIT_TLSF_DAMAGE_H

#include "backend/tlsf.h"

#define TLSF_SCENE_MAP	"[16 U 104][128 F 104][240 U 104][352 F 104]" \
	"[464 U 104][576 F 600][1184 U 104][1296 F 1256]"

struct tlsf_scene {
	struct tlsf *tlsf;
	struct block *a, *b, *c, *d, *e, *f, *g;
};

static void tlsf_scene_make(struct tlsf *tlsf, struct tlsf_scene *s)
{
	struct block **block[] = { &s->a, &s->b, &s->c, &s->d, &s->e, &s->f,
				   &s->g };
	size_t i;

	s->tlsf = tlsf;
	for (i = 0; i < 7; i++)
		*block[i] = tlsf_ops.alloc(tlsf, i == 5 ? 600 : 100);
	tlsf_ops.free(tlsf, s->b);
	tlsf_ops.free(tlsf, s->d);
	tlsf_ops.free(tlsf, s->f);
}

/* ---- headers --------------------------------------------------------- */

static void tag_changed(struct tlsf_scene *s)
{
	tag_set(s->c, tag_get(s->c) ^ 0x100);
}

static void free_is_aligned(struct tlsf_scene *s)
{
	tag_add(s->b, 4u << BLOCK_ALIGN_SHIFT);
}

static void free_before_forgotten(struct tlsf_scene *s)
{
	tag_add(s->c, -BLOCK_PREV_FREE);
}

static void free_before_invented(struct tlsf_scene *s)
{
	tag_add(s->f, BLOCK_PREV_FREE);
}

static void back_link_elsewhere(struct tlsf_scene *s)
{
	head_of(s->c)->back--;
}

static void freed_unmerged(struct tlsf_scene *s)
{
	tag_add(s->c, BLOCK_FREE);
}

static void units_too_few(struct tlsf_scene *s)
{
	head_of(s->a)->units = TLSF_UNITS_MIN - 1;
}

static void units_odd(struct tlsf_scene *s)
{
	head_of(s->a)->units += 1;
}

static void units_too_many(struct tlsf_scene *s)
{
	head_of(s->g)->units = 4096;
}

static void end_has_size(struct tlsf_scene *s)
{
	head_of(s->tlsf->pool[0].last)->units = TLSF_UNITS_MIN;
}

static void end_is_aligned(struct tlsf_scene *s)
{
	tag_add(s->tlsf->pool[0].last, 4u << BLOCK_ALIGN_SHIFT);
}

/* ---- lists ----------------------------------------------------------- */

static void list_begins_used(struct tlsf_scene *s)
{
	s->tlsf->list[14] = link_to(s->tlsf, s->a);
}

static void list_leads_to_used(struct tlsf_scene *s)
{
	s->d->next = link_to(s->tlsf, s->a);
}

static void slot_elsewhere(struct tlsf_scene *s)
{
	s->b->slot = link_head(s->tlsf, 14);
}

static void list_of_another_class(struct tlsf_scene *s)
{
	s->tlsf->list[71] = link_to(s->tlsf, s->f);
	s->f->slot = link_head(s->tlsf, 71);
	s->f->next = s->tlsf->link_code;
	s->tlsf->list[70] = s->tlsf->link_code;
}

static void list_cut(struct tlsf_scene *s)
{
	s->d->next = s->tlsf->link_code;
}

/* What looks like a free block, within a's memory. */
static void block_forged(struct tlsf_scene *s)
{
	struct block *forged = block_at(s->a, 4);

	tag_set(forged, tag_of(s->tlsf, forged) + BLOCK_FREE);
	head_of(forged)->units = TLSF_UNITS_MIN;
	s->tlsf->list[TLSF_UNITS_MIN] = link_to(s->tlsf, forged);
	forged->slot = link_head(s->tlsf, TLSF_UNITS_MIN);
	forged->next = s->tlsf->link_code;
}

/* ---- bitmaps --------------------------------------------------------- */

static void map_promises(struct tlsf_scene *s)
{
	__set_bit(13, s->tlsf->map);
}

static void map_hides(struct tlsf_scene *s)
{
	__clear_bit(14, s->tlsf->map);
}

static void map_goes_on(struct tlsf_scene *s)
{
	__set_bit(s->tlsf->nr_classes, s->tlsf->map);
}

static void top_promises(struct tlsf_scene *s)
{
	__set_bit(TLSF_WORDS - 1, &s->tlsf->top);
}

static void top_goes_on(struct tlsf_scene *s)
{
	__set_bit(TLSF_WORDS, &s->tlsf->top);
}

/* ---- numbers and places ---------------------------------------------- */

static void nr_free_changed(struct tlsf_scene *s)
{
	s->tlsf->nr_free--;
}

static void below_max_negative(struct tlsf_scene *s)
{
	s->tlsf->below_max = -1;
}

static void max_used_changed(struct tlsf_scene *s)
{
	s->tlsf->max_used += 2;
}

static void total_changed(struct tlsf_scene *s)
{
	s->tlsf->total += 16;
}

static void alignment_changed(struct tlsf_scene *s)
{
	s->tlsf->align_mask = 11;
}

static void no_pools(struct tlsf_scene *s)
{
	s->tlsf->nr_pools = 0;
}

static void classes_changed(struct tlsf_scene *s)
{
	s->tlsf->nr_classes = TLSF_CLASSES + TLSF_SL;
}

static void size_max_changed(struct tlsf_scene *s)
{
	s->tlsf->size_max += 8;
}

static void table_moved(struct tlsf_scene *s)
{
	s->tlsf->list++;
}

static void span_changed(struct tlsf_scene *s)
{
	s->tlsf->span -= 2;
}

static void pool_begins_late(struct tlsf_scene *s)
{
	s->tlsf->pool[0].first = s->b;
	s->tlsf->first = s->b;
	s->tlsf->span = distance(s->b, s->tlsf->last) >> TLSF_UNIT_SHIFT;
}

static void pool_ends_early(struct tlsf_scene *s)
{
	s->tlsf->pool[0].last = s->g;
	s->tlsf->last = s->g;
	s->tlsf->span = distance(s->tlsf->first, s->g) >> TLSF_UNIT_SHIFT;
}

static void pool_twice(struct tlsf_scene *s)
{
	s->tlsf->pool[1] = s->tlsf->pool[0];
	s->tlsf->nr_pools = 2;
}

static const struct tlsf_damage {
	const char *desc;
	void (*make)(struct tlsf_scene *s);
	const char *seen;
} tlsf_damages[] = {
	{ "tag", tag_changed, "block header is overwritten" },
	{ "free-aligned", free_is_aligned, "free block keeps an alignment" },
	{ "free-before-forgotten", free_before_forgotten,
	  "block takes the free one before it as used" },
	{ "free-before-invented", free_before_invented,
	  "block takes the used one before it as free" },
	{ "back-link", back_link_elsewhere,
	  "back link does not lead to the free block before" },
	{ "freed-unmerged", freed_unmerged, "two free blocks touch" },
	{ "units-few", units_too_few, "block is smaller than any can be" },
	{ "units-odd", units_odd,
	  "block's size is not a multiple of the alignment" },
	{ "units-many", units_too_many, "block reaches past its pool" },
	{ "end-size", end_has_size, "pool's last header has a size" },
	{ "end-flags", end_is_aligned,
	  "pool's last header is not that of a used block" },
	{ "list-begin", list_begins_used,
	  "list begins outside the free blocks" },
	{ "list-link", list_leads_to_used, "list leaves the free blocks" },
	{ "slot", slot_elsewhere, "list does not point back" },
	{ "list-class", list_of_another_class,
	  "block is in the list of another class" },
	{ "list-cut", list_cut, "free block is in no list" },
	{ "forged", block_forged, "lists hold more than the free blocks" },
	{ "map-promises", map_promises,
	  "bitmap promises a block, list is empty" },
	{ "map-hides", map_hides, "bitmap hides a list with blocks" },
	{ "map-goes-on", map_goes_on, "bitmap has a bit beyond the classes" },
	{ "top-promises", top_promises, "the two bitmaps differ" },
	{ "top-goes-on", top_goes_on,
	  "upper bitmap has a bit beyond the lower" },
	{ "nr-free", nr_free_changed, "free blocks are miscounted" },
	{ "below-max", below_max_negative, "more is used than at the most" },
	{ "max-used", max_used_changed, "used is miscounted" },
	{ "total", total_changed, "total is not the sum of the pools" },
	{ "alignment", alignment_changed, "alignment is impossible" },
	{ "nr-pools", no_pools, "number of pools is impossible" },
	{ "nr-classes", classes_changed, "number of classes is impossible" },
	{ "size-max", size_max_changed,
	  "largest request is not that of the last class" },
	{ "table", table_moved,
	  "table does not end where the first pool begins" },
	{ "span", span_changed, "first pool is not where alloc and free look" },
	{ "pool-first", pool_begins_late,
	  "pool's first block is not where its memory begins" },
	{ "pool-last", pool_ends_early,
	  "pool's last header is not where its memory ends" },
	{ "pool-twice", pool_twice, "two pools overlap" },
};

#endif /* _RTALLOC_KUNIT_TLSF_DAMAGE_H */

// SPDX-License-Identifier: GPL-2.0-only
/*
 * white_slab_damage.c - deliberate damage to slab's zones, free chunks, usage words, live
 * bits, tree of runs and lists of zones; check must report each with its own message.
 */
#include "backend/slabzone.h"
#include "white.h"

/*
 * The heap that is damaged. Zones of 32 KiB: one with chunks of 24 bytes, two freed and
 * two live; a full one with chunks of 7168; an empty one in the cache. Runs of five pages:
 * a block, a free run, two blocks. Behind them another free run.
 */
struct scene {
	struct slabzone *sz;
	struct slab_zone *zone, *full, *cached;
	struct link *freed, *freed_before;
	u8 *live, *block, *behind;
	u32 page, hole;			/* first page of the block, and of the free run */
};

static struct slab_zone *zone_in(const struct slabzone *sz, const void *p)
{
	return zone_by_page(sz, page_of(sz, p));
}

/* Fill two zones with four chunks, empty the first zone, and return it. */
static struct slab_zone *zone_empty(struct heap *heap)
{
	struct slabzone *sz = heap->ctrl;
	void *p[4];

	for (int i = 0; i < 4; i++)
		p[i] = get(heap, 8000);
	for (int i = 0; i < 3; i++)
		put(heap, p[i]);
	return zone_in(sz, p[0]);
}

static struct scene scene_make(struct heap *heap)
{
	struct slabzone *sz = heap->ctrl;
	void *small[4], *large[4], *run[4];

	for (int i = 0; i < 4; i++) {
		small[i] = get(heap, 24);
		large[i] = get(heap, 7000);
		run[i] = get(heap, 20000);
	}
	put(heap, small[0]);
	put(heap, small[1]);
	put(heap, run[1]);
	return (struct scene){
		.sz = sz, .cached = zone_empty(heap),
		.zone = zone_in(sz, small[0]), .full = zone_in(sz, large[0]),
		.freed = small[1], .freed_before = small[0],
		.live = small[2], .block = run[0], .behind = run[2],
		.page = page_of(sz, run[0]), .hole = page_of(sz, run[1]),
	};
}

static const char *scene_is(const struct scene *s)
{
	EXPECT_EQ(s->cached->magic, ZONE_CACHED);
	EXPECT_EQ(s->full->magic, ZONE_FULL);
	EXPECT_EQ(s->zone->nr_free, s->zone->nr_chunks - 2);
	EXPECT_EQ(s->hole, s->page + 5);
	EXPECT_EQ(page_of(s->sz, s->behind), s->hole + 5);
	return NULL;
}

static const char *damaged_zone(struct damages *damages, const struct scene *s)
{
	struct slab_zone *zone = s->zone;

	return DAMAGE_EACH(damages,
		{ "zone header is overwritten", FIELD(zone->magic), 0 },
		{ SAME, FIELD(zone->nr_free), 0 },
		{ SAME, FIELD(s->full->magic), ZONE_MAGIC },
		{ SAME, FIELD(s->cached->magic), ZONE_FULL },
		{ SAME, FIELD(zone->start[0]), 0x41 },
		{ SAME, FIELD(zone->start[55]), 0x41 },
		{ "zone has a wrong class", FIELD(zone->class), NR_CLASSES },
		{ SAME, FIELD(zone->class), zone->class + 1 },
		{ SAME, FIELD(zone->chunk), 32 },
		{ "zone has a wrong layout", FIELD(zone->first), zone->first + 3 },
		{ SAME, FIELD(zone->nr_chunks), zone->nr_chunks - 1 },
		{ SAME, FIELD(zone->end), zone->end - 3 },
		{ SAME, FIELD(zone->inverse), zone->inverse + 2 },
		{ SAME, FIELD(zone->shift), 1 },
		{ "zone counts do not fit", FIELD(zone->unused), zone->unused - 1 },
		{ SAME, FIELD(zone->unused), zone->end + 3 },
		{ SAME, FIELD(zone->nr_free), zone->nr_chunks + 1 },
		{ SAME, FIELD(zone->nr_free), 1 });
}

static const char *damaged_chunks(struct damages *damages,
				  const struct scene *s)
{
	struct slab_zone *zone = s->zone;

	return DAMAGE_EACH(damages,
		{ "free list leaves its zone", FIELD(zone->free), zone->unused },
		{ SAME, FIELD(zone->free), zone->first + 1 },
		{ SAME, FIELD(zone->free), 1 },
		{ SAME, FIELD(zone->free), zone->first - 3 },
		{ "live chunk is on the free list", FIELD(zone->free),
		  live_bit(s->sz, s->live) },
		{ "chunk was written after its free", FIELD(s->freed->next), 0 },
		{ SAME, FIELD(s->freed->check), 0 },
		{ SAME, FIELD(s->freed_before->check), 0 },
		{ "free list and free count differ", FIELD(zone->free), 0 },
		{ SAME, FIELD(zone->free), live_bit(s->sz, s->freed_before) },
		{ SAME, FIELD(zone->nr_free), zone->nr_free + 1 },
		{ SAME, FIELD(zone->nr_free), zone->nr_free - 1 });
}

/* The word with the live bit of @p, and that bit. */
#define LIVE(p)		FIELD(sz->live[live_bit(sz, p) / BITS_PER_LONG])
#define WORD(p)		sz->live[live_bit(sz, p) / BITS_PER_LONG]
#define BIT_OF(p)	(1ul << live_bit(sz, p) % BITS_PER_LONG)

static const char *damaged_live(struct damages *damages, const struct scene *s)
{
	const struct slabzone *sz = s->sz;
	u8 *full = s->full->start, *cached = s->cached->start;
	u8 *in_chunk = s->live + 8, *in_block = s->block + 4096;
	u8 *unused = bit_address(sz, s->zone->unused);

	return DAMAGE_EACH(damages,
		{ "live bit off a chunk", LIVE(in_chunk),
		  WORD(in_chunk) | BIT_OF(in_chunk) },
		{ SAME, LIVE(unused), WORD(unused) | BIT_OF(unused) },
		{ SAME, LIVE(full), WORD(full) | BIT_OF(full) },
		{ "live chunks and free count differ", LIVE(s->live),
		  WORD(s->live) & ~BIT_OF(s->live) },
		{ "large block has no live bit", LIVE(s->block), 0 },
		{ "live bit off a block", LIVE(in_block), BIT_OF(in_block) },
		{ SAME, LIVE(cached), BIT_OF(cached) },
		{ SAME, LIVE(sz->start), 1 });
}

static const char *damaged_pages(struct damages *damages, const struct scene *s)
{
	struct slabzone *sz = s->sz;
	u32 *zone = &sz->usage[page_of(sz, s->zone->start)];

	return DAMAGE_EACH(damages,
		{ "page of a zone is marked wrong", FIELD(zone[1]), *zone + 64 },
		{ SAME, FIELD(zone[7]), PAGE_FREE | 1 << 2 },
		{ SAME, FIELD(sz->usage[s->page]), PAGE_SMALL },
		{ "page run has no length", FIELD(sz->usage[s->page]), PAGE_LARGE },
		{ SAME, FIELD(sz->usage[s->hole]), PAGE_FREE },
		{ SAME, FIELD(sz->usage[s->hole]), PAGE_FREE | sz->nr_pages << 2 },
		{ SAME, FIELD(sz->usage[0]), PAGE_META },
		{ "page run's ends differ", FIELD(sz->usage[s->page]),
		  PAGE_LARGE | 6 << 2 },
		{ SAME, FIELD(sz->usage[s->page]), PAGE_FREE | 5 << 2 },
		{ SAME, FIELD(sz->usage[s->page + 4]), PAGE_LARGE | 4 << 2 },
		{ SAME, FIELD(sz->usage[s->hole + 4]), 0 });
}

static const char *damaged_tree(struct damages *damages, const struct scene *s)
{
	struct slabzone *sz = s->sz;

	return DAMAGE_EACH(damages,
		{ "free run is not in the tree", FIELD(sz->tree[0][s->hole]), 4 },
		{ SAME, FIELD(sz->tree[0][s->hole]), 0 },
		{ "two free runs touch", FIELD(sz->tree[0][s->hole + 5]), 5 },
		{ "tree and free runs differ", FIELD(sz->tree[0][s->page]), 5 },
		{ SAME, FIELD(sz->nr_runs), sz->nr_runs + 1 },
		{ SAME, FIELD(sz->nr_runs), sz->nr_runs - 1 },
		{ "tree node is not the maximum",
		  FIELD(sz->tree[1][s->hole / TREE_WIDTH]), 0 },
		{ SAME, FIELD(sz->tree[sz->nr_levels - 1][0]), sz->nr_pages });
}

static const char *damaged_lists(struct damages *damages, const struct scene *s)
{
	struct slabzone *sz = s->sz;
	struct slab_zone **head = &sz->class[s->zone->class];

	return DAMAGE_EACH(damages,
		{ "zone list is broken", FIELD(s->zone->pprev), 0 },
		{ SAME, FIELD(s->zone->next), (size_t)s->zone },
		{ SAME, FIELD(s->zone->next), (size_t)s->full },
		{ SAME, FIELD(*head), (size_t)s->zone + 8 },
		{ SAME, FIELD(*head), (size_t)(s->zone - 1) },
		{ SAME, FIELD(*head), (size_t)s->zone->start },
		{ SAME, FIELD(*head), (size_t)damages },
		{ SAME, FIELD(sz->cached), (size_t)s->zone },
		{ "zone is on a wrong list", FIELD(s->cached->magic),
		  ZONE_MAGIC },
		{ "zone with free chunks is on no list", FIELD(*head), 0 },
		{ "cached zones and their count differ", FIELD(sz->cached), 0 },
		{ SAME, FIELD(sz->nr_cached), 2 },
		{ "used is miscounted", FIELD(sz->in_use.max_used), sz->in_use.max_used + 8 },
		{ SAME, FIELD(sz->in_use.below_max), -8ul });
}

static const char *every_damage(struct heap *heap)
{
	struct scene s = scene_make(heap);
	void *const live[] = { s.live, s.block, s.behind, NULL };
	struct damages damages = { .heap = heap, .use = live };

	TRY(scene_is(&s));
	TRY(damaged_zone(&damages, &s));
	TRY(damaged_chunks(&damages, &s));
	TRY(damaged_live(&damages, &s));
	TRY(damaged_pages(&damages, &s));
	TRY(damaged_tree(&damages, &s));
	TRY(damaged_lists(&damages, &s));
	return damages_suffice(&damages);
}

const struct test slab_damage_tests[] = {
	{ "slab.every_damage", every_damage, "slab", MIB, A8 },
	{ 0 },
};

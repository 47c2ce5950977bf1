// SPDX-License-Identifier: GPL-2.0-only
/*
 * white_small_mem.c - tests that know the layout of small_mem and lwip_mem: the offset of
 * each block, as the originals printed it; cases that the originals got wrong; and a
 * deliberate damage for each rule of check.
 */
#include <linux/limits.h>

#include "backend/small_mem.h"
#include "white.h"

#define SMEM	"smem"
#define LWIP	"heap"
#define A4	4u
#define H	WORDS(24ul, 16ul) /* RT-Thread's header, its least payload */
#define L	8ul	/* lwIP's, 16 bits */

static struct small_mem *small_mem_of(struct heap *heap)
{
	return heap->ctrl;
}

/* ---- RT-Thread's geometry -------------------------------------------- */

static const char *hand_vector(struct heap *heap)
{
	TRY(picture(heap, "a=1 b=100 c=64 a:24|16 "
		    "[24|16 U 24|16][72|48 U 104][200|168 U 64][288|248 F 760|792] "
		    "used=264|232 c>>56 c:288|248 "
		    "[24|16 U 24|16][72|48 U 104][200|168 F 64][288|248 U 56] "
		    "[368|320 F 680|720]"));
	EXPECT_EQ(small_mem_of(heap)->first_free, WORDS(176, 152));
	TRY(picture(heap, "max=344|304 b>8 "
		    "[24|16 U 24|16][72|48 U 8][104|72 F 160][288|248 U 56] "
		    "[368|320 F 680|720]"));
	EXPECT_EQ(small_mem_of(heap)->first_free, WORDS(80, 56));
	return NULL;
}

/* ---- lwIP's geometry ------------------------------------------------- */

static const char *trim_uses(struct heap *heap, void *p, size_t size,
			     u64 used)
{
	EXPECT_EQ(heap->ops->resize(heap->ctrl, p, &size), 0);
	EXPECT_EQ(heap_stats(heap).used, used);
	return sound(heap);
}

static const char *lwip_trim(struct heap *heap)
{
	void *a = get(heap, 100);
	void *b = get(heap, 100);

	TRY(trim_uses(heap, a, 97, 224));
	TRY(trim_uses(heap, a, 96, 224));
	TRY(trim_uses(heap, a, 88, 224));
	TRY(trim_uses(heap, a, 80, 200));
	TRY(map_is(heap, "FU", "[8 U 80][96 F 16][120 U 104][232 F 3864]"));
	TRY(trim_uses(heap, a, 72, 192));
	TRY(trim_uses(heap, a, 1, 136));
	TRY(map_is(heap, "FU", "[8 U 16][32 F 80][120 U 104][232 F 3864]"));
	TRY(trim_uses(heap, a, 0, 136));
	TRY(trim_uses(heap, b, 96, 128));
	return map_is(heap, "F", "[32 F 80][224 F 3872]");
}

/* A heap of @size bytes, whose end mark has @header bytes, has @largest as largest_free. */
static const char *lwip_widest(struct heap *unused, size_t size, size_t align,
			       size_t header, size_t largest)
{
	struct heap heap;
	const char *why = NULL;
	int err = heap_open(&heap, unused->backend, size + header, align);

	EXPECT(!err, "%zu bytes: %d", size, err);
	if (small_mem_of(&heap)->header != header ||
	    heap_stats(&heap).largest_free != largest ||
	    heap_stats(&heap).total != size || get(&heap, largest + 1) ||
	    where(&heap, get(&heap, largest)) != header)
		why = "is not lwIP's";
	if (!why)
		why = sound(&heap);
	heap_close(&heap);
	EXPECT(!why, "geometry of %zu bytes at %zu: %s", size, align, why);
	return NULL;
}

static const char *lwip_widths(struct heap *heap)
{
	TRY(lwip_widest(heap, 16384, 8, 8, 16376));
	TRY(lwip_widest(heap, 16384, 4, 8, 16376));
	TRY(lwip_widest(heap, 16384, 1, 6, 16378));
	TRY(lwip_widest(heap, 64000, 8, 8, 63992));
	TRY(lwip_widest(heap, 64008, 8, 16, 63992));
	TRY(lwip_widest(heap, 64004, 4, 12, 63992));
	TRY(lwip_widest(heap, 131072, 8, 16, 131056));
	TRY(lwip_widest(heap, 131072, 1, 12, 131060));
	TRY(lwip_widest(heap, 131072, 64, 64, 131008));
	/* A 32-bit address space is too small. */
	if (BITS_PER_LONG < 64)
		return NULL;
	TRY(lwip_widest(heap, U32_MAX - 7, 8, 16, U32_MAX - 23));
	return lwip_widest(heap, 5 * GIB, 8, 24, 5 * GIB - 24);
}

/* Blocks at odd addresses, as with lwIP's MEM_ALIGNMENT of 1. */
static const char *lwip_unaligned(struct heap *heap)
{
	u8 *a = get(heap, 13);
	u8 *b = get(heap, 101);
	u8 *c = get(heap, 15);

	EXPECT_EQ(where(heap, a), 6);
	EXPECT_EQ(where(heap, b), 6 + 13 + 6);
	EXPECT_EQ(usable(heap, b), 101);
	EXPECT(put(heap, b + 1) < 0 && put(heap, b - 1) < 0, "free inside");
	EXPECT_EQ(put(heap, b), 0);
	EXPECT_EQ(put(heap, a), 0);
	EXPECT_EQ(put(heap, c), 0);
	TRY(map_is(heap, "FU", "[6 F 4090]"));
	return sound(heap);
}

/* lwIP's own test of double frees: user data now lies where the old header was. */
static const char *stale_header(struct heap *heap)
{
	void *a = get(heap, 1);
	void *b = get(heap, 1);
	void *c = get(heap, 1);
	u8 *over;

	EXPECT_EQ(put(heap, b), 0);
	EXPECT_EQ(put(heap, b), -RTALLOC_DOUBLE_FREE);
	EXPECT_EQ(put(heap, c), 0);
	EXPECT_EQ(put(heap, b), -RTALLOC_DOUBLE_FREE);
	EXPECT_EQ(put(heap, c), -RTALLOC_NOT_A_BLOCK);
	EXPECT_EQ(put(heap, a), 0);
	EXPECT(put(heap, b) < 0, "third free of a block");
	EXPECT_EQ(block_mark(small_mem_of(heap), where(heap, b) -
			     small_mem_of(heap)->header), 0);
	over = get(heap, 200);
	for (int fill = 0; fill < 256; fill++) {
		memset(over, fill, usable(heap, over));
		EXPECT_EQ(put(heap, b), -RTALLOC_NOT_A_BLOCK);
		EXPECT_EQ(put(heap, c), -RTALLOC_NOT_A_BLOCK);
	}
	EXPECT_EQ(put(heap, over), 0);
	return sound(heap);
}

/* ---- both ------------------------------------------------------------ */

static const char *overrun(struct heap *heap)
{
	static const u8 fills[] = { 0x41, 0, 0xff, 0x08, 0x40, 0x80 };
	size_t header = small_mem_of(heap)->layout->header;

	for (size_t i = 0; i < sizeof(fills); i++)
		TRY(overruns_are_seen(heap, header, fills[i]));
	/* The fill byte is the first one of the mark "behind a free block" (little endian). */
	return overruns_are_seen(heap, header, small_mem_of(heap)->mark_after);
}

/* The same behind the last block, into the end mark. */
static const char *end_overrun(struct heap *heap)
{
	u8 *a = get(heap, heap_stats(heap).largest_free);
	size_t room = usable(heap, a);
	size_t raw = small_mem_of(heap)->layout->header;

	for (size_t i = 0; i < raw; i++) {
		u8 was = a[room + i];
		bool tag = small_mem_of(heap)->layout->has_owner &&
			   i - small_mem_of(heap)->layout->owner_at < 4;

		a[room + i] ^= 0x40;
		if (!tag)
			EXPECT_EQ(put(heap, a), -RTALLOC_OVERRUN);
		a[room + i] = was;
	}
	EXPECT_EQ(put(heap, a), 0);
	return sound(heap);
}

/* Check detects each inverted bit of a header that has a meaning. */
static const char *header_damage(struct heap *heap)
{
	const struct small_mem_layout *layout = small_mem_of(heap)->layout;
	/* The mark's field is as wide as an offset, of which the mark uses only a part. */
	const struct skip skip[] = {
		{ layout->mark_at + layout->mark_bytes,
		  layout->mark_at + layout->index_bytes },
		{ layout->owner_at,
		  layout->owner_at + (layout->has_owner ? 4 : 0) },
	};
	u8 *a = get(heap, 100), *b = get(heap, 100);

	EXPECT(a && get(heap, 100), "no blocks");
	return bits_are_seen(heap, b - small_mem_of(heap)->header,
			     layout->header, skip);
}

static const char *above_4_gib(struct heap *heap)
{
	void *a = get(heap, 5 * GIB);
	void *b = get(heap, 100);

	EXPECT(a && b, "no blocks");
	EXPECT_EQ(usable(heap, a), 5 * GIB);
	EXPECT(where(heap, b) > 5 * GIB, "second block below 5 GiB");
	EXPECT_EQ(put(heap, a), 0);
	EXPECT_EQ(put(heap, a), -RTALLOC_DOUBLE_FREE);
	EXPECT_EQ(put(heap, b), 0);
	EXPECT_EQ(heap_stats(heap).used, 0);
	return sound(heap);
}

/* ---- deliberate damage ----------------------------------------------- */

/* Offsets of headers: A used, B free, C used, D free and the end mark. */
struct scene {
	size_t a, b, c, d, end;
};

#define NEXT(at, to)	sm->base + (at) + layout->next_at,		\
			layout->index_bytes,				\
			(to) ^ block_code(sm, at, sm->key_next)
#define PREV(at, to)	sm->base + (at) + layout->prev_at,		\
			layout->index_bytes,				\
			(to) ^ block_code(sm, at, sm->key_prev)
#define MARK(at)	small_mem_of(damages->heap)->base + (at) +	\
			layout->mark_at, layout->mark_bytes
#define OWNER(at)	small_mem_of(damages->heap)->base + (at) +	\
			layout->owner_at, 1

static const char *damaged_links(struct damages *damages, const struct scene *s)
{
	const struct small_mem *sm = small_mem_of(damages->heap);
	const struct small_mem_layout *layout = sm->layout;

	return DAMAGE_EACH(damages,
		{ "first block has one before it", PREV(s->a, 4) },
		{ "block does not point back", PREV(s->c, 0) },
		{ "block's next is outside the heap", NEXT(s->a, s->end + 4) },
		{ "block is its own next", NEXT(s->b, s->b) },
		{ "block's next lies before it", NEXT(s->c, 0) },
		{ "block's next is not aligned", NEXT(s->a, s->end - 2) },
		{ "block's next lies in its header", NEXT(s->d, s->d + 4) },
		{ "block has no payload", NEXT(s->a, s->a + sm->header) },
		{ "end mark has a block behind it", NEXT(s->end, 0) },
		{ "end mark does not point back", PREV(s->end, 0) });
}

static const char *damaged_marks(struct damages *damages, const struct scene *s)
{
	const struct small_mem *sm = small_mem_of(damages->heap);
	const struct small_mem_layout *layout = sm->layout;

	return DAMAGE_EACH(damages,
		{ "block header is overwritten", MARK(s->c), 0x41414141 },
		{ "two free blocks touch", MARK(s->c), sm->mark_free },
		{ "block before the first free one is free", MARK(s->a),
		  sm->mark_free },
		{ "end mark is free", MARK(s->end), sm->mark_free },
		{ "block is wrong about the one before it", MARK(s->c),
		  sm->mark_used },
		{ "first free block is in use", MARK(s->b), sm->mark_used },
		{ "end mark is wrong about the block before it", MARK(s->end),
		  sm->mark_used },
		{ "end mark is overwritten", MARK(s->end), 0 });
}

/* Damages that differ: RT-Thread's headers have an owner, lwIP's rests a smallest size. */
static const char *damaged_by_layout(struct damages *damages,
				     const struct scene *s)
{
	const struct small_mem *sm = small_mem_of(damages->heap);
	const struct small_mem_layout *layout = sm->layout;

	if (layout->has_owner)
		return DAMAGE_EACH(damages,
			{ "free block has an owner", OWNER(s->b), 0x41 },
			{ "end mark has an owner", OWNER(s->end), 0x41 });
	return DAMAGE_EACH(damages,
		{ "block is below the smallest size", NEXT(s->a, s->a + L + 8) });
}

static const char *damaged_control(struct damages *damages)
{
	struct small_mem *sm = small_mem_of(damages->heap);

	return DAMAGE_EACH(damages,
		{ "first free block is in use", FIELD(sm->first_free), 0 },
		{ "first free block is not a block", FIELD(sm->first_free), 4 },
		{ "bytes in use are miscounted", FIELD(sm->in_use.max_used),
		  sm->in_use.max_used + 4 },
		{ "highest use is below the use", FIELD(sm->in_use.below_max),
		  -8ull },
		{ "highest use is above the total", FIELD(sm->in_use.max_used),
		  sm->end + 1 },
		{ "alignment is damaged", FIELD(sm->align_mask), 5 },
		{ "header's size is damaged", FIELD(sm->header), 4 },
		{ "smallest payload is damaged", FIELD(sm->payload_min), 4 });
}

/* The heap's alignment is 4, so a block for 100 bytes has 100 and a header. */
static const char *every_damage(struct heap *heap)
{
	const size_t whole = small_mem_of(heap)->header + 100;
	const struct scene s = {
		0, whole, 2 * whole, 3 * whole, small_mem_of(heap)->end,
	};
	void *const live[] = { get(heap, 100), get(heap, 100), get(heap, 100),
			       NULL };
	struct damages damages = { .heap = heap, .use = live };

	EXPECT(live[2], "no blocks");
	EXPECT_EQ(put(heap, live[1]), 0);
	TRY(damaged_links(&damages, &s));
	TRY(damaged_marks(&damages, &s));
	TRY(damaged_by_layout(&damages, &s));
	TRY(damaged_control(&damages));
	return damages_suffice(&damages);
}

/* An alloc whose search meets a damaged header reports it and allocates nothing. */
static const char *alloc_sees_damage(struct heap *heap)
{
	struct small_mem *sm = small_mem_of(heap);
	u8 *a = get(heap, 100);
	u8 *b = get(heap, 100);

	EXPECT_EQ(put(heap, b), 0);
	b = a + usable(heap, a);
	memset(b, 0x41, sm->layout->header);
	TRY(refuses(heap, 100, "alloc from a damaged heap"));
	EXPECT_EQ(usage_now(&sm->in_use), sm->header + 104);
	return NULL;
}

/* The same if the header behind a block that fits is damaged. */
static const char *alloc_sees_neighbour(struct heap *heap)
{
	struct small_mem *sm = small_mem_of(heap);
	void *a = get(heap, 104);
	size_t behind = where(heap, get(heap, 104)) - sm->header;
	u8 *mark, *prev;
	u64 was;

	EXPECT_EQ(put(heap, a), 0);
	mark = (u8 *)sm->base + behind + sm->layout->mark_at;
	prev = (u8 *)sm->base + behind + sm->layout->prev_at;
	small_mem_store(mark, sm->layout->mark_bytes, 0);
	TRY(refuses(heap, 104, "the next mark is no mark"));
	small_mem_store(mark, sm->layout->mark_bytes, sm->mark_after);
	was = small_mem_load(prev, sm->layout->index_bytes);
	small_mem_store(prev, sm->layout->index_bytes, was ^ 8);
	TRY(refuses(heap, 104, "the next points elsewhere"));
	small_mem_store(prev, sm->layout->index_bytes, was);
	TRY(sound(heap));
	EXPECT(get(heap, 104) == a, "restored, it still fails");
	return sound(heap);
}

/* A block at which a batch of the walk ended merges: no piece is reported twice. */
static const char *walk_goes_on(struct heap *heap)
{
	struct rtalloc_cursor cursor = { 0 };
	struct rtalloc_block piece[4];
	void *a = get(heap, 104);
	void *b = get(heap, 104);
	void *c = get(heap, 104);
	void *d = get(heap, 104);

	EXPECT_EQ(heap->ops->walk(heap->ctrl, &cursor, piece, 2), 2);
	EXPECT_EQ(put(heap, b), 0);
	EXPECT_EQ(put(heap, c), 0);
	EXPECT_EQ(heap->ops->walk(heap->ctrl, &cursor, piece, 1), 1);
	EXPECT_EQ(piece[0].offset, where(heap, d));
	EXPECT_EQ(heap->ops->walk(heap->ctrl, &cursor, piece, 4), 1);
	EXPECT_EQ(piece[0].state, RTALLOC_FREE);
	EXPECT_EQ(heap->ops->walk(heap->ctrl, &cursor, piece, 4), 0);
	EXPECT_EQ(put(heap, a), 0);
	return sound(heap);
}

#define TEST(test, ...) { "small_mem." #test, test, __VA_ARGS__ }

const struct test small_mem_tests[] = {
	{ "small_mem.whole_heap", NULL, SMEM, 1024 + 2 * H, A8, .core = true,
	  .script = "p=1024 p:24|16 used=1048|1040 total=1048|1040 largest=0 !1 -p "
		    "!1025 p=977|993 [24|16 U 1024] -p p=976|992 "
		    "[24|16 U 976|992][1024 F 24|16]" },
	TEST(hand_vector, SMEM, 1024 + 2 * H, A8),
	/*
	 * A shrink splits off the rest if it is more than a header and three words, 48
	 * bytes: 88 - 32 is, 80 - 32 is not. On 32-bit machines these are 28 bytes: 64 -
	 * 32 is more, 56 - 32 is not.
	 */
	{ "small_mem.shrink_bounds", NULL, SMEM, 1024 + 2 * H, A8, .core = true,
	  .script = "a=80|56 b=88|64 c=24 a>>32 b>32 b#32 b>25 b>>24" },
	/* A block that grows always moves, also if the memory behind it is free. */
	{ "small_mem.growth_moves", NULL, SMEM, 1024, A8, .script = "a=40 a>>48" },
	/* If there is no room to move a block, realloc fails and changes nothing. */
	{ "small_mem.full_heap_shrinks", NULL, SMEM, 1024 + 2 * H, A8, .core = true,
	  .script = "a=128 b=872|880 holes=0 a>120 a>1 a>!129 -a -b" },
	/* The rest of a shrunk block may be smaller than the smallest block of alloc. */
	{ "small_mem.rest_below_minimum", NULL, SMEM, 1024, A8,
	  .script = "a=88 a>8 b=56 b:56|40 largest=864|896 c=864|896 -a F[24|16 F 8] "
		    "holes=1 largest=0 !1 -b F[24|16 F 88|80]" },
	/* With alignment 16 a header of 24 bytes is rounded up to 32; on 32-bit it has 16. */
	{ "small_mem.header_of_32", NULL, SMEM, 1024, 16, .core = true,
	  .script = "a=1 a:32|16 a#32|16 used=64|32 b=33 b:96|48 used=144|96" },
	{ "small_mem.owner_tags", owner_is_kept, SMEM, 1024, A8 },
	{ "small_mem.lwip_offsets", NULL, LWIP, 4096 + L, A8, .core = true,
	  .script = "a=1 a:8 used=24 b=16 b:32 used=48 c=13 c:56 used=72 -b d=17 "
		    "d:80 e=12 e:32 total=4096" },
	TEST(lwip_trim, LWIP, 4096 + L, A8),
	/* Trimming the last block of a full heap, where an assertion of the original fails. */
	{ "small_mem.lwip_trim_last", NULL, LWIP, 4096 + L, A8,
	  .script = "a=4088 used=4096 a>4072 used=4096 a>1000 used=1008 "
		    "[8 U 1000][1016 F 3080]" },
	TEST(lwip_widths, LWIP, 4096 + L, A8, true),
	TEST(lwip_unaligned, LWIP, 4096 + 6, 1),
	TEST(stale_header, LWIP, 4096, A8, .twin = SMEM),
	TEST(overrun, SMEM, 4096, A8, .twin = LWIP),
	TEST(overrun, LWIP, 128 * KIB, A8),
	TEST(end_overrun, SMEM, 4096, A8, .twin = LWIP),
	TEST(header_damage, SMEM, 4096, A8, .twin = LWIP),
	TEST(header_damage, LWIP, 128 * KIB, A8),
	TEST(above_4_gib, SMEM, 6 * GIB, A8, .twin = LWIP),
	TEST(every_damage, SMEM, 8192, A4, .twin = LWIP),
	TEST(alloc_sees_damage, SMEM, 4096, A8, .twin = LWIP),
	TEST(alloc_sees_neighbour, SMEM, 4096, A8, .twin = LWIP),
	TEST(walk_goes_on, SMEM, 4096, A8, .twin = LWIP),
	{ 0 },
};

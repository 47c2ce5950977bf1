// SPDX-License-Identifier: GPL-2.0-only
/*
 * memheap.c - backend "memheap": a free list over blocks with headers, several
 * regions glued.
 *
 * Behaves as RT-Thread 5.1's memheap: valid requests get the same offsets,
 * failures and statistics. Every block has a header of 48 bytes, linked to its
 * neighbours in address order. Free blocks are also linked in a list that is
 * searched first fit. A freed block goes to the front of that list, or with
 * RTALLOC_HEAP_BEST_FIT before the first block that is not smaller; what is
 * split off always goes to the front.
 *
 * Cost: free takes constant time (with BEST_FIT it is linear in free blocks).
 * Alloc is linear in free blocks, without a bound: on PREEMPT_RT the heap's lock
 * sleeps unless the creator asks for the raw one.
 *
 *   arena        block            block                        tail
 *   |            |                |                            |
 *   +--------+---+--------+-------+--------+-------------------+--------+
 *   | header | payload    | header | payload                   | header |
 *   +--------+------------+--------+---------------------------+--------+
 *
 * Each region is an arena with lists of its own. A request goes to the first
 * arena, then to the others, beginning with the one glued last. Two rules of
 * the original are kept because offsets depend on them: a request as large as
 * all free memory fails, and growing in place must leave more than @payload_min
 * bytes.
 *
 * A sound block is known by its magic and its tag, which no data from another
 * place, arena or heap has, and by neighbours that point back. A header that
 * ceases to exist is wiped. So a bad free is refused in constant time, and an
 * overrun into the next header is noticed. Free memory is not trusted: a link
 * is followed only if it leads to a header that leads back, and everything that
 * a call writes to is tested before the first write.
 *
 * The usual request takes its memory from the first free block, and the usual
 * free touches that block. Its size and its link are noted in the arena as
 * well, because comparing with the note is cheaper than testing what the links
 * lead to. front_note() brings the note up to date.
 *
 * Functions that only read are in memheap_inspect.c, the layout is in
 * memheap.h, the lists are in memheap_list.h. Written from a behavioural
 * description; no code taken.
 */
#include <linux/err.h>
#include <linux/string.h>

#include "backend/memheap_fast.h"
#include "backend/steps.h"

/* ---- alloc ----------------------------------------------------------- */

/*
 * Return the bytes of payload for a request of @size, or 0 if the request
 * cannot be expressed.
 */
static inline size_t payload_for(const struct memheap *mh, size_t size)
{
	size_t rounded = (size + mh->align_mask) & ~mh->align_mask;

	if (unlikely(rounded < size))
		return 0;
	return max(rounded, mh->payload_min);
}

/* Cut a free item off the end of @item, which keeps @size bytes. */
static struct item *item_split(const struct memheap *mh, struct arena *arena,
			       struct item *item, size_t size)
{
	struct item *rest = (struct item *)((u8 *)item + mh->header + size);

	item_insert(arena, rest, item, item->next);
	return rest;
}

/*
 * Use @item, which is free, sound, and holds at least @size bytes. Return NULL
 * in one case: as in the original, a request as large as all available memory
 * fails, because it would leave nothing to split off.
 */
static void *item_take(struct memheap *mh, struct arena *arena,
		       struct item *item, size_t size)
{
	size_t payload = item_size(mh, item);
	size_t whole = size + mh->header;
	bool split = payload >= whole + mh->payload_min;

	if (!split && size >= arena->available)
		return NULL;
	free_remove(item);
	if (split) {
		front_push(mh, arena, item_split(mh, arena, item, size));
		payload = whole;
	} else {
		front_note(mh, arena);
	}
	item_mark_used(arena, item);
	available_sub(mh, arena, payload);
	return item_payload(mh, item);
}

/*
 * Search @arena for a block of @size bytes, but test at most @tries free
 * blocks. Return NULL when none of them fits.
 */
static void *arena_search(struct memheap *mh, struct arena *arena,
			  size_t size, size_t tries)
{
	struct item *prev = &arena->list, *item = prev->next_free;

	if (size >= arena->available)
		return NULL;
	for (; item != &arena->list && tries--;
	     prev = item, item = item->next_free) {
		if (unlikely(!item_is_next_free(mh, arena, item, prev)))
			return ERR_PTR(-RTALLOC_CORRUPT);
		if (item_size(mh, item) < size)
			continue;
		if (unlikely(!item_free_ok(mh, arena, item)))
			return ERR_PTR(-RTALLOC_CORRUPT);
		return item_take(mh, arena, item, size);
	}
	return NULL;
}

static void *arena_alloc(struct memheap *mh, struct arena *arena,
			 size_t size)
{
	return arena_search(mh, arena, size, SIZE_MAX);
}

/* Allocate from the other arenas, beginning with the one that was glued last. */
static noinline void *arenas_alloc(struct memheap *mh, size_t size)
{
	unsigned int i;
	void *p = NULL;

	for (i = mh->nr_arenas; --i && !p;)
		p = arena_alloc(mh, &mh->arena[i], size);
	return p;
}

bool memheap_alloc_short(void *ctrl, size_t size, void **p)
{
	struct memheap *mh = ctrl;

	if (unlikely(!size))
		return false;
	size = payload_for(mh, size);
	if (unlikely(!size))
		return false;
	*p = arena_search(mh, &mh->arena[0], size, FAST_TRIES);
	return !IS_ERR_OR_NULL(*p);
}

static void *memheap_alloc(void *ctrl, size_t size)
{
	struct memheap *mh = ctrl;
	void *p;

	size = payload_for(mh, size);
	if (unlikely(!size))
		return NULL;
	p = arena_alloc(mh, &mh->arena[0], size);
	if (unlikely(!p))
		p = arenas_alloc(mh, size);
	return p;
}

static struct arena *arena_of(struct memheap *mh, const void *p)
{
	return part_of(mh->arena, mh->nr_arenas, p);
}

/* Allocate for a block that moves: from its own arena first, then from all. */
static void *memheap_alloc_move(void *ctrl, size_t size, void *old)
{
	struct memheap *mh = ctrl;
	struct arena *arena = arena_of(mh, old);
	size_t want = payload_for(mh, size);
	void *p;

	if (!want || !arena)
		return NULL;
	p = arena_alloc(mh, arena, want);
	return p ? p : memheap_alloc(ctrl, size);
}

static void *arena_alloc_aligned(struct memheap *mh, struct arena *arena,
				 size_t size, size_t align)
{
	struct item *prev = &arena->list, *item = prev->next_free;
	size_t gap, payload;

	if (size >= arena->available || align > arena->part.size)
		return NULL;
	for (; item != &arena->list; prev = item, item = item->next_free) {
		if (!item_is_next_free(mh, arena, item, prev))
			return ERR_PTR(-RTALLOC_CORRUPT);
		gap = gap_for((size_t)item_payload(mh, item), align,
			      mh->whole_min);
		payload = item_size(mh, item);
		if (payload < size || payload - size < gap)
			continue;
		if (!item_free_ok(mh, arena, item))
			return ERR_PTR(-RTALLOC_CORRUPT);
		if (gap) {
			item = item_split(mh, arena, item, gap - mh->header);
			available_sub(mh, arena, mh->header);
			free_push(arena, item);
		}
		return item_take(mh, arena, item, size);
	}
	return NULL;
}

static void *memheap_alloc_aligned(void *ctrl, size_t size, size_t align)
{
	struct memheap *mh = ctrl;
	unsigned int i;
	void *p;

	if (align - 1 <= mh->align_mask)
		return memheap_alloc(ctrl, size);
	size = payload_for(mh, size);
	if (!size)
		return NULL;
	p = arena_alloc_aligned(mh, &mh->arena[0], size, align);
	for (i = mh->nr_arenas; --i && !p;)
		p = arena_alloc_aligned(mh, &mh->arena[i], size, align);
	return p;
}

/* ---- which pointers are blocks --------------------------------------- */

/*
 * Is @item, which may be read, a live block of @arena? Both neighbours must
 * point at it, which only the allocator makes them do. A free block whose magic
 * was changed to that of a used block still has its links of the free list.
 */
static __always_inline bool item_is_live(const struct memheap *mh,
					 const struct arena *arena,
					 const struct item *item)
{
	return likely(item->magic == arena->magic_used) &&
	       likely(item->tag == item_tag(arena, item)) &&
	       likely(!item->next_free) &&
	       likely(item_is_entered(mh, arena, item)) &&
	       likely(item_leads_on(mh, arena, item));
}

/* Return why @item, which may be read, is not a live block. */
static int item_fault(const struct memheap *mh, const struct arena *arena,
		      const struct item *item)
{
	if (item->tag != item_tag(arena, item))
		return -RTALLOC_NOT_A_BLOCK;
	if (item_is_free(arena, item))
		return -RTALLOC_DOUBLE_FREE;
	if (item_is_marked(arena, item) && item->next > item &&
	    item_is_entered(mh, arena, item))
		return -RTALLOC_OVERRUN;
	return -RTALLOC_NOT_A_BLOCK;
}

/* Return 0 if @p is a live block of *@arena, else the fault. */
static int block_fault(struct memheap *mh, void *p, struct arena **arena)
{
	struct item *item = payload_item(mh, p);

	*arena = arena_of(mh, p);
	/*
	 * @p at the very end would be the payload of the tail, which has none.
	 */
	if (!*arena)
		return -RTALLOC_FOREIGN;
	if (!item_in_arena(mh, *arena, item))
		return -RTALLOC_NOT_A_BLOCK;
	if (item_is_live(mh, *arena, item))
		return 0;
	return item_fault(mh, *arena, item);
}

/* ---- free ------------------------------------------------------------ */

/*
 * Free @item, which is live, and coalesce it with free neighbours. Everything
 * that will be written to is tested first. Return -RTALLOC_CORRUPT, with
 * nothing changed, if that fails.
 */
static int item_release(struct memheap *mh, struct arena *arena,
			struct item *item, bool sorted)
{
	struct item *prev = item->prev, *next = item->next;
	struct item *at = arena->list.next_free;
	size_t gain = item_size(mh, item), size = gain;
	bool left = item_is_free(arena, prev), right = false;

	if (item_is_free(arena, next)) {
		if (unlikely(!item_right_ok(mh, arena, next)))
			return -RTALLOC_CORRUPT;
		right = true;
		size += mh->header + item_size(mh, next);
	}
	if (sorted && !left) {
		at = free_find(mh, arena, size, next);
		if (!at)
			return -RTALLOC_CORRUPT;
	}
	item_mark_free(arena, item);
	if (right) {
		gain += mh->header;
		free_remove(next);
		item_remove(next);
	}
	if (left) {
		/* The merged block keeps its place in the free list. */
		gain += mh->header;
		item_remove(item);
	} else if (sorted) {
		free_insert(item, at->prev_free, at);
	} else {
		front_push(mh, arena, item);
	}
	if (left || sorted)
		front_note(mh, arena);
	available_add(mh, arena, gain);
	return 0;
}

bool memheap_free_short(void *ctrl, void *p)
{
	struct memheap *mh = ctrl;
	struct arena *arena = &mh->arena[0];
	struct item *item = payload_item(mh, p);

	return likely(item_in_arena(mh, arena, item)) &&
	       likely(item_is_live(mh, arena, item)) &&
	       likely(!item_release(mh, arena, item, false));
}

/* Makes the same tests as item_release(). */
static int memheap_loss_fault(void *ctrl, void *p, size_t size)
{
	struct memheap *mh = ctrl;
	struct item *item = payload_item(mh, p), *next;
	struct arena *arena;
	int err = block_fault(mh, p, &arena);

	if (err)
		return err;
	next = item->next;
	size = item_size(mh, item);
	if (item_is_free(arena, next)) {
		if (!item_free_ok(mh, arena, next))
			return -RTALLOC_CORRUPT;
		size += mh->header + item_size(mh, next);
	}
	return mh->best_fit && !item_is_free(arena, item->prev) &&
	       !free_find(mh, arena, size, next) ? -RTALLOC_CORRUPT : 0;
}

static int memheap_free(void *ctrl, void *p)
{
	struct memheap *mh = ctrl;
	struct arena *arena;
	int err = block_fault(mh, p, &arena);

	if (err)
		return err;
	return item_release(mh, arena, payload_item(mh, p), mh->best_fit);
}

/* ---- resize ---------------------------------------------------------- */

/* Returns 0, or -ENOSPC or -RTALLOC_CORRUPT with nothing changed. */
static int item_grow(struct memheap *mh, struct arena *arena,
		     struct item *item, size_t size)
{
	struct item *right = item->next;
	size_t have = item_size(mh, item);

	if (!item_is_free(arena, right))
		return -ENOSPC;
	if (!item_right_ok(mh, arena, right))
		return -RTALLOC_CORRUPT;
	if (item_size(mh, right) + have <= size + mh->payload_min)
		return -ENOSPC;
	free_remove(right);
	item_remove(right);
	front_push(mh, arena, item_split(mh, arena, item, size));
	available_sub(mh, arena, size - have);
	return 0;
}

static int item_shrink(struct memheap *mh, struct arena *arena,
		       struct item *item, size_t size)
{
	size_t have = item_size(mh, item);
	struct item *rest, *right = item->next;
	bool merge = item_is_free(arena, right);

	if (size + mh->header + mh->payload_min >= have)
		return 0;
	if (merge && !item_right_ok(mh, arena, right))
		return -RTALLOC_CORRUPT;
	rest = item_split(mh, arena, item, size);
	available_add(mh, arena, item_size(mh, rest));
	if (merge) {
		free_remove(right);
		item_remove(right);
		available_add(mh, arena, mh->header);
	}
	front_push(mh, arena, rest);
	return 0;
}

static int memheap_resize(void *ctrl, void *p, size_t *size)
{
	struct memheap *mh = ctrl;
	struct item *item = payload_item(mh, p);
	size_t want = payload_for(mh, *size);
	struct arena *arena;
	int err = block_fault(mh, p, &arena);

	if (err)
		return err;
	if (!want || want > arena->part.size)
		return -ENOSPC;
	if (want > item_size(mh, item))
		return item_grow(mh, arena, item, want);
	return item_shrink(mh, arena, item, want);
}

/* ---- inspecting --------------------------------------------------------- */

static size_t memheap_usable_size(void *ctrl, const void *p)
{
	struct memheap *mh = ctrl;
	struct arena *arena;

	if (block_fault(mh, (void *)p, &arena))
		return 0;
	return item_size(mh, payload_item(mh, (void *)p));
}

static int memheap_set_owner(void *ctrl, void *p, const char *owner)
{
	struct memheap *mh = ctrl;
	struct item *item = payload_item(mh, p);
	struct arena *arena;
	int err = block_fault(mh, p, &arena);

	if (!err)
		owner_write(item->owner, owner);
	return err;
}

static u64 memheap_offset(void *ctrl, const void *p)
{
	struct memheap *mh = ctrl;
	struct arena *arena = arena_of(mh, p);

	return arena ? part_offset(&arena->part, p) : ~0ull;
}

/* ---- init ------------------------------------------------------------ */

static void arena_init(struct memheap *mh, struct arena *arena, void *base,
		       size_t size)
{
	struct item *first = base;
	struct item *tail = base + size - mh->header;

	arena->part = (struct part){ base, size };
	if (arena > mh->arena)
		arena->part.offset = part_offset_end(&arena[-1].part);
	arena->tail = size - mh->header;
	arena->available = size - 2 * mh->header;
	usage_add(&mh->in_use, 2 * mh->header);
	arena->list.next_free = &arena->list;
	arena->list.prev_free = &arena->list;
	arena->key = mh->cookie ^ (size_t)arena;
	arena->list.tag = item_tag(arena, &arena->list);
	/* A multiplication carries all bits of the cookie into the magic. */
	arena->magic_free = (mh->cookie * 0x9e3779b97f4a7c15ull) >> 32;
	arena->magic_free = (arena->magic_free | 3) - 1;	/* not 0 */
	arena->magic_used = arena->magic_free + 1;
	*tail = (struct item) {
		.magic = arena->magic_used,
		.tag = item_tag(arena, tail),
	};
	/*
	 * The first item lies between the tail and the tail itself, so that the
	 * list in address order is a circle.
	 */
	item_insert(arena, first, tail, tail);
	free_push(arena, first);
	front_note(mh, arena);
}

static int memheap_add_region(void *ctrl, void *base, size_t size)
{
	struct memheap *mh = ctrl;

	size &= ~mh->align_mask;
	if (size < 2 * mh->header + mh->payload_min + mh->align_mask + 1)
		return -ENOSPC;
	if (mh->nr_arenas == ARENAS_MAX)
		return -EOPNOTSUPP;
	arena_init(mh, &mh->arena[mh->nr_arenas], base, size);
	mh->nr_arenas++;
	return 0;
}

static int memheap_init(void *ctrl, void *base, size_t size, size_t align,
			unsigned int flags)
{
	struct memheap *mh = ctrl;

	if (flags & ~(RTALLOC_HEAP_BEST_FIT | RTALLOC_HEAP_RAW_LOCK))
		return -EINVAL;
	mh->align_mask = align - 1;
	mh->header = ALIGN(sizeof(struct item), align);
	mh->payload_min = ALIGN(PAYLOAD_MIN, align);
	mh->whole_min = mh->header + mh->payload_min;
	mh->whole_add = mh->header + mh->align_mask;
	mh->best_fit = flags & RTALLOC_HEAP_BEST_FIT;
	return memheap_add_region(ctrl, base, size);
}

const struct rtalloc_ops memheap_ops = {
	.name		= "memheap",
	.ctrl_size	= sizeof(struct memheap),
	.default_align	= 8,
	.min_align	= 8,
	.max_align	= ALIGN_MAX,
	.has_owner	= true,
	.fast		= RTALLOC_FAST_MEMHEAP,
	.fast_except	= RTALLOC_HEAP_BEST_FIT,
	.init		= memheap_init,
	.add_region	= memheap_add_region,
	.alloc		= memheap_alloc,
	.alloc_aligned	= memheap_alloc_aligned,
	.resize		= memheap_resize,
	.alloc_move	= memheap_alloc_move,
	.free		= memheap_free,
	.loss_fault	= memheap_loss_fault,
	.usable_size	= memheap_usable_size,
	.set_owner	= memheap_set_owner,
	.offset		= memheap_offset,
	.walk		= memheap_walk,
	.check		= memheap_check,
	.usage		= memheap_usage,
	.stats		= memheap_stats,
};

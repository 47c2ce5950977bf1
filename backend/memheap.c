// SPDX-License-Identifier: GPL-2.0-only
/*
 * memheap.c - backend "memheap": a free list over headed blocks, several
 * regions glued.
 *
 * Behaves as RT-Thread 5.1's memheap: on valid requests the same offsets,
 * failures and statistics. Every block has a 48-byte header in front, linked
 * to its neighbours in address order; free ones are linked once more, in a
 * list that is searched first fit. A freed block goes to the front of that
 * list, or with RTALLOC_HEAP_BEST_FIT before the first one that is not
 * smaller; what is split off always goes to the front.
 *
 * Cost: free takes constant time (with BEST_FIT linear in free blocks), alloc
 * is linear in free blocks: no bound, so the core gives it a spinlock_t.
 *
 *   arena        block            block                        tail
 *   |            |                |                            |
 *   +--------+---+--------+-------+--------+-------------------+--------+
 *   | header | payload    | header | payload                   | header |
 *   +--------+------------+--------+---------------------------+--------+
 *
 * Each region is an arena with its own lists. A request goes to the first
 * arena, then to the others, the last glued first. Kept from the original on
 * purpose, since offsets depend on it: a request as large as all that is free
 * fails, and growing in place must leave more than MIN bytes.
 *
 * A good block is known by its magic, its arena, and by neighbours that point
 * back; a header that ceases to exist is wiped. So a bad free is refused in
 * constant time and an overrun into the next header is seen.
 *
 * What only reads is in memheap_look.c, the layout in memheap.h. Written from a
 * behavioural description; no code taken.
 */
#include <linux/err.h>
#include <linux/string.h>

#include "backend/memheap.h"

/* ---- items ----------------------------------------------------------- */

/* @item becomes the free block behind @after in address order. */
static __always_inline void item_insert(struct item *item, struct item *after,
					struct arena *arena)
{
	item->magic = MAGIC_FREE;
	memset(item->owner, 0, sizeof(item->owner));
	item->arena = arena;
	item->prev = after;
	item->next = after->next;
	item->next->prev = item;
	after->next = item;
}

/* @item is absorbed by the one before it; nothing may take it for a block. */
static void item_remove(struct item *item)
{
	item->next->prev = item->prev;
	item->prev->next = item->next;
	item->magic = 0;
	item->arena = NULL;
}

/* ---- the free list --------------------------------------------------- */

static inline void free_insert(struct item *item, struct item *before)
{
	item->next_free = before;
	item->prev_free = before->prev_free;
	before->prev_free->next_free = item;
	before->prev_free = item;
}

static inline void free_push(struct arena *arena, struct item *item)
{
	free_insert(item, arena->list.next_free);
}

static inline void free_remove(struct item *item)
{
	item->next_free->prev_free = item->prev_free;
	item->prev_free->next_free = item->next_free;
}

/* @old leaves the list, @item joins it at the front: often the same place. */
static __always_inline void free_replace(struct arena *arena, struct item *old,
					 struct item *item)
{
	if (unlikely(old->prev_free != &arena->list)) {
		free_remove(old);
		free_push(arena, item);
		return;
	}
	item->next_free = old->next_free;
	item->prev_free = &arena->list;
	item->next_free->prev_free = item;
	arena->list.next_free = item;
}

static void free_insert_sorted(const struct memheap *mh, struct item *item)
{
	struct item *head = &item->arena->list;
	struct item *at = head->next_free;
	size_t size = item_size(mh, item);

	while (at != head && item_size(mh, at) < size)
		at = at->next_free;
	free_insert(item, at);
}

/* ---- accounting ------------------------------------------------------ */

/* The sign of below_max tells when the maximum of what is used has to move. */
static inline void available_sub(struct arena *arena, size_t bytes)
{
	arena->available -= bytes;
	arena->below_max -= bytes;
	if (unlikely(arena->below_max < 0)) {
		arena->max_used -= arena->below_max;
		arena->below_max = 0;
	}
}

static inline void available_add(struct arena *arena, size_t bytes)
{
	arena->available += bytes;
	arena->below_max += bytes;
}

/* ---- alloc ----------------------------------------------------------- */

/* Payload for a request of @size bytes; 0: there is no such number. */
static inline size_t payload_for(const struct memheap *mh, size_t size)
{
	size_t rounded = (size + mh->align_mask) & ~mh->align_mask;

	if (unlikely(rounded < size))
		return 0;
	return max(rounded, mh->payload_min);
}

/* Cut a free item off the end of @item, which keeps @size bytes. */
static __always_inline struct item *item_split(const struct memheap *mh,
					       struct arena *arena,
					       struct item *item, size_t size)
{
	struct item *rest = (struct item *)((u8 *)item + mh->header + size);

	item_insert(rest, item, arena);
	return rest;
}

/*
 * Use @item, which is free and holds at least @size bytes. False only for the
 * original's strictness: a request as large as all that is available. Such a
 * one leaves nothing to split off.
 */
static __always_inline bool item_take(const struct memheap *mh,
				      struct arena *arena, struct item *item,
				      size_t size, void **p)
{
	size_t payload = item_size(mh, item);
	size_t whole = size + mh->header;

	if (likely(payload >= whole + mh->payload_min)) {
		free_replace(arena, item, item_split(mh, arena, item, size));
		payload = whole;
	} else {
		if (size >= arena->available)
			return false;
		free_remove(item);
	}
	item->magic = MAGIC_USED;
	item->next_free = NULL;
	item->prev_free = NULL;
	available_sub(arena, payload);
	*p = item_payload(mh, item);
	return true;
}

static void *arena_alloc(const struct memheap *mh, struct arena *arena,
			 size_t size)
{
	struct item *item;
	void *p;

	if (size >= arena->available)
		return NULL;
	for (item = arena->list.next_free; item != &arena->list;
	     item = item->next_free) {
		if (unlikely(item->magic != MAGIC_FREE))
			return ERR_PTR(-RTALLOC_CORRUPT);
		if (item_size(mh, item) >= size)
			return item_take(mh, arena, item, size, &p) ? p : NULL;
	}
	return NULL;
}

/* The other arenas, the last glued first. */
static noinline void *arenas_alloc(struct memheap *mh, size_t size)
{
	unsigned int i;
	void *p = NULL;

	for (i = mh->nr_arenas; --i && !p;)
		p = arena_alloc(mh, &mh->arena[i], size);
	return p;
}

/* From the first arena; see core/front.h. */
static __always_inline bool memheap_alloc_fast(void *ctrl, size_t size,
					       void **p)
{
	struct memheap *mh = ctrl;
	struct arena *arena = &mh->arena[0];
	struct item *item = arena->list.next_free;
	int tries = FAST_TRIES;

	if (unlikely(!size))
		return false;
	size = payload_for(mh, size);
	if (unlikely(!size))
		return false;
	for (; item != &arena->list && tries--; item = item->next_free) {
		if (unlikely(item->magic != MAGIC_FREE))
			return false;
		if (item_size(mh, item) >= size)
			return item_take(mh, arena, item, size, p);
	}
	return false;
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

/* A block that moves tries its own arena first, then all. */
static void *memheap_alloc_move(void *ctrl, size_t size, void *old)
{
	struct memheap *mh = ctrl;
	size_t want = payload_for(mh, size);
	void *p;

	if (!want)
		return NULL;
	p = arena_alloc(mh, payload_item(mh, old)->arena, want);
	return p ? p : memheap_alloc(ctrl, size);
}

/*
 * Bytes to cut off the front of @item so that the rest is aligned; the piece
 * cut off must be able to stand as a block.
 */
static size_t aligned_gap(const struct memheap *mh, struct item *item,
			  size_t align)
{
	size_t at = (size_t)item_payload(mh, item);
	size_t gap = ALIGN(at, align) - at;

	if (gap && gap < mh->header + mh->payload_min)
		gap = ALIGN(at + mh->header + mh->payload_min, align) - at;
	return gap;
}

static void *arena_alloc_aligned(struct memheap *mh, struct arena *arena,
				 size_t size, size_t align)
{
	struct item *item;
	size_t gap, payload;
	void *p;

	if (size >= arena->available || align > arena->size)
		return NULL;
	for (item = arena->list.next_free; item != &arena->list;
	     item = item->next_free) {
		if (item->magic != MAGIC_FREE)
			return ERR_PTR(-RTALLOC_CORRUPT);
		gap = aligned_gap(mh, item, align);
		payload = item_size(mh, item);
		if (payload < size || payload - size < gap)
			continue;
		if (gap) {
			item = item_split(mh, arena, item, gap - mh->header);
			available_sub(arena, mh->header);
			free_push(arena, item);
		}
		return item_take(mh, arena, item, size, &p) ? p : NULL;
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

static struct arena *arena_of(struct memheap *mh, const void *p)
{
	unsigned int i;

	for (i = 0; i < mh->nr_arenas; i++)
		if ((size_t)((const u8 *)p - mh->arena[i].start) <
		    mh->arena[i].size)
			return &mh->arena[i];
	return NULL;
}

/*
 * Is @item, which may be read, a live block of @arena? Nobody but the allocator
 * makes two neighbours point at it.
 */
static __always_inline bool item_is_live(const struct arena *arena,
					 const struct item *item)
{
	const struct item *next = item->next, *prev = item->prev;

	if (unlikely(item->magic != MAGIC_USED) ||
	    unlikely(item->arena != arena) || unlikely(next <= item) ||
	    unlikely((size_t)((u8 *)next - arena->start) > arena->tail) ||
	    unlikely((size_t)((u8 *)prev - arena->start) > arena->tail))
		return false;
	return likely(next->prev == item) && likely(prev->next == item) &&
	       likely((next->magic | 1) == MAGIC_USED);
}

/* Why @item, which may be read, is not a live block. */
static int item_fault(const struct memheap *mh, const struct arena *arena,
		      const struct item *item)
{
	if (item->arena == arena && item->magic == MAGIC_FREE)
		return -RTALLOC_DOUBLE_FREE;
	if (item->arena == arena && item->magic == MAGIC_USED &&
	    item_in_arena(mh, arena, item->prev) && item->next > item &&
	    item->prev->next == item)
		return -RTALLOC_OVERRUN;
	return -RTALLOC_NOT_A_BLOCK;
}

/* 0 when @p is a live block, or the fault. */
static int block_fault(struct memheap *mh, void *p)
{
	struct item *item = payload_item(mh, p);
	struct arena *arena = arena_of(mh, p);

	/* The tail's payload, which does not exist, begins at the end. */
	if (!arena)
		return -RTALLOC_FOREIGN;
	if (!item_in_arena(mh, arena, item))
		return -RTALLOC_NOT_A_BLOCK;
	return item_is_live(arena, item) ? 0 : item_fault(mh, arena, item);
}

/* ---- free ------------------------------------------------------------ */

/* @item becomes free and swallows free neighbours. */
static __always_inline void item_release(const struct memheap *mh,
					 struct arena *arena,
					 struct item *item, bool sorted)
{
	struct item *prev = item->prev, *next = item->next;
	size_t gain = item_size(mh, item);
	bool right = item_is_free(next);

	item->magic = MAGIC_FREE;
	memset(item->owner, 0, sizeof(item->owner));
	if (right) {
		gain += mh->header;
		item_remove(next);
	}
	if (item_is_free(prev)) {
		/* It keeps its place in the free list. */
		gain += mh->header;
		item_remove(item);
		if (right)
			free_remove(next);
	} else if (sorted) {
		if (right)
			free_remove(next);
		free_insert_sorted(mh, item);
	} else if (right) {
		free_replace(arena, next, item);
	} else {
		free_push(arena, item);
	}
	available_add(arena, gain);
}

/* A block of the first arena, without BEST_FIT; see core/front.h. */
static __always_inline bool memheap_free_fast(void *ctrl, void *p)
{
	struct memheap *mh = ctrl;
	struct item *item = payload_item(mh, p);

	if (unlikely(!item_in_arena(mh, &mh->arena[0], item)) ||
	    unlikely(!item_is_live(&mh->arena[0], item)))
		return false;
	item_release(mh, &mh->arena[0], item, false);
	return true;
}

static int memheap_free(void *ctrl, void *p)
{
	struct memheap *mh = ctrl;
	struct item *item = payload_item(mh, p);
	int err = block_fault(mh, p);

	if (err)
		return err;
	item_release(mh, item->arena, item, mh->best_fit);
	return 0;
}

/* ---- resize ---------------------------------------------------------- */

static int item_grow(const struct memheap *mh, struct item *item, size_t size)
{
	struct item *right = item->next;
	size_t have = item_size(mh, item);
	struct item *rest;

	if (!item_is_free(right) ||
	    item_size(mh, right) + have <= size + mh->payload_min)
		return -ENOSPC;
	free_remove(right);
	item_remove(right);
	rest = item_split(mh, item->arena, item, size);
	free_push(item->arena, rest);
	available_sub(item->arena, size - have);
	return 0;
}

static void item_shrink(const struct memheap *mh, struct item *item,
			size_t size)
{
	struct arena *arena = item->arena;
	size_t have = item_size(mh, item);
	struct item *rest, *right;

	if (size + mh->header + mh->payload_min >= have)
		return;
	rest = item_split(mh, arena, item, size);
	right = rest->next;
	available_add(arena, item_size(mh, rest));
	if (item_is_free(right)) {
		free_remove(right);
		item_remove(right);
		available_add(arena, mh->header);
	}
	free_push(arena, rest);
}

static int memheap_resize(void *ctrl, void *p, size_t *size)
{
	struct memheap *mh = ctrl;
	struct item *item = payload_item(mh, p);
	size_t want = payload_for(mh, *size);
	int err = block_fault(mh, p);

	if (err)
		return err;
	if (!want || want > item->arena->size)
		return -ENOSPC;
	if (want > item_size(mh, item))
		return item_grow(mh, item, want);
	item_shrink(mh, item, want);
	return 0;
}

/* ---- looking --------------------------------------------------------- */

static size_t memheap_usable_size(void *ctrl, const void *p)
{
	struct memheap *mh = ctrl;

	if (block_fault(mh, (void *)p))
		return 0;
	return item_size(mh, payload_item(mh, (void *)p));
}

static int memheap_set_owner(void *ctrl, void *p, const char *owner)
{
	struct memheap *mh = ctrl;
	struct item *item = payload_item(mh, p);
	int err = block_fault(mh, p);
	size_t i;

	if (err)
		return err;
	memset(item->owner, 0, sizeof(item->owner));
	for (i = 0; i < sizeof(item->owner) && owner[i]; i++)
		item->owner[i] = owner[i];
	return 0;
}

static u64 memheap_offset(void *ctrl, const void *p)
{
	struct memheap *mh = ctrl;
	struct arena *arena = arena_of(mh, p);

	if (!arena)
		return ~0ull;
	return arena_base(mh, arena) + ((const u8 *)p - arena->start);
}

/* ---- init ------------------------------------------------------------ */

static void arena_init(struct memheap *mh, struct arena *arena, void *base,
		       size_t size)
{
	struct item *first = base;
	struct item *tail = base + size - mh->header;

	arena->start = base;
	arena->size = size;
	arena->tail = size - mh->header;
	arena->available = size - 2 * mh->header;
	arena->max_used = 2 * mh->header;
	arena->list.next_free = &arena->list;
	arena->list.prev_free = &arena->list;
	*tail = (struct item) {
		.magic = MAGIC_USED,
		.arena = arena,
		.next = tail,
		.prev = tail,
	};
	/* Between the tail and itself, which closes the circle. */
	item_insert(first, tail, arena);
	free_push(arena, first);
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
	.init		= memheap_init,
	.add_region	= memheap_add_region,
	.alloc		= memheap_alloc,
	.alloc_aligned	= memheap_alloc_aligned,
	.resize		= memheap_resize,
	.alloc_move	= memheap_alloc_move,
	.free		= memheap_free,
	.usable_size	= memheap_usable_size,
	.set_owner	= memheap_set_owner,
	.offset		= memheap_offset,
	.walk		= memheap_walk,
	.check		= memheap_check,
	.usage		= memheap_usage,
	.stats		= memheap_stats,
};

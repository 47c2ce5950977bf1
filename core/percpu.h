/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * percpu.h - magazines of blocks for each processor, over any backend: how they
 * look, and what the files share: percpu_fast.h (the usual case), percpu.c
 * (batches), percpu_hooks.c (the backend's hooks and marks), percpu_flush.c
 * (emptying those of all processors), percpu_make.c (making and ending) and
 * percpu_inspect.c (walk, check, counters).
 *
 *   heap->layer --> struct rtalloc_percpu
 *                     mark: a byte for every 16 bytes of the heap's memory
 *                     mags: for each processor, a set
 *                       +--------------------------------+
 *                       | class 0: always empty, and full |
 *                       | class 1: top, first, end        |--+
 *                       | ...                             |  |
 *                       +--------------------------------+  |
 *                       | block, block, ...   slots of 1  |<-+
 *                       | ...                 of 2, ...   |
 *                       +--------------------------------+
 *
 * A mark says what begins in its 16 bytes. It is mixed with the place, so that a
 * pointer into the middle has no mark that fits. Marks lie where no block ever
 * was. A pool needs no marks: the links of its elements say the same (FIXED_LIVE,
 * FIXED_CACHED).
 *
 *	            a batch, or a block
 *	  NONE  <----------------------------  the heap's lock held
 *	   |  ^                          |
 *	   |  | free, resize, set_owner  |     the lock, and atomically
 *	   |  |                          |
 *	   +--+---> LIVE ---- free ----> CACHED     atomically
 *	             ^                     |
 *	             +------- alloc -------+        plain: it has an owner
 *
 *   NONE	nothing that the layer knows of. It is the backend's, or a live block
 *		that never goes through magazines.
 *   LIVE	handed out, of a class: anybody may free it, or try to.
 *   CACHED	in one entry of one magazine, or owned by the code that took it out
 *		(a batch that goes back, the emptying of a processor), or lost: the
 *		backend found it damaged and did not take it back.
 *
 * Why no block is handed out twice:
 *
 * - A block leaves LIVE only by a compare-and-exchange of its mark: in the free
 *   without the lock on any processor (fast_push()), or under the lock
 *   (block_claim() in percpu_hooks.c). Of any number of frees, also of different
 *   kinds and in the same instant, one wins; the others find that the block is not
 *   LIVE, change nothing and are refused. Only the winner makes the entry, or gives
 *   the block to the backend.
 * - So a CACHED block has one entry, and an entry has one owner: its processor,
 *   with interrupts off, or the code that took it out on that processor. Only the
 *   owner changes the mark, by a plain store: to LIVE when it hands the block out, to
 *   NONE when it gives it back under the lock. A free that comes meanwhile fails
 *   in its comparison and stores nothing.
 * - A block leaves NONE under the lock only. The call that has just got it from the
 *   backend marks it CACHED, or LIVE for its own caller. So at no moment does
 *   a second, wrong free by an earlier user find the block LIVE while it goes into
 *   a magazine. A free that finds NONE reads the mark again under the lock, where
 *   NONE is final.
 *
 * So each free needs one atomic step. Documentation/percpu.rst shows how plain
 * stores would fail instead, even if they say which processor made them. An
 * allocation needs no atomic step, because nobody competes for its entry.
 *
 * Only the processor that owns a magazine changes it, with interrupts off and without
 * the lock. Other processors interrupt the owner to have it emptied (percpu_flush.c).
 */
#ifndef _RTALLOC_PERCPU_H
#define _RTALLOC_PERCPU_H

#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/limits.h>
#include <linux/list.h>
#include <linux/percpu.h>
#include <linux/sizes.h>

#include "backend/mempool_fixed.h"
#include "core/heap.h"

#define PERCPU_SIZE_MAX	512u	/* requests above go to the backend */
#define PERCPU_CLASSES	16u
#define PERCPU_STEP	16u	/* bytes; classes are multiples of it */
#define PERCPU_ROOM_MIN	2u	/* blocks of each class */
#define PERCPU_ROOM	27u	/* of each class, before the remaining bytes are distributed */
#define PERCPU_ROOM_MAX	512u
#define PERCPU_DEALT	SZ_32K	/* remaining bytes that each class may get */
#define PERCPU_REFILL	16u	/* blocks taken from the backend at most */
#define PERCPU_FLUSH	16u	/* blocks given back at most */
#define PERCPU_POOL	32u	/* elements of a pool, in either direction */
#define PERCPU_SHARE	8u	/* divides a heap's size: what all magazines hold by default */

/*
 * The state of a block is twice its class, plus STATE_CACHED if it lies in a
 * magazine. An odd number is no state.
 */
#define STATE_NONE	0x00u
#define STATE_ODD	0x01u
#define STATE_POOL	0x02u	/* a pool has but one class */
#define STATE_CACHED	0x80u

/**
 * struct magazine - free blocks of one class
 * @top: behind the slot of the block that is handed out next
 * @first: the first slot
 * @end: behind the last one
 * @allocs: number of blocks handed out, as far as a word holds it; read by
 *	mag_allocs()
 * @halves: where a word has 32 bits: how often the top bit of @allocs has changed
 *
 * A slot holds a block's address. In a pool each element has two slots: its
 * address, and the address of its link.
 */
struct magazine {
	void **top;
	void **first;
	void **end;
	unsigned long allocs;
#if BITS_PER_LONG == 32
	u32 halves;
#endif
};

/**
 * struct magazines - a set: a magazine for each class, and their slots
 * @mag: class 0 has no slots
 * @next: in @sets of the layer
 * @slot: the slots that the magazines point to
 */
struct magazines {
	struct magazine mag[PERCPU_CLASSES + 1];
	struct magazines *next;
	void *slot[];
};

/**
 * struct rtalloc_percpu - the magazines of a heap, called the layer
 * @base: start of the memory that has marks, a multiple of 16
 * @nr_units: number of units of 8 bytes in that memory
 * @mark: the marks, see above; NULL for a pool
 * @mark_of_0: address that the mark of address 0 would have
 * @mags: for each processor, its set
 * @at: for a request of 16 * (index + 1) bytes, or up to 15 bytes less: offset
 *	of its magazine in a set; offset of class 0 if no magazine serves the
 *	request
 * @fast: which usual case serves larger requests, see entry.c
 * @heap: the heap it belongs to; NULL in the empty layer, which percpu_of()
 *	tests
 * @in: blocks that came into magazines less those that went back. With the
 *	number of blocks handed out and the number in magazines it gives the
 *	number of frees
 * @origin: address of offset 0, known once the first block has a mark
 * @elem: size of an element of a pool; 0 for other heaps
 * @step: slots per block, 1 or 2
 * @size: block size of each class, in bytes
 * @room: capacity of a magazine of each class, in blocks
 * @starved: requests that failed while magazines held memory
 * @batches: number of times that magazines took the heap's lock
 * @is_stopped: the magazines are out of use whatever else happens, because the
 *	heap may be about to end
 * @spare: an empty set that replaces a processor's set so that the latter can
 *	be emptied; guarded by percpu_layers_lock
 * @sets: list of all sets
 * @node: in percpu_layers, for processors that go offline
 * @ops: the backend's hooks, with wrappers for those that must maintain marks
 */
struct rtalloc_percpu {
	u8 *base;
	size_t nr_units;
	u8 *mark;
	unsigned long mark_of_0;
	struct magazines *__percpu *mags;
	u16 at[PERCPU_SIZE_MAX / PERCPU_STEP];

	struct rtalloc_heap *heap;
	enum rtalloc_fast fast;
	s64 in;
	u8 *origin;
	size_t elem;
	u32 step;
	u32 size[PERCPU_CLASSES + 1];
	u32 room[PERCPU_CLASSES + 1];
	u64 starved;
	u64 batches;
	bool is_stopped;
	struct magazines *spare;
	struct magazines *sets;
	struct list_head node;
	struct rtalloc_ops ops;
};

/* Return the magazine for blocks in @state, which is the state of a live block. */
static __always_inline struct magazine *mag_of(struct magazines *mags,
					       unsigned int state)
{
	return (struct magazine *)((u8 *)mags +
				   state * (sizeof(struct magazine) / 2));
}

/* Return the number of blocks in @mag. mag_room() returns how many more fit. */
static inline unsigned int mag_count(const struct rtalloc_percpu *pc,
				     const struct magazine *mag)
{
	return (READ_ONCE(mag->top) - mag->first) >> (pc->step - 1);
}

static inline unsigned int mag_room(const struct rtalloc_percpu *pc,
				    const struct magazine *mag)
{
	return (mag->end - mag->top) >> (pc->step - 1);
}

/* Count a block that is handed out. Called by the magazine's processor. */
static __always_inline void mag_alloc_count(struct magazine *mag)
{
	mag->allocs++;
#if BITS_PER_LONG == 32
	if (unlikely(!(mag->allocs << 1))) {
		smp_wmb();	/* pairs with smp_rmb() in mag_allocs() */
		WRITE_ONCE(mag->halves, mag->halves + 1);
	}
#endif
}

/*
 * Return the number of blocks handed out. Any processor may call this at any time. A
 * number of 64 bits, which a processor of 32 bits writes in two steps, could be read
 * in between. So there the number is 2^31 * halves + the low 31 bits of allocs, and the
 * lowest bit of halves is equal to the top bit of allocs. Where they differ, allocs has
 * been written and halves has not.
 */
static inline u64 mag_allocs(const struct magazine *mag)
{
#if BITS_PER_LONG == 32
	u32 halves = READ_ONCE(mag->halves), allocs;

	smp_rmb();	/* pairs with smp_wmb() in mag_alloc_count() */
	allocs = READ_ONCE(mag->allocs);
	halves += (halves ^ allocs >> 31) & 1;
	return (u64)halves << 31 | (allocs & INT_MAX);
#else
	return READ_ONCE(mag->allocs);
#endif
}

/*
 * Return the number of the unit of 8 bytes that begins at @p, or at least
 * nr_units if @p has no mark: the rotation moves the low bits of a misaligned
 * address to the top.
 */
static __always_inline size_t percpu_unit(const struct rtalloc_percpu *pc,
					  const void *p)
{
	size_t offset = (const u8 *)p - pc->base;

	return offset >> 3 | offset << (BITS_PER_LONG - 3);
}

static inline void *unit_at(const struct rtalloc_percpu *pc, size_t unit)
{
	return pc->base + 8 * unit;
}

static __always_inline u8 *unit_mark(const struct rtalloc_percpu *pc,
				     size_t unit)
{
	return pc->mark + (unit >> 1);
}

static __always_inline u8 mark_state(const u8 *mark, size_t unit)
{
	return READ_ONCE(*mark) ^ (u8)unit;
}

/* Return the layer of the heap whose control block is @ctrl. */
static inline struct rtalloc_percpu *layer_of(void *ctrl)
{
	return container_of(ctrl, struct rtalloc_heap, ctrl[0])->layer;
}

/* As heap_is_pool(), but reads no memory of the heap's record. */
static __always_inline bool layer_is_pool(const struct rtalloc_percpu *pc)
{
	return pc->elem;
}

static inline struct fixed_pool *pool_of_layer(const struct rtalloc_percpu *pc)
{
	return (struct fixed_pool *)pc->heap->ctrl;
}

/*
 * Return the state of the block that begins at @p, or STATE_NONE; any pointer is
 * allowed. *@at is set to the block's unit, or to an element's number.
 */
unsigned int percpu_state(const struct rtalloc_percpu *pc, const void *p,
			  size_t *at);
void percpu_state_set(struct rtalloc_percpu *pc, size_t at, unsigned int state);
unsigned int percpu_mag_pop(const struct rtalloc_percpu *pc,
			    struct magazine *mag, unsigned int n, void **block);
unsigned int percpu_batch_return(struct rtalloc_percpu *pc, void **block,
				 unsigned int n, int *err, void **bad);
void *percpu_alloc_slow(struct rtalloc_heap *heap, size_t size, gfp_t gfp,
			unsigned long caller);
void *percpu_take_slow(struct rtalloc_heap *heap, unsigned long caller);
int percpu_free_slow(struct rtalloc_heap *heap, void *p, unsigned long caller);

static inline bool percpu_is_cached(const struct rtalloc_percpu *pc,
				    const void *p)
{
	size_t at;

	return percpu_state(pc, p, &at) & STATE_CACHED;
}

/* All layers. The lock guards the list, and the spare set of each layer. */
extern struct list_head percpu_layers;
extern struct mutex percpu_layers_lock;
int percpu_cpu_gone(unsigned int cpu);

void percpu_hooks_set(struct rtalloc_percpu *pc);
int percpu_walk(void *ctrl, struct rtalloc_cursor *cursor,
		struct rtalloc_block *batch, int max);
int percpu_check(void *ctrl, struct rtalloc_sweep *sweep,
		 struct rtalloc_fault *fault);

#endif /* _RTALLOC_PERCPU_H */

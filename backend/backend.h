/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * backend.h - what an allocator must offer to the core.
 *
 * A backend is an algorithm over (base, size). It never locks, allocates,
 * prints, traces or knows who called: the core calls each hook under the
 * heap's lock, with interrupts off where that lock is a raw one. The same
 * file compiles in user space (tools/user), so it may use only types, bit
 * operations, string and min/max helpers.
 *
 *      heap struct            region
 *      +----------------+    base                            base + size
 *      | ctrl (opaque)  |---->+-------+-------+------------+-----+
 *      +----------------+     | block | block | free ...   | ... |
 *                             +-------+-------+------------+-----+
 *
 * The control block is zeroed space of @ctrl_size bytes that the core gives;
 * tables that grow with the region live inside the region. Its first word is
 * the heap's cookie, which the core draws at random before any hook is called.
 * Tags, magics and links in the region are mixed with it, so that nothing from
 * an earlier heap, another heap or a user's hand is taken for a block.
 *
 * Whatever lies in freed memory may have been written over. No hook follows a
 * link before it has tested it; where one is damaged the hook says
 * -RTALLOC_CORRUPT and has written nothing. The core then closes the heap.
 */
#ifndef _RTALLOC_BACKEND_H
#define _RTALLOC_BACKEND_H

#include <linux/types.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <rtalloc/abi.h>
#include <rtalloc/rtalloc.h>

#define RTALLOC_HOLD_STEPS	32	/* pieces looked at in a hold of the lock */

/**
 * struct rtalloc_sweep - how far a check or a trim has come; zeroed to begin
 * @steps: pieces that this call may look at; a hook of a linear backend looks
 *	at all
 * @phase: the hook's own, like the rest
 * @pos: where to go on
 * @tally: what was counted so far
 * @layer: the core's, behind the hook's: see percpu_inspect.c
 */
struct rtalloc_sweep {
	unsigned int steps;
	unsigned int phase;
	u64 pos;
	u64 tally[4];
	size_t layer;
};

/*
 * The backends whose usual case is in a header, backend/NAME_fast.h: it is
 * inlined where the core's entry points hold the lock, and calls no hook. A pool has
 * entry points of its own.
 */
enum rtalloc_fast {
	RTALLOC_FAST_NONE,
	RTALLOC_FAST_TLSF,
	RTALLOC_FAST_SLAB,
	RTALLOC_FAST_MEMHEAP,
};

/**
 * struct rtalloc_ops - one allocator
 * @name: as users spell it
 * @ctrl_size: bytes of control block
 * @default_align: alignment of blocks when none is asked for
 * @min_align: smallest alignment that can be asked for
 * @max_align: largest alignment that can be asked for at creation
 * @base_align: alignment of its memory, if that must be above the blocks'
 * @bounded: alloc, free and resize take bounded time, so the core may use a
 *	raw spinlock
 * @has_owner: blocks carry an owner tag
 * @fast: whose usual case the core has inlined, see core/entry.c
 * @fast_except: flags of a heap that it does not serve
 * @configure: what @init has no arguments for, called before it; NULL unless
 *	blocks are elements of @elem bytes, @count of them (0: as many as fit),
 *	with room at @links (NULL: inside the heap) for a u32 each
 * @init: a heap over @size bytes at @base, a multiple of @align and of
 *	@base_align. -ENOSPC: too small; -EINVAL: a flag that this backend does
 *	not know. The core has checked @align. Called once, before any other
 *	hook.
 * @close: the core hands out no more blocks: nor may the usual case; may be NULL
 * @add_region: glue in @size more bytes at @base; NULL where the backend
 *	cannot. -ENOSPC as for @init.
 * @remove_region: give up @size bytes at @base that @add_region took; -EBUSY
 *	while anything lies there, or they are one with other memory; -EAGAIN:
 *	call again, in another hold of the lock; NULL where the backend cannot
 * @alloc: @size is not 0 when the core calls; any value must be safe. NULL
 *	when there is no memory, ERR_PTR(-RTALLOC_CORRUPT) when the structure
 *	is found damaged: the core then closes the heap.
 * @alloc_many: as @alloc, up to @n blocks of one size, into @p; returns how many,
 *	which may be less than there are, 0: no memory, -RTALLOC_CORRUPT: not even
 *	one. NULL: @alloc does
 * @alloc_aligned: as @alloc; @align is a power of two
 * @resize: change the block at @p to *@size bytes in place. 0: done.
 *	-ENOSPC: it must move to a block of *@size bytes (which the hook may
 *	have rounded up), nothing changed. Else a fault: nothing changed.
 * @grow_back: when @resize says -ENOSPC: join the block at @p with the free
 *	memory before it (and behind it), so that @size bytes fit. Returns where
 *	it begins now, the bytes still at @p: the core copies them down and
 *	calls @resize, which then shrinks. NULL: no room; nothing changed. NULL
 *	hook: the backend never does.
 * @alloc_move: where the block @old should move to when it cannot be resized;
 *	NULL: use @alloc
 * @free: 0, or -RTALLOC_<fault> with nothing changed
 * @free_many: frees up to @n blocks; returns how many, from the first on, and
 *	what is wrong with the next one, if that is why it ended, in *@err, which
 *	is 0 before. NULL: @free does
 * @loss_fault: what @free would say of the block at @p, or, where @size is not 0
 *	but below what it holds, @resize; -ENOSPC also where that would give
 *	nothing back. Changes nothing: for what is done to memory before it goes.
 *	In a damaged heap it may see more than @free does, never less
 * @usable_size: bytes the block can hold, 0 for what is not a live block
 * @set_owner: at most RTALLOC_OWNER_MAX characters are kept
 * @offset: of a pointer into the heap; ~0 for a foreign one
 * @walk: report at most @max pieces, in address order, from cursor->pos on;
 *	returns how many, 0 at the end. The heap may have changed between calls.
 *	A bounded backend that must search for where to go on looks at a bounded
 *	number of pieces and returns -EAGAIN with the cursor moved: call again
 * @check: look at everything; 0, or -fault->code with the first fault. A
 *	bounded backend looks at about @sweep->steps pieces and returns -EAGAIN
 *	while there are more: the core calls again, from the beginning when the
 *	heap has changed in between
 * @usage: fill total, used, max_used, in constant time; with @reset,
 *	max_used begins anew
 * @stats: fill these, largest_free and free_blocks
 * @trim: give idle memory back and add to *@bytes, in steps as @check; the
 *	heap may have changed between calls. NULL: nothing is ever idle
 */
struct rtalloc_ops {
	const char *name;
	size_t ctrl_size;
	size_t default_align;
	size_t min_align;
	size_t max_align;
	size_t base_align;
	bool bounded;
	bool has_owner;
	enum rtalloc_fast fast;
	unsigned int fast_except;

	void (*configure)(void *ctrl, size_t elem, u32 count, u32 *links);
	int (*init)(void *ctrl, void *base, size_t size, size_t align,
		    unsigned int flags);
	void (*close)(void *ctrl);
	int (*add_region)(void *ctrl, void *base, size_t size);
	int (*remove_region)(void *ctrl, void *base, size_t size);
	void *(*alloc)(void *ctrl, size_t size);
	int (*alloc_many)(void *ctrl, size_t size, void **p, unsigned int n);
	void *(*alloc_aligned)(void *ctrl, size_t size, size_t align);
	int (*resize)(void *ctrl, void *p, size_t *size);
	void *(*grow_back)(void *ctrl, size_t size, void *p);
	void *(*alloc_move)(void *ctrl, size_t size, void *old);
	int (*free)(void *ctrl, void *p);
	unsigned int (*free_many)(void *ctrl, void **p, unsigned int n,
				  int *err);
	int (*loss_fault)(void *ctrl, void *p, size_t size);
	size_t (*usable_size)(void *ctrl, const void *p);
	int (*set_owner)(void *ctrl, void *p, const char *owner);
	u64 (*offset)(void *ctrl, const void *p);
	int (*walk)(void *ctrl, struct rtalloc_cursor *cursor,
		    struct rtalloc_block *batch, int max);
	int (*check)(void *ctrl, struct rtalloc_sweep *sweep,
		     struct rtalloc_fault *fault);
	void (*usage)(void *ctrl, struct rtalloc_snapshot *snap, bool reset);
	void (*stats)(void *ctrl, struct rtalloc_snapshot *snap);
	int (*trim)(void *ctrl, struct rtalloc_sweep *sweep, size_t *bytes);
};

extern const struct rtalloc_ops slabzone_ops;
extern const struct rtalloc_ops memheap_ops;
extern const struct rtalloc_ops small_mem_ops;
extern const struct rtalloc_ops lwip_mem_ops;
extern const struct rtalloc_ops tlsf_ops;
extern const struct rtalloc_ops heap4_ops;
extern const struct rtalloc_ops sylix_heap_ops;
extern const struct rtalloc_ops mempool_fixed_ops;

/* @alloc_many and @free_many of any backend. */
static inline int rtalloc_ops_alloc_many(const struct rtalloc_ops *ops,
					 void *ctrl, size_t size, void **p,
					 unsigned int n)
{
	unsigned int i;
	void *block;

	if (ops->alloc_many)
		return ops->alloc_many(ctrl, size, p, n);
	for (i = 0; i < n; i++) {
		block = ops->alloc(ctrl, size);
		if (IS_ERR_OR_NULL(block))
			return i ? i : PTR_ERR_OR_ZERO(block);
		p[i] = block;
	}
	return n;
}

static inline unsigned int rtalloc_ops_free_many(const struct rtalloc_ops *ops,
						 void *ctrl, void **p,
						 unsigned int n, int *err)
{
	unsigned int i;

	if (ops->free_many)
		return ops->free_many(ctrl, p, n, err);
	for (i = 0; i < n; i++) {
		*err = ops->free(ctrl, p[i]);
		if (*err)
			break;
	}
	return i;
}

/* A whole check in one go, for who has the heap for himself. */
static inline int rtalloc_ops_check(const struct rtalloc_ops *ops, void *ctrl,
				    struct rtalloc_fault *fault)
{
	struct rtalloc_sweep sweep = { };
	int err;

	do {
		sweep.steps = RTALLOC_HOLD_STEPS;
		err = ops->check(ctrl, &sweep, fault);
	} while (err == -EAGAIN);
	return err;
}

/* Note @what at @offset in @fault and give the error to return. */
static inline int rtalloc_fault_set(struct rtalloc_fault *fault, int code,
				    u64 offset, const char *what)
{
	fault->code = code;
	fault->offset = offset;
	fault->what = what;
	return -code;
}

#endif /* _RTALLOC_BACKEND_H */

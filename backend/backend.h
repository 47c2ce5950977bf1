/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * backend.h - what an allocator must offer to the core.
 *
 * A backend is an algorithm over (base, size). It never locks, allocates,
 * prints or traces, and it calls nothing of the core. The core calls each hook
 * under the heap's lock, with interrupts off where that lock is a raw one;
 * @configure and @init are called without it, before anybody knows the heap. The
 * same file also compiles in user space (tools/user), so it uses only types,
 * bit operations, string and min/max helpers. Of the core it knows two things:
 * the pool keeps a third state of elements for magazines (FIXED_CACHED), and a
 * sweep has a field that hooks leave alone (@layer).
 *
 *     control block           the heap's memory
 *     +----------------+    base                            base + size
 *     | ctrl (opaque)  |---->+-------+-------+------------+-----+
 *     +----------------+     | block | block | free ...   | ... |
 *                            +-------+-------+------------+-----+
 *
 * The control block is zeroed memory of @ctrl_size bytes that the core
 * provides, outside the heap's memory. Tables that grow with the heap live
 * inside the heap's memory. The first word of the control block is the heap's
 * cookie, a random number that the core writes before it calls any hook. Tags,
 * magics and links are mixed with it, so that data of an earlier heap, of
 * another heap or of a user is not taken for a block.
 *
 * Freed memory may have been overwritten. No hook follows a link before it has
 * tested it. A hook that finds a damaged link or header writes nothing and
 * returns -RTALLOC_CORRUPT; the core then closes the heap.
 */
#ifndef _RTALLOC_BACKEND_H
#define _RTALLOC_BACKEND_H

#include <linux/types.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <rtalloc/abi.h>
#include <rtalloc/rtalloc.h>

/*
 * How many pieces (blocks, chunks, nodes) a bounded backend inspects in one
 * hold of the heap's lock, in a check or a trim.
 */
#define RTALLOC_HOLD_STEPS	32

/**
 * struct rtalloc_sweep - the progress of a check or a trim
 * @steps: how many pieces this call may inspect. The core sets it before each
 *	call. A hook of a backend that is not bounded ignores it and inspects
 *	all.
 * @phase: the part of the work that comes next
 * @pos: where in that part to continue
 * @tally: what has been counted so far
 * @layer: progress of the core's own part, which runs beside the hook's: the
 *	check of marks (core/percpu_inspect.c), the trim of a quarantine
 *	(core/checked.c)
 *
 * The core zeroes it before the first call. All fields except @steps and @layer
 * belong to the hook, which keeps in them what it needs from one call to the
 * next.
 */
struct rtalloc_sweep {
	unsigned int steps;
	unsigned int phase;
	u64 pos;
	u64 tally[4];
	size_t layer;
};

/**
 * enum rtalloc_fast - the backend whose usual case is inlined in core/entry.c
 * @RTALLOC_FAST_NONE: none; each call goes through the hooks
 * @RTALLOC_FAST_TLSF: that of backend/tlsf_fast.h
 * @RTALLOC_FAST_SLAB: that of backend/slab_fast.h
 * @RTALLOC_FAST_MEMHEAP: that of backend/memheap_fast.h
 *
 * The usual case runs under the heap's lock and calls no hook. A pool has entry
 * points of its own.
 */
enum rtalloc_fast {
	RTALLOC_FAST_NONE,
	RTALLOC_FAST_TLSF,
	RTALLOC_FAST_SLAB,
	RTALLOC_FAST_MEMHEAP,
};

/**
 * struct rtalloc_ops - the description and the hooks of one allocator
 * @name: as users spell it
 * @ctrl_size: bytes of the control block
 * @default_align: alignment of blocks when none is asked for
 * @min_align: smallest alignment that can be asked for
 * @max_align: largest alignment that can be asked for at creation
 * @base_align: alignment of the heap's memory if that must be larger than the
 *	alignment of blocks; else 0
 * @bounded: @alloc, @free and @resize take bounded time, so the heap's lock is a
 *	raw one on every kernel; else it sleeps on PREEMPT_RT, unless the creator
 *	asks for the raw one
 * @has_owner: blocks carry an owner tag
 * @fast: the usual case that the core has inlined, see core/entry.c
 * @fast_except: flags of heaps that the usual case does not serve
 * @configure: takes parameters that @init does not have; called before @init.
 *	NULL unless blocks are elements of @elem bytes; there are @count of them
 *	(0: as many as fit). @links has room for one u32 per element; NULL: the
 *	links lie inside the heap's memory.
 * @init: makes a heap over @size bytes at @base, a multiple of @align and of
 *	@base_align. Returns 0; -ENOSPC: too small; -EFBIG: too large; -EINVAL: a
 *	flag that this backend does not know, or memory that it cannot place. The
 *	core has checked @align. Called once, before all hooks except
 *	@configure.
 * @close: from now on neither the hooks nor the usual case may hand out blocks.
 *	May be NULL.
 * @add_region: glues @size more bytes at @base to the heap. Returns 0 or, with
 *	nothing changed, -ENOSPC, -EFBIG or -EINVAL as @init; -EOPNOTSUPP: its
 *	table of parts is full; -RTALLOC_CORRUPT. NULL: the backend cannot.
 * @remove_region: gives up @size bytes at @base that @add_region took. -EBUSY:
 *	a block lies there, or the bytes have merged with other memory. -EAGAIN:
 *	call again, after dropping the lock. -RTALLOC_CORRUPT: the structure is
 *	damaged. NULL: the backend cannot.
 * @alloc: returns a block of at least @size bytes, NULL when there is no
 *	memory, or ERR_PTR(-RTALLOC_CORRUPT) when the structure is damaged. The
 *	core never asks for 0 bytes; any value must be safe.
 * @alloc_many: as @alloc, for up to @n blocks of one size, which are stored in
 *	@p. Returns how many there are, which may be fewer than the memory has
 *	room for. 0: no memory; -RTALLOC_CORRUPT: not even one. A NULL hook: the
 *	core calls @alloc.
 * @alloc_aligned: as @alloc, at a multiple of @align, a power of two
 * @resize: changes the block at @p to *@size bytes where it is. Returns 0:
 *	done. -ENOSPC: it must move to a block of *@size bytes, which the hook
 *	may have rounded up. Else a fault. Nothing has changed unless 0 was
 *	returned.
 * @grow_back: called when @resize has returned -ENOSPC: joins the block at @p
 *	with the free memory before it (and behind it), so that @size bytes fit.
 *	Returns where the block begins now; the contents are still at @p. The
 *	core copies them down and calls @resize, which shrinks the block. NULL:
 *	no room, and nothing has changed. A NULL hook: the backend never does
 *	this.
 * @alloc_move: returns the block that @old is to move to when it cannot be
 *	resized. A NULL hook: the core calls @alloc.
 * @free: frees the block at @p, which may be any value. Returns 0, or
 *	-RTALLOC_<fault> with nothing changed.
 * @free_many: frees up to @n blocks. Returns how many were freed, beginning
 *	with the first. If it stopped at a bad block, *@err, which is 0 before,
 *	is set to that block's fault. A NULL hook: the core calls @free.
 * @loss_fault: returns what @free would return for the block at @p or, if @size
 *	is neither 0 nor as large as the block, what @resize would return.
 *	-ENOSPC is also returned if no bytes would be given back. Changes
 *	nothing. The core calls this before it writes to memory that is about to
 *	be freed. In a damaged heap this hook may refuse what @free accepts, but
 *	never the reverse.
 * @usable_size: bytes that the block at @p can hold; 0 if @p is not a live
 *	block
 * @set_owner: sets the owner tag; at most RTALLOC_OWNER_MAX characters are kept.
 *	NULL unless @has_owner.
 * @offset: the offset of a pointer in the heap; ~0 if it lies outside
 * @walk: reports at most @max pieces, in address order, from cursor->pos on.
 *	Returns how many; 0 at the end. The heap may have changed since the last
 *	call. A bounded backend that has to search for the place to continue
 *	inspects a bounded number of pieces, then moves the cursor and returns
 *	-EAGAIN: call again.
 * @check: tests the whole structure. Returns 0, or -fault->code with the first
 *	fault. A bounded backend inspects about @sweep->steps pieces and returns
 *	-EAGAIN while there are more. The core calls again, from the beginning
 *	when the heap has changed in between.
 * @usage: fills in total, used and max_used, in constant time. With @reset,
 *	max_used is set to the current value.
 * @stats: fills in the same, and largest_free and free_blocks
 * @trim: gives idle memory back and adds the bytes to *@bytes, in steps as
 *	@check. The heap may have changed between calls. A NULL hook: nothing is
 *	ever idle.
 *
 * Constant data, one for each backend. All hooks except @configure and @init
 * are called under the heap's lock. From which context a heap's calls may be
 * made follows from @bounded: see Documentation/contexts.rst. tools/user runs
 * the same suite over every table.
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

/* Allocate blocks by @alloc, one after the other. Returns as the hook @alloc_many. */
static __always_inline int
rtalloc_alloc_each(void *(*alloc)(void *ctrl, size_t size), void *ctrl,
		   size_t size, void **p, unsigned int n)
{
	unsigned int i;
	void *block;

	for (i = 0; i < n; i++) {
		block = alloc(ctrl, size);
		if (IS_ERR_OR_NULL(block))
			return i ? i : PTR_ERR_OR_ZERO(block);
		p[i] = block;
	}
	return n;
}

static __always_inline unsigned int
rtalloc_free_each(int (*free)(void *ctrl, void *p), void *ctrl, void **p,
		  unsigned int n, int *err)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		*err = free(ctrl, p[i]);
		if (*err)
			break;
	}
	return i;
}

/* Call @alloc_many and @free_many of any backend, also where that hook is NULL. */
static inline int rtalloc_ops_alloc_many(const struct rtalloc_ops *ops,
					 void *ctrl, size_t size, void **p,
					 unsigned int n)
{
	return ops->alloc_many ? ops->alloc_many(ctrl, size, p, n) :
	       rtalloc_alloc_each(ops->alloc, ctrl, size, p, n);
}

static inline unsigned int rtalloc_ops_free_many(const struct rtalloc_ops *ops,
						 void *ctrl, void **p,
						 unsigned int n, int *err)
{
	return ops->free_many ? ops->free_many(ctrl, p, n, err) :
	       rtalloc_free_each(ops->free, ctrl, p, n, err);
}

/*
 * Run @check to its end, without dropping the lock in between. For callers that
 * are the only users of the heap, such as tests. Linear in the heap's pieces.
 */
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

/*
 * Fill in @fault with @code, @offset and the rule that is broken, and return
 * the error that a hook has to return. @what must be a constant string.
 */
static inline int rtalloc_fault_set(struct rtalloc_fault *fault, int code,
				    u64 offset, const char *what)
{
	fault->code = code;
	fault->offset = offset;
	fault->what = what;
	return -code;
}

#endif /* _RTALLOC_BACKEND_H */

// SPDX-License-Identifier: GPL-2.0-only
/*
 * tlsf.c - the functions of M. Conte's TLSF.
 *
 *   mem (tlsf_create)                mem (tlsf_add_pool)
 *   +---------+--------------------+ +-----------------------------+
 *   | control | table of list heads| | blocks                      |
 *   +---------+--------------------+ +-----------------------------+
 *   tlsf_size() bytes
 *
 * A TLSF is a heap of the backend tlsf whose first part holds only the table, so
 * pools can be added and removed as in the original, and hold as much. Where the
 * original reads a header (tlsf_block_size(), tlsf_walk_pool()), blocks and pools are
 * found by their addresses.
 */
#include <linux/err.h>
#include <linux/module.h>

#include <rtalloc/port/tlsf.h>
#include "port/port.h"

#define CONTROL_MAGIC	0x715fc0de715fc0deull
#define ALIGNMENT	8u
#define HEADER		8u
#define BLOCK_MIN	24u		/* two links and a back link */
#define POOL_OVERHEAD	(2 * HEADER)
#define POOL_SIZE_MIN	80u
#define WALK_BATCH	16

/**
 * struct control - what a tlsf_t points at
 * @magic: CONTROL_MAGIC while there is a heap
 * @heap: the heap
 *
 * The table of list heads follows.
 */
struct control {
	u64 magic;
	struct rtalloc_heap *heap;
} __aligned(8);		/* and a multiple of it: the table lies behind */

static PORT_RANGES(pools);	/* and whose heap's they are */
static PORT_RANGES(controls);

static struct rtalloc_heap *heap_of(tlsf_t tlsf)
{
	const struct control *control = tlsf;

	return control && control->magic == CONTROL_MAGIC ? control->heap :
	       NULL;
}

static struct rtalloc_heap *heap_of_block(const void *p)
{
	return port_range_find(&pools, p).heap;
}

static void heap_forget(struct rtalloc_heap *heap)
{
	port_range_remove(&pools, heap, NULL);
	port_range_remove(&controls, heap, NULL);
	port_heap_close(heap);
}

/* ---- life ------------------------------------------------------------ */

/**
 * tlsf_size() - bytes of a control structure
 *
 * Context: Any.
 * Return: bytes, a multiple of the alignment.
 */
size_t tlsf_size(void)
{
	return sizeof(struct control) + RTALLOC_TLSF_TABLE;
}
EXPORT_SYMBOL_GPL(tlsf_size);

/**
 * tlsf_create() - make a TLSF without pools
 * @mem: tlsf_size() bytes at a multiple of 8; what was made there before and
 *	not destroyed is gone
 *
 * Context: Process context, may sleep.
 * Return: @mem, or NULL when it is not aligned or the kernel has no memory for
 *	its records.
 */
tlsf_t tlsf_create(void *mem)
{
	struct control *control = mem;
	struct rtalloc_heap_params params = {
		.backend = "tlsf",
		.memory = control + 1,
		.size = RTALLOC_TLSF_TABLE,
		.align = ALIGNMENT,
		.flags = RTALLOC_HEAP_TABLE_ONLY,
	};
	struct rtalloc_heap *heap;
	struct port_range old;

	if (!mem || (size_t)mem % ALIGNMENT)
		return NULL;
	old = port_range_find(&controls, mem);
	/* Where it is not made anew, it is none any more. */
	if (old.object == mem)
		control->magic = 0;
	if (old.heap)
		heap_forget(old.heap);
	heap = port_heap_open("tlsf", params);
	if (IS_ERR(heap))
		return NULL;
	if (port_range_add(&controls, (struct port_range) {
				mem, tlsf_size(), heap, mem })) {
		port_heap_close(heap);
		return NULL;
	}
	*control = (struct control){ CONTROL_MAGIC, heap };
	return control;
}
EXPORT_SYMBOL_GPL(tlsf_create);

/**
 * tlsf_create_with_pool() - make a TLSF and let the rest of @mem be its pool
 * @mem: as for tlsf_create()
 * @bytes: of @mem
 *
 * Context: Process context, may sleep.
 * Return: @mem, or NULL: as tlsf_create(), or @bytes is too small for a pool.
 */
tlsf_t tlsf_create_with_pool(void *mem, size_t bytes)
{
	tlsf_t tlsf;

	if (bytes < tlsf_size())
		return NULL;
	tlsf = tlsf_create(mem);
	if (!tlsf || tlsf_add_pool(tlsf, tlsf_get_pool(tlsf),
				   bytes - tlsf_size()))
		return tlsf;
	tlsf_destroy(tlsf);
	return NULL;
}
EXPORT_SYMBOL_GPL(tlsf_create_with_pool);

/**
 * tlsf_destroy() - give up a TLSF with all its pools and blocks
 * @tlsf: from tlsf_create(); its memory and its pools are the caller's again
 *
 * Context: Process context, may sleep. Nobody may use @tlsf meanwhile.
 */
void tlsf_destroy(tlsf_t tlsf)
{
	struct rtalloc_heap *heap = heap_of(tlsf);

	if (!heap)
		return;
	((struct control *)tlsf)->magic = 0;
	heap_forget(heap);
}
EXPORT_SYMBOL_GPL(tlsf_destroy);

/* ---- pools ----------------------------------------------------------- */

/**
 * tlsf_get_pool() - the pool of tlsf_create_with_pool()
 * @tlsf: from there
 *
 * Context: Any.
 * Return: the pool.
 */
pool_t tlsf_get_pool(tlsf_t tlsf)
{
	return tlsf + tlsf_size();
}
EXPORT_SYMBOL_GPL(tlsf_get_pool);

/**
 * tlsf_add_pool() - let a TLSF have more memory
 * @tlsf: from tlsf_create()
 * @mem: at a multiple of 8; memory that begins where another pool ends is a pool
 *	of its own all the same
 * @bytes: at least 80
 *
 * Context: Process context, may sleep.
 * Return: @mem, or NULL: not aligned, too small, an eighth pool, or memory that
 *	@tlsf has already.
 */
pool_t tlsf_add_pool(tlsf_t tlsf, void *mem, size_t bytes)
{
	struct rtalloc_heap *heap = heap_of(tlsf);

	if (!heap || rtalloc_heap_add_memory(heap, mem, bytes))
		return NULL;
	if (!port_range_add(&pools, (struct port_range) {
				mem, bytes, heap, tlsf }))
		return mem;
	rtalloc_heap_remove_memory(heap, mem);
	return NULL;
}
EXPORT_SYMBOL_GPL(tlsf_add_pool);

/**
 * tlsf_remove_pool() - take a pool back
 * @tlsf: the TLSF it was given to
 * @pool: from tlsf_add_pool()
 *
 * A pool with blocks in it is refused in one line of the log; nothing has changed
 * then.
 *
 * Context: Process context, may sleep.
 */
void tlsf_remove_pool(tlsf_t tlsf, pool_t pool)
{
	struct rtalloc_heap *heap = heap_of(tlsf);
	int err = heap ? rtalloc_heap_remove_memory(heap, pool) : -EINVAL;

	if (err)
		port_failed(PORT_CALL, heap ? rtalloc_heap_name(heap) : "tlsf",
			    err);
	else
		port_range_remove(&pools, heap, pool);
}
EXPORT_SYMBOL_GPL(tlsf_remove_pool);

/* ---- blocks ---------------------------------------------------------- */

/**
 * tlsf_malloc() - allocate a block
 * @tlsf: where
 * @bytes: not 0
 *
 * Context: Any but NMI.
 * Return: the block, or NULL.
 */
void *tlsf_malloc(tlsf_t tlsf, size_t bytes)
{
	struct rtalloc_heap *heap = heap_of(tlsf);

	return heap ? rtalloc_alloc_by(heap, bytes, 0, _RET_IP_) : NULL;
}
EXPORT_SYMBOL_GPL(tlsf_malloc);

/**
 * tlsf_memalign() - allocate a block at a multiple of @align
 * @tlsf: where
 * @align: a power of two
 * @bytes: not 0
 *
 * Context: Any but NMI.
 * Return: the block, or NULL, also when @align is not a power of two.
 */
void *tlsf_memalign(tlsf_t tlsf, size_t align, size_t bytes)
{
	struct rtalloc_heap *heap = heap_of(tlsf);

	return heap ? rtalloc_alloc_aligned_by(heap, bytes, align, 0,
					       _RET_IP_) : NULL;
}
EXPORT_SYMBOL_GPL(tlsf_memalign);

/**
 * tlsf_realloc() - change the size of a block
 * @tlsf: where
 * @ptr: the block; NULL allocates one
 * @size: bytes; 0 frees the block
 *
 * Context: Any but NMI; a move copies.
 * Return: the block, perhaps elsewhere; NULL when there is no memory or @ptr is
 *	not a live block: then nothing has changed.
 */
void *tlsf_realloc(tlsf_t tlsf, void *ptr, size_t size)
{
	struct rtalloc_heap *heap = heap_of(tlsf);

	return heap ? rtalloc_realloc_by(heap, ptr, size, 0, _RET_IP_) : NULL;
}
EXPORT_SYMBOL_GPL(tlsf_realloc);

/**
 * tlsf_free() - give a block back
 * @tlsf: where it came from
 * @ptr: the block; NULL does nothing
 *
 * What is not a live block is refused, counted and reported; nothing changes.
 *
 * Context: Any but NMI.
 */
void tlsf_free(tlsf_t tlsf, void *ptr)
{
	struct rtalloc_heap *heap = heap_of(tlsf);

	if (heap)
		rtalloc_free_by(heap, ptr, _RET_IP_);
}
EXPORT_SYMBOL_GPL(tlsf_free);

/**
 * tlsf_block_size() - bytes that a block can hold
 * @ptr: the block, of any TLSF
 *
 * Context: Any but NMI; linear in the number of pools.
 * Return: bytes, 0 for what is not a live block.
 */
size_t tlsf_block_size(void *ptr)
{
	struct rtalloc_heap *heap = heap_of_block(ptr);

	return heap ? rtalloc_usable_size(heap, ptr) : 0;
}
EXPORT_SYMBOL_GPL(tlsf_block_size);

/* ---- numbers --------------------------------------------------------- */

/**
 * tlsf_align_size() - alignment of blocks
 *
 * Context: Any.
 * Return: bytes.
 */
size_t tlsf_align_size(void)
{
	return ALIGNMENT;
}
EXPORT_SYMBOL_GPL(tlsf_align_size);

/**
 * tlsf_block_size_min() - size of the smallest block
 *
 * Context: Any.
 * Return: bytes.
 */
size_t tlsf_block_size_min(void)
{
	return BLOCK_MIN;
}
EXPORT_SYMBOL_GPL(tlsf_block_size_min);

/**
 * tlsf_block_size_max() - a size that no block reaches in any pool
 *
 * Context: Any.
 * Return: bytes: the original's, though larger blocks can be had here.
 */
size_t tlsf_block_size_max(void)
{
	return (size_t)1 << (sizeof(size_t) > 4 ? 32 : 30);
}
EXPORT_SYMBOL_GPL(tlsf_block_size_max);

/**
 * tlsf_pool_overhead() - bytes of a pool that no block can have
 *
 * Context: Any.
 * Return: bytes.
 */
size_t tlsf_pool_overhead(void)
{
	return POOL_OVERHEAD;
}
EXPORT_SYMBOL_GPL(tlsf_pool_overhead);

/**
 * tlsf_pool_size_min() - bytes of the smallest pool
 *
 * New here: a pool needs more than its overhead and the smallest block.
 *
 * Context: Any.
 * Return: bytes.
 */
size_t tlsf_pool_size_min(void)
{
	return POOL_SIZE_MIN;
}
EXPORT_SYMBOL_GPL(tlsf_pool_size_min);

/**
 * tlsf_alloc_overhead() - bytes in front of each block
 *
 * Context: Any.
 * Return: bytes.
 */
size_t tlsf_alloc_overhead(void)
{
	return HEADER;
}
EXPORT_SYMBOL_GPL(tlsf_alloc_overhead);

/* ---- looking --------------------------------------------------------- */

static void print_block(void *ptr, size_t size, int used, void *user)
{
	struct rtalloc_heap *heap = user;

	pr_info("rtalloc_port: %s: offset %llu %s size %zu\n",
		rtalloc_heap_name(heap), rtalloc_offset(heap, ptr),
		used ? "used" : "free", size);
}

/**
 * tlsf_walk_pool() - call a function for each block of a pool
 * @pool: from tlsf_add_pool()
 * @walker: called with the block, its size and whether it is in use, with no
 *	lock held; NULL: a line of the log for each
 * @user: passed on
 *
 * The heap may work meanwhile: then what is seen is not one moment's, and the
 * place to go on from is searched for without a pause.
 *
 * Context: Any but NMI, as far as @walker allows.
 */
void tlsf_walk_pool(pool_t pool, tlsf_walker walker, void *user)
{
	struct port_range range = port_range_find(&pools, pool);
	struct rtalloc_heap *heap = range.heap;
	struct rtalloc_block block[WALK_BATCH];
	struct rtalloc_cursor cursor = { };
	u64 base;
	int i, n;

	if (!heap)
		return;
	if (!walker) {
		walker = print_block;
		user = heap;
	}
	base = rtalloc_offset(heap, pool);
	cursor.pos = base;
	while ((n = rtalloc_walk(heap, &cursor, block, WALK_BATCH)))
		for (i = 0; i < n; i++) {
			if (block[i].offset - base >= range.size)
				return;
			walker(pool + (block[i].offset - base), block[i].size,
			       block[i].state == RTALLOC_USED, user);
		}
}
EXPORT_SYMBOL_GPL(tlsf_walk_pool);

/* Looks at a heap that changes all the time, before it is called not finished. */
#define CHECK_TRIES	3

static int heap_check(struct rtalloc_heap *heap, struct port_call call)
{
	int err = -EAGAIN, tries = CHECK_TRIES;
	struct rtalloc_fault fault;

	if (!heap)
		return -1;
	while (err == -EAGAIN && tries--)
		err = rtalloc_check(heap, &fault);
	if (err == -EAGAIN)
		port_unfinished(call, rtalloc_heap_name(heap));
	else if (err)
		port_damaged(call, rtalloc_heap_name(heap), &fault);
	return err && err != -EAGAIN ? -1 : 0;
}

/**
 * tlsf_check() - look at all of a TLSF's structure
 * @tlsf: from tlsf_create()
 *
 * In the original a heap stands still meanwhile. Here it may change; if it does so
 * all the time, the look at it is not finished, and the log says so: that is no
 * fault, for which callers stop the machine.
 *
 * Context: Any but NMI; linear in blocks, looked at a few at a time, thrice what
 *	rtalloc_check() takes at most.
 * Return: 0: nothing wrong was found; -1: there is, and the log has the first
 *	fault, or @tlsf is none.
 */
int tlsf_check(tlsf_t tlsf)
{
	return heap_check(heap_of(tlsf), PORT_CALL);
}
EXPORT_SYMBOL_GPL(tlsf_check);

/**
 * tlsf_check_pool() - as tlsf_check(), for the TLSF that has this pool
 * @pool: from tlsf_add_pool()
 *
 * Context: as tlsf_check().
 * Return: as tlsf_check(); -1 also when no TLSF has @pool.
 */
int tlsf_check_pool(pool_t pool)
{
	return heap_check(heap_of_block(pool), PORT_CALL);
}
EXPORT_SYMBOL_GPL(tlsf_check_pool);

// SPDX-License-Identifier: GPL-2.0-only
/*
 * tlsf.c - the functions of Matthew Conte's TLSF.
 *
 *   mem (tlsf_create)                mem (tlsf_add_pool)
 *   +---------+--------------------+ +-----------------------------+
 *   | control | table of list heads| | blocks                      |
 *   +---------+--------------------+ +-----------------------------+
 *   tlsf_size() bytes
 *
 * A tlsf_t is a heap of the backend "tlsf" whose first part holds only the table of list
 * heads. So pools can be added and removed as in the original, and hold as much as there.
 * Where the original reads the header of a block or pool (tlsf_block_size(),
 * tlsf_walk_pool()), the heap is found by the address.
 */
#include <linux/err.h>
#include <linux/module.h>

#include <rtalloc/port/tlsf.h>
#include "port/port.h"

#define CONTROL_MAGIC	0x715fc0de715fc0deull
#define ALIGNMENT	8u
#define HEADER		8u
#define BLOCK_MIN	24u		/* two list links and a link to the block before */
#define POOL_OVERHEAD	(2 * HEADER)
#define POOL_SIZE_MIN	80u
#define WALK_BATCH	16

/**
 * struct control - what a tlsf_t points to; the table of list heads follows it
 * @magic: CONTROL_MAGIC while the tlsf_t is valid
 * @heap: the heap
 */
struct control {
	u64 magic;
	struct rtalloc_heap *heap;
} __aligned(8);		/* and a multiple of it: the table lies behind */

static PORT_RANGES(pools);	/* the pools of all heaps */
static PORT_RANGES(controls);	/* the control structures */

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
 * tlsf_size() - size of a control structure with its table
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
 * tlsf_create() - create a TLSF without pools
 * @mem: tlsf_size() bytes at a multiple of 8; a TLSF that was created there before is
 *	destroyed first
 *
 * Context: Process context, may sleep.
 * Return: @mem; NULL if it is not aligned, or the kernel has no memory for its records.
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
	/* The old one becomes invalid, even if creating the new one fails. */
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
 * tlsf_create_with_pool() - create a TLSF whose first pool is the rest of its memory
 * @mem: as for tlsf_create()
 * @bytes: size of @mem
 *
 * Context: Process context, may sleep.
 * Return: @mem; NULL as tlsf_create(), or if @bytes is too small for a pool.
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
 * tlsf_destroy() - destroy a TLSF with all its pools and blocks
 * @tlsf: from tlsf_create(); its memory and its pools may be reused afterwards
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
 * tlsf_get_pool() - the pool that tlsf_create_with_pool() added
 * @tlsf: from tlsf_create_with_pool()
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
 * tlsf_add_pool() - add memory to a TLSF
 * @tlsf: from tlsf_create()
 * @mem: address of the memory, a multiple of 8; adjacent pools are not merged
 * @bytes: its size, at least 80
 *
 * Context: Process context, may sleep.
 * Return: @mem; NULL if it is not aligned, too small, or overlaps a pool of @tlsf, or if
 *	@tlsf has seven pools already.
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
 * tlsf_remove_pool() - remove a pool from a TLSF
 * @tlsf: the TLSF that it was added to
 * @pool: from tlsf_add_pool()
 *
 * If there are allocated blocks in the pool, nothing changes, and a line in the log says
 * so.
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
 * @tlsf: the TLSF
 * @bytes: its size, not 0
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
 * tlsf_memalign() - allocate an aligned block
 * @tlsf: the TLSF
 * @align: alignment in bytes, a power of two
 * @bytes: size of the block, not 0
 *
 * Context: Any but NMI.
 * Return: the block, or NULL, also if @align is not a power of two.
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
 * @tlsf: the TLSF
 * @ptr: the block; NULL: allocate one
 * @size: the new size in bytes; 0: free the block
 *
 * Context: Any but NMI. If the block moves, its contents are copied.
 * Return: the block, which may have moved; NULL if there is no memory or @ptr is not a
 *	live block, then nothing has changed.
 */
void *tlsf_realloc(tlsf_t tlsf, void *ptr, size_t size)
{
	struct rtalloc_heap *heap = heap_of(tlsf);

	return heap ? rtalloc_realloc_by(heap, ptr, size, 0, _RET_IP_) : NULL;
}
EXPORT_SYMBOL_GPL(tlsf_realloc);

/**
 * tlsf_free() - free a block
 * @tlsf: the TLSF that it was allocated from
 * @ptr: the block; NULL does nothing
 *
 * Anything else than a live block is refused, counted and reported; nothing changes.
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
 * tlsf_block_size() - usable size of a block
 * @ptr: the block, of any TLSF
 *
 * Context: Any but NMI; linear in the number of pools.
 * Return: bytes; 0 if @ptr is not a live block.
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
 * tlsf_block_size_max() - the original's limit: its blocks are smaller than this
 *
 * Context: Any.
 * Return: bytes. Here, larger blocks can be allocated, too.
 */
size_t tlsf_block_size_max(void)
{
	return (size_t)1 << (sizeof(size_t) > 4 ? 32 : 30);
}
EXPORT_SYMBOL_GPL(tlsf_block_size_max);

/**
 * tlsf_pool_overhead() - bytes of a pool that are not available for blocks
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
 * tlsf_pool_size_min() - size of the smallest pool
 *
 * New here, because a pool needs more than its overhead and the smallest block.
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

/* ---- inspection ------------------------------------------------------ */

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
 * @walker: called with the block, its size, whether it is in use, and @user, without a
 *	lock held; NULL: log one line for each block
 * @user: passed to @walker
 *
 * The heap may change meanwhile. Then the blocks reported are not a snapshot, and the walk
 * has to search for the place where it continues, which it does in one go.
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

/* How often a check is tried that fails because the heap changes all the time. */
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
 * tlsf_check() - check the structure of a TLSF
 * @tlsf: from tlsf_create()
 *
 * In the original nothing else uses the heap meanwhile. Here it may change during the
 * check. If it changes all the time, the check is given up, with a line in the log, and
 * reports no fault, as callers may stop the machine on a fault.
 *
 * Context: Any but NMI; linear in the number of blocks, a few of which are checked at a
 *	time; at most three times as long as rtalloc_check().
 * Return: 0: no fault was found; -1: a fault was found, and the log describes it; or @tlsf
 *	is not a TLSF.
 */
int tlsf_check(tlsf_t tlsf)
{
	return heap_check(heap_of(tlsf), PORT_CALL);
}
EXPORT_SYMBOL_GPL(tlsf_check);

/**
 * tlsf_check_pool() - tlsf_check() of the TLSF that a pool belongs to
 * @pool: from tlsf_add_pool()
 *
 * Context: as tlsf_check().
 * Return: as tlsf_check(); -1 also if @pool belongs to no TLSF.
 */
int tlsf_check_pool(pool_t pool)
{
	return heap_check(heap_of_block(pool), PORT_CALL);
}
EXPORT_SYMBOL_GPL(tlsf_check_pool);

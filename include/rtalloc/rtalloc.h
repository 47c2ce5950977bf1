/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rtalloc.h - RTOS allocators in a reserved region: the public API.
 *
 * A region is contiguous memory that is reserved once: vmalloc memory or a
 * range of physical addresses. A heap is a piece of one region (of several,
 * where the backend can glue them), run by one backend: "tlsf", "slab",
 * "memheap" and others. No call that allocates or frees a block takes memory
 * from the kernel.
 *
 * Documentation/contexts.rst has one table of which call may be made from
 * where. In short: alloc, free, realloc and usable_size work from any context
 * but NMI, also under a raw spinlock and in hard interrupts on PREEMPT_RT, if
 * the heap's backend is bounded (rtalloc_heap_is_bounded()). For other heaps
 * the rules of spin_lock_irqsave() hold. Creating and destroying sleeps.
 *
 * A pointer that a caller passes in by mistake is refused, counted and
 * reported, and nothing changes; see RTALLOC_FAULTS in abi.h. A heap pointer is
 * trusted.
 *
 * Each function is described where it is defined: core/region.c for regions,
 * core/heap.c and core/part.c for heaps, core/entry.c and core/block.c for
 * blocks, core/stats.c for everything that inspects a heap.
 */
#ifndef _RTALLOC_RTALLOC_H
#define _RTALLOC_RTALLOC_H

#include <linux/compiler.h>
#include <linux/gfp.h>
#include <linux/types.h>
#include <rtalloc/abi.h>

struct device;
struct device_node;
struct resource;
struct rtalloc_region;
struct rtalloc_heap;

/**
 * enum rtalloc_region_flags - how a region's memory is taken and mapped
 * @RTALLOC_REGION_NODE: vmalloc memory of the NUMA node @node of the
 *	parameters, as long as that node has some; the rest is from the nodes
 *	next to it
 * @RTALLOC_REGION_WRITE_COMBINED: physical memory, mapped write-combined; not
 *	possible where the kernel maps the memory itself (as its RAM)
 * @RTALLOC_REGION_UNCACHED: physical memory that is not cached at all. It is
 *	mapped write-combined instead on machines where uncached memory may not
 *	be accessed unaligned (all but x86). Headers and links of heaps lie in
 *	the region, and are as slow as the mapping
 */
enum rtalloc_region_flags {
	RTALLOC_REGION_NODE		= 1u << 0,
	RTALLOC_REGION_WRITE_COMBINED	= 1u << 1,
	RTALLOC_REGION_UNCACHED		= 1u << 2,
};

/**
 * struct rtalloc_region_params - what a region is made from
 * @name: 1 to RTALLOC_NAME_MAX characters of ``[A-Za-z0-9_.:,@+-]``, unique
 *	among regions, not beginning with a dot: the name of a device will do
 * @size: bytes, a multiple of PAGE_SIZE, at least RTALLOC_REGION_MIN; all
 *	vmalloc regions together may have at most half of the machine's memory.
 *	If less is free, the region is refused with -ENOMEM: no process is
 *	killed to make room
 *	0 with @resource: all whole pages of the resource
 * @phys: physical base address, page aligned, of memory that was set aside for
 *	the region: by ``memmap=SIZE$BASE`` on x86,
 *	``reserve_mem=SIZE:ALIGN:rtalloc`` from 6.12 on, or a node of
 *	``/reserved-memory`` that is compatible with ``rtalloc,region``; 0 for
 *	vmalloc memory
 * @resource: a resource of the caller's own that contains @phys (0: the region
 *	begins where the resource does). The caller vouches that it is memory,
 *	so the conditions of @phys do not apply: a platform device's resource,
 *	or a PCI BAR, ``&pdev->resource[bar]``. Nobody may have requested that
 *	range, because the region requests it. It cannot begin at address 0, as
 *	a BAR without an address does. NULL for none
 * @flags: of &enum rtalloc_region_flags
 * @node: NUMA node, with RTALLOC_REGION_NODE
 * @dma: DMA address of the first byte for the caller's device; 0: the physical
 *	address, which is right without an IOMMU and offsets
 */
struct rtalloc_region_params {
	const char *name;
	size_t size;
	phys_addr_t phys;
	struct resource *resource;
	unsigned int flags;
	int node;
	dma_addr_t dma;
};

/*
 * A region belongs to its creator: shells can neither destroy it nor put heaps
 * into it. It can be destroyed when no heap is cut from it.
 */
struct rtalloc_region * __must_check
rtalloc_region_create(const struct rtalloc_region_params *params);
int rtalloc_region_destroy(struct rtalloc_region *region);
struct rtalloc_region *
of_rtalloc_region_get(struct device_node *np, int index,
		      const struct rtalloc_region_params *params);
bool rtalloc_has_default_region(void);
size_t rtalloc_region_size(const struct rtalloc_region *region);
phys_addr_t rtalloc_region_phys(const struct rtalloc_region *region);
dma_addr_t rtalloc_region_dma(const struct rtalloc_region *region);

struct rtalloc_region *
devm_rtalloc_region_create(struct device *dev,
			   const struct rtalloc_region_params *params);
struct rtalloc_region *
devm_of_rtalloc_region_get(struct device *dev, int index,
			   const struct rtalloc_region_params *params);

/**
 * enum rtalloc_heap_flags - choices made when a heap is created
 * @RTALLOC_HEAP_BEST_FIT: memheap: keep freed blocks sorted by size (its BEST
 *	mode)
 * @RTALLOC_HEAP_RAW_LOCK: use a raw spinlock for a backend that is not bounded.
 *	The caller vouches that the number of blocks is small, and with it the
 *	time that interrupts stay off.
 * @RTALLOC_HEAP_PROTECT: heap4: FreeRTOS's heap protector. It changes nothing,
 *	because links are always mixed with a secret.
 * @RTALLOC_HEAP_TABLE_ONLY: tlsf: the heap's first memory holds only its table
 *	of lists, for blocks of any size. Blocks lie in memory that is glued to
 *	the heap later, and all of that can be removed again.
 * @RTALLOC_HEAP_NO_INIT: do not clear blocks, although the kernel clears what
 *	it allocates or frees (init_on_alloc=1, init_on_free=1). For memory that
 *	is written at once, for example by a device.
 * @RTALLOC_HEAP_SHELL: for a driver's heap: shells may allocate and free in it
 *	and add memory to it, through debugfs. Without this flag they can only
 *	inspect it.
 * @RTALLOC_HEAP_PERCPU: each processor has magazines of free blocks of up to 512
 *	bytes: see Documentation/percpu.rst
 * @RTALLOC_HEAP_CHECKED: red zones around blocks, poison and a quarantine for
 *	freed blocks, and the stacks of allocation and free. For finding bugs,
 *	see Documentation/checked.rst.
 * @RTALLOC_POOL_HEADER: pool: a word in front of each element says which pool
 *	the element belongs to, as in RT-Thread
 * @RTALLOC_POOL_HIGH_FIRST: pool: hand out the element with the highest address
 *	first, as lwIP does
 * @RTALLOC_POOL_GUARDS: pool: at least 16 bytes of pattern before and behind
 *	each element, verified when it is freed
 */
enum rtalloc_heap_flags {
	RTALLOC_HEAP_BEST_FIT	= 1u << 0,
	RTALLOC_HEAP_RAW_LOCK	= 1u << 1,
	RTALLOC_HEAP_PROTECT	= 1u << 2,
	RTALLOC_HEAP_TABLE_ONLY	= 1u << 3,
	RTALLOC_HEAP_NO_INIT	= 1u << 4,
	RTALLOC_HEAP_SHELL	= 1u << 5,
	RTALLOC_HEAP_PERCPU	= 1u << 6,
	RTALLOC_HEAP_CHECKED	= 1u << 15,
	RTALLOC_POOL_HEADER	= 1u << 16,
	RTALLOC_POOL_HIGH_FIRST	= 1u << 17,
	RTALLOC_POOL_GUARDS	= 1u << 18,
};

/* Flags that the core handles. Backends never see them. */
#define RTALLOC_HEAP_CORE_FLAGS	(RTALLOC_HEAP_NO_INIT | RTALLOC_HEAP_SHELL | \
				 RTALLOC_HEAP_PERCPU)

/* Flags that only pools accept. */
#define RTALLOC_POOL_FLAGS	(RTALLOC_POOL_HEADER |			\
				 RTALLOC_POOL_HIGH_FIRST |		\
				 RTALLOC_POOL_GUARDS)

/* The most elements that a pool can have. */
#define RTALLOC_POOL_MAX	S32_MAX

/* Bytes of a tlsf table: the @size of a heap with RTALLOC_HEAP_TABLE_ONLY. */
#define RTALLOC_TLSF_TABLE	7168

/**
 * struct rtalloc_heap_params - what a heap is made from
 * @name: 1 to RTALLOC_NAME_MAX characters of ``[A-Za-z0-9_.:,@+-]``, unique
 *	among heaps, not beginning with a dot: the name of a device will do
 * @backend: name of the backend; NULL for the default, tlsf
 * @region: where the heap is cut from; NULL for the default region
 * @memory: memory of the caller's own to be used in place of a region's: @size
 *	bytes, at a multiple of the heap's alignment (slab: of a page). The
 *	caller keeps it mapped and does not touch it until the heap is
 *	destroyed. NULL for none.
 * @size: bytes of the heap. What is cut from @region is rounded up to whole
 *	pages; the backend gets exactly @size bytes.
 * @align: alignment of blocks, a power of two; 0 for the backend's default
 * @flags: of &enum rtalloc_heap_flags
 * @elem: pool: bytes of an element; 0 for every other backend
 * @count: pool: number of elements; 0: as many as fit. 0 for any other backend
 * @links: pool: where to keep 4 bytes for each element; NULL: behind the
 *	elements
 * @quarantine: with RTALLOC_HEAP_CHECKED: bytes of freed blocks that are kept
 *	from reuse; 0 for an eighth of @size, 1 for none
 * @percpu: with RTALLOC_HEAP_PERCPU: bytes of free blocks that a processor may
 *	hold; 0: an eighth of @size for all processors together
 * @dma: DMA address of the first byte of @memory for the caller's device, as
 *	from dma_alloc_coherent(); 0: there is none
 *
 * Fields that are left 0 choose the default.
 */
struct rtalloc_heap_params {
	const char *name;
	const char *backend;
	struct rtalloc_region *region;
	void *memory;
	size_t size;
	size_t align;
	unsigned int flags;
	size_t elem;
	unsigned int count;
	u32 *links;
	size_t quarantine;
	size_t percpu;
	dma_addr_t dma;
};

/*
 * The life of a heap. rtalloc_heap_create() returns ERR_PTR on failure, never
 * NULL. The memory that a heap lies in can be extended, and for tlsf reduced
 * again. rtalloc_heap_get() finds a heap by name and keeps its record until
 * rtalloc_heap_put().
 */
struct rtalloc_heap * __must_check
rtalloc_heap_create(const struct rtalloc_heap_params *params);
struct rtalloc_heap *
devm_rtalloc_heap_create(struct device *dev,
			 const struct rtalloc_heap_params *params);
int rtalloc_heap_destroy(struct rtalloc_heap *heap, bool force);
int rtalloc_heap_add_region(struct rtalloc_heap *heap,
			    struct rtalloc_region *region, size_t size);
int rtalloc_heap_add_memory(struct rtalloc_heap *heap, void *memory,
			    size_t size);
int rtalloc_heap_remove_region(struct rtalloc_heap *heap,
			       struct rtalloc_region *region);
int rtalloc_heap_remove_memory(struct rtalloc_heap *heap, void *memory);
struct rtalloc_heap * __must_check rtalloc_heap_get(const char *name);
void rtalloc_heap_put(struct rtalloc_heap *heap);
void rtalloc_heap_enter(struct rtalloc_heap *heap);
void rtalloc_heap_leave(struct rtalloc_heap *heap);
const char *rtalloc_heap_name(const struct rtalloc_heap *heap);
bool rtalloc_heap_is_bounded(const struct rtalloc_heap *heap);
bool rtalloc_heap_may_sleep(const struct rtalloc_heap *heap);

/*
 * Blocks. The functions that allocate return NULL on failure. They take
 * constant time on a heap that is bounded, apart from clearing and copying.
 *
 * They are __malloc, but not __alloc_size(): a caller may use all of the bytes
 * that rtalloc_usable_size() reports, and rtalloc_resize() makes a block longer
 * where it is. With FORTIFY_SOURCE the kernel would stop a caller that does.
 */
void * __must_check rtalloc_alloc(struct rtalloc_heap *heap, size_t size,
				  gfp_t gfp) __malloc;
void * __must_check rtalloc_calloc(struct rtalloc_heap *heap, size_t n,
				   size_t size, gfp_t gfp) __malloc;
void * __must_check
rtalloc_alloc_aligned(struct rtalloc_heap *heap, size_t size, size_t align,
		      gfp_t gfp) __malloc;
void * __must_check rtalloc_realloc(struct rtalloc_heap *heap, void *p,
				    size_t size, gfp_t gfp);
int rtalloc_resize(struct rtalloc_heap *heap, void *p, size_t size);
int rtalloc_free(struct rtalloc_heap *heap, void *p);
unsigned int rtalloc_alloc_bulk(struct rtalloc_heap *heap, size_t size,
				gfp_t gfp, unsigned int n, void **p);
unsigned int rtalloc_free_bulk(struct rtalloc_heap *heap, unsigned int n,
			       void **p);
size_t rtalloc_usable_size(struct rtalloc_heap *heap, const void *p);
int rtalloc_set_owner(struct rtalloc_heap *heap, void *p, const char *owner);

phys_addr_t rtalloc_phys(struct rtalloc_heap *heap, const void *p);
dma_addr_t rtalloc_dma(struct rtalloc_heap *heap, const void *p);

/* Always inlined, so that faults and traces name the caller of these two. */

/**
 * rtalloc_dma_alloc() - allocate memory for DMA
 * @heap: the heap
 * @size: bytes, not 0
 * @dma: set to the DMA address of the block, or to DMA_MAPPING_ERROR without
 *	one
 *
 * In a heap whose memory has no DMA address nothing is allocated. The block is
 * freed by rtalloc_free(). On machines whose caches are not coherent with DMA,
 * the memory must be mapped accordingly, or synchronised.
 *
 * Context: as rtalloc_alloc().
 * Return: the block, or NULL.
 */
static __always_inline
void *rtalloc_dma_alloc(struct rtalloc_heap *heap, size_t size, dma_addr_t *dma)
{
	void *p = rtalloc_alloc(heap, size, 0);

	*dma = rtalloc_dma(heap, p);
	if (p && *dma == ~(dma_addr_t)0) {
		rtalloc_free(heap, p);
		p = NULL;
	}
	return p;
}

/**
 * rtalloc_zalloc() - allocate zeroed memory
 * @heap: the heap
 * @size: bytes, not 0
 * @gfp: as for rtalloc_alloc()
 *
 * Context: As rtalloc_alloc(). The memory is cleared after the heap's lock is
 *	dropped, in time that grows with @size.
 * Return: the block, or NULL.
 */
static __always_inline __must_check __malloc
void *rtalloc_zalloc(struct rtalloc_heap *heap, size_t size, gfp_t gfp)
{
	return rtalloc_alloc(heap, size, gfp | __GFP_ZERO);
}

/*
 * All statistics of a heap in one list, X(name, what it says). struct
 * rtalloc_snapshot and the file stats are made from it. A new one is filled in by
 * core/stats.c, core/percpu_inspect.c or the backends' hooks, and explained in
 * Documentation/debugfs.rst; see "To add a statistic" in Documentation/design.rst.
 */
#define RTALLOC_STATS(X)						\
	X(total,	"bytes that the backend manages")		\
	X(used,		"bytes in use, as the backend counts them")	\
	X(max_used,	"highest value of used so far")			\
	X(largest_free,	"request sure to succeed now; slab: not each below")	\
	X(free_blocks,	"free pieces (blocks or page runs)")		\
	X(live,		"blocks allocated now")				\
	X(allocs,	"allocations that succeeded")			\
	X(frees,	"frees that succeeded")				\
	X(reallocs,	"reallocations that succeeded")			\
	X(failed,	"requests that found no memory")		\
	X(faults,	"bad frees and bad pointers refused")		\
	X(cached,	"bytes of used that lie free in magazines")	\
	X(starved,	"of failed: magazines held memory")		\
	X(batches,	"times that magazines took the lock")

/**
 * struct rtalloc_snapshot - statistics of a heap at one moment
 *
 * It has a u64 for each name in RTALLOC_STATS, with the meaning given there.
 */
struct rtalloc_snapshot {
	/* private: one u64 for each name in the list */
#define RTALLOC_STAT_FIELD(name, text) u64 name;
	RTALLOC_STATS(RTALLOC_STAT_FIELD)
#undef RTALLOC_STAT_FIELD
};

/*
 * Numbers. rtalloc_stats() fills in all of a snapshot and may have to search
 * for the largest free block; rtalloc_usage() leaves out what needs a search.
 */
void rtalloc_stats(struct rtalloc_heap *heap, struct rtalloc_snapshot *snap);
void rtalloc_usage(struct rtalloc_heap *heap, struct rtalloc_snapshot *snap);
void rtalloc_reset_max(struct rtalloc_heap *heap);

/*
 * The structure of a heap. rtalloc_check() tests all of it and returns the
 * first fault. rtalloc_offset() returns the offset of a pointer, as texts for
 * users show it. rtalloc_trim() makes idle memory usable for every size again.
 */
int rtalloc_check(struct rtalloc_heap *heap, struct rtalloc_fault *fault);
u64 rtalloc_offset(struct rtalloc_heap *heap, const void *p);
size_t rtalloc_trim(struct rtalloc_heap *heap);

/**
 * struct rtalloc_cursor - a place in a walk
 * @pos: offset of the next piece
 * @hint: for the backend, which finds that piece faster with it
 *
 * The caller zeroes it to begin and does not write to it after that.
 */
struct rtalloc_cursor {
	u64 pos;
	u64 hint;
};

/* The next pieces of a heap in address order, at most @max of them. */
int rtalloc_walk(struct rtalloc_heap *heap, struct rtalloc_cursor *cursor,
		 struct rtalloc_block *batch, int max);

#endif /* _RTALLOC_RTALLOC_H */

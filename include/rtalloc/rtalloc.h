/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rtalloc.h - RTOS allocators in a reserved region: the public API.
 *
 * A region is a contiguous piece of memory taken once: vmalloc memory or a
 * physical carve-out. A heap is a piece of one region (several, where the
 * backend can glue them) run by one backend: "slab", "memheap", ...
 * Nothing below ever takes memory from the kernel after a heap was created.
 *
 * Which call may be made from where is one table: Documentation/contexts.rst.
 * In short: alloc, free, realloc and usable_size of a heap whose backend is
 * bounded (rtalloc_heap_is_bounded()) work from any context but NMI, also
 * under a raw spinlock and in hard interrupts on PREEMPT_RT. The others take
 * a spinlock_t, with the rules of spin_lock_irqsave(). Creating and
 * destroying sleeps.
 */
#ifndef _RTALLOC_RTALLOC_H
#define _RTALLOC_RTALLOC_H

#include <linux/types.h>
#include <linux/gfp.h>
#include <rtalloc/abi.h>

struct device;
struct device_node;
struct resource;
struct rtalloc_region;
struct rtalloc_heap;

/**
 * enum rtalloc_region_flags - how a region's memory is taken and mapped
 * @RTALLOC_REGION_NODE: vmalloc memory of the NUMA node @node of the parameters,
 *	as far as it has some
 * @RTALLOC_REGION_WRITE_COMBINED: physical memory, mapped write-combined; not
 *	where the kernel maps it itself (what is RAM to it)
 * @RTALLOC_REGION_UNCACHED: the same, not cached at all; as write-combined
 *	where memory so mapped may not be accessed unaligned (all but x86).
 *	Headers and links of heaps lie in the region, and are as slow as the
 *	mapping
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
 *	vmalloc regions together at most half of the machine's memory. 0 with
 *	@resource: the whole pages of it
 * @phys: physical base address, page aligned, of memory that was set aside for
 *	it: by ``memmap=SIZE$BASE`` on x86, ``reserve_mem=SIZE:ALIGN:rtalloc``
 *	from 6.12 on, or a node of ``/reserved-memory`` that is compatible with
 *	``rtalloc,region``; 0 for vmalloc memory
 * @resource: a resource of the caller's own that @phys lies in (0: it begins
 *	there), who vouches that it is memory, whatever the above says: a
 *	platform device's, or a PCI BAR, ``&pdev->resource[bar]``. Nobody may
 *	have requested that range, for the region does; else NULL
 * @flags: of &enum rtalloc_region_flags
 * @node: with RTALLOC_REGION_NODE
 * @dma: what the caller's device calls the first byte; 0: the physical address,
 *	which is right without an IOMMU and offsets
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

struct rtalloc_region *
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
 * @RTALLOC_HEAP_BEST_FIT: memheap: sort freed blocks by size (its BEST mode)
 * @RTALLOC_HEAP_RAW_LOCK: a raw spinlock for a backend that is not bounded.
 *	The caller vouches that the number of blocks, and with it the time that
 *	interrupts stay off, is small.
 * @RTALLOC_HEAP_PROTECT: heap4: FreeRTOS's heap protector. Links are mixed with
 *	a secret always, so it changes nothing
 * @RTALLOC_HEAP_TABLE_ONLY: tlsf: what the heap is made from holds its table of
 *	lists, for blocks of any size, and no blocks: those come with the memory
 *	that is glued to it, all of which can be removed
 * @RTALLOC_HEAP_NO_INIT: blocks are not cleared although the kernel clears what
 *	it allocates or frees (init_on_alloc=1, init_on_free=1): for memory that
 *	is written over at once, as by a device
 * @RTALLOC_HEAP_SHELL: of a driver's heap: shells may allocate and free in it
 *	and add memory to it, by debugfs; without it they only look
 * @RTALLOC_HEAP_CHECKED: red zones around blocks, poison and a quarantine for
 *	what is freed, stacks of who allocated and freed; for finding bugs, see
 *	Documentation/checked.rst
 * @RTALLOC_POOL_HEADER: pool: a word in front of each element, as RT-Thread
 *	has it; it says which pool the element belongs to
 * @RTALLOC_POOL_HIGH_FIRST: pool: the element with the highest address is
 *	handed out first, as lwIP does
 * @RTALLOC_POOL_GUARDS: pool: 16 bytes of pattern or more before and behind
 *	each element, verified when it is freed
 */
enum rtalloc_heap_flags {
	RTALLOC_HEAP_BEST_FIT	= 1u << 0,
	RTALLOC_HEAP_RAW_LOCK	= 1u << 1,
	RTALLOC_HEAP_PROTECT	= 1u << 2,
	RTALLOC_HEAP_TABLE_ONLY	= 1u << 3,
	RTALLOC_HEAP_NO_INIT	= 1u << 4,
	RTALLOC_HEAP_SHELL	= 1u << 5,
	RTALLOC_HEAP_CHECKED	= 1u << 15,
	RTALLOC_POOL_HEADER	= 1u << 16,
	RTALLOC_POOL_HIGH_FIRST	= 1u << 17,
	RTALLOC_POOL_GUARDS	= 1u << 18,
};

/* Flags of which backends know nothing. */
#define RTALLOC_HEAP_CORE_FLAGS	(RTALLOC_HEAP_NO_INIT | RTALLOC_HEAP_SHELL)

#define RTALLOC_POOL_FLAGS	(RTALLOC_POOL_HEADER |			\
				 RTALLOC_POOL_HIGH_FIRST |		\
				 RTALLOC_POOL_GUARDS)
#define RTALLOC_POOL_MAX	S32_MAX	/* elements of a pool */
#define RTALLOC_TLSF_TABLE	7168	/* bytes for RTALLOC_HEAP_TABLE_ONLY */

/**
 * struct rtalloc_heap_params - what a heap is made from
 * @name: 1 to RTALLOC_NAME_MAX characters of ``[A-Za-z0-9_.:,@+-]``, unique
 *	among heaps, not beginning with a dot: the name of a device will do
 * @backend: name of the backend; NULL for the default, tlsf
 * @region: where the heap is cut from; NULL for the default region
 * @memory: the caller's own memory in place of a region's: @size bytes that
 *	stay mapped and are left alone until the heap is destroyed, at a
 *	multiple of the heap's alignment (slab: of a page); NULL for none
 * @size: bytes to cut from @region; rounded up to whole pages for the cut,
 *	the backend sees exactly @size
 * @align: alignment of blocks, a power of two; 0 for the backend's default
 * @flags: of &enum rtalloc_heap_flags
 * @elem: pool: bytes of an element; 0 for every other backend
 * @count: pool: elements; 0: as many as fit
 * @links: pool: where to keep 4 bytes for each element; NULL: behind the
 *	elements
 * @quarantine: with RTALLOC_HEAP_CHECKED: bytes of freed blocks that are kept
 *	from reuse; 0 for an eighth of @size, 1 for none
 * @dma: what the caller's device calls the first byte of @memory, as from
 *	dma_alloc_coherent(); 0: it does not know it
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
	dma_addr_t dma;
};

struct rtalloc_heap *
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
struct rtalloc_heap *rtalloc_heap_get(const char *name);
void rtalloc_heap_put(struct rtalloc_heap *heap);
void rtalloc_heap_enter(struct rtalloc_heap *heap);
void rtalloc_heap_leave(struct rtalloc_heap *heap);
bool rtalloc_heap_is_bounded(const struct rtalloc_heap *heap);
bool rtalloc_heap_may_sleep(const struct rtalloc_heap *heap);

void *rtalloc_alloc(struct rtalloc_heap *heap, size_t size, gfp_t gfp);
void *rtalloc_calloc(struct rtalloc_heap *heap, size_t n, size_t size,
		     gfp_t gfp);
void *rtalloc_alloc_aligned(struct rtalloc_heap *heap, size_t size,
			    size_t align, gfp_t gfp);
void *rtalloc_realloc(struct rtalloc_heap *heap, void *p, size_t size,
		      gfp_t gfp);
int rtalloc_resize(struct rtalloc_heap *heap, void *p, size_t size);
int rtalloc_free(struct rtalloc_heap *heap, void *p);
size_t rtalloc_usable_size(struct rtalloc_heap *heap, const void *p);
int rtalloc_set_owner(struct rtalloc_heap *heap, void *p, const char *owner);

phys_addr_t rtalloc_phys(struct rtalloc_heap *heap, const void *p);
dma_addr_t rtalloc_dma(struct rtalloc_heap *heap, const void *p);

/**
 * rtalloc_dma_alloc() - allocate memory that a device knows
 * @heap: the heap
 * @size: bytes, not 0
 * @dma: set to what the device calls the block, DMA_MAPPING_ERROR without one
 *
 * Of a heap whose memory has no such address nothing is allocated. The block is
 * given back by rtalloc_free(). On machines whose caches do not see what devices
 * do, the memory must be mapped so that it does not matter, or synchronised.
 *
 * Context: as rtalloc_alloc().
 * Return: the block, or NULL.
 */
static inline void *rtalloc_dma_alloc(struct rtalloc_heap *heap, size_t size,
				      dma_addr_t *dma)
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
 * Context: as rtalloc_alloc(); clearing runs outside the heap's lock.
 * Return: the block, or NULL.
 */
static inline void *rtalloc_zalloc(struct rtalloc_heap *heap, size_t size,
				   gfp_t gfp)
{
	return rtalloc_alloc(heap, size, gfp | __GFP_ZERO);
}

/*
 * One list for every statistic: the enum, the snapshot, the names in debugfs
 * and in rtheap come from it. X(name, what it says).
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
	X(faults,	"bad frees and bad pointers refused")

/**
 * struct rtalloc_snapshot - statistics of a heap at one moment
 *
 * The fields are those of the list RTALLOC_STATS.
 */
struct rtalloc_snapshot {
	/* private: one u64 for each name in the list */
#define RTALLOC_STAT_FIELD(name, text) u64 name;
	RTALLOC_STATS(RTALLOC_STAT_FIELD)
#undef RTALLOC_STAT_FIELD
};

void rtalloc_stats(struct rtalloc_heap *heap, struct rtalloc_snapshot *snap);
void rtalloc_usage(struct rtalloc_heap *heap, struct rtalloc_snapshot *snap);
void rtalloc_reset_max(struct rtalloc_heap *heap);
/**
 * struct rtalloc_heap4_count - the seven statistics of FreeRTOS; bytes count headers
 * @available: bytes in free chunks
 * @largest: bytes of the largest free chunk, 0 without one
 * @smallest: bytes of the smallest free chunk, SIZE_MAX without one
 * @free_chunks: how many there are
 * @min_ever: lowest value of @available so far
 * @allocs: successful allocations
 * @frees: successful frees
 */
struct rtalloc_heap4_count {
	size_t available;
	size_t largest;
	size_t smallest;
	size_t free_chunks;
	size_t min_ever;
	size_t allocs;
	size_t frees;
};

int rtalloc_heap4_stats(struct rtalloc_heap *heap,
			struct rtalloc_heap4_count *stats);

int rtalloc_check(struct rtalloc_heap *heap, struct rtalloc_fault *fault);
u64 rtalloc_offset(struct rtalloc_heap *heap, const void *p);
size_t rtalloc_trim(struct rtalloc_heap *heap);

/**
 * struct rtalloc_cursor - a place in a walk; zero it to begin
 * @pos: offset of the next block
 * @hint: for the backend: where it found that block last time
 */
struct rtalloc_cursor {
	u64 pos;
	u64 hint;
};

int rtalloc_walk(struct rtalloc_heap *heap, struct rtalloc_cursor *cursor,
		 struct rtalloc_block *batch, int max);

#endif /* _RTALLOC_RTALLOC_H */

// SPDX-License-Identifier: GPL-2.0-only
/*
 * rtthread_mem.c - RT-Thread's heaps in the caller's memory: small memory, slab and
 * memheap.
 *
 *   begin_addr
 *   +---------------+----------------------------------------+
 *   | struct memory | blocks                                 |   rt_smem_init()
 *   +---------------+----------------------------------------+
 *   | struct memory | ... up to a page | pages               |   rt_slab_init()
 *   +---------------+----------------------------------------+
 *
 * The control blocks are as large as the originals', so the same memory has room for as
 * many blocks. The heap of a block is found by the block's address, never by what is
 * stored in front of the block.
 */
#include <linux/build_bug.h>
#include <linux/err.h>
#include <linux/module.h>

#include "port/rtthread.h"

#define SLAB_CONTROL	704	/* size of the original's control block, in bytes */
#define SMALL_HEADER	(8 + 2 * sizeof(size_t))

/**
 * struct memory - control block that an rt_smem_t or rt_slab_t points to
 * @parent: the part that drivers may read
 * @heap_ptr: small memory: address of the first header
 * @heap_end: small memory: address of the last header
 * @heap: the heap; the original keeps its lowest free header here
 * @mem_size_aligned: small memory: bytes without the two fixed headers
 */
struct memory {
	struct rt_memory parent;
	u8 *heap_ptr;
	u8 *heap_end;
	struct rtalloc_heap *heap;
	rt_size_t mem_size_aligned;
};

static_assert(sizeof(void *) != 8 || sizeof(struct memory) == 104);
static_assert(sizeof(struct memory) <= SLAB_CONTROL);

static const char small_name[] = "small";
static const char slab_name[] = "slab";

static PORT_RANGES(smalls);
static PORT_RANGES(slabs);
static PORT_RANGES(memheaps);

/* ---- common parts ----------------------------------------------------- */

void rtthread_object_init(struct rt_object *object, const char *name,
			  unsigned int class)
{
	memset(object, 0, sizeof(*object));
	if (name)
		memcpy(object->name, name, strnlen(name, RT_NAME_MAX));
	object->type = class;
	rt_list_init(&object->list);
}

struct port_range rtthread_range(struct port_ranges *ranges, const void *p,
				 struct port_call call)
{
	struct port_range range = port_range_find(ranges, p);

	if (p && !range.heap)
		port_refused(call, NULL, "pointer is outside every heap");
	return p ? range : (struct port_range){ };
}

void rtthread_info(const struct rtalloc_snapshot *snap, rt_size_t *total,
		   rt_size_t *used, rt_size_t *max_used)
{
	if (total)
		*total = snap->total;
	if (used)
		*used = snap->used;
	if (max_used)
		*max_used = snap->max_used;
}

/* Create the heap of @object, and list its range. Return it, or NULL. */
static struct rtalloc_heap *heap_open(struct port_ranges *ranges,
				      void *object, const char *name,
				      struct rtalloc_heap_params params)
{
	struct rtalloc_heap *heap = port_heap_open(name, params);
	struct port_range range = {
		.start = params.memory,
		.size = params.size,
		.object = object,
	};

	if (IS_ERR(heap))
		return NULL;
	range.heap = heap;
	if (!port_range_add(ranges, range))
		return heap;
	port_heap_close(heap);
	return NULL;
}

static void heap_close(struct port_ranges *ranges, struct rtalloc_heap *heap)
{
	port_range_remove(ranges, heap, NULL);
	port_heap_close(heap);
}

/*
 * If @object, which is about to be initialised, is an initialised heap already, detach it.
 * It stays invalid if the new initialisation fails.
 */
static void heap_forget(struct port_ranges *ranges, struct rt_object *object)
{
	struct rtalloc_heap *heap = port_range_heap(ranges, object);

	if (!heap)
		return;
	object->type = 0;
	heap_close(ranges, heap);
}

/* ---- small memory and slab ------------------------------------------- */

/* Return the heap of @m. If @m is not a valid heap of @algorithm, log it, return NULL. */
static struct rtalloc_heap *heap_of(rt_mem_t m, const char *algorithm,
				    struct port_call call)
{
	if (m && m->parent.type == (RT_Object_Class_Memory |
				    RT_Object_Class_Static) &&
	    m->algorithm == algorithm)
		return container_of(m, struct memory, parent)->heap;
	port_refused(call, algorithm, "not a heap of this algorithm");
	return NULL;
}

static void usage_store(void *object, struct rtalloc_heap *heap)
{
	struct rtalloc_snapshot snap;
	rt_mem_t m = object;

	rtalloc_usage(heap, &snap);
	WRITE_ONCE(m->total, snap.total);
	WRITE_ONCE(m->used, snap.used);
	WRITE_ONCE(m->max, snap.max_used);
}

/* Update the counters in @m after a call on @heap. Returns @p. */
static void *counted(rt_mem_t m, struct rtalloc_heap *heap, void *p)
{
	port_counted(heap, m, usage_store);
	return p;
}

/*
 * Create a heap whose control block of @control bytes is at @at, and whose memory follows
 * it at the next multiple of @align.
 */
static struct memory *memory_init(struct port_ranges *ranges, const char *name,
				  void *at, size_t size, size_t control,
				  struct rtalloc_heap_params params,
				  size_t align)
{
	size_t room = port_align(&at, size, RT_ALIGN_SIZE);
	struct memory *memory = at;
	struct rtalloc_heap *heap;

	if (!at || room <= control || (size_t)at + room < (size_t)at)
		return NULL;
	params.memory = at + control;
	params.size = port_align(&params.memory, room - control, align) &
		      ~(align - 1);
	if (!params.size)
		return NULL;
	/* A slab may replace small memory and vice versa: both begin with rt_object. */
	heap_forget(&smalls, &memory->parent.parent);
	heap_forget(&slabs, &memory->parent.parent);
	heap = heap_open(ranges, memory, name, params);
	if (!heap)
		return NULL;
	memset(memory, 0, sizeof(*memory));
	rtthread_object_init(&memory->parent.parent, name,
			     RT_Object_Class_Memory | RT_Object_Class_Static);
	memory->heap = heap;
	memory->heap_ptr = params.memory;
	memory->parent.address = (rt_ubase_t)params.memory;
	return counted(&memory->parent, heap, memory);
}

static rt_err_t memory_detach(struct port_ranges *ranges, rt_mem_t m,
			      const char *algorithm, struct port_call call)
{
	struct rtalloc_heap *heap = heap_of(m, algorithm, call);

	if (!heap)
		return -RT_ERROR;
	m->parent.type = 0;
	heap_close(ranges, heap);
	return RT_EOK;
}

static void *memory_alloc(rt_mem_t m, const char *algorithm, size_t size,
			  struct port_call call)
{
	struct rtalloc_heap *heap = heap_of(m, algorithm, call);

	if (!heap || !size)
		return NULL;
	return counted(m, heap, rtalloc_alloc_by(heap, size, 0, call.caller));
}

static void *memory_realloc(rt_mem_t m, const char *algorithm, void *p,
			    size_t size, struct port_call call)
{
	struct rtalloc_heap *heap = heap_of(m, algorithm, call);

	if (!heap || (!p && !size))
		return NULL;
	return counted(m, heap,
		       rtalloc_realloc_by(heap, p, size, 0, call.caller));
}

/**
 * rt_smem_init() - create a small memory heap in the caller's memory
 * @name: its name in debugfs, where a number may be appended
 * @begin_addr: its memory; a heap that was created there before is detached first
 * @size: size of the memory in bytes; 104 of them are used for the control block
 *
 * Context: Process context, may sleep.
 * Return: the heap; NULL if the memory is too small, or the kernel has no memory for its
 *	records.
 */
rt_smem_t rt_smem_init(const char *name, void *begin_addr, rt_size_t size)
{
	struct rtalloc_heap_params params = {
		.backend = "small_mem",
		.align = RT_ALIGN_SIZE,
	};
	struct memory *memory =
		memory_init(&smalls, name, begin_addr, size,
			    sizeof(struct memory), params, RT_ALIGN_SIZE);

	if (!memory)
		return NULL;
	memory->parent.algorithm = small_name;
	memory->heap_end = memory->heap_ptr + memory->parent.total;
	memory->mem_size_aligned = memory->parent.total - SMALL_HEADER;
	return &memory->parent;
}
EXPORT_SYMBOL_GPL(rt_smem_init);

/**
 * rt_smem_detach() - destroy a heap of rt_smem_init(), with all blocks
 * @m: the heap
 *
 * Context: Process context, may sleep. Nobody may use @m meanwhile.
 * Return: RT_EOK; -RT_ERROR: @m is not a valid heap of this kind.
 */
rt_err_t rt_smem_detach(rt_smem_t m)
{
	return memory_detach(&smalls, m, small_name, PORT_CALL);
}
EXPORT_SYMBOL_GPL(rt_smem_detach);

/**
 * rt_smem_alloc() - allocate a block
 * @m: the heap
 * @size: size in bytes
 *
 * Context: as rtalloc_alloc() of a spinlock heap.
 * Return: the block, or NULL, also if @size is 0.
 */
void *rt_smem_alloc(rt_smem_t m, rt_size_t size)
{
	return memory_alloc(m, small_name, size, PORT_CALL);
}
EXPORT_SYMBOL_GPL(rt_smem_alloc);

/**
 * rt_smem_realloc() - change the size of a block
 * @m: the heap
 * @rmem: the block; NULL: allocate one
 * @newsize: the new size in bytes; 0: free the block
 *
 * Context: as rt_smem_alloc().
 * Return: the block, which may have moved; NULL if there is no memory or @rmem is not a
 *	live block, then nothing has changed.
 */
void *rt_smem_realloc(rt_smem_t m, void *rmem, rt_size_t newsize)
{
	return memory_realloc(m, small_name, rmem, newsize, PORT_CALL);
}
EXPORT_SYMBOL_GPL(rt_smem_realloc);

/**
 * rt_smem_free() - free a block
 * @rmem: the block; NULL does nothing
 *
 * Anything else than a live block is refused, counted and reported; nothing changes.
 *
 * Context: as rt_smem_alloc(), linear in the number of small memory heaps.
 */
void rt_smem_free(void *rmem)
{
	struct port_range range = rtthread_range(&smalls, rmem, PORT_CALL);

	if (!range.heap)
		return;
	rtalloc_free_by(range.heap, rmem, _RET_IP_);
	counted(range.object, range.heap, NULL);
}
EXPORT_SYMBOL_GPL(rt_smem_free);

/**
 * rt_slab_init() - create a slab heap in the caller's memory
 * @name: its name in debugfs, where a number may be appended
 * @begin_addr: its memory; a heap that was created there before is detached first
 * @size: size of the memory in bytes; 704 of them are used for the control block, and the
 *	rest up to the next page boundary is not used
 *
 * Context: Process context, may sleep.
 * Return: the heap; NULL if the memory is too small, or the kernel has no memory for its
 *	records.
 */
rt_slab_t rt_slab_init(const char *name, void *begin_addr, rt_size_t size)
{
	struct rtalloc_heap_params params = {
		.backend = "slab",
		.align = RT_ALIGN_SIZE,
	};
	struct memory *memory =
		memory_init(&slabs, name, begin_addr, size, SLAB_CONTROL,
			    params, RT_MM_PAGE_SIZE);

	if (!memory)
		return NULL;
	memory->parent.algorithm = slab_name;
	return &memory->parent;
}
EXPORT_SYMBOL_GPL(rt_slab_init);

/**
 * rt_slab_detach() - destroy a heap of rt_slab_init(), with all blocks
 * @m: the heap
 *
 * Context: Process context, may sleep. Nobody may use @m meanwhile.
 * Return: RT_EOK; -RT_ERROR: @m is not a valid heap of this kind.
 */
rt_err_t rt_slab_detach(rt_slab_t m)
{
	return memory_detach(&slabs, m, slab_name, PORT_CALL);
}
EXPORT_SYMBOL_GPL(rt_slab_detach);

/**
 * rt_slab_alloc() - allocate a block
 * @m: the heap
 * @size: size in bytes
 *
 * Context: Any but NMI.
 * Return: the block, or NULL, also if @size is 0.
 */
void *rt_slab_alloc(rt_slab_t m, rt_size_t size)
{
	return memory_alloc(m, slab_name, size, PORT_CALL);
}
EXPORT_SYMBOL_GPL(rt_slab_alloc);

/**
 * rt_slab_realloc() - change the size of a block
 * @m: the heap
 * @ptr: the block; NULL: allocate one
 * @size: the new size in bytes; 0: free the block
 *
 * Context: Any but NMI. If the block moves, its contents are copied.
 * Return: the block, which may have moved; NULL if there is no memory or @ptr is not a
 *	live block, then nothing has changed.
 */
void *rt_slab_realloc(rt_slab_t m, void *ptr, rt_size_t size)
{
	return memory_realloc(m, slab_name, ptr, size, PORT_CALL);
}
EXPORT_SYMBOL_GPL(rt_slab_realloc);

/**
 * rt_slab_free() - free a block
 * @m: the heap of the block
 * @ptr: the block; NULL does nothing
 *
 * Anything else than a live block is refused, counted and reported; nothing changes.
 *
 * Context: Any but NMI.
 */
void rt_slab_free(rt_slab_t m, void *ptr)
{
	struct rtalloc_heap *heap = heap_of(m, slab_name, PORT_CALL);

	if (!heap)
		return;
	rtalloc_free_by(heap, ptr, _RET_IP_);
	counted(m, heap, NULL);
}
EXPORT_SYMBOL_GPL(rt_slab_free);

/* ---- pages ----------------------------------------------------------- */

void *rtthread_pages_alloc(struct rtalloc_heap *heap, size_t pages,
			   unsigned long caller)
{
	if (pages > SIZE_MAX / RT_MM_PAGE_SIZE)
		return NULL;
	return rtalloc_alloc_aligned_by(heap, pages * RT_MM_PAGE_SIZE,
					RT_MM_PAGE_SIZE, 0, caller);
}

void rtthread_pages_free(struct rtalloc_heap *heap, void *p, size_t pages,
			 struct port_call call)
{
	size_t size = rtalloc_usable_size(heap, p);

	if (p && size && (size % RT_MM_PAGE_SIZE ||
			  size / RT_MM_PAGE_SIZE != pages))
		port_refused(call, rtalloc_heap_name(heap),
			     "not as many pages as the block has");
	else
		rtalloc_free_by(heap, p, call.caller);
}

/**
 * rt_slab_page_alloc() - allocate whole pages
 * @m: the heap
 * @npages: number of pages, of 4096 bytes each
 *
 * Context: Any but NMI.
 * Return: address of the first page, or NULL.
 */
void *rt_slab_page_alloc(rt_slab_t m, rt_size_t npages)
{
	struct rtalloc_heap *heap = heap_of(m, slab_name, PORT_CALL);

	if (!heap)
		return NULL;
	return counted(m, heap, rtthread_pages_alloc(heap, npages, _RET_IP_));
}
EXPORT_SYMBOL_GPL(rt_slab_page_alloc);

/**
 * rt_slab_page_free() - free pages
 * @m: the heap
 * @addr: from rt_slab_page_alloc()
 * @npages: the number that rt_slab_page_alloc() was given; freeing a part is refused
 *
 * Context: Any but NMI.
 */
void rt_slab_page_free(rt_slab_t m, void *addr, rt_size_t npages)
{
	struct rtalloc_heap *heap = heap_of(m, slab_name, PORT_CALL);

	if (!heap)
		return;
	rtthread_pages_free(heap, addr, npages, PORT_CALL);
	counted(m, heap, NULL);
}
EXPORT_SYMBOL_GPL(rt_slab_page_free);

/* ---- memheap --------------------------------------------------------- */

static struct rtalloc_heap *memheap_of(const struct rt_memheap *memheap,
				       struct port_call call)
{
	if (memheap && memheap->parent.type == (RT_Object_Class_MemHeap |
						RT_Object_Class_Static))
		return memheap->heap;
	port_refused(call, NULL, "not a memheap");
	return NULL;
}

static void memheap_store(void *object, struct rtalloc_heap *heap)
{
	struct rt_memheap *memheap = object;
	struct rtalloc_snapshot snap;

	rtalloc_usage(heap, &snap);
	WRITE_ONCE(memheap->pool_size, snap.total);
	WRITE_ONCE(memheap->available_size, snap.total - snap.used);
	WRITE_ONCE(memheap->max_used_size, snap.max_used);
}

static void *memheap_counted(struct rt_memheap *memheap, void *p)
{
	port_counted(memheap->heap, memheap, memheap_store);
	return p;
}

/**
 * rt_memheap_init() - create a memheap in the caller's memory
 * @memheap: the struct to initialise; if it is a memheap already, that is detached first,
 *	also if creating the new one fails
 * @name: its name in debugfs, where a number may be appended
 * @start_addr: its memory, rounded up to a multiple of 8
 * @size: size of the memory in bytes
 *
 * Context: Process context, may sleep.
 * Return: RT_EOK; -RT_ERROR: the memory is too small, or the kernel has no memory for its
 *	records.
 */
rt_err_t rt_memheap_init(struct rt_memheap *memheap, const char *name,
			 void *start_addr, rt_size_t size)
{
	struct rtalloc_heap_params params = {
		.backend = "memheap",
		.align = RT_ALIGN_SIZE,
	};

	params.size = port_align(&start_addr, size, RT_ALIGN_SIZE);
	params.memory = start_addr;
	if (!memheap || !start_addr)
		return -RT_ERROR;
	heap_forget(&memheaps, &memheap->parent);
	memset(memheap, 0, sizeof(*memheap));
	memheap->heap = heap_open(&memheaps, memheap, name, params);
	if (!memheap->heap)
		return -RT_ERROR;
	rtthread_object_init(&memheap->parent, name,
			     RT_Object_Class_MemHeap | RT_Object_Class_Static);
	memheap->start_addr = start_addr;
	memheap_counted(memheap, NULL);
	return RT_EOK;
}
EXPORT_SYMBOL_GPL(rt_memheap_init);

/**
 * rt_memheap_detach() - destroy a memheap of rt_memheap_init(), with all blocks
 * @heap: the memheap
 *
 * Context: Process context, may sleep. Nobody may use @heap meanwhile.
 * Return: RT_EOK; -RT_ERROR: @heap is not a valid memheap.
 */
rt_err_t rt_memheap_detach(struct rt_memheap *heap)
{
	if (!memheap_of(heap, PORT_CALL))
		return -RT_ERROR;
	heap->parent.type = 0;
	heap_close(&memheaps, heap->heap);
	return RT_EOK;
}
EXPORT_SYMBOL_GPL(rt_memheap_detach);

/**
 * rt_memheap_alloc() - allocate a block
 * @heap: the memheap
 * @size: size in bytes; for 0 a block of 16 bytes is allocated, as in the original
 *
 * Context: as rtalloc_alloc() of a spinlock heap.
 * Return: the block, or NULL.
 */
void *rt_memheap_alloc(struct rt_memheap *heap, rt_size_t size)
{
	if (!memheap_of(heap, PORT_CALL))
		return NULL;
	return memheap_counted(heap, rtalloc_alloc_by(heap->heap, size ?: 1, 0,
						      _RET_IP_));
}
EXPORT_SYMBOL_GPL(rt_memheap_alloc);

/**
 * rt_memheap_realloc() - change the size of a block
 * @heap: the memheap
 * @ptr: the block; NULL: allocate one
 * @newsize: the new size in bytes; 0: free the block
 *
 * Context: as rt_memheap_alloc().
 * Return: the block, which may have moved; NULL if there is no memory or @ptr is not a
 *	live block, then nothing has changed.
 */
void *rt_memheap_realloc(struct rt_memheap *heap, void *ptr, rt_size_t newsize)
{
	if (!memheap_of(heap, PORT_CALL) || (!ptr && !newsize))
		return NULL;
	ptr = rtalloc_realloc_by(heap->heap, ptr, newsize, 0, _RET_IP_);
	return memheap_counted(heap, ptr);
}
EXPORT_SYMBOL_GPL(rt_memheap_realloc);

/**
 * rt_memheap_free() - free a block of a memheap
 * @ptr: the block; NULL does nothing
 *
 * Anything else than a live block is refused, counted and reported; nothing changes.
 *
 * Context: as rt_memheap_alloc(), linear in the number of memheaps.
 */
void rt_memheap_free(void *ptr)
{
	struct port_range range = rtthread_range(&memheaps, ptr, PORT_CALL);

	if (!range.heap)
		return;
	rtalloc_free_by(range.heap, ptr, _RET_IP_);
	memheap_counted(range.object, NULL);
}
EXPORT_SYMBOL_GPL(rt_memheap_free);

/**
 * rt_memheap_info() - read how much of a memheap is in use
 * @heap: the memheap
 * @total: where to store the bytes managed, with the two fixed headers; may be NULL
 * @used: where to store the bytes in use, headers included; may be NULL
 * @max_used: where to store the highest number of bytes in use so far; may be NULL
 *
 * Context: as rt_memheap_alloc(), constant time.
 */
void rt_memheap_info(struct rt_memheap *heap, rt_size_t *total, rt_size_t *used,
		     rt_size_t *max_used)
{
	struct rtalloc_snapshot snap;

	if (!memheap_of(heap, PORT_CALL))
		return;
	rtalloc_usage(heap->heap, &snap);
	rtthread_info(&snap, total, used, max_used);
}
EXPORT_SYMBOL_GPL(rt_memheap_info);

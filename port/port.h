/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * port.h - what the files of port/ share.
 *
 * A port is a thin layer that provides an RTOS's functions, under their own names, on
 * top of the public API in include/rtalloc/, which it uses as any driver does. Each
 * family of functions (one RTOS) has a system heap, created when the module is loaded.
 * Where an original finds the heap of a block through a pointer in the block's header,
 * a port looks the block's address up in its family's list of memory ranges.
 */
#ifndef _RTALLOC_PORT_H
#define _RTALLOC_PORT_H

#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/types.h>
#include <rtalloc/abi.h>
#include <rtalloc/caller.h>
#include <rtalloc/mempool_fixed.h>
#include <rtalloc/rtalloc.h>

/**
 * struct port_call - which function a driver called, for lines in the log
 * @name: name of the function
 * @caller: return address in the driver; also passed to the heap
 */
struct port_call {
	const char *name;
	unsigned long caller;
};

/* Use only in functions that drivers call directly: it takes the return address. */
#define PORT_CALL	((struct port_call){ __func__, _RET_IP_ })

/*
 * Log that @call was refused, and @why. @what: name of the heap or object, or NULL.
 * These four functions log one rate-limited line. Context: any but NMI.
 */
void port_refused(struct port_call call, const char *what, const char *why);
/* Log that @call failed with the errno @err. */
void port_failed(struct port_call call, const char *what, int err);
/* Log that a check of the heap found @fault. */
void port_damaged(struct port_call call, const char *what,
		  const struct rtalloc_fault *fault);
/* Log that a check of the heap was given up, because the heap changed all the time. */
void port_unfinished(struct port_call call, const char *what);

/**
 * struct port_ranges - the memory ranges of a family's heaps
 * @lock: serialises changes of @list; readers use RCU
 * @list: the ranges, newest first, so that of nested ranges (a heap in another heap's
 *	block) the inner one is found
 */
struct port_ranges {
	struct mutex lock;	/* serialises changes of list */
	struct list_head list;
};

#define PORT_RANGES(name)						\
	struct port_ranges name = {					\
		.lock = __MUTEX_INITIALIZER((name).lock),		\
		.list = LIST_HEAD_INIT((name).list),			\
	}

/**
 * struct port_range - a memory range of one heap
 * @start: address of its first byte
 * @size: its size in bytes
 * @heap: the heap, or the pool, that it belongs to
 * @object: the struct or handle by which drivers know that heap
 */
struct port_range {
	const void *start;
	size_t size;
	void *heap;
	void *object;
};

/* Add @range to the list. Returns 0 or -ENOMEM. May sleep. */
int port_range_add(struct port_ranges *ranges, struct port_range range);
/* Remove the range of @heap that begins at @start, or all of them (NULL). May sleep. */
void port_range_remove(struct port_ranges *ranges, const void *heap,
		       const void *start);
/* Return the newest range that contains @p, or one with all members 0. Not in an NMI. */
struct port_range port_range_find(struct port_ranges *ranges, const void *p);
/* Return the heap of @object, or NULL. Not in an NMI. */
void *port_range_heap(struct port_ranges *ranges, const void *object);

/* The region of heaps that are created without memory; NULL: the default region. */
extern struct rtalloc_region *port_region;

/*
 * Create a heap with @params and a unique name made from @name: characters that are not
 * allowed are replaced, and a number is appended if the name is taken. May sleep.
 * Returns the heap or an ERR_PTR().
 */
struct rtalloc_heap *port_heap_open(const char *name,
				    struct rtalloc_heap_params params);
/* The same for a pool in @size bytes at @memory; NULL: in the region of heaps. */
struct mempool_fixed *port_pool_open(const char *name,
				     struct mempool_fixed_params params,
				     void *memory, size_t size);
/*
 * Destroy a heap with all blocks in it. Its memory is not touched afterwards, as it may
 * be the driver's: a holder of a reference to the heap is left with a closed record.
 */
void port_heap_close(struct rtalloc_heap *heap);

/*
 * Call @update to copy counters of @heap into @object, where drivers read them. Calls
 * for one @object are serialised, so the newest counters are stored last, and they are
 * exact whenever no call on the heap is in progress. Allowed where calls on @heap are.
 * @update is called with a lock held and may take the lock of @heap.
 */
void port_counted(struct rtalloc_heap *heap, void *object,
		  void (*update)(void *object, struct rtalloc_heap *heap));

/**
 * struct port_family - a family of functions and its system heap
 * @name: name of the family, and of its heaps in debugfs
 * @backend: name of the backend of its heaps
 * @heap: where the family keeps its system heap; main.c creates and destroys it
 * @align: alignment of its heaps, in bytes
 * @size: bytes of the system heap as a module parameter gave them; 0: no system heap
 */
struct port_family {
	const char *name;
	char *const *backend;
	struct rtalloc_heap **heap;
	unsigned int align;
	size_t size;
};

extern struct port_family port_freertos;
extern struct port_family port_lwip;
extern struct port_family port_rtthread;
extern struct port_family port_sylixos;

/*
 * Create a heap of @family in @size bytes at @memory. With @memory NULL, create one like
 * the system heap that the module was loaded with. May sleep. Returns the heap, an
 * ERR_PTR(), or NULL: the module was loaded without a system heap for @family.
 */
struct rtalloc_heap *port_family_heap(const struct port_family *family,
				      void *memory, size_t size);

/* Set up and tear down what the module has besides heaps. Process context. */
int lwip_sys_init(void);
void lwip_sys_exit(void);
void port_threads_exit(void);
void freertos_pend_exit(void);

/* Round *@p up to a multiple of @align. Return how many of @size bytes are left. */
static inline size_t port_align(void **p, size_t size, size_t align)
{
	size_t skip = -(size_t)*p & (align - 1);

	*p += skip;
	return size > skip ? size - skip : 0;
}

#endif /* _RTALLOC_PORT_H */

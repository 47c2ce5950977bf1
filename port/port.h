/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * port.h - what the ports of the originals' functions share.
 *
 * A port is a thin layer: upstream's names over the public API, a client of
 * include/rtalloc/ like any driver. Each family of functions has a system heap,
 * made when the module is loaded. Where an original finds the heap of a block
 * by a pointer in the block's header, a port looks the address up in the list
 * of its family's ranges.
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
 * struct port_call - whose call it is, for the log; heaps are told the caller too
 * @name: the function by its own name
 * @caller: where it was called from
 */
struct port_call {
	const char *name;
	unsigned long caller;
};

/* Only for functions that drivers call: it takes the return address. */
#define PORT_CALL	((struct port_call){ __func__, _RET_IP_ })

/*
 * A line of the log, as the core's: @what, a heap or an object by its name, if it
 * has one; who was refused and why. Rate-limited. Any context but NMI.
 */
void port_refused(struct port_call call, const char *what, const char *why);
/* The same of a change that ended with @err. */
void port_failed(struct port_call call, const char *what, int err);
/* The same of a check that found @fault, and of one that came to no end. */
void port_damaged(struct port_call call, const char *what,
		  const struct rtalloc_fault *fault);
void port_unfinished(struct port_call call, const char *what);

/**
 * struct port_ranges - memory that the heaps of a family serve
 * @lock: guards @list against changes; looking takes no lock
 * @list: the newest first, so that a heap inside another's block is found
 */
struct port_ranges {
	struct mutex lock;	/* guards list */
	struct list_head list;
};

#define PORT_RANGES(name)						\
	struct port_ranges name = {					\
		.lock = __MUTEX_INITIALIZER((name).lock),		\
		.list = LIST_HEAD_INIT((name).list),			\
	}

/**
 * struct port_range - memory that a heap serves
 * @start: its first byte
 * @size: bytes
 * @heap: the heap, or what else the family works with
 * @object: what the family's callers know it by
 */
struct port_range {
	const void *start;
	size_t size;
	void *heap;
	void *object;
};

/* Have @range found from now on: 0 or -ENOMEM. May sleep. */
int port_range_add(struct port_ranges *ranges, struct port_range range);
/* Forget the range of @heap at @start; NULL: all of them. May sleep. */
void port_range_remove(struct port_ranges *ranges, const void *heap,
		       const void *start);
/* The newest range that @p lies in; all zero: there is none. Not in an NMI. */
struct port_range port_range_find(struct port_ranges *ranges, const void *p);
/* The heap of @object, or NULL. Not in an NMI. */
void *port_range_heap(struct port_ranges *ranges, const void *object);

/* Where heaps lie that bring no memory; NULL: in the default region. */
extern struct rtalloc_region *port_region;

/*
 * Make a heap as @params says, called @name or like it: characters that no name
 * can have are replaced, a number follows where the name is taken. May sleep.
 */
struct rtalloc_heap *port_heap_open(const char *name,
				    struct rtalloc_heap_params params);
/* The same for a pool: of @size bytes at @memory, NULL: where heaps lie. */
struct mempool_fixed *port_pool_open(const char *name,
				     struct mempool_fixed_params params,
				     void *memory, size_t size);
/*
 * The heap goes, with all blocks in it. Its memory may be the caller's and is
 * left alone from here on: who holds the heap by name holds a closed record.
 */
void port_heap_close(struct rtalloc_heap *heap);

/*
 * Have @update store counters of @heap in @object, whose callers look at them.
 * One such call at a time: what was counted last is stored last, so that the
 * counters are exact when nobody works on the heap. Legal where the calls of
 * @heap are. @update is called with a lock held that is taken before @heap's.
 */
void port_counted(struct rtalloc_heap *heap, void *object,
		  void (*update)(void *object, struct rtalloc_heap *heap));

/**
 * struct port_family - a family of functions and its system heap
 * @name: of the family, and of its heaps in debugfs
 * @backend: of its heaps
 * @heap: where the family keeps its system heap; main.c makes and removes it
 * @align: of its heaps
 * @size: bytes of the system heap that the module was loaded with, 0: none
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
 * A heap of @family: of @size bytes at @memory; with @memory NULL one like the
 * system heap at load: NULL if there was none. May sleep.
 */
struct rtalloc_heap *port_family_heap(const struct port_family *family,
				      void *memory, size_t size);

/* Set up and tear down what the module has beside heaps. Process context. */
int lwip_sys_init(void);
void lwip_sys_exit(void);
void port_threads_exit(void);

/* Bytes that @p, rounded up to @align, leaves of @size; 0: none. */
static inline size_t port_align(void **p, size_t size, size_t align)
{
	size_t skip = -(size_t)*p & (align - 1);

	*p += skip;
	return size > skip ? size - skip : 0;
}

#endif /* _RTALLOC_PORT_H */

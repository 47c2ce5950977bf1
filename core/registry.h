/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * registry.h - all heaps: making, finding and removing them (heap.c), and the
 * observer that is told about that.
 */
#ifndef _RTALLOC_REGISTRY_H
#define _RTALLOC_REGISTRY_H

#include <linux/list.h>
#include <linux/mutex.h>

#include "core/heap.h"

/**
 * struct rtalloc_observer - functions through which the interface learns of
 * heaps
 * @added: called when a heap has been made. May sleep. What it returns becomes
 *	heap->view.
 * @removed: called without the registry lock when a heap is about to end.
 *	Returns when no request of a shell uses the heap any more.
 */
struct rtalloc_observer {
	void *(*added)(struct rtalloc_heap *heap);
	void (*removed)(struct rtalloc_heap *heap);
};

/* Guards the lists of regions and heaps, and their entries. */
extern struct mutex rtalloc_registry_lock;
extern struct list_head rtalloc_heaps;
extern const struct rtalloc_ops *const rtalloc_backends[];

/*
 * In the functions below @why is set to a constant line whenever an error is
 * returned. @caller is reported where emptied magazines hold a damaged block.
 */
struct rtalloc_heap *rtalloc_heap_make(const struct rtalloc_heap_params *params,
				       bool pinned, u32 *links, const char **why);
int rtalloc_heap_unpublish(struct rtalloc_heap *heap, bool force,
			   unsigned long caller, const char **why);

struct rtalloc_heap *
rtalloc_heap_create_with(const struct rtalloc_heap_params *params, u32 *links);
int rtalloc_heap_destroy_by(struct rtalloc_heap *heap, bool force,
			    unsigned long caller);

void rtalloc_heap_hold(struct rtalloc_heap *heap);
void rtalloc_heap_drain(struct rtalloc_heap *heap, unsigned long caller);
struct rtalloc_heap *rtalloc_heap_find(const char *name);
void rtalloc_heaps_release_all(void);
void rtalloc_observe(const struct rtalloc_observer *observer);

#endif /* _RTALLOC_REGISTRY_H */

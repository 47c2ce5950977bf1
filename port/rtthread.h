/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rtthread.h - what the files of RT-Thread's port share.
 */
#ifndef _RTALLOC_PORT_RTTHREAD_PRIVATE_H
#define _RTALLOC_PORT_RTTHREAD_PRIVATE_H

#include <rtalloc/port/rtthread.h>
#include "port/port.h"

/* Make @object one of @class, called @name as far as that fits. */
void rtthread_object_init(struct rt_object *object, const char *name,
			  unsigned int class);

/* Whole pages of a slab heap. */
void *rtthread_pages_alloc(struct rtalloc_heap *heap, size_t pages);
void rtthread_pages_free(struct rtalloc_heap *heap, void *p, size_t pages);

/* @p, given to @call, lies in no heap of those that it may belong to. */
void rtthread_foreign(const char *call);

#endif /* _RTALLOC_PORT_RTTHREAD_PRIVATE_H */

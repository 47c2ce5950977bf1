/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rtthread.h - what the files of RT-Thread's port share.
 */
#ifndef _RTALLOC_PORT_RTTHREAD_PRIVATE_H
#define _RTALLOC_PORT_RTTHREAD_PRIVATE_H

#include <linux/srcu.h>
#include <rtalloc/port/queue.h>
#include <rtalloc/port/rtthread.h>
#include "port/port.h"

/* Make @object one of @class, called @name as far as that fits. */
void rtthread_object_init(struct rt_object *object, const char *name,
			  unsigned int class);

/* The address of a member of the struct at @object; NULL of NULL. */
#define port_member(object, member)	((object) ? &(object)->member : NULL)

/* What queue.h and bits.h say, in RT-Thread's numbers; what is wrong is told. */
rt_err_t rtthread_result(int err, struct port_call call);
/*
 * End the object at @parent, which is made of @queue, if it is one, of class and kind
 * @type: one that was initialised is not deleted, and the other way round.
 */
rt_err_t rtthread_queue_end(const struct rt_object *parent, struct port_queue *queue,
			    unsigned int type, struct port_call call);
/* RT_IPC_CMD_RESET of an object that is made of @queue: @count items are in it then. */
rt_err_t rtthread_queue_reset(struct port_queue *queue, int cmd, rt_uint16_t count,
			      struct port_call call);

/* Held while a hook runs; it may sleep where its caller may. */
extern struct srcu_struct rtthread_hooks;

/* Call what the pointer @hook leads to, if there is anything. */
#define hook_call(hook, ...)						\
	do {								\
		typeof(hook) hook_;					\
		int idx_;						\
									\
		if (!READ_ONCE(hook))					\
			break;						\
		idx_ = srcu_read_lock(&rtthread_hooks);			\
		hook_ = READ_ONCE(hook);				\
		if (hook_)						\
			hook_(__VA_ARGS__);				\
		srcu_read_unlock(&rtthread_hooks, idx_);		\
	} while (0)

/* When this is done, nobody runs the function that @hook led to. May sleep. */
#define hook_set(hook, function)					\
	do {								\
		WRITE_ONCE(hook, function);				\
		synchronize_srcu(&rtthread_hooks);			\
	} while (0)

/* Whole pages of a slab heap. */
void *rtthread_pages_alloc(struct rtalloc_heap *heap, size_t pages,
			   unsigned long caller);
void rtthread_pages_free(struct rtalloc_heap *heap, void *p, size_t pages,
			 struct port_call call);

/*
 * The range of @p, which is given back by @call: all zero when @p is NULL, or in
 * no heap of those that it may belong to, which is reported.
 */
struct port_range rtthread_range(struct port_ranges *ranges, const void *p,
				 struct port_call call);
/* Copy these fields of @snap; each of the pointers may be NULL. */
void rtthread_info(const struct rtalloc_snapshot *snap, rt_size_t *total,
		   rt_size_t *used, rt_size_t *max_used);

#endif /* _RTALLOC_PORT_RTTHREAD_PRIVATE_H */

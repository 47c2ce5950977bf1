/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rtthread.h - what the files of the RT-Thread port share.
 */
#ifndef _RTALLOC_PORT_RTTHREAD_PRIVATE_H
#define _RTALLOC_PORT_RTTHREAD_PRIVATE_H

#include <linux/atomic.h>
#include <linux/srcu.h>
#include <rtalloc/port/queue.h>
#include <rtalloc/port/rtthread.h>
#include "port/port.h"

/* Initialise @object with @class and @name, which is cut to RT_NAME_MAX characters. */
void rtthread_object_init(struct rt_object *object, const char *name,
			  unsigned int class);

/* Address of a member of *@object; NULL if @object is NULL. */
#define port_member(object, member)	((object) ? &(object)->member : NULL)

/* Convert a result of queue.h or bits.h to RT-Thread's error code, and log misuse. */
rt_err_t rtthread_result(int err, struct port_call call);
/*
 * End the object with header @parent and queue @queue, if it is valid and of @type.
 * @type has the bit RT_Object_Class_Static for objects of the init functions, so that
 * these are refused by the delete functions, and created objects by detach functions.
 */
rt_err_t rtthread_queue_end(const struct rt_object *parent, struct port_queue *queue,
			    unsigned int type, struct port_call call);
/* Handle RT_IPC_CMD_RESET of an object with @queue, which then has @count items. */
rt_err_t rtthread_queue_reset(struct port_queue *queue, int cmd, rt_uint16_t count,
			      struct port_call call);

/* Read-locked while a hook runs. SRCU, as a hook may sleep where its caller may. */
extern struct srcu_struct rtthread_hooks;

/* Call the function that the pointer variable @hook holds, unless it is NULL. */
#define hook_call(hook, ...)						\
	do {								\
		typeof(hook) hook_;					\
		int idx_;						\
									\
		if (!READ_ONCE(hook))					\
			break;						\
		idx_ = srcu_read_lock(&rtthread_hooks);			\
		/* Pairs with hook_set(): the hook finds what it was set up with. */ \
		hook_ = smp_load_acquire(&(hook));			\
		if (hook_)						\
			hook_(__VA_ARGS__);				\
		srcu_read_unlock(&rtthread_hooks, idx_);		\
	} while (0)

/* Set @hook, and wait until nobody runs the previous function any more. Sleeps. */
#define hook_set(hook, function)					\
	do {								\
		/* Pairs with hook_call(). */				\
		smp_store_release(&(hook), function);			\
		synchronize_srcu(&rtthread_hooks);			\
	} while (0)

/* Allocate and free whole pages of a slab heap. */
void *rtthread_pages_alloc(struct rtalloc_heap *heap, size_t pages,
			   unsigned long caller);
void rtthread_pages_free(struct rtalloc_heap *heap, void *p, size_t pages,
			 struct port_call call);

/*
 * Find the range that contains @p, a block that @call frees. Returns one with all members
 * 0 if @p is NULL, and also, after a line in the log, if @p is in none of @ranges.
 */
struct port_range rtthread_range(struct port_ranges *ranges, const void *p,
				 struct port_call call);
/* Copy three fields of @snap to where the pointers say; each may be NULL. */
void rtthread_info(const struct rtalloc_snapshot *snap, rt_size_t *total,
		   rt_size_t *used, rt_size_t *max_used);

#endif /* _RTALLOC_PORT_RTTHREAD_PRIVATE_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rtthread_def.h - RT-Thread's types, lists and a few of its services, as far as
 * code that allocates needs them. Included by rtthread.h.
 */
#ifndef _RTALLOC_PORT_RTTHREAD_DEF_H
#define _RTALLOC_PORT_RTTHREAD_DEF_H

#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/types.h>

/* ---- types and numbers ------------------------------------------------ */

typedef int8_t		rt_int8_t;
typedef int16_t		rt_int16_t;
typedef int32_t		rt_int32_t;
typedef int64_t		rt_int64_t;
typedef uint8_t		rt_uint8_t;
typedef uint16_t	rt_uint16_t;
typedef uint32_t	rt_uint32_t;
typedef uint64_t	rt_uint64_t;
typedef long		rt_base_t;
typedef unsigned long	rt_ubase_t;
typedef unsigned long	rt_uintptr_t;
typedef int		rt_bool_t;
typedef rt_base_t	rt_err_t;
typedef rt_uint32_t	rt_tick_t;
typedef rt_base_t	rt_off_t;
typedef rt_ubase_t	rt_size_t;
typedef rt_base_t	rt_ssize_t;

#define RT_TRUE			1
#define RT_FALSE		0
#define RT_NULL			NULL

#define RT_NAME_MAX		8
#define RT_ALIGN_SIZE		8
#define RT_MM_PAGE_SIZE		4096
#define RT_MM_PAGE_BITS		12
#define RT_MM_PAGE_MASK		(RT_MM_PAGE_SIZE - 1)
#define RT_UINT8_MAX		0xffu
#define RT_UINT16_MAX		0xffffu
#define RT_UINT32_MAX		0xffffffffu
#define RT_TICK_PER_SECOND	HZ
#define RT_WAITING_FOREVER	(-1)
#define RT_WAITING_NO		0
#define RT_TICK_MAX		0xffffffffu

#define RT_ALIGN(size, align)		ALIGN(size, align)
#define RT_ALIGN_DOWN(size, align)	ALIGN_DOWN(size, align)
#define RT_IS_ALIGN(addr, align)	(!((rt_ubase_t)(addr) & ((align) - 1)))
#define RT_UNUSED(x)			((void)(x))
#define rt_inline			static inline __maybe_unused
#define rt_weak				__weak
#define rt_used				__used
#define rt_section(x)			__section(x)
#define rt_packed(declare)		declare __packed
#define rt_align(n)			__aligned(n)

#define RT_VERSION_CHECK(major, minor, revise)				\
	((major) * 10000 + (minor) * 100 + (revise))
#define RTTHREAD_VERSION		RT_VERSION_CHECK(5, 1, 0)

#define RT_KERNEL_MALLOC(size)		rt_malloc(size)
#define RT_KERNEL_REALLOC(p, size)	rt_realloc(p, size)
#define RT_KERNEL_FREE(p)		rt_free(p)

#define RT_EOK			0
#define RT_ERROR		255
#define RT_ETIMEOUT		ETIMEDOUT
#define RT_EFULL		ENOSPC
#define RT_EEMPTY		ENODATA
#define RT_ENOMEM		ENOMEM
#define RT_EBUSY		EBUSY
#define RT_EIO			EIO
#define RT_EINTR		EINTR
#define RT_EINVAL		EINVAL
#define RT_ENOSYS		38

/* ---- lists ------------------------------------------------------------ */

struct rt_list_node {
	struct rt_list_node *next;
	struct rt_list_node *prev;
};

typedef struct rt_list_node rt_list_t;

#define RT_LIST_OBJECT_INIT(object)	{ &(object), &(object) }

rt_inline void rt_list_init(rt_list_t *l)
{
	l->next = l;
	l->prev = l;
}

rt_inline void rt_list_insert_after(rt_list_t *l, rt_list_t *n)
{
	n->next = l->next;
	n->prev = l;
	l->next->prev = n;
	l->next = n;
}

rt_inline void rt_list_insert_before(rt_list_t *l, rt_list_t *n)
{
	rt_list_insert_after(l->prev, n);
}

rt_inline void rt_list_remove(rt_list_t *n)
{
	n->next->prev = n->prev;
	n->prev->next = n->next;
	rt_list_init(n);
}

rt_inline int rt_list_isempty(const rt_list_t *l)
{
	return l->next == l;
}

rt_inline unsigned int rt_list_len(const rt_list_t *l)
{
	const rt_list_t *at;
	unsigned int n = 0;

	for (at = l->next; at != l; at = at->next)
		n++;
	return n;
}

#define rt_container_of(ptr, type, member)				\
	((type *)((char *)(ptr) - offsetof(type, member)))
#define rt_list_entry(node, type, member)				\
	rt_container_of(node, type, member)
#define rt_list_first_entry(ptr, type, member)				\
	rt_list_entry((ptr)->next, type, member)
#define rt_list_for_each(pos, head)					\
	for ((pos) = (head)->next; (pos) != (head); (pos) = (pos)->next)
#define rt_list_for_each_safe(pos, n, head)				\
	for ((pos) = (head)->next, (n) = (pos)->next; (pos) != (head);	\
	     (pos) = (n), (n) = (pos)->next)
#define rt_list_for_each_entry(pos, head, member)			\
	for ((pos) = rt_list_entry((head)->next, typeof(*(pos)), member); \
	     &(pos)->member != (head);					\
	     (pos) = rt_list_entry((pos)->member.next, typeof(*(pos)),	\
				   member))
#define rt_list_for_each_entry_safe(pos, n, head, member)		\
	for ((pos) = rt_list_entry((head)->next, typeof(*(pos)), member), \
	     (n) = rt_list_entry((pos)->member.next, typeof(*(pos)), member); \
	     &(pos)->member != (head);					\
	     (pos) = (n),						\
	     (n) = rt_list_entry((n)->member.next, typeof(*(n)), member))

/* ---- lists with one link ------------------------------------------------ */

struct rt_slist_node {
	struct rt_slist_node *next;
};

typedef struct rt_slist_node rt_slist_t;

#define RT_SLIST_OBJECT_INIT(object)	{ NULL }

rt_inline void rt_slist_init(rt_slist_t *l)
{
	l->next = NULL;
}

rt_inline void rt_slist_insert(rt_slist_t *l, rt_slist_t *n)
{
	n->next = l->next;
	l->next = n;
}

rt_inline rt_slist_t *rt_slist_tail(rt_slist_t *l)
{
	while (l->next)
		l = l->next;
	return l;
}

rt_inline void rt_slist_append(rt_slist_t *l, rt_slist_t *n)
{
	n->next = NULL;
	rt_slist_tail(l)->next = n;
}

rt_inline rt_slist_t *rt_slist_remove(rt_slist_t *l, rt_slist_t *n)
{
	rt_slist_t *at = l;

	while (at->next && at->next != n)
		at = at->next;
	if (at->next)
		at->next = n->next;
	return l;
}

rt_inline rt_slist_t *rt_slist_first(rt_slist_t *l)
{
	return l->next;
}

rt_inline rt_slist_t *rt_slist_next(rt_slist_t *n)
{
	return n->next;
}

rt_inline int rt_slist_isempty(const rt_slist_t *l)
{
	return !l->next;
}

rt_inline unsigned int rt_slist_len(const rt_slist_t *l)
{
	unsigned int n = 0;

	while ((l = l->next))
		n++;
	return n;
}

#define rt_slist_entry(node, type, member)				\
	rt_container_of(node, type, member)
#define rt_slist_for_each(pos, head)					\
	for ((pos) = (head)->next; (pos); (pos) = (pos)->next)

/* ---- objects ---------------------------------------------------------- */

enum rt_object_class_type {
	RT_Object_Class_MemHeap	= 0x07,
	RT_Object_Class_MemPool	= 0x08,
	RT_Object_Class_Memory	= 0x0c,
	RT_Object_Class_Static	= 0x80,
};

/**
 * struct rt_object - name and class
 * @name: as it was given, cut at RT_NAME_MAX characters, padded with NUL
 * @type: of &enum rt_object_class_type; 0: there is no such object any more
 * @flag: not used
 * @list: not linked
 */
struct rt_object {
	char name[RT_NAME_MAX];
	rt_uint8_t type;
	rt_uint8_t flag;
	rt_list_t list;
};

typedef struct rt_object *rt_object_t;

rt_inline rt_uint8_t rt_object_get_type(rt_object_t object)
{
	return object->type & ~RT_Object_Class_Static;
}

/* ---- services --------------------------------------------------------- */

/* A failed assertion is said once, and the code goes on. */
#define RT_ASSERT(cond)							\
	do {								\
		if (!(cond))						\
			pr_warn_once("rtthread: assertion failed: %s\n", #cond); \
	} while (0)

#define rt_kprintf(...)		pr_info(__VA_ARGS__)
#define rt_memset		memset
#define rt_memcpy		memcpy
#define rt_memmove		memmove
#define rt_memcmp		memcmp
#define rt_strlen		strlen
#define rt_strcmp		strcmp
#define rt_strncmp		strncmp
#define rt_strncpy		strncpy
#define rt_snprintf		snprintf

rt_inline rt_tick_t rt_tick_get(void)
{
	return jiffies;
}

rt_inline rt_tick_t rt_tick_from_millisecond(rt_int32_t ms)
{
	return ms < 0 ? RT_WAITING_FOREVER : msecs_to_jiffies(ms);
}

#endif /* _RTALLOC_PORT_RTTHREAD_DEF_H */

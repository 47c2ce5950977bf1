/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rtthread_def.h - RT-Thread's types, lists, and a few services that code which allocates
 * needs. Included by rtthread.h.
 *
 * Nothing here sleeps or takes a lock. All functions may be called in any context, except
 * that those which log must not be called in an NMI. The caller must lock its lists. List
 * functions take constant time unless they say otherwise.
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

/* rt_size_t and rt_ubase_t have the width of a pointer, rt_tick_t has 32 bits. */
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

/*
 * These values are fixed, because structs that depend on them are shared with the module. A
 * name of eight characters has no NUL at its end.
 */
#define RT_NAME_MAX		8
#define RT_ALIGN_SIZE		8
#define RT_MM_PAGE_SIZE		4096
#define RT_MM_PAGE_BITS		12
#define RT_MM_PAGE_MASK		(RT_MM_PAGE_SIZE - 1)
#define RT_UINT8_MAX		0xffu
#define RT_UINT16_MAX		0xffffu
#define RT_UINT32_MAX		0xffffffffu

/* Limits of the objects of rtthread_ipc.h. Priorities are ignored there. */
#define RT_SEM_VALUE_MAX	RT_UINT16_MAX
#define RT_MB_ENTRY_MAX		RT_UINT16_MAX
#define RT_MQ_ENTRY_MAX		RT_UINT16_MAX
#define RT_THREAD_PRIORITY_MAX	32

/*
 * A tick is a jiffy. RT_WAITING_FOREVER, like any negative time, means no limit.
 */
#define RT_TICK_PER_SECOND	HZ
#define RT_WAITING_FOREVER	(-1)
#define RT_WAITING_NO		0
#define RT_TICK_MAX		0xffffffffu

/*
 * Alignments are powers of two. RT_ALIGN() rounds up, RT_ALIGN_DOWN() rounds down, and
 * RT_IS_ALIGN() checks whether an address is a multiple.
 */
#define RT_ALIGN(size, align)		ALIGN(size, align)
#define RT_ALIGN_DOWN(size, align)	ALIGN_DOWN(size, align)
#define RT_IS_ALIGN(addr, align)	(!((rt_ubase_t)(addr) & ((align) - 1)))

/*
 * RT_UNUSED() avoids a compiler warning; the others are attributes under RT-Thread's names.
 */
#define RT_UNUSED(x)			((void)(x))
#define rt_inline			static inline __maybe_unused
#define rt_weak				__weak
#define rt_used				__used
#define rt_section(x)			__section(x)
#define RT_WEAK				__weak
#define RT_USED				__used
#define RT_SECTION(x)			__section(x)
#define rt_packed(declare)		declare __packed
#define rt_align(n)			__aligned(n)

/**
 * RT_VERSION_CHECK() - convert a version to a number that can be compared
 * @major: first number
 * @minor: second number, below 100
 * @revise: third number, below 100
 *
 * RTTHREAD_VERSION is the version whose offsets of heaps and order of pools are used here.
 *
 * Return: the number.
 */
#define RT_VERSION_CHECK(major, minor, revise)				\
	((major) * 10000 + (minor) * 100 + (revise))
#define RTTHREAD_VERSION		RT_VERSION_CHECK(5, 1, 0)

/* Blocks of the system heap, see rtthread.h. */
#define RT_KERNEL_MALLOC(size)		rt_malloc(size)
#define RT_KERNEL_REALLOC(p, size)	rt_realloc(p, size)
#define RT_KERNEL_FREE(p)		rt_free(p)

/*
 * Functions return these values negated: -RT_ETIMEOUT. Except for RT_EOK and RT_ERROR they
 * are Linux's errnos, not RT-Thread's numbers.
 */
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
#define RT_ENOENT		ENOENT
#define RT_ENOSPC		ENOSPC
#define RT_EPERM		EPERM
#define RT_EFAULT		EFAULT
#define RT_ENOBUFS		ENOBUFS
#define RT_ENOSYS		38
#define RT_ETRAP		254

/* ---- lists ------------------------------------------------------------ */

/**
 * struct rt_list_node - a link of a list, or its head
 * @next: the next link, or the head if this is the last
 * @prev: the previous link, or the head if this is the first
 *
 * Works like struct list_head, but is a different type.
 */
struct rt_list_node {
	struct rt_list_node *next;
	struct rt_list_node *prev;
};

typedef struct rt_list_node rt_list_t;

/* Initialiser for the head of an empty list. */
#define RT_LIST_OBJECT_INIT(object)	{ &(object), &(object) }

/**
 * rt_list_init() - initialise an empty list, or a link that is in no list
 * @l: the head or link
 */
rt_inline void rt_list_init(rt_list_t *l)
{
	l->next = l;
	l->prev = l;
}

/**
 * rt_list_insert_after() - insert a link after another
 * @l: a link in a list; its head: @n becomes the first
 * @n: the new link, which is in no list
 */
rt_inline void rt_list_insert_after(rt_list_t *l, rt_list_t *n)
{
	n->next = l->next;
	n->prev = l;
	l->next->prev = n;
	l->next = n;
}

/**
 * rt_list_insert_before() - insert a link before another
 * @l: a link in a list; its head: @n becomes the last
 * @n: the new link, which is in no list
 */
rt_inline void rt_list_insert_before(rt_list_t *l, rt_list_t *n)
{
	rt_list_insert_after(l->prev, n);
}

/**
 * rt_list_remove() - remove a link from its list
 * @n: the link; it may be removed again, which has no effect
 */
rt_inline void rt_list_remove(rt_list_t *n)
{
	n->next->prev = n->prev;
	n->prev->next = n->next;
	rt_list_init(n);
}

/**
 * rt_list_isempty() - is a list empty, or a link in no list?
 * @l: the head or link
 *
 * Return: 1 or 0.
 */
rt_inline int rt_list_isempty(const rt_list_t *l)
{
	return l->next == l;
}

/**
 * rt_list_len() - count the links of a list; linear
 * @l: the head, which does not count
 *
 * Return: the number of links.
 */
rt_inline unsigned int rt_list_len(const rt_list_t *l)
{
	const rt_list_t *at;
	unsigned int n = 0;

	for (at = l->next; at != l; at = at->next)
		n++;
	return n;
}

/**
 * rt_container_of() - get the struct that contains a member
 * @ptr: address of the member
 * @type: type of the struct
 * @member: name of the member
 *
 * Unlike container_of() it does not check types.
 *
 * Return: the struct.
 */
#define rt_container_of(ptr, type, member)				\
	((type *)((char *)(ptr) - offsetof(type, member)))

/* rt_container_of() for a link. */
#define rt_list_entry(node, type, member)				\
	rt_container_of(node, type, member)

/* The same for the first link of the list at @ptr, which must not be empty. */
#define rt_list_first_entry(ptr, type, member)				\
	rt_list_entry((ptr)->next, type, member)

/**
 * rt_list_for_each() - loop over the links of a list
 * @pos: the link; it must stay in the list
 * @head: head of the list
 */
#define rt_list_for_each(pos, head)					\
	for ((pos) = (head)->next; (pos) != (head); (pos) = (pos)->next)

/**
 * rt_list_for_each_safe() - the same; @pos may be removed or freed in the loop
 * @pos: the link
 * @n: used by the loop itself: the next link
 * @head: head of the list
 */
#define rt_list_for_each_safe(pos, n, head)				\
	for ((pos) = (head)->next, (n) = (pos)->next; (pos) != (head);	\
	     (pos) = (n), (n) = (pos)->next)

/**
 * rt_list_for_each_entry() - loop over the structs whose links are in a list
 * @pos: the struct; its link must stay in the list
 * @head: head of the list
 * @member: name of the link in the struct
 */
#define rt_list_for_each_entry(pos, head, member)			\
	for ((pos) = rt_list_entry((head)->next, typeof(*(pos)), member); \
	     &(pos)->member != (head);					\
	     (pos) = rt_list_entry((pos)->member.next, typeof(*(pos)),	\
				   member))

/**
 * rt_list_for_each_entry_safe() - the same; @pos may be removed or freed in the loop
 * @pos: the struct
 * @n: used by the loop itself: the next struct
 * @head: head of the list
 * @member: name of the link in the struct
 */
#define rt_list_for_each_entry_safe(pos, n, head, member)		\
	for ((pos) = rt_list_entry((head)->next, typeof(*(pos)), member), \
	     (n) = rt_list_entry((pos)->member.next, typeof(*(pos)), member); \
	     &(pos)->member != (head);					\
	     (pos) = (n),						\
	     (n) = rt_list_entry((n)->member.next, typeof(*(n)), member))

/* ---- singly linked lists ------------------------------------------------ */

/**
 * struct rt_slist_node - a link of a singly linked list, or its head
 * @next: the next link, or NULL
 */
struct rt_slist_node {
	struct rt_slist_node *next;
};

typedef struct rt_slist_node rt_slist_t;

/* Initialiser for the head of an empty list. */
#define RT_SLIST_OBJECT_INIT(object)	{ NULL }

/**
 * rt_slist_init() - initialise an empty list
 * @l: the head
 */
rt_inline void rt_slist_init(rt_slist_t *l)
{
	l->next = NULL;
}

/**
 * rt_slist_insert() - insert a link after another
 * @l: a link in a list, or its head
 * @n: the new link, which is in no list
 */
rt_inline void rt_slist_insert(rt_slist_t *l, rt_slist_t *n)
{
	n->next = l->next;
	l->next = n;
}

/**
 * rt_slist_tail() - get the last link; linear
 * @l: the head
 *
 * Return: the link; @l itself, if the list is empty.
 */
rt_inline rt_slist_t *rt_slist_tail(rt_slist_t *l)
{
	while (l->next)
		l = l->next;
	return l;
}

/**
 * rt_slist_append() - insert a link at the end of a list; linear
 * @l: the head
 * @n: the new link, which is in no list
 */
rt_inline void rt_slist_append(rt_slist_t *l, rt_slist_t *n)
{
	n->next = NULL;
	rt_slist_tail(l)->next = n;
}

/**
 * rt_slist_remove() - remove a link from its list; linear
 * @l: the head
 * @n: the link, whose @next is not changed; nothing happens if it is not in the list
 *
 * Return: @l.
 */
rt_inline rt_slist_t *rt_slist_remove(rt_slist_t *l, rt_slist_t *n)
{
	rt_slist_t *at = l;

	while (at->next && at->next != n)
		at = at->next;
	if (at->next)
		at->next = n->next;
	return l;
}

/**
 * rt_slist_first() - get the first link
 * @l: the head
 *
 * Return: the link, or NULL.
 */
rt_inline rt_slist_t *rt_slist_first(rt_slist_t *l)
{
	return l->next;
}

/**
 * rt_slist_pop() - remove the first link
 * @l: the head
 *
 * Return: the link, whose @next is NULL now, or NULL if the list is empty.
 */
rt_inline rt_slist_t *rt_slist_pop(rt_slist_t *l)
{
	rt_slist_t *n = l->next;

	if (!n)
		return NULL;
	l->next = n->next;
	n->next = NULL;
	return n;
}

/**
 * rt_slist_next() - get the link after another
 * @n: the link
 *
 * Return: the link, or NULL.
 */
rt_inline rt_slist_t *rt_slist_next(rt_slist_t *n)
{
	return n->next;
}

/**
 * rt_slist_isempty() - is a list empty?
 * @l: the head
 *
 * Return: 1 or 0.
 */
rt_inline int rt_slist_isempty(const rt_slist_t *l)
{
	return !l->next;
}

/**
 * rt_slist_len() - count the links of a list; linear
 * @l: the head, which does not count
 *
 * Return: the number of links.
 */
rt_inline unsigned int rt_slist_len(const rt_slist_t *l)
{
	unsigned int n = 0;

	while ((l = l->next))
		n++;
	return n;
}

/* rt_container_of() for a link. */
#define rt_slist_entry(node, type, member)				\
	rt_container_of(node, type, member)

/**
 * rt_slist_for_each() - loop over the links of a list
 * @pos: the link; it must stay in the list
 * @head: head of the list
 */
#define rt_slist_for_each(pos, head)					\
	for ((pos) = (head)->next; (pos); (pos) = (pos)->next)

/* rt_slist_entry(), or NULL if the link is NULL. */
#define __rt_slist_entry_or_null(node, type, member)			\
	({								\
		rt_slist_t *__node = (node);				\
									\
		__node ? rt_slist_entry(__node, type, member) : NULL;	\
	})

/**
 * rt_slist_for_each_entry() - loop over the structs whose links are in a list
 * @pos: the struct; its link must stay in the list. NULL after the loop
 * @head: head of the list
 * @member: name of the link in the struct
 */
#define rt_slist_for_each_entry(pos, head, member)			\
	for ((pos) = __rt_slist_entry_or_null((head)->next,		\
					      typeof(*(pos)), member);	\
	     (pos);							\
	     (pos) = __rt_slist_entry_or_null((pos)->member.next,	\
					      typeof(*(pos)), member))

/* rt_slist_entry() of the first and of the last link of a list that is not empty. */
#define rt_slist_first_entry(ptr, type, member)				\
	rt_slist_entry((ptr)->next, type, member)
#define rt_slist_tail_entry(ptr, type, member)				\
	rt_slist_entry(rt_slist_tail(ptr), type, member)

/* ---- objects ---------------------------------------------------------- */

/**
 * enum rt_object_class_type - classes of objects, with RT-Thread's numbers
 * @RT_Object_Class_Semaphore: of rt_sem_init() and rt_sem_create()
 * @RT_Object_Class_Event: of rt_event_init() and rt_event_create()
 * @RT_Object_Class_MailBox: of rt_mb_init() and rt_mb_create()
 * @RT_Object_Class_MessageQueue: of rt_mq_init() and rt_mq_create()
 * @RT_Object_Class_MemHeap: of rt_memheap_init()
 * @RT_Object_Class_MemPool: of rt_mp_init() and rt_mp_create()
 * @RT_Object_Class_Timer: of rt_timer_init() and rt_timer_create()
 * @RT_Object_Class_Memory: of rt_smem_init() and rt_slab_init()
 * @RT_Object_Class_Static: flag in addition: the object is in the caller's memory
 */
enum rt_object_class_type {
	RT_Object_Class_Semaphore = 0x02,
	RT_Object_Class_Event	= 0x04,
	RT_Object_Class_MailBox	= 0x05,
	RT_Object_Class_MessageQueue = 0x06,
	RT_Object_Class_MemHeap	= 0x07,
	RT_Object_Class_MemPool	= 0x08,
	RT_Object_Class_Timer	= 0x0a,
	RT_Object_Class_Memory	= 0x0c,
	RT_Object_Class_Static	= 0x80,
};

/**
 * struct rt_object - name and class
 * @name: the name, cut to RT_NAME_MAX characters, padded with NUL
 * @type: a value of &enum rt_object_class_type; 0: the object has ended
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

/**
 * rt_object_get_type() - get the class of an object
 * @object: a heap, a pool, a semaphore, a mailbox, a message queue, an event or a timer
 *
 * Return: of &enum rt_object_class_type, without the bit for static ones; 0: it was
 *	detached.
 */
rt_inline rt_uint8_t rt_object_get_type(rt_object_t object)
{
	return object->type & ~RT_Object_Class_Static;
}

/**
 * rt_object_is_systemobject() - is an object in memory of the caller's?
 * @object: as for rt_object_get_type()
 *
 * Return: RT_TRUE for an object that was initialised, RT_FALSE for one that was created.
 */
rt_inline rt_bool_t rt_object_is_systemobject(rt_object_t object)
{
	return object->type & RT_Object_Class_Static ? RT_TRUE : RT_FALSE;
}

/* ---- services --------------------------------------------------------- */

/**
 * RT_ASSERT() - log a line if a condition is false, once for each place in the code
 * @cond: the condition
 *
 * RT-Thread halts here; this continues, so that a driver does not stop the kernel.
 *
 * Context: Any but NMI.
 */
#define RT_ASSERT(cond)							\
	do {								\
		if (!(cond))						\
			pr_warn_once("rtthread: assertion failed: %s\n", #cond); \
	} while (0)

/*
 * Each rt_kprintf() starts a new line in the log, at level info. The others are Linux's
 * functions.
 */
#define rt_kprintf(...)		pr_info(__VA_ARGS__)
#define rt_kputs(str)		pr_info("%s", str)
#define rt_memset		memset
#define rt_memcpy		memcpy
#define rt_memmove		memmove
#define rt_memcmp		memcmp
#define rt_strlen		strlen
#define rt_strcmp		strcmp
#define rt_strncmp		strncmp
#define rt_strncpy		strncpy
#define rt_strcpy		strcpy
#define rt_strnlen		strnlen
#define rt_strcasecmp		strcasecmp
#define rt_strstr		strstr
#define rt_snprintf		snprintf
#define rt_vsnprintf		vsnprintf
#define rt_sprintf		sprintf
#define rt_vsprintf		vsprintf

/**
 * rt_tick_get() - get the present tick
 *
 * The value has 32 bits and, like jiffies, starts shortly before it wraps, so only
 * differences are meaningful.
 *
 * Context: Any.
 * Return: ticks.
 */
rt_inline rt_tick_t rt_tick_get(void)
{
	return jiffies;
}

/**
 * rt_tick_get_delta() - get the ticks that have passed
 * @base: an earlier value of rt_tick_get()
 *
 * Context: Any.
 * Return: ticks, also if rt_tick_get() has wrapped meanwhile.
 */
rt_inline rt_tick_t rt_tick_get_delta(rt_tick_t base)
{
	return rt_tick_get() - base;
}

/**
 * rt_tick_get_millisecond() - get the present time in milliseconds
 *
 * Context: Any.
 * Return: milliseconds; only differences are meaningful.
 */
rt_inline rt_tick_t rt_tick_get_millisecond(void)
{
	return jiffies64_to_msecs(get_jiffies_64());
}

/**
 * rt_tick_from_millisecond() - convert milliseconds to ticks
 * @ms: milliseconds; negative: no limit
 *
 * Context: Any.
 * Return: ticks, rounded up; RT_WAITING_FOREVER for a negative @ms.
 */
rt_inline rt_tick_t rt_tick_from_millisecond(rt_int32_t ms)
{
	return ms < 0 ? RT_WAITING_FOREVER : msecs_to_jiffies(ms);
}

#endif /* _RTALLOC_PORT_RTTHREAD_DEF_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sylixos_types.h - general-purpose types and macros of SylixOS: optional. Include it after
 * all headers of Linux.
 *
 *   LW_SPIN_LOCK_QUICK()    spin_lock_irqsave(); the level holds the interrupt state
 *   API_TimeMSleep()        a tick is a jiffy; process context
 *   _List_Line_*()          a doubly linked list whose head is a pointer
 *
 * Threads, semaphores and message queues are in sylixos_ipc.h. Use Linux's functions for
 * devices and interrupts.
 */
#ifndef _RTALLOC_PORT_SYLIXOS_TYPES_H
#define _RTALLOC_PORT_SYLIXOS_TYPES_H

#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <rtalloc/port/sylixos.h>

#define VOID			void
typedef char CHAR;
typedef unsigned char UCHAR;
typedef short SHORT;
typedef unsigned short USHORT;
typedef int INT;
typedef unsigned int UINT;

/* Both have the width of a pointer: 64 bits on a machine of 64. */
typedef long LONG;
typedef unsigned long ULONG;
typedef signed char INT8;
typedef unsigned char UINT8;
typedef short INT16;
typedef unsigned short UINT16;
typedef int INT32;
typedef unsigned int UINT32;
typedef long long INT64;
typedef unsigned long long UINT64;
typedef char *PCHAR;
typedef unsigned char *PUCHAR;
typedef const void *CPVOID;
typedef unsigned long addr_t;

/* Functions of other types are cast to these. */
typedef int (*FUNCPTR)(void);
typedef void (*VOIDFUNCPTR)(void);

#define ERROR_NONE		0u
#define PX_ERROR		(-1)
#define ERROR_SYSTEM_LOW_MEMORY	ENOMEM

/* Does nothing: there is no errno in the kernel; functions return errors. */
#define _ErrorHandle(error)	((VOID)(error))

#define LW_INLINE		static inline
#define LW_STATIC		static

/* Expands to nothing: a module exports symbols by EXPORT_SYMBOL(). */
#define LW_SYMBOL_EXPORT

/* ---- numbers, memory ---------------------------------------------------- */

#ifndef ROUND_UP
/**
 * ROUND_UP() - round a number up to a multiple
 * @x: a number
 * @align: a power of two
 *
 * Return: the smallest multiple of @align that is not less than @x.
 */
#define ROUND_UP(x, align)	(((x) + ((align) - 1)) & ~((align) - 1))
#endif
#ifndef ROUND_DOWN
/**
 * ROUND_DOWN() - round a number down to a multiple
 * @x: a number
 * @align: a power of two
 *
 * Return: the largest multiple of @align that is not greater than @x.
 */
#define ROUND_DOWN(x, align)	((x) & ~((align) - 1))
#endif
#ifndef MIN
/* Linux's min() and max(): both arguments of the same type, each evaluated once. */
#define MIN(x, y)		min(x, y)
#endif
#ifndef MAX
#define MAX(x, y)		max(x, y)
#endif

/* Functions of the C library: Linux's. Context: any. */
#define lib_memcpy(to, from, n)		memcpy(to, from, n)
#define lib_memmove(to, from, n)	memmove(to, from, n)
#define lib_memset(to, byte, n)		memset(to, byte, n)
#define lib_memcmp(a, b, n)		memcmp(a, b, n)
#define lib_bzero(to, n)		memset(to, 0, n)
#define lib_strlen(s)			strlen(s)
#define lib_strcmp(a, b)		strcmp(a, b)
#define lib_strncmp(a, b, n)		strncmp(a, b, n)

/* The result of Linux's function differs from that of SylixOS. */
#define lib_strlcpy(to, from, n)	((void)strscpy(to, from, n))

/* Log a line, at level info. */
#define _PrintFormat(...)		pr_info(__VA_ARGS__)

/* ---- locks -------------------------------------------------------------- */

/* The interrupt state that LW_SPIN_LOCK_QUICK() saves for LW_SPIN_UNLOCK_QUICK(). */
typedef unsigned long INTREG;

/* Define a lock; LW_SPIN_INIT() must initialise it. */
#define LW_SPIN_DEFINE(lock)		spinlock_t lock
#define LW_SPINLOCK_DEFINE(lock)	LW_SPIN_DEFINE(lock)

/**
 * LW_SPIN_INIT() - initialise a spinlock
 * @lock: its address
 */
#define LW_SPIN_INIT(lock)		spin_lock_init(lock)

/**
 * LW_SPIN_LOCK_QUICK() - disable interrupts and lock a spinlock
 * @lock: its address
 * @level: address of an INTREG of the caller's, where the interrupt state is saved
 *
 * On PREEMPT_RT interrupts stay enabled, and a caller that has to wait for the lock sleeps.
 *
 * Context: Any but NMI; on PREEMPT_RT not in hard interrupts or under raw
 *	spinlocks.
 */
#define LW_SPIN_LOCK_QUICK(lock, level)	spin_lock_irqsave(lock, *(level))

/**
 * LW_SPIN_UNLOCK_QUICK() - unlock a spinlock and restore the interrupt state
 * @lock: its address
 * @level: the INTREG itself, not its address
 *
 * Context: Where LW_SPIN_LOCK_QUICK() was called.
 */
#define LW_SPIN_UNLOCK_QUICK(lock, level)	spin_unlock_irqrestore(lock, level)

/* ---- time --------------------------------------------------------------- */

#define LW_TICK_HZ		HZ

/**
 * API_TimeGet() - get the present tick
 *
 * A tick is a jiffy; a second has LW_TICK_HZ ticks. Only differences are meaningful.
 *
 * Context: Any.
 * Return: ticks.
 */
#define API_TimeGet()		((ULONG)jiffies)
#define Lw_Time_Get()		API_TimeGet()

/**
 * API_TimeSleep() - sleep for some ticks
 * @ulTick: ticks, at most LONG_MAX, so not LW_OPTION_WAIT_INFINITE
 *
 * API_ThreadDelete() does not cut this short, unlike waits for objects.
 *
 * Context: Process context without a lock, sleeps.
 */
LW_INLINE VOID API_TimeSleep(ULONG ulTick)
{
	schedule_timeout_uninterruptible(ulTick);
}

/**
 * API_TimeMSleep() - sleep for at least some milliseconds
 * @ulMSeconds: milliseconds, less than 2^31
 *
 * API_ThreadDelete() does not cut this short.
 *
 * Context: Process context without a lock, sleeps.
 */
LW_INLINE VOID API_TimeMSleep(ULONG ulMSeconds)
{
	msleep(ulMSeconds);
}

#define Lw_Time_Sleep(ticks)	API_TimeSleep(ticks)
#define Lw_Time_MSleep(ms)	API_TimeMSleep(ms)

/* ---- lists -------------------------------------------------------------- */

/**
 * struct __list_line - a link of a list
 * @LIST_LINE_plistNext: the next link, or NULL
 * @LIST_LINE_plistPrev: the previous link, or NULL
 *
 * The caller must lock its lists. Functions on lists take constant time, in any context.
 */
typedef struct __list_line {
	struct __list_line *LIST_LINE_plistNext;
	struct __list_line *LIST_LINE_plistPrev;
} LW_LIST_LINE;

typedef struct __list_line *PLW_LIST_LINE;

/* The head of a list: a pointer to its first link; NULL: the list is empty. */
typedef struct __list_line *LW_LIST_LINE_HEADER;

/**
 * _LIST_ENTRY() - get the struct that contains a link
 * @p: the link
 * @type: type of the struct
 * @member: name of the link in the struct
 *
 * Return: the struct.
 */
#define _LIST_ENTRY(p, type, member)	container_of(p, type, member)

/* Get the link after @line and the one before it; NULL if there is none. */
#define _list_line_get_next(line)	((line)->LIST_LINE_plistNext)
#define _list_line_get_prev(line)	((line)->LIST_LINE_plistPrev)

/**
 * _List_Line_Add_Ahead() - insert a link at the front of a list
 * @plineNew: the new link, which is in no list
 * @pplineHeader: address of the head
 */
LW_INLINE VOID _List_Line_Add_Ahead(PLW_LIST_LINE plineNew,
				    struct __list_line **pplineHeader)
{
	plineNew->LIST_LINE_plistPrev = LW_NULL;
	plineNew->LIST_LINE_plistNext = *pplineHeader;
	if (*pplineHeader)
		(*pplineHeader)->LIST_LINE_plistPrev = plineNew;
	*pplineHeader = plineNew;
}

/**
 * _List_Line_Del() - remove a link from its list
 * @plineDel: the link, which must be in the list; its own pointers are not changed
 * @pplineHeader: address of the head
 */
LW_INLINE VOID _List_Line_Del(PLW_LIST_LINE plineDel,
			      struct __list_line **pplineHeader)
{
	PLW_LIST_LINE plineNext = plineDel->LIST_LINE_plistNext;
	PLW_LIST_LINE plinePrev = plineDel->LIST_LINE_plistPrev;

	if (plineNext)
		plineNext->LIST_LINE_plistPrev = plinePrev;
	if (plinePrev)
		plinePrev->LIST_LINE_plistNext = plineNext;
	else
		*pplineHeader = plineNext;
}

#endif /* _RTALLOC_PORT_SYLIXOS_TYPES_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sylixos_types.h - types and macros that SylixOS has at large and a driver may use
 * beside its memory: optional, after every include of Linux's.
 *
 *   LW_SPIN_LOCK_QUICK()    Linux's spin_lock_irqsave(); the level is its flags
 *   API_TimeMSleep()        a tick is a jiffy; process context
 *   _List_Line_*()          a chain with a pointer for its head
 *
 * Threads, semaphores and message queues are in sylixos_ipc.h; devices and
 * interrupts are Linux's own.
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

/* Nothing: a module has no errno, and returns what went wrong. */
#define _ErrorHandle(error)	((VOID)(error))

#define LW_INLINE		static inline
#define LW_STATIC		static

/* Nothing: a module says itself what it exports. */
#define LW_SYMBOL_EXPORT	/* a module says itself what it exports */

/* ---- numbers, memory ---------------------------------------------------- */

#ifndef ROUND_UP
/**
 * ROUND_UP() - the next multiple
 * @x: a number
 * @align: a power of two
 *
 * Return: the least multiple of @align that is not below @x.
 */
#define ROUND_UP(x, align)	(((x) + ((align) - 1)) & ~((align) - 1))
#endif
#ifndef ROUND_DOWN
/**
 * ROUND_DOWN() - the multiple before
 * @x: a number
 * @align: a power of two
 *
 * Return: the greatest multiple of @align that is not above @x.
 */
#define ROUND_DOWN(x, align)	((x) & ~((align) - 1))
#endif
#ifndef MIN
/* As Linux's min() and max(): both of one type, and each is evaluated once. */
#define MIN(x, y)		min(x, y)
#endif
#ifndef MAX
#define MAX(x, y)		max(x, y)
#endif

/* The functions of the C library are Linux's, in any context. */
#define lib_memcpy(to, from, n)		memcpy(to, from, n)
#define lib_memmove(to, from, n)	memmove(to, from, n)
#define lib_memset(to, byte, n)		memset(to, byte, n)
#define lib_memcmp(a, b, n)		memcmp(a, b, n)
#define lib_bzero(to, n)		memset(to, 0, n)
#define lib_strlen(s)			strlen(s)
#define lib_strcmp(a, b)		strcmp(a, b)
#define lib_strncmp(a, b, n)		strncmp(a, b, n)

/* Linux's has another result: nobody looks at that of a copy that is cut. */
#define lib_strlcpy(to, from, n)	((void)strscpy(to, from, n))

/* A line of the log, at level info. */
#define _PrintFormat(...)		pr_info(__VA_ARGS__)

/* ---- locks -------------------------------------------------------------- */

/* What LW_SPIN_LOCK_QUICK() keeps for LW_SPIN_UNLOCK_QUICK(). */
typedef unsigned long INTREG;

/* Defines a lock, without making it: LW_SPIN_INIT() does. */
#define LW_SPIN_DEFINE(lock)		spinlock_t lock
#define LW_SPINLOCK_DEFINE(lock)	LW_SPIN_DEFINE(lock)

/**
 * LW_SPIN_INIT() - make a spinlock that nobody has
 * @lock: its address
 */
#define LW_SPIN_INIT(lock)		spin_lock_init(lock)

/**
 * LW_SPIN_LOCK_QUICK() - take a spinlock, with interrupts off
 * @lock: its address
 * @level: where to keep whether interrupts were on, an INTREG of the caller's own
 *
 * On PREEMPT_RT interrupts stay on and who waits for the lock sleeps.
 *
 * Context: Any but NMI; on PREEMPT_RT not in hard interrupts or under raw
 *	spinlocks.
 */
#define LW_SPIN_LOCK_QUICK(lock, level)	spin_lock_irqsave(lock, *(level))

/**
 * LW_SPIN_UNLOCK_QUICK() - give a spinlock, with interrupts as they were
 * @lock: its address
 * @level: the INTREG itself, not its address
 *
 * Context: Where LW_SPIN_LOCK_QUICK() was called.
 */
#define LW_SPIN_UNLOCK_QUICK(lock, level)	spin_unlock_irqrestore(lock, level)

/* ---- time --------------------------------------------------------------- */

#define LW_TICK_HZ		HZ

/**
 * API_TimeGet() - the time now
 *
 * A tick is a jiffy, LW_TICK_HZ of them are a second. Only differences mean
 * something.
 *
 * Context: Any.
 * Return: ticks.
 */
#define API_TimeGet()		((ULONG)jiffies)
#define Lw_Time_Get()		API_TimeGet()

/**
 * API_TimeSleep() - sleep for a time
 * @ulTick: ticks, not LW_OPTION_WAIT_INFINITE or what else is above LONG_MAX
 *
 * API_ThreadDelete() does not cut it short, as it does waits for objects.
 *
 * Context: Process context without a lock, sleeps.
 */
LW_INLINE VOID API_TimeSleep(ULONG ulTick)
{
	schedule_timeout_uninterruptible(ulTick);
}

/**
 * API_TimeMSleep() - sleep for a time at least
 * @ulMSeconds: milliseconds, below 2^31
 *
 * As API_TimeSleep().
 *
 * Context: Process context without a lock, sleeps.
 */
LW_INLINE VOID API_TimeMSleep(ULONG ulMSeconds)
{
	msleep(ulMSeconds);
}

#define Lw_Time_Sleep(ticks)	API_TimeSleep(ticks)
#define Lw_Time_MSleep(ms)	API_TimeMSleep(ms)

/* ---- chains ------------------------------------------------------------- */

/**
 * struct __list_line - a link of a chain
 * @LIST_LINE_plistNext: the one behind it, or NULL
 * @LIST_LINE_plistPrev: the one before it, or NULL
 *
 * Chains are the caller's to lock. Their calls take constant time, in any context.
 */
typedef struct __list_line {
	struct __list_line *LIST_LINE_plistNext;
	struct __list_line *LIST_LINE_plistPrev;
} LW_LIST_LINE;

typedef struct __list_line *PLW_LIST_LINE;

/* The head of a chain: its first link; NULL: it is empty. */
typedef struct __list_line *LW_LIST_LINE_HEADER;

/**
 * _LIST_ENTRY() - the struct that a link is a member of
 * @p: the link
 * @type: of the struct
 * @member: its name in the struct
 *
 * Return: the struct.
 */
#define _LIST_ENTRY(p, type, member)	container_of(p, type, member)

/* The link behind @line, and that before it; NULL: there is none. */
#define _list_line_get_next(line)	((line)->LIST_LINE_plistNext)
#define _list_line_get_prev(line)	((line)->LIST_LINE_plistPrev)

/**
 * _List_Line_Add_Ahead() - put a link in front of a chain
 * @plineNew: in no chain
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
 * _List_Line_Del() - take a link out of its chain
 * @plineDel: the link, which must be in it; what it leads to stays as it was
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

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sylixos_types.h - types and macros that SylixOS has at large and a driver may use
 * beside its memory: optional, after every include of Linux's.
 *
 *   LW_SPIN_LOCK_QUICK()    Linux's spin_lock_irqsave(); the level is its flags
 *   API_TimeMSleep()        a tick is a jiffy; process context
 *   _List_Line_*()          a chain with a pointer for its head
 *
 * Threads, semaphores and message queues are in sylixos_ipc.h; devices and interrupts
 * are Linux's own.
 */
#ifndef _RTALLOC_PORT_SYLIXOS_TYPES_H
#define _RTALLOC_PORT_SYLIXOS_TYPES_H

#include <linux/delay.h>
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
typedef int (*FUNCPTR)(void);
typedef void (*VOIDFUNCPTR)(void);

#define ERROR_NONE		0u
#define PX_ERROR		(-1)

#define LW_INLINE		static inline
#define LW_STATIC		static
#define LW_SYMBOL_EXPORT	/* a module says itself what it exports */

/* ---- numbers, memory ---------------------------------------------------- */

#ifndef ROUND_UP
#define ROUND_UP(x, align)	(((x) + ((align) - 1)) & ~((align) - 1))
#endif
#ifndef ROUND_DOWN
#define ROUND_DOWN(x, align)	((x) & ~((align) - 1))
#endif
#ifndef MIN
#define MIN(x, y)		min(x, y)
#endif
#ifndef MAX
#define MAX(x, y)		max(x, y)
#endif

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

#define _PrintFormat(...)		pr_info(__VA_ARGS__)

/* ---- locks -------------------------------------------------------------- */

typedef unsigned long INTREG;

#define LW_SPIN_DEFINE(lock)		spinlock_t lock
#define LW_SPIN_INIT(lock)		spin_lock_init(lock)
#define LW_SPIN_LOCK_QUICK(lock, level)	spin_lock_irqsave(lock, *(level))
#define LW_SPIN_UNLOCK_QUICK(lock, level)	spin_unlock_irqrestore(lock, level)

/* ---- time --------------------------------------------------------------- */

#define LW_TICK_HZ		HZ
#define API_TimeGet()		((ULONG)jiffies)
#define Lw_Time_Get()		API_TimeGet()

LW_INLINE VOID API_TimeSleep(ULONG ulTick)
{
	schedule_timeout_uninterruptible(ulTick);
}

LW_INLINE VOID API_TimeMSleep(ULONG ulMSeconds)
{
	msleep(ulMSeconds);
}

#define Lw_Time_Sleep(ticks)	API_TimeSleep(ticks)
#define Lw_Time_MSleep(ms)	API_TimeMSleep(ms)

/* ---- chains ------------------------------------------------------------- */

typedef struct __list_line {
	struct __list_line *LIST_LINE_plistNext;
	struct __list_line *LIST_LINE_plistPrev;
} LW_LIST_LINE;

typedef struct __list_line *PLW_LIST_LINE;
typedef struct __list_line *LW_LIST_LINE_HEADER;

#define _LIST_ENTRY(p, type, member)	container_of(p, type, member)
#define _list_line_get_next(line)	((line)->LIST_LINE_plistNext)
#define _list_line_get_prev(line)	((line)->LIST_LINE_plistPrev)

LW_INLINE VOID _List_Line_Add_Ahead(PLW_LIST_LINE plineNew,
				    struct __list_line **pplineHeader)
{
	plineNew->LIST_LINE_plistPrev = LW_NULL;
	plineNew->LIST_LINE_plistNext = *pplineHeader;
	if (*pplineHeader)
		(*pplineHeader)->LIST_LINE_plistPrev = plineNew;
	*pplineHeader = plineNew;
}

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

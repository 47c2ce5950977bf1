/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sylixos_ipc.h - SylixOS's threads, semaphores and message queues over what Linux has
 * of the kind: optional, for drivers that are made of them.
 *
 *   thread       a kthread; its priority and stack are Linux's affair
 *   semaphore    binary (B), counting (C) and mutual exclusion (M), which its owner
 *                may take more than once; it gives its owner no priority
 *   queue        messages of any length up to the largest, copied
 *
 * A handle is a number there, a pointer here, of the same width; LW_OBJECT_HANDLE_INVALID
 * is none. What never ends in SylixOS must end in a module: API_ThreadDelete() and
 * API_ThreadJoin() wait until the thread's function has returned; the former asks it to.
 * From then on every wait of that thread ends at once, with
 * ERROR_THREAD_WAIT_TIMEOUT, but for that of mutual exclusion, so that
 *
 *	while (API_SemaphoreBPend(sem, LW_OPTION_WAIT_INFINITE) == ERROR_NONE)
 *
 * ends by itself; a loop that ignores the result asks API_ThreadShouldStop(), which is
 * new. An interrupt's handler is request_irq()'s, devices are Linux's.
 *
 * Objects lie in the system heap (sylixos=SIZE).
 *
 * Context: what posts or sends anywhere but in NMI and, on PREEMPT_RT, hard interrupts
 * (Linux's interrupt handlers are threads there); what waits in process context, without
 * a lock; what creates as sys_malloc(); what deletes a thread in process context.
 */
#ifndef _RTALLOC_PORT_SYLIXOS_IPC_H
#define _RTALLOC_PORT_SYLIXOS_IPC_H

#include <linux/atomic.h>
#include <linux/err.h>
#include <rtalloc/port/sylixos_types.h>
#include <rtalloc/port/thread.h>

typedef unsigned long LW_OBJECT_HANDLE;
typedef LW_OBJECT_HANDLE LW_HANDLE;
typedef LW_OBJECT_HANDLE LW_OBJECT_ID;

#define LW_OBJECT_HANDLE_INVALID	0ul
#define LW_HANDLE_INVALID		LW_OBJECT_HANDLE_INVALID

/* Waiters have Linux's order. */
#define LW_OPTION_DEFAULT		0ul
#define LW_OPTION_NONE			0ul
#define LW_OPTION_WAIT_FIFO		0ul
#define LW_OPTION_WAIT_PRIORITY		1ul
#define LW_OPTION_OBJECT_GLOBAL		0ul
#define LW_OPTION_OBJECT_LOCAL		0ul
#define LW_OPTION_DELETE_SAFE		0ul
#define LW_OPTION_INHERIT_PRIORITY	0ul
#define LW_OPTION_THREAD_STK_CHK	0ul
#define LW_OPTION_THREAD_STK_CLR	0ul
#define LW_OPTION_THREAD_USED_FP	0ul

/* Ticks to wait. */
#define LW_OPTION_NOT_WAIT		0ul
#define LW_OPTION_WAIT_INFINITE		(~0ul)

/* As errnos: the originals' numbers are not those of Linux. */
#define ERROR_KERNEL_HANDLE_NULL	((ULONG)EINVAL)
#define ERROR_THREAD_WAIT_TIMEOUT	((ULONG)ETIMEDOUT)
#define ERROR_EVENT_FULL		((ULONG)EOVERFLOW)
#define ERROR_EVENT_NOT_OWN		((ULONG)EPERM)
#define ERROR_MSGQUEUE_MSG_LEN		((ULONG)EMSGSIZE)

/* LW_OPTION_WAIT_INFINITE waits for ever. */
LW_INLINE long __sylixos_ticks(ULONG ulTimeout)
{
	return ulTimeout > LONG_MAX ? -1 : (long)ulTimeout;
}

LW_INLINE LW_OBJECT_HANDLE __sylixos_made(PVOID pvObject, unsigned long *pulId)
{
	if (pulId)
		*pulId = (LW_OBJECT_HANDLE)pvObject;
	return (LW_OBJECT_HANDLE)pvObject;
}

/* What @pulId has, which has none then; NULL: it had none. */
LW_INLINE PVOID __sylixos_taken(unsigned long *pulId)
{
	PVOID pvObject = pulId ? (PVOID)*pulId : LW_NULL;

	if (pulId)
		*pulId = LW_OBJECT_HANDLE_INVALID;
	return pvObject;
}

/* ---- threads ------------------------------------------------------------ */

#define LW_PRIO_HIGHEST			0
#define LW_PRIO_NORMAL			200
#define LW_PRIO_LOWEST			255
#define LW_CFG_THREAD_DEFAULT_STK_SIZE	8192

typedef void *(*PTHREAD_START_ROUTINE)(PVOID pvArg);

typedef struct {
	PVOID THREADATTR_pvArg;
	size_t THREADATTR_stStackByteSize;
	UINT8 THREADATTR_ucPriority;
	ULONG THREADATTR_ulOption;
} LW_CLASS_THREADATTR, *PLW_CLASS_THREADATTR;

typedef struct {
	struct task_struct *task;
	PTHREAD_START_ROUTINE function;
	PVOID argument;
	PVOID result;
	wait_queue_head_t waiting;	/* who joins */
	BOOL has_ended;
} __LW_CLASS_THREAD;

LW_INLINE VOID API_ThreadAttrBuild(PLW_CLASS_THREADATTR pthreadattr,
				   size_t stStackByteSize, UINT8 ucPriority,
				   ULONG ulOption, PVOID pvArg)
{
	pthreadattr->THREADATTR_pvArg = pvArg;
	pthreadattr->THREADATTR_stStackByteSize = stStackByteSize;
	pthreadattr->THREADATTR_ucPriority = ucPriority;
	pthreadattr->THREADATTR_ulOption = ulOption;
}

LW_INLINE LW_CLASS_THREADATTR API_ThreadAttrGetDefault(VOID)
{
	LW_CLASS_THREADATTR threadattr = {
		.THREADATTR_stStackByteSize = LW_CFG_THREAD_DEFAULT_STK_SIZE,
		.THREADATTR_ucPriority = LW_PRIO_NORMAL,
	};

	return threadattr;
}

LW_INLINE VOID API_ThreadAttrSetArg(PLW_CLASS_THREADATTR pthreadattr,
				    PVOID pvArg)
{
	pthreadattr->THREADATTR_pvArg = pvArg;
}

LW_INLINE VOID API_ThreadAttrSetPriority(PLW_CLASS_THREADATTR pthreadattr,
					 UINT8 ucPriority)
{
	pthreadattr->THREADATTR_ucPriority = ucPriority;
}

LW_INLINE VOID API_ThreadAttrSetStackSize(PLW_CLASS_THREADATTR pthreadattr,
					  size_t stByteSize)
{
	pthreadattr->THREADATTR_stStackByteSize = stByteSize;
}

/* Shall the calling thread end? */
LW_INLINE BOOL API_ThreadShouldStop(VOID)
{
	return port_thread_should_stop();
}

LW_INLINE int __sylixos_thread_run(void *data)
{
	__LW_CLASS_THREAD *thread = data;

	thread->result = thread->function(thread->argument);
	/* Who sees it sees the result. */
	smp_store_release(&thread->has_ended, LW_TRUE);
	wake_up_all(&thread->waiting);
	port_thread_park();
	return 0;
}

/* @pthreadattr NULL: the default. It runs at once. */
LW_INLINE LW_OBJECT_HANDLE
API_ThreadCreate(CPCHAR pcName, PTHREAD_START_ROUTINE pfuncThread,
		 PLW_CLASS_THREADATTR pthreadattr, unsigned long *pulId)
{
	__LW_CLASS_THREAD *thread = sys_zalloc(sizeof(*thread));

	if (!thread)
		return __sylixos_made(LW_NULL, pulId);
	thread->function = pfuncThread;
	thread->argument = pthreadattr ? pthreadattr->THREADATTR_pvArg : LW_NULL;
	init_waitqueue_head(&thread->waiting);
	thread->task = kthread_create(__sylixos_thread_run, thread, "%s",
				      pcName ?: "sylixos");
	if (IS_ERR(thread->task)) {
		sys_free(thread);
		return __sylixos_made(LW_NULL, pulId);
	}
	/* It may look at its handle as soon as it runs. */
	__sylixos_made(thread, pulId);
	wake_up_process(thread->task);
	return (LW_OBJECT_HANDLE)thread;
}

/* Asks it to end, and returns when it has; not from the thread itself. */
LW_INLINE ULONG API_ThreadDelete(unsigned long *pulId, PVOID pvRetVal)
{
	__LW_CLASS_THREAD *thread = __sylixos_taken(pulId);

	(VOID)pvRetVal;
	if (!thread)
		return ERROR_KERNEL_HANDLE_NULL;
	kthread_stop(thread->task);
	sys_free(thread);
	return ERROR_NONE;
}

/* Returns when its function has, without asking it to; the handle is gone then. */
LW_INLINE ULONG API_ThreadJoin(LW_OBJECT_HANDLE ulId, PVOID *ppvRetValAddr)
{
	__LW_CLASS_THREAD *thread = (PVOID)ulId;

	if (!thread)
		return ERROR_KERNEL_HANDLE_NULL;
	/* As above. */
	if (port_wait(thread->waiting, smp_load_acquire(&thread->has_ended),
		      -1))
		return ERROR_THREAD_WAIT_TIMEOUT;
	if (ppvRetValAddr)
		*ppvRetValAddr = thread->result;
	return API_ThreadDelete(&ulId, LW_NULL);
}

/* ---- semaphores --------------------------------------------------------- */

typedef struct {
	spinlock_t lock;	/* guards what is below */
	wait_queue_head_t waiting;
	ULONG count;
	ULONG most;
	struct task_struct *owner;	/* of one for mutual exclusion */
	ULONG depth;			/* how often it has taken it more */
} __LW_CLASS_SEMAPHORE;

LW_INLINE LW_OBJECT_HANDLE __sylixos_sem_create(ULONG ulCount, ULONG ulMost,
						unsigned long *pulId)
{
	__LW_CLASS_SEMAPHORE *sem = LW_NULL;

	if (ulMost && ulCount <= ulMost)
		sem = sys_zalloc(sizeof(*sem));
	if (!sem)
		return __sylixos_made(LW_NULL, pulId);
	spin_lock_init(&sem->lock);
	init_waitqueue_head(&sem->waiting);
	sem->count = ulCount;
	sem->most = ulMost;
	return __sylixos_made(sem, pulId);
}

#define API_SemaphoreBCreate(pcName, bInitValue, ulOption, pulId)	\
	((VOID)(pcName), (VOID)(ulOption),				\
	 __sylixos_sem_create(!!(bInitValue), 1, pulId))
#define API_SemaphoreCCreate(pcName, ulInit, ulMax, ulOption, pulId)	\
	((VOID)(pcName), (VOID)(ulOption),				\
	 __sylixos_sem_create(ulInit, ulMax, pulId))
#define API_SemaphoreMCreate(pcName, ucCeiling, ulOption, pulId)	\
	((VOID)(pcName), (VOID)(ucCeiling), (VOID)(ulOption),		\
	 __sylixos_sem_create(1, 1, pulId))

/* Its users have ended. */
LW_INLINE ULONG __sylixos_object_delete(unsigned long *pulId)
{
	PVOID pvObject = __sylixos_taken(pulId);

	if (!pvObject)
		return ERROR_KERNEL_HANDLE_NULL;
	sys_free(pvObject);
	return ERROR_NONE;
}

LW_INLINE BOOL __sylixos_sem_down(__LW_CLASS_SEMAPHORE *sem)
{
	unsigned long flags;
	BOOL is_there;

	spin_lock_irqsave(&sem->lock, flags);
	is_there = sem->count != 0;
	sem->count -= is_there;
	spin_unlock_irqrestore(&sem->lock, flags);
	return is_there;
}

LW_INLINE ULONG __sylixos_sem_pend(LW_OBJECT_HANDLE ulId, ULONG ulTimeout)
{
	__LW_CLASS_SEMAPHORE *sem = (PVOID)ulId;

	if (!sem)
		return ERROR_KERNEL_HANDLE_NULL;
	return port_wait(sem->waiting, __sylixos_sem_down(sem),
			 __sylixos_ticks(ulTimeout)) ?
	       ERROR_THREAD_WAIT_TIMEOUT : ERROR_NONE;
}

LW_INLINE ULONG __sylixos_sem_post(LW_OBJECT_HANDLE ulId)
{
	__LW_CLASS_SEMAPHORE *sem = (PVOID)ulId;
	unsigned long flags;
	BOOL is_full;

	if (!sem)
		return ERROR_KERNEL_HANDLE_NULL;
	spin_lock_irqsave(&sem->lock, flags);
	is_full = sem->count == sem->most;
	sem->count += !is_full;
	wake_up(&sem->waiting);
	spin_unlock_irqrestore(&sem->lock, flags);
	return is_full ? ERROR_EVENT_FULL : ERROR_NONE;
}

LW_INLINE ULONG __sylixos_sem_clear(LW_OBJECT_HANDLE ulId)
{
	while (__sylixos_sem_pend(ulId, LW_OPTION_NOT_WAIT) == ERROR_NONE)
		;
	return ulId ? ERROR_NONE : ERROR_KERNEL_HANDLE_NULL;
}

/* A binary one that is there already stays there, and nobody minds. */
LW_INLINE ULONG API_SemaphoreBPost(LW_OBJECT_HANDLE ulId)
{
	ULONG ulError = __sylixos_sem_post(ulId);

	return ulError == ERROR_EVENT_FULL ? ERROR_NONE : ulError;
}

#define API_SemaphoreBDelete(pulId)	__sylixos_object_delete(pulId)
#define API_SemaphoreBPend(id, ticks)	__sylixos_sem_pend(id, ticks)
#define API_SemaphoreBTryPend(id)	__sylixos_sem_pend(id, LW_OPTION_NOT_WAIT)
#define API_SemaphoreBRelease(id)	API_SemaphoreBPost(id)
#define API_SemaphoreBClear(id)		__sylixos_sem_clear(id)
#define API_SemaphoreCDelete(pulId)	__sylixos_object_delete(pulId)
#define API_SemaphoreCPend(id, ticks)	__sylixos_sem_pend(id, ticks)
#define API_SemaphoreCTryPend(id)	__sylixos_sem_pend(id, LW_OPTION_NOT_WAIT)
#define API_SemaphoreCPost(id)		__sylixos_sem_post(id)
#define API_SemaphoreCClear(id)		__sylixos_sem_clear(id)
#define API_SemaphoreMDelete(pulId)	__sylixos_object_delete(pulId)

/*
 * Nobody but the owner stores what the owner compares with. A thread that shall stop
 * waits here as others do: what this guards is entered without a look at the result,
 * and its owner gives it back.
 */
LW_INLINE ULONG API_SemaphoreMPend(LW_OBJECT_HANDLE ulId, ULONG ulTimeout)
{
	__LW_CLASS_SEMAPHORE *sem = (PVOID)ulId;
	long ticks = __sylixos_ticks(ulTimeout);

	if (!sem)
		return ERROR_KERNEL_HANDLE_NULL;
	if (READ_ONCE(sem->owner) == current) {
		sem->depth++;
		return ERROR_NONE;
	}
	if (!wait_event_idle_timeout(sem->waiting, __sylixos_sem_down(sem),
				     ticks < 0 ? MAX_SCHEDULE_TIMEOUT : ticks))
		return ERROR_THREAD_WAIT_TIMEOUT;
	WRITE_ONCE(sem->owner, current);
	return ERROR_NONE;
}

LW_INLINE ULONG API_SemaphoreMPost(LW_OBJECT_HANDLE ulId)
{
	__LW_CLASS_SEMAPHORE *sem = (PVOID)ulId;

	if (!sem)
		return ERROR_KERNEL_HANDLE_NULL;
	if (READ_ONCE(sem->owner) != current)
		return ERROR_EVENT_NOT_OWN;
	if (sem->depth) {
		sem->depth--;
		return ERROR_NONE;
	}
	WRITE_ONCE(sem->owner, NULL);
	return __sylixos_sem_post(ulId);
}

/* ---- message queues ----------------------------------------------------- */

typedef struct {
	spinlock_t lock;	/* guards what is below */
	wait_queue_head_t waiting;
	size_t largest;
	size_t stride;		/* a length and a message */
	ULONG length;
	ULONG count;
	ULONG first;
	UINT8 messages[] __aligned(sizeof(size_t));
} __LW_CLASS_MSGQUEUE;

LW_INLINE LW_OBJECT_HANDLE
__sylixos_queue_create(ULONG ulLength, size_t stLargest, unsigned long *pulId)
{
	size_t stride = ROUND_UP(stLargest, sizeof(size_t)) + sizeof(size_t);
	__LW_CLASS_MSGQUEUE *queue = LW_NULL;

	if (ulLength && stLargest && stride > stLargest &&
	    ulLength <= SIZE_MAX / 2 / stride)
		queue = sys_zalloc(sizeof(*queue) + ulLength * stride);
	if (!queue)
		return __sylixos_made(LW_NULL, pulId);
	spin_lock_init(&queue->lock);
	init_waitqueue_head(&queue->waiting);
	queue->largest = stLargest;
	queue->stride = stride;
	queue->length = ulLength;
	return __sylixos_made(queue, pulId);
}

#define API_MsgQueueCreate(pcName, ulMax, stMaxByteSize, ulOption, pulId) \
	((VOID)(pcName), (VOID)(ulOption),				\
	 __sylixos_queue_create(ulMax, stMaxByteSize, pulId))
#define API_MsgQueueDelete(pulId)	__sylixos_object_delete(pulId)

/* The length of the @i-th message, which lies behind it. */
LW_INLINE size_t *__sylixos_message(__LW_CLASS_MSGQUEUE *queue, ULONG i)
{
	return (PVOID)(queue->messages +
		       (queue->first + i) % queue->length * queue->stride);
}

LW_INLINE ULONG API_MsgQueueSend(LW_OBJECT_HANDLE ulId,
				 const VOID *pvMsgBuffer, size_t stMsgLen)
{
	__LW_CLASS_MSGQUEUE *queue = (PVOID)ulId;
	unsigned long flags;
	size_t *message;
	BOOL has_room;

	if (!queue)
		return ERROR_KERNEL_HANDLE_NULL;
	if (!stMsgLen || stMsgLen > queue->largest)
		return ERROR_MSGQUEUE_MSG_LEN;
	spin_lock_irqsave(&queue->lock, flags);
	has_room = queue->count < queue->length;
	if (has_room) {
		message = __sylixos_message(queue, queue->count++);
		*message = stMsgLen;
		memcpy(message + 1, pvMsgBuffer, stMsgLen);
		wake_up(&queue->waiting);
	}
	spin_unlock_irqrestore(&queue->lock, flags);
	if (!has_room)
		return ERROR_EVENT_FULL;
	return ERROR_NONE;
}

/* What is longer than @stRoom is cut. */
LW_INLINE BOOL __sylixos_queue_get(__LW_CLASS_MSGQUEUE *queue, PVOID pvTo,
				   size_t stRoom, size_t *pstLen)
{
	unsigned long flags;
	size_t *message;
	BOOL is_there;

	spin_lock_irqsave(&queue->lock, flags);
	is_there = queue->count != 0;
	if (is_there) {
		message = __sylixos_message(queue, 0);
		*pstLen = min(*message, stRoom);
		memcpy(pvTo, message + 1, *pstLen);
		queue->first = (queue->first + 1) % queue->length;
		queue->count--;
	}
	spin_unlock_irqrestore(&queue->lock, flags);
	return is_there;
}

LW_INLINE ULONG API_MsgQueueReceive(LW_OBJECT_HANDLE ulId, PVOID pvMsgBuffer,
				    size_t stMaxByteSize, size_t *pstMsgLen,
				    ULONG ulTimeout)
{
	__LW_CLASS_MSGQUEUE *queue = (PVOID)ulId;
	size_t stLen = 0;

	if (!queue)
		return ERROR_KERNEL_HANDLE_NULL;
	if (port_wait(queue->waiting,
		      __sylixos_queue_get(queue, pvMsgBuffer, stMaxByteSize,
					  &stLen),
		      __sylixos_ticks(ulTimeout)))
		return ERROR_THREAD_WAIT_TIMEOUT;
	if (pstMsgLen)
		*pstMsgLen = stLen;
	return ERROR_NONE;
}

#define API_MsgQueueTryReceive(id, buffer, room, plen)			\
	API_MsgQueueReceive(id, buffer, room, plen, LW_OPTION_NOT_WAIT)

#define Lw_Thread_Create(...)		API_ThreadCreate(__VA_ARGS__)
#define Lw_Thread_Delete(...)		API_ThreadDelete(__VA_ARGS__)
#define Lw_Thread_Join(...)		API_ThreadJoin(__VA_ARGS__)
#define Lw_SemaphoreB_Create(...)	API_SemaphoreBCreate(__VA_ARGS__)
#define Lw_SemaphoreB_Delete(...)	API_SemaphoreBDelete(__VA_ARGS__)
#define Lw_SemaphoreB_Pend(...)		API_SemaphoreBPend(__VA_ARGS__)
#define Lw_SemaphoreB_Post(...)		API_SemaphoreBPost(__VA_ARGS__)
#define Lw_SemaphoreM_Create(...)	API_SemaphoreMCreate(__VA_ARGS__)
#define Lw_SemaphoreM_Delete(...)	API_SemaphoreMDelete(__VA_ARGS__)
#define Lw_SemaphoreM_Pend(...)		API_SemaphoreMPend(__VA_ARGS__)
#define Lw_SemaphoreM_Post(...)		API_SemaphoreMPost(__VA_ARGS__)

#endif /* _RTALLOC_PORT_SYLIXOS_IPC_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sylixos_ipc.h - SylixOS's threads, semaphores and message queues on top of Linux's:
 * optional.
 *
 *   thread       a kthread; SylixOS's priority and stack size are ignored. In
 *                sylixos_threads.h, which has the rules for all objects.
 *   semaphore    binary (B), counting (C), or for mutual exclusion (M): an M semaphore may
 *                be taken again by its owner; it has no priority inheritance
 *   queue        messages of any length up to a maximum, which are copied
 *   region       a heap with blocks of any size, in sylixos_regions.h
 *
 * Calls that read the state of an object are in sylixos_status.h.
 *
 * Use request_irq() for interrupt handlers and Linux's functions for devices. Event sets,
 * timers, read-write semaphores and functions whose names end in Ex are not supported.
 *
 * Each object is known by its handle. Names are ignored. Options have no effect; they are
 * stored, as a part of the object's state. The Lw_ names at the end of this file are other
 * names of the API_ functions.
 */
#ifndef _RTALLOC_PORT_SYLIXOS_IPC_H
#define _RTALLOC_PORT_SYLIXOS_IPC_H

#include <linux/list.h>
#include <linux/minmax.h>
#include <rtalloc/port/queue.h>
#include <rtalloc/port/sylixos_threads.h>

/* ---- semaphores --------------------------------------------------------- */

/* A waiting thread: listed until a post releases it, or its wait ends otherwise. */
struct __lw_waiter {
	struct list_head node;
	u32 resets;		/* from port_wait_begin() */
	BOOL is_let_go;
};

/*
 * What the handle of a semaphore points to. The lock of @waits guards the whole struct;
 * @most is the highest count; @waiters are the waiting threads in the order in which they
 * began to wait: @count is 0 while there are any.
 */
typedef struct {
	struct port_waits waits;
	wait_queue_head_t waiting;
	ULONG count;
	ULONG most;
	ULONG option;			/* only stored */
	struct list_head waiters;
	struct task_struct *owner;	/* of an M semaphore, or NULL */
	ULONG depth;			/* how often the owner has taken it again */
} __LW_CLASS_SEMAPHORE;

LW_INLINE LW_OBJECT_HANDLE __sylixos_sem_create(ULONG ulCount, ULONG ulMost,
						ULONG ulOption,
						unsigned long *pulId)
{
	__LW_CLASS_SEMAPHORE *sem = LW_NULL;

	if (ulMost && ulCount <= ulMost)
		sem = sys_zalloc(sizeof(*sem));
	if (!sem)
		return __sylixos_made(LW_NULL, pulId);
	port_waits_init(&sem->waits);
	init_waitqueue_head(&sem->waiting);
	INIT_LIST_HEAD(&sem->waiters);
	sem->count = ulCount;
	sem->most = ulMost;
	sem->option = ulOption;
	return __sylixos_made(sem, pulId);
}

/**
 * API_SemaphoreBCreate() - create a binary semaphore
 * @pcName: ignored
 * @bInitValue: initial state; LW_TRUE: the first wait succeeds at once
 * @ulOption: stored, and otherwise ignored
 * @pulId: where to store the handle, too; may be LW_NULL
 *
 * Context: Sender.
 * Return: the handle; LW_OBJECT_HANDLE_INVALID if there is no memory.
 */
#define API_SemaphoreBCreate(pcName, bInitValue, ulOption, pulId)	\
	((VOID)(pcName), __sylixos_sem_create(!!(bInitValue), 1, ulOption, pulId))

/**
 * API_SemaphoreCCreate() - create a counting semaphore
 * @pcName: ignored
 * @ulInit: the initial count
 * @ulMax: the highest count, not 0
 * @ulOption: stored, and otherwise ignored
 * @pulId: where to store the handle, too; may be LW_NULL
 *
 * Context: Sender.
 * Return: the handle; LW_OBJECT_HANDLE_INVALID if there is no memory, @ulMax is 0, or
 *	@ulInit is greater than @ulMax.
 */
#define API_SemaphoreCCreate(pcName, ulInit, ulMax, ulOption, pulId)	\
	((VOID)(pcName), __sylixos_sem_create(ulInit, ulMax, ulOption, pulId))

/**
 * API_SemaphoreMCreate() - create a semaphore for mutual exclusion, not taken
 * @pcName: ignored
 * @ucCeiling: ignored; the owner's priority is not changed
 * @ulOption: stored, and otherwise ignored
 * @pulId: where to store the handle, too; may be LW_NULL
 *
 * Context: Sender.
 * Return: the handle; LW_OBJECT_HANDLE_INVALID if there is no memory.
 */
#define API_SemaphoreMCreate(pcName, ucCeiling, ulOption, pulId)	\
	((VOID)(pcName), (VOID)(ucCeiling),				\
	 __sylixos_sem_create(1, 1, ulOption, pulId))

/* Convert a result of waits.h or queue.h to SylixOS's error code. */
LW_INLINE ULONG __sylixos_result(int err)
{
	switch (err) {
	case 0:
		return ERROR_NONE;
	case -EINVAL:
		return ERROR_KERNEL_HANDLE_NULL;
	case -EBUSY:
	case -EPERM:
		return ERROR_KERNEL_IN_ISR;
	case -EIDRM:
		return ERROR_EVENT_WAS_DELETED;
	default:
		return ERROR_THREAD_WAIT_TIMEOUT;
	}
}

LW_INLINE VOID __sylixos_sem_wake(struct port_waits *waits)
{
	wake_up_all(&container_of(waits, __LW_CLASS_SEMAPHORE, waits)->waiting);
}

LW_INLINE ULONG __sylixos_sem_delete(unsigned long *pulId)
{
	__LW_CLASS_SEMAPHORE *sem = __sylixos_object(pulId);
	int err = sem ? port_waits_end(&sem->waits, __sylixos_sem_wake) : -EINVAL;

	if (!err)
		sys_free(__sylixos_taken(pulId));
	return __sylixos_result(err);
}

/*
 * Take the semaphore if its count is not 0, and return 0. Otherwise list @waiter and return
 * -EAGAIN; or -ETIMEDOUT: @waiter is NULL; or -EIDRM: the semaphore is being deleted.
 */
LW_INLINE int __sylixos_sem_down(__LW_CLASS_SEMAPHORE *sem,
				 struct __lw_waiter *waiter)
{
	unsigned long flags;
	int err = 0;

	spin_lock_irqsave(&sem->waits.lock, flags);
	if (sem->count) {
		sem->count--;
	} else if (!waiter) {
		err = -ETIMEDOUT;
	} else if (!port_wait_begin(&sem->waits, &waiter->resets)) {
		err = -EIDRM;
	} else {
		list_add_tail(&waiter->node, &sem->waiters);
		err = -EAGAIN;
	}
	spin_unlock_irqrestore(&sem->waits.lock, flags);
	return err;
}

/* Has a post released @waiter? */
LW_INLINE BOOL __sylixos_sem_is_let_go(__LW_CLASS_SEMAPHORE *sem,
				       struct __lw_waiter *waiter)
{
	unsigned long flags;
	BOOL is_let_go;

	spin_lock_irqsave(&sem->waits.lock, flags);
	is_let_go = waiter->is_let_go;
	spin_unlock_irqrestore(&sem->waits.lock, flags);
	return is_let_go;
}

/* End a wait and return its result. The semaphore may be freed afterwards. */
LW_INLINE int __sylixos_sem_leave(__LW_CLASS_SEMAPHORE *sem,
				  struct __lw_waiter *waiter)
{
	unsigned long flags;
	int err = 0;

	spin_lock_irqsave(&sem->waits.lock, flags);
	if (!waiter->is_let_go) {
		list_del(&waiter->node);
		err = port_wait_is_over(&sem->waits, waiter->resets) ? -EIDRM :
								       -ETIMEDOUT;
	}
	port_wait_end(&sem->waits);
	spin_unlock_irqrestore(&sem->waits.lock, flags);
	return err;
}

/* Release the @ulNumber threads that have waited longest. The caller holds the lock. */
LW_INLINE ULONG __sylixos_sem_let_go(__LW_CLASS_SEMAPHORE *sem, ULONG ulNumber)
{
	struct __lw_waiter *waiter;
	ULONG gone = 0;

	while (gone < ulNumber && !list_empty(&sem->waiters)) {
		waiter = list_first_entry(&sem->waiters, struct __lw_waiter,
					  node);
		list_del(&waiter->node);
		waiter->is_let_go = LW_TRUE;
		gone++;
	}
	return gone;
}

/* Wait for a semaphore. @ends: the wait ends when the thread is being deleted. */
LW_INLINE ULONG __sylixos_sem_wait(__LW_CLASS_SEMAPHORE *sem, ULONG ulTimeout,
				   BOOL ends)
{
	struct __lw_waiter waiter = { .is_let_go = LW_FALSE };
	long ticks = __sylixos_ticks(ulTimeout);
	int err;

	if (ticks && !port_may_wait())
		return ERROR_KERNEL_IN_ISR;
	err = __sylixos_sem_down(sem, ticks ? &waiter : LW_NULL);
	if (err != -EAGAIN)
		return __sylixos_result(err);
	port_wait_or(sem->waiting, __sylixos_sem_is_let_go(sem, &waiter), ticks,
		     port_wait_is_over(&sem->waits, waiter.resets) ||
		     (ends && port_thread_should_stop()));
	return __sylixos_result(__sylixos_sem_leave(sem, &waiter));
}

LW_INLINE ULONG __sylixos_sem_pend(LW_OBJECT_HANDLE ulId, ULONG ulTimeout)
{
	__LW_CLASS_SEMAPHORE *sem = (PVOID)ulId;

	return sem ? __sylixos_sem_wait(sem, ulTimeout, LW_TRUE) :
	       ERROR_KERNEL_HANDLE_NULL;
}

/* Release waiters, and add the rest to the count. ERROR_EVENT_FULL: some was lost. */
LW_INLINE ULONG __sylixos_sem_release(LW_OBJECT_HANDLE ulId, ULONG ulNumber,
				      ULONG *pulPrevious)
{
	__LW_CLASS_SEMAPHORE *sem = (PVOID)ulId;
	unsigned long flags;
	ULONG go, stay;

	if (!sem)
		return ERROR_KERNEL_HANDLE_NULL;
	spin_lock_irqsave(&sem->waits.lock, flags);
	if (pulPrevious)
		*pulPrevious = sem->count;
	go = __sylixos_sem_let_go(sem, ulNumber);
	stay = min(ulNumber - go, sem->most - sem->count);
	sem->count += stay;
	wake_up_all(&sem->waiting);
	spin_unlock_irqrestore(&sem->waits.lock, flags);
	return go + stay == ulNumber ? ERROR_NONE : ERROR_EVENT_FULL;
}

LW_INLINE ULONG __sylixos_sem_post(LW_OBJECT_HANDLE ulId)
{
	return __sylixos_sem_release(ulId, 1, LW_NULL);
}

LW_INLINE ULONG __sylixos_sem_clear(LW_OBJECT_HANDLE ulId)
{
	__LW_CLASS_SEMAPHORE *sem = (PVOID)ulId;
	unsigned long flags;

	if (!sem)
		return ERROR_KERNEL_HANDLE_NULL;
	spin_lock_irqsave(&sem->waits.lock, flags);
	sem->count = 0;
	spin_unlock_irqrestore(&sem->waits.lock, flags);
	return ERROR_NONE;
}

/**
 * API_SemaphoreBPost() - release one thread that waits for a binary semaphore
 * @ulId: the semaphore
 *
 * If no thread waits, the next wait succeeds at once; a second post before that is lost,
 * which is not an error. If two threads wait, two posts release both, even if the second
 * comes before the first thread runs.
 *
 * Context: Sender.
 * Return: ERROR_NONE, or ERROR_KERNEL_HANDLE_NULL if it is not a valid semaphore.
 */
LW_INLINE ULONG API_SemaphoreBPost(LW_OBJECT_HANDLE ulId)
{
	ULONG ulError = __sylixos_sem_post(ulId);

	return ulError == ERROR_EVENT_FULL ? ERROR_NONE : ulError;
}

/**
 * API_SemaphoreBDelete() - delete a binary semaphore
 * @pulId: address of the handle, which is set to LW_OBJECT_HANDLE_INVALID
 *
 * Waiters get ERROR_EVENT_WAS_DELETED, and no longer use it when this returns.
 *
 * Context: Sleeps; a sender if no thread waits.
 * Return: ERROR_NONE; ERROR_KERNEL_HANDLE_NULL; ERROR_KERNEL_IN_ISR if a thread waits and
 *	the caller may not sleep, then nothing changes.
 */
#define API_SemaphoreBDelete(pulId)	__sylixos_sem_delete(pulId)

/**
 * API_SemaphoreBPend() - wait for a binary semaphore
 * @id: the semaphore
 * @ticks: the longest wait, in ticks; LW_OPTION_NOT_WAIT; LW_OPTION_WAIT_INFINITE
 *
 * Context: Waiter.
 * Return: ERROR_NONE; ERROR_THREAD_WAIT_TIMEOUT if not in time, or if the thread is being
 *	deleted; ERROR_EVENT_WAS_DELETED; ERROR_KERNEL_HANDLE_NULL; ERROR_KERNEL_IN_ISR if it
 *	would have to wait where sleeping is not allowed.
 */
#define API_SemaphoreBPend(id, ticks)	__sylixos_sem_pend(id, ticks)

/**
 * API_SemaphoreBTryPend() - API_SemaphoreBPend() that never waits
 * @id: the semaphore
 *
 * Context: Sender.
 * Return: as API_SemaphoreBPend().
 */
#define API_SemaphoreBTryPend(id)	__sylixos_sem_pend(id, LW_OPTION_NOT_WAIT)

/**
 * API_SemaphoreBRelease() - release several threads that wait for a binary semaphore
 * @ulId: the semaphore
 * @ulReleaseCounter: how many threads; if fewer wait, the next wait succeeds at once, too
 * @pbPreviousValue: where to store whether the next wait would have succeeded at once
 *	before this call; may be LW_NULL
 *
 * Context: Sender.
 * Return: ERROR_NONE, or ERROR_KERNEL_HANDLE_NULL, then nothing is stored.
 */
LW_INLINE ULONG API_SemaphoreBRelease(LW_OBJECT_HANDLE ulId,
				      ULONG ulReleaseCounter,
				      BOOL *pbPreviousValue)
{
	ULONG ulPrevious, ulError;

	ulError = __sylixos_sem_release(ulId, ulReleaseCounter, &ulPrevious);
	if (ulError == ERROR_KERNEL_HANDLE_NULL)
		return ulError;
	if (pbPreviousValue)
		*pbPreviousValue = ulPrevious != 0;
	return ERROR_NONE;
}

/**
 * API_SemaphoreBClear() - reset a binary semaphore, so that the next wait has to wait
 * @id: the semaphore
 *
 * Context: Sender.
 * Return: ERROR_NONE, or ERROR_KERNEL_HANDLE_NULL if it is not a valid semaphore.
 */
#define API_SemaphoreBClear(id)		__sylixos_sem_clear(id)

/* Same as API_SemaphoreBDelete(). */
#define API_SemaphoreCDelete(pulId)	__sylixos_sem_delete(pulId)

/**
 * API_SemaphoreCPend() - wait until a semaphore's count is not 0, and subtract 1
 * @id: the semaphore
 * @ticks: the longest wait, in ticks; LW_OPTION_NOT_WAIT; LW_OPTION_WAIT_INFINITE
 *
 * Context: Waiter.
 * Return: as API_SemaphoreBPend().
 */
#define API_SemaphoreCPend(id, ticks)	__sylixos_sem_pend(id, ticks)

/* API_SemaphoreCPend() that never waits. Context: sender. */
#define API_SemaphoreCTryPend(id)	__sylixos_sem_pend(id, LW_OPTION_NOT_WAIT)

/**
 * API_SemaphoreCPost() - add 1 to a semaphore's count
 * @id: the semaphore
 *
 * Context: Sender.
 * Return: ERROR_NONE; ERROR_EVENT_FULL if the count is the highest already;
 *	ERROR_KERNEL_HANDLE_NULL.
 */
#define API_SemaphoreCPost(id)		__sylixos_sem_post(id)

/**
 * API_SemaphoreCRelease() - post a counting semaphore several times
 * @id: the semaphore
 * @number: how many times; waiting threads are released first, and the rest is added to the
 *	count
 * @previous: where to store the previous count; may be LW_NULL
 *
 * Context: Sender.
 * Return: ERROR_NONE; ERROR_EVENT_FULL if the count reached its maximum, and the rest was
 *	lost; ERROR_KERNEL_HANDLE_NULL, then nothing is stored.
 */
#define API_SemaphoreCRelease(id, number, previous)			\
	__sylixos_sem_release(id, number, previous)

/**
 * API_SemaphoreCClear() - set a semaphore's count to 0
 * @id: the semaphore
 *
 * Context: Sender.
 * Return: ERROR_NONE, or ERROR_KERNEL_HANDLE_NULL if it is not a valid semaphore.
 */
#define API_SemaphoreCClear(id)		__sylixos_sem_clear(id)

/* Same as API_SemaphoreBDelete(). */
#define API_SemaphoreMDelete(pulId)	__sylixos_sem_delete(pulId)

/**
 * API_SemaphoreMPend() - take an M semaphore; its owner may take it again
 * @ulId: the semaphore
 * @ulTimeout: the longest wait, in ticks; LW_OPTION_NOT_WAIT; LW_OPTION_WAIT_INFINITE
 *
 * It must be posted as often as it was taken.
 *
 * A thread that is being deleted waits here like other threads, because drivers enter what
 * the semaphore guards without checking the result.
 *
 * Context: Process context without a spinlock, also with LW_OPTION_NOT_WAIT; may sleep.
 * Return: ERROR_NONE; ERROR_THREAD_WAIT_TIMEOUT if not in time; ERROR_EVENT_WAS_DELETED;
 *	ERROR_KERNEL_HANDLE_NULL; ERROR_KERNEL_IN_ISR if the caller is an interrupt, or would
 *	have to wait where sleeping is not allowed.
 */
LW_INLINE ULONG API_SemaphoreMPend(LW_OBJECT_HANDLE ulId, ULONG ulTimeout)
{
	__LW_CLASS_SEMAPHORE *sem = (PVOID)ulId;
	ULONG ulError;

	if (!sem)
		return ERROR_KERNEL_HANDLE_NULL;
	if (!in_task())
		return ERROR_KERNEL_IN_ISR;
	if (port_is_caller(READ_ONCE(sem->owner))) {
		sem->depth++;
		return ERROR_NONE;
	}
	ulError = __sylixos_sem_wait(sem, ulTimeout, LW_FALSE);
	if (ulError == ERROR_NONE)
		WRITE_ONCE(sem->owner, current);
	return ulError;
}

/**
 * API_SemaphoreMPost() - give an M semaphore, once
 * @ulId: the semaphore
 *
 * Context: Sender, in the thread that owns it.
 * Return: ERROR_NONE; ERROR_EVENT_NOT_OWN if the calling thread does not own it, then nothing
 *	changes; ERROR_KERNEL_HANDLE_NULL.
 */
LW_INLINE ULONG API_SemaphoreMPost(LW_OBJECT_HANDLE ulId)
{
	__LW_CLASS_SEMAPHORE *sem = (PVOID)ulId;

	if (!sem)
		return ERROR_KERNEL_HANDLE_NULL;
	if (!port_is_caller(READ_ONCE(sem->owner)))
		return ERROR_EVENT_NOT_OWN;
	if (sem->depth) {
		sem->depth--;
		return ERROR_NONE;
	}
	WRITE_ONCE(sem->owner, NULL);
	return __sylixos_sem_post(ulId);
}

/* ---- message queues ----------------------------------------------------- */

/* What the handle of a message queue points to. */
typedef struct {
	struct port_queue queue;
	size_t largest;
	ULONG option;		/* only stored */
	UINT8 messages[] __aligned(sizeof(size_t));
} __LW_CLASS_MSGQUEUE;

LW_INLINE LW_OBJECT_HANDLE
__sylixos_queue_create(ULONG ulLength, size_t stLargest, ULONG ulOption,
		       unsigned long *pulId)
{
	/* A slot holds the length of a message and the message. */
	size_t stride = ROUND_UP(stLargest, sizeof(size_t)) + sizeof(size_t);
	__LW_CLASS_MSGQUEUE *queue = LW_NULL;

	if (ulLength && ulLength <= INT_MAX && stLargest && stride > stLargest &&
	    ulLength <= SIZE_MAX / 2 / stride)
		queue = sys_zalloc(sizeof(*queue) + ulLength * stride);
	if (!queue)
		return __sylixos_made(LW_NULL, pulId);
	port_queue_init(&queue->queue, queue->messages, stride, sizeof(size_t),
			ulLength);
	queue->largest = stLargest;
	queue->option = ulOption;
	return __sylixos_made(queue, pulId);
}

LW_INLINE ULONG __sylixos_queue_delete(unsigned long *pulId)
{
	__LW_CLASS_MSGQUEUE *queue = __sylixos_object(pulId);
	int err = queue ? port_queue_end(&queue->queue) : -EINVAL;

	if (!err)
		sys_free(__sylixos_taken(pulId));
	return __sylixos_result(err);
}

/**
 * API_MsgQueueCreate() - create an empty message queue
 * @pcName: ignored
 * @ulMax: number of messages that the queue can hold, not 0
 * @stMaxByteSize: bytes of the longest message, not 0
 * @ulOption: stored, and otherwise ignored
 * @pulId: where to store the handle, too; may be LW_NULL
 *
 * Context: Sender.
 * Return: the handle; LW_OBJECT_HANDLE_INVALID if there is no memory, or @ulMax or
 *	@stMaxByteSize is 0 or far too large.
 */
#define API_MsgQueueCreate(pcName, ulMax, stMaxByteSize, ulOption, pulId) \
	((VOID)(pcName),						\
	 __sylixos_queue_create(ulMax, stMaxByteSize, ulOption, pulId))

/**
 * API_MsgQueueDelete() - delete a message queue with all messages in it
 * @pulId: address of the handle, which is set to LW_OBJECT_HANDLE_INVALID
 *
 * Waiters get ERROR_EVENT_WAS_DELETED, and no longer use it when this returns.
 *
 * Context: As API_SemaphoreBDelete().
 * Return: as API_SemaphoreBDelete().
 */
#define API_MsgQueueDelete(pulId)	__sylixos_queue_delete(pulId)

/**
 * API_MsgQueueSend() - put a message into a queue, if there is room
 * @ulId: the queue
 * @pvMsgBuffer: the message, which is copied with interrupts off
 * @stMsgLen: its length in bytes, not 0
 *
 * Context: Sender.
 * Return: ERROR_NONE; ERROR_EVENT_FULL if there is no room; ERROR_MSGQUEUE_MSG_LEN if
 *	@stMsgLen is 0 or exceeds the longest message; ERROR_KERNEL_HANDLE_NULL. After an error
 *	nothing was sent.
 */
LW_INLINE ULONG API_MsgQueueSend(LW_OBJECT_HANDLE ulId,
				 const VOID *pvMsgBuffer, size_t stMsgLen)
{
	__LW_CLASS_MSGQUEUE *queue = (PVOID)ulId;
	int err;

	if (!queue)
		return ERROR_KERNEL_HANDLE_NULL;
	if (!stMsgLen || stMsgLen > queue->largest)
		return ERROR_MSGQUEUE_MSG_LEN;
	err = port_queue_put(&queue->queue, pvMsgBuffer, stMsgLen, LW_FALSE, 0);
	return err == -ETIMEDOUT ? ERROR_EVENT_FULL : __sylixos_result(err);
}

/**
 * API_MsgQueueReceive() - take the oldest message out of a queue
 * @ulId: the queue
 * @pvMsgBuffer: where to copy the message to
 * @stMaxByteSize: bytes of room there; a longer message is cut, and the rest is lost
 * @pstMsgLen: where to store the number of bytes copied; may be LW_NULL
 * @ulTimeout: the longest wait, in ticks; LW_OPTION_NOT_WAIT; LW_OPTION_WAIT_INFINITE
 *
 * Context: Waiter.
 * Return: ERROR_NONE; ERROR_THREAD_WAIT_TIMEOUT if no message came in time, or if there is
 *	none and the thread is being deleted; ERROR_EVENT_WAS_DELETED;
 *	ERROR_KERNEL_HANDLE_NULL; ERROR_KERNEL_IN_ISR if it would have to wait where sleeping
 *	is not allowed. After an error nothing is stored.
 */
LW_INLINE ULONG API_MsgQueueReceive(LW_OBJECT_HANDLE ulId, PVOID pvMsgBuffer,
				    size_t stMaxByteSize, size_t *pstMsgLen,
				    ULONG ulTimeout)
{
	__LW_CLASS_MSGQUEUE *queue = (PVOID)ulId;
	size_t stLen = stMaxByteSize;
	int err;

	if (!queue)
		return ERROR_KERNEL_HANDLE_NULL;
	err = port_queue_get(&queue->queue, pvMsgBuffer, &stLen,
			     __sylixos_ticks(ulTimeout));
	if (!err && pstMsgLen)
		*pstMsgLen = stLen;
	return __sylixos_result(err);
}

/**
 * API_MsgQueueTryReceive() - API_MsgQueueReceive() that never waits
 * @id: the queue
 * @buffer: where to copy the message to
 * @room: bytes of room there
 * @plen: where to store the number of bytes copied; may be LW_NULL
 *
 * Context: Sender.
 * Return: as API_MsgQueueReceive().
 */
#define API_MsgQueueTryReceive(id, buffer, room, plen)			\
	API_MsgQueueReceive(id, buffer, room, plen, LW_OPTION_NOT_WAIT)

#include <rtalloc/port/sylixos_regions.h>
#include <rtalloc/port/sylixos_status.h>

/* Other names of these functions. */
#define Lw_Thread_Create(...)		API_ThreadCreate(__VA_ARGS__)
#define Lw_Thread_Delete(...)		API_ThreadDelete(__VA_ARGS__)
#define Lw_Thread_Join(...)		API_ThreadJoin(__VA_ARGS__)
#define Lw_Region_Create(...)		API_RegionCreate(__VA_ARGS__)
#define Lw_Region_Delete(...)		API_RegionDelete(__VA_ARGS__)
#define Lw_Region_Get(...)		API_RegionGet(__VA_ARGS__)
#define Lw_Region_Put(...)		API_RegionPut(__VA_ARGS__)
#define Lw_Region_Status(...)		API_RegionStatus(__VA_ARGS__)
#define Lw_SemaphoreB_Create(...)	API_SemaphoreBCreate(__VA_ARGS__)
#define Lw_SemaphoreB_Delete(...)	API_SemaphoreBDelete(__VA_ARGS__)
#define Lw_SemaphoreB_Pend(...)		API_SemaphoreBPend(__VA_ARGS__)
#define Lw_SemaphoreB_Post(...)		API_SemaphoreBPost(__VA_ARGS__)
#define Lw_SemaphoreB_Release(...)	API_SemaphoreBRelease(__VA_ARGS__)
#define Lw_SemaphoreM_Create(...)	API_SemaphoreMCreate(__VA_ARGS__)
#define Lw_SemaphoreM_Delete(...)	API_SemaphoreMDelete(__VA_ARGS__)
#define Lw_SemaphoreM_Pend(...)		API_SemaphoreMPend(__VA_ARGS__)
#define Lw_SemaphoreM_Post(...)		API_SemaphoreMPost(__VA_ARGS__)

#endif /* _RTALLOC_PORT_SYLIXOS_IPC_H */

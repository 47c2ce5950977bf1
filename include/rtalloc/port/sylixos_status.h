/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sylixos_status.h - SylixOS's calls that read the state of semaphores and message queues,
 * release all waiters, or drop all messages. Included by sylixos_ipc.h.
 */
#ifndef _RTALLOC_PORT_SYLIXOS_STATUS_H
#define _RTALLOC_PORT_SYLIXOS_STATUS_H

#include <linux/string.h>
#include <rtalloc/port/sylixos_ipc.h>

/* ---- semaphores --------------------------------------------------------- */

LW_INLINE ULONG __sylixos_sem_flush(LW_OBJECT_HANDLE ulId, ULONG *pulReleased)
{
	__LW_CLASS_SEMAPHORE *sem = (PVOID)ulId;
	unsigned long flags;
	ULONG gone;

	if (!sem)
		return ERROR_KERNEL_HANDLE_NULL;
	spin_lock_irqsave(&sem->waits.lock, flags);
	gone = __sylixos_sem_let_go(sem, ~0ul);
	wake_up_all(&sem->waiting);
	spin_unlock_irqrestore(&sem->waits.lock, flags);
	if (pulReleased)
		*pulReleased = gone;
	return ERROR_NONE;
}

/* The state of a semaphore at one moment. */
struct __lw_sem_state {
	ULONG count;
	ULONG waiting;		/* number of threads */
	BOOL is_free;		/* the next wait succeeds at once */
};

LW_INLINE struct __lw_sem_state __sylixos_sem_now(__LW_CLASS_SEMAPHORE *sem)
{
	struct __lw_sem_state now = { .waiting = 0 };
	struct __lw_waiter *waiter;
	unsigned long flags;

	spin_lock_irqsave(&sem->waits.lock, flags);
	now.count = sem->count;
	now.is_free = now.count != 0;
	list_for_each_entry(waiter, &sem->waiters, node)
		now.waiting++;
	spin_unlock_irqrestore(&sem->waits.lock, flags);
	return now;
}

LW_INLINE ULONG __sylixos_sem_status(LW_OBJECT_HANDLE ulId, BOOL *pbFree,
				     ULONG *pulCount, ULONG *pulOption,
				     ULONG *pulWaiting)
{
	__LW_CLASS_SEMAPHORE *sem = (PVOID)ulId;
	struct __lw_sem_state now;

	if (!sem)
		return ERROR_KERNEL_HANDLE_NULL;
	now = __sylixos_sem_now(sem);
	if (pbFree)
		*pbFree = now.is_free;
	if (pulCount)
		*pulCount = now.count;
	if (pulOption)
		*pulOption = sem->option;
	if (pulWaiting)
		*pulWaiting = now.waiting;
	return ERROR_NONE;
}

/**
 * API_SemaphoreBFlush() - release all threads that wait for a binary semaphore
 * @id: the semaphore; its state is not changed
 * @pnumber: where to store how many threads were released; may be LW_NULL
 *
 * The waits of these threads succeed.
 *
 * Context: Sender; linear in the number of waiting threads.
 * Return: ERROR_NONE; ERROR_KERNEL_HANDLE_NULL, then nothing is stored.
 */
#define API_SemaphoreBFlush(id, pnumber)	__sylixos_sem_flush(id, pnumber)

/* Same as API_SemaphoreBFlush(), for a counting semaphore. */
#define API_SemaphoreCFlush(id, pnumber)	__sylixos_sem_flush(id, pnumber)

/**
 * API_SemaphoreBStatus() - read the state of a binary semaphore
 * @id: the semaphore
 * @pvalue: where to store whether the next wait succeeds at once; may be LW_NULL, as the
 *	others
 * @poption: where to store the options that it was created with
 * @pnumber: where to store the number of threads that wait for it
 *
 * Context: Sender; linear in the number of waiting threads.
 * Return: ERROR_NONE; ERROR_KERNEL_HANDLE_NULL, then nothing is stored.
 */
#define API_SemaphoreBStatus(id, pvalue, poption, pnumber)		\
	__sylixos_sem_status(id, pvalue, LW_NULL, poption, pnumber)

/**
 * API_SemaphoreCStatus() - read the state of a counting semaphore
 * @id: the semaphore
 * @pcount: where to store its count; may be LW_NULL, as the others
 * @poption: where to store the options that it was created with
 * @pnumber: where to store the number of threads that wait for it
 *
 * Context: As API_SemaphoreBStatus().
 * Return: as API_SemaphoreBStatus().
 */
#define API_SemaphoreCStatus(id, pcount, poption, pnumber)		\
	__sylixos_sem_status(id, LW_NULL, pcount, poption, pnumber)

/**
 * API_SemaphoreMStatus() - read the state of an M semaphore
 * @id: the semaphore
 * @pvalue: where to store whether no thread owns it; may be LW_NULL, as the others
 * @poption: where to store the options that it was created with
 * @pnumber: where to store the number of threads that wait for it
 *
 * Context: As API_SemaphoreBStatus().
 * Return: as API_SemaphoreBStatus().
 */
#define API_SemaphoreMStatus(id, pvalue, poption, pnumber)		\
	API_SemaphoreBStatus(id, pvalue, poption, pnumber)

/* ---- message queues ----------------------------------------------------- */

/**
 * API_MsgQueueClear() - drop all messages in a queue
 * @ulId: the queue
 *
 * Threads that wait for a message go on waiting. A message belongs to nobody until the thread
 * that it has woken runs, so it may be dropped, too.
 *
 * Context: Sender.
 * Return: ERROR_NONE or ERROR_KERNEL_HANDLE_NULL.
 */
LW_INLINE ULONG API_MsgQueueClear(LW_OBJECT_HANDLE ulId)
{
	__LW_CLASS_MSGQUEUE *queue = (PVOID)ulId;
	unsigned long flags;

	if (!queue)
		return ERROR_KERNEL_HANDLE_NULL;
	/* Nobody waits for room, so nobody is woken. */
	spin_lock_irqsave(&queue->queue.waits.lock, flags);
	queue->queue.count = 0;
	spin_unlock_irqrestore(&queue->queue.waits.lock, flags);
	return ERROR_NONE;
}

/**
 * API_MsgQueueStatus() - read the state of a message queue
 * @ulId: the queue
 * @pulMaxMsgNum: where to store how many messages it can hold; may be LW_NULL, as the others
 * @pulCounter: where to store how many messages are in it
 * @pstMsgLen: where to store the length in bytes of the message that is received next; 0 if
 *	there is none
 * @pulOption: where to store the options that it was created with
 * @pulThreadBlockNum: where to store the number of threads that wait for a message, with those
 *	that a message has woken and that have not run yet
 *
 * Context: Sender.
 * Return: ERROR_NONE; ERROR_KERNEL_HANDLE_NULL, then nothing is stored.
 */
LW_INLINE ULONG API_MsgQueueStatus(LW_OBJECT_HANDLE ulId, ULONG *pulMaxMsgNum,
				   ULONG *pulCounter, size_t *pstMsgLen,
				   ULONG *pulOption, ULONG *pulThreadBlockNum)
{
	__LW_CLASS_MSGQUEUE *queue = (PVOID)ulId;
	ULONG count, waiting;
	unsigned long flags;
	size_t next = 0;

	if (!queue)
		return ERROR_KERNEL_HANDLE_NULL;
	spin_lock_irqsave(&queue->queue.waits.lock, flags);
	count = queue->queue.count;
	waiting = queue->queue.waits.waiting;
	/* A slot begins with the length of its message. */
	if (count)
		memcpy(&next, queue->queue.slots +
		       queue->queue.first * queue->queue.stride, sizeof(next));
	spin_unlock_irqrestore(&queue->queue.waits.lock, flags);
	if (pulMaxMsgNum)
		*pulMaxMsgNum = queue->queue.length;
	if (pulCounter)
		*pulCounter = count;
	if (pstMsgLen)
		*pstMsgLen = next;
	if (pulOption)
		*pulOption = queue->option;
	if (pulThreadBlockNum)
		*pulThreadBlockNum = waiting;
	return ERROR_NONE;
}

#endif /* _RTALLOC_PORT_SYLIXOS_STATUS_H */

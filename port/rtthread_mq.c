// SPDX-License-Identifier: GPL-2.0-only
/*
 * rtthread_mq.c - RT-Thread's message queues: a port_queue whose slots begin with the
 * length of their message.
 */
#include <linux/err.h>
#include <linux/export.h>
#include <linux/minmax.h>
#include <linux/overflow.h>
#include <rtalloc/port/rtthread_mq.h>

#include "port/rtthread.h"

#define MQ_MAX	RT_UINT16_MAX	/* limit of messages in a queue, and of bytes in one */

/* ---- life -------------------------------------------------------------------- */

static size_t stride_of(rt_size_t msg_size)
{
	return RT_MQ_BUF_SIZE(msg_size, 1);
}

static bool size_is_fine(rt_size_t msg_size)
{
	return msg_size && msg_size <= MQ_MAX;
}

static void mq_open(rt_mq_t mq, const char *name, void *msgpool,
		    rt_size_t msg_size, rt_size_t max_msgs, unsigned int class)
{
	rtthread_object_init(&mq->parent, name,
			     RT_Object_Class_MessageQueue | class);
	mq->msg_size = msg_size;
	mq->max_msgs = max_msgs;
	port_queue_init(&mq->queue, msgpool, stride_of(msg_size),
			sizeof(struct rt_mq_message), max_msgs);
}

/**
 * rt_mq_init() - initialise an empty message queue in the caller's memory
 * @mq: the struct to initialise
 * @name: its name, cut to RT_NAME_MAX characters; may be NULL
 * @msgpool: memory for the messages, in use until the queue is detached
 * @msg_size: bytes of the longest message, 1 to 65535
 * @pool_size: bytes of @msgpool, see RT_MQ_BUF_SIZE(); the queue holds as many messages as
 *	fit, at most 65535
 * @flag: ignored, the scheduler decides the order of waiters
 *
 * Context: Any.
 * Return: RT_EOK; -RT_EINVAL: a pointer is NULL, @msg_size is out of range, or not one
 *	message fits.
 */
rt_err_t rt_mq_init(rt_mq_t mq, const char *name, void *msgpool,
		    rt_size_t msg_size, rt_size_t pool_size, rt_uint8_t flag)
{
	if (!mq || !msgpool || !size_is_fine(msg_size) ||
	    pool_size < stride_of(msg_size))
		return -RT_EINVAL;
	mq_open(mq, name, msgpool, msg_size,
		min_t(rt_size_t, pool_size / stride_of(msg_size), MQ_MAX),
		RT_Object_Class_Static);
	return RT_EOK;
}
EXPORT_SYMBOL_GPL(rt_mq_init);

/**
 * rt_mq_create() - create an empty message queue in the system heap
 * @name: as for rt_mq_init()
 * @msg_size: bytes of the longest message, 1 to 65535
 * @max_msgs: number of messages that the queue can hold, 1 to 65535
 * @flag: ignored
 *
 * Context: As rt_malloc().
 * Return: the queue; NULL if there is no memory, or an argument is out of range.
 */
rt_mq_t rt_mq_create(const char *name, rt_size_t msg_size, rt_size_t max_msgs,
		     rt_uint8_t flag)
{
	rt_mq_t mq;

	if (!size_is_fine(msg_size) || !max_msgs || max_msgs > MQ_MAX)
		return RT_NULL;
	mq = rt_malloc(size_add(sizeof(*mq),
				size_mul(stride_of(msg_size), max_msgs)));
	if (mq)
		mq_open(mq, name, mq + 1, msg_size, max_msgs, 0);
	return mq;
}
EXPORT_SYMBOL_GPL(rt_mq_create);

/**
 * rt_mq_detach() - end a message queue of rt_mq_init(), and drop the messages in it
 * @mq: the queue
 *
 * Waiters get -RT_ERROR. When this returns, they no longer use @mq.
 *
 * Context: Sleeps; a sender if no thread waits.
 * Return: RT_EOK; -RT_ERROR: @mq is not a queue of rt_mq_init(); -RT_EBUSY: a thread
 *	waits for it, and the caller may not sleep.
 */
rt_err_t rt_mq_detach(rt_mq_t mq)
{
	return rtthread_queue_end(port_member(mq, parent), port_member(mq, queue),
				  RT_Object_Class_MessageQueue |
				  RT_Object_Class_Static, PORT_CALL);
}
EXPORT_SYMBOL_GPL(rt_mq_detach);

/**
 * rt_mq_delete() - end a message queue of rt_mq_create(), and free it
 * @mq: the queue
 *
 * Context: As rt_mq_detach().
 * Return: as rt_mq_detach().
 */
rt_err_t rt_mq_delete(rt_mq_t mq)
{
	rt_err_t err = rtthread_queue_end(port_member(mq, parent),
					  port_member(mq, queue),
					  RT_Object_Class_MessageQueue, PORT_CALL);

	if (!err)
		rt_free(mq);
	return err;
}
EXPORT_SYMBOL_GPL(rt_mq_delete);

/* ---- messages ------------------------------------------------------------------ */

static rt_err_t mq_put(rt_mq_t mq, const void *buffer, rt_size_t size,
		       bool in_front, rt_int32_t timeout, struct port_call call)
{
	int err;

	if (!port_queue_is(port_member(mq, queue)))
		return rtthread_result(-EINVAL, call);
	if (!buffer || !size || size > mq->msg_size)
		return -RT_ERROR;
	err = port_queue_put(&mq->queue, buffer, size, in_front, timeout);
	return err == -ETIMEDOUT && !timeout ? -RT_EFULL : rtthread_result(err, call);
}

/**
 * rt_mq_send() - put a message into a queue, if there is room
 * @mq: the queue
 * @buffer: the message, which is copied
 * @size: its length in bytes, at least 1 and at most the queue's msg_size
 *
 * Context: Sender.
 * Return: RT_EOK; -RT_EFULL: there is no room; -RT_ERROR: @buffer is NULL, @size is out of
 *	range, or @mq is not a valid queue. After an error nothing was sent.
 */
rt_err_t rt_mq_send(rt_mq_t mq, const void *buffer, rt_size_t size)
{
	return mq_put(mq, buffer, size, false, RT_WAITING_NO, PORT_CALL);
}
EXPORT_SYMBOL_GPL(rt_mq_send);

/**
 * rt_mq_send_wait() - put a message into a queue, and wait for room
 * @mq: the queue
 * @buffer: the message
 * @size: its length in bytes
 * @timeout: the longest wait, in ticks; 0: do not wait; negative: no limit
 *
 * Context: Waiter.
 * Return: as rt_mq_send(), but -RT_ETIMEOUT instead of -RT_EFULL if @timeout is not 0,
 *	and -RT_ERROR also if the queue was reset, or the thread or the queue is being
 *	deleted.
 */
rt_err_t rt_mq_send_wait(rt_mq_t mq, const void *buffer, rt_size_t size,
			 rt_int32_t timeout)
{
	return mq_put(mq, buffer, size, false, timeout, PORT_CALL);
}
EXPORT_SYMBOL_GPL(rt_mq_send_wait);

/**
 * rt_mq_urgent() - put a message in front of the others in a queue, if there is room
 * @mq: the queue
 * @buffer: the message, which is received next
 * @size: its length in bytes
 *
 * Context: Sender.
 * Return: as rt_mq_send().
 */
rt_err_t rt_mq_urgent(rt_mq_t mq, const void *buffer, rt_size_t size)
{
	return mq_put(mq, buffer, size, true, RT_WAITING_NO, PORT_CALL);
}
EXPORT_SYMBOL_GPL(rt_mq_urgent);

/**
 * rt_mq_recv() - take the oldest message out of a queue
 * @mq: the queue
 * @buffer: where to copy the message to
 * @size: bytes of room at @buffer, not 0; a longer message is cut, and the rest is lost
 * @timeout: the longest wait, in ticks; 0: do not wait; negative: no limit
 *
 * On success this returns a length, as RT-Thread does from 5.0 on. In 4.x it returned
 * RT_EOK: code that compares the result with RT_EOK must check for "at least 0" instead.
 *
 * Context: Waiter.
 * Return: the number of bytes copied; -RT_ETIMEOUT: no message in time, also if @timeout
 *	is 0; -RT_ERROR: the queue was reset, the thread or the queue is being deleted,
 *	@buffer is NULL, @size is 0, or @mq is not a valid queue.
 */
rt_ssize_t rt_mq_recv(rt_mq_t mq, void *buffer, rt_size_t size,
		      rt_int32_t timeout)
{
	size_t bytes = size;
	rt_err_t err;

	if (port_queue_is(port_member(mq, queue)) && (!buffer || !size))
		return -RT_ERROR;
	err = rtthread_result(port_queue_get(port_member(mq, queue), buffer, &bytes,
					     timeout), PORT_CALL);
	return err ?: (rt_ssize_t)bytes;
}
EXPORT_SYMBOL_GPL(rt_mq_recv);

/**
 * rt_mq_control() - reset a message queue: drop all messages, and end all waits
 * @mq: the queue
 * @cmd: RT_IPC_CMD_RESET
 * @arg: ignored
 *
 * Waiters get -RT_ERROR.
 *
 * Context: Sender.
 * Return: RT_EOK; -RT_ERROR: @mq is not a valid queue, or @cmd is another command.
 */
rt_err_t rt_mq_control(rt_mq_t mq, int cmd, void *arg)
{
	return rtthread_queue_reset(port_member(mq, queue), cmd, 0, PORT_CALL);
}
EXPORT_SYMBOL_GPL(rt_mq_control);

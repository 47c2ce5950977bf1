// SPDX-License-Identifier: GPL-2.0-only
/*
 * rtthread_mq.c - RT-Thread's message queues: a queue of slots with a length in front
 * of each message.
 */
#include <linux/err.h>
#include <linux/export.h>
#include <linux/minmax.h>
#include <linux/overflow.h>
#include <rtalloc/port/rtthread_mq.h>

#include "port/rtthread.h"

#define MQ_MAX	RT_UINT16_MAX	/* messages, and bytes of one */

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
 * rt_mq_init() - make an empty message queue
 * @mq: where it will be
 * @name: a name, of which RT_NAME_MAX characters are kept; NULL: none
 * @msgpool: memory for the messages, the queue's until it is detached
 * @msg_size: bytes of the longest message, 1 to 65535
 * @pool_size: bytes of @msgpool, see RT_MQ_BUF_SIZE(): 65535 messages at most are
 *	used
 * @flag: ignored: waiters have Linux's order
 *
 * Context: Any.
 * Return: RT_EOK; -RT_EINVAL: a pointer is NULL, there is no such @msg_size, or no
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
 * rt_mq_create() - make an empty message queue in the system heap
 * @name: as for rt_mq_init()
 * @msg_size: bytes of the longest message, 1 to 65535
 * @max_msgs: messages that there is room for, 1 to 65535
 * @flag: ignored
 *
 * Context: As rt_malloc().
 * Return: the queue, or NULL: there is no memory, or one of the two is not allowed.
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
 * rt_mq_detach() - end a message queue of rt_mq_init(), with all messages in it
 * @mq: the queue
 *
 * Who waits for it gets -RT_ERROR, and has left it when this returns.
 *
 * Context: Sleeps; where nobody waits, as all senders.
 * Return: RT_EOK; -RT_ERROR: it is no such queue; -RT_EBUSY: somebody waits, and the
 *	caller may not sleep.
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
 * @buffer: the message
 * @size: its bytes
 *
 * Context: As all senders.
 * Return: RT_EOK; -RT_EFULL: there is no room; -RT_ERROR: there are no bytes, or more
 *	than the longest message has, or @mq is no queue. Nothing was sent then.
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
 * @size: its bytes
 * @timeout: ticks to wait at most; negative: no limit
 *
 * Context: As all waiters; where nobody may sleep it is refused.
 * Return: as rt_mq_send(); with a @timeout -RT_ETIMEOUT in place of -RT_EFULL, and
 *	-RT_ERROR also if the thread or the queue is being deleted, or the queue was
 *	reset.
 */
rt_err_t rt_mq_send_wait(rt_mq_t mq, const void *buffer, rt_size_t size,
			 rt_int32_t timeout)
{
	return mq_put(mq, buffer, size, false, timeout, PORT_CALL);
}
EXPORT_SYMBOL_GPL(rt_mq_send_wait);

/**
 * rt_mq_urgent() - put a message into a queue in front of the others
 * @mq: the queue
 * @buffer: the message, which is received next
 * @size: its bytes
 *
 * Context: As all senders.
 * Return: as rt_mq_send().
 */
rt_err_t rt_mq_urgent(rt_mq_t mq, const void *buffer, rt_size_t size)
{
	return mq_put(mq, buffer, size, true, RT_WAITING_NO, PORT_CALL);
}
EXPORT_SYMBOL_GPL(rt_mq_urgent);

/**
 * rt_mq_recv() - take the oldest message
 * @mq: the queue
 * @buffer: where to copy it to
 * @size: bytes of room there, not 0; what is longer is cut, and the rest is lost
 * @timeout: ticks to wait at most; negative: no limit
 *
 * Context: As all waiters; where nobody may sleep it is refused.
 * Return: bytes that were copied, as from 5.0 on; RT_EOK in 4.x, so what compares
 *	with that is changed to compare with 0 or more. -RT_ETIMEOUT: none came in
 *	time, also where @timeout is 0; -RT_ERROR: the thread or the queue is being
 *	deleted, the queue was reset, @buffer is NULL or has no room, or @mq is no
 *	queue.
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
 * rt_mq_control() - RT_IPC_CMD_RESET: drop all messages, and end all waits
 * @mq: the queue
 * @cmd: RT_IPC_CMD_RESET
 * @arg: ignored
 *
 * Who waits gets -RT_ERROR.
 *
 * Context: As all senders.
 * Return: RT_EOK; -RT_ERROR: @mq is no queue, or there is no such command.
 */
rt_err_t rt_mq_control(rt_mq_t mq, int cmd, void *arg)
{
	return rtthread_queue_reset(port_member(mq, queue), cmd, 0, PORT_CALL);
}
EXPORT_SYMBOL_GPL(rt_mq_control);

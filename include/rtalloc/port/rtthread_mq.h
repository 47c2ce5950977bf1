/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rtthread_mq.h - RT-Thread's message queues: included by rtthread_ipc.h, which says
 * what the classes of ``Context:`` are.
 *
 * Messages are copied into and out of the queue, with interrupts off. The functions are
 * documented at their definition, in port/rtthread_mq.c.
 */
#ifndef _RTALLOC_PORT_RTTHREAD_MQ_H
#define _RTALLOC_PORT_RTTHREAD_MQ_H

#include <rtalloc/port/queue.h>
#include <rtalloc/port/rtthread_ipc.h>

/**
 * struct rt_mq_message - header of a message in the queue's memory
 * @next: not used
 * @length: not used: the queue stores the length at the start of the header
 *
 * Only its size matters: it is that of RT-Thread, so that the same memory has room for as
 * many messages.
 */
struct rt_mq_message {
	struct rt_mq_message *next;
	rt_ssize_t length;
};

/**
 * RT_MQ_BUF_SIZE() - size of the memory that a queue needs
 * @msg_size: bytes of the longest message
 * @max_msgs: number of messages
 *
 * Return: bytes, for rt_mq_init().
 */
#define RT_MQ_BUF_SIZE(msg_size, max_msgs)				\
	((RT_ALIGN((msg_size), RT_ALIGN_SIZE) +				\
	  sizeof(struct rt_mq_message)) * (max_msgs))

/**
 * struct rt_messagequeue - a message queue
 * @parent: name and class
 * @queue: the messages
 * @entry: number of messages in the queue, to read
 * @msg_size: bytes of the longest message
 * @max_msgs: number of messages that the queue can hold
 */
struct rt_messagequeue {
	struct rt_object parent;
	union {
		struct port_queue queue;
		rt_uint32_t entry;
	};
	rt_uint16_t msg_size;
	rt_uint16_t max_msgs;
};

typedef struct rt_messagequeue *rt_mq_t;

rt_err_t rt_mq_init(rt_mq_t mq, const char *name, void *msgpool,
		    rt_size_t msg_size, rt_size_t pool_size, rt_uint8_t flag);
rt_err_t rt_mq_detach(rt_mq_t mq);
rt_mq_t rt_mq_create(const char *name, rt_size_t msg_size, rt_size_t max_msgs,
		     rt_uint8_t flag);
rt_err_t rt_mq_delete(rt_mq_t mq);
rt_err_t rt_mq_send(rt_mq_t mq, const void *buffer, rt_size_t size);
rt_err_t rt_mq_send_wait(rt_mq_t mq, const void *buffer, rt_size_t size,
			 rt_int32_t timeout);
rt_err_t rt_mq_urgent(rt_mq_t mq, const void *buffer, rt_size_t size);
rt_ssize_t rt_mq_recv(rt_mq_t mq, void *buffer, rt_size_t size,
		      rt_int32_t timeout);
rt_err_t rt_mq_control(rt_mq_t mq, int cmd, void *arg);

/* The same as those without the suffix: signals do not end the waits. */
#define rt_mq_send_interruptible(mq, buffer, size)			\
	rt_mq_send(mq, buffer, size)
#define rt_mq_send_killable(mq, buffer, size)	rt_mq_send(mq, buffer, size)
#define rt_mq_send_wait_interruptible(mq, buffer, size, timeout)	\
	rt_mq_send_wait(mq, buffer, size, timeout)
#define rt_mq_send_wait_killable(mq, buffer, size, timeout)		\
	rt_mq_send_wait(mq, buffer, size, timeout)
#define rt_mq_recv_interruptible(mq, buffer, size, timeout)		\
	rt_mq_recv(mq, buffer, size, timeout)
#define rt_mq_recv_killable(mq, buffer, size, timeout)			\
	rt_mq_recv(mq, buffer, size, timeout)

#endif /* _RTALLOC_PORT_RTTHREAD_MQ_H */

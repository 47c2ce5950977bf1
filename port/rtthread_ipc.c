// SPDX-License-Identifier: GPL-2.0-only
/*
 * rtthread_ipc.c - RT-Thread's mailboxes, events and semaphores.
 *
 * A mailbox is a port_queue of words, an event a set of port_bits, and a semaphore a
 * port_queue of empty items.
 */
#include <linux/err.h>
#include <linux/export.h>
#include <rtalloc/port/rtthread_ipc.h>

#include "port/rtthread.h"

/* ---- what queues and events have in common ------------------------------------ */

rt_err_t rtthread_result(int err, struct port_call call)
{
	switch (err) {
	case 0:
		return RT_EOK;
	case -ETIMEDOUT:
		return -RT_ETIMEOUT;
	case -EBUSY:
		port_refused(call, port_rtthread.name,
			     "somebody waits for it, and nobody may sleep here");
		return -RT_EBUSY;
	case -EPERM:
		port_refused(call, port_rtthread.name, "nobody may sleep here");
		return -RT_ERROR;
	case -EINVAL:
		port_refused(call, port_rtthread.name,
			     "it is no such object, or one that is gone");
		return -RT_ERROR;
	default:
		return -RT_ERROR;
	}
}

rt_err_t rtthread_queue_end(const struct rt_object *parent, struct port_queue *queue,
			    unsigned int type, struct port_call call)
{
	int err = -EINVAL;

	if (port_queue_is(queue) && parent->type == type)
		err = port_queue_end(queue);
	return rtthread_result(err, call);
}

rt_err_t rtthread_queue_reset(struct port_queue *queue, int cmd, rt_uint16_t count,
			      struct port_call call)
{
	if (cmd != RT_IPC_CMD_RESET)
		return -RT_ERROR;
	return rtthread_result(port_queue_reset(queue, count), call);
}

/* ---- mailboxes ------------------------------------------------------------------ */

static bool words_are_fine(rt_size_t size)
{
	return size && size <= RT_UINT16_MAX;
}

static void mb_open(rt_mailbox_t mb, const char *name, void *msgpool, rt_size_t size,
		    unsigned int class)
{
	rtthread_object_init(&mb->parent, name, RT_Object_Class_MailBox | class);
	mb->msg_pool = msgpool;
	mb->size = size;
	port_queue_init(&mb->queue, msgpool, sizeof(rt_ubase_t), 0, size);
}

/**
 * rt_mb_init() - initialise an empty mailbox in the caller's memory
 * @mb: the struct to initialise
 * @name: its name, cut to RT_NAME_MAX characters as any object's; may be NULL
 * @msgpool: memory for @size words of the size of a pointer, in use until the mailbox is
 *	detached
 * @size: number of words, not bytes, 1 to 65535. RT-Thread cuts larger values to 16
 *	bits; here they are an error.
 * @flag: ignored, the scheduler decides the order of waiters
 *
 * Context: Any.
 * Return: RT_EOK; -RT_EINVAL: a pointer is NULL, or @size is out of range.
 */
rt_err_t rt_mb_init(rt_mailbox_t mb, const char *name, void *msgpool,
		    rt_size_t size, rt_uint8_t flag)
{
	if (!mb || !msgpool || !words_are_fine(size))
		return -RT_EINVAL;
	mb_open(mb, name, msgpool, size, RT_Object_Class_Static);
	return RT_EOK;
}
EXPORT_SYMBOL_GPL(rt_mb_init);

/**
 * rt_mb_detach() - end a mailbox of rt_mb_init(), and drop the words in it
 * @mb: the mailbox
 *
 * Waiters get -RT_ERROR. When this returns, they no longer use @mb.
 *
 * Context: Sleeps; a sender if no thread waits.
 * Return: RT_EOK; -RT_ERROR: @mb is not a mailbox of rt_mb_init(); -RT_EBUSY: a thread
 *	waits for it, and the caller may not sleep.
 */
rt_err_t rt_mb_detach(rt_mailbox_t mb)
{
	return rtthread_queue_end(port_member(mb, parent), port_member(mb, queue),
				  RT_Object_Class_MailBox | RT_Object_Class_Static,
				  PORT_CALL);
}
EXPORT_SYMBOL_GPL(rt_mb_detach);

/**
 * rt_mb_create() - create an empty mailbox in the system heap
 * @name: as for rt_mb_init()
 * @size: number of words, 1 to 65535
 * @flag: ignored
 *
 * Context: As rt_malloc().
 * Return: the mailbox; NULL if there is no memory, or @size is out of range.
 */
rt_mailbox_t rt_mb_create(const char *name, rt_size_t size, rt_uint8_t flag)
{
	rt_mailbox_t mb = RT_NULL;

	if (words_are_fine(size))
		mb = rt_malloc(sizeof(*mb) + size * sizeof(rt_ubase_t));
	if (mb)
		mb_open(mb, name, mb + 1, size, 0);
	return mb;
}
EXPORT_SYMBOL_GPL(rt_mb_create);

/**
 * rt_mb_delete() - end a mailbox of rt_mb_create(), and free it
 * @mb: the mailbox
 *
 * Context: As rt_mb_detach().
 * Return: as rt_mb_detach().
 */
rt_err_t rt_mb_delete(rt_mailbox_t mb)
{
	rt_err_t err = rtthread_queue_end(port_member(mb, parent),
					  port_member(mb, queue),
					  RT_Object_Class_MailBox, PORT_CALL);

	if (!err)
		rt_free(mb);
	return err;
}
EXPORT_SYMBOL_GPL(rt_mb_delete);

static rt_err_t mb_put(rt_mailbox_t mb, rt_ubase_t value, bool in_front,
		       rt_int32_t timeout, struct port_call call)
{
	int err = port_queue_put(port_member(mb, queue), &value, sizeof(value),
				 in_front, timeout);

	return err == -ETIMEDOUT && !timeout ? -RT_EFULL : rtthread_result(err, call);
}

/**
 * rt_mb_send() - put a word into a mailbox, if there is room
 * @mb: the mailbox
 * @value: the word: a number, or a pointer to memory that is handed to the receiver
 *
 * Context: Sender.
 * Return: RT_EOK; -RT_EFULL: there is no room; -RT_ERROR: @mb is not a valid mailbox.
 *	After an error nothing was sent.
 */
rt_err_t rt_mb_send(rt_mailbox_t mb, rt_ubase_t value)
{
	return mb_put(mb, value, false, RT_WAITING_NO, PORT_CALL);
}
EXPORT_SYMBOL_GPL(rt_mb_send);

/**
 * rt_mb_send_wait() - put a word into a mailbox, and wait for room
 * @mb: the mailbox
 * @value: the word
 * @timeout: the longest wait, in ticks; 0: do not wait; negative: no limit
 *
 * Context: Waiter.
 * Return: as rt_mb_send(), but -RT_ETIMEOUT instead of -RT_EFULL if @timeout is not 0,
 *	and -RT_ERROR also if the mailbox was reset, or the thread or the mailbox is being
 *	deleted.
 */
rt_err_t rt_mb_send_wait(rt_mailbox_t mb, rt_ubase_t value, rt_int32_t timeout)
{
	return mb_put(mb, value, false, timeout, PORT_CALL);
}
EXPORT_SYMBOL_GPL(rt_mb_send_wait);

/**
 * rt_mb_urgent() - put a word in front of the others in a mailbox, if there is room
 * @mb: the mailbox
 * @value: the word, which is received next
 *
 * Context: Sender.
 * Return: as rt_mb_send().
 */
rt_err_t rt_mb_urgent(rt_mailbox_t mb, rt_ubase_t value)
{
	return mb_put(mb, value, true, RT_WAITING_NO, PORT_CALL);
}
EXPORT_SYMBOL_GPL(rt_mb_urgent);

/**
 * rt_mb_recv() - take the oldest word out of a mailbox
 * @mb: the mailbox
 * @value: where to store the word
 * @timeout: the longest wait, in ticks; 0: do not wait; negative: no limit
 *
 * Context: Waiter.
 * Return: RT_EOK; -RT_ETIMEOUT: no word in time, also if @timeout is 0; -RT_ERROR: the
 *	mailbox was reset, the thread or the mailbox is being deleted, @value is NULL, or
 *	@mb is not a valid mailbox. After an error *@value is not changed.
 */
rt_err_t rt_mb_recv(rt_mailbox_t mb, rt_ubase_t *value, rt_int32_t timeout)
{
	size_t bytes = sizeof(*value);

	if (!value)
		return -RT_ERROR;
	return rtthread_result(port_queue_get(port_member(mb, queue), value, &bytes,
					      timeout), PORT_CALL);
}
EXPORT_SYMBOL_GPL(rt_mb_recv);

/**
 * rt_mb_control() - reset a mailbox: drop all words, and end all waits
 * @mb: the mailbox
 * @cmd: RT_IPC_CMD_RESET
 * @arg: ignored
 *
 * Threads that wait for a word or for room get -RT_ERROR.
 *
 * Context: Sender.
 * Return: RT_EOK; -RT_ERROR: @mb is not a valid mailbox, or @cmd is another command.
 */
rt_err_t rt_mb_control(rt_mailbox_t mb, int cmd, void *arg)
{
	return rtthread_queue_reset(port_member(mb, queue), cmd, 0, PORT_CALL);
}
EXPORT_SYMBOL_GPL(rt_mb_control);

/* ---- events ---------------------------------------------------------------------- */

static void event_open(rt_event_t event, const char *name, unsigned int class)
{
	rtthread_object_init(&event->parent, name, RT_Object_Class_Event | class);
	port_bits_init(&event->bits);
}

/**
 * rt_event_init() - initialise an event in the caller's memory, with no bit set
 * @event: the struct to initialise
 * @name: as for rt_mb_init()
 * @flag: ignored
 *
 * Context: Any.
 * Return: RT_EOK; -RT_EINVAL: @event is NULL.
 */
rt_err_t rt_event_init(rt_event_t event, const char *name, rt_uint8_t flag)
{
	if (!event)
		return -RT_EINVAL;
	event_open(event, name, RT_Object_Class_Static);
	return RT_EOK;
}
EXPORT_SYMBOL_GPL(rt_event_init);

/**
 * rt_event_create() - create an event in the system heap, with no bit set
 * @name: as for rt_mb_init()
 * @flag: ignored
 *
 * Context: As rt_malloc().
 * Return: the event; NULL if there is no memory.
 */
rt_event_t rt_event_create(const char *name, rt_uint8_t flag)
{
	rt_event_t event = rt_malloc(sizeof(*event));

	if (event)
		event_open(event, name, 0);
	return event;
}
EXPORT_SYMBOL_GPL(rt_event_create);

static rt_err_t event_end(rt_event_t event, unsigned int class, struct port_call call)
{
	int err = -EINVAL;

	if (port_bits_is(port_member(event, bits)) &&
	    event->parent.type == (RT_Object_Class_Event | class))
		err = port_bits_end(&event->bits);
	return rtthread_result(err, call);
}

/**
 * rt_event_detach() - end an event of rt_event_init()
 * @event: the event
 *
 * Waiters get -RT_ERROR. When this returns, they no longer use @event.
 *
 * Context: As rt_mb_detach().
 * Return: as rt_mb_detach().
 */
rt_err_t rt_event_detach(rt_event_t event)
{
	return event_end(event, RT_Object_Class_Static, PORT_CALL);
}
EXPORT_SYMBOL_GPL(rt_event_detach);

/**
 * rt_event_delete() - end an event of rt_event_create(), and free it
 * @event: the event
 *
 * Context: As rt_mb_detach().
 * Return: as rt_mb_detach().
 */
rt_err_t rt_event_delete(rt_event_t event)
{
	rt_err_t err = event_end(event, 0, PORT_CALL);

	if (!err)
		rt_free(event);
	return err;
}
EXPORT_SYMBOL_GPL(rt_event_delete);

/**
 * rt_event_send() - set bits of an event, and wake the threads that wait for them
 * @event: the event
 * @set: the bits to set, not 0
 *
 * As in RT-Thread, all threads that wait for a bit receive it. It is cleared afterwards
 * if one of them asked for that with RT_EVENT_FLAG_CLEAR.
 *
 * Context: Sender; linear in the number of waiters.
 * Return: RT_EOK; -RT_ERROR: @set is 0, or @event is not a valid event.
 */
rt_err_t rt_event_send(rt_event_t event, rt_uint32_t set)
{
	if (!port_bits_is(port_member(event, bits)))
		return rtthread_result(-EINVAL, PORT_CALL);
	if (!set)
		return -RT_ERROR;
	port_bits_set(&event->bits, set);
	return RT_EOK;
}
EXPORT_SYMBOL_GPL(rt_event_send);

/**
 * rt_event_recv() - wait for bits of an event
 * @event: the event
 * @set: the bits to wait for, not 0
 * @option: RT_EVENT_FLAG_AND: wait for all of them; RT_EVENT_FLAG_OR: for one of them;
 *	both mean AND. With RT_EVENT_FLAG_CLEAR, clear the bits of @set on success.
 * @timeout: the longest wait, in ticks; 0: do not wait; negative: no limit
 * @recved: where to store the bits of @set that were set, before any were cleared; may be
 *	NULL
 *
 * Context: Waiter.
 * Return: RT_EOK; -RT_ETIMEOUT: not in time, also if @timeout is 0; -RT_ERROR: @set or
 *	@option is not valid, the event was reset, the thread or the event is being
 *	deleted, or @event is not a valid event. After an error *@recved is not changed,
 *	and nothing is cleared.
 */
rt_err_t rt_event_recv(rt_event_t event, rt_uint32_t set, rt_uint8_t option,
		       rt_int32_t timeout, rt_uint32_t *recved)
{
	struct port_wish wish = {
		.want = set,
		.all = option & RT_EVENT_FLAG_AND,
		.clear = option & RT_EVENT_FLAG_CLEAR,
	};
	rt_uint32_t seen;
	int err;

	if (!set || !(option & (RT_EVENT_FLAG_AND | RT_EVENT_FLAG_OR)))
		return -RT_ERROR;
	err = port_bits_wait(port_member(event, bits), wish, timeout, &seen);
	if (!err && recved)
		*recved = seen & set;
	return rtthread_result(err, PORT_CALL);
}
EXPORT_SYMBOL_GPL(rt_event_recv);

/**
 * rt_event_control() - reset an event: clear all bits, and end all waits
 * @event: the event
 * @cmd: RT_IPC_CMD_RESET
 * @arg: ignored
 *
 * Waiters get -RT_ERROR.
 *
 * Context: Sender.
 * Return: RT_EOK; -RT_ERROR: @event is not a valid event, or @cmd is another command.
 */
rt_err_t rt_event_control(rt_event_t event, int cmd, void *arg)
{
	if (cmd != RT_IPC_CMD_RESET)
		return -RT_ERROR;
	return rtthread_result(port_bits_reset(port_member(event, bits)), PORT_CALL);
}
EXPORT_SYMBOL_GPL(rt_event_control);

/* ---- semaphores -------------------------------------------------------------------- */

static void sem_open(rt_sem_t sem, const char *name, rt_uint16_t value,
		     unsigned int class)
{
	rtthread_object_init(&sem->parent, name, RT_Object_Class_Semaphore | class);
	port_queue_init(&sem->queue, NULL, 0, 0, RT_UINT16_MAX);
	sem->queue.count = value;
}

/**
 * rt_sem_init() - initialise a semaphore in the caller's memory
 * @sem: the struct to initialise
 * @name: as for rt_mb_init()
 * @value: its initial count, at most 65535
 * @flag: ignored
 *
 * Context: Any.
 * Return: RT_EOK; -RT_EINVAL: @sem is NULL, or @value is out of range.
 */
rt_err_t rt_sem_init(rt_sem_t sem, const char *name, rt_uint32_t value,
		     rt_uint8_t flag)
{
	if (!sem || value > RT_UINT16_MAX)
		return -RT_EINVAL;
	sem_open(sem, name, value, RT_Object_Class_Static);
	return RT_EOK;
}
EXPORT_SYMBOL_GPL(rt_sem_init);

/**
 * rt_sem_detach() - end a semaphore of rt_sem_init()
 * @sem: the semaphore
 *
 * Waiters get -RT_ERROR. When this returns, they no longer use @sem.
 *
 * Context: As rt_mb_detach().
 * Return: as rt_mb_detach().
 */
rt_err_t rt_sem_detach(rt_sem_t sem)
{
	return rtthread_queue_end(port_member(sem, parent), port_member(sem, queue),
				  RT_Object_Class_Semaphore | RT_Object_Class_Static,
				  PORT_CALL);
}
EXPORT_SYMBOL_GPL(rt_sem_detach);

/**
 * rt_sem_create() - create a semaphore in the system heap
 * @name: as for rt_mb_init()
 * @value: its initial count, at most 65535
 * @flag: ignored
 *
 * Context: As rt_malloc().
 * Return: the semaphore; NULL if there is no memory, or @value is out of range.
 */
rt_sem_t rt_sem_create(const char *name, rt_uint32_t value, rt_uint8_t flag)
{
	rt_sem_t sem = value <= RT_UINT16_MAX ? rt_malloc(sizeof(*sem)) : RT_NULL;

	if (sem)
		sem_open(sem, name, value, 0);
	return sem;
}
EXPORT_SYMBOL_GPL(rt_sem_create);

/**
 * rt_sem_delete() - end a semaphore of rt_sem_create(), and free it
 * @sem: the semaphore
 *
 * Context: As rt_mb_detach().
 * Return: as rt_mb_detach().
 */
rt_err_t rt_sem_delete(rt_sem_t sem)
{
	rt_err_t err = rtthread_queue_end(port_member(sem, parent),
					  port_member(sem, queue),
					  RT_Object_Class_Semaphore, PORT_CALL);

	if (!err)
		rt_free(sem);
	return err;
}
EXPORT_SYMBOL_GPL(rt_sem_delete);

/**
 * rt_sem_take() - wait until a semaphore's count is not 0, and subtract 1
 * @sem: the semaphore
 * @timeout: the longest wait, in ticks; 0: do not wait; negative: no limit
 *
 * A thread that is being deleted does not wait, even without a limit. So check the result
 * if the semaphore guards data.
 *
 * Context: Waiter.
 * Return: RT_EOK; -RT_ETIMEOUT: not in time, also if @timeout is 0; -RT_ERROR: the
 *	semaphore was reset, the thread or the semaphore is being deleted, or @sem is not
 *	a valid semaphore.
 */
rt_err_t rt_sem_take(rt_sem_t sem, rt_int32_t timeout)
{
	size_t bytes = 0;

	return rtthread_result(port_queue_get(port_member(sem, queue), NULL, &bytes,
					      timeout), PORT_CALL);
}
EXPORT_SYMBOL_GPL(rt_sem_take);

/**
 * rt_sem_release() - add 1 to a semaphore's count
 * @sem: the semaphore
 *
 * Context: Sender.
 * Return: RT_EOK; -RT_EFULL: the count is 65535 already; -RT_ERROR: @sem is not a valid
 *	semaphore.
 */
rt_err_t rt_sem_release(rt_sem_t sem)
{
	int err = port_queue_put(port_member(sem, queue), NULL, 0, false, 0);

	return err == -ETIMEDOUT ? -RT_EFULL : rtthread_result(err, PORT_CALL);
}
EXPORT_SYMBOL_GPL(rt_sem_release);

/**
 * rt_sem_control() - reset a semaphore: set its count, and end all waits
 * @sem: the semaphore
 * @cmd: RT_IPC_CMD_RESET
 * @arg: the new count itself, not a pointer to it; at most 65535
 *
 * Waiters get -RT_ERROR, and do not take from the new count.
 *
 * Context: Sender.
 * Return: RT_EOK; -RT_ERROR: @sem is not a valid semaphore, @cmd is another command, or
 *	@arg is out of range.
 */
rt_err_t rt_sem_control(rt_sem_t sem, int cmd, void *arg)
{
	rt_ubase_t value = (rt_ubase_t)arg;

	if (value > RT_UINT16_MAX)
		return -RT_ERROR;
	return rtthread_queue_reset(port_member(sem, queue), cmd, value, PORT_CALL);
}
EXPORT_SYMBOL_GPL(rt_sem_control);

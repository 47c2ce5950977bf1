/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rtthread_created.h - RT-Thread's mailboxes, events and semaphores that are created
 * in place of being initialised: included by rtthread_ipc.h, which says what holds
 * for them and what the classes of ``Context:`` are.
 *
 * They lie in the system heap. What is deleted is freed at once, and wakes nobody:
 * the threads that use it have ended.
 */
#ifndef _RTALLOC_PORT_RTTHREAD_CREATED_H
#define _RTALLOC_PORT_RTTHREAD_CREATED_H

#include <rtalloc/port/rtthread_ipc.h>

/**
 * rt_mb_create() - make an empty mailbox with its words in the system heap
 * @name: a name, as for rt_mb_init()
 * @size: words, 1 to 65535
 * @flag: ignored
 *
 * Context: As rt_malloc().
 * Return: the mailbox, or NULL: there is no memory, or @size is not allowed.
 */
rt_inline rt_mailbox_t rt_mb_create(const char *name, rt_size_t size,
				    rt_uint8_t flag)
{
	rt_mailbox_t mb;

	if (!size || size > RT_UINT16_MAX)
		return RT_NULL;
	mb = rt_malloc(sizeof(*mb) + size * sizeof(rt_ubase_t));
	if (mb)
		rt_mb_init(mb, name, mb + 1, size, flag);
	return mb;
}

/**
 * rt_mb_delete() - free a mailbox with the words in it
 * @mb: of rt_mb_create(); nobody may wait for it or use it
 *
 * Context: As rt_free().
 * Return: RT_EOK.
 */
rt_inline rt_err_t rt_mb_delete(rt_mailbox_t mb)
{
	rt_free(mb);
	return RT_EOK;
}

/**
 * rt_mb_urgent() - put a word into a mailbox in front of the others, if there is
 *	room
 * @mb: the mailbox
 * @value: the word, which is received next
 *
 * Context: As all senders.
 * Return: RT_EOK, or -RT_EFULL: it was not sent.
 */
rt_inline rt_err_t rt_mb_urgent(rt_mailbox_t mb, rt_ubase_t value)
{
	unsigned long flags;
	bool has_room;

	spin_lock_irqsave(&mb->lock, flags);
	has_room = mb->entry < mb->size;
	if (has_room) {
		mb->out_offset = (mb->out_offset ?: mb->size) - 1;
		mb->msg_pool[mb->out_offset] = value;
		mb->entry++;
		wake_up(&mb->readers);
	}
	spin_unlock_irqrestore(&mb->lock, flags);
	return has_room ? RT_EOK : -RT_EFULL;
}

/**
 * rt_event_create() - make an event with no bit set
 * @name: a name, as for rt_event_init()
 * @flag: ignored
 *
 * Context: As rt_malloc().
 * Return: the event, or NULL: there is no memory.
 */
rt_inline rt_event_t rt_event_create(const char *name, rt_uint8_t flag)
{
	rt_event_t event = rt_malloc(sizeof(*event));

	if (event)
		rt_event_init(event, name, flag);
	return event;
}

/**
 * rt_event_delete() - free an event
 * @event: of rt_event_create(); nobody may wait for it or use it
 *
 * Context: As rt_free().
 * Return: RT_EOK.
 */
rt_inline rt_err_t rt_event_delete(rt_event_t event)
{
	rt_free(event);
	return RT_EOK;
}

/**
 * rt_sem_create() - make a semaphore
 * @name: a name, as for rt_sem_init()
 * @value: the count at first, at most 65535
 * @flag: ignored
 *
 * Context: As rt_malloc().
 * Return: the semaphore, or NULL: there is no memory, or @value is above that.
 */
rt_inline rt_sem_t rt_sem_create(const char *name, rt_uint32_t value,
				 rt_uint8_t flag)
{
	rt_sem_t sem = value <= RT_UINT16_MAX ? rt_malloc(sizeof(*sem)) : RT_NULL;

	if (sem)
		rt_sem_init(sem, name, value, flag);
	return sem;
}

/**
 * rt_sem_delete() - free a semaphore
 * @sem: of rt_sem_create(); nobody may wait for it or use it
 *
 * Context: As rt_free().
 * Return: RT_EOK.
 */
rt_inline rt_err_t rt_sem_delete(rt_sem_t sem)
{
	rt_free(sem);
	return RT_EOK;
}

/* As rt_sem_take() that does not wait. Context: as all senders. */
#define rt_sem_trytake(sem)	rt_sem_take(sem, RT_WAITING_NO)

#endif /* _RTALLOC_PORT_RTTHREAD_CREATED_H */

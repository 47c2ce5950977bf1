// SPDX-License-Identifier: GPL-2.0-only
/*
 * rtthread_ipc_test.c - RT-Thread's mailboxes, events, semaphores and mutexes where
 * nobody has to wait; threads are in port_ipc_kunit.c. The include is the original's,
 * behind those of Linux.
 */
#include "kunit/port/port_test.h"
#include "rtthread.h"

static rt_uint32_t too_many = RT_UINT16_MAX + 1;

const char *rtthread_heap_is_whole(port_test_fn *test)
{
	rt_size_t before, after;
	const char *why;

	rt_memory_info(RT_NULL, &before, RT_NULL);
	why = test();
	rt_memory_info(RT_NULL, &after, RT_NULL);
	if (!why)
		EXPECT_EQ(after, before);
	return why;
}

/* A word that is urgent goes in front, wherever the ring of three begins. */
static const char *mailbox_has_two_ends(void)
{
	rt_mailbox_t mb = rt_mb_create("box", 3, RT_IPC_FLAG_FIFO);
	rt_ubase_t value = 77;
	unsigned int round;

	EXPECT(mb);
	EXPECT_EQ(rt_mb_recv(mb, &value, 0), -RT_ETIMEOUT);
	EXPECT_EQ(value, 77);
	for (round = 0; round < 7; round++) {
		EXPECT_EQ(rt_mb_send(mb, round), RT_EOK);
		EXPECT_EQ(rt_mb_urgent(mb, 10), RT_EOK);
		EXPECT_EQ(rt_mb_urgent(mb, 20), RT_EOK);
		EXPECT_EQ(rt_mb_urgent(mb, 30), -RT_EFULL);
		EXPECT_EQ(rt_mb_send(mb, 30), -RT_EFULL);
		EXPECT_EQ(rt_mb_send_wait(mb, 30, 0), -RT_EFULL);
		EXPECT(!rt_mb_recv(mb, &value, 0) && value == 20);
		EXPECT(!rt_mb_recv(mb, &value, 0) && value == 10);
		EXPECT(!rt_mb_recv(mb, &value, 0) && value == round);
	}
	EXPECT_EQ(rt_mb_delete(mb), RT_EOK);
	EXPECT(!rt_mb_create("box", 0, RT_IPC_FLAG_FIFO));
	EXPECT(!rt_mb_create("box", READ_ONCE(too_many), RT_IPC_FLAG_FIFO));
	return NULL;
}

/* Detached with words in it: there is nothing to receive, and no room. */
static const char *mailbox_is_detached(void)
{
	rt_ubase_t value = 77, words[2];
	struct rt_mailbox mb;

	EXPECT_EQ(rt_mb_init(&mb, "box", words, 2, RT_IPC_FLAG_FIFO), RT_EOK);
	EXPECT_EQ(rt_mb_send(&mb, 1), RT_EOK);
	EXPECT_EQ(rt_mb_detach(&mb), RT_EOK);
	EXPECT_EQ(rt_mb_recv(&mb, &value, 0), -RT_ETIMEOUT);
	EXPECT_EQ(value, 77);
	EXPECT_EQ(rt_mb_send(&mb, 2), -RT_EFULL);
	EXPECT_EQ(rt_mb_urgent(&mb, 2), -RT_EFULL);
	return NULL;
}

static const char *event_has_bits(void)
{
	rt_event_t event = rt_event_create("event", RT_IPC_FLAG_PRIO);
	const rt_uint8_t all = RT_EVENT_FLAG_AND, one = RT_EVENT_FLAG_OR;
	rt_uint32_t got = 77;

	EXPECT(event);
	EXPECT_EQ(rt_event_send(event, 0), -RT_ERROR);
	EXPECT_EQ(rt_event_send(event, 0x5), RT_EOK);
	EXPECT_EQ(rt_event_recv(event, 0x6, all, 0, &got), -RT_ETIMEOUT);
	EXPECT_EQ(rt_event_recv(event, 0, all, 0, &got), -RT_ERROR);
	EXPECT_EQ(rt_event_recv(event, 0x6, 0, 0, &got), -RT_ERROR);
	EXPECT_EQ(got, 77);
	EXPECT_EQ(rt_event_recv(event, 0x6, one, 0, &got), RT_EOK);
	EXPECT_EQ(got, 0x4);
	EXPECT_EQ(rt_event_recv(event, 0x4, all | RT_EVENT_FLAG_CLEAR, 0, &got),
		  RT_EOK);
	EXPECT_EQ(rt_event_recv(event, 0x4, one, 0, RT_NULL), -RT_ETIMEOUT);
	EXPECT_EQ(rt_event_recv(event, 0x1, one, 0, RT_NULL), RT_EOK);
	EXPECT_EQ(rt_event_delete(event), RT_EOK);
	return NULL;
}

static const char *semaphore_counts(void)
{
	rt_sem_t sem = rt_sem_create("sem", 1, RT_IPC_FLAG_FIFO);

	EXPECT(sem);
	EXPECT(!strcmp(sem->parent.name, "sem"));
	EXPECT_EQ(rt_sem_trytake(sem), RT_EOK);
	EXPECT_EQ(rt_sem_trytake(sem), -RT_ETIMEOUT);
	EXPECT_EQ(rt_sem_release(sem), RT_EOK);
	EXPECT_EQ(rt_sem_take(sem, RT_WAITING_FOREVER), RT_EOK);
	EXPECT_EQ(rt_sem_delete(sem), RT_EOK);
	sem = rt_sem_create("sem", RT_UINT16_MAX, RT_IPC_FLAG_PRIO);
	EXPECT(sem);
	EXPECT_EQ(rt_sem_release(sem), -RT_EFULL);
	EXPECT_EQ(sem->value, RT_UINT16_MAX);
	EXPECT_EQ(rt_sem_delete(sem), RT_EOK);
	EXPECT(!rt_sem_create("sem", READ_ONCE(too_many), RT_IPC_FLAG_PRIO));
	return NULL;
}

/* Who has it may take it again, and gives it as often. */
static const char *mutex_counts(void)
{
	rt_mutex_t mutex = rt_mutex_create("mutex", RT_IPC_FLAG_PRIO);

	EXPECT(mutex);
	EXPECT_EQ(rt_mutex_release(mutex), -RT_ERROR);
	EXPECT_EQ(rt_mutex_take(mutex, RT_WAITING_FOREVER), RT_EOK);
	EXPECT_EQ(rt_mutex_take(mutex, RT_WAITING_FOREVER), RT_EOK);
	EXPECT_EQ(rt_mutex_trytake(mutex), RT_EOK);
	EXPECT_EQ(mutex->hold, 3);
	EXPECT_EQ(rt_mutex_release(mutex), RT_EOK);
	EXPECT_EQ(rt_mutex_release(mutex), RT_EOK);
	EXPECT(mutex->owner == current);
	EXPECT_EQ(rt_mutex_release(mutex), RT_EOK);
	EXPECT(!mutex->owner);
	EXPECT_EQ(rt_mutex_release(mutex), -RT_ERROR);
	EXPECT_EQ(rt_mutex_take(mutex, 0), RT_EOK);
	EXPECT_EQ(rt_mutex_release(mutex), RT_EOK);
	EXPECT_EQ(rt_mutex_delete(mutex), RT_EOK);
	return NULL;
}

#define TEST(test) { "rtthread_ipc." #test, test, rtthread_heap_is_whole }

const struct port_test rtthread_ipc_tests[] = {
	TEST(mailbox_has_two_ends),
	TEST(mailbox_is_detached),
	TEST(event_has_bits),
	TEST(semaphore_counts),
	TEST(mutex_counts),
	{}
};

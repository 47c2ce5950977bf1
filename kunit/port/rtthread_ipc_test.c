// SPDX-License-Identifier: GPL-2.0-only
/*
 * rtthread_ipc_test.c - RT-Thread's mailboxes, events, semaphores and mutexes, without
 * waiting; port_ipc_kunit.c tests threads. The #include line is that of the original,
 * after those of Linux.
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

/* An urgent word goes in front, at each start of the ring of three slots. */
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

static const char *no_mailbox(rt_mailbox_t mb)
{
	rt_ubase_t value = 77;

	EXPECT_EQ(rt_mb_send(mb, 2), -RT_ERROR);
	EXPECT_EQ(rt_mb_send_wait(mb, 2, 1), -RT_ERROR);
	EXPECT_EQ(rt_mb_urgent(mb, 2), -RT_ERROR);
	EXPECT_EQ(rt_mb_recv(mb, &value, -1), -RT_ERROR);
	EXPECT_EQ(value, 77);
	EXPECT_EQ(rt_mb_control(mb, RT_IPC_CMD_RESET, RT_NULL), -RT_ERROR);
	EXPECT_EQ(rt_mb_detach(mb), -RT_ERROR);
	EXPECT_EQ(rt_mb_delete(mb), -RT_ERROR);
	return NULL;
}

/* A mailbox that was detached with a word in it can neither receive nor send. */
static const char *mailbox_in_the_callers_memory(void)
{
	struct rt_mailbox mb = { };
	rt_ubase_t words[2];

	TRY(no_mailbox(RT_NULL));
	TRY(no_mailbox(&mb));
	EXPECT_EQ(rt_mb_init(&mb, "box", words, 2, RT_IPC_FLAG_FIFO), RT_EOK);
	EXPECT_EQ(mb.size, 2);
	EXPECT_EQ(rt_mb_send(&mb, 1), RT_EOK);
	EXPECT_EQ(mb.entry, 1);
	EXPECT_EQ(rt_mb_recv(&mb, RT_NULL, 0), -RT_ERROR);
	EXPECT_EQ(rt_mb_delete(&mb), -RT_ERROR);
	EXPECT_EQ(mb.entry, 1);
	EXPECT_EQ(rt_mb_detach(&mb), RT_EOK);
	return no_mailbox(&mb);
}

/* A mailbox has at most 65535 words; with more it is not created. */
static const char *mailbox_is_not_cut(void)
{
	rt_ubase_t *words = (rt_ubase_t *)port_memory, value, i;
	struct rt_mailbox mb = { };

	EXPECT_EQ(rt_mb_init(&mb, "box", words, READ_ONCE(too_many), 0), -RT_EINVAL);
	EXPECT_EQ(rt_mb_init(&mb, "box", words, too_many + 10, 0), -RT_EINVAL);
	EXPECT_EQ(rt_mb_init(&mb, "box", words, 0, 0), -RT_EINVAL);
	EXPECT_EQ(rt_mb_init(&mb, "box", RT_NULL, 2, 0), -RT_EINVAL);
	EXPECT_EQ(rt_mb_init(RT_NULL, "box", words, 2, 0), -RT_EINVAL);
	TRY(no_mailbox(&mb));
	EXPECT_EQ(rt_mb_init(&mb, "box", words, 65535, 0), RT_EOK);
	for (i = 0; i < 65535; i++)
		EXPECT_EQ(rt_mb_send(&mb, i), RT_EOK);
	EXPECT_EQ(rt_mb_send(&mb, i), -RT_EFULL);
	for (i = 0; i < 65535; i++)
		EXPECT(!rt_mb_recv(&mb, &value, 0) && value == i);
	EXPECT_EQ(rt_mb_recv(&mb, &value, 0), -RT_ETIMEOUT);
	EXPECT_EQ(rt_mb_detach(&mb), RT_EOK);
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

static const char *no_event(rt_event_t event)
{
	rt_uint32_t got = 77;

	EXPECT_EQ(rt_event_send(event, 1), -RT_ERROR);
	EXPECT_EQ(rt_event_recv(event, 1, RT_EVENT_FLAG_OR, -1, &got), -RT_ERROR);
	EXPECT_EQ(got, 77);
	EXPECT_EQ(rt_event_control(event, RT_IPC_CMD_RESET, RT_NULL), -RT_ERROR);
	EXPECT_EQ(rt_event_detach(event), -RT_ERROR);
	EXPECT_EQ(rt_event_delete(event), -RT_ERROR);
	return NULL;
}

static const char *no_semaphore(rt_sem_t sem)
{
	EXPECT_EQ(rt_sem_take(sem, -1), -RT_ERROR);
	EXPECT_EQ(rt_sem_trytake(sem), -RT_ERROR);
	EXPECT_EQ(rt_sem_release(sem), -RT_ERROR);
	EXPECT_EQ(rt_sem_control(sem, RT_IPC_CMD_RESET, (void *)1), -RT_ERROR);
	EXPECT_EQ(rt_sem_detach(sem), -RT_ERROR);
	EXPECT_EQ(rt_sem_delete(sem), -RT_ERROR);
	return NULL;
}

static const char *objects_in_the_callers_memory(void)
{
	struct rt_event event = { };
	struct rt_semaphore sem = { };

	TRY(no_event(RT_NULL));
	TRY(no_event(&event));
	EXPECT_EQ(rt_event_init(RT_NULL, "event", 0), -RT_EINVAL);
	EXPECT_EQ(rt_event_init(&event, "event", 0), RT_EOK);
	EXPECT_EQ(rt_event_send(&event, 1), RT_EOK);
	EXPECT_EQ(rt_event_delete(&event), -RT_ERROR);
	EXPECT_EQ(rt_event_recv(&event, 1, RT_EVENT_FLAG_OR, 0, RT_NULL), RT_EOK);
	EXPECT_EQ(rt_event_detach(&event), RT_EOK);
	TRY(no_event(&event));
	TRY(no_semaphore(RT_NULL));
	TRY(no_semaphore(&sem));
	EXPECT_EQ(rt_sem_init(RT_NULL, "sem", 1, 0), -RT_EINVAL);
	EXPECT_EQ(rt_sem_init(&sem, "sem", READ_ONCE(too_many) + 1, 0), -RT_EINVAL);
	TRY(no_semaphore(&sem));
	EXPECT_EQ(rt_sem_init(&sem, "sem", 1, 0), RT_EOK);
	EXPECT_EQ(rt_sem_delete(&sem), -RT_ERROR);
	EXPECT_EQ(sem.value, 1);
	EXPECT_EQ(rt_sem_trytake(&sem), RT_EOK);
	EXPECT_EQ(rt_sem_detach(&sem), RT_EOK);
	return no_semaphore(&sem);
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

/* ---- objects that are reset --------------------------------------------------- */

#define FOR_LONG	5000	/* ticks, for what ends at once */

/* The object that is reset while the test waits, and then given something. */
static struct {
	struct rt_semaphore sem;
	struct rt_mailbox mb;
	struct rt_event event;
	struct rt_messagequeue mq;
	rt_ubase_t words[2];
	rt_uint8_t messages[RT_MQ_BUF_SIZE(8, 2)];
	rt_err_t err;
} anew;

/* A waiter gets nothing that arrives after the reset. */
static void sem_reset(void)
{
	anew.err = rt_sem_control(&anew.sem, RT_IPC_CMD_RESET, (void *)2);
}

static void mb_reset(void)
{
	anew.err = rt_mb_control(&anew.mb, RT_IPC_CMD_RESET, RT_NULL);
	anew.err = anew.err ?: rt_mb_send(&anew.mb, 5);
}

static void event_reset(void)
{
	anew.err = rt_event_control(&anew.event, RT_IPC_CMD_RESET, RT_NULL);
	anew.err = anew.err ?: rt_event_send(&anew.event, 0x3);
}

static void mq_reset(void)
{
	anew.err = rt_mq_control(&anew.mq, RT_IPC_CMD_RESET, RT_NULL);
	anew.err = anew.err ?: rt_mq_send(&anew.mq, "new", 3);
}

/* The wait in @wait ends with -RT_ERROR when @fn has run. */
#define ENDS_BY(fn, waits, wait)					\
	do {								\
		rt_err_t err_;						\
									\
		anew.err = -1;						\
		port_meanwhile(waits, fn);				\
		err_ = (wait);						\
		port_meanwhile_over();					\
		EXPECT_EQ(err_, -RT_ERROR);				\
		EXPECT_EQ(anew.err, RT_EOK);				\
	} while (0)

static const char *semaphore_begins_anew(void)
{
	EXPECT_EQ(rt_sem_init(&anew.sem, "sem", 0, 0), RT_EOK);
	ENDS_BY(sem_reset, &anew.sem.queue.waits, rt_sem_take(&anew.sem, FOR_LONG));
	EXPECT_EQ(anew.sem.value, 2);
	EXPECT_EQ(rt_sem_take(&anew.sem, FOR_LONG), RT_EOK);
	EXPECT_EQ(rt_sem_detach(&anew.sem), RT_EOK);
	return NULL;
}

/* Threads that wait for a word, and threads that wait for room. */
static const char *mailbox_begins_anew(void)
{
	rt_ubase_t value = 77, i;

	EXPECT_EQ(rt_mb_init(&anew.mb, "box", anew.words, 2, 0), RT_EOK);
	ENDS_BY(mb_reset, &anew.mb.queue.waits,
		rt_mb_recv(&anew.mb, &value, FOR_LONG));
	EXPECT_EQ(value, 77);
	EXPECT(!rt_mb_recv(&anew.mb, &value, 0) && value == 5);
	for (i = 0; i < 2; i++)
		EXPECT_EQ(rt_mb_send(&anew.mb, i), RT_EOK);
	ENDS_BY(mb_reset, &anew.mb.queue.waits,
		rt_mb_send_wait(&anew.mb, 9, FOR_LONG));
	EXPECT_EQ(anew.mb.entry, 1);
	EXPECT(!rt_mb_recv(&anew.mb, &value, 0) && value == 5);
	EXPECT_EQ(rt_mb_detach(&anew.mb), RT_EOK);
	return NULL;
}

static const char *event_begins_anew(void)
{
	rt_uint32_t got = 77;

	EXPECT_EQ(rt_event_init(&anew.event, "event", 0), RT_EOK);
	EXPECT_EQ(rt_event_send(&anew.event, 0x8), RT_EOK);
	ENDS_BY(event_reset, &anew.event.bits.waits,
		rt_event_recv(&anew.event, 0x1, RT_EVENT_FLAG_OR |
			      RT_EVENT_FLAG_CLEAR, FOR_LONG, &got));
	EXPECT_EQ(got, 77);
	EXPECT_EQ(rt_event_recv(&anew.event, ~0u, RT_EVENT_FLAG_OR, 0, &got),
		  RT_EOK);
	EXPECT_EQ(got, 0x3);
	EXPECT_EQ(rt_event_detach(&anew.event), RT_EOK);
	return NULL;
}

static const char *message_queue_begins_anew(void)
{
	char got[8] = "no";
	int i;

	EXPECT_EQ(rt_mq_init(&anew.mq, "mq", anew.messages, 8, sizeof(anew.messages),
			     0), RT_EOK);
	ENDS_BY(mq_reset, &anew.mq.queue.waits,
		rt_mq_recv(&anew.mq, got, sizeof(got), FOR_LONG));
	EXPECT(!strcmp(got, "no"));
	EXPECT_EQ(rt_mq_send(&anew.mq, "full", 4), RT_EOK);
	ENDS_BY(mq_reset, &anew.mq.queue.waits,
		rt_mq_send_wait(&anew.mq, "more", 4, FOR_LONG));
	EXPECT_EQ(anew.mq.entry, 1);
	for (i = 0; i < 2; i++)
		EXPECT_EQ(rt_mq_recv(&anew.mq, got, sizeof(got), 0),
			  i ? -RT_ETIMEOUT : 3);
	EXPECT(!memcmp(got, "new", 3));
	EXPECT_EQ(rt_mq_detach(&anew.mq), RT_EOK);
	return NULL;
}

/* The owner may take it again, and must release it as often. */
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

static const char *no_mutex(rt_mutex_t mutex)
{
	EXPECT_EQ(rt_mutex_take(mutex, RT_WAITING_FOREVER), -RT_ERROR);
	EXPECT_EQ(rt_mutex_take(mutex, 1), -RT_ERROR);
	EXPECT_EQ(rt_mutex_trytake(mutex), -RT_ERROR);
	EXPECT_EQ(rt_mutex_release(mutex), -RT_ERROR);
	EXPECT_EQ(rt_mutex_delete(mutex), -RT_ERROR);
	return NULL;
}

/* As with every other object, NULL, a copy, and what was never made are refused. */
static const char *what_is_no_mutex_is_refused(void)
{
	rt_mutex_t mutex = rt_mutex_create("mutex", RT_IPC_FLAG_PRIO);
	static struct rt_mutex_port other;
	const char *why = NULL;

	EXPECT(mutex);
	why = no_mutex(RT_NULL) ?: no_mutex(&other);
	other = *mutex;
	why = why ?: no_mutex(&other);
	EXPECT_EQ(rt_mutex_delete(mutex), RT_EOK);
	return why;
}

static void runs(void *parameter)
{
}

/* A thread without a name or a function is not created; one that is none does not start. */
static const char *what_is_no_thread_is_refused(void)
{
	static struct rt_thread thread;

	EXPECT(!rt_thread_create(RT_NULL, runs, RT_NULL, 512, 10, 10));
	EXPECT(!rt_thread_create("none", RT_NULL, RT_NULL, 512, 10, 10));
	EXPECT_EQ(rt_thread_init(&thread, "none", RT_NULL, RT_NULL, RT_NULL, 0,
				 10, 10), -RT_EINVAL);
	EXPECT_EQ(rt_thread_startup(RT_NULL), -RT_ERROR);
	EXPECT_EQ(rt_thread_startup(&thread), -RT_ERROR);
	EXPECT_EQ(rt_thread_delete(RT_NULL), -RT_ERROR);
	EXPECT_EQ(rt_thread_detach(&thread), -RT_ERROR);
	return NULL;
}

/* The names that a signal would end in RT-Thread, and the limits. */
static const char *waits_have_other_names(void)
{
	rt_sem_t sem = rt_sem_create("sem", RT_SEM_VALUE_MAX, RT_IPC_FLAG_FIFO);
	rt_mailbox_t mb = rt_mb_create("box", 1, RT_IPC_FLAG_FIFO);
	rt_mq_t mq = rt_mq_create("mq", 4, 1, RT_IPC_FLAG_FIFO);
	rt_tick_t begun = rt_tick_get();
	rt_ubase_t value = 0;
	char got[4];

	EXPECT(sem && mb && mq);
	EXPECT_EQ(rt_object_get_type(&sem->parent), RT_Object_Class_Semaphore);
	EXPECT(!rt_object_is_systemobject(&sem->parent));
	EXPECT_EQ(rt_sem_release(sem), -RT_EFULL);
	EXPECT_EQ(rt_sem_take_interruptible(sem, 0), RT_EOK);
	EXPECT_EQ(rt_sem_take_killable(sem, 0), RT_EOK);
	EXPECT_EQ(sem->value, RT_SEM_VALUE_MAX - 2);
	EXPECT_EQ(rt_mb_send_interruptible(mb, 5), RT_EOK);
	EXPECT_EQ(rt_mb_send_wait_killable(mb, 6, 0), -RT_EFULL);
	EXPECT_EQ(rt_mb_recv_interruptible(mb, &value, 0), RT_EOK);
	EXPECT_EQ(value, 5);
	EXPECT_EQ(rt_mq_send_killable(mq, "abc", 3), RT_EOK);
	EXPECT_EQ(rt_mq_recv_interruptible(mq, got, sizeof(got), 0), 3);
	EXPECT_EQ(rt_mq_recv_killable(mq, got, sizeof(got), 0), -RT_ETIMEOUT);
	EXPECT_EQ(rt_interrupt_get_nest(), 0);
	EXPECT(rt_tick_get_delta(begun) < RT_TICK_MAX / 2);
	/* A tick of the future counts as one of long ago. */
	EXPECT(rt_tick_get_delta(rt_tick_get() + 100000) > RT_TICK_MAX / 2);
	rt_mq_delete(mq);
	rt_mb_delete(mb);
	rt_sem_delete(sem);
	return NULL;
}

#define TEST(test) { "rtthread_ipc." #test, test, rtthread_heap_is_whole }

const struct port_test rtthread_ipc_tests[] = {
	TEST(mailbox_has_two_ends),
	TEST(mailbox_in_the_callers_memory),
	{ "rtthread_ipc.mailbox_is_not_cut", mailbox_is_not_cut,
	  rtthread_heap_is_whole, SZ_1M },
	TEST(event_has_bits),
	TEST(objects_in_the_callers_memory),
	TEST(semaphore_counts),
	TEST(semaphore_begins_anew),
	TEST(mailbox_begins_anew),
	TEST(event_begins_anew),
	TEST(message_queue_begins_anew),
	TEST(mutex_counts),
	TEST(what_is_no_mutex_is_refused),
	TEST(what_is_no_thread_is_refused),
	TEST(waits_have_other_names),
	{}
};

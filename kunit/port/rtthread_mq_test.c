// SPDX-License-Identifier: GPL-2.0-only
/*
 * rtthread_mq_test.c - RT-Thread's message queues, timers, commands and atomic variables,
 * without waiting; port_rt_kunit.c has the tests that need threads and time.
 */
#include "kunit/port/port_test.h"
#include "rtthread.h"

static rt_size_t too_many = RT_UINT16_MAX + 1;

/* ---- message queues -------------------------------------------------------- */

/* The next message is exactly @text. */
static const char *next_is(rt_mq_t mq, const char *text)
{
	char got[16];

	memset(got, 0x5a, sizeof(got));
	EXPECT_EQ(rt_mq_recv(mq, got, sizeof(got), 0), strlen(text));
	EXPECT(!memcmp(got, text, strlen(text)));
	EXPECT(port_filled(got + strlen(text), 0x5a, sizeof(got) - strlen(text)));
	return NULL;
}

/* Messages of each length; an urgent one goes in front, at each start of the ring. */
static const char *queue_has_two_ends(rt_mq_t mq)
{
	char got[16];
	int round;

	for (round = 0; round < 7; round++) {
		EXPECT_EQ(rt_mq_recv(mq, got, sizeof(got), 0), -RT_ETIMEOUT);
		EXPECT_EQ(rt_mq_send(mq, "abcdefghij", 10), RT_EOK);
		EXPECT_EQ(rt_mq_send_wait(mq, "k", 1, 5), RT_EOK);
		EXPECT_EQ(rt_mq_urgent(mq, "first", 5), RT_EOK);
		EXPECT_EQ(rt_mq_send(mq, "more", 4), -RT_EFULL);
		EXPECT_EQ(rt_mq_urgent(mq, "more", 4), -RT_EFULL);
		EXPECT_EQ(rt_mq_send_wait(mq, "more", 4, 0), -RT_EFULL);
		EXPECT_EQ(rt_mq_send_wait(mq, "more", 4, 1), -RT_ETIMEOUT);
		TRY(next_is(mq, "first"));
		TRY(next_is(mq, "abcdefghij"));
		EXPECT_EQ(rt_mq_send(mq, "lm", 2), RT_EOK);
		TRY(next_is(mq, "k"));
		TRY(next_is(mq, "lm"));
	}
	return NULL;
}

/* Messages of 0 bytes or too many are not sent; one longer than the room is cut. */
static const char *lengths_are_heeded(rt_mq_t mq)
{
	char got[16] = "................";

	EXPECT_EQ(rt_mq_send(mq, "abcdefghijk", 11), -RT_ERROR);
	EXPECT_EQ(rt_mq_urgent(mq, "abcdefghijk", 11), -RT_ERROR);
	EXPECT_EQ(rt_mq_send_wait(mq, "abcdefghijk", 11, -1), -RT_ERROR);
	EXPECT_EQ(rt_mq_send(mq, "", 0), -RT_ERROR);
	EXPECT_EQ(rt_mq_send(mq, RT_NULL, 1), -RT_ERROR);
	EXPECT_EQ(rt_mq_recv(mq, got, sizeof(got), 0), -RT_ETIMEOUT);
	EXPECT_EQ(rt_mq_send(mq, "abcdefghij", 10), RT_EOK);
	EXPECT_EQ(rt_mq_recv(mq, RT_NULL, sizeof(got), 0), -RT_ERROR);
	EXPECT_EQ(rt_mq_recv(mq, got, 0, 0), -RT_ERROR);
	EXPECT_EQ(rt_mq_recv(mq, got, 4, 0), 4);
	EXPECT(!memcmp(got, "abcd............", 16));
	EXPECT_EQ(rt_mq_recv(mq, got, sizeof(got), 0), -RT_ETIMEOUT);
	return NULL;
}

static const char *queue_begins_anew(rt_mq_t mq)
{
	char got[16];

	EXPECT_EQ(rt_mq_send(mq, "a", 1), RT_EOK);
	EXPECT_EQ(rt_mq_send(mq, "b", 1), RT_EOK);
	EXPECT_EQ(rt_mq_control(mq, RT_IPC_CMD_UNKNOWN, RT_NULL), -RT_ERROR);
	EXPECT_EQ(rt_mq_control(mq, RT_IPC_CMD_RESET, RT_NULL), RT_EOK);
	EXPECT_EQ(rt_mq_recv(mq, got, sizeof(got), 0), -RT_ETIMEOUT);
	return queue_has_two_ends(mq);
}

static const char *no_queue(rt_mq_t mq)
{
	char got[16];

	EXPECT_EQ(rt_mq_send(mq, "a", 1), -RT_ERROR);
	EXPECT_EQ(rt_mq_send_wait(mq, "a", 1, -1), -RT_ERROR);
	EXPECT_EQ(rt_mq_urgent(mq, "a", 1), -RT_ERROR);
	EXPECT_EQ(rt_mq_recv(mq, got, sizeof(got), -1), -RT_ERROR);
	EXPECT_EQ(rt_mq_control(mq, RT_IPC_CMD_RESET, RT_NULL), -RT_ERROR);
	EXPECT_EQ(rt_mq_detach(mq), -RT_ERROR);
	EXPECT_EQ(rt_mq_delete(mq), -RT_ERROR);
	return NULL;
}

static const char *created_queue(void)
{
	rt_mq_t mq = rt_mq_create("created_queue", 10, 3, RT_IPC_FLAG_FIFO);

	EXPECT(mq);
	EXPECT(!memcmp(mq->parent.name, "created_", RT_NAME_MAX));
	TRY(queue_has_two_ends(mq));
	TRY(lengths_are_heeded(mq));
	TRY(queue_begins_anew(mq));
	EXPECT_EQ(rt_mq_detach(mq), -RT_ERROR);
	EXPECT_EQ(rt_mq_send(mq, "left", 4), RT_EOK);
	EXPECT_EQ(rt_mq_delete(mq), RT_EOK);
	TRY(no_queue(mq));
	EXPECT(!rt_mq_create("none", 0, 1, RT_IPC_FLAG_FIFO));
	EXPECT(!rt_mq_create("none", 1, 0, RT_IPC_FLAG_FIFO));
	EXPECT(!rt_mq_create("none", READ_ONCE(too_many), 1, RT_IPC_FLAG_FIFO));
	EXPECT(!rt_mq_create("none", 65535, 65535, RT_IPC_FLAG_FIFO));
	return NULL;
}

/* The memory has room for one message more than the limit. */
static const char *created_queue_is_not_cut(void)
{
	rt_mq_t most, none;

	rt_system_heap_init(port_memory, port_memory + 2 * SZ_1M);
	most = rt_mq_create("most", 1, READ_ONCE(too_many) - 1, RT_IPC_FLAG_FIFO);
	if (most)
		rt_mq_delete(most);
	none = rt_mq_create("none", 1, READ_ONCE(too_many), RT_IPC_FLAG_FIFO);
	if (none)
		rt_mq_delete(none);
	rt_system_heap_init(RT_NULL, RT_NULL);
	EXPECT(most && !none);
	return NULL;
}

/*
 * A message of 10 bytes takes 16 and a header of two words: three in their memory, also
 * where that begins at an odd address, and one byte less is two.
 */
static const char *queue_in_the_callers_memory(void)
{
	const rt_size_t slot = 16 + 2 * sizeof(void *);
	struct rt_messagequeue mq = { };

	EXPECT_EQ(RT_MQ_BUF_SIZE(10, 3), 3 * slot);
	TRY(no_queue(RT_NULL));
	TRY(no_queue(&mq));
	EXPECT_EQ(rt_mq_init(&mq, "mq", port_memory + 1, 10, 3 * slot, 0), RT_EOK);
	EXPECT_EQ(mq.max_msgs, 3);
	TRY(queue_has_two_ends(&mq));
	TRY(lengths_are_heeded(&mq));
	EXPECT_EQ(port_memory[0], 0xaa);
	EXPECT(port_filled(port_memory + 1 + 3 * slot, 0xaa, 100));
	EXPECT_EQ(rt_mq_delete(&mq), -RT_ERROR);
	EXPECT_EQ(rt_mq_detach(&mq), RT_EOK);
	TRY(no_queue(&mq));
	EXPECT_EQ(rt_mq_init(&mq, "mq", port_memory, 10, 3 * slot - 1, 0), RT_EOK);
	EXPECT_EQ(mq.max_msgs, 2);
	EXPECT_EQ(rt_mq_detach(&mq), RT_EOK);
	/* The memory is not accessed, so it need not exist. */
	EXPECT_EQ(rt_mq_init(&mq, "mq", port_memory, 10, 70000 * slot, 0), RT_EOK);
	EXPECT_EQ(mq.max_msgs, 65535);
	EXPECT_EQ(rt_mq_detach(&mq), RT_EOK);
	EXPECT_EQ(rt_mq_init(&mq, "mq", port_memory, 10, slot - 1, 0), -RT_EINVAL);
	EXPECT_EQ(rt_mq_init(&mq, "mq", port_memory, 0, slot, 0), -RT_EINVAL);
	EXPECT_EQ(rt_mq_init(&mq, "mq", port_memory, READ_ONCE(too_many),
			     3 * too_many, 0), -RT_EINVAL);
	EXPECT_EQ(rt_mq_init(&mq, "mq", RT_NULL, 10, slot, 0), -RT_EINVAL);
	EXPECT_EQ(rt_mq_init(RT_NULL, "mq", port_memory, 10, slot, 0), -RT_EINVAL);
	return no_queue(&mq);
}

/* ---- timers ------------------------------------------------------------------- */

static void never_called(void *parameter)
{
	*(bool *)parameter = true;
}

static const char *no_timer(rt_timer_t timer)
{
	rt_tick_t ticks = 5;

	EXPECT_EQ(rt_timer_start(timer), -RT_ERROR);
	EXPECT_EQ(rt_timer_stop(timer), -RT_ERROR);
	EXPECT_EQ(rt_timer_control(timer, RT_TIMER_CTRL_SET_TIME, &ticks),
		  -RT_ERROR);
	EXPECT_EQ(rt_timer_detach(timer), -RT_ERROR);
	EXPECT_EQ(rt_timer_delete(timer), -RT_ERROR);
	return NULL;
}

static const char *state_is(rt_timer_t timer, rt_uint32_t expected)
{
	rt_uint32_t state = 77;

	EXPECT_EQ(rt_timer_control(timer, RT_TIMER_CTRL_GET_STATE, &state), RT_EOK);
	EXPECT_EQ(state, expected);
	return NULL;
}

/* Ticks of 0 and above 2^31 - 1 are refused at its start. */
static const char *timer_starts_and_stops(rt_timer_t timer)
{
	static const rt_tick_t bad[] = { 0, 0x80000000, 0xffffffff };
	rt_tick_t ticks, due, before;
	int i;

	TRY(state_is(timer, RT_TIMER_FLAG_DEACTIVATED));
	EXPECT_EQ(rt_timer_stop(timer), -RT_ERROR);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		ticks = bad[i];
		EXPECT_EQ(rt_timer_control(timer, RT_TIMER_CTRL_SET_TIME, &ticks),
			  RT_EOK);
		EXPECT_EQ(rt_timer_start(timer), -RT_ERROR);
		TRY(state_is(timer, RT_TIMER_FLAG_DEACTIVATED));
	}
	ticks = 0x7fffffff;
	EXPECT_EQ(rt_timer_control(timer, RT_TIMER_CTRL_SET_TIME, &ticks), RT_EOK);
	before = rt_tick_get();
	EXPECT_EQ(rt_timer_start(timer), RT_EOK);
	TRY(state_is(timer, RT_TIMER_FLAG_ACTIVATED));
	EXPECT_EQ(rt_timer_control(timer, RT_TIMER_CTRL_GET_REMAIN_TIME, &due),
		  RT_EOK);
	EXPECT(due - ticks - before <= rt_tick_get() - before);
	ticks = 5;
	EXPECT_EQ(rt_timer_control(timer, RT_TIMER_CTRL_GET_TIME, &ticks), RT_EOK);
	EXPECT_EQ(ticks, 0x7fffffff);
	EXPECT_EQ(rt_timer_stop(timer), RT_EOK);
	EXPECT_EQ(rt_timer_stop(timer), -RT_ERROR);
	return NULL;
}

static const char *timer_is_changed(rt_timer_t timer)
{
	void (*function)(void *parameter) = RT_NULL;
	void *parameter = RT_NULL;

	EXPECT_EQ(rt_timer_control(timer, RT_TIMER_CTRL_SET_PERIODIC, RT_NULL),
		  RT_EOK);
	EXPECT_EQ(timer->parent.flag & RT_TIMER_FLAG_PERIODIC,
		  RT_TIMER_FLAG_PERIODIC);
	EXPECT_EQ(rt_timer_control(timer, RT_TIMER_CTRL_SET_ONESHOT, RT_NULL),
		  RT_EOK);
	EXPECT_EQ(timer->parent.flag & RT_TIMER_FLAG_PERIODIC, 0);
	EXPECT_EQ(rt_timer_control(timer, RT_TIMER_CTRL_SET_FUNC, never_called),
		  RT_EOK);
	EXPECT_EQ(rt_timer_control(timer, RT_TIMER_CTRL_SET_PARM, &function),
		  RT_EOK);
	EXPECT_EQ(rt_timer_control(timer, RT_TIMER_CTRL_GET_FUNC, &function),
		  RT_EOK);
	EXPECT_EQ(rt_timer_control(timer, RT_TIMER_CTRL_GET_PARM, &parameter),
		  RT_EOK);
	EXPECT(function == never_called && parameter == &function);
	EXPECT_EQ(rt_timer_control(timer, RT_TIMER_CTRL_SET_FUNC, RT_NULL),
		  -RT_ERROR);
	EXPECT_EQ(rt_timer_control(timer, RT_TIMER_CTRL_GET_TIME, RT_NULL),
		  -RT_ERROR);
	EXPECT_EQ(rt_timer_control(timer, 0x7f, &function), -RT_ERROR);
	return NULL;
}

static const char *timers_are_controlled(void)
{
	static struct rt_timer timer;
	rt_timer_t created;
	bool called = false;

	TRY(no_timer(RT_NULL));
	TRY(no_timer(&timer));
	rt_timer_init(RT_NULL, "none", never_called, &called, 1, 0);
	rt_timer_init(&timer, "none", RT_NULL, &called, 1, 0);
	TRY(no_timer(&timer));
	rt_timer_init(&timer, "timer", never_called, &called, 0,
		      RT_TIMER_FLAG_HARD_TIMER);
	TRY(timer_starts_and_stops(&timer));
	TRY(timer_is_changed(&timer));
	EXPECT_EQ(rt_timer_delete(&timer), -RT_ERROR);
	EXPECT_EQ(rt_timer_detach(&timer), RT_EOK);
	TRY(no_timer(&timer));
	EXPECT(!rt_timer_create("none", RT_NULL, RT_NULL, 1, 0));
	created = rt_timer_create("created", never_called, &called, 0,
				  RT_TIMER_FLAG_PERIODIC | RT_TIMER_FLAG_SOFT_TIMER);
	EXPECT(created);
	TRY(timer_starts_and_stops(created));
	TRY(timer_is_changed(created));
	EXPECT_EQ(rt_timer_detach(created), -RT_ERROR);
	EXPECT_EQ(rt_timer_start(created), RT_EOK);
	EXPECT_EQ(rt_timer_delete(created), RT_EOK);
	TRY(no_timer(created));
	EXPECT(!called);
	return NULL;
}

/* ---- commands -------------------------------------------------------------------- */

static void no_entry(void *parameter)
{
}

static const char *objects_begin_anew(void)
{
	rt_sem_t sem = rt_sem_create("sem", 3, RT_IPC_FLAG_FIFO);
	rt_mailbox_t mb = rt_mb_create("mb", 2, RT_IPC_FLAG_FIFO);
	rt_event_t event = rt_event_create("event", RT_IPC_FLAG_FIFO);
	rt_mutex_t mutex = rt_mutex_create("mutex", RT_IPC_FLAG_PRIO);
	rt_ubase_t word;

	EXPECT(sem && mb && event && mutex);
	EXPECT_EQ(rt_sem_control(sem, RT_IPC_CMD_RESET, (void *)1), RT_EOK);
	EXPECT_EQ(rt_sem_trytake(sem), RT_EOK);
	EXPECT_EQ(rt_sem_trytake(sem), -RT_ETIMEOUT);
	EXPECT_EQ(rt_sem_control(sem, RT_IPC_CMD_RESET, (void *)too_many), -RT_ERROR);
	EXPECT_EQ(rt_sem_control(sem, RT_IPC_CMD_UNKNOWN, (void *)1), -RT_ERROR);
	EXPECT_EQ(rt_sem_trytake(sem), -RT_ETIMEOUT);
	EXPECT_EQ(rt_sem_control(RT_NULL, RT_IPC_CMD_RESET, RT_NULL), -RT_ERROR);
	for (word = 0; word < 2; word++)
		EXPECT_EQ(rt_mb_send(mb, word), RT_EOK);
	EXPECT_EQ(rt_mb_control(mb, RT_IPC_CMD_UNKNOWN, RT_NULL), -RT_ERROR);
	EXPECT_EQ(rt_mb_send(mb, word), -RT_EFULL);
	EXPECT_EQ(rt_mb_control(mb, RT_IPC_CMD_RESET, RT_NULL), RT_EOK);
	EXPECT_EQ(rt_mb_recv(mb, &word, 0), -RT_ETIMEOUT);
	EXPECT_EQ(rt_mb_send(mb, 9), RT_EOK);
	EXPECT(!rt_mb_recv(mb, &word, 0) && word == 9);
	EXPECT_EQ(rt_mb_control(RT_NULL, RT_IPC_CMD_RESET, RT_NULL), -RT_ERROR);
	EXPECT_EQ(rt_event_send(event, 0x5), RT_EOK);
	EXPECT_EQ(rt_event_control(event, RT_IPC_CMD_UNKNOWN, RT_NULL), -RT_ERROR);
	EXPECT_EQ(rt_event_recv(event, 0x4, RT_EVENT_FLAG_OR, 0, RT_NULL), RT_EOK);
	EXPECT_EQ(rt_event_control(event, RT_IPC_CMD_RESET, RT_NULL), RT_EOK);
	EXPECT_EQ(rt_event_recv(event, 0x5, RT_EVENT_FLAG_OR, 0, RT_NULL),
		  -RT_ETIMEOUT);
	EXPECT_EQ(rt_event_control(RT_NULL, RT_IPC_CMD_RESET, RT_NULL), -RT_ERROR);
	EXPECT_EQ(rt_mutex_control(mutex, RT_IPC_CMD_RESET, RT_NULL), -RT_EINVAL);
	EXPECT_EQ(rt_sem_delete(sem), RT_EOK);
	EXPECT_EQ(rt_mb_delete(mb), RT_EOK);
	EXPECT_EQ(rt_event_delete(event), RT_EOK);
	EXPECT_EQ(rt_mutex_delete(mutex), RT_EOK);
	return NULL;
}

static const char *what_is_no_thread_is_refused(void)
{
	static struct rt_thread thread;

	EXPECT_EQ(rt_thread_init(RT_NULL, "none", no_entry, RT_NULL, RT_NULL, 0, 0, 0),
		  -RT_EINVAL);
	EXPECT_EQ(rt_thread_init(&thread, RT_NULL, no_entry, RT_NULL, RT_NULL, 0, 0,
				 0), -RT_EINVAL);
	EXPECT_EQ(rt_thread_init(&thread, "none", RT_NULL, RT_NULL, RT_NULL, 0, 0, 0),
		  -RT_EINVAL);
	EXPECT_EQ(rt_thread_detach(&thread), -RT_ERROR);
	EXPECT_EQ(rt_thread_detach(RT_NULL), -RT_ERROR);
	EXPECT_EQ(rt_thread_delete(RT_NULL), -RT_ERROR);
	EXPECT_EQ(rt_thread_control(RT_NULL, RT_THREAD_CTRL_CLOSE, RT_NULL),
		  -RT_ERROR);
	return NULL;
}

/* Each function returns the previous value. */
static const char *numbers_are_atomic(void)
{
	rt_atomic_t number = 12, expected = 5;

	EXPECT_EQ(rt_atomic_load(&number), 12);
	EXPECT_EQ(rt_atomic_add(&number, 3), 12);
	EXPECT_EQ(rt_atomic_sub(&number, 1), 15);
	EXPECT_EQ(rt_atomic_and(&number, 6), 14);
	EXPECT_EQ(rt_atomic_or(&number, 9), 6);
	EXPECT_EQ(rt_atomic_xor(&number, 5), 15);
	EXPECT_EQ(rt_atomic_exchange(&number, -1), 10);
	EXPECT_EQ(rt_atomic_compare_exchange_strong(&number, &expected, 8), 0);
	EXPECT_EQ(expected, -1);
	EXPECT_EQ(rt_atomic_compare_exchange_strong(&number, &expected, 8), 1);
	EXPECT_EQ(number, 8);
	rt_atomic_init(&number, 0);
	EXPECT_EQ(rt_atomic_flag_test_and_set(&number), 0);
	EXPECT_EQ(rt_atomic_flag_test_and_set(&number), 1);
	rt_atomic_flag_clear(&number);
	EXPECT_EQ(rt_atomic_load(&number), 0);
	rt_atomic_store(&number, 4);
	EXPECT_EQ(number, 4);
	return NULL;
}

#define TEST(test) { "rtthread_mq." #test, test, rtthread_heap_is_whole }

const struct port_test rtthread_mq_tests[] = {
	TEST(created_queue),
	{ "rtthread_mq.created_queue_is_not_cut", created_queue_is_not_cut,
	  rtthread_heap_is_whole, 2 * SZ_1M },
	{ "rtthread_mq.queue_in_the_callers_memory", queue_in_the_callers_memory,
	  rtthread_heap_is_whole, SZ_4K },
	TEST(timers_are_controlled),
	TEST(objects_begin_anew),
	TEST(what_is_no_thread_is_refused),
	TEST(numbers_are_atomic),
	{}
};

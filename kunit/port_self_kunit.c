// SPDX-License-Identifier: GPL-2.0-only
/*
 * port_self_kunit.c - the calling thread: threads and tasks find their own handle, other
 * contexts and interrupts are not mistaken for one of them, and a thread that deletes
 * itself ends.
 */
#include <linux/hrtimer.h>
#include <linux/task_work.h>
#include <linux/workqueue.h>
#include <rtalloc/port/freertos_timers.h>

#include "kunit/port_common.h"

/* What calls return that depend on the calling thread. */
struct asked {
	TaskHandle_t task;
	rt_thread_t thread;
	LW_OBJECT_HANDLE lw;
	uint32_t taken;
	BaseType_t waited;
	uint32_t value;
	struct work_struct work;
	struct completion done;
};

#define UNTOUCHED	77u

/* Make these calls. The waits end only because the caller may not wait. */
static void ask(struct asked *asked)
{
	asked->task = xTaskGetCurrentTaskHandle();
	asked->thread = rt_thread_self();
	asked->lw = API_ThreadIdSelf();
	if (!asked->task) {
		vTaskDelete(NULL);
		asked->taken = ulTaskNotifyTake(pdTRUE, portMAX_DELAY);
		asked->waited = xTaskNotifyWait(0, 0, &asked->value,
						portMAX_DELAY);
	}
	complete(&asked->done);
}

static void asked_open(struct asked *asked)
{
	memset(asked, 0, sizeof(*asked));
	asked->taken = 1;
	asked->waited = pdPASS;
	asked->value = UNTOUCHED;
	init_completion(&asked->done);
}

static void expect_no_task(struct kunit *test, struct asked *asked)
{
	ASSERT_DONE(test, &asked->done);
	KUNIT_EXPECT_NULL(test, asked->task);
	if (asked->task)
		return;
	KUNIT_EXPECT_EQ(test, 0u, asked->taken);
	KUNIT_EXPECT_EQ(test, pdFAIL, asked->waited);
	KUNIT_EXPECT_EQ(test, UNTOUCHED, asked->value);
}

/* Expect that these are the thread's own handles. */
static void expect_self(struct kunit *test, const struct asked *asked,
			TaskHandle_t task, rt_thread_t thread, LW_OBJECT_HANDLE lw)
{
	KUNIT_EXPECT_PTR_EQ(test, task, asked->task);
	KUNIT_EXPECT_PTR_EQ(test, thread, asked->thread);
	KUNIT_EXPECT_EQ(test, lw, asked->lw);
}

static void expect_nobody(struct kunit *test, struct asked *asked)
{
	expect_no_task(test, asked);
	expect_self(test, asked, NULL, NULL, LW_OBJECT_HANDLE_INVALID);
}

/* A kernel thread that no port has created, as KUnit's, is no task. */
static void this_is_no_task(struct kunit *test)
{
	static struct asked asked;

	asked_open(&asked);
	ask(&asked);
	expect_nobody(test, &asked);
}

static void asks_in_work(struct work_struct *work)
{
	ask(container_of(work, struct asked, work));
}

static void worker_is_no_task(struct kunit *test)
{
	static struct asked asked;

	asked_open(&asked);
	INIT_WORK(&asked.work, asks_in_work);
	schedule_work(&asked.work);
	flush_work(&asked.work);
	expect_nobody(test, &asked);
}

static void asks_in_timer(TimerHandle_t timer)
{
	ask(pvTimerGetTimerID(timer));
}

static void timer_is_no_task(struct kunit *test)
{
	static struct asked asked;
	TimerHandle_t timer;

	asked_open(&asked);
	timer = xTimerCreate("asks", 1, pdFALSE, &asked, asks_in_timer);
	KUNIT_ASSERT_NOT_NULL(test, timer);
	xTimerStart(timer, 0);
	expect_nobody(test, &asked);
	xTimerDelete(timer, 0);
}

static int asks_in_kthread(void *data)
{
	ask(data);
	return 0;
}

static void kthread_is_no_task(struct kunit *test)
{
	static struct asked asked;

	asked_open(&asked);
	thread_open(test, asks_in_kthread, &asked);
	expect_nobody(test, &asked);
}

/* ---- threads know themselves, and are not of another family ------------- */

static void task_asks(void *parameters)
{
	ask(parameters);
}

static void task_knows_itself(struct kunit *test)
{
	static struct asked asked;
	TaskHandle_t task;

	asked_open(&asked);
	task = task_open(test, task_asks, &asked);
	ASSERT_DONE(test, &asked.done);
	vTaskDelete(task);
	expect_self(test, &asked, task, NULL, LW_OBJECT_HANDLE_INVALID);
}

static void rt_thread_knows_itself(struct kunit *test)
{
	static struct asked asked;
	rt_thread_t thread;

	asked_open(&asked);
	thread = rt_open(test, task_asks, &asked);
	expect_no_task(test, &asked);
	KUNIT_EXPECT_EQ(test, RT_EOK, rt_thread_delete(thread));
	expect_self(test, &asked, NULL, thread, LW_OBJECT_HANDLE_INVALID);
	KUNIT_EXPECT_EQ(test, -RT_ERROR, rt_thread_delete(RT_NULL));
}

static PVOID lw_asks(PVOID argument)
{
	ask(argument);
	return (PVOID)API_ThreadJoin(API_ThreadIdSelf(), LW_NULL);
}

static void lw_thread_knows_itself(struct kunit *test)
{
	static struct asked asked;
	LW_OBJECT_HANDLE thread;
	PVOID result = NULL;

	asked_open(&asked);
	thread = lw_open(test, lw_asks, &asked);
	expect_no_task(test, &asked);
	expect_self(test, &asked, NULL, NULL, thread);
	KUNIT_EXPECT_EQ(test, (ULONG)ERROR_NONE, API_ThreadJoin(thread, &result));
	KUNIT_EXPECT_EQ(test, ERROR_THREAD_JOIN_SELF, (ULONG)result);
}

/* ---- interrupts ------------------------------------------------------------ */

struct interrupted {
	struct hrtimer timer;
	void (*call)(struct interrupted *in);
	struct asked asked;
	bool has_come;
};

static void asks(struct interrupted *in)
{
	in->asked.task = xTaskGetCurrentTaskHandle();
	in->asked.thread = rt_thread_self();
	in->asked.lw = API_ThreadIdSelf();
}

static enum hrtimer_restart comes(struct hrtimer *timer)
{
	struct interrupted *in = container_of(timer, struct interrupted, timer);

	in->call(in);
	WRITE_ONCE(in->has_come, true);
	return HRTIMER_NORESTART;
}

/* Cause a hard interrupt on this processor, which interrupts the caller. */
static void is_interrupted(struct interrupted *in)
{
	hrtimer_init(&in->timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_PINNED_HARD);
	in->timer.function = comes;
	preempt_disable();
	hrtimer_start(&in->timer, ns_to_ktime(1), HRTIMER_MODE_REL_PINNED_HARD);
	while (!READ_ONCE(in->has_come))
		cpu_relax();
	preempt_enable();
	hrtimer_cancel(&in->timer);
	complete(&in->asked.done);
}

static void interrupted_open(struct interrupted *in)
{
	asked_open(&in->asked);
	in->call = asks;
	in->has_come = false;
}

static void interrupt_of_no_task(struct kunit *test)
{
	static struct interrupted in;

	interrupted_open(&in);
	is_interrupted(&in);
	expect_self(test, &in.asked, NULL, NULL, LW_OBJECT_HANDLE_INVALID);
}

static void task_interrupted(void *parameters)
{
	is_interrupted(parameters);
}

static void interrupt_of_a_task(struct kunit *test)
{
	static struct interrupted in;
	TaskHandle_t task;

	interrupted_open(&in);
	task = task_open(test, task_interrupted, &in);
	ASSERT_DONE(test, &in.asked.done);
	vTaskDelete(task);
	expect_self(test, &in.asked, task, NULL, LW_OBJECT_HANDLE_INVALID);
}

static void interrupt_of_an_rt_thread(struct kunit *test)
{
	static struct interrupted in;
	rt_thread_t thread;

	interrupted_open(&in);
	thread = rt_open(test, task_interrupted, &in);
	ASSERT_DONE(test, &in.asked.done);
	KUNIT_EXPECT_EQ(test, RT_EOK, rt_thread_delete(thread));
	expect_self(test, &in.asked, NULL, thread, LW_OBJECT_HANDLE_INVALID);
}

static PVOID lw_interrupted(PVOID argument)
{
	is_interrupted(argument);
	return NULL;
}

static void interrupt_of_an_lw_thread(struct kunit *test)
{
	static struct interrupted in;
	LW_OBJECT_HANDLE thread;

	interrupted_open(&in);
	thread = lw_open(test, lw_interrupted, &in);
	KUNIT_EXPECT_EQ(test, (ULONG)ERROR_NONE, API_ThreadJoin(thread, NULL));
	expect_self(test, &in.asked, NULL, NULL, thread);
}

/* A mutex of each family, and what calls return that take them in an interrupt. */
struct mutexes {
	struct interrupted in;
	SemaphoreHandle_t recursive;
	rt_mutex_t rt;
	LW_OBJECT_HANDLE lw;
	BaseType_t took, gave;
	rt_err_t rt_took, rt_gave;
	ULONG lw_took, lw_gave;
};

static void takes_and_gives(struct interrupted *in)
{
	struct mutexes *have = container_of(in, struct mutexes, in);

	have->took = xSemaphoreTakeRecursive(have->recursive, 0);
	have->gave = xSemaphoreGiveRecursive(have->recursive);
	have->rt_took = rt_mutex_take(have->rt, 0);
	have->rt_gave = rt_mutex_release(have->rt);
	have->lw_took = API_SemaphoreMPend(have->lw, LW_OPTION_NOT_WAIT);
	have->lw_gave = API_SemaphoreMPost(have->lw);
}

static void mutexes_open(struct kunit *test, struct mutexes *have)
{
	interrupted_open(&have->in);
	have->in.call = takes_and_gives;
	have->recursive = xSemaphoreCreateRecursiveMutex();
	have->rt = rt_mutex_create("mutex", RT_IPC_FLAG_PRIO);
	have->lw = API_SemaphoreMCreate("mutex", LW_PRIO_DEF_CEILING,
					LW_OPTION_DEFAULT, LW_NULL);
	KUNIT_ASSERT_NOT_NULL(test, have->recursive);
	KUNIT_ASSERT_NOT_NULL(test, have->rt);
	KUNIT_ASSERT_NE(test, LW_OBJECT_HANDLE_INVALID, have->lw);
}

static void mutexes_close(struct kunit *test, struct mutexes *have)
{
	vSemaphoreDelete(have->recursive);
	KUNIT_EXPECT_EQ(test, RT_EOK, rt_mutex_delete(have->rt));
	KUNIT_EXPECT_EQ(test, (ULONG)ERROR_NONE, API_SemaphoreMDelete(&have->lw));
}

/* An interrupt can neither take nor give a mutex that the interrupted thread owns. */
static void interrupt_has_no_mutex(struct kunit *test)
{
	static struct mutexes have;

	mutexes_open(test, &have);
	KUNIT_EXPECT_EQ(test, pdPASS, xSemaphoreTakeRecursive(have.recursive, 0));
	KUNIT_EXPECT_EQ(test, RT_EOK, rt_mutex_take(have.rt, 0));
	KUNIT_EXPECT_EQ(test, (ULONG)ERROR_NONE, API_SemaphoreMPend(have.lw, 0));
	is_interrupted(&have.in);
	KUNIT_EXPECT_EQ(test, pdFAIL, have.took);
	KUNIT_EXPECT_EQ(test, pdFAIL, have.gave);
	KUNIT_EXPECT_EQ(test, -RT_ERROR, have.rt_took);
	KUNIT_EXPECT_EQ(test, -RT_ERROR, have.rt_gave);
	KUNIT_EXPECT_EQ(test, ERROR_KERNEL_IN_ISR, have.lw_took);
	KUNIT_EXPECT_EQ(test, ERROR_EVENT_NOT_OWN, have.lw_gave);
	KUNIT_EXPECT_EQ(test, pdPASS, xSemaphoreGiveRecursive(have.recursive));
	KUNIT_EXPECT_EQ(test, pdFAIL, xSemaphoreGiveRecursive(have.recursive));
	KUNIT_EXPECT_EQ(test, RT_EOK, rt_mutex_release(have.rt));
	KUNIT_EXPECT_EQ(test, -RT_ERROR, rt_mutex_release(have.rt));
	KUNIT_EXPECT_EQ(test, (ULONG)ERROR_NONE, API_SemaphoreMPost(have.lw));
	KUNIT_EXPECT_EQ(test, ERROR_EVENT_NOT_OWN, API_SemaphoreMPost(have.lw));
	mutexes_close(test, &have);
}

/* Called when the kernel thread exits: its handle may be freed by then. */
struct exiting {
	struct callback_head work;
	struct asked asked;
	struct completion begun;
	int err;
};

static void asks_at_exit(struct callback_head *work)
{
	struct exiting *exiting = container_of(work, struct exiting, work);

	exiting->asked.task = xTaskGetCurrentTaskHandle();
	complete(&exiting->asked.done);
}

static void will_ask(void *parameters)
{
	struct exiting *exiting = parameters;

	init_task_work(&exiting->work, asks_at_exit);
	exiting->err = task_work_add(current, &exiting->work, TWA_NONE);
	complete(&exiting->begun);
}

static void task_that_exits_is_none(struct kunit *test)
{
	static struct exiting exiting;
	TaskHandle_t task;

	asked_open(&exiting.asked);
	init_completion(&exiting.begun);
	task = task_open(test, will_ask, &exiting);
	/* This value must be replaced by the calls. */
	exiting.asked.task = task;
	ASSERT_DONE(test, &exiting.begun);
	vTaskDelete(task);
	KUNIT_ASSERT_EQ(test, 0, exiting.err);
	expect_done(test, &exiting.asked.done);
	KUNIT_EXPECT_NULL(test, exiting.asked.task);
}

/* ---- threads that delete themselves, and are deleted by another thread ---- */

struct leaver {
	struct completion begun;
	bool with_null;
	bool returned;
	int result;
};

static void leaver_open(struct leaver *leaver)
{
	memset(leaver, 0, sizeof(*leaver));
	init_completion(&leaver->begun);
}

static void deletes_itself(void *parameters)
{
	struct leaver *leaver = parameters;

	complete(&leaver->begun);
	vTaskDelete(leaver->with_null ? NULL : xTaskGetCurrentTaskHandle());
	leaver->returned = true;
}

static void task_deletes_itself(struct kunit *test, bool with_null)
{
	static struct leaver leaver;
	TaskHandle_t task;

	leaver_open(&leaver);
	leaver.with_null = with_null;
	task = task_open(test, deletes_itself, &leaver);
	ASSERT_DONE(test, &leaver.begun);
	vTaskDelete(task);
	KUNIT_EXPECT_FALSE(test, leaver.returned);
}

static void task_deletes_itself_by_null(struct kunit *test)
{
	task_deletes_itself(test, true);
}

static void task_deletes_itself_by_handle(struct kunit *test)
{
	task_deletes_itself(test, false);
}

static void rt_deletes_itself(void *parameter)
{
	struct leaver *leaver = parameter;

	complete(&leaver->begun);
	rt_thread_delete(rt_thread_self());
	leaver->returned = true;
}

static void rt_thread_deletes_itself(struct kunit *test)
{
	static struct leaver leaver;
	rt_thread_t thread;

	leaver_open(&leaver);
	thread = rt_open(test, rt_deletes_itself, &leaver);
	ASSERT_DONE(test, &leaver.begun);
	KUNIT_EXPECT_EQ(test, RT_EOK, rt_thread_delete(thread));
	KUNIT_EXPECT_FALSE(test, leaver.returned);
}

static PVOID lw_deletes_itself(PVOID argument)
{
	LW_OBJECT_HANDLE self = API_ThreadIdSelf();
	struct leaver *leaver = argument;

	complete(&leaver->begun);
	API_ThreadDelete(&self, &leaver->result);
	leaver->returned = true;
	return NULL;
}

/* A thread that joins it gets its exit value. */
static void lw_thread_deletes_itself(struct kunit *test)
{
	static struct leaver leaver;
	LW_OBJECT_HANDLE thread;
	PVOID result = NULL;

	leaver_open(&leaver);
	thread = lw_open(test, lw_deletes_itself, &leaver);
	KUNIT_EXPECT_EQ(test, (ULONG)ERROR_NONE, API_ThreadJoin(thread, &result));
	KUNIT_EXPECT_PTR_EQ(test, (PVOID)&leaver.result, result);
	KUNIT_EXPECT_FALSE(test, leaver.returned);
	leaver_open(&leaver);
	thread = lw_open(test, lw_deletes_itself, &leaver);
	ASSERT_DONE(test, &leaver.begun);
	KUNIT_EXPECT_EQ(test, (ULONG)ERROR_NONE, API_ThreadDelete(&thread, NULL));
	KUNIT_EXPECT_EQ(test, LW_OBJECT_HANDLE_INVALID, thread);
}

static struct kunit_case port_self_cases[] = {
	KUNIT_CASE(this_is_no_task),
	KUNIT_CASE(worker_is_no_task),
	KUNIT_CASE(timer_is_no_task),
	KUNIT_CASE(kthread_is_no_task),
	KUNIT_CASE(task_knows_itself),
	KUNIT_CASE(rt_thread_knows_itself),
	KUNIT_CASE(lw_thread_knows_itself),
	KUNIT_CASE(interrupt_of_no_task),
	KUNIT_CASE(interrupt_of_a_task),
	KUNIT_CASE(interrupt_of_an_rt_thread),
	KUNIT_CASE(interrupt_of_an_lw_thread),
	KUNIT_CASE(interrupt_has_no_mutex),
	KUNIT_CASE(task_that_exits_is_none),
	KUNIT_CASE(task_deletes_itself_by_null),
	KUNIT_CASE(task_deletes_itself_by_handle),
	KUNIT_CASE(rt_thread_deletes_itself),
	KUNIT_CASE(lw_thread_deletes_itself),
	{}
};

RTALLOC_SUITE(port_self);

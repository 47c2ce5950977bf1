// SPDX-License-Identifier: GPL-2.0-only
/*
 * port_rt_kunit.c - RT-Thread's message queues, timers, timed mutexes and threads in the
 * caller's memory: the tests that need several threads, or time to pass.
 */
#include <linux/irqflags.h>
#include <linux/workqueue.h>

#include "kunit/port_common.h"

/* Data shared with threads and timers. It is cleared before each test. */
static struct work {
	rt_mq_t mq;
	rt_mutex_t mutex;
	rt_timer_t timer;
	rt_ssize_t last;
	unsigned long count;
	bool in_softirq;
	struct completion begun;
	struct completion done;
} work;

static int work_open(struct kunit *test)
{
	memset(&work, 0, sizeof(work));
	init_completion(&work.begun);
	init_completion(&work.done);
	work.mq = rt_mq_create("mq", sizeof(int), 1, RT_IPC_FLAG_FIFO);
	work.mutex = rt_mutex_create("mutex", RT_IPC_FLAG_PRIO);
	return work.mq && work.mutex ? 0 : -ENOMEM;
}

static void work_close(struct kunit *test)
{
	if (work.mq)
		rt_mq_delete(work.mq);
	rt_mutex_delete(work.mutex);
}

static rt_thread_t worker_open(struct kunit *test, void (*entry)(void *parameter))
{
	rt_thread_t thread = rt_open(test, entry, NULL);

	expect_done(test, &work.begun);
	return thread;
}

static void await_waiting(struct kunit *test)
{
	AWAIT(READ_ONCE(work.mq->queue.waits.waiting) == 1);
	KUNIT_EXPECT_EQ(test, 1u, READ_ONCE(work.mq->queue.waits.waiting));
}

/* ---- message queues ----------------------------------------------------------- */

static void adds_up(void *parameter)
{
	int item;

	complete(&work.begun);
	while ((work.last = rt_mq_recv(work.mq, &item, sizeof(item),
				       RT_WAITING_FOREVER)) == sizeof(item))
		work.count += item;
	complete(&work.done);
}

/*
 * A thread adds 1 + 2 + ... + 200, sent through a queue of one item. Deleting the thread
 * ends its infinite wait with an error.
 */
static void thread_and_message_queue(struct kunit *test)
{
	rt_thread_t thread = worker_open(test, adds_up);
	int i;

	for (i = 1; i <= 200; i++)
		KUNIT_EXPECT_EQ(test, RT_EOK,
				rt_mq_send_wait(work.mq, &i, sizeof(i),
						LONG_ENOUGH));
	AWAIT(READ_ONCE(work.count) == 20100);
	KUNIT_EXPECT_FALSE(test, completion_done(&work.done));
	rt_thread_delete(thread);
	KUNIT_EXPECT_EQ(test, 20100ul, work.count);
	KUNIT_EXPECT_EQ(test, -RT_ERROR, work.last);
}

/* Resetting the queue ends a wait, too. */
static void reset_ends_a_wait(struct kunit *test)
{
	rt_thread_t thread = worker_open(test, adds_up);

	await_waiting(test);
	KUNIT_EXPECT_EQ(test, RT_EOK,
			rt_mq_control(work.mq, RT_IPC_CMD_RESET, NULL));
	expect_done(test, &work.done);
	KUNIT_EXPECT_EQ(test, -RT_ERROR, work.last);
	rt_thread_delete(thread);
}

/* Sends two items to a queue that has room for one, so that it waits for room. */
static void sends_two(void *parameter)
{
	int item = 5;

	complete(&work.begun);
	work.count = rt_mq_send(work.mq, &item, sizeof(item)) == RT_EOK;
	work.last = rt_mq_send_wait(work.mq, &item, sizeof(item),
				    RT_WAITING_FOREVER);
	complete(&work.done);
}

static long mq_end(void)
{
	return rt_mq_delete(work.mq);
}

static void deleting_ends_a_wait(struct kunit *test)
{
	rt_thread_t thread = worker_open(test, sends_two);
	static struct end_call call;

	await_waiting(test);
	if (ends_in_time(test, &call, mq_end, RT_EOK))
		ASSERT_DONE(test, &work.done);
	rt_thread_delete(thread);
	ASSERT_DONE(test, &call.done);
	work.mq = NULL;
	KUNIT_EXPECT_EQ(test, 1ul, work.count);
	KUNIT_EXPECT_EQ(test, -RT_ERROR, work.last);
}

static void queue_waits_are_refused_under_locks(struct kunit *test)
{
	rt_thread_t thread = worker_open(test, adds_up);
	rt_err_t got, put, deleted;
	unsigned long flags;
	int item = 1;

	await_waiting(test);
	local_irq_save(flags);
	got = rt_mq_recv(work.mq, &item, sizeof(item), 5);
	put = rt_mq_send_wait(work.mq, &item, sizeof(item), 5);
	deleted = rt_mq_delete(work.mq);
	local_irq_restore(flags);
	KUNIT_EXPECT_EQ(test, -RT_ERROR, got);
	KUNIT_EXPECT_EQ(test, -RT_ERROR, put);
	KUNIT_EXPECT_EQ(test, -RT_EBUSY, deleted);
	rt_thread_delete(thread);
	KUNIT_EXPECT_EQ(test, 0ul, work.count);
}

static void queue_wait_ends_in_time(struct kunit *test)
{
	rt_tick_t begun = rt_tick_get();
	int item = 1;

	KUNIT_EXPECT_EQ(test, -RT_ETIMEOUT,
			rt_mq_recv(work.mq, &item, sizeof(item), 5));
	KUNIT_EXPECT_GE(test, rt_tick_get() - begun, 5u);
	KUNIT_EXPECT_EQ(test, RT_EOK, rt_mq_send(work.mq, &item, sizeof(item)));
	KUNIT_EXPECT_EQ(test, -RT_ETIMEOUT,
			rt_mq_send_wait(work.mq, &item, sizeof(item), 5));
	KUNIT_EXPECT_GE(test, rt_tick_get() - begun, 10u);
}

/* ---- objects that end ------------------------------------------------------------ */

/* Objects in the caller's memory that end while a thread waits for them. */
static struct ending {
	struct rt_semaphore sem;
	struct rt_mailbox box;
	struct rt_event event;
	rt_ubase_t word;
	rt_err_t (*wait)(struct ending *ending);
} ending;

static rt_err_t sem_wait(struct ending *ending)
{
	return rt_sem_take(&ending->sem, RT_WAITING_FOREVER);
}

static rt_err_t box_wait(struct ending *ending)
{
	rt_ubase_t value;

	return rt_mb_recv(&ending->box, &value, RT_WAITING_FOREVER);
}

static rt_err_t room_wait(struct ending *ending)
{
	return rt_mb_send_wait(&ending->box, 9, RT_WAITING_FOREVER);
}

static rt_err_t event_wait(struct ending *ending)
{
	return rt_event_recv(&ending->event, 0x2, RT_EVENT_FLAG_OR,
			     RT_WAITING_FOREVER, NULL);
}

static long sem_end(void)
{
	return rt_sem_detach(&ending.sem);
}

static long box_end(void)
{
	return rt_mb_detach(&ending.box);
}

static long event_end(void)
{
	return rt_event_detach(&ending.event);
}

static void waits_for_its_end(void *parameter)
{
	struct ending *ending = parameter;

	work.last = ending->wait(ending);
	complete(&work.done);
}

/*
 * Expect @end to end the wait that a thread begins in @wait. After that the thread must not
 * touch the object any more.
 */
static void ends_by(struct kunit *test, struct port_waits *waits,
		    rt_err_t (*wait)(struct ending *ending), long (*end)(void))
{
	static struct end_call call;
	unsigned long flags;
	rt_thread_t thread;
	rt_err_t refused;

	ending.wait = wait;
	thread = rt_open(test, waits_for_its_end, &ending);
	AWAIT(READ_ONCE(waits->waiting) == 1);
	local_irq_save(flags);
	refused = end();
	local_irq_restore(flags);
	KUNIT_EXPECT_EQ(test, -RT_EBUSY, refused);
	KUNIT_EXPECT_FALSE(test, completion_done(&work.done));
	if (ends_in_time(test, &call, end, RT_EOK)) {
		memset(&ending, 0x5a, sizeof(ending));
		ASSERT_DONE(test, &work.done);
	}
	rt_thread_delete(thread);
	ASSERT_DONE(test, &call.done);
	KUNIT_EXPECT_EQ(test, -RT_ERROR, work.last);
	reinit_completion(&work.done);
}

static void detaching_ends_waits(struct kunit *test)
{
	rt_sem_init(&ending.sem, "sem", 0, RT_IPC_FLAG_FIFO);
	ends_by(test, &ending.sem.queue.waits, sem_wait, sem_end);
	rt_mb_init(&ending.box, "box", &ending.word, 1, RT_IPC_FLAG_FIFO);
	ends_by(test, &ending.box.queue.waits, box_wait, box_end);
	rt_mb_init(&ending.box, "box", &ending.word, 1, RT_IPC_FLAG_FIFO);
	KUNIT_EXPECT_EQ(test, RT_EOK, rt_mb_send(&ending.box, 1));
	ends_by(test, &ending.box.queue.waits, room_wait, box_end);
	rt_event_init(&ending.event, "event", RT_IPC_FLAG_FIFO);
	KUNIT_EXPECT_EQ(test, RT_EOK, rt_event_send(&ending.event, 0x1));
	ends_by(test, &ending.event.bits.waits, event_wait, event_end);
}

/* ---- mutexes -------------------------------------------------------------------- */

/* Takes the mutex with a timeout that expires, then with one that does not. */
static void takes_in_time(void *parameter)
{
	rt_tick_t begun = rt_tick_get();

	work.last = rt_mutex_take(work.mutex, 5);
	work.count = rt_tick_get() - begun;
	complete(&work.begun);
	if (rt_mutex_take(work.mutex, LONG_ENOUGH) == RT_EOK) {
		work.count += 1000000;
		rt_mutex_release(work.mutex);
	}
	complete(&work.done);
}

static void mutex_is_waited_for_in_time(struct kunit *test)
{
	unsigned long flags;
	rt_thread_t thread;
	rt_err_t err;

	KUNIT_EXPECT_EQ(test, RT_EOK, rt_mutex_take(work.mutex, 5));
	KUNIT_EXPECT_EQ(test, RT_EOK, rt_mutex_take(work.mutex, 5));
	thread = worker_open(test, takes_in_time);
	KUNIT_EXPECT_EQ(test, -RT_ETIMEOUT, work.last);
	KUNIT_EXPECT_GE(test, work.count, 5ul);
	AWAIT(wq_has_sleeper(&work.mutex->waiters));
	KUNIT_EXPECT_EQ(test, RT_EOK, rt_mutex_release(work.mutex));
	KUNIT_EXPECT_FALSE(test, completion_done(&work.done));
	KUNIT_EXPECT_EQ(test, RT_EOK, rt_mutex_release(work.mutex));
	expect_done(test, &work.done);
	KUNIT_EXPECT_GE(test, work.count, 1000000ul);
	rt_thread_delete(thread);
	local_irq_save(flags);
	err = rt_mutex_take(work.mutex, 5);
	local_irq_restore(flags);
	KUNIT_EXPECT_EQ(test, -RT_ERROR, err);
}

/* ---- time ---------------------------------------------------------------------- */

/* rt_thread_delay_until() sleeps up to the next step, and not at all if that has passed. */
static void delays_have_a_step(struct kunit *test)
{
	/* So long that the step does not pass before the call. */
	const rt_tick_t step = 2 * HZ;
	rt_tick_t begun = rt_tick_get(), tick = begun;

	KUNIT_EXPECT_EQ(test, RT_EOK, rt_thread_delay_until(&tick, step));
	KUNIT_EXPECT_EQ(test, begun + step, tick);
	KUNIT_EXPECT_GE(test, rt_tick_get() - begun, step);
	begun = rt_tick_get();
	tick = begun - 1000;
	KUNIT_EXPECT_EQ(test, RT_EOK, rt_thread_delay_until(&tick, 1000));
	KUNIT_EXPECT_LT(test, tick - begun, 1000u);
	begun = rt_tick_get_millisecond();
	rt_hw_us_delay(1);
	rt_thread_mdelay(30);
	KUNIT_EXPECT_GE(test, rt_tick_get_millisecond() - begun + jiffies_to_msecs(1),
			30u);
}

/* ---- threads in the caller's memory ----------------------------------------------- */

static struct rt_thread own;

static void finds_itself(void *parameter)
{
	work.count = rt_thread_self() == parameter;
	complete(&work.done);
	while (!rt_thread_should_stop())
		rt_thread_mdelay(1);
	work.count++;
}

static void own_open(struct kunit *test, void (*entry)(void *parameter))
{
	memset(&own, 0x5a, sizeof(own));
	KUNIT_ASSERT_EQ(test, RT_EOK,
			rt_thread_init(&own, "kunit", entry, &own, NULL, 0, 10, 10));
}

static void thread_in_the_callers_memory(struct kunit *test)
{
	own_open(test, finds_itself);
	KUNIT_EXPECT_EQ(test, RT_EOK,
			rt_thread_control(&own, RT_THREAD_CTRL_STARTUP, NULL));
	expect_done(test, &work.done);
	KUNIT_EXPECT_EQ(test, RT_EOK,
			rt_thread_control(&own, RT_THREAD_CTRL_CHANGE_PRIORITY, NULL));
	KUNIT_EXPECT_EQ(test, -RT_ERROR, rt_thread_control(&own, 0x7f, NULL));
	KUNIT_EXPECT_EQ(test, -RT_ERROR, rt_thread_delete(&own));
	KUNIT_EXPECT_EQ(test, RT_EOK, rt_thread_detach(&own));
	KUNIT_EXPECT_EQ(test, 2ul, work.count);
	KUNIT_EXPECT_EQ(test, -RT_ERROR, rt_thread_detach(&own));
}

/* Closes a thread that never ran, and one that was created. */
static void threads_are_closed(struct kunit *test)
{
	rt_thread_t thread;

	own_open(test, finds_itself);
	KUNIT_EXPECT_EQ(test, RT_EOK,
			rt_thread_control(&own, RT_THREAD_CTRL_CLOSE, NULL));
	KUNIT_EXPECT_EQ(test, 0ul, work.count);
	thread = worker_open(test, adds_up);
	KUNIT_EXPECT_EQ(test, -RT_ERROR, rt_thread_detach(thread));
	KUNIT_EXPECT_EQ(test, RT_EOK,
			rt_thread_control(thread, RT_THREAD_CTRL_CLOSE, NULL));
	KUNIT_EXPECT_TRUE(test, completion_done(&work.done));
}

/* ---- timers ---------------------------------------------------------------------- */

static const struct timer_kind {
	const char *desc;
	rt_uint8_t flag;
} timer_kinds[] = {
	{ "hard", RT_TIMER_FLAG_HARD_TIMER },
	{ "soft", RT_TIMER_FLAG_SOFT_TIMER },
};

KUNIT_ARRAY_PARAM_DESC(timer_kind, timer_kinds, desc);

static void ticks(void *parameter)
{
	WRITE_ONCE(work.count, work.count + 1);
	work.in_softirq = in_serving_softirq();
	complete(parameter);
}

/*
 * A one-shot timer fires once and not too early, and can be started again. A hard timer
 * runs in a softirq, a soft one in a workqueue.
 */
static void timer_is_due_once(struct kunit *test)
{
	const struct timer_kind *kind = test->param_value;
	static struct rt_timer timer;
	rt_uint32_t state = 77;
	rt_tick_t begun;
	int i;

	rt_timer_init(&timer, "timer", ticks, &work.done, 5,
		      RT_TIMER_FLAG_ONE_SHOT | kind->flag);
	for (i = 1; i <= 2; i++) {
		begun = rt_tick_get();
		KUNIT_EXPECT_EQ(test, RT_EOK, rt_timer_start(&timer));
		expect_done(test, &work.done);
		KUNIT_EXPECT_GE(test, rt_tick_get() - begun, 5u);
		rt_timer_control(&timer, RT_TIMER_CTRL_GET_STATE, &state);
		KUNIT_EXPECT_EQ(test, 0u, state);
		rt_thread_delay(10);
		KUNIT_EXPECT_EQ(test, (unsigned long)i, READ_ONCE(work.count));
	}
	KUNIT_EXPECT_EQ(test, kind->flag == RT_TIMER_FLAG_HARD_TIMER, work.in_softirq);
	KUNIT_EXPECT_EQ(test, RT_EOK, rt_timer_detach(&timer));
}

/* A periodic timer does not drift: the fifth call is at least five periods after the start. */
static void timer_is_due_again(struct kunit *test)
{
	const struct timer_kind *kind = test->param_value;
	rt_tick_t begun, due = 0;
	int i;

	work.timer = rt_timer_create("timer", ticks, &work.done, 3,
				     RT_TIMER_FLAG_PERIODIC | kind->flag);
	KUNIT_ASSERT_NOT_NULL(test, work.timer);
	begun = rt_tick_get();
	KUNIT_EXPECT_EQ(test, RT_EOK, rt_timer_start(work.timer));
	for (i = 0; i < 5; i++)
		expect_done(test, &work.done);
	KUNIT_EXPECT_GE(test, rt_tick_get() - begun, 15u);
	KUNIT_EXPECT_EQ(test, RT_EOK, rt_timer_stop(work.timer));
	rt_timer_control(work.timer, RT_TIMER_CTRL_GET_REMAIN_TIME, &due);
	KUNIT_EXPECT_GE(test, due - begun, 18u);
	KUNIT_EXPECT_EQ(test, -RT_ERROR, rt_timer_stop(work.timer));
	KUNIT_EXPECT_EQ(test, RT_EOK, rt_timer_delete(work.timer));
}

/* A stopped timer does not fire: not even after a later one has fired. */
static void stopped_timer_is_not_due(struct kunit *test)
{
	static struct rt_timer timer, later;

	rt_timer_init(&timer, "stopped", ticks, &work.begun, 3, 0);
	rt_timer_init(&later, "later", ticks, &work.done, 8, 0);
	rt_timer_start(&timer);
	KUNIT_EXPECT_EQ(test, RT_EOK, rt_timer_stop(&timer));
	rt_timer_start(&later);
	expect_done(test, &work.done);
	KUNIT_EXPECT_EQ(test, 1ul, READ_ONCE(work.count));
	KUNIT_EXPECT_EQ(test, RT_EOK, rt_timer_detach(&timer));
	KUNIT_EXPECT_EQ(test, RT_EOK, rt_timer_detach(&later));
}

/*
 * Linux lets a timer expire too early if its time is longer than Linux's timers can be. Here it
 * expires at once. The timer is due in an hour: it must not fire, and must wait on.
 */
static void timer_waits_on_if_early(struct kunit *test)
{
	static struct rt_timer timer;

	rt_timer_init(&timer, "timer", ticks, &work.done, 3600 * HZ, 0);
	rt_timer_start(&timer);
	mod_timer(&timer.timer, jiffies);
	AWAIT(timer_pending(&timer.timer) &&
	      time_after(timer.timer.expires, jiffies + 1800 * HZ));
	KUNIT_EXPECT_TRUE(test, timer_pending(&timer.timer));
	KUNIT_EXPECT_EQ(test, RT_EOK, rt_timer_detach(&timer));
	KUNIT_EXPECT_EQ(test, 0ul, READ_ONCE(work.count));
}

static void takes_its_time(void *parameter)
{
	complete(&work.begun);
	rt_thread_mdelay(50);
	WRITE_ONCE(work.count, 1);
}

/* Deleting a timer waits for its function, so that what it uses may be freed. */
static void deleting_waits_for_the_function(struct kunit *test)
{
	unsigned long flags;
	rt_err_t err;

	work.timer = rt_timer_create("slow", takes_its_time, NULL, 1,
				     RT_TIMER_FLAG_SOFT_TIMER);
	KUNIT_ASSERT_NOT_NULL(test, work.timer);
	rt_timer_start(work.timer);
	expect_done(test, &work.begun);
	local_irq_save(flags);
	err = rt_timer_delete(work.timer);
	local_irq_restore(flags);
	KUNIT_EXPECT_EQ(test, -RT_ERROR, err);
	KUNIT_EXPECT_EQ(test, RT_EOK, rt_timer_delete(work.timer));
	KUNIT_EXPECT_EQ(test, 1ul, READ_ONCE(work.count));
}

static void deletes_itself(void *parameter)
{
	work.count += rt_timer_delete(work.timer) == RT_EOK;
	work.count += 2 * (rt_timer_start(work.timer) == -RT_ERROR);
	work.count += 4 * (rt_timer_delete(work.timer) == -RT_ERROR);
	complete(&work.done);
}

/* A periodic timer deletes itself in its function; its memory is freed after that. */
static void timer_deletes_itself(struct kunit *test)
{
	const struct timer_kind *kind = test->param_value;
	rt_size_t before, after = 0;

	rt_memory_info(NULL, &before, NULL);
	work.timer = rt_timer_create("self", deletes_itself, NULL, 1,
				     RT_TIMER_FLAG_PERIODIC | kind->flag);
	KUNIT_ASSERT_NOT_NULL(test, work.timer);
	rt_timer_start(work.timer);
	expect_done(test, &work.done);
	AWAIT((rt_memory_info(NULL, &after, NULL), after == before));
	KUNIT_EXPECT_EQ(test, before, after);
	KUNIT_EXPECT_EQ(test, 7ul, READ_ONCE(work.count));
}

/* ---- FreeRTOS: a task whose handle nobody keeps ------------------------------------ */

static void asks_who_it_is(void *parameters)
{
	bool *deletes = parameters;

	work.count = xTaskGetCurrentTaskHandle() &&
		     !xTaskGetCurrentTaskHandle()->notes[0].value;
	complete(&work.done);
	if (*deletes)
		vTaskDelete(NULL);
}

static void waits_to_be_deleted(void *parameters)
{
	TaskHandle_t *self = parameters;

	WRITE_ONCE(*self, xTaskGetCurrentTaskHandle());
	complete(&work.begun);
	while (!xTaskShouldStop())
		ulTaskNotifyTake(pdTRUE, portMAX_DELAY);
	complete(&work.done);
}

static void expect_as_free(struct kunit *test, size_t before)
{
	AWAIT(xPortGetFreeHeapSize() == before);
	KUNIT_EXPECT_EQ(test, before, xPortGetFreeHeapSize());
}

static size_t heap_has_begun(void)
{
	vPortFree(pvPortMalloc(1));
	return xPortGetFreeHeapSize();
}

/* A task that was created without a handle is freed when it returns or deletes itself. */
static void task_without_a_handle_ends(struct kunit *test)
{
	size_t before = heap_has_begun();
	static bool deletes;
	int i;

	for (i = 0; i < 2; i++) {
		deletes = i;
		KUNIT_EXPECT_EQ(test, pdPASS,
				xTaskCreate(asks_who_it_is, "kunit",
					    configMINIMAL_STACK_SIZE, &deletes,
					    tskIDLE_PRIORITY, NULL));
		expect_done(test, &work.done);
		KUNIT_EXPECT_EQ(test, 1ul, work.count);
		expect_as_free(test, before);
	}
}

/* Such a task can tell its handle to another task, which may delete it. */
static void task_without_a_handle_is_deleted(struct kunit *test)
{
	size_t before = heap_has_begun();
	static TaskHandle_t self;

	KUNIT_EXPECT_EQ(test, pdPASS,
			xTaskCreate(waits_to_be_deleted, "kunit",
				    configMINIMAL_STACK_SIZE, &self,
				    tskIDLE_PRIORITY, NULL));
	expect_done(test, &work.begun);
	vTaskDelete(self);
	KUNIT_EXPECT_TRUE(test, completion_done(&work.done));
	KUNIT_EXPECT_EQ(test, before, xPortGetFreeHeapSize());
}

/* Holds the mutex @parameters until it is deleted. */
static void holds_a_mutex(void *parameters)
{
	xSemaphoreTake(parameters, portMAX_DELAY);
	complete(&work.begun);
	vTaskDelay(portMAX_DELAY);
	xSemaphoreGive(parameters);
}

/* The handle of the task that has taken a mutex can be asked for. */
static void mutex_knows_its_holder(struct kunit *test)
{
	SemaphoreHandle_t mutex = xSemaphoreCreateMutex();
	TaskHandle_t task = NULL;

	KUNIT_ASSERT_NOT_NULL(test, mutex);
	KUNIT_EXPECT_EQ(test, pdPASS,
			xTaskCreate(holds_a_mutex, "kunit",
				    configMINIMAL_STACK_SIZE, mutex,
				    tskIDLE_PRIORITY, &task));
	expect_done(test, &work.begun);
	KUNIT_EXPECT_NOT_NULL(test, task);
	KUNIT_EXPECT_PTR_EQ(test, task, xSemaphoreGetMutexHolder(mutex));
	vTaskDelete(task);
	KUNIT_EXPECT_NULL(test, xSemaphoreGetMutexHolder(mutex));
	vSemaphoreDelete(mutex);
}

static struct kunit_case port_rt_cases[] = {
	KUNIT_CASE(thread_and_message_queue),
	KUNIT_CASE(reset_ends_a_wait),
	KUNIT_CASE(deleting_ends_a_wait),
	KUNIT_CASE(queue_waits_are_refused_under_locks),
	KUNIT_CASE(queue_wait_ends_in_time),
	KUNIT_CASE(detaching_ends_waits),
	KUNIT_CASE(delays_have_a_step),
	KUNIT_CASE(mutex_is_waited_for_in_time),
	KUNIT_CASE(thread_in_the_callers_memory),
	KUNIT_CASE(threads_are_closed),
	KUNIT_CASE_PARAM(timer_is_due_once, timer_kind_gen_params),
	KUNIT_CASE_PARAM(timer_is_due_again, timer_kind_gen_params),
	KUNIT_CASE(stopped_timer_is_not_due),
	KUNIT_CASE(timer_waits_on_if_early),
	KUNIT_CASE(deleting_waits_for_the_function),
	KUNIT_CASE_PARAM(timer_deletes_itself, timer_kind_gen_params),
	KUNIT_CASE(task_without_a_handle_ends),
	KUNIT_CASE(task_without_a_handle_is_deleted),
	KUNIT_CASE(mutex_knows_its_holder),
	{}
};

RTALLOC_SUITE(port_rt, .init = work_open, .exit = work_close);

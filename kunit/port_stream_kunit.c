// SPDX-License-Identifier: GPL-2.0-only
/*
 * port_stream_kunit.c - FreeRTOS's stream buffers between tasks, and its timers, which must
 * fire not too early, as often as they should, and not after they are stopped; and its
 * pended functions, which must be called in order.
 */
#include <rtalloc/port/freertos_stream.h>
#include <rtalloc/port/freertos_timers.h>

#include "kunit/port_common.h"

/* ---- streams ------------------------------------------------------------- */

struct stream_work {
	StreamBufferHandle_t stream;
	u8 sum;
	size_t most;
	size_t total;
};

static void sums_up(void *parameters)
{
	struct stream_work *work = parameters;
	u8 bytes[40];
	size_t n, i;

	while ((n = xStreamBufferReceive(work->stream, bytes, sizeof(bytes),
					 portMAX_DELAY))) {
		for (i = 0; i < n; i++)
			work->sum += bytes[i];
		work->most = max(work->most, n);
		WRITE_ONCE(work->total, work->total + n);
	}
}

static void work_open(struct kunit *test, struct stream_work *work, size_t trigger)
{
	*work = (struct stream_work){ .stream = xStreamBufferCreate(100, trigger) };
	KUNIT_ASSERT_NOT_NULL(test, work->stream);
}

/* Expect the task to have received all @total bytes, and delete it. */
static void work_close(struct kunit *test, struct stream_work *work,
		       TaskHandle_t task, size_t total)
{
	AWAIT(READ_ONCE(work->total) >= total);
	vTaskDelete(task);
	KUNIT_EXPECT_EQ(test, total, work->total);
	vStreamBufferDelete(work->stream);
}

/*
 * More bytes than the buffer holds: the sender waits for room and the task for bytes. The sum
 * of 0 to 255 is 128 modulo 256.
 */
static void stream_goes_through_a_small_buffer(struct kunit *test)
{
	static struct stream_work work;
	TaskHandle_t task;
	u8 bytes[64];
	int i, j;

	work_open(test, &work, 1);
	task = task_open(test, sums_up, &work);
	for (i = 0; i < 4 * 101; i++) {
		for (j = 0; j < 64; j++)
			bytes[j] = 64 * i + j;
		KUNIT_EXPECT_EQ(test, 64u, xStreamBufferSend(work.stream, bytes,
							     64, LONG_ENOUGH));
	}
	work_close(test, &work, task, 64 * 404);
	KUNIT_EXPECT_EQ(test, 128, work.sum);
	KUNIT_EXPECT_LE(test, work.most, 40u);
}

/* With a trigger level of ten, nine bytes do not wake the receiver. */
static void stream_wakes_at_its_trigger(struct kunit *test)
{
	static struct stream_work work;
	u8 bytes[10] = { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 };
	TaskHandle_t task;
	TickType_t begun;

	work_open(test, &work, 10);
	/* Nothing more is sent: after the timeout it returns the bytes that are there. */
	begun = xTaskGetTickCount();
	KUNIT_EXPECT_EQ(test, 0u, xStreamBufferReceive(work.stream, bytes, 10, 5));
	KUNIT_EXPECT_GE(test, xTaskGetTickCount() - begun, 5u);
	task = task_open(test, sums_up, &work);
	AWAIT(wq_has_sleeper(&work.stream->readers));
	KUNIT_EXPECT_EQ(test, pdFAIL, xStreamBufferReset(work.stream));
	KUNIT_EXPECT_EQ(test, 9u, xStreamBufferSend(work.stream, bytes, 9, 0));
	vTaskDelay(5);
	KUNIT_EXPECT_EQ(test, 9u, xStreamBufferBytesAvailable(work.stream));
	KUNIT_EXPECT_EQ(test, 1u, xStreamBufferSend(work.stream, bytes, 1, 0));
	work_close(test, &work, task, 10);
	KUNIT_EXPECT_EQ(test, 10, work.sum);
}

/* ---- timers -------------------------------------------------------------- */

struct timer_work {
	struct completion done;
	int calls;
	int wanted;
	bool stops;	/* the timer stops itself at the last call */
	bool deletes;	/* the timer deletes itself at the last call */
	TickType_t first;
	TickType_t last;
};

static void timer_calls(TimerHandle_t timer)
{
	struct timer_work *work = pvTimerGetTimerID(timer);

	work->last = xTaskGetTickCount();
	if (!work->calls)
		work->first = work->last;
	if (++work->calls < work->wanted)
		return;
	if (work->stops)
		xTimerStop(timer, 0);
	if (work->deletes)
		xTimerDelete(timer, 0);
	complete(&work->done);
}

static TimerHandle_t timer_open(struct kunit *test, struct timer_work *work,
				TickType_t period, BaseType_t reloads)
{
	TimerHandle_t timer = xTimerCreate("timer", period, reloads, work,
					   timer_calls);

	KUNIT_ASSERT_NOT_NULL(test, timer);
	init_completion(&work->done);
	return timer;
}

static void timer_fires_once(struct kunit *test)
{
	static struct timer_work work;
	TickType_t begun = xTaskGetTickCount();
	TimerHandle_t timer;

	work = (struct timer_work){ .wanted = 1 };
	timer = timer_open(test, &work, 4, pdFALSE);
	xTimerStart(timer, 0);
	expect_done(test, &work.done);
	KUNIT_EXPECT_GE(test, work.last - begun, 4u);
	KUNIT_EXPECT_FALSE(test, xTimerIsTimerActive(timer));
	vTaskDelay(12);
	KUNIT_EXPECT_EQ(test, 1, work.calls);
	/* A one-shot timer can be started again. */
	work.wanted = 2;
	reinit_completion(&work.done);
	xTimerResetFromISR(timer, NULL);
	expect_done(test, &work.done);
	xTimerDelete(timer, 0);
	KUNIT_EXPECT_EQ(test, 2, work.calls);
}

/* From the first to the tenth call are nine periods at least; then it stops itself. */
static void timer_fires_until_stopped(struct kunit *test)
{
	static struct timer_work work;
	TimerHandle_t timer;
	TickType_t begun;

	work = (struct timer_work){ .wanted = 10, .stops = true };
	timer = timer_open(test, &work, 1000, pdTRUE);
	begun = xTaskGetTickCount();
	xTimerChangePeriod(timer, 3, 0);
	expect_done(test, &work.done);
	KUNIT_EXPECT_GE(test, work.last - begun, 30u);
	vTaskDelay(12);
	KUNIT_EXPECT_EQ(test, 10, work.calls);
	KUNIT_EXPECT_FALSE(test, xTimerIsTimerActive(timer));
	xTimerDelete(timer, 0);
}

static void timer_is_stopped_in_time(struct kunit *test)
{
	static struct timer_work work;
	TimerHandle_t timer;

	work = (struct timer_work){ .wanted = 1 };
	timer = timer_open(test, &work, 3600 * HZ, pdTRUE);
	xTimerStart(timer, 0);
	KUNIT_EXPECT_TRUE(test, xTimerIsTimerActive(timer));
	xTimerStop(timer, 0);
	xTimerDelete(timer, 0);
	KUNIT_EXPECT_EQ(test, 0, work.calls);
}

/*
 * Linux begins a work too early if its delay is longer than Linux's timers can be. Here it begins
 * at once. The timer is due in an hour: it must not fire, and must wait on.
 */
static void timer_waits_on_if_begun_early(struct kunit *test)
{
	static struct timer_work work;
	TimerHandle_t timer;

	work = (struct timer_work){ .wanted = 1 };
	timer = timer_open(test, &work, 3600 * HZ, pdFALSE);
	xTimerStart(timer, 0);
	mod_delayed_work(timer->work.wq, &timer->work, 0);
	flush_work(&timer->work.work);
	KUNIT_EXPECT_TRUE(test, delayed_work_pending(&timer->work));
	KUNIT_EXPECT_TRUE(test, xTimerIsTimerActive(timer));
	xTimerDelete(timer, 0);
	KUNIT_EXPECT_EQ(test, 0, work.calls);
}

static size_t available_now(void)
{
	HeapStats_t stats;

	vPortGetHeapStats(&stats);
	return stats.xAvailableHeapSpaceInBytes;
}

static void timer_deletes_itself(struct kunit *test)
{
	static struct timer_work work;
	size_t before;

	vPortFree(pvPortMalloc(1));
	before = available_now();
	work = (struct timer_work){ .wanted = 3, .deletes = true };
	xTimerStart(timer_open(test, &work, 2, pdTRUE), 0);
	expect_done(test, &work.done);
	/* The timer is freed after its callback has returned. */
	AWAIT(available_now() == before);
	KUNIT_EXPECT_EQ(test, before, available_now());
	KUNIT_EXPECT_EQ(test, 3, work.calls);
}

/* ---- pended functions ---------------------------------------------------- */

#define CALLS	100

struct pend_work {
	struct completion done;
	u32 calls;
	u32 early;	/* calls in another order, or while another one runs */
	bool is_running;
};

/* Sleeps now and then, so that a second kworker could overtake it. */
static void is_pended(void *parameter1, uint32_t parameter2)
{
	struct pend_work *work = parameter1;

	work->early += parameter2 != work->calls || work->is_running;
	work->is_running = true;
	if (parameter2 % 10 == 0)
		vTaskDelay(1);
	/* When all were pended, one more is pended by a call. */
	if (parameter2 == CALLS - 1)
		work->early += xTimerPendFunctionCall(is_pended, work, CALLS,
						      0) != pdPASS;
	work->is_running = false;
	if (++work->calls == CALLS + 1)
		complete(&work->done);
}

/* Each function is called once, with its arguments, in order. */
static void functions_are_pended_in_order(struct kunit *test)
{
	static struct pend_work work;
	BaseType_t woken = pdFALSE;
	u32 i;

	work = (struct pend_work){};
	init_completion(&work.done);
	for (i = 0; i < CALLS; i += 2) {
		KUNIT_EXPECT_EQ(test, pdPASS,
				xTimerPendFunctionCall(is_pended, &work, i, 0));
		KUNIT_EXPECT_EQ(test, pdPASS,
				xTimerPendFunctionCallFromISR(is_pended, &work,
							      i + 1, &woken));
	}
	vTimerPendFlush();
	KUNIT_EXPECT_GE(test, work.calls, CALLS);
	expect_done(test, &work.done);
	KUNIT_EXPECT_EQ(test, CALLS + 1, work.calls);
	KUNIT_EXPECT_EQ(test, 0u, work.early);
	KUNIT_EXPECT_EQ(test, pdFALSE, woken);
	/* No call uses @work any more. */
	vTimerPendFlush();
}

static struct kunit_case port_stream_cases[] = {
	KUNIT_CASE(stream_goes_through_a_small_buffer),
	KUNIT_CASE(stream_wakes_at_its_trigger),
	KUNIT_CASE(timer_fires_once),
	KUNIT_CASE(timer_fires_until_stopped),
	KUNIT_CASE(timer_is_stopped_in_time),
	KUNIT_CASE(timer_waits_on_if_begun_early),
	KUNIT_CASE(timer_deletes_itself),
	KUNIT_CASE(functions_are_pended_in_order),
	{}
};

RTALLOC_SUITE(port_stream);

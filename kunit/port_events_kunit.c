// SPDX-License-Identifier: GPL-2.0-only
/*
 * port_events_kunit.c - FreeRTOS's event groups and RT-Thread's events: setting a bit
 * serves all that wait for it, also if it is cleared again before they run.
 */
#include <linux/irqflags.h>

#include "kunit/port_common.h"

#define WAITERS		3

/* A task that waits once. */
struct waiter {
	EventGroupHandle_t group;
	rt_event_t event;
	u32 want;
	bool all;
	bool clear;
	u32 got;
	rt_err_t err;
	struct completion done;
	TaskHandle_t task;
	rt_thread_t thread;
};

static void waiter_init(struct waiter *waiter, u32 want, bool all, bool clear)
{
	*waiter = (struct waiter){ .want = want, .all = all, .clear = clear };
	init_completion(&waiter->done);
}

static size_t waiters_now(struct port_bits *bits)
{
	size_t n;

	spin_lock_irq(&bits->waits.lock);
	n = list_count_nodes(&bits->waiters);
	spin_unlock_irq(&bits->waits.lock);
	return n;
}

/* Wait until @n tasks are waiting. */
static void await_waiters(struct kunit *test, struct port_bits *bits, size_t n)
{
	AWAIT(waiters_now(bits) == n);
	KUNIT_EXPECT_EQ(test, n, waiters_now(bits));
}

/* Expect the waiter to return soon, with the bits @got. */
static void expect_served(struct kunit *test, struct waiter *waiter, u32 got)
{
	expect_done(test, &waiter->done);
	KUNIT_EXPECT_EQ(test, got, waiter->got);
	KUNIT_EXPECT_EQ(test, RT_EOK, waiter->err);
}

/* ---- FreeRTOS ------------------------------------------------------------ */

static void waits_in_group(void *parameters)
{
	struct waiter *waiter = parameters;

	waiter->got = xEventGroupWaitBits(waiter->group, waiter->want,
					  waiter->clear, waiter->all,
					  portMAX_DELAY);
	complete(&waiter->done);
}

static void waits_open(struct kunit *test, struct waiter *waiter,
		       EventGroupHandle_t group)
{
	waiter->group = group;
	waiter->task = task_open(test, waits_in_group, waiter);
}

/*
 * Two tasks wait for one bit, which both clear: both get it. A third one waits for two bits,
 * of which one is missing.
 */
static void group_serves_all(struct kunit *test)
{
	EventGroupHandle_t group = xEventGroupCreate();
	static struct waiter waiter[WAITERS];
	int i;

	KUNIT_ASSERT_NOT_NULL(test, group);
	waiter_init(&waiter[0], 0x1, true, true);
	waiter_init(&waiter[1], 0x9, false, true);
	waiter_init(&waiter[2], 0x3, true, false);
	for (i = 0; i < WAITERS; i++)
		waits_open(test, &waiter[i], group);
	await_waiters(test, &group->bits, WAITERS);
	KUNIT_EXPECT_EQ(test, 0x4u, xEventGroupSetBits(group, 0x5));
	expect_served(test, &waiter[0], 0x5);
	expect_served(test, &waiter[1], 0x5);
	await_waiters(test, &group->bits, 1);
	KUNIT_EXPECT_EQ(test, 0x7u, xEventGroupSetBits(group, 0x3));
	expect_served(test, &waiter[2], 0x7);
	for (i = 0; i < WAITERS; i++)
		vTaskDelete(waiter[i].task);
	KUNIT_EXPECT_EQ(test, 0x7u, xEventGroupGetBits(group));
	vEventGroupDelete(group);
}

/* A bit that is cleared at once is not missed, whether the waiter has run by then or not. */
static void group_misses_no_pulse(struct kunit *test)
{
	EventGroupHandle_t group = xEventGroupCreate();
	static struct waiter waiter[2];
	BaseType_t woken = pdFALSE;

	KUNIT_ASSERT_NOT_NULL(test, group);
	waiter_init(&waiter[0], 0x2, true, false);
	waiter_init(&waiter[1], 0x10, true, true);
	waits_open(test, &waiter[0], group);
	waits_open(test, &waiter[1], group);
	await_waiters(test, &group->bits, 2);
	xEventGroupSetBitsFromISR(group, 0x2, &woken);
	KUNIT_EXPECT_EQ(test, 0x2u, xEventGroupClearBits(group, 0x2));
	KUNIT_EXPECT_EQ(test, pdTRUE, woken);
	expect_served(test, &waiter[0], 0x2);
	/* A deleted task is no longer in the list of waiters. */
	vTaskDelete(waiter[1].task);
	KUNIT_EXPECT_EQ(test, 0u, waiter[1].got);
	await_waiters(test, &group->bits, 0);
	vTaskDelete(waiter[0].task);
	vEventGroupDelete(group);
}

/* A bit is not given to a wait that timed out; it stays for the next one. */
static void group_forgets_who_left(struct kunit *test)
{
	EventGroupHandle_t group = xEventGroupCreate();

	KUNIT_ASSERT_NOT_NULL(test, group);
	KUNIT_EXPECT_EQ(test, 0u, xEventGroupWaitBits(group, 1, pdTRUE, pdTRUE,
						      2));
	KUNIT_EXPECT_EQ(test, 1u, xEventGroupSetBits(group, 1));
	KUNIT_EXPECT_EQ(test, 1u, xEventGroupWaitBits(group, 1, pdTRUE, pdTRUE,
						      2));
	KUNIT_EXPECT_EQ(test, 0u, xEventGroupGetBits(group));
	vEventGroupDelete(group);
}

static EventGroupHandle_t ending;

static long group_end(void)
{
	vEventGroupDelete(ending);
	return 0;
}

/* Deleting the group ends all waits; they return no bit, whatever is set. */
static void deleting_ends_waits(struct kunit *test)
{
	EventGroupHandle_t group = xEventGroupCreate();
	static struct waiter waiter[2];
	static struct end_call call;
	unsigned long flags;
	int i;

	KUNIT_ASSERT_NOT_NULL(test, group);
	KUNIT_EXPECT_EQ(test, 0x4u, xEventGroupSetBits(group, 0x4));
	for (i = 0; i < 2; i++) {
		waiter_init(&waiter[i], 0x1, true, true);
		waiter[i].got = 77;
		waits_open(test, &waiter[i], group);
	}
	await_waiters(test, &group->bits, 2);
	local_irq_save(flags);
	vEventGroupDelete(group);
	local_irq_restore(flags);
	KUNIT_EXPECT_EQ(test, 0x4u, xEventGroupGetBits(group));
	ending = group;
	if (ends_in_time(test, &call, group_end, 0))
		for (i = 0; i < 2; i++)
			expect_served(test, &waiter[i], 0);
	for (i = 0; i < 2; i++)
		vTaskDelete(waiter[i].task);
	ASSERT_DONE(test, &call.done);
}

static void meets_in_group(void *parameters)
{
	struct waiter *waiter = parameters;

	waiter->got = xEventGroupSync(waiter->group, waiter->want, 0x7,
				      portMAX_DELAY);
	complete(&waiter->done);
}

/*
 * xEventGroupSync(): the last of three tasks to come releases the others, and a fourth that
 * waits for one of their bits.
 */
static void group_is_a_rendezvous(struct kunit *test)
{
	EventGroupHandle_t group = xEventGroupCreate();
	static struct waiter waiter[WAITERS];
	int i;

	KUNIT_ASSERT_NOT_NULL(test, group);
	for (i = 0; i < 2; i++) {
		waiter_init(&waiter[i], 1 << i, true, true);
		waiter[i].group = group;
		waiter[i].task = task_open(test, meets_in_group, &waiter[i]);
	}
	waiter_init(&waiter[2], 0x4, true, false);
	waits_open(test, &waiter[2], group);
	await_waiters(test, &group->bits, WAITERS);
	KUNIT_EXPECT_EQ(test, 0x3u, xEventGroupGetBits(group));
	KUNIT_EXPECT_EQ(test, 0xfu, xEventGroupSync(group, 0xc, 0x7, 0));
	for (i = 0; i < WAITERS; i++)
		expect_served(test, &waiter[i], 0xf);
	KUNIT_EXPECT_EQ(test, 0x8u, xEventGroupGetBits(group));
	KUNIT_EXPECT_EQ(test, 0x9u, xEventGroupSync(group, 0x1, 0x7, 2));
	for (i = 0; i < WAITERS; i++)
		vTaskDelete(waiter[i].task);
	vEventGroupDelete(group);
}

/* ---- RT-Thread ----------------------------------------------------------- */

static void waits_for_event(void *parameter)
{
	struct waiter *waiter = parameter;
	rt_uint8_t option = waiter->all ? RT_EVENT_FLAG_AND : RT_EVENT_FLAG_OR;

	if (waiter->clear)
		option |= RT_EVENT_FLAG_CLEAR;
	waiter->err = rt_event_recv(waiter->event, waiter->want, option,
				    RT_WAITING_FOREVER, &waiter->got);
	complete(&waiter->done);
}

static void rt_waits_open(struct kunit *test, struct waiter *waiter,
			  rt_event_t event)
{
	waiter->event = event;
	waiter->thread = rt_open(test, waits_for_event, waiter);
}

static void event_serves_all(struct kunit *test)
{
	static struct waiter waiter[WAITERS];
	static struct rt_event event;
	rt_uint32_t got = 0;
	int i;

	rt_event_init(&event, "all", RT_IPC_FLAG_FIFO);
	waiter_init(&waiter[0], 0x1, true, true);
	waiter_init(&waiter[1], 0x9, false, true);
	waiter_init(&waiter[2], 0x3, true, true);
	for (i = 0; i < WAITERS; i++)
		rt_waits_open(test, &waiter[i], &event);
	await_waiters(test, &event.bits, WAITERS);
	KUNIT_EXPECT_EQ(test, RT_EOK, rt_event_send(&event, 0x5));
	expect_served(test, &waiter[0], 0x1);
	expect_served(test, &waiter[1], 0x1);
	await_waiters(test, &event.bits, 1);
	KUNIT_EXPECT_EQ(test, RT_EOK, rt_event_send(&event, 0x3));
	expect_served(test, &waiter[2], 0x3);
	for (i = 0; i < WAITERS; i++)
		rt_thread_delete(waiter[i].thread);
	KUNIT_EXPECT_EQ(test, RT_EOK, rt_event_recv(&event, ~0u, RT_EVENT_FLAG_OR,
						    0, &got));
	KUNIT_EXPECT_EQ(test, 0x4u, got);
	rt_event_detach(&event);
}

/* A task that does not clear the bit gets it, too, if another one clears it, in any order. */
static void event_is_seen_by_who_looks(struct kunit *test)
{
	static struct waiter waiter[WAITERS];
	static struct rt_event event;
	int i;

	rt_event_init(&event, "looks", RT_IPC_FLAG_FIFO);
	for (i = 0; i < WAITERS; i++) {
		waiter_init(&waiter[i], 0x1, false, i == 1);
		rt_waits_open(test, &waiter[i], &event);
		await_waiters(test, &event.bits, i + 1);
	}
	KUNIT_EXPECT_EQ(test, RT_EOK, rt_event_send(&event, 0x1));
	for (i = 0; i < WAITERS; i++)
		expect_served(test, &waiter[i], 0x1);
	for (i = 0; i < WAITERS; i++)
		rt_thread_delete(waiter[i].thread);
	KUNIT_EXPECT_EQ(test, -RT_ETIMEOUT,
			rt_event_recv(&event, 0x1, RT_EVENT_FLAG_OR, 0, NULL));
	rt_event_detach(&event);
}

static struct kunit_case port_events_cases[] = {
	KUNIT_CASE(group_serves_all),
	KUNIT_CASE(group_misses_no_pulse),
	KUNIT_CASE(group_forgets_who_left),
	KUNIT_CASE(deleting_ends_waits),
	KUNIT_CASE(group_is_a_rendezvous),
	KUNIT_CASE(event_serves_all),
	KUNIT_CASE(event_is_seen_by_who_looks),
	{}
};

RTALLOC_SUITE(port_events);

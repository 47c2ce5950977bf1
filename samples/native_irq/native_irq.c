// SPDX-License-Identifier: GPL-2.0-only
/*
 * native_irq.c - a driver that allocates where kmalloc() is not allowed: in a hard
 * interrupt with a raw spinlock held, also on PREEMPT_RT.
 *
 * A timer takes the place of the hardware. Each tick allocates a block for an event and
 * frees the oldest one, so that the last eight events are kept.
 *
 *   insmod native_irq.ko [ticks=1000]
 *   cat /sys/kernel/debug/rtalloc/native_irq/stats
 */
#include <linux/err.h>
#include <linux/hrtimer.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/spinlock.h>
#include <rtalloc/rtalloc.h>
#include "versions.h"

#define KEPT	8

static unsigned int ticks = 1000;
module_param(ticks, uint, 0444);
MODULE_PARM_DESC(ticks, "Interrupts, one each millisecond (default 1000)");

struct event {
	struct list_head node;
	ktime_t when;
	u8 data[];
};

static struct rtalloc_region *region;
static struct rtalloc_heap *heap;
static struct hrtimer timer;

/* Guards the variables below. */
static DEFINE_RAW_SPINLOCK(lock);
static LIST_HEAD(events);
static unsigned int kept, seen, lost;

static void event_drop_oldest(void)
{
	struct event *event = list_first_entry(&events, struct event, node);

	list_del(&event->node);
	kept--;
	rtalloc_free(heap, event);
}

/* Allocate an event with 16 to 79 bytes of data. */
static void event_add(void)
{
	size_t size = 16 + seen++ % 64;
	struct event *event;

	event = rtalloc_alloc(heap, struct_size(event, data, size), 0);
	if (!event) {
		lost++;
		return;
	}
	event->when = ktime_get();
	memset(event->data, seen, size);
	list_add_tail(&event->node, &events);
	if (++kept > KEPT)
		event_drop_oldest();
}

static enum hrtimer_restart tick(struct hrtimer *t)
{
	unsigned long flags;
	bool more;

	raw_spin_lock_irqsave(&lock, flags);
	event_add();
	more = seen < ticks;
	raw_spin_unlock_irqrestore(&lock, flags);
	hrtimer_forward_now(t, ms_to_ktime(1));
	return more ? HRTIMER_RESTART : HRTIMER_NORESTART;
}

static void timer_begin(void)
{
	timer_prepare(&timer, tick);
	hrtimer_start(&timer, ms_to_ktime(1), HRTIMER_MODE_REL_HARD);
}

static int __init native_irq_init(void)
{
	struct rtalloc_region_params memory = {
		.name = "native_irq", .size = 128 * 1024,
	};
	struct rtalloc_heap_params params = {
		.name = "native_irq", .size = 128 * 1024,
	};

	region = rtalloc_region_create(&memory);
	if (IS_ERR(region))
		return PTR_ERR(region);
	params.region = region;
	heap = rtalloc_heap_create(&params);
	if (IS_ERR(heap)) {
		rtalloc_region_destroy(region);
		return PTR_ERR(heap);
	}
	timer_begin();
	return 0;
}

static void __exit native_irq_exit(void)
{
	hrtimer_cancel(&timer);
	while (kept)
		event_drop_oldest();
	pr_info("native_irq: %u events, %u lost\n", seen, lost);
	/* All blocks were freed; with a live block this would return -EBUSY. */
	WARN_ON(rtalloc_heap_destroy(heap, false));
	WARN_ON(rtalloc_region_destroy(region));
}

module_init(native_irq_init);
module_exit(native_irq_exit);

MODULE_DESCRIPTION("Sample: a heap used in hard interrupts");
MODULE_LICENSE("GPL");

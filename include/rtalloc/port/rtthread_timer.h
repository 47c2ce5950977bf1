/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rtthread_timer.h - RT-Thread's timers: included by rtthread_ipc.h, which says what
 * the classes of ``Context:`` are.
 *
 *   hard timer   its function is called in a softirq, by a Linux timer. It must not
 *                sleep, and may call senders only.
 *   soft timer   its function is called by a kworker, and may sleep. The functions of
 *                two timers may run at the same time.
 *
 * Calls of one timer's function do not overlap. rt_timer_detach() and rt_timer_delete()
 * wait until the function is not running, so that the driver may free what it uses and
 * may be unloaded. Called by the timer's own function, they cannot wait.
 *
 * A timer that is NULL, was never initialised, or has been detached or deleted is refused
 * with a line in the log. The functions are documented at their definition, in
 * port/rtthread_timer.c.
 */
#ifndef _RTALLOC_PORT_RTTHREAD_TIMER_H
#define _RTALLOC_PORT_RTTHREAD_TIMER_H

#include <linux/timer.h>
#include <linux/workqueue.h>
#include <rtalloc/port/rtthread_ipc.h>

/* One-shot or periodic, hard or soft; in RT-Thread, the first of each pair is 0. */
#define RT_TIMER_FLAG_DEACTIVATED	0x0
#define RT_TIMER_FLAG_ACTIVATED		0x1
#define RT_TIMER_FLAG_ONE_SHOT		0x0
#define RT_TIMER_FLAG_PERIODIC		0x2
#define RT_TIMER_FLAG_HARD_TIMER	0x0
#define RT_TIMER_FLAG_SOFT_TIMER	0x4

/* Commands of rt_timer_control(). */
#define RT_TIMER_CTRL_SET_TIME		0x0
#define RT_TIMER_CTRL_GET_TIME		0x1
#define RT_TIMER_CTRL_SET_ONESHOT	0x2
#define RT_TIMER_CTRL_SET_PERIODIC	0x3
#define RT_TIMER_CTRL_GET_STATE		0x4
#define RT_TIMER_CTRL_GET_REMAIN_TIME	0x5
#define RT_TIMER_CTRL_GET_FUNC		0x6
#define RT_TIMER_CTRL_SET_FUNC		0x7
#define RT_TIMER_CTRL_GET_PARM		0x8
#define RT_TIMER_CTRL_SET_PARM		0x9

/**
 * struct rt_timer - a timer
 * @parent: name and class; @parent.flag has RT_TIMER_FLAG_*
 * @self: address of this struct while the timer is valid
 * @lock: guards the members below, and @parent.flag
 * @timer: Linux timer that expires when this one is due
 * @work: soft timer: calls @timeout_func
 * @timeout_func: the function to call
 * @parameter: its argument
 * @init_tick: delay or period in ticks
 * @timeout_tick: the tick at which the timer is due, or was due last
 * @runner: the task that is in @timeout_func now, or NULL
 * @is_deleted: the timer was deleted by its own function, and is freed when that returns
 */
struct rt_timer {
	struct rt_object parent;
	const struct rt_timer *self;
	spinlock_t lock;	/* guards the members below, and parent.flag */
	struct timer_list timer;
	struct work_struct work;
	void (*timeout_func)(void *parameter);
	void *parameter;
	rt_tick_t init_tick;
	rt_tick_t timeout_tick;
	struct task_struct *runner;
	bool is_deleted;
};

typedef struct rt_timer *rt_timer_t;

void rt_timer_init(rt_timer_t timer, const char *name,
		   void (*timeout)(void *parameter), void *parameter,
		   rt_tick_t time, rt_uint8_t flag);
rt_err_t rt_timer_detach(rt_timer_t timer);
rt_timer_t rt_timer_create(const char *name, void (*timeout)(void *parameter),
			   void *parameter, rt_tick_t time, rt_uint8_t flag);
rt_err_t rt_timer_delete(rt_timer_t timer);
rt_err_t rt_timer_start(rt_timer_t timer);
rt_err_t rt_timer_stop(rt_timer_t timer);
rt_err_t rt_timer_control(rt_timer_t timer, int cmd, void *arg);

#endif /* _RTALLOC_PORT_RTTHREAD_TIMER_H */

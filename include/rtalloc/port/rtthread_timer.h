/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rtthread_timer.h - RT-Thread's timers: included by rtthread_ipc.h, which says what
 * the classes of ``Context:`` are.
 *
 *   hard timer   its function is called in a softirq, from Linux's timer: it must not
 *                sleep, and senders are what it may call
 *   soft timer   its function is called by a worker of Linux's, and may sleep; those of
 *                two timers may run at once
 *
 * Functions of one timer come one after the other. rt_timer_detach() and
 * rt_timer_delete() wait until it is not running, so that a driver may free what it
 * uses and be unloaded; called by the timer's own function they cannot.
 *
 * A timer that is NULL, was never initialised or is gone already is refused with a
 * line of the log. The functions are described where they are defined, in
 * port/rtthread_timer.c.
 */
#ifndef _RTALLOC_PORT_RTTHREAD_TIMER_H
#define _RTALLOC_PORT_RTTHREAD_TIMER_H

#include <linux/timer.h>
#include <linux/workqueue.h>
#include <rtalloc/port/rtthread_ipc.h>

/* Due once, or again and again; hard, or soft. The first of each is 0. */
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
 * @parent: its name and class; in its flag what RT_TIMER_FLAG_ACTIVATED and the others
 *	say
 * @self: the timer itself, as long as it is one
 * @lock: guards what is below, and that flag
 * @timer: fires when it is due
 * @work: of a soft timer: calls @timeout_func
 * @timeout_func: what it does
 * @parameter: for @timeout_func
 * @init_tick: ticks from its start, or from one time to the next
 * @timeout_tick: when it is due, or was last
 * @runner: in whose call of @timeout_func it is, or NULL
 * @is_deleted: by its own function; it is freed behind that
 */
struct rt_timer {
	struct rt_object parent;
	const struct rt_timer *self;
	spinlock_t lock;	/* guards what is below */
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

// SPDX-License-Identifier: GPL-2.0-only
/*
 * rtthread_timer.c - RT-Thread's timers on top of Linux timers.
 *
 * When the Linux timer expires, it calls the function of a hard timer directly, and
 * queues a work for that of a soft timer. First it checks under the lock whether the
 * timer is still due, as it may have been stopped or restarted meanwhile. The next expiry
 * of a periodic timer is counted from the time when this one was due, so that delays do
 * not accumulate.
 */
#include <linux/export.h>
#include <rtalloc/port/rtthread_timer.h>

#include "port/rtthread.h"
#include "port/versions.h"

#define FLAGS	(RT_TIMER_FLAG_PERIODIC | RT_TIMER_FLAG_SOFT_TIMER)

static bool has_flag(rt_timer_t timer, rt_uint8_t flag)
{
	return timer->parent.flag & flag;
}

static bool is_timer(rt_timer_t timer, struct port_call call)
{
	bool is_one = timer && READ_ONCE(timer->self) == timer;

	if (!is_one)
		port_refused(call, port_rtthread.name,
			     "it is no timer, or one that is gone");
	return is_one;
}

/* ---- when it is due ------------------------------------------------------------ */

/* Have Linux's timer expire when the timer is due. The caller holds the lock. */
static void timer_queue(rt_timer_t timer)
{
	rt_int32_t left = timer->timeout_tick - rt_tick_get();

	mod_timer(&timer->timer, jiffies + (left > 0 ? left : 0));
}

/* Start the timer: it is due @timer->init_tick ticks after @from. Caller holds the lock. */
static void timer_set(rt_timer_t timer, rt_tick_t from)
{
	timer->timeout_tick = from + timer->init_tick;
	timer->parent.flag |= RT_TIMER_FLAG_ACTIVATED;
	timer_queue(timer);
}

/*
 * Check whether an expired timer is due. If so, restart it if it is periodic, and queue the
 * work if it is a soft timer. If not, it was stopped, or it waits on: it was restarted, or its
 * time is longer than Linux's timers can be.
 */
static bool is_due(rt_timer_t timer)
{
	unsigned long flags;
	bool is_due;

	spin_lock_irqsave(&timer->lock, flags);
	is_due = has_flag(timer, RT_TIMER_FLAG_ACTIVATED) &&
		 (rt_int32_t)(rt_tick_get() - timer->timeout_tick) >= 0;
	if (has_flag(timer, RT_TIMER_FLAG_ACTIVATED) && !is_due)
		timer_queue(timer);
	if (is_due)
		timer->parent.flag &= ~RT_TIMER_FLAG_ACTIVATED;
	if (is_due && has_flag(timer, RT_TIMER_FLAG_PERIODIC))
		timer_set(timer, timer->timeout_tick);
	if (is_due && has_flag(timer, RT_TIMER_FLAG_SOFT_TIMER))
		schedule_work(&timer->work);
	spin_unlock_irqrestore(&timer->lock, flags);
	return is_due;
}

/* Call the timer's function, and free the timer if the function deleted it. */
static void timer_call(rt_timer_t timer)
{
	void (*timeout_func)(void *parameter);
	unsigned long flags;
	void *parameter;
	bool is_deleted;

	spin_lock_irqsave(&timer->lock, flags);
	timer->runner = current;
	timeout_func = timer->timeout_func;
	parameter = timer->parameter;
	spin_unlock_irqrestore(&timer->lock, flags);
	timeout_func(parameter);
	spin_lock_irqsave(&timer->lock, flags);
	timer->runner = NULL;
	is_deleted = timer->is_deleted;
	spin_unlock_irqrestore(&timer->lock, flags);
	if (is_deleted)
		rt_free(timer);
}

static void timer_fires(struct timer_list *list)
{
	rt_timer_t timer = container_of(list, struct rt_timer, timer);

	if (is_due(timer) && !has_flag(timer, RT_TIMER_FLAG_SOFT_TIMER))
		timer_call(timer);
}

static void timer_works(struct work_struct *work)
{
	timer_call(container_of(work, struct rt_timer, work));
}

/* ---- life ---------------------------------------------------------------------- */

static void timer_open(rt_timer_t timer, const char *name,
		       void (*timeout)(void *parameter), void *parameter,
		       rt_tick_t time, rt_uint8_t flag, unsigned int class)
{
	memset(timer, 0, sizeof(*timer));
	rtthread_object_init(&timer->parent, name, RT_Object_Class_Timer | class);
	timer->parent.flag = flag & FLAGS;
	spin_lock_init(&timer->lock);
	timer_setup(&timer->timer, timer_fires, 0);
	INIT_WORK(&timer->work, timer_works);
	timer->timeout_func = timeout;
	timer->parameter = parameter;
	timer->init_tick = time;
	timer->self = timer;
}

/**
 * rt_timer_init() - initialise a timer in the caller's memory, stopped
 * @timer: the struct to initialise; NULL is refused
 * @name: its name, cut to RT_NAME_MAX characters; may be NULL
 * @timeout: the function to call; NULL is refused
 * @parameter: argument of @timeout
 * @time: delay or period in ticks, see rt_timer_start()
 * @flag: RT_TIMER_FLAG_PERIODIC or RT_TIMER_FLAG_ONE_SHOT, with
 *	RT_TIMER_FLAG_SOFT_TIMER or RT_TIMER_FLAG_HARD_TIMER
 *
 * Context: Any.
 */
void rt_timer_init(rt_timer_t timer, const char *name,
		   void (*timeout)(void *parameter), void *parameter,
		   rt_tick_t time, rt_uint8_t flag)
{
	if (timer && timeout)
		timer_open(timer, name, timeout, parameter, time, flag,
			   RT_Object_Class_Static);
	else
		port_refused(PORT_CALL, port_rtthread.name,
			     "a timer or its function is NULL");
}
EXPORT_SYMBOL_GPL(rt_timer_init);

/**
 * rt_timer_create() - create a timer in the system heap, stopped
 * @name: as for rt_timer_init()
 * @timeout: the function to call
 * @parameter: argument of @timeout
 * @time: delay or period in ticks, see rt_timer_start()
 * @flag: as for rt_timer_init()
 *
 * Context: As rt_malloc().
 * Return: the timer; NULL if there is no memory, or @timeout is NULL.
 */
rt_timer_t rt_timer_create(const char *name, void (*timeout)(void *parameter),
			   void *parameter, rt_tick_t time, rt_uint8_t flag)
{
	rt_timer_t timer = timeout ? rt_malloc(sizeof(*timer)) : RT_NULL;

	if (timer)
		timer_open(timer, name, timeout, parameter, time, flag, 0);
	return timer;
}
EXPORT_SYMBOL_GPL(rt_timer_create);

/*
 * Make the timer invalid and stop it. Return whether the caller is the timer's own
 * function; then timer_call() frees the timer if @frees.
 */
static bool timer_ends(rt_timer_t timer, bool frees)
{
	unsigned long flags;
	bool is_own;

	spin_lock_irqsave(&timer->lock, flags);
	is_own = timer->runner == current;
	WRITE_ONCE(timer->self, NULL);
	timer->parent.type = 0;
	timer->parent.flag &= ~RT_TIMER_FLAG_ACTIVATED;
	timer->is_deleted = is_own && frees;
	spin_unlock_irqrestore(&timer->lock, flags);
	return is_own;
}

/*
 * Quiesce a timer that timer_ends() has made invalid: afterwards its function is not
 * called any more. Waits for the function, unless it is the caller.
 */
static void timer_quiet(rt_timer_t timer, bool is_own)
{
	if (!is_own) {
		timer_delete_sync(&timer->timer);
		cancel_work_sync(&timer->work);
	} else if (has_flag(timer, RT_TIMER_FLAG_SOFT_TIMER)) {
		timer_delete_sync(&timer->timer);
		cancel_work(&timer->work);
	} else {
		/* The caller runs in this Linux timer, so waiting for it would not end. */
		timer_delete(&timer->timer);
	}
}

/*
 * End a timer of kind @class: RT_Object_Class_Static for rt_timer_init(), or 0 for
 * rt_timer_create(). The other kind is refused.
 */
static rt_err_t timer_close(rt_timer_t timer, unsigned int class,
			    struct port_call call)
{
	bool is_own;

	if (!is_timer(timer, call))
		return -RT_ERROR;
	if (timer->parent.type != (RT_Object_Class_Timer | class)) {
		port_refused(call, port_rtthread.name,
			     class ? "it was created" : "it was not created");
		return -RT_ERROR;
	}
	if (READ_ONCE(timer->runner) != current && !port_may_wait()) {
		port_refused(call, port_rtthread.name, "nobody may sleep here");
		return -RT_ERROR;
	}
	is_own = timer_ends(timer, !class);
	timer_quiet(timer, is_own);
	if (!class && !is_own)
		rt_free(timer);
	return RT_EOK;
}

/**
 * rt_timer_detach() - end a timer of rt_timer_init(), and wait for its function
 * @timer: the timer
 *
 * Called by the timer's own function, this does not wait; then the struct's memory must
 * stay until the function has returned.
 *
 * Context: Sleeps; where sleeping is not allowed it is refused, except in the timer's own
 *	function. The caller must not hold anything that the function needs in order to
 *	return.
 * Return: RT_EOK; -RT_ERROR: @timer is not a timer of rt_timer_init(), or the call was
 *	refused.
 */
rt_err_t rt_timer_detach(rt_timer_t timer)
{
	return timer_close(timer, RT_Object_Class_Static, PORT_CALL);
}
EXPORT_SYMBOL_GPL(rt_timer_detach);

/**
 * rt_timer_delete() - end a timer of rt_timer_create(), wait for its function, free it
 * @timer: the timer
 *
 * Called by the timer's own function, this does not wait; the timer is freed when the
 * function returns.
 *
 * Context: As rt_timer_detach().
 * Return: as rt_timer_detach().
 */
rt_err_t rt_timer_delete(rt_timer_t timer)
{
	return timer_close(timer, 0, PORT_CALL);
}
EXPORT_SYMBOL_GPL(rt_timer_delete);

/* ---- start, stop, control ------------------------------------------------------- */

/**
 * rt_timer_start() - start a timer, or restart one that is running
 * @timer: the timer; its function is called after its ticks, counted from now
 *
 * Context: Sender.
 * Return: RT_EOK; -RT_ERROR: @timer is not a valid timer, or its ticks are 0 or more than
 *	2^31 - 1; then nothing has changed.
 */
rt_err_t rt_timer_start(rt_timer_t timer)
{
	unsigned long flags;
	bool starts;

	if (!is_timer(timer, PORT_CALL))
		return -RT_ERROR;
	spin_lock_irqsave(&timer->lock, flags);
	starts = timer->self && timer->init_tick - 1 < RT_TICK_MAX / 2;
	if (starts)
		timer_set(timer, rt_tick_get());
	spin_unlock_irqrestore(&timer->lock, flags);
	return starts ? RT_EOK : -RT_ERROR;
}
EXPORT_SYMBOL_GPL(rt_timer_start);

/**
 * rt_timer_stop() - stop a timer
 * @timer: the timer
 *
 * This does not wait for the timer's function, which may still be called if the timer
 * was due already. rt_timer_detach() and rt_timer_delete() wait.
 *
 * Context: Sender.
 * Return: RT_EOK; -RT_ERROR: @timer is not running, or is not a valid timer.
 */
rt_err_t rt_timer_stop(rt_timer_t timer)
{
	unsigned long flags;
	bool ran;

	if (!is_timer(timer, PORT_CALL))
		return -RT_ERROR;
	spin_lock_irqsave(&timer->lock, flags);
	ran = has_flag(timer, RT_TIMER_FLAG_ACTIVATED);
	timer->parent.flag &= ~RT_TIMER_FLAG_ACTIVATED;
	spin_unlock_irqrestore(&timer->lock, flags);
	return ran ? RT_EOK : -RT_ERROR;
}
EXPORT_SYMBOL_GPL(rt_timer_stop);

/* Handle a command that sets something. Return false for others. Caller holds the lock. */
static bool timer_set_by(rt_timer_t timer, int cmd, void *arg)
{
	switch (cmd) {
	case RT_TIMER_CTRL_SET_TIME:
		timer->init_tick = *(rt_tick_t *)arg;
		return true;
	case RT_TIMER_CTRL_SET_ONESHOT:
		timer->parent.flag &= ~RT_TIMER_FLAG_PERIODIC;
		return true;
	case RT_TIMER_CTRL_SET_PERIODIC:
		timer->parent.flag |= RT_TIMER_FLAG_PERIODIC;
		return true;
	case RT_TIMER_CTRL_SET_FUNC:
		timer->timeout_func = arg;
		return true;
	case RT_TIMER_CTRL_SET_PARM:
		timer->parameter = arg;
		return true;
	default:
		return false;
	}
}

/* Handle a command that reads something. Return false for others. Caller holds the lock. */
static bool timer_get_by(rt_timer_t timer, int cmd, void *arg)
{
	switch (cmd) {
	case RT_TIMER_CTRL_GET_TIME:
		*(rt_tick_t *)arg = timer->init_tick;
		return true;
	case RT_TIMER_CTRL_GET_STATE:
		*(rt_uint32_t *)arg = timer->parent.flag & RT_TIMER_FLAG_ACTIVATED;
		return true;
	case RT_TIMER_CTRL_GET_REMAIN_TIME:
		*(rt_tick_t *)arg = timer->timeout_tick;
		return true;
	case RT_TIMER_CTRL_GET_FUNC:
		*(void **)arg = timer->timeout_func;
		return true;
	case RT_TIMER_CTRL_GET_PARM:
		*(void **)arg = timer->parameter;
		return true;
	default:
		return false;
	}
}

/* Is NULL a valid argument of @cmd? */
static bool takes_null(int cmd)
{
	return cmd == RT_TIMER_CTRL_SET_ONESHOT ||
	       cmd == RT_TIMER_CTRL_SET_PERIODIC || cmd == RT_TIMER_CTRL_SET_PARM;
}

/**
 * rt_timer_control() - read or change the parameters of a timer
 * @timer: the timer
 * @cmd: a command RT_TIMER_CTRL_*. RT_TIMER_CTRL_SET_TIME takes effect at the next start,
 *	or when a periodic timer is due next. RT_TIMER_CTRL_GET_REMAIN_TIME gives, as in
 *	RT-Thread, the tick at which the timer is due, not the ticks that remain.
 * @arg: where to store the value, for commands that read; address of the ticks; or the
 *	function or the parameter itself
 *
 * Context: Sender.
 * Return: RT_EOK; -RT_ERROR: @timer is not a valid timer, @cmd is not known, or @arg is
 *	NULL where it must not be; then nothing has changed.
 */
rt_err_t rt_timer_control(rt_timer_t timer, int cmd, void *arg)
{
	unsigned long flags;
	bool is_done;

	if (!is_timer(timer, PORT_CALL) || (!arg && !takes_null(cmd)))
		return -RT_ERROR;
	spin_lock_irqsave(&timer->lock, flags);
	is_done = timer_set_by(timer, cmd, arg) || timer_get_by(timer, cmd, arg);
	spin_unlock_irqrestore(&timer->lock, flags);
	return is_done ? RT_EOK : -RT_ERROR;
}
EXPORT_SYMBOL_GPL(rt_timer_control);

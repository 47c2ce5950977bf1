/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rtthread_control.h - RT-Thread's threads in the caller's memory, and
 * rt_thread_control(): included by rtthread_ipc.h, which has the rules for threads and the
 * classes of ``Context:``.
 */
#ifndef _RTALLOC_PORT_RTTHREAD_CONTROL_H
#define _RTALLOC_PORT_RTTHREAD_CONTROL_H

#include <rtalloc/port/rtthread_ipc.h>

/* Commands of rt_thread_control(). */
#define RT_THREAD_CTRL_STARTUP		0x00
#define RT_THREAD_CTRL_CLOSE		0x01
#define RT_THREAD_CTRL_CHANGE_PRIORITY	0x02
#define RT_THREAD_CTRL_INFO		0x03
#define RT_THREAD_CTRL_BIND_CPU		0x04

/**
 * rt_thread_init() - initialise a thread in the caller's memory, which does not run yet
 * @thread: the struct to initialise; the memory must stay until rt_thread_detach() has
 *	returned
 * @name: name of the kthread, as ps shows it; not NULL
 * @entry: the thread's function; it may return
 * @parameter: argument of @entry; what it points to must live until rt_thread_detach() has
 *	returned
 * @stack_start: ignored, Linux chooses the stack of a kthread
 * @stack_size: ignored
 * @priority: ignored; an entry function that needs a priority calls sched_set_fifo()
 * @tick: ignored
 *
 * Context: Sleeps. It fails if the calling process is being killed.
 * Return: RT_EOK; -RT_ENOMEM: there is no memory; -RT_EINVAL: @thread, @name or @entry is
 *	NULL.
 */
rt_inline rt_err_t rt_thread_init(struct rt_thread *thread, const char *name,
				  void (*entry)(void *parameter), void *parameter,
				  void *stack_start, rt_uint32_t stack_size,
				  rt_uint8_t priority, rt_uint32_t tick)
{
	RT_UNUSED(stack_start);
	RT_UNUSED(stack_size);
	RT_UNUSED(priority);
	RT_UNUSED(tick);
	if (!thread || !name || !entry)
		return -RT_EINVAL;
	if (!__rt_thread_make(thread, name, entry, parameter, true))
		return RT_EOK;
	thread->task = NULL;
	return -RT_ENOMEM;
}

/**
 * rt_thread_detach() - ask a thread of rt_thread_init() to stop, and wait until it has ended
 * @thread: the thread
 *
 * Like rt_thread_delete(), but afterwards the caller may reuse the struct. A thread that
 * detaches itself does not return from this call, and another thread must detach it, too,
 * before the driver is unloaded.
 *
 * Context: Sleeps. The caller must not hold anything that the thread needs in order to end.
 * Return: RT_EOK; -RT_ERROR: @thread is NULL, not from rt_thread_init(), or detached
 *	already.
 */
rt_inline rt_err_t rt_thread_detach(rt_thread_t thread)
{
	struct task_struct *task;

	if (!thread || !thread->is_static || !thread->task)
		return -RT_ERROR;
	if (thread == rt_thread_self()) {
		port_thread_end();
		return RT_EOK;
	}
	task = thread->task;
	thread->task = NULL;
	kthread_stop(task);
	return RT_EOK;
}

/**
 * rt_thread_control() - start or end a thread by a command
 * @thread: the thread
 * @cmd: RT_THREAD_CTRL_STARTUP calls rt_thread_startup(); RT_THREAD_CTRL_CLOSE calls
 *	rt_thread_delete() or rt_thread_detach(); RT_THREAD_CTRL_CHANGE_PRIORITY does
 *	nothing
 * @arg: ignored
 *
 * Context: That of the function it calls.
 * Return: the result of that function; RT_EOK if it does nothing; -RT_ERROR: @thread is
 *	NULL, or @cmd is another command.
 */
rt_inline rt_err_t rt_thread_control(rt_thread_t thread, int cmd, void *arg)
{
	RT_UNUSED(arg);
	if (!thread)
		return -RT_ERROR;
	switch (cmd) {
	case RT_THREAD_CTRL_STARTUP:
		return rt_thread_startup(thread);
	case RT_THREAD_CTRL_CLOSE:
		return thread->is_static ? rt_thread_detach(thread) :
					   rt_thread_delete(thread);
	case RT_THREAD_CTRL_CHANGE_PRIORITY:
		return RT_EOK;
	default:
		return -RT_ERROR;
	}
}

#endif /* _RTALLOC_PORT_RTTHREAD_CONTROL_H */

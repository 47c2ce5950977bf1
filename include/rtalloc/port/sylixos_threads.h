/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sylixos_threads.h - SylixOS's threads, and what its objects have in common:
 * included by sylixos_ipc.h.
 */
#ifndef _RTALLOC_PORT_SYLIXOS_THREADS_H
#define _RTALLOC_PORT_SYLIXOS_THREADS_H

#include <linux/atomic.h>
#include <linux/err.h>
#include <rtalloc/port/sylixos_types.h>
#include <rtalloc/port/thread.h>

/**
 * DOC: SylixOS's objects
 *
 * What never ends in SylixOS must end in a module: API_ThreadDelete() asks a thread
 * to stop and waits until its function has returned; API_ThreadJoin() waits without
 * asking. From the asking on every wait of that thread ends at once, with
 * ERROR_THREAD_WAIT_TIMEOUT, if what it waits for is not there; so the loop ``while
 * (API_SemaphoreBPend(sem, LW_OPTION_WAIT_INFINITE) == ERROR_NONE)`` ends by
 * itself, and a loop that ignores the result asks API_ThreadShouldStop(), which is
 * new here. API_SemaphoreMPend(), API_TimeSleep() and API_TimeMSleep() are not cut
 * short.
 *
 * A handle is a number there, a pointer here, of the same width:
 * LW_OBJECT_HANDLE_INVALID is none and is refused with ERROR_KERNEL_HANDLE_NULL;
 * every other handle is trusted, so one of something that was deleted is a bug that
 * nothing here notices. As in SylixOS, who waits for a semaphore or a message queue
 * that is deleted gets ERROR_EVENT_WAS_DELETED; but for those who wait nobody may use
 * it meanwhile. Errors are the numbers of Linux, not those of SylixOS. Objects lie in
 * the system heap (sylixos=SIZE).
 *
 * Where several threads wait for a semaphore, those go first that came first. Of
 * several that wait for any other object all are woken, and the scheduler decides
 * who gets it. LW_OPTION_WAIT_FIFO and LW_OPTION_WAIT_PRIORITY make no difference.
 *
 * Each call belongs to one of these classes, which its ``Context:`` line names:
 *
 * * A **sender** never waits: what posts, sends, clears or creates an object other
 *   than a thread. It takes a spinlock_t: it is legal in process context and
 *   softirqs, also with a spinlock_t held, and without PREEMPT_RT in hard interrupts
 *   and under raw spinlocks. On PREEMPT_RT it is not legal in hard interrupts
 *   (ordinary handlers of interrupts are threads there, and may call it), under raw
 *   spinlocks, or where preemption is off. In an NMI it is never legal.
 * * A **waiter** with LW_OPTION_NOT_WAIT is a sender. Else it is for process
 *   context without a lock, may sleep, and is refused elsewhere. In an ordinary
 *   process, which nobody can ask to stop, a wait lasts until its time is over;
 *   signals do not end it.
 * * What **sleeps** is for process context without a lock.
 */

typedef unsigned long LW_OBJECT_HANDLE;
typedef LW_OBJECT_HANDLE LW_HANDLE;
typedef LW_OBJECT_HANDLE LW_OBJECT_ID;

#define LW_OBJECT_HANDLE_INVALID	0ul
#define LW_HANDLE_INVALID		LW_OBJECT_HANDLE_INVALID

/* All are accepted and change nothing, see above. */
#define LW_OPTION_DEFAULT		0ul
#define LW_OPTION_NONE			0ul
#define LW_OPTION_WAIT_FIFO		0ul
#define LW_OPTION_WAIT_PRIORITY		1ul
#define LW_OPTION_OBJECT_GLOBAL		0ul
#define LW_OPTION_OBJECT_LOCAL		0ul
#define LW_OPTION_DELETE_SAFE		0ul
#define LW_OPTION_INHERIT_PRIORITY	0ul
#define LW_OPTION_THREAD_STK_CHK	0ul
#define LW_OPTION_THREAD_STK_CLR	0ul
#define LW_OPTION_THREAD_USED_FP	0ul

/* Ticks to wait. */
#define LW_OPTION_NOT_WAIT		0ul
#define LW_OPTION_ONE_TICK		1ul
#define LW_OPTION_WAIT_INFINITE		(~0ul)

/* As errnos: the originals' numbers are not those of Linux. */
#define ERROR_KERNEL_HANDLE_NULL	((ULONG)EINVAL)
#define ERROR_KERNEL_IN_ISR		((ULONG)EWOULDBLOCK)
#define ERROR_THREAD_WAIT_TIMEOUT	((ULONG)ETIMEDOUT)
#define ERROR_THREAD_JOIN_SELF		((ULONG)EDEADLK)
#define ERROR_EVENT_FULL		((ULONG)EOVERFLOW)
#define ERROR_EVENT_NOT_OWN		((ULONG)EPERM)
#define ERROR_EVENT_WAS_DELETED		((ULONG)EIDRM)
#define ERROR_MSGQUEUE_MSG_LEN		((ULONG)EMSGSIZE)

/* LW_OPTION_WAIT_INFINITE waits without a limit. */
LW_INLINE long __sylixos_ticks(ULONG ulTimeout)
{
	return ulTimeout > LONG_MAX ? -1 : (long)ulTimeout;
}

LW_INLINE LW_OBJECT_HANDLE __sylixos_made(PVOID pvObject, unsigned long *pulId)
{
	if (pulId)
		*pulId = (LW_OBJECT_HANDLE)pvObject;
	return (LW_OBJECT_HANDLE)pvObject;
}

/* What @pulId has; NULL: it has none. */
LW_INLINE PVOID __sylixos_object(unsigned long *pulId)
{
	return pulId ? (PVOID)*pulId : LW_NULL;
}

/* The same, and it has none then. */
LW_INLINE PVOID __sylixos_taken(unsigned long *pulId)
{
	PVOID pvObject = __sylixos_object(pulId);

	if (pulId)
		*pulId = LW_OBJECT_HANDLE_INVALID;
	return pvObject;
}

/* ---- threads ------------------------------------------------------------ */

/* For attributes of threads, which keep but do not heed them. */
#define LW_PRIO_HIGHEST			0
#define LW_PRIO_DEF_CEILING		LW_PRIO_HIGHEST
#define LW_PRIO_NORMAL			200
#define LW_PRIO_LOWEST			255
#define LW_CFG_THREAD_DEFAULT_STK_SIZE	8192

/*
 * What a thread does, in process context: @pvArg is what its attributes said, the
 * result is what API_ThreadJoin() stores.
 */
typedef void *(*PTHREAD_START_ROUTINE)(PVOID pvArg);

/**
 * struct lw_threadattr - attributes of a thread
 * @THREADATTR_pvArg: for its function
 * @THREADATTR_stStackByteSize: ignored, a kthread has the stack that Linux gives it
 * @THREADATTR_ucPriority: ignored: sched_set_fifo() in the thread, where it matters
 * @THREADATTR_ulOption: ignored
 */
typedef struct lw_threadattr {
	PVOID THREADATTR_pvArg;
	size_t THREADATTR_stStackByteSize;
	UINT8 THREADATTR_ucPriority;
	ULONG THREADATTR_ulOption;
} LW_CLASS_THREADATTR;

typedef struct lw_threadattr *PLW_CLASS_THREADATTR;

/* What a thread's handle leads to. */
typedef struct {
	struct port_thread thread;
	struct task_struct *task;
	PTHREAD_START_ROUTINE function;
	PVOID argument;
	PVOID result;
	wait_queue_head_t waiting;	/* who joins */
	BOOL has_ended;
} __LW_CLASS_THREAD;

/**
 * API_ThreadAttrBuild() - fill in attributes
 * @pthreadattr: where
 * @stStackByteSize: bytes of the stack, ignored
 * @ucPriority: ignored
 * @ulOption: ignored
 * @pvArg: for the thread's function; what it points to belongs to the driver and
 *	must live until the thread was deleted or joined
 *
 * Context: Any.
 */
LW_INLINE VOID API_ThreadAttrBuild(PLW_CLASS_THREADATTR pthreadattr,
				   size_t stStackByteSize, UINT8 ucPriority,
				   ULONG ulOption, PVOID pvArg)
{
	pthreadattr->THREADATTR_pvArg = pvArg;
	pthreadattr->THREADATTR_stStackByteSize = stStackByteSize;
	pthreadattr->THREADATTR_ucPriority = ucPriority;
	pthreadattr->THREADATTR_ulOption = ulOption;
}

/**
 * API_ThreadAttrGetDefault() - attributes with LW_NULL for the function's argument
 *
 * Context: Any.
 * Return: them.
 */
LW_INLINE LW_CLASS_THREADATTR API_ThreadAttrGetDefault(void)
{
	LW_CLASS_THREADATTR threadattr = {
		.THREADATTR_stStackByteSize = LW_CFG_THREAD_DEFAULT_STK_SIZE,
		.THREADATTR_ucPriority = LW_PRIO_NORMAL,
	};

	return threadattr;
}

/**
 * API_ThreadAttrSetArg() - set what the thread's function is given
 * @pthreadattr: where
 * @pvArg: as for API_ThreadAttrBuild()
 *
 * Context: Any.
 */
LW_INLINE VOID API_ThreadAttrSetArg(PLW_CLASS_THREADATTR pthreadattr,
				    PVOID pvArg)
{
	pthreadattr->THREADATTR_pvArg = pvArg;
}

/* Set what is ignored, as the next one. Context: any. */
LW_INLINE VOID API_ThreadAttrSetPriority(PLW_CLASS_THREADATTR pthreadattr,
					 UINT8 ucPriority)
{
	pthreadattr->THREADATTR_ucPriority = ucPriority;
}

/* Set what is ignored. Context: any. */
LW_INLINE VOID API_ThreadAttrSetStackSize(PLW_CLASS_THREADATTR pthreadattr,
					  size_t stByteSize)
{
	pthreadattr->THREADATTR_stStackByteSize = stByteSize;
}

/**
 * API_ThreadShouldStop() - has the calling thread been asked to end?
 *
 * Context: Process context, does not sleep.
 * Return: LW_TRUE if it has; LW_FALSE in an ordinary process.
 */
LW_INLINE BOOL API_ThreadShouldStop(void)
{
	return port_thread_should_stop();
}

LW_INLINE __LW_CLASS_THREAD *__sylixos_self(void)
{
	struct port_thread *thread = port_thread_self(PORT_THREAD_SYLIXOS);

	return thread ? container_of(thread, __LW_CLASS_THREAD, thread) : LW_NULL;
}

/**
 * API_ThreadIdSelf() - the calling thread
 *
 * Context: Any; in an interrupt it is the thread that it came to.
 * Return: its handle; LW_OBJECT_HANDLE_INVALID: this is no thread of
 *	API_ThreadCreate(), but a process, a worker, an interrupt's thread or another
 *	kthread.
 */
LW_INLINE LW_OBJECT_HANDLE API_ThreadIdSelf(void)
{
	return (LW_OBJECT_HANDLE)__sylixos_self();
}

/* Who joins is given @result. */
LW_INLINE VOID __sylixos_thread_ended(__LW_CLASS_THREAD *thread, PVOID result)
{
	thread->result = result;
	/* Who sees it sees the result. */
	smp_store_release(&thread->has_ended, LW_TRUE);
	wake_up_all(&thread->waiting);
}

LW_INLINE VOID __sylixos_thread_run(struct port_thread *port_thread)
{
	__LW_CLASS_THREAD *thread = container_of(port_thread, __LW_CLASS_THREAD,
						 thread);

	__sylixos_thread_ended(thread, thread->function(thread->argument));
}

/**
 * API_ThreadCreate() - make a thread and let it run
 * @pcName: of the kthread, as ps shows it; LW_NULL: "sylixos"
 * @pfuncThread: what it does; it may return
 * @pthreadattr: its attributes, needed during this call only; LW_NULL: the default
 * @pulId: where to store the handle, before the thread runs; LW_NULL: nowhere
 *
 * Also a thread whose function has returned must be deleted or joined.
 *
 * Context: Sleeps. It fails if the calling process is being killed.
 * Return: the handle; LW_OBJECT_HANDLE_INVALID, which is stored, too: there is no
 *	memory.
 */
LW_INLINE LW_OBJECT_HANDLE
API_ThreadCreate(CPCHAR pcName, PTHREAD_START_ROUTINE pfuncThread,
		 PLW_CLASS_THREADATTR pthreadattr, unsigned long *pulId)
{
	__LW_CLASS_THREAD *thread = sys_zalloc(sizeof(*thread));

	if (!thread)
		return __sylixos_made(LW_NULL, pulId);
	thread->function = pfuncThread;
	thread->argument = pthreadattr ? pthreadattr->THREADATTR_pvArg : LW_NULL;
	init_waitqueue_head(&thread->waiting);
	thread->task = port_thread_create(&thread->thread, PORT_THREAD_SYLIXOS,
					  __sylixos_thread_run,
					  pcName ?: "sylixos");
	if (IS_ERR(thread->task)) {
		sys_free(thread);
		return __sylixos_made(LW_NULL, pulId);
	}
	/* It may look at its handle as soon as it runs. */
	__sylixos_made(thread, pulId);
	wake_up_process(thread->task);
	return (LW_OBJECT_HANDLE)thread;
}

/**
 * API_ThreadDelete() - ask a thread to end, and wait until it has
 * @pulId: address of the handle, which becomes LW_OBJECT_HANDLE_INVALID, unless it
 *	is the calling thread's
 * @pvRetVal: what API_ThreadJoin() stores of the calling thread, if it deletes
 *	itself; else ignored
 *
 * SylixOS takes a thread off its processor wherever it is. Here it goes on to the
 * end of its function. If it has not run at all so far, it may end without its
 * function being called.
 *
 * A thread that deletes itself does not return from this call, unless somebody else
 * has already taken the handle out of *@pulId. Its handle stays valid until somebody
 * else joins or deletes it, which must happen before the driver is unloaded.
 *
 * Context: Sleeps. The caller must hold nothing that the thread needs for its end.
 * Return: ERROR_NONE, or ERROR_KERNEL_HANDLE_NULL.
 */
LW_INLINE ULONG API_ThreadDelete(unsigned long *pulId, PVOID pvRetVal)
{
	__LW_CLASS_THREAD *thread = __sylixos_self();

	if (thread && pulId && *pulId == (LW_OBJECT_HANDLE)thread) {
		__sylixos_thread_ended(thread, pvRetVal);
		port_thread_end();
		return ERROR_NONE;
	}
	thread = __sylixos_taken(pulId);
	if (!thread)
		return ERROR_KERNEL_HANDLE_NULL;
	kthread_stop(thread->task);
	sys_free(thread);
	return ERROR_NONE;
}

/**
 * API_ThreadJoin() - wait until a thread's function has returned, and free it
 * @ulId: the thread; on success its handle is not valid any more, and only one may
 *	join or delete it
 * @ppvRetValAddr: where to store what the function returned; LW_NULL: nowhere
 *
 * Nobody asks the thread to end: it must do so by itself.
 *
 * Context: Sleeps.
 * Return: ERROR_NONE; ERROR_THREAD_WAIT_TIMEOUT: the calling thread is being
 *	deleted, and the other goes on; ERROR_THREAD_JOIN_SELF: it is the calling
 *	thread; ERROR_KERNEL_HANDLE_NULL.
 */
LW_INLINE ULONG API_ThreadJoin(LW_OBJECT_HANDLE ulId, PVOID *ppvRetValAddr)
{
	__LW_CLASS_THREAD *thread = (PVOID)ulId;

	if (!thread)
		return ERROR_KERNEL_HANDLE_NULL;
	if (thread == __sylixos_self())
		return ERROR_THREAD_JOIN_SELF;
	/* As above. */
	if (port_wait(thread->waiting, smp_load_acquire(&thread->has_ended),
		      -1))
		return ERROR_THREAD_WAIT_TIMEOUT;
	if (ppvRetValAddr)
		*ppvRetValAddr = thread->result;
	return API_ThreadDelete(&ulId, LW_NULL);
}

#endif /* _RTALLOC_PORT_SYLIXOS_THREADS_H */

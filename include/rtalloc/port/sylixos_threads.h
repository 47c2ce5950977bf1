/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sylixos_threads.h - SylixOS's threads, and the rules for all objects of SylixOS:
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
 * Threads that never end in SylixOS must end in a module that can be unloaded.
 * API_ThreadDelete() asks a thread to stop, and waits until its function has returned;
 * API_ThreadJoin() waits without asking. Once a thread has been asked to stop, each of its
 * waits returns ERROR_THREAD_WAIT_TIMEOUT at once, unless what it waits for is already
 * there. So a loop
 * ``while (API_SemaphoreBPend(sem, LW_OPTION_WAIT_INFINITE) == ERROR_NONE)`` terminates. A
 * loop that does not check these results must call API_ThreadShouldStop(), which is new
 * here. API_SemaphoreMPend(), API_TimeSleep() and API_TimeMSleep() are not cut short.
 *
 * A handle is a number in SylixOS, and a pointer of the same width here.
 * LW_OBJECT_HANDLE_INVALID is refused with ERROR_KERNEL_HANDLE_NULL. Other handles are not
 * checked, so using that of a deleted object is a bug that is not noticed. As in SylixOS,
 * threads that wait for a semaphore or a message queue that is deleted get
 * ERROR_EVENT_WAS_DELETED; apart from them, nobody may use the object meanwhile. The values
 * of error codes are Linux's errnos, not those of SylixOS. Objects are allocated in the
 * system heap (sylixos=SIZE).
 *
 * Threads that wait for the same semaphore get it in the order in which they began to wait.
 * Of threads that wait for any other object all are woken, and the scheduler decides which
 * one gets it. LW_OPTION_WAIT_FIFO and LW_OPTION_WAIT_PRIORITY make no difference.
 *
 * The ``Context:`` line of each function names one of these classes:
 *
 * * A **sender** posts, sends, clears, or creates an object other than a thread, and never
 *   waits. It takes a spinlock_t. It may be called in process context and in softirqs, also
 *   with a spinlock_t held, and without PREEMPT_RT in hard interrupts and under raw
 *   spinlocks. On PREEMPT_RT it must not be called in hard interrupts, under raw spinlocks,
 *   or with preemption off; ordinary interrupt handlers are threads there, and may call it.
 *   It must not be called in an NMI.
 * * A **waiter** with LW_OPTION_NOT_WAIT is a sender. Otherwise it may sleep: it must be
 *   called in process context without a spinlock, and is refused where sleeping is not
 *   allowed. A user process cannot be asked to stop, so its waits last until their time is
 *   over; signals do not end them.
 * * A function that **sleeps** must be called in process context without a spinlock.
 */

typedef unsigned long LW_OBJECT_HANDLE;
typedef LW_OBJECT_HANDLE LW_HANDLE;
typedef LW_OBJECT_HANDLE LW_OBJECT_ID;

#define LW_OBJECT_HANDLE_INVALID	0ul
#define LW_HANDLE_INVALID		LW_OBJECT_HANDLE_INVALID

/* All options are accepted, and make no difference. */
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

/* Values for a time to wait, in ticks. */
#define LW_OPTION_NOT_WAIT		0ul
#define LW_OPTION_ONE_TICK		1ul
#define LW_OPTION_WAIT_INFINITE		(~0ul)

/* The values are errnos, not the original's. */
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

/* The object of the handle at @pulId; NULL if there is none. */
LW_INLINE PVOID __sylixos_object(unsigned long *pulId)
{
	return pulId ? (PVOID)*pulId : LW_NULL;
}

/* The same, and set the handle to LW_OBJECT_HANDLE_INVALID. */
LW_INLINE PVOID __sylixos_taken(unsigned long *pulId)
{
	PVOID pvObject = __sylixos_object(pulId);

	if (pulId)
		*pulId = LW_OBJECT_HANDLE_INVALID;
	return pvObject;
}

/* ---- threads ------------------------------------------------------------ */

/* Values for attributes of threads, which are stored and ignored. */
#define LW_PRIO_HIGHEST			0
#define LW_PRIO_DEF_CEILING		LW_PRIO_HIGHEST
#define LW_PRIO_NORMAL			200
#define LW_PRIO_LOWEST			255
#define LW_CFG_THREAD_DEFAULT_STK_SIZE	8192

/*
 * A thread's function, called in process context. @pvArg is the argument in the thread's
 * attributes; API_ThreadJoin() stores the result.
 */
typedef void *(*PTHREAD_START_ROUTINE)(PVOID pvArg);

/**
 * struct lw_threadattr - attributes of a thread
 * @THREADATTR_pvArg: argument of its function
 * @THREADATTR_stStackByteSize: ignored, Linux chooses the stack of a kthread
 * @THREADATTR_ucPriority: ignored; a thread that needs a priority calls sched_set_fifo()
 * @THREADATTR_ulOption: ignored
 */
typedef struct lw_threadattr {
	PVOID THREADATTR_pvArg;
	size_t THREADATTR_stStackByteSize;
	UINT8 THREADATTR_ucPriority;
	ULONG THREADATTR_ulOption;
} LW_CLASS_THREADATTR;

typedef struct lw_threadattr *PLW_CLASS_THREADATTR;

/* What the handle of a thread points to. */
typedef struct {
	struct port_thread thread;
	struct task_struct *task;
	PTHREAD_START_ROUTINE function;
	PVOID argument;
	PVOID result;
	wait_queue_head_t waiting;	/* threads in API_ThreadJoin() */
	BOOL has_ended;
} __LW_CLASS_THREAD;

/**
 * API_ThreadAttrBuild() - fill in the attributes of a thread
 * @pthreadattr: the attributes
 * @stStackByteSize: bytes of the stack, ignored
 * @ucPriority: ignored
 * @ulOption: ignored
 * @pvArg: argument of the thread's function; what it points to must live until the thread
 *	has been deleted or joined
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
 * API_ThreadAttrGetDefault() - get default attributes, with LW_NULL as the argument
 *
 * Context: Any.
 * Return: the attributes.
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
 * API_ThreadAttrSetArg() - set the argument of the thread's function
 * @pthreadattr: the attributes
 * @pvArg: as for API_ThreadAttrBuild()
 *
 * Context: Any.
 */
LW_INLINE VOID API_ThreadAttrSetArg(PLW_CLASS_THREADATTR pthreadattr,
				    PVOID pvArg)
{
	pthreadattr->THREADATTR_pvArg = pvArg;
}

/* Set an attribute that is ignored. Context: any. */
LW_INLINE VOID API_ThreadAttrSetPriority(PLW_CLASS_THREADATTR pthreadattr,
					 UINT8 ucPriority)
{
	pthreadattr->THREADATTR_ucPriority = ucPriority;
}

/* Set another attribute that is ignored. Context: any. */
LW_INLINE VOID API_ThreadAttrSetStackSize(PLW_CLASS_THREADATTR pthreadattr,
					  size_t stByteSize)
{
	pthreadattr->THREADATTR_stStackByteSize = stByteSize;
}

/**
 * API_ThreadShouldStop() - has the calling thread been asked to stop?
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
 * API_ThreadIdSelf() - get the handle of the calling thread
 *
 * Context: Any; in an interrupt, the calling thread is the interrupted one.
 * Return: the handle; LW_OBJECT_HANDLE_INVALID if the caller is not a thread of
 *	API_ThreadCreate().
 */
LW_INLINE LW_OBJECT_HANDLE API_ThreadIdSelf(void)
{
	return (LW_OBJECT_HANDLE)__sylixos_self();
}

/* Store @result, and wake the thread that joins. */
LW_INLINE VOID __sylixos_thread_ended(__LW_CLASS_THREAD *thread, PVOID result)
{
	thread->result = result;
	/* A release: the thread that joins must see the result, too. */
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
 * API_ThreadCreate() - create a thread and start it
 * @pcName: name of the kthread, as ps shows it; LW_NULL: "sylixos"
 * @pfuncThread: the thread's function; it may return
 * @pthreadattr: its attributes, which are copied; LW_NULL: default attributes
 * @pulId: where to store the handle, before the thread runs; may be LW_NULL
 *
 * A thread whose function has returned must be deleted or joined, too.
 *
 * Context: Sleeps. It fails if the calling process is being killed.
 * Return: the handle; LW_OBJECT_HANDLE_INVALID, which is stored, too, if there is no memory.
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
	/* Stored before the thread runs, which may read the handle at once. */
	__sylixos_made(thread, pulId);
	wake_up_process(thread->task);
	return (LW_OBJECT_HANDLE)thread;
}

/**
 * API_ThreadDelete() - ask a thread to stop, wait until it has ended, and free it
 * @pulId: address of the handle, which is set to LW_OBJECT_HANDLE_INVALID, unless it is that
 *	of the calling thread
 * @pvRetVal: if the calling thread deletes itself, the result that API_ThreadJoin() stores;
 *	otherwise ignored
 *
 * SylixOS stops a thread wherever it is. Here the thread runs on until its function returns.
 * A thread that has not run yet may end without its function being called.
 *
 * A thread that deletes itself does not return from this call, unless another thread has
 * taken the handle out of *@pulId already. Its handle stays valid until another thread joins
 * or deletes it, which must happen before the driver is unloaded.
 *
 * Context: Sleeps. The caller must not hold anything that the thread needs in order to end.
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
 * @ulId: the thread; only one thread may join or delete it. On success the handle is invalid
 *	afterwards.
 * @ppvRetValAddr: where to store the result of the function; may be LW_NULL
 *
 * The thread is not asked to stop: it must end by itself.
 *
 * Context: Sleeps.
 * Return: ERROR_NONE; ERROR_THREAD_WAIT_TIMEOUT if the calling thread is being deleted, then
 *	the other thread runs on; ERROR_THREAD_JOIN_SELF if it is the calling thread;
 *	ERROR_KERNEL_HANDLE_NULL.
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

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lwip_sys.h - lwIP's layer over an operating system, as the driver of an interface
 * uses it: included by lwip_types.h, in place of lwip/sys.h and lwip/timeouts.h.
 *
 *   semaphore   a count                                  sys_sem_*
 *   mutex       a Linux mutex, not recursive             sys_mutex_*
 *   mailbox     a ring of pointers                       sys_mbox_*
 *   thread      a kthread                                sys_thread_*
 *   timeout     a delayed work; one runs at a time       sys_timeout()
 *
 * The driver provides the memory of semaphores, mutexes and mailboxes. Functions that
 * are not inline are documented at their definition, in port/lwip_sys.c.
 */
#ifndef _RTALLOC_PORT_LWIP_SYS_H
#define _RTALLOC_PORT_LWIP_SYS_H

#include <linux/delay.h>
#include <linux/irqflags.h>
#include <linux/jiffies.h>
#include <linux/mutex.h>
#include <rtalloc/port/lwip_types.h>
#include <rtalloc/port/queue.h>
#include <rtalloc/port/thread.h>

/**
 * DOC: lwIP's objects
 *
 * lwIP's threads never end; those of a module that can be unloaded must. Two functions
 * are therefore new here. sys_thread_free() asks a thread to stop and waits until its
 * function has returned. sys_thread_should_stop() tells the thread. Once a thread has
 * been asked to stop, each of its waits on a semaphore or a mailbox returns
 * SYS_ARCH_TIMEOUT at once, even one without a limit, unless what it waits for is
 * already there. So ``while (1)`` in a thread becomes
 * ``while (!sys_thread_should_stop())``, and the thread must check the results of its waits.
 *
 * Freeing a semaphore or a mailbox ends all waits for it in the same way, and returns
 * when the waiters no longer use it. An object that is NULL, was never initialised, has
 * been freed, or was copied to another address is not valid: a call that gets one
 * changes nothing, logs one line that names the function, and returns an error.
 *
 * The ``Context:`` line of each function names one of these classes:
 *
 * * A **sender** signals, tries or looks, and never waits. It takes a spinlock_t. It
 *   may be called in process context and in softirqs, also with a spinlock_t held, and
 *   without PREEMPT_RT in hard interrupts and under raw spinlocks. On PREEMPT_RT it
 *   must not be called in hard interrupts, under raw spinlocks, or with preemption or
 *   interrupts off, as between SYS_ARCH_PROTECT() and SYS_ARCH_UNPROTECT(); ordinary
 *   interrupt handlers are threads there, and may call it.
 * * A **waiter** sleeps until it gets what it waits for. It must be called in process
 *   context without a spinlock; where sleeping is not allowed it is refused with a line
 *   in the log.
 * * A function that **sleeps** must be called in process context without a spinlock.
 */

/* What a wait without success returns, and sys_arch_mbox_tryfetch() of an empty one. */
#define SYS_ARCH_TIMEOUT		0xffffffffu
#define SYS_MBOX_EMPTY			SYS_ARCH_TIMEOUT

/* Nothing to do: the module initialises everything when it is loaded. */
#define sys_init()			do { } while (0)
#define sys_timeouts_init()		do { } while (0)
#define stats_init()			do { } while (0)

/* ---- short sections -------------------------------------------------------- */

/* The interrupt state that SYS_ARCH_PROTECT() saves for SYS_ARCH_UNPROTECT(). */
typedef unsigned long sys_prot_t;

/**
 * SYS_ARCH_DECL_PROTECT() - declare the variable for SYS_ARCH_PROTECT()
 * @level: its name
 */
#define SYS_ARCH_DECL_PROTECT(level)	sys_prot_t level

/**
 * SYS_ARCH_PROTECT() - disable interrupts on this processor, for a short section
 * @level: the variable of SYS_ARCH_DECL_PROTECT()
 *
 * Other processors go on, and may run the interrupt handler, or on PREEMPT_RT its
 * thread. Data that is shared with those needs a spinlock_t and spin_lock_irqsave()
 * instead. The section must not sleep; on PREEMPT_RT it must not call mem_malloc().
 *
 * Context: Any. Sections may be nested, each with a variable of its own.
 */
#define SYS_ARCH_PROTECT(level)		local_irq_save(level)

/**
 * SYS_ARCH_UNPROTECT() - end a section of SYS_ARCH_PROTECT()
 * @level: the variable that SYS_ARCH_PROTECT() was given
 *
 * Context: Where SYS_ARCH_PROTECT() was called.
 */
#define SYS_ARCH_UNPROTECT(level)	local_irq_restore(level)

/* The functions behind SYS_ARCH_PROTECT() and SYS_ARCH_UNPROTECT(), for those who call them. */
static inline sys_prot_t sys_arch_protect(void)
{
	sys_prot_t level;

	SYS_ARCH_PROTECT(level);
	return level;
}

static inline void sys_arch_unprotect(sys_prot_t level)
{
	SYS_ARCH_UNPROTECT(level);
}

/* ---- mutexes --------------------------------------------------------------- */

/**
 * struct lwip_mutex - a Linux mutex: not recursive, unlocked by the task that locked it
 * @mutex: the Linux mutex
 * @self: address of this struct while it is valid
 */
struct lwip_mutex {
	struct mutex mutex;	/* guards what the driver uses it for */
	const struct lwip_mutex *self;
};

typedef struct lwip_mutex sys_mutex_t;

/**
 * sys_mutex_new() - initialise a mutex, unlocked
 * @sys_mutex: the struct to initialise, not NULL
 *
 * Context: Any.
 * Return: ERR_OK.
 */
#define sys_mutex_new(sys_mutex)					\
	({								\
		sys_mutex_t *__mutex = (sys_mutex);			\
									\
		mutex_init(&__mutex->mutex);				\
		__mutex->self = __mutex;				\
		(err_t)ERR_OK;						\
	})

/**
 * sys_mutex_valid() - is this a valid mutex?
 * @mutex: the mutex, or NULL
 *
 * Context: Any.
 * Return: 1 after sys_mutex_new() and before sys_mutex_free(), otherwise 0.
 */
static inline int sys_mutex_valid(const sys_mutex_t *mutex)
{
	return mutex && mutex->self == mutex;
}

/**
 * sys_mutex_set_invalid() - mark a struct as no valid mutex
 * @mutex: the struct
 *
 * Context: Any.
 */
static inline void sys_mutex_set_invalid(sys_mutex_t *mutex)
{
	mutex->self = NULL;
}

/* The same for a struct instead of a pointer. */
#define sys_mutex_valid_val(mutex)		sys_mutex_valid(&(mutex))
#define sys_mutex_set_invalid_val(mutex)	sys_mutex_set_invalid(&(mutex))

/**
 * sys_mutex_lock() - lock a mutex
 * @mutex: the mutex, which the caller does not hold
 *
 * One that is not valid is not locked; the log says so, once for each driver.
 *
 * Context: Process context without a spinlock, sleeps.
 */
static inline void sys_mutex_lock(sys_mutex_t *mutex)
{
	if (sys_mutex_valid(mutex))
		mutex_lock(&mutex->mutex);
	else
		pr_warn_once("lwip: %s() of what is no mutex\n", __func__);
}

/**
 * sys_mutex_unlock() - unlock a mutex
 * @mutex: the mutex, which the caller holds; an invalid one as in sys_mutex_lock()
 *
 * Context: Process context.
 */
static inline void sys_mutex_unlock(sys_mutex_t *mutex)
{
	if (sys_mutex_valid(mutex))
		mutex_unlock(&mutex->mutex);
	else
		pr_warn_once("lwip: %s() of what is no mutex\n", __func__);
}

/**
 * sys_mutex_free() - end the use of a mutex
 * @mutex: the mutex, which nobody holds or waits for; an invalid one as in
 *	sys_mutex_lock()
 *
 * Context: Process context.
 */
static inline void sys_mutex_free(sys_mutex_t *mutex)
{
	if (!sys_mutex_valid(mutex)) {
		pr_warn_once("lwip: %s() of what is no mutex\n", __func__);
		return;
	}
	sys_mutex_set_invalid(mutex);
	mutex_destroy(&mutex->mutex);
}

/* ---- time ------------------------------------------------------------------- */

/**
 * sys_now() - the time in milliseconds
 *
 * The value advances once a jiffy and wraps at 2^32, so only differences are
 * meaningful.
 *
 * Context: Any.
 * Return: milliseconds.
 */
static inline u32_t sys_now(void)
{
	return jiffies64_to_msecs(get_jiffies_64());
}

/* Sleep for at least @ms milliseconds. Context: process context without a spinlock. */
#define sys_msleep(ms)			msleep(ms)

/* The kernel's jiffies, modulo 2^32. Context: any. */
#define sys_jiffies()			((u32_t)jiffies)

/* ---- semaphores ------------------------------------------------------------- */

/**
 * struct lwip_sem - a counting semaphore
 * @queue: a queue that holds as many empty items as the semaphore counts
 */
struct lwip_sem {
	struct port_queue queue;
};

typedef struct lwip_sem sys_sem_t;

err_t sys_sem_new(sys_sem_t *sem, u8_t count);
void sys_sem_free(sys_sem_t *sem);
void sys_sem_signal(sys_sem_t *sem);
u32_t sys_arch_sem_wait(sys_sem_t *sem, u32_t timeout);

/* sys_arch_sem_wait() without a limit. Context: waiter. */
#define sys_sem_wait(sem)		sys_arch_sem_wait(sem, 0)

/**
 * sys_sem_valid() - is this a valid semaphore?
 * @sem: the semaphore, or NULL
 *
 * Context: Any.
 * Return: 1 after sys_sem_new() and before sys_sem_free(), otherwise 0.
 */
static inline int sys_sem_valid(const sys_sem_t *sem)
{
	return sem && port_queue_is(&sem->queue);
}

/**
 * sys_sem_set_invalid() - mark a struct as no valid semaphore, without freeing one
 * @sem: the struct
 *
 * Context: Any.
 */
static inline void sys_sem_set_invalid(sys_sem_t *sem)
{
	WRITE_ONCE(sem->queue.waits.self, NULL);
}

/* The same for a struct instead of a pointer. */
#define sys_sem_valid_val(sem)		sys_sem_valid(&(sem))
#define sys_sem_set_invalid_val(sem)	sys_sem_set_invalid(&(sem))

/* ---- mailboxes --------------------------------------------------------------- */

/**
 * struct lwip_mbox - a mailbox: pointers that were posted and not fetched yet
 * @queue: the pointers
 */
struct lwip_mbox {
	struct port_queue queue;
};

typedef struct lwip_mbox sys_mbox_t;

err_t sys_mbox_new(sys_mbox_t *mbox, int size);
void sys_mbox_free(sys_mbox_t *mbox);
void sys_mbox_post(sys_mbox_t *mbox, void *msg);
err_t sys_mbox_trypost(sys_mbox_t *mbox, void *msg);
err_t sys_mbox_trypost_fromisr(sys_mbox_t *mbox, void *msg);
u32_t sys_arch_mbox_fetch(sys_mbox_t *mbox, void **msg, u32_t timeout);
u32_t sys_arch_mbox_tryfetch(sys_mbox_t *mbox, void **msg);

/* lwIP's older names. Context: waiter for the first, sender for the second. */
#define sys_mbox_fetch(mbox, msg)	sys_arch_mbox_fetch(mbox, msg, 0)
#define sys_mbox_tryfetch(mbox, msg)	sys_arch_mbox_tryfetch(mbox, msg)

/**
 * sys_mbox_valid() - is this a valid mailbox?
 * @mbox: the mailbox, or NULL
 *
 * Context: Any.
 * Return: 1 after sys_mbox_new() and before sys_mbox_free(), otherwise 0.
 */
static inline int sys_mbox_valid(const sys_mbox_t *mbox)
{
	return mbox && port_queue_is(&mbox->queue);
}

/**
 * sys_mbox_set_invalid() - mark a struct as no valid mailbox, without freeing one
 * @mbox: the struct
 *
 * Context: Any.
 */
static inline void sys_mbox_set_invalid(sys_mbox_t *mbox)
{
	WRITE_ONCE(mbox->queue.waits.self, NULL);
}

/* The same for a struct instead of a pointer. */
#define sys_mbox_valid_val(mbox)		sys_mbox_valid(&(mbox))
#define sys_mbox_set_invalid_val(mbox)	sys_mbox_set_invalid(&(mbox))

/* ---- threads ------------------------------------------------------------------ */

/* Values for arguments that sys_thread_new() ignores. */
#ifndef DEFAULT_THREAD_STACKSIZE
#define DEFAULT_THREAD_STACKSIZE	0
#endif
#ifndef DEFAULT_THREAD_PRIO
#define DEFAULT_THREAD_PRIO		1
#endif

/**
 * typedef lwip_thread_fn - function of a thread
 * @arg: the argument that sys_thread_new() was given
 *
 * It may return; the thread then sleeps until sys_thread_free() is called.
 *
 * Context: Process context, in a kthread of its own.
 */
typedef void (*lwip_thread_fn)(void *arg);

struct lwip_thread;
typedef struct lwip_thread *sys_thread_t;

__must_check sys_thread_t sys_thread_new(const char *name, lwip_thread_fn thread,
					 void *arg, int stacksize, int prio);
void sys_thread_free(sys_thread_t *thread);

/**
 * sys_thread_should_stop() - has sys_thread_free() been called for this thread?
 *
 * New here: ``while (1)`` in a thread becomes ``while (!sys_thread_should_stop())``.
 *
 * Context: Process context, does not sleep.
 * Return: true if it has; false in an ordinary process.
 */
static inline bool sys_thread_should_stop(void)
{
	return port_thread_should_stop();
}

/* ---- timeouts ------------------------------------------------------------------ */

/**
 * typedef sys_timeout_handler - function that is called when a timeout expires
 * @arg: the argument that sys_timeout() was given
 *
 * One handler runs at a time, over all drivers. As in lwIP, the one that is due first
 * comes first, and of those that are due together the one that was asked for first. It
 * may sleep, and may call sys_timeout() and sys_untimeout(), for itself, too.
 *
 * Context: Process context, in a kworker.
 */
typedef void (*sys_timeout_handler)(void *arg);

void sys_timeout(u32_t msecs, sys_timeout_handler handler, void *arg);
void sys_untimeout(sys_timeout_handler handler, void *arg);

#endif /* _RTALLOC_PORT_LWIP_SYS_H */

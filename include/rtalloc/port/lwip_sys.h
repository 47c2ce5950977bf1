/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lwip_sys.h - lwIP's layer over an operating system, as the driver of an interface
 * uses it: included by lwip_types.h, in place of lwip/sys.h and lwip/timeouts.h.
 *
 *   semaphore   a count, in the driver's struct          sys_sem_*
 *   mutex       Linux's, not recursive                   sys_mutex_*
 *   mailbox     a ring of pointers                       sys_mbox_*
 *   thread      a kthread                                sys_thread_*
 *   timeout     a delayed work; one runs at a time       sys_timeout()
 *
 * Functions that are not inline are described where they are defined, in
 * port/lwip_sys.c.
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
 * What never ends in lwIP must end in a module: sys_thread_free(), which is new here,
 * asks a thread to stop and waits until its function has returned. From then on
 * every wait of that thread on a semaphore or a mailbox ends at once with
 * SYS_ARCH_TIMEOUT, also one without a limit, if what it waits for is not there. So
 * ``while (1)`` becomes ``while (!sys_thread_should_stop())``, which is new, too,
 * and the results of waits are looked at.
 *
 * A semaphore or mailbox that is freed ends the waits for it in the same way, and
 * freeing waits until they have ended. One that is NULL, was never made, is freed
 * already or was copied elsewhere is not valid: nothing happens then, a line of the
 * log says which function refused it, and the result is an error.
 *
 * Each call belongs to one of these classes, which its ``Context:`` line names:
 *
 * * A **sender** never waits: what signals, tries, or looks. It takes a spinlock_t:
 *   it is legal in process context and softirqs, also with a spinlock_t held, and
 *   without PREEMPT_RT in hard interrupts and under raw spinlocks. On PREEMPT_RT it
 *   is not legal in hard interrupts (ordinary handlers of interrupts are threads
 *   there, and may call it), under raw spinlocks or where preemption is off, as in
 *   SYS_ARCH_PROTECT().
 * * A **waiter** is for process context without a lock, and sleeps until it has got
 *   what it waits for. Where nobody may sleep it is refused with a line of the log.
 * * What **sleeps** is for process context without a lock.
 */

/* What a wait returns that got nothing; and sys_arch_mbox_tryfetch(). */
#define SYS_ARCH_TIMEOUT		0xffffffffu
#define SYS_MBOX_EMPTY			SYS_ARCH_TIMEOUT

/* Linux has set up everything before. */
#define sys_init()			do { } while (0)
#define sys_timeouts_init()		do { } while (0)
#define stats_init()			do { } while (0)

/* ---- short sections -------------------------------------------------------- */

/* What SYS_ARCH_PROTECT() keeps for SYS_ARCH_UNPROTECT(). */
typedef unsigned long sys_prot_t;

/**
 * SYS_ARCH_DECL_PROTECT() - declare the variable for SYS_ARCH_PROTECT()
 * @level: its name
 */
#define SYS_ARCH_DECL_PROTECT(level)	sys_prot_t level

/**
 * SYS_ARCH_PROTECT() - keep interrupts from this processor, for a short section
 * @level: of SYS_ARCH_DECL_PROTECT()
 *
 * It does not keep out other processors, where the interrupt's handler, or on
 * PREEMPT_RT its thread, may run: data that those work on needs a spinlock_t and
 * spin_lock_irqsave(). In the section nothing may sleep: on PREEMPT_RT no
 * mem_malloc() of the heap.
 *
 * Context: Any. May be nested, with a variable each.
 */
#define SYS_ARCH_PROTECT(level)		local_irq_save(level)

/**
 * SYS_ARCH_UNPROTECT() - end the section
 * @level: as SYS_ARCH_PROTECT() was given it
 *
 * Context: Where SYS_ARCH_PROTECT() was called.
 */
#define SYS_ARCH_UNPROTECT(level)	local_irq_restore(level)

/* ---- mutexes --------------------------------------------------------------- */

/**
 * struct lwip_mutex - a mutex of Linux's: not recursive; whoever took it gives it
 * @mutex: Linux's
 * @self: the struct itself, as long as it is one
 */
struct lwip_mutex {
	struct mutex mutex;	/* what the driver says it guards */
	const struct lwip_mutex *self;
};

typedef struct lwip_mutex sys_mutex_t;

/**
 * sys_mutex_new() - make a mutex that nobody has
 * @sys_mutex: where it will be, not NULL
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
 * sys_mutex_valid() - is there a mutex?
 * @mutex: where; NULL: no
 *
 * Context: Any.
 * Return: 1 from sys_mutex_new() to sys_mutex_free(), or 0.
 */
static inline int sys_mutex_valid(const sys_mutex_t *mutex)
{
	return mutex && mutex->self == mutex;
}

/**
 * sys_mutex_set_invalid() - say that there is no mutex
 * @mutex: where
 *
 * Context: Any.
 */
static inline void sys_mutex_set_invalid(sys_mutex_t *mutex)
{
	mutex->self = NULL;
}

/* The same of what is no pointer. */
#define sys_mutex_valid_val(mutex)		sys_mutex_valid(&(mutex))
#define sys_mutex_set_invalid_val(mutex)	sys_mutex_set_invalid(&(mutex))

/**
 * sys_mutex_lock() - take a mutex
 * @mutex: which the caller does not have
 *
 * One that is not valid is told in the log, once for the driver, and not taken.
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
 * sys_mutex_unlock() - give a mutex
 * @mutex: which the caller has; what is not valid is told as there
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
 * sys_mutex_free() - end a mutex
 * @mutex: which nobody has or waits for; what is not valid is told as there
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
 * sys_now() - the time now
 *
 * It steps by jiffies and has 32 bits: only differences mean something.
 *
 * Context: Any.
 * Return: milliseconds.
 */
static inline u32_t sys_now(void)
{
	return jiffies64_to_msecs(get_jiffies_64());
}

/* Sleep for @ms milliseconds at least: process context without a spinlock. */
#define sys_msleep(ms)			msleep(ms)

/* Ticks of Linux since it was started, modulo 2^32. Context: any. */
#define sys_jiffies()			((u32_t)jiffies)

/* ---- semaphores ------------------------------------------------------------- */

/**
 * struct lwip_sem - a count that is waited for
 * @queue: as many items as it counts
 */
struct lwip_sem {
	struct port_queue queue;
};

typedef struct lwip_sem sys_sem_t;

err_t sys_sem_new(sys_sem_t *sem, u8_t count);
void sys_sem_free(sys_sem_t *sem);
void sys_sem_signal(sys_sem_t *sem);
u32_t sys_arch_sem_wait(sys_sem_t *sem, u32_t timeout);

/* As sys_arch_sem_wait() without a limit. Context: as all waiters. */
#define sys_sem_wait(sem)		sys_arch_sem_wait(sem, 0)

/**
 * sys_sem_valid() - is there a semaphore?
 * @sem: where; NULL: no
 *
 * Context: Any.
 * Return: 1 from sys_sem_new() to sys_sem_free(), or 0.
 */
static inline int sys_sem_valid(const sys_sem_t *sem)
{
	return sem && port_queue_is(&sem->queue);
}

/**
 * sys_sem_set_invalid() - say that there is no semaphore, without freeing one
 * @sem: where
 *
 * Context: Any.
 */
static inline void sys_sem_set_invalid(sys_sem_t *sem)
{
	WRITE_ONCE(sem->queue.waits.self, NULL);
}

/* The same of what is no pointer. */
#define sys_sem_valid_val(sem)		sys_sem_valid(&(sem))
#define sys_sem_set_invalid_val(sem)	sys_sem_set_invalid(&(sem))

/* ---- mailboxes --------------------------------------------------------------- */

/**
 * struct lwip_mbox - pointers on their way from one to another
 * @queue: of them
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

/* By their older names. Context: as all waiters; the second as all senders. */
#define sys_mbox_fetch(mbox, msg)	sys_arch_mbox_fetch(mbox, msg, 0)
#define sys_mbox_tryfetch(mbox, msg)	sys_arch_mbox_tryfetch(mbox, msg)

/**
 * sys_mbox_valid() - is there a mailbox?
 * @mbox: where; NULL: no
 *
 * Context: Any.
 * Return: 1 from sys_mbox_new() to sys_mbox_free(), or 0.
 */
static inline int sys_mbox_valid(const sys_mbox_t *mbox)
{
	return mbox && port_queue_is(&mbox->queue);
}

/**
 * sys_mbox_set_invalid() - say that there is no mailbox, without freeing one
 * @mbox: where
 *
 * Context: Any.
 */
static inline void sys_mbox_set_invalid(sys_mbox_t *mbox)
{
	WRITE_ONCE(mbox->queue.waits.self, NULL);
}

/* The same of what is no pointer. */
#define sys_mbox_valid_val(mbox)		sys_mbox_valid(&(mbox))
#define sys_mbox_set_invalid_val(mbox)	sys_mbox_set_invalid(&(mbox))

/* ---- threads ------------------------------------------------------------------ */

/* For arguments of sys_thread_new(), which ignores them. */
#ifndef DEFAULT_THREAD_STACKSIZE
#define DEFAULT_THREAD_STACKSIZE	0
#endif
#ifndef DEFAULT_THREAD_PRIO
#define DEFAULT_THREAD_PRIO		1
#endif

/**
 * typedef lwip_thread_fn - what a thread does
 * @arg: as sys_thread_new() was given it
 *
 * It may return: the thread then waits for sys_thread_free().
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
 * typedef sys_timeout_handler - what is done when the time is over
 * @arg: as sys_timeout() was given it
 *
 * Of all handlers, also of other drivers, one runs at a time. It may sleep, and may
 * call sys_timeout() and sys_untimeout(), for itself, too.
 *
 * Context: Process context, in a worker of Linux's.
 */
typedef void (*sys_timeout_handler)(void *arg);

void sys_timeout(u32_t msecs, sys_timeout_handler handler, void *arg);
void sys_untimeout(sys_timeout_handler handler, void *arg);

#endif /* _RTALLOC_PORT_LWIP_SYS_H */

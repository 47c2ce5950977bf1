// SPDX-License-Identifier: GPL-2.0-only
/*
 * freertos_pend.c - functions that FreeRTOS's drivers pend: they are called later, by a
 * kworker, one at a time and in the order in which they were pended.
 *
 * A pended function holds a reference to its driver's module, so that its code stays
 * until it has returned. But the code of a module whose init fails goes without regard to
 * references, so such a module must wait: vTimerPendFlush().
 */
#include <linux/export.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <rtalloc/port/freertos_timers.h>

#include "port/port.h"

/* A function to call. Not in FreeRTOS's heap, which a driver may reset meanwhile. */
struct pended {
	struct list_head node;
	PendedFunction_t function;
	void *parameter1;
	uint32_t parameter2;
	struct module *owner;
};

static DEFINE_SPINLOCK(pended_lock);	/* guards pended */
static LIST_HEAD(pended);		/* not called yet, oldest first */

/* What is pended meanwhile queues the work again, so a function that pends itself ends. */
static void pended_run(struct work_struct *work)
{
	struct pended *next, *tmp;
	unsigned long flags;
	LIST_HEAD(batch);

	spin_lock_irqsave(&pended_lock, flags);
	list_splice_init(&pended, &batch);
	spin_unlock_irqrestore(&pended_lock, flags);
	list_for_each_entry_safe(next, tmp, &batch, node) {
		next->function(next->parameter1, next->parameter2);
		module_put(next->owner);
		kfree(next);
	}
}

/* A work never runs twice at one time, so calls do not overlap. */
static DECLARE_WORK(runner, pended_run);

/**
 * __freertos_pend() - have a function called later
 * @function: the function to call
 * @parameter1: its first argument
 * @parameter2: its second argument
 * @owner: the driver's module, which cannot be unloaded until @function has returned
 *
 * Context: Sender.
 * Return: pdPASS; pdFAIL if @function is NULL, there is no memory, or @owner is being
 *	unloaded.
 */
BaseType_t __freertos_pend(PendedFunction_t function, void *parameter1,
			   uint32_t parameter2, struct module *owner)
{
	struct pended *new = function ? kzalloc(sizeof(*new), GFP_ATOMIC) : NULL;
	unsigned long flags;

	if (!new)
		return pdFAIL;
	if (!try_module_get(owner)) {
		kfree(new);
		return pdFAIL;
	}
	new->function = function;
	new->parameter1 = parameter1;
	new->parameter2 = parameter2;
	new->owner = owner;
	spin_lock_irqsave(&pended_lock, flags);
	list_add_tail(&new->node, &pended);
	spin_unlock_irqrestore(&pended_lock, flags);
	schedule_work(&runner);
	return pdPASS;
}
EXPORT_SYMBOL_GPL(__freertos_pend);

/**
 * vTimerPendFlush() - wait until all functions that were pended have returned
 *
 * FreeRTOS has no such call. A driver needs it before it frees what a pended function uses,
 * and in an init that fails, in both cases when nothing of the driver can pend any more. It
 * does not wait for what is pended meanwhile.
 *
 * Context: Sleeps. Not in a pended function.
 */
void vTimerPendFlush(void)
{
	flush_work(&runner);
}
EXPORT_SYMBOL_GPL(vTimerPendFlush);

/*
 * Called when all drivers are unloaded. Each listed function held a reference to its
 * driver, so the list is empty; but the work may not have returned yet.
 */
void freertos_pend_exit(void)
{
	flush_work(&runner);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * heaps.c - what the ports share about heaps: unique names, lookup by address, lines in
 * the log, and counters in the originals' structs.
 *
 * In the originals two heaps may have the same name, or none. Here each heap appears in
 * debugfs and needs a unique name.
 *
 * The memory ranges of a family's heaps are kept in a list that is read under RCU.
 * Lookup takes no lock, so it is allowed wherever calls on the heap are. It is linear in
 * the number of heaps of the family, of which there are few.
 */
#include <linux/ctype.h>
#include <linux/err.h>
#include <linux/hash.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/rculist.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "port/port.h"

struct entry {
	struct list_head node;
	struct rcu_head rcu;
	struct port_range range;
};

int port_range_add(struct port_ranges *ranges, struct port_range range)
{
	struct entry *entry = kzalloc(sizeof(*entry), GFP_KERNEL);

	if (!entry)
		return -ENOMEM;
	entry->range = range;
	mutex_lock(&ranges->lock);
	list_add_rcu(&entry->node, &ranges->list);
	mutex_unlock(&ranges->lock);
	return 0;
}

void port_range_remove(struct port_ranges *ranges, const void *heap,
		       const void *start)
{
	struct entry *entry, *next;

	mutex_lock(&ranges->lock);
	list_for_each_entry_safe(entry, next, &ranges->list, node) {
		if (entry->range.heap != heap ||
		    (start && entry->range.start != start))
			continue;
		list_del_rcu(&entry->node);
		kfree_rcu(entry, rcu);
	}
	mutex_unlock(&ranges->lock);
}

struct port_range port_range_find(struct port_ranges *ranges, const void *p)
{
	struct port_range found = { };
	struct entry *entry;

	rcu_read_lock();
	list_for_each_entry_rcu(entry, &ranges->list, node)
		if ((size_t)(p - entry->range.start) < entry->range.size) {
			found = entry->range;
			break;
		}
	rcu_read_unlock();
	return found;
}

void *port_range_heap(struct port_ranges *ranges, const void *object)
{
	struct entry *entry;
	void *heap = NULL;

	rcu_read_lock();
	list_for_each_entry_rcu(entry, &ranges->list, node)
		if (entry->range.object == object) {
			heap = entry->range.heap;
			break;
		}
	rcu_read_unlock();
	return heap;
}

/* ---- the log ---------------------------------------------------------- */

void port_refused(struct port_call call, const char *what, const char *why)
{
	char symbol[RTALLOC_SYMBOL_MAX];

	pr_warn_ratelimited("rtalloc_port: %s%s%s() by %s refused: %s\n",
			    what ?: "", what ? ": " : "", call.name,
			    rtalloc_symbol(call.caller, symbol, sizeof(symbol)),
			    why);
}

void port_failed(struct port_call call, const char *what, int err)
{
	char symbol[RTALLOC_SYMBOL_MAX];

	pr_err_ratelimited("rtalloc_port: %s: %s() by %s failed (%d)\n", what,
			   call.name,
			   rtalloc_symbol(call.caller, symbol, sizeof(symbol)),
			   err);
}

void port_damaged(struct port_call call, const char *what,
		  const struct rtalloc_fault *fault)
{
	char symbol[RTALLOC_SYMBOL_MAX];

	pr_err_ratelimited("rtalloc_port: %s: %s() by %s: %s at offset %llu\n",
			   what, call.name,
			   rtalloc_symbol(call.caller, symbol, sizeof(symbol)),
			   fault->what, fault->offset);
}

void port_unfinished(struct port_call call, const char *what)
{
	char symbol[RTALLOC_SYMBOL_MAX];

	pr_warn_ratelimited("rtalloc_port: %s: %s() by %s: not finished: the heap changes all the time\n",
			    what, call.name,
			    rtalloc_symbol(call.caller, symbol,
					   sizeof(symbol)));
}

/* ---- counters -------------------------------------------------------- */

/*
 * The originals count in their public structs, under a lock of theirs. Here the heap
 * counts, and port_counted() copies its counters into the struct. Copies into one struct
 * must not overtake each other, but the originals' structs have no room for a lock, so
 * one of these is chosen by the struct's address. It is of the same kind as the heap's
 * lock, because a sleeping lock must not be taken where only raw ones may.
 */
#define COUNT_LOCKS_BITS	4

static struct {
	raw_spinlock_t raw;	/* guards counters of objects with a bounded heap */
	spinlock_t spin;	/* guards counters of the other objects */
} count_locks[1 << COUNT_LOCKS_BITS] = {
	[0 ... (1 << COUNT_LOCKS_BITS) - 1] = {
		.raw = __RAW_SPIN_LOCK_UNLOCKED(count_locks.raw),
		.spin = __SPIN_LOCK_UNLOCKED(count_locks.spin),
	},
};

void port_counted(struct rtalloc_heap *heap, void *object,
		  void (*update)(void *object, struct rtalloc_heap *heap))
{
	unsigned int i = hash_ptr(object, COUNT_LOCKS_BITS);
	unsigned long flags;

	if (rtalloc_heap_is_bounded(heap)) {
		raw_spin_lock_irqsave(&count_locks[i].raw, flags);
		update(object, heap);
		raw_spin_unlock_irqrestore(&count_locks[i].raw, flags);
	} else {
		spin_lock_irqsave(&count_locks[i].spin, flags);
		update(object, heap);
		spin_unlock_irqrestore(&count_locks[i].spin, flags);
	}
}

/* ---- heaps ----------------------------------------------------------- */

/* Copy @name, at most @room - 1 characters, replacing those that debugfs cannot have. */
static void name_clean(char *clean, const char *name, size_t room)
{
	if (!name || !*name)
		name = "heap";
	strscpy(clean, name, room);
	for (; *clean; clean++)
		if (!isascii(*clean) ||
		    (!isalnum(*clean) && !strchr("_-", *clean)))
			*clean = '_';
}

/*
 * Names are tried in the order NAME, NAME.2, NAME.3, ..., each of them once, so the
 * search terminates even if others take and drop names meanwhile.
 */
#define NAMES_MAX	999999

struct naming {
	char clean[RTALLOC_NAME_MAX - 7];	/* leaves room for a dot and six digits */
	char unique[RTALLOC_NAME_MAX + 1];	/* the name that is tried now */
	unsigned int n;				/* names tried so far */
};

static void naming_begin(struct naming *naming, const char *name)
{
	name_clean(naming->clean, name, sizeof(naming->clean));
	naming->unique[0] = '\0';
	naming->n = 0;
}

static bool is_taken(const char *name)
{
	static const char *const reserved[] = { RTALLOC_RESERVED_NAMES };
	struct rtalloc_heap *heap = rtalloc_heap_get(name);

	if (heap)
		rtalloc_heap_put(heap);
	return heap ||
	       match_string(reserved, ARRAY_SIZE(reserved), name) >= 0;
}

/* Find the next free name. Return false if there is none, or the task is being killed. */
static bool naming_next(struct naming *naming)
{
	while (naming->n < NAMES_MAX && !fatal_signal_pending(current)) {
		if (!naming->n++)
			strscpy(naming->unique, naming->clean,
				sizeof(naming->unique));
		else
			snprintf(naming->unique, sizeof(naming->unique),
				 "%s.%u", naming->clean, naming->n);
		if (!is_taken(naming->unique))
			return true;
		cond_resched();
	}
	return false;
}

struct rtalloc_region *port_region;

struct rtalloc_heap *port_heap_open(const char *name,
				    struct rtalloc_heap_params params)
{
	struct rtalloc_heap *heap = ERR_PTR(-EEXIST);
	struct naming naming;

	naming_begin(&naming, name);
	params.name = naming.unique;
	if (!params.memory && !params.region)
		params.region = port_region;
	/* Another task may have taken the name since it was checked; then try the next. */
	while (heap == ERR_PTR(-EEXIST) && naming_next(&naming))
		heap = rtalloc_heap_create(&params);
	return heap;
}

struct mempool_fixed *port_pool_open(const char *name,
				     struct mempool_fixed_params params,
				     void *memory, size_t size)
{
	struct mempool_fixed *pool = ERR_PTR(-EEXIST);
	struct naming naming;

	naming_begin(&naming, name);
	params.name = naming.unique;
	if (!memory && !params.region)
		params.region = port_region;
	while (pool == ERR_PTR(-EEXIST) && naming_next(&naming))
		pool = memory ? mempool_fixed_init(&params, memory, size) :
				mempool_fixed_create(&params);
	return pool;
}

struct rtalloc_heap *port_family_heap(const struct port_family *family,
				      void *memory, size_t size)
{
	struct rtalloc_heap_params params = {
		.backend = *family->backend,
		.memory = memory,
		.size = memory ? size : family->size,
		.align = family->align,
	};

	if (!memory && !params.size)
		return NULL;
	return port_heap_open(family->name, params);
}

void port_heap_close(struct rtalloc_heap *heap)
{
	rtalloc_heap_destroy(heap, true);
}

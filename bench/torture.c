// SPDX-License-Identifier: GPL-2.0-only
/*
 * torture.c - the kernel's side of tools/vm/torture: threads and hard
 * interrupts on every processor that use one heap for each backend, a heap that
 * is created and destroyed all the time, and a pool that processes wait for.
 *
 *   rtalloc_torture/wait     a write of MS waits up to MS milliseconds (negative:
 *                            for ever) for an element of the pool, which the open
 *                            file then holds; the next write frees it first
 *   rtalloc_torture/sleepers  the heaps for which rtalloc_heap_may_sleep() is true
 *   rtalloc_torture/wrong    a write of a heap's name, or of 1 for all heaps, calls
 *                            the heap with interrupts off, which is wrong for
 *                            heaps that may sleep: for tools/vm/context
 *   rtalloc_torture/stop     a write ends the threads and checks everything
 *   rtalloc_torture/verdict  a line for each property: NAME COUNT FIRST, with
 *                            COUNT failures; "ops N" and "irq_ops N"
 *
 * The test runs from loading to unloading; with idle=1 without threads. The heaps lie in a
 * region of their own.
 */
#define pr_fmt(fmt) "rtalloc_torture: " fmt

#include <linux/cpumask.h>
#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/hrtimer.h>
#include <linux/irqflags.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/seq_file.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "torture.h"
#include "versions.h"

#define REGION_SIZE	(8 * SZ_1M)
#define IRQ_STEPS	4		/* in one interrupt */
#define IRQ_PERIOD	(2 * NSEC_PER_MSEC)
#define BEAT_MS		10
#define WAIT_SLACK	2000		/* beats */
#define TEXT_MAX	120

static ulong seed = 1;
module_param(seed, ulong, 0444);
MODULE_PARM_DESC(seed, "Seed of all dice (default 1)");

static uint extra = 2;
module_param(extra, uint, 0444);
MODULE_PARM_DESC(extra, "Visitors of the heap that comes and goes (default 2)");

static bool idle;
module_param(idle, bool, 0444);
MODULE_PARM_DESC(idle, "Only make the heaps and the files (default 0)");

static bool forget;
module_param(forget, bool, 0444);
MODULE_PARM_DESC(forget, "Leave a heap behind at unload (default 0); the next load finds it");

struct torture_heap torture_heaps[] = {
	{ "torture.tlsf", "tlsf", SZ_256K, .in_irq = true },
	{ "torture.slab", "slab", SZ_512K, .in_irq = true },
	{ "torture.pool", "pool", SZ_64K, .elem = 256, .in_irq = true },
	{ "torture.guards", "pool", SZ_64K,
	  RTALLOC_POOL_HEADER | RTALLOC_POOL_GUARDS, 100, true },
	{ "torture.wait", "pool", SZ_4K, .elem = 2000, .in_irq = true },
	{ "torture.raw", "memheap", SZ_64K, RTALLOC_HEAP_RAW_LOCK,
	  .in_irq = true },
	{ "torture.fast", "memheap", SZ_256K },
	{ "torture.best", "memheap", SZ_256K, RTALLOC_HEAP_BEST_FIT },
	{ "torture.small_mem", "small_mem", SZ_256K },
	{ "torture.lwip_mem", "lwip_mem", SZ_256K },
	{ "torture.heap4", "heap4", SZ_256K },
	{ "torture.protect", "heap4", SZ_256K, RTALLOC_HEAP_PROTECT },
	{ "torture.sylix", "sylix_heap", SZ_256K },
	{ "torture.cpu_tlsf", "tlsf", SZ_256K, RTALLOC_HEAP_PERCPU,
	  .in_irq = true },
	{ "torture.cpu_slab", "slab", SZ_512K, RTALLOC_HEAP_PERCPU,
	  .in_irq = true },
	{ "torture.cpu_pool", "pool", SZ_64K, RTALLOC_HEAP_PERCPU, 256, true },
	{ "torture.cpu_fast", "memheap", SZ_256K, RTALLOC_HEAP_PERCPU },
	{ "torture.cpu_wait", "pool", SZ_8K, RTALLOC_HEAP_PERCPU, 1000, true },
};

#define WAIT_HEAP	4		/* of torture_heaps */
#define CPU_WAIT_HEAP	17

const unsigned int torture_nr_heaps = ARRAY_SIZE(torture_heaps);
struct rtalloc_region *torture_region;

/**
 * struct torturer - a thread of the test
 * @task: the thread
 * @run: function that the thread calls again and again
 * @hand: blocks of the thread
 * @irq: blocks of the thread's timer
 * @timer: interrupts the processor that the thread runs on; only for threads
 *	that have blocks
 */
struct torturer {
	struct task_struct *task;
	void (*run)(struct torture_hand *hand);
	struct torture_hand hand;
	struct torture_hand irq;
	struct hrtimer timer;
};

static struct torturer *torturers;
static unsigned int nr_torturers;
static unsigned int beats;		/* written by one thread */
static bool is_stopped;
static DEFINE_MUTEX(stop_lock);		/* guards is_stopped */
static DEFINE_RAW_SPINLOCK(note_lock);	/* guards failures, first */
static unsigned int failures[TORTURE_NR_PROPERTIES];
static char first[TORTURE_NR_PROPERTIES][TEXT_MAX];
static struct dentry *dir;

/* Works in any context but NMI. */
void torture_fail(enum torture_property property, const char *fmt, ...)
{
	unsigned long flags;
	va_list args;

	raw_spin_lock_irqsave(&note_lock, flags);
	if (!failures[property]++) {
		va_start(args, fmt);
		vsnprintf(first[property], TEXT_MAX, fmt, args);
		va_end(args);
	}
	raw_spin_unlock_irqrestore(&note_lock, flags);
}

/* ---- threads ---------------------------------------------------------- */

static enum hrtimer_restart timer_fires(struct hrtimer *timer)
{
	struct torturer *torturer = container_of(timer, struct torturer, timer);
	int i;

	for (i = 0; i < IRQ_STEPS; i++)
		torture_step(&torturer->irq);
	hrtimer_forward_now(timer, ns_to_ktime(IRQ_PERIOD +
			    torture_random(&torturer->irq, IRQ_PERIOD)));
	return HRTIMER_RESTART;
}

/* End a thread. Nothing may come after this. */
static void torturer_ends(struct torturer *torturer)
{
	hrtimer_cancel(&torturer->timer);
	torture_drop(&torturer->irq);
	torture_drop(&torturer->hand);
}

static int torturer_main(void *data)
{
	struct torturer *torturer = data;

	if (torturer->run == torture_step)
		hrtimer_start(&torturer->timer, ns_to_ktime(IRQ_PERIOD),
			      HRTIMER_MODE_REL_PINNED_HARD);
	while (!kthread_should_stop()) {
		torturer->run(&torturer->hand);
		/* An emulator may switch to another processor here. */
		if (!(torturer->hand.ops % 16))
			cpu_relax();
		if (!(torturer->hand.ops % 256))
			usleep_range(50, 500);
		cond_resched();
	}
	torturer_ends(torturer);
	return 0;
}

/* The clock for waits: on a busy machine it is delayed just as they are. */
static void beat_step(struct torture_hand *hand)
{
	msleep(BEAT_MS);
	WRITE_ONCE(beats, beats + 1);
}

/* Wait for short and long times, with all other threads at the same pool. */
static void wait_step(struct torture_hand *hand)
{
	unsigned int of = torture_random(hand, 2) ? WAIT_HEAP : CPU_WAIT_HEAP;
	struct mempool_fixed *pool = mempool_fixed_of(torture_heaps[of].heap);
	unsigned long timeout = torture_random(hand, HZ / 10);
	unsigned int start = READ_ONCE(beats), took;
	void *p = mempool_fixed_alloc_timeout(pool, timeout);

	hand->ops++;
	took = READ_ONCE(beats) - start;
	if (took > jiffies_to_msecs(timeout) / BEAT_MS + WAIT_SLACK)
		torture_fail(TORTURE_waits, "%lu jiffies took %u beats",
			     timeout, took);
	if (!IS_ERR(p)) {
		memset(p, 0xa5, mempool_fixed_elem_size(pool));
		usleep_range(100, 2000);
		if (memchr_inv(p, 0xa5, mempool_fixed_elem_size(pool)))
			torture_fail(TORTURE_contents, "an awaited element");
		mempool_fixed_free(pool, p);
	} else if (p != ERR_PTR(-ETIMEDOUT)) {
		torture_fail(TORTURE_waits, "a thread's wait says %ld",
			     PTR_ERR(p));
	}
}

static int torturer_start(void (*run)(struct torture_hand *hand), int cpu)
{
	struct torturer *torturer = &torturers[nr_torturers];
	u64 random = (seed + 1) * 0x9e3779b97f4a7c15ull * (nr_torturers + 1);

	torturer->run = run;
	torturer->hand.random = random | 1;
	torturer->irq.random = ~random | 1;
	torturer->irq.in_irq = true;
	timer_prepare(&torturer->timer, timer_fires,
		      HRTIMER_MODE_REL_PINNED_HARD);
	torturer->task = kthread_create(torturer_main, torturer, "torture/%u",
					nr_torturers);
	if (IS_ERR(torturer->task))
		return PTR_ERR(torturer->task);
	if (cpu >= 0)
		kthread_bind(torturer->task, cpu);
	nr_torturers++;
	wake_up_process(torturer->task);
	return 0;
}

static int torturers_start(void)
{
	unsigned int i;
	int cpu, err = 0;

	torturers = kcalloc(num_online_cpus() + extra + 3, sizeof(*torturers),
			    GFP_KERNEL);
	if (!torturers)
		return -ENOMEM;
	for_each_online_cpu(cpu)
		err = err ?: torturer_start(torture_step, cpu);
	err = err ?: torturer_start(beat_step, -1);
	err = err ?: torturer_start(wait_step, -1);
	err = err ?: torturer_start(torture_come_and_go, -1);
	for (i = 0; i < extra; i++)
		err = err ?: torturer_start(torture_visit, -1);
	return err;
}

/* ---- heaps ------------------------------------------------------------ */

static int heaps_create(void)
{
	struct rtalloc_region_params region = {
		.name = "torture", .size = REGION_SIZE,
	};
	struct rtalloc_snapshot snap;
	struct torture_heap *of;

	torture_region = rtalloc_region_create(&region);
	if (IS_ERR(torture_region))
		return PTR_ERR(torture_region);
	for (of = torture_heaps; of < torture_heaps + torture_nr_heaps; of++) {
		struct rtalloc_heap_params params = {
			.name = of->name, .backend = of->backend,
			.region = torture_region, .size = of->size,
			.flags = of->flags, .elem = of->elem,
		};
		struct rtalloc_heap *heap = rtalloc_heap_create(&params);

		if (IS_ERR(heap))
			return PTR_ERR(heap);
		of->heap = heap;
		rtalloc_usage(heap, &snap);
		of->used = snap.used;
	}
	return 0;
}

/* Test a heap after every thread and interrupt has given its blocks back. */
static void heap_verdict(struct torture_heap *of)
{
	struct rtalloc_snapshot snap;
	struct rtalloc_fault fault;
	int err;

	while (!rtalloc_heap_remove_region(of->heap, torture_region))
		atomic_dec(&of->glued);
	rtalloc_trim(of->heap);
	rtalloc_stats(of->heap, &snap);
	if (of != &torture_heaps[WAIT_HEAP] && snap.live)
		torture_fail(TORTURE_leaks, "%s: %lld blocks live", of->name,
			     snap.live);
	else if (!snap.live && !atomic_read(&of->glued) &&
		 snap.used != of->used)
		torture_fail(TORTURE_leaks, "%s: %llu bytes used, once %llu",
			     of->name, snap.used, of->used);
	err = rtalloc_check(of->heap, &fault);
	if (err)
		torture_fail(TORTURE_checks, "%s: %d at %llu: %s, at the end",
			     of->name, err, fault.offset, fault.what);
}

static void heaps_destroy(void)
{
	struct torture_heap *of;
	int err;

	for (of = torture_heaps; of < torture_heaps + torture_nr_heaps; of++) {
		if (!of->heap)
			continue;
		err = rtalloc_heap_destroy(of->heap, false);
		if (err)
			pr_err("%s: destroy says %d\n", of->name, err);
		while (err) {
			usleep_range(1000, 2000);
			err = rtalloc_heap_destroy(of->heap, true);
		}
	}
	err = IS_ERR_OR_NULL(torture_region) ? 0 :
	      rtalloc_region_destroy(torture_region);
	if (err)
		pr_err("region: destroy says %d\n", err);
}

/* ---- files ------------------------------------------------------------ */

static void stop_all(void)
{
	struct rtalloc_heap *waited = torture_heaps[WAIT_HEAP].heap;
	unsigned int i;

	mutex_lock(&stop_lock);
	if (!is_stopped) {
		is_stopped = true;
		for (i = 0; i < nr_torturers; i++)
			kthread_stop(torturers[i].task);
		if (waited)
			mempool_fixed_close(mempool_fixed_of(waited));
		for (i = 0; i < torture_nr_heaps; i++)
			if (torture_heaps[i].heap)
				heap_verdict(&torture_heaps[i]);
	}
	mutex_unlock(&stop_lock);
}

static ssize_t stop_write(struct file *file, const char __user *buf, size_t len,
			  loff_t *pos)
{
	stop_all();
	return len;
}

static const struct file_operations stop_fops = {
	.owner	= THIS_MODULE,
	.write	= stop_write,
};

static int verdict_show(struct seq_file *m, void *unused)
{
	static const char *const names[] = {
#define TORTURE_NAME(name, text) #name,
		TORTURE_PROPERTIES(TORTURE_NAME)
#undef TORTURE_NAME
	};
	u64 ops = 0, irq_ops = 0;
	unsigned int i;

	for (i = 0; i < TORTURE_NR_PROPERTIES; i++)
		seq_printf(m, "%s %u %s\n", names[i], failures[i], first[i]);
	for (i = 0; i < nr_torturers; i++) {
		ops += torturers[i].hand.ops;
		irq_ops += torturers[i].irq.ops;
	}
	seq_printf(m, "ops %llu\nirq_ops %llu\n", ops, irq_ops);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(verdict);

static ssize_t wait_write(struct file *file, const char __user *buf, size_t len,
			  loff_t *pos)
{
	struct mempool_fixed *pool =
		mempool_fixed_of(torture_heaps[WAIT_HEAP].heap);
	void *p = file->private_data;
	int ms, err;

	err = kstrtoint_from_user(buf, len, 0, &ms);
	if (err)
		return err;
	file->private_data = NULL;
	if (p)
		err = mempool_fixed_free(pool, p);
	if (err)
		torture_fail(TORTURE_waits, "free of an element: %d", err);
	p = mempool_fixed_alloc_timeout(pool, ms < 0 ? MEMPOOL_FIXED_FOREVER :
						       msecs_to_jiffies(ms));
	if (IS_ERR(p))
		return PTR_ERR(p);
	memset(p, 0x5a, mempool_fixed_elem_size(pool));
	file->private_data = p;
	return len;
}

static int wait_release(struct inode *inode, struct file *file)
{
	struct mempool_fixed *pool =
		mempool_fixed_of(torture_heaps[WAIT_HEAP].heap);
	void *p = file->private_data;

	if (!p)
		return 0;
	if (memchr_inv(p, 0x5a, mempool_fixed_elem_size(pool)))
		torture_fail(TORTURE_contents, "an element of a process");
	if (mempool_fixed_free(pool, p))
		torture_fail(TORTURE_waits, "free at a release");
	return 0;
}

static const struct file_operations wait_fops = {
	.owner	 = THIS_MODULE,
	.open	 = nonseekable_open,
	.write	 = wait_write,
	.release = wait_release,
};

static int sleepers_show(struct seq_file *m, void *unused)
{
	unsigned int i;

	for (i = 0; i < torture_nr_heaps; i++)
		if (rtalloc_heap_may_sleep(torture_heaps[i].heap))
			seq_printf(m, "%s\n", torture_heaps[i].name);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(sleepers);

static void wrong_call(struct rtalloc_heap *heap)
{
	unsigned long flags;

	/*
	 * Allocate twice, because a heap with caches may need no lock for the
	 * second block.
	 */
	rtalloc_free(heap, rtalloc_alloc(heap, 100, GFP_ATOMIC));
	local_irq_save(flags);
	rtalloc_free(heap, rtalloc_alloc(heap, 100, GFP_ATOMIC));
	local_irq_restore(flags);
}

static ssize_t wrong_write(struct file *file, const char __user *buf,
			   size_t len, loff_t *pos)
{
	char name[32] = "";
	unsigned int i;

	/* If other threads were running, the locks would really sleep. */
	if (!idle)
		return -EBUSY;
	if (len >= sizeof(name) || copy_from_user(name, buf, len))
		return -EINVAL;
	for (i = 0; i < torture_nr_heaps; i++)
		if (!strcmp(strim(name), "1") ||
		    !strcmp(strim(name), torture_heaps[i].name))
			wrong_call(torture_heaps[i].heap);
	return len;
}

static const struct file_operations wrong_fops = {
	.owner	= THIS_MODULE,
	.write	= wrong_write,
};

/* ---- the module ------------------------------------------------------- */

static void torture_end(void)
{
	debugfs_remove(dir);
	stop_all();
	heaps_destroy();
	kfree(torturers);
}

/* A driver that goes without destroying its heap, and is loaded again. */
static int forgotten_heap(void)
{
	struct rtalloc_heap_params params = {
		.name = "torture.forgot", .size = SZ_64K,
	};
	struct rtalloc_heap *heap = rtalloc_heap_get(params.name);

	if (heap) {
		rtalloc_heap_put(heap);
		return rtalloc_heap_destroy(heap, true);
	}
	if (!forget)
		return 0;
	heap = rtalloc_heap_create(&params);
	if (!IS_ERR(heap) && !rtalloc_alloc(heap, 100, GFP_KERNEL))
		return -ENOMEM;
	return PTR_ERR_OR_ZERO(heap);
}

static int __init torture_init(void)
{
	int err = heaps_create();

	if (!err)
		err = forgotten_heap();
	if (!err && idle)
		torture_stale();
	else if (!err)
		err = torturers_start();
	if (err) {
		pr_err("cannot begin (%d)\n", err);
		torture_end();
		return err;
	}
	dir = debugfs_create_dir("rtalloc_torture", NULL);
	debugfs_create_file("wait", 0200, dir, NULL, &wait_fops);
	debugfs_create_file("sleepers", 0400, dir, NULL, &sleepers_fops);
	debugfs_create_file("wrong", 0200, dir, NULL, &wrong_fops);
	debugfs_create_file("stop", 0200, dir, NULL, &stop_fops);
	debugfs_create_file("verdict", 0400, dir, NULL, &verdict_fops);
	return 0;
}

static void __exit torture_exit(void)
{
	torture_end();
}

module_init(torture_init);
module_exit(torture_exit);

MODULE_DESCRIPTION("Torture of the heaps of rtalloc");
MODULE_LICENSE("GPL");

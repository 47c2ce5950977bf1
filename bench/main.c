// SPDX-License-Identifier: GPL-2.0-only
/*
 * main.c - the benchmark's files in debugfs, and the run at boot.
 *
 *   rtalloc_bench/results   reading runs the cases: "NAME<TAB>VALUE<TAB>UNIT"
 *   rtalloc_bench/trace     write a trace: 8 bytes for each event, slot and size,
 *                           little endian; size 0 frees
 *   rtalloc_bench/replay    reading plays the trace into each allocator
 *   rtalloc_bench/scale     reading runs pairs on several processors
 *   rtalloc_bench/replay2   reading plays the trace on two
 *   rtalloc_bench/paths     reading runs a pair of each allocator between marks
 *
 * Built in, "rtalloc_bench.run=1" prints the results on the console at boot.
 */
#define pr_fmt(fmt) "rtalloc_bench: " fmt

#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/seq_file.h>
#include <linux/sizes.h>
#include <linux/uaccess.h>

#include "bench.h"

#define TRACE_MAX	SZ_16M		/* bytes */
#define RESULTS_SIZE	SZ_64K		/* bytes of text */

static bool run;
module_param(run, bool, 0444);
MODULE_PARM_DESC(run, "Run when loaded and print the results on the console (default 0)");

static DEFINE_MUTEX(bench_lock);	/* one run at a time; guards the trace */
static struct dentry *dir;
static void *trace;
static size_t trace_bytes;

static int results_show(struct seq_file *seq, void *unused)
{
	mutex_lock(&bench_lock);
	bench_show(seq);
	mutex_unlock(&bench_lock);
	return 0;
}

static int trace_run(void)
{
	size_t n = trace_bytes / sizeof(struct bench_event);

	return n ? bench_run_trace(trace, n) : -ENODATA;
}

static int trace_run_twice(void)
{
	size_t n = trace_bytes / sizeof(struct bench_event);

	return n ? bench_run_trace_twice(trace, n) : -ENODATA;
}

/* A file that runs something when it is opened. */
static int runner_open(struct inode *inode, struct file *file)
{
	int (*fn)(void) = inode->i_private;
	int err;

	mutex_lock(&bench_lock);
	bench_clear();
	err = fn();
	mutex_unlock(&bench_lock);
	return err ?: single_open_size(file, results_show, NULL, RESULTS_SIZE);
}

static const struct file_operations runner_fops = {
	.owner		= THIS_MODULE,
	.open		= runner_open,
	.read		= seq_read,
	.llseek		= seq_lseek,
	.release	= single_release,
};

static int trace_open(struct inode *inode, struct file *file)
{
	int err = 0;

	mutex_lock(&bench_lock);
	if (!trace)
		trace = kvmalloc(TRACE_MAX, GFP_KERNEL);
	if (!trace)
		err = -ENOMEM;
	trace_bytes = 0;
	mutex_unlock(&bench_lock);
	return err;
}

static ssize_t trace_write(struct file *file, const char __user *from,
			   size_t count, loff_t *pos)
{
	ssize_t done;

	mutex_lock(&bench_lock);
	done = simple_write_to_buffer(trace, TRACE_MAX, pos, from, count);
	if (done > 0)
		trace_bytes = *pos;
	mutex_unlock(&bench_lock);
	return done ?: -EFBIG;
}

static const struct file_operations trace_fops = {
	.owner		= THIS_MODULE,
	.open		= trace_open,
	.write		= trace_write,
	.llseek		= noop_llseek,
};

static void run_at_boot(void)
{
	struct seq_file seq = { .size = RESULTS_SIZE };
	char *line, *rest;

	seq.buf = kvzalloc(seq.size, GFP_KERNEL);
	if (!seq.buf)
		return;
	mutex_init(&seq.lock);
	if (!bench_run())
		bench_show(&seq);
	seq.buf[min(seq.count, seq.size - 1)] = 0;
	rest = seq.buf;
	while ((line = strsep(&rest, "\n")) && *line)
		pr_info("%s\n", line);
	pr_info("end\n");
	kvfree(seq.buf);
}

static int __init bench_init(void)
{
	dir = debugfs_create_dir("rtalloc_bench", NULL);
	debugfs_create_file("results", 0400, dir, bench_run, &runner_fops);
	debugfs_create_file("trace", 0200, dir, NULL, &trace_fops);
	debugfs_create_file("replay", 0400, dir, trace_run, &runner_fops);
	debugfs_create_file("replay2", 0400, dir, trace_run_twice,
			    &runner_fops);
	debugfs_create_file("scale", 0400, dir, bench_run_scale,
			    &runner_fops);
	debugfs_create_file("paths", 0400, dir, bench_run_paths, &runner_fops);
	if (run)
		run_at_boot();
	return 0;
}

static void __exit bench_exit(void)
{
	debugfs_remove(dir);
	kvfree(trace);
}

late_initcall(bench_init);
module_exit(bench_exit);

MODULE_DESCRIPTION("Compares rtalloc with the kernel's allocators");
MODULE_LICENSE("GPL");

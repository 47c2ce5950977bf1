// SPDX-License-Identifier: GPL-2.0-only
/*
 * latency_file.c - a heap's file latency: how long its calls take. Format:
 * Documentation/debugfs.rst, locks: view.h.
 *
 * The file works for a driver's heap too, because it changes nothing in the
 * heap: only the calls take a little longer, as with tracepoints on.
 */
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "core/latency.h"
#include "interface/view.h"

static const char * const call_names[LATENCY_CALLS] = {
	[LATENCY_ALLOC] = "alloc",
	[LATENCY_FREE] = "free",
	[LATENCY_REALLOC] = "realloc",
};

static void call_show(struct seq_file *m, const struct latency *sum,
		      enum latency_call call)
{
	unsigned int i;
	u64 to;

	for (i = 0; i < LATENCY_BUCKETS; i++) {
		if (!sum->count[call][i])
			continue;
		to = min_t(u64, latency_from(i + 1) - 1, sum->worst[call]);
		seq_printf(m, "%s %llu %llu %lu\n", call_names[call],
			   latency_from(i), max(to, latency_from(i)),
			   sum->count[call][i]);
	}
}

static int latency_show(struct seq_file *m, struct view *view)
{
	struct latency *sum = kmalloc(sizeof(*sum), GFP_KERNEL);
	unsigned int call;

	if (!sum)
		return -ENOMEM;
	rtalloc_latency_read(view->heap, sum);
	seq_printf(m, "# rtalloc %d: call from_ns to_ns calls\n",
		   RTALLOC_FORMAT);
	seq_printf(m, "# %s\n", view->heap->latency ? "on" : "off");
	for (call = 0; call < LATENCY_CALLS; call++)
		call_show(m, sum, call);
	kfree(sum);
	return 0;
}

VIEW_OPEN(latency)

/* Run the command "on" or "off". The view is locked. */
static int latency_command(struct view *view, const char *word)
{
	int err = 0;

	lockdep_assert_held(&view->lock);
	if (!strcmp(word, "on"))
		err = rtalloc_latency_start(view->heap);
	else if (!strcmp(word, "off"))
		rtalloc_latency_stop(view->heap);
	else
		return view_refuse(view, -EINVAL, "%.32s: neither on nor off",
				   word);
	return err ? view_refuse(view, err, "no memory for counters") : 0;
}

static ssize_t latency_write(struct file *file, const char __user *buf,
			     size_t len, loff_t *pos)
{
	struct seq_file *m = file->private_data;
	struct view *view = m->private;
	struct words req;
	int bad, err;

	err = view_begin(view, &req, buf, len, 1, 1, &bad);
	if (err)
		return err;
	if (!bad)
		bad = latency_command(view, req.word[0]);
	return view_end(view, bad, len, pos);
}

const struct file_operations latency_fops = {
	.owner		= THIS_MODULE,
	.open		= latency_open,
	.release	= view_release,
	.read		= seq_read,
	.write		= latency_write,
	.llseek		= seq_lseek,
};

// SPDX-License-Identifier: GPL-2.0-only
/*
 * heap_files.c - a heap's directory in debugfs, and those of its files that are
 * read: stats, map, check, last_error. Formats: Documentation/debugfs.rst,
 * locks: view.h. The files that take requests are in heap_requests.c.
 */
#include <linux/ctype.h>
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <rtalloc/caller.h>

#include "core/checked_calls.h"
#include "core/part.h"
#include "core/stats.h"
#include "interface/view.h"

#define MAP_BATCH	32

/* ---- views ----------------------------------------------------------- */

static void view_free(struct kref *users)
{
	kfree(container_of(users, struct view, users));
}

void view_put(struct view *view)
{
	kref_put(&view->users, view_free);
}

int view_lock(struct view *view)
{
	if (mutex_lock_killable(&view->lock))
		return -EINTR;
	if (view->heap)
		return 0;
	mutex_unlock(&view->lock);
	return -EIO;
}

/* debugfs makes sure that the view stays while a file is being opened. */
struct view *view_get(struct inode *inode)
{
	struct view *view = inode->i_private;

	kref_get(&view->users);
	return view;
}

/* ---- files that are read --------------------------------------------- */

int view_open(struct inode *inode, struct file *file,
	      int (*show)(struct seq_file *, void *))
{
	struct view *view = view_get(inode);
	int err = single_open(file, show, view);

	if (err)
		view_put(view);
	return err;
}

int view_release(struct inode *inode, struct file *file)
{
	struct seq_file *m = file->private_data;

	view_put(m->private);
	return single_release(inode, file);
}

#define SHOW_FILE(name)							\
VIEW_OPEN(name)								\
static const struct file_operations name##_fops = {			\
	.owner		= THIS_MODULE,					\
	.open		= name##_open,					\
	.release	= view_release,					\
	.read		= seq_read,					\
	.llseek		= seq_lseek,					\
}

static void quarantine_show(struct seq_file *m, struct rtalloc_heap *heap)
{
	unsigned int blocks;
	size_t bytes;
	u64 kept;

	rtalloc_checked_quarantine(heap, &bytes, &blocks, &kept);
	seq_puts(m, "checked: 1\n");
	seq_printf(m, "quarantine_bytes: %zu\n", bytes);
	seq_printf(m, "quarantine_blocks: %u\n", blocks);
	seq_printf(m, "kept_blocks: %llu\n", kept);
}

static int stats_show(struct seq_file *m, struct view *view)
{
	struct rtalloc_heap *heap = view->heap;
	struct rtalloc_snapshot snap;

	rtalloc_stats(heap, &snap);
	seq_printf(m, "format: %d\n", RTALLOC_FORMAT);
	seq_printf(m, "name: %s\n", heap->name);
	seq_printf(m, "backend: %s\n", heap->backend->name);
	seq_printf(m, "region: %s\n", heap_region_name(heap));
	seq_printf(m, "lock: %s\n", heap->sleeps_on_rt ? "spinlock" : "raw");
	seq_printf(m, "align: %zu\n", heap->align);
#define STAT_SHOW(name, text) seq_printf(m, #name ": %llu\n", snap.name);
	RTALLOC_STATS(STAT_SHOW)
#undef STAT_SHOW
	if (heap->is_checked)
		quarantine_show(m, heap);
	return 0;
}

SHOW_FILE(stats);

/*
 * Return why reading has ended: the heap is about to be destroyed, which waits
 * for this reader, or the reader is killed.
 */
static int look_error(const struct view *view, int err)
{
	return err == -EINTR && READ_ONCE(view->is_leaving) ? -EIO : err;
}

static int check_show(struct seq_file *m, struct view *view)
{
	struct rtalloc_fault fault;
	int err = rtalloc_check_until(view->heap, &fault, &view->is_leaving);

	if (err == -EINTR)
		return look_error(view, err);
	if (err == -EAGAIN)
		seq_puts(m, "not finished: the heap changes all the time\n");
	else if (err)
		seq_printf(m, "damaged at %llu: %s\n", fault.offset,
			   fault.what);
	else
		seq_puts(m, "ok\n");
	return 0;
}

SHOW_FILE(check);

static int last_error_show(struct seq_file *m, struct view *view)
{
	if (*view->error)
		seq_printf(m, "%s\n", view->error);
	return 0;
}

SHOW_FILE(last_error);

/* One reader of map: a batch of the walk, refilled when it is used up. */
struct map_reader {
	struct view *view;
	bool is_locked;
	struct rtalloc_cursor cursor;
	struct rtalloc_block batch[MAP_BATCH];
	int nr;
	int next;
};

static void *map_block(struct map_reader *reader)
{
	if (reader->next >= reader->nr) {
		reader->nr = rtalloc_walk_until(reader->view->heap,
						&reader->cursor, reader->batch,
						MAP_BATCH,
						&reader->view->is_leaving);
		reader->next = 0;
	}
	if (reader->nr < 0)
		return ERR_PTR(look_error(reader->view, reader->nr));
	return reader->nr ? &reader->batch[reader->next] : NULL;
}

static void *map_start(struct seq_file *m, loff_t *pos)
{
	struct map_reader *reader = m->private;
	int err = view_lock(reader->view);

	reader->is_locked = !err;
	if (err)
		return ERR_PTR(err);
	if (*pos)
		return map_block(reader);
	memset(&reader->cursor, 0, sizeof(reader->cursor));
	reader->nr = 0;
	reader->next = 0;
	return SEQ_START_TOKEN;
}

static void *map_next(struct seq_file *m, void *v, loff_t *pos)
{
	struct map_reader *reader = m->private;

	(*pos)++;
	if (READ_ONCE(reader->view->is_leaving))
		return ERR_PTR(-EIO);
	if (fatal_signal_pending(current))
		return ERR_PTR(-EINTR);
	if (v != SEQ_START_TOKEN)
		reader->next++;
	return map_block(reader);
}

static void map_stop(struct seq_file *m, void *v)
{
	struct map_reader *reader = m->private;

	if (reader->is_locked)
		mutex_unlock(&reader->view->lock);
}

/*
 * Copy the characters of the owner tag that may be shown on a terminal into
 * @text, which has RTALLOC_OWNER_MAX + 1 bytes.
 */
static const char *owner_text(const struct rtalloc_block *block, char *text)
{
	int i;

	for (i = 0; i < RTALLOC_OWNER_MAX && block->owner[i]; i++)
		text[i] = isascii(block->owner[i]) && isgraph(block->owner[i]) ?
			  block->owner[i] : '?';
	text[i] = '\0';
	return i ? text : "-";
}

static const char *state_word(enum rtalloc_state state)
{
	switch (state) {
#define STATE_WORD(name, word, cell) case RTALLOC_##name: return word;
	RTALLOC_STATES(STATE_WORD)
#undef STATE_WORD
	}
	return "?";
}

/*
 * Show a caller in one column. The symbol of a module contains blanks, which
 * are left out.
 */
static void caller_show(struct seq_file *m, unsigned long caller)
{
	char symbol[RTALLOC_SYMBOL_MAX], *word, *rest = symbol;

	rtalloc_symbol(caller, symbol, sizeof(symbol));
	seq_putc(m, ' ');
	while ((word = strsep(&rest, " ")))
		seq_puts(m, word);
}

/*
 * Show who allocated and freed the block at @offset, and how many milliseconds
 * ago the later of the two happened, if the heap knows.
 */
static void past_show(struct seq_file *m, struct rtalloc_heap *heap, u64 offset)
{
	struct rtalloc_checked_past past = rtalloc_checked_past(heap, offset);

	caller_show(m, past.alloc);
	caller_show(m, past.free);
	if (past.age < 0)
		seq_puts(m, " -");
	else
		seq_printf(m, " %lld", past.age);
}

static int map_show(struct seq_file *m, void *v)
{
	struct map_reader *reader = m->private;
	struct rtalloc_heap *heap = reader->view->heap;
	struct rtalloc_block *block = v;
	char owner[RTALLOC_OWNER_MAX + 1];

	if (v == SEQ_START_TOKEN) {
		seq_printf(m, "# rtalloc %d: offset size state owner%s\n",
			   RTALLOC_FORMAT,
			   heap->is_checked ? " alloc free age" : "");
		return 0;
	}
	seq_printf(m, "%llu %llu %s %s", block->offset, block->size,
		   state_word(block->state), owner_text(block, owner));
	if (heap->is_checked)
		past_show(m, heap, block->offset);
	seq_putc(m, '\n');
	return 0;
}

static const struct seq_operations map_sops = {
	.start	= map_start,
	.next	= map_next,
	.stop	= map_stop,
	.show	= map_show,
};

static int map_open(struct inode *inode, struct file *file)
{
	struct map_reader *reader;

	reader = __seq_open_private(file, &map_sops, sizeof(*reader));
	if (!reader)
		return -ENOMEM;
	reader->view = view_get(inode);
	return 0;
}

static int map_release(struct inode *inode, struct file *file)
{
	struct map_reader *reader = ((struct seq_file *)file->private_data)->private;

	view_put(reader->view);
	return seq_release_private(inode, file);
}

static const struct file_operations map_fops = {
	.owner		= THIS_MODULE,
	.open		= map_open,
	.release	= map_release,
	.read		= seq_read,
	.llseek		= seq_lseek,
};

/* ---- the directory --------------------------------------------------- */

static const struct {
	const char *name;
	umode_t mode;
	const struct file_operations *fops;
} heap_files[] = {
	{ "alloc",	0600, &alloc_fops },
	{ "realloc",	0600, &realloc_fops },
	{ "free",	0600, &free_fops },
	{ "fill",	0600, &fill_fops },
	{ "verify",	0600, &verify_fops },
	{ "stats",	0400, &stats_fops },
	{ "map",	0400, &map_fops },
	{ "check",	0400, &check_fops },
	{ "latency",	0600, &latency_fops },
	{ "last_error",	0400, &last_error_fops },
};

/*
 * Make the heap's directory. Return NULL when there is no memory; the heap then
 * works without a directory.
 */
void *heap_files_add(struct dentry *top, struct rtalloc_heap *heap)
{
	struct view *view = kzalloc(sizeof(*view), GFP_KERNEL);
	size_t i;

	if (!view)
		return NULL;
	view->heap = heap;
	kref_init(&view->users);
	mutex_init(&view->lock);
	xa_init_flags(&view->handles, XA_FLAGS_ALLOC1);
	view->dir = debugfs_create_dir(heap->name, top);
	for (i = 0; i < ARRAY_SIZE(heap_files); i++)
		debugfs_create_file_unsafe(heap_files[i].name,
					   heap_files[i].mode, view->dir, view,
					   heap_files[i].fops);
	return view;
}

/*
 * Remove the heap's directory. debugfs_remove() waits for files that are being
 * opened, and the lock for the request that is running. Both waits are short.
 */
void heap_files_remove(struct rtalloc_heap *heap)
{
	struct view *view = heap->view;

	WRITE_ONCE(view->is_leaving, true);
	debugfs_remove(view->dir);
	mutex_lock(&view->lock);
	view->heap = NULL;
	mutex_unlock(&view->lock);
	handles_forget(view);
	view_put(view);
}

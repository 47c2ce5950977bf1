// SPDX-License-Identifier: GPL-2.0-only
/*
 * heap_files.c - a heap's directory in debugfs: alloc, free, realloc, fill,
 * verify, stats, map, check, last_error. Formats: Documentation/debugfs.rst.
 *
 * Blocks that were allocated here have a handle, a small number that stays
 * when the block moves; only they can be freed here, so a shell cannot take a
 * block from under a driver. Everything else is seen through walk and stats.
 *
 * Locks: view->lock (a mutex) serialises the shells of one heap; inside it
 * the heap's own lock is taken by the front door. Never the registry's: the
 * directory is removed with the registry locked, and that waits for us.
 */
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/xarray.h>

#include "core/core.h"
#include "interface/interface.h"

#define MAP_BATCH	32
#define RESULT_MAX	48

/* A block that a shell holds. */
struct held {
	void *p;
	size_t filled;		/* bytes of pattern in it, 0: none */
};

/**
 * struct view - what the interface keeps for a heap
 * @heap: the heap
 * @dir: its directory
 * @lock: one request at a time
 * @handles: struct held by number
 * @next: where the search for a free number goes on
 * @latest: the latest result from any shell
 * @error: the last_error line
 */
struct view {
	struct rtalloc_heap *heap;
	struct dentry *dir;
	struct mutex lock;	/* guards all below */
	struct xarray handles;
	u32 next;
	char latest[RESULT_MAX];
	char error[ERROR_MAX];
};

/* One open file of alloc or realloc: its own last result. */
struct session {
	struct view *view;
	bool written;
	char result[RESULT_MAX];
};

typedef int (*command_fn)(struct view *view, struct request *req, char *result);

static int __printf(3, 4) view_refuse(struct view *view, int err,
				      const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vscnprintf(view->error, sizeof(view->error), fmt, args);
	va_end(args);
	return err;
}

/* ---- handles --------------------------------------------------------- */

static struct held *held_find(struct view *view, const char *word, u32 *handle)
{
	struct held *held = NULL;
	u64 number;

	if (word_to_number(word, &number) && number && number <= U32_MAX)
		held = xa_load(&view->handles, number);
	if (held)
		*handle = number;
	return held;
}

static int no_handle(struct view *view, const char *word)
{
	u64 number;

	if (!word_to_number(word, &number))
		return view_refuse(view, -EINVAL, "%.32s: not a handle", word);
	return view_refuse(view, -ENOENT, "%.32s: no block has this handle",
			   word);
}

static int held_add(struct view *view, void *p, u32 *handle)
{
	struct held *held = kzalloc(sizeof(*held), GFP_KERNEL);
	int err;

	if (!held)
		return -ENOMEM;
	held->p = p;
	err = xa_alloc_cyclic(&view->handles, handle, held, xa_limit_32b,
			      &view->next, GFP_KERNEL);
	if (err < 0)
		kfree(held);
	return min(err, 0);
}

static void held_result(struct view *view, struct held *held, u32 handle,
			char *result)
{
	snprintf(result, RESULT_MAX, "%u %llu\n", handle,
		 heap_offset(view->heap, held->p));
	memcpy(view->latest, result, RESULT_MAX);
}

/* ---- commands -------------------------------------------------------- */

struct alloc_args {
	u64 size;
	u64 align;
	const char *owner;
	gfp_t gfp;
};

static int alloc_option(struct view *view, const char *word,
			struct alloc_args *args)
{
	const char *value;

	if (!strcmp(word, "zero")) {
		args->gfp |= __GFP_ZERO;
		return 0;
	}
	value = word_value(word, "align");
	if (value) {
		if (word_to_number(value, &args->align) &&
		    is_power_of_2(args->align))
			return 0;
		return view_refuse(view, -EINVAL,
				   "%.32s: align is not a power of two", value);
	}
	value = word_value(word, "owner");
	if (!value || !*value)
		return view_refuse(view, -EINVAL, "%.32s: unknown word", word);
	if (!view->heap->ops->has_owner)
		return view_refuse(view, -EOPNOTSUPP,
				   "the backend keeps no owner tags");
	if (strlen(value) > RTALLOC_OWNER_MAX)
		return view_refuse(view, -ENAMETOOLONG,
				   "owner is longer than %d characters",
				   RTALLOC_OWNER_MAX);
	args->owner = value;
	return 0;
}

static int alloc_parse(struct view *view, struct request *req,
		       struct alloc_args *args)
{
	int i, err;

	if (!word_to_number(req->word[0], &args->size))
		return view_refuse(view, -EINVAL, "%.32s: not a size",
				   req->word[0]);
	if (!args->size)
		return view_refuse(view, -EINVAL, "size is 0");
	for (i = 1; i < req->nr; i++) {
		err = alloc_option(view, req->word[i], args);
		if (err)
			return err;
	}
	return 0;
}

static int command_alloc(struct view *view, struct request *req, char *result)
{
	struct alloc_args args = { .gfp = GFP_KERNEL };
	struct rtalloc_heap *heap = view->heap;
	u32 handle;
	void *p;
	int err;

	err = alloc_parse(view, req, &args);
	if (err)
		return err;
	p = args.align ? rtalloc_alloc_aligned(heap, args.size, args.align,
					       args.gfp) :
			 rtalloc_alloc(heap, args.size, args.gfp);
	if (!p)
		return view_refuse(view, -ENOMEM,
				   "no room for %llu bytes", args.size);
	if (args.owner)
		rtalloc_set_owner(heap, p, args.owner);
	err = held_add(view, p, &handle);
	if (err) {
		rtalloc_free(heap, p);
		return view_refuse(view, err, "no memory for a handle");
	}
	held_result(view, xa_load(&view->handles, handle), handle, result);
	return 0;
}

static int command_free(struct view *view, struct request *req, char *result)
{
	struct held *held;
	u32 handle;
	int err;

	held = held_find(view, req->word[0], &handle);
	if (!held)
		return no_handle(view, req->word[0]);
	err = rtalloc_free(view->heap, held->p);
	if (err)
		return view_refuse(view, err, "%u: %s", handle,
				   rtalloc_fault_text(err));
	xa_erase(&view->handles, handle);
	kfree(held);
	return 0;
}

static int command_realloc(struct view *view, struct request *req, char *result)
{
	struct held *held;
	u32 handle;
	u64 size;
	int err;

	held = held_find(view, req->word[0], &handle);
	if (!held)
		return no_handle(view, req->word[0]);
	if (!word_to_number(req->word[1], &size) || !size)
		return view_refuse(view, -EINVAL, "%.32s: not a size above 0",
				   req->word[1]);
	err = rtalloc_realloc_in(view->heap, &held->p, size, GFP_KERNEL,
				 _RET_IP_);
	if (err == -ENOMEM)
		return view_refuse(view, err, "no room for %llu bytes", size);
	if (err)
		return view_refuse(view, err, "%u: %s", handle,
				   rtalloc_fault_text(err));
	held->filled = min_t(size_t, held->filled, size);
	held_result(view, held, handle, result);
	return 0;
}

/* Differs from handle to handle and from place to place. */
static u8 pattern(u32 handle, size_t i)
{
	return handle * 31 + i * 7 + (i >> 8);
}

static int command_fill(struct view *view, struct request *req, char *result)
{
	struct held *held;
	u32 handle;
	size_t i;

	held = held_find(view, req->word[0], &handle);
	if (!held)
		return no_handle(view, req->word[0]);
	held->filled = rtalloc_usable_size(view->heap, held->p);
	if (!held->filled)
		return view_refuse(view, -RTALLOC_CORRUPT, "%u: %s", handle,
				   rtalloc_fault_text(-RTALLOC_CORRUPT));
	for (i = 0; i < held->filled; i++) {
		((u8 *)held->p)[i] = pattern(handle, i);
		if (!(i % SZ_1M))
			cond_resched();
	}
	return 0;
}

static int command_verify(struct view *view, struct request *req, char *result)
{
	struct held *held;
	u32 handle;
	size_t i;

	held = held_find(view, req->word[0], &handle);
	if (!held)
		return no_handle(view, req->word[0]);
	if (!held->filled)
		return view_refuse(view, -ENODATA, "%u: was never filled",
				   handle);
	for (i = 0; i < held->filled; i++) {
		if (((u8 *)held->p)[i] != pattern(handle, i))
			return view_refuse(view, -EIO,
					   "%u: byte %zu is not as filled",
					   handle, i);
		if (!(i % SZ_1M))
			cond_resched();
	}
	return 0;
}

/* ---- files that take requests ---------------------------------------- */

static int session_open(struct inode *inode, struct file *file)
{
	struct session *session = kzalloc(sizeof(*session), GFP_KERNEL);

	if (!session)
		return -ENOMEM;
	session->view = inode->i_private;
	file->private_data = session;
	return 0;
}

static int session_release(struct inode *inode, struct file *file)
{
	kfree(file->private_data);
	return 0;
}

static ssize_t session_read(struct file *file, char __user *buf, size_t len,
			    loff_t *pos)
{
	struct session *session = file->private_data;
	struct view *view = session->view;
	char text[RESULT_MAX];

	mutex_lock(&view->lock);
	memcpy(text, session->written ? session->result : view->latest,
	       RESULT_MAX);
	mutex_unlock(&view->lock);
	return simple_read_from_buffer(buf, len, pos, text, strlen(text));
}

/* The position goes back to 0, so that a read gets the whole result. */
static ssize_t session_write(struct file *file, const char __user *buf,
			     size_t len, loff_t *pos, command_fn command,
			     int words_min, int words_max)
{
	struct session *session = file->private_data;
	struct view *view = session->view;
	struct request req;
	const char *why;
	int err;

	err = request_read(&req, buf, len, &why);
	mutex_lock(&view->lock);
	session->written = true;
	*session->result = '\0';
	if (err)
		view_refuse(view, err, "%s", why);
	else if (req.nr < words_min || req.nr > words_max)
		err = view_refuse(view, -EINVAL, "wrong number of words");
	else
		err = command(view, &req, session->result);
	mutex_unlock(&view->lock);
	*pos = 0;
	return err ? err : len;
}

#define COMMAND_FILE(name, words_min, words_max)			\
static ssize_t name##_write(struct file *file, const char __user *buf,	\
			    size_t len, loff_t *pos)			\
{									\
	return session_write(file, buf, len, pos, command_##name,	\
			     words_min, words_max);			\
}									\
static const struct file_operations name##_fops = {			\
	.owner		= THIS_MODULE,					\
	.open		= session_open,					\
	.release	= session_release,				\
	.read		= session_read,					\
	.write		= name##_write,					\
	.llseek		= default_llseek,				\
}

COMMAND_FILE(alloc, 1, 4);
COMMAND_FILE(realloc, 2, 2);
COMMAND_FILE(free, 1, 1);
COMMAND_FILE(fill, 1, 1);
COMMAND_FILE(verify, 1, 1);

/* ---- files that are read --------------------------------------------- */

static int stats_show(struct seq_file *m, void *unused)
{
	struct view *view = m->private;
	struct rtalloc_heap *heap = view->heap;
	struct rtalloc_snapshot snap;

	rtalloc_stats(heap, &snap);
	seq_printf(m, "format: %d\n", RTALLOC_FORMAT);
	seq_printf(m, "name: %s\n", heap->name);
	seq_printf(m, "backend: %s\n", heap->ops->name);
	seq_printf(m, "region: %s\n", heap_region_name(heap));
	seq_printf(m, "lock: %s\n", heap->may_sleep ? "spinlock" : "raw");
	seq_printf(m, "align: %zu\n", heap->align);
#define STAT_SHOW(name, text) seq_printf(m, #name ": %llu\n", snap.name);
	RTALLOC_STATS(STAT_SHOW)
#undef STAT_SHOW
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(stats);

static int check_show(struct seq_file *m, void *unused)
{
	struct view *view = m->private;
	struct rtalloc_fault fault;

	int err = rtalloc_check(view->heap, &fault);

	if (err == -EAGAIN)
		seq_puts(m, "not finished: the heap changes all the time\n");
	else if (err)
		seq_printf(m, "damaged at %llu: %s\n", fault.offset,
			   fault.what);
	else
		seq_puts(m, "ok\n");
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(check);

static int last_error_show(struct seq_file *m, void *unused)
{
	struct view *view = m->private;

	mutex_lock(&view->lock);
	if (*view->error)
		seq_printf(m, "%s\n", view->error);
	mutex_unlock(&view->lock);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(last_error);

/* One reader of map: a batch of the walk, refilled when it is used up. */
struct map_reader {
	struct rtalloc_heap *heap;
	struct rtalloc_cursor cursor;
	struct rtalloc_block batch[MAP_BATCH];
	int nr;
	int next;
};

static void *map_block(struct map_reader *reader)
{
	if (reader->next >= reader->nr) {
		reader->nr = rtalloc_walk(reader->heap, &reader->cursor,
					  reader->batch, MAP_BATCH);
		reader->next = 0;
	}
	return reader->nr > 0 ? &reader->batch[reader->next] : NULL;
}

static void *map_start(struct seq_file *m, loff_t *pos)
{
	struct map_reader *reader = m->private;

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
	if (v != SEQ_START_TOKEN)
		reader->next++;
	return map_block(reader);
}

static void map_stop(struct seq_file *m, void *v)
{
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

static int map_show(struct seq_file *m, void *v)
{
	struct rtalloc_block *block = v;

	if (v == SEQ_START_TOKEN) {
		seq_printf(m, "# rtalloc %d: offset size state owner\n",
			   RTALLOC_FORMAT);
		return 0;
	}
	seq_printf(m, "%llu %llu %s %.*s\n", block->offset, block->size,
		   state_word(block->state), RTALLOC_OWNER_MAX,
		   *block->owner ? block->owner : "-");
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
	struct view *view = inode->i_private;
	struct map_reader *reader;

	reader = __seq_open_private(file, &map_sops, sizeof(*reader));
	if (!reader)
		return -ENOMEM;
	reader->heap = view->heap;
	return 0;
}

static const struct file_operations map_fops = {
	.owner		= THIS_MODULE,
	.open		= map_open,
	.release	= seq_release_private,
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
	{ "last_error",	0400, &last_error_fops },
};

/* NULL when there is no memory: the heap then works without a directory. */
void *heap_files_add(struct dentry *top, struct rtalloc_heap *heap)
{
	struct view *view = kzalloc(sizeof(*view), GFP_KERNEL);
	size_t i;

	if (!view)
		return NULL;
	view->heap = heap;
	mutex_init(&view->lock);
	xa_init_flags(&view->handles, XA_FLAGS_ALLOC1);
	view->dir = debugfs_create_dir(heap->name, top);
	for (i = 0; i < ARRAY_SIZE(heap_files); i++)
		debugfs_create_file(heap_files[i].name, heap_files[i].mode,
				    view->dir, view, heap_files[i].fops);
	return view;
}

/* debugfs_remove() returns when no operation on the files runs any more. */
void heap_files_remove(struct rtalloc_heap *heap)
{
	struct view *view = heap->view;
	struct held *held;
	unsigned long i;

	if (!view)
		return;
	debugfs_remove(view->dir);
	xa_for_each(&view->handles, i, held)
		kfree(held);
	xa_destroy(&view->handles);
	kfree(view);
}

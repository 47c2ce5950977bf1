// SPDX-License-Identifier: GPL-2.0-only
/*
 * heap_requests.c - the files of a heap that take requests: alloc, realloc,
 * free, fill, verify. Formats: Documentation/debugfs.rst, locks: view.h.
 *
 * A block that was allocated here has a handle, a small number that stays when
 * the block moves. Only such blocks can be freed here, so a shell cannot free a
 * block of a driver. A driver's heap takes no requests unless the driver has
 * allowed them.
 */
#include <linux/bitops.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "core/block.h"
#include "core/report.h"
#include "interface/view.h"

#define PATTERN_STEP	SZ_64K	/* bytes filled or verified in one step */

/* A block that a shell holds. */
struct shell_block {
	void *p;
	u32 handle;
	size_t filled;		/* bytes of pattern in it, 0: none */
};

/* One open file of alloc or realloc, with its own last result. */
struct session {
	struct view *view;
	bool written;
	char result[RESULT_MAX];
};

typedef int (*command_fn)(struct view *view, struct words *req, char *result);

int view_refuse(struct view *view, int err, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vscnprintf(view->error, sizeof(view->error), fmt, args);
	va_end(args);
	return err;
}

/*
 * Read a request of @min to @max words and lock the view. *@bad is the error if
 * the request is refused, else 0. If this returns an error, the view is not
 * locked.
 */
int view_begin(struct view *view, struct words *req, const char __user *buf,
	       size_t len, int min, int max, int *bad)
{
	const char *why;
	int err;

	*bad = request_read(req, buf, len, &why);
	err = view_lock(view);
	if (err)
		return err;
	if (*bad)
		*bad = view_refuse(view, *bad, "%s", why);
	else if (req->nr < min || req->nr > max)
		*bad = view_refuse(view, -EINVAL, "wrong number of words");
	return 0;
}

/* Reset the position, so that a read returns the whole result. */
ssize_t view_end(struct view *view, int err, size_t len, loff_t *pos)
{
	mutex_unlock(&view->lock);
	*pos = 0;
	return err ? err : len;
}

/* ---- handles --------------------------------------------------------- */

/* Return the block whose handle @word is, or an error, which last_error explains. */
static struct shell_block *block_find(struct view *view, const char *word)
{
	struct shell_block *block = NULL;
	u64 handle;

	if (!word_to_number(word, &handle))
		return ERR_PTR(view_refuse(view, -EINVAL,
					   "%.32s: not a handle", word));
	if (handle && handle <= U32_MAX)
		block = xa_load(&view->handles, handle);
	return block ?: ERR_PTR(view_refuse(view, -ENOENT,
					    "%.32s: no block has this handle",
					    word));
}

static struct shell_block *handle_add(struct view *view, void *p)
{
	struct shell_block *block = kzalloc(sizeof(*block), GFP_KERNEL);
	int err;

	if (!block)
		return ERR_PTR(-ENOMEM);
	block->p = p;
	err = xa_alloc_cyclic(&view->handles, &block->handle, block,
			      xa_limit_32b, &view->next, GFP_KERNEL);
	if (err < 0) {
		kfree(block);
		return ERR_PTR(err);
	}
	return block;
}

static void handle_result(struct view *view, const struct shell_block *block,
			  char *result)
{
	snprintf(result, RESULT_MAX, "%u %llu\n", block->handle,
		 rtalloc_offset(view->heap, block->p));
	memcpy(view->latest, result, RESULT_MAX);
}

void handles_forget(struct view *view)
{
	struct shell_block *block;
	unsigned long i;

	xa_for_each(&view->handles, i, block) {
		kfree(block);
		cond_resched();
	}
	xa_destroy(&view->handles);
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
		    hweight64(args->align) == 1)
			return 0;
		return view_refuse(view, -EINVAL,
				   "%.32s: align is not a power of two", value);
	}
	value = word_value(word, "owner");
	if (!value || !*value)
		return view_refuse(view, -EINVAL, "%.32s: unknown word", word);
	if (!view->heap->backend->has_owner)
		return view_refuse(view, -EOPNOTSUPP,
				   "the backend keeps no owner tags");
	if (strlen(value) > RTALLOC_OWNER_MAX)
		return view_refuse(view, -ENAMETOOLONG,
				   "owner is longer than %d characters",
				   RTALLOC_OWNER_MAX);
	args->owner = value;
	return 0;
}

static int alloc_parse(struct view *view, struct words *req,
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

static int command_alloc(struct view *view, struct words *req, char *result)
{
	struct alloc_args args = { .gfp = GFP_KERNEL };
	struct rtalloc_heap *heap = view->heap;
	struct shell_block *block;
	void *p;
	int err;

	err = alloc_parse(view, req, &args);
	if (err)
		return err;
	p = args.align ? rtalloc_alloc_aligned(heap, number_to_size(args.size),
					       number_to_size(args.align),
					       args.gfp) :
			 rtalloc_alloc(heap, number_to_size(args.size),
				       args.gfp);
	if (!p)
		return view_refuse(view, -ENOMEM,
				   "no room for %llu bytes", args.size);
	if (args.owner)
		rtalloc_set_owner(heap, p, args.owner);
	block = handle_add(view, p);
	if (IS_ERR(block)) {
		rtalloc_free(heap, p);
		return view_refuse(view, PTR_ERR(block),
				   "no memory for a handle");
	}
	handle_result(view, block, result);
	return 0;
}

static int command_free(struct view *view, struct words *req, char *result)
{
	struct shell_block *block = block_find(view, req->word[0]);
	int err;

	if (IS_ERR(block))
		return PTR_ERR(block);
	err = rtalloc_free(view->heap, block->p);
	if (err)
		return view_refuse(view, err, "%u: %s", block->handle,
				   rtalloc_fault_text(err));
	xa_erase(&view->handles, block->handle);
	kfree(block);
	return 0;
}

static int command_realloc(struct view *view, struct words *req, char *result)
{
	struct shell_block *block = block_find(view, req->word[0]);
	u64 size;
	int err;

	if (IS_ERR(block))
		return PTR_ERR(block);
	if (!word_to_number(req->word[1], &size) || !size)
		return view_refuse(view, -EINVAL, "%.32s: not a size above 0",
				   req->word[1]);
	err = rtalloc_realloc_in(view->heap, &block->p, number_to_size(size),
				 GFP_KERNEL, _THIS_IP_);
	if (err == -ENOMEM)
		return view_refuse(view, err, "no room for %llu bytes", size);
	if (err)
		return view_refuse(view, err, "%u: %s", block->handle,
				   rtalloc_fault_text(err));
	block->filled = min_t(size_t, block->filled, size);
	handle_result(view, block, result);
	return 0;
}

/*
 * Return a byte of the pattern of "fill", which depends on the handle and on
 * the place.
 */
static u8 pattern(u32 handle, size_t i)
{
	return handle * 31 + i * 7 + (i >> 8);
}

/* Called from time to time in a long request. Return an error if it must end. */
static int view_pause(struct view *view)
{
	cond_resched();
	if (fatal_signal_pending(current))
		return view_refuse(view, -EINTR, "killed");
	if (READ_ONCE(view->is_leaving))
		return view_refuse(view, -EIO, "the heap is being destroyed");
	return 0;
}

static int command_fill(struct view *view, struct words *req, char *result)
{
	struct shell_block *block = block_find(view, req->word[0]);
	size_t size, i;
	int err;

	if (IS_ERR(block))
		return PTR_ERR(block);
	size = rtalloc_usable_size(view->heap, block->p);
	if (!size)
		return view_refuse(view, -RTALLOC_CORRUPT, "%u: %s",
				   block->handle,
				   rtalloc_fault_text(-RTALLOC_CORRUPT));
	block->filled = 0;
	for (i = 0; i < size; i++) {
		((u8 *)block->p)[i] = pattern(block->handle, i);
		err = i % PATTERN_STEP ? 0 : view_pause(view);
		if (err)
			return err;
	}
	block->filled = size;
	return 0;
}

static int command_verify(struct view *view, struct words *req, char *result)
{
	struct shell_block *block = block_find(view, req->word[0]);
	size_t i;
	int err;

	if (IS_ERR(block))
		return PTR_ERR(block);
	if (!block->filled)
		return view_refuse(view, -ENODATA, "%u: was never filled",
				   block->handle);
	for (i = 0; i < block->filled; i++) {
		if (((u8 *)block->p)[i] != pattern(block->handle, i))
			return view_refuse(view, -EIO,
					   "%u: byte %zu is not as filled",
					   block->handle, i);
		err = i % PATTERN_STEP ? 0 : view_pause(view);
		if (err)
			return err;
	}
	return 0;
}

/* ---- files that take requests ---------------------------------------- */

static int session_open(struct inode *inode, struct file *file)
{
	struct session *session = kzalloc(sizeof(*session), GFP_KERNEL);

	if (!session)
		return -ENOMEM;
	session->view = view_get(inode);
	file->private_data = session;
	return 0;
}

static int session_release(struct inode *inode, struct file *file)
{
	struct session *session = file->private_data;

	view_put(session->view);
	kfree(session);
	return 0;
}

static ssize_t session_read(struct file *file, char __user *buf, size_t len,
			    loff_t *pos)
{
	struct session *session = file->private_data;
	struct view *view = session->view;
	char text[RESULT_MAX];
	int err = view_lock(view);

	if (err)
		return err;
	memcpy(text, session->written ? session->result : view->latest,
	       RESULT_MAX);
	mutex_unlock(&view->lock);
	return simple_read_from_buffer(buf, len, pos, text, strlen(text));
}

static ssize_t session_write(struct file *file, const char __user *buf,
			     size_t len, loff_t *pos, command_fn command,
			     int words_min, int words_max)
{
	struct session *session = file->private_data;
	struct view *view = session->view;
	struct words req;
	int bad, err;

	err = view_begin(view, &req, buf, len, words_min, words_max, &bad);
	if (err)
		return err;
	session->written = true;
	*session->result = '\0';
	if (!heap_allows_shell(view->heap))
		bad = view_refuse(view, -EBUSY, "the heap belongs to a driver");
	else if (!bad)
		bad = command(view, &req, session->result);
	return view_end(view, bad, len, pos);
}

#define COMMAND_FILE(name, words_min, words_max)			\
static ssize_t name##_write(struct file *file, const char __user *buf,	\
			    size_t len, loff_t *pos)			\
{									\
	return session_write(file, buf, len, pos, command_##name,	\
			     words_min, words_max);			\
}									\
const struct file_operations name##_fops = {			\
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

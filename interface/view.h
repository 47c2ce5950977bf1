/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * view.h - the interface's data for a heap. heap_files.c makes the view and
 * shows the heap; heap_requests.c handles the blocks that shells have
 * allocated.
 *
 * Locks: view->lock (a mutex) serialises the shells of one heap. Inside it the
 * core's calls take the heap's own lock. It is held for bounded steps only.
 * Work that a user's memory or a large block may delay (copying a request,
 * filling) is done without the lock, or ends when the heap is about to be
 * destroyed. A task that waits for the lock can be killed.
 *
 * A view lives until the heap is gone and the last of its files is closed.
 * Therefore the files need no protection by debugfs, whose removal would wait
 * for requests that wait for user memory: from heap_files_remove() on the view
 * has no heap, and every request finds that out under the lock.
 */
#ifndef _RTALLOC_VIEW_H
#define _RTALLOC_VIEW_H

#include <linux/fs.h>
#include <linux/kref.h>
#include <linux/mutex.h>
#include <linux/seq_file.h>
#include <linux/xarray.h>

#include "core/heap.h"
#include "interface/interface.h"

/* Bytes of a result line. */
#define RESULT_MAX	48

/**
 * struct view - the interface's data for a heap
 * @users: one reference for the heap, one for each open file
 * @dir: the heap's directory
 * @is_leaving: the heap is about to be destroyed, so long requests must end
 * @lock: allows one request at a time; guards all fields below
 * @heap: the heap, NULL when it is gone
 * @handles: struct shell_block by number
 * @next: number from which the search for a free one continues
 * @latest: the latest result of any shell
 * @error: the last_error line
 */
struct view {
	struct kref users;
	struct dentry *dir;
	bool is_leaving;
	struct mutex lock;	/* guards all below */
	struct rtalloc_heap *heap;
	struct xarray handles;
	u32 next;
	char latest[RESULT_MAX];
	char error[ERROR_MAX];
};

/*
 * Take a reference to the view of a file that is being opened, until
 * view_put().
 */
struct view *view_get(struct inode *inode);
void view_put(struct view *view);

/* Lock the view. Return 0 if it has a heap; else -EINTR or -EIO, not locked. */
int view_lock(struct view *view);

/*
 * Files that are read, in heap_files.c: NAME_open() makes NAME_show() show a
 * view, which is locked meanwhile; and the release of such a file.
 */
int view_open(struct inode *inode, struct file *file,
	      int (*show)(struct seq_file *, void *));
int view_release(struct inode *inode, struct file *file);

#define VIEW_OPEN(name)							\
static int name##_show_locked(struct seq_file *m, void *unused)		\
{									\
	struct view *view = m->private;					\
	int err = view_lock(view);					\
									\
	if (err)							\
		return err;						\
	err = name##_show(m, view);					\
	mutex_unlock(&view->lock);					\
	return err;							\
}									\
static int name##_open(struct inode *inode, struct file *file)		\
{									\
	return view_open(inode, file, name##_show_locked);		\
}

/* Write the line of last_error and return @err. In heap_requests.c. */
int __printf(3, 4) view_refuse(struct view *view, int err, const char *fmt, ...);

/*
 * Begin and end a write to a file, with the view locked in between. In
 * heap_requests.c.
 */
int view_begin(struct view *view, struct words *req, const char __user *buf,
	       size_t len, int min, int max, int *bad);
ssize_t view_end(struct view *view, int err, size_t len, loff_t *pos);

/* In latency_file.c. */
extern const struct file_operations latency_fops;

/* The files that take requests, in heap_requests.c. */
extern const struct file_operations alloc_fops;
extern const struct file_operations realloc_fops;
extern const struct file_operations free_fops;
extern const struct file_operations fill_fops;
extern const struct file_operations verify_fops;

/* Forget the blocks that shells have allocated, because the heap is gone. */
void handles_forget(struct view *view);

#endif /* _RTALLOC_VIEW_H */

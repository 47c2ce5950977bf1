/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * view.h - what the interface keeps for a heap: heap_files.c makes it and shows
 * the heap, heap_requests.c works with the blocks that shells hold.
 *
 * Locks: view->lock (a mutex) serialises the shells of one heap; inside it
 * the heap's own lock is taken by the core's calls. It is held for bounded steps
 * only: what a user's memory or a large block may hold up (copying a request,
 * filling) is done without it or ends when the heap is to go, and whoever waits
 * for it can be killed.
 *
 * A view lives until the heap is gone and the last of its files is closed. That
 * is why the files need no protection by debugfs, whose removal would wait for
 * requests that wait for user memory: from heap_files_remove() on there is no
 * heap in the view, and every request finds that out under the lock.
 */
#ifndef _RTALLOC_VIEW_H
#define _RTALLOC_VIEW_H

#include <linux/fs.h>
#include <linux/kref.h>
#include <linux/mutex.h>
#include <linux/xarray.h>

#include "core/core.h"
#include "interface/interface.h"

#define RESULT_MAX	48	/* bytes of a result line */

/**
 * struct view - what the interface keeps for a heap
 * @users: one for the heap, one for each open file
 * @heap: the heap, NULL when it is gone
 * @dir: its directory
 * @is_leaving: the heap is about to go: end what takes long
 * @lock: one request at a time
 * @handles: struct shell_block by number
 * @next: where the search for a free number goes on
 * @latest: the latest result from any shell
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

/* The view of a file that is being opened, kept until view_put(). */
struct view *view_get(struct inode *inode);
void view_put(struct view *view);
/* 0, with the view locked and a heap in it, or -EINTR, -EIO. */
int view_lock(struct view *view);

/* The files that take requests. */
extern const struct file_operations alloc_fops;
extern const struct file_operations realloc_fops;
extern const struct file_operations free_fops;
extern const struct file_operations fill_fops;
extern const struct file_operations verify_fops;

/* The heap is gone, and with it the blocks that shells block. */
void handles_forget(struct view *view);

#endif /* _RTALLOC_VIEW_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * interface.h - what the files of interface/ share: a request (one line that
 * was written to a file), and the pieces of the debugfs tree.
 */
#ifndef _RTALLOC_INTERFACE_H
#define _RTALLOC_INTERFACE_H

#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/types.h>

#include "interface/number.h"

/*
 * Limits: bytes in one write, words in one line, bytes of a last_error line.
 * interface/debugfs.c asserts that every option of "create" has room in a line.
 */
#define REQUEST_MAX	255
#define REQUEST_WORDS	19
#define ERROR_MAX	160

struct dentry;
struct rtalloc_heap;

/**
 * struct words - one line, cut into words
 * @line: the text; the words point into it
 * @word: the words; NULL behind the last one
 * @nr: number of words
 */
struct words {
	char line[REQUEST_MAX + 1];
	char *word[REQUEST_WORDS + 1];
	int nr;
};

int request_split(struct words *req, size_t len, const char **why);
int request_read(struct words *req, const char __user *buf, size_t len,
		 const char **why);
bool word_to_phys(const char *word, phys_addr_t *at);

/*
 * Convert a number to an address. One that is too large becomes the largest
 * address, at which no page begins.
 */
static inline phys_addr_t number_to_phys(u64 number)
{
	return min_t(u64, number, (phys_addr_t)-1);
}

const char *word_value(const char *word, const char *key);

void *heap_files_add(struct dentry *top, struct rtalloc_heap *heap);
void heap_files_remove(struct rtalloc_heap *heap);

int rtalloc_debugfs_init(void);
void rtalloc_debugfs_close(void);
void rtalloc_debugfs_exit(void);

#endif /* _RTALLOC_INTERFACE_H */

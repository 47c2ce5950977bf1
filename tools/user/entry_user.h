/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * entry_user.h - call heaps of the test harness by the core's entry points: the code of
 * core/entry.c as in a kernel, but without a lock, and with the hook called directly where
 * the fast path does not serve.
 */
#pragma once

#include <linux/gfp.h>
#include <linux/kernel.h>
#include "core/core.h"
#include "harness.h"

/**
 * struct entry - how the core calls a heap
 * @heap: the core's record of the heap
 * @alloc: the entry point; NULL: it has no fast path for the heap, so it would only call
 *	the hook
 * @free: the same for a free
 */
struct entry {
	struct rtalloc_heap *heap;
	void *(*alloc)(struct rtalloc_heap *heap, size_t size, gfp_t gfp);
	int (*free)(struct rtalloc_heap *heap, void *p);
};

/* Call this once, before any heap is opened: control blocks then lie in such records. */
void entry_begin(void);
void entry_open(struct entry *entry, const struct heap *heap);

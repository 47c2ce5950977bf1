/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * entry_user.h - heaps of the test harness behind the core's entry points,
 * core/entry.c: what a kernel runs in rtalloc_alloc() and rtalloc_free(), but
 * without a lock and with the hook itself where the usual case ends.
 */
#pragma once

#include <linux/gfp.h>
#include <linux/kernel.h>
#include "core/core.h"
#include "harness.h"

/**
 * struct entry - how the core calls a heap
 * @heap: the same, as the core sees it
 * @alloc: the entry points; NULL: no usual case is inlined there, so that they do
 *	no more than to call the hook
 * @free: the same
 */
struct entry {
	struct rtalloc_heap *heap;
	void *(*alloc)(struct rtalloc_heap *heap, size_t size, gfp_t gfp);
	int (*free)(struct rtalloc_heap *heap, void *p);
};

/* Once, before any heap is opened: control blocks then lie in such a heap. */
void entry_begin(void);
void entry_open(struct entry *entry, const struct heap *heap);

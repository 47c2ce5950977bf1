// SPDX-License-Identifier: GPL-2.0-only
/*
 * gone.c - the hooks of a heap that has been destroyed. A caller with a reference
 * from rtalloc_heap_get() may still make calls on it. Only its record is left, so
 * every hook returns at once, and every pointer is foreign.
 */
#include <linux/string.h>

#include "core/heap.h"

static void *gone_alloc(void *ctrl, size_t size)
{
	return NULL;
}

static void *gone_alloc_aligned(void *ctrl, size_t size, size_t align)
{
	return NULL;
}

static int gone_resize(void *ctrl, void *p, size_t *size)
{
	return -RTALLOC_FOREIGN;
}

static int gone_free(void *ctrl, void *p)
{
	return -RTALLOC_FOREIGN;
}

static int gone_loss_fault(void *ctrl, void *p, size_t size)
{
	return -RTALLOC_FOREIGN;
}

static size_t gone_usable_size(void *ctrl, const void *p)
{
	return 0;
}

static int gone_set_owner(void *ctrl, void *p, const char *owner)
{
	return -RTALLOC_FOREIGN;
}

static u64 gone_offset(void *ctrl, const void *p)
{
	return ~0ull;
}

static int gone_walk(void *ctrl, struct rtalloc_cursor *cursor,
		     struct rtalloc_block *batch, int max)
{
	return 0;
}

static int gone_check(void *ctrl, struct rtalloc_sweep *sweep,
		      struct rtalloc_fault *fault)
{
	return 0;
}

static void gone_usage(void *ctrl, struct rtalloc_snapshot *snap, bool reset)
{
}

static void gone_stats(void *ctrl, struct rtalloc_snapshot *snap)
{
}

const struct rtalloc_ops rtalloc_gone_ops = {
	.name		= "gone",
	.alloc		= gone_alloc,
	.alloc_aligned	= gone_alloc_aligned,
	.resize		= gone_resize,
	.free		= gone_free,
	.loss_fault	= gone_loss_fault,
	.usable_size	= gone_usable_size,
	.set_owner	= gone_set_owner,
	.offset		= gone_offset,
	.walk		= gone_walk,
	.check		= gone_check,
	.usage		= gone_usage,
	.stats		= gone_stats,
};

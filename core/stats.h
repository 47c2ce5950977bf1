/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stats.h - looks that somebody can stop, for the interface.
 */
#ifndef _RTALLOC_STATS_H
#define _RTALLOC_STATS_H

#include <rtalloc/rtalloc.h>

int rtalloc_check_until(struct rtalloc_heap *heap, struct rtalloc_fault *fault,
			const bool *stop);
int rtalloc_walk_until(struct rtalloc_heap *heap, struct rtalloc_cursor *cursor,
		       struct rtalloc_block *batch, int max, const bool *stop);

#endif /* _RTALLOC_STATS_H */

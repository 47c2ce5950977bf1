/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * report.h - lines in the log about a heap.
 */
#ifndef _RTALLOC_REPORT_H
#define _RTALLOC_REPORT_H

#include <linux/types.h>

struct rtalloc_heap;

const char *rtalloc_fault_text(int err);
void rtalloc_report_fault(struct rtalloc_heap *heap, const char *call,
			  u64 offset, int err, unsigned long caller);
void rtalloc_context_warn(const struct rtalloc_heap *heap);
void rtalloc_report_damage(struct rtalloc_heap *heap);
void rtalloc_report_no_region(const char *name, const char *why, long err);
void rtalloc_report_leftover(struct rtalloc_heap *heap);

#endif /* _RTALLOC_REPORT_H */

// SPDX-License-Identifier: GPL-2.0-only
/*
 * fault_caller.c - record the callers that the core names in reports of faults, and in
 * requests that fail, by replacing its functions (the linker's --wrap).
 */
#include <string.h>
#include <linux/types.h>

#include "fault_caller.h"

struct rtalloc_heap;

unsigned long fault_caller;
unsigned long fault_flusher;

void __wrap_rtalloc_report_fault(struct rtalloc_heap *heap, const char *call,
				 u64 offset, int err, unsigned long caller);
void __wrap_rtalloc_report_fault(struct rtalloc_heap *heap, const char *call,
				 u64 offset, int err, unsigned long caller)
{
	fault_caller = caller;
	if (!strcmp(call, "flush"))
		fault_flusher = caller;
}

void *__real_rtalloc_alloc_failed(struct rtalloc_heap *heap, void *p,
				  size_t size, unsigned long flags,
				  unsigned long caller);
void *__wrap_rtalloc_alloc_failed(struct rtalloc_heap *heap, void *p,
				  size_t size, unsigned long flags,
				  unsigned long caller);
void *__wrap_rtalloc_alloc_failed(struct rtalloc_heap *heap, void *p,
				  size_t size, unsigned long flags,
				  unsigned long caller)
{
	fault_caller = caller;
	return __real_rtalloc_alloc_failed(heap, p, size, flags, caller);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * fault_caller.c - record the callers that the core names in reports of faults, and in
 * requests that fail, by replacing its functions (the linker's --wrap).
 */
#include <string.h>
#include <linux/types.h>

#include "fault_caller.h"

struct rtalloc_heap;

extern const char __start_code_of_callers[], __stop_code_of_callers[];
extern const struct caller __start_callers[], __stop_callers[];

static const struct caller *caller_at(unsigned long at)
{
	const struct caller *caller, *found = NULL;

	if (at < (size_t)__start_code_of_callers ||
	    at >= (size_t)__stop_code_of_callers)
		return NULL;
	for (caller = __start_callers; caller < __stop_callers; caller++)
		if ((size_t)caller->function <= at &&
		    (!found || caller->function > found->function))
			found = caller;
	return found;
}

const char *caller_name(unsigned long at)
{
	const struct caller *found = caller_at(at);

	return found ? found->name : "none of them";
}

bool caller_is(unsigned long at, const void *function)
{
	const struct caller *found = caller_at(at);

	return found && found->function == function;
}

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

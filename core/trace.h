/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * trace.h - tracepoints of the calls: alloc, free, fail. Only core/ fires them,
 * outside of any heap's lock. Their fields have fixed sizes; pointers are shown
 * as offsets. The caller is shown by %pS, as in all of the kernel's events, and
 * not by rtalloc_symbol(): perf and trace-cmd read records in binary, with the
 * address in them, and must understand the format. So code without a symbol
 * shows as an address there, to users who may trace.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM rtalloc

#if !defined(_RTALLOC_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _RTALLOC_TRACE_H

#include <linux/string.h>
#include <linux/tracepoint.h>

#include "core/heap.h"
#include "core/keys.h"

TRACE_EVENT_FN(rtalloc_alloc,
	TP_PROTO(struct rtalloc_heap *heap, u64 offset, size_t size,
		 unsigned long caller),
	TP_ARGS(heap, offset, size, caller),
	TP_STRUCT__entry(
		__array(char, heap, RTALLOC_NAME_MAX + 1)
		__field(u64, offset)
		__field(size_t, size)
		__field(unsigned long, caller)
	),
	TP_fast_assign(
		memcpy(__entry->heap, heap->name, sizeof(__entry->heap));
		__entry->offset = offset;
		__entry->size = size;
		__entry->caller = caller;
	),
	TP_printk("heap=%s offset=%llu size=%zu caller=%pS", __entry->heap,
		  __entry->offset, __entry->size, (void *)__entry->caller),
	rtalloc_alloc_extra_get, rtalloc_alloc_extra_put
);

TRACE_EVENT_FN(rtalloc_free,
	TP_PROTO(struct rtalloc_heap *heap, u64 offset,
		 unsigned long caller),
	TP_ARGS(heap, offset, caller),
	TP_STRUCT__entry(
		__array(char, heap, RTALLOC_NAME_MAX + 1)
		__field(u64, offset)
		__field(unsigned long, caller)
	),
	TP_fast_assign(
		memcpy(__entry->heap, heap->name, sizeof(__entry->heap));
		__entry->offset = offset;
		__entry->caller = caller;
	),
	TP_printk("heap=%s offset=%llu caller=%pS", __entry->heap,
		  __entry->offset, (void *)__entry->caller),
	rtalloc_free_extra_get, rtalloc_free_extra_put
);

TRACE_EVENT(rtalloc_fail,
	TP_PROTO(struct rtalloc_heap *heap, size_t size, unsigned long caller),
	TP_ARGS(heap, size, caller),
	TP_STRUCT__entry(
		__array(char, heap, RTALLOC_NAME_MAX + 1)
		__field(size_t, size)
		__field(unsigned long, caller)
	),
	TP_fast_assign(
		memcpy(__entry->heap, heap->name, sizeof(__entry->heap));
		__entry->size = size;
		__entry->caller = caller;
	),
	TP_printk("heap=%s size=%zu caller=%pS", __entry->heap,
		  __entry->size, (void *)__entry->caller)
);

#endif /* _RTALLOC_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>

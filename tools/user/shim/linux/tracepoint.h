/* SPDX-License-Identifier: GPL-2.0-only */
/* tracepoints are always disabled */
#pragma once

#include <linux/types.h>

#define TP_PROTO(...)		__VA_ARGS__
#define TRACE_EVENT_FN			TRACE_EVENT
#define TRACE_EVENT(name, proto, ...)					\
	static inline void trace_##name(proto)				\
	{								\
	}								\
	static inline bool trace_##name##_enabled(void)			\
	{								\
		return false;						\
	}								\
	extern int shim_trace_##name

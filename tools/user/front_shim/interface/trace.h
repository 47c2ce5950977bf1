/* SPDX-License-Identifier: GPL-2.0-only */
/* tracepoints that are off */
#ifndef _FRONT_INTERFACE_TRACE_H
#define _FRONT_INTERFACE_TRACE_H

#define trace_rtalloc_alloc_enabled()	false
#define trace_rtalloc_free_enabled()	false

#endif

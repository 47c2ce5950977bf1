// SPDX-License-Identifier: GPL-2.0-only
/* trace.c - the one place where the tracepoints of trace.h are made. */
#define CREATE_TRACE_POINTS
#include "core/trace.h"

/* SPDX-License-Identifier: GPL-2.0-only */
/* calls on other processors: made at once, as if on that simulated processor (percpu.h) */
#pragma once

#include <linux/percpu.h>

/* A program may count the instructions of these calls, which run with interrupts off. */
#ifdef SHIM_COUNT_CALLS
void shim_call(void (*fn)(void *), void *data);
#define SHIM_CALL(fn, data)	shim_call(fn, data)
#else
#define SHIM_CALL(fn, data)	(fn)(data)
#endif

static inline int smp_call_function_single(unsigned int cpu, void (*fn)(void *),
					   void *data, int wait)
{
	unsigned int caller = shim_cpu;

	shim_cpu = cpu;
	SHIM_CALL(fn, data);
	shim_cpu = caller;
	return 0;
}

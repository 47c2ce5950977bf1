/* SPDX-License-Identifier: GPL-2.0-only */
/* the processors of percpu.h: one calls in another's place */
#ifndef _SHIM_LINUX_SMP_H
#define _SHIM_LINUX_SMP_H

#include <linux/percpu.h>

static inline int smp_call_function_single(unsigned int cpu, void (*fn)(void *),
					   void *data, int wait)
{
	unsigned int caller = shim_cpu;

	shim_cpu = cpu;
	fn(data);
	shim_cpu = caller;
	return 0;
}

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* per-CPU data for simulated processors, of which one runs at a time: number shim_cpu */
#pragma once

#include <assert.h>
#include <linux/preempt.h>
#include <linux/slab.h>

#define SHIM_CPUS		4u

extern unsigned int shim_cpu;

#define num_possible_cpus()	SHIM_CPUS
#define for_each_possible_cpu(cpu) \
	for ((cpu) = 0; (cpu) < SHIM_CPUS; (cpu)++)
#define for_each_online_cpu(cpu)	for_each_possible_cpu(cpu)
#define alloc_percpu(type)	kzalloc(SHIM_CPUS * sizeof(type), 0)
#define free_percpu(p)		kfree(p)
/* No loop over processors may run under a raw lock: it takes as long as there are many. */
#define per_cpu_ptr(p, cpu)	(assert(!shim_raw_held), (p) + (cpu))
#define this_cpu_ptr(p)		((p) + shim_cpu)
#define __this_cpu_read(x)	(*(&(x) + shim_cpu))

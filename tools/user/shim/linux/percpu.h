/* SPDX-License-Identifier: GPL-2.0-only */
/* processors that a program plays, one at a time: shim_cpu says which */
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
/* A lock held over all processors is held as long as there are many of them. */
#define per_cpu_ptr(p, cpu)	(assert(!shim_raw_held), (p) + (cpu))
#define this_cpu_ptr(p)		((p) + shim_cpu)
#define __this_cpu_read(x)	(*(&(x) + shim_cpu))

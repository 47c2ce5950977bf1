/* SPDX-License-Identifier: GPL-2.0-only */
/* CPU hotplug: the callback is kept in shim_cpu_gone, for a program to call */
#pragma once

#include <stddef.h>

#define CPUHP_BP_PREPARE_DYN	1

extern int (*shim_cpu_gone)(unsigned int cpu);

#define cpuhp_setup_state_nocalls(state, name, come, gone) \
	((void)(name), (void)(come), shim_cpu_gone = (gone), (state))
#define cpuhp_remove_state_nocalls(state) \
	((void)(state), shim_cpu_gone = NULL)

// SPDX-License-Identifier: GPL-2.0-only
/*
 * shim_core.c - variables and functions that the shim's headers declare, and functions of
 * the kernel that the core calls.
 */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/module.h>

#include "core/core.h"

unsigned long shim_lines, shim_warnings, shim_cpus_locked;
bool shim_init_on_alloc, shim_init_on_free, shim_irqs_off;
int shim_preempt_count, shim_raw_held, shim_spin_seen;
unsigned int shim_cpu;
u64 shim_clock = 1, shim_clock_step;
int (*shim_cpu_gone)(unsigned int cpu);

void shim_might_sleep(void)
{
	shim_warnings += shim_irqs_off || preempt_count();
}

/*
 * The kernel's formats differ from printf's, so only the format itself is shown. %p is not
 * allowed, because it may print an address.
 */
void shim_print(const char *format, ...)
{
	assert(!strstr(format, "%p"));
	shim_lines++;
	if (getenv("SHIM_LOG"))
		fputs(format, stderr);
}

int kstrtou64(const char *text, unsigned int base, u64 *value)
{
	char *end;

	errno = 0;
	*value = strtoull(text, &end, base);
	return errno || end == text || *end ? -EINVAL : 0;
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * wcet_count.h - count one call by callgrind, for wcet.c and wcet_percpu.c.
 *
 * Callgrind counts only within counted() (--toggle-collect). wcet_empty() shows what the
 * call of a hook itself costs. wcet_known(), which has 101 instructions, shows that the
 * count is complete.
 */
#pragma once

#include <valgrind/callgrind.h>
#include <linux/compiler.h>
#include <linux/types.h>

typedef long (*hook_t)(void *a, long b, long c);

long wcet_empty(void *a, long b, long c);
__asm__(".text\n.globl wcet_empty\nwcet_empty: ret\n");

long wcet_known(void *a, long b, long c);
__asm__(".text\n.globl wcet_known\nwcet_known:\n"
	".rept 100\nnop\n.endr\nret\n");

#define COUNT_STOPS_ABOVE	(4ul << 20)	/* bytes */

static bool is_counting;

noinline __attribute__((noclone))
static long counted(hook_t hook, void *a, long b, long c)
{
	long result = hook(a, b, c);

	/* A tail call would leave this function before the hook has run. */
	__asm__ volatile("" : "+r" (result));
	return result;
}

/*
 * Count one call. Starting callgrind's instrumentation discards all translated code, so it
 * stays on for the calls that follow.
 */
static long count_call(const char *label, void *hook, void *a, long b, long c)
{
	long result;

	if (!is_counting) {
		CALLGRIND_START_INSTRUMENTATION;
		is_counting = true;
	}
	CALLGRIND_ZERO_STATS;
	result = counted((hook_t)hook, a, b, c);
	CALLGRIND_DUMP_STATS_AT(label);
	return result;
}

/*
 * Stop callgrind's instrumentation, to prepare a heap of @region bytes at full speed. It is
 * not stopped for a small heap, because translating all code again would take longer.
 */
static void count_stop(size_t region)
{
	if (!is_counting || region <= COUNT_STOPS_ABOVE)
		return;
	CALLGRIND_STOP_INSTRUMENTATION;
	is_counting = false;
}

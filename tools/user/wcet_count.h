/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * wcet_count.h - one call counted by callgrind, for wcet.c and wcet_percpu.c.
 *
 * Callgrind collects inside of counted() alone (--toggle-collect). What the way
 * to the hook costs is known from wcet_empty(), and that all is counted from
 * wcet_known(), which has 101 instructions.
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

	/* A jump to the hook would leave this function too early. */
	__asm__ volatile("" : "+r" (result));
	return result;
}

/* Starting throws away what callgrind has translated: once for many counts. */
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
 * What follows is not counted, and prepares a heap of @region bytes. In a small one
 * that takes less time than to translate all anew afterwards.
 */
static void count_stop(size_t region)
{
	if (!is_counting || region <= COUNT_STOPS_ABOVE)
		return;
	CALLGRIND_STOP_INSTRUMENTATION;
	is_counting = false;
}

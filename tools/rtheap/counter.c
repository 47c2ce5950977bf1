// SPDX-License-Identifier: GPL-2.0-only
/*
 * Instructions of a piece of this program: by the processor's own counter where
 * the kernel gives us one (perf_event_open), else, on x86, by stepping: the
 * trap flag makes each instruction raise SIGTRAP, ten microseconds each.
 *
 * What counting costs itself is measured with a call that does nothing and is
 * the caller's to subtract. A string instruction counts once for each of its
 * repetitions when stepped, once by the counter.
 */
#include <linux/perf_event.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "rtheap.h"

static enum { NONE, PERF, STEP } kind;
static int perf_fd = -1;
static volatile u64 steps;
static u64 begun;

static u64 perf_read(void)
{
	u64 value = 0;

	return read(perf_fd, &value, sizeof(value)) == sizeof(value) ? value :
								       0;
}

static bool perf_open(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_HARDWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_HW_INSTRUCTIONS,
		.exclude_kernel = 1,
		.exclude_hv = 1,
	};

	perf_fd = syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0);
	if (perf_fd >= 0 && perf_read())
		return true;
	if (perf_fd >= 0)
		close(perf_fd);
	perf_fd = -1;
	return false;
}

#if defined(__x86_64__)
static void on_trap(int sig)
{
	(void)sig;
	steps++;
}

/* Not below the stack pointer, where a leaf function may keep something. */
#define SET_FLAG(op)							\
	__asm__ volatile("lea -256(%%rsp), %%rsp\n\tpushfq\n\t"		\
			 op ", (%%rsp)\n\tpopfq\n\t"			\
			 "lea 256(%%rsp), %%rsp" : : : "cc", "memory")

static bool step_open(void)
{
	struct sigaction act = { .sa_handler = on_trap };

	sigemptyset(&act.sa_mask);
	if (sigaction(SIGTRAP, &act, NULL))
		return false;
	steps = 0;
	SET_FLAG("orq $0x100");
	__asm__ volatile("nop\n\tnop");
	SET_FLAG("andq $~0x100");
	return steps > 2;
}

static void step_start(void)
{
	steps = 0;
	SET_FLAG("orq $0x100");
}

static void step_stop(void)
{
	SET_FLAG("andq $~0x100");
}
#else
static bool step_open(void)
{
	return false;
}

static void step_start(void)
{
}

static void step_stop(void)
{
}
#endif

/*
 * For each process anew. NULL: nothing here can count, or RTHEAP_COUNTER in the
 * environment says that nothing shall, or not in this way.
 */
const char *counter_open(void)
{
	const char *want = getenv("RTHEAP_COUNTER");

	kind = NONE;
	if ((!want || !strcmp(want, "counter")) && perf_open())
		kind = PERF;
	else if ((!want || !strcmp(want, "stepped")) && step_open())
		kind = STEP;
	return kind == PERF ? "counter" : kind == STEP ? "stepped" : NULL;
}

void counter_start(void)
{
	if (kind == PERF)
		begun = perf_read();
	else if (kind == STEP)
		step_start();
}

u64 counter_stop(void)
{
	if (kind == PERF)
		return perf_read() - begun;
	if (kind == STEP)
		step_stop();
	return steps;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Count the instructions of a part of this program: with the processor's counter if the
 * kernel provides it (perf_event_open), else, on x86, by stepping. The trap flag makes each
 * instruction raise SIGTRAP, which takes ten microseconds.
 *
 * The caller subtracts the cost of counting, which it measures with a call that does nothing.
 * A string instruction counts once for each repetition if stepped, and once by the counter.
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

/* Leave the red zone below the stack pointer alone, which a leaf function may use. */
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
 * Open the counter. Each process has to do that itself. Returns its name; NULL: there is no
 * counter, or RTHEAP_COUNTER in the environment excludes it.
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

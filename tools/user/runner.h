/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * runner.h - what the programs that run tests share.
 *
 *	[SEED=N] PROGRAM [PART]
 *
 * PART: only the tests whose name has it. A line `ok NAME` or `not ok NAME: WHY`
 * is printed for each test, and `N passed, N failed` at the end. Exit status: 0
 * all passed, 1 not or none was run, 2 usage.
 */
#pragma once

#include <linux/types.h>

/* Read the command line; what the program is called with goes into @usage. */
void runner_begin(int argc, char **argv, const char *usage);
/* The number in the environment; @otherwise where there is none. */
u64 runner_number(const char *variable, u64 otherwise);
/* SEED, or the time, which is printed so that the run can be repeated. */
u64 runner_seed(void);

/* Is the test asked for? */
bool runner_wants(const char *name);
/* @why is NULL: it has passed. */
void runner_result(const char *name, const char *why);

/* The last line; returns the exit status. */
int runner_end(void);

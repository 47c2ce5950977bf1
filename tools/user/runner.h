/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * runner.h - the command line and the output that all test programs share.
 *
 *	[SEED=N] PROGRAM [PART]
 *
 * PART: run only the tests whose name contains PART. Prints `ok NAME` or `not ok NAME: WHY`
 * for each test, and `N passed, N failed` at the end. Exit status: 0 all passed, 1 a test
 * failed or none was run, 2 bad usage.
 */
#pragma once

#include <linux/types.h>

/* Parse the command line; @usage is the message for a wrong one. */
void runner_begin(int argc, char **argv, const char *usage);
/* The number in an environment variable, or @otherwise if it is not set. */
u64 runner_number(const char *variable, u64 otherwise);
/* SEED, or else the time. It is printed, so that the run can be repeated. */
u64 runner_seed(void);

/* Whether the command line asks for this test. */
bool runner_wants(const char *name);
/* Print and count a test's result; NULL as @why: it passed. */
void runner_result(const char *name, const char *why);

/* Print the last line and return the exit status. */
int runner_end(void);

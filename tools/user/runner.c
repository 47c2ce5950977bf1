// SPDX-License-Identifier: GPL-2.0-only
/*
 * runner.c - the command line and the output of test programs; see runner.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "runner.h"

static const char *usage_line, *part;
static int passed, failed;

static void usage(void)
{
	fprintf(stderr, "usage: %s\n", usage_line);
	exit(2);
}

void runner_begin(int argc, char **argv, const char *line)
{
	usage_line = line;
	if (argc > 2)
		usage();
	part = argv[1];
}

u64 runner_number(const char *variable, u64 otherwise)
{
	const char *text = getenv(variable);
	char *end;
	u64 value;

	if (!text || !*text)
		return otherwise;
	value = strtoull(text, &end, 0);
	if (*end)
		usage();
	return value;
}

u64 runner_seed(void)
{
	u64 seed = runner_number("SEED", time(NULL));

	printf("SEED=%llu\n", (unsigned long long)seed);
	fflush(stdout);
	return seed;
}

bool runner_wants(const char *name)
{
	return !part || strstr(name, part);
}

void runner_result(const char *name, const char *why)
{
	if (why)
		printf("not ok %s: %s\n", name, why);
	else
		printf("ok %s\n", name);
	fflush(stdout);
	*(why ? &failed : &passed) += 1;
}

int runner_end(void)
{
	printf("%d passed, %d failed\n", passed, failed);
	return failed || !passed;
}

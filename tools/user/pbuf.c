// SPDX-License-Identifier: GPL-2.0-only
/*
 * pbuf.c - runs the cases of kunit/pbuf/ in user space.
 *
 *	[SEED=N] pbuf [PART]
 *
 * Built twice: `pbuf` over the core, as in the kernel; `pbuf_exact` over
 * exact.c, where ASan sees the ends of every block. PART: only cases whose name
 * has it. Prints `ok NAME` or `not ok NAME: WHY` for each and ends with `N
 * passed, N failed`. Exit status: 0 all passed, 1 not, 2 usage.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kunit/pbuf/cases.h"

/* "malloc" is no backend: exact.c takes any name. */
#ifdef PBUF_EXACT
static const char *const backends[] = { "malloc", NULL };
#else
static const char *const backends[] = { "lwip_mem", "tlsf", NULL };
#endif

static struct pbuf_bench bench;
static int passed, failures;

static void run(const struct pbuf_case *c, const char *backend,
		const char *part)
{
	char name[128];

	snprintf(name, sizeof(name), "pbuf.%s/%s", c->name, backend);
	if (part && !strstr(name, part))
		return;
	if (c->heap_counts && strcmp(backend, "lwip_mem"))
		return;
	if (pbuf_case_run(&bench, c, backend)) {
		printf("ok %s\n", name);
		passed++;
	} else {
		printf("not ok %s: %s\n", name, bench.why);
		failures++;
	}
	fflush(stdout);
}

int main(int argc, char **argv)
{
	const char *seed = getenv("SEED");
	char *end = "";

	bench.seed = (u64)time(NULL);
	if (seed && *seed)
		bench.seed = strtoull(seed, &end, 10);
	if (argc > 2 || *end) {
		fputs("usage: [SEED=N] pbuf [PART]\n", stderr);
		return 2;
	}
	printf("SEED=%llu\n", bench.seed);
	for (int i = 0; pbuf_suites[i]; i++)
		for (const struct pbuf_case *c = pbuf_suites[i]; c->name; c++)
			for (int k = 0; backends[k]; k++)
				run(c, backends[k], argv[1]);
	printf("%d passed, %d failed\n", passed, failures);
	return failures || !passed;
}

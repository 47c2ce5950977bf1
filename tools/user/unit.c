// SPDX-License-Identifier: GPL-2.0-only
/*
 * unit.c - runs the suites over the backends.
 *
 *	[SEED=N] unit [PART]
 *
 * PART: only the tests whose name has it. Prints `ok NAME` or
 * `not ok NAME: WHY` for each test and ends with `N passed, N failed`.
 * Exit status: 0 all passed, 1 not, 2 usage.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <linux/err.h>

#include "unit.h"

static const struct test *const suites[] = {
	contract_tests, model_tests, slab_tests, memheap_tests,
	small_mem_tests, heap4_tests, heap4_policy_tests, sylix_tests,
	sylix_policy_tests,
};

u64 test_seed;

const char *failed(const char *file, int line, const char *format, ...)
{
	const char *slash = strrchr(file, '/');
	static char why[1024];
	char text[900];		/* an argument may be in why */
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	snprintf(why, sizeof(why), "%s:%d: %s", slash ? slash + 1 : file, line,
		 text);
	return why;
}

void *get(struct heap *heap, size_t size)
{
	return heap_alloc(heap, size, NULL);
}

int put(struct heap *heap, void *p)
{
	return heap->ops->free(heap->ctrl, p);
}

u64 where(const struct heap *heap, const void *p)
{
	return heap->ops->offset(heap->ctrl, p);
}

size_t usable(const struct heap *heap, const void *p)
{
	return heap->ops->usable_size(heap->ctrl, p);
}

const char *sound(struct heap *heap)
{
	struct rtalloc_fault fault = { 0 };
	int err = heap->ops->check(heap->ctrl, &fault);

	EXPECT(!err, "check: %s at %llu (%d)", fault.what, fault.offset, err);
	EXPECT(heap_canary_ok(heap), "bytes behind the region were written");
	return NULL;
}

long walk_all(const struct heap *heap, struct rtalloc_block *pieces,
	      long room, int batch)
{
	struct rtalloc_cursor cursor = { 0 };
	struct rtalloc_block some[64];
	long count = 0;
	int n;

	while ((n = heap->ops->walk(heap->ctrl, &cursor, some, batch)) > 0) {
		if (n > batch || count + n > room)
			return -1;
		memcpy(pieces + count, some, n * sizeof(*some));
		count += n;
	}
	return n < 0 ? n : count;
}

const char *looks_survive(const struct heap *heap)
{
	static struct rtalloc_block pieces[65536];
	u64 total = heap_stats(heap).total, end = 0;
	long n = walk_all(heap, pieces, 65536, 64);

	EXPECT(n >= 0, "walk does not end");
	for (long i = 0; i < n; i++) {
		EXPECT(pieces[i].offset >= end && pieces[i].offset <= total &&
		       pieces[i].size <= total - pieces[i].offset,
		       "walk goes back or leaves the heap");
		end = pieces[i].offset + pieces[i].size;
	}
	return NULL;
}

const char *map_is(const struct heap *heap, const char *states,
		   const char *want)
{
	static const char letters[] = "FUIM";
	static struct rtalloc_block pieces[4096];
	long n = walk_all(heap, pieces, 4096, 64);
	char text[900];
	size_t used = 0;

	EXPECT(n >= 0, "walk fails");
	*text = '\0';
	for (long i = 0; i < n && used < sizeof(text); i++) {
		char letter = letters[pieces[i].state];

		if (strchr(states, letter))
			used += snprintf(text + used, sizeof(text) - used,
					 "[%llu %c %llu]", pieces[i].offset,
					 letter, pieces[i].size);
	}
	EXPECT(!strcmp(text, want), "map is %s, not %s", text, want);
	return NULL;
}

static const char *run_test(const struct test *test,
			    const struct backend *backend)
{
	struct heap heap;
	const char *why;
	int err = heap_open(&heap, backend, test->size, test->align);

	EXPECT(!err, "cannot open the heap: %s", strerror(-err));
	why = test->run(&heap);
	heap_close(&heap);
	return why;
}

static bool applies(const struct test *test, const struct backend *backend)
{
	if (test->backend && strcmp(test->backend, backend->name))
		return false;
	return test->align >= backend->ops->min_align &&
	       test->align <= backend->ops->max_align;
}

/* Run @test over its backends; counts in @passed and @failures. */
static void run_backends(const struct test *test, const char *part,
			 int *passed, int *failures)
{
	for (size_t i = 0; i < backend_count; i++) {
		const char *why;
		char name[128];

		if (!applies(test, &backends[i]))
			continue;
		snprintf(name, sizeof(name), "%s/%s/%zu/a%zu", test->name,
			 backends[i].name, test->size, test->align);
		if (part && !strstr(name, part))
			continue;
		why = run_test(test, &backends[i]);
		if (why)
			printf("not ok %s: %s\n", name, why);
		else
			printf("ok %s\n", name);
		fflush(stdout);
		*(why ? failures : passed) += 1;
	}
}

int main(int argc, char **argv)
{
	const char *seed = getenv("SEED");
	int passed = 0, failures = 0;

	if (argc > 2 || (seed && *seed && !parse_u64(seed, &test_seed))) {
		fputs("usage: [SEED=N] unit [PART]\n", stderr);
		return 2;
	}
	if (!seed || !*seed)
		test_seed = (u64)time(NULL);
	printf("SEED=%llu\n", test_seed);
	for (size_t i = 0; i < ARRAY_SIZE(suites); i++)
		for (const struct test *test = suites[i]; test->name; test++)
			run_backends(test, argv[1], &passed, &failures);
	printf("%d passed, %d failed\n", passed, failures);
	return failures || !passed;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * pbuf_suites.c - runs the cases of kunit/pbuf/ in user space.
 *
 *	[SEED=N] pbuf [PART]	see runner.h
 *
 * Built twice: `pbuf` over the core, as in the kernel; `pbuf_exact` over
 * exact.c, where ASan sees the ends of every block.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kunit/pbuf/cases.h"
#include "runner.h"

/* "malloc" is no backend: exact.c takes any name. */
#ifdef PBUF_EXACT
static const char *const backends[] = { "malloc", NULL };
#else
static const char *const backends[] = { "lwip_mem", "tlsf", NULL };
#endif

static struct pbuf_bench bench;

static void run(const struct pbuf_case *c, const char *backend)
{
	char name[128];

	snprintf(name, sizeof(name), "pbuf.%s/%s", c->name, backend);
	if (!runner_wants(name) ||
	    (c->heap_counts && strcmp(backend, "lwip_mem")))
		return;
	runner_result(name, pbuf_case_run(&bench, c, backend) ? NULL :
								bench.why);
}

/* ---- references from several threads ---------------------------------- */

#define THREADS	4
#define ROUNDS	50
#define TURNS	1000

static struct pbuf_custom shared;
static pthread_barrier_t barrier;
static unsigned int frees;

static void shared_freed(struct pbuf *p)
{
	__atomic_add_fetch(&frees, 1, __ATOMIC_RELAXED);
}

/* In each round a thread has one reference; it takes and drops more of them. */
static void *thread_run(void *unused)
{
	for (int i = 0; i < ROUNDS; i++) {
		pthread_barrier_wait(&barrier);
		for (int k = 0; k < TURNS; k++) {
			pbuf_ref(&shared.pbuf);
			pbuf_free(&shared.pbuf);
		}
		pbuf_free(&shared.pbuf);
		pthread_barrier_wait(&barrier);
	}
	return NULL;
}

/* The last of them frees the pbuf, once, and never one before. */
static void references_from_threads(struct pbuf_bench *b)
{
	pthread_t thread[THREADS];

	frees = 0;
	shared.custom_free_function = shared_freed;
	pthread_barrier_init(&barrier, NULL, THREADS + 1);
	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&thread[i], NULL, thread_run, NULL))
			abort();
	for (int i = 0; i < ROUNDS; i++) {
		pbuf_alloced_custom(PBUF_RAW, 1, PBUF_REF, &shared, b->flat, 1);
		for (int k = 1; k < THREADS; k++)
			pbuf_ref(&shared.pbuf);
		pthread_barrier_wait(&barrier);
		pthread_barrier_wait(&barrier);
		EXPECT_EQ(b, frees, i + 1);
		EXPECT_EQ(b, shared.pbuf.ref, 0);
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	pthread_barrier_destroy(&barrier);
}

static const struct pbuf_case threads = PBUF_CASE(references_from_threads);

int main(int argc, char **argv)
{
	runner_begin(argc, argv, "[SEED=N] pbuf [PART]");
	bench.seed = runner_seed();
	for (int i = 0; pbuf_suites[i]; i++)
		for (const struct pbuf_case *c = pbuf_suites[i]; c->name; c++)
			for (int k = 0; backends[k]; k++)
				run(c, backends[k]);
	run(&threads, backends[0]);
	return runner_end();
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * pbuf_suites.c - run the cases of kunit/pbuf/ in user space.
 *
 *	[SEED=N] pbuf [PART]	see runner.h
 *
 * It is built twice: `pbuf` with the core, as in the kernel; `pbuf_exact` with exact.c,
 * where ASan knows the end of every block.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef PBUF_EXACT
#include "core/block.h"
#include "core/keys.h"
#include "core/lock.h"
#endif
#include "fault_caller.h"
#include "kunit/pbuf/cases.h"
#include "runner.h"

/* "malloc" is not a backend; exact.c accepts any name. */
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

#ifndef PBUF_EXACT
/* ---- callers of frees that are refused ----------------------------------- */

#define DRIVER(name, call)						\
	CALLER(void, driver_##name, (struct pbuf *p), call; END_CALL;)

DRIVER(free, pbuf_free(p))
DRIVER(dechain, pbuf_dechain(p))
DRIVER(header, pbuf_free_header(p, p->len))
DRIVER(realloc, pbuf_realloc(p, 0))

static const struct {
	const char *name;
	void (*run)(struct pbuf *p);
	bool is_chain;
} drivers[] = {
	{ "free", driver_free }, { "header", driver_header },
	{ "realloc", driver_realloc, true }, { "dechain", driver_dechain, true },
};

/* Make the freed @p look as if it still had a reference. */
static void revive(struct pbuf *p)
{
	struct pbuf was = *p;

	pbuf_free(p);
	*p = was;
}

static const char *driver_is_named(struct pbuf_env *env, unsigned int type,
				   int i)
{
	struct pbuf *head = pbuf_alloc_from(env, 0, 64, type);
	struct pbuf *p = pbuf_alloc_from(env, 0, 64, type);

	if (!head || !p)
		return "nobody";
	revive(p);
	if (drivers[i].is_chain)
		pbuf_cat(head, p);
	fault_caller = 0;
	drivers[i].run(drivers[i].is_chain ? head : p);
	return caller_is(fault_caller, drivers[i].run) ? NULL : drivers[i].name;
}

#define OF_POOL	(PBUF_POOL & PBUF_TYPE_ALLOC_SRC_MASK)
#define OF_REF	(PBUF_REF & PBUF_TYPE_ALLOC_SRC_MASK)

/* Make a heap and a pool for one test, because both are damaged by it. */
static struct pbuf_env env_of_its_own(unsigned int flags)
{
	struct rtalloc_heap_params params = {
		.name = "named", .backend = "tlsf", .size = 1 << 18,
		.flags = flags,
	};
	struct mempool_fixed_params elements = {
		.name = "named.pool", .elem = 256, .count = 4, .flags = flags,
	};
	struct pbuf_env env = {
		.align = 8, .header = ALIGN(sizeof(struct pbuf), 8),
		.heap = rtalloc_heap_create(&params),
	};

	env.pool[OF_POOL].pool = mempool_fixed_create(&elements);
	env.pool[OF_POOL].size = 256 - env.header;
	env.pool[OF_REF].pool = env.pool[OF_POOL].pool;
	return env;
}

static void env_end(struct pbuf_env *env)
{
	mempool_fixed_destroy(env->pool[OF_POOL].pool, true);
	rtalloc_heap_destroy(env->heap, true);
}

static const char *driver_is_named_in(unsigned int type, int i)
{
	struct pbuf_env env = env_of_its_own(0);
	const char *why = driver_is_named(&env, type, i);

	env_end(&env);
	return why;
}

static const char *drivers_are_named(void)
{
	const char *why = NULL;

	for (int i = 0; i < (int)ARRAY_SIZE(drivers) && !why; i++) {
		why = driver_is_named_in(PBUF_RAM, i);
		why = why ?: driver_is_named_in(PBUF_POOL, i);
	}
	return why;
}

/* ---- callers of requests that fail --------------------------------------- */

#define TAKER(name, call)						\
	CALLER(struct pbuf *, taker_##name,				\
	       (struct pbuf_env *env, struct pbuf *chain),		\
		struct pbuf *p = (call);				\
									\
		END_CALL;						\
		return p;						\
	)

TAKER(from_heap, pbuf_alloc_from(env, 0, 64, PBUF_RAM))
TAKER(from_pool, pbuf_alloc_from(env, 0, 64, PBUF_POOL))
TAKER(from_refs, pbuf_alloc_from(env, 0, 64, PBUF_REF))
TAKER(pool, pbuf_alloc_pool(env, PBUF_POOL, 0, 64))
TAKER(chain, pbuf_alloc_pool(env, PBUF_POOL, 0, 300))
TAKER(reference_from, pbuf_alloc_reference_from(env, env, 64, PBUF_ROM))
TAKER(alloc, pbuf_alloc(PBUF_RAW, 64, PBUF_POOL))
TAKER(reference, pbuf_alloc_reference(env, 64, PBUF_REF))
TAKER(clone_from, pbuf_clone_from(env, 0, PBUF_POOL, chain))
TAKER(clone, pbuf_clone(PBUF_RAW, PBUF_RAM, chain))
TAKER(coalesce_from, pbuf_coalesce_from(env, chain, 0))
TAKER(coalesce, pbuf_coalesce(chain, PBUF_RAW))

#define LINE(name) { #name, taker_##name }
static const struct {
	const char *name;
	struct pbuf *(*run)(struct pbuf_env *env, struct pbuf *chain);
} takers[] = {
	LINE(from_heap), LINE(from_pool), LINE(from_refs), LINE(pool),
	LINE(chain), LINE(reference_from), LINE(alloc), LINE(reference),
	LINE(clone_from), LINE(clone), LINE(coalesce_from), LINE(coalesce),
};

/* Close a heap, so that every allocation fails. */
static void shut(struct rtalloc_heap *heap)
{
	unsigned long flags = heap_lock(heap);

	rtalloc_heap_shut(heap);
	heap_unlock(heap, flags);
}

static const char *takers_are_named_in(struct pbuf_env *env)
{
	static struct pbuf_custom custom[2];
	static u8 bytes[64];
	struct pbuf *chain;

	for (int i = 0; i < (int)ARRAY_SIZE(takers); i++) {
		for (int k = 0; k < 2; k++)
			pbuf_alloced_custom_from(NULL, 0, 32, PBUF_REF,
						 &custom[k], bytes, 32);
		chain = &custom[0].pbuf;
		pbuf_cat(chain, &custom[1].pbuf);
		fault_caller = 0;
		takers[i].run(env, chain);
		if (!caller_is(fault_caller, takers[i].run))
			return takers[i].name;
	}
	return NULL;
}

/* The tracepoint, or the record of a checked heap, names the function that called. */
static const char *takers_are_named_with(unsigned int flags)
{
	struct pbuf_env env = env_of_its_own(flags);
	const char *why;

	shut(env.heap);
	shut(mempool_fixed_heap(env.pool[OF_POOL].pool));
	pbuf_env_set_default(&env);
	why = takers_are_named_in(&env);
	rtalloc_alloc_extra_get();
	why = why ?: takers_are_named_in(&env);
	rtalloc_alloc_extra_put();
	pbuf_env_set_default(NULL);
	env_end(&env);
	return why;
}

static const char *takers_are_named(void)
{
	const char *why = takers_are_named_with(0);

	why = why ?: takers_are_named_with(RTALLOC_HEAP_PERCPU);
	return why ?: takers_are_named_with(RTALLOC_HEAP_CHECKED);
}
#endif

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

/* In each round a thread owns one reference, and takes and drops more. */
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

/* Only the last thread to drop its reference frees the pbuf. */
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
#ifndef PBUF_EXACT
	if (runner_wants("pbuf.drivers_are_named"))
		runner_result("pbuf.drivers_are_named", drivers_are_named());
	if (runner_wants("pbuf.takers_are_named"))
		runner_result("pbuf.takers_are_named", takers_are_named());
#endif
	return runner_end();
}

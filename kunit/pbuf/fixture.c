// SPDX-License-Identifier: GPL-2.0-only
/*
 * fixture.c - the environment of each case in cases.h, and the expectations that cases use.
 * They walk chains themselves, not by the functions that are tested.
 */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "kunit/backend/draw.h"
#include "kunit/pbuf/cases.h"

#define SUITE(name)	pbuf_##name##_cases,

const struct pbuf_case *const pbuf_suites[] = { PBUF_SUITES(SUITE) NULL };

/* ---- what was not as expected ---------------------------------------- */

void bench_fail(struct pbuf_bench *b, int line, const char *format, ...)
{
	va_list args;
	int n;

	if (*b->why)
		return;
	n = scnprintf(b->why, sizeof(b->why), "line %d: ", line);
	va_start(args, format);
	vsnprintf(b->why + n, sizeof(b->why) - n, format, args);
	va_end(args);
}

void bench_expect_eq(struct pbuf_bench *b, int line, const char *text,
		     long long got, long long want)
{
	if (got != want)
		bench_fail(b, line, "%s is %lld, not %lld", text, got, want);
}

static void expect_text(struct pbuf_bench *b, int line, const char *got,
			const char *want)
{
	if (strcmp(got, want))
		bench_fail(b, line, "chain is '%s', not '%s'", got, want);
}

void expect_chain(struct pbuf_bench *b, int line, const struct pbuf *p,
		  const char *want)
{
	char text[160];
	int n = 0;

	for (*text = '\0'; p; p = p->next)
		n += scnprintf(text + n, sizeof(text) - n, "%s%u/%u",
			       n ? " " : "", p->len, p->tot_len);
	expect_text(b, line, text, want);
}

void expect_refs(struct pbuf_bench *b, int line, const struct pbuf *p,
		 const char *want)
{
	char text[160];
	int n = 0;

	for (*text = '\0'; p; p = p->next)
		n += scnprintf(text + n, sizeof(text) - n, "%s%u",
			       n ? " " : "", p->ref);
	expect_text(b, line, text, want);
}

void expect_bytes(struct pbuf_bench *b, int line, const struct pbuf *p,
		  const void *want, size_t len)
{
	size_t got = flatten(b, p);

	if (got != len)
		bench_fail(b, line, "%zu bytes, not %zu", got, len);
	else if (memcmp(b->flat, want, len))
		bench_fail(b, line, "the bytes are others");
}

void expect_counting(struct pbuf_bench *b, int line, const struct pbuf *p,
		     u8 first)
{
	size_t n = flatten(b, p), i;

	for (i = 0; i < n; i++)
		if (b->flat[i] != (u8)(first + i)) {
			bench_fail(b, line, "byte %zu is %u, not %u", i,
				   b->flat[i], (u8)(first + i));
			return;
		}
}

/* ---- packets --------------------------------------------------------- */

void count_bytes(struct pbuf *p, u8 first)
{
	size_t i;

	for (; p; p = p->next)
		for (i = 0; i < p->len; i++)
			((u8 *)p->payload)[i] = first++;
}

size_t flatten(struct pbuf_bench *b, const struct pbuf *p)
{
	size_t n = 0;

	for (; p && n + p->len <= sizeof(b->flat); p = p->next) {
		if (p->len)
			memcpy(b->flat + n, p->payload, p->len);
		n += p->len;
	}
	return n;
}

struct pbuf *chain_of(struct pbuf_bench *b, const u16 *len, size_t n)
{
	struct pbuf *p = NULL, *q;

	/* Build the chain from its end, without pbuf_cat(). */
	while (n--) {
		q = pbuf_alloc(PBUF_RAW, len[n], PBUF_RAM);
		if (!q) {
			bench_fail(b, __LINE__, "no memory for a chain");
			return p;
		}
		q->next = p;
		q->tot_len = q->len + (p ? p->tot_len : 0);
		p = q;
	}
	count_bytes(p, 0);
	return p;
}

/* ---- the environment ------------------------------------------------- */

u64 heap_used(struct pbuf_bench *b)
{
	struct rtalloc_snapshot snap;

	rtalloc_stats(b->env.heap, &snap);
	return snap.used;
}

unsigned int pool_used(struct pbuf_bench *b, unsigned int source)
{
	struct mempool_fixed_stats stats;

	mempool_fixed_stats(b->env.pool[source].pool, &stats);
	return stats.used;
}

u64 pool_failed(struct pbuf_bench *b, unsigned int source)
{
	struct mempool_fixed_stats stats;

	mempool_fixed_stats(b->env.pool[source].pool, &stats);
	return stats.failed;
}

static u32 input_draw(struct pbuf_bench *b, u32 below)
{
	u32 value = 0, reach = 1;

	for (; reach < below && b->input_left; reach <<= 8, b->input_left--)
		value = value << 8 | *b->input++;
	return value % below;
}

u32 bench_draw(struct pbuf_bench *b, u32 below)
{
	if (b->input)
		return input_draw(b, below);
	return draw(&b->seed) % below;
}

static bool empty_called(struct pbuf_env *env, unsigned int source)
{
	struct pbuf_bench *b = env->priv;

	b->empty_calls++;
	b->empty_source = source;
	return b->empty_answer;
}

static void pool_open(struct pbuf_bench *b, unsigned int source,
		      unsigned int count, size_t size)
{
	const struct mempool_fixed_params params = {
		.name = source == 1 ? "pbuf-cases-1" : "pbuf-cases-2",
		.region = b->region,
		.elem = b->env.header + size,
		.count = count,
	};
	struct mempool_fixed *pool = mempool_fixed_create(&params);

	if (IS_ERR(pool))
		bench_fail(b, __LINE__, "no pool: %ld", PTR_ERR(pool));
	else
		b->env.pool[source] = (struct pbuf_pool){ pool, size };
}

static void env_open(struct pbuf_bench *b, const char *backend)
{
	const struct rtalloc_heap_params params = {
		.name = "pbuf-cases",
		.backend = backend,
		.region = b->region,
		.size = BENCH_HEAP,
	};
	struct rtalloc_heap *heap = rtalloc_heap_create(&params);

	memset(&b->env, 0, sizeof(b->env));
	b->env.align = 8;
	b->env.priv = b;
	b->env.pool_empty = empty_called;
	EXPECT_EQ(b, pbuf_env_init(&b->env), 0);
	if (IS_ERR(heap))
		bench_fail(b, __LINE__, "no heap: %ld", PTR_ERR(heap));
	else
		b->env.heap = heap;
	pool_open(b, 1, BENCH_PBUFS, 0);
	pool_open(b, 2, BENCH_POOL, BENCH_BUFSIZE);
	EXPECT_EQ(b, pbuf_env_init(&b->env), 0);
}

static int pool_destroy(struct pbuf_bench *b, int source)
{
	return mempool_fixed_destroy(b->env.pool[source].pool, true);
}

static void env_close(struct pbuf_bench *b)
{
	struct rtalloc_snapshot snap;
	struct rtalloc_fault fault;
	int source;

	if (b->env.heap) {
		rtalloc_stats(b->env.heap, &snap);
		EXPECT_EQ(b, snap.live, 0);
		EXPECT_EQ(b, rtalloc_check(b->env.heap, &fault), 0);
		EXPECT_EQ(b, rtalloc_heap_destroy(b->env.heap, true), 0);
	}
	for (source = 1; source <= 2; source++)
		if (b->env.pool[source].pool) {
			EXPECT_EQ(b, pool_used(b, source), 0);
			EXPECT_EQ(b, pool_destroy(b, source), 0);
		}
}

bool pbuf_case_run(struct pbuf_bench *b, const struct pbuf_case *c,
		   const char *backend)
{
	*b->why = '\0';
	b->faults = 0;
	b->empty_calls = 0;
	b->empty_answer = true;
	env_open(b, backend);
	b->faults_before = pbuf_faults();
	b->env_before = pbuf_env_default();
	pbuf_env_set_default(&b->env);
	if (!*b->why)
		c->run(b);
	pbuf_env_set_default(b->env_before);
	EXPECT_EQ(b, pbuf_faults() - b->faults_before, b->faults);
	env_close(b);
	return !*b->why;
}

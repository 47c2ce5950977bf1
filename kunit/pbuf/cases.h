/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cases.h - tests of pbufs that run under KUnit and in user space. They use the public API
 * only, with an environment of their own, which is the default one as long as they run. A
 * case fails if it leaves anything allocated.
 */
#ifndef _RTALLOC_KUNIT_PBUF_CASES_H
#define _RTALLOC_KUNIT_PBUF_CASES_H

#include <rtalloc/mempool_fixed.h>
#include <rtalloc/pbuf.h>
#include <rtalloc/rtalloc.h>

#define BENCH_FLAT_MAX	(4 * 65536)	/* bytes of the longest queue */
#define BENCH_POOL	400		/* elements, as in lwIP's own tests */
#define BENCH_PBUFS	16
#define BENCH_BUFSIZE	616
#define BENCH_HEAP	60000		/* 16-bit headers: 8 bytes a block */

/**
 * struct pbuf_bench - what a case works with
 * @region: where heap and pools are cut from
 * @env: the environment; the heap is lwIP's, the alignment 8
 * @env_before: the default environment outside of the tests
 * @faults_before: pbuf_faults() when the case began
 * @faults: misuses that the case provokes; it counts them here
 * @empty_calls: calls of @env.pool_empty
 * @empty_source: its argument
 * @empty_answer: what it returns
 * @seed: for random cases
 * @input: bytes that random cases take their draws from, instead; or NULL
 * @input_left: how many there are
 * @steps: of random cases, so far
 * @flat: the bytes of a packet, by flatten()
 * @why: the first thing that was not as expected
 */
struct pbuf_bench {
	struct rtalloc_region *region;
	struct pbuf_env env;
	struct pbuf_env *env_before;
	unsigned long faults_before;
	unsigned long faults;
	unsigned int empty_calls;
	unsigned int empty_source;
	bool empty_answer;
	u64 seed;
	const u8 *input;
	size_t input_left;
	unsigned long steps;
	u8 flat[BENCH_FLAT_MAX];
	char why[200];
};

/**
 * struct pbuf_case - a test
 * @name: of the behaviour
 * @run: the test
 * @heap_counts: it speaks of the heap's bytes, so the heap must be lwIP's
 */
struct pbuf_case {
	const char *name;
	void (*run)(struct pbuf_bench *b);
	bool heap_counts;
};

#define PBUF_CASE(f)		{ #f, f, false }
#define PBUF_HEAP_CASE(f)	{ #f, f, true }

/* Each ends with an entry without name. */
extern const struct pbuf_case pbuf_alloc_cases[];
extern const struct pbuf_case pbuf_chain_cases[];
extern const struct pbuf_case pbuf_data_cases[];
extern const struct pbuf_case pbuf_defect_cases[];
extern const struct pbuf_case pbuf_held_cases[];
extern const struct pbuf_case pbuf_model_cases[];
extern const struct pbuf_case *const pbuf_suites[];

/* Run @c over a heap of @backend; false: @b->why says why not. */
bool pbuf_case_run(struct pbuf_bench *b, const struct pbuf_case *c,
		   const char *backend);

/* ---- for the cases --------------------------------------------------- */

void bench_fail(struct pbuf_bench *b, int line, const char *format, ...)
	__printf(3, 4);
void bench_expect_eq(struct pbuf_bench *b, int line, const char *text,
		     long long got, long long want);

/* The first of these that does not hold fails the case; it goes on. */
#define EXPECT(b, cond)							\
	bench_expect_eq(b, __LINE__, #cond, !!(cond), 1)
#define EXPECT_EQ(b, got, want)						\
	bench_expect_eq(b, __LINE__, #got, (long long)(got),		\
			(long long)(want))

/* The lengths of a chain are "len/tot_len len/tot_len ...". */
#define EXPECT_CHAIN(b, p, want)	expect_chain(b, __LINE__, p, want)
void expect_chain(struct pbuf_bench *b, int line, const struct pbuf *p,
		  const char *want);
/* The references are "1 2 1". */
#define EXPECT_REFS(b, p, want)		expect_refs(b, __LINE__, p, want)
void expect_refs(struct pbuf_bench *b, int line, const struct pbuf *p,
		 const char *want);
/* The bytes are those of @want, @len of them. */
#define EXPECT_BYTES(b, p, want, len)	expect_bytes(b, __LINE__, p, want, len)
void expect_bytes(struct pbuf_bench *b, int line, const struct pbuf *p,
		  const void *want, size_t len);
/* The bytes are first, first + 1, ... */
#define EXPECT_COUNTING(b, p, first)	expect_counting(b, __LINE__, p, first)
void expect_counting(struct pbuf_bench *b, int line, const struct pbuf *p,
		     u8 first);

/* A chain of PBUF_RAM of these lengths, its bytes 0, 1, 2, ... */
#define CHAIN(b, ...)							\
	chain_of(b, (const u16[]){ __VA_ARGS__ },			\
		 sizeof((const u16[]){ __VA_ARGS__ }) / sizeof(u16))
struct pbuf *chain_of(struct pbuf_bench *b, const u16 *len, size_t n);
/* Make the bytes of a packet first, first + 1, ... */
void count_bytes(struct pbuf *p, u8 first);
/* The bytes into @b->flat, as the lengths of the pbufs say; how many. */
size_t flatten(struct pbuf_bench *b, const struct pbuf *p);

u64 heap_used(struct pbuf_bench *b);
unsigned int pool_used(struct pbuf_bench *b, unsigned int source);
u64 pool_failed(struct pbuf_bench *b, unsigned int source);
/* At the end of the input all draws are 0. */
u32 bench_draw(struct pbuf_bench *b, u32 below);

static inline bool bench_is_dry(const struct pbuf_bench *b)
{
	return b->input && !b->input_left;
}

#endif /* _RTALLOC_KUNIT_PBUF_CASES_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cases.h - tests of pbufs that run under KUnit and in user space. They use the public API
 * only, with an environment of their own, which is the default one while a case runs. A
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
 * struct pbuf_bench - the environment and the state of a case
 * @region: region of the heap and the pools
 * @env: environment of the case, with lwip_mem as the heap and alignment 8
 * @env_before: default environment before the case, which is restored after it
 * @faults_before: pbuf_faults() before the case
 * @faults: number of misuses that the case has provoked; the case counts them
 * @empty_calls: number of calls of @env.pool_empty
 * @empty_source: argument of its last call
 * @empty_answer: value that it returns
 * @seed: state of the random number generator
 * @input: bytes that replace random numbers (a fuzzer's input), or NULL
 * @input_left: number of bytes of @input that are not used yet
 * @steps: number of steps that a random case has done
 * @flat: bytes of a packet, filled in by flatten()
 * @why: description of the first failed expectation
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
 * @name: name of the test
 * @run: the test
 * @heap_counts: the test expects exact numbers of bytes of the heap, so it runs with
 *	lwip_mem only
 */
struct pbuf_case {
	const char *name;
	void (*run)(struct pbuf_bench *b);
	bool heap_counts;
};

#define PBUF_CASE(f)		{ #f, f, false }
#define PBUF_HEAP_CASE(f)	{ #f, f, true }

/* All suites, pbuf_NAME_cases each. The last entry of a suite has no name. */
#define PBUF_SUITES(X)	X(alloc) X(chain) X(data) X(defect) X(held) X(model)
#define PBUF_SUITE(name)	extern const struct pbuf_case pbuf_##name##_cases[];
PBUF_SUITES(PBUF_SUITE)
extern const struct pbuf_case *const pbuf_suites[];

/* Run @c over a heap of @backend. Return false, with the reason in @b->why, if it fails. */
bool pbuf_case_run(struct pbuf_bench *b, const struct pbuf_case *c,
		   const char *backend);

/* ---- for the cases --------------------------------------------------- */

void bench_fail(struct pbuf_bench *b, int line, const char *format, ...)
	__printf(3, 4);
void bench_expect_eq(struct pbuf_bench *b, int line, const char *text,
		     long long got, long long want);

/* A failed expectation fails the case, which goes on. Only the first one is reported. */
#define EXPECT(b, cond)							\
	bench_expect_eq(b, __LINE__, #cond, !!(cond), 1)
#define EXPECT_EQ(b, got, want)						\
	bench_expect_eq(b, __LINE__, #got, (long long)(got),		\
			(long long)(want))

/* Expect these lengths of the pbufs of a chain: "len/tot_len len/tot_len ...". */
#define EXPECT_CHAIN(b, p, want)	expect_chain(b, __LINE__, p, want)
void expect_chain(struct pbuf_bench *b, int line, const struct pbuf *p,
		  const char *want);
/* Expect these references of the pbufs of a chain, for example "1 2 1". */
#define EXPECT_REFS(b, p, want)		expect_refs(b, __LINE__, p, want)
void expect_refs(struct pbuf_bench *b, int line, const struct pbuf *p,
		 const char *want);
/* Expect the packet to consist of the @len bytes at @want. */
#define EXPECT_BYTES(b, p, want, len)	expect_bytes(b, __LINE__, p, want, len)
void expect_bytes(struct pbuf_bench *b, int line, const struct pbuf *p,
		  const void *want, size_t len);
/* Expect the bytes of the packet to be first, first + 1, ... */
#define EXPECT_COUNTING(b, p, first)	expect_counting(b, __LINE__, p, first)
void expect_counting(struct pbuf_bench *b, int line, const struct pbuf *p,
		     u8 first);

/* Allocate a chain of PBUF_RAM of these lengths, with the bytes 0, 1, 2, ... */
#define CHAIN(b, ...)							\
	chain_of(b, (const u16[]){ __VA_ARGS__ },			\
		 sizeof((const u16[]){ __VA_ARGS__ }) / sizeof(u16))
struct pbuf *chain_of(struct pbuf_bench *b, const u16 *len, size_t n);
/* Fill a packet with the bytes first, first + 1, ... */
void count_bytes(struct pbuf *p, u8 first);
/* Copy the bytes of all pbufs into @b->flat. Return their number. */
size_t flatten(struct pbuf_bench *b, const struct pbuf *p);

u64 heap_used(struct pbuf_bench *b);
unsigned int pool_used(struct pbuf_bench *b, unsigned int source);
u64 pool_failed(struct pbuf_bench *b, unsigned int source);
/* Return a random number below @below; 0 if @b->input is used up. */
u32 bench_draw(struct pbuf_bench *b, u32 below);

static inline bool bench_is_dry(const struct pbuf_bench *b)
{
	return b->input && !b->input_left;
}

#endif /* _RTALLOC_KUNIT_PBUF_CASES_H */

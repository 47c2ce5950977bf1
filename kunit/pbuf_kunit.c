// SPDX-License-Identifier: GPL-2.0-only
/*
 * pbuf_kunit.c - the cases of pbuf/ under KUnit, on lwIP's heap and on a bounded one; lwIP's
 * random operations, whose hashes must be those that lwIP printed (in
 * tools/user/vectors/lwip.txt); and contexts in which pbufs may be freed.
 */
#include <linux/irq_work.h>
#include <linux/spinlock.h>

#include "kunit/common.h"
#include "kunit/pbuf/cases.h"
#include "kunit/pbuf/trace.h"

#define REGION	SZ_2M

/* ---- the cases -------------------------------------------------------- */

struct case_param {
	unsigned int suite;
	unsigned int number;
};

static const void *case_next(const void *prev, char *desc)
{
	static struct case_param at;
	const struct pbuf_case *c;

	if (prev)
		at.number++;
	else
		at = (struct case_param){};
	for (; pbuf_suites[at.suite]; at.suite++, at.number = 0) {
		c = &pbuf_suites[at.suite][at.number];
		if (!c->name)
			continue;
		strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
		return &at;
	}
	return NULL;
}

static void run_over(struct kunit *test, struct pbuf_bench *b,
		     const char *backend)
{
	const struct case_param *at = test->param_value;
	const struct pbuf_case *c = &pbuf_suites[at->suite][at->number];

	if (c->heap_counts && strcmp(backend, "lwip_mem"))
		return;
	b->seed = random_seed(test);
	KUNIT_EXPECT_TRUE_MSG(test, pbuf_case_run(b, c, backend), "%s: %s",
			      backend, b->why);
}

static void pbuf_case(struct kunit *test)
{
	struct pbuf_bench *b = pages_open(test, sizeof(*b));

	b->region = region_open(test, REGION);
	run_over(test, b, "lwip_mem");
	run_over(test, b, "tlsf");
}

/* ---- lwIP's random run ------------------------------------------------ */

static const struct trace_line {
	u32 operations;
	u32 hash;
} trace_lines[] = {
	{ 1, 0x834a5e96 }, { 2, 0x3c4a97c9 }, { 3, 0x3cd97cbe },
	{ 4, 0x700f4888 }, { 5, 0xffdd8c98 }, { 10, 0xc4561389 },
	{ 14, 0xd408fffb }, { 20, 0x12e9b34a }, { 50, 0xe8818cc0 },
	{ 100, 0x708c44fb }, { 200, 0x1d0a968c }, { 500, 0xc792d49c },
	{ 1000, 0xca8c0e8c }, { 5000, 0x46af2839 }, { 20000, 0x102c025b },
	{ 100000, 0x49ce8d9d },
};

static void lwip_is_reproduced(struct kunit *test)
{
	struct pbuf_trace *trace = pages_open(test, sizeof(*trace));
	const struct pbuf_trace_geometry geometry = {
		.align = 8, .bufsize = 616, .link = PBUF_LINK_HLEN,
		.ip = PBUF_IP_HLEN, .transport = PBUF_TRANSPORT_HLEN,
		.pool = 6, .pbufs = 4, .seed = 1,
	};
	struct mempool_fixed_stats pbufs, pool;
	int i;

	KUNIT_ASSERT_EQ(test, 0, pbuf_trace_open(trace,
						 region_open(test, REGION),
						 &geometry));
	for (i = 0; i < ARRAY_SIZE(trace_lines); i++) {
		while (trace->steps < trace_lines[i].operations)
			pbuf_trace_step(trace);
		KUNIT_EXPECT_EQ(test, trace->hash, trace_lines[i].hash);
	}
	mempool_fixed_stats(trace->env.pool[1].pool, &pbufs);
	mempool_fixed_stats(trace->env.pool[2].pool, &pool);
	KUNIT_EXPECT_EQ(test, 270, pbufs.failed);
	KUNIT_EXPECT_EQ(test, 163, pool.failed);
	KUNIT_EXPECT_EQ(test, 3298, trace->callbacks);
	KUNIT_EXPECT_EQ(test, 0, pbuf_trace_close(trace));
}

/* ---- contexts --------------------------------------------------------- */

struct hard_irq {
	struct irq_work work;
	struct pbuf *p;
	unsigned int freed;
	struct pbuf *got[2];
};

static void in_hard_irq(struct irq_work *work)
{
	struct hard_irq *irq = container_of(work, struct hard_irq, work);

	irq->freed = pbuf_free(irq->p);
	irq->got[0] = pbuf_alloc(PBUF_LINK, 100, PBUF_RAM);
	irq->got[1] = pbuf_alloc(PBUF_LINK, 1000, PBUF_POOL);
}

static void context_body(struct pbuf_bench *b)
{
	static struct hard_irq irq;
	static DEFINE_RAW_SPINLOCK(lock);
	unsigned long flags;

	irq.p = CHAIN(b, 10, 20);
	pbuf_cat(irq.p, pbuf_alloc(PBUF_RAW, 2000, PBUF_POOL));
	pbuf_cat(irq.p, pbuf_alloc_reference(b->flat, 10, PBUF_REF));
	irq.work = IRQ_WORK_INIT_HARD(in_hard_irq);
	irq_work_queue(&irq.work);
	irq_work_sync(&irq.work);
	EXPECT_EQ(b, irq.freed, 7);
	EXPECT_EQ(b, pbuf_clen(irq.got[1]), 2);
	raw_spin_lock_irqsave(&lock, flags);
	pbuf_cat(irq.got[0], irq.got[1]);
	EXPECT_EQ(b, pbuf_free(irq.got[0]), 3);
	raw_spin_unlock_irqrestore(&lock, flags);
}

/* lockdep reports a lock that may sleep on PREEMPT_RT. */
static void hard_irq_and_raw_lock(struct kunit *test)
{
	static const struct pbuf_case body = { "contexts", context_body, false };
	struct pbuf_bench *b = pages_open(test, sizeof(*b));

	b->region = region_open(test, REGION);
	KUNIT_EXPECT_TRUE_MSG(test, pbuf_case_run(b, &body, "tlsf"), "%s",
			      b->why);
}

static struct kunit_case pbuf_cases[] = {
	KUNIT_CASE_PARAM(pbuf_case, case_next),
	KUNIT_CASE(hard_irq_and_raw_lock),
	KUNIT_CASE_SLOW(lwip_is_reproduced),
	{}
};

RTALLOC_SUITE(pbuf);

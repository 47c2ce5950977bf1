// SPDX-License-Identifier: GPL-2.0-only
/*
 * alloc_cases.c - allocating and freeing pbufs, and the room in front of the payload. The
 * expected numbers are those that lwIP printed, plus the difference between its struct of 24
 * bytes and sizeof(struct pbuf).
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "kunit/pbuf/cases.h"

#define LWIP_STRUCT	24

/* ---- types and fresh pbufs ------------------------------------------- */

static void types_are_lwips(struct pbuf_bench *b)
{
	EXPECT_EQ(b, PBUF_RAM, 0x280);
	EXPECT_EQ(b, PBUF_ROM, 0x001);
	EXPECT_EQ(b, PBUF_REF, 0x041);
	EXPECT_EQ(b, PBUF_POOL, 0x182);
	EXPECT_EQ(b, PBUF_TRANSPORT, 74);
	EXPECT_EQ(b, PBUF_IP, 54);
	EXPECT_EQ(b, PBUF_LINK, 14);
	EXPECT_EQ(b, PBUF_RAW_TX, 0);
	EXPECT_EQ(b, PBUF_RAW, 0);
	EXPECT_EQ(b, PBUF_FLAG_PUSH | PBUF_FLAG_MCASTLOOP << 8, 0x401);
	EXPECT_EQ(b, PBUF_FLAG_LLBCAST | PBUF_FLAG_LLMCAST << 8, 0x1008);
	EXPECT_EQ(b, PBUF_FLAG_IS_CUSTOM | PBUF_FLAG_TCP_FIN << 8, 0x2002);
}

static void fresh_pbuf_is(struct pbuf_bench *b, enum pbuf_type type, u8 stored)
{
	struct pbuf *p = pbuf_alloc(PBUF_TRANSPORT, 100, type);

	EXPECT(b, p);
	EXPECT_CHAIN(b, p, "100/100");
	EXPECT_REFS(b, p, "1");
	EXPECT_EQ(b, p->type_internal, stored);
	EXPECT_EQ(b, p->flags, 0);
	EXPECT_EQ(b, p->if_idx, 0);
	EXPECT(b, pbuf_match_type(p, type));
	EXPECT(b, pbuf_match_type(p, PBUF_ROM) == ((stored & 0xf) == 1));
	EXPECT_EQ(b, pbuf_free(p), 1);
}

static void fresh_pbufs(struct pbuf_bench *b)
{
	fresh_pbuf_is(b, PBUF_RAM, 0x80);
	fresh_pbuf_is(b, PBUF_ROM, 0x01);
	fresh_pbuf_is(b, PBUF_REF, 0x41);
	fresh_pbuf_is(b, PBUF_POOL, 0x82);
}

/* lwIP's own test_pbuf_alloc_zero_pbufs. */
static void alloc_zero(struct pbuf_bench *b)
{
	static const enum pbuf_type types[] = {
		PBUF_ROM, PBUF_RAM, PBUF_REF, PBUF_POOL,
	};
	struct pbuf *p;
	int i;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		p = pbuf_alloc(PBUF_RAW, 0, types[i]);
		EXPECT_CHAIN(b, p, "0/0");
		EXPECT_EQ(b, pbuf_free(p), 1);
	}
}

static void other_types_are_refused(struct pbuf_bench *b)
{
	static const unsigned int types[] = {
		0, 2, 0x80, 0x81, 0x82, 0x180, 0x281, 0x1041, ~0u,
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		EXPECT(b, !pbuf_alloc(PBUF_RAW, 1, types[i]));
		EXPECT(b, !pbuf_alloc_reference(b, 1, types[i]));
	}
	EXPECT(b, !pbuf_alloc_reference(b, 1, PBUF_RAM));
	EXPECT(b, !pbuf_alloc_reference(b, 1, PBUF_POOL));
}

/* ---- headroom and memory --------------------------------------------- */

static void ram_takes(struct pbuf_bench *b, enum pbuf_layer layer, size_t len,
		      size_t offset, u64 bytes)
{
	struct pbuf *p = pbuf_alloc(layer, len, PBUF_RAM);
	size_t more = sizeof(*p) - LWIP_STRUCT;

	EXPECT_EQ(b, p->payload - (void *)p, offset + more);
	EXPECT_EQ(b, heap_used(b), bytes + more);
	EXPECT_EQ(b, pbuf_free(p), 1);
	EXPECT_EQ(b, heap_used(b), 0);
}

static void ram_bytes(struct pbuf_bench *b)
{
	ram_takes(b, PBUF_TRANSPORT, 100, 104, 216);
	ram_takes(b, PBUF_IP, 100, 80, 192);
	ram_takes(b, PBUF_LINK, 100, 40, 152);
	ram_takes(b, PBUF_RAW, 100, 24, 136);
	ram_takes(b, PBUF_RAW, 0, 24, 32);
}

/* The struct is rounded up to the alignment, and so is the headroom. */
static void offset_is(struct pbuf_bench *b, size_t align, size_t headroom,
		      size_t offset)
{
	struct pbuf_env env = { .heap = b->env.heap, .align = align };
	struct pbuf *p;

	EXPECT_EQ(b, pbuf_env_init(&env), 0);
	p = pbuf_alloc_from(&env, headroom, 100, PBUF_RAM);
	EXPECT(b, p);
	EXPECT_EQ(b, p->payload - (void *)p, offset - ALIGN(LWIP_STRUCT, align) +
		  ALIGN(sizeof(*p), align));
	pbuf_free(p);
}

static void alignments(struct pbuf_bench *b)
{
	offset_is(b, 1, 74, 98);
	offset_is(b, 1, 14, 38);
	offset_is(b, 4, 74, 100);
	offset_is(b, 4, 14, 40);
	offset_is(b, 8, 74, 104);
	offset_is(b, 64, 74, 192);
}

static void environments_are_checked(struct pbuf_bench *b)
{
	struct pbuf_env env = { .align = 3 };

	EXPECT_EQ(b, pbuf_env_init(&env), -EINVAL);
	env = (struct pbuf_env){ .align = 8, .header = sizeof(struct pbuf) - 8 };
	EXPECT_EQ(b, pbuf_env_init(&env), -EINVAL);
	env = (struct pbuf_env){ .align = 64, .header = sizeof(struct pbuf) };
	EXPECT_EQ(b, pbuf_env_init(&env), -EINVAL);
	env = (struct pbuf_env){ .align = 0 };
	EXPECT_EQ(b, pbuf_env_init(&env), 0);
	EXPECT_EQ(b, env.align, 1);
	EXPECT_EQ(b, env.header, sizeof(struct pbuf));
	env = (struct pbuf_env){ .align = 4, .header = 64 };
	EXPECT_EQ(b, pbuf_env_init(&env), 0);
	EXPECT_EQ(b, env.header, 64);
}

/* Pools whose elements do not fit the environment are refused. */
static void pools_are_checked(struct pbuf_bench *b)
{
	struct pbuf_env env = { .align = 8, .pool[3] = b->env.pool[2] };

	EXPECT_EQ(b, pbuf_env_init(&env), 0);
	env.pool[3].size++;
	EXPECT_EQ(b, pbuf_env_init(&env), -EINVAL);
	env.pool[3].size = SIZE_MAX;
	EXPECT_EQ(b, pbuf_env_init(&env), -EINVAL);
	env.pool[3] = b->env.pool[2];
	env.header += 8;
	EXPECT_EQ(b, pbuf_env_init(&env), -EINVAL);
	env.pool[3].size -= 8;
	EXPECT_EQ(b, pbuf_env_init(&env), 0);
	env = (struct pbuf_env){ .align = 8, .pool[1] = b->env.pool[1] };
	env.pool[0] = b->env.pool[2];
	env.pool[4].size = 100;
	env.is_empty = 1;
	EXPECT_EQ(b, pbuf_env_init(&env), 0);
	EXPECT(b, !env.pool[0].pool);
	EXPECT_EQ(b, env.pool[0].size + env.pool[4].size + env.is_empty, 0);
}

/*
 * A pool whose elements are not aligned as the environment requires is refused: they are 656
 * bytes apart, which is no multiple of 32; on 32-bit machines 640, no multiple of 256.
 */
static void pools_are_aligned(struct pbuf_bench *b)
{
	struct pbuf_env env = { .align = sizeof(void *) < 8 ? 256 : 32,
				.pool[3] = b->env.pool[2] };

	env.pool[3].size = 32;
	EXPECT_EQ(b, pbuf_env_init(&env), -EINVAL);
}

static void no_environment(struct pbuf_bench *b)
{
	struct pbuf_env env = { .align = 8 };
	struct pbuf_custom custom = {};
	u8 mem[16];

	pbuf_env_set_default(NULL);
	EXPECT(b, !pbuf_alloc(PBUF_RAW, 1, PBUF_RAM));
	EXPECT(b, !pbuf_alloc(PBUF_RAW, 1, PBUF_POOL));
	EXPECT(b, !pbuf_alloc_reference(mem, 1, PBUF_REF));
	EXPECT(b, pbuf_alloced_custom(PBUF_RAW, 16, PBUF_REF, &custom, mem, 16));
	EXPECT_EQ(b, pbuf_env_init(&env), 0);
	pbuf_env_set_default(&env);
	EXPECT(b, pbuf_env_default() == &env);
	EXPECT(b, !pbuf_alloc(PBUF_RAW, 1, PBUF_RAM));
	EXPECT(b, !pbuf_alloc(PBUF_RAW, 1, PBUF_POOL));
	EXPECT(b, !pbuf_alloc_reference(mem, 1, PBUF_REF));
	pbuf_env_set_default(&b->env);
}

/* Lengths above 65535 are refused, and not truncated to 16 bits. */
static void long_packets_are_refused(struct pbuf_bench *b)
{
	static const size_t lengths[] = {
		65536, 65537, 65536 + 100, SIZE_MAX - 200, SIZE_MAX,
	};
	struct pbuf_custom custom;
	struct pbuf *p;
	int i;

	for (i = 0; i < ARRAY_SIZE(lengths); i++) {
		EXPECT(b, !pbuf_alloc(PBUF_RAW, lengths[i], PBUF_RAM));
		EXPECT(b, !pbuf_alloc(PBUF_RAW, lengths[i], PBUF_POOL));
		EXPECT(b, !pbuf_alloc_reference(b->flat, lengths[i], PBUF_REF));
		EXPECT(b, !pbuf_alloced_custom(PBUF_RAW, lengths[i], PBUF_REF,
					       &custom, b->flat, SIZE_MAX));
		EXPECT(b, !pbuf_alloc_from(&b->env, lengths[i], 1, PBUF_RAM));
		EXPECT(b, !pbuf_alloc_from(&b->env, lengths[i], 1, PBUF_POOL));
	}
	p = pbuf_alloc(PBUF_RAW, 65535, PBUF_POOL);
	EXPECT_EQ(b, p->tot_len, 65535);
	EXPECT_EQ(b, pbuf_clen(p), 107);	/* 106 * 616 + 239 */
	EXPECT_EQ(b, pbuf_free(p), 107);
	EXPECT_EQ(b, b->empty_calls, 0);
}

/* ---- pools ----------------------------------------------------------- */

static void pool_chains(struct pbuf_bench *b)
{
	struct pbuf *p = pbuf_alloc(PBUF_TRANSPORT, 2000, PBUF_POOL);

	EXPECT_CHAIN(b, p, "536/2000 616/1464 616/848 232/232");
	EXPECT_REFS(b, p, "1 1 1 1");
	EXPECT_EQ(b, p->payload - (void *)p, b->env.header + 80);
	EXPECT_EQ(b, p->next->payload - (void *)p->next, b->env.header);
	EXPECT_EQ(b, pool_used(b, 2), 4);
	EXPECT_EQ(b, pbuf_free(p), 4);
	p = pbuf_alloc(PBUF_RAW, 2000, PBUF_POOL);
	EXPECT_CHAIN(b, p, "616/2000 616/1384 616/768 152/152");
	EXPECT_EQ(b, pbuf_free(p), 4);
	p = pbuf_alloc(PBUF_RAW, 616, PBUF_POOL);
	EXPECT_CHAIN(b, p, "616/616");
	EXPECT_EQ(b, pbuf_free(p), 1);
}

/* Allocate elements, as one chain, until only @left are free. */
static struct pbuf *pool_fill(struct pbuf_bench *b, unsigned int left)
{
	struct pbuf *p = NULL, *q;

	while (pool_used(b, 2) < BENCH_POOL - left) {
		q = pbuf_alloc(PBUF_RAW, 1, PBUF_POOL);
		q->next = p;
		p = q;
	}
	return p;
}

static bool empty_sees_chain(struct pbuf_env *env, unsigned int source)
{
	struct pbuf_bench *b = env->priv;

	EXPECT_EQ(b, source, 2);
	EXPECT_EQ(b, pool_used(b, 2), BENCH_POOL);
	b->empty_calls++;
	return true;
}

/* If elements are too few, pool_empty() is called, then those taken so far are freed. */
static void pool_gives_up_whole_packets(struct pbuf_bench *b)
{
	struct pbuf *fill = pool_fill(b, 3), *p;

	b->env.pool_empty = empty_sees_chain;
	EXPECT(b, !pbuf_alloc(PBUF_RAW, 3 * 616 + 1, PBUF_POOL));
	EXPECT_EQ(b, b->empty_calls, 1);
	EXPECT_EQ(b, pool_used(b, 2), BENCH_POOL - 3);
	EXPECT_EQ(b, pool_failed(b, 2), 1);
	p = pbuf_alloc(PBUF_RAW, 3 * 616, PBUF_POOL);
	EXPECT_EQ(b, pbuf_clen(p), 3);
	pbuf_free(p);
	pbuf_free(fill);
}

/* An allocation that fails at its k-th element leaves nothing allocated, for every k. */
static void pool_failure_at_each_element(struct pbuf_bench *b)
{
	struct pbuf *fill, *src = pbuf_alloc(PBUF_RAW, 6 * 616, PBUF_POOL);
	unsigned int k;

	for (k = 0; k < 6; k++) {
		fill = pool_fill(b, k);
		EXPECT(b, !pbuf_alloc(PBUF_RAW, 6 * 616, PBUF_POOL));
		EXPECT(b, !pbuf_clone(PBUF_RAW, PBUF_POOL, src));
		EXPECT_EQ(b, pool_used(b, 2), BENCH_POOL - k);
		pbuf_free(fill);
		EXPECT_EQ(b, pool_used(b, 2), 6);
	}
	pbuf_free(src);
}

/* pool_empty() is called once for many failures, until the mark is cleared. */
static void empty_pool_is_told_once(struct pbuf_bench *b)
{
	struct pbuf *fill = pool_fill(b, 0);

	EXPECT(b, !pbuf_alloc(PBUF_RAW, 1, PBUF_POOL));
	EXPECT(b, !pbuf_alloc(PBUF_RAW, 1, PBUF_POOL));
	EXPECT_EQ(b, b->empty_calls, 1);
	EXPECT_EQ(b, b->empty_source, 2);
	EXPECT(b, b->env.is_empty);
	pbuf_pool_empty_done(&b->env);
	EXPECT(b, !b->env.is_empty);
	b->empty_answer = false;
	EXPECT(b, !pbuf_alloc(PBUF_RAW, 1, PBUF_POOL));
	EXPECT(b, !pbuf_alloc(PBUF_RAW, 1, PBUF_POOL));
	EXPECT_EQ(b, b->empty_calls, 3);
	EXPECT(b, !b->env.is_empty);
	/* Without that function only the mark is set, which can be polled. */
	b->env.pool_empty = NULL;
	EXPECT(b, !pbuf_alloc(PBUF_RAW, 1, PBUF_POOL));
	EXPECT(b, b->env.is_empty);
	pbuf_free(fill);
}

/* A failure of the heap, or of the pool of structs, does not call pool_empty(). */
static void only_pools_tell(struct pbuf_bench *b)
{
	struct pbuf *p[BENCH_PBUFS];
	int i;

	for (i = 0; i < BENCH_PBUFS; i++)
		p[i] = pbuf_alloc_reference(b->flat, 10, PBUF_ROM);
	EXPECT(b, p[BENCH_PBUFS - 1]);
	EXPECT(b, !pbuf_alloc_reference(b->flat, 10, PBUF_ROM));
	EXPECT(b, !pbuf_alloc(PBUF_RAW, 10, PBUF_REF));
	EXPECT_EQ(b, pool_failed(b, 1), 2);
	for (i = 0; i < BENCH_PBUFS; i++)
		EXPECT_EQ(b, pbuf_free(p[i]), 1);
	EXPECT(b, !pbuf_alloc_from(&(struct pbuf_env){}, 0, 1, PBUF_RAM));
	EXPECT_EQ(b, b->empty_calls, 0);
}

/*
 * A driver's pool: the struct is padded to 64 bytes, the headroom has room for a header of 12
 * bytes in front of the frame, and 320 bytes at the end are left free.
 */
static void driver_pool(struct pbuf_bench *b)
{
	struct pbuf_env env = { .align = 4, .header = 64 };
	struct pbuf *p, *q;

	env.pool[3].pool = b->env.pool[2].pool;
	env.pool[3].size = b->env.header + BENCH_BUFSIZE - 64 - 320;
	EXPECT_EQ(b, pbuf_env_init(&env), 0);
	p = pbuf_alloc_pool(&env, 3, 52, env.pool[3].size - 52);
	EXPECT_EQ(b, pbuf_clen(p), 1);
	EXPECT_EQ(b, p->payload - (void *)p, 116);
	EXPECT_EQ(b, p->payload + p->len - (void *)p,
		  b->env.header + BENCH_BUFSIZE - 320);
	EXPECT_EQ(b, p->type_internal, 0x83);
	EXPECT_EQ(b, pbuf_remove_header(p, 12), 0);
	EXPECT_EQ(b, pbuf_add_header(p, 64), 0);
	EXPECT_EQ(b, pbuf_add_header(p, 1), 1);
	q = pbuf_alloc_pool(&env, 3, 52, env.pool[3].size);
	EXPECT_EQ(b, pbuf_clen(q), 2);
	EXPECT_EQ(b, pbuf_try_cat(p, q), ERR_OK);
	EXPECT_EQ(b, pool_used(b, 2), 3);
	EXPECT_EQ(b, pbuf_free(p), 3);
	EXPECT(b, !pbuf_alloc_pool(&env, 2, 0, 1));
	EXPECT(b, !pbuf_alloc_pool(&env, 0, 0, 1));
	EXPECT(b, !pbuf_alloc_pool(&env, 16, 0, 1));
	EXPECT(b, !pbuf_alloc_pool(&env, ~0u, 0, 1));
}

/* ---- the caller's memory --------------------------------------------- */

static void references(struct pbuf_bench *b)
{
	struct pbuf *p = pbuf_alloc(PBUF_TRANSPORT, 100, PBUF_ROM);

	EXPECT(b, !p->payload);
	EXPECT(b, !PBUF_NEEDS_COPY(p));
	pbuf_free(p);
	p = pbuf_alloc_reference(b->flat, 100, PBUF_REF);
	EXPECT(b, p->payload == b->flat);
	EXPECT(b, PBUF_NEEDS_COPY(p));
	EXPECT_EQ(b, pool_used(b, 1), 1);
	pbuf_free(p);
}

static struct pbuf custom_last;	/* the pbuf as its free function saw it */
static unsigned int custom_frees;

static void custom_freed(struct pbuf *p)
{
	custom_last = *p;
	custom_frees++;
}

static void custom_fits_exactly(struct pbuf_bench *b)
{
	struct pbuf_custom custom, before;
	struct pbuf *p;
	u8 mem[100];

	memset(&custom, 0xa5, sizeof(custom));
	before = custom;
	/* 14 bytes are rounded up to 16. */
	EXPECT(b, !pbuf_alloced_custom(PBUF_LINK, 85, PBUF_REF, &custom, mem,
				       sizeof(mem)));
	EXPECT(b, !pbuf_alloced_custom(PBUF_LINK, 0, PBUF_REF, &custom, mem, 15));
	EXPECT(b, !memcmp(&custom, &before, sizeof(custom)));
	custom.custom_free_function = custom_freed;
	p = pbuf_alloced_custom(PBUF_LINK, 84, PBUF_REF, &custom, mem,
				sizeof(mem));
	EXPECT(b, p == &custom.pbuf);
	EXPECT(b, p->payload == mem + 16);
	EXPECT(b, custom.custom_free_function == custom_freed);
	EXPECT_EQ(b, p->flags, PBUF_FLAG_IS_CUSTOM);
	EXPECT_EQ(b, p->type_internal, 0x41);
	EXPECT_EQ(b, p->if_idx, 0);
	EXPECT_CHAIN(b, p, "84/84");
	EXPECT_REFS(b, p, "1");
	p = pbuf_alloced_custom(PBUF_LINK, 84, 0xffa2, &custom, NULL,
				sizeof(mem));
	EXPECT(b, !p->payload);
	EXPECT_EQ(b, p->type_internal, 0xa2);
	EXPECT(b, !pbuf_alloced_custom(PBUF_LINK, 85, 0, &custom, NULL, 100));
}

/* The free function is given the pbuf with its last length and payload. */
static void custom_free_sees_all(struct pbuf_bench *b)
{
	struct pbuf_custom custom = { .custom_free_function = custom_freed };
	struct pbuf *tail = CHAIN(b, 30), *p;
	u8 mem[100];

	custom_frees = 0;
	p = pbuf_alloced_custom(PBUF_RAW, 100, PBUF_RAM, &custom, mem, 100);
	pbuf_remove_header(p, 40);
	pbuf_chain(p, tail);
	pbuf_ref(p);
	EXPECT_EQ(b, pbuf_free(p), 0);
	EXPECT_EQ(b, custom_frees, 0);
	EXPECT_EQ(b, pbuf_free(p), 1);
	EXPECT_EQ(b, custom_frees, 1);
	EXPECT_EQ(b, custom_last.len, 60);
	EXPECT_EQ(b, custom_last.tot_len, 90);
	EXPECT_EQ(b, custom_last.ref, 0);
	EXPECT(b, custom_last.next == tail);
	EXPECT(b, custom_last.payload == mem + 40);
	EXPECT_REFS(b, tail, "1");
	EXPECT_EQ(b, pbuf_free(tail), 1);
}

/* ---- references ------------------------------------------------------ */

static void free_is(struct pbuf_bench *b, unsigned int first,
		    unsigned int second, unsigned int third, unsigned int freed,
		    const char *left)
{
	struct pbuf *p = CHAIN(b, 1, 2, 3), *piece[3];
	unsigned int ref[3] = { first, second, third };
	unsigned int i, n;

	for (i = 0; i < 3; i++, p = p->next) {
		piece[i] = p;
		for (n = 1; n < ref[i]; n++)
			pbuf_ref(p);
	}
	EXPECT_EQ(b, pbuf_free(piece[0]), freed);
	EXPECT_REFS(b, freed < 3 ? piece[freed] : NULL, left);
	/* Drop the references that were taken here. */
	for (i = 0; i < 3; i++)
		for (n = 1; n < ref[i]; n++)
			pbuf_free(piece[i]);
}

/* Freeing a chain stops at the first pbuf that has another reference. */
static void free_stops_at_a_reference(struct pbuf_bench *b)
{
	free_is(b, 1, 1, 1, 3, "");
	free_is(b, 1, 2, 3, 1, "1 3");
	free_is(b, 3, 3, 3, 0, "2 3 3");
	free_is(b, 1, 1, 2, 2, "1");
	free_is(b, 2, 1, 1, 0, "1 1 1");
	EXPECT_EQ(b, pbuf_free(NULL), 0);
	pbuf_ref(NULL);
}

/* ---- headers --------------------------------------------------------- */

static unsigned int headers_that_fit(struct pbuf *p)
{
	unsigned int n = 0;

	while (!pbuf_add_header(p, 1))
		n++;
	pbuf_free(p);
	return n;
}

/* An environment without pools, as lwIP's memp_init() leaves it if there is no memory. */
static void pool_that_is_not_there(struct pbuf_bench *b)
{
	struct pbuf_pool structs = b->env.pool[1], elements = b->env.pool[2];

	b->env.pool[2].pool = NULL;
	EXPECT(b, !pbuf_alloc(PBUF_RAW, 100, PBUF_POOL));
	EXPECT(b, !pbuf_alloc(PBUF_RAW, 10000, PBUF_POOL));
	EXPECT(b, !pbuf_alloc_pool(&b->env, 2, 0, 0));
	EXPECT(b, !pbuf_alloc_pool(&b->env, 9, 0, 0));
	b->env.pool[1].pool = NULL;
	EXPECT(b, !pbuf_alloc(PBUF_RAW, 100, PBUF_REF));
	EXPECT(b, !pbuf_alloc(PBUF_RAW, 100, PBUF_ROM));
	EXPECT_EQ(b, b->empty_calls, 0);
	b->env.pool[1] = structs;
	b->env.pool[2] = elements;
}

/* Freeing a pbuf whose pool was removed is counted as a fault and accesses no memory. */
static void free_after_the_pool_went(struct pbuf_bench *b)
{
	struct pbuf *p = pbuf_alloc(PBUF_RAW, 100, PBUF_POOL);
	struct pbuf_pool pool = b->env.pool[2];

	b->env.pool[2].pool = NULL;
	EXPECT_EQ(b, pbuf_free(p), 1);
	b->faults = 1;
	b->env.pool[2] = pool;
	EXPECT_EQ(b, pool_used(b, 2), 1);
	EXPECT_EQ(b, mempool_fixed_free(pool.pool, p), 0);
}

static void headroom_is_what_was_asked(struct pbuf_bench *b)
{
	EXPECT_EQ(b, headers_that_fit(pbuf_alloc(PBUF_TRANSPORT, 9, PBUF_RAM)),
		  80);
	EXPECT_EQ(b, headers_that_fit(pbuf_alloc(PBUF_TRANSPORT, 9, PBUF_POOL)),
		  80);
	EXPECT_EQ(b, headers_that_fit(pbuf_alloc(PBUF_LINK, 9, PBUF_RAM)), 16);
	EXPECT_EQ(b, headers_that_fit(pbuf_alloc(PBUF_RAW, 9, PBUF_POOL)), 0);
	EXPECT_EQ(b, headers_that_fit(pbuf_alloc(PBUF_IP, 9, PBUF_REF)), 0);
	EXPECT_EQ(b, headers_that_fit(pbuf_alloc(PBUF_IP, 9, PBUF_ROM)), 0);
}

static void header_errors(struct pbuf_bench *b)
{
	struct pbuf *p = pbuf_alloc(PBUF_TRANSPORT, 9, PBUF_RAM);
	void *payload = p->payload;

	EXPECT_EQ(b, pbuf_add_header(NULL, 1), 1);
	EXPECT_EQ(b, pbuf_add_header_force(NULL, 1), 1);
	EXPECT_EQ(b, pbuf_remove_header(NULL, 1), 1);
	EXPECT_EQ(b, pbuf_header(NULL, 1), 1);
	EXPECT_EQ(b, pbuf_header_force(NULL, -1), 1);
	EXPECT_EQ(b, pbuf_add_header(p, 0x10000), 1);
	EXPECT_EQ(b, pbuf_add_header(p, SIZE_MAX), 1);
	EXPECT_EQ(b, pbuf_add_header(p, 81), 1);
	EXPECT_EQ(b, pbuf_remove_header(p, 10), 1);
	EXPECT_EQ(b, pbuf_remove_header(p, 0x10000), 1);
	EXPECT_EQ(b, pbuf_remove_header(p, SIZE_MAX), 1);
	EXPECT_EQ(b, pbuf_header(p, -32768), 1);
	EXPECT_EQ(b, pbuf_header(p, 32767), 1);
	EXPECT_CHAIN(b, p, "9/9");
	EXPECT(b, p->payload == payload);
	pbuf_free(p);
}

static void headers_move(struct pbuf_bench *b)
{
	struct pbuf *p = pbuf_alloc(PBUF_TRANSPORT, 20, PBUF_RAM);
	void *payload = p->payload;

	pbuf_cat(p, pbuf_alloc(PBUF_RAW, 30, PBUF_RAM));
	EXPECT_EQ(b, pbuf_add_header(p, 10), 0);
	EXPECT_CHAIN(b, p, "30/60 30/30");
	EXPECT(b, p->payload == payload - 10);
	EXPECT_EQ(b, pbuf_header(p, -30), 0);
	EXPECT_CHAIN(b, p, "0/30 30/30");
	EXPECT_EQ(b, pbuf_remove_header(p, 1), 1);
	EXPECT_EQ(b, pbuf_remove_header(p, 0), 0);
	EXPECT_EQ(b, pbuf_header(p, 30), 0);
	EXPECT_EQ(b, pbuf_add_header(p, 0), 0);
	EXPECT_CHAIN(b, p, "30/60 30/30");
	EXPECT(b, p->payload == payload - 10);
	pbuf_free(p);
}

/* Only pbuf_add_header_force() moves the payload of a PBUF_REF to the front. */
static void force_is_for_references(struct pbuf_bench *b)
{
	struct pbuf *p = pbuf_alloc_reference(b->flat + 100, 65530, PBUF_REF);

	EXPECT_EQ(b, pbuf_add_header(p, 0), 0);
	EXPECT_EQ(b, pbuf_add_header(p, 1), 1);
	EXPECT_EQ(b, pbuf_add_header_force(p, 6), 1);
	EXPECT_EQ(b, pbuf_add_header_force(p, 5), 0);
	EXPECT(b, p->payload == b->flat + 95);
	EXPECT_EQ(b, pbuf_header_force(p, 1), 1);
	EXPECT_EQ(b, pbuf_header_force(p, -5), 0);
	EXPECT_EQ(b, pbuf_header(p, 5), 1);
	EXPECT_EQ(b, pbuf_header_force(p, 5), 0);
	EXPECT_EQ(b, pbuf_header(p, 0), 0);
	EXPECT_EQ(b, pbuf_header(p, -5), 0);
	EXPECT_CHAIN(b, p, "65530/65530");
	EXPECT(b, p->payload == b->flat + 100);
	pbuf_free(p);
}

static void free_header_is(struct pbuf_bench *b, size_t size, const char *want,
			   u8 first)
{
	struct pbuf *p = pbuf_free_header(CHAIN(b, 10, 20, 30), size);

	EXPECT_CHAIN(b, p, want);
	EXPECT_COUNTING(b, p, first);
	if (p)
		pbuf_free(p);
}

static void free_header(struct pbuf_bench *b)
{
	free_header_is(b, 0, "10/60 20/50 30/30", 0);
	free_header_is(b, 5, "5/55 20/50 30/30", 5);
	free_header_is(b, 10, "20/50 30/30", 10);
	free_header_is(b, 15, "15/45 30/30", 15);
	free_header_is(b, 30, "30/30", 30);
	free_header_is(b, 35, "25/25", 35);
	free_header_is(b, 60, "", 0);
	free_header_is(b, 61, "", 0);
	free_header_is(b, SIZE_MAX, "", 0);
	EXPECT(b, !pbuf_free_header(NULL, 5));
}

const struct pbuf_case pbuf_alloc_cases[] = {
	PBUF_CASE(types_are_lwips),
	PBUF_CASE(fresh_pbufs),
	PBUF_CASE(alloc_zero),
	PBUF_CASE(other_types_are_refused),
	PBUF_HEAP_CASE(ram_bytes),
	PBUF_CASE(alignments),
	PBUF_CASE(environments_are_checked),
	PBUF_CASE(pools_are_checked),
	PBUF_HEAP_CASE(pools_are_aligned),
	PBUF_CASE(no_environment),
	PBUF_CASE(long_packets_are_refused),
	PBUF_CASE(pool_chains),
	PBUF_CASE(pool_gives_up_whole_packets),
	PBUF_CASE(pool_failure_at_each_element),
	PBUF_CASE(empty_pool_is_told_once),
	PBUF_CASE(only_pools_tell),
	PBUF_CASE(driver_pool),
	PBUF_CASE(references),
	PBUF_CASE(custom_fits_exactly),
	PBUF_CASE(custom_free_sees_all),
	PBUF_CASE(free_stops_at_a_reference),
	PBUF_CASE(pool_that_is_not_there),
	PBUF_CASE(free_after_the_pool_went),
	PBUF_CASE(headroom_is_what_was_asked),
	PBUF_CASE(header_errors),
	PBUF_CASE(headers_move),
	PBUF_CASE(force_is_for_references),
	PBUF_CASE(free_header),
	{}
};

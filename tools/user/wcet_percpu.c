// SPDX-License-Identifier: GPL-2.0-only
/*
 * wcet_percpu.c - run heaps with magazines (per-CPU caches) in their worst states, for
 * callgrind to count: all of rtalloc_alloc() and rtalloc_free(). The core is the kernel's,
 * except that locks cost nothing here.
 *
 *	wcet_percpu HEAP REGION...	run by tools/user/wcet
 *
 * The worst case is a batch: 16 blocks that the backend allocates one by one, each from a
 * hole of its own, or 15 that it frees, each between two free neighbours.
 *
 * Also counted is what runs with interrupts off when magazines are emptied or inspected,
 * each hold of the lock alone: flush (a batch is freed), check and walk (32 pieces), and
 * take (a processor's magazines are exchanged for empty ones).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/err.h>
#include <linux/percpu.h>
#include <linux/smp.h>

#include "core/core.h"
#include "core/percpu.h"
#include "wcet_count.h"

#define SIZE_MAX_CLASS	512
#define HOLES		400	/* enough for many batches */
#define BLOCKS		1000

static const char *figure, *state;
static size_t region;
static struct rtalloc_heap *heap;
static void *memory;

static long count(const char *operation, void *hook, void *a, long b, long c)
{
	char label[200];

	snprintf(label, sizeof(label), "%s %s %s %zu", figure, operation,
		 state, region);
	return count_call(label, hook, a, b, c);
}

static void *count_alloc(size_t size)
{
	return (void *)count("malloc", rtalloc_alloc, heap, (long)size,
			     GFP_ATOMIC);
}

static void count_free(void *p)
{
	if (count("free", rtalloc_free, heap, (long)p, 0)) {
		fprintf(stderr, "wcet_percpu: %s: a free is refused\n", state);
		exit(1);
	}
}

/* ---- heaps ----------------------------------------------------------- */

static bool is_pool(void)
{
	return !strncmp(figure, "pool", 4);
}

static void heap_begin(const char *name)
{
	struct rtalloc_heap_params params = {
		.name = "wcet", .size = region, .flags = RTALLOC_HEAP_PERCPU,
		.percpu = 27 * 3072, .elem = is_pool() ? 64 : 0,
	};
	char backend[20];

	count_stop(region);
	state = name;
	snprintf(backend, sizeof(backend), "%.*s",
		 (int)strcspn(figure, "_"), figure);
	params.backend = backend;
	params.memory = memory;
	heap = rtalloc_heap_create(&params);
	if (IS_ERR(heap)) {
		fprintf(stderr, "wcet_percpu: no %s of %zu bytes\n", figure,
			region);
		exit(1);
	}
}

static void heap_end(void)
{
	struct rtalloc_fault fault;

	count_stop(region);
	if (rtalloc_check(heap, &fault)) {
		fprintf(stderr, "wcet_percpu: damaged after %s: %s\n", state,
			fault.what);
		exit(1);
	}
	rtalloc_heap_destroy(heap, true);
}

/* Allocate a block that does not go through magazines, neither now nor when it is freed. */
static void *plain_alloc(size_t size)
{
	return rtalloc_alloc_aligned(heap, size, 8, 0);
}

/* Allocate blocks of @size until none is left, @room at most. Return how many. */
static int row_alloc(void **p, int room, size_t size)
{
	int n = 0;

	while (n < room && (p[n] = rtalloc_alloc(heap, size, GFP_ATOMIC)))
		n++;
	return n;
}

/* ---- states ---------------------------------------------------------- */

/* The heap is new: a batch is allocated from one free block. */
static void state_fresh(void)
{
	size_t size;

	for (size = 16; size <= SIZE_MAX_CLASS; size += 16) {
		heap_begin("fresh");
		if (!is_pool() || size <= 64)
			count_free(count_alloc(size));
		heap_end();
	}
}

/* Each block of a batch is allocated from a hole that is @more bytes larger. */
static void state_holes(const char *name, size_t size, size_t more)
{
	static void *hole[HOLES];
	int i, n;

	heap_begin(name);
	for (n = 0; n < HOLES; n++) {
		hole[n] = plain_alloc(is_pool() ? 64 : size + more);
		if (!hole[n] || !plain_alloc(is_pool() ? 64 : 16))
			break;
	}
	/* Use up the rest of the heap. */
	while (!is_pool() && plain_alloc(4096))
		;
	for (i = 0; i < n; i++)
		rtalloc_free(heap, hole[i]);
	for (i = 0; i < n / 2; i++)
		count_alloc(is_pool() ? 64 : size);
	heap_end();
}

/* The heap is full: neither a batch nor a block can be allocated. */
static void state_full(void)
{
	int size;

	heap_begin("full");
	for (size = is_pool() ? 64 : 65536; size >= 8; size /= 2)
		while (rtalloc_alloc(heap, size, GFP_ATOMIC))
			;
	for (size = 16; size <= SIZE_MAX_CLASS; size += 16)
		count_alloc(size);
	heap_end();
}

/* Blocks of a batch are freed that have no free neighbour, or @step - 1 free ones. */
static void state_return(const char *name, size_t size, int step, bool down)
{
	static void *p[BLOCKS];
	int i, n;

	heap_begin(name);
	n = row_alloc(p, BLOCKS, size);
	for (i = 0; step > 1 && i < n; i++)
		if (i % step)
			rtalloc_free(heap, p[i]);
	rtalloc_trim(heap);
	for (i = 0; i < n; i++)
		if (i % step == 0)
			count_free(p[down ? (n - 1) / step * step - i : i]);
	heap_end();
}

/* Free blocks in an order in which successive ones are not neighbours. */
static void state_strewn(size_t size)
{
	static void *p[BLOCKS];
	int i, n;

	heap_begin("strewn");
	n = row_alloc(p, BLOCKS, size);
	/* i * 7 % n takes each value once, because 7 does not divide n. */
	n -= n % 7 == 0;
	for (i = 0; i < n; i++)
		count_free(p[i * 7 % n]);
	heap_end();
}

/* ---- holds ------------------------------------------------------------- */

static bool takes_counted;

void shim_call(void (*fn)(void *), void *data)
{
	if (takes_counted)
		count("take", fn, data, 0, 0);
	else
		fn(data);
}

/* Arguments of the hook of flush, which has more than three. */
struct flush {
	void *block[PERCPU_FLUSH];
	unsigned int n;
};

static long flush_hook(void *pc, long call, long unused)
{
	struct flush *flush = (struct flush *)call;
	void *bad;
	int err;

	return percpu_batch_return(pc, flush->block, flush->n, &err, &bad);
}

static long walk_hook(void *ctrl, long cursor, long batch)
{
	return heap->ops->walk(ctrl, (struct rtalloc_cursor *)cursor,
			       (struct rtalloc_block *)batch,
			       RTALLOC_HOLD_STEPS);
}

/* Flush all of this processor's magazines, and count each batch. */
static void count_flush(void)
{
	struct rtalloc_percpu *pc = heap->layer;
	struct magazine *mag;
	struct flush flush;
	unsigned int class;

	for (class = 1; class <= PERCPU_CLASSES; class++) {
		mag = &(*this_cpu_ptr(pc->mags))->mag[class];
		while (mag_count(pc, mag)) {
			flush.n = percpu_mag_pop(pc, mag, PERCPU_FLUSH,
						 flush.block);
			count("flush", flush_hook, pc, (long)&flush, 0);
		}
	}
}

/* Whether this hold of a long call is counted: the first ones are, then a sample. */
static bool is_sampled(size_t hold)
{
	return hold < 50 || hold % 101 == 0;
}

static void count_check(void)
{
	struct rtalloc_sweep sweep = { 0 };
	struct rtalloc_fault fault;
	size_t hold = 0;
	int err;

	do {
		sweep.steps = RTALLOC_HOLD_STEPS;
		if (is_sampled(hold++))
			err = (int)count("check", heap->ops->check, heap->ctrl,
					 (long)&sweep, (long)&fault);
		else
			err = heap->ops->check(heap->ctrl, &sweep, &fault);
	} while (err == -EAGAIN);
}

static void count_walk(void)
{
	struct rtalloc_block batch[RTALLOC_HOLD_STEPS];
	struct rtalloc_cursor cursor = { 0 };
	size_t hold = 0;
	long n;

	do {
		if (is_sampled(hold++))
			n = count("walk", walk_hook, heap->ctrl, (long)&cursor,
				  (long)batch);
		else
			n = walk_hook(heap->ctrl, (long)&cursor, (long)batch);
	} while (n);
}

/* Inspect a heap full of blocks of @size, then with every third one freed. */
static void state_looked_at(size_t size)
{
	static void *p[80000];
	int i, n;

	heap_begin("looked_at");
	n = row_alloc(p, ARRAY_SIZE(p), size);
	count_check();
	count_walk();
	for (i = 0; i < n; i++)
		if (i % 3)
			rtalloc_free(heap, p[i]);
	takes_counted = true;
	rtalloc_trim(heap);
	takes_counted = false;
	for (i = 0; i < min(n, 600); i += 3) {
		rtalloc_free(heap, p[i]);
		if (i % 48 == 45)
			count_flush();
	}
	heap_end();
}

static void run(void)
{
	static const size_t sizes[] = { 16, 64, 112, 256, 512 };
	size_t i, size;

	state = "empty";
	count("empty", wcet_empty, NULL, 0, 0);
	count("known", wcet_known, NULL, 0, 0);
	state_fresh();
	state_full();
	for (i = 0; i < (is_pool() ? 2 : ARRAY_SIZE(sizes)); i++) {
		size = sizes[i];
		state_holes("exact_fit", size, 0);
		state_holes("loose_fit", size, 24);
		state_holes("split_hole", size, 64);
		state_return("together", size, 1, false);
		state_return("downwards", size, 1, true);
		state_return("between", size, 2, false);
		state_return("apart", size, 3, false);
		state_strewn(size);
		if (i < 2)
			state_looked_at(size);
	}
	puts("-");
}

int main(int argc, char **argv)
{
	static const char *const figures[] = {
		"tlsf_percpu", "slab_percpu", "pool_percpu",
	};

	if (argc == 2 && !strcmp(argv[1], "--list")) {
		for (size_t i = 0; i < ARRAY_SIZE(figures); i++)
			puts(figures[i]);
		return 0;
	}
	if (argc < 3) {
		fputs("usage: wcet_percpu HEAP BYTES... | --list\n", stderr);
		return 2;
	}
	figure = argv[1];
	for (argv += 2; *argv; argv++) {
		region = strtoull(*argv, NULL, 0);
		memory = aligned_alloc(4096, region);
		run();
		free(memory);
	}
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * paths.c - pairs of 64 bytes between marks (mark.h), for an emulator's plugin
 * that counts each instruction (tools/vm/pathprof.c). A figure is the number of
 * the first mark of an allocator; the plugin numbers marks from 0 on. A tick
 * may fall into a pair, and the first pairs may have something to set up, so
 * there are ROUNDS pairs, of which the cheapest is the usual case.
 */
#define pr_fmt(fmt) "rtalloc_bench: " fmt

#include <linux/sizes.h>

#include "bench.h"
#include "mark.h"
#include "peers.h"

#define ROUNDS		12
#define HEAP_SIZE	SZ_4M

static int paths_of(const struct bench_allocator *a, u64 *number)
{
	struct bench_arena arena = {
		.heap_size = HEAP_SIZE,
		.block_size = BENCH_BATCH_SIZE,
	};
	int err = a->setup(&arena), i;
	unsigned long flags;
	void *p;

	if (err)
		return err;
	for (i = 0; i < ROUNDS; i++) {
		flags = bench_quiet_begin(a);
		bench_mark(0);
		p = a->alloc(arena.ctx, BENCH_BATCH_SIZE);
		bench_mark(1);
		if (p)
			a->free(arena.ctx, p, BENCH_BATCH_SIZE);
		bench_mark(2);
		bench_quiet_end(a, flags);
	}
	a->teardown(&arena);
	bench_result(10 * *number, "path", "path.%s", a->name);
	*number += ROUNDS;
	return 0;
}

int bench_run_paths(void)
{
	bool has_bpf = bench_bpf_find();
	unsigned int i;
	u64 number = 0;
	int err = 0;

	for (i = 0; i < bench_nr_allocators && !err; i++)
		if (bench_allocators[i].cases & BENCH_FIXED &&
		    (has_bpf || !(bench_allocators[i].cases & BENCH_BPF)))
			err = paths_of(&bench_allocators[i], &number);
	return err;
}

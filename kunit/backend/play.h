/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * play.h - the runs that RT-Thread's golden vectors are of: see play.c.
 */
#ifndef _RTALLOC_KUNIT_BACKEND_PLAY_H
#define _RTALLOC_KUNIT_BACKEND_PLAY_H

#include "harness.h"

#define FNV_BASIS	14695981039346656037ull

/**
 * struct outcome - what a step gave
 * @v: offset of the block and 1; 0: none; ~0: it was freed
 * @used: bytes in use
 * @max: the most that were
 * @hash: FNV-1a over @v and @used of all steps
 */
struct outcome {
	u64 v;
	u64 used;
	u64 max;
	u64 hash;
};

/**
 * struct play - a run
 * @heap: where
 * @slot: blocks
 * @slots: how many
 * @maxsz: sizes are below that
 * @state: of the generator
 * @steps: played so far
 * @now: what the last of them gave
 */
struct play {
	struct heap *heap;
	void **slot;
	u64 slots;
	u64 maxsz;
	u64 state;
	u64 steps;
	struct outcome now;
};

void play_step(struct play *play);

#endif /* _RTALLOC_KUNIT_BACKEND_PLAY_H */

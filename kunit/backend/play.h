/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * play.h - the sequences of steps behind RT-Thread's golden vectors; see play.c.
 */
#ifndef _RTALLOC_KUNIT_BACKEND_PLAY_H
#define _RTALLOC_KUNIT_BACKEND_PLAY_H

#include "harness.h"

#define FNV_BASIS	14695981039346656037ull

/**
 * struct outcome - the result of a step
 * @v: offset of the block + 1; 0: there is none; ~0: it was freed
 * @used: bytes in use after the step
 * @max: the largest @used so far
 * @hash: FNV-1a over @v and @used of all steps so far
 */
struct outcome {
	u64 v;
	u64 used;
	u64 max;
	u64 hash;
};

/**
 * struct play - a sequence of steps
 * @heap: the heap that they are executed on
 * @slot: block in each slot, or NULL
 * @slots: number of slots
 * @maxsz: sizes are drawn below this
 * @state: state of the random generator
 * @steps: steps that were executed
 * @now: result of the last step
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

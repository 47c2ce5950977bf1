/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * model.h - a naive model of a heap, and work that is compared with it.
 *
 * The model is a list of live blocks: where, how large, what they were filled
 * with, whose they are. It knows nothing of any algorithm, so it does for all
 * backends. What to do next is chosen by a generator (model_random.c) or by
 * bytes that come from elsewhere (fuzz.c).
 */
#ifndef _RTALLOC_KUNIT_BACKEND_MODEL_H
#define _RTALLOC_KUNIT_BACKEND_MODEL_H

#include "unit.h"

#define LIVE_MAX	200
#define GONE_MAX	16u

/**
 * struct live - a live block
 * @p: where
 * @offset: the same, from the heap's base
 * @size: usable bytes
 * @tag: what its bytes are made from
 * @is_bare: it was left as it came, with what lay there before
 * @owner: its tag
 */
struct live {
	u8 *p;
	u64 offset;
	size_t size;
	u8 tag;
	bool is_bare;
	char owner[RTALLOC_OWNER_MAX];
};

/**
 * struct model - a heap and what it must be like
 * @heap: the heap
 * @live: its live blocks
 * @count: how many
 * @gone: where the last blocks that were freed lay
 * @nr_gone: how many were freed
 * @state: of the generator
 * @data: where choices come from instead; NULL: from the generator
 * @end: of @data; from there on every choice is 0
 * @max_size: of a request
 * @max_used: the most that the statistics said
 * @classes: a small request may fail, a larger one not
 * @may_glue: regions may come and go
 * @no_image: it is too large to be compared byte by byte
 * @is_checked: blocks are smaller than what the backend gives for them
 * @is_changed: it has not the regions any more that it was begun with
 */
struct model {
	struct heap *heap;
	struct live live[LIVE_MAX];
	int count;
	void *gone[GONE_MAX];
	unsigned int nr_gone;
	u64 state;
	const u8 *data;
	const u8 *end;
	size_t max_size;
	u64 max_used;
	bool classes;
	bool may_glue;
	bool no_image;
	bool is_checked;
	bool is_changed;
};

/* Compare @heap, in which nothing lives, from now on. */
void model_begin(struct model *model, struct heap *heap, size_t max_size);

/* A number below @n, which is not 0. */
size_t choose(struct model *model, size_t n);

/* One operation; NULL, or what went wrong. */
const char *model_step(struct model *model);

/* Does the heap agree with the model? */
const char *model_match(struct model *model);

/* Free all; then the heap must be as in @start. */
const char *model_empty(struct model *model,
			const struct rtalloc_snapshot *start);

#endif /* _RTALLOC_KUNIT_BACKEND_MODEL_H */

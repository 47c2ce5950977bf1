/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * model.h - a naive model of a heap, and random operations on a heap that are compared
 * with it.
 *
 * The model is a list of live blocks with their address, size, contents and owner. It
 * contains no algorithm, so it fits all backends. A random generator (model_random.c), or
 * bytes from the fuzzer (fuzz.c), choose the next operation.
 */
#ifndef _RTALLOC_KUNIT_BACKEND_MODEL_H
#define _RTALLOC_KUNIT_BACKEND_MODEL_H

#include "unit.h"

#define LIVE_MAX	200
#define GONE_MAX	1024u

/**
 * struct live - a live block
 * @p: its address
 * @offset: its offset in the heap
 * @size: usable bytes
 * @align: alignment that it must have
 * @tag: seed of the pattern that fills it
 * @is_bare: it was not filled; its contents are unknown
 * @owner: owner's tag
 */
struct live {
	u8 *p;
	u64 offset;
	size_t size;
	size_t align;
	u8 tag;
	bool is_bare;
	char owner[RTALLOC_OWNER_MAX];
};

/**
 * struct model - the model of a heap
 * @heap: the heap
 * @live: its live blocks
 * @count: number of live blocks
 * @gone: addresses of the blocks that were freed last, a ring buffer
 * @nr_gone: number of addresses that were put into @gone
 * @state: state of the random generator
 * @data: bytes that choices are made from; NULL: use the generator
 * @end: end of @data; every choice after it is 0
 * @max_size: largest size of a request
 * @max_used: max_used as the statistics last said
 * @classes: a request may fail while a larger one succeeds; see struct backend
 * @may_glue: regions may be added and removed
 * @no_image: the heap is too large to be compared byte by byte
 * @is_checked: the heap is in checked mode, where a block has fewer bytes than the
 *	backend's block that it lies in
 * @is_changed: regions have been added or removed
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

/* Begin with @heap, which must be empty. */
void model_begin(struct model *model, struct heap *heap, size_t max_size);

/* Choose a number below @n, which must not be 0. */
size_t choose(struct model *model, size_t n);

/* Note that @live is no block any more. Its address is a wrong pointer from now on. */
void model_forget(struct model *model, struct live *live);

/* Whether @live lies in the heap's regions; it may span adjacent ones. */
bool live_inside(const struct heap *heap, const struct live *live);

/* Do one operation. Return NULL, or what was wrong; so do the following functions. */
const char *model_step(struct model *model);

/* Expect all live blocks to have their contents. */
const char *model_intact(struct model *model);

/* Compare the heap's check, walk and statistics with the model. */
const char *model_match(struct model *model);

/* Free all blocks; the statistics must equal @start then, and no memory may stay idle. */
const char *model_empty(struct model *model,
			const struct rtalloc_snapshot *start);

#endif /* _RTALLOC_KUNIT_BACKEND_MODEL_H */

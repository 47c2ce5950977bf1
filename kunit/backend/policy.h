/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * policy.h - random work on a heap with a naive model of its policy beside it.
 *
 * A suite defines struct policy, its model, and what is to be done to it; the
 * steps are the same for all: policy.c.
 */
#ifndef _RTALLOC_KUNIT_BACKEND_POLICY_H
#define _RTALLOC_KUNIT_BACKEND_POLICY_H

#include "unit.h"

struct policy;

/**
 * struct policy_ops - what a model can do; blocks are addresses, 0: none
 * @add: a region of the heap
 * @alloc: where the block will be
 * @free: of a live block
 * @resize: where the block is afterwards, copied if it moved
 * @stats: are the heap's statistics those of the model?
 * @map: and its pieces?
 */
struct policy_ops {
	void (*add)(struct policy *policy, const struct region *region);
	size_t (*alloc)(struct policy *policy, size_t size, size_t align);
	void (*free)(struct policy *policy, size_t block);
	size_t (*resize)(struct policy *policy, size_t block, size_t size);
	const char *(*stats)(const struct policy *policy, struct heap *heap);
	const char *(*map)(const struct policy *policy, struct heap *heap);
};

/*
 * 100,000 steps with blocks of up to @max_size bytes over @heap, whose regions
 * the new @policy does not know yet.
 */
const char *policy_play(struct policy *policy, const struct policy_ops *ops,
			struct heap *heap, size_t max_size);

/* Three regions more, of odd sizes. */
const char *policy_glue(struct heap *heap);

#endif /* _RTALLOC_KUNIT_BACKEND_POLICY_H */

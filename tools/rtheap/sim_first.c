// SPDX-License-Identifier: GPL-2.0-only
/*
 * Play small_mem and lwip_mem without their search. That search passes all blocks, used ones
 * too, and takes minutes for a trace of some hundred thousand events.
 *
 * The leaves of a tree stand for the heap's granules and hold the size of the free block
 * that begins there; each inner node holds the maximum of its halves. So the tree finds the
 * first free block that fits. The backend then allocates: its first_free is set to the used
 * block before that one, where its search begins, and restored afterwards. So the heap is
 * byte for byte the same. For a call that is counted, the backend can do its own search; the
 * tree is updated around it (first_before(), first_after()).
 *
 * There is a used block between two free ones, and two smallest blocks have 48 bytes, so at
 * most one free block begins in a granule.
 */
#include <linux/err.h>
#include <linux/minmax.h>
#include <stdlib.h>

#include "sim_first.h"

#define GRANULE		32u
#define UNIT		8u		/* bytes; payloads are counted in these */
#define END_MAX		(1ull << 30)	/* largest heap; its tree has 256 MiB */
#define NOWHERE		SIZE_MAX

struct first {
	struct small_mem *sm;
	size_t leaves;		/* a power of two */
	u32 *most;		/* [1] is the root, [leaves] the first granule */
	u8 *within;		/* where in each granule its free block begins */
	size_t searched;
	size_t merged;		/* begin of the block after a free, or NOWHERE */
};

static void set(struct first *f, size_t at, u32 units)
{
	size_t i = at / GRANULE;

	f->within[i] = at % GRANULE / UNIT;
	i += f->leaves;
	f->most[i] = units;
	while (i /= 2)
		f->most[i] = max(f->most[2 * i], f->most[2 * i + 1]);
}

static void set_free(struct first *f, size_t at)
{
	size_t units = block_payload(f->sm, at) / UNIT;

	set(f, at, min_t(size_t, units, UINT32_MAX));
}

/* Find the first free block of at least @units. */
static size_t find(const struct first *f, u32 units)
{
	size_t i = 1;

	if (f->most[1] < units)
		return NOWHERE;
	while (i < f->leaves) {
		i *= 2;
		i += f->most[i] < units;
	}
	i -= f->leaves;
	return i * GRANULE + f->within[i] * UNIT;
}

struct first *first_open(struct small_mem *sm)
{
	struct first *f;
	size_t leaves = 1;

	if (sm->end > END_MAX || sm->align_mask != UNIT - 1)
		return NULL;
	while (leaves < sm->end / GRANULE + 1)
		leaves *= 2;
	f = calloc(1, sizeof(*f));
	if (!f)
		return NULL;
	f->sm = sm;
	f->leaves = leaves;
	f->merged = NOWHERE;
	f->most = calloc(2 * leaves, sizeof(*f->most));
	f->within = calloc(leaves, 1);
	if (f->most && f->within) {
		set_free(f, sm->first_free);
		return f;
	}
	first_close(f);
	return NULL;
}

void first_close(struct first *f)
{
	if (f) {
		free(f->most);
		free(f->within);
	}
	free(f);
}

/* Update the tree: the free block at @at was split or used up. */
static void taken(struct first *f, size_t at)
{
	size_t rest = block_next(f->sm, at);

	set(f, at, 0);
	if (rest < f->sm->end && block_is_free(f->sm, rest))
		set_free(f, rest);
}

void *first_alloc(struct first *f, size_t size)
{
	struct small_mem *sm = f->sm;
	size_t want, at, lowest = sm->first_free;
	void *p;

	if (!size || size > sm->end)
		return small_mem_ops.alloc(sm, size);
	want = max((size + sm->align_mask) & ~sm->align_mask, sm->payload_min);
	at = find(f, min_t(size_t, want / UNIT, UINT32_MAX));
	if (at == NOWHERE) {
		f->searched = sm->end - lowest;
		return NULL;
	}
	f->searched = at - lowest;
	if (at != lowest)
		sm->first_free = at ? block_prev(sm, at) : 0;
	p = small_mem_ops.alloc(sm, size);
	if (IS_ERR_OR_NULL(p))
		return p;
	taken(f, at);
	if (at != lowest)
		sm->first_free = lowest;
	return p;
}

size_t first_searched(const struct first *f)
{
	return f->searched;
}

/* Return where the block with the payload @p begins. */
static size_t block_of(const struct first *f, void *p)
{
	return small_mem_ops.offset(f->sm, p) - f->sm->header;
}

/*
 * Before the block at @at is freed: note where the merged block will begin, and remove the
 * next block from the tree if it is free.
 */
static void forget_next(struct first *f, size_t at)
{
	struct small_mem *sm = f->sm;
	size_t next = block_next(sm, at);

	f->merged = block_is_after(sm, at) ? block_prev(sm, at) : at;
	if (next < sm->end && block_is_free(sm, next))
		set(f, next, 0);
}

void first_before(struct first *f, void *freed)
{
	size_t at = freed ? block_of(f, freed) : NOWHERE;

	if (at < f->sm->end)
		forget_next(f, at);
}

void first_after(struct first *f, void *allocated)
{
	if (allocated)
		taken(f, block_of(f, allocated));
	else if (f->merged != NOWHERE)
		set_free(f, f->merged);
	f->merged = NOWHERE;
}

int first_free(struct first *f, void *p)
{
	int err;

	f->searched = 0;
	first_before(f, p);
	err = small_mem_ops.free(f->sm, p);
	if (err)
		f->merged = NOWHERE;
	first_after(f, NULL);
	return err;
}

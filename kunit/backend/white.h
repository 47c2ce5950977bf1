/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * white.h - deliberate damage to a heap, which check must see and name; and what
 * else the suites of several backends share.
 *
 * A suite builds a heap with all that can be damaged in it, lists one table or
 * more of words to write over, and has them tried: each on its own, with its own
 * message, and undone.
 */
#ifndef _RTALLOC_KUNIT_BACKEND_WHITE_H
#define _RTALLOC_KUNIT_BACKEND_WHITE_H

#include "unit.h"

#define DAMAGES_MAX	64
#define DAMAGES_ENOUGH	20	/* messages that every check must have */

/**
 * struct damage - what is written over
 * @what: what check must say; ALSO: it is a part of the damage before it
 * @at: where: FIELD() of something
 * @bytes: 8 at most
 * @value: what is written, low bytes first
 */
struct damage {
	const char *what;
	void *at;
	size_t bytes;
	u64 value;
};

#define FIELD(field)	&(field), sizeof(field)
#define ALSO		NULL

/**
 * struct damages - what is tried on one heap
 * @heap: the heap
 * @use: live blocks, NULL at the end, if calls on the damaged heap must survive
 *	as well; they are tried when a byte of a region was damaged
 * @looks: statistics and walk of the damaged heap must end, within it
 * @said: the messages so far
 * @nr_said: how many different ones
 */
struct damages {
	struct heap *heap;
	void *const *use;
	bool looks;
	const char *said[DAMAGES_MAX];
	size_t nr_said;
};

/* Check says @what of the heap, which was damaged by hand. */
const char *damage_is(struct damages *damages, const char *what);

/* Each of @nr damages on its own; the heap is sound before and behind each. */
const char *damage_each(struct damages *damages, const struct damage *damage,
			size_t nr);

#define DAMAGE_EACH(damages, table)	\
	damage_each(damages, table, ARRAY_SIZE(table))

/* The damaged heap has no block of @size bytes: it says that it is, or @why. */
const char *refuses(struct heap *heap, size_t size, const char *why);

/* Enough different messages were seen. */
const char *damages_suffice(const struct damages *damages);

/*
 * 1 to @header bytes of @fill behind a block are seen by free, resize and check;
 * undone, all is well again.
 */
const char *overruns_are_seen(struct heap *heap, size_t header, u8 fill);
/* The same, as a test: the header is what lies between two blocks. */
const char *overrun_test(struct heap *heap);

/* Any value of the byte behind @block, which a header follows, is seen. */
const char *any_byte_is_seen(struct heap *heap, void *block);

/* A block keeps four letters of its owner, the next one there has none. */
const char *owner_is_kept(struct heap *heap);

/* Seven regions more of a page each, two pages apart, and no eighth. */
const char *eight_regions_are_all(struct heap *heap);

/* A region of @least bytes can be glued on, a smaller one is refused. */
const char *least_is_glued(struct heap *heap, size_t least);

/* Bytes of a header that check cannot judge: from @from to before @to. */
struct skip {
	size_t from, to;
};

/*
 * Check sees each bit of the @bytes at @header that changes, but for those of the
 * two @skip; statistics and walk still end.
 */
const char *bits_are_seen(struct heap *heap, u8 *header, size_t bytes,
			  const struct skip *skip);

#endif /* _RTALLOC_KUNIT_BACKEND_WHITE_H */

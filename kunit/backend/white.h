/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * white.h - deliberate damage to a heap, which check must detect and name; and other
 * helpers for suites of single backends, which know its internals (white-box tests).
 *
 * A suite builds a heap that has everything that can be damaged, and a table of fields to
 * overwrite. Each damage is done alone, must be reported with its own message, and is
 * undone.
 */
#ifndef _RTALLOC_KUNIT_BACKEND_WHITE_H
#define _RTALLOC_KUNIT_BACKEND_WHITE_H

#include "unit.h"

#define DAMAGES_MAX	64
#define DAMAGES_ENOUGH	20	/* number of messages that every check must have */

/**
 * struct damage - a field that is overwritten
 * @what: the message that check must give; SAME: that of the damage before; ALSO: this line
 *	is part of the damage before
 * @at: the field; FIELD() gives @at and @bytes
 * @bytes: its size, 8 at most
 * @value: what is written into it
 */
struct damage {
	const char *what;
	void *at;
	size_t bytes;
	u64 value;
};

#define FIELD(field)	&(field), sizeof(field)
#define ALSO		NULL
#define SAME		""

/**
 * struct damages - the damages that are tried on one heap
 * @heap: the heap
 * @use: NULL, or live blocks with NULL at the end: if a region was damaged, calls on the
 *	heap and these blocks are tried, which must not leave the region
 * @looks: stats and walk of the damaged heap must end, and report nothing outside of it
 * @said: the different messages that check gave so far
 * @nr_said: how many these are
 */
struct damages {
	struct heap *heap;
	void *const *use;
	bool looks;
	const char *said[DAMAGES_MAX];
	size_t nr_said;
};

/* The heap was damaged. Expect check to give the message @what. */
const char *damage_is(struct damages *damages, const char *what);

/* Try each of @nr damages alone. The heap must be sound before each, and after its undoing. */
const char *damage_each(struct damages *damages, const struct damage *damage,
			size_t nr);

/* The same with the damages as further arguments, in braces. */
#define DAMAGE_EACH(damages, ...)					\
	damage_each(damages, (const struct damage[]){ __VA_ARGS__ },	\
		    sizeof((const struct damage[]){ __VA_ARGS__ }) /	\
		    sizeof(struct damage))

/* Expect an allocation in the damaged heap to report damage; @why is said if it succeeds. */
const char *refuses(struct heap *heap, size_t size, const char *why);

/* Expect that DAMAGES_ENOUGH different messages were given. */
const char *damages_suffice(const struct damages *damages);

/*
 * Overwrite 1 to @header bytes behind a block with @fill. Expect free, resize and check to
 * detect each, and the heap to be sound after it is undone.
 */
const char *overruns_are_seen(struct heap *heap, size_t header, u8 fill);
/* The same as a test of its own, where the header is what lies between two blocks. */
const char *overrun_test(struct heap *heap);

/* Expect every other value of the byte behind @block, in a header, to be detected. */
const char *any_byte_is_seen(struct heap *heap, void *block);

/* A block keeps four letters of its owner's name; the next block there has no owner. */
const char *owner_is_kept(struct heap *heap);

/* Seven regions can be added, of a page each and two pages apart, but not an eighth. */
const char *eight_regions_are_all(struct heap *heap);

/* A region of @least bytes can be added; every smaller one is refused. */
const char *least_is_glued(struct heap *heap, size_t least);

/* Bytes @from to @to - 1 of a header, whose values check cannot know. */
struct skip {
	size_t from, to;
};

/*
 * Invert each bit of the @bytes at @header, except those of the two @skip. Expect check to
 * detect each, and stats and walk to survive it.
 */
const char *bits_are_seen(struct heap *heap, u8 *header, size_t bytes,
			  const struct skip *skip);

#endif /* _RTALLOC_KUNIT_BACKEND_WHITE_H */

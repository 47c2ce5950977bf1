/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * attack.h - what writes to freed memory can do to a heap. An attacker with a stale pointer
 * writes 16 bytes of his choice. He knows every address and everything that ever was in the
 * heap, and goes on with valid calls. The same code, which uses the public API only, attacks
 * every backend: in user space under sanitizers (tools/user/attack.c), under KUnit
 * (attack_kunit.c), and as a module on kernels without KUnit (attack/module.c).
 */
#ifndef _RTALLOC_KUNIT_ATTACK_H
#define _RTALLOC_KUNIT_ATTACK_H

#include <rtalloc/rtalloc.h>

#define ATTACK_ROOM	(192 * 1024)	/* bytes of the largest heap */
#define ATTACK_GUARD	4096		/* unchanged bytes before and behind it */
#define ATTACK_MEMORY	(ATTACK_ROOM + 2 * ATTACK_GUARD)
#define ATTACK_OUTSIDE	0xc5c5c5c5c5c5c5c5ull	/* contents of these bytes */
#define ATTACK_BLOCKS	64
#define ATTACK_MOMENTS	4

/**
 * struct attack_case - a heap that is attacked
 * @name: name of the case
 * @backend: as in struct rtalloc_heap_params, like the fields up to @quarantine
 * @size: bytes of the heap, at most ATTACK_ROOM
 * @align: alignment of blocks; 0: the backend's default
 * @flags: RTALLOC_HEAP_*
 * @elem: bytes of a pool's element
 * @percpu: bytes of magazines for each processor
 * @quarantine: bytes of the checked mode's quarantine
 * @has_tag: the backend recognises a block only by the word in front of it, whose lower half
 *	is the block's address and a secret. So it cannot detect a copy of that word at the
 *	same address; nor can it detect a link that was copied into a live block, and
 *	writes there if a free block's link is made to lead to it
 */
struct attack_case {
	const char *name;
	const char *backend;
	size_t size;
	size_t align;
	unsigned int flags;
	size_t elem;
	size_t percpu;
	size_t quarantine;
	bool has_tag;
};

/* The last entry has no name. */
extern const struct attack_case attack_cases[];

/* A block of @size bytes at @p, filled with repetitions of @fill. */
struct attack_block {
	u8 *p;
	size_t size;
	u64 fill;
};

/**
 * struct attack - the state of the attacks on a heap; the caller sets @memory, @seed and
 * @move, and the rest to 0
 * @memory: ATTACK_MEMORY bytes, page-aligned
 * @seed: state of the random generator
 * @move: function that goes on as one of four processors; NULL: not possible here
 * @c: the case
 * @heap: the heap
 * @base: its memory, at ATTACK_GUARD in @memory
 * @live: live blocks
 * @nr_live: number of live blocks
 * @stale: blocks that were freed, whose stale pointers may be used to write
 * @nr_stale: number of these
 * @reach: the stale blocks when the layout was complete
 * @nr_reach: number of these
 * @was: blocks of the heap before this one
 * @moment: copies of the heap's memory at earlier moments
 * @nr_moments: number of copies
 * @is_free: for each byte of the heap: it belongs neither to a live block nor to the header
 *	of one
 * @layout: number of the layout
 * @at: offset from @base of the 16 bytes that are written
 * @value: what is written there
 * @tag_code: the part of a tag that is not the block's address; see @has_tag of the case
 * @has_copied_tag: a block's tag was written
 * @done: attacks so far
 * @opened: heaps so far
 * @why: the first failure, or NULL
 */
struct attack {
	u8 *memory;
	u64 seed;
	void (*move)(unsigned int cpu);
	const struct attack_case *c;
	struct rtalloc_heap *heap;
	u8 *base;
	struct attack_block live[ATTACK_BLOCKS];
	unsigned int nr_live;
	struct attack_block stale[ATTACK_BLOCKS];
	unsigned int nr_stale;
	struct attack_block reach[ATTACK_BLOCKS];
	unsigned int nr_reach;
	struct attack_block was[ATTACK_BLOCKS];
	u8 moment[ATTACK_MOMENTS][ATTACK_ROOM];
	unsigned int nr_moments;
	u8 is_free[ATTACK_ROOM];
	unsigned int layout;
	size_t at;
	u64 value[2];
	u32 tag_code;
	bool has_copied_tag;
	unsigned long done;
	unsigned long opened;
	char why[200];
};

/*
 * Attack heaps of @c at every @step-th position that a stale pointer leads to, with @draws
 * values each. Return false if an attack succeeded; @a->why tells how.
 */
bool attack_run(struct attack *a, const struct attack_case *c,
		unsigned int step, unsigned int draws);

/*
 * Pointers into an earlier heap in the same memory, and into a copy of another heap, must be
 * refused. Return false if one is accepted; @a->why tells how.
 */
bool attack_stale(struct attack *a, const struct attack_case *c);

/* ---- used by attack.c, model.c, stale.c and value.c only --------------- */

bool attack_open(struct attack *a, const struct attack_case *c);
void attack_close(struct attack *a);
u32 attack_draw(struct attack *a, u32 below);

__printf(2, 3) bool attack_failed(struct attack *a, const char *format, ...);

/* Allocate a block and fill it. Return false if anything is wrong, but not if it fails. */
bool attack_take(struct attack *a, size_t size, size_t align);
/* Free the @i-th live block, which is stale from now on. */
bool attack_give(struct attack *a, unsigned int i);
bool attack_all_sound(struct attack *a);
void attack_remember(struct attack *a);
/* Whether a live block begins at @p. */
bool attack_is_live(const struct attack *a, const u8 *p);
/* Make a layout: blocks and holes to be attacked. */
#define ATTACK_LAYOUTS	7
bool attack_layout(struct attack *a, unsigned int layout);
/* Make random valid calls, and check all results. */
bool attack_go_on(struct attack *a);
/* Whether the word in front of @p is a valid tag for a block at @p. */
bool attack_is_tagged(const struct attack *a, const u8 *p);
/* Whether @word may be a link of a list in such a heap. */
bool attack_is_link(const struct attack *a, u64 word);
/* Choose @a->value, the sixteen bytes to be written at @a->at. */
void attack_choose(struct attack *a);
/* Choose a word that the attacker, who knows the same, may write into a block of his own. */
u64 attack_contents(struct attack *a);

#endif /* _RTALLOC_KUNIT_ATTACK_H */

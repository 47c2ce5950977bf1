/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * attack.h - what freed memory can do to a heap: somebody with a stale pointer
 * writes 16 bytes of his choice, knows every address and all that ever lay in
 * the heap, and goes on with calls that are valid. One body over every backend,
 * a client of the public API alone: in user space under sanitizers
 * (tools/user/attack.c), under KUnit (attack_kunit.c) and as a module on kernels
 * that have no KUnit (attack/module.c).
 */
#ifndef _RTALLOC_KUNIT_ATTACK_H
#define _RTALLOC_KUNIT_ATTACK_H

#include <rtalloc/rtalloc.h>

#define ATTACK_ROOM	(192 * 1024)	/* bytes of the largest heap */
#define ATTACK_GUARD	4096		/* bytes watched before and behind it */
#define ATTACK_MEMORY	(ATTACK_ROOM + 2 * ATTACK_GUARD)
#define ATTACK_OUTSIDE	0xc5c5c5c5c5c5c5c5ull	/* what is there */
#define ATTACK_BLOCKS	64
#define ATTACK_MOMENTS	4

/**
 * struct attack_case - a heap that is attacked
 * @name: of the case
 * @backend: as in struct rtalloc_heap_params, like the rest
 * @size: at most ATTACK_ROOM
 * @align: 0 for the backend's own
 * @flags: as there
 * @elem: as there
 * @percpu: as there: with per-CPU caches in front
 * @quarantine: as there
 * @has_tag: a block is known by the word in front of it alone, whose low half is
 *	the block's address and a secret, so that a copy of it cannot be told.
 *	Nor can a link that somebody copied into a live block: where a free
 *	block's link is bent to it, that word of his is written to
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

/* Ends with an entry without name. */
extern const struct attack_case attack_cases[];

/* A block of @size bytes at @p, full of @fill, over and over. */
struct attack_block {
	u8 *p;
	size_t size;
	u64 fill;
};

/**
 * struct attack - what the attacks on a heap work with; zeroed but for @memory
 * @memory: ATTACK_MEMORY bytes at a page's start
 * @seed: of the draws
 * @move: go on as one of four processors; NULL: it cannot be played
 * @c: whose heap it is
 * @heap: the heap
 * @base: of its memory, ATTACK_GUARD into @memory
 * @live: blocks that are in use
 * @nr_live: how many
 * @stale: blocks that were freed and may be written to
 * @nr_stale: how many
 * @reach: the stale ones of the layout, before anything else was done
 * @nr_reach: how many
 * @was: the blocks of the heap before
 * @moment: the heap's memory at earlier moments
 * @nr_moments: how many
 * @is_free: of each byte of the heap: nobody has it, nor is it a header of a
 *	block that somebody has
 * @layout: which one was built
 * @at: where the 16 bytes were written, from @base on
 * @value: what was written there
 * @tag_code: what tags have besides the block's address, if they have
 * @has_copied_tag: somebody wrote a block's tag
 * @done: attacks so far
 * @opened: heaps so far
 * @why: the first thing that was wrong
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
 * Attack heaps of @c at every @step-th of the positions that a stale pointer
 * reaches, @draws times each. False: @a->why says why not.
 */
bool attack_run(struct attack *a, const struct attack_case *c,
		unsigned int step, unsigned int draws);

/*
 * Pointers of an earlier heap in the same memory, and of a copy of another
 * heap, are refused. False: @a->why says why not.
 */
bool attack_stale(struct attack *a, const struct attack_case *c);

/* ---- for the files of the body ---------------------------------------- */

bool attack_open(struct attack *a, const struct attack_case *c);
void attack_close(struct attack *a);
u32 attack_draw(struct attack *a, u32 below);

__printf(2, 3) bool attack_failed(struct attack *a, const char *format, ...);

/* A block of @size bytes that is filled; false only for what is wrong. */
bool attack_take(struct attack *a, size_t size, size_t align);
/* The @i-th live block is given back, and may be written to from now on. */
bool attack_give(struct attack *a, unsigned int i);
bool attack_all_sound(struct attack *a);
void attack_remember(struct attack *a);
/* Is there a live block at @p? */
bool attack_is_live(const struct attack *a, const u8 *p);
/* The blocks and the holes that are attacked. */
#define ATTACK_LAYOUTS	7
bool attack_layout(struct attack *a, unsigned int layout);
/* Any calls that are valid, with all that they give looked at. */
bool attack_go_on(struct attack *a);
/* Does the word in front of @p make it a block, as far as can be told? */
bool attack_is_tagged(const struct attack *a, const u8 *p);
/* Could @word be a link of a list of such a heap? */
bool attack_is_link(const struct attack *a, u64 word);
/* Sixteen bytes for @a->at into @a->value. */
void attack_choose(struct attack *a);
/* What somebody may have in his own block who knows the same. */
u64 attack_contents(struct attack *a);

#endif /* _RTALLOC_KUNIT_ATTACK_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * torture.h - what the files of the torture module share.
 *
 * A hand holds blocks of all heaps and does one random operation after the
 * other on them. Each thread and each interrupt has a hand of its own, so no
 * hand needs a lock. Failures are recorded under a property.
 */
#ifndef _RTALLOC_TORTURE_H
#define _RTALLOC_TORTURE_H

#include <linux/atomic.h>
#include <linux/types.h>
#include <rtalloc/mempool_fixed.h>
#include <rtalloc/rtalloc.h>

#define TORTURE_SLOTS	24	/* blocks in a hand */

/*
 * X(name, what must be true of it). The names are the tests' in the output of
 * tools/vm/torture.
 */
#define TORTURE_PROPERTIES(X)						\
	X(contents,	"what was written into a block is what is read")\
	X(irq_contents,	"the same in hard interrupts")			\
	X(answers,	"blocks are as they were asked for")		\
	X(bad_frees,	"a free of no block is refused")		\
	X(checks,	"a check says ok")				\
	X(waits,	"a wait ends with an element or a plain error")	\
	X(closed,	"a heap that is going gives plain errors")	\
	X(destroys,	"a driver's destroy is done when it returns")	\
	X(leaks,	"all that was taken is given back")

enum torture_property {
#define TORTURE_ENUM(name, text) TORTURE_##name,
	TORTURE_PROPERTIES(TORTURE_ENUM)
#undef TORTURE_ENUM
	TORTURE_NR_PROPERTIES
};

/**
 * struct torture_heap - a heap that lives as long as the module
 * @name: name in debugfs, and in messages
 * @backend: name of its backend
 * @size: bytes of the region
 * @flags: of &enum rtalloc_heap_flags
 * @elem: pool: bytes of an element
 * @in_irq: also used from hard interrupts
 * @heap: the heap
 * @used: bytes in use when the heap was new
 * @glued: number of pieces of memory that were added and not removed again
 */
struct torture_heap {
	const char *name;
	const char *backend;
	size_t size;
	unsigned int flags;
	size_t elem;
	bool in_irq;
	struct rtalloc_heap *heap;
	u64 used;
	atomic_t glued;
};

struct torture_slot {
	struct torture_heap *of;
	u8 *p;
	size_t size;
	u64 tag;
};

/**
 * struct torture_hand - blocks, and a random number generator
 * @random: state of the generator, not 0
 * @in_irq: do only what is allowed in a hard interrupt
 * @ops: number of operations done
 * @slot: the blocks
 */
struct torture_hand {
	u64 random;
	bool in_irq;
	u64 ops;
	struct torture_slot slot[TORTURE_SLOTS];
};

extern struct torture_heap torture_heaps[];
extern const unsigned int torture_nr_heaps;
extern struct rtalloc_region *torture_region;

__printf(2, 3)
void torture_fail(enum torture_property property, const char *fmt, ...);
u32 torture_random(struct torture_hand *hand, u32 below);
void torture_step(struct torture_hand *hand);
void torture_drop(struct torture_hand *hand);
void torture_come_and_go(struct torture_hand *hand);
void torture_visit(struct torture_hand *hand);
void torture_stale(void);

#endif /* _RTALLOC_TORTURE_H */

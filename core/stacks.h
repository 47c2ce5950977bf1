/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stacks.h - the stack of a caller, as a 32-bit number that is kept with a
 * block.
 *
 * Where the kernel has stackdepot and stack traces the number stands for a
 * whole stack. Elsewhere it stands for the caller's address alone, as its
 * distance from this module.
 */
#ifndef _RTALLOC_CORE_STACKS_H
#define _RTALLOC_CORE_STACKS_H

#include <linux/gfp.h>
#include <linux/kconfig.h>
#include <linux/types.h>

/*
 * The number of frames kept of a stack, and the largest number of frames of the
 * module itself below them.
 */
#define STACK_FRAMES	16
#define STACK_INNER	12

#if IS_ENABLED(CONFIG_STACKDEPOT) && IS_ENABLED(CONFIG_STACKTRACE)

#include <linux/stacktrace.h>

#include "core/versions.h"

#define RTALLOC_HAS_DEPOT

/*
 * Keep a stack and return its number; 0: there is no room. @can_alloc: the
 * depot may allocate, as with GFP_NOWAIT.
 */
static inline u32 stack_keep(unsigned long *frames, unsigned int nr,
			     bool can_alloc)
{
	gfp_t gfp = GFP_NOWAIT | __GFP_NOWARN;

	return depot_save(frames, nr, gfp, can_alloc);
}

/* Called before the first stack is kept, to give the depot some room. May sleep. */
static inline int stack_begin(void)
{
	unsigned long frame = _THIS_IP_;
	int err = stack_depot_init();

	if (!err)
		stack_keep(&frame, 1, true);
	return err;
}

/*
 * Write the stack from @caller on into @frames, which has room for STACK_FRAMES
 * + STACK_INNER; where stacks cannot be walked, write @caller alone. Return the
 * number of frames; *@first is the index of the first of them. Works in any
 * context.
 */
static inline unsigned int stack_walk(unsigned long *frames,
				      unsigned long caller, unsigned int *first)
{
	unsigned int nr, i;

	nr = stack_trace_save(frames, STACK_FRAMES + STACK_INNER, 1);
	for (i = 0; i < nr && frames[i] != caller; i++)
		;
	*first = i < nr ? i : 0;
	if (!nr && caller)
		frames[nr++] = caller;
	nr -= *first;
	return nr < STACK_FRAMES ? nr : STACK_FRAMES;
}

/*
 * Return the number of frames of @stack. If there are any, *@frames points to
 * them.
 */
static inline unsigned int stack_frames(u32 stack, unsigned long **frames,
					unsigned long *room)
{
	return stack ? stack_depot_fetch(stack, frames) : 0;
}

#else /* no stackdepot */

int stack_begin(void);

static inline u32 stack_keep(unsigned long *frames, unsigned int nr,
			     bool can_alloc)
{
	return *frames - (unsigned long)stack_begin;
}

static inline unsigned int stack_walk(unsigned long *frames,
				      unsigned long caller, unsigned int *first)
{
	*first = 0;
	frames[0] = caller;
	return !!caller;
}

static inline unsigned int stack_frames(u32 stack, unsigned long **frames,
					unsigned long *room)
{
	*room = (unsigned long)stack_begin + (s32)stack;
	*frames = room;
	return !!stack;
}

#endif

#endif /* _RTALLOC_CORE_STACKS_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * usage.h - how much is in use, and the most that was: bytes, units or elements,
 * as the backend counts.
 *
 * What is in use is not kept, but how far it is below its maximum: the sign then
 * tells when the maximum has to move, and an alloc has one counter to write to.
 */
#ifndef _RTALLOC_USAGE_H
#define _RTALLOC_USAGE_H

#include <linux/compiler.h>
#include <linux/types.h>

/**
 * struct usage - all zero: nothing is in use
 * @below_max: by how much less than @max_used is in use now; never negative
 * @max_used: the most that was in use
 */
struct usage {
	s64 below_max;
	size_t max_used;
};

static __always_inline void usage_add(struct usage *usage, size_t more)
{
	usage->below_max -= more;
	if (unlikely(usage->below_max < 0)) {
		/* Read it again here, so that it need not be read before. */
		barrier();
		usage->max_used -= usage->below_max;
		usage->below_max = 0;
	}
}

static __always_inline void usage_sub(struct usage *usage, size_t less)
{
	usage->below_max += less;
}

/* What was @was is @now. */
static inline void usage_change(struct usage *usage, size_t was, size_t now)
{
	if (now > was)
		usage_add(usage, now - was);
	else
		usage_sub(usage, was - now);
}

/* Also without the heap's lock: then somewhere near it. */
static inline size_t usage_now(const struct usage *usage)
{
	return READ_ONCE(usage->max_used) - (size_t)READ_ONCE(usage->below_max);
}

/* The maximum begins anew. */
static inline void usage_restart(struct usage *usage)
{
	usage->max_used = usage_now(usage);
	usage->below_max = 0;
}

#endif /* _RTALLOC_USAGE_H */

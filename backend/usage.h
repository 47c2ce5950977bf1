/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * usage.h - a counter of the amount in use now, and of the maximum so far.
 *
 * The unit is the backend's choice: bytes, units of 8 bytes, or elements. The
 * counter does not store the current value but its distance from the maximum.
 * The sign of the distance after an addition tells whether the maximum must
 * move, so an allocation normally writes one word.
 *
 * The heap's lock protects the counter. Only usage_now() may be called without
 * it.
 */
#ifndef _RTALLOC_USAGE_H
#define _RTALLOC_USAGE_H

#include <linux/compiler.h>
#include <linux/types.h>

/**
 * struct usage - the counter; zeroed memory means that nothing is in use
 * @below_max: @max_used less the amount in use now; never negative between
 *	calls
 * @max_used: the largest amount in use since the start or usage_restart()
 */
struct usage {
	s64 below_max;
	size_t max_used;
};

/*
 * Count @more as in use. Constant time; writes one word unless this is a new
 * maximum.
 */
static __always_inline void usage_add(struct usage *usage, size_t more)
{
	usage->below_max -= more;
	if (unlikely(usage->below_max < 0)) {
		/*
		 * Without the barrier the compiler reads max_used in the usual
		 * case too.
		 */
		barrier();
		usage->max_used -= usage->below_max;
		usage->below_max = 0;
	}
}

/*
 * Count @less as no longer in use. The caller makes sure that at least @less
 * was in use.
 */
static __always_inline void usage_sub(struct usage *usage, size_t less)
{
	usage->below_max += less;
}

/* Replace an amount @was that is in use by @now. */
static inline void usage_change(struct usage *usage, size_t was, size_t now)
{
	if (now > was)
		usage_add(usage, now - was);
	else
		usage_sub(usage, was - now);
}

/*
 * Return the amount in use now. Without the heap's lock the two words may
 * belong to different moments, and the result is only near the true value.
 */
static inline size_t usage_now(const struct usage *usage)
{
	return READ_ONCE(usage->max_used) - (size_t)READ_ONCE(usage->below_max);
}

/* Forget the old maximum: from here on the current value is the maximum. */
static inline void usage_restart(struct usage *usage)
{
	usage->max_used = usage_now(usage);
	usage->below_max = 0;
}

#endif /* _RTALLOC_USAGE_H */

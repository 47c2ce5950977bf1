/* SPDX-License-Identifier: GPL-2.0-only */
/* draw.h - the random generator that made the golden vectors. */
#ifndef _RTALLOC_KUNIT_BACKEND_DRAW_H
#define _RTALLOC_KUNIT_BACKEND_DRAW_H

#include <linux/types.h>

/* The next number, 31 bits. *@state is the seed at first; the multiplier is Knuth's. */
static inline u32 draw(u64 *state)
{
	*state = *state * 6364136223846793005ull + 1442695040888963407ull;
	return *state >> 33;
}

#endif /* _RTALLOC_KUNIT_BACKEND_DRAW_H */

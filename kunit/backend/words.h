/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * words.h - what depends on the length of the machine's words.
 */
#ifndef _RTALLOC_KUNIT_BACKEND_WORDS_H
#define _RTALLOC_KUNIT_BACKEND_WORDS_H

#include <linux/bits.h>
#include <linux/kernel.h>

/* A size with that bit alone; where sizes have no such bit, the largest. */
#define SIZE_BIT(bit)	\
	((bit) < BITS_PER_LONG ? (size_t)1 << (bit) % BITS_PER_LONG : SIZE_MAX)

/* What holds with words of 8 bytes, and what with words of 4. */
#define WORDS(wide, narrow)	(BITS_PER_LONG > 32 ? (wide) : (narrow))

#endif /* _RTALLOC_KUNIT_BACKEND_WORDS_H */

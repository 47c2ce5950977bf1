/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * words.h - constants that depend on the machine's word size.
 */
#ifndef _RTALLOC_KUNIT_BACKEND_WORDS_H
#define _RTALLOC_KUNIT_BACKEND_WORDS_H

#include <linux/bits.h>
#include <linux/kernel.h>

/* The size 2^@bit, or SIZE_MAX if size_t has no such bit. */
#define SIZE_BIT(bit)	\
	((bit) < BITS_PER_LONG ? (size_t)1 << (bit) % BITS_PER_LONG : SIZE_MAX)

/* @wide on a 64-bit machine, @narrow on a 32-bit one. */
#define WORDS(wide, narrow)	(BITS_PER_LONG > 32 ? (wide) : (narrow))

#endif /* _RTALLOC_KUNIT_BACKEND_WORDS_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * checked_common.h - what the suites of the checked mode share. A case's parameter
 * is the backend, from checked_next().
 */
#ifndef _RTALLOC_KUNIT_CHECKED_COMMON_H
#define _RTALLOC_KUNIT_CHECKED_COMMON_H

#include "kunit/common.h"

#define SIZE	100	/* of most blocks; leaves slack behind it anywhere */

const void *checked_next(const void *prev, char *desc);

/* A checked heap; 0: with the quarantine that it has by default. */
struct rtalloc_heap *checked_open_with(struct kunit *test, size_t quarantine);
/* A block full of 0x11. */
u8 *checked_block(struct kunit *test, struct rtalloc_heap *heap, size_t size);
/* How many faults there were, the interrupt work's included. */
u64 checked_faults(struct rtalloc_heap *heap);

#endif /* _RTALLOC_KUNIT_CHECKED_COMMON_H */

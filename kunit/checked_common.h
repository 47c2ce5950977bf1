/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * checked_common.h - helpers shared by the suites of the checked mode. The parameter of a
 * case is a geometry, one for each backend, from checked_next().
 */
#ifndef _RTALLOC_KUNIT_CHECKED_COMMON_H
#define _RTALLOC_KUNIT_CHECKED_COMMON_H

#include "kunit/common.h"

#define SIZE	100	/* bytes of most blocks; every backend rounds this up */

const void *checked_next(const void *prev, char *desc);

/* A checked heap with @quarantine bytes of quarantine; 0: the default. */
struct rtalloc_heap *checked_open_with(struct kunit *test, size_t quarantine);
/* A block that is filled with 0x11. */
u8 *checked_block(struct kunit *test, struct rtalloc_heap *heap, size_t size);
/* How many faults the heap has counted, after its irq_work has run. */
u64 checked_faults(struct rtalloc_heap *heap);

#endif /* _RTALLOC_KUNIT_CHECKED_COMMON_H */

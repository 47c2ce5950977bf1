/* SPDX-License-Identifier: GPL-2.0-only */
/* seed.h - where random tests begin. */
#ifndef _RTALLOC_KUNIT_SEED_H
#define _RTALLOC_KUNIT_SEED_H

#include <kunit/test.h>

/* rtalloc_kunit.seed, or a new one; it is printed. */
u64 random_seed(struct kunit *test);

#endif /* _RTALLOC_KUNIT_SEED_H */

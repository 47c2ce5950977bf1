/* SPDX-License-Identifier: GPL-2.0-only */
/* seed.h - the seed of random tests. */
#ifndef _RTALLOC_KUNIT_SEED_H
#define _RTALLOC_KUNIT_SEED_H

#include <kunit/test.h>

/* Return the module parameter rtalloc_kunit.seed, or a new seed; print it. */
u64 random_seed(struct kunit *test);

#endif /* _RTALLOC_KUNIT_SEED_H */

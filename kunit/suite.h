/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * suite.h - registering a suite with KUnit.
 */
#ifndef _RTALLOC_KUNIT_SUITE_H
#define _RTALLOC_KUNIT_SUITE_H

#include <kunit/test.h>

/* Define the suite rtalloc_@suite with the cases @suite_cases; .init and .exit may follow. */
#define RTALLOC_SUITE(suite, ...)					\
	static struct kunit_suite suite##_suite = {			\
		.name = "rtalloc_" #suite,				\
		.test_cases = suite##_cases, ##__VA_ARGS__		\
	};								\
	kunit_test_suite(suite##_suite)

#endif /* _RTALLOC_KUNIT_SUITE_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * expect.h - reporting of tests that run in user space and in a kernel: a test returns
 * NULL if it passed, else the reason why it failed.
 */
#ifndef _RTALLOC_KUNIT_BACKEND_EXPECT_H
#define _RTALLOC_KUNIT_BACKEND_EXPECT_H

#include <linux/compiler.h>

/* Format a reason, with file and line in front. It is valid until the next call. */
__printf(3, 4)
const char *failed(const char *file, int line, const char *format, ...);

/* Return from the test with this reason unless @cond holds. */
#define LEAVE_UNLESS(cond, ...)						\
	do {								\
		if (!(cond))						\
			return failed(__FILE__, __LINE__, __VA_ARGS__);	\
	} while (0)

#define EXPECT_EQ(got, want)						\
	do {								\
		long long got_ = (long long)(got);			\
		long long want_ = (long long)(want);			\
									\
		LEAVE_UNLESS(got_ == want_, "%s is %lld, not %lld",	\
			     #got, got_, want_);			\
	} while (0)

/* Return from the test with the reason that @call returns, unless that is NULL. */
#define TRY(call)							\
	do {								\
		const char *why_ = (call);				\
									\
		if (why_)						\
			return why_;					\
	} while (0)

#endif /* _RTALLOC_KUNIT_BACKEND_EXPECT_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/* powers of two */
#pragma once

#include <linux/bitops.h>

static inline bool is_power_of_2(unsigned long n)
{
	return n && !(n & (n - 1));
}

static inline unsigned long roundup_pow_of_two(unsigned long n)
{
	return n > 1 ? 1ul << fls64(n - 1) : 1;
}

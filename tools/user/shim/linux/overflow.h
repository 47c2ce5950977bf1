/* SPDX-License-Identifier: GPL-2.0-only */
/* arithmetic with detection of overflow */
#pragma once

#include <linux/limits.h>
#include <linux/types.h>

#define check_mul_overflow(a, b, product) __builtin_mul_overflow(a, b, product)
/* Unlike the kernel's, which is a macro, for 64 bits only, and for shifts below 64. */
static inline bool check_shl_overflow(u64 a, unsigned int shift, u64 *result)
{
	*result = a << shift;
	return *result >> shift != a;
}

static inline size_t size_mul(size_t a, size_t b)
{
	size_t product;

	return check_mul_overflow(a, b, &product) ? SIZE_MAX : product;
}

static inline size_t size_add(size_t a, size_t b)
{
	size_t sum;

	return __builtin_add_overflow(a, b, &sum) ? SIZE_MAX : sum;
}

/* Without the kernel's overflow check: the numbers here are small. */
#define struct_size(p, member, n)	(sizeof(*(p)) + (n) * sizeof(*(p)->member))

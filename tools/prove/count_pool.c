// SPDX-License-Identifier: GPL-2.0-only
/*
 * count_pool.c - prove a fixed pool's mapping from pointers to element numbers by trying
 * all values: the pool's own code, with words of 16 bits in place of 64. For every
 * stride, both orders and every pointer: an element's address gives its number, and any
 * other pointer gives a number that is not below the count.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/align.h>
#include <linux/bitops.h>
#include <linux/err.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "backend/backend.h"

static inline unsigned short ror16(unsigned short x, unsigned int n)
{
	return x >> (n & 15) | x << (-n & 15);
}

/* Compile the pool's code with words of 16 bits. */
#define u64		unsigned short
#define s64		short
#define size_t		unsigned short
#define ror64		ror16
#include "mempool_fixed.c"
#undef u64
#undef s64
#undef size_t

/* Whether fixed_number() is right for every 16-bit pointer. */
static bool all_right(const struct fixed_pool *pool)
{
	unsigned int at, truth, n = 0;
	static unsigned int numbers[65536];

	memset(numbers, 0xff, sizeof(numbers));
	for (n = 0; n < pool->count; n++)
		numbers[(unsigned short)(unsigned long)fixed_at(pool, n)] = n;
	for (at = 0; at < 65536; at++) {
		truth = numbers[at];
		n = fixed_number(pool, (void *)(unsigned long)at);
		if (truth == ~0u ? n < pool->count : n != truth)
			return false;
	}
	return true;
}

int main(int argc, char **argv)
{
	unsigned int step = argc > 1 ? atoi(argv[1]) : 1, stride, order;
	struct fixed_pool pool = {};

	for (stride = 1; stride < 32768; stride += step)
		for (order = 0; order < 2; order++) {
			pool.stride = stride;
			pool.count = 65535 / stride;
			pool.first = (u8 *)(unsigned long)(stride % 977);
			pool.flags = order ? RTALLOC_POOL_HIGH_FIRST : 0;
			numbers_set(&pool);
			if (all_right(&pool))
				continue;
			printf("not ok pool_number # stride %u\n", stride);
			return 1;
		}
	printf("ok pool_number # words of 16 bits, every pointer\n");
	return 0;
}

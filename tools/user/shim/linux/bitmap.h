/* SPDX-License-Identifier: GPL-2.0-only */
/* arrays of bits */
#pragma once

#include <linux/bitops.h>
#include <linux/string.h>

static inline unsigned int bitmap_weight(const unsigned long *map,
					 unsigned int nbits)
{
	unsigned int weight = 0;
	unsigned int bit = 0;

	for_each_set_bit_from(bit, map, nbits)
		weight++;
	return weight;
}

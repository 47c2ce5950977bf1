/* SPDX-License-Identifier: GPL-2.0-only */
/* BIT and masks */
#pragma once

#define BITS_PER_LONG	__LONG_WIDTH__
#define BIT(n)		(1ul << (n))
#define BIT_ULL(n)	(1ull << (n))
#define GENMASK(h, l)	((~0ul << (l)) & (~0ul >> (BITS_PER_LONG - 1 - (h))))

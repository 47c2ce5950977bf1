/* SPDX-License-Identifier: GPL-2.0-only */
/* single bits */
#pragma once

#define BITS_PER_LONG	__LONG_WIDTH__
#define BIT(n)		(1ul << (n))
#define BIT_ULL(n)	(1ull << (n))

/* SPDX-License-Identifier: GPL-2.0-only */
/* swapped bytes */
#pragma once

#define swab16(x)	__builtin_bswap16(x)

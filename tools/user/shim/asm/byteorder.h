/* SPDX-License-Identifier: GPL-2.0-only */
/* conversion to and from little endian */
#pragma once

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define cpu_to_le32(x)	__builtin_bswap32(x)
#else
#define cpu_to_le32(x)	(x)
#endif
#define __force

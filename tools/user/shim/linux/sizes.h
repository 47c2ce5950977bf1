/* SPDX-License-Identifier: GPL-2.0-only */
/* sizes by name */
#pragma once

#define SZ_4K	0x1000
#define SZ_8K	0x2000
#define SZ_32K	0x8000
#define SZ_64K	0x10000
#define SZ_128K	0x20000
#define SZ_256K	0x40000
#define SZ_1M	0x100000
#define SZ_16M	0x1000000

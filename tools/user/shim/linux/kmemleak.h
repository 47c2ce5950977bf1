/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

#define kmemleak_alloc(p, size, min_count, gfp)	((void)0)
#define kmemleak_free(p)			((void)(p))
#define kmemleak_no_scan(p)			((void)(p))
#define kmemleak_scan_area(p, size, gfp)	((void)(p))

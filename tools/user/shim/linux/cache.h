/* SPDX-License-Identifier: GPL-2.0-only */
/* size of a cache line */
#pragma once

#define L1_CACHE_BYTES		64
#define ____cacheline_aligned	__attribute__((aligned(L1_CACHE_BYTES)))

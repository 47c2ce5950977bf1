/* SPDX-License-Identifier: GPL-2.0-only */
/* a number below 1 << bits for a pointer */
#pragma once

#include <linux/types.h>

static inline u32 hash_ptr(const void *p, unsigned int bits)
{
	return (u64)(uintptr_t)p * 0x61c8864680b583ebull >> (64 - bits);
}

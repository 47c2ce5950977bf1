/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * memory.h - numbers that were typed: see memory.c.
 */
#ifndef _RTALLOC_USER_MEMORY_H
#define _RTALLOC_USER_MEMORY_H

#include <linux/types.h>

/* A decimal number that is all of @text; false when it is not. */
bool parse_u64(const char *text, u64 *value);

#endif /* _RTALLOC_USER_MEMORY_H */

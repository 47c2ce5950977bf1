/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * memory.h - numbers that were typed: see memory.c.
 */
#pragma once

#include <linux/types.h>

/* A decimal number that is all of @text; false when it is not. */
bool parse_u64(const char *text, u64 *value);

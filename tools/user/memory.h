/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * memory.h - parsing of numbers; see memory.c.
 */
#pragma once

#include <linux/types.h>

/* Parse a decimal number. Return false if @text is anything else. */
bool parse_u64(const char *text, u64 *value);

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * wcet_string.h - put before all else in the backends that wcet counts: their
 * memset() and memcpy() are those of wcet_string.c.
 */
#pragma once

#include <stddef.h>

void *memset(void *to, int byte, size_t size) __asm__("wcet_memset");
void *memcpy(void *to, const void *from, size_t size) __asm__("wcet_memcpy");

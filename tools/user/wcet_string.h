/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * wcet_string.h - included in front of each backend that wcet counts: it replaces memset()
 * and memcpy() by those of wcet_string.c.
 */
#pragma once

#include <stddef.h>

void *memset(void *to, int byte, size_t size) __asm__("wcet_memset");
void *memcpy(void *to, const void *from, size_t size) __asm__("wcet_memcpy");

// SPDX-License-Identifier: GPL-2.0-only
/*
 * wcet_string.c - memset() and memcpy() whose count is the same on every processor: one
 * string instruction, which callgrind counts once for each byte.
 */
#include <stddef.h>

void *wcet_memset(void *to, int byte, size_t size);
void *wcet_memcpy(void *to, const void *from, size_t size);

void *wcet_memset(void *to, int byte, size_t size)
{
	void *at = to;

	__asm__ volatile("rep stosb" : "+D" (at), "+c" (size)
			 : "a" (byte) : "memory");
	return to;
}

void *wcet_memcpy(void *to, const void *from, size_t size)
{
	void *at = to;

	__asm__ volatile("rep movsb" : "+D" (at), "+S" (from), "+c" (size)
			 : : "memory");
	return to;
}

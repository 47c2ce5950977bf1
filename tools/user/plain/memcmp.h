/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * memcmp.h - memcmp() by words, included in front of each file on s390x. Compiler and libc
 * use an instruction there that QEMU emulates by two calls for each byte, so comparing
 * whole heaps took more than half of the tests' time.
 */
#pragma once

#include <string.h>

static inline int memcmp_by_words(const void *a, const void *b, size_t size)
{
	typedef unsigned long word __attribute__((may_alias, aligned(1)));
	const unsigned char *p = a, *q = b;

	for (; size >= sizeof(word) && *(word *)p == *(word *)q;
	     size -= sizeof(word)) {
		p += sizeof(word);
		q += sizeof(word);
	}
	for (; size && *p == *q; size--) {
		p++;
		q++;
	}
	return size ? *p - *q : 0;
}

#define memcmp	memcmp_by_words

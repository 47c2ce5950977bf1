/* SPDX-License-Identifier: GPL-2.0-only */
/* memory and string functions */
#pragma once

#include <linux/types.h>
#include <string.h>

static inline ssize_t strscpy(char *to, const char *from, size_t room)
{
	size_t n = 0;

	for (; n + 1 < room && from[n]; n++)
		to[n] = from[n];
	to[n] = '\0';
	return n;
}

/* The first of @size bytes that is not @c, or NULL. */
static inline void *memchr_inv(const void *p, int c, size_t size)
{
	const unsigned char *at = p;

	for (; size; size--, at++)
		if (*at != (unsigned char)c)
			return (void *)at;
	return NULL;
}

static inline char *strnstr(const char *text, const char *word, size_t n)
{
	return (char *)memmem(text, n, word, strlen(word));
}

static inline int match_string(const char *const *words, size_t n,
			       const char *word)
{
	for (size_t i = 0; i < n; i++)
		if (words[i] && !strcmp(words[i], word))
			return i;
	return -1;
}

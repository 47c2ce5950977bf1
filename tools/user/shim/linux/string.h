/* SPDX-License-Identifier: GPL-2.0-only */
/* memory and string functions */
#ifndef _SHIM_LINUX_STRING_H
#define _SHIM_LINUX_STRING_H

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

static inline int match_string(const char *const *words, size_t n,
			       const char *word)
{
	for (size_t i = 0; i < n; i++)
		if (words[i] && !strcmp(words[i], word))
			return i;
	return -1;
}

#endif

// SPDX-License-Identifier: GPL-2.0-only
/*
 * failed.c - why a test failed: see expect.h.
 */
#include <linux/kernel.h>
#include <linux/string.h>

#include "expect.h"

const char *failed(const char *file, int line, const char *format, ...)
{
	const char *slash = strrchr(file, '/');
	static char why[1024];
	char text[900];		/* an argument may be in why */
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	snprintf(why, sizeof(why), "%s:%d: %s", slash ? slash + 1 : file, line,
		 text);
	return why;
}

/* SPDX-License-Identifier: GPL-2.0-only */
/* what the kernel's catch-all header gives */
#pragma once

#include <linux/align.h>
#include <linux/limits.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/types.h>
#include <stdarg.h>
#include <stdio.h>

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))
#endif
#define upper_32_bits(n)	((u32)((n) >> 16 >> 16))

/* Count a warning if the program says that its caller may not sleep. */
void shim_might_sleep(void);

#define might_sleep()		shim_might_sleep()
#define might_sleep_if(condition)					\
	((condition) ? shim_might_sleep() : (void)0)

#define container_of(p, type, member)	\
	((type *)((char *)(p) - offsetof(type, member)))

/* Without the kernel's sign and newline, which no caller passes. */
int kstrtou64(const char *text, unsigned int base, u64 *value);

/* The same as snprintf(), but return the number of bytes that were written. */
static inline __attribute__((format(printf, 3, 4)))
int scnprintf(char *text, size_t size, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(text, size, format, args);
	va_end(args);
	return n < (int)size ? n : (int)size - 1;
}

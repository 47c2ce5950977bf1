/* SPDX-License-Identifier: GPL-2.0-only */
/* what the kernel's catch-all header gives */
#ifndef _SHIM_LINUX_KERNEL_H
#define _SHIM_LINUX_KERNEL_H

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
#define might_sleep()		((void)0)

#define container_of(p, type, member)	\
	((type *)((char *)(p) - offsetof(type, member)))

unsigned long long memparse(const char *text, char **end);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* limits of types; C's <limits.h> includes this file too */
#ifndef _SHIM_LINUX_LIMITS_H
#define _SHIM_LINUX_LIMITS_H

#include_next <linux/limits.h>
#include <stdint.h>

#define S32_MAX		INT32_MAX
#define U32_MAX		UINT32_MAX
#define S32_MAX		INT32_MAX
#define U64_MAX		UINT64_MAX

#endif

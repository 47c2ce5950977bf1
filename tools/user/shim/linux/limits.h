/* SPDX-License-Identifier: GPL-2.0-only */
/* limits of types; C's <limits.h> includes this file too */
#pragma once

#include_next <linux/limits.h>
#include <stdint.h>

#define S32_MAX		INT32_MAX
#define U32_MAX		UINT32_MAX
#define U64_MAX		UINT64_MAX

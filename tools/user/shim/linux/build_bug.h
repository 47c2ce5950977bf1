/* SPDX-License-Identifier: GPL-2.0-only */
/* checks at compile time */
#pragma once

#include <assert.h>

#define BUILD_BUG_ON(cond)	static_assert(!(cond), #cond)

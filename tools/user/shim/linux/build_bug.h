/* SPDX-License-Identifier: GPL-2.0-only */
/* checks at compile time */
#pragma once

#include <assert.h>

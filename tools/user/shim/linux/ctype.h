/* SPDX-License-Identifier: GPL-2.0-only */
/* classes of characters */
#pragma once

#include <ctype.h>

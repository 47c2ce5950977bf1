/* SPDX-License-Identifier: GPL-2.0-only */
/* error numbers; C's <errno.h> includes this file too */
#pragma once

#include <asm/errno.h>

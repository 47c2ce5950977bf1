/* SPDX-License-Identifier: GPL-2.0-only */
/* memory and string functions */
#ifndef _SHIM_LINUX_STRING_H
#define _SHIM_LINUX_STRING_H

#include <linux/types.h>
#include <string.h>

#endif

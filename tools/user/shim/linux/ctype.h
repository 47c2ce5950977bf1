/* SPDX-License-Identifier: GPL-2.0-only */
/* classes of characters */
#ifndef _SHIM_LINUX_CTYPE_H
#define _SHIM_LINUX_CTYPE_H

#include <ctype.h>

#endif

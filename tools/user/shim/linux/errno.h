/* SPDX-License-Identifier: GPL-2.0-only */
/* error numbers; C's <errno.h> includes this file too */
#ifndef _SHIM_LINUX_ERRNO_H
#define _SHIM_LINUX_ERRNO_H

#include <asm/errno.h>

#endif

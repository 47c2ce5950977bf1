/* SPDX-License-Identifier: GPL-2.0-only */
/* portable.h in the place of the original's: see Documentation/porting.rst */
#ifndef _RTALLOC_PORT_FREERTOS_PORTABLE_H
#define _RTALLOC_PORT_FREERTOS_PORTABLE_H

#include <rtalloc/port/freertos.h>

#endif

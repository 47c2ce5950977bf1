/* SPDX-License-Identifier: GPL-2.0-only */
/* FreeRTOS.h in the place of the original's: see Documentation/porting.rst */
#ifndef _RTALLOC_PORT_FREERTOS_FREERTOS_H
#define _RTALLOC_PORT_FREERTOS_FREERTOS_H

#include <rtalloc/port/freertos_types.h>

#endif

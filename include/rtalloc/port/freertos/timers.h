/* SPDX-License-Identifier: GPL-2.0-only */
/* timers.h in the place of the original's: see Documentation/porting.rst */
#ifndef _RTALLOC_PORT_FREERTOS_TIMERS_BY_NAME_H
#define _RTALLOC_PORT_FREERTOS_TIMERS_BY_NAME_H

#include <rtalloc/port/freertos_timers.h>

#endif

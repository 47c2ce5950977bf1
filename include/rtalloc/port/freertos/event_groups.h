/* SPDX-License-Identifier: GPL-2.0-only */
/* event_groups.h in the place of the original's: see Documentation/porting.rst */
#ifndef _RTALLOC_PORT_FREERTOS_EVENT_GROUPS_H
#define _RTALLOC_PORT_FREERTOS_EVENT_GROUPS_H

#include <rtalloc/port/freertos_ipc.h>

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* queue.h in the place of the original's: see Documentation/porting.rst */
#ifndef _RTALLOC_PORT_FREERTOS_QUEUE_H
#define _RTALLOC_PORT_FREERTOS_QUEUE_H

#include <rtalloc/port/freertos_ipc.h>

#endif

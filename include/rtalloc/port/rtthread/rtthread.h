/* SPDX-License-Identifier: GPL-2.0-only */
/* rtthread.h in the place of the original's: see Documentation/porting.rst */
#ifndef _RTALLOC_PORT_RTTHREAD_RTTHREAD_H
#define _RTALLOC_PORT_RTTHREAD_RTTHREAD_H

#include <rtalloc/port/rtthread.h>
#include <rtalloc/port/rtthread_ipc.h>
#include <rtalloc/port/rtthread_types.h>

#endif

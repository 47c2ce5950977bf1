/* SPDX-License-Identifier: GPL-2.0-only */
/* rthw.h in the place of the original's: see Documentation/porting.rst */
#ifndef _RTALLOC_PORT_RTTHREAD_RTHW_H
#define _RTALLOC_PORT_RTTHREAD_RTHW_H

#include <rtalloc/port/rtthread/rtthread.h>

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* lwip/debug.h in the place of the original's: see Documentation/porting.rst */
#ifndef _RTALLOC_PORT_LWIP_DEBUG_H
#define _RTALLOC_PORT_LWIP_DEBUG_H

#include <rtalloc/port/lwip/lwip/opt.h>

#endif

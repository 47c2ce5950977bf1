/* SPDX-License-Identifier: GPL-2.0-only */
/* lwip/init.h in the place of the original's: see Documentation/porting.rst */
#ifndef _RTALLOC_PORT_LWIP_LWIP_INIT_H
#define _RTALLOC_PORT_LWIP_LWIP_INIT_H

#include <rtalloc/port/lwip/lwip/opt.h>

#endif

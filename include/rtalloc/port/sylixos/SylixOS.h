/* SPDX-License-Identifier: GPL-2.0-only */
/* SylixOS.h in the place of the original's: see Documentation/porting.rst */
#ifndef _RTALLOC_PORT_SYLIXOS_SYLIXOS_H
#define _RTALLOC_PORT_SYLIXOS_SYLIXOS_H

#include <rtalloc/port/sylixos_ipc.h>

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lwip/opt.h in the place of the original's, with the driver's lwipopts.h, if it has
 * one: see Documentation/porting.rst
 */
#ifndef _RTALLOC_PORT_LWIP_OPT_H
#define _RTALLOC_PORT_LWIP_OPT_H

#ifdef __has_include
#if __has_include("lwipopts.h")
#include "lwipopts.h"
#endif
#endif
#include <rtalloc/port/lwip_types.h>

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* message_buffer.h in the place of the original's: see Documentation/porting.rst */
#ifndef _RTALLOC_PORT_FREERTOS_MESSAGE_BUFFER_H
#define _RTALLOC_PORT_FREERTOS_MESSAGE_BUFFER_H

#include <rtalloc/port/freertos_stream.h>

#endif

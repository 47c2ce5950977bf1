/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * versions.h - what differs between the kernels that port/ is built for.
 */
#ifndef _RTALLOC_PORT_VERSIONS_H
#define _RTALLOC_PORT_VERSIONS_H

#include <linux/timer.h>
#include <linux/version.h>

/* From 6.2 on they have these names. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#define timer_delete(timer)		del_timer(timer)
#define timer_delete_sync(timer)	del_timer_sync(timer)
#endif

#endif /* _RTALLOC_PORT_VERSIONS_H */

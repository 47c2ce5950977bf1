/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * init.h - what the module sets up, in order. A kernel without a network has
 * the pbufs alone, for which nothing is set up.
 */
#ifndef _RTALLOC_NET_INIT_H
#define _RTALLOC_NET_INIT_H

#ifdef RTALLOC_NET_DRIVER
int net_bind_init(void);
void net_bind_exit(void);
void net_debugfs_init(void);
void net_debugfs_exit(void);
void pbuf_rx_pools_retry(void);
int net_tap_init(void);
void net_tap_exit(void);
#else
static inline int net_bind_init(void) { return 0; }
static inline void net_bind_exit(void) { }
static inline void net_debugfs_init(void) { }
static inline void net_debugfs_exit(void) { }
static inline void pbuf_rx_pools_retry(void) { }
static inline int net_tap_init(void) { return 0; }
static inline void net_tap_exit(void) { }
#endif

#endif /* _RTALLOC_NET_INIT_H */

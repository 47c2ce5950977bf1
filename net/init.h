/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * init.h - set-up and teardown functions of the module's parts. A kernel without
 * networking has only the pbufs, which need no set-up.
 */
#ifndef _RTALLOC_NET_INIT_H
#define _RTALLOC_NET_INIT_H

#ifdef RTALLOC_NET_DRIVER
int net_bind_init(void);
void net_bind_exit(void);
int net_cpus_init(void);
void net_cpus_exit(void);
void net_debugfs_init(void);
void net_debugfs_exit(void);
void pbuf_rx_pools_retry(void);
int net_tap_init(void);
void net_tap_exit(void);
#else
static inline int net_bind_init(void) { return 0; }
static inline void net_bind_exit(void) { }
static inline int net_cpus_init(void) { return 0; }
static inline void net_cpus_exit(void) { }
static inline void net_debugfs_init(void) { }
static inline void net_debugfs_exit(void) { }
static inline void pbuf_rx_pools_retry(void) { }
static inline int net_tap_init(void) { return 0; }
static inline void net_tap_exit(void) { }
#endif

#endif /* _RTALLOC_NET_INIT_H */

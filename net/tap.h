/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tap.h - tapped devices, for tap.c and what is seen of it in debugfs.
 */
#ifndef _RTALLOC_NET_TAP_H
#define _RTALLOC_NET_TAP_H

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/types.h>

#include <rtalloc/pbuf_skb.h>

/**
 * struct tap - a tapped device
 * @node: in the list of them
 * @dev: the device, held
 * @frames: packets that passed as chains
 * @pieces: the pbufs that they came to
 * @refused: packets that could not be chains and went on as they were
 * @others: ... that came back as another sk_buff
 * @lost: ... that were dropped for want of memory
 * @copied: bytes copied
 */
struct tap {
	struct list_head node;
	struct net_device *dev;
	atomic_long_t frames;
	atomic_long_t pieces;
	atomic_long_t refused;
	atomic_long_t others;
	atomic_long_t lost;
	atomic_long_t copied;
};

/* In the caller's namespace; @why says in a line why not. */
int net_tap_add(const char *name, const char **why);
int net_tap_remove(const char *name, const char **why);
void net_tap_each(void (*each)(const struct tap *tap, void *data),
		  void *data);

#endif /* _RTALLOC_NET_TAP_H */

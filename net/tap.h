/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tap.h - tapped devices, for tap.c and its files in debugfs, tap_files.c.
 */
#ifndef _RTALLOC_NET_TAP_H
#define _RTALLOC_NET_TAP_H

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/types.h>

#include <rtalloc/pbuf_skb.h>

/**
 * struct tap - a tapped device
 * @node: entry of the list of tapped devices
 * @dev: the device; a reference is held
 * @frames: number of packets that passed as chains
 * @pieces: number of pbufs in these chains
 * @refused: number of packets that could not become chains and passed unchanged
 * @others: number of chains that became another sk_buff than they were made from
 * @lost: number of packets dropped for lack of memory
 * @copied: number of bytes copied
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

/*
 * Start or stop tapping the device @name of the caller's network namespace. Return 0 or
 * a negative errno, with *@why set to a constant line of text.
 */
int net_tap_add(const char *name, const char **why);
int net_tap_remove(const char *name, const char **why);
void net_tap_each(void (*each)(const struct tap *tap, void *data),
		  void *data);

#endif /* _RTALLOC_NET_TAP_H */

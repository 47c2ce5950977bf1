/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netif.h - a lwIP interface (struct netif) as a Linux network device: shared by
 * netif.c, which has the functions that the driver calls, and netif_device.c, which has
 * the net_device.
 */
#ifndef _RTALLOC_PORT_NETIF_H
#define _RTALLOC_PORT_NETIF_H

#include <linux/irq_work.h>
#include <linux/list.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <linux/spinlock.h>
#include <linux/u64_stats_sync.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include <rtalloc/pbuf_skb.h>
#include <rtalloc/port/lwip_types.h>

#define RX_QUEUE	256u	/* length in frames, a power of two */
#define TX_QUEUE	64u	/* length in frames */

/**
 * struct lwip_traffic - counters of one direction
 * @sync: lets 32-bit machines read the 64-bit counters consistently
 * @packets: number of frames
 * @bytes: bytes in these frames
 *
 * There is one writer at a time.
 */
struct lwip_traffic {
	struct u64_stats_sync sync;
	u64_stats_t packets;
	u64_stats_t bytes;
};

/**
 * struct lwip_rx - receive side: frames from the driver to the stack
 * @napi: its poll takes frames off @queue
 * @kick: schedules @napi on behalf of contexts that may not do it themselves
 * @lock: guards @queue, @head, @tail, @is_open and @full; held for a few instructions,
 *	with interrupts off
 * @queue: a ring of frames
 * @head: number of frames ever put into @queue, modulo 2^32; the next one goes to slot
 *	@head % RX_QUEUE
 * @tail: number of frames ever taken out of @queue, modulo 2^32
 * @is_open: frames are accepted
 * @full: number of frames refused because @queue was full
 * @traffic: frames given to the stack; this member and those below are written by the
 *	poll of @napi only
 * @dropped: number of frames dropped for lack of memory for an sk_buff
 * @errors: number of frames dropped because they are too short for Ethernet
 * @cost: bytes copied
 * @lender: lends the driver's buffers to sk_buffs
 */
struct lwip_rx {
	struct napi_struct napi;
	struct irq_work kick;
	raw_spinlock_t lock;
	struct pbuf *queue[RX_QUEUE];
	u32 head;
	u32 tail;
	bool is_open;
	unsigned long full;
	struct lwip_traffic traffic;
	unsigned long dropped;
	unsigned long errors;
	struct pbuf_skb_cost cost;
	struct pbuf_lender *lender;
};

/**
 * struct lwip_tx - transmit side: frames from the stack to the driver
 * @queue: frames that wait for @thread
 * @thread: calls linkoutput(); NULL: ndo_start_xmit() calls it
 * @more: where @thread waits for frames
 * @traffic: frames that linkoutput() accepted; this member and those below have one
 *	writer: @thread, or ndo_start_xmit() if there is no thread
 * @dropped: number of frames dropped for lack of memory for a pbuf chain
 * @errors: number of frames that linkoutput() refused
 * @cost: bytes copied
 */
struct lwip_tx {
	struct sk_buff_head queue;
	struct task_struct *thread;
	wait_queue_head_t more;
	struct lwip_traffic traffic;
	unsigned long dropped;
	unsigned long errors;
	struct pbuf_skb_cost cost;
};

/**
 * struct lwip_device - the private part of a net_device
 * @netif: the driver's interface
 * @node: entry in netif.c's list of added interfaces
 * @dev: the net_device
 * @options: the driver's options
 * @link: work that sets the carrier as netif->flags say
 * @rx: receive side
 * @tx: transmit side
 */
struct lwip_device {
	struct netif *netif;
	struct list_head node;
	struct net_device *dev;
	struct lwip_netif_options options;
	struct work_struct link;
	struct lwip_rx rx;
	struct lwip_tx tx;
};

/* Set and clear bits of netif->flags. Return whether they changed. Any context but NMI. */
bool netif_flags_change(struct netif *netif, u8 set, u8 clear);

/* Allocate a device, which is not registered yet. Returns NULL on error. May sleep. */
struct lwip_device *lwip_device_alloc(struct netif *netif,
				      struct lwip_netif_options options);
void lwip_device_free(struct lwip_device *device);
/*
 * Register the device with the name, address and MTU of its netif, and set
 * netif->device. Returns 0 or an errno. May sleep.
 */
int lwip_device_register(struct lwip_device *device);
/*
 * Unregister the device; the caller has cleared netif->device. None of its callbacks
 * runs any more when this returns. May sleep.
 */
void lwip_device_unregister(struct lwip_device *device);
/* Queue a frame for the stack. ERR_OK: @p belongs to the device. Any context but NMI. */
err_t lwip_device_receive(struct lwip_device *device, struct pbuf *p);

#endif /* _RTALLOC_PORT_NETIF_H */

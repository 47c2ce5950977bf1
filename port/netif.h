/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netif.h - an interface of lwIP's as a network device, from the inside: for
 * netif.c, which has lwIP's functions, and netif_device.c, which has Linux's.
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

#define RX_QUEUE	256u	/* frames, a power of two */
#define TX_QUEUE	64u	/* frames */

/**
 * struct lwip_traffic - frames that passed, in one direction
 * @sync: where 64 bits are read in two parts, whoever reads sees both of one moment
 * @packets: how many
 * @bytes: in them
 *
 * One at a time writes it.
 */
struct lwip_traffic {
	struct u64_stats_sync sync;
	u64_stats_t packets;
	u64_stats_t bytes;
};

/**
 * struct lwip_rx - frames on their way from the driver to the stack
 * @napi: takes them off the queue
 * @kick: schedules @napi from where that is not allowed
 * @lock: guards @queue, @head, @tail, @is_open and @full
 * @queue: the frames, a ring
 * @head: where the next one is put, counts on for ever
 * @tail: the oldest, likewise
 * @is_open: frames are taken
 * @full: refused because there was no room
 * @traffic: given to the stack; this and what follows is written by @napi alone
 * @dropped: without memory for an sk_buff
 * @errors: no frame of Ethernet
 * @cost: bytes copied
 * @lender: of the driver's buffers
 *
 * Context: @lock is taken with interrupts off, for a few instructions.
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
 * struct lwip_tx - frames on their way from the stack to the driver
 * @queue: those that wait for the thread
 * @thread: calls linkoutput(); NULL: ndo_start_xmit does
 * @more: wakes it
 * @traffic: what linkoutput() took; this and what follows has one writer, the
 *	thread, or ndo_start_xmit where there is none
 * @dropped: without memory for a chain
 * @errors: that linkoutput() refused
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
 * @netif: the driver's side
 * @node: in the list of those that were added
 * @dev: the net_device
 * @options: the driver's
 * @link: makes the carrier what netif->flags say
 * @rx: frames that came in
 * @tx: frames that go out
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

/* Set and clear bits of netif->flags; true if that changed them. Any context. */
bool netif_flags_change(struct netif *netif, u8 set, u8 clear);

/* A device that is not registered, or NULL. May sleep. */
struct lwip_device *lwip_device_alloc(struct netif *netif,
				      struct lwip_netif_options options);
void lwip_device_free(struct lwip_device *device);
/* As netif says, which points to it from then on: 0 or an errno. May sleep. */
int lwip_device_register(struct lwip_device *device);
/* Nothing of it is running when this returns. May sleep. */
void lwip_device_unregister(struct lwip_device *device);
/* Put a frame on the queue; ERR_OK: it is taken over. Any context but NMI. */
err_t lwip_device_receive(struct lwip_device *device, struct pbuf *p);

#endif /* _RTALLOC_PORT_NETIF_H */

// SPDX-License-Identifier: GPL-2.0-only
/*
 * netif_device.c - the network device of a lwIP interface.
 *
 * Receiving: the driver, in any context, puts a pbuf chain on a ring of pointers. The
 * NAPI poll turns the chains into sk_buffs.
 *
 * Sending: ndo_start_xmit() puts the sk_buff on a queue, and stops the device's transmit
 * queue when it is full. A thread turns each sk_buff into a pbuf chain and calls the
 * driver's linkoutput(), one call at a time. Code written for an RTOS may sleep there.
 * With LWIP_NETIF_TX_DIRECT, ndo_start_xmit() calls linkoutput() itself.
 *
 * The chain that linkoutput() gets consists of a pbuf for the sk_buff's linear part and
 * one for each page fragment. They refer to the sk_buff's own bytes, which must not be
 * written. A driver that needs the bytes until the hardware has sent them takes a
 * reference with pbuf_ref(); that keeps the sk_buff, too.
 *
 * Cost: linear in the number of pieces of a frame.
 */
#include <linux/err.h>
#include <linux/etherdevice.h>
#include <linux/ethtool.h>
#include <linux/kthread.h>

#include "port/netif.h"

/* ---- counting --------------------------------------------------------------- */

/* Disables interrupts, as the transmit thread calls this, too, with softirqs enabled. */
static void traffic_add(struct lwip_traffic *traffic, unsigned int bytes)
{
	unsigned long irq = u64_stats_update_begin_irqsave(&traffic->sync);

	u64_stats_inc(&traffic->packets);
	u64_stats_add(&traffic->bytes, bytes);
	u64_stats_update_end_irqrestore(&traffic->sync, irq);
}

static void traffic_read(const struct lwip_traffic *traffic, u64 *packets,
			 u64 *bytes)
{
	unsigned int start;

	do {
		start = u64_stats_fetch_begin(&traffic->sync);
		*packets = u64_stats_read(&traffic->packets);
		*bytes = u64_stats_read(&traffic->bytes);
	} while (u64_stats_fetch_retry(&traffic->sync, start));
}

/* ---- receiving ------------------------------------------------------------ */

/* Is local_bh_enable(), which runs pending softirqs, allowed here? */
static bool can_run_softirqs(void)
{
	return IS_ENABLED(CONFIG_PREEMPT_RT) ? preemptible() : !irqs_disabled();
}

/* Schedule the poll, from any context but NMI. */
static void rx_kick(struct lwip_rx *rx)
{
	if (in_hardirq()) {
		napi_schedule(&rx->napi);
	} else if (can_run_softirqs()) {
		local_bh_disable();
		napi_schedule(&rx->napi);
		local_bh_enable();
	} else {
		irq_work_queue(&rx->kick);
	}
}

static void rx_kicked(struct irq_work *work)
{
	rx_kick(container_of(work, struct lwip_rx, kick));
}

err_t lwip_device_receive(struct lwip_device *device, struct pbuf *p)
{
	struct lwip_rx *rx = &device->rx;
	err_t err = ERR_OK;
	unsigned long irq;

	raw_spin_lock_irqsave(&rx->lock, irq);
	if (!rx->is_open) {
		err = ERR_IF;
	} else if (rx->head - rx->tail == RX_QUEUE) {
		rx->full++;
		err = ERR_MEM;
	} else {
		rx->queue[rx->head++ % RX_QUEUE] = p;
	}
	raw_spin_unlock_irqrestore(&rx->lock, irq);
	if (err == ERR_OK)
		rx_kick(rx);
	return err;
}

static struct pbuf *rx_next(struct lwip_rx *rx)
{
	struct pbuf *p = NULL;
	unsigned long irq;

	raw_spin_lock_irqsave(&rx->lock, irq);
	if (rx->head != rx->tail)
		p = rx->queue[rx->tail++ % RX_QUEUE];
	raw_spin_unlock_irqrestore(&rx->lock, irq);
	return p;
}

/* Drop the socket and route of a packet that this machine has sent and gets back. */
static void skb_forget(struct sk_buff *skb)
{
	skb_orphan(skb);
	skb_scrub_packet(skb, true);
}

/* Turn a frame into an sk_buff. Return NULL if it was counted as bad and freed. */
static struct sk_buff *rx_skb(struct lwip_device *device, struct pbuf *p)
{
	struct lwip_rx *rx = &device->rx;
	bool was_sent = pbuf_skb(p);
	struct sk_buff *skb;

	if (pbuf_remove_header(p, device->options.pad)) {
		WRITE_ONCE(rx->errors, rx->errors + 1);
		pbuf_free(p);
		return NULL;
	}
	skb = pbuf_lend_to_skb(p, rx->lender, device->dev, &rx->cost);
	if (IS_ERR(skb)) {
		WRITE_ONCE(rx->dropped, rx->dropped + 1);
		pbuf_free(p);
		return NULL;
	}
	if (was_sent)
		skb_forget(skb);
	if (likely(pskb_may_pull(skb, ETH_HLEN)))
		return skb;
	WRITE_ONCE(rx->errors, rx->errors + 1);
	kfree_skb(skb);
	return NULL;
}

static int rx_poll(struct napi_struct *napi, int budget)
{
	struct lwip_rx *rx = container_of(napi, struct lwip_rx, napi);
	struct lwip_device *device = container_of(rx, struct lwip_device, rx);
	struct sk_buff *skb;
	struct pbuf *p;
	int done = 0;

	pbuf_lender_reclaim(rx->lender, budget);
	while (done < budget) {
		p = rx_next(rx);
		if (!p)
			break;
		done++;
		skb = rx_skb(device, p);
		if (!skb)
			continue;
		traffic_add(&rx->traffic, skb->len);
		skb->protocol = eth_type_trans(skb, device->dev);
		napi_gro_receive(napi, skb);
	}
	if (done < budget)
		napi_complete_done(napi, done);
	return done;
}

static void rx_open(struct lwip_rx *rx, bool open)
{
	unsigned long irq;

	raw_spin_lock_irqsave(&rx->lock, irq);
	rx->is_open = open;
	raw_spin_unlock_irqrestore(&rx->lock, irq);
}

/* ---- sending -------------------------------------------------------------- */

/* Turn @skb into a pbuf chain and pass it to the driver. Consumes @skb. */
static void tx_send(struct lwip_device *device, struct sk_buff *skb, gfp_t gfp)
{
	struct netif *netif = device->netif;
	struct lwip_tx *tx = &device->tx;
	unsigned int len = skb->len - device->options.pad;
	struct pbuf *p = pbuf_from_skb(skb, 0, gfp, &tx->cost);

	if (IS_ERR(p)) {
		WRITE_ONCE(tx->dropped, tx->dropped + 1);
		kfree_skb(skb);
		return;
	}
	if (netif->linkoutput(netif, p) == ERR_OK)
		traffic_add(&tx->traffic, len);
	else
		WRITE_ONCE(tx->errors, tx->errors + 1);
	pbuf_free(p);
}

/* Dequeue the oldest frame. Restart the stack when half of the queue is free. */
static struct sk_buff *tx_next(struct lwip_device *device)
{
	struct sk_buff_head *queue = &device->tx.queue;
	struct sk_buff *skb;

	spin_lock_bh(&queue->lock);
	skb = __skb_dequeue(queue);
	if (netif_queue_stopped(device->dev) && netif_running(device->dev) &&
	    skb_queue_len(queue) <= TX_QUEUE / 2)
		netif_wake_queue(device->dev);
	spin_unlock_bh(&queue->lock);
	return skb;
}

static int tx_work(void *data)
{
	struct lwip_device *device = data;
	struct lwip_tx *tx = &device->tx;
	struct sk_buff *skb;

	while (!kthread_should_stop()) {
		wait_event_interruptible(tx->more, kthread_should_stop() ||
					 !skb_queue_empty_lockless(&tx->queue));
		skb = tx_next(device);
		if (skb)
			tx_send(device, skb, GFP_KERNEL);
	}
	return 0;
}

static int tx_start(struct lwip_device *device)
{
	struct task_struct *thread;

	if (device->options.tx_direct)
		return 0;
	thread = kthread_run(tx_work, device, "netif/%s", device->dev->name);
	if (IS_ERR(thread))
		return PTR_ERR(thread);
	device->tx.thread = thread;
	return 0;
}

/* Stop sending: linkoutput() is not running any more, and queued frames are freed. */
static void tx_end(struct lwip_device *device)
{
	netif_tx_disable(device->dev);
	if (device->tx.thread)
		kthread_stop(device->tx.thread);
	device->tx.thread = NULL;
	skb_queue_purge(&device->tx.queue);
}

static void tx_queue(struct lwip_device *device, struct sk_buff *skb)
{
	struct lwip_tx *tx = &device->tx;

	spin_lock_bh(&tx->queue.lock);
	__skb_queue_tail(&tx->queue, skb);
	if (skb_queue_len(&tx->queue) >= TX_QUEUE)
		netif_stop_queue(device->dev);
	spin_unlock_bh(&tx->queue.lock);
	wake_up(&tx->more);
}

static netdev_tx_t device_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct lwip_device *device = netdev_priv(dev);
	unsigned int pad = device->options.pad;

	if (pad && skb_cow_head(skb, pad)) {
		dev_core_stats_tx_dropped_inc(dev);
		kfree_skb(skb);
		return NETDEV_TX_OK;
	}
	memset(__skb_push(skb, pad), 0, pad);
	/* Not tx.thread: a packet that bypasses the qdisc may come before it is set. */
	if (device->options.tx_direct)
		tx_send(device, skb, GFP_ATOMIC);
	else
		tx_queue(device, skb);
	return NETDEV_TX_OK;
}

/* ---- the device ----------------------------------------------------------- */

/* The driver may replace the callback at any time, so it is read once. */
static void status_changed(struct netif *netif)
{
	netif_status_callback_fn callback;

	/* Pairs with netif_set_status_callback(). */
	callback = smp_load_acquire(&netif->status_callback);
	if (callback)
		callback(netif);
}

static int device_open(struct net_device *dev)
{
	struct lwip_device *device = netdev_priv(dev);
	int err = tx_start(device);

	if (err) {
		/* Packets may have come already. */
		skb_queue_purge(&device->tx.queue);
		return err;
	}
	napi_enable(&device->rx.napi);
	rx_open(&device->rx, true);
	netif_flags_change(device->netif, NETIF_FLAG_UP, 0);
	netif_start_queue(dev);
	status_changed(device->netif);
	return 0;
}

/*
 * Stop sending and receiving. Frames that the driver has handed in and that the stack has
 * not got are freed. No call into the driver is in progress afterwards, except for those
 * of the driver's free functions for pbufs that the stack still holds.
 */
static int device_stop(struct net_device *dev)
{
	struct lwip_device *device = netdev_priv(dev);
	struct pbuf *p;

	tx_end(device);
	rx_open(&device->rx, false);
	irq_work_sync(&device->rx.kick);
	napi_disable(&device->rx.napi);
	/* The free functions of a driver's pbufs are always called with softirqs off. */
	local_bh_disable();
	for (p = rx_next(&device->rx); p; p = rx_next(&device->rx))
		pbuf_free(p);
	local_bh_enable();
	netif_flags_change(device->netif, 0, NETIF_FLAG_UP);
	status_changed(device->netif);
	return 0;
}

static int device_change_mtu(struct net_device *dev, int mtu)
{
	struct lwip_device *device = netdev_priv(dev);

	WRITE_ONCE(dev->mtu, mtu);
	WRITE_ONCE(device->netif->mtu, mtu);
	return 0;
}

static void device_stats(struct net_device *dev,
			 struct rtnl_link_stats64 *stats)
{
	struct lwip_device *device = netdev_priv(dev);

	traffic_read(&device->rx.traffic, &stats->rx_packets, &stats->rx_bytes);
	traffic_read(&device->tx.traffic, &stats->tx_packets, &stats->tx_bytes);
	stats->rx_dropped = READ_ONCE(device->rx.dropped) +
			    READ_ONCE(device->rx.full);
	stats->rx_errors = READ_ONCE(device->rx.errors);
	stats->tx_dropped = READ_ONCE(device->tx.dropped);
	stats->tx_errors = READ_ONCE(device->tx.errors);
}

static const struct net_device_ops device_ops = {
	.ndo_open		= device_open,
	.ndo_stop		= device_stop,
	.ndo_start_xmit		= device_xmit,
	.ndo_change_mtu		= device_change_mtu,
	.ndo_get_stats64	= device_stats,
	.ndo_validate_addr	= eth_validate_addr,
};

/* ---- ethtool -S ------------------------------------------------------------ */

static const char stats_names[][ETH_GSTRING_LEN] = {
	"rx_queue_full", "rx_header_bytes", "rx_copied_bytes", "rx_lent",
	"rx_lent_max", "rx_lends", "rx_returns", "rx_looks", "rx_not_pages",
	"rx_beyond", "rx_held", "tx_queued", "tx_copied_bytes",
};

static int stats_count(struct net_device *dev, int set)
{
	return set == ETH_SS_STATS ? ARRAY_SIZE(stats_names) : -EOPNOTSUPP;
}

static void stats_strings(struct net_device *dev, u32 set, u8 *text)
{
	if (set == ETH_SS_STATS)
		memcpy(text, stats_names, sizeof(stats_names));
}

static void stats_values(struct net_device *dev, struct ethtool_stats *stats,
			 u64 *value)
{
	struct lwip_device *device = netdev_priv(dev);
	struct pbuf_lender_counts counts;
	struct lwip_rx *rx = &device->rx;

	pbuf_lender_count(rx->lender, &counts);
	*value++ = READ_ONCE(rx->full);
	*value++ = READ_ONCE(rx->cost.header_bytes);
	*value++ = READ_ONCE(rx->cost.payload_bytes);
	*value++ = counts.lent;
	*value++ = counts.lent_max;
	*value++ = counts.lends;
	*value++ = counts.returns;
	*value++ = counts.looks;
	*value++ = counts.not_pages;
	*value++ = counts.beyond;
	*value++ = counts.held;
	*value++ = skb_queue_len_lockless(&device->tx.queue);
	*value++ = READ_ONCE(device->tx.cost.payload_bytes);
}

static const struct ethtool_ops device_ethtool_ops = {
	.get_link		= ethtool_op_get_link,
	.get_sset_count		= stats_count,
	.get_strings		= stats_strings,
	.get_ethtool_stats	= stats_values,
};

/* ---- making and removing ---------------------------------------------------- */

/*
 * Set the carrier as the link flag says now. The flag may be changed in an interrupt,
 * where the carrier cannot; one run of this work may serve several changes.
 */
static void link_work(struct work_struct *work)
{
	struct lwip_device *device = container_of(work, struct lwip_device,
						  link);

	if (netif_is_link_up(device->netif))
		netif_carrier_on(device->dev);
	else
		netif_carrier_off(device->dev);
}

static void rx_init(struct lwip_device *device)
{
	raw_spin_lock_init(&device->rx.lock);
	u64_stats_init(&device->rx.traffic.sync);
	init_irq_work(&device->rx.kick, rx_kicked);
	netif_napi_add(device->dev, &device->rx.napi, rx_poll);
}

struct lwip_device *lwip_device_alloc(struct netif *netif,
				      struct lwip_netif_options options)
{
	struct net_device *dev = alloc_etherdev(sizeof(struct lwip_device));
	struct lwip_device *device;

	if (!dev)
		return NULL;
	device = netdev_priv(dev);
	device->rx.lender = pbuf_lender_create(options.rx_lend);
	if (IS_ERR(device->rx.lender)) {
		free_netdev(dev);
		return NULL;
	}
	device->netif = netif;
	device->dev = dev;
	device->options = options;
	rx_init(device);
	skb_queue_head_init(&device->tx.queue);
	u64_stats_init(&device->tx.traffic.sync);
	init_waitqueue_head(&device->tx.more);
	INIT_WORK(&device->link, link_work);
	dev->netdev_ops = &device_ops;
	dev->ethtool_ops = &device_ethtool_ops;
	dev->needed_headroom = options.pad;
	/* netpoll sends with interrupts off, but sending takes locks that want them on. */
	dev->priv_flags |= IFF_DISABLE_NETPOLL;
	/* Sending queues the sk_buff, so pktgen must not send the same one again. */
	dev->priv_flags &= ~IFF_TX_SKB_SHARING;
	dev->features = NETIF_F_SG;
	dev->hw_features = NETIF_F_SG;
	return device;
}

void lwip_device_free(struct lwip_device *device)
{
	netif_napi_del(&device->rx.napi);
	/* Nobody can queue the work any more: netif_napi_del() waited for a grace period. */
	cancel_work_sync(&device->link);
	/* Packets that came while the device was being set up, which then failed. */
	skb_queue_purge(&device->tx.queue);
	pbuf_lender_destroy(device->rx.lender);
	free_netdev(device->dev);
}

int lwip_device_register(struct lwip_device *device)
{
	struct net_device *dev = device->dev;
	struct netif *netif = device->netif;
	int err;

	snprintf(dev->name, sizeof(dev->name), "%.2s%%d", netif->name);
	eth_hw_addr_set(dev, netif->hwaddr);
	dev->mtu = netif->mtu;
	dev->max_mtu = netif->mtu;
	/* A new device has a carrier. Turn it off before others see the device. */
	if (!netif_is_link_up(netif))
		netif_carrier_off(dev);
	rcu_assign_pointer(netif->device, device);
	err = register_netdev(dev);
	if (err) {
		RCU_INIT_POINTER(netif->device, NULL);
		return err;
	}
	schedule_work(&device->link);
	if (kstrtou8(dev->name + strnlen(netif->name, sizeof(netif->name)),
		     10, &netif->num))
		netif->num = U8_MAX;
	return 0;
}

void lwip_device_unregister(struct lwip_device *device)
{
	/* Functions in netif.c may still use a copy of netif->device that they read. */
	synchronize_rcu();
	/* Cancelled before unregistering: the work must not touch a gone device's carrier. */
	cancel_work_sync(&device->link);
	unregister_netdev(device->dev);
	irq_work_sync(&device->rx.kick);
}

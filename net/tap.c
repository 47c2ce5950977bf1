// SPDX-License-Identifier: GPL-2.0-only
/*
 * tap.c - pass the packets of any network device through pbuf chains.
 *
 * A receive handler takes the packets of a tapped device, after GRO and before the
 * protocols. Each packet is turned into a chain; its Ethernet header is removed and put
 * back; the chain is cut into its pieces and joined again; and the chain is turned back
 * into its sk_buff, without copying a byte. The tap is a self-test, which tries the
 * conversion with the sk_buffs of every driver. Code that works on chains would be
 * called in packet_pass().
 *
 * A packet that cannot become a chain (longer than 65535 bytes, or in memory that cannot
 * be read) is counted and passed on unchanged. So is a packet without an Ethernet
 * header, for example a looped back multicast.
 *
 * Locks: the RTNL guards the list of tapped devices. Counters are atomic.
 */
#include <linux/etherdevice.h>
#include <linux/if_arp.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/nsproxy.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include "net/init.h"
#include "net/tap.h"

static LIST_HEAD(taps);		/* guarded by the RTNL */

/* ---- packets ------------------------------------------------------------------ */

/* Cut a chain into single pbufs, and join them again. Return the chain. */
static struct pbuf *cut_and_join(struct pbuf *p)
{
	struct pbuf *whole = NULL, *tail;

	for (; p; p = tail) {
		tail = p->next;
		pbuf_ref(tail);
		pbuf_dechain(p);
		if (whole)
			pbuf_cat(whole, p);
		else
			whole = p;
	}
	return whole;
}

/* Pass a chain made from @skb through the self-test. Return NULL if the packet is lost. */
static struct sk_buff *packet_pass(struct tap *tap, struct sk_buff *skb,
				   struct pbuf *p)
{
	struct pbuf_skb_cost cost = { };
	struct sk_buff *back;

	atomic_long_inc(&tap->frames);
	atomic_long_add(pbuf_clen(p), &tap->pieces);
	if (!pbuf_remove_header(p, ETH_HLEN))
		pbuf_add_header_force(p, ETH_HLEN);
	p = cut_and_join(p);
	back = pbuf_to_skb(p, PBUF_SKB_FRAG, tap->dev, &cost);
	if (IS_ERR(back)) {
		pbuf_free(p);
		return NULL;
	}
	atomic_long_add(cost.header_bytes + cost.payload_bytes, &tap->copied);
	if (back != skb)
		atomic_long_inc(&tap->others);
	return back;
}

/*
 * The receive handler. The sk_buff's data begins behind the Ethernet header, which is
 * made part of the chain.
 */
static rx_handler_result_t packet_take(struct sk_buff **pskb)
{
	struct tap *tap = rcu_dereference((*pskb)->dev->rx_handler_data);
	struct sk_buff *skb = skb_share_check(*pskb, GFP_ATOMIC);
	struct pbuf_skb_cost cost = { };
	struct pbuf *p;

	if (!skb)
		goto lost;
	*pskb = skb;
	if (skb_mac_offset(skb) != -ETH_HLEN) {
		atomic_long_inc(&tap->refused);
		return RX_HANDLER_PASS;
	}
	__skb_push(skb, ETH_HLEN);
	p = pbuf_from_skb(skb, 0, GFP_ATOMIC, &cost);
	if (IS_ERR(p)) {
		atomic_long_inc(&tap->refused);
	} else {
		skb = packet_pass(tap, skb, p);
		if (!skb)
			goto lost;
		*pskb = skb;
	}
	__skb_pull(skb, ETH_HLEN);
	return RX_HANDLER_PASS;

lost:
	atomic_long_inc(&tap->lost);
	return RX_HANDLER_CONSUMED;
}

/* ---- tapped devices ---------------------------------------------------------------- */

static struct tap *tap_find(const struct net_device *dev)
{
	struct tap *tap;

	ASSERT_RTNL();
	list_for_each_entry(tap, &taps, node)
		if (tap->dev == dev)
			return tap;
	return NULL;
}

/* Unregistering the handler waits until packet_take() is no longer running. */
static void tap_drop(struct tap *tap)
{
	netdev_rx_handler_unregister(tap->dev);
	list_del(&tap->node);
	dev_put(tap->dev);
	kfree(tap);
}

static int tap_make(struct net_device *dev, const char **why)
{
	struct tap *tap;
	int err;

	*why = "not an Ethernet device";
	if (dev->type != ARPHRD_ETHER)
		return -EOPNOTSUPP;
	*why = "no memory";
	tap = kzalloc(sizeof(*tap), GFP_KERNEL);
	if (!tap)
		return -ENOMEM;
	tap->dev = dev;
	err = netdev_rx_handler_register(dev, packet_take, tap);
	*why = err == -EBUSY ? "something else takes its packets" :
			       "nobody may take its packets";
	if (err) {
		kfree(tap);
		return err;
	}
	dev_hold(dev);
	list_add_tail(&tap->node, &taps);
	return 0;
}

int net_tap_add(const char *name, const char **why)
{
	struct net_device *dev;
	int err = -ENODEV;

	*why = "no network device of that name here";
	rtnl_lock();
	dev = __dev_get_by_name(current->nsproxy->net_ns, name);
	if (dev)
		err = tap_make(dev, why);
	rtnl_unlock();
	return err;
}

int net_tap_remove(const char *name, const char **why)
{
	struct net_device *dev;
	struct tap *tap;

	*why = "no tapped device of that name here";
	rtnl_lock();
	dev = __dev_get_by_name(current->nsproxy->net_ns, name);
	tap = dev ? tap_find(dev) : NULL;
	if (tap)
		tap_drop(tap);
	rtnl_unlock();
	return tap ? 0 : -ENOENT;
}

void net_tap_each(void (*each)(const struct tap *tap, void *data), void *data)
{
	struct tap *tap;

	rtnl_lock();
	list_for_each_entry(tap, &taps, node)
		each(tap, data);
	rtnl_unlock();
}

/* Remove the tap of a device that is unregistered or moves to another namespace. */
static int device_event(struct notifier_block *nb, unsigned long event,
			void *info)
{
	struct tap *tap = NULL;

	if (event == NETDEV_UNREGISTER)
		tap = tap_find(netdev_notifier_info_to_dev(info));
	if (tap)
		tap_drop(tap);
	return NOTIFY_DONE;
}

static struct notifier_block device_watch = { .notifier_call = device_event };

int net_tap_init(void)
{
	return register_netdevice_notifier(&device_watch);
}

/* Unregistering calls device_event() with NETDEV_UNREGISTER for each existing device. */
void net_tap_exit(void)
{
	unregister_netdevice_notifier(&device_watch);
}

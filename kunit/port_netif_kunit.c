// SPDX-License-Identifier: GPL-2.0-only
/*
 * port_netif_kunit.c - lwIP's interfaces as network devices: wrong interfaces, ones that were
 * added before, and NULL are refused; and what other parts of the kernel must not do.
 */
#include <linux/etherdevice.h>
#include <linux/netdevice.h>

#include <rtalloc/port/lwip_types.h>

#include "kunit/suite.h"
#include "kunit/wait.h"

static const struct lwip_netif_options options = { .rx_lend = 8 };

static struct netif near, far;
static int inits;

static err_t send_nothing(struct netif *netif, struct pbuf *p)
{
	return ERR_OK;
}

static err_t is_whole(struct netif *netif)
{
	u8 address[ETH_ALEN] = { 2, 0, 0, 0, 1, ++inits };

	netif->linkoutput = send_nothing;
	netif->hwaddr_len = ETH_ALEN;
	memcpy(netif->hwaddr, address, ETH_ALEN);
	netif->mtu = 1500;
	memcpy(netif->name, "zz", 2);
	return ERR_OK;
}

static struct netif *add(struct netif *netif, netif_init_fn init)
{
	return lwip_netif_add(netif, NULL, init, lwip_netif_input, options);
}

static void is_added_once(struct kunit *test)
{
	struct lwip_device *device;

	KUNIT_ASSERT_PTR_EQ(test, &near, add(&near, is_whole));
	device = rcu_access_pointer(near.device);
	KUNIT_ASSERT_NOT_NULL(test, device);
	inits = 0;
	KUNIT_EXPECT_NULL(test, add(&near, is_whole));
	KUNIT_EXPECT_EQ(test, 0, inits);
	KUNIT_EXPECT_PTR_EQ(test, device, rcu_access_pointer(near.device));
	KUNIT_EXPECT_PTR_EQ(test, &far, add(&far, is_whole));
	netif_remove(&near);
	netif_remove(&near);
	KUNIT_EXPECT_PTR_EQ(test, &near, add(&near, is_whole));
	netif_remove(&near);
	netif_remove(&far);
	KUNIT_EXPECT_NULL(test, rcu_access_pointer(near.device));
}

static err_t refuses(struct netif *netif)
{
	is_whole(netif);
	return ERR_MEM;
}

static err_t has_no_output(struct netif *netif)
{
	is_whole(netif);
	netif->linkoutput = NULL;
	return ERR_OK;
}

static err_t has_no_name(struct netif *netif)
{
	is_whole(netif);
	netif->name[0] = '\0';
	return ERR_OK;
}

static err_t has_no_address(struct netif *netif)
{
	is_whole(netif);
	netif->hwaddr[0] = 1;	/* a multicast address */
	return ERR_OK;
}

static err_t has_no_mtu(struct netif *netif)
{
	is_whole(netif);
	netif->mtu = ETH_MIN_MTU - 1;
	return ERR_OK;
}

static err_t has_a_format_for_a_name(struct netif *netif)
{
	is_whole(netif);
	memcpy(netif->name, "%d", 2);
	return ERR_OK;
}

/* An init function that sets up no valid interface is refused; a valid one works then. */
static void is_no_interface(struct kunit *test)
{
	static const netif_init_fn inits[] = {
		refuses, has_no_output, has_no_name, has_no_address, has_no_mtu,
		has_a_format_for_a_name,
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(inits); i++) {
		KUNIT_EXPECT_NULL(test, add(&near, inits[i]));
		KUNIT_EXPECT_NULL(test, rcu_access_pointer(near.device));
	}
	KUNIT_EXPECT_PTR_EQ(test, &near, add(&near, is_whole));
	netif_remove(&near);
}

static void is_nothing(struct kunit *test)
{
	struct pbuf frame = { };

	KUNIT_EXPECT_NULL(test, add(NULL, is_whole));
	KUNIT_EXPECT_NULL(test, add(&near, NULL));
	netif_remove(NULL);
	netif_set_up(NULL);
	netif_set_down(NULL);
	netif_set_link_up(NULL);
	netif_set_link_down(NULL);
	KUNIT_ASSERT_PTR_EQ(test, &near, add(&near, is_whole));
	netif_set_up(&near);
	KUNIT_EXPECT_TRUE(test, netif_is_up(&near));
	KUNIT_EXPECT_EQ(test, (err_t)ERR_ARG, lwip_netif_input(NULL, &near));
	KUNIT_EXPECT_EQ(test, (err_t)ERR_ARG, lwip_netif_input(&frame, NULL));
	netif_set_down(&near);
	KUNIT_EXPECT_EQ(test, (err_t)ERR_IF, lwip_netif_input(&frame, &near));
	netif_remove(&near);
	KUNIT_EXPECT_EQ(test, (err_t)ERR_IF, lwip_netif_input(&frame, &near));
}

/*
 * pktgen with clone_skb sends the same sk_buff several times at once, if the device's flag
 * allows it. The flag must not be set.
 */
static void is_given_each_packet_once(struct kunit *test)
{
	struct net_device *dev;

	KUNIT_ASSERT_PTR_EQ(test, &near, add(&near, is_whole));
	dev = dev_get_by_name(&init_net, "zz0");
	KUNIT_EXPECT_NOT_NULL(test, dev);
	if (dev)
		KUNIT_EXPECT_FALSE(test, dev->priv_flags & IFF_TX_SKB_SHARING);
	dev_put(dev);
	netif_remove(&near);
}

static struct task_struct *sender;
static unsigned int nr_sent;

static err_t send_noted(struct netif *netif, struct pbuf *p)
{
	sender = current;
	smp_store_release(&nr_sent, nr_sent + 1);	/* pairs with the test's read */
	return ERR_OK;
}

static err_t is_noting(struct netif *netif)
{
	is_whole(netif);
	netif->linkoutput = send_noted;
	return ERR_OK;
}

/* Hand a packet to the device as a socket with PACKET_QDISC_BYPASS does. */
static void packet_bypass(struct kunit *test, struct net_device *dev)
{
	struct sk_buff *skb = alloc_skb(ETH_ZLEN, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_put_zero(skb, ETH_ZLEN);
	skb->dev = dev;
	local_bh_disable();
	dev->netdev_ops->ndo_start_xmit(skb, dev);
	local_bh_enable();
}

/*
 * A packet may come while the device is being set up, when its thread does not exist yet, or
 * is not seen yet by the processor that sends. linkoutput() may sleep, so it must not be
 * called then. The thread sends the packet later; removing the device frees it.
 */
static void is_given_packets_by_its_thread(struct kunit *test)
{
	struct net_device *dev;

	nr_sent = 0;
	KUNIT_ASSERT_PTR_EQ(test, &near, add(&near, is_noting));
	dev = dev_get_by_name(&init_net, "zz0");
	KUNIT_EXPECT_NOT_NULL(test, dev);
	if (dev) {
		packet_bypass(test, dev);
		KUNIT_EXPECT_EQ(test, 0u, nr_sent);
		netif_set_up(&near);
		/* Pairs with send_noted(). */
		AWAIT(smp_load_acquire(&nr_sent));
		KUNIT_EXPECT_EQ(test, 1u, nr_sent);
		KUNIT_EXPECT_PTR_NE(test, current, sender);
		netif_set_down(&near);
		packet_bypass(test, dev);
		KUNIT_EXPECT_EQ(test, 1u, nr_sent);
	}
	dev_put(dev);
	netif_remove(&near);
}

static struct kunit_case port_netif_cases[] = {
	KUNIT_CASE(is_added_once),
	KUNIT_CASE(is_no_interface),
	KUNIT_CASE(is_nothing),
	KUNIT_CASE(is_given_each_packet_once),
	KUNIT_CASE(is_given_packets_by_its_thread),
	{}
};

RTALLOC_SUITE(port_netif);

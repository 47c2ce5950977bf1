// SPDX-License-Identifier: GPL-2.0-only
/*
 * virtio_tx_kunit.c - sending packets with the fake device.
 */
#include <linux/mm.h>
#include <linux/netdevice.h>
#include <linux/sizes.h>
#include <linux/virtio_config.h>

#include "kunit/virtio_common.h"

/* Raise the limit of BQL to 1 MiB, as limit_min in sysfs does, so that the ring fills. */
static void much_may_be_under_way(void)
{
#ifdef CONFIG_BQL
	struct dql *dql = &netdev_get_tx_queue(dev, 0)->dql;

	dql->min_limit = SZ_1M;
	dql->limit = SZ_1M;
	dql->adj_limit = SZ_1M + dql->num_completed;
#endif
}

/* Send a packet; @partial: the device is to compute TCP's checksum. */
static void packet_queue(struct kunit *test, const struct shape *shape,
			 bool partial)
{
	struct sk_buff *skb = packet_make(test, shape);

	if (partial)
		KUNIT_ASSERT_TRUE(test, skb_partial_csum_set(skb, 34, 16));
	dev_queue_xmit(skb);
}

/* Whether the queue is stopped because the transmit ring is full. */
static bool is_stopped(void)
{
	return netif_tx_queue_stopped(netdev_get_tx_queue(dev, 0));
}

/* Send packets until the queue is stopped. Return their number. */
static unsigned int ring_fill(struct kunit *test)
{
	unsigned int nr = 0;

	much_may_be_under_way();
	for (; nr < 100 && !is_stopped(); nr++)
		packet_queue(test, &short_packet, false);
	KUNIT_EXPECT_TRUE(test, is_stopped());
	return nr;
}

/*
 * A packet of a linear part and 3 frags: 12 bytes of virtio's header in front of the
 * linear part, 66 + 3 * 500 bytes, 4 descriptors.
 */
static void packets_go_out(struct kunit *test)
{
	static const struct shape packet = { "packet", 66, 3, 500 };
	const struct virtio_net_hdr_mrg_rxbuf *hdr;
	unsigned int i;

	device_start(test, MERGEABLE | BIT_ULL(VIRTIO_NET_F_CSUM));
	packet_queue(test, &packet, true);
	KUNIT_ASSERT_TRUE(test, fake_send_seen(fake));
	hdr = (void *)fake->sent;
	KUNIT_EXPECT_EQ(test, 12u + 1566u, fake->sent_len);
	KUNIT_EXPECT_EQ(test, 4u, fake->sent_pieces);
	KUNIT_EXPECT_EQ(test, VIRTIO_NET_HDR_F_NEEDS_CSUM,
			(int)hdr->hdr.flags);
	KUNIT_EXPECT_EQ(test, 34, __virtio16_to_cpu(true, hdr->hdr.csum_start));
	for (i = 0; i < 1566; i++)
		if (fake->sent[12 + i] != byte_at(i))
			break;
	KUNIT_EXPECT_EQ(test, 1566u, i);
	fake_interrupt(fake, FAKE_TX);
}

/* A UDP packet to be segmented by the device (UDP_SEGMENT): the header says gso_size. */
static void datagrams_are_cut_by_the_device(struct kunit *test)
{
	static const struct shape packet = { "packet", 42, 3, 500 };
	const struct virtio_net_hdr_mrg_rxbuf *hdr;
	struct sk_buff *skb;

	device_start(test, MERGEABLE | BIT_ULL(VIRTIO_NET_F_CSUM) |
			   BIT_ULL(VIRTIO_NET_F_HOST_USO));
	KUNIT_EXPECT_TRUE(test, dev->features & NETIF_F_GSO_UDP_L4);
	skb = packet_make(test, &packet);
	KUNIT_ASSERT_TRUE(test, skb_partial_csum_set(skb, 34, 6));
	skb_shinfo(skb)->gso_type = SKB_GSO_UDP_L4;
	skb_shinfo(skb)->gso_size = 500;
	skb_shinfo(skb)->gso_segs = 3;
	dev_queue_xmit(skb);
	KUNIT_ASSERT_TRUE(test, fake_send_seen(fake));
	hdr = (void *)fake->sent;
	KUNIT_EXPECT_EQ(test, 12u + 1542u, fake->sent_len);
	KUNIT_EXPECT_EQ(test, VIRTIO_NET_HDR_GSO_UDP_L4,
			(int)hdr->hdr.gso_type);
	KUNIT_EXPECT_EQ(test, 500, __virtio16_to_cpu(true, hdr->hdr.gso_size));
	fake_interrupt(fake, FAKE_TX);
}

/* A clone shares its headroom, so virtio's header must go into a buffer of its own. */
static void a_clone_goes_out(struct kunit *test)
{
	struct sk_buff *skb = skb_make(test, &short_packet), *clone;
	u8 before = skb->data[-1];

	device_start(test, MERGEABLE);
	clone = clone_make(test, skb);
	clone->dev = dev;
	dev_queue_xmit(clone);
	KUNIT_ASSERT_TRUE(test, fake_send_seen(fake));
	KUNIT_EXPECT_EQ(test, 2u, fake->sent_pieces);
	KUNIT_EXPECT_EQ(test, 72u, fake->sent_len);
	KUNIT_EXPECT_EQ(test, (int)before, (int)skb->data[-1]);
	fake_interrupt(fake, FAKE_TX);
	kfree_skb(skb);
}

/*
 * AF_XDP sends its memory as page frags, without a linear part, if the device allows that;
 * otherwise it copies. The 12 bytes of virtio's header and 100 of the frag are sent.
 */
static void a_packet_without_a_linear_part_goes_out(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL | __GFP_ZERO);
	struct sk_buff *skb = alloc_skb(64, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	device_start(test, MERGEABLE | BIT_ULL(VIRTIO_NET_F_CSUM));
	KUNIT_EXPECT_TRUE(test, dev->priv_flags & IFF_TX_SKB_NO_LINEAR);
	memset(page_address(page), 0x5a, 100);
	skb_reserve(skb, 64);
	skb_add_rx_frag(skb, 0, page, 0, 100, PAGE_SIZE);
	skb->dev = dev;
	dev_queue_xmit(skb);
	KUNIT_ASSERT_TRUE(test, fake_send_seen(fake));
	KUNIT_EXPECT_EQ(test, 112u, fake->sent_len);
	KUNIT_EXPECT_NULL(test, memchr_inv(fake->sent + 12, 0x5a, 100));
	fake_interrupt(fake, FAKE_TX);
}

/* The queue is stopped when the ring is full, and woken when the device has sent packets. */
static void a_full_ring_stops_and_wakes(struct kunit *test)
{
	struct net_tx_values tx;
	unsigned int sent;

	device_start(test, MERGEABLE);
	sent = ring_fill(test);
	KUNIT_EXPECT_LT(test, 20u, sent);
	KUNIT_EXPECT_EQ(test, sent, fake_send_all(fake));
	fake_interrupt(fake, FAKE_TX);
	KUNIT_EXPECT_FALSE(test, is_stopped());
	net_tx_values(fake_net(fake), &tx);
	KUNIT_EXPECT_EQ(test, (u64)sent, tx.packets);
	KUNIT_EXPECT_EQ(test, sent * 60ull, tx.bytes);
	KUNIT_EXPECT_EQ(test, 1ull, tx.stops);
	KUNIT_EXPECT_EQ(test, 1ull, tx.wakes);
	KUNIT_EXPECT_EQ(test, 0ull, tx.drops);
}

/*
 * netpoll (netconsole) polls a stopped queue before the device has sent anything. The
 * interrupt must stay enabled, so that the queue is woken later.
 */
static void netpoll_leaves_the_interrupt_on(struct kunit *test)
{
	struct napi_struct *napi;

	device_start(test, MERGEABLE);
	ring_fill(test);
	napi = &fake_pair(fake)->tx_napi;
	set_bit(NAPI_STATE_NPSVC, &napi->state);
	WITHOUT_BH(KUNIT_EXPECT_EQ(test, 0, net_tx_poll(napi, 0)));
	clear_bit(NAPI_STATE_NPSVC, &napi->state);
	expect_tx_interrupt(test);
	fake_send_all(fake);
	fake_interrupt(fake, FAKE_TX);
	KUNIT_EXPECT_FALSE(test, is_stopped());
}

/*
 * The device sent all packets before the driver enabled the interrupt, so none will come.
 * The kick, which enables it, must look once more and wake the queue.
 */
static void telling_the_device_makes_room_too(struct kunit *test)
{
	device_start(test, MERGEABLE);
	ring_fill(test);
	fake_send_all(fake);
	WITHOUT_BH(net_tx_kick(fake_pair(fake)));
	KUNIT_EXPECT_FALSE(test, is_stopped());
}

/*
 * A full transmit ring: replacing the receive ring, or down and up, must not wake its
 * queue. After the device has sent all packets, either of the two does.
 */
static void a_full_ring_stays_stopped(struct kunit *test)
{
	struct net_tx_values tx;

	device_start(test, MERGEABLE | BIT_ULL(VIRTIO_F_RING_RESET));
	ring_fill(test);
	KUNIT_EXPECT_EQ(test, 0, WITH_RTNL(net_rings_set(fake_net(fake),
							 RING / 2, 64)));
	KUNIT_EXPECT_TRUE(test, is_stopped());
	link_down();
	link_up(test);
	KUNIT_EXPECT_TRUE(test, is_stopped());
	fake_send_all(fake);
	/* The ring has room now. */
	link_down();
	link_up(test);
	KUNIT_EXPECT_FALSE(test, is_stopped());
	ring_fill(test);
	fake_send_all(fake);
	KUNIT_EXPECT_EQ(test, 0, WITH_RTNL(net_rings_set(fake_net(fake), RING,
							 64)));
	KUNIT_EXPECT_FALSE(test, is_stopped());
	net_tx_values(fake_net(fake), &tx);
	KUNIT_EXPECT_EQ(test, 0ull, tx.drops);
}

/*
 * Slots of packets that the device has sent are freed by the next transmission, also
 * without an interrupt: 200 packets fit through a ring of 64 slots. Each time the
 * interrupt stays enabled, in case no other packet follows.
 */
static void packets_make_room_for_others(struct kunit *test)
{
	unsigned int i;

	device_start(test, MERGEABLE);
	much_may_be_under_way();
	for (i = 0; i < 200; i++) {
		packet_queue(test, &short_packet, false);
		expect_tx_interrupt(test);
		KUNIT_ASSERT_TRUE(test, fake_send_seen(fake));
	}
}

/* Packets for a broken ring are dropped, not kept for ever. */
static void a_broken_send_ring_hangs_nobody(struct kunit *test)
{
	struct net_tx_values tx;
	unsigned int i;

	device_start(test, MERGEABLE);
	packet_queue(test, &short_packet, false);
	fake_used(fake, FAKE_TX, 999, 0);
	for (i = 0; i < 3; i++)
		packet_queue(test, &short_packet, false);
	/* The watchdog's timeout finds the ring broken. */
	WITHOUT_BH(dev->netdev_ops->ndo_tx_timeout(dev, 0));
	KUNIT_EXPECT_TRUE(test, virtqueue_is_broken(fake_pair(fake)->tx));
	net_tx_values(fake_net(fake), &tx);
	KUNIT_EXPECT_EQ(test, 3ull, tx.drops);
}

/*
 * If there is no memory for a table of indirect descriptors, the descriptors are put on
 * the ring itself: every packet is sent.
 */
static void sending_survives_each_failure(struct kunit *test)
{
	static const struct shape packet = { "packet", 66, 3, 500 };
	unsigned int nth, left = 0, sent = 0;
	struct net_tx_values tx;
	struct sk_buff *skb;

	device_start(test, MERGEABLE | BIT_ULL(VIRTIO_NET_F_CSUM) |
			   BIT_ULL(VIRTIO_RING_F_INDIRECT_DESC));
	for (nth = 1; !left && nth < 20; nth++) {
		skb = packet_make(test, &packet);
		fail_nth_set(test, nth);
		dev_queue_xmit(skb);
		left = fail_nth_left();
		fail_nth_set(test, 0);
		sent += fake_send_seen(fake);
		KUNIT_EXPECT_EQ(test, 12u + 1566u, fake->sent_len);
		fake_interrupt(fake, FAKE_TX);
	}
	net_tx_values(fake_net(fake), &tx);
	KUNIT_EXPECT_LT(test, 1u, sent);
	KUNIT_EXPECT_EQ(test, (u64)sent, tx.packets);
	KUNIT_EXPECT_EQ(test, nth - 1, sent);
}

/*
 * Packets that are still on the ring when the device is unbound are freed: of a page of
 * each, the test's reference is the last one.
 */
static void what_was_not_sent_is_freed(struct kunit *test)
{
	static const struct shape packet = { "packet", 60, 2, 700 };
	struct page *page[5];
	struct sk_buff *skb;
	unsigned int i;

	device_start(test, MERGEABLE | BIT_ULL(VIRTIO_NET_F_CSUM));
	much_may_be_under_way();
	for (i = 0; i < 5; i++) {
		skb = packet_make(test, &packet);
		page[i] = skb_frag_page(&skb_shinfo(skb)->frags[0]);
		get_page(page[i]);
		dev_queue_xmit(skb);
	}
	KUNIT_EXPECT_EQ(test, 5u, fake_posted(fake, FAKE_TX));
	fake_unbind(fake);
	KUNIT_EXPECT_NULL(test, fake->vq[FAKE_TX]);
	for (i = 0; i < 5; i++) {
		KUNIT_EXPECT_EQ(test, 1, page_ref_count(page[i]));
		put_page(page[i]);
	}
}

/* ---- byte queue limits and statistics ---------------------------------------------------- */

/* Bytes that BQL counts as queued and not yet sent. */
static unsigned int under_way(void)
{
#ifdef CONFIG_BQL
	const struct dql *dql = &netdev_get_tx_queue(dev, 0)->dql;

	return dql->num_queued - dql->num_completed;
#else
	return 0;
#endif
}

/* BQL must count a packet until it is sent, or is lost in a reset of the device. */
static void what_is_under_way_is_said(struct kunit *test)
{
	if (!IS_ENABLED(CONFIG_BQL))
		kunit_skip(test, "no BQL");
	device_start(test, MERGEABLE);
	much_may_be_under_way();
	packet_queue(test, &short_packet, false);
	packet_queue(test, &short_packet, false);
	KUNIT_EXPECT_EQ(test, 120u, under_way());
	KUNIT_EXPECT_TRUE(test, fake_send_seen(fake));
	fake_interrupt(fake, FAKE_TX);
	KUNIT_EXPECT_EQ(test, 60u, under_way());
	/* A reset drops the second packet. */
	KUNIT_EXPECT_EQ(test, 0, net_freeze(&fake->vdev));
	KUNIT_EXPECT_EQ(test, 0u, under_way());
	KUNIT_EXPECT_EQ(test, 0, net_restore(&fake->vdev));
	packet_queue(test, &short_packet, false);
	KUNIT_EXPECT_EQ(test, 60u, under_way());
	KUNIT_EXPECT_TRUE(test, fake_send_seen(fake));
	fake_interrupt(fake, FAKE_TX);
	KUNIT_EXPECT_EQ(test, 0u, under_way());
}

/*
 * The device has sent all packets but its interrupt was lost. The watchdog's timeout
 * notifies the device again and wakes the queue.
 */
static void a_lost_interrupt_is_made_up_for(struct kunit *test)
{
	struct netdev_queue *queue;
	struct net_tx_values tx;
	unsigned int kicks;

	device_start(test, MERGEABLE);
	queue = netdev_get_tx_queue(dev, 0);
	while (!netif_xmit_stopped(queue))
		packet_queue(test, &short_packet, false);
	fake_send_all(fake);
	kicks = fake->kicks;
	WITHOUT_BH(dev->netdev_ops->ndo_tx_timeout(dev, 0));
	KUNIT_EXPECT_LT(test, kicks, fake->kicks);
	KUNIT_EXPECT_FALSE(test, netif_xmit_stopped(queue));
	net_tx_values(fake_net(fake), &tx);
	KUNIT_EXPECT_EQ(test, 1ull, tx.timeouts);
	KUNIT_EXPECT_LT(test, 0ull, tx.packets);
}

/* The network reserves headroom for virtio's header, so that it needs no extra descriptor. */
static void there_is_room_in_front(struct kunit *test)
{
	device_start(test, MERGEABLE);
	KUNIT_EXPECT_EQ(test, 12, (int)dev->needed_headroom);
	KUNIT_EXPECT_LE(test, ETH_HLEN + 12, LL_RESERVED_SPACE(dev));
}

static struct kunit_case virtio_tx_cases[] = {
	KUNIT_CASE(packets_go_out),
	KUNIT_CASE(datagrams_are_cut_by_the_device),
	KUNIT_CASE(a_clone_goes_out),
	KUNIT_CASE(a_packet_without_a_linear_part_goes_out),
	KUNIT_CASE(a_full_ring_stops_and_wakes),
	KUNIT_CASE(netpoll_leaves_the_interrupt_on),
	KUNIT_CASE(telling_the_device_makes_room_too),
	KUNIT_CASE(a_full_ring_stays_stopped),
	KUNIT_CASE(packets_make_room_for_others),
	KUNIT_CASE(a_broken_send_ring_hangs_nobody),
	KUNIT_CASE(sending_survives_each_failure),
	KUNIT_CASE(what_was_not_sent_is_freed),
	KUNIT_CASE(what_is_under_way_is_said),
	KUNIT_CASE(a_lost_interrupt_is_made_up_for),
	KUNIT_CASE(there_is_room_in_front),
	{}
};

VIRTIO_SUITE(virtio_tx);

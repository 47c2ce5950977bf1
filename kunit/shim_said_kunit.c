// SPDX-License-Identifier: GPL-2.0-only
/*
 * shim_said_kunit.c - the metadata of an sk_buff is kept when it is converted to a chain and
 * back: device, VLAN tag, timestamps, hash, segmentation, state of the checksum.
 */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/netdevice.h>

#include "kunit/shim_common.h"

static void meta_set(struct sk_buff *skb, struct net_device *dev)
{
	skb->dev = dev;
	skb->protocol = htons(ETH_P_IPV6);
	skb->pkt_type = PACKET_OTHERHOST;
	skb->mark = 77;
	skb->priority = 5;
	skb_set_hash(skb, 0x12345678, PKT_HASH_TYPE_L4);
	__vlan_hwaccel_put_tag(skb, htons(ETH_P_8021AD), 0x2123);
	skb->tstamp = 1234567890;
	skb_hwtstamps(skb)->hwtstamp = 987654321;
	skb_record_rx_queue(skb, 3);
	skb_shinfo(skb)->gso_size = 500;
	skb_shinfo(skb)->gso_segs = 3;
	skb_shinfo(skb)->gso_type = SKB_GSO_TCPV6;
}

static void expect_meta(struct kunit *test, struct sk_buff *skb,
			struct net_device *dev)
{
	KUNIT_EXPECT_PTR_EQ(test, dev, skb->dev);
	KUNIT_EXPECT_EQ(test, ETH_P_IPV6, (int)ntohs(skb->protocol));
	KUNIT_EXPECT_EQ(test, PACKET_OTHERHOST, (int)skb->pkt_type);
	KUNIT_EXPECT_EQ(test, 77u, skb->mark);
	KUNIT_EXPECT_EQ(test, 5u, skb->priority);
	KUNIT_EXPECT_EQ(test, 0x12345678u, skb->hash);
	KUNIT_EXPECT_TRUE(test, skb->l4_hash);
	KUNIT_EXPECT_EQ(test, 0x2123, (int)skb->vlan_tci);
	KUNIT_EXPECT_EQ(test, ETH_P_8021AD, (int)ntohs(skb->vlan_proto));
	KUNIT_EXPECT_EQ(test, 1234567890ll, (s64)skb->tstamp);
	KUNIT_EXPECT_EQ(test, 987654321ll, (s64)skb_hwtstamps(skb)->hwtstamp);
	KUNIT_EXPECT_EQ(test, 3, (int)skb_get_rx_queue(skb));
}

static void what_is_said_survives(struct kunit *test)
{
	struct net_device *dev = netdev_make(test);
	struct sk_buff *skb = watched(test, &shim_plain);
	struct pbuf *p;

	meta_set(skb, dev);
	p = to_chain(test, skb, 0);
	KUNIT_EXPECT_EQ(test, 0x2123, (int)pbuf_skb(p->next)->vlan_tci);
	skb = skb_of(test, p);
	expect_meta(test, skb, dev);
	KUNIT_EXPECT_EQ(test, 500, (int)skb_shinfo(skb)->gso_size);
	KUNIT_EXPECT_EQ(test, 3, (int)skb_shinfo(skb)->gso_segs);
	kfree_skb(skb);
}

/* The copy for a writer has the metadata too. */
static void what_is_said_survives_a_copy(struct kunit *test)
{
	struct net_device *dev = netdev_make(test);
	struct sk_buff *skb = skb_make(test, &shim_plain);
	struct pbuf *p;

	meta_set(skb, dev);
	p = to_chain(test, skb_get(skb), PBUF_SKB_WRITABLE);
	KUNIT_EXPECT_EQ(test, 1566ull, shim_cost.payload_bytes);
	kfree_skb(skb);
	skb = skb_of(test, p);
	expect_meta(test, skb, dev);
	KUNIT_EXPECT_EQ(test, 500, (int)skb_shinfo(skb)->gso_size);
	kfree_skb(skb);
}

/* A new sk_buff has it too, except for segmentation and a verified checksum. */
static void what_is_said_is_said_of_the_new_one(struct kunit *test)
{
	struct net_device *dev = netdev_make(test);
	struct sk_buff *skb = watched(test, &shim_plain);

	meta_set(skb, dev);
	skb->ip_summed = CHECKSUM_UNNECESSARY;
	skb = skb_of(test, turned(to_chain(test, skb, 0)));
	expect_meta(test, skb, dev);
	KUNIT_EXPECT_EQ(test, CHECKSUM_NONE, (int)skb->ip_summed);
	KUNIT_EXPECT_FALSE(test, skb_is_gso(skb));
	kfree_skb(skb);
}

/* CHECKSUM_COMPLETE must be updated to the sum of the bytes that are left. */
static void a_sum_follows_a_stripped_header(struct kunit *test)
{
	struct sk_buff *skb = watched(test, &shim_plain);
	struct pbuf *p;

	skb->csum = skb_checksum(skb, 0, skb->len, 0);
	skb->ip_summed = CHECKSUM_COMPLETE;
	p = to_chain(test, skb, 0);
	pbuf_remove_header(p, ETH_HLEN);
	pbuf_realloc(p, 1001);
	skb = skb_of(test, p);
	KUNIT_EXPECT_EQ(test, CHECKSUM_COMPLETE, (int)skb->ip_summed);
	KUNIT_EXPECT_EQ(test,
			csum_fold(skb_checksum(skb, 0, skb->len, 0)),
			csum_fold(skb->csum));
	kfree_skb(skb);
}

/*
 * Where the owner may write, CHECKSUM_COMPLETE no longer holds: the network would find the sum
 * wrong and blame the device. Other holders do not matter, nor does a header that is taken off.
 */
static void a_sum_ends_where_the_owner_may_write(struct kunit *test)
{
	struct sk_buff *skb = watched(test, &shim_plain);
	struct pbuf *p, *held;

	skb->csum = skb_checksum(skb, 0, skb->len, 0);
	skb->ip_summed = CHECKSUM_COMPLETE;
	/* The network has verified the sum once. */
	skb->csum_valid = 1;
	p = to_chain(test, skb, PBUF_SKB_WRITABLE);
	pbuf_put_at(p, 20, ~pbuf_get_at(p, 20));
	pbuf_ref(p);
	held = p;
	skb = skb_of(test, p);
	KUNIT_EXPECT_EQ(test, CHECKSUM_NONE, (int)skb->ip_summed);
	KUNIT_EXPECT_FALSE(test, skb->csum_valid);
	kfree_skb(skb);
	pbuf_remove_header(held, ETH_HLEN);
	skb = skb_of(test, held);
	KUNIT_EXPECT_EQ(test, CHECKSUM_NONE, (int)skb->ip_summed);
	kfree_skb(skb);
}

/*
 * What was verified is the checksum of the outermost transport header. If the owner takes that
 * off, as one does who ends a tunnel, nothing is known of the packet within.
 */
static void a_verified_sum_goes_with_its_header(struct kunit *test)
{
	struct sk_buff *skb = watched(test, &shim_plain);
	struct pbuf *p;

	skb_set_transport_header(skb, 34);
	skb->ip_summed = CHECKSUM_UNNECESSARY;
	skb->csum_level = 1;
	skb->csum_valid = 1;
	p = to_chain(test, skb, 0);
	pbuf_remove_header(p, 34);
	skb = skb_of(test, p);
	KUNIT_EXPECT_EQ(test, CHECKSUM_UNNECESSARY, (int)skb->ip_summed);
	KUNIT_EXPECT_EQ(test, 1, (int)skb->csum_level);
	p = to_chain(test, skb, 0);
	pbuf_remove_header(p, 8);
	skb = skb_of(test, p);
	KUNIT_EXPECT_EQ(test, CHECKSUM_NONE, (int)skb->ip_summed);
	KUNIT_EXPECT_FALSE(test, skb_csum_unnecessary(skb));
	KUNIT_EXPECT_EQ(test, 0, (int)skb->csum_level);
	kfree_skb(skb);
}

/* An sk_buff whose checksum is still to be computed, from byte 34 on. */
static struct sk_buff *partial_make(struct kunit *test)
{
	static const struct shape paged = {
		"paged", 66, 3, 500, .head_frag = true
	};
	struct sk_buff *skb = watched(test, &paged);

	KUNIT_ASSERT_TRUE(test, skb_partial_csum_set(skb, 34, 16));
	return skb;
}

static void expect_partial(struct kunit *test, struct pbuf *p, int start)
{
	struct sk_buff *skb = skb_of(test, p);

	KUNIT_EXPECT_EQ(test, CHECKSUM_PARTIAL, (int)skb->ip_summed);
	KUNIT_EXPECT_EQ(test, start, skb_checksum_start_offset(skb));
	KUNIT_EXPECT_EQ(test, 16, (int)skb->csum_offset);
	kfree_skb(skb);
}

/* After a header of 14 bytes is removed, the checksum starts 20 bytes into the rest. */
static void the_place_of_a_checksum_stays(struct kunit *test)
{
	struct pbuf *p = to_chain(test, partial_make(test), 0);

	pbuf_remove_header(p, ETH_HLEN);
	expect_partial(test, p, 20);
}

/* A new sk_buff, from which a frag is dropped, has its checksum at the same offset. */
static void the_place_of_a_checksum_moves_along(struct kunit *test)
{
	struct pbuf *p = to_chain(test, partial_make(test), 0);

	next_drop(p);
	expect_partial(test, p, 34);
}

/* Without the piece that the checksum is in, it could not be computed: refused. */
static void without_its_place_it_is_refused(struct kunit *test)
{
	struct pbuf *p = to_chain(test, partial_make(test), 0);
	struct pbuf *tail = pbuf_free_header(p, 66);

	KUNIT_EXPECT_EQ(test, -EINVAL,
			PTR_ERR_OR_ZERO(to_skb(tail, PBUF_SKB_FRAG,
					       netdev_make(test), &shim_cost)));
	expect_packet(test, tail, 66, 1500);
	KUNIT_EXPECT_EQ(test, 3u, pbuf_free(tail));
	KUNIT_EXPECT_EQ(test, 1u, shim_nr_gone);
}

static struct kunit_case shim_said_cases[] = {
	KUNIT_CASE(what_is_said_survives),
	KUNIT_CASE(what_is_said_survives_a_copy),
	KUNIT_CASE(what_is_said_is_said_of_the_new_one),
	KUNIT_CASE(a_sum_follows_a_stripped_header),
	KUNIT_CASE(a_sum_ends_where_the_owner_may_write),
	KUNIT_CASE(a_verified_sum_goes_with_its_header),
	KUNIT_CASE(the_place_of_a_checksum_stays),
	KUNIT_CASE(the_place_of_a_checksum_moves_along),
	KUNIT_CASE(without_its_place_it_is_refused),
	{}
};

RTALLOC_SUITE(shim_said, .init = shim_start);

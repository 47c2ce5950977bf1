// SPDX-License-Identifier: GPL-2.0-only
/*
 * tap_kunit.c - packets of a tapped device are converted to chains of pbufs and back
 * without a change. The tested device is the fake one, but a tap works with the sk_buffs of
 * any driver.
 */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>

#include "kunit/virtio_common.h"
#include "net/tap.h"

static struct tap seen;		/* copy of the last tap that taps_look() found */
static unsigned int nr_taps;	/* how many taps it found */

static void tap_copy(const struct tap *tap, void *data)
{
	seen = *tap;
	nr_taps++;
}

static void taps_look(void)
{
	nr_taps = 0;
	net_tap_each(tap_copy, NULL);
}

/* Bring a device up and tap it. */
static void tapped_start(struct kunit *test)
{
	const char *why;

	device_start(test, MERGEABLE);
	KUNIT_ASSERT_EQ(test, 0, net_tap_add(dev->name, &why));
}

/* Frames of many lengths arrive intact, and the tap has converted each without a copy. */
static void packets_pass_unharmed(struct kunit *test)
{
	unsigned int len, frames = 0;

	tapped_start(test);
	for (len = 60; len < 11000; len += 333, frames++) {
		frame_send(test, (struct frame){ .len = len });
		expect_caught(test, len);
	}
	taps_look();
	KUNIT_EXPECT_EQ(test, (long)frames, atomic_long_read(&seen.frames));
	KUNIT_EXPECT_LT(test, (long)frames, atomic_long_read(&seen.pieces));
	KUNIT_EXPECT_EQ(test, 0l, atomic_long_read(&seen.copied));
	KUNIT_EXPECT_EQ(test, 0l, atomic_long_read(&seen.others));
	KUNIT_EXPECT_EQ(test, 0l, atomic_long_read(&seen.lost));
	KUNIT_EXPECT_EQ(test, 0u, pbuf_skb_chains());
}

/* Set fields of an sk_buff that the tap must not change. */
static void meta_set(struct sk_buff *skb)
{
	skb->dev = dev;
	skb->protocol = htons(PROTOCOL);
	skb_set_mac_header(skb, -ETH_HLEN);
	skb_reset_network_header(skb);
	skb->ip_summed = CHECKSUM_COMPLETE;
	skb->csum = skb_checksum(skb, 0, skb->len, 0);
	skb->priority = 5;
	skb->tstamp = ns_to_ktime(1234567);
	skb_hwtstamps(skb)->hwtstamp = ns_to_ktime(7654321);
	skb_set_hash(skb, 0x12345678, PKT_HASH_TYPE_L4);
	__vlan_hwaccel_put_tag(skb, htons(ETH_P_8021Q), 42);
}

/* Call the tap as the stack does, between driver and protocols. It must pass the packet on. */
static void tap_call(struct kunit *test, struct sk_buff **skb)
{
	rx_handler_func_t *handler;

	local_bh_disable();
	rcu_read_lock();
	handler = rcu_dereference(dev->rx_handler);
	KUNIT_EXPECT_EQ(test, (int)RX_HANDLER_PASS, (int)handler(skb));
	rcu_read_unlock();
	local_bh_enable();
}

/* The tap changes no bit of an sk_buff of any shape, nor of a clone. */
static void nothing_said_of_it_changes(struct kunit *test)
{
	const struct shape *shape = test->param_value;
	struct sk_buff *skb, *clone, before;

	tapped_start(test);
	skb = skb_make(test, shape);
	meta_set(skb);
	before = *skb;
	tap_call(test, &skb);
	KUNIT_EXPECT_EQ(test, 0, memcmp(&before, skb, sizeof(before)));
	clone = clone_make(test, skb);
	before = *clone;
	tap_call(test, &clone);
	KUNIT_EXPECT_EQ(test, 0, memcmp(&before, clone, sizeof(before)));
	KUNIT_EXPECT_EQ(test, 7654321ll,
			ktime_to_ns(skb_hwtstamps(clone)->hwtstamp));
	kfree_skb(clone);
	expect_skb(test, skb, 0, shape_bytes(shape));
	kfree_skb(skb);
	taps_look();
	/* With its Ethernet header the longest packet is too long for a chain: refused. */
	KUNIT_EXPECT_EQ(test, shape_bytes(shape) > 65521 ? 2l : 0l,
			atomic_long_read(&seen.refused));
	KUNIT_EXPECT_EQ(test, 0l, atomic_long_read(&seen.copied));
	KUNIT_EXPECT_EQ(test, 0u, pbuf_skb_chains());
}

/*
 * A multicast packet that is looped back to its sender has no Ethernet header in front. The
 * tap refuses it and passes it on unchanged.
 */
static void without_a_header_it_goes_on(struct kunit *test)
{
	struct sk_buff *skb = skb_make(test, &short_packet), before;

	tapped_start(test);
	meta_set(skb);
	skb_reset_mac_header(skb);
	skb->pkt_type = PACKET_LOOPBACK;
	before = *skb;
	tap_call(test, &skb);
	KUNIT_EXPECT_EQ(test, 0, memcmp(&before, skb, sizeof(before)));
	kfree_skb(skb);
	taps_look();
	KUNIT_EXPECT_EQ(test, 1l, atomic_long_read(&seen.refused));
	KUNIT_EXPECT_EQ(test, 0l, atomic_long_read(&seen.frames));
}

/* A packet socket for all protocols, as tcpdump's, which gets a clone of each packet. */
static int listen(struct sk_buff *skb, struct net_device *in,
		  struct packet_type *type, struct net_device *orig)
{
	skb_queue_tail(type->af_packet_priv, skb);
	return 0;
}

/* The clone and the packet itself are intact, and nothing was copied. */
static void others_listen_as_well(struct kunit *test)
{
	struct sk_buff_head heard;
	struct packet_type listener = {
		.type = cpu_to_be16(ETH_P_ALL), .func = listen,
		.af_packet_priv = &heard,
	};
	struct sk_buff *skb;

	skb_queue_head_init(&heard);
	tapped_start(test);
	dev_add_pack(&listener);
	frame_send(test, (struct frame){ .len = 5000 });
	dev_remove_pack(&listener);
	expect_caught(test, 5000);
	skb = skb_dequeue(&heard);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	expect_skb(test, skb, 0, 5000 - ETH_HLEN);
	kfree_skb(skb);
	taps_look();
	KUNIT_EXPECT_EQ(test, 0l, atomic_long_read(&seen.copied));
}

/*
 * Receive a packet from this task, as a driver without NAPI does, because failures are
 * injected into tasks and not into softirqs. Return 0 if allocation @fail_nth has failed,
 * or else how many allocations were missing until then.
 */
static unsigned int packet_receive(struct kunit *test, unsigned int fail_nth)
{
	static const struct shape packet = { "packet", 60, 2, 700 };
	struct sk_buff *skb = skb_make(test, &packet);
	unsigned int left;

	skb->dev = dev;
	skb_reset_mac_header(skb);
	__skb_pull(skb, ETH_HLEN);
	skb->protocol = htons(PROTOCOL);
	fail_nth_set(test, fail_nth);
	WITHOUT_BH(netif_receive_skb(skb));
	left = fail_nth_left();
	fail_nth_set(test, 0);
	return left;
}

/* A packet that cannot be converted for want of memory is passed on unchanged. */
static void without_memory_packets_go_on(struct kunit *test)
{
	struct sk_buff *skb;

	tapped_start(test);
	packet_receive(test, 1);
	packet_receive(test, 0);
	taps_look();
	KUNIT_EXPECT_EQ(test, 1l, atomic_long_read(&seen.refused));
	KUNIT_EXPECT_EQ(test, 1l, atomic_long_read(&seen.frames));
	KUNIT_EXPECT_EQ(test, 2u, skb_queue_len(&caught));
	while ((skb = skb_dequeue(&caught))) {
		expect_skb(test, skb, ETH_HLEN, 1460 - ETH_HLEN);
		kfree_skb(skb);
	}
	KUNIT_EXPECT_EQ(test, 0u, pbuf_skb_chains());
}

/*
 * A packet that others hold too is cloned, then converted. If the allocation of the clone
 * fails, the packet is lost; if that of the chain's records fails, the conversion is
 * refused. Each occurs at least once. (One kmalloc() may fail in several rounds, since it
 * may try to allocate a new slab, too.)
 */
static void each_failure_costs_at_most_the_packet(struct kunit *test)
{
	struct sk_buff_head heard;
	struct packet_type listener = {
		.type = cpu_to_be16(ETH_P_ALL), .func = listen,
		.af_packet_priv = &heard,
	};
	unsigned int nth = 0, left = 0;
	long lost, refused, frames;

	skb_queue_head_init(&heard);
	tapped_start(test);
	dev_add_pack(&listener);
	while (!left && nth < 20)
		left = packet_receive(test, ++nth);
	dev_remove_pack(&listener);
	taps_look();
	lost = atomic_long_read(&seen.lost);
	refused = atomic_long_read(&seen.refused);
	frames = atomic_long_read(&seen.frames);
	KUNIT_EXPECT_NE(test, 0u, left);
	KUNIT_EXPECT_LE(test, 1l, lost);
	KUNIT_EXPECT_LE(test, 1l, refused);
	KUNIT_EXPECT_LE(test, 1l, frames);
	KUNIT_EXPECT_EQ(test, (long)nth, lost + refused + frames);
	KUNIT_EXPECT_EQ(test, nth, skb_queue_len(&heard));
	KUNIT_EXPECT_EQ(test, nth - (u32)lost, skb_queue_len(&caught));
	skb_queue_purge(&heard);
	KUNIT_EXPECT_EQ(test, 0u, pbuf_skb_chains());
}

static void only_once_and_only_what_is_there(struct kunit *test)
{
	const char *why;

	tapped_start(test);
	KUNIT_EXPECT_EQ(test, -EBUSY, net_tap_add(dev->name, &why));
	KUNIT_EXPECT_EQ(test, -ENODEV, net_tap_add("nosuch0", &why));
	KUNIT_EXPECT_EQ(test, -ENOENT, net_tap_remove("nosuch0", &why));
	KUNIT_EXPECT_EQ(test, 0, net_tap_remove(dev->name, &why));
	KUNIT_EXPECT_EQ(test, -ENOENT, net_tap_remove(dev->name, &why));
	expect_alive(test);
	taps_look();
	KUNIT_EXPECT_EQ(test, 0u, nr_taps);
}

static void it_goes_with_its_device(struct kunit *test)
{
	tapped_start(test);
	expect_alive(test);
	taps_look();
	KUNIT_EXPECT_EQ(test, 1u, nr_taps);
	fake_unbind(fake);
	taps_look();
	KUNIT_EXPECT_EQ(test, 0u, nr_taps);
}

static void lines_without_sense_are_refused(struct kunit *test)
{
	static const char *const lines[] = {
		"", "\n", "add", "add ", "remove", "tap eth0", "add a b",
		"add 0123456789abcdef", "add eth0\nadd eth1\n", " ",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(lines); i++) {
		if (!*lines[i])
			continue;
		KUNIT_EXPECT_LT_MSG(test,
				    debugfs_put(test, "rtalloc/net/tap",
						lines[i]),
				    0l, "line %u was taken", i);
		expect_has(test, "net/last_error", "\n");
	}
}

static void its_file_adds_and_removes(struct kunit *test)
{
	char line[40], want[60];

	device_start(test, MERGEABLE);
	snprintf(line, sizeof(line), "add %s\n", dev->name);
	expect_put(test, "net/tap", line);
	expect_alive(test);
	snprintf(want, sizeof(want), "\n%s 1 1 0 0 0 0\n", dev->name);
	expect_has(test, "net/tap", want);
	snprintf(line, sizeof(line), "remove %s", dev->name);
	expect_put(test, "net/tap", line);
	taps_look();
	KUNIT_EXPECT_EQ(test, 0u, nr_taps);
}

static struct kunit_case tap_cases[] = {
	KUNIT_CASE(packets_pass_unharmed),
	KUNIT_CASE_PARAM(nothing_said_of_it_changes, shape_next),
	KUNIT_CASE(without_a_header_it_goes_on),
	KUNIT_CASE(others_listen_as_well),
	KUNIT_CASE(without_memory_packets_go_on),
	KUNIT_CASE(each_failure_costs_at_most_the_packet),
	KUNIT_CASE(only_once_and_only_what_is_there),
	KUNIT_CASE(it_goes_with_its_device),
	KUNIT_CASE(lines_without_sense_are_refused),
	KUNIT_CASE(its_file_adds_and_removes),
	{}
};

RTALLOC_SUITE(tap, .init = virtio_start, .exit = virtio_end);

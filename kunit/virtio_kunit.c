// SPDX-License-Identifier: GPL-2.0-only
/*
 * virtio_kunit.c - the virtio-net driver against the fake device: binding, receiving
 * frames of all sizes, and a device that breaks the rules of virtio.
 */
#include <linux/device/bus.h>
#include <linux/etherdevice.h>
#include <linux/kernfs.h>
#include <linux/kobject.h>
#include <linux/netdevice.h>

#include "kunit/virtio_common.h"

/* ---- binding --------------------------------------------------------------------- */

/* The driver does not bind to a device that appears, only to one that bind in sysfs names. */
static void only_what_is_given_is_taken(struct kunit *test)
{
	fake = fake_plug(test, MERGEABLE, RING);
	KUNIT_EXPECT_NULL(test, fake->vdev.dev.driver);
	/* The bus offered the device and the driver declined, which left no trace. */
	KUNIT_EXPECT_EQ(test, VIRTIO_CONFIG_S_ACKNOWLEDGE, (int)fake->status);
	KUNIT_EXPECT_EQ(test, 0, fake_bind(fake));
	KUNIT_EXPECT_FALSE(test, fake->status & VIRTIO_CONFIG_S_FAILED);
	KUNIT_EXPECT_PTR_EQ(test, (const void *)&net_virtio_driver.driver,
			    (const void *)fake->vdev.dev.driver);
	fake_unbind(fake);
	KUNIT_EXPECT_NULL(test, fake->vdev.dev.driver);
	KUNIT_EXPECT_EQ(test, 0,
			fake->status & ~VIRTIO_CONFIG_S_ACKNOWLEDGE);
}

/* Write drivers_autoprobe of the bus: whether new devices are offered to drivers. */
static void offering_choose(struct kunit *test, const char *on)
{
	struct kobject *bus = &bus_get_kset(net_virtio_driver.driver.bus)->kobj;
	struct kernfs_node *file = kernfs_find_and_get(bus->sd,
						       "drivers_autoprobe");

	KUNIT_ASSERT_NOT_NULL(test, file);
	KUNIT_EXPECT_EQ(test, 1, (int)bus->ktype->sysfs_ops->store(bus,
								   file->priv,
								   on, 1));
	kernfs_put(file);
}

/*
 * A device that appeared while drivers_autoprobe was off was not declined before. The
 * first time that it is offered to the driver is by bind, and must succeed.
 */
static void what_is_given_first_is_taken(struct kunit *test)
{
	offering_choose(test, "0");
	fake = fake_plug(test, MERGEABLE, RING);
	offering_choose(test, "1");
	KUNIT_EXPECT_EQ(test, 0, fake_bind(fake));
	KUNIT_EXPECT_EQ(test, 0, fake->status & VIRTIO_CONFIG_S_FAILED);
}

/*
 * How far RCU's sequence number moves while the device is unbound, if it has @pairs pairs.
 * Tiny RCU adds 2 for each grace period that is waited for, and for each context switch;
 * the least of five attempts has few of the latter.
 */
static unsigned long steps_to_unbind(struct kunit *test, u16 pairs)
{
	unsigned long before, steps, least = ULONG_MAX;
	unsigned int i;

	fake->config.max_virtqueue_pairs = __cpu_to_virtio16(true, pairs);
	for (i = 0; i < 5; i++) {
		device_up(test);
		before = get_state_synchronize_rcu();
		fake_unbind(fake);
		steps = get_state_synchronize_rcu() - before;
		least = min(least, steps);
	}
	return least;
}

/*
 * A device with four pairs takes no longer to go than one with a single pair, although it
 * has six more NAPI instances: a grace period may take tens of milliseconds, and a device
 * may have 1024 pairs. A wait for each of the six would add 2 * 6.
 */
static void many_pairs_go_at_once(struct kunit *test)
{
	unsigned long one;

	if (!IS_ENABLED(CONFIG_TINY_RCU))
		kunit_skip(test, "others wait for grace periods too");
	device_plug(test, MQ, RING);
	one = steps_to_unbind(test, 1);
	KUNIT_EXPECT_GT(test, one + 2 * 6, steps_to_unbind(test, FAKE_PAIRS));
}

/* Unbind and bind again 20 times. */
static void many_times(struct kunit *test)
{
	unsigned int i;

	device_start(test, MERGEABLE);
	for (i = 0; i < 20; i++) {
		expect_alive(test);
		device_again(test);
	}
}

/* A legacy device, without VIRTIO_F_VERSION_1. */
static void an_old_device_is_declined(struct kunit *test)
{
	fake = fake_plug(test, MERGEABLE, RING);
	fake->features &= ~BIT_ULL(VIRTIO_F_VERSION_1);
	KUNIT_EXPECT_NE(test, 0, fake_bind(fake));
	KUNIT_EXPECT_NULL(test, fake->vdev.dev.driver);
}

/* A transmit ring needs 64 slots. */
static void too_few_slots_are_refused(struct kunit *test)
{
	fake = fake_plug(test, MERGEABLE, RING);
	fake->ring[FAKE_TX] = 32;
	KUNIT_EXPECT_NE(test, 0, fake_bind(fake));
	KUNIT_EXPECT_NULL(test, fake->vq[FAKE_TX]);
	fake->ring[FAKE_TX] = 64;
	KUNIT_EXPECT_EQ(test, 0, fake_bind(fake));
}

/* When find_vqs() fails, probe fails and can be tried again. */
static void without_queues_nothing_stays(struct kunit *test)
{
	fake = fake_plug(test, MERGEABLE, RING);
	fake->find_error = -EIO;
	KUNIT_EXPECT_NE(test, 0, fake_bind(fake));
	fake->find_error = 0;
	KUNIT_EXPECT_EQ(test, 0, fake_bind(fake));
}

static void probe_survives_each_failure(struct kunit *test)
{
	struct failing failing;
	unsigned int refused = 0;
	int err;

	fake = fake_plug(test, MERGEABLE, RING);
	FAIL_EACH(test, failing, err = fake_bind(fake)) {
		refused += !!err;
		/* Probe may also succeed: it only lacks its debugfs file then. */
		if (!err && !failing.left)
			fake_unbind(fake);
	}
	KUNIT_EXPECT_EQ(test, 0, err);
	KUNIT_EXPECT_LT(test, 10u, refused);
	dev = fake_net(fake)->dev;
	link_up(test);
}

/* ---- receiving ---------------------------------------------------------------------- */

static void frames_of_every_length(struct kunit *test)
{
	unsigned int len;

	device_start(test, MERGEABLE);
	for (len = ETH_HLEN + 1; len < 11000; len += len < 120 ? 1 : 97)
		frame_arrives(test, (struct frame){ .len = len });
	KUNIT_EXPECT_EQ(test, 0ull, rx_values().copied_bytes);
	/* Frames of up to 128 bytes are copied: here those of 15, 16, ... 120 bytes. */
	KUNIT_EXPECT_EQ(test, 106ull, rx_values().small_frames);
	/* The Ethernet header is copied if a frame leaves much of its buffer unused. */
	KUNIT_EXPECT_GT(test, 14ull * 40, rx_values().header_bytes);
	KUNIT_EXPECT_EQ(test, 0ull, rx_values().drops);
	KUNIT_EXPECT_LT(test, 50ull, rx_values().chains);
}

/* rx_mode=frag copies the Ethernet header of every frame and lends all buffers as frags. */
static void frames_with_a_small_head(struct kunit *test)
{
	unsigned int len, nr = 0;

	net_rx_mode = PBUF_SKB_FRAG;
	device_start(test, MERGEABLE);
	for (len = 60; len < 11000; len += 331, nr++)
		frame_arrives(test, (struct frame){ .len = len });
	KUNIT_EXPECT_EQ(test, 0ull, rx_values().copied_bytes);
	/* The first frame, of 60 bytes, is copied whole and not counted here. */
	KUNIT_EXPECT_EQ(test, 14ull * (nr - 1), rx_values().header_bytes);
}

/* The first buffer holds virtio's header of 12 bytes and a frame of FIRST_ROOM - 12. */
static void one_byte_more_takes_another_buffer(struct kunit *test)
{
	device_start(test, MERGEABLE);
	frame_arrives(test, (struct frame){
			.len = FIRST_ROOM - 12, .each = FIRST_ROOM });
	KUNIT_EXPECT_EQ(test, 0ull, rx_values().chains);
	frame_arrives(test, (struct frame){
			.len = FIRST_ROOM - 11, .each = FIRST_ROOM });
	KUNIT_EXPECT_EQ(test, 1ull, rx_values().chains);
}

/* A whole ring of frames in one poll: they arrive in order and the ring is refilled. */
static void a_burst_keeps_its_order(struct kunit *test)
{
	unsigned int i;

	device_start(test, MERGEABLE);
	for (i = 0; i < RING; i++)
		frame_put(test, (struct frame){ .len = 200 + i });
	fake_interrupt(fake, FAKE_RX);
	KUNIT_EXPECT_EQ(test, RING, skb_queue_len(&caught));
	KUNIT_EXPECT_EQ(test, RING, fake_posted(fake, FAKE_RX));
	KUNIT_EXPECT_EQ(test, RING, lent_to_stack());
	expect_all_there(test);
	for (i = 0; i < RING; i++)
		expect_caught(test, 200 + i);
	KUNIT_EXPECT_EQ(test, 0u, lent_to_stack());
}

static void without_merging_a_frame_is_one_buffer(struct kunit *test)
{
	device_start(test, 0);
	KUNIT_EXPECT_GT(test, FIRST_ROOM, dev->max_mtu);
	/* num_buffers has no meaning then, so a wrong one is ignored. */
	frame_arrives(test, (struct frame){ .len = 1514, .buffers = 9 });
}

/* DATA_VALID makes a checksum unnecessary only while the feature rxcsum is on. */
static void checksums_are_believed_if_asked_for(struct kunit *test)
{
	struct frame frame = {
		.len = 200, .hdr.flags = VIRTIO_NET_HDR_F_DATA_VALID,
	};
	struct sk_buff *skb;

	device_start(test, MERGEABLE | BIT_ULL(VIRTIO_NET_F_GUEST_CSUM));
	skb = frame_caught(test, frame);
	KUNIT_EXPECT_EQ(test, CHECKSUM_UNNECESSARY, (int)skb->ip_summed);
	kfree_skb(skb);
	rtnl_lock();
	dev->wanted_features &= ~NETIF_F_RXCSUM;
	netdev_update_features(dev);
	rtnl_unlock();
	skb = frame_caught(test, frame);
	KUNIT_EXPECT_EQ(test, CHECKSUM_NONE, (int)skb->ip_summed);
	kfree_skb(skb);
}

/*
 * Without rx-checksumming the network does without rx-gro-hw too. So if the device cannot be told
 * to stop merging, neither can be switched off.
 */
static void who_must_merge_keeps_checksums(struct kunit *test)
{
	const netdev_features_t both = NETIF_F_RXCSUM | NETIF_F_GRO_HW;

	device_start(test, MERGING);
	KUNIT_EXPECT_EQ(test, both, dev->features & both);
	KUNIT_EXPECT_EQ(test, 0ull, dev->hw_features & both);
	fake_unbind(fake);
	fake->features |= OFFLOADS;
	device_up(test);
	KUNIT_EXPECT_EQ(test, both, dev->features & both);
	KUNIT_EXPECT_EQ(test, both, dev->hw_features & both);
}

/*
 * NEEDS_CSUM says where the checksum starts: byte 54 of the frame is byte 40 behind the
 * Ethernet header. From 190 on, the checksum's place at +16 is beyond the end of 200.
 */
static void a_checksum_to_be_made_has_its_place(struct kunit *test)
{
	struct frame frame = {
		.len = 200,
		.hdr = {
			.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
			.csum_start = __cpu_to_virtio16(true, 54),
			.csum_offset = __cpu_to_virtio16(true, 16),
		},
	};
	struct sk_buff *skb;

	device_start(test, MERGEABLE | BIT_ULL(VIRTIO_NET_F_GUEST_CSUM));
	skb = frame_caught(test, frame);
	KUNIT_EXPECT_EQ(test, CHECKSUM_PARTIAL, (int)skb->ip_summed);
	KUNIT_EXPECT_EQ(test, 40, skb_checksum_start_offset(skb));
	kfree_skb(skb);
	frame.hdr.csum_start = __cpu_to_virtio16(true, 190);
	frame_send(test, frame);
	expect_none(test);
	KUNIT_EXPECT_EQ(test, 1ull, rx_values().frame_errors);
}

/* ---- frames that the device merged -------------------------------------------------- */

#define MERGING_ECN	(MERGING | BIT_ULL(VIRTIO_NET_F_GUEST_ECN))

/* The headers of Ethernet, IP and TCP are 54 bytes; TCP's checksum is at 34 + 16. */
static struct frame merged_frame(unsigned int len)
{
	return (struct frame){
		.len = len,
		.hdr = {
			.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
			.gso_type = VIRTIO_NET_HDR_GSO_TCPV4 |
				    VIRTIO_NET_HDR_GSO_ECN,
			.hdr_len = __cpu_to_virtio16(true, 54),
			.gso_size = __cpu_to_virtio16(true, 1448),
			.csum_start = __cpu_to_virtio16(true, 34),
			.csum_offset = __cpu_to_virtio16(true, 16),
		},
	};
}

static void a_merged_frame_says_its_segments(struct kunit *test)
{
	struct sk_buff *skb;

	device_start(test, MERGING_ECN);
	KUNIT_EXPECT_TRUE(test, dev->features & NETIF_F_GRO_HW);
	skb = frame_caught(test, merged_frame(9054));
	KUNIT_EXPECT_EQ(test, 1448, (int)skb_shinfo(skb)->gso_size);
	KUNIT_EXPECT_TRUE(test, skb_shinfo(skb)->gso_type & SKB_GSO_TCPV4);
	KUNIT_EXPECT_TRUE(test, skb_shinfo(skb)->gso_type & SKB_GSO_TCP_ECN);
	KUNIT_EXPECT_EQ(test, CHECKSUM_PARTIAL, (int)skb->ip_summed);
	kfree_skb(skb);
	KUNIT_EXPECT_EQ(test, 0ull, rx_values().copied_bytes);
}

/*
 * The longest frame, 14 + 65535 bytes, is longer than the u16 tot_len of a pbuf can say.
 */
static void the_longest_packet_arrives(struct kunit *test)
{
	net_buffers = 128;
	fake = fake_plug(test, MERGING_ECN, 64);
	device_up(test);
	frame_arrives(test, merged_frame(65549));
	frame_arrives(test, merged_frame(65535));
	KUNIT_EXPECT_EQ(test, 0ull, rx_values().drops);
	/* A VLAN tag may make it 18 + 65535 bytes; one byte more is an error. */
	frame_send(test, merged_frame(65535 + 19));
	expect_none(test);
	KUNIT_EXPECT_EQ(test, 1ull, rx_values().length_errors);
	KUNIT_EXPECT_EQ(test, 0ull, rx_values().copied_bytes);
	KUNIT_EXPECT_EQ(test, 0u, lent_to_stack());
}

/*
 * A merged frame needs several buffers, so without MRG_RXBUF the driver does not
 * acknowledge the features that make the device merge.
 */
static void merging_takes_several_buffers(struct kunit *test)
{
	device_start(test, MERGING_ECN & ~MERGEABLE);
	KUNIT_EXPECT_FALSE(test, virtio_has_feature(&fake->vdev,
						    VIRTIO_NET_F_GUEST_TSO4));
	KUNIT_EXPECT_FALSE(test, virtio_has_feature(&fake->vdev,
						    VIRTIO_NET_F_GUEST_ECN));
	KUNIT_EXPECT_FALSE(test, dev->features & NETIF_F_GRO_HW);
}

/* ---- a device that breaks the rules ------------------------------------------------- */

static const struct lie {
	const char *desc;
	struct frame frame;
} lies[] = {
	{ "nothing but a header", { .len = 0 } },
	{ "less than an Ethernet header", { .len = 13 } },
	{ "longer than the buffer", { .len = 100, .claims = FIRST_ROOM + 1 } },
	{ "far longer", { .len = 100, .claims = 0xffffffff } },
	{ "shorter than a header", { .len = 100, .claims = 11 } },
	{ "one byte", { .len = 100, .claims = 1 } },
	{ "one buffer too many", { .len = 100, .buffers = 2 } },
	{ "buffers without end", { .len = 100, .buffers = 0xffff } },
	{ "the last one withheld", { .len = 9000, .withheld = 1 } },
	{ "all others withheld", { .len = 9000, .withheld = 2 } },
	{ "the first too long of three", { .len = 9000, .claims = FIRST_ROOM + 1340 } },
};

KUNIT_ARRAY_PARAM_DESC(lie, lies, desc);

/* The frame is dropped and counted; the device works on, see virtio_end(). */
static void a_lie_costs_a_frame(struct kunit *test)
{
	const struct lie *lie = test->param_value;

	device_start(test, MERGEABLE);
	frame_send(test, lie->frame);
	expect_none(test);
	KUNIT_EXPECT_EQ(test, 1ull, rx_values().length_errors);
	KUNIT_EXPECT_EQ(test, 1ull, rx_values().drops);
}

/* A header that says num_buffers 0. */
static void no_buffers_at_all_is_a_lie(struct kunit *test)
{
	struct virtio_net_hdr_mrg_rxbuf hdr[10] = { };

	device_start(test, MERGEABLE);
	KUNIT_ASSERT_TRUE(test, fake_fill(fake, (struct fake_fill){
				  .data = hdr, .len = sizeof(hdr) }));
	fake_interrupt(fake, FAKE_RX);
	expect_none(test);
	KUNIT_EXPECT_EQ(test, 1ull, rx_values().length_errors);
}

/*
 * A frame in the largest accepted number of buffers, then one in one buffer more. An
 * sk_buff has room for 17 + 1. With longer cache lines buffers are smaller, and the
 * longest frame, of 65553 bytes, needs more of them: 19 of 3456 bytes with lines of
 * 128 bytes, 22 of 3072 bytes with lines of 256 bytes.
 */
static void crumbs_up_to_the_limit(struct kunit *test)
{
	const unsigned int most = L1_CACHE_BYTES == 256 ? 22 :
				  L1_CACHE_BYTES == 128 ? 19 : 18;

	fake = fake_plug(test, MERGEABLE, 32);
	device_up(test);
	frame_arrives(test, (struct frame){
			.len = most * 16 - 12, .each = 16 });
	frame_send(test, (struct frame){
			.len = (most + 1) * 16 - 12, .each = 16 });
	expect_none(test);
	KUNIT_EXPECT_EQ(test, 1ull, rx_values().length_errors);
}

/* An unknown gso_type, and one without a gso_size. */
static void wrong_segments_are_refused(struct kunit *test)
{
	device_start(test, MERGEABLE);
	frame_send(test, (struct frame){ .len = 100, .hdr.gso_type = 0x7f });
	frame_send(test, (struct frame){
			.len = 100, .hdr.gso_type = VIRTIO_NET_HDR_GSO_TCPV4 });
	expect_none(test);
	KUNIT_EXPECT_EQ(test, 2ull, rx_values().frame_errors);
}

static struct kunit_case virtio_cases[] = {
	KUNIT_CASE(only_what_is_given_is_taken),
	KUNIT_CASE(what_is_given_first_is_taken),
	KUNIT_CASE(many_pairs_go_at_once),
	KUNIT_CASE(many_times),
	KUNIT_CASE(an_old_device_is_declined),
	KUNIT_CASE(too_few_slots_are_refused),
	KUNIT_CASE(without_queues_nothing_stays),
	KUNIT_CASE(probe_survives_each_failure),
	KUNIT_CASE(frames_of_every_length),
	KUNIT_CASE(frames_with_a_small_head),
	KUNIT_CASE(one_byte_more_takes_another_buffer),
	KUNIT_CASE(a_burst_keeps_its_order),
	KUNIT_CASE(without_merging_a_frame_is_one_buffer),
	KUNIT_CASE(checksums_are_believed_if_asked_for),
	KUNIT_CASE(who_must_merge_keeps_checksums),
	KUNIT_CASE(a_checksum_to_be_made_has_its_place),
	KUNIT_CASE(a_merged_frame_says_its_segments),
	KUNIT_CASE(the_longest_packet_arrives),
	KUNIT_CASE(merging_takes_several_buffers),
	KUNIT_CASE_PARAM(a_lie_costs_a_frame, lie_gen_params),
	KUNIT_CASE(no_buffers_at_all_is_a_lie),
	KUNIT_CASE(crumbs_up_to_the_limit),
	KUNIT_CASE(wrong_segments_are_refused),
	{}
};

VIRTIO_SUITE(virtio);

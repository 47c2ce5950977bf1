// SPDX-License-Identifier: GPL-2.0-only
/*
 * virtio_kunit.c - the whole driver against a device that the test plays: how
 * devices are taken, frames of all sizes, a device that lies, rings that run
 * dry, sending, reset and failure at any moment.
 *
 * At each quiet moment every buffer is free, posted or lent.
 */
#include <linux/etherdevice.h>
#include <linux/ethtool.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/vmalloc.h>

#include "kunit/fake_virtio.h"
#include "kunit/net_common.h"

#define RING		16u
#define PROTOCOL	0x88b5		/* for experiments */
#define FIRST_ROOM	3660u		/* bytes of a buffer, header included */
#define MERGEABLE	BIT_ULL(VIRTIO_NET_F_MRG_RXBUF)

static struct sk_buff_head caught;
static struct fake *fake;
static struct net_device *dev;

/* ---- a device in use -------------------------------------------------------- */

static int catch(struct sk_buff *skb, struct net_device *in,
		 struct packet_type *type, struct net_device *orig)
{
	skb_queue_tail(&caught, skb);
	return NET_RX_SUCCESS;
}

static struct packet_type catcher = {
	.type = cpu_to_be16(PROTOCOL),
	.func = catch,
};

static int virtio_start(struct kunit *test)
{
	skb_queue_head_init(&caught);
	dev_add_pack(&catcher);
	net_buffers = 64;
	net_low_water = 0;
	fake = NULL;
	return 0;
}

static void virtio_end(struct kunit *test)
{
	dev_remove_pack(&catcher);
	skb_queue_purge(&caught);
	net_buffers = 2048;
	net_low_water = 64;
	net_rx_policy = NET_BACKPRESSURE;
	net_rx_mode = PBUF_SKB_BUILD;
}

static void link_up(struct kunit *test)
{
	rtnl_lock();
	KUNIT_EXPECT_EQ(test, 0, dev_open(dev, NULL));
	rtnl_unlock();
}

static void link_down(void)
{
	rtnl_lock();
	dev_close(dev);
	rtnl_unlock();
}

static void device_bind(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, 0, fake_bind(fake));
	dev = fake_net(fake)->dev;
	flush_work(&fake_net(fake)->config_work);
}

/* Bound and up. */
static void device_start(struct kunit *test, u64 features)
{
	fake = fake_plug(test, features | BIT_ULL(VIRTIO_NET_F_MAC), RING);
	device_bind(test);
	link_up(test);
}

static struct net_rx_values rx_values(void)
{
	struct net_rx_values values;

	net_rx_values(fake_net(fake), &values);
	return values;
}

static unsigned int lent_to_stack(void)
{
	struct pbuf_lender_counts counts;

	net_buffers_look(fake_net(fake), &counts);
	return counts.lent;
}

static void expect_all_there(struct kunit *test)
{
	struct pbuf_net *net = fake_net(fake);
	struct pbuf_lender_counts counts;

	net_buffers_look(net, &counts);
	KUNIT_EXPECT_EQ(test, counts.total,
			counts.free + counts.lent + net_rx_posted(net));
}

/* ---- frames ------------------------------------------------------------------- */

/**
 * struct frame - what the device hands over
 * @len: bytes of the Ethernet frame
 * @hdr: virtio's header
 * @buffers: what it says there are; 0: the truth
 * @withheld: buffers at the end that it does not give
 * @claims: length that it says of the first buffer; 0: the truth
 * @each: bytes in a buffer; 0: as many as fit
 */
struct frame {
	unsigned int len;
	struct virtio_net_hdr hdr;
	unsigned int buffers;
	unsigned int withheld;
	unsigned int claims;
	unsigned int each;
};

static u8 *frame_make(struct kunit *test, const struct frame *frame,
		      unsigned int buffers)
{
	struct virtio_net_hdr_mrg_rxbuf *hdr;
	struct ethhdr *eth;
	unsigned int i;
	u8 *bytes;

	bytes = kunit_kzalloc(test, sizeof(*hdr) + max(frame->len, 14u),
			      GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, bytes);
	hdr = (void *)bytes;
	hdr->hdr = frame->hdr;
	hdr->num_buffers = (__force __virtio16)
			   cpu_to_le16(frame->buffers ?: buffers);
	eth = (void *)(bytes + sizeof(*hdr));
	ether_addr_copy(eth->h_dest, dev->dev_addr);
	eth->h_proto = htons(PROTOCOL);
	for (i = ETH_HLEN; i < frame->len; i++)
		((u8 *)eth)[i] = byte_at(i - ETH_HLEN);
	return bytes;
}

/* Into the ring, without an interrupt; how many buffers it took. */
static unsigned int frame_put(struct kunit *test, struct frame frame)
{
	unsigned int each = frame.each ?: FIRST_ROOM, done, part;
	unsigned int all = sizeof(struct virtio_net_hdr_mrg_rxbuf) + frame.len;
	unsigned int nr = DIV_ROUND_UP(all, each), i = 0;
	u8 *bytes = frame_make(test, &frame, nr);

	for (done = 0; done < all && i + frame.withheld < nr; i++) {
		part = min(each, all - done);
		KUNIT_ASSERT_TRUE(test,
				  fake_fill(fake, (struct fake_fill){
					.data = bytes + done, .len = part,
					.claims = done ? 0 : frame.claims }));
		done += part;
	}
	kunit_kfree(test, bytes);
	return i;
}

static void frame_send(struct kunit *test, struct frame frame)
{
	frame_put(test, frame);
	fake_interrupt(fake, FAKE_RX);
}

/* The oldest frame that the stack got, as it was sent, with @len bytes. */
static void expect_caught(struct kunit *test, unsigned int len)
{
	struct sk_buff *skb = skb_dequeue(&caught);

	KUNIT_ASSERT_NOT_NULL(test, skb);
	expect_skb(test, skb, 0, len - ETH_HLEN);
	kfree_skb(skb);
}

static void expect_none(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 0u, skb_queue_len(&caught));
}

/* It still works. */
static void expect_alive(struct kunit *test)
{
	frame_send(test, (struct frame){ .len = 100 });
	expect_caught(test, 100);
	expect_all_there(test);
}

/* ---- taking devices -------------------------------------------------------------- */

static void only_what_is_given_is_taken(struct kunit *test)
{
	fake = fake_plug(test, MERGEABLE, RING);
	KUNIT_EXPECT_NULL(test, fake->vdev.dev.driver);
	KUNIT_EXPECT_EQ(test, 0, fake_bind(fake));
	KUNIT_EXPECT_PTR_EQ(test, (const void *)&net_virtio_driver.driver,
			    (const void *)fake->vdev.dev.driver);
	fake_unbind(fake);
	KUNIT_EXPECT_NULL(test, fake->vdev.dev.driver);
	KUNIT_EXPECT_EQ(test, 0,
			fake->status & ~VIRTIO_CONFIG_S_ACKNOWLEDGE);
}

static void many_times(struct kunit *test)
{
	unsigned int i;

	device_start(test, MERGEABLE);
	for (i = 0; i < 20; i++) {
		expect_alive(test);
		fake_unbind(fake);
		device_bind(test);
		link_up(test);
	}
}

static void an_old_device_is_declined(struct kunit *test)
{
	fake = fake_plug(test, MERGEABLE, RING);
	fake->features &= ~BIT_ULL(VIRTIO_F_VERSION_1);
	KUNIT_EXPECT_NE(test, 0, fake_bind(fake));
	KUNIT_EXPECT_NULL(test, fake->vdev.dev.driver);
}

static void too_few_slots_are_refused(struct kunit *test)
{
	fake = fake_plug(test, MERGEABLE, RING);
	fake->ring[FAKE_TX] = 32;
	KUNIT_EXPECT_NE(test, 0, fake_bind(fake));
	KUNIT_EXPECT_NULL(test, fake->vq[FAKE_TX]);
	fake->ring[FAKE_TX] = 64;
	KUNIT_EXPECT_EQ(test, 0, fake_bind(fake));
}

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
	unsigned int nth, left = 0, refused = 0;
	int err = -ENOMEM;

	fake = fake_plug(test, MERGEABLE, RING);
	for (nth = 1; !left && nth < 1000; nth++) {
		fail_nth_set(test, nth);
		err = fake_bind(fake);
		left = fail_nth_left();
		fail_nth_set(test, 0);
		refused += !!err;
		/* A failure may be none: the file in debugfs is missing. */
		if (!err && !left)
			fake_unbind(fake);
	}
	KUNIT_EXPECT_EQ(test, 0, err);
	KUNIT_EXPECT_LT(test, 10u, refused);
	dev = fake_net(fake)->dev;
	link_up(test);
	expect_alive(test);
}

/* ---- frames that come in ------------------------------------------------------------ */

static void frames_of_every_length(struct kunit *test)
{
	unsigned int len;

	device_start(test, MERGEABLE);
	for (len = ETH_HLEN + 1; len < 11000; len += len < 120 ? 1 : 97) {
		frame_send(test, (struct frame){ .len = len });
		expect_caught(test, len);
	}
	KUNIT_EXPECT_EQ(test, 0ull, rx_values().copied_bytes);
	KUNIT_EXPECT_EQ(test, 0ull, rx_values().header_bytes);
	KUNIT_EXPECT_EQ(test, 0ull, rx_values().drops);
	KUNIT_EXPECT_LT(test, 50ull, rx_values().chains);
	expect_all_there(test);
}

static void frames_with_a_small_head(struct kunit *test)
{
	unsigned int len, nr = 0;

	net_rx_mode = PBUF_SKB_FRAG;
	device_start(test, MERGEABLE);
	for (len = 60; len < 11000; len += 331, nr++) {
		frame_send(test, (struct frame){ .len = len });
		expect_caught(test, len);
	}
	KUNIT_EXPECT_EQ(test, 0ull, rx_values().copied_bytes);
	KUNIT_EXPECT_EQ(test, 14ull * nr, rx_values().header_bytes);
	expect_all_there(test);
}

/* At the edge of a buffer: 3660 - 12 bytes fit into the first. */
static void one_byte_more_takes_another_buffer(struct kunit *test)
{
	device_start(test, MERGEABLE);
	frame_send(test, (struct frame){ .len = FIRST_ROOM - 12 });
	expect_caught(test, FIRST_ROOM - 12);
	KUNIT_EXPECT_EQ(test, 0ull, rx_values().chains);
	frame_send(test, (struct frame){ .len = FIRST_ROOM - 11 });
	expect_caught(test, FIRST_ROOM - 11);
	KUNIT_EXPECT_EQ(test, 1ull, rx_values().chains);
}

static void a_burst_keeps_its_order(struct kunit *test)
{
	unsigned int i;

	device_start(test, MERGEABLE);
	for (i = 0; i < RING; i++)
		frame_put(test, (struct frame){ .len = 60 + i });
	fake_interrupt(fake, FAKE_RX);
	KUNIT_EXPECT_EQ(test, RING, skb_queue_len(&caught));
	KUNIT_EXPECT_EQ(test, RING, fake_posted(fake, FAKE_RX));
	KUNIT_EXPECT_EQ(test, RING, lent_to_stack());
	expect_all_there(test);
	for (i = 0; i < RING; i++)
		expect_caught(test, 60 + i);
	KUNIT_EXPECT_EQ(test, 0u, lent_to_stack());
}

static void without_merging_a_frame_is_one_buffer(struct kunit *test)
{
	device_start(test, 0);
	KUNIT_EXPECT_GT(test, FIRST_ROOM, dev->max_mtu);
	/* What it says of buffers is not for us then. */
	frame_send(test, (struct frame){ .len = 1514, .buffers = 9 });
	expect_caught(test, 1514);
	expect_all_there(test);
}

static void checksums_are_believed_if_asked_for(struct kunit *test)
{
	struct frame frame = {
		.len = 200, .hdr.flags = VIRTIO_NET_HDR_F_DATA_VALID,
	};
	struct sk_buff *skb;

	device_start(test, MERGEABLE | BIT_ULL(VIRTIO_NET_F_GUEST_CSUM));
	frame_send(test, frame);
	skb = skb_dequeue(&caught);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_EXPECT_EQ(test, CHECKSUM_UNNECESSARY, (int)skb->ip_summed);
	kfree_skb(skb);
	rtnl_lock();
	dev->wanted_features &= ~NETIF_F_RXCSUM;
	netdev_update_features(dev);
	rtnl_unlock();
	frame_send(test, frame);
	skb = skb_dequeue(&caught);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_EXPECT_EQ(test, CHECKSUM_NONE, (int)skb->ip_summed);
	kfree_skb(skb);
}

static void a_checksum_to_be_made_has_its_place(struct kunit *test)
{
	struct frame frame = {
		.len = 200,
		.hdr = {
			.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
			.csum_start = (__force __virtio16)cpu_to_le16(54),
			.csum_offset = (__force __virtio16)cpu_to_le16(16),
		},
	};
	struct sk_buff *skb;

	device_start(test, MERGEABLE | BIT_ULL(VIRTIO_NET_F_GUEST_CSUM));
	frame_send(test, frame);
	skb = skb_dequeue(&caught);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_EXPECT_EQ(test, CHECKSUM_PARTIAL, (int)skb->ip_summed);
	KUNIT_EXPECT_EQ(test, 40, skb_checksum_start_offset(skb));
	kfree_skb(skb);
	frame.hdr.csum_start = (__force __virtio16)cpu_to_le16(190);
	frame_send(test, frame);
	expect_none(test);
	KUNIT_EXPECT_EQ(test, 1ull, rx_values().frame_errors);
	expect_alive(test);
}

/* ---- a device that lies ------------------------------------------------------------- */

struct lie {
	const char *desc;
	struct frame frame;
};

static const struct lie lies[] = {
	{ "nothing but a header", { .len = 0 } },
	{ "less than an Ethernet header", { .len = 13 } },
	{ "longer than the buffer", { .len = 100, .claims = 3661 } },
	{ "far longer", { .len = 100, .claims = 0xffffffff } },
	{ "shorter than a header", { .len = 100, .claims = 11 } },
	{ "one byte", { .len = 100, .claims = 1 } },
	{ "one buffer too many", { .len = 100, .buffers = 2 } },
	{ "buffers without end", { .len = 100, .buffers = 0xffff } },
	{ "the last one withheld", { .len = 9000, .withheld = 1 } },
	{ "all others withheld", { .len = 9000, .withheld = 2 } },
	{ "the first too long of three", { .len = 9000, .claims = 5000 } },
};

static const void *lie_next(const void *prev, char *desc)
{
	const struct lie *next = prev ? (const struct lie *)prev + 1 : lies;

	if (next == lies + ARRAY_SIZE(lies))
		return NULL;
	strscpy(desc, next->desc, KUNIT_PARAM_DESC_SIZE);
	return next;
}

static void a_lie_costs_a_frame(struct kunit *test)
{
	const struct lie *lie = test->param_value;

	device_start(test, MERGEABLE);
	frame_send(test, lie->frame);
	expect_none(test);
	KUNIT_EXPECT_EQ(test, 1ull, rx_values().length_errors);
	KUNIT_EXPECT_EQ(test, 1ull, rx_values().drops);
	expect_all_there(test);
	expect_alive(test);
}

/* 0 is not how many there are, and the ring's buffers are no frame. */
static void no_buffers_at_all_is_a_lie(struct kunit *test)
{
	struct virtio_net_hdr_mrg_rxbuf hdr[10] = { };

	device_start(test, MERGEABLE);
	KUNIT_ASSERT_TRUE(test, fake_fill(fake, (struct fake_fill){
				  .data = hdr, .len = sizeof(hdr) }));
	fake_interrupt(fake, FAKE_RX);
	expect_none(test);
	KUNIT_EXPECT_EQ(test, 1ull, rx_values().length_errors);
	expect_alive(test);
}

/* As many pieces as an sk_buff has room for, then one more. */
static void crumbs_up_to_the_limit(struct kunit *test)
{
	fake = fake_plug(test, MERGEABLE, 32);
	device_bind(test);
	link_up(test);
	frame_send(test, (struct frame){ .len = 18 * 16 - 12, .each = 16 });
	expect_caught(test, 18 * 16 - 12);
	frame_send(test, (struct frame){ .len = 19 * 16 - 12, .each = 16 });
	expect_none(test);
	KUNIT_EXPECT_EQ(test, 1ull, rx_values().length_errors);
	expect_alive(test);
}

static void wrong_segments_are_refused(struct kunit *test)
{
	device_start(test, MERGEABLE);
	frame_send(test, (struct frame){ .len = 100, .hdr.gso_type = 0x7f });
	frame_send(test, (struct frame){
			.len = 100, .hdr.gso_type = VIRTIO_NET_HDR_GSO_TCPV4 });
	expect_none(test);
	KUNIT_EXPECT_EQ(test, 2ull, rx_values().frame_errors);
	expect_alive(test);
}

/* ---- a pool that runs dry -------------------------------------------------------------- */

/*
 * The stack holds all that it gets, 20 of 24: the last four stay on the ring,
 * frames are copied, without end. It lets go: all goes on as before.
 */
static void a_dry_pool_costs_copies(struct kunit *test)
{
	unsigned int i;

	net_buffers = 24;
	device_start(test, MERGEABLE);
	for (i = 0; i < 200; i++)
		frame_send(test, (struct frame){ .len = 100 });
	KUNIT_EXPECT_EQ(test, 200u, skb_queue_len(&caught));
	KUNIT_EXPECT_EQ(test, 4u, fake_posted(fake, FAKE_RX));
	KUNIT_EXPECT_EQ(test, 20u, lent_to_stack());
	KUNIT_EXPECT_EQ(test, 180ull, rx_values().copied_frames);
	KUNIT_EXPECT_EQ(test, 18000ull, rx_values().copied_bytes);
	KUNIT_EXPECT_LT(test, 0ull, rx_values().pool_empty);
	KUNIT_EXPECT_TRUE(test,
			  delayed_work_pending(&fake_net(fake)->nudge));
	expect_all_there(test);
	for (i = 0; i < 200; i++)
		expect_caught(test, 100);
	/* No interrupt comes: the work alone must see to it. */
	flush_delayed_work(&fake_net(fake)->nudge);
	KUNIT_EXPECT_EQ(test, RING, fake_posted(fake, FAKE_RX));
	expect_alive(test);
}

static void it_opens_without_a_buffer(struct kunit *test)
{
	struct pbuf *p[16];
	unsigned int i;

	net_buffers = 16;
	fake = fake_plug(test, MERGEABLE, RING);
	device_bind(test);
	for (i = 0; i < 16; i++)
		p[i] = pbuf_lender_alloc(fake_net(fake)->lender, 0);
	link_up(test);
	KUNIT_EXPECT_EQ(test, 0u, fake_posted(fake, FAKE_RX));
	for (i = 0; i < 16; i++)
		pbuf_free(p[i]);
	flush_delayed_work(&fake_net(fake)->nudge);
	KUNIT_EXPECT_EQ(test, RING, fake_posted(fake, FAKE_RX));
	expect_alive(test);
}

/* 64 buffers, 16 posted: with 40 free as the mark, the ninth frame is below. */
static void below_the_mark(struct kunit *test, enum net_policy policy,
			   unsigned int arrived)
{
	unsigned int i;

	net_rx_policy = policy;
	net_low_water = 40;
	device_start(test, MERGEABLE);
	for (i = 0; i < 32; i++)
		frame_send(test, (struct frame){ .len = 100 });
	KUNIT_EXPECT_EQ(test, arrived, skb_queue_len(&caught));
	expect_all_there(test);
	for (i = 0; i < arrived; i++)
		expect_caught(test, 100);
	expect_alive(test);
}

static void below_the_mark_frames_are_copied(struct kunit *test)
{
	below_the_mark(test, NET_COPY, 32);
	KUNIT_EXPECT_LE(test, 10ull, rx_values().copied_frames);
	KUNIT_EXPECT_EQ(test, rx_values().copied_frames * 100,
			rx_values().copied_bytes);
}

static void below_the_mark_frames_are_dropped(struct kunit *test)
{
	net_rx_policy = NET_DROP;
	net_low_water = 40;
	device_start(test, MERGEABLE);
	for (net_low_water = 100; net_low_water < 132; net_low_water++)
		frame_send(test, (struct frame){ .len = 100 });
	/* One of four passes: nobody is cut off for good. */
	KUNIT_EXPECT_EQ(test, 8u, skb_queue_len(&caught));
	KUNIT_EXPECT_EQ(test, 8ull, rx_values().copied_frames);
	KUNIT_EXPECT_EQ(test, 24ull, rx_values().policy_drops);
	KUNIT_EXPECT_EQ(test, 24ull, rx_values().drops);
	skb_queue_purge(&caught);
	net_low_water = 0;
	expect_alive(test);
}

static void above_the_mark_nothing_is_copied(struct kunit *test)
{
	net_low_water = 4;
	below_the_mark(test, NET_BACKPRESSURE, 32);
	KUNIT_EXPECT_EQ(test, 0ull, rx_values().copied_frames);
}

/* ---- closing, resetting ------------------------------------------------------------------ */

static void down_and_up_again(struct kunit *test)
{
	unsigned int i;

	device_start(test, MERGEABLE);
	for (i = 0; i < 20; i++) {
		expect_alive(test);
		link_down();
		/* Arrives while it is down. */
		frame_put(test, (struct frame){ .len = 77 });
		expect_none(test);
		expect_all_there(test);
		link_up(test);
		expect_caught(test, 77);
	}
}

/* Some filled and not looked at, some held by the stack, the rest posted. */
static void taken_away_in_mid_work(struct kunit *test)
{
	void *other;
	int i;

	device_start(test, MERGEABLE);
	for (i = 0; i < 5; i++)
		frame_send(test, (struct frame){ .len = 5000 });
	for (i = 0; i < 3; i++)
		frame_put(test, (struct frame){ .len = 5000 });
	fake_unbind(fake);
	KUNIT_EXPECT_NULL(test, fake->vq[FAKE_RX]);
	other = __vmalloc(SZ_1M, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, other);
	memset(other, 0xee, SZ_1M);
	KUNIT_EXPECT_EQ(test, 5u, skb_queue_len(&caught));
	for (i = 0; i < 5; i++)
		expect_caught(test, 5000);
	vfree(other);
}

static void the_link_follows_the_device(struct kunit *test)
{
	device_start(test, MERGEABLE | BIT_ULL(VIRTIO_NET_F_STATUS));
	fake_config_set(fake, VIRTIO_NET_S_LINK_UP);
	KUNIT_EXPECT_TRUE(test, netif_carrier_ok(dev));
	fake_config_set(fake, 0);
	KUNIT_EXPECT_FALSE(test, netif_carrier_ok(dev));
	fake_config_set(fake, VIRTIO_NET_S_LINK_UP);
	KUNIT_EXPECT_TRUE(test, netif_carrier_ok(dev));
}

static void the_devices_mtu_is_kept(struct kunit *test)
{
	fake = fake_plug(test, MERGEABLE | BIT_ULL(VIRTIO_NET_F_MTU), RING);
	fake->config.mtu = (__force __virtio16)cpu_to_le16(1400);
	KUNIT_ASSERT_EQ(test, 0, fake_bind(fake));
	KUNIT_EXPECT_EQ(test, 1400u, fake_net(fake)->dev->mtu);
	KUNIT_EXPECT_EQ(test, 1400u, fake_net(fake)->dev->max_mtu);
}

/* ---- sending ------------------------------------------------------------------------------ */

static void packet_queue(struct kunit *test, const struct shape *shape,
			 bool partial)
{
	struct sk_buff *skb = skb_make(test, shape);

	skb->dev = dev;
	if (partial)
		KUNIT_ASSERT_TRUE(test, skb_partial_csum_set(skb, 34, 16));
	dev_queue_xmit(skb);
}

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
	KUNIT_EXPECT_EQ(test, 34, le16_to_cpu((__force __le16)
					      hdr->hdr.csum_start));
	for (i = 0; i < 1566; i++)
		if (fake->sent[12 + i] != byte_at(i))
			break;
	KUNIT_EXPECT_EQ(test, 1566u, i);
	fake_interrupt(fake, FAKE_TX);
}

/* A clone's headroom is not ours: the header goes elsewhere. */
static void a_clone_goes_out(struct kunit *test)
{
	static const struct shape packet = { "packet", 60 };
	struct sk_buff *skb = skb_make(test, &packet), *clone;
	u8 before = skb->data[-1];

	device_start(test, MERGEABLE);
	clone = skb_clone(skb, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, clone);
	clone->dev = dev;
	dev_queue_xmit(clone);
	KUNIT_ASSERT_TRUE(test, fake_send_seen(fake));
	KUNIT_EXPECT_EQ(test, 2u, fake->sent_pieces);
	KUNIT_EXPECT_EQ(test, 72u, fake->sent_len);
	KUNIT_EXPECT_EQ(test, (int)before, (int)skb->data[-1]);
	fake_interrupt(fake, FAKE_TX);
	kfree_skb(skb);
}

/* Full, the queue stops; when the device has sent some, it wakes. */
static void a_full_ring_stops_and_wakes(struct kunit *test)
{
	static const struct shape packet = { "packet", 60 };
	struct netdev_queue *queue;
	struct net_tx_values tx;
	unsigned int i, sent = 0;

	device_start(test, MERGEABLE);
	queue = netdev_get_tx_queue(dev, 0);
	for (i = 0; i < 100 && !netif_tx_queue_stopped(queue); i++)
		packet_queue(test, &packet, false);
	KUNIT_EXPECT_TRUE(test, netif_tx_queue_stopped(queue));
	KUNIT_EXPECT_LT(test, 20u, i);
	while (fake_send_seen(fake))
		sent++;
	KUNIT_EXPECT_EQ(test, i, sent);
	fake_interrupt(fake, FAKE_TX);
	KUNIT_EXPECT_FALSE(test, netif_tx_queue_stopped(queue));
	net_tx_values(fake_net(fake), &tx);
	KUNIT_EXPECT_EQ(test, (u64)sent, tx.packets);
	KUNIT_EXPECT_EQ(test, sent * 60ull, tx.bytes);
	KUNIT_EXPECT_EQ(test, 1ull, tx.stops);
	KUNIT_EXPECT_EQ(test, 1ull, tx.wakes);
	KUNIT_EXPECT_EQ(test, 0ull, tx.drops);
}

static void what_was_not_sent_is_freed(struct kunit *test)
{
	static const struct shape packet = { "packet", 60, 2, 700 };
	unsigned int i;

	device_start(test, MERGEABLE | BIT_ULL(VIRTIO_NET_F_CSUM));
	for (i = 0; i < 5; i++)
		packet_queue(test, &packet, false);
	fake_unbind(fake);
	KUNIT_EXPECT_NULL(test, fake->vq[FAKE_TX]);
}

/* ---- looking -------------------------------------------------------------------------------- */

static void what_people_see_adds_up(struct kunit *test)
{
	const struct ethtool_ops *ops = &net_ethtool_ops;
	int nr = 0, i;
	char *names;
	u64 *values;

	device_start(test, MERGEABLE);
	expect_alive(test);
	nr = ops->get_sset_count(dev, ETH_SS_STATS);
	KUNIT_ASSERT_LT(test, 20, nr);
	names = kunit_kcalloc(test, nr, ETH_GSTRING_LEN, GFP_KERNEL);
	values = kunit_kcalloc(test, nr, sizeof(*values), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, names);
	KUNIT_ASSERT_NOT_NULL(test, values);
	ops->get_strings(dev, ETH_SS_STATS, names);
	ops->get_ethtool_stats(dev, NULL, values);
	for (i = 0; i < nr; i++) {
		if (!strcmp(names + i * ETH_GSTRING_LEN, "pbuf_total"))
			KUNIT_EXPECT_EQ(test, values[i],
					values[i + 1] + values[i + 2] +
					values[i + 3]);
		if (!strcmp(names + i * ETH_GSTRING_LEN, "pbuf_looks"))
			KUNIT_EXPECT_EQ(test, nr - 1, i);
	}
	KUNIT_EXPECT_STREQ(test, "rx_packets", names);
	KUNIT_EXPECT_EQ(test, 1ull, values[0]);
	KUNIT_EXPECT_EQ(test, 100ull - ETH_HLEN + ETH_HLEN, values[1]);
}

static void debugfs_shows_the_same(struct kunit *test)
{
	char path[40], *text;

	device_start(test, MERGEABLE);
	expect_alive(test);
	snprintf(path, sizeof(path), "rtalloc/net/%s", dev_name(&fake->vdev.dev));
	text = debugfs_get(test, path);
	KUNIT_ASSERT_NOT_NULL(test, text);
	KUNIT_EXPECT_EQ(test, 0, strncmp(text, "format: 1\n", 10));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "\npool.total: 64\n"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "\npool.lent: 0\n"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "\nrx.packets: 1\n"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "\nrx.copied_bytes: 0\n"));
}

static struct kunit_case virtio_cases[] = {
	KUNIT_CASE(only_what_is_given_is_taken),
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
	KUNIT_CASE(a_checksum_to_be_made_has_its_place),
	KUNIT_CASE_PARAM(a_lie_costs_a_frame, lie_next),
	KUNIT_CASE(no_buffers_at_all_is_a_lie),
	KUNIT_CASE(crumbs_up_to_the_limit),
	KUNIT_CASE(wrong_segments_are_refused),
	KUNIT_CASE(a_dry_pool_costs_copies),
	KUNIT_CASE(it_opens_without_a_buffer),
	KUNIT_CASE(below_the_mark_frames_are_copied),
	KUNIT_CASE(below_the_mark_frames_are_dropped),
	KUNIT_CASE(above_the_mark_nothing_is_copied),
	KUNIT_CASE(down_and_up_again),
	KUNIT_CASE(taken_away_in_mid_work),
	KUNIT_CASE(the_link_follows_the_device),
	KUNIT_CASE(the_devices_mtu_is_kept),
	KUNIT_CASE(packets_go_out),
	KUNIT_CASE(a_clone_goes_out),
	KUNIT_CASE(a_full_ring_stops_and_wakes),
	KUNIT_CASE(what_was_not_sent_is_freed),
	KUNIT_CASE(what_people_see_adds_up),
	KUNIT_CASE(debugfs_shows_the_same),
	{}
};

static struct kunit_suite virtio_suite = {
	.name = "rtalloc_virtio",
	.init = virtio_start,
	.exit = virtio_end,
	.test_cases = virtio_cases,
};

kunit_test_suite(virtio_suite);

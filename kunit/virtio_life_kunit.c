// SPDX-License-Identifier: GPL-2.0-only
/*
 * virtio_life_kunit.c - the driver against the fake device: a pool that runs empty,
 * closing and resetting while frames are under way, statistics.
 *
 * Whenever no poll is running, each buffer is free, posted or lent.
 */
#include <linux/etherdevice.h>
#include <linux/ethtool.h>
#include <linux/netdevice.h>
#include <linux/virtio_config.h>
#include <linux/vmalloc.h>

#include "kunit/virtio_common.h"

/* ---- a pool that runs empty ------------------------------------------------------------ */

/*
 * The stack holds every frame, so that all 24 buffers of the pool are lent. Then the ring
 * is filled with pages of the page allocator; no frame is lost or copied. When the stack
 * has released the frames, buffers of the pool are used again.
 */
static void a_dry_pool_costs_pages(struct kunit *test)
{
	unsigned int i;

	net_buffers = 24;
	device_start(test, MERGEABLE);
	for (i = 0; i < 200; i++)
		frame_send(test, (struct frame){ .len = 200 });
	KUNIT_EXPECT_EQ(test, 200u, skb_queue_len(&caught));
	KUNIT_EXPECT_LE(test, RING * 3 / 4, fake_posted(fake, FAKE_RX));
	KUNIT_EXPECT_EQ(test, 24u, lent_to_stack());
	KUNIT_EXPECT_EQ(test, 0ull, rx_values().copied_frames);
	KUNIT_EXPECT_EQ(test, 0ull, rx_values().ring_starved);
	/* Of 200 buffers with the stack and at least 12 on the ring, 24 are the pool's. */
	KUNIT_EXPECT_LE(test, 188ull, rx_values().page_buffers);
	expect_all_there(test);
	for (i = 0; i < 200; i++)
		expect_caught(test, 200);
	for (i = 0; i < 3 * RING; i++)
		frame_arrives(test, (struct frame){ .len = 200 });
	KUNIT_EXPECT_EQ(test, 0u, lent_to_stack());
}

/* One poll finds all 16 buffers of the ring filled, while only one is left in the pool. */
static void a_burst_is_lent_whole(struct kunit *test)
{
	unsigned int i;

	net_buffers = RING + 1;
	device_start(test, MERGEABLE);
	for (i = 0; i < RING; i++)
		frame_put(test, (struct frame){ .len = 200 });
	fake_interrupt(fake, FAKE_RX);
	KUNIT_EXPECT_EQ(test, RING, lent_to_stack());
	KUNIT_EXPECT_EQ(test, RING, skb_queue_len(&caught));
	KUNIT_EXPECT_EQ(test, 0ull, rx_values().copied_frames);
}

/*
 * With rx_reserve above the ring's size, the driver acts as if neither a buffer nor a page
 * were left to replace one that it lends: it copies the frame and keeps the buffer.
 */
static void the_last_are_copied(struct kunit *test)
{
	net_buffers = RING;
	device_start(test, MERGEABLE);
	fake_pair(fake)->rx_reserve = RING + 1;
	frame_arrives(test, (struct frame){ .len = 200 });
	KUNIT_EXPECT_EQ(test, 0u, lent_to_stack());
	KUNIT_EXPECT_EQ(test, 1ull, rx_values().copied_frames);
}

/*
 * All 512 buffers are lent. The poll for one more frame looks at 64 of them at most, not
 * at each.
 */
static void looks_have_an_end(struct kunit *test)
{
	u64 before;
	unsigned int i;

	net_buffers = 512;
	device_start(test, MERGEABLE);
	for (i = 0; i < 600; i++)
		frame_send(test, (struct frame){ .len = 200 });
	KUNIT_EXPECT_EQ(test, 512u, lent_to_stack());
	before = rx_pool_counts(fake_pair(fake)->rx_pool).looks;
	frame_send(test, (struct frame){ .len = 200 });
	KUNIT_EXPECT_GE(test, before + 64,
			rx_pool_counts(fake_pair(fake)->rx_pool).looks);
}

/*
 * For frames of all lengths: truesize, which a socket is charged, is the memory that is
 * lent, but for 1/16, also after skb_condense() recomputed it. A lent buffer has no
 * tailroom that the stack could copy other packets into.
 */
static void what_is_charged_is_what_is_held(struct kunit *test)
{
	struct sk_buff *skb;
	unsigned int len;

	device_start(test, MERGEABLE);
	mtu_choose(test, 1500);
	/* Use up the buffers that were posted for the old MTU. */
	for (len = 0; len < 2 * RING; len++)
		frame_arrives(test, (struct frame){ .len = 100 });
	for (len = 15; len <= 1514; len += len < 200 ? 1 : 13) {
		skb = frame_caught(test, (struct frame){ .len = len });
		skb_condense(skb);
		KUNIT_EXPECT_GE(test, skb->truesize,
				lent_to_stack() * PAGE_SIZE / 16 * 15);
		if (lent_to_stack())
			KUNIT_EXPECT_GT(test, 8, skb_tailroom(skb));
		expect_skb(test, skb, 0, len - ETH_HLEN);
		kfree_skb(skb);
	}
	KUNIT_EXPECT_EQ(test, 0ull, rx_values().copied_bytes);
}

/* Of a frame of full length nothing is copied, not even the headers. */
static void full_frames_are_built_in_place(struct kunit *test)
{
	device_start(test, MERGEABLE);
	link_down();
	device_again(test);
	frame_arrives(test, (struct frame){ .len = 1514 });
	KUNIT_EXPECT_EQ(test, 0ull, rx_values().header_bytes);
	KUNIT_EXPECT_EQ(test, 0ull, rx_values().chains);
}

/*
 * rx_policy=copy copies a large frame into pages, not into one large linear part. Of 9014
 * bytes at least 8886 are not in the head: three pieces of up to 4096 bytes, each of which
 * takes at most that much, whatever the size of a page.
 */
static void a_large_copy_is_in_pages(struct kunit *test)
{
	struct sk_buff *skb;

	net_rx_policy = NET_COPY;
	net_low_water = 1000;
	device_start(test, MERGEABLE);
	skb = frame_caught(test, (struct frame){ .len = 9014 });
	KUNIT_EXPECT_GE(test, 128u, skb_headlen(skb));
	KUNIT_EXPECT_EQ(test, 9014ull, rx_values().copied_bytes);
	KUNIT_EXPECT_LE(test, skb->truesize,
			SKB_TRUESIZE(skb_end_offset(skb)) + 3 * 4096);
	kfree_skb(skb);
}

/* With no free buffer in the pool, opening fills the ring with pages. */
static void it_opens_without_a_buffer(struct kunit *test)
{
	struct pbuf *p[16];
	unsigned int i;

	net_buffers = 16;
	fake = fake_plug(test, MERGEABLE, RING);
	device_bind(test);
	for (i = 0; i < 16; i++)
		p[i] = pbuf_rx_pool_alloc(fake_pair(fake)->rx_pool, 0);
	link_up(test);
	KUNIT_EXPECT_EQ(test, RING, fake_posted(fake, FAKE_RX));
	KUNIT_EXPECT_EQ(test, 0u, net_posted(fake_net(fake)));
	KUNIT_EXPECT_EQ(test, (u64)RING, rx_values().page_buffers);
	for (i = 0; i < 16; i++)
		pbuf_free(p[i]);
}

/*
 * Send 32 frames, all of which the stack gets and holds. Of 64 buffers 16 are posted, so
 * the ninth frame finds less than 40 free ones, and the last one still 16.
 */
static void frames_are_held(struct kunit *test, enum net_policy policy,
			    unsigned int low_water)
{
	unsigned int i;

	net_rx_policy = policy;
	net_low_water = low_water;
	for (i = 0; i < 32; i++)
		frame_send(test, (struct frame){ .len = 200 });
	KUNIT_EXPECT_EQ(test, 32u, skb_queue_len(&caught));
	expect_all_there(test);
	for (i = 0; i < 32; i++)
		expect_caught(test, 200);
	expect_alive(test);
}

static void below_the_mark_frames_are_copied(struct kunit *test)
{
	device_start(test, MERGEABLE);
	frames_are_held(test, NET_COPY, 40);
	KUNIT_EXPECT_LE(test, 10ull, rx_values().copied_frames);
	/* One of them has 100 bytes, not 200: the last one, of expect_alive(). */
	KUNIT_EXPECT_EQ(test, rx_values().copied_frames * 200 - 100,
			rx_values().copied_bytes);
}

/* rx_policy=drop with a mark that is never reached: the device has 64 buffers. */
static void drop_below_the_mark(struct kunit *test)
{
	net_rx_policy = NET_DROP;
	net_low_water = 100;
	device_start(test, MERGEABLE);
}

/* Expect @dropped frames to be dropped by the policy and @copied to be copied. */
static void expect_dropped(struct kunit *test, u64 dropped, u64 copied)
{
	KUNIT_EXPECT_EQ(test, copied, skb_queue_len(&caught));
	KUNIT_EXPECT_EQ(test, copied, rx_values().copied_frames);
	KUNIT_EXPECT_EQ(test, dropped, rx_values().policy_drops);
	KUNIT_EXPECT_EQ(test, dropped, rx_values().drops);
	skb_queue_purge(&caught);
	net_low_water = 0;
}

/* Of the 8 frames of one poll, the first and the fifth are let through. */
static void below_the_mark_bursts_are_thinned(struct kunit *test)
{
	int i;

	drop_below_the_mark(test);
	for (i = 1; i <= 4 * 8; i++) {
		if (i % 8)
			frame_put(test, (struct frame){ .len = 100 });
		else
			frame_send(test, (struct frame){ .len = 100 });
	}
	expect_dropped(test, 4 * 6, 4 * 2);
}

/*
 * A frame that is alone in its poll is let through. Otherwise the retransmission of a lost
 * segment could be dropped again and again, for minutes.
 */
static void below_the_mark_a_lone_frame_passes(struct kunit *test)
{
	int i;

	drop_below_the_mark(test);
	for (i = 0; i < 32; i++)
		frame_send(test, (struct frame){ .len = 100 });
	expect_dropped(test, 0, 32);
}

/* Nor below it, if rx_policy=backpressure. */
static void above_the_mark_nothing_is_copied(struct kunit *test)
{
	device_start(test, MERGEABLE);
	frames_are_held(test, NET_COPY, 4);
	KUNIT_EXPECT_EQ(test, 0ull, rx_values().copied_frames);
	frames_are_held(test, NET_BACKPRESSURE, 40);
	KUNIT_EXPECT_EQ(test, 0ull, rx_values().copied_frames);
}

/*
 * Receive a frame while the @nth allocation fails. Failures are injected into tasks, not
 * softirqs, so this task calls the poll itself. A budget of 1 is used up by the frame;
 * otherwise the poll would complete a NAPI that was not scheduled.
 */
static void frame_fails(struct kunit *test, unsigned int nth)
{
	struct net_pair *pair = fake_pair(fake);

	frame_put(test, (struct frame){ .len = 5000 });
	fail_nth_set(test, nth);
	WITHOUT_BH(net_rx_poll(&pair->rx_napi, 1));
	fail_nth_set(test, 0);
	/* A second poll, to flush the frame out of GRO and to refill the ring. */
	net_rx_refill_timer(&pair->refill_timer.work);
	skb_queue_purge(&caught);
	expect_all_there(test);
}

/*
 * Expect each of 300 frames to be received or to be dropped for want of memory. Not each
 * injected failure costs one, because the kernel caches a few sk_buffs.
 */
static void frames_fail(struct kunit *test, int mode)
{
	unsigned int i;

	net_rx_mode = mode;
	device_start(test, MERGEABLE);
	for (i = 0; i < 300; i++)
		frame_fails(test, 1 + i % 3);
	KUNIT_EXPECT_EQ(test, 300ull,
			rx_values().nomem_drops + rx_values().packets);
	expect_alive(test);
}

/* If build_skb() fails, the frame gets an sk_buff with a small head. */
static void without_memory_a_frame_gets_a_small_head(struct kunit *test)
{
	frames_fail(test, PBUF_SKB_BUILD);
	KUNIT_EXPECT_LT(test, 0ull, rx_values().header_bytes);
}

/* If there is no memory for the small head either, the frame is dropped. */
static void without_a_small_head_it_is_dropped(struct kunit *test)
{
	frames_fail(test, PBUF_SKB_FRAG);
	KUNIT_EXPECT_LT(test, 0ull, rx_values().nomem_drops);
}

/* ---- closing, resetting ------------------------------------------------------------------ */

/* A frame that arrives while the interface is down is received when it is up again. */
static void down_and_up_again(struct kunit *test)
{
	unsigned int i;

	device_start(test, MERGEABLE);
	for (i = 0; i < 20; i++) {
		expect_alive(test);
		link_down();
		frame_put(test, (struct frame){ .len = 77 });
		expect_none(test);
		expect_all_there(test);
		link_up(test);
		expect_caught(test, 77);
	}
}

/*
 * Unbind while 5 frames are held by the stack, 3 are on the ring unread, and the other
 * buffers are posted. The 5 must stay intact when freed memory is overwritten.
 */
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

/* Whichever allocation fails, opening loses no buffer and succeeds later. */
static void opening_survives_each_failure(struct kunit *test)
{
	struct failing failing;

	fake = fake_plug(test, MERGEABLE, RING);
	device_bind(test);
	FAIL_EACH(test, failing, WITH_RTNL(dev_open(dev, NULL))) {
		link_down();
		expect_all_there(test);
	}
	KUNIT_EXPECT_LT(test, failing.nth, 100u);
	link_up(test);
}

/*
 * The kernel marks a ring as broken when the device returns a buffer that was not posted.
 * No frame arrives then, the refill timer stops, no buffer is lost, and the device can be
 * bound again.
 */
static void a_broken_receive_ring_loses_nothing(struct kunit *test)
{
	device_start(test, MERGEABLE);
	expect_alive(test);
	fake_used(fake, FAKE_RX, 999, 100);
	frame_send(test, (struct frame){ .len = 100 });
	KUNIT_EXPECT_TRUE(test, virtqueue_is_broken(fake_pair(fake)->rx));
	expect_none(test);
	flush_delayed_work(&fake_pair(fake)->refill_timer);
	KUNIT_EXPECT_FALSE(test,
			   delayed_work_pending(&fake_pair(fake)->refill_timer));
	expect_all_there(test);
	device_again(test);
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

/*
 * virtio_net may leave the device with configuration changes disabled. They are seen
 * nevertheless after this driver is bound.
 */
static void changes_are_seen_after_another_driver(struct kunit *test)
{
	fake = fake_plug(test, MERGEABLE | BIT_ULL(VIRTIO_NET_F_STATUS), RING);
	virtio_config_driver_disable(&fake->vdev);
	device_up(test);
	fake_config_set(fake, VIRTIO_NET_S_LINK_UP);
	KUNIT_EXPECT_TRUE(test, netif_carrier_ok(dev));
}

static void speed_is_the_devices(struct kunit *test)
{
	struct ethtool_link_ksettings cmd = { };

	fake = fake_plug(test, MERGEABLE | BIT_ULL(VIRTIO_NET_F_SPEED_DUPLEX),
			 RING);
	fake->config.speed = cpu_to_le32(1000);
	fake->config.duplex = DUPLEX_FULL;
	device_bind(test);
	KUNIT_EXPECT_EQ(test, 0,
			WITH_RTNL(__ethtool_get_link_ksettings(dev, &cmd)));
	KUNIT_EXPECT_EQ(test, 1000u, cmd.base.speed);
	KUNIT_EXPECT_EQ(test, DUPLEX_FULL, (int)cmd.base.duplex);
}

/*
 * Freeze and restore, with the interface up while the stack holds a frame, then with the
 * interface down.
 */
static void it_sleeps_and_wakes(struct kunit *test)
{
	device_start(test, MERGEABLE);
	expect_alive(test);
	frame_send(test, (struct frame){ .len = 5000 });
	KUNIT_EXPECT_EQ(test, 0, net_freeze(&fake->vdev));
	KUNIT_EXPECT_NULL(test, fake->vq[FAKE_RX]);
	KUNIT_EXPECT_FALSE(test, netif_device_present(dev));
	expect_all_there(test);
	KUNIT_EXPECT_EQ(test, 0, net_restore(&fake->vdev));
	expect_caught(test, 5000);
	expect_alive(test);
	link_down();
	KUNIT_EXPECT_EQ(test, 0, net_freeze(&fake->vdev));
	KUNIT_EXPECT_EQ(test, 0, net_restore(&fake->vdev));
	link_up(test);
}

/* If restore fails, the device can still be closed, unbound and bound again. */
static void it_may_not_wake(struct kunit *test)
{
	device_start(test, MERGEABLE);
	expect_alive(test);
	KUNIT_EXPECT_EQ(test, 0, net_freeze(&fake->vdev));
	fake->find_error = -EIO;
	KUNIT_EXPECT_EQ(test, -EIO, net_restore(&fake->vdev));
	link_down();
	fake_unbind(fake);
	fake->find_error = 0;
	device_up(test);
}

static const struct mtu_case {
	const char *desc;
	u64 features;
	unsigned int says;	/* MTU in configuration space */
	unsigned int mtu;	/* MTU that is used; 0: the feature is not acknowledged */
} mtu_cases[] = {
	{ "9000, merged", MERGEABLE, 9000, 9000 },
	/* A buffer is a page. */
	{ "9000, in one buffer", 0, 9000, PAGE_SIZE > 9216 ? 9000 : 0 },
	{ "2000, in one buffer", 0, 2000, 2000 },
	{ "less than any", MERGEABLE, 67, 0 },
	{ "the least", MERGEABLE, 68, 68 },
	{ "more than a chain", MERGEABLE, 65535, 0 },
};

KUNIT_ARRAY_PARAM_DESC(mtu, mtu_cases, desc);

/* An MTU that the driver cannot receive is not acknowledged; the MTU is 1500 then. */
static void what_is_acknowledged_is_kept(struct kunit *test)
{
	const struct mtu_case *c = test->param_value;

	fake = fake_plug(test, c->features | BIT_ULL(VIRTIO_NET_F_MTU), RING);
	fake->config.mtu = __cpu_to_virtio16(true, c->says);
	device_bind(test);
	KUNIT_EXPECT_EQ(test, !!c->mtu,
			virtio_has_feature(&fake->vdev, VIRTIO_NET_F_MTU));
	KUNIT_EXPECT_EQ(test, c->mtu ?: 1500, dev->mtu);
}

static void the_devices_mtu_is_kept(struct kunit *test)
{
	fake = fake_plug(test, MERGEABLE | BIT_ULL(VIRTIO_NET_F_MTU), RING);
	fake->config.mtu = __cpu_to_virtio16(true, 1400);
	KUNIT_ASSERT_EQ(test, 0, fake_bind(fake));
	KUNIT_EXPECT_EQ(test, 1400u, fake_net(fake)->dev->mtu);
	KUNIT_EXPECT_EQ(test, 1400u, fake_net(fake)->dev->max_mtu);
}

/* What configuration space says after the driver has validated it once. */
static const struct change_case {
	const char *desc;
	unsigned int pairs;
	unsigned int mtu;
	int err;
} change_cases[] = {
	{ "nothing", 2, 1500, 0 },
	{ "another MTU", 2, 9000, 0 },
	{ "less than any", 2, 67, -EINVAL },
	{ "more than a chain", 2, 65535, -EINVAL },
	{ "more pairs", 4, 1500, 0 },
	{ "no pairs", 0, 1500, -EINVAL },
	{ "more pairs than any", 1025, 1500, -EINVAL },
};

KUNIT_ARRAY_PARAM_DESC(change, change_cases, desc);

/*
 * Before it acknowledges features the driver reads 4 pairs and an MTU of 1500. What it
 * reads after that may differ, and must be validated again.
 */
static void what_is_said_may_change(struct kunit *test)
{
	const struct change_case *c = test->param_value;

	fake = fake_plug(test, MQ | BIT_ULL(VIRTIO_NET_F_MTU), RING);
	fake->config.mtu = __cpu_to_virtio16(true, 1500);
	fake->later.max_virtqueue_pairs = __cpu_to_virtio16(true, c->pairs);
	fake->later.mtu = __cpu_to_virtio16(true, c->mtu);
	fake->lies_later = true;
	KUNIT_EXPECT_EQ(test, c->err, fake_bind(fake));
	if (c->err) {
		KUNIT_EXPECT_NULL(test, fake->vq[0]);
		return;
	}
	KUNIT_EXPECT_EQ(test, c->mtu, fake_net(fake)->dev->mtu);
	KUNIT_EXPECT_EQ(test, c->mtu, fake_net(fake)->dev->max_mtu);
	KUNIT_EXPECT_EQ(test, c->pairs, fake_net(fake)->nr_pairs);
}

/* ---- statistics ------------------------------------------------------------------------------ */

/*
 * ethtool -S: pbuf_total is the sum of the three values behind it; a frame of 100 bytes
 * counts as that many.
 */
static void what_people_see_adds_up(struct kunit *test)
{
	const struct ethtool_ops *ops = &net_ethtool_ops;
	int nr = 0, nr_found = 0, i;
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
		if (!strcmp(names + i * ETH_GSTRING_LEN, "pbuf_total")) {
			KUNIT_EXPECT_EQ(test, values[i],
					values[i + 1] + values[i + 2] +
					values[i + 3]);
			nr_found++;
		}
		if (!strcmp(names + i * ETH_GSTRING_LEN, "pbuf_looks")) {
			KUNIT_EXPECT_STREQ(test, "rx0_packets",
					   names + (i + 1) * ETH_GSTRING_LEN);
			nr_found++;
		}
	}
	KUNIT_EXPECT_EQ(test, 2, nr_found);
	KUNIT_EXPECT_STREQ(test, "rx_packets", names);
	KUNIT_EXPECT_EQ(test, 1ull, values[0]);
	KUNIT_EXPECT_EQ(test, 100ull - ETH_HLEN + ETH_HLEN, values[1]);
}

/*
 * The number of posted buffers is the difference of two numbers that the poll changes one
 * after the other. A reader that sees only one change must not get a negative difference.
 */
static void never_less_than_none_is_posted(struct kunit *test)
{
	struct net_pair *pair;

	device_start(test, MERGEABLE);
	pair = fake_pair(fake);
	KUNIT_EXPECT_EQ(test, RING, net_rx_posted(pair));
	pair->rx_pages = RING + 1;
	KUNIT_EXPECT_EQ(test, 0u, net_rx_posted(pair));
	pair->rx_pages = 0;
	expect_all_there(test);
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

static struct kunit_case virtio_life_cases[] = {
	KUNIT_CASE(a_dry_pool_costs_pages),
	KUNIT_CASE(looks_have_an_end),
	KUNIT_CASE(what_is_charged_is_what_is_held),
	KUNIT_CASE(full_frames_are_built_in_place),
	KUNIT_CASE(a_large_copy_is_in_pages),
	KUNIT_CASE(a_burst_is_lent_whole),
	KUNIT_CASE(the_last_are_copied),
	KUNIT_CASE(it_opens_without_a_buffer),
	KUNIT_CASE(below_the_mark_frames_are_copied),
	KUNIT_CASE(below_the_mark_bursts_are_thinned),
	KUNIT_CASE(below_the_mark_a_lone_frame_passes),
	KUNIT_CASE(above_the_mark_nothing_is_copied),
	KUNIT_CASE(without_memory_a_frame_gets_a_small_head),
	KUNIT_CASE(without_a_small_head_it_is_dropped),
	KUNIT_CASE(down_and_up_again),
	KUNIT_CASE(taken_away_in_mid_work),
	KUNIT_CASE(opening_survives_each_failure),
	KUNIT_CASE(a_broken_receive_ring_loses_nothing),
	KUNIT_CASE(the_link_follows_the_device),
	KUNIT_CASE(the_devices_mtu_is_kept),
	KUNIT_CASE(changes_are_seen_after_another_driver),
	KUNIT_CASE(speed_is_the_devices),
	KUNIT_CASE(it_sleeps_and_wakes),
	KUNIT_CASE(it_may_not_wake),
	KUNIT_CASE_PARAM(what_is_acknowledged_is_kept, mtu_gen_params),
	KUNIT_CASE_PARAM(what_is_said_may_change, change_gen_params),
	KUNIT_CASE(what_people_see_adds_up),
	KUNIT_CASE(never_less_than_none_is_posted),
	KUNIT_CASE(debugfs_shows_the_same),
	{}
};

VIRTIO_SUITE(virtio_life);

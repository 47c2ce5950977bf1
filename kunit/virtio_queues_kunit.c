// SPDX-License-Identifier: GPL-2.0-only
/*
 * virtio_queues_kunit.c - several pairs of queues, and rings of another length,
 * against a device that the test plays.
 */
#include <linux/ethtool.h>
#include <linux/netdevice.h>
#include <linux/virtio_config.h>
#include <net/gro.h>
#include <net/netdev_queues.h>
#include <net/netdev_rx_queue.h>

#include "kunit/virtio_common.h"

#define RESET	BIT_ULL(VIRTIO_F_RING_RESET)

static struct ethtool_channels channels_now(void)
{
	struct ethtool_channels channels = { };

	net_ethtool_ops.get_channels(dev, &channels);
	return channels;
}

/* The device is told of @nr pairs, which the network knows. */
static void expect_channels(struct kunit *test, unsigned int nr)
{
	const struct fake_command *got;

	KUNIT_EXPECT_EQ(test, nr, channels_now().combined_count);
	KUNIT_EXPECT_EQ(test, nr, dev->real_num_tx_queues);
	KUNIT_EXPECT_EQ(test, nr, dev->real_num_rx_queues);
	got = fake_command(fake, VIRTIO_NET_CTRL_MQ,
			   VIRTIO_NET_CTRL_MQ_VQ_PAIRS_SET);
	KUNIT_ASSERT_NOT_NULL(test, got);
	KUNIT_EXPECT_EQ(test, 2u, got->len);
	KUNIT_EXPECT_EQ(test, nr, (unsigned int)got->data[0]);
	KUNIT_EXPECT_EQ(test, 0, (int)got->data[1]);
}

/* A frame over each pair in use, one sent over each. */
static void expect_each_alive(struct kunit *test, unsigned int nr)
{
	struct sk_buff *skb;
	unsigned int i;

	for (i = 0; i < nr; i++) {
		fake->rx = 2 * i;
		fake->tx = 2 * i + 1;
		frame_send(test, (struct frame){ .len = 1000 + i });
		skb = skb_peek(&caught);
		KUNIT_ASSERT_NOT_NULL(test, skb);
		KUNIT_EXPECT_EQ(test, i, (unsigned int)skb_get_rx_queue(skb));
		expect_caught(test, 1000 + i);
		/* Not as the processor says that this runs on. */
		dev_direct_xmit(packet_make(test, &short_packet), i);
		KUNIT_EXPECT_TRUE(test, fake_send_seen(fake));
		fake_interrupt(fake, fake->tx);
	}
	fake->rx = FAKE_RX;
	fake->tx = FAKE_TX;
	expect_all_there(test);
}

static u64 counter(struct kunit *test, const char *name)
{
	int nr = net_ethtool_ops.get_sset_count(dev, ETH_SS_STATS), i;
	char *names = kunit_kcalloc(test, nr, ETH_GSTRING_LEN, GFP_KERNEL);
	u64 *values = kunit_kcalloc(test, nr, sizeof(*values), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, names);
	KUNIT_ASSERT_NOT_NULL(test, values);
	net_ethtool_ops.get_strings(dev, ETH_SS_STATS, names);
	net_ethtool_ops.get_ethtool_stats(dev, NULL, values);
	for (i = 0; i < nr; i++)
		if (!strcmp(names + i * ETH_GSTRING_LEN, name))
			return values[i];
	KUNIT_FAIL(test, "there is no %s", name);
	return 0;
}

/* ---- pairs in use ------------------------------------------------------------- */

static void each_processor_has_a_pair(struct kunit *test)
{
	unsigned int nr = min(FAKE_PAIRS, num_online_cpus());

	device_start(test, MQ);
	KUNIT_EXPECT_EQ(test, FAKE_PAIRS, channels_now().max_combined);
	KUNIT_EXPECT_EQ(test, nr, channels_now().combined_count);
	if (nr > 1)
		expect_channels(test, nr);
	expect_each_alive(test, nr);
}

static void all_pairs_work(struct kunit *test)
{
	device_start(test, MQ);
	KUNIT_EXPECT_EQ(test, 0, channels_choose(FAKE_PAIRS));
	expect_channels(test, FAKE_PAIRS);
	expect_each_alive(test, FAKE_PAIRS);
	expect_each_alive(test, FAKE_PAIRS);
	KUNIT_EXPECT_EQ(test, 8ull, counter(test, "rx_packets"));
	KUNIT_EXPECT_EQ(test, 2ull, counter(test, "rx3_packets"));
	KUNIT_EXPECT_EQ(test, 2ull * 1003, counter(test, "rx3_bytes"));
	KUNIT_EXPECT_EQ(test, 2ull, counter(test, "tx2_packets"));
	KUNIT_EXPECT_EQ(test, 0ull, counter(test, "tx0_drops"));
}

/* Netlink's: of queues in use each its own, of the others the sum. */
static void each_queue_has_its_statistics(struct kunit *test)
{
	struct netdev_queue_stats_rx rx;
	struct netdev_queue_stats_tx tx;

	device_start(test, MQ);
	KUNIT_EXPECT_EQ(test, 0, channels_choose(4));
	expect_each_alive(test, 4);
	KUNIT_ASSERT_NOT_NULL(test, dev->stat_ops);
	memset(&rx, 0xff, sizeof(rx));
	dev->stat_ops->get_queue_stats_rx(dev, 3, &rx);
	KUNIT_EXPECT_EQ(test, 1ull, rx.packets);
	KUNIT_EXPECT_EQ(test, 1003ull, rx.bytes);
	KUNIT_EXPECT_EQ(test, 0ull, rx.alloc_fail);
	dev->stat_ops->get_queue_stats_tx(dev, 2, &tx);
	KUNIT_EXPECT_EQ(test, 1ull, tx.packets);
	KUNIT_EXPECT_EQ(test, 60ull, tx.bytes);
	KUNIT_EXPECT_EQ(test, 0ull, tx.stop);
	KUNIT_EXPECT_EQ(test, 0ull, tx.wake);
	dev->stat_ops->get_base_stats(dev, &rx, &tx);
	KUNIT_EXPECT_EQ(test, 0ull, rx.packets);
	KUNIT_EXPECT_EQ(test, 0, channels_choose(2));
	dev->stat_ops->get_base_stats(dev, &rx, &tx);
	KUNIT_EXPECT_EQ(test, 2ull, rx.packets);
	KUNIT_EXPECT_EQ(test, 1002ull + 1003, rx.bytes);
	KUNIT_EXPECT_EQ(test, 2ull * 60, tx.bytes);
	/* What is not counted is not said. */
	KUNIT_EXPECT_EQ(test, U64_MAX, rx.hw_drops);
}

/* What the device has put on a ring before it was told still arrives. */
static void fewer_pairs_lose_nothing(struct kunit *test)
{
	device_start(test, MQ);
	KUNIT_EXPECT_EQ(test, 0, channels_choose(4));
	fake->rx = 6;
	frame_put(test, (struct frame){ .len = 777 });
	KUNIT_EXPECT_EQ(test, 0, channels_choose(2));
	expect_channels(test, 2);
	fake_interrupt(fake, 6);
	KUNIT_ASSERT_NOT_NULL(test, skb_peek(&caught));
	/* The network would warn of a fourth queue. */
	KUNIT_EXPECT_FALSE(test, skb_rx_queue_recorded(skb_peek(&caught)));
	expect_caught(test, 777);
	expect_each_alive(test, 2);
	KUNIT_EXPECT_EQ(test, 0, channels_choose(3));
	expect_channels(test, 3);
	expect_each_alive(test, 3);
	/* Down and up, with a pair that is not in use. */
	link_down();
	link_up(test);
	expect_each_alive(test, 3);
	link_down();
	KUNIT_EXPECT_EQ(test, 0, channels_choose(4));
	link_up(test);
	expect_each_alive(test, 4);
}

/* GRO keeps each frame, for one that continues it. */
static struct sk_buff *frame_hold(struct list_head *head, struct sk_buff *skb)
{
	return NULL;
}

static struct packet_offload holder = {
	.type = cpu_to_be16(PROTOCOL),
	.callbacks.gro_receive = frame_hold,
};

static unsigned int nr_known;

/* Counts frames that name a queue which the network knows: it warns of others. */
static int frame_look(struct sk_buff *skb, struct net_device *in,
		      struct packet_type *type, struct net_device *orig)
{
	nr_known += skb_get_rx_queue(skb) < in->real_num_rx_queues;
	kfree_skb(skb);
	return NET_RX_SUCCESS;
}

/*
 * A frame comes over the last pair, and GRO waits for another one. Where the clock
 * ticks meanwhile it does not, and the next frame is tried.
 */
static void frame_is_held(struct kunit *test)
{
	int tries = 100;

	do {
		nr_known = 0;
		frame_send(test, (struct frame){ .len = 777 });
	} while (nr_known && --tries);
	KUNIT_EXPECT_EQ(test, 0u, nr_known);
}

static void gro_keeps_nothing_of_a_pair_that_goes(struct kunit *test)
{
	static struct packet_type looker = {
		.type = cpu_to_be16(PROTOCOL), .func = frame_look,
	};

	device_start(test, MQ);
	looker.dev = dev;
	KUNIT_EXPECT_EQ(test, 0, channels_choose(4));
	dev_add_offload(&holder);
	dev_add_pack(&looker);
	/* A quarter of an hour. */
	dev->gro_flush_timeout = 900 * NSEC_PER_SEC;
	fake->rx = 6;
	/* Held, but not beyond the pair's end. */
	frame_is_held(test);
	link_down();
	KUNIT_EXPECT_EQ(test, 1u, nr_known);
	link_up(test);
	frame_is_held(test);
	KUNIT_EXPECT_EQ(test, 0, channels_choose(2));
	KUNIT_EXPECT_EQ(test, 1u, nr_known);
	dev->gro_flush_timeout = 0;
	dev_remove_pack(&looker);
	dev_remove_offload(&holder);
	skb_queue_purge(&caught);
	fake->rx = FAKE_RX;
	expect_each_alive(test, 2);
}

/* Netlink says so, and from 6.15 on AF_XDP finds there whom to poll. */
static void queues_have_their_polls(struct kunit *test)
{
	struct net_pair *pair;

	device_start(test, MQ);
	KUNIT_EXPECT_EQ(test, 0, channels_choose(2));
	pair = &fake_net(fake)->pair[1];
	KUNIT_EXPECT_PTR_EQ(test, &pair->rx_napi,
			    __netif_get_rx_queue(dev, 1)->napi);
	link_down();
	KUNIT_EXPECT_NULL(test, __netif_get_rx_queue(dev, 1)->napi);
	link_up(test);
}

/* 64 buffers by four are 16, but two rings are 32; for all of them 64 / 1. */
static void pairs_share_the_buffers(struct kunit *test)
{
	unsigned int first = 64 / min(FAKE_PAIRS, num_online_cpus());

	device_start(test, MQ);
	KUNIT_EXPECT_EQ(test, 0, channels_choose(4));
	KUNIT_EXPECT_EQ(test, max(first, 2 * RING),
			rx_pool_counts(fake_net(fake)->pair[0].rx_pool).total);
	KUNIT_EXPECT_EQ(test, 2 * RING,
			rx_pool_counts(fake_net(fake)->pair[3].rx_pool).total);
}

static void wrong_numbers_of_pairs(struct kunit *test)
{
	device_start(test, MQ);
	KUNIT_EXPECT_EQ(test, -EINVAL, channels_choose(0));
	KUNIT_EXPECT_EQ(test, -EINVAL, channels_choose(FAKE_PAIRS + 1));
	KUNIT_EXPECT_EQ(test, 0, channels_choose(1));
	expect_each_alive(test, 1);
}

static void a_refusal_changes_nothing(struct kunit *test)
{
	device_start(test, MQ);
	KUNIT_EXPECT_EQ(test, 0, channels_choose(3));
	fake->answer = FAKE_REFUSES;
	KUNIT_EXPECT_EQ(test, -EIO, channels_choose(2));
	KUNIT_EXPECT_EQ(test, -EIO, channels_choose(4));
	KUNIT_EXPECT_EQ(test, 3u, channels_now().combined_count);
	KUNIT_EXPECT_EQ(test, 3u, dev->real_num_tx_queues);
	expect_each_alive(test, 3);
	net_ctrl_patience = 1;
	fake->answer = FAKE_IS_SILENT;
	KUNIT_EXPECT_EQ(test, -ETIMEDOUT, channels_choose(2));
	KUNIT_EXPECT_EQ(test, 3u, dev->real_num_tx_queues);
	expect_each_alive(test, 3);
}

/* It binds all the same, with one pair. */
static void a_refusal_at_first(struct kunit *test)
{
	device_plug(test, MQ, RING);
	fake->answer = FAKE_REFUSES;
	device_up(test);
	KUNIT_EXPECT_EQ(test, 1u, channels_now().combined_count);
	expect_each_alive(test, 1);
}

static void more_pairs_survive_each_failure(struct kunit *test)
{
	struct failing failing;
	unsigned int refused = 0;
	int err;

	device_start(test, MQ);
	FAIL_EACH(test, failing, err = channels_choose(4)) {
		refused += !!err;
		expect_each_alive(test, channels_now().combined_count);
		KUNIT_EXPECT_EQ(test, 0, channels_choose(1));
		if (!err && !failing.left) {
			/* Pools that are there are not made again. */
			device_again(test);
		}
	}
	KUNIT_EXPECT_EQ(test, 0, err);
	KUNIT_EXPECT_LT(test, 3u, refused);
	expect_each_alive(test, 1);
}

static void all_pairs_are_taken_away(struct kunit *test)
{
	unsigned int i;

	device_start(test, MQ);
	KUNIT_EXPECT_EQ(test, 0, channels_choose(4));
	for (i = 0; i < 4; i++) {
		fake->rx = 2 * i;
		frame_send(test, (struct frame){ .len = 5000 });
		frame_put(test, (struct frame){ .len = 5000 });
	}
	fake_unbind(fake);
	KUNIT_EXPECT_NULL(test, fake->vq[6]);
	for (i = 0; i < 4; i++)
		expect_caught(test, 5000);
}

static void pairs_sleep_and_wake(struct kunit *test)
{
	device_start(test, MQ);
	KUNIT_EXPECT_EQ(test, 0, channels_choose(3));
	KUNIT_EXPECT_EQ(test, 0, net_freeze(&fake->vdev));
	KUNIT_EXPECT_EQ(test, -ENODEV, channels_choose(2));
	fake->nr_commands = 0;
	KUNIT_EXPECT_EQ(test, 0, net_restore(&fake->vdev));
	expect_channels(test, 3);
	expect_each_alive(test, 3);
	/* It does not want so many any more. */
	KUNIT_EXPECT_EQ(test, 0, net_freeze(&fake->vdev));
	fake->answer = FAKE_REFUSES;
	KUNIT_EXPECT_EQ(test, 0, net_restore(&fake->vdev));
	KUNIT_EXPECT_EQ(test, 1u, channels_now().combined_count);
	expect_each_alive(test, 1);
}

/* ---- a device that lies ----------------------------------------------------------- */

static const struct claim {
	const char *desc;
	u16 pairs;
} claims[] = {
	{ "none", 0 },
	{ "more than any", 1025 },
	{ "all bits", 0xffff },
};

KUNIT_ARRAY_PARAM_DESC(claim, claims, desc);

/* Then it has one, and the control queue is the third. */
static void pairs_that_cannot_be(struct kunit *test)
{
	const struct claim *claim = test->param_value;

	device_plug(test, MQ | BIT_ULL(VIRTIO_NET_F_CTRL_RX), RING);
	fake->config.max_virtqueue_pairs = __cpu_to_virtio16(true, claim->pairs);
	device_up(test);
	KUNIT_EXPECT_FALSE(test, virtio_has_feature(&fake->vdev,
						    VIRTIO_NET_F_MQ));
	KUNIT_EXPECT_EQ(test, 1u, channels_now().max_combined);
	flush_delayed_work(&fake_net(fake)->rx_mode_work);
	KUNIT_EXPECT_NOT_NULL(test,
			      fake_command(fake, VIRTIO_NET_CTRL_RX,
					   VIRTIO_NET_CTRL_RX_PROMISC));
	expect_each_alive(test, 1);
}

/* It says 9 pairs and has 4. */
static void pairs_that_are_not_there(struct kunit *test)
{
	fake = fake_plug(test, MQ, RING);
	fake->config.max_virtqueue_pairs = __cpu_to_virtio16(true, 9);
	KUNIT_EXPECT_NE(test, 0, fake_bind(fake));
	KUNIT_EXPECT_NULL(test, fake->vq[0]);
	fake->config.max_virtqueue_pairs = __cpu_to_virtio16(true, 4);
	KUNIT_EXPECT_EQ(test, 0, fake_bind(fake));
}

/* Nobody could say how many are in use. */
static void pairs_take_the_control_queue(struct kunit *test)
{
	device_start(test, MQ & ~BIT_ULL(VIRTIO_NET_F_CTRL_VQ));
	KUNIT_EXPECT_EQ(test, 1u, channels_now().max_combined);
	KUNIT_EXPECT_EQ(test, -EINVAL, channels_choose(2));
	expect_each_alive(test, 1);
}

/* ---- rings of another length --------------------------------------------------------- */

static int rings_choose(u32 rx, u32 tx)
{
	struct ethtool_ringparam ring = { .rx_pending = rx, .tx_pending = tx };
	struct kernel_ethtool_ringparam kernel = { };

	return WITH_RTNL(net_ethtool_ops.set_ringparam(dev, &ring, &kernel,
						       NULL));
}

static void expect_rings(struct kunit *test, u32 rx, u32 tx)
{
	struct kernel_ethtool_ringparam kernel = { };
	struct ethtool_ringparam ring = { };

	net_ethtool_ops.get_ringparam(dev, &ring, &kernel, NULL);
	KUNIT_EXPECT_EQ(test, rx, ring.rx_pending);
	KUNIT_EXPECT_EQ(test, tx, ring.tx_pending);
	KUNIT_EXPECT_EQ(test, 128u, ring.rx_max_pending);
}

static void large_start(struct kunit *test, u64 features)
{
	net_buffers = 256;
	device_plug(test, features, 128);
	device_up(test);
}

/* With frames not looked at, and packets not sent: they are lost, no buffer is. */
static void rings_change_their_length(struct kunit *test)
{
	large_start(test, MQ | RESET);
	KUNIT_EXPECT_EQ(test, 0, channels_choose(2));
	expect_each_alive(test, 2);
	frame_put(test, (struct frame){ .len = 1500 });
	dev_direct_xmit(packet_make(test, &short_packet), 0);
	KUNIT_EXPECT_EQ(test, 0, rings_choose(32, 64));
	expect_rings(test, 32, 64);
	KUNIT_EXPECT_EQ(test, 32u, fake_posted(fake, 0));
	KUNIT_EXPECT_EQ(test, 32u, fake_posted(fake, 2));
	expect_none(test);
	expect_each_alive(test, 2);
	KUNIT_EXPECT_EQ(test, 1ull, counter(test, "tx_drops"));
	KUNIT_EXPECT_EQ(test, 0, rings_choose(128, 128));
	expect_rings(test, 128, 128);
	expect_each_alive(test, 2);
	/* A pair that was not in use has them as well. */
	KUNIT_EXPECT_EQ(test, 0, rings_choose(64, 64));
	KUNIT_EXPECT_EQ(test, 0, channels_choose(4));
	KUNIT_EXPECT_EQ(test, 64u, fake_posted(fake, 6));
	expect_each_alive(test, 4);
	link_down();
	KUNIT_EXPECT_EQ(test, 0, rings_choose(128, 64));
	link_up(test);
	expect_each_alive(test, 4);
}

static void rings_sleep_and_wake(struct kunit *test)
{
	large_start(test, MQ | RESET);
	KUNIT_EXPECT_EQ(test, 0, channels_choose(2));
	KUNIT_EXPECT_EQ(test, 0, rings_choose(32, 64));
	KUNIT_EXPECT_EQ(test, 0, net_freeze(&fake->vdev));
	KUNIT_EXPECT_EQ(test, -ENODEV, rings_choose(64, 64));
	KUNIT_EXPECT_EQ(test, 0, net_restore(&fake->vdev));
	expect_rings(test, 32, 64);
	expect_channels(test, 2);
	expect_each_alive(test, 2);
}

/* It has the rings of the beginning then, and all of its pairs. */
static void rings_may_not_come_back(struct kunit *test)
{
	large_start(test, MQ | RESET);
	KUNIT_EXPECT_EQ(test, 0, channels_choose(2));
	KUNIT_EXPECT_EQ(test, 0, rings_choose(32, 64));
	KUNIT_EXPECT_EQ(test, 0, net_freeze(&fake->vdev));
	fake->reset_error = -EIO;
	KUNIT_EXPECT_EQ(test, 0, net_restore(&fake->vdev));
	expect_rings(test, 128, 128);
	expect_channels(test, 2);
	expect_each_alive(test, 2);
}

static void rings_that_cannot_be(struct kunit *test)
{
	large_start(test, MQ | RESET);
	KUNIT_EXPECT_EQ(test, -EINVAL, rings_choose(16, 64));
	KUNIT_EXPECT_EQ(test, -EINVAL, rings_choose(33, 64));
	KUNIT_EXPECT_EQ(test, -EINVAL, rings_choose(32, 32));
	KUNIT_EXPECT_EQ(test, -EINVAL, rings_choose(256, 64));
	KUNIT_EXPECT_EQ(test, -EINVAL, rings_choose(0, 0));
	expect_rings(test, 128, 128);
	fake->reset_error = -EIO;
	KUNIT_EXPECT_NE(test, 0, rings_choose(32, 64));
	expect_each_alive(test, 1);
	fake->reset_error = 0;
	/* What was refused is not done when nobody expects it any more. */
	KUNIT_EXPECT_EQ(test, 0, net_freeze(&fake->vdev));
	KUNIT_EXPECT_EQ(test, 0, net_restore(&fake->vdev));
	expect_rings(test, 128, 128);
	KUNIT_EXPECT_EQ(test, 0, rings_choose(32, 64));
	expect_each_alive(test, 1);
}

/* As a device with packed rings may have it; something else is asked for. */
static void the_length_they_have_is_good(struct kunit *test)
{
	large_start(test, MERGEABLE);
	fake_pair(fake)->rx_size = 100;
	KUNIT_EXPECT_EQ(test, 0, rings_choose(100, 128));
	KUNIT_EXPECT_EQ(test, -EINVAL, rings_choose(99, 128));
	fake_pair(fake)->rx_size = 128;
	expect_each_alive(test, 1);
}

static void without_reset_they_stay(struct kunit *test)
{
	large_start(test, MQ);
	KUNIT_EXPECT_EQ(test, -EOPNOTSUPP, rings_choose(32, 64));
	expect_rings(test, 128, 128);
	expect_each_alive(test, 1);
}

static void new_rings_survive_each_failure(struct kunit *test)
{
	struct failing failing;

	large_start(test, MERGEABLE | RESET);
	FAIL_EACH(test, failing,
		  rings_choose(failing.nth & 1 ? 32 : 64,
			       failing.nth & 1 ? 64 : 128))
		expect_each_alive(test, 1);
	KUNIT_EXPECT_LT(test, 1u, failing.nth);
	KUNIT_EXPECT_LT(test, failing.nth, 100u);
}

/* Whichever ring was the one that failed: who tries again gets all of them. */
static void new_rings_are_for_all_pairs(struct kunit *test)
{
	struct failing failing;
	struct net_pair *pair;

	large_start(test, MQ | RESET);
	FAIL_EACH(test, failing, rings_choose(32, 64)) {
		KUNIT_EXPECT_EQ(test, 0, rings_choose(32, 64));
		net_for_each_pair(pair, fake_net(fake))
			KUNIT_EXPECT_EQ(test, 32u, pair->rx_size);
		KUNIT_EXPECT_EQ(test, 0, rings_choose(128, 128));
	}
	KUNIT_EXPECT_LT(test, 8u, failing.nth);
	KUNIT_EXPECT_LT(test, failing.nth, 100u);
}

/*
 * The end of a poll, which nobody waits for otherwise, may still look at the ring. A
 * grace period for each ring that goes, while nothing else has reason to wait.
 */
static void rings_go_after_polls(struct kunit *test)
{
	large_start(test, MERGEABLE | RESET);
	expect_each_alive(test, 1);
	get_state_synchronize_rcu_full(&fake->since);
	KUNIT_EXPECT_EQ(test, 0, rings_choose(32, 64));
	KUNIT_EXPECT_TRUE(test, fake->has_waited);
	expect_each_alive(test, 1);
	get_state_synchronize_rcu_full(&fake->since);
	KUNIT_EXPECT_EQ(test, 0, net_freeze(&fake->vdev));
	KUNIT_EXPECT_TRUE(test, fake->has_waited);
	KUNIT_EXPECT_EQ(test, 0, net_restore(&fake->vdev));
	expect_each_alive(test, 1);
}

/* ---- coalescing ------------------------------------------------------------------------ */

static void coalescing_is_told(struct kunit *test)
{
	struct ethtool_coalesce now = { };
	const struct fake_command *got;

	device_start(test, MQ | BIT_ULL(VIRTIO_NET_F_NOTF_COAL));
	KUNIT_EXPECT_EQ(test, 0, coalesce_choose(0x102, 7));
	got = fake_command(fake, VIRTIO_NET_CTRL_NOTF_COAL,
			   VIRTIO_NET_CTRL_NOTF_COAL_RX_SET);
	KUNIT_ASSERT_NOT_NULL(test, got);
	KUNIT_EXPECT_EQ(test, 8u, got->len);
	KUNIT_EXPECT_MEMEQ(test, got->data, "\x02\x01\0\0\x07\0\0", 8);
	net_ethtool_ops.get_coalesce(dev, &now, NULL, NULL);
	KUNIT_EXPECT_EQ(test, 0x102u, now.rx_max_coalesced_frames);
	KUNIT_EXPECT_EQ(test, 7u, now.rx_coalesce_usecs);
	KUNIT_EXPECT_EQ(test, 1u, now.tx_max_coalesced_frames);
	fake->answer = FAKE_REFUSES;
	KUNIT_EXPECT_EQ(test, -EIO, coalesce_choose(9, 9));
	net_ethtool_ops.get_coalesce(dev, &now, NULL, NULL);
	KUNIT_EXPECT_EQ(test, 7u, now.rx_coalesce_usecs);
}

static void without_coalescing_it_is_refused(struct kunit *test)
{
	struct ethtool_coalesce now = { };

	device_start(test, MQ);
	KUNIT_EXPECT_EQ(test, -EOPNOTSUPP, coalesce_choose(1, 1));
	KUNIT_EXPECT_EQ(test, -EOPNOTSUPP,
			net_ethtool_ops.get_coalesce(dev, &now, NULL, NULL));
}

static struct kunit_case virtio_queues_cases[] = {
	KUNIT_CASE(each_processor_has_a_pair),
	KUNIT_CASE(all_pairs_work),
	KUNIT_CASE(each_queue_has_its_statistics),
	KUNIT_CASE(fewer_pairs_lose_nothing),
	KUNIT_CASE(gro_keeps_nothing_of_a_pair_that_goes),
	KUNIT_CASE(queues_have_their_polls),
	KUNIT_CASE(pairs_share_the_buffers),
	KUNIT_CASE(wrong_numbers_of_pairs),
	KUNIT_CASE(a_refusal_changes_nothing),
	KUNIT_CASE(a_refusal_at_first),
	KUNIT_CASE(more_pairs_survive_each_failure),
	KUNIT_CASE(all_pairs_are_taken_away),
	KUNIT_CASE(pairs_sleep_and_wake),
	KUNIT_CASE_PARAM(pairs_that_cannot_be, claim_gen_params),
	KUNIT_CASE(pairs_that_are_not_there),
	KUNIT_CASE(pairs_take_the_control_queue),
	KUNIT_CASE(rings_change_their_length),
	KUNIT_CASE(rings_sleep_and_wake),
	KUNIT_CASE(rings_may_not_come_back),
	KUNIT_CASE(rings_that_cannot_be),
	KUNIT_CASE(the_length_they_have_is_good),
	KUNIT_CASE(without_reset_they_stay),
	KUNIT_CASE(new_rings_survive_each_failure),
	KUNIT_CASE(new_rings_are_for_all_pairs),
	KUNIT_CASE(rings_go_after_polls),
	KUNIT_CASE(coalescing_is_told),
	KUNIT_CASE(without_coalescing_it_is_refused),
	{}
};

VIRTIO_SUITE(virtio_queues);

// SPDX-License-Identifier: GPL-2.0-only
/*
 * virtio_queues_kunit.c - several pairs of queues, changing the length of rings, and
 * interrupt coalescing, with the fake device.
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

/* Expect @nr pairs to be in use, for the network and in the last command to the device. */
static void expect_channels(struct kunit *test, unsigned int nr)
{
	KUNIT_EXPECT_EQ(test, nr, channels_now().combined_count);
	KUNIT_EXPECT_EQ(test, nr, dev->real_num_tx_queues);
	KUNIT_EXPECT_EQ(test, nr, dev->real_num_rx_queues);
	expect_command(test, VIRTIO_NET_CTRL_MQ,
		       VIRTIO_NET_CTRL_MQ_VQ_PAIRS_SET, (u8[]){ nr, 0 }, 2);
}

/* Receive a frame and send one over each of the @nr pairs; expect no buffer to be lost. */
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
		/* dev_direct_xmit() takes this queue, not the one of this processor. */
		dev_direct_xmit(packet_make(test, &short_packet), i);
		KUNIT_EXPECT_TRUE(test, fake_send_seen(fake));
		fake_interrupt(fake, fake->tx);
	}
	fake->rx = FAKE_RX;
	fake->tx = FAKE_TX;
	expect_all_there(test);
}

/* The value that ethtool -S shows for @name. */
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

/* By default as many pairs are used as there are processors, if the device has them. */
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

/* Two frames over each of 4 pairs, 1003 bytes long over the last one. */
static void all_pairs_work(struct kunit *test)
{
	pairs_start(test, FAKE_PAIRS);
	expect_channels(test, FAKE_PAIRS);
	expect_each_alive(test, FAKE_PAIRS);
	expect_each_alive(test, FAKE_PAIRS);
	KUNIT_EXPECT_EQ(test, 8ull, counter(test, "rx_packets"));
	KUNIT_EXPECT_EQ(test, 2ull, counter(test, "rx3_packets"));
	KUNIT_EXPECT_EQ(test, 2ull * 1003, counter(test, "rx3_bytes"));
	KUNIT_EXPECT_EQ(test, 2ull, counter(test, "tx2_packets"));
	KUNIT_EXPECT_EQ(test, 0ull, counter(test, "tx0_drops"));
}

/*
 * Statistics for netlink: each queue in use has its own; the base statistics are the sum
 * of the queues that are not in use.
 */
static void each_queue_has_its_statistics(struct kunit *test)
{
	struct netdev_queue_stats_rx rx;
	struct netdev_queue_stats_tx tx;

	pairs_start(test, 4);
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
	/* A statistic that the driver does not count keeps the value of memset(). */
	KUNIT_EXPECT_EQ(test, U64_MAX, rx.hw_drops);
}

/*
 * A frame that the device has put on a ring still arrives after the driver has stopped
 * using that pair.
 */
static void fewer_pairs_lose_nothing(struct kunit *test)
{
	pairs_start(test, 4);
	fake->rx = 6;
	frame_put(test, (struct frame){ .len = 777 });
	KUNIT_EXPECT_EQ(test, 0, channels_choose(2));
	expect_channels(test, 2);
	fake_interrupt(fake, 6);
	KUNIT_ASSERT_NOT_NULL(test, skb_peek(&caught));
	/* It names no queue: the network would warn about one that is not in use. */
	KUNIT_EXPECT_FALSE(test, skb_rx_queue_recorded(skb_peek(&caught)));
	expect_caught(test, 777);
	expect_each_alive(test, 2);
	KUNIT_EXPECT_EQ(test, 0, channels_choose(3));
	expect_channels(test, 3);
	expect_each_alive(test, 3);
	/* Down and up with a pair that is not in use; then more pairs while down. */
	link_down();
	link_up(test);
	expect_each_alive(test, 3);
	link_down();
	KUNIT_EXPECT_EQ(test, 0, channels_choose(4));
	link_up(test);
	expect_each_alive(test, 4);
}

/* A protocol whose frames GRO holds back, to merge them with later ones. */
static struct sk_buff *frame_hold(struct list_head *head, struct sk_buff *skb)
{
	return NULL;
}

static struct packet_offload holder = {
	.type = cpu_to_be16(PROTOCOL),
	.callbacks.gro_receive = frame_hold,
};

static unsigned int nr_known;

/* Count the frames whose queue is in use; the network warns about others. */
static int frame_look(struct sk_buff *skb, struct net_device *in,
		      struct packet_type *type, struct net_device *orig)
{
	nr_known += skb_get_rx_queue(skb) < in->real_num_rx_queues;
	kfree_skb(skb);
	return NET_RX_SUCCESS;
}

/*
 * Receive a frame over the last pair that GRO holds back. GRO passes a frame on if the
 * clock has ticked since it came; then try another frame.
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

/*
 * GRO must not keep a frame of a pair that is closed or no longer used: it would pass the
 * frame on later, with the number of a queue that is not in use.
 */
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
	/* Let GRO hold frames for a quarter of an hour. */
	dev->gro_flush_timeout = 900 * NSEC_PER_SEC;
	fake->rx = 6;
	/* Closing passes the held frame on, and so does using fewer pairs. */
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

/*
 * While the interface is up, each queue names its NAPI. Netlink shows it, and from 6.15 on
 * AF_XDP uses it to poll the queue.
 */
static void queues_have_their_polls(struct kunit *test)
{
	struct net_pair *pair;

	pairs_start(test, 2);
	pair = &fake_net(fake)->pair[1];
	KUNIT_EXPECT_PTR_EQ(test, &pair->rx_napi,
			    __netif_get_rx_queue(dev, 1)->napi);
	link_down();
	KUNIT_EXPECT_NULL(test, __netif_get_rx_queue(dev, 1)->napi);
	link_up(test);
}

/*
 * The buffers are divided by the number of pairs that are in use at first; each pair has
 * at least 2 * RING of them. A pair that is used later than the others gets 64 / 4 = 16,
 * therefore 32.
 */
static void pairs_share_the_buffers(struct kunit *test)
{
	unsigned int first = 64 / min(FAKE_PAIRS, num_online_cpus());

	pairs_start(test, 4);
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

/* The device refuses another number of pairs, then does not answer. */
static void a_refusal_changes_nothing(struct kunit *test)
{
	pairs_start(test, 3);
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

/* If the device refuses several pairs at once, the driver still binds, with one pair. */
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
			/*
			 * Pairs keep their pools, so a later round would
			 * allocate nothing. Binding again drops them.
			 */
			device_again(test);
		}
	}
	KUNIT_EXPECT_EQ(test, 0, err);
	KUNIT_EXPECT_LT(test, 3u, refused);
	expect_each_alive(test, 1);
}

/* Unbind while each of 4 pairs has a frame with the stack and one unread on its ring. */
static void all_pairs_are_taken_away(struct kunit *test)
{
	unsigned int i;

	pairs_start(test, 4);
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

/* Restore tells the device the number of pairs again. */
static void pairs_sleep_and_wake(struct kunit *test)
{
	pairs_start(test, 3);
	KUNIT_EXPECT_EQ(test, 0, net_freeze(&fake->vdev));
	KUNIT_EXPECT_EQ(test, -ENODEV, channels_choose(2));
	fake->nr_commands = 0;
	KUNIT_EXPECT_EQ(test, 0, net_restore(&fake->vdev));
	expect_channels(test, 3);
	expect_each_alive(test, 3);
	/* If the device refuses that, the driver goes on with one pair. */
	KUNIT_EXPECT_EQ(test, 0, net_freeze(&fake->vdev));
	fake->answer = FAKE_REFUSES;
	KUNIT_EXPECT_EQ(test, 0, net_restore(&fake->vdev));
	KUNIT_EXPECT_EQ(test, 1u, channels_now().combined_count);
	expect_each_alive(test, 1);
}

/* ---- a device that breaks the rules ------------------------------------------------ */

static const struct claim {
	const char *desc;
	u16 pairs;
} claims[] = {
	{ "none", 0 },
	{ "more than any", 1025 },
	{ "all bits", 0xffff },
};

KUNIT_ARRAY_PARAM_DESC(claim, claims, desc);

/*
 * A number of pairs that virtio does not allow: the driver uses one pair, and the third
 * queue as the control queue.
 */
static void pairs_that_cannot_be(struct kunit *test)
{
	const struct claim *claim = test->param_value;

	device_plug(test, MQ | BIT_ULL(VIRTIO_NET_F_CTRL_RX), RING);
	fake->config.max_virtqueue_pairs = __cpu_to_virtio16(true, claim->pairs);
	device_up(test);
	KUNIT_EXPECT_FALSE(test, virtio_has_feature(&fake->vdev,
						    VIRTIO_NET_F_MQ));
	KUNIT_EXPECT_EQ(test, 1u, channels_now().max_combined);
	flush_delayed_work(&fake_net(fake)->ctrl.work);
	KUNIT_EXPECT_NOT_NULL(test,
			      fake_command(fake, VIRTIO_NET_CTRL_RX,
					   VIRTIO_NET_CTRL_RX_PROMISC));
	expect_each_alive(test, 1);
}

/* The device says that it has 9 pairs, but find_vqs() finds no more than 4. */
static void pairs_that_are_not_there(struct kunit *test)
{
	fake = fake_plug(test, MQ, RING);
	fake->config.max_virtqueue_pairs = __cpu_to_virtio16(true, 9);
	KUNIT_EXPECT_NE(test, 0, fake_bind(fake));
	KUNIT_EXPECT_NULL(test, fake->vq[0]);
	fake->config.max_virtqueue_pairs = __cpu_to_virtio16(true, 4);
	KUNIT_EXPECT_EQ(test, 0, fake_bind(fake));
}

/* Without the control queue the driver could not tell the device to use several pairs. */
static void pairs_take_the_control_queue(struct kunit *test)
{
	device_start(test, MQ & ~BIT_ULL(VIRTIO_NET_F_CTRL_VQ));
	KUNIT_EXPECT_EQ(test, 1u, channels_now().max_combined);
	KUNIT_EXPECT_EQ(test, -EINVAL, channels_choose(2));
	expect_each_alive(test, 1);
}

/* ---- rings of another length --------------------------------------------------------- */

/* Set the slots of all rings, as ethtool -G does. Return 0 or an errno. */
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

/* A device that is up, with rings of 128 slots and 256 buffers. */
static void large_start(struct kunit *test, u64 features)
{
	net_buffers = 256;
	device_plug(test, features, 128);
	device_up(test);
}

/*
 * Frames that are unread on a ring and packets that are not sent are lost when the rings
 * are replaced; buffers are not.
 */
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
	/* A pair that was not in use gets the new length too. */
	KUNIT_EXPECT_EQ(test, 0, rings_choose(64, 64));
	KUNIT_EXPECT_EQ(test, 0, channels_choose(4));
	KUNIT_EXPECT_EQ(test, 64u, fake_posted(fake, 6));
	expect_each_alive(test, 4);
	link_down();
	KUNIT_EXPECT_EQ(test, 0, rings_choose(128, 64));
	link_up(test);
	expect_each_alive(test, 4);
}

/* Restore sets up rings of the length that was chosen. */
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

/* If that fails, the rings have the device's own length again, and all pairs work. */
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

/* Lengths that are too small, too large or no power of two; and a reset that fails. */
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
	/* A length that failed is not tried again by restore. */
	KUNIT_EXPECT_EQ(test, 0, net_freeze(&fake->vdev));
	KUNIT_EXPECT_EQ(test, 0, net_restore(&fake->vdev));
	expect_rings(test, 128, 128);
	KUNIT_EXPECT_EQ(test, 0, rings_choose(32, 64));
	expect_each_alive(test, 1);
}

/*
 * A packed ring may have a length that is no power of two. To ask for that same length,
 * while something else is changed, is not refused.
 */
static void the_length_they_have_is_good(struct kunit *test)
{
	large_start(test, MERGEABLE);
	fake_pair(fake)->rx_size = 100;
	KUNIT_EXPECT_EQ(test, 0, rings_choose(100, 128));
	KUNIT_EXPECT_EQ(test, -EINVAL, rings_choose(99, 128));
	fake_pair(fake)->rx_size = 128;
	expect_each_alive(test, 1);
}

/* Without VIRTIO_F_RING_RESET rings cannot be replaced. */
static void without_reset_they_stay(struct kunit *test)
{
	large_start(test, MQ);
	KUNIT_EXPECT_EQ(test, -EOPNOTSUPP, rings_choose(32, 64));
	expect_rings(test, 128, 128);
	expect_each_alive(test, 1);
}

/* Whichever allocation fails, the device works afterwards, with the old or new rings. */
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

/* Whichever ring could not be made, a second try replaces those of all pairs. */
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
 * The last lines of a poll may still use the ring after napi_disable() has returned, so
 * the driver must wait for a grace period before a ring goes. Nothing else in these calls
 * waits for one.
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

/* The command holds the frames (0x102) and the microseconds (7), 4 bytes each. */
static void coalescing_is_told(struct kunit *test)
{
	struct ethtool_coalesce now = { };

	device_start(test, MQ | BIT_ULL(VIRTIO_NET_F_NOTF_COAL));
	KUNIT_EXPECT_EQ(test, 0, coalesce_choose(0x102, 7));
	expect_command(test, VIRTIO_NET_CTRL_NOTF_COAL,
		       VIRTIO_NET_CTRL_NOTF_COAL_RX_SET,
		       "\x02\x01\0\0\x07\0\0", 8);
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

// SPDX-License-Identifier: GPL-2.0-only
/*
 * virtio_rss_kunit.c - receive-side scaling with the fake device: what the driver tells
 * the device about the pairs that flows are distributed to.
 */
#include <kunit/test-bug.h>
#include <linux/ethtool.h>
#include <linux/netdevice.h>
#include <linux/unaligned.h>

#include "kunit/virtio_common.h"

#define RSS	(MQ | BIT_ULL(VIRTIO_NET_F_RSS))

/*
 * Bring a device up whose largest key has @key bytes and whose largest table @table
 * entries. It can hash IPv4, TCP and UDP over it (bits 0 to 2), and claims three types
 * that virtio does not define (bits 29 to 31).
 */
static void rss_plug(struct kunit *test, u64 features, u8 key, u16 table)
{
	device_plug(test, features, RING);
	fake->config.rss_max_key_size = key;
	fake->config.rss_max_indirection_table_length = cpu_to_le16(table);
	fake->config.supported_hash_types = cpu_to_le32(0xe0000007);
	device_up(test);
}

/* Do so with a key of 40 bytes and a table of 8 entries, and use @nr pairs. */
static void rss_start(struct kunit *test, unsigned int nr)
{
	rss_plug(test, RSS, 40, 8);
	KUNIT_ASSERT_EQ(test, 0, channels_choose(nr));
}

/* The data of the last RSS_CONFIG command, for a table of 8 entries. */
static const u8 *config_told(struct kunit *test)
{
	const struct fake_command *got;

	got = fake_command(fake, VIRTIO_NET_CTRL_MQ,
			   VIRTIO_NET_CTRL_MQ_RSS_CONFIG);
	KUNIT_ASSERT_NOT_NULL(test, got);
	/*
	 * Bytes: hash types 4, table mask 2, unclassified queue 2, 8 entries of 2,
	 * pairs 2, key length 1, key 40.
	 */
	KUNIT_ASSERT_EQ(test, 4u + 2 + 2 + 16 + 2 + 1 + 40, got->len);
	return got->data;
}

/* Set the table, the key, or both, as ethtool -X does. Return 0 or an errno. */
static int table_choose(const u32 *table, const u8 *key)
{
	return WITH_RTNL(net_rss_set(fake_net(fake), table, key));
}

/*
 * With RSS the number of pairs is set by RSS_CONFIG alone. The table has 8 entries, as in
 * the device, and by default names the pairs in turn; only defined hash types are asked
 * for.
 */
static void one_command_says_all(struct kunit *test)
{
	const u8 *data;
	unsigned int i;

	rss_start(test, 3);
	data = config_told(test);
	KUNIT_EXPECT_EQ(test, 7u, get_unaligned_le32(data));
	KUNIT_EXPECT_EQ(test, 7, (int)get_unaligned_le16(data + 4));
	KUNIT_EXPECT_EQ(test, 0, (int)get_unaligned_le16(data + 6));
	for (i = 0; i < 8; i++)
		KUNIT_EXPECT_EQ(test, i % 3,
				(unsigned int)get_unaligned_le16(data + 8 + 2 * i));
	KUNIT_EXPECT_EQ(test, 3, (int)get_unaligned_le16(data + 24));
	KUNIT_EXPECT_EQ(test, 40, (int)data[26]);
	KUNIT_EXPECT_NULL(test,
			  fake_command(fake, VIRTIO_NET_CTRL_MQ,
				       VIRTIO_NET_CTRL_MQ_VQ_PAIRS_SET));
	KUNIT_EXPECT_EQ(test, 8u, net_rss_table_size(dev));
	KUNIT_EXPECT_EQ(test, 40u, net_rss_key_size(dev));
}

/* A table and a key that the user chooses reach the device, and are read back. */
static void people_choose(struct kunit *test)
{
	static const u32 table[] = { 1, 1, 1, 1, 0, 0, 0, 1 };
	u32 got[8];
	u8 key[40], have[40];
	const u8 *data;
	unsigned int i;

	rss_start(test, 2);
	memset(key, 0x5a, sizeof(key));
	KUNIT_EXPECT_EQ(test, 0, table_choose(table, key));
	data = config_told(test);
	for (i = 0; i < 8; i++)
		KUNIT_EXPECT_EQ(test, table[i],
				(u32)get_unaligned_le16(data + 8 + 2 * i));
	/* The fake device keeps 64 bytes of the data only. */
	KUNIT_EXPECT_EQ(test, 0, memcmp(data + 27, key, 64 - 27));
	net_rss_get(fake_net(fake), got, have);
	KUNIT_EXPECT_EQ(test, 0, memcmp(got, table, sizeof(got)));
	KUNIT_EXPECT_EQ(test, 0, memcmp(have, key, sizeof(have)));
	/* Setting only the key leaves the table as it was. */
	memset(key, 0xa5, sizeof(key));
	KUNIT_EXPECT_EQ(test, 0, table_choose(NULL, key));
	net_rss_get(fake_net(fake), got, NULL);
	KUNIT_EXPECT_EQ(test, 0, memcmp(got, table, sizeof(got)));
}

/* A table with a pair that is not in use, and a device that refuses: nothing changes. */
static void what_cannot_be_chosen(struct kunit *test)
{
	static const u32 beyond[] = { 0, 1, 0, 1, 0, 1, 0, 2 };
	static const u32 table[] = { 1, 1, 1, 1, 1, 1, 1, 1 };
	u32 before[8], got[8];

	rss_start(test, 2);
	net_rss_get(fake_net(fake), before, NULL);
	KUNIT_EXPECT_EQ(test, -EINVAL, table_choose(beyond, NULL));
	fake->answer = FAKE_REFUSES;
	KUNIT_EXPECT_EQ(test, -EIO, table_choose(table, NULL));
	KUNIT_EXPECT_NE(test, 0, channels_choose(3));
	fake->answer = FAKE_TAKES;
	net_rss_get(fake_net(fake), got, NULL);
	KUNIT_EXPECT_EQ(test, 0, memcmp(got, before, sizeof(got)));
}

/* Restore sends the configuration again. */
static void it_is_told_again_after_a_rest(struct kunit *test)
{
	static const u32 table[] = { 1, 0, 1, 0, 1, 0, 1, 0 };
	unsigned int before;

	rss_start(test, 2);
	KUNIT_EXPECT_EQ(test, 0, table_choose(table, NULL));
	before = fake->nr_commands;
	KUNIT_EXPECT_EQ(test, 0, net_freeze(&fake->vdev));
	KUNIT_EXPECT_EQ(test, 0, net_restore(&fake->vdev));
	KUNIT_EXPECT_LT(test, before, fake->nr_commands);
	KUNIT_EXPECT_EQ(test, 2, (int)get_unaligned_le16(config_told(test) +
							 24));
}

static const struct claim {
	const char *desc;
	u64 features;
	u8 key;			/* bytes of the device's longest key */
	u16 table;		/* entries of its longest table */
	unsigned int entries;	/* entries that the driver uses; 0: RSS is off */
} claims[] = {
	{ "a_key_of_39", RSS, 39, 8, 0 },
	{ "no_key", RSS, 0, 8, 0 },
	{ "no_table", RSS, 40, 0, 0 },
	{ "without_mq", RSS & ~BIT_ULL(VIRTIO_NET_F_MQ), 40, 8, 8 },
	{ "without_mq_no_key", RSS & ~BIT_ULL(VIRTIO_NET_F_MQ), 0, 8, 0 },
	{ "without_commands", RSS & ~BIT_ULL(VIRTIO_NET_F_CTRL_VQ), 40, 8, 0 },
	{ "a_longer_key", RSS, 255, 8, 8 },
	{ "an_odd_table", RSS, 40, 100, 64 },
	{ "one_entry", RSS, 40, 1, 1 },
	{ "the_longest_table", RSS, 40, 65535, 128 },
};

KUNIT_ARRAY_PARAM_DESC(claim, claims, desc);

/*
 * A key of less than 40 bytes, or no table, switches RSS off. Of the table a power of two
 * of entries is used, at most 128. By virtio 1.2, 5.1.4, the device has its number of
 * pairs if it offers MQ or RSS.
 */
static void sizes_that_a_device_claims(struct kunit *test)
{
	const struct claim *claim = test->param_value;
	bool has_pairs = claim->features == RSS || claim->entries;

	rss_plug(test, claim->features, claim->key, claim->table);
	KUNIT_EXPECT_EQ(test, claim->entries, net_rss_table_size(dev));
	KUNIT_EXPECT_EQ(test, claim->entries ? 40u : 0u, net_rss_key_size(dev));
	KUNIT_EXPECT_EQ(test, !!claim->entries,
			virtio_has_feature(&fake->vdev, VIRTIO_NET_F_RSS));
	if (!claim->entries)
		KUNIT_EXPECT_EQ(test, -EOPNOTSUPP, table_choose(NULL, NULL));
	KUNIT_EXPECT_EQ(test, has_pairs ? 0 : -EINVAL, channels_choose(2));
}

/*
 * The fields that ethtool shows: addresses (0x30) and ports (0xc0) for what rss_plug()
 * lets the device hash: IPv4, TCP and UDP over IPv4, but not IPv6.
 */
static void what_a_hash_is_made_of(struct kunit *test)
{
	struct pbuf_net *net;

	rss_plug(test, RSS, 40, 8);
	net = fake_net(fake);
	KUNIT_EXPECT_EQ(test, 0xf0u, net_rss_fields(net, TCP_V4_FLOW));
	KUNIT_EXPECT_EQ(test, 0xf0u, net_rss_fields(net, UDP_V4_FLOW));
	KUNIT_EXPECT_EQ(test, 0x30u, net_rss_fields(net, IPV4_FLOW));
	KUNIT_EXPECT_EQ(test, 0u, net_rss_fields(net, TCP_V6_FLOW));
	KUNIT_EXPECT_EQ(test, 0u, net_rss_fields(net, IPV6_FLOW));
	KUNIT_EXPECT_EQ(test, 0u, net_rss_fields(net, SCTP_V4_FLOW));
}

/* Receive enough frames over the second pair that its ring is refilled. */
static void second_pair_serve(struct kunit *test)
{
	unsigned int i;

	fake->rx = 2;
	for (i = 0; i < RING / 2; i++)
		frame_put(test, (struct frame){ .len = 200 });
	fake_interrupt(fake, fake->rx);
	KUNIT_EXPECT_EQ(test, RING, fake_posted(fake, fake->rx));
	fake->rx = FAKE_RX;
}

static const struct telling {
	const char *desc;
	u64 features;
	bool asks;		/* the device wants notifications of the second pair */
	unsigned int others;	/* notifications of each other pair that are expected */
} tellings[] = {
	{ "it_asks", RSS, true, 1 },
	{ "it_does_not", RSS, false, 0 },
	{ "no_table", MQ, true, 0 },
};

KUNIT_ARRAY_PARAM_DESC(telling, tellings, desc);

/*
 * With RSS, when the driver notifies the device of one pair's receive queue, it notifies
 * it of those of the other opened pairs too: of the first and the third (queues 0 and 4;
 * the latter is not in use any more), but not of the fourth, which was never opened.
 */
static void other_queues_are_told(struct kunit *test)
{
	const struct telling *telling = test->param_value;
	unsigned int i;

	rss_plug(test, telling->features, 40, 8);
	KUNIT_ASSERT_EQ(test, 0, channels_choose(3));
	KUNIT_ASSERT_EQ(test, 0, channels_choose(2));
	fake_ask(fake, 2, telling->asks);
	memset(fake->kicked, 0, sizeof(fake->kicked));
	second_pair_serve(test);
	KUNIT_EXPECT_EQ(test, (unsigned int)telling->asks, fake->kicked[2]);
	for (i = 0; i < 8; i++)
		if (i != 2)
			KUNIT_EXPECT_EQ(test, i == 0 || i == 4 ?
					telling->others : 0, fake->kicked[i]);
}

/*
 * Called while a ring of the third pair is being reset: serve the second pair. The first
 * pair is notified then, and the third is not.
 */
static void second_pair_serves(struct fake *fake, unsigned int queue)
{
	struct kunit *test = kunit_get_current_test();

	if (queue / 2 != 2)
		return;
	memset(fake->kicked, 0, sizeof(fake->kicked));
	second_pair_serve(test);
	KUNIT_EXPECT_EQ(test, 1u, fake->kicked[0]);
	KUNIT_EXPECT_EQ(test, 0u, fake->kicked[4]);
}

/* Set the length of all rings while second_pair_serves() is called at each reset. */
static void rings_set_while_served(struct kunit *test, unsigned int rx,
				   unsigned int tx)
{
	fake->at_queue_reset = second_pair_serves;
	KUNIT_EXPECT_EQ(test, 0, WITH_RTNL(net_rings_set(fake_net(fake), rx, tx)));
	fake->at_queue_reset = NULL;
}

/* Use three pairs. The device wants notifications of the second one's receive queue. */
static void three_pairs_open(struct kunit *test)
{
	rss_plug(test, RSS | BIT_ULL(VIRTIO_F_RING_RESET), 40, 8);
	KUNIT_ASSERT_EQ(test, 0, channels_choose(3));
	fake_ask(fake, 2, true);
}

/*
 * Only the transmit ring of the third pair is replaced; its receive ring stays full. The
 * notification of that ring, which was skipped during the reset, is sent afterwards.
 */
static void what_was_left_out_is_told(struct kunit *test)
{
	three_pairs_open(test);
	rings_set_while_served(test, fake->ring[FAKE_RX], RING / 2);
	KUNIT_EXPECT_EQ(test, fake->ring[FAKE_RX], fake_posted(fake, 4));
	KUNIT_EXPECT_EQ(test, 1u, fake->kicked[4]);
}

/* The receive ring of the third pair is replaced: no notification while it is reset. */
static void a_queue_being_reset_is_not_told(struct kunit *test)
{
	int i;

	three_pairs_open(test);
	fake_ask(fake, 4, true);
	rings_set_while_served(test, RING / 2, fake->ring[FAKE_TX]);
	KUNIT_EXPECT_EQ(test, 0u, fake->under_reset);
	/* The new ring is notified, because buffers were posted on it. */
	KUNIT_EXPECT_LT(test, 0u, fake->kicked[4]);
	KUNIT_EXPECT_EQ(test, RING / 2, fake_posted(fake, 4));
	/* From then on it is notified with the other pairs again. */
	memset(fake->kicked, 0, sizeof(fake->kicked));
	fake_ask(fake, 2, true);
	fake->rx = 2;
	for (i = 0; i < RING / 4; i++)
		frame_put(test, (struct frame){ .len = 200 });
	fake_interrupt(fake, fake->rx);
	fake->rx = FAKE_RX;
	KUNIT_EXPECT_EQ(test, 1u, fake->kicked[4]);
}

static struct kunit_case virtio_rss_cases[] = {
	KUNIT_CASE(one_command_says_all),
	KUNIT_CASE(people_choose),
	KUNIT_CASE(what_cannot_be_chosen),
	KUNIT_CASE(it_is_told_again_after_a_rest),
	KUNIT_CASE_PARAM(sizes_that_a_device_claims, claim_gen_params),
	KUNIT_CASE(what_a_hash_is_made_of),
	KUNIT_CASE_PARAM(other_queues_are_told, telling_gen_params),
	KUNIT_CASE(what_was_left_out_is_told),
	KUNIT_CASE(a_queue_being_reset_is_not_told),
	{}
};

VIRTIO_SUITE(virtio_rss);

// SPDX-License-Identifier: GPL-2.0-only
/*
 * virtio_rss_kunit.c - which pair a flow's frames come over, as the device is told.
 */
#include <kunit/test-bug.h>
#include <linux/ethtool.h>
#include <linux/netdevice.h>
#include <linux/unaligned.h>

#include "kunit/virtio_common.h"

#define RSS	(MQ | BIT_ULL(VIRTIO_NET_F_RSS))

/* All that virtio has names for, and three bits that it has not. */
static void rss_plug(struct kunit *test, u64 features, u8 key, u16 table)
{
	device_plug(test, features, RING);
	fake->config.rss_max_key_size = key;
	fake->config.rss_max_indirection_table_length = cpu_to_le16(table);
	fake->config.supported_hash_types = cpu_to_le32(0xe0000007);
	device_up(test);
}

static const u8 *config_told(struct kunit *test)
{
	const struct fake_command *got;

	got = fake_command(fake, VIRTIO_NET_CTRL_MQ,
			   VIRTIO_NET_CTRL_MQ_RSS_CONFIG);
	KUNIT_ASSERT_NOT_NULL(test, got);
	/* types 4, mask 2, other 2, 8 entries, pairs 2, length 1, key 40 */
	KUNIT_ASSERT_EQ(test, 4u + 2 + 2 + 16 + 2 + 1 + 40, got->len);
	return got->data;
}

static int table_choose(const u32 *table, const u8 *key)
{
	return WITH_RTNL(net_rss_set(fake_net(fake), table, key));
}

/* One command says all; the table has as many entries as the device. */
static void one_command_says_all(struct kunit *test)
{
	const u8 *data;
	unsigned int i;

	rss_plug(test, RSS, 40, 8);
	KUNIT_ASSERT_EQ(test, 0, channels_choose(3));
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

static void people_choose(struct kunit *test)
{
	static const u32 table[] = { 1, 1, 1, 1, 0, 0, 0, 1 };
	u32 got[8];
	u8 key[40], have[40];
	const u8 *data;
	unsigned int i;

	rss_plug(test, RSS, 40, 8);
	KUNIT_ASSERT_EQ(test, 0, channels_choose(2));
	memset(key, 0x5a, sizeof(key));
	KUNIT_EXPECT_EQ(test, 0, table_choose(table, key));
	data = config_told(test);
	for (i = 0; i < 8; i++)
		KUNIT_EXPECT_EQ(test, table[i],
				(u32)get_unaligned_le16(data + 8 + 2 * i));
	/* What a fake keeps of it. */
	KUNIT_EXPECT_EQ(test, 0, memcmp(data + 27, key, 64 - 27));
	net_rss_get(fake_net(fake), got, have);
	KUNIT_EXPECT_EQ(test, 0, memcmp(got, table, sizeof(got)));
	KUNIT_EXPECT_EQ(test, 0, memcmp(have, key, sizeof(have)));
	/* A half of it stays. */
	memset(key, 0xa5, sizeof(key));
	KUNIT_EXPECT_EQ(test, 0, table_choose(NULL, key));
	net_rss_get(fake_net(fake), got, NULL);
	KUNIT_EXPECT_EQ(test, 0, memcmp(got, table, sizeof(got)));
}

/* A pair that is not in use; a device that refuses: all is as before. */
static void what_cannot_be_chosen(struct kunit *test)
{
	static const u32 beyond[] = { 0, 1, 0, 1, 0, 1, 0, 2 };
	static const u32 table[] = { 1, 1, 1, 1, 1, 1, 1, 1 };
	u32 before[8], got[8];

	rss_plug(test, RSS, 40, 8);
	KUNIT_ASSERT_EQ(test, 0, channels_choose(2));
	net_rss_get(fake_net(fake), before, NULL);
	KUNIT_EXPECT_EQ(test, -EINVAL, table_choose(beyond, NULL));
	fake->answer = FAKE_REFUSES;
	KUNIT_EXPECT_EQ(test, -EIO, table_choose(table, NULL));
	KUNIT_EXPECT_NE(test, 0, channels_choose(3));
	fake->answer = FAKE_TAKES;
	net_rss_get(fake_net(fake), got, NULL);
	KUNIT_EXPECT_EQ(test, 0, memcmp(got, before, sizeof(got)));
}

static void it_is_told_again_after_a_rest(struct kunit *test)
{
	static const u32 table[] = { 1, 0, 1, 0, 1, 0, 1, 0 };
	unsigned int before;

	rss_plug(test, RSS, 40, 8);
	KUNIT_ASSERT_EQ(test, 0, channels_choose(2));
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
	u8 key;
	u16 table;
	unsigned int entries;
} claims[] = {
	{ "a_key_of_39", RSS, 39, 8, 0 },
	{ "no_key", RSS, 0, 8, 0 },
	{ "no_table", RSS, 40, 0, 0 },
	{ "without_pairs", RSS & ~BIT_ULL(VIRTIO_NET_F_MQ), 40, 8, 0 },
	{ "without_commands", RSS & ~BIT_ULL(VIRTIO_NET_F_CTRL_VQ), 40, 8, 0 },
	{ "a_longer_key", RSS, 255, 8, 8 },
	{ "an_odd_table", RSS, 40, 100, 64 },
	{ "one_entry", RSS, 40, 1, 1 },
	{ "the_longest_table", RSS, 40, 65535, 128 },
};

KUNIT_ARRAY_PARAM_DESC(claim, claims, desc);

static void sizes_that_a_device_claims(struct kunit *test)
{
	const struct claim *claim = test->param_value;
	bool has_pairs = claim->features == RSS;

	rss_plug(test, claim->features, claim->key, claim->table);
	KUNIT_EXPECT_EQ(test, claim->entries, net_rss_table_size(dev));
	KUNIT_EXPECT_EQ(test, claim->entries ? 40u : 0u, net_rss_key_size(dev));
	KUNIT_EXPECT_EQ(test, !!claim->entries,
			virtio_has_feature(&fake->vdev, VIRTIO_NET_F_RSS));
	if (!claim->entries)
		KUNIT_EXPECT_EQ(test, -EOPNOTSUPP, table_choose(NULL, NULL));
	KUNIT_EXPECT_EQ(test, has_pairs ? 0 : -EINVAL, channels_choose(2));
}

/* IPv4 (bit 0), its TCP and UDP (1, 2), as rss_plug() says; no IPv6. */
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

/* So many frames over the second pair that its ring is filled anew. */
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
	bool asks;
	unsigned int others;
} tellings[] = {
	{ "it_asks", RSS, true, 1 },
	{ "it_does_not", RSS, false, 0 },
	{ "no_table", MQ, true, 0 },
};

KUNIT_ARRAY_PARAM_DESC(telling, tellings, desc);

/* Of three pairs that were in use one is not any more, and a fourth never was. */
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

/* While a ring of the third pair is not there, the second one's is filled. */
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

/* All rings become so long; meanwhile the second pair serves. */
static void rings_set_while_served(struct kunit *test, unsigned int rx,
				   unsigned int tx)
{
	fake->at_queue_reset = second_pair_serves;
	KUNIT_EXPECT_EQ(test, 0, WITH_RTNL(net_rings_set(fake_net(fake), rx, tx)));
	fake->at_queue_reset = NULL;
}

static void three_pairs_open(struct kunit *test)
{
	rss_plug(test, RSS | BIT_ULL(VIRTIO_F_RING_RESET), 40, 8);
	KUNIT_ASSERT_EQ(test, 0, channels_choose(3));
	fake_ask(fake, 2, true);
}

/* Its ring for receiving stays, full, and the device has not asked for it. */
static void what_was_left_out_is_told(struct kunit *test)
{
	three_pairs_open(test);
	rings_set_while_served(test, fake->ring[FAKE_RX], RING / 2);
	KUNIT_EXPECT_EQ(test, fake->ring[FAKE_RX], fake_posted(fake, 4));
	KUNIT_EXPECT_EQ(test, 1u, fake->kicked[4]);
}

static void a_queue_being_reset_is_not_told(struct kunit *test)
{
	int i;

	three_pairs_open(test);
	fake_ask(fake, 4, true);
	rings_set_while_served(test, RING / 2, fake->ring[FAKE_TX]);
	KUNIT_EXPECT_EQ(test, 0u, fake->under_reset);
	/* Of its new ring it is told, since that has buffers. */
	KUNIT_EXPECT_LT(test, 0u, fake->kicked[4]);
	KUNIT_EXPECT_EQ(test, RING / 2, fake_posted(fake, 4));
	/* And again of the others'. */
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

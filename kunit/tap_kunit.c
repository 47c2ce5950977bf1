// SPDX-License-Identifier: GPL-2.0-only
/*
 * tap_kunit.c - packets of a tapped device pass through chains unharmed. The
 * device is the fake one; what is tapped does not know whose sk_buffs come.
 */
#include <linux/etherdevice.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>

#include "kunit/virtio_common.h"
#include "net/tap.h"

static struct tap seen;		/* counters of the only tap */
static unsigned int nr_taps;

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

static void tapped_start(struct kunit *test)
{
	const char *why;

	device_start(test, MERGEABLE);
	KUNIT_ASSERT_EQ(test, 0, net_tap_add(dev->name, &why));
}

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
	expect_all_there(test);
}

/* Who listens to all packets has a clone of each. */
static int listen(struct sk_buff *skb, struct net_device *in,
		  struct packet_type *type, struct net_device *orig)
{
	skb_queue_tail(type->af_packet_priv, skb);
	return 0;
}

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
	expect_all_there(test);
}

/* From a driver without NAPI: failures are for tasks, not for softirqs. */
static void packet_receive(struct kunit *test, unsigned int fail_nth)
{
	static const struct shape packet = { "packet", 60, 2, 700 };
	struct sk_buff *skb = skb_make(test, &packet);

	skb->dev = dev;
	skb_reset_mac_header(skb);
	__skb_pull(skb, ETH_HLEN);
	skb->protocol = htons(PROTOCOL);
	fail_nth_set(test, fail_nth);
	local_bh_disable();
	netif_receive_skb(skb);
	local_bh_enable();
	fail_nth_set(test, 0);
}

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
		KUNIT_EXPECT_NOT_NULL(test,
				      strchr(debugfs_get(test,
							 "rtalloc/net/last_error"),
					     '\n'));
	}
}

static void its_file_adds_and_removes(struct kunit *test)
{
	char line[40], want[60], *text;

	device_start(test, MERGEABLE);
	snprintf(line, sizeof(line), "add %s\n", dev->name);
	KUNIT_EXPECT_EQ(test, (ssize_t)strlen(line),
			debugfs_put(test, "rtalloc/net/tap", line));
	expect_alive(test);
	text = debugfs_get(test, "rtalloc/net/tap");
	snprintf(want, sizeof(want), "\n%s 1 1 0 0 0 0\n", dev->name);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, want));
	snprintf(line, sizeof(line), "remove %s", dev->name);
	KUNIT_EXPECT_EQ(test, (ssize_t)strlen(line),
			debugfs_put(test, "rtalloc/net/tap", line));
	taps_look();
	KUNIT_EXPECT_EQ(test, 0u, nr_taps);
}

static struct kunit_case tap_cases[] = {
	KUNIT_CASE(packets_pass_unharmed),
	KUNIT_CASE(others_listen_as_well),
	KUNIT_CASE(without_memory_packets_go_on),
	KUNIT_CASE(only_once_and_only_what_is_there),
	KUNIT_CASE(it_goes_with_its_device),
	KUNIT_CASE(lines_without_sense_are_refused),
	KUNIT_CASE(its_file_adds_and_removes),
	{}
};

static struct kunit_suite tap_suite = {
	.name = "rtalloc_tap",
	.init = virtio_start,
	.exit = virtio_end,
	.test_cases = tap_cases,
};

kunit_test_suite(tap_suite);

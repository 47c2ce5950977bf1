// SPDX-License-Identifier: GPL-2.0-only
/*
 * virtio_ctrl_kunit.c - the control queue with the fake device: which commands the driver
 * sends, and a device that refuses, breaks the rules or never answers.
 */
#include <linux/etherdevice.h>
#include <linux/ethtool.h>
#include <linux/netdevice.h>
#include <linux/virtio_config.h>

#include "kunit/virtio_common.h"
#include "kunit/wait.h"

#define MAC	(CTRL | BIT_ULL(VIRTIO_NET_F_CTRL_MAC_ADDR))
#define FILTER	(CTRL | BIT_ULL(VIRTIO_NET_F_CTRL_RX))
#define VLANS	(CTRL | BIT_ULL(VIRTIO_NET_F_CTRL_VLAN))
#define COALESCING	(CTRL | BIT_ULL(VIRTIO_NET_F_NOTF_COAL))

static bool had_buffer;		/* the driver had its buffer when the device answered late */
static unsigned int nr_late;	/* commands that were sent during a reset */

/* Set the MAC address, as ip link does. Return 0 or an errno. */
static int address_choose(const char *address)
{
	struct sockaddr_storage to = { .ss_family = ARPHRD_ETHER };

	memcpy(((struct sockaddr *)&to)->sa_data, address, ETH_ALEN);
	return WITH_RTNL(dev->netdev_ops->ndo_set_mac_address(dev, &to));
}

static void expect_address_told(struct kunit *test, const void *address)
{
	expect_command(test, VIRTIO_NET_CTRL_MAC, VIRTIO_NET_CTRL_MAC_ADDR_SET,
		       address, ETH_ALEN);
}

/* How many commands have come. */
static unsigned int commands(void)
{
	return READ_ONCE(fake->nr_commands);
}

/* ---- the MAC address ------------------------------------------------------------ */

static void the_address_is_told(struct kunit *test)
{
	device_start(test, MERGEABLE | MAC);
	KUNIT_EXPECT_EQ(test, 0, address_choose("\x02\0\0\0\0\x77"));
	expect_address_told(test, "\x02\0\0\0\0\x77");
	KUNIT_EXPECT_MEMEQ(test, dev->dev_addr, "\x02\0\0\0\0\x77", 6);
	expect_alive(test);
	/* A multicast address is invalid; the device is not asked. */
	KUNIT_EXPECT_NE(test, 0, address_choose("\x03\0\0\0\0\x77"));
	KUNIT_EXPECT_EQ(test, 1u, commands());
}

static void a_refused_address_is_not_taken(struct kunit *test)
{
	device_start(test, MERGEABLE | MAC);
	fake->answer = FAKE_REFUSES;
	KUNIT_EXPECT_EQ(test, -EIO, address_choose("\x02\0\0\0\0\x77"));
	KUNIT_EXPECT_MEMEQ(test, dev->dev_addr, "\x02\0\0\0\0\x01", 6);
}

/* A device without an address is told the random one that the driver chose. */
static void an_address_made_up_is_told(struct kunit *test)
{
	fake = fake_plug(test, MERGEABLE | MAC, RING);
	device_bind(test);
	KUNIT_EXPECT_TRUE(test, is_valid_ether_addr(dev->dev_addr));
	expect_address_told(test, dev->dev_addr);
}

/* A device whose address is a multicast address, or all zeros, is told a random one, too. */
static void what_is_no_address_is_replaced(struct kunit *test)
{
	device_plug(test, MERGEABLE | MAC, RING);
	fake->config.mac[0] = 0x03;
	device_bind(test);
	KUNIT_EXPECT_TRUE(test, is_valid_ether_addr(dev->dev_addr));
	fake_unbind(fake);
	memset(fake->config.mac, 0, ETH_ALEN);
	device_bind(test);
	KUNIT_EXPECT_TRUE(test, is_valid_ether_addr(dev->dev_addr));
	expect_address_told(test, dev->dev_addr);
}

/* ---- which frames are wanted ---------------------------------------------------- */

/* Wait for the work that tells the device which frames are wanted. */
static void rx_mode_end(void)
{
	flush_delayed_work(&fake_net(fake)->ctrl.work);
}

/* Expect the last command @cmd of class RX to have said @on. */
static void expect_mode(struct kunit *test, u8 cmd, u8 on)
{
	rx_mode_end();
	expect_command(test, VIRTIO_NET_CTRL_RX, cmd, &on, 1);
}

static void promiscuous_is_told(struct kunit *test)
{
	device_start(test, MERGEABLE | FILTER);
	expect_mode(test, VIRTIO_NET_CTRL_RX_PROMISC, 0);
	expect_mode(test, VIRTIO_NET_CTRL_RX_ALLMULTI, 0);
	rtnl_lock();
	dev_set_promiscuity(dev, 1);
	dev_set_allmulti(dev, 1);
	rtnl_unlock();
	expect_mode(test, VIRTIO_NET_CTRL_RX_PROMISC, 1);
	expect_mode(test, VIRTIO_NET_CTRL_RX_ALLMULTI, 1);
	rtnl_lock();
	dev_set_promiscuity(dev, -1);
	dev_set_allmulti(dev, -1);
	rtnl_unlock();
	expect_mode(test, VIRTIO_NET_CTRL_RX_PROMISC, 0);
	expect_mode(test, VIRTIO_NET_CTRL_RX_ALLMULTI, 0);
}

/*
 * The table of one additional unicast address and two multicast addresses: each list is
 * a count of 4 bytes and its addresses.
 */
static void addresses_are_told(struct kunit *test)
{
	static const u8 table[] = {
		1, 0, 0, 0, 0x02, 0, 0, 0, 0, 0x55,
		2, 0, 0, 0, 0x01, 0, 0x5e, 0, 0, 0x11, 0x01, 0, 0x5e, 0, 0, 0x12,
	};

	device_start(test, MERGEABLE | FILTER);
	dev_uc_add(dev, table + 4);
	/* Remove the groups that the network has joined by itself. */
	dev_mc_flush(dev);
	dev_mc_add(dev, table + 14);
	dev_mc_add(dev, table + 20);
	rx_mode_end();
	expect_command(test, VIRTIO_NET_CTRL_MAC, VIRTIO_NET_CTRL_MAC_TABLE_SET,
		       table, sizeof(table));
	expect_mode(test, VIRTIO_NET_CTRL_RX_PROMISC, 0);
	dev_mc_flush(dev);
	dev_uc_del(dev, table + 4);
	rx_mode_end();
	expect_command(test, VIRTIO_NET_CTRL_MAC, VIRTIO_NET_CTRL_MAC_TABLE_SET,
		       "\0\0\0\0\0\0\0", 8);
}

/*
 * The driver's buffer has 1536 bytes for each kind: (1536 - 4) / 6 = 255 addresses. With
 * one more, promiscuous or allmulti is used in place of the table.
 */
static void too_many_addresses_are_all(struct kunit *test)
{
	u8 address[ETH_ALEN] = { 0x02, 1 };
	unsigned int i;

	device_start(test, MERGEABLE | FILTER);
	for (i = 0; i < 255; i++) {
		address[5] = i;
		dev_uc_add(dev, address);
	}
	expect_mode(test, VIRTIO_NET_CTRL_RX_PROMISC, 0);
	KUNIT_EXPECT_EQ(test, 4u + 255 * 6 + 4,
			fake_command(fake, VIRTIO_NET_CTRL_MAC,
				     VIRTIO_NET_CTRL_MAC_TABLE_SET)->len);
	address[4] = 1;
	dev_uc_add(dev, address);
	expect_mode(test, VIRTIO_NET_CTRL_RX_PROMISC, 1);
	address[0] = 0x01;
	for (i = 0; i < 256; i++) {
		address[5] = i;
		dev_mc_add(dev, address);
	}
	expect_mode(test, VIRTIO_NET_CTRL_RX_ALLMULTI, 1);
	dev_mc_flush(dev);
	dev_uc_flush(dev);
	/* A flush does not call the driver's ndo_set_rx_mode, but these two calls do. */
	address[0] = 0x02;
	dev_uc_add(dev, address);
	dev_uc_del(dev, address);
	expect_mode(test, VIRTIO_NET_CTRL_RX_PROMISC, 0);
	expect_mode(test, VIRTIO_NET_CTRL_RX_ALLMULTI, 0);
}

/* If the device refuses the table, promiscuous is used, so that no frame is missed. */
static void without_a_table_all_is_wanted(struct kunit *test)
{
	device_start(test, MERGEABLE | FILTER);
	rx_mode_end();
	fake->refused = VIRTIO_NET_CTRL_MAC;
	dev_uc_add(dev, "\x02\0\0\0\0\x55");
	expect_mode(test, VIRTIO_NET_CTRL_RX_PROMISC, 1);
	expect_alive(test);
	dev_uc_flush(dev);
}

/* A device that refuses promiscuous mode is still told of allmulti. */
static void a_refused_flag_costs_no_other(struct kunit *test)
{
	device_start(test, MERGEABLE | FILTER);
	rx_mode_end();
	fake->refused = VIRTIO_NET_CTRL_RX;
	fake->refused_cmd = VIRTIO_NET_CTRL_RX_PROMISC;
	fake->nr_commands = 0;
	KUNIT_EXPECT_EQ(test, 0, WITH_RTNL(dev_set_allmulti(dev, 1)));
	expect_mode(test, VIRTIO_NET_CTRL_RX_ALLMULTI, 1);
	KUNIT_EXPECT_EQ(test, 0, WITH_RTNL(dev_set_allmulti(dev, -1)));
}

/* ---- VLANs, announcing, offloads --------------------------------------------------- */

#define VLAN_DO(what, vid)						\
	WITH_RTNL(dev->netdev_ops->ndo_vlan_rx_##what##_vid(dev, htons(ETH_P_8021Q), vid))

static void expect_vlan_told(struct kunit *test, u8 cmd, const void *vid)
{
	expect_command(test, VIRTIO_NET_CTRL_VLAN, cmd, vid, 2);
}

static void vlans_are_told(struct kunit *test)
{
	device_start(test, MERGEABLE | VLANS);
	KUNIT_EXPECT_TRUE(test, dev->features & NETIF_F_HW_VLAN_CTAG_FILTER);
	KUNIT_EXPECT_EQ(test, 0, VLAN_DO(add, 0x123));
	expect_vlan_told(test, VIRTIO_NET_CTRL_VLAN_ADD, "\x23\x01");
	KUNIT_EXPECT_EQ(test, 0, VLAN_DO(kill, 0x123));
	expect_vlan_told(test, VIRTIO_NET_CTRL_VLAN_DEL, "\x23\x01");
	fake->answer = FAKE_REFUSES;
	KUNIT_EXPECT_EQ(test, -EIO, VLAN_DO(add, 5));
}

/*
 * VIRTIO_NET_S_ANNOUNCE asks the driver to announce its address, as after a migration.
 * The driver acknowledges that once.
 */
static void moving_is_announced_once(struct kunit *test)
{
	device_start(test, MERGEABLE | CTRL | BIT_ULL(VIRTIO_NET_F_STATUS) |
			   BIT_ULL(VIRTIO_NET_F_GUEST_ANNOUNCE));
	fake_config_set(fake, VIRTIO_NET_S_LINK_UP);
	KUNIT_EXPECT_EQ(test, 0u, commands());
	fake_config_set(fake, VIRTIO_NET_S_LINK_UP | VIRTIO_NET_S_ANNOUNCE);
	expect_command(test, VIRTIO_NET_CTRL_ANNOUNCE,
		       VIRTIO_NET_CTRL_ANNOUNCE_ACK, "", 0);
	KUNIT_EXPECT_EQ(test, 1u, commands());
	KUNIT_EXPECT_TRUE(test, netif_carrier_ok(dev));
}

/* Switch rx-gro-hw, as ethtool -K does. */
static void merging_choose(bool on)
{
	rtnl_lock();
	if (on)
		dev->wanted_features |= NETIF_F_GRO_HW;
	else
		dev->wanted_features &= ~NETIF_F_GRO_HW;
	netdev_update_features(dev);
	rtnl_unlock();
}

static void merging_is_switched(struct kunit *test)
{
	device_start(test, MERGING | OFFLOADS);
	KUNIT_EXPECT_TRUE(test, dev->features & NETIF_F_GRO_HW);
	merging_choose(false);
	KUNIT_EXPECT_FALSE(test, dev->features & NETIF_F_GRO_HW);
	expect_offloads(test, CSUM);
	expect_alive(test);
	merging_choose(true);
	KUNIT_EXPECT_TRUE(test, dev->features & NETIF_F_GRO_HW);
	expect_offloads(test, CSUM | TSO4);
	fake->answer = FAKE_REFUSES;
	merging_choose(false);
	KUNIT_EXPECT_TRUE(test, dev->features & NETIF_F_GRO_HW);
}

/* ---- a device that does not answer, or breaks the rules ---------------------------- */

/*
 * The driver waits for net_ctrl_patience, once. As long as that command is unanswered,
 * further commands fail at once. A late answer makes the control queue usable again.
 */
static void a_silent_device_is_left_alone(struct kunit *test)
{
	unsigned long before;

	device_start(test, MERGEABLE | MAC | FILTER);
	rx_mode_end();
	net_ctrl_patience = HZ / 5;
	fake->answer = FAKE_IS_SILENT;
	before = jiffies;
	KUNIT_EXPECT_EQ(test, -ETIMEDOUT, address_choose("\x02\0\0\0\0\x77"));
	KUNIT_EXPECT_GE(test, jiffies - before, HZ / 5);
	/* With a wait of 10 minutes this test would time out. */
	net_ctrl_patience = 600 * HZ;
	KUNIT_EXPECT_EQ(test, -ETIMEDOUT, address_choose("\x02\0\0\0\0\x78"));
	KUNIT_EXPECT_EQ(test, 1u, fake_posted(fake, 2));
	dev_uc_add(dev, "\x02\0\0\0\0\x55");
	rx_mode_end();
	expect_alive(test);
	KUNIT_EXPECT_MEMEQ(test, dev->dev_addr, "\x02\0\0\0\0\x01", 6);
	/* Now the answer comes. */
	fake->answer = FAKE_TAKES;
	fake_commands_serve(fake);
	KUNIT_EXPECT_EQ(test, 0, address_choose("\x02\0\0\0\0\x79"));
	expect_address_told(test, "\x02\0\0\0\0\x79");
	dev_uc_flush(dev);
}

/* Start a device that does not answer in time when it gets a new address. */
static void address_is_late(struct kunit *test, u64 features)
{
	device_start(test, features);
	rx_mode_end();
	net_ctrl_patience = 1;
	fake->answer = FAKE_IS_SILENT;
	KUNIT_EXPECT_EQ(test, -ETIMEDOUT, address_choose("\x02\0\0\0\0\x77"));
}

/*
 * Let the device answer the late command. Expect that one and @nr - 1 more, the last of
 * which are for filters, although no filter changes meanwhile.
 */
static void expect_filters_told(struct kunit *test, u8 promiscuous,
				unsigned int nr)
{
	rx_mode_end();
	fake_late_answer(fake, FAKE_TAKES);
	AWAIT(commands() >= nr);
	expect_mode(test, VIRTIO_NET_CTRL_RX_PROMISC, promiscuous);
	KUNIT_EXPECT_EQ(test, nr, commands());
	expect_alive(test);
}

static void filters_are_told_when_it_answers(struct kunit *test)
{
	address_is_late(test, MERGEABLE | MAC | FILTER);
	/* The late address, the old one again, tables, promiscuous, all multicast: 5. */
	KUNIT_EXPECT_EQ(test, 0, WITH_RTNL(dev_set_promiscuity(dev, 1)));
	expect_filters_told(test, 1, 5);
	/* The late tables, promiscuous, all multicast: 3. */
	fake->answer = FAKE_IS_SILENT;
	KUNIT_EXPECT_EQ(test, 0, WITH_RTNL(dev_set_promiscuity(dev, -1)));
	expect_filters_told(test, 0, 3);
}

/* The caller got an error, so what the device does late is undone: one command each. */
static void what_was_late_is_taken_back(struct kunit *test)
{
	device_start(test, MQ | MAC);
	KUNIT_EXPECT_EQ(test, 0, channels_choose(3));
	net_ctrl_patience = 1;
	fake->answer = FAKE_IS_SILENT;
	KUNIT_EXPECT_EQ(test, -ETIMEDOUT, address_choose("\x02\0\0\0\0\x77"));
	fake_late_answer(fake, FAKE_TAKES);
	expect_address_told(test, "\x02\0\0\0\0\x77");
	AWAIT(commands() >= 2);
	rx_mode_end();
	expect_address_told(test, "\x02\0\0\0\0\x01");
	KUNIT_EXPECT_EQ(test, 2u, commands());
	fake->answer = FAKE_IS_SILENT;
	KUNIT_EXPECT_EQ(test, -ETIMEDOUT, channels_choose(2));
	fake_late_answer(fake, FAKE_TAKES);
	AWAIT(commands() >= 2);
	rx_mode_end();
	expect_command(test, VIRTIO_NET_CTRL_MQ,
		       VIRTIO_NET_CTRL_MQ_VQ_PAIRS_SET, "\x03\0", 2);
	KUNIT_EXPECT_EQ(test, 2u, commands());
	expect_alive(test);
}

/* The second time the device is late with the right value, so the driver leaves it alone. */
static void a_device_that_is_always_late_is_left_alone(struct kunit *test)
{
	struct net_ctrl *ctrl;

	address_is_late(test, MERGEABLE | MAC);
	ctrl = &fake_net(fake)->ctrl;
	fake_late_answer(fake, FAKE_IS_SILENT);
	rx_mode_end();
	KUNIT_EXPECT_EQ(test, 1u, fake_posted(fake, 2));
	KUNIT_EXPECT_EQ(test, 0, atomic_read(&ctrl->pending));
	KUNIT_EXPECT_FALSE(test, delayed_work_pending(&ctrl->work));
	fake_late_answer(fake, FAKE_TAKES);
	expect_address_told(test, "\x02\0\0\0\0\x01");
	KUNIT_EXPECT_EQ(test, 1u, commands());
	expect_alive(test);
}

/* Four commands while the RTNL is held: the late one and three for filters. */
static void filters_do_not_wait_for_the_rtnl(struct kunit *test)
{
	address_is_late(test, MERGEABLE | MAC | FILTER);
	rtnl_lock();
	fake_late_answer(fake, FAKE_TAKES);
	KUNIT_EXPECT_EQ(test, 0, dev_set_promiscuity(dev, 1));
	expect_mode(test, VIRTIO_NET_CTRL_RX_PROMISC, 1);
	KUNIT_EXPECT_EQ(test, 4u, commands());
	expect_address_told(test, "\x02\0\0\0\0\x77");
	rtnl_unlock();
	AWAIT(commands() >= 5);
	rx_mode_end();
	expect_address_told(test, "\x02\0\0\0\0\x01");
	KUNIT_EXPECT_EQ(test, 0, WITH_RTNL(dev_set_promiscuity(dev, -1)));
	expect_alive(test);
}

/*
 * A device that is silent while it resumes gets its settings when it answers: the late
 * address, the address once more, tables, promiscuous, all multicast.
 */
static void a_silent_resume_is_made_up_for(struct kunit *test)
{
	device_start(test, MERGEABLE | MAC | FILTER);
	rx_mode_end();
	net_ctrl_patience = 1;
	KUNIT_EXPECT_EQ(test, 0, net_freeze(&fake->vdev));
	fake->answer = FAKE_IS_SILENT;
	KUNIT_EXPECT_EQ(test, 0, net_restore(&fake->vdev));
	rx_mode_end();
	fake_late_answer(fake, FAKE_TAKES);
	AWAIT(commands() >= 5);
	rx_mode_end();
	KUNIT_EXPECT_EQ(test, 5u, commands());
	expect_alive(test);
}

/*
 * The device is late when it resumes, and with each command of the work. VLAN 1, with which it
 * was late first, is told once more, and each of the others once. A late VLAN is taken back.
 */
static void each_vlan_is_told_however_late(struct kunit *test)
{
	const u8 vid[][2] = { { 1 }, { 1 }, { 2 }, { 3 } };
	unsigned int i;

	device_start(test, MERGEABLE | VLANS);
	for (i = 1; i <= 3; i++)
		KUNIT_EXPECT_EQ(test, 0, VLAN_DO(add, i));
	net_ctrl_patience = 1;
	KUNIT_EXPECT_EQ(test, 0, net_freeze(&fake->vdev));
	fake->answer = FAKE_IS_SILENT;
	KUNIT_EXPECT_EQ(test, 0, net_restore(&fake->vdev));
	for (i = 0; i < ARRAY_SIZE(vid); i++) {
		KUNIT_EXPECT_EQ(test, 1u, fake_posted(fake, 2));
		fake_late_answer(fake, FAKE_IS_SILENT);
		expect_vlan_told(test, VIRTIO_NET_CTRL_VLAN_ADD, vid[i]);
		rx_mode_end();
	}
	KUNIT_EXPECT_EQ(test, 0u, fake_posted(fake, 2));
	KUNIT_EXPECT_EQ(test, -ETIMEDOUT, VLAN_DO(add, 4));
	fake_late_answer(fake, FAKE_TAKES);
	rx_mode_end();
	expect_vlan_told(test, VIRTIO_NET_CTRL_VLAN_DEL, "\x04");
}

/* While the answer to another command is missing, a VLAN is dropped. The device is told later. */
static void a_vlan_behind_a_late_command(struct kunit *test)
{
	device_start(test, MERGEABLE | MAC | VLANS);
	KUNIT_EXPECT_EQ(test, 0, VLAN_DO(add, 5));
	net_ctrl_patience = 1;
	fake->answer = FAKE_IS_SILENT;
	KUNIT_EXPECT_EQ(test, -ETIMEDOUT, address_choose("\x02\0\0\0\0\x77"));
	KUNIT_EXPECT_EQ(test, -ETIMEDOUT, VLAN_DO(kill, 5));
	fake_late_answer(fake, FAKE_TAKES);
	rx_mode_end();
	expect_vlan_told(test, VIRTIO_NET_CTRL_VLAN_DEL, "\x05");
}

/* Unbinding does not wait for the answer. */
static void a_silent_device_goes(struct kunit *test)
{
	address_is_late(test, MERGEABLE | MAC | FILTER);
	fake_unbind(fake);
	fake->answer = FAKE_TAKES;
	device_up(test);
	KUNIT_EXPECT_EQ(test, 0, address_choose("\x02\0\0\0\0\x77"));
}

/* Called while the device is reset: it writes its answer into the driver's buffer. */
static void late_answer(struct fake *device)
{
	had_buffer = fake_net(device)->ctrl.buffer;
	device->answer = FAKE_TAKES;
	if (had_buffer)
		fake_commands_serve(device);
}

/* The driver must not free the command's buffer before the reset has ended. */
static void it_answers_when_it_goes(struct kunit *test)
{
	address_is_late(test, MERGEABLE | MAC);
	KUNIT_EXPECT_EQ(test, 1u, fake_posted(fake, 2));
	had_buffer = false;
	fake->at_reset = late_answer;
	fake_unbind(fake);
	fake->at_reset = NULL;
	KUNIT_EXPECT_TRUE(test, had_buffer);
	expect_address_told(test, "\x02\0\0\0\0\x77");
}

/* The driver binds to a device that does not answer any command. */
static void it_binds_to_a_silent_device(struct kunit *test)
{
	net_ctrl_patience = 1;
	fake = fake_plug(test, MERGEABLE | MAC | FILTER, RING);
	fake->answer = FAKE_IS_SILENT;
	device_up(test);
}

/* The buffer comes back without an answer in it: that is an error. */
static void an_answer_that_was_not_written(struct kunit *test)
{
	device_start(test, MERGEABLE | MAC);
	fake->answer = FAKE_WRITES_NOTHING;
	KUNIT_EXPECT_EQ(test, -EIO, address_choose("\x02\0\0\0\0\x77"));
	fake->answer = FAKE_TAKES;
	KUNIT_EXPECT_EQ(test, 0, address_choose("\x02\0\0\0\0\x77"));
}

/*
 * The device returns a buffer that was not posted. The kernel marks the control queue as
 * broken; the other queues work on.
 */
static void an_answer_to_what_was_not_asked(struct kunit *test)
{
	device_start(test, MERGEABLE | MAC);
	fake->answer = FAKE_NAMES_ANOTHER;
	KUNIT_EXPECT_EQ(test, -EIO, address_choose("\x02\0\0\0\0\x77"));
	fake->answer = FAKE_TAKES;
	KUNIT_EXPECT_EQ(test, -EIO, address_choose("\x02\0\0\0\0\x77"));
	expect_alive(test);
	fake_unbind(fake);
	device_bind(test);
	KUNIT_EXPECT_EQ(test, 0, address_choose("\x02\0\0\0\0\x77"));
}

/* A command takes two slots. With a control queue of one slot every command fails. */
static void a_queue_without_room(struct kunit *test)
{
	fake = fake_plug(test, MERGEABLE | MAC, RING);
	fake->ring[FAKE_CTRL] = 1;
	device_up(test);
	KUNIT_EXPECT_NE(test, 0, address_choose("\x02\0\0\0\0\x77"));
	expect_alive(test);
	fake_unbind(fake);
	fake->ring[FAKE_CTRL] = 2;
	device_bind(test);
	KUNIT_EXPECT_EQ(test, 0, address_choose("\x02\0\0\0\0\x77"));
}

/* Features that need the control queue are not acknowledged without one. */
static void without_the_queue_nothing_is_asked(struct kunit *test)
{
	device_start(test, (MERGING | OFFLOADS | MAC | FILTER | VLANS) & ~CTRL);
	KUNIT_EXPECT_FALSE(test, virtio_has_feature(&fake->vdev,
						    VIRTIO_NET_F_CTRL_RX));
	KUNIT_EXPECT_FALSE(test, virtio_has_feature(&fake->vdev,
						    VIRTIO_NET_F_CTRL_VLAN));
	KUNIT_EXPECT_FALSE(test, dev->features & NETIF_F_HW_VLAN_CTAG_FILTER);
	KUNIT_EXPECT_FALSE(test, dev->priv_flags & IFF_UNICAST_FLT);
	KUNIT_EXPECT_TRUE(test, dev->features & NETIF_F_GRO_HW);
	KUNIT_EXPECT_EQ(test, 0, address_choose("\x02\0\0\0\0\x77"));
}

/*
 * Without memory for a table of indirect descriptors, the two of a command are put on the
 * ring itself: each command is sent.
 */
static void commands_survive_each_failure(struct kunit *test)
{
	char address[] = "\x02\0\0\0\0\x77";
	struct failing failing;
	int err;

	device_start(test, MERGEABLE | MAC |
			   BIT_ULL(VIRTIO_RING_F_INDIRECT_DESC));
	FAIL_EACH(test, failing, err = address_choose(address)) {
		KUNIT_EXPECT_EQ(test, 0, err);
		expect_address_told(test, address);
		KUNIT_EXPECT_MEMEQ(test, dev->dev_addr, address, ETH_ALEN);
		address[5]++;
	}
	KUNIT_EXPECT_LT(test, 1u, failing.nth);
	KUNIT_EXPECT_LT(test, failing.nth, 20u);
}

/* Restore tells the device everything again that it lost in freeze. */
static void it_is_told_again(struct kunit *test)
{
	device_start(test, MERGING | OFFLOADS | MAC | FILTER);
	KUNIT_EXPECT_EQ(test, 0, address_choose("\x02\0\0\0\0\x77"));
	merging_choose(false);
	rx_mode_end();
	KUNIT_EXPECT_EQ(test, 0, net_freeze(&fake->vdev));
	fake->nr_commands = 0;
	/* There are no queues now. */
	KUNIT_EXPECT_EQ(test, -ENODEV, address_choose("\x02\0\0\0\0\x78"));
	KUNIT_EXPECT_EQ(test, 0, net_restore(&fake->vdev));
	rx_mode_end();
	expect_address_told(test, "\x02\0\0\0\0\x77");
	expect_offloads(test, CSUM);
	expect_mode(test, VIRTIO_NET_CTRL_RX_PROMISC, 0);
}

/*
 * Called while the device is reset: run the work that sends the receive mode, as if an
 * address had been added just before freeze.
 */
static void late_filter(struct fake *device)
{
	device->answer = FAKE_IS_SILENT;
	schedule_delayed_work(&fake_net(device)->ctrl.work, 0);
	rx_mode_end();
	nr_late = fake_posted(device, 2);
}

/* That work must send nothing: it would wait for an answer with the RTNL held. */
static void nothing_is_asked_of_a_device_in_its_reset(struct kunit *test)
{
	device_start(test, MERGEABLE | FILTER);
	rx_mode_end();
	net_ctrl_patience = 1;
	fake->at_reset = late_filter;
	KUNIT_EXPECT_EQ(test, 0, net_freeze(&fake->vdev));
	KUNIT_EXPECT_EQ(test, 0u, nr_late);
	fake->at_reset = NULL;
	fake->answer = FAKE_TAKES;
	fake->nr_commands = 0;
	KUNIT_EXPECT_EQ(test, 0, net_restore(&fake->vdev));
	expect_mode(test, VIRTIO_NET_CTRL_RX_PROMISC, 0);
}

/* If the device refuses one of the commands of restore, the others are sent all the same. */
static void a_refusal_when_it_wakes(struct kunit *test)
{
	const u8 refused[] = { VIRTIO_NET_CTRL_MAC,
			       VIRTIO_NET_CTRL_GUEST_OFFLOADS };
	unsigned int i;

	device_start(test, MERGING | OFFLOADS | MAC | COALESCING);
	KUNIT_EXPECT_EQ(test, 0, coalesce_choose(3, 5));
	merging_choose(false);
	for (i = 0; i < ARRAY_SIZE(refused); i++) {
		fake->refused = refused[i];
		KUNIT_EXPECT_EQ(test, 0, net_freeze(&fake->vdev));
		fake->nr_commands = 0;
		KUNIT_EXPECT_EQ(test, 0, net_restore(&fake->vdev));
		expect_offloads(test, CSUM);
		expect_command(test, VIRTIO_NET_CTRL_NOTF_COAL,
			       VIRTIO_NET_CTRL_NOTF_COAL_RX_SET,
			       "\x03\0\0\0\x05\0\0", 8);
		expect_alive(test);
	}
}

static struct kunit_case virtio_ctrl_cases[] = {
	KUNIT_CASE(the_address_is_told),
	KUNIT_CASE(a_refused_address_is_not_taken),
	KUNIT_CASE(an_address_made_up_is_told),
	KUNIT_CASE(what_is_no_address_is_replaced),
	KUNIT_CASE(promiscuous_is_told),
	KUNIT_CASE(addresses_are_told),
	KUNIT_CASE(too_many_addresses_are_all),
	KUNIT_CASE(without_a_table_all_is_wanted),
	KUNIT_CASE(a_refused_flag_costs_no_other),
	KUNIT_CASE(vlans_are_told),
	KUNIT_CASE(moving_is_announced_once),
	KUNIT_CASE(merging_is_switched),
	KUNIT_CASE(a_silent_device_is_left_alone),
	KUNIT_CASE(filters_are_told_when_it_answers),
	KUNIT_CASE(what_was_late_is_taken_back),
	KUNIT_CASE(a_device_that_is_always_late_is_left_alone),
	KUNIT_CASE(filters_do_not_wait_for_the_rtnl),
	KUNIT_CASE(a_silent_resume_is_made_up_for),
	KUNIT_CASE(each_vlan_is_told_however_late),
	KUNIT_CASE(a_vlan_behind_a_late_command),
	KUNIT_CASE(a_silent_device_goes),
	KUNIT_CASE(it_answers_when_it_goes),
	KUNIT_CASE(it_binds_to_a_silent_device),
	KUNIT_CASE(an_answer_that_was_not_written),
	KUNIT_CASE(an_answer_to_what_was_not_asked),
	KUNIT_CASE(a_queue_without_room),
	KUNIT_CASE(without_the_queue_nothing_is_asked),
	KUNIT_CASE(commands_survive_each_failure),
	KUNIT_CASE(it_is_told_again),
	KUNIT_CASE(nothing_is_asked_of_a_device_in_its_reset),
	KUNIT_CASE(a_refusal_when_it_wakes),
	{}
};

VIRTIO_SUITE(virtio_ctrl);

// SPDX-License-Identifier: GPL-2.0-only
/*
 * virtio_xdp_kunit.c - XDP programs with the fake device: which frames are copied for the
 * program, which are refused or dropped, and that no buffer is lost.
 *
 * The programs are attached by ndo_bpf(), as the network does it. Most of them return a
 * constant action.
 */
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/netdevice.h>
#include <net/xdp.h>

#include "kunit/virtio_common.h"
#include "kunit/xdp_prog.h"
#include "net/rx_blocks.h"
#include "net/versions.h"

/*
 * Bytes of a page that are left for a frame: without the 64 bytes of the buffer's struct
 * and the program's headroom of 256 in front, and without skb_shared_info behind. With
 * cache lines of 64 bytes and pages of 4096 it is 4096 - 64 - 256 - 320 = 3456.
 */
#define XDP_FITS							\
	(round_down((unsigned int)PAGE_SIZE - 64 -			\
		    (unsigned int)SKB_DATA_ALIGN(sizeof(struct skb_shared_info)), \
		    SMP_CACHE_BYTES) - 256)

/* Removes the first 4 bytes of a frame and moves the protocol to its new place. */
static struct bpf_prog *prog_pull(struct kunit *test)
{
	const struct bpf_insn insn[] = {
		BPF_LDX_MEM(WORD, BPF_REG_2, BPF_REG_1, BUFF(data)),
		BPF_LDX_MEM(BPF_H, BPF_REG_3, BPF_REG_2, 12),
		BPF_ALU64_IMM(BPF_ADD, BPF_REG_2, 4),
		BPF_STX_MEM(BPF_H, BPF_REG_2, BPF_REG_3, 12),
		BPF_STX_MEM(WORD, BPF_REG_1, BPF_REG_2, BUFF(data)),
		BPF_MOV64_IMM(BPF_REG_0, XDP_PASS),
		BPF_EXIT_INSN(),
	};

	return prog_of(test, insn, ARRAY_SIZE(insn));
}

/* Passes a frame that has XDP_PACKET_HEADROOM bytes of headroom, and drops others. */
static struct bpf_prog *prog_room(struct kunit *test)
{
	const struct bpf_insn insn[] = {
		BPF_LDX_MEM(WORD, BPF_REG_2, BPF_REG_1, BUFF(data)),
		BPF_LDX_MEM(WORD, BPF_REG_3, BPF_REG_1, BUFF(data_hard_start)),
		BPF_ALU64_REG(BPF_SUB, BPF_REG_2, BPF_REG_3),
		BPF_MOV64_IMM(BPF_REG_0, XDP_PASS),
		BPF_JMP_IMM(BPF_JGE, BPF_REG_2, XDP_PACKET_HEADROOM, 1),
		BPF_MOV64_IMM(BPF_REG_0, XDP_DROP),
		BPF_EXIT_INSN(),
	};

	return prog_of(test, insn, ARRAY_SIZE(insn));
}

/*
 * Moves the start of the frame so that 11 bytes are left in front of it, besides those of
 * struct xdp_frame: one too few for virtio's header. Then sends it back.
 */
static struct bpf_prog *prog_push(struct kunit *test)
{
	const struct bpf_insn insn[] = {
		BPF_LDX_MEM(WORD, BPF_REG_2, BPF_REG_1, BUFF(data_hard_start)),
		BPF_ALU64_IMM(BPF_ADD, BPF_REG_2, sizeof(struct xdp_frame) + 11),
		BPF_STX_MEM(WORD, BPF_REG_1, BPF_REG_2, BUFF(data)),
		BPF_MOV64_IMM(BPF_REG_0, XDP_TX),
		BPF_EXIT_INSN(),
	};

	return prog_of(test, insn, ARRAY_SIZE(insn));
}

static void prog_start(struct kunit *test, u64 features, u32 action)
{
	start_with(test, features, prog_make(test, action));
}

/* Receive as many frames as the ring has slots, so that all posted buffers are new. */
static void ring_turn(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < RING; i++)
		frame_send(test, (struct frame){ .len = 1000 });
	skb_queue_purge(&caught);
}

/*
 * Expect the network's statistics of the device and of its only queue to count @packets
 * received frames of 1000 bytes. By the rules of struct rtnl_link_stats64 and of netlink's
 * queue statistics, what a program dropped or sent was received.
 */
static void expect_received(struct kunit *test, u64 packets)
{
	struct rtnl_link_stats64 all;
	struct netdev_queue_stats_rx rx;

	dev_get_stats(dev, &all);
	KUNIT_EXPECT_EQ(test, packets, (u64)all.rx_packets);
	KUNIT_EXPECT_EQ(test, packets * 1000, (u64)all.rx_bytes);
	dev->stat_ops->get_queue_stats_rx(dev, 0, &rx);
	KUNIT_EXPECT_EQ(test, packets, rx.packets);
	KUNIT_EXPECT_EQ(test, packets * 1000, rx.bytes);
}

/* ---- frames that fit, are copied, or are refused -------------------------------- */

/*
 * Buffers that were posted before the program was attached have one cache line of
 * headroom. A program may use 256 bytes, so their frames are copied, unless the cache
 * line has 256 bytes. Buffers that are posted later have enough.
 */
static const u64 old_is_copied = L1_CACHE_BYTES < 256;

static void older_buffers_are_copied(struct kunit *test)
{
	prog_start(test, MERGEABLE, XDP_PASS);
	frame_arrives(test, (struct frame){ .len = 1000 });
	KUNIT_EXPECT_EQ(test, old_is_copied, rx_values().xdp_copied);
	KUNIT_EXPECT_EQ(test, 1ull, rx_values().xdp_packets);
	expect_received(test, 1);
	ring_turn(test);
	frame_arrives(test, (struct frame){ .len = 1400, .each = 1500 });
	KUNIT_EXPECT_EQ(test, RING * old_is_copied, rx_values().xdp_copied);
	KUNIT_EXPECT_EQ(test, 2ull + RING, rx_values().xdp_packets);
	/* A frame in several buffers is copied into one for the program. */
	frame_arrives(test, (struct frame){ .len = 1200, .each = 500 });
	KUNIT_EXPECT_EQ(test, RING * old_is_copied + 1, rx_values().xdp_copied);
	expect_all_there(test);
	KUNIT_EXPECT_EQ(test, 0, attach(NULL));
	expect_alive(test);
	KUNIT_EXPECT_EQ(test, 3ull + RING, rx_values().xdp_packets);
}

/*
 * A frame in several buffers, four for the longest, is copied into a page if it fits, and
 * dropped if not.
 */
static void pieces_are_put_together(struct kunit *test)
{
	prog_start(test, MERGEABLE, XDP_PASS);
	frame_arrives(test, (struct frame){ .len = 1200, .each = 500 });
	KUNIT_EXPECT_EQ(test, 1ull, rx_values().xdp_copied);
	frame_arrives(test, (struct frame){ .len = XDP_FITS, .each = XDP_FITS / 3 });
	KUNIT_EXPECT_EQ(test, 0ull, rx_values().xdp_unfit);
	frame_send(test, (struct frame){ .len = XDP_FITS + 1, .each = XDP_FITS / 3 });
	expect_none(test);
	KUNIT_EXPECT_EQ(test, 1ull, rx_values().xdp_unfit);
	KUNIT_EXPECT_EQ(test, 1ull, rx_values().drops);
	KUNIT_EXPECT_EQ(test, 2ull, rx_values().xdp_packets);
	expect_alive(test);
}

/* The stack gets the frame as the program left it. */
static void a_program_changes_the_frame(struct kunit *test)
{
	struct sk_buff *skb;

	start_with(test, MERGEABLE, prog_pull(test));
	frame_send(test, (struct frame){ .len = 1000 });
	skb = skb_dequeue(&caught);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	expect_skb(test, skb, 4, 1000 - ETH_HLEN - 4);
	kfree_skb(skb);
}

/* Frames of old buffers and of new ones all have XDP_PACKET_HEADROOM. */
static void there_is_room_for_a_program(struct kunit *test)
{
	unsigned int i;

	start_with(test, MERGEABLE, prog_room(test));
	for (i = 0; i < 2 * RING; i++)
		frame_arrives(test, (struct frame){ .len = 1000 });
	KUNIT_EXPECT_EQ(test, 0ull, rx_values().xdp_drops);
}

/* The descriptor of the buffer that was the @i-th to be posted on a ring. */
static const struct vring_desc *desc_at(unsigned int queue, u16 i)
{
	const struct vring *ring = virtqueue_get_vring(fake->vq[queue]);
	__virtio16 id = ring->avail->ring[i & (ring->num - 1)];

	return &ring->desc[__virtio16_to_cpu(true, id)];
}

/* Expect the last buffer on a ring of new buffers to have @len bytes. */
static void expect_posted(struct kunit *test, unsigned int len)
{
	const struct vring *ring = virtqueue_get_vring(fake->vq[FAKE_RX]);
	u16 next;

	if (L1_CACHE_BYTES != 64 || sizeof(long) != 8)
		kunit_skip(test, "other cache lines");
	ring_turn(test);
	next = __virtio16_to_cpu(true, ring->avail->idx);
	KUNIT_EXPECT_EQ(test, len,
			__virtio32_to_cpu(true, desc_at(FAKE_RX, next - 1)->len));
}

/*
 * A buffer has 3648 bytes with pages of 4096. A frame of the MTU 1500 takes 1518, and 128
 * behind it are left for a program to extend it. Of the other 2002, the largest multiple
 * of 64, which is 1984, becomes headroom in front: 1664 are left. They are as many with
 * larger pages, whose size is a multiple of 64. With the MTU 3438 only 3648 - 3438 - 18 -
 * 128 = 64 would be left, so the frame begins where it has its headroom of 256 bytes, which
 * is 192 behind the usual place. With larger pages 3584 are left, as many as it takes with
 * the 128 behind it, for 3438 + 18 + 128 is a multiple of 64. virtio's header adds 12 bytes.
 */
static void buffers_have_room_on_both_sides(struct kunit *test)
{
	prog_start(test, MERGEABLE, XDP_PASS);
	expect_posted(test, 3648 - 1984 + 12);
	mtu_choose(test, 3438);
	expect_posted(test, (PAGE_SIZE > 4096 ? 3584 : 3648 - 192) + 12);
}

/*
 * A device without MRG_RXBUF cannot put a frame into several buffers, so it gets all of
 * the buffer behind the headroom of 256 bytes: of 3648 bytes with pages of 4096, of 61440
 * more with pages of 64 KiB.
 */
static void a_device_without_merging_gets_all(struct kunit *test)
{
	prog_start(test, 0, XDP_PASS);
	expect_posted(test, PAGE_SIZE - 4096 + 3648 - 192 + 12);
}

/* When the stack holds all buffers, a frame is copied into a page of the page allocator. */
static void without_a_buffer_it_is_a_page(struct kunit *test)
{
	struct sk_buff_head held;
	unsigned int i;

	skb_queue_head_init(&held);
	net_buffers = RING + 8;
	device_start(test, MERGEABLE);
	for (i = 0; i < 4 * RING; i++)
		frame_send(test, (struct frame){ .len = 3000 });
	skb_queue_splice_init(&caught, &held);
	mtu_choose(test, 1500);
	KUNIT_ASSERT_EQ(test, 0, attach(prog_make(test, XDP_PASS)));
	frame_arrives(test, (struct frame){ .len = 1000 });
	KUNIT_EXPECT_EQ(test, old_is_copied, rx_values().xdp_copied);
	KUNIT_EXPECT_EQ(test, 0ull, rx_values().nomem_drops);
	__skb_queue_purge(&held);
	expect_alive(test);
}

/*
 * A merged frame in two blocks and a third buffer is too long for a program and dropped.
 * No block is lost: after a turn of the ring each of them is free.
 */
static void the_longest_frame_is_dropped(struct kunit *test)
{
	struct rx_blocks *blocks;
	unsigned int i;

	net_buffers = 128;
	device_plug(test, MERGING | OFFLOADS, 64);
	device_up(test);
	blocks = fake_pair(fake)->rx_blocks;
	KUNIT_ASSERT_NOT_NULL(test, blocks);
	KUNIT_EXPECT_EQ(test, 32u, fake_pair(fake)->rx_wanted);
	KUNIT_ASSERT_EQ(test, 0, attach(prog_make(test, XDP_PASS)));
	frame_send(test, (struct frame){ .len = 65549, .each = 32768 });
	expect_none(test);
	KUNIT_EXPECT_EQ(test, 1ull, rx_values().xdp_unfit);
	KUNIT_EXPECT_EQ(test, 64u, fake_pair(fake)->rx_wanted);
	for (i = 0; i < 64; i++)
		frame_send(test, (struct frame){ .len = 1000 });
	skb_queue_purge(&caught);
	KUNIT_EXPECT_EQ(test, 0u, fake_pair(fake)->rx_nr_blocks);
	KUNIT_EXPECT_EQ(test, blocks->nr,
			blocks->nr_ready + blocks->head - blocks->tail);
	KUNIT_EXPECT_EQ(test, 0u, rx_blocks_lent(blocks));
}

/*
 * A device that goes on merging and leaving checksums to the driver, although it was told
 * to stop: the program does not see these frames.
 */
static void unfinished_frames_are_dropped(struct kunit *test)
{
	prog_start(test, MERGING | OFFLOADS, XDP_PASS);
	frame_send(test, (struct frame){ .len = 1000, .hdr = {
		.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
		.csum_start = 34, .csum_offset = 6 } });
	frame_send(test, (struct frame){ .len = 3000, .hdr = {
		.gso_type = VIRTIO_NET_HDR_GSO_TCPV4, .gso_size = 1000 } });
	expect_none(test);
	KUNIT_EXPECT_EQ(test, 2ull, rx_values().xdp_unfit);
	KUNIT_EXPECT_EQ(test, 0ull, rx_values().xdp_packets);
	expect_alive(test);
}

/* Wrong lengths and numbers of buffers are detected as without a program. */
static void lies_are_found(struct kunit *test)
{
	prog_start(test, MERGEABLE, XDP_PASS);
	frame_send(test, (struct frame){ .len = 1000, .claims = 70000 });
	frame_send(test, (struct frame){ .len = 1000, .buffers = 40 });
	frame_send(test, (struct frame){ .len = 13 });
	frame_send(test, (struct frame){ .len = 5000, .withheld = 1 });
	expect_none(test);
	KUNIT_EXPECT_EQ(test, 4ull, rx_values().length_errors);
	KUNIT_EXPECT_EQ(test, 0ull, rx_values().xdp_packets);
	expect_alive(test);
}

/*
 * A frame in a part of a block is copied for the program. While a program is attached no
 * blocks are posted; without it they are posted again.
 */
static void parts_of_blocks_are_copied(struct kunit *test)
{
	prog_start(test, MERGING | OFFLOADS, XDP_PASS);
	frame_arrives(test, (struct frame){ .len = 1000 });
	KUNIT_EXPECT_EQ(test, 1ull, rx_values().xdp_copied);
	ring_turn(test);
	KUNIT_EXPECT_EQ(test, 0u, fake_pair(fake)->rx_nr_blocks);
	KUNIT_EXPECT_EQ(test, 0, attach(NULL));
	ring_turn(test);
	ring_turn(test);
	KUNIT_EXPECT_NE(test, 0u, fake_pair(fake)->rx_nr_blocks);
}

/* ---- actions -------------------------------------------------------------------- */

/* The buffers of dropped frames are free again. */
static void dropped_frames_come_back(struct kunit *test)
{
	prog_start(test, MERGEABLE, XDP_DROP);
	ring_turn(test);
	ring_turn(test);
	expect_none(test);
	KUNIT_EXPECT_EQ(test, 2ull * RING, rx_values().xdp_drops);
	KUNIT_EXPECT_EQ(test, 0ull, rx_values().packets);
	KUNIT_EXPECT_EQ(test, 0u, lent_to_stack());
	expect_received(test, 2 * RING);
}

/*
 * XDP_TX sends frames back unchanged. Their buffers count as lent until the device has
 * sent them.
 */
static void frames_are_sent_back(struct kunit *test)
{
	struct rtnl_link_stats64 sent;
	unsigned int i;

	prog_start(test, MERGEABLE, XDP_TX);
	ring_turn(test);
	KUNIT_EXPECT_EQ(test, (u64)RING, rx_values().xdp_tx);
	KUNIT_EXPECT_EQ(test, RING, lent_to_stack());
	expect_tx_interrupt(test);
	for (i = 0; i < RING; i++) {
		KUNIT_ASSERT_TRUE(test, fake_send_seen(fake));
		KUNIT_EXPECT_EQ(test, 1000u + 12, fake->sent_len);
		KUNIT_EXPECT_EQ(test, byte_at(0), fake->sent[12 + ETH_HLEN]);
		KUNIT_EXPECT_EQ(test, byte_at(985), fake->sent[12 + 999]);
	}
	fake_interrupt(fake, FAKE_TX);
	KUNIT_EXPECT_EQ(test, 0u, lent_to_stack());
	KUNIT_EXPECT_EQ(test, (unsigned long)RING,
			(unsigned long)dev_get_stats(dev, &sent)->tx_packets);
	expect_received(test, RING);
}

/*
 * A frame without room for virtio's header is dropped. The transmit interrupt stays
 * enabled, for packets of other senders.
 */
static void what_cannot_be_sent_back_is_dropped(struct kunit *test)
{
	start_with(test, MERGEABLE, prog_push(test));
	ring_turn(test);
	KUNIT_EXPECT_EQ(test, (u64)RING, rx_values().xdp_drops);
	expect_tx_interrupt(test);
}

/*
 * Frames that find no slot on the transmit ring are dropped, and their buffers are free.
 * Once the device has sent the others, the queue is woken.
 */
static void a_full_ring_drops(struct kunit *test)
{
	struct netdev_queue *queue;
	u64 sent;
	int i;

	prog_start(test, MERGEABLE, XDP_TX);
	queue = netdev_get_tx_queue(dev, 0);
	for (i = 0; i < 20; i++)
		ring_turn(test);
	sent = rx_values().xdp_tx;
	KUNIT_EXPECT_EQ(test, 20ull * RING, sent + rx_values().xdp_drops);
	KUNIT_EXPECT_NE(test, 0ull, rx_values().xdp_drops);
	KUNIT_EXPECT_EQ(test, sent, (u64)lent_to_stack());
	KUNIT_EXPECT_TRUE(test, netif_tx_queue_stopped(queue));
	fake_send_all(fake);
	fake_interrupt(fake, FAKE_TX);
	KUNIT_EXPECT_EQ(test, 0u, lent_to_stack());
	expect_all_there(test);
	KUNIT_EXPECT_FALSE(test, netif_tx_queue_stopped(queue));
	KUNIT_EXPECT_EQ(test, 0, attach(NULL));
	expect_alive(test);
	/* Every buffer goes to the stack once and comes back. */
	for (i = 0; i < 8; i++)
		ring_turn(test);
	KUNIT_EXPECT_EQ(test, 0u, lent_to_stack());
}

/*
 * Unbind while frames are on the transmit ring. A use after free would be found by KASAN,
 * in the kernels that have it.
 */
static void sent_back_and_taken_away(struct kunit *test)
{
	prog_start(test, MERGEABLE, XDP_TX);
	ring_turn(test);
	attach(NULL);
	device_again(test);
}

/* The page of the @i-th frame that was put on the transmit ring. */
static struct page *sent_page(u16 i)
{
	__virtio64 addr = desc_at(FAKE_TX, i)->addr;

	return virt_to_page(phys_to_virt(__virtio64_to_cpu(true, addr)));
}

/*
 * When the pool is empty, pages are posted in place of buffers. A page whose frame is sent
 * back has one reference, the transmit ring's.
 */
static void pages_are_sent_back(struct kunit *test)
{
	unsigned int i, nr = 0;

	net_buffers = RING + 2;
	prog_start(test, MERGEABLE, XDP_TX);
	for (i = 0; i < 2; i++)
		ring_turn(test);
	KUNIT_EXPECT_EQ(test, 2ull * RING, rx_values().xdp_tx);
	for (i = 0; i < 2 * RING; i++)
		nr += page_ref_count(sent_page(i)) == 1;
	/* At most RING + 2 = 18 are buffers of the pool, whose pages have many references. */
	KUNIT_EXPECT_LE(test, 2 * RING - 18, nr);
	KUNIT_EXPECT_EQ(test, 2 * RING - nr, lent_to_stack());
}

/* ---- attaching ---------------------------------------------------------------------- */

/* Ask for these offloads of receiving and for no others, as ethtool -K does. */
static void features_choose(netdev_features_t wanted)
{
	rtnl_lock();
	dev->wanted_features &= ~(NETIF_F_GRO_HW | NETIF_F_RXCSUM);
	dev->wanted_features |= wanted;
	netdev_update_features(dev);
	rtnl_unlock();
}

/* Offloads are off as long as a program is attached, also after freeze and restore. */
static void offloads_go_and_come(struct kunit *test)
{
	prog_start(test, MERGING | OFFLOADS, XDP_PASS);
	expect_offloads(test, 0);
	KUNIT_EXPECT_FALSE(test, fake_net(fake)->has_merging);
	KUNIT_EXPECT_FALSE(test, dev->features & NETIF_F_GRO_HW);
	KUNIT_EXPECT_FALSE(test, dev->features & NETIF_F_RXCSUM);
	KUNIT_EXPECT_EQ(test, 0, net_freeze(&fake->vdev));
	KUNIT_EXPECT_EQ(test, 0, net_restore(&fake->vdev));
	expect_offloads(test, 0);
	expect_alive(test);
	KUNIT_EXPECT_EQ(test, 0, attach(NULL));
	expect_offloads(test, CSUM | TSO4);
	KUNIT_EXPECT_TRUE(test, fake_net(fake)->has_merging);
	KUNIT_EXPECT_TRUE(test, dev->features & NETIF_F_GRO_HW);
	KUNIT_EXPECT_TRUE(test, dev->features & NETIF_F_RXCSUM);
}

/*
 * Without rx-checksumming the network keeps rx-gro-hw off, although people asked for it:
 * when the program goes, the device must not merge either, until it is switched on again.
 */
static void without_checksums_merging_stays_off(struct kunit *test)
{
	prog_start(test, MERGING | OFFLOADS, XDP_PASS);
	features_choose(NETIF_F_GRO_HW);
	KUNIT_EXPECT_EQ(test, 0, attach(NULL));
	KUNIT_EXPECT_FALSE(test, dev->features & NETIF_F_GRO_HW);
	expect_offloads(test, CSUM);
	KUNIT_EXPECT_FALSE(test, fake_net(fake)->has_merging);
	features_choose(NETIF_F_GRO_HW | NETIF_F_RXCSUM);
	KUNIT_EXPECT_TRUE(test, dev->features & NETIF_F_GRO_HW);
	expect_offloads(test, CSUM | TSO4);
}

/*
 * Unbinding detaches the program, but does not send a command to switch offloads on for a
 * device that is going: the last command that came switched them off.
 */
static void a_program_goes_with_its_device(struct kunit *test)
{
	struct bpf_prog *prog = prog_make(test, XDP_PASS);

	start_with(test, MERGING | OFFLOADS, prog);
	/* As dev_xdp_install() notes it. */
	dev->xdp_state[XDP_MODE_DRV].prog = prog;
	fake_unbind(fake);
	expect_offloads(test, 0);
	device_up(test);
}

/* The same for a device that verifies checksums but does not merge. */
static void a_checksum_goes_and_comes(struct kunit *test)
{
	prog_start(test, MERGEABLE | CSUM | OFFLOADS, XDP_PASS);
	expect_offloads(test, 0);
	KUNIT_EXPECT_EQ(test, 0, attach(NULL));
	expect_offloads(test, CSUM);
}

/* Once another program is attached, it sees every frame. */
static void another_takes_its_place(struct kunit *test)
{
	struct bpf_prog *other = prog_make(test, XDP_DROP);

	prog_start(test, MERGEABLE, XDP_PASS);
	KUNIT_EXPECT_EQ(test, 0, attach(other));
	ring_turn(test);
	expect_none(test);
	KUNIT_EXPECT_EQ(test, (u64)RING, rx_values().xdp_drops);
}

/* Without CTRL_GUEST_OFFLOADS merging cannot be stopped: attaching fails. */
static void a_device_that_cannot_stop(struct kunit *test)
{
	struct bpf_prog *made = prog_make(test, XDP_DROP);

	device_start(test, MERGING);
	mtu_choose(test, 1500);
	KUNIT_EXPECT_EQ(test, -EOPNOTSUPP, attach(made));
	KUNIT_EXPECT_NOT_NULL(test, extack._msg);
	KUNIT_EXPECT_TRUE(test, dev->features & NETIF_F_GRO_HW);
}

/* If the device refuses to stop merging, attaching fails. */
static void a_device_that_does_not_stop(struct kunit *test)
{
	struct bpf_prog *prog = prog_make(test, XDP_DROP);

	device_start(test, MERGING | OFFLOADS);
	mtu_choose(test, 1500);
	fake->answer = FAKE_REFUSES;
	KUNIT_EXPECT_EQ(test, -EIO, attach(prog));
	KUNIT_EXPECT_NOT_NULL(test, extack._msg);
	expect_alive(test);
	/* Detaching succeeds also if the device does not answer. */
	fake->answer = FAKE_TAKES;
	KUNIT_EXPECT_EQ(test, 0, attach(prog));
	net_ctrl_patience = 1;
	fake->answer = FAKE_IS_SILENT;
	KUNIT_EXPECT_EQ(test, 0, attach(NULL));
	KUNIT_EXPECT_FALSE(test, dev->features & NETIF_F_GRO_HW);
}

/*
 * The longest MTU that a program may be attached with is XDP_FITS - 18 = 3438 with cache
 * lines of up to 64 bytes. With longer ones it is that of the longest ones, of 256 bytes:
 * 4096 - 64 - 512, rounded down to 3328, - 256 - 18 = 3054.
 */
static void an_mtu_that_is_too_long(struct kunit *test)
{
	const unsigned int longest = L1_CACHE_BYTES <= 64 ? 3438 : 3054;
	struct bpf_prog *prog = prog_make(test, XDP_PASS);

	device_plug(test, MERGEABLE | BIT_ULL(VIRTIO_NET_F_MTU), RING);
	fake->config.mtu = __cpu_to_virtio16(true, 9000);
	device_up(test);
	/* The driver must use the MTU that it read when it was bound. */
	fake->config.mtu = __cpu_to_virtio16(true, 1000);
	mtu_choose(test, longest + 1);
	KUNIT_EXPECT_EQ(test, -EINVAL, attach(prog));
	KUNIT_EXPECT_NOT_NULL(test, extack._msg);
	mtu_choose(test, longest);
	KUNIT_EXPECT_EQ(test, 0, attach(prog));
	KUNIT_EXPECT_EQ(test, longest, dev->max_mtu);
	KUNIT_EXPECT_EQ(test, 0, attach(NULL));
	mtu_choose(test, 9000);
}

static struct kunit_case virtio_xdp_cases[] = {
	KUNIT_CASE(older_buffers_are_copied),
	KUNIT_CASE(pieces_are_put_together),
	KUNIT_CASE(a_program_changes_the_frame),
	KUNIT_CASE(there_is_room_for_a_program),
	KUNIT_CASE(buffers_have_room_on_both_sides),
	KUNIT_CASE(a_device_without_merging_gets_all),
	KUNIT_CASE(without_a_buffer_it_is_a_page),
	KUNIT_CASE(the_longest_frame_is_dropped),
	KUNIT_CASE(unfinished_frames_are_dropped),
	KUNIT_CASE(lies_are_found),
	KUNIT_CASE(parts_of_blocks_are_copied),
	KUNIT_CASE(dropped_frames_come_back),
	KUNIT_CASE(frames_are_sent_back),
	KUNIT_CASE(what_cannot_be_sent_back_is_dropped),
	KUNIT_CASE(a_full_ring_drops),
	KUNIT_CASE(sent_back_and_taken_away),
	KUNIT_CASE(pages_are_sent_back),
	KUNIT_CASE(offloads_go_and_come),
	KUNIT_CASE(a_program_goes_with_its_device),
	KUNIT_CASE(without_checksums_merging_stays_off),
	KUNIT_CASE(a_checksum_goes_and_comes),
	KUNIT_CASE(another_takes_its_place),
	KUNIT_CASE(a_device_that_cannot_stop),
	KUNIT_CASE(a_device_that_does_not_stop),
	KUNIT_CASE(an_mtu_that_is_too_long),
	{}
};

RTALLOC_SUITE(virtio_xdp, .init = virtio_start, .exit = xdp_end);

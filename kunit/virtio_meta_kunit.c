// SPDX-License-Identifier: GPL-2.0-only
/*
 * virtio_meta_kunit.c - metadata that an XDP program puts in front of a frame
 * (bpf_xdp_adjust_meta()) reaches the stack, for example the programs of tc.
 */
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/netdevice.h>

#include "kunit/virtio_common.h"
#include "kunit/xdp_prog.h"

/* The longest metadata of Linux 6.12 is 255 bytes, in multiples of 4. */
#define LONGEST	252

/* Puts @len bytes of metadata in front of a frame and passes it: 2 in the first, and 3. */
static struct bpf_prog *prog_meta(struct kunit *test, int len)
{
	const struct bpf_insn insn[] = {
		BPF_LDX_MEM(WORD, BPF_REG_2, BPF_REG_1, BUFF(data)),
		BPF_ST_MEM(BPF_B, BPF_REG_2, -1, 3),
		BPF_ALU64_IMM(BPF_SUB, BPF_REG_2, len),
		BPF_ST_MEM(BPF_B, BPF_REG_2, 0, 2),
		BPF_STX_MEM(WORD, BPF_REG_1, BPF_REG_2, BUFF(data_meta)),
		BPF_MOV64_IMM(BPF_REG_0, XDP_PASS),
		BPF_EXIT_INSN(),
	};

	return prog_of(test, insn, ARRAY_SIZE(insn));
}

/* Passes a frame if it could have metadata: if data_meta is data. Drops others. */
static struct bpf_prog *prog_may(struct kunit *test)
{
	const struct bpf_insn insn[] = {
		BPF_LDX_MEM(WORD, BPF_REG_2, BPF_REG_1, BUFF(data)),
		BPF_LDX_MEM(WORD, BPF_REG_3, BPF_REG_1, BUFF(data_meta)),
		BPF_MOV64_IMM(BPF_REG_0, XDP_PASS),
		BPF_JMP_REG(BPF_JEQ, BPF_REG_2, BPF_REG_3, 1),
		BPF_MOV64_IMM(BPF_REG_0, XDP_DROP),
		BPF_EXIT_INSN(),
	};

	return prog_of(test, insn, ARRAY_SIZE(insn));
}

/* Expect a frame of @len bytes to arrive with @meta bytes of metadata, intact. */
static void expect_meta(struct kunit *test, unsigned int len, int meta)
{
	struct sk_buff *skb = frame_caught(test, (struct frame){ .len = len });
	const u8 *end = skb_metadata_end(skb);

	KUNIT_EXPECT_EQ(test, meta, (int)skb_metadata_len(skb));
	KUNIT_EXPECT_LE(test, meta, (int)(end - skb->head));
	if (meta) {
		KUNIT_EXPECT_EQ(test, 2, (int)end[-meta]);
		KUNIT_EXPECT_EQ(test, 3, (int)end[-1]);
	}
	kfree_skb(skb);
}

/*
 * Frames that are copied (up to copybreak), that get a small head, and that are built in
 * their buffer; in buffers that were posted before the program came, and in later ones.
 */
static void expect_all_meta(struct kunit *test, int meta)
{
	unsigned int i;

	for (i = 0; i < 2 * RING; i++) {
		expect_meta(test, 100, meta);
		expect_meta(test, 600, meta);
		expect_meta(test, 1514, meta);
	}
}

static void metadata_arrives(struct kunit *test)
{
	start_with(test, MERGEABLE, prog_meta(test, 8));
	expect_all_meta(test, 8);
	KUNIT_ASSERT_EQ(test, 0, attach(prog_meta(test, LONGEST)));
	expect_all_meta(test, LONGEST);
	KUNIT_EXPECT_EQ(test, 0ull, rx_values().drops);
	/* Frames without metadata do not get that of frames before them. */
	KUNIT_ASSERT_EQ(test, 0, attach(prog_may(test)));
	expect_all_meta(test, 0);
	KUNIT_ASSERT_EQ(test, 0, attach(NULL));
	expect_all_meta(test, 0);
}

/* If there is no memory for the metadata, the frame is dropped, and counted. */
static void without_memory_it_is_dropped(struct kunit *test)
{
	unsigned int nth, left = 0, arrived = 0;
	struct sk_buff *skb;

	start_with(test, MERGEABLE, prog_meta(test, LONGEST));
	expect_all_meta(test, LONGEST);
	for (nth = 1; !left && nth < 20; nth++) {
		frame_put(test, (struct frame){ .len = 600 });
		fail_nth_set(test, nth);
		fake_interrupt(fake, FAKE_RX);
		left = fail_nth_left();
		fail_nth_set(test, 0);
		skb = skb_dequeue(&caught);
		if (skb)
			KUNIT_EXPECT_EQ(test, LONGEST,
					(int)skb_metadata_len(skb));
		arrived += !!skb;
		kfree_skb(skb);
	}
	KUNIT_EXPECT_EQ(test, (u64)nth - 1 - arrived, rx_values().nomem_drops);
	KUNIT_ASSERT_EQ(test, 0, attach(NULL));
	expect_alive(test);
}

static struct kunit_case virtio_meta_cases[] = {
	KUNIT_CASE(metadata_arrives),
	KUNIT_CASE(without_memory_it_is_dropped),
	{}
};

RTALLOC_SUITE(virtio_meta, .init = virtio_start, .exit = xdp_end);

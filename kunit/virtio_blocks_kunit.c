// SPDX-License-Identifier: GPL-2.0-only
/*
 * virtio_blocks_kunit.c - large receive buffers (blocks), which are used part by part:
 * their functions alone, then on the ring of a device that merges frames.
 */
#include <linux/netdevice.h>
#include <linux/page_ref.h>

#include "kunit/virtio_common.h"
#include "net/rx_blocks.h"

#define HEADER	((unsigned int)NET_HEADER_LEN)
#define PARTS	(RX_BLOCK_SIZE / RX_BLOCK_UNIT)

/* ---- the functions alone ------------------------------------------------------- */

static struct rx_blocks *blocks_make(struct kunit *test, unsigned int nr)
{
	struct rx_blocks *blocks = rx_blocks_create(nr, NUMA_NO_NODE);

	KUNIT_ASSERT_NOT_NULL(test, blocks);
	KUNIT_EXPECT_EQ(test, nr, blocks->nr);
	KUNIT_EXPECT_EQ(test, 0u, rx_blocks_lent(blocks));
	return blocks;
}

/* Take what is left of the next block, or NULL. */
static struct pbuf *part_take(struct rx_blocks *blocks)
{
	unsigned int looks = 64;

	return rx_block_take(blocks, &looks);
}

/*
 * Lend the first @len bytes of the next part to the stack and put the rest back. Expect
 * @charge bytes to be charged. Return the page, with the stack's reference.
 */
static struct page *part_lend(struct kunit *test, struct rx_blocks *blocks,
			      unsigned int len, unsigned int charge)
{
	struct pbuf *p = part_take(blocks);
	struct page *page;

	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_EQ(test, charge,
			rx_block_lend(block_of(p), p->payload + len));
	page = block_of(p)->page;
	pbuf_free(p);
	return page;
}

/*
 * Each lending uses up one unit of the block, whether the frame has 1 byte or fills the
 * unit. When all units are lent, the block can be used again after all are released.
 */
static void a_block_is_used_part_by_part(struct kunit *test)
{
	struct rx_blocks *blocks = blocks_make(test, 1);
	struct page *page[PARTS];
	unsigned int i, looks = 64;

	for (i = 0; i < PARTS; i++) {
		struct pbuf *p = part_take(blocks);

		KUNIT_ASSERT_NOT_NULL(test, p);
		KUNIT_EXPECT_EQ(test, RX_BLOCK_SIZE - i * RX_BLOCK_UNIT,
				(unsigned long)p->len);
		KUNIT_EXPECT_PTR_EQ(test, (void *)(block_of(p)->base +
						   i * RX_BLOCK_UNIT),
				    p->payload);
		/* Freed without being lent, the part is available again. */
		pbuf_free(p);
		page[i] = part_lend(test, blocks, i & 1 ? RX_BLOCK_UNIT : 1,
				    RX_BLOCK_UNIT);
	}
	KUNIT_EXPECT_EQ(test, 1u, rx_blocks_lent(blocks));
	while (i) {
		KUNIT_EXPECT_NULL(test, rx_block_take(blocks, &looks));
		put_page(page[--i]);
	}
	KUNIT_EXPECT_EQ(test, 64u - (unsigned int)PARTS, looks);
	KUNIT_EXPECT_EQ(test, 0u, rx_blocks_lent(blocks));
	/* The whole block can be lent again. */
	put_page(part_lend(test, blocks, RX_BLOCK_SIZE, RX_BLOCK_SIZE));
	rx_blocks_destroy(blocks);
}

/* One of three blocks stays lent; the other two are used again, in at most 60 looks. */
static void one_that_is_held_holds_up_no_other(struct kunit *test)
{
	struct rx_blocks *blocks = blocks_make(test, 3);
	struct page *held = part_lend(test, blocks, RX_BLOCK_SIZE,
				      RX_BLOCK_SIZE);
	unsigned int i;

	for (i = 0; i < 20; i++)
		put_page(part_lend(test, blocks, RX_BLOCK_SIZE, RX_BLOCK_SIZE));
	KUNIT_EXPECT_EQ(test, 1u, rx_blocks_lent(blocks));
	KUNIT_EXPECT_GE(test, 60ull, blocks->looks);
	put_page(held);
	rx_blocks_destroy(blocks);
}

/*
 * Each page gets many references at once, of which each lending gives one to the stack.
 * The driver must add more before they are used up.
 */
static void references_do_not_run_out(struct kunit *test)
{
	struct rx_blocks *blocks = blocks_make(test, 1);
	unsigned int i;

	for (i = 0; i < 5000; i++)
		put_page(part_lend(test, blocks, RX_BLOCK_SIZE, RX_BLOCK_SIZE));
	KUNIT_EXPECT_EQ(test, 0u, rx_blocks_lent(blocks));
	KUNIT_EXPECT_LT(test, 8u, blocks->block[0].bias);
	KUNIT_EXPECT_EQ(test, (int)blocks->block[0].bias,
			page_ref_count(blocks->block[0].page));
	rx_blocks_destroy(blocks);
}

/* After the blocks are destroyed, the stack has the only reference to what it holds. */
static void parts_outlive_the_blocks(struct kunit *test)
{
	struct rx_blocks *blocks = blocks_make(test, 1);
	struct page *page = part_lend(test, blocks, 100, RX_BLOCK_UNIT);

	rx_blocks_destroy(blocks);
	KUNIT_EXPECT_EQ(test, 1, page_ref_count(page));
	put_page(page);
}

/*
 * If there is not enough memory, fewer blocks are made, or none. Each number occurs: the
 * allocation of the first, the second or the third block may be the one that fails.
 */
static void as_many_as_there_is_memory_for(struct kunit *test)
{
	unsigned int rounds[4] = { }, nr, last = 0;
	struct rx_blocks *blocks;
	struct failing failing;

	KUNIT_EXPECT_NULL(test, rx_blocks_create(0, NUMA_NO_NODE));
	FAIL_EACH(test, failing, blocks = rx_blocks_create(3, NUMA_NO_NODE)) {
		nr = blocks ? blocks->nr : 0;
		KUNIT_ASSERT_GE(test, 3u, nr);
		KUNIT_EXPECT_EQ(test, !nr, !blocks);
		last = nr;
		rounds[nr]++;
		rx_blocks_destroy(blocks);
	}
	KUNIT_EXPECT_EQ(test, 3u, last);
	for (nr = 0; nr <= 3; nr++)
		KUNIT_EXPECT_NE_MSG(test, 0u, rounds[nr], "%u blocks", nr);
}

/* ---- on a ring ------------------------------------------------------------------ */

static void merging_start(struct kunit *test, unsigned int buffers)
{
	net_buffers = buffers;
	fake = fake_plug(test, MERGING, 64);
	device_up(test);
	KUNIT_ASSERT_NOT_NULL(test, fake_pair(fake)->rx_blocks);
}

static struct net_block_counts blocks_now(void)
{
	struct net_block_counts counts;

	net_blocks_count(fake_net(fake), &counts);
	return counts;
}

/* Half as much memory as @buffers of the pool have. */
static unsigned int blocks_of(unsigned int buffers)
{
	return buffers / 2 * PAGE_SIZE / RX_BLOCK_SIZE;
}

/*
 * A merged frame of 65226 bytes, 45 segments of 1448 and 66 of headers, in two blocks of 32
 * or 60 KiB.
 */
static void a_long_frame_takes_two_buffers(struct kunit *test)
{
	static const struct frame frame = { .len = 65226,
					    .each = RX_BLOCK_SIZE };
	struct sk_buff *skb;

	merging_start(test, 1024);
	KUNIT_EXPECT_EQ(test, blocks_of(1024), blocks_now().total);
	KUNIT_EXPECT_EQ(test, 32u, blocks_now().posted);
	skb = frame_caught(test, frame);
	KUNIT_EXPECT_EQ(test, 2, (int)skb_shinfo(skb)->nr_frags);
	KUNIT_EXPECT_EQ(test, 2ull, rx_values().buffers);
	KUNIT_EXPECT_GE(test, skb->truesize,
			round_up(frame.len + HEADER, RX_BLOCK_UNIT));
	KUNIT_EXPECT_EQ(test, 2u, blocks_now().lent);
	KUNIT_EXPECT_EQ(test, 0u, lent_to_stack());
	kfree_skb(skb);
	KUNIT_EXPECT_EQ(test, 0u, blocks_now().lent);
	KUNIT_EXPECT_EQ(test, 0ull, rx_values().copied_bytes);
}

/*
 * truesize is at least the memory that the frame makes unavailable to others: its bytes
 * and virtio's header, in whole units.
 */
static void every_length_is_charged_for(struct kunit *test)
{
	struct sk_buff *skb;
	unsigned int len;

	merging_start(test, 1024);
	for (len = 129; len < 65226; len += len < 9000 ? 373 : 4099) {
		skb = frame_caught(test, (struct frame){
			.len = len, .each = RX_BLOCK_UNIT });
		KUNIT_EXPECT_GE(test, skb->truesize,
				round_up(len + HEADER,
					 (unsigned int)RX_BLOCK_UNIT));
		skb_condense(skb);
		KUNIT_EXPECT_GE(test, skb->truesize,
				round_up(len + HEADER,
					 (unsigned int)RX_BLOCK_UNIT));
		kfree_skb(skb);
	}
	KUNIT_EXPECT_EQ(test, 0ull, rx_values().copied_bytes);
	KUNIT_EXPECT_EQ(test, 0ull, rx_values().drops);
	KUNIT_EXPECT_EQ(test, 0u, blocks_now().lent);
}

/* Small frames are copied, and the part that they came in is used again at once. */
static void small_frames_use_nothing_up(struct kunit *test)
{
	unsigned int i;

	merging_start(test, 1024);
	for (i = 0; i < 500; i++)
		frame_arrives(test, (struct frame){ .len = 60 });
	KUNIT_EXPECT_EQ(test, 0ull, blocks_now().looks);
	KUNIT_EXPECT_EQ(test, 0u, blocks_now().lent);
	KUNIT_EXPECT_EQ(test, 500ull, rx_values().small_frames);
}

/*
 * When the stack holds all blocks, the ring is filled with buffers of the pool, then with
 * pages. After the stack has released them, blocks are posted again.
 */
static void blocks_may_all_be_held(struct kunit *test)
{
	unsigned int blocks = blocks_of(256), i, posted = 0;
	struct sk_buff_head held;
	struct sk_buff *skb;

	skb_queue_head_init(&held);
	merging_start(test, 256);
	KUNIT_EXPECT_EQ(test, blocks, blocks_now().total);
	for (i = 0; i < blocks * PARTS + 872; i++)
		__skb_queue_tail(&held, frame_caught(test, (struct frame){
			.len = 1514 }));
	KUNIT_EXPECT_EQ(test, blocks, blocks_now().lent);
	KUNIT_EXPECT_LT(test, 0ull, rx_values().page_buffers);
	KUNIT_EXPECT_EQ(test, 0ull, rx_values().drops);
	expect_all_there(test);
	while ((skb = __skb_dequeue(&held))) {
		expect_skb(test, skb, 0, 1500);
		kfree_skb(skb);
	}
	KUNIT_EXPECT_EQ(test, 0u, blocks_now().lent);
	for (i = 0; i < 200; i++) {
		frame_arrives(test, (struct frame){ .len = 1514 });
		posted = max(posted, blocks_now().posted);
	}
	/* Once as many as possible were on the ring, though not at the end of the loop. */
	KUNIT_EXPECT_EQ(test, min(blocks, 32u), posted);
}

static void a_frame_outlives_the_device(struct kunit *test)
{
	merging_start(test, 1024);
	frame_outlives(test, (struct frame){
			.len = 40000, .each = RX_BLOCK_SIZE });
}

/* Blocks are posted after down and up, and after freeze and restore. */
static void parts_are_there_after_a_rest(struct kunit *test)
{
	merging_start(test, 1024);
	link_down();
	link_up(test);
	KUNIT_EXPECT_EQ(test, 32u, blocks_now().posted);
	KUNIT_EXPECT_EQ(test, 0, net_freeze(&fake->vdev));
	KUNIT_EXPECT_EQ(test, 0u, blocks_now().posted);
	KUNIT_EXPECT_EQ(test, 0, net_restore(&fake->vdev));
	KUNIT_EXPECT_EQ(test, 32u, blocks_now().posted);
}

/* A device that does not merge frames has no blocks. */
static void others_have_no_blocks(struct kunit *test)
{
	device_start(test, MERGEABLE);
	KUNIT_EXPECT_NULL(test, fake_pair(fake)->rx_blocks);
	KUNIT_EXPECT_EQ(test, 0u, blocks_now().total);
}

static struct kunit_case virtio_blocks_cases[] = {
	KUNIT_CASE(a_block_is_used_part_by_part),
	KUNIT_CASE(one_that_is_held_holds_up_no_other),
	KUNIT_CASE(references_do_not_run_out),
	KUNIT_CASE(parts_outlive_the_blocks),
	KUNIT_CASE(as_many_as_there_is_memory_for),
	KUNIT_CASE(a_long_frame_takes_two_buffers),
	KUNIT_CASE(every_length_is_charged_for),
	KUNIT_CASE(small_frames_use_nothing_up),
	KUNIT_CASE(blocks_may_all_be_held),
	KUNIT_CASE(a_frame_outlives_the_device),
	KUNIT_CASE(parts_are_there_after_a_rest),
	KUNIT_CASE(others_have_no_blocks),
	{}
};

VIRTIO_SUITE(virtio_blocks);

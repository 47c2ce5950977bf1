// SPDX-License-Identifier: GPL-2.0-only
/*
 * virtio_split_kunit.c - header split: a slot is a piece for headers and some whole pages
 * for data, so that data begins where a page does. The functions alone, then on the ring
 * of the fake device.
 */
#include <linux/ip.h>
#include <linux/netdevice.h>
#include <linux/page_ref.h>
#include <linux/tcp.h>

#include "kunit/virtio_common.h"
#include "net/rx_split.h"

/*
 * Bytes of headers that are assumed until a segment of TCP is seen: Ethernet 14, IPv4 20,
 * TCP 32. In a slot they come behind virtio's header of 12 bytes.
 */
#define HEADERS	66u
#define ROOM	(12u + HEADERS)
#define PAGE	((unsigned int)PAGE_SIZE)
/* With this MTU a frame needs three pages. With pages of 4096 bytes it is 9000. */
#define LONG_MTU	(2 * PAGE + 808)

/* ---- the functions alone ------------------------------------------------------- */

static void skip_unless_possible(struct kunit *test)
{
	if (!RX_SPLIT_POSSIBLE)
		kunit_skip(test, "a page is too long for a pbuf");
}

/* Make @slots slots and @pages pages; a slot gets @each pages. */
static struct rx_split *split_make(struct kunit *test, unsigned int pages,
				   unsigned int slots, unsigned int each)
{
	struct rx_split *split;

	skip_unless_possible(test);
	split = rx_split_create(pages, slots, NUMA_NO_NODE);
	KUNIT_ASSERT_NOT_NULL(test, split);
	rx_split_shape(split, each);
	KUNIT_EXPECT_EQ(test, 0u, rx_split_lent(split));
	return split;
}

static struct rx_slot *slot_take(struct kunit *test, struct rx_split *split)
{
	unsigned int looks = 64;
	struct rx_slot *slot = rx_slot_take(split, &looks);

	KUNIT_ASSERT_NOT_NULL(test, slot);
	return slot;
}

/*
 * Frames that end just before and just behind the border between two pieces: the chain
 * has only the pbufs that hold data, and the other pages can be used again at once.
 */
static void a_slot_is_cut_where_the_data_ends(struct kunit *test)
{
	static const struct {
		unsigned int len, first, pbufs, last;
	} wanted[] = {
		{ 1, 1, 1, 1 },
		{ ROOM, ROOM, 1, ROOM },
		{ ROOM + 1, ROOM, 2, 1 },
		{ ROOM + PAGE, ROOM, 2, PAGE },
		{ ROOM + PAGE + 1, ROOM, 3, 1 },
		{ ROOM + 3 * PAGE, ROOM, 4, PAGE },
	};
	struct rx_split *split = split_make(test, 3, 1, 3);
	unsigned int i, pbufs;
	struct pbuf *p, *q;

	for (i = 0; i < ARRAY_SIZE(wanted); i++) {
		struct rx_slot *slot = slot_take(test, split);

		KUNIT_EXPECT_EQ(test, 0u, split->nr_ready);
		KUNIT_EXPECT_TRUE(test, rx_slot_cut(slot, wanted[i].len));
		p = &slot->custom.pbuf;
		KUNIT_EXPECT_EQ(test, wanted[i].len, (unsigned int)p->tot_len);
		KUNIT_EXPECT_EQ(test, wanted[i].first, (unsigned int)p->len);
		for (q = p, pbufs = 1; q->next; q = q->next, pbufs++)
			KUNIT_EXPECT_EQ(test, (int)q->tot_len,
					q->len + q->next->tot_len);
		KUNIT_EXPECT_EQ(test, wanted[i].pbufs, pbufs);
		KUNIT_EXPECT_EQ(test, wanted[i].last, (unsigned int)q->len);
		KUNIT_EXPECT_EQ(test, 4 - pbufs, split->nr_ready);
		pbuf_free(p);
		KUNIT_EXPECT_EQ(test, 3u, split->nr_ready);
		KUNIT_EXPECT_EQ(test, 1u, split->nr_free);
	}
	rx_split_destroy(split);
}

/* Lengths of 0, or longer than the slot: refused. Nothing is lost. */
static void a_length_that_cannot_be(struct kunit *test)
{
	static const unsigned int lens[] = {
		0, ROOM + 2 * PAGE + 1, 0x7fffffff, 0xffffffff
	};
	struct rx_split *split = split_make(test, 2, 1, 2);
	struct rx_slot *slot;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		slot = slot_take(test, split);
		KUNIT_EXPECT_FALSE(test, rx_slot_cut(slot, lens[i]));
		KUNIT_EXPECT_EQ(test, min(lens[i], ROOM + 2 * PAGE),
				(unsigned int)slot->custom.pbuf.tot_len);
		pbuf_free(&slot->custom.pbuf);
		KUNIT_EXPECT_EQ(test, 2u, split->nr_ready);
	}
	rx_split_destroy(split);
}

/*
 * No slot can be taken when pages are too few, or when all slots are taken. Nothing stays
 * taken for the attempt.
 */
static void what_is_lacking(struct kunit *test)
{
	struct rx_split *split = split_make(test, 5, 2, 3);
	struct rx_slot *slot = slot_take(test, split), *other;
	unsigned int looks = 64;

	KUNIT_EXPECT_NULL(test, rx_slot_take(split, &looks));
	KUNIT_EXPECT_EQ(test, 64u, looks);
	KUNIT_EXPECT_EQ(test, 2u, split->nr_ready);
	KUNIT_EXPECT_EQ(test, 1u, split->nr_free);
	rx_split_shape(split, 1);
	other = slot_take(test, split);
	KUNIT_EXPECT_NULL(test, rx_slot_take(split, &looks));
	KUNIT_EXPECT_EQ(test, 1u, split->nr_ready);
	pbuf_free(&slot->custom.pbuf);
	KUNIT_EXPECT_EQ(test, 4u, split->nr_ready);
	pbuf_free(&other->custom.pbuf);
	KUNIT_EXPECT_EQ(test, 5u, split->nr_ready);
	KUNIT_EXPECT_EQ(test, 2u, split->nr_free);
	rx_split_destroy(split);
}

/* Lend one page to the stack, as the build of an sk_buff does, and return it. */
static struct page *page_lend(struct kunit *test, struct rx_split *split)
{
	struct rx_slot *slot = slot_take(test, split);
	struct page *page;

	KUNIT_EXPECT_TRUE(test, rx_slot_cut(slot, ROOM + PAGE));
	KUNIT_ASSERT_TRUE(test, is_rx_page(slot->custom.pbuf.next));
	page = rx_page_lend(slot->custom.pbuf.next);
	pbuf_free(&slot->custom.pbuf);
	return page;
}

/*
 * One of three pages stays lent; the others are used 5000 times. Each page has its many
 * references again at the end.
 */
static void a_page_that_is_held_holds_up_no_other(struct kunit *test)
{
	struct rx_split *split = split_make(test, 3, 1, 1);
	struct page *held = page_lend(test, split), *page;
	unsigned int i;

	for (i = 0; i < 5000; i++) {
		page = page_lend(test, split);
		KUNIT_ASSERT_PTR_NE(test, held, page);
		put_page(page);
	}
	KUNIT_EXPECT_EQ(test, 1u, rx_split_lent(split));
	put_page(held);
	KUNIT_EXPECT_EQ(test, 0u, rx_split_lent(split));
	for (i = 0; i < 3; i++) {
		KUNIT_EXPECT_LT(test, 8u, split->page[i].bias);
		KUNIT_EXPECT_EQ(test, (int)split->page[i].bias,
				page_ref_count(split->page[i].page));
	}
	rx_split_destroy(split);
}

/* All 8 pages are lent: taking a slot inspects 5 of them, its limit, and fails. */
static void looks_are_bounded(struct kunit *test)
{
	struct rx_split *split = split_make(test, 8, 1, 1);
	unsigned int i, looks = 5;
	struct page *page[8];

	for (i = 0; i < 8; i++)
		page[i] = page_lend(test, split);
	KUNIT_EXPECT_NULL(test, rx_slot_take(split, &looks));
	KUNIT_EXPECT_EQ(test, 0u, looks);
	KUNIT_EXPECT_EQ(test, 5ull, split->looks);
	KUNIT_EXPECT_EQ(test, 8u, rx_split_lent(split));
	while (i)
		put_page(page[--i]);
	put_page(page_lend(test, split));
	rx_split_destroy(split);
}

/* After the struct is destroyed, the stack has the only reference to its page. */
static void pages_outlive_it(struct kunit *test)
{
	struct rx_split *split = split_make(test, 2, 1, 1);
	struct page *page = page_lend(test, split);

	rx_split_destroy(split);
	KUNIT_EXPECT_EQ(test, 1, page_ref_count(page));
	put_page(page);
}

/* Whichever allocation fails, either all pages and slots are made or none. */
static void all_of_it_or_nothing(struct kunit *test)
{
	unsigned int refused = 0;
	struct rx_split *split;
	struct failing failing;

	FAIL_EACH(test, failing, split = rx_split_create(3, 2, NUMA_NO_NODE)) {
		if (split) {
			KUNIT_EXPECT_EQ(test, 3u, split->nr);
			KUNIT_EXPECT_EQ(test, 2u, split->nr_free);
		}
		refused += !split;
		rx_split_destroy(split);
	}
	/* Three pages at least had to be allocated. */
	KUNIT_EXPECT_LE(test, 3u, refused);
}

/* ---- on a ring ------------------------------------------------------------------ */

/* Switch header split on or off. */
static void split_choose(struct kunit *test, bool on)
{
	KUNIT_EXPECT_EQ(test, 0, WITH_RTNL(net_split_set(fake_net(fake), on)));
}

/* Bring a device up with header split on, so that all its buffers are slots. */
static void split_start(struct kunit *test, u64 features, unsigned int mtu)
{
	skip_unless_possible(test);
	net_buffers = 256;
	device_plug(test, features, 64);
	device_bind(test);
	mtu_choose(test, mtu);
	split_choose(test, true);
	link_up(test);
	KUNIT_ASSERT_NOT_NULL(test, fake_pair(fake)->rx_split);
}

static struct net_split_counts split_now(void)
{
	struct net_split_counts counts;

	net_split_count(fake_net(fake), &counts);
	return counts;
}

/* Expect each page to be posted in a slot, ready, or in the queue of lent pages. */
static void expect_pages_there(struct kunit *test)
{
	struct rx_split *split = fake_pair(fake)->rx_split;
	unsigned int posted = fake_pair(fake)->rx_nr_split * split->each;

	KUNIT_EXPECT_EQ(test, split->nr, posted + split->nr_ready +
			(split->head - split->tail));
	expect_all_there(test);
}

/* Whether TCP zerocopy can map a frag: it must be exactly one page, not a compound one. */
static bool is_mappable(const skb_frag_t *frag)
{
	return skb_frag_size(frag) == PAGE_SIZE && !skb_frag_off(frag) &&
	       !PageCompound(skb_frag_page(frag)) &&
	       !skb_frag_page(frag)->mapping;
}

/* 66 bytes of headers and a page of data: the data fills one page, which is the only frag. */
static void data_begins_where_a_page_does(struct kunit *test)
{
	static const struct frame frame = { .len = HEADERS + PAGE,
					    .each = ROOM + PAGE };
	struct sk_buff *skb;

	split_start(test, MERGEABLE, PAGE + 52);
	KUNIT_EXPECT_EQ(test, 256u, split_now().total);
	skb = frame_caught(test, frame);
	KUNIT_ASSERT_EQ(test, 1, (int)skb_shinfo(skb)->nr_frags);
	KUNIT_EXPECT_TRUE(test, is_mappable(skb_shinfo(skb)->frags));
	KUNIT_EXPECT_GE(test, skb->truesize, PAGE + 66);
	KUNIT_EXPECT_EQ(test, 1u, split_now().lent);
	KUNIT_EXPECT_EQ(test, 0ull, rx_values().copied_bytes);
	expect_pages_there(test);
	kfree_skb(skb);
	KUNIT_EXPECT_EQ(test, 0u, split_now().lent);
}

/* truesize counts a whole page, although the frame uses 1448 bytes of it. */
static void a_page_is_charged_whole(struct kunit *test)
{
	struct sk_buff *skb;

	split_start(test, MERGEABLE, 1500);
	skb = frame_caught(test, (struct frame){ .len = 1514 });
	KUNIT_EXPECT_EQ(test, SKB_TRUESIZE(skb_end_offset(skb)) + PAGE_SIZE,
			(unsigned long)skb->truesize);
	kfree_skb(skb);
}

/* A merged frame that fills the pages of a slot: each becomes a frag. */
static void a_merged_frame_takes_pages(struct kunit *test)
{
	static const struct frame frame = { .len = HEADERS + RX_SPLIT_PAGES * PAGE,
					    .each = ROOM + RX_SPLIT_PAGES * PAGE };
	struct sk_buff *skb;
	unsigned int i;

	split_start(test, MERGING, 1500);
	skb = frame_caught(test, frame);
	KUNIT_ASSERT_EQ(test, (int)RX_SPLIT_PAGES, (int)skb_shinfo(skb)->nr_frags);
	for (i = 0; i < RX_SPLIT_PAGES; i++)
		KUNIT_EXPECT_TRUE(test,
				  is_mappable(&skb_shinfo(skb)->frags[i]));
	KUNIT_EXPECT_EQ(test, RX_SPLIT_PAGES, split_now().lent);
	expect_pages_there(test);
	kfree_skb(skb);
}

/* The longest frame, in two slots. It is longer than a pbuf's u16 tot_len can say. */
static void the_longest_frame(struct kunit *test)
{
	static const struct frame frame = { .len = 65549,
					    .each = ROOM + RX_SPLIT_PAGES * PAGE };

	split_start(test, MERGING, 1500);
	frame_arrives(test, frame);
	KUNIT_EXPECT_EQ(test, 0ull, rx_values().drops);
	KUNIT_EXPECT_EQ(test, 0u, split_now().lent);
	expect_pages_there(test);
}

static void every_length_arrives(struct kunit *test)
{
	unsigned int len;

	split_start(test, MERGEABLE, LONG_MTU);
	for (len = 14; len < LONG_MTU + 14; len += len < 200 ? 1 : 331)
		frame_arrives(test, (struct frame){
			.len = len, .each = ROOM + 3 * PAGE });
	KUNIT_EXPECT_EQ(test, 0ull, rx_values().drops);
	KUNIT_EXPECT_EQ(test, 0u, split_now().lent);
	expect_pages_there(test);
}

/* Small frames are copied, and their pages are used again without a look at lent ones. */
static void a_small_frame_takes_no_page(struct kunit *test)
{
	unsigned int i;

	split_start(test, MERGEABLE, PAGE + 52);
	for (i = 0; i < 500; i++)
		frame_arrives(test, (struct frame){ .len = 100 });
	KUNIT_EXPECT_EQ(test, 500ull, rx_values().small_frames);
	KUNIT_EXPECT_EQ(test, 0ull, split_now().looks);
	expect_pages_there(test);
}

/*
 * Each poll must look at least at as many lent pages as it lends itself. Of 256 pages 126
 * are in 42 slots of 3 on the ring, and a burst of 40 frames takes 120. As each burst is
 * freed, there are pages enough to refill the ring each time, if the poll finds them.
 */
static void a_poll_finds_as_many_pages_as_it_gave(struct kunit *test)
{
	unsigned int burst, i;

	split_start(test, MERGEABLE | BIT_ULL(VIRTIO_RING_F_INDIRECT_DESC),
		    LONG_MTU);
	KUNIT_ASSERT_EQ(test, 42u, fake_pair(fake)->rx_nr_split);
	for (burst = 0; burst < 8; burst++) {
		for (i = 0; i < 40; i++)
			frame_put(test, (struct frame){
				.len = LONG_MTU + 14, .each = ROOM + 3 * PAGE });
		fake_interrupt(fake, fake->rx);
		KUNIT_EXPECT_EQ(test, 40u, skb_queue_len(&caught));
		skb_queue_purge(&caught);
		KUNIT_EXPECT_EQ(test, 42u, fake_pair(fake)->rx_nr_split);
	}
	expect_pages_there(test);
}

/*
 * When the stack holds all pages, no frame is dropped: other buffers are posted. After it
 * has released them, slots are posted again.
 */
static void pages_may_all_be_held(struct kunit *test)
{
	static const struct frame frame = { .len = 1514 };
	struct sk_buff_head held;
	struct sk_buff *skb;
	unsigned int i;

	skb_queue_head_init(&held);
	split_start(test, MERGEABLE, 1500);
	for (i = 0; i < 1000; i++) {
		__skb_queue_tail(&held, frame_caught(test, frame));
		/* The ring must always have room for the longest frame. */
		KUNIT_ASSERT_GE(test, fake_posted(fake, fake->rx), 18u);
	}
	KUNIT_EXPECT_EQ(test, 256u, split_now().lent);
	KUNIT_EXPECT_EQ(test, 0ull, rx_values().drops);
	KUNIT_EXPECT_LT(test, 0ull, rx_values().page_buffers);
	expect_pages_there(test);
	while ((skb = __skb_dequeue(&held))) {
		expect_skb(test, skb, 0, 1500);
		kfree_skb(skb);
	}
	for (i = 0; i < 200; i++)
		frame_arrives(test, frame);
	/* Slots are on the ring again. */
	KUNIT_EXPECT_LT(test, 0u, fake_pair(fake)->rx_nr_split);
	expect_pages_there(test);
}

/* Wrong lengths and numbers of buffers: the frame is dropped and no page is lost. */
static void lies_are_dropped(struct kunit *test)
{
	static const unsigned int claims[] = {
		1, 11, 12, 20, 25, ROOM + PAGE + 1, 70000, 0xffffffff
	};
	struct frame half = { .len = 9000, .each = 4000, .withheld = 1 };
	unsigned int i;

	split_start(test, MERGEABLE, PAGE + 52);
	for (i = 0; i < ARRAY_SIZE(claims); i++) {
		struct frame frame = { .len = 600, .claims = claims[i] };

		frame_send(test, frame);
		expect_none(test);
		expect_pages_there(test);
	}
	frame_send(test, (struct frame){ .len = 600, .buffers = 60000 });
	frame_send(test, half);
	expect_none(test);
	KUNIT_EXPECT_LT(test, 8ull, rx_values().length_errors);
	expect_pages_there(test);
}

/* Both kinds of buffers are on the ring then; no frame and no page is lost. */
static void on_and_off_while_frames_come(struct kunit *test)
{
	unsigned int i;

	split_start(test, MERGEABLE, PAGE + 52);
	for (i = 0; i < 600; i++) {
		if (i % 37 == 0)
			split_choose(test, i & 1);
		frame_arrives(test, (struct frame){ .len = 1514 });
	}
	split_choose(test, false);
	for (i = 0; i < 200; i++)
		frame_arrives(test, (struct frame){ .len = 1514 });
	KUNIT_EXPECT_EQ(test, 0u, fake_pair(fake)->rx_nr_split);
	KUNIT_EXPECT_EQ(test, 0u, fake_pair(fake)->rx_extra);
	KUNIT_EXPECT_EQ(test, 0ull, rx_values().drops);
	expect_pages_there(test);
}

static void a_frame_outlives_the_device(struct kunit *test)
{
	split_start(test, MERGEABLE, PAGE + 52);
	frame_outlives(test, (struct frame){
			.len = HEADERS + PAGE, .each = ROOM + PAGE });
}

/* Slots are posted again after freeze and restore. */
static void it_is_there_after_a_rest(struct kunit *test)
{
	split_start(test, MERGEABLE, PAGE + 52);
	KUNIT_EXPECT_EQ(test, 0, net_freeze(&fake->vdev));
	KUNIT_EXPECT_EQ(test, 0u, split_now().posted);
	KUNIT_EXPECT_EQ(test, 0, net_restore(&fake->vdev));
	KUNIT_EXPECT_LT(test, 0u, split_now().posted);
	expect_pages_there(test);
}

/* ---- the length of headers ------------------------------------------------------- */

/* Receive a frame in one buffer; @bytes begin with virtio's header. */
static void bytes_send(struct kunit *test, u8 *bytes, unsigned int len)
{
	bytes[10] = 1;				/* num_buffers */
	KUNIT_EXPECT_TRUE(test, fake_fill(fake, (struct fake_fill){
		.data = bytes, .len = len }));
	fake_interrupt(fake, fake->rx);
}

/* Receive a segment of TCP over IPv4 with @options bytes of options and @data of data. */
static void segment_send(struct kunit *test, unsigned int options,
			 unsigned int data)
{
	unsigned int len = 12 + 14 + 20 + 20 + options + data;
	u8 *bytes = kunit_kzalloc(test, len, GFP_KERNEL);
	struct iphdr *ip = (void *)(bytes + 26);
	struct tcphdr *tcp = (void *)(bytes + 46);

	KUNIT_ASSERT_NOT_NULL(test, bytes);
	bytes[12 + 12] = 8;			/* IPv4 */
	ip->version = 4;
	ip->ihl = 5;
	ip->protocol = IPPROTO_TCP;
	tcp->doff = 5 + options / 4;
	bytes_send(test, bytes, len);
}

/* The driver takes the length of headers from the latest long segment of TCP. */
static void headers_are_learnt(struct kunit *test)
{
	split_start(test, MERGEABLE, PAGE + 104);
	KUNIT_EXPECT_EQ(test, 66u, fake_pair(fake)->rx_split->headers);
	segment_send(test, 20, PAGE);
	KUNIT_EXPECT_EQ(test, 74u, fake_pair(fake)->rx_split->headers);
	/* Short frames, often acknowledgements, are ignored. */
	segment_send(test, 0, 100);
	KUNIT_EXPECT_EQ(test, 74u, fake_pair(fake)->rx_split->headers);
	segment_send(test, 0, PAGE);
	KUNIT_EXPECT_EQ(test, 54u, fake_pair(fake)->rx_split->headers);
	segment_send(test, 40, PAGE);
	KUNIT_EXPECT_EQ(test, 94u, fake_pair(fake)->rx_split->headers);
	expect_pages_there(test);
}

/* A frame that is 0 but for some bytes, and the length of headers that it teaches. */
struct lesson {
	const char *what;
	u8 bytes[8][2];		/* offset in the frame and value; offset 0: no more */
	unsigned int headers;	/* 66: the frame taught nothing */
};

static const struct lesson lessons[] = {
	{ "IPv4", { { 12, 8 }, { 14, 0x45 }, { 23, IPPROTO_TCP },
		    { 46, 0x60 } }, 14 + 20 + 24 },
	{ "of version 5", { { 12, 8 }, { 14, 0x55 }, { 23, IPPROTO_TCP },
			    { 46, 0x60 } }, 66 },
	{ "IPv4 with options", { { 12, 8 }, { 14, 0x46 }, { 23, IPPROTO_TCP },
				 { 46, 0x60 } }, 66 },
	{ "UDP", { { 12, 8 }, { 14, 0x45 }, { 23, IPPROTO_UDP },
		   { 46, 0x60 } }, 66 },
	{ "not IP", { { 12, 9 }, { 14, 0x45 }, { 23, IPPROTO_TCP },
		      { 46, 0x60 } }, 66 },
	{ "too short for TCP", { { 12, 8 }, { 14, 0x45 }, { 23, IPPROTO_TCP },
				 { 46, 0x40 } }, 66 },
	{ "IPv6", { { 12, 0x86 }, { 13, 0xdd }, { 20, IPPROTO_TCP },
		    { 66, 0x80 } }, 14 + 40 + 32 },
	{ "UDP over IPv6", { { 12, 0x86 }, { 13, 0xdd }, { 20, IPPROTO_UDP },
			     { 66, 0x80 } }, 66 },
	{ "a tag, IPv4", { { 12, 0x81 }, { 16, 8 }, { 18, 0x45 },
			   { 27, IPPROTO_TCP }, { 50, 0x60 } }, 18 + 20 + 24 },
	/* The longest headers: 18 + 40 + 60 = 118; 122 are allowed. */
	{ "the longest", { { 12, 0x81 }, { 16, 0x86 }, { 17, 0xdd },
			   { 24, IPPROTO_TCP }, { 70, 0xf0 } }, 118 },
};

static void only_segments_of_tcp_teach(struct kunit *test)
{
	unsigned int len = 12 + 66 + PAGE, i, k;
	const struct lesson *lesson;
	u8 *bytes;

	for (i = 0; i < ARRAY_SIZE(lessons); i++) {
		lesson = &lessons[i];
		if (!i)
			split_start(test, MERGEABLE, PAGE + 104);
		fake_pair(fake)->rx_split->headers = 66;
		bytes = kunit_kzalloc(test, len, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, bytes);
		for (k = 0; k < 8 && lesson->bytes[k][0]; k++)
			bytes[12 + lesson->bytes[k][0]] = lesson->bytes[k][1];
		bytes_send(test, bytes, len);
		KUNIT_EXPECT_EQ_MSG(test, lesson->headers,
				    fake_pair(fake)->rx_split->headers,
				    "%s", lesson->what);
	}
}

/*
 * How many slots are posted: half of 256 pages are on the ring. With 3 pages in a slot,
 * for an MTU of LONG_MTU, these are 42 slots.
 */
static void how_many_slots(struct kunit *test)
{
	struct rx_split *split;
	unsigned int i;

	split_start(test, MERGEABLE, LONG_MTU);
	split = fake_pair(fake)->rx_split;
	KUNIT_EXPECT_EQ(test, 3u, split->each);
	KUNIT_EXPECT_EQ(test, 42u, fake_pair(fake)->rx_wanted);
	split_choose(test, false);
	for (i = 0; i < 64; i++)
		kfree_skb(frame_caught(test, (struct frame){ .len = 1514 }));
	KUNIT_EXPECT_EQ(test, 64u, fake_pair(fake)->rx_wanted);
	/* Switched on again, the same pages are used. */
	split_choose(test, true);
	KUNIT_EXPECT_PTR_EQ(test, split, fake_pair(fake)->rx_split);
	/* With one page in a slot it would be 128, but the ring has 64 slots. */
	mtu_choose(test, 1500);
	for (i = 0; i < 64; i++)
		kfree_skb(frame_caught(test, (struct frame){ .len = 1514 }));
	KUNIT_EXPECT_EQ(test, 64u, fake_pair(fake)->rx_wanted);
	/* A frame of the MTU 68 is shorter than these headers; a slot still has a page. */
	split->headers = 94;
	mtu_choose(test, 68);
	for (i = 0; i < 64; i++)
		kfree_skb(frame_caught(test, (struct frame){ .len = 80 }));
	KUNIT_EXPECT_EQ(test, 1u, split->each);
	expect_pages_there(test);
}

/*
 * The largest MTU would need more pages than a slot may have, 16 of 4096 bytes where 15 are
 * allowed. Half of 256 pages would be 8 slots, but at least 32 are posted. With pages of
 * 16 KiB a slot has 3, and half of the pages are 42 slots.
 */
static void slots_of_the_longest_frames(struct kunit *test)
{
	split_start(test, MERGEABLE, 65505);
	KUNIT_EXPECT_EQ(test, (0xffff - 12 - 122) / PAGE, RX_SPLIT_PAGES);
	KUNIT_EXPECT_EQ(test, RX_SPLIT_PAGES, fake_pair(fake)->rx_split->each);
	KUNIT_EXPECT_EQ(test, max(256u / 2 / RX_SPLIT_PAGES, 32u),
			fake_pair(fake)->rx_wanted);
	expect_pages_there(test);
}

/* Pages of 64 KiB are too long for a pbuf. The device works on without slots. */
static void a_page_must_fit_into_a_pbuf(struct kunit *test)
{
	device_start(test, MERGEABLE);
	KUNIT_EXPECT_EQ(test, PAGE > 0xffff ? -EOPNOTSUPP : 0,
			WITH_RTNL(net_split_set(fake_net(fake), true)));
	KUNIT_EXPECT_EQ(test, PAGE <= 0xffff, fake_net(fake)->has_split);
	frame_arrives(test, (struct frame){ .len = 1514 });
}

static struct kunit_case virtio_split_cases[] = {
	KUNIT_CASE(a_slot_is_cut_where_the_data_ends),
	KUNIT_CASE(a_length_that_cannot_be),
	KUNIT_CASE(what_is_lacking),
	KUNIT_CASE(a_page_that_is_held_holds_up_no_other),
	KUNIT_CASE(looks_are_bounded),
	KUNIT_CASE(pages_outlive_it),
	KUNIT_CASE(all_of_it_or_nothing),
	KUNIT_CASE(data_begins_where_a_page_does),
	KUNIT_CASE(a_page_is_charged_whole),
	KUNIT_CASE(a_merged_frame_takes_pages),
	KUNIT_CASE(the_longest_frame),
	KUNIT_CASE(every_length_arrives),
	KUNIT_CASE(a_small_frame_takes_no_page),
	KUNIT_CASE(a_poll_finds_as_many_pages_as_it_gave),
	KUNIT_CASE(pages_may_all_be_held),
	KUNIT_CASE(lies_are_dropped),
	KUNIT_CASE(on_and_off_while_frames_come),
	KUNIT_CASE(a_frame_outlives_the_device),
	KUNIT_CASE(it_is_there_after_a_rest),
	KUNIT_CASE(headers_are_learnt),
	KUNIT_CASE(only_segments_of_tcp_teach),
	KUNIT_CASE(how_many_slots),
	KUNIT_CASE(slots_of_the_longest_frames),
	KUNIT_CASE(a_page_must_fit_into_a_pbuf),
	{}
};

VIRTIO_SUITE(virtio_split);

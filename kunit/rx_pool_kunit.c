// SPDX-License-Identifier: GPL-2.0-only
/*
 * rx_pool_kunit.c - buffers of an RX pool become sk_buffs without a copy of their
 * payload, and are free again after the last user has released them, not earlier.
 * Whenever no call is running, each buffer is either free or lent.
 */
#include <linux/etherdevice.h>
#include <linux/hrtimer.h>
#include <linux/mm.h>
#include <linux/netdevice.h>
#include <linux/page_ref.h>
#include <linux/vmalloc.h>

#include "kunit/net_common.h"
#include "net/rx_pool.h"

#define BUFFERS	32u

static struct pbuf_rx_pool *rx_pool;
static struct pbuf_skb_cost cost;
static struct net_device *dev;

static int rx_pool_start(struct kunit *test)
{
	cost = (struct pbuf_skb_cost){ };
	rx_pool = rx_pool_make(test, BUFFERS);
	dev = netdev_make(test);
	return 0;
}

/* Give @p to the stack, which must succeed, and return the sk_buff. */
static struct sk_buff *lent(struct kunit *test, struct pbuf *p,
			    enum pbuf_skb_mode mode)
{
	struct sk_buff *skb = to_skb(p, mode, dev, &cost);

	KUNIT_ASSERT_FALSE(test, IS_ERR(skb));
	return skb;
}

/* Do the same with a new packet of @len bytes, @each in a buffer. */
static struct sk_buff *packet_lent(struct kunit *test, unsigned int len,
				   unsigned int each, enum pbuf_skb_mode mode)
{
	return lent(test, rx_pool_packet(test, rx_pool, len, each), mode);
}

/* Expect all buffers to be free. */
static void expect_home(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 0u, lent_now(rx_pool));
	KUNIT_EXPECT_EQ(test, BUFFERS, rx_pool_counts(rx_pool).free);
}

/* Expect @nr buffers to be lent and all others to be free. */
static void expect_lent(struct kunit *test, unsigned int nr)
{
	KUNIT_EXPECT_EQ(test, nr, lent_now(rx_pool));
	KUNIT_EXPECT_EQ(test, BUFFERS - nr, rx_pool_counts(rx_pool).free);
}

/* ---- packets of all sizes ---------------------------------------------------- */

struct packet {
	const char *desc;
	unsigned int len;	/* bytes of the packet */
	unsigned int each;	/* bytes in a buffer */
	unsigned int buffers;	/* buffers that it takes */
};

static const struct packet packets[] = {
	{ "one byte", 1, 1, 1 },
	{ "the least frame", 60, 60, 1 },
	{ "an ordinary frame", 1514, PBUF_LENT_ROOM, 1 },
	{ "a full buffer", PBUF_LENT_ROOM, PBUF_LENT_ROOM, 1 },
	{ "one byte more", PBUF_LENT_ROOM + 1, PBUF_LENT_ROOM, 2 },
	{ "a large frame", 9014, PBUF_LENT_ROOM,
	  DIV_ROUND_UP(9014, PBUF_LENT_ROOM) },
	{ "all frags there are", 18 * 100, 100, 18 },
	{ "more than there are", 30 * 50, 50, 30 },
	{ "the longest", 65535, PBUF_LENT_ROOM,
	  DIV_ROUND_UP(65535, PBUF_LENT_ROOM) },
};

KUNIT_ARRAY_PARAM_DESC(packet, packets, desc);

/* PBUF_SKB_BUILD makes the first buffer the head of the sk_buff. */
static void a_packet_is_built_without_a_copy(struct kunit *test)
{
	const struct packet *packet = test->param_value;
	struct sk_buff *skb = packet_lent(test, packet->len, packet->each,
					  PBUF_SKB_BUILD);

	expect_skb(test, skb, 0, packet->len);
	KUNIT_EXPECT_EQ(test, 0ull, cost.payload_bytes);
	/*
	 * A buffer of which 15/16 or less are used does not become the head. It
	 * becomes a frag, and the Ethernet header is copied into a small head.
	 */
	if (packet->buffers > 1 || packet->len > PBUF_LENT_ROOM / 16 * 15)
		KUNIT_EXPECT_EQ(test, 0ull, cost.header_bytes);
	else
		KUNIT_EXPECT_GE(test, 14ull, cost.header_bytes);
	expect_lent(test, packet->len > 1 ? packet->buffers : 0);
	/*
	 * Sockets limit their memory by truesize: it must be at least the memory
	 * that is pinned, also (but for 1/16) after the stack has recomputed it.
	 */
	KUNIT_EXPECT_GE(test, skb->truesize, lent_now(rx_pool) * PAGE_SIZE);
	skb_condense(skb);
	KUNIT_EXPECT_GE(test, skb->truesize,
			lent_now(rx_pool) * PAGE_SIZE / 16 * 15);
	kfree_skb(skb);
}

/* PBUF_SKB_FRAG copies the headers into a small head; all buffers become frags. */
static void a_packet_gets_a_small_head(struct kunit *test)
{
	const struct packet *packet = test->param_value;
	struct sk_buff *skb = packet_lent(test, packet->len, packet->each,
					  PBUF_SKB_FRAG);

	expect_skb(test, skb, 0, packet->len);
	KUNIT_EXPECT_EQ(test, 0ull, cost.payload_bytes);
	KUNIT_EXPECT_GE(test, 128ull, cost.header_bytes);
	KUNIT_EXPECT_EQ(test, (u64)skb_headlen(skb), cost.header_bytes);
	kfree_skb(skb);
}

/* Of a UDP packet 14 + 20 + 8 bytes of headers are copied, and nothing else. */
static void only_headers_are_copied(struct kunit *test)
{
	struct pbuf *p = rx_pool_packet(test, rx_pool, 1514, PBUF_LENT_ROOM);
	static const u8 udp[] = {
		1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 0x08, 0x00, 0x45, 0,
		1500 >> 8, 1500 & 0xff, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1,
		10, 0, 0, 2, 0, 9, 0, 9, 1480 >> 8, 1480 & 0xff, 0, 0,
	};
	struct sk_buff *skb;

	pbuf_take(p, udp, sizeof(udp));
	skb = lent(test, p, PBUF_SKB_FRAG);
	KUNIT_EXPECT_EQ(test, 42u, skb_headlen(skb));
	KUNIT_EXPECT_EQ(test, 42ull, cost.header_bytes);
	kfree_skb(skb);
}

/*
 * With tailroom in the head, the stack would copy the data of other packets into it. The
 * packets leave 129 to 148 bytes of their buffer unused: 3500 to 3519 of 3648. Where a line
 * of the cache has 256 bytes, as on s390, alignment leaves so much unused that such a buffer
 * would not become a head, for which 15/16 must be used; there the packets leave 1 to 20.
 */
static void there_is_no_tailroom_to_speak_of(struct kunit *test)
{
	unsigned int most = PBUF_LENT_ROOM - (L1_CACHE_BYTES < 256 ? 129 : 1);
	struct sk_buff *skb;
	unsigned int len;

	for (len = most - 19; len <= most; len++) {
		skb = packet_lent(test, len, len, PBUF_SKB_BUILD);
		KUNIT_EXPECT_GT(test, 8, skb_tailroom(skb));
		KUNIT_EXPECT_EQ(test, PBUF_LENT_HEADROOM, skb_headroom(skb));
		kfree_skb(skb);
	}
	skb = packet_lent(test, 200, 200, PBUF_SKB_BUILD);
	KUNIT_EXPECT_GT(test, 8, (int)(skb->end - skb->tail));
	kfree_skb(skb);
}

/* ---- who holds a buffer -------------------------------------------------------- */

/*
 * A packet of two buffers of 2500 bytes, its clone, and a copy: the buffers are lent until
 * all three that use them are freed.
 */
static void the_last_of_all_users_returns_it(struct kunit *test)
{
	struct sk_buff *skb = packet_lent(test, 5000, 2500, PBUF_SKB_BUILD);
	struct sk_buff *clone = clone_make(test, skb);
	struct sk_buff *copy = pskb_copy(skb, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, copy);
	expect_lent(test, 2);
	kfree_skb(skb);
	expect_lent(test, 2);
	kfree_skb(clone);
	/* The copy has a head of its own and shares only the second buffer, a frag. */
	expect_lent(test, 1);
	expect_skb(test, copy, 0, 5000);
	kfree_skb(copy);
}

/* After the sk_buff is freed, a reference to the page still keeps the buffer lent. */
static void a_page_reference_alone_holds_it(struct kunit *test)
{
	struct sk_buff *skb = packet_lent(test, PBUF_LENT_ROOM, PBUF_LENT_ROOM,
					  PBUF_SKB_BUILD);
	struct page *page = virt_to_page(skb->data);

	get_page(page);
	kfree_skb(skb);
	expect_lent(test, 1);
	put_page(page);
}

/*
 * The oldest lent buffer stays held. A reclaim that inspects 2 buffers each time still
 * finds the others.
 */
static void a_held_one_holds_up_no_other(struct kunit *test)
{
	struct sk_buff *held = packet_lent(test, 100, 100, PBUF_SKB_BUILD);
	unsigned int i;

	for (i = 0; i < 10 * BUFFERS; i++) {
		kfree_skb(packet_lent(test, 100, 100, PBUF_SKB_BUILD));
		WITHOUT_BH(pbuf_rx_pool_reclaim(rx_pool, 2));
	}
	KUNIT_EXPECT_GT(test, 4u, rx_pool_counts(rx_pool).lent);
	kfree_skb(held);
}

/*
 * A second reference to the pbuf keeps the buffer from being freed when the stack is
 * done: it is then neither lent nor free.
 */
static void whoever_holds_the_pbuf_holds_the_buffer(struct kunit *test)
{
	struct pbuf *p = rx_pool_packet(test, rx_pool, 100, 100);
	struct sk_buff *skb;

	pbuf_ref(p);
	skb = lent(test, p, PBUF_SKB_BUILD);
	kfree_skb(skb);
	KUNIT_EXPECT_EQ(test, 0u, lent_now(rx_pool));
	KUNIT_EXPECT_EQ(test, BUFFERS - 1, rx_pool_counts(rx_pool).free);
	expect_packet(test, p, 0, 100);
	pbuf_free(p);
}

/*
 * A pbuf with more references does not become the head of an sk_buff, because the stack
 * writes in front of the data and behind it. It becomes a frag that is marked as shared.
 */
static void a_held_pbuf_is_no_head(struct kunit *test)
{
	struct pbuf *p = rx_pool_packet(test, rx_pool, 500, 500);
	struct sk_buff *first, *second;

	pbuf_ref(p);
	pbuf_ref(p);
	first = lent(test, p, PBUF_SKB_BUILD);
	second = lent(test, p, PBUF_SKB_BUILD);
	KUNIT_EXPECT_TRUE(test, skb_is_nonlinear(first));
	KUNIT_EXPECT_TRUE(test, skb_has_shared_frag(first));
	KUNIT_EXPECT_EQ(test, 1u, rx_pool_counts(rx_pool).lent);
	expect_skb(test, first, 0, 500);
	expect_skb(test, second, 0, 500);
	kfree_skb(first);
	pbuf_free(p);
	expect_lent(test, 1);
	kfree_skb(second);
}

/*
 * A lent buffer is on the pool's ring, where its bias may be tested and renewed at any
 * time. So lending it a second time takes an ordinary page reference.
 */
static void a_second_loan_leaves_the_bias_alone(struct kunit *test)
{
	struct pbuf *p = rx_pool_packet(test, rx_pool, 500, 500);
	u32 index = buffer_index(rx_pool, p), bias;
	struct sk_buff *first, *second;

	pbuf_ref(p);
	first = lent(test, p, PBUF_SKB_BUILD);
	bias = rx_pool->bias[index];
	second = lent(test, p, PBUF_SKB_BUILD);
	KUNIT_EXPECT_EQ(test, bias, rx_pool->bias[index]);
	KUNIT_EXPECT_EQ(test, rx_pool->bias[index] + 2,
			(u32)page_ref_count(rx_pool->page[index]));
	kfree_skb(first);
	expect_lent(test, 1);
	kfree_skb(second);
}

/* A chain with another holder stays a chain, although the sk_buff uses all of it. */
static void a_held_chain_stays_one(struct kunit *test)
{
	struct pbuf *p = rx_pool_packet(test, rx_pool, 300, 100);
	struct sk_buff *skb;

	pbuf_ref(p);
	skb = lent(test, p, PBUF_SKB_FRAG);
	expect_packet(test, p, 0, 300);
	kfree_skb(skb);
	KUNIT_EXPECT_EQ(test, 0u, lent_now(rx_pool));
	expect_packet(test, p, 0, 300);
	KUNIT_EXPECT_EQ(test, 3u, pbuf_free(p));
}

/* A pbuf of a chain that has no bytes left is not put into the sk_buff, but freed. */
static void an_empty_piece_is_given_back(struct kunit *test)
{
	struct pbuf *p = rx_pool_packet(test, rx_pool, 300, 100);
	struct sk_buff *skb;

	KUNIT_ASSERT_EQ(test, 0, (int)pbuf_remove_header(p, 100));
	skb = lent(test, p, PBUF_SKB_BUILD);
	expect_skb(test, skb, 100, 200);
	kfree_skb(skb);
}

/* When all buffers are lent, there is none to allocate until one of them is back. */
static void the_pool_has_an_end(struct kunit *test)
{
	struct sk_buff *skb[BUFFERS];
	unsigned int i;

	for (i = 0; i < BUFFERS; i++)
		skb[i] = packet_lent(test, 50, 50, PBUF_SKB_BUILD);
	KUNIT_EXPECT_NULL(test, pbuf_rx_pool_alloc(rx_pool, 0));
	KUNIT_EXPECT_EQ(test, 1ull, rx_pool_counts(rx_pool).empty);
	KUNIT_EXPECT_EQ(test, BUFFERS, rx_pool_counts(rx_pool).lent_max);
	kfree_skb(skb[7]);
	expect_lent(test, BUFFERS - 1);
	skb[7] = packet_lent(test, 60, 60, PBUF_SKB_BUILD);
	for (i = 0; i < BUFFERS; i++)
		kfree_skb(skb[i]);
}

/*
 * pbuf_rx_pool_renew() returns the buffer that was lent first, if the stack is done with
 * it, with all its room and 12 bytes for virtio's header in front of the aligned data.
 */
static void the_oldest_is_renewed(struct kunit *test)
{
	struct pbuf *p = rx_pool_packet(test, rx_pool, 100, 100), *again;

	kfree_skb(lent(test, p, PBUF_SKB_BUILD));
	WITHOUT_BH(again = pbuf_rx_pool_renew(rx_pool, 12));
	KUNIT_EXPECT_PTR_EQ(test, p, again);
	KUNIT_EXPECT_EQ(test, PBUF_LENT_ROOM + 12, (unsigned int)again->len);
	KUNIT_EXPECT_EQ(test, again->len, again->tot_len);
	KUNIT_EXPECT_EQ(test, 0ul, (unsigned long)(again->payload + 12) %
				   NET_SKB_PAD);
	KUNIT_EXPECT_EQ(test, 0u, rx_pool_counts(rx_pool).lent);
	KUNIT_EXPECT_EQ(test, BUFFERS - 1, rx_pool_counts(rx_pool).free);
	pbuf_free(again);
}

/*
 * It returns another buffer while the sk_buff exists, and also while the pbuf has
 * another holder.
 */
static void what_is_held_is_not_renewed(struct kunit *test)
{
	struct pbuf *p = rx_pool_packet(test, rx_pool, 100, 100), *other;
	struct sk_buff *skb = lent(test, p, PBUF_SKB_BUILD);

	WITHOUT_BH(other = pbuf_rx_pool_renew(rx_pool, 0));
	KUNIT_EXPECT_PTR_NE(test, p, other);
	expect_skb(test, skb, 0, 100);
	pbuf_free(other);
	pbuf_ref(p);
	kfree_skb(skb);
	WITHOUT_BH(other = pbuf_rx_pool_renew(rx_pool, 0));
	KUNIT_EXPECT_PTR_NE(test, p, other);
	pbuf_free(other);
	pbuf_free(p);
}

/* ---- the end of a pool, odd cases ---------------------------------------------- */

/*
 * Packets that the stack holds stay intact after their pool is destroyed and other
 * memory, which may be the pool's, is overwritten.
 */
static void packets_outlive_the_pool(struct kunit *test)
{
	struct pbuf_rx_pool *own = pbuf_rx_pool_create("kunit.gone", 16);
	struct sk_buff *skb[3];
	void *other;
	int i;

	KUNIT_ASSERT_FALSE(test, IS_ERR(own));
	for (i = 0; i < 3; i++)
		skb[i] = lent(test, rx_pool_packet(test, own, 9000, 3000),
			      i & 1 ? PBUF_SKB_FRAG : PBUF_SKB_BUILD);
	pbuf_rx_pool_destroy(own);
	other = __vmalloc(SZ_1M, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, other);
	memset(other, 0xee, SZ_1M);
	/* The pool has dropped all its references to a page; the stack's is left. */
	KUNIT_EXPECT_EQ(test, 1, page_ref_count(virt_to_page(skb[0]->head)));
	for (i = 0; i < 3; i++) {
		expect_skb(test, skb[i], 0, 9000);
		kfree_skb(skb[i]);
	}
	vfree(other);
}

/*
 * A page gets many references at once (RX_POOL_BIAS), of which each lending gives one to
 * the stack. The pool must add more before they are used up.
 */
static void references_do_not_run_out(struct kunit *test)
{
	struct pbuf_rx_pool *own = pbuf_rx_pool_create("kunit.one", 1);
	unsigned int i;

	KUNIT_ASSERT_FALSE(test, IS_ERR(own));
	for (i = 0; i < 2 * RX_POOL_BIAS; i++) {
		kfree_skb(lent(test, rx_pool_packet(test, own, 3500, 3500),
			       PBUF_SKB_BUILD));
		if (lent_now(own))
			break;
	}
	KUNIT_EXPECT_EQ(test, 2 * RX_POOL_BIAS, i);
	KUNIT_EXPECT_LE(test, RX_POOL_BIAS / 2, own->bias[0]);
	KUNIT_EXPECT_TRUE(test, page_is_home(own, 0));
	KUNIT_EXPECT_EQ(test, 0, pbuf_rx_pool_destroy(own));
}

/* A pool with a buffer that is still held cannot be destroyed, and stays usable. */
static void whoever_holds_a_buffer_holds_the_pool(struct kunit *test)
{
	struct pbuf_rx_pool *own = pbuf_rx_pool_create("kunit.held", 16);
	struct pbuf *p;

	KUNIT_ASSERT_FALSE(test, IS_ERR(own));
	p = rx_pool_packet(test, own, 100, 100);
	KUNIT_EXPECT_EQ(test, -EBUSY, pbuf_rx_pool_destroy(own));
	expect_packet(test, p, 0, 100);
	pbuf_free(p);
	KUNIT_EXPECT_EQ(test, 0, pbuf_rx_pool_destroy(own));
}

/*
 * pbuf_rx_pool_drop() takes a pool although a buffer is held. The pool, and its name, go
 * after the buffer is freed, when the next pool is created.
 */
static void a_pool_that_is_left_goes_later(struct kunit *test)
{
	struct pbuf_rx_pool *own = pbuf_rx_pool_create("kunit.left", 16);
	struct pbuf *p;

	KUNIT_ASSERT_FALSE(test, IS_ERR(own));
	p = rx_pool_packet(test, own, 100, 100);
	pbuf_rx_pool_drop(own);
	expect_packet(test, p, 0, 100);
	KUNIT_EXPECT_EQ(test, -EEXIST,
			PTR_ERR_OR_ZERO(pbuf_rx_pool_create("kunit.left", 16)));
	pbuf_free(p);
	own = pbuf_rx_pool_create("kunit.left", 16);
	KUNIT_ASSERT_FALSE(test, IS_ERR(own));
	KUNIT_EXPECT_EQ(test, 0, pbuf_rx_pool_destroy(own));
}

/*
 * A chain of two pbufs had another holder while it was lent. When all references are
 * dropped, pbuf_rx_pool_renew() and pbuf_rx_pool_take() get both buffers back, not only the first.
 */
static void a_held_chain_is_renewed_whole(struct kunit *test)
{
	struct pbuf *p = rx_pool_packet(test, rx_pool, 200, 100), *again[2];
	unsigned int looks = 64, nr;

	pbuf_ref(p);
	kfree_skb(lent(test, p, PBUF_SKB_FRAG));
	pbuf_free(p);
	WITHOUT_BH(again[0] = pbuf_rx_pool_renew(rx_pool, 0));
	pbuf_free(again[0]);
	expect_home(test);
	p = rx_pool_packet(test, rx_pool, 200, 100);
	pbuf_ref(p);
	kfree_skb(lent(test, p, PBUF_SKB_FRAG));
	pbuf_free(p);
	WITHOUT_BH(nr = pbuf_rx_pool_take(rx_pool, 0, again, 2, &looks));
	KUNIT_EXPECT_EQ(test, 2u, nr);
	while (nr)
		pbuf_free(again[--nr]);
}

/* A page from pbuf_rx_page_alloc() is laid out and lent like a buffer of a pool. */
static void a_page_is_a_buffer(struct kunit *test)
{
	struct pbuf *p = pbuf_rx_page_alloc(12);
	struct sk_buff *skb;
	struct page *page;

	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_EQ(test, PBUF_LENT_ROOM + 12, (unsigned int)p->len);
	page = virt_to_page(p);
	pbuf_remove_header(p, 12);
	skb = lent(test, p, PBUF_SKB_BUILD);
	KUNIT_EXPECT_PTR_EQ(test, page, virt_to_page(skb->head));
	KUNIT_EXPECT_EQ(test, 1, page_ref_count(page));
	KUNIT_EXPECT_EQ(test, 0ull, cost.payload_bytes + cost.header_bytes);
	kfree_skb(skb);
	/* Another holder of the pbuf might write to it, so the stack gets a copy. */
	p = pbuf_rx_page_alloc(0);
	KUNIT_ASSERT_NOT_NULL(test, p);
	pbuf_realloc(p, 500);
	pbuf_ref(p);
	skb = lent(test, p, PBUF_SKB_BUILD);
	KUNIT_EXPECT_EQ(test, 500ull, cost.payload_bytes + cost.header_bytes);
	kfree_skb(skb);
	pbuf_free(p);
}

static void numbers_without_sense_are_refused(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, -EINVAL,
			PTR_ERR_OR_ZERO(pbuf_rx_pool_create("kunit.no", 0)));
	KUNIT_EXPECT_EQ(test, -EINVAL,
			PTR_ERR_OR_ZERO(pbuf_rx_pool_create("kunit.no",
							    PBUF_RX_POOL_MAX +
							    1)));
	KUNIT_EXPECT_EQ(test, -EEXIST,
			PTR_ERR_OR_ZERO(pbuf_rx_pool_create("kunit.net", 16)));
}

/* A header longer than the headroom is refused, because it would begin in struct pbuf. */
static void a_header_fits_into_the_headroom(struct kunit *test)
{
	const unsigned int most = PBUF_LENT_HEADROOM;
	unsigned int looks = 1, nr;
	struct pbuf *p;

	p = pbuf_rx_page_alloc(most);
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_PTR_EQ(test, (void *)p + PBUF_LENT_STRUCT, p->payload);
	pbuf_free(p);
	KUNIT_EXPECT_NULL(test, pbuf_rx_page_alloc(most + 1));
	KUNIT_EXPECT_NULL(test, pbuf_rx_pool_alloc(rx_pool, most + 1));
	kfree_skb(packet_lent(test, 100, 100, PBUF_SKB_BUILD));
	WITHOUT_BH(p = pbuf_rx_pool_renew(rx_pool, most + 1));
	KUNIT_EXPECT_NULL(test, p);
	WITHOUT_BH(nr = pbuf_rx_pool_take(rx_pool, most + 1, &p, 1, &looks));
	KUNIT_EXPECT_EQ(test, 0u, nr);
	KUNIT_EXPECT_EQ(test, 1u, looks);
	WITHOUT_BH(p = pbuf_rx_pool_renew(rx_pool, most));
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_PTR_EQ(test, (void *)p + PBUF_LENT_STRUCT, p->payload);
	KUNIT_EXPECT_EQ(test, PBUF_LENT_ROOM + most, (unsigned int)p->len);
	pbuf_free(p);
}

static void creation_survives_each_failure(struct kunit *test)
{
	struct pbuf_rx_pool *own;
	unsigned int refused = 0;
	struct failing failing;

	/* Not each failure makes the call fail: for some there is a fallback. */
	FAIL_EACH(test, failing,
		  own = pbuf_rx_pool_create("kunit.nomem", 16)) {
		refused += IS_ERR(own);
		if (!IS_ERR(own))
			pbuf_rx_pool_destroy(own);
	}
	KUNIT_EXPECT_LE(test, 5u, refused);
}

/*
 * The second pbuf asks for a checksum at an offset that is meant for the start of a packet,
 * which it is no longer. pbuf_to_skb() refuses the packet, which is unchanged, and has not
 * lent its first buffer.
 */
static void a_refused_packet_lends_nothing(struct kunit *test)
{
	static const struct shape packet = { "packet", 66, 1, 500 };
	struct pbuf *p = rx_pool_packet(test, rx_pool, 100, 100);
	struct page *page = pbuf_rx_pool_page(rx_pool, p);
	struct sk_buff *skb = skb_make(test, &packet);

	KUNIT_ASSERT_TRUE(test, skb_partial_csum_set(skb, 34, 16));
	pbuf_cat(p, pbuf_from_skb(skb, 0, GFP_KERNEL, &cost));
	KUNIT_EXPECT_EQ(test, -EINVAL,
			PTR_ERR_OR_ZERO(to_skb(p, PBUF_SKB_BUILD, dev, &cost)));
	KUNIT_EXPECT_EQ(test, 666u, (unsigned int)p->tot_len);
	KUNIT_EXPECT_TRUE(test, page_is_home(rx_pool,
					     buffer_index(rx_pool, p)));
	KUNIT_EXPECT_PTR_EQ(test, page,
			    rx_pool->page[buffer_index(rx_pool, p)]);
	pbuf_free(p);
}

/* If an allocation fails, nothing is lent, the packet is unchanged, and can be lent later. */
static void lending_survives_each_failure(struct kunit *test)
{
	struct pbuf *p = rx_pool_packet(test, rx_pool, 30 * 50, 50);
	unsigned int nth, refused = 0;
	struct sk_buff *skb;

	for (nth = 1; nth < 50; nth++) {
		fail_nth_set(test, nth);
		skb = to_skb(p, PBUF_SKB_FRAG, dev, &cost);
		fail_nth_set(test, 0);
		if (!IS_ERR(skb))
			break;
		refused++;
		expect_packet(test, p, 0, 1500);
		KUNIT_EXPECT_EQ(test, 0u, lent_now(rx_pool));
	}
	KUNIT_ASSERT_FALSE(test, IS_ERR(skb));
	KUNIT_EXPECT_LE(test, 1u, refused);
	expect_skb(test, skb, 0, 1500);
	kfree_skb(skb);
}

/* ---- counting -------------------------------------------------------------------- */

#define VISITS	100u

/* A timer that reads the number of lent buffers in a hard interrupt, VISITS times. */
struct asker {
	struct hrtimer timer;
	unsigned int visits;
	unsigned int wrong;
};

static enum hrtimer_restart ask(struct hrtimer *timer)
{
	struct asker *asker = container_of(timer, struct asker, timer);

	asker->wrong += pbuf_rx_pool_lent_count(rx_pool) != BUFFERS;
	WRITE_ONCE(asker->visits, asker->visits + 1);
	hrtimer_forward_now(timer, ns_to_ktime(200 * NSEC_PER_USEC));
	return asker->visits < VISITS ? HRTIMER_RESTART : HRTIMER_NORESTART;
}

/*
 * pbuf_rx_pool_reclaim() takes buffers off the list while it inspects them. They must be
 * counted as lent all the time, which a timer's interrupts verify in between.
 */
static void looking_changes_no_count(struct kunit *test)
{
	struct asker *asker = kunit_kzalloc(test, sizeof(*asker), GFP_KERNEL);
	unsigned long end = jiffies + 10 * HZ;
	struct sk_buff *skb[BUFFERS];
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, asker);
	for (i = 0; i < BUFFERS; i++)
		skb[i] = packet_lent(test, 1000, 1000, PBUF_SKB_FRAG);
	hrtimer_init(&asker->timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_HARD);
	asker->timer.function = ask;
	hrtimer_start(&asker->timer, ns_to_ktime(200 * NSEC_PER_USEC),
		      HRTIMER_MODE_REL_HARD);
	while (READ_ONCE(asker->visits) < VISITS && time_before(jiffies, end))
		WITHOUT_BH(pbuf_rx_pool_reclaim(rx_pool, UINT_MAX));
	hrtimer_cancel(&asker->timer);
	KUNIT_EXPECT_EQ(test, VISITS, asker->visits);
	KUNIT_EXPECT_EQ(test, 0u, asker->wrong);
	for (i = 0; i < BUFFERS; i++)
		kfree_skb(skb[i]);
	expect_home(test);
}

static struct kunit_case rx_pool_cases[] = {
	KUNIT_CASE_PARAM(a_packet_is_built_without_a_copy, packet_gen_params),
	KUNIT_CASE_PARAM(a_packet_gets_a_small_head, packet_gen_params),
	KUNIT_CASE(only_headers_are_copied),
	KUNIT_CASE(there_is_no_tailroom_to_speak_of),
	KUNIT_CASE(the_last_of_all_users_returns_it),
	KUNIT_CASE(a_page_reference_alone_holds_it),
	KUNIT_CASE(a_held_one_holds_up_no_other),
	KUNIT_CASE(whoever_holds_the_pbuf_holds_the_buffer),
	KUNIT_CASE(a_held_pbuf_is_no_head),
	KUNIT_CASE(a_second_loan_leaves_the_bias_alone),
	KUNIT_CASE(a_held_chain_stays_one),
	KUNIT_CASE(an_empty_piece_is_given_back),
	KUNIT_CASE(the_pool_has_an_end),
	KUNIT_CASE(the_oldest_is_renewed),
	KUNIT_CASE(what_is_held_is_not_renewed),
	KUNIT_CASE(packets_outlive_the_pool),
	KUNIT_CASE(references_do_not_run_out),
	KUNIT_CASE(whoever_holds_a_buffer_holds_the_pool),
	KUNIT_CASE(a_pool_that_is_left_goes_later),
	KUNIT_CASE(a_held_chain_is_renewed_whole),
	KUNIT_CASE(a_page_is_a_buffer),
	KUNIT_CASE(looking_changes_no_count),
	KUNIT_CASE(numbers_without_sense_are_refused),
	KUNIT_CASE(a_header_fits_into_the_headroom),
	KUNIT_CASE(creation_survives_each_failure),
	KUNIT_CASE(a_refused_packet_lends_nothing),
	KUNIT_CASE(lending_survives_each_failure),
	{}
};

/* After each test all buffers must be free. */
RTALLOC_SUITE(rx_pool, .init = rx_pool_start, .exit = expect_home);

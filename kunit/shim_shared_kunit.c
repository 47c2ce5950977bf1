// SPDX-License-Identifier: GPL-2.0-only
/*
 * shim_shared_kunit.c - the shim and memory that is shared with others: nobody else can
 * change a packet that it passes on, and it knows which memory may be written.
 */
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <net/dst_metadata.h>

#include <rtalloc/mempool_fixed.h>
#include <rtalloc/rtalloc.h>

#include "kunit/shim_common.h"

static u8 byte_of(const struct sk_buff *skb, unsigned int at)
{
	u8 byte = 0;

	skb_copy_bits(skb, at, &byte, 1);
	return byte;
}

/* ---- two packets over the same pages --------------------------------------- */

/* Two sk_buffs with different heads share a frag's page, which neither's flags tell. */
static void frags_of_a_twin_are_copied(struct kunit *test)
{
	struct sk_buff *skb = skb_make(test, &shim_plain);
	struct sk_buff *twin = pskb_copy(skb, GFP_KERNEL);
	struct pbuf *p;

	KUNIT_ASSERT_NOT_NULL(test, twin);
	p = to_chain(test, twin, PBUF_SKB_WRITABLE);
	KUNIT_EXPECT_EQ(test, 1566ull, shim_cost.payload_bytes);
	pbuf_put_at(p, 700, ~byte_at(700));
	expect_skb(test, skb, 0, 1566);
	pbuf_free(p);
	kfree_skb(skb);
}

/* Another packet has the page of this one's head as a frag. */
static void a_head_in_a_shared_page_is_copied(struct kunit *test)
{
	static const struct shape paged = { "paged", 200, .head_frag = true };
	struct sk_buff *skb = skb_make(test, &paged);
	struct page *page = virt_to_head_page(skb->head);
	struct pbuf *p;

	get_page(page);
	p = to_chain(test, skb, PBUF_SKB_WRITABLE);
	KUNIT_EXPECT_EQ(test, 200ull, shim_cost.payload_bytes);
	pbuf_free(p);
	put_page(page);
}

/* ---- a pbuf that is held while the packet goes on ----------------------------- */

/* A write to @held, whose holder has the only reference, must not change byte @at of @skb. */
static void expect_no_alias(struct kunit *test, struct sk_buff *skb,
			    struct pbuf *held, unsigned int at)
{
	u8 before = byte_of(skb, at);

	KUNIT_EXPECT_FALSE(test, pbuf_is_held(held));
	pbuf_put_at(held, 10, ~before);
	KUNIT_EXPECT_EQ(test, (int)before, (int)byte_of(skb, at));
}

static void a_held_writable_packet_is_copied(struct kunit *test)
{
	struct pbuf *p = to_chain(test, watched(test, &shim_plain),
				  PBUF_SKB_WRITABLE);
	struct sk_buff *skb;

	pbuf_ref(p);
	skb = skb_of(test, p);
	KUNIT_EXPECT_EQ(test, 1566ull, shim_cost.payload_bytes);
	expect_skb(test, skb, 0, 1566);
	expect_no_alias(test, skb, p, 10);
	kfree_skb(skb);
	pbuf_free(p);
	KUNIT_EXPECT_EQ(test, 1u, shim_nr_gone);
}

/* In a new sk_buff the bytes of a held pbuf are copied; other frags are shared as always. */
static void a_held_writable_piece_is_copied(struct kunit *test)
{
	struct pbuf *p = to_chain(test, watched(test, &shim_plain),
				  PBUF_SKB_WRITABLE);
	struct pbuf *held = p->next->next;
	struct sk_buff *skb;

	pbuf_ref(held);
	skb = skb_of(test, turned(p));
	/* 500 bytes of the held pbuf, and 66 of the head, which cannot be a frag. */
	KUNIT_EXPECT_EQ(test, 566ull, shim_cost.payload_bytes);
	expect_no_alias(test, skb, held, 510);
	kfree_skb(skb);
	pbuf_free(held);
	KUNIT_EXPECT_EQ(test, 1u, shim_nr_gone);
}

/* ---- a zero-copy sender's pages ------------------------------------------------ */

static unsigned int told;

static void sender_told(struct sk_buff *skb, struct ubuf_info *sender,
			bool success)
{
	told += refcount_dec_and_test(&sender->refcnt);
}

static const struct ubuf_info_ops sender_ops = { .complete = sender_told };
static struct ubuf_info sender;

static struct sk_buff *zerocopy_make(struct kunit *test)
{
	struct sk_buff *skb = skb_make(test, &shim_plain);

	sender = (struct ubuf_info){
		.ops = &sender_ops, .flags = SKBFL_ZEROCOPY_FRAG,
	};
	refcount_set(&sender.refcnt, 1);
	told = 0;
	skb_zcopy_init(skb, &sender);
	return skb;
}

/*
 * The pages of a zerocopy sender are copied into the new packet, because the sender is
 * notified, and may change them, when the chain is freed.
 */
static void a_senders_pages_are_copied(struct kunit *test)
{
	struct pbuf *p = to_chain(test, zerocopy_make(test), 0);
	struct sk_buff *skb;

	skb = skb_of(test, pbuf_free_header(p, 66));
	KUNIT_EXPECT_EQ(test, 1u, told);
	KUNIT_EXPECT_EQ(test, 1500ull, shim_cost.payload_bytes +
				       shim_cost.header_bytes);
	expect_skb(test, skb, 66, 1500);
	kfree_skb(skb);
	KUNIT_EXPECT_EQ(test, 1u, told);
}

static void a_held_piece_keeps_the_senders_page(struct kunit *test)
{
	struct pbuf *p = to_chain(test, zerocopy_make(test), 0);
	struct pbuf *held = p->next;
	struct sk_buff *skb;

	pbuf_ref(held);
	skb = skb_of(test, p);
	KUNIT_EXPECT_EQ(test, 0u, told);
	expect_packet(test, held, 66, held->tot_len);
	kfree_skb(skb);
	pbuf_free(held);
	KUNIT_EXPECT_EQ(test, 1u, told);
}

/* ---- metadata ------------------------------------------------------------------------ */

static void nothing_is_said_of_headers_that_moved(struct kunit *test)
{
	struct sk_buff *skb = watched(test, &shim_plain);

	skb->ip_summed = CHECKSUM_UNNECESSARY;
	skb->csum_level = 2;
	skb->csum_valid = 1;
	skb->encapsulation = 1;
	skb_set_inner_mac_header(skb, 50);
	skb = skb_of(test, turned(to_chain(test, skb, 0)));
	KUNIT_EXPECT_FALSE(test, skb_csum_unnecessary(skb));
	KUNIT_EXPECT_FALSE(test, skb->encapsulation);
	KUNIT_EXPECT_EQ(test, 0, (int)skb->csum_level);
	KUNIT_EXPECT_EQ(test, 0, (int)skb->inner_mac_header);
	kfree_skb(skb);
}

/* A new packet that refers to pages of another one is marked SKBFL_SHARED_FRAG. */
static void pages_of_others_are_said_to_be(struct kunit *test)
{
	struct sk_buff *skb;

	skb = skb_of(test, turned(to_chain(test, skb_make(test, &shim_plain),
					   0)));
	KUNIT_EXPECT_TRUE(test, skb_has_shared_frag(skb));
	kfree_skb(skb);
}

/* Of three frags with pages of 32 KiB, 100 bytes each are used; truesize has all. */
static void frags_are_charged_what_they_pin(struct kunit *test)
{
	struct sk_buff *skb = alloc_skb(256, GFP_KERNEL);
	struct page *page;
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_put_zero(skb, 60);
	for (i = 0; i < 3; i++) {
		page = alloc_pages(GFP_KERNEL | __GFP_COMP | __GFP_ZERO, 3);
		KUNIT_ASSERT_NOT_NULL(test, page);
		skb_add_rx_frag(skb, i, page, 0, 100, PAGE_SIZE << 3);
	}
	skb = skb_of(test, turned(to_chain(test, skb, 0)));
	KUNIT_EXPECT_LE(test, 3u * (PAGE_SIZE << 3), skb->truesize);
	kfree_skb(skb);
}

/* A route without a reference (noref) gets one when the sk_buff becomes a chain. */
static void a_borrowed_route_is_held(struct kunit *test)
{
	struct metadata_dst *route;
	struct sk_buff *skb = skb_make(test, &shim_plain);
	struct pbuf *p;

	route = metadata_dst_alloc(0, METADATA_IP_TUNNEL, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, route);
	rcu_read_lock();
	skb_dst_set_noref(skb, &route->dst);
	p = pbuf_from_skb(skb, 0, GFP_ATOMIC, &shim_cost);
	rcu_read_unlock();
	KUNIT_ASSERT_FALSE(test, IS_ERR(p));
	KUNIT_EXPECT_EQ(test, 0ul, pbuf_skb(p)->_skb_refdst & SKB_DST_NOREF);
	pbuf_free(p);
	dst_release(&route->dst);
}

/* ---- merged packets that are cut ----------------------------------------------------- */

struct cut {
	const char *desc;
	unsigned int keep;	/* bytes of payload */
	unsigned int segs;	/* expected gso_segs; 0: not a GSO packet any more */
};

static const struct cut cuts[] = {
	{ "nothing is cut", 6000, 5 },
	{ "half", 3000, 3 },
	{ "two full ones", 2 * 1448, 2 },
	{ "one and a byte", 1449, 2 },
	{ "one", 1448, 0 },
	{ "part of one", 500, 0 },
};

KUNIT_ARRAY_PARAM_DESC(cut, cuts, desc);

/* 54 bytes of headers and two frags of 3000. */
static struct sk_buff *merged_make(struct kunit *test)
{
	static const struct shape merged = { "merged", 54, 2, 3000 };
	struct sk_buff *skb = skb_make(test, &merged);
	struct tcphdr *tcp;

	skb_set_network_header(skb, ETH_HLEN);
	skb_set_transport_header(skb, ETH_HLEN + sizeof(struct iphdr));
	tcp = tcp_hdr(skb);
	memset(tcp, 0, sizeof(*tcp));
	tcp->doff = sizeof(*tcp) / 4;
	skb_shinfo(skb)->gso_size = 1448;
	skb_shinfo(skb)->gso_segs = 5;
	skb_shinfo(skb)->gso_type = SKB_GSO_TCPV4;
	return skb;
}

static void segments_are_counted_anew(struct kunit *test)
{
	const struct cut *cut = test->param_value;
	struct pbuf *p = to_chain(test, merged_make(test), 0);
	struct sk_buff *skb;

	pbuf_realloc(p, 54 + cut->keep);
	skb = skb_of(test, p);
	KUNIT_EXPECT_EQ(test, !!cut->segs, skb_is_gso(skb));
	KUNIT_EXPECT_EQ(test, cut->segs, skb_shinfo(skb)->gso_segs);
	kfree_skb(skb);
}

/* A packet whose headers are removed must not be segmented any more. */
static void without_headers_it_is_no_merged_packet(struct kunit *test)
{
	struct pbuf *p = to_chain(test, merged_make(test), 0);
	struct sk_buff *skb;

	pbuf_remove_header(p, 50);
	skb = skb_of(test, p);
	KUNIT_EXPECT_FALSE(test, skb_is_gso(skb));
	kfree_skb(skb);
}

/* A clone, as a packet socket has it, shares the number of segments; it stays as it was. */
static void a_clone_stays_a_merged_packet(struct kunit *test)
{
	struct sk_buff *skb = merged_make(test), *clone;
	struct pbuf *p;

	clone = skb_clone(skb, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, clone);
	p = to_chain(test, skb, 0);
	pbuf_remove_header(p, 50);
	skb = skb_of(test, p);
	KUNIT_EXPECT_FALSE(test, skb_is_gso(skb));
	KUNIT_EXPECT_EQ(test, 1448, (int)skb_shinfo(clone)->gso_size);
	KUNIT_EXPECT_EQ(test, 5, (int)skb_shinfo(clone)->gso_segs);
	kfree_skb(skb);
	kfree_skb(clone);
}

static void a_checksum_whose_place_is_cut_is_refused(struct kunit *test)
{
	struct sk_buff *skb = skb_make(test, &shim_plain);
	struct pbuf *p;

	KUNIT_ASSERT_TRUE(test, skb_partial_csum_set(skb, 34, 6));
	p = to_chain(test, skb, 0);
	pbuf_realloc(p, 36);
	KUNIT_EXPECT_EQ(test, -EINVAL,
			PTR_ERR_OR_ZERO(to_skb(p, PBUF_SKB_FRAG,
					       netdev_make(test), &shim_cost)));
	pbuf_free(p);
}

/* ---- a pool that is not an RX pool --------------------------------------------------- */

struct others {
	struct pbuf_env env;
	u8 more[1024];
};

/*
 * An environment whose private data is a struct that begins with the environment, as an RX
 * pool's is. It must not be taken for an RX pool: the packet is copied.
 */
static void an_ordinary_pool_is_no_rx_pool(struct kunit *test)
{
	struct rtalloc_region_params memory = {
		.name = "kunit.plain", .size = SZ_1M,
	};
	struct mempool_fixed_params params = {
		.name = "kunit.plain", .elem = 2048, .count = 16,
	};
	struct others *others = kunit_kzalloc(test, sizeof(*others),
					      GFP_KERNEL);
	struct mempool_fixed *pool;
	struct sk_buff *skb;
	struct pbuf *p;

	KUNIT_ASSERT_NOT_NULL(test, others);
	params.region = rtalloc_region_create(&memory);
	KUNIT_ASSERT_FALSE(test, IS_ERR(params.region));
	pool = pool_make(test, &params, NULL, 0);
	others->env.pool[2].pool = pool;
	others->env.pool[2].size = 1024;
	others->env.priv = others;
	KUNIT_ASSERT_EQ(test, 0, pbuf_env_init(&others->env));
	p = pbuf_alloc_from(&others->env, 64, 500, PBUF_POOL);
	KUNIT_ASSERT_NOT_NULL(test, p);
	skb = to_skb(p, PBUF_SKB_BUILD, netdev_make(test), &shim_cost);
	KUNIT_ASSERT_FALSE(test, IS_ERR(skb));
	KUNIT_EXPECT_EQ(test, 500ull, shim_cost.payload_bytes +
				      shim_cost.header_bytes);
	kfree_skb(skb);
	mempool_fixed_destroy(pool, false);
	rtalloc_region_destroy(params.region);
}

static struct kunit_case shim_shared_cases[] = {
	KUNIT_CASE(frags_of_a_twin_are_copied),
	KUNIT_CASE(a_head_in_a_shared_page_is_copied),
	KUNIT_CASE(a_held_writable_packet_is_copied),
	KUNIT_CASE(a_held_writable_piece_is_copied),
	KUNIT_CASE(a_senders_pages_are_copied),
	KUNIT_CASE(a_held_piece_keeps_the_senders_page),
	KUNIT_CASE(nothing_is_said_of_headers_that_moved),
	KUNIT_CASE(pages_of_others_are_said_to_be),
	KUNIT_CASE(frags_are_charged_what_they_pin),
	KUNIT_CASE(a_borrowed_route_is_held),
	KUNIT_CASE_PARAM(segments_are_counted_anew, cut_gen_params),
	KUNIT_CASE(without_headers_it_is_no_merged_packet),
	KUNIT_CASE(a_clone_stays_a_merged_packet),
	KUNIT_CASE(a_checksum_whose_place_is_cut_is_refused),
	KUNIT_CASE(an_ordinary_pool_is_no_rx_pool),
	{}
};

RTALLOC_SUITE(shim_shared, .init = shim_start);

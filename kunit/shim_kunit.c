// SPDX-License-Identifier: GPL-2.0-only
/*
 * shim_kunit.c - sk_buffs of many shapes are converted to chains of pbufs and back. Bytes
 * depend on their position, and a destructor counts the sk_buffs that are freed.
 */
#include <linux/etherdevice.h>
#include <linux/netdevice.h>

#include "kunit/shim_common.h"
#include "kunit/wait.h"

static void expect_nothing_copied(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 0ull, shim_cost.payload_bytes);
	KUNIT_EXPECT_EQ(test, 0ull, shim_cost.header_bytes);
}

/* Expect the conversion into a chain to fail with @err. */
static void expect_no_chain(struct kunit *test, struct sk_buff *skb,
			    unsigned int flags, int err)
{
	KUNIT_EXPECT_EQ(test, err,
			PTR_ERR_OR_ZERO(pbuf_from_skb(skb, flags, GFP_KERNEL,
						      &shim_cost)));
}

/*
 * Expect @p to become @skb again, which it was made from, with the @len bytes from @first on
 * and without a copy, and free it.
 */
static void expect_itself(struct kunit *test, struct pbuf *p, struct sk_buff *skb,
			  unsigned int first, unsigned int len)
{
	KUNIT_EXPECT_PTR_EQ(test, skb, skb_of(test, p));
	expect_skb(test, skb, first, len);
	expect_nothing_copied(test);
	kfree_skb(skb);
}

/* ---- from an sk_buff to a chain --------------------------------------------- */

/* Each contiguous piece becomes a pbuf; the sk_buff is freed with the chain. */
static void every_piece_is_a_pbuf(struct kunit *test)
{
	const struct shape *shape = test->param_value;
	unsigned int before = pbuf_skb_chains();
	struct pbuf *p = to_chain(test, watched(test, shape), 0);

	KUNIT_EXPECT_EQ(test, shape_pieces(shape), pbuf_clen(p));
	expect_packet(test, p, 0, shape_bytes(shape));
	KUNIT_EXPECT_EQ(test, before + 1, pbuf_skb_chains());
	KUNIT_EXPECT_EQ(test, 0u, shim_nr_gone);
	KUNIT_EXPECT_EQ(test, shape_pieces(shape), pbuf_free(p));
	KUNIT_EXPECT_EQ(test, 1u, shim_nr_gone);
	KUNIT_EXPECT_EQ(test, before, pbuf_skb_chains());
	expect_nothing_copied(test);
}

/* While a reference to one pbuf is left, the sk_buff exists. */
static void the_last_pbuf_frees_the_sk_buff(struct kunit *test)
{
	struct pbuf *p = to_chain(test, watched(test, &shim_plain), 0);
	struct pbuf *last = p->next->next->next;

	pbuf_ref(last);
	KUNIT_EXPECT_EQ(test, 3u, pbuf_free(p));
	KUNIT_EXPECT_EQ(test, 0u, shim_nr_gone);
	expect_packet(test, last, 66 + 2 * 500, 500);
	pbuf_free(last);
	KUNIT_EXPECT_EQ(test, 1u, shim_nr_gone);
}

static void freed_with_interrupts_off(struct kunit *test)
{
	struct pbuf *p = to_chain(test, watched(test, &shim_plain), 0);
	unsigned int chains = pbuf_skb_chains();

	local_irq_disable();
	pbuf_free(p);
	local_irq_enable();
	KUNIT_EXPECT_EQ(test, chains - 1, pbuf_skb_chains());
	/* The kernel frees the sk_buff later, in a softirq. */
	AWAIT(READ_ONCE(shim_nr_gone));
	KUNIT_EXPECT_EQ(test, 1u, shim_nr_gone);
}

static void an_empty_one_is_refused(struct kunit *test)
{
	struct sk_buff *skb = alloc_skb(64, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, skb);
	expect_no_chain(test, skb, 0, -ENODATA);
	kfree_skb(skb);
}

/* 1536 + 16 * 4000 = 65536 bytes are more than tot_len can say. */
static void what_a_length_cannot_say_is_refused(struct kunit *test)
{
	static const struct shape big = { "big", 1536, 16, 4000 };
	struct sk_buff *skb = watched(test, &big);

	expect_no_chain(test, skb, 0, -EMSGSIZE);
	expect_skb(test, skb, 0, 65536);
	KUNIT_EXPECT_EQ(test, 0u, shim_nr_gone);
	kfree_skb(skb);
}

/* A frag list in a frag list, and so on, six deep, is refused. */
static void nesting_has_an_end(struct kunit *test)
{
	static const struct shape one = { "one", 10 };
	struct sk_buff *outer = skb_make(test, &one), *skb = outer;
	unsigned int i;

	for (i = 0; i < 6; i++) {
		skb_shinfo(skb)->frag_list = skb_make(test, &one);
		skb = skb_shinfo(skb)->frag_list;
	}
	expect_no_chain(test, outer, 0, -ELOOP);
	kfree_skb(outer);
}

/* ---- who may write ------------------------------------------------------------ */

/* Without PBUF_SKB_WRITABLE a clone is not copied, and its pbufs are read-only. */
static void a_clone_is_read_in_place(struct kunit *test)
{
	struct sk_buff *skb = skb_make(test, &shim_plain);
	struct pbuf *p = to_chain(test, clone_make(test, skb), 0);

	KUNIT_EXPECT_PTR_EQ(test, (void *)skb->data, p->payload);
	KUNIT_EXPECT_EQ(test, (int)PBUF_ROM, (int)p->type_internal);
	expect_nothing_copied(test);
	pbuf_free(p);
	expect_skb(test, skb, 0, 1566);
	kfree_skb(skb);
}

/* Overwrite every byte of @p, and expect @skb not to change. */
static void scribble(struct kunit *test, struct pbuf *p,
		     const struct sk_buff *skb)
{
	unsigned int len = p->tot_len, i;

	for (i = 0; i < len; i++)
		pbuf_put_at(p, i, ~byte_at(i));
	KUNIT_EXPECT_EQ(test, (int)(u8)~byte_at(0), (int)pbuf_get_at(p, 0));
	expect_skb(test, skb, 0, len);
}

static void a_clone_is_copied_before_it_is_written(struct kunit *test)
{
	const struct shape *shape = test->param_value;
	struct sk_buff *skb = skb_make(test, shape);
	struct pbuf *p = to_chain(test, clone_make(test, skb), PBUF_SKB_WRITABLE);

	KUNIT_EXPECT_EQ(test, (u64)shape_bytes(shape), shim_cost.payload_bytes);
	expect_packet(test, p, 0, shape_bytes(shape));
	scribble(test, p, skb);
	pbuf_free(p);
	kfree_skb(skb);
}

/* The sk_buff itself is not shared, but one on its frag list is cloned: all is copied. */
static void a_frag_list_of_clones_is_copied(struct kunit *test)
{
	static const struct shape list = { "list", 70, 1, 700, 2 };
	struct sk_buff *skb = skb_make(test, &list);
	struct sk_buff *child = skb_shinfo(skb)->frag_list->next;
	struct sk_buff *clone = clone_make(test, child);
	struct pbuf *p = to_chain(test, skb, PBUF_SKB_WRITABLE);

	KUNIT_EXPECT_EQ(test, 3 * 770ull, shim_cost.payload_bytes);
	pbuf_put_at(p, 2 * 770, 0);
	expect_skb(test, clone, 2 * 770, 770);
	pbuf_free(p);
	kfree_skb(clone);
}

/* Packets that GRO merged by a frag list cannot be copied by the kernel: refused. */
static void a_clone_of_merged_packets_is_refused(struct kunit *test)
{
	static const struct shape list = { "list", 70, 1, 700, 2 };
	struct sk_buff *skb = skb_make(test, &list);
	struct sk_buff *clone;

	skb_shinfo(skb)->gso_type = SKB_GSO_UDP_L4 | SKB_GSO_FRAGLIST;
	skb_shinfo(skb)->gso_size = 770;
	clone = clone_make(test, skb);
	expect_no_chain(test, clone, PBUF_SKB_WRITABLE, -EOPNOTSUPP);
	expect_skb(test, clone, 0, 3 * 770);
	expect_nothing_copied(test);
	kfree_skb(clone);
	kfree_skb(skb);
}

/* An sk_buff without other users is not copied for writing. */
static void ones_own_is_written_in_place(struct kunit *test)
{
	struct sk_buff *skb = skb_make(test, &shim_plain);
	void *data = skb->data;
	struct pbuf *p = to_chain(test, skb, PBUF_SKB_WRITABLE);

	expect_nothing_copied(test);
	KUNIT_EXPECT_PTR_EQ(test, data, p->payload);
	KUNIT_EXPECT_EQ(test, (int)(PBUF_REF & 0xff), (int)p->type_internal);
	pbuf_free(p);
}

/* An sk_buff with another user is cloned, because the chain may change the struct. */
static void a_shared_one_is_cloned(struct kunit *test)
{
	struct sk_buff *skb = skb_get(watched(test, &shim_plain));
	struct pbuf *p = to_chain(test, skb, 0);

	KUNIT_EXPECT_PTR_NE(test, (const struct sk_buff *)skb, pbuf_skb(p));
	KUNIT_EXPECT_EQ(test, 1, refcount_read(&skb->users));
	expect_nothing_copied(test);
	pbuf_free(p);
	expect_skb(test, skb, 0, 1566);
	kfree_skb(skb);
}

/* The 1500 bytes of its frags take at most 4096, whatever the size of a page. */
static void a_shared_one_is_copied_before_it_is_written(struct kunit *test)
{
	struct sk_buff *skb = skb_get(skb_make(test, &shim_plain));
	struct pbuf *p = to_chain(test, skb, PBUF_SKB_WRITABLE);
	const struct sk_buff *copy = pbuf_skb(p);

	KUNIT_EXPECT_EQ(test, 1566ull, shim_cost.payload_bytes);
	KUNIT_ASSERT_NOT_NULL(test, copy);
	KUNIT_EXPECT_LE(test, copy->truesize,
			SKB_TRUESIZE(skb_end_offset(copy)) + 4096);
	scribble(test, p, skb);
	pbuf_free(p);
	kfree_skb(skb);
}

/* Frags that others may write to (SKBFL_SHARED_FRAG) are copied for a writer. */
static void frags_that_others_write_are_copied(struct kunit *test)
{
	struct sk_buff *skb = skb_make(test, &shim_plain);
	struct pbuf *p;

	skb_shinfo(skb)->flags |= SKBFL_SHARED_FRAG;
	p = to_chain(test, skb, PBUF_SKB_WRITABLE);
	KUNIT_EXPECT_EQ(test, 1566ull, shim_cost.payload_bytes);
	pbuf_free(p);
}

/* ---- from a chain to an sk_buff ------------------------------------------------ */

/* An unchanged chain becomes the same sk_buff again. */
static void it_comes_back_itself(struct kunit *test)
{
	const struct shape *shape = test->param_value;
	struct sk_buff *skb = watched(test, shape);
	struct pbuf *p = to_chain(test, skb, 0);
	unsigned int chains = pbuf_skb_chains();

	KUNIT_EXPECT_PTR_EQ(test, skb, skb_of(test, p));
	expect_skb(test, skb, 0, shape_bytes(shape));
	KUNIT_EXPECT_EQ(test, 0u, shim_nr_gone);
	KUNIT_EXPECT_EQ(test, chains - 1, pbuf_skb_chains());
	expect_nothing_copied(test);
	kfree_skb(skb);
	KUNIT_EXPECT_EQ(test, 1u, shim_nr_gone);
}

static void a_header_is_stripped_and_restored(struct kunit *test)
{
	struct sk_buff *skb = watched(test, &shim_plain);
	struct pbuf *p = to_chain(test, skb, 0);

	KUNIT_EXPECT_EQ(test, 0, (int)pbuf_remove_header(p, ETH_HLEN));
	KUNIT_EXPECT_EQ(test, 0, (int)pbuf_add_header_force(p, ETH_HLEN));
	expect_itself(test, p, skb, 0, 1566);
}

static void a_stripped_header_is_pulled(struct kunit *test)
{
	struct sk_buff *skb = watched(test, &shim_plain);
	struct pbuf *p = to_chain(test, skb, 0);

	KUNIT_EXPECT_EQ(test, 0, (int)pbuf_remove_header(p, ETH_HLEN));
	expect_itself(test, p, skb, ETH_HLEN, 1566 - ETH_HLEN);
}

/* The headroom is 64 bytes: a header of 20 fits, one of 65 does not. */
static void a_new_header_fits_the_headroom(struct kunit *test)
{
	struct sk_buff *skb = watched(test, &shim_plain);
	struct pbuf *p = to_chain(test, skb, PBUF_SKB_WRITABLE);

	KUNIT_EXPECT_EQ(test, 1, (int)pbuf_add_header_force(p, 65));
	KUNIT_ASSERT_EQ(test, 0, (int)pbuf_add_header_force(p, 20));
	memset(p->payload, 0xaa, 20);
	KUNIT_EXPECT_PTR_EQ(test, skb, skb_of(test, p));
	KUNIT_EXPECT_EQ(test, 0xaa, (int)skb->data[19]);
	__skb_pull(skb, 20);
	expect_skb(test, skb, 0, 1566);
	kfree_skb(skb);
}

/* The chain is cut in the second frag, at 66 + 500 + 123 bytes; so is the sk_buff. */
static void the_end_is_cut_off(struct kunit *test)
{
	struct sk_buff *skb = watched(test, &shim_plain);
	struct pbuf *p = to_chain(test, skb, 0);

	pbuf_realloc(p, 689);
	expect_itself(test, p, skb, 0, 689);
}

/* A chain that was split and joined again is the same sk_buff. */
static void cut_and_joined_it_is_the_same(struct kunit *test)
{
	struct sk_buff *skb = watched(test, &shim_plain);
	struct pbuf *p = to_chain(test, skb, 0), *tail = p->next;

	pbuf_ref(tail);
	KUNIT_EXPECT_PTR_EQ(test, tail, pbuf_dechain(p));
	expect_packet(test, p, 0, 66);
	expect_packet(test, tail, 66, 1500);
	pbuf_cat(p, tail);
	expect_itself(test, p, skb, 0, 1566);
}

/* If somebody still holds a pbuf, the result is a clone, and that pbuf's bytes stay. */
static void a_held_piece_makes_a_clone(struct kunit *test)
{
	struct sk_buff *skb = watched(test, &shim_plain), *clone;
	struct pbuf *p = to_chain(test, skb, 0), *held = p->next;

	pbuf_ref(held);
	clone = skb_of(test, p);
	KUNIT_EXPECT_PTR_NE(test, skb, clone);
	expect_skb(test, clone, 0, 1566);
	kfree_skb(clone);
	KUNIT_EXPECT_EQ(test, 0u, shim_nr_gone);
	KUNIT_EXPECT_EQ(test, 0, memcmp(held->payload,
					skb_frag_address(skb_shinfo(skb)->frags),
					500));
	expect_nothing_copied(test);
	pbuf_free(held);
	KUNIT_EXPECT_EQ(test, 1u, shim_nr_gone);
}

/* To cut a clone, its head of 66 bytes is copied, because the array of frags lies in it. */
static void cutting_a_clone_copies_its_head(struct kunit *test)
{
	struct sk_buff *skb = watched(test, &shim_plain), *clone;
	struct pbuf *p = to_chain(test, skb, 0);
	struct pbuf *held = p->next->next->next;

	pbuf_ref(held);
	pbuf_realloc(p, 1066);
	clone = skb_of(test, p);
	expect_skb(test, clone, 0, 1066);
	KUNIT_EXPECT_EQ(test, 66ull, shim_cost.header_bytes);
	KUNIT_EXPECT_EQ(test, 0ull, shim_cost.payload_bytes);
	kfree_skb(clone);
	expect_packet(test, held, 1066, 500);
	pbuf_free(held);
	KUNIT_EXPECT_EQ(test, 1u, shim_nr_gone);
}

/* ---- pieces in another order ------------------------------------------------------ */

/*
 * The order is the three frags, then the linear part. The frags' pages are shared with the
 * new sk_buff. The linear part is copied: it is kmalloc() memory, not a page to refer to.
 */
static void another_order_makes_another_one(struct kunit *test)
{
	struct sk_buff *skb = watched(test, &shim_plain), *made;
	struct page *page = skb_frag_page(&skb_shinfo(skb)->frags[1]);

	made = skb_of(test, turned(to_chain(test, skb, 0)));
	KUNIT_EXPECT_PTR_NE(test, skb, made);
	KUNIT_EXPECT_EQ(test, 1u, shim_nr_gone);
	KUNIT_EXPECT_EQ(test, 66ull, shim_cost.payload_bytes);
	KUNIT_EXPECT_GE(test, 128ull, shim_cost.header_bytes);
	KUNIT_EXPECT_PTR_EQ(test, page,
			    skb_frag_page(&skb_shinfo(made)->frags[1]));
	KUNIT_EXPECT_EQ(test, 1566u, made->len);
	skb_linearize(made);
	KUNIT_EXPECT_EQ(test, (int)byte_at(66), (int)made->data[0]);
	KUNIT_EXPECT_EQ(test, (int)byte_at(1565), (int)made->data[1499]);
	KUNIT_EXPECT_EQ(test, (int)byte_at(0), (int)made->data[1500]);
	kfree_skb(made);
}

/* Two packets in one chain: 36 frags need a second sk_buff on the frag list. */
static void two_packets_make_one(struct kunit *test)
{
	static const struct shape half = {
		"half", 54, MAX_SKB_FRAGS, 1448, .head_frag = true
	};
	unsigned int len = 54 + MAX_SKB_FRAGS * 1448;
	struct pbuf *p = to_chain(test, watched(test, &half), 0);
	struct sk_buff *made, *child;

	pbuf_cat(p, to_chain(test, watched(test, &half), 0));
	made = skb_of(test, p);
	KUNIT_EXPECT_EQ(test, 0ull, shim_cost.payload_bytes);
	KUNIT_EXPECT_EQ(test, 2u, shim_nr_gone);
	KUNIT_EXPECT_EQ(test, 2 * len, made->len);
	KUNIT_EXPECT_TRUE(test, skb_has_frag_list(made));
	skb_walk_frags(made, child)
		KUNIT_EXPECT_EQ(test, child->len, child->data_len);
	KUNIT_EXPECT_EQ(test, 0, skb_linearize(made));
	KUNIT_EXPECT_EQ(test, (int)byte_at(len - 1), (int)made->data[len - 1]);
	KUNIT_EXPECT_EQ(test, (int)byte_at(0), (int)made->data[len]);
	KUNIT_EXPECT_EQ(test, (int)byte_at(len - 1),
			(int)made->data[2 * len - 1]);
	kfree_skb(made);
}

/* The first frag is dropped from the chain: a new sk_buff, without a copy of payload. */
static void a_dropped_piece_makes_another_one(struct kunit *test)
{
	static const struct shape paged = {
		"paged", 66, 3, 500, .head_frag = true
	};
	struct pbuf *p = to_chain(test, watched(test, &paged), 0);
	struct sk_buff *made;

	next_drop(p);
	made = skb_of(test, p);
	KUNIT_EXPECT_EQ(test, 1u, shim_nr_gone);
	KUNIT_EXPECT_EQ(test, 0ull, shim_cost.payload_bytes);
	KUNIT_EXPECT_EQ(test, 1066u, made->len);
	skb_linearize(made);
	KUNIT_EXPECT_EQ(test, (int)byte_at(65), (int)made->data[65]);
	KUNIT_EXPECT_EQ(test, (int)byte_at(566), (int)made->data[66]);
	KUNIT_EXPECT_EQ(test, (int)byte_at(1565), (int)made->data[1065]);
	kfree_skb(made);
}

/* ---- no memory -------------------------------------------------------------------- */

/*
 * Whichever allocation fails, the sk_buff stays intact. A failed allocation of a sanitizer
 * does not make the call fail.
 */
static void taking_apart_survives_each_failure(struct kunit *test)
{
	struct sk_buff *skb = skb_make(test, &shim_plain);
	struct sk_buff *clone = clone_make(test, skb);
	unsigned int refused = 0;
	struct failing failing;
	struct pbuf *p;

	FAIL_EACH(test, failing,
		  p = pbuf_from_skb(clone, PBUF_SKB_WRITABLE, GFP_KERNEL,
				    &shim_cost)) {
		if (IS_ERR(p)) {
			refused++;
			expect_skb(test, clone, 0, 1566);
			continue;
		}
		pbuf_free(p);
		clone = clone_make(test, skb);
	}
	KUNIT_EXPECT_FALSE(test, IS_ERR(p));
	kfree_skb(clone);
	KUNIT_EXPECT_LE(test, 2u, refused);
	kfree_skb(skb);
}

/* Whichever allocation fails, the chain stays intact. */
static void making_another_survives_each_failure(struct kunit *test)
{
	struct net_device *dev = netdev_make(test);
	struct pbuf *p = turned(to_chain(test, watched(test, &shim_plain), 0));
	unsigned int nth, refused = 0;
	struct sk_buff *skb;

	for (nth = 1; nth < 20; nth++) {
		fail_nth_set(test, nth);
		skb = to_skb(p, PBUF_SKB_FRAG, dev, &shim_cost);
		fail_nth_set(test, 0);
		if (!IS_ERR(skb))
			break;
		refused++;
		KUNIT_EXPECT_EQ(test, 0u, shim_nr_gone);
		expect_sums(test, p);
	}
	KUNIT_ASSERT_FALSE(test, IS_ERR(skb));
	KUNIT_EXPECT_LE(test, 1u, refused);
	KUNIT_EXPECT_EQ(test, 1566u, skb->len);
	kfree_skb(skb);
}

static struct kunit_case shim_cases[] = {
	KUNIT_CASE_PARAM(every_piece_is_a_pbuf, shape_next),
	KUNIT_CASE(the_last_pbuf_frees_the_sk_buff),
	KUNIT_CASE(freed_with_interrupts_off),
	KUNIT_CASE(an_empty_one_is_refused),
	KUNIT_CASE(what_a_length_cannot_say_is_refused),
	KUNIT_CASE(nesting_has_an_end),
	KUNIT_CASE(a_clone_is_read_in_place),
	KUNIT_CASE_PARAM(a_clone_is_copied_before_it_is_written, shape_next),
	KUNIT_CASE(a_frag_list_of_clones_is_copied),
	KUNIT_CASE(a_clone_of_merged_packets_is_refused),
	KUNIT_CASE(ones_own_is_written_in_place),
	KUNIT_CASE(a_shared_one_is_cloned),
	KUNIT_CASE(a_shared_one_is_copied_before_it_is_written),
	KUNIT_CASE(frags_that_others_write_are_copied),
	KUNIT_CASE_PARAM(it_comes_back_itself, shape_next),
	KUNIT_CASE(a_header_is_stripped_and_restored),
	KUNIT_CASE(a_stripped_header_is_pulled),
	KUNIT_CASE(a_new_header_fits_the_headroom),
	KUNIT_CASE(the_end_is_cut_off),
	KUNIT_CASE(cut_and_joined_it_is_the_same),
	KUNIT_CASE(a_held_piece_makes_a_clone),
	KUNIT_CASE(cutting_a_clone_copies_its_head),
	KUNIT_CASE(another_order_makes_another_one),
	KUNIT_CASE(two_packets_make_one),
	KUNIT_CASE(a_dropped_piece_makes_another_one),
	KUNIT_CASE(taking_apart_survives_each_failure),
	KUNIT_CASE(making_another_survives_each_failure),
	{}
};

RTALLOC_SUITE(shim, .init = shim_start);

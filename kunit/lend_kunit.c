// SPDX-License-Identifier: GPL-2.0-only
/*
 * lend_kunit.c - a driver's own buffers, described by custom pbufs, are lent to the
 * stack without a copy; the pbuf's free function is called when the stack is done.
 *
 * The buffers lie in vmalloc() memory, EACH bytes apart. Like elements of a pool, some
 * of them lie in two pages, and most share a page with another buffer. Where pages are
 * larger than 4096 bytes, buffers and frames are larger in proportion, so that they lie
 * in the same pages.
 */
#include <linux/delay.h>
#include <linux/etherdevice.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/netdevice.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>

#include "kunit/net_common.h"
#include "net/lend.h"

#define SCALE	((unsigned int)PAGE_SIZE / 4096u)
#define EACH	(1664u * SCALE)		/* 4096 / 1664 is 2.46 */
#define BUFFERS	16u
#define FRAME	(1514u * SCALE)		/* with pages of 64 KiB, 24224 */

/* A driver's buffer, and how often its free function was called. */
struct buffer {
	struct pbuf_custom custom;
	unsigned int freed;
};

static struct buffer buffer[BUFFERS];
static u8 *memory;
static struct pbuf_lender *lender;
static struct pbuf_skb_cost cost;

static void buffer_free(struct pbuf *p)
{
	container_of(p, struct buffer, custom.pbuf)->freed++;
}

static int start(struct kunit *test)
{
	memory = NULL;
	lender = NULL;
	memset(buffer, 0, sizeof(buffer));
	cost = (struct pbuf_skb_cost){ };
	memory = vmalloc(BUFFERS * EACH);
	lender = pbuf_lender_create(8);
	return memory && !IS_ERR(lender) ? 0 : -ENOMEM;
}

static void end(struct kunit *test)
{
	if (!IS_ERR_OR_NULL(lender))
		pbuf_lender_destroy(lender);
	vfree(memory);
}

/*
 * Write the bytes byte_at(@first) and following to @at, @len bytes, and return buffer
 * @i's pbuf, set to describe them.
 */
static struct pbuf *frame_at(struct kunit *test, unsigned int i, u8 *at,
			     unsigned int first, unsigned int len)
{
	struct pbuf *p;
	unsigned int n;

	for (n = 0; n < len; n++)
		at[n] = byte_at(first + n);
	buffer[i].custom.custom_free_function = buffer_free;
	p = pbuf_alloced_custom_from(NULL, 0, len, PBUF_REF, &buffer[i].custom,
				     at, len);
	KUNIT_ASSERT_NOT_NULL(test, p);
	return p;
}

/* The pbuf of buffer @i with a frame of FRAME bytes in its usual place. */
static struct pbuf *frame(struct kunit *test, unsigned int i)
{
	return frame_at(test, i, memory + i * EACH, 0, FRAME);
}

static struct sk_buff *lend(struct kunit *test, struct pbuf *p)
{
	struct net_device *dev = netdev_make(test);
	struct sk_buff *skb;

	WITHOUT_BH(skb = pbuf_lend_to_skb(p, lender, dev, &cost));
	KUNIT_ASSERT_FALSE(test, IS_ERR_OR_NULL(skb));
	return skb;
}

static struct pbuf_lender_counts counts(void)
{
	struct pbuf_lender_counts now;

	pbuf_lender_count(lender, &now);
	return now;
}

static void reclaim(void)
{
	WITHOUT_BH(pbuf_lender_reclaim(lender, UINT_MAX));
}

/*
 * Expect that nothing was copied, that buffer @i is not freed before @skb is, that it is
 * freed once after that, and that no other buffer is lent then. Free @skb.
 */
static void expect_lent(struct kunit *test, struct sk_buff *skb, unsigned int i)
{
	KUNIT_EXPECT_EQ(test, 0ull, cost.payload_bytes);
	reclaim();
	KUNIT_EXPECT_EQ(test, 0u, buffer[i].freed);
	kfree_skb(skb);
	reclaim();
	KUNIT_EXPECT_EQ(test, 1u, buffer[i].freed);
	KUNIT_EXPECT_EQ(test, 0u, buffer[i].custom.pbuf.flags & PBUF_FLAG_LENT);
	KUNIT_EXPECT_EQ(test, 0u, counts().lent);
	KUNIT_EXPECT_EQ(test, counts().lends, counts().returns);
	/* Each reclaim() looked once: while the stack had the buffer, and after. The
	 * lender's own work may have looked too.
	 */
	KUNIT_EXPECT_LE(test, counts().lends + 1, counts().looks);
}

/*
 * Expect that all of the frame was copied, up to 128 bytes of it as headers, and that
 * buffer @i was freed at once. Free @skb.
 *
 * The copy is in pieces of up to 4096 bytes, each of which takes at most that much,
 * whatever the size of a page: one for 1514 bytes, six for 24224.
 */
static void expect_copied(struct kunit *test, struct sk_buff *skb,
			  unsigned int i)
{
	KUNIT_EXPECT_LE(test, skb->truesize,
			SKB_TRUESIZE(skb_end_offset(skb)) +
			round_up(FRAME, 4096u));
	expect_skb(test, skb, 0, FRAME);
	KUNIT_EXPECT_EQ(test, (u64)FRAME,
			cost.payload_bytes + cost.header_bytes);
	KUNIT_EXPECT_LE(test, cost.header_bytes, 128ull);
	KUNIT_EXPECT_EQ(test, 1u, buffer[i].freed);
	kfree_skb(skb);
}

/* ---- buffers that can be lent ----------------------------------------------- */

/* Buffer 0 lies in one page, so the sk_buff has one frag, which is that page. */
static void in_one_page(struct kunit *test)
{
	struct sk_buff *skb = lend(test, frame(test, 0));

	expect_skb(test, skb, 0, FRAME);
	KUNIT_EXPECT_EQ(test, 1, (int)skb_shinfo(skb)->nr_frags);
	KUNIT_EXPECT_PTR_EQ(test, vmalloc_to_page(memory),
			    skb_frag_page(&skb_shinfo(skb)->frags[0]));
	expect_lent(test, skb, 0);
}

/*
 * Buffer 2 lies at 2 * EACH, 3328 of 4096: 768 bytes of it are in the first page, the
 * rest in the second.
 */
static void over_two_pages(struct kunit *test)
{
	struct sk_buff *skb = lend(test, frame(test, 2));

	expect_skb(test, skb, 0, FRAME);
	KUNIT_EXPECT_EQ(test, 2, (int)skb_shinfo(skb)->nr_frags);
	KUNIT_EXPECT_EQ(test, (unsigned int)(FRAME - (PAGE_SIZE - 2 * EACH)),
			skb_frag_size(&skb_shinfo(skb)->frags[1]));
	expect_lent(test, skb, 2);
}

/*
 * One pbuf of 9000 bytes at offset 100 lies in 3 pages of 4096 bytes. In larger ones the
 * largest pbuf is not 16 times as long: with pages of 64 KiB, the 65535 bytes at offset
 * 1600 lie in 2.
 */
static void a_large_frame(struct kunit *test)
{
	unsigned int at = 100 * SCALE;
	unsigned int len = min(9000 * SCALE, PBUF_LEN_MAX);
	struct sk_buff *skb;

	skb = lend(test, frame_at(test, 0, memory + at, 0, len));
	expect_skb(test, skb, 0, len);
	KUNIT_EXPECT_EQ(test, (unsigned int)DIV_ROUND_UP(at + len, PAGE_SIZE),
			(unsigned int)skb_shinfo(skb)->nr_frags);
	expect_lent(test, skb, 0);
}

/* Each pbuf of a chain is lent, and each is freed. */
static void a_chain(struct kunit *test)
{
	struct pbuf *p = frame_at(test, 0, memory, 0, 1000);
	struct sk_buff *skb;

	pbuf_cat(p, frame_at(test, 1, memory + EACH, 1000, 1600));
	pbuf_cat(p, frame_at(test, 3, memory + 3 * EACH, 2600, 100));
	skb = lend(test, p);
	expect_skb(test, skb, 0, 2700);
	KUNIT_EXPECT_EQ(test, 3u, counts().lent);
	expect_lent(test, skb, 0);
	KUNIT_EXPECT_EQ(test, 1u, buffer[1].freed);
	KUNIT_EXPECT_EQ(test, 1u, buffer[3].freed);
}

/* The buffer lies in a page, then in a compound page of four, of the page allocator. */
static void pages_of_the_kernel(struct kunit *test)
{
	struct sk_buff *skb;
	unsigned int order;
	struct page *page;

	for (order = 0; order < 3; order += 2) {
		page = alloc_pages(GFP_KERNEL | __GFP_COMP, order);
		KUNIT_ASSERT_NOT_NULL(test, page);
		buffer[0].freed = 0;
		skb = lend(test, frame_at(test, 0, page_address(page) + 64, 0,
					  FRAME));
		expect_lent(test, skb, 0);
		KUNIT_EXPECT_EQ(test, 1, page_count(page));
		__free_pages(page, order);
	}
}

/* ---- when a buffer is freed ------------------------------------------------- */

/* Not before the last clone of the sk_buff is freed. */
static void a_clone_keeps_it(struct kunit *test)
{
	struct sk_buff *skb = lend(test, frame(test, 0));
	struct sk_buff *clone = clone_make(test, skb);

	kfree_skb(skb);
	expect_lent(test, clone, 0);
}

/*
 * Buffers 0 and 1 share a page, whose references do not tell which of the two the stack
 * still uses. So 0 is freed only when the stack has released 1, too. Buffer 8 lies in
 * other pages and is freed at once.
 */
static void a_neighbour_keeps_it(struct kunit *test)
{
	struct sk_buff *first = lend(test, frame(test, 0));
	struct sk_buff *second = lend(test, frame(test, 1));
	struct sk_buff *other = lend(test, frame(test, 8));

	kfree_skb(first);
	kfree_skb(other);
	reclaim();
	KUNIT_EXPECT_EQ(test, 0u, buffer[0].freed);
	KUNIT_EXPECT_EQ(test, 1u, buffer[8].freed);
	expect_lent(test, second, 1);
	KUNIT_EXPECT_EQ(test, 1u, buffer[0].freed);
}

/*
 * Of the pages that the sk_buff had, one, not the first, is still held by a reference, as
 * TCP may do. Six pages of 4096 bytes from the middle of one are 7 frags. A pbuf has at
 * most 65535 bytes, which with pages of 64 KiB are 2 frags.
 */
static void one_page_of_many_keeps_it(struct kunit *test)
{
	unsigned int len = min_t(unsigned int, 6 * PAGE_SIZE, PBUF_LEN_MAX);
	struct page *page;
	struct sk_buff *skb;
	int nr;

	skb = lend(test, frame_at(test, 0, memory + PAGE_SIZE / 2, 0, len));
	nr = skb_shinfo(skb)->nr_frags;
	KUNIT_ASSERT_EQ(test, DIV_ROUND_UP(PAGE_SIZE / 2 + len, PAGE_SIZE), nr);
	page = skb_frag_page(&skb_shinfo(skb)->frags[min(4, nr - 1)]);
	get_page(page);
	kfree_skb(skb);
	reclaim();
	KUNIT_EXPECT_EQ(test, 0u, buffer[0].freed);
	put_page(page);
	reclaim();
	KUNIT_EXPECT_EQ(test, 1u, buffer[0].freed);
}

/* If nobody calls pbuf_lender_reclaim(), the lender's own work frees the buffer. */
static void a_work_looks(struct kunit *test)
{
	unsigned int tries = 100;

	kfree_skb(lend(test, frame(test, 0)));
	while (!READ_ONCE(buffer[0].freed) && --tries)
		msleep(20);
	KUNIT_EXPECT_EQ(test, 1u, buffer[0].freed);
}

struct later {
	struct delayed_work work;
	struct sk_buff *skb;
};

static void skb_free_later(struct work_struct *work)
{
	kfree_skb(container_of(to_delayed_work(work), struct later, work)->skb);
}

/*
 * pbuf_lender_destroy() returns only after the stack has released every buffer, because
 * the driver may free their memory then. Here that happens after HZ / 10.
 */
static void destroying_waits(struct kunit *test)
{
	struct later later = { .skb = lend(test, frame(test, 0)) };
	unsigned long before = jiffies;

	INIT_DELAYED_WORK_ONSTACK(&later.work, skb_free_later);
	schedule_delayed_work(&later.work, HZ / 10);
	pbuf_lender_destroy(lender);
	lender = NULL;
	KUNIT_EXPECT_EQ(test, 1u, buffer[0].freed);
	KUNIT_EXPECT_GE(test, jiffies - before, (unsigned long)HZ / 10);
	flush_delayed_work(&later.work);
	destroy_delayed_work_on_stack(&later.work);
}

/* ---- accounting and limits -------------------------------------------------- */

/*
 * truesize is the head and PAGE_SIZE for each page that the sk_buff pins, although the
 * buffer uses only part of it. skb_condense() must not reduce that below a page.
 */
static void whole_pages_are_charged(struct kunit *test)
{
	struct sk_buff *one = lend(test, frame(test, 0));
	struct sk_buff *two = lend(test, frame(test, 2));

	KUNIT_EXPECT_EQ(test, SKB_TRUESIZE(skb_end_offset(one)) + PAGE_SIZE,
			(unsigned long)one->truesize);
	KUNIT_EXPECT_EQ(test, SKB_TRUESIZE(skb_end_offset(two)) + 2 * PAGE_SIZE,
			(unsigned long)two->truesize);
	skb_condense(one);
	KUNIT_EXPECT_GE(test, (unsigned long)one->truesize, PAGE_SIZE);
	kfree_skb(one);
	kfree_skb(two);
}

/*
 * The lender was created for 8 buffers at a time. While all 8 are lent, a ninth frame is
 * copied; when they are back, buffers are lent again.
 */
static void a_number_of_them(struct kunit *test)
{
	struct sk_buff *skb[8];
	unsigned int i;

	for (i = 0; i < 8; i++)
		skb[i] = lend(test, frame(test, i));
	KUNIT_EXPECT_EQ(test, 0ull, cost.payload_bytes);
	cost.header_bytes = 0;
	expect_copied(test, lend(test, frame(test, 8)), 8);
	KUNIT_EXPECT_EQ(test, 1ull, counts().beyond);
	KUNIT_EXPECT_EQ(test, 8u, counts().lent_max);
	for (i = 0; i < 8; i++)
		kfree_skb(skb[i]);
	reclaim();
	cost = (struct pbuf_skb_cost){ };
	expect_lent(test, lend(test, frame(test, 9)), 9);
}

static int looker_run(void *unused)
{
	while (!kthread_should_stop()) {
		reclaim();
		cond_resched();
	}
	return 0;
}

/*
 * The limit holds also while another processor reclaims, which takes buffers off the list
 * of lent ones for a moment: each of 2000 frames beyond the limit is copied.
 */
static void never_more_than_that(struct kunit *test)
{
	struct net_device *dev = netdev_make(test);
	struct task_struct *looker;
	struct sk_buff *skb[8], *more;
	unsigned int i;

	if (num_online_cpus() < 2)
		kunit_skip(test, "one processor");
	for (i = 0; i < 8; i++)
		skb[i] = lend(test, frame(test, i));
	looker = kthread_run(looker_run, NULL, "rtalloc_looker");
	KUNIT_ASSERT_FALSE(test, IS_ERR(looker));
	for (i = 0; i < 2000; i++) {
		WITHOUT_BH(more = pbuf_lend_to_skb(frame(test, 8), lender, dev,
						   &cost));
		KUNIT_EXPECT_FALSE(test, IS_ERR(more));
		if (!IS_ERR(more))
			kfree_skb(more);
		cond_resched();
	}
	kthread_stop(looker);
	KUNIT_EXPECT_EQ(test, 2000ull, counts().beyond);
	KUNIT_EXPECT_EQ(test, 8u, counts().lent_max);
	KUNIT_EXPECT_EQ(test, 2000u, buffer[8].freed);
	for (i = 0; i < 8; i++)
		kfree_skb(skb[i]);
	reclaim();
	for (i = 0; i < 8; i++)
		KUNIT_EXPECT_EQ(test, 1u, buffer[i].freed);
}

/* With a limit of one, the first buffer of a chain is lent and the second is copied. */
static void one_of_a_chain(struct kunit *test)
{
	struct pbuf *p = frame(test, 0);
	struct sk_buff *skb;

	pbuf_lender_destroy(lender);
	lender = pbuf_lender_create(1);
	KUNIT_ASSERT_FALSE(test, IS_ERR(lender));
	pbuf_cat(p, frame_at(test, 1, memory + EACH, FRAME, FRAME));
	skb = lend(test, p);
	expect_skb(test, skb, 0, 2 * FRAME);
	KUNIT_EXPECT_EQ(test, (u64)FRAME, cost.payload_bytes);
	KUNIT_EXPECT_EQ(test, 1ull, counts().beyond);
	KUNIT_EXPECT_EQ(test, 1u, counts().lent);
	KUNIT_EXPECT_EQ(test, 0u, buffer[0].freed);
	KUNIT_EXPECT_EQ(test, 1u, buffer[1].freed);
	kfree_skb(skb);
	reclaim();
	KUNIT_EXPECT_EQ(test, 1u, buffer[0].freed);
}

/*
 * Expect that the first page is not noted as lent. The owner's references to a noted page
 * are not checked again. Here somebody else has a reference, so the check of a page that
 * is not noted fails and is counted in not_pages.
 */
static void expect_not_noted(struct kunit *test)
{
	struct page *page = vmalloc_to_page(memory);
	u64 before = counts().not_pages;
	unsigned int freed = buffer[0].freed;

	get_page(page);
	kfree_skb(lend(test, frame(test, 0)));
	KUNIT_EXPECT_EQ(test, before + 1, counts().not_pages);
	put_page(page);
	buffer[0].freed = freed;
}

/*
 * If an allocation fails, the call returns an error, nothing stays lent, and the packet
 * still belongs to the caller. The packet has one buffer that can be lent and one that
 * has to be copied.
 */
static void without_memory_nothing_is_lent(struct kunit *test)
{
	struct net_device *dev = netdev_make(test);
	u8 *slab = room_open(test, FRAME);
	unsigned int nth, refused = 0;
	struct sk_buff *skb;
	struct pbuf *p;

	for (nth = 1; nth < 10; nth++) {
		p = frame(test, 0);
		pbuf_cat(p, frame_at(test, 1, slab, FRAME, FRAME));
		fail_nth_set(test, nth);
		WITHOUT_BH(skb = pbuf_lend_to_skb(p, lender, dev, &cost));
		fail_nth_set(test, 0);
		if (IS_ERR(skb)) {
			refused++;
			KUNIT_EXPECT_EQ(test, 0u, p->flags & PBUF_FLAG_LENT);
			KUNIT_EXPECT_EQ(test, 0u, counts().lent);
			pbuf_free(p);
			expect_not_noted(test);
			continue;
		}
		kfree_skb(skb);
		reclaim();
	}
	/*
	 * The head of the sk_buff, at least, and the page for the copy. A part of a
	 * larger page need not be allocated: the kernel keeps one at hand.
	 */
	KUNIT_EXPECT_LE(test, SCALE > 1 ? 1u : 2u, refused);
	KUNIT_EXPECT_EQ(test, 9u, buffer[0].freed);
	KUNIT_EXPECT_EQ(test, 9u, buffer[1].freed);
}

/* With a limit of 0 every frame is copied. */
static void none_of_them(struct kunit *test)
{
	pbuf_lender_destroy(lender);
	lender = pbuf_lender_create(0);
	KUNIT_ASSERT_FALSE(test, IS_ERR(lender));
	expect_copied(test, lend(test, frame(test, 0)), 0);
	KUNIT_EXPECT_EQ(test, 1ull, counts().beyond);
}

/* ---- buffers that cannot be lent -------------------------------------------- */

/* A buffer of kmalloc(): the slab allocator ignores references to its pages. */
static void no_page_no_loan(struct kunit *test)
{
	u8 *slab = room_open(test, FRAME);

	expect_copied(test, lend(test, frame_at(test, 0, slab, 0, FRAME)), 0);
	KUNIT_EXPECT_EQ(test, 1ull, counts().not_pages);
	KUNIT_EXPECT_EQ(test, 0ull, counts().lends);
}

/* A buffer in the kernel's image, whose pages are reserved and not reference-counted. */
static void no_page_that_is_set_aside(struct kunit *test)
{
	static u8 still[FRAME];

	expect_copied(test, lend(test, frame_at(test, 0, still, 0, FRAME)), 0);
	KUNIT_EXPECT_EQ(test, 1ull, counts().not_pages);
}

/*
 * A page that somebody else has a reference to, as when it is mapped elsewhere: the lender
 * could not tell when the stack has dropped its own. Without that reference it is lent.
 */
static void no_page_of_others(struct kunit *test)
{
	struct page *page = vmalloc_to_page(memory);

	get_page(page);
	expect_copied(test, lend(test, frame(test, 0)), 0);
	KUNIT_EXPECT_EQ(test, 1ull, counts().not_pages);
	put_page(page);
	cost = (struct pbuf_skb_cost){ };
	buffer[0].freed = 0;
	expect_lent(test, lend(test, frame(test, 0)), 0);
}

/*
 * If the second page of a buffer cannot be lent, the first is not left noted as lent: a
 * reference to it is noticed by the next frame, see expect_not_noted().
 */
static void half_is_not_enough(struct kunit *test)
{
	struct page *page = vmalloc_to_page(memory + PAGE_SIZE);

	get_page(page);
	expect_copied(test, lend(test, frame(test, 2)), 2);
	put_page(page);
	page = vmalloc_to_page(memory);
	get_page(page);
	cost = (struct pbuf_skb_cost){ };
	expect_copied(test, lend(test, frame(test, 0)), 0);
	put_page(page);
}

/* A pbuf with a second reference is copied, and freed when that reference is dropped. */
static void none_that_is_held(struct kunit *test)
{
	struct pbuf *p = frame(test, 0);
	struct sk_buff *skb;

	pbuf_ref(p);
	skb = lend(test, p);
	expect_skb(test, skb, 0, FRAME);
	KUNIT_EXPECT_EQ(test, 1ull, counts().held);
	KUNIT_EXPECT_EQ(test, 0u, buffer[0].freed);
	kfree_skb(skb);
	pbuf_free(p);
	KUNIT_EXPECT_EQ(test, 1u, buffer[0].freed);
}

/*
 * Frames of up to 128 bytes fit into the head of the sk_buff and are copied into it. One
 * of 129 bytes is lent.
 */
static void a_short_frame_is_all_head(struct kunit *test)
{
	static const unsigned int lengths[] = { 1, ETH_HLEN, 60, 128 };
	struct sk_buff *skb;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(lengths); i++) {
		skb = lend(test, frame_at(test, i, memory, 0, lengths[i]));
		expect_skb(test, skb, 0, lengths[i]);
		KUNIT_EXPECT_EQ(test, 0, (int)skb_shinfo(skb)->nr_frags);
		KUNIT_EXPECT_EQ(test, 1u, buffer[i].freed);
		kfree_skb(skb);
	}
	KUNIT_EXPECT_EQ(test, 0ull, counts().lends);
	KUNIT_EXPECT_EQ(test, 0ull, cost.payload_bytes);
	expect_lent(test, lend(test, frame_at(test, 4, memory, 0, 129)), 4);
	KUNIT_EXPECT_EQ(test, 1ull, counts().lends);
}

/* A lender takes at most 0x10000 buffers. */
static void odd_numbers_are_refused(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, -EINVAL,
			PTR_ERR_OR_ZERO(pbuf_lender_create(0x10001)));
	KUNIT_EXPECT_EQ(test, -EINVAL,
			PTR_ERR_OR_ZERO(pbuf_lender_create(UINT_MAX)));
}

static struct kunit_case lend_cases[] = {
	KUNIT_CASE(in_one_page),
	KUNIT_CASE(over_two_pages),
	KUNIT_CASE(a_large_frame),
	KUNIT_CASE(a_chain),
	KUNIT_CASE(pages_of_the_kernel),
	KUNIT_CASE(a_clone_keeps_it),
	KUNIT_CASE(a_neighbour_keeps_it),
	KUNIT_CASE(one_page_of_many_keeps_it),
	KUNIT_CASE(a_work_looks),
	KUNIT_CASE(destroying_waits),
	KUNIT_CASE(whole_pages_are_charged),
	KUNIT_CASE(a_number_of_them),
	KUNIT_CASE(never_more_than_that),
	KUNIT_CASE(one_of_a_chain),
	KUNIT_CASE(without_memory_nothing_is_lent),
	KUNIT_CASE(none_of_them),
	KUNIT_CASE(no_page_no_loan),
	KUNIT_CASE(no_page_that_is_set_aside),
	KUNIT_CASE(no_page_of_others),
	KUNIT_CASE(half_is_not_enough),
	KUNIT_CASE(none_that_is_held),
	KUNIT_CASE(a_short_frame_is_all_head),
	KUNIT_CASE(odd_numbers_are_refused),
	{ }
};

RTALLOC_SUITE(lend, .init = start, .exit = end);

// SPDX-License-Identifier: GPL-2.0-only
/*
 * net_common.c - helpers shared by the suites of the network module.
 */
#include <kunit/test-bug.h>
#include <linux/etherdevice.h>
#include <linux/mm.h>
#include <linux/netdevice.h>

#include "kunit/net_common.h"

/* ---- sk_buffs -------------------------------------------------------------- */

const struct shape shapes[] = {
	{ "one byte", 1 },
	{ "linear", 1514 },
	{ "linear in a page", 1514, .head_frag = true },
	{ "headers and one frag", 66, 1, 1448 },
	{ "frags only", 0, 3, 1000 },
	{ "all frags there are", 54, MAX_SKB_FRAGS, 1448 },
	{ "frags of several pages", 66, 3, 9000 },
	{ "frag list", 100, 0, 0, 3 },
	{ "frag list of frags", 70, 2, 700, 4 },
	{ "frag list in pages", 200, 1, 300, 2, true },
	{ "the longest", 1535, 16, 4000 },	/* 65535 bytes */
};

const struct shape short_packet = { "packet", 60 };

const void *shape_next(const void *prev, char *desc)
{
	const struct shape *next = prev ? (const struct shape *)prev + 1 :
					  shapes;

	if (next == shapes + ARRAY_SIZE(shapes))
		return NULL;
	strscpy(desc, next->desc, KUNIT_PARAM_DESC_SIZE);
	return next;
}

unsigned int shape_pieces(const struct shape *shape)
{
	return (!!shape->linear + shape->frags) * (1 + shape->children);
}

unsigned int shape_bytes(const struct shape *shape)
{
	return (shape->linear + shape->frags * shape->frag) *
	       (1 + shape->children);
}

static void bytes_fill(u8 *to, unsigned int first, unsigned int len)
{
	unsigned int i;

	for (i = 0; i < len; i++)
		to[i] = byte_at(first + i);
}

static struct sk_buff *page_skb(unsigned int bytes)
{
	unsigned int size = SKB_DATA_ALIGN(bytes) +
			    SKB_DATA_ALIGN(sizeof(struct skb_shared_info));
	struct sk_buff *skb;

	WITHOUT_BH(skb = napi_build_skb(netdev_alloc_frag(size), size));
	return skb;
}

static struct sk_buff *part_make(struct kunit *test, const struct shape *shape,
				 unsigned int first)
{
	struct sk_buff *skb;
	struct page *page;
	unsigned int i;

	skb = shape->head_frag ? page_skb(shape->linear + 64) :
				 alloc_skb(shape->linear + 64, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_reserve(skb, 64);
	bytes_fill(skb_put(skb, shape->linear), first, shape->linear);
	first += shape->linear;
	for (i = 0; i < shape->frags; i++) {
		page = alloc_pages(GFP_KERNEL | __GFP_COMP,
				   get_order(shape->frag + 8));
		KUNIT_ASSERT_NOT_NULL(test, page);
		bytes_fill(page_address(page) + 8, first, shape->frag);
		skb_add_rx_frag(skb, i, page, 8, shape->frag,
				PAGE_ALIGN(shape->frag));
		first += shape->frag;
	}
	return skb;
}

struct sk_buff *skb_make(struct kunit *test, const struct shape *shape)
{
	struct sk_buff *head, *child, **link;
	unsigned int i;

	head = part_make(test, shape, 0);
	link = &skb_shinfo(head)->frag_list;
	for (i = 0; i < shape->children; i++) {
		child = part_make(test, shape, head->len);
		*link = child;
		link = &child->next;
		head->len += child->len;
		head->data_len += child->len;
		head->truesize += child->truesize;
	}
	return head;
}

struct sk_buff *clone_make(struct kunit *test, struct sk_buff *skb)
{
	struct sk_buff *clone = skb_clone(skb, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, clone);
	return clone;
}

void expect_skb(struct kunit *test, const struct sk_buff *skb,
		unsigned int first, unsigned int len)
{
	u8 *bytes = kunit_kmalloc(test, len + 1, GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, bytes);
	KUNIT_ASSERT_EQ(test, len, skb->len);
	KUNIT_ASSERT_EQ(test, 0, skb_copy_bits(skb, 0, bytes, len));
	for (i = 0; i < len; i++)
		if (bytes[i] != byte_at(first + i))
			break;
	KUNIT_EXPECT_EQ_MSG(test, len, i, "the byte there is wrong");
	kunit_kfree(test, bytes);
}

void expect_sums(struct kunit *test, const struct pbuf *p)
{
	unsigned int left = p->tot_len;

	for (; p; p = p->next) {
		KUNIT_EXPECT_EQ(test, left, (unsigned int)p->tot_len);
		left -= p->len;
	}
	KUNIT_EXPECT_EQ(test, 0u, left);
}

void expect_packet(struct kunit *test, const struct pbuf *p,
		   unsigned int first, unsigned int len)
{
	unsigned int i;

	KUNIT_ASSERT_EQ(test, len, (unsigned int)p->tot_len);
	expect_sums(test, p);
	for (; p; p = p->next) {
		for (i = 0; i < p->len; i++)
			if (((u8 *)p->payload)[i] != byte_at(first + i))
				break;
		KUNIT_EXPECT_EQ_MSG(test, (unsigned int)p->len, i,
				    "the byte there is wrong");
		first += p->len;
	}
}

KUNIT_DEFINE_ACTION_WRAPPER(netdev_drop, free_netdev, struct net_device *);

struct net_device *netdev_make(struct kunit *test)
{
	struct net_device *dev = alloc_etherdev(0);

	KUNIT_ASSERT_NOT_NULL(test, dev);
	KUNIT_ASSERT_EQ(test, 0,
			kunit_add_action_or_reset(test, netdev_drop, dev));
	return dev;
}

/* ---- RX pools -------------------------------------------------------------- */

struct pbuf_rx_pool_counts rx_pool_counts(struct pbuf_rx_pool *rx_pool)
{
	struct pbuf_rx_pool_counts counts;

	pbuf_rx_pool_count(rx_pool, &counts);
	return counts;
}

unsigned int lent_now(struct pbuf_rx_pool *rx_pool)
{
	WITHOUT_BH(pbuf_rx_pool_reclaim(rx_pool, UINT_MAX));
	return rx_pool_counts(rx_pool).lent;
}

/* This fails if a buffer is neither free nor lent to the stack. */
static void rx_pool_drop(void *data)
{
	KUNIT_EXPECT_EQ(kunit_get_current_test(), 0, pbuf_rx_pool_destroy(data));
}

struct pbuf_rx_pool *rx_pool_make(struct kunit *test, unsigned int buffers)
{
	struct pbuf_rx_pool *rx_pool;

	rx_pool = pbuf_rx_pool_create("kunit.net", buffers);
	KUNIT_ASSERT_FALSE(test, IS_ERR(rx_pool));
	KUNIT_ASSERT_EQ(test, 0,
			kunit_add_action_or_reset(test, rx_pool_drop, rx_pool));
	return rx_pool;
}

struct pbuf *rx_pool_packet(struct kunit *test, struct pbuf_rx_pool *rx_pool,
			    unsigned int len, unsigned int each)
{
	struct pbuf *head = NULL, *p;
	unsigned int part, first = 0;

	for (; first < len; first += part) {
		part = min(len - first, each);
		p = pbuf_rx_pool_alloc(rx_pool, 0);
		KUNIT_ASSERT_NOT_NULL(test, p);
		pbuf_realloc(p, part);
		bytes_fill(p->payload, first, part);
		if (head)
			pbuf_cat(head, p);
		else
			head = p;
	}
	return head;
}

struct sk_buff *to_skb(struct pbuf *p, enum pbuf_skb_mode mode,
		       struct net_device *dev, struct pbuf_skb_cost *cost)
{
	struct sk_buff *skb;

	WITHOUT_BH(skb = pbuf_to_skb(p, mode, dev, cost));
	return skb;
}

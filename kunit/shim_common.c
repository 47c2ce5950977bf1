// SPDX-License-Identifier: GPL-2.0-only
/*
 * shim_common.c - helpers shared by the suites of the shim: sk_buffs whose freeing is
 * counted, and their conversion into chains of pbufs and back.
 */
#include "kunit/shim_common.h"

const struct shape shim_plain = { "plain", 66, 3, 500 };
struct pbuf_skb_cost shim_cost;
unsigned int shim_nr_gone;

static void gone(struct sk_buff *skb)
{
	shim_nr_gone++;
}

int shim_start(struct kunit *test)
{
	shim_cost = (struct pbuf_skb_cost){ };
	shim_nr_gone = 0;
	return 0;
}

struct sk_buff *watched(struct kunit *test, const struct shape *shape)
{
	struct sk_buff *skb = skb_make(test, shape);

	skb->destructor = gone;
	return skb;
}

struct pbuf *to_chain(struct kunit *test, struct sk_buff *skb,
		      unsigned int flags)
{
	struct pbuf *p = pbuf_from_skb(skb, flags, GFP_KERNEL, &shim_cost);

	KUNIT_ASSERT_FALSE(test, IS_ERR(p));
	return p;
}

struct sk_buff *skb_of(struct kunit *test, struct pbuf *p)
{
	struct sk_buff *skb = to_skb(p, PBUF_SKB_FRAG, netdev_make(test),
				     &shim_cost);

	KUNIT_ASSERT_FALSE(test, IS_ERR(skb));
	return skb;
}

struct pbuf *turned(struct pbuf *p)
{
	struct pbuf *tail = p->next;

	pbuf_ref(tail);
	pbuf_dechain(p);
	pbuf_cat(tail, p);
	return tail;
}

void next_drop(struct pbuf *p)
{
	struct pbuf *tail = p->next->next;

	pbuf_ref(tail);
	pbuf_dechain(p->next);
	pbuf_dechain(p);
	pbuf_cat(p, tail);
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * net_common.h - helpers shared by the suites of the network module: sk_buffs of many
 * shapes whose bytes depend on their position, and RX pools.
 */
#ifndef _RTALLOC_KUNIT_NET_COMMON_H
#define _RTALLOC_KUNIT_NET_COMMON_H

#include <linux/skbuff.h>

#include <rtalloc/pbuf_skb.h>
#include "kunit/common.h"

/**
 * struct shape - how the bytes of an sk_buff are distributed
 * @desc: name of the case
 * @linear: bytes in the linear part
 * @frags: number of page frags
 * @frag: bytes in each page frag
 * @children: sk_buffs on the frag list, each with @linear, @frags and @frag as well
 * @head_frag: the linear part lies in a page fragment, not in kmalloc() memory
 */
struct shape {
	const char *desc;
	unsigned int linear;
	unsigned int frags;
	unsigned int frag;
	unsigned int children;
	bool head_frag;
};

extern const struct shape shapes[];
extern const struct shape short_packet;	/* 60 bytes */
/* Generate the parameters of a KUNIT_CASE_PARAM() from shapes[]. */
const void *shape_next(const void *prev, char *desc);
/* How many pbufs an sk_buff of this shape becomes: one for each contiguous piece. */
unsigned int shape_pieces(const struct shape *shape);
/* How many bytes it has. */
unsigned int shape_bytes(const struct shape *shape);

/* Execute @work with bottom halves disabled, as the network does in softirqs. */
#define WITHOUT_BH(work)						\
	do {								\
		local_bh_disable();					\
		work;							\
		local_bh_enable();					\
	} while (0)

/* Byte @i of every packet. The pattern repeats neither after 256 bytes nor after a page. */
static inline u8 byte_at(unsigned int i)
{
	return i * 7 + (i >> 8) + 3;
}

/* An sk_buff with the bytes byte_at(0), byte_at(1) and so on. */
struct sk_buff *skb_make(struct kunit *test, const struct shape *shape);
/* A clone of it. */
struct sk_buff *clone_make(struct kunit *test, struct sk_buff *skb);
/* Expect exactly the @len bytes byte_at(@first), byte_at(@first + 1) and so on. */
void expect_skb(struct kunit *test, const struct sk_buff *skb,
		unsigned int first, unsigned int len);
/* Expect the same of a chain of pbufs, and what expect_sums() does. */
void expect_packet(struct kunit *test, const struct pbuf *p,
		   unsigned int first, unsigned int len);
/* Expect each tot_len in a chain to be the sum of the len from there on. */
void expect_sums(struct kunit *test, const struct pbuf *p);
/* A net_device that is not registered; it is freed when the test ends. */
struct net_device *netdev_make(struct kunit *test);

/*
 * A pool named "kunit.net". It is destroyed when the test ends, which fails if a buffer is
 * neither free nor lent then.
 */
struct pbuf_rx_pool *rx_pool_make(struct kunit *test, unsigned int buffers);
struct pbuf_rx_pool_counts rx_pool_counts(struct pbuf_rx_pool *rx_pool);
/* Reclaim all buffers that the stack has released, then return how many are still lent. */
unsigned int lent_now(struct pbuf_rx_pool *rx_pool);
/* A packet of @len bytes, with at most @each of them in a buffer. */
struct pbuf *rx_pool_packet(struct kunit *test, struct pbuf_rx_pool *rx_pool,
			    unsigned int len, unsigned int each);
/* Call pbuf_to_skb() with bottom halves disabled, as it requires. */
struct sk_buff *to_skb(struct pbuf *p, enum pbuf_skb_mode mode,
		       struct net_device *dev, struct pbuf_skb_cost *cost);

#endif /* _RTALLOC_KUNIT_NET_COMMON_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * shim.h - an sk_buff as a chain, from the inside: for pbuf_skb_shim.c, which
 * makes such chains, and pbuf_skb_build.c, which makes sk_buffs of any chain.
 */
#ifndef _RTALLOC_NET_SHIM_H
#define _RTALLOC_NET_SHIM_H

#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/skbuff.h>

#include <rtalloc/pbuf_skb.h>

/**
 * struct piece - a run of bytes of an sk_buff, as a pbuf
 * @custom: the pbuf; found again by its free function
 * @frame: what it is part of
 * @start: its first byte when it was made
 * @len: bytes then
 * @charge: bytes of memory that a reference to it pins
 * @in_page: lies in pages that can be referred to
 */
struct piece {
	struct pbuf_custom custom;
	struct frame *frame;
	u8 *start;
	u32 charge;
	u16 len;
	bool in_page;
};

/**
 * struct frame - an sk_buff that was taken apart
 * @refs: pieces that live
 * @rcu: frees it where kfree() may not be called
 * @nr: pieces there are
 * @writable: whoever holds a piece alone may write to it
 * @skb: the sk_buff; NULL when it has been given back
 * @piece: in the packet's order
 */
struct frame {
	refcount_t refs;
	struct rcu_head rcu;
	unsigned int nr;
	bool writable;
	struct sk_buff *skb;
	struct piece piece[];
};

/* The piece that @p is, or NULL. */
struct piece *piece_of(const struct pbuf *p);

struct sk_buff *pbuf_skb_build(struct pbuf *p, enum pbuf_skb_mode mode,
			       struct net_device *dev,
			       struct pbuf_skb_cost *cost);

struct sk_buff *pbuf_skb_copy(struct pbuf *p, struct net_device *dev,
			      struct pbuf_skb_cost *cost);

bool pbuf_skb_append(struct sk_buff *skb, struct pbuf *p);

#endif /* _RTALLOC_NET_SHIM_H */

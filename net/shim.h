/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * shim.h - an sk_buff as a chain, from the inside: for pbuf_skb_shim.c, which
 * makes such chains, pbuf_skb_restore.c, which turns them back, and
 * pbuf_skb_build.c, which makes sk_buffs of any chain.
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

/* Of the places that a skb_shared_info may have. */
#define SHARED_INFO_ALIGN	((unsigned int)__alignof__(u64))
#define HEAD_HONEST		(PBUF_LENT_SIZE / 16 * 15)

/*
 * Bytes of a buffer up to the end of the data; shared_info comes right behind.
 * Room there would invite the stack to copy other packets' data into it.
 */
static inline unsigned int head_end(unsigned int start, unsigned int len)
{
	return ALIGN(start + len, SHARED_INFO_ALIGN);
}

/*
 * Whether the stack, which may compute an sk_buff's truesize anew from its head
 * (skb_condense()), would come to what the buffer pins, but for a sixteenth. It
 * leaves one with frags alone.
 */
static inline bool head_is_honest(unsigned int start, unsigned int len)
{
	return head_end(start, len) + PBUF_LENT_TAIL >= HEAD_HONEST;
}

/*
 * An sk_buff whose head is the buffer at @buffer, an address of the kernel's
 * direct mapping; the data are there from @start on. Or NULL.
 */
static inline struct sk_buff *head_make(u8 *buffer, unsigned int start,
					unsigned int len)
{
	unsigned int size = head_end(start, len) - PBUF_LENT_STRUCT +
			    PBUF_LENT_TAIL;
	struct sk_buff *skb = napi_build_skb(buffer + PBUF_LENT_STRUCT, size);

	if (unlikely(!skb))
		return NULL;
	skb_reserve(skb, start - PBUF_LENT_STRUCT);
	__skb_put(skb, len);
	skb->truesize += PBUF_LENT_SIZE - size;
	return skb;
}

/* The piece that @p is, or NULL. */
struct piece *piece_of(const struct pbuf *p);

struct sk_buff *skb_copy_paged(const struct sk_buff *skb, gfp_t gfp,
			       struct pbuf_skb_cost *cost);

struct sk_buff *pbuf_skb_build(struct pbuf *p, enum pbuf_skb_mode mode,
			       struct net_device *dev,
			       struct pbuf_skb_cost *cost);

struct sk_buff *pbuf_skb_build_lending(struct pbuf *p,
				       struct pbuf_lender *lender,
				       struct net_device *dev,
				       struct pbuf_skb_cost *cost);

struct sk_buff *pbuf_skb_copy(struct pbuf *p, struct net_device *dev,
			      struct pbuf_skb_cost *cost);

bool pbuf_skb_append(struct sk_buff *skb, struct pbuf *p);

#endif /* _RTALLOC_NET_SHIM_H */

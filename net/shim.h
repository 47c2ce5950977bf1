/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * shim.h - internals of the conversion between sk_buffs and chains: pbuf_skb_shim.c
 * turns an sk_buff into a chain, pbuf_skb_restore.c turns it back, and pbuf_skb_build.c
 * builds an sk_buff from any chain.
 */
#ifndef _RTALLOC_NET_SHIM_H
#define _RTALLOC_NET_SHIM_H

#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/skbuff.h>
#include <linux/spinlock.h>

#include <rtalloc/pbuf_skb.h>

/**
 * struct piece - a contiguous run of bytes of an sk_buff, as a pbuf
 * @custom: the pbuf; piece_of() recognizes it by its custom_free_function
 * @frame: the sk_buff that this is a piece of
 * @start: address of the first byte when the piece was made
 * @charge: bytes of memory that a reference to the piece's page pins
 * @len: number of bytes when the piece was made
 * @in_page: the bytes are in a page that can be referenced
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
 * struct frame - an sk_buff that was turned into a chain
 * @refs: number of pieces that have not been freed
 * @lock: serialises skb_clone(), see frame_twin()
 * @rcu: for kfree_rcu() in contexts where kfree() is not allowed
 * @nr: number of entries of @piece
 * @writable: the only holder of a piece may write to it
 * @skb: the sk_buff; NULL after it was given back to the stack
 * @piece: the pieces, in the order of the packet
 */
struct frame {
	refcount_t refs;
	spinlock_t lock;	/* see above */
	struct rcu_head rcu;
	unsigned int nr;
	bool writable;
	struct sk_buff *skb;
	struct piece piece[];
};

/* Alignment of struct skb_shared_info behind the data. */
#define SHARED_INFO_ALIGN	((unsigned int)__alignof__(u64))
/* A buffer may become a head if at least this many of its bytes are used. */
#define HEAD_HONEST		(PBUF_LENT_SIZE / 16 * 15)

/*
 * Return the offset of shared_info in a buffer whose data begins at offset @start. It
 * comes right behind the data: in tailroom the stack would put other packets' data.
 */
static inline unsigned int head_end(unsigned int start, unsigned int len)
{
	return ALIGN(start + len, SHARED_INFO_ALIGN);
}

/*
 * Return whether the truesize that the stack may recompute from the head
 * (skb_condense()) is at least 15/16 of what the buffer pins. The stack does not
 * recompute it for an sk_buff with frags.
 */
static inline bool head_is_honest(unsigned int start, unsigned int len)
{
	return head_end(start, len) + PBUF_LENT_TAIL >= HEAD_HONEST;
}

/*
 * Build an sk_buff whose head is the buffer at @buffer, an address in the kernel's
 * direct mapping, with @len bytes of data at offset @start. Return NULL if there is no
 * memory.
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

/* Return the piece of an sk_buff that @p is, or NULL. */
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

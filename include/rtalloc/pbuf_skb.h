/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pbuf_skb.h - packets pass between pbuf chains and the kernel's sk_buffs, and
 * their payload is not copied on the way.
 *
 * skb to chain: pbuf_from_skb(). Each piece of the sk_buff becomes a custom
 * pbuf over the same bytes; the sk_buff lives until the last of them is freed.
 *
 * Chain to skb: pbuf_to_skb(). Pieces that came from an sk_buff go back into
 * it. Buffers of an RX pool become the head and the frags of a new sk_buff: the
 * stack holds references to their pages, the RX pool keeps one reference to
 * each pbuf, and gives it up when the stack's are gone. Nothing in the stack
 * points into this module, so a packet may outlive it.
 *
 * An RX pool is a pool of PBUF_POOL buffers of one page each. The stack tells
 * nobody when it lets go of a page: somebody has to look, by
 * pbuf_rx_pool_reclaim(). At any moment each of its buffers is free, lent, or
 * in somebody's hands.
 */
#ifndef _RTALLOC_PBUF_SKB_H
#define _RTALLOC_PBUF_SKB_H

#include <linux/cache.h>
#include <linux/gfp.h>
#include <linux/skbuff.h>
#include <linux/types.h>

#include <rtalloc/pbuf.h>

struct net_device;
struct pbuf_rx_pool;

/* ---- RX pools ---------------------------------------------------------- */

/* A buffer: the struct, headroom, the frame, what an sk_buff needs behind. */
#define PBUF_LENT_SIZE		4096u
#define PBUF_RX_POOL_MAX	0x100000u	/* buffers */
#define PBUF_LENT_STRUCT	64u
#define PBUF_LENT_HEADROOM	((unsigned int)L1_CACHE_BYTES)	/* at least NET_SKB_PAD */
#define PBUF_LENT_TAIL							\
	((unsigned int)SKB_DATA_ALIGN(sizeof(struct skb_shared_info)))
/* Payload bytes of a buffer with its headroom untouched. */
#define PBUF_LENT_ROOM							\
	(round_down(PBUF_LENT_SIZE - PBUF_LENT_STRUCT - PBUF_LENT_TAIL,	\
		    SMP_CACHE_BYTES) - PBUF_LENT_HEADROOM)

/**
 * struct pbuf_rx_pool_counts - where an RX pool's buffers are
 * @total: buffers it has
 * @free: in its pool
 * @lent: the stack holds their page, or did when last looked at
 * @lent_max: the most that were lent at a time
 * @lends: buffers lent so far
 * @returns: buffers that came back
 * @looks: how often a lent buffer was looked at
 * @empty: requests that found no buffer
 */
struct pbuf_rx_pool_counts {
	u32 total;
	u32 free;
	u32 lent;
	u32 lent_max;
	u64 lends;
	u64 returns;
	u64 looks;
	u64 empty;
};

/*
 * RX pools, described in net/rx_pool.c. Whoever is handed a buffer by
 * pbuf_rx_pool_alloc(), _renew(), _take() or pbuf_rx_page_alloc() has its only
 * reference. A pool goes when nobody has one: pbuf_rx_pool_destroy() refuses until
 * then, and pbuf_rx_pool_drop() tries again later. What the stack still holds
 * keeps no pool.
 */
struct pbuf_rx_pool *pbuf_rx_pool_create(const char *name,
					 unsigned int buffers);
int pbuf_rx_pool_destroy(struct pbuf_rx_pool *rx_pool);
void pbuf_rx_pool_drop(struct pbuf_rx_pool *rx_pool);
struct pbuf *pbuf_rx_pool_alloc(struct pbuf_rx_pool *rx_pool,
				unsigned int header);
struct pbuf *pbuf_rx_pool_renew(struct pbuf_rx_pool *rx_pool,
				unsigned int header);
unsigned int pbuf_rx_pool_take(struct pbuf_rx_pool *rx_pool,
			       unsigned int header, struct pbuf **out,
			       unsigned int nr, unsigned int *looks);
struct pbuf *pbuf_rx_page_alloc(unsigned int header);
unsigned int pbuf_rx_pool_reclaim(struct pbuf_rx_pool *rx_pool,
				  unsigned int looks);
unsigned int pbuf_rx_pool_free_count(struct pbuf_rx_pool *rx_pool);
unsigned int pbuf_rx_pool_lent_count(struct pbuf_rx_pool *rx_pool);
void pbuf_rx_pool_count(struct pbuf_rx_pool *rx_pool,
			struct pbuf_rx_pool_counts *counts);
struct page *pbuf_rx_pool_page(struct pbuf_rx_pool *rx_pool,
			       const struct pbuf *p);

/* ---- passing packets --------------------------------------------------- */

/**
 * enum pbuf_skb_mode - what becomes the linear part of a new sk_buff
 * @PBUF_SKB_BUILD: the first buffer itself. Nothing is copied. If a layer
 *	enlarges the headroom later, it copies that whole buffer.
 * @PBUF_SKB_FRAG: a small head that is allocated for this sk_buff, into which
 *	the headers are copied. Everything else stays where it is.
 */
enum pbuf_skb_mode {
	PBUF_SKB_BUILD,
	PBUF_SKB_FRAG,
};

/**
 * struct pbuf_skb_cost - bytes that were copied
 * @header_bytes: headers, because a head was allocated for them
 * @payload_bytes: all other bytes
 *
 * The functions below add to it; the caller zeroes it and may read it at any
 * time.
 */
struct pbuf_skb_cost {
	unsigned long header_bytes;
	unsigned long payload_bytes;
};

/**
 * enum pbuf_skb_flags - for pbuf_from_skb()
 * @PBUF_SKB_WRITABLE: the owner of the chain is going to write to it. If the
 *	bytes are shared with others, the packet is copied.
 */
enum pbuf_skb_flags {
	PBUF_SKB_WRITABLE = 1u << 0,
};

/*
 * Passing packets, described in pbuf_skb_shim.c, net/pbuf_skb_restore.c and
 * net/pbuf_skb_build.c.
 *
 * pbuf_from_skb() makes a chain of an sk_buff, pbuf_to_skb() an sk_buff of a
 * chain. On success the caller's reference is taken over; on failure, an
 * ERR_PTR, the caller still has what it passed in. pbuf_skb() returns the
 * sk_buff that a pbuf is a piece of, or NULL, and pbuf_skb_chains() how many
 * packets were taken apart and still live.
 */
struct pbuf *pbuf_from_skb(struct sk_buff *skb, unsigned int flags, gfp_t gfp,
			   struct pbuf_skb_cost *cost);
struct sk_buff *pbuf_to_skb(struct pbuf *p, enum pbuf_skb_mode mode,
			    struct net_device *dev, struct pbuf_skb_cost *cost);
const struct sk_buff *pbuf_skb(const struct pbuf *p);
unsigned int pbuf_skb_chains(void);

/* ---- lending a driver's own buffers --------------------------------------- */

/**
 * struct pbuf_lender_counts - what a lender has done
 * @lent: buffers that the stack has, or had when last looked at
 * @lent_max: the most at a time
 * @lends: lent so far
 * @returns: ... that were freed
 * @looks: how often one was looked at
 * @not_pages: not lent, but copied: no pages, or others refer to them
 * @beyond: the same: more than the lender may lend
 * @held: the same: somebody else holds the pbuf, or the payload is not its own
 */
struct pbuf_lender_counts {
	u32 lent;
	u32 lent_max;
	u64 lends;
	u64 returns;
	u64 looks;
	u64 not_pages;
	u64 beyond;
	u64 held;
};

struct pbuf_lender;

/*
 * Custom pbufs over a driver's own buffers, described in net/lend.c. The driver
 * calls pbuf_lender_reclaim() in each poll; a work does it when nothing comes.
 */
struct pbuf_lender *pbuf_lender_create(unsigned int most);
void pbuf_lender_destroy(struct pbuf_lender *lender);
struct sk_buff *pbuf_lend_to_skb(struct pbuf *p, struct pbuf_lender *lender,
				 struct net_device *dev,
				 struct pbuf_skb_cost *cost);
unsigned int pbuf_lender_reclaim(struct pbuf_lender *lender,
				 unsigned int looks);
void pbuf_lender_count(struct pbuf_lender *lender,
		       struct pbuf_lender_counts *counts);

#endif /* _RTALLOC_PBUF_SKB_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pbuf_skb.h - convert packets between pbuf chains and the kernel's sk_buffs without
 * copying their payload.
 *
 * From sk_buff to chain: pbuf_from_skb(). Each piece of the sk_buff becomes a custom
 * pbuf over the same bytes. The sk_buff is freed with the last of them.
 *
 * From chain to sk_buff: pbuf_to_skb(). Pieces that came from an sk_buff go back into
 * it. Buffers of an RX pool become the head and the frags of a new sk_buff: the stack
 * holds references to their pages, and the RX pool holds one reference to each pbuf
 * until the stack has dropped its own. Nothing in the stack points into this module, so
 * a packet may outlive it.
 *
 * An RX pool is a pool of PBUF_POOL buffers of one page each. The kernel has no callback
 * for a dropped page reference, so the owner of the pool polls with
 * pbuf_rx_pool_reclaim(). At any moment a buffer is either free, or lent, or its
 * pbuf has a holder.
 */
#ifndef _RTALLOC_PBUF_SKB_H
#define _RTALLOC_PBUF_SKB_H

#include <linux/cache.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/numa.h>
#include <linux/skbuff.h>
#include <linux/types.h>

#include <rtalloc/pbuf.h>

struct net_device;
struct pbuf_rx_pool;

/* ---- RX pools ---------------------------------------------------------- */

/*
 * Layout of a buffer, in bytes: the struct pbuf with what belongs to it, headroom, the
 * frame, and room for the skb_shared_info of an sk_buff.
 */
#define PBUF_LENT_SIZE		((unsigned int)PAGE_SIZE)
#define PBUF_RX_POOL_MAX	(0x100000u >> (PAGE_SHIFT - 12)) /* buffers: 4 GiB */
#define PBUF_LENT_STRUCT	64u
#define PBUF_LENT_HEADROOM	((unsigned int)L1_CACHE_BYTES)	/* at least NET_SKB_PAD */
#define PBUF_LENT_TAIL							\
	((unsigned int)SKB_DATA_ALIGN(sizeof(struct skb_shared_info)))
/* The most bytes of a frame in a buffer with all its headroom. */
#define PBUF_LENT_ROOM							\
	(round_down(PBUF_LENT_SIZE - PBUF_LENT_STRUCT - PBUF_LENT_TAIL,	\
		    SMP_CACHE_BYTES) - PBUF_LENT_HEADROOM)

/**
 * struct pbuf_rx_pool_counts - statistics of an RX pool
 * @total: number of buffers
 * @free: number of free buffers
 * @lent: number of lent buffers, including those that came back but were not inspected
 *	since
 * @lent_max: the largest value of @lent so far
 * @lends: number of times that a buffer was lent
 * @returns: number of times that a lent buffer came back
 * @looks: number of times that a lent buffer was inspected
 * @empty: number of allocations that found no free buffer
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
 * RX pools; the functions are described in net/rx_pool.c. A buffer from
 * pbuf_rx_pool_alloc(), _renew(), _take() or pbuf_rx_page_alloc() has one reference,
 * the caller's. An RX pool can only be destroyed when nobody holds such a reference:
 * until then pbuf_rx_pool_destroy() refuses, and pbuf_rx_pool_drop() tries again later.
 * Pages that the stack holds do not prevent it.
 */
struct pbuf_rx_pool *pbuf_rx_pool_create_on_node(const char *name,
						 unsigned int buffers,
						 int nid);
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

/* pbuf_rx_pool_create_on_node(), but on the node of the caller. */
static inline struct pbuf_rx_pool *pbuf_rx_pool_create(const char *name,
						       unsigned int buffers)
{
	return pbuf_rx_pool_create_on_node(name, buffers, NUMA_NO_NODE);
}

/* ---- passing packets --------------------------------------------------- */

/**
 * enum pbuf_skb_mode - what becomes the linear part of a new sk_buff
 * @PBUF_SKB_BUILD: the first buffer itself. Nothing is copied. But a layer that needs
 *	more headroom later copies that whole buffer.
 * @PBUF_SKB_FRAG: a newly allocated small head, into which the headers are copied.
 *	Everything else is referenced.
 */
enum pbuf_skb_mode {
	PBUF_SKB_BUILD,
	PBUF_SKB_FRAG,
};

/**
 * struct pbuf_skb_cost - number of bytes that were copied
 * @header_bytes: bytes of headers that were copied into a small head
 * @payload_bytes: all other bytes
 *
 * The functions below add to these numbers. The caller sets them to 0 at first.
 */
struct pbuf_skb_cost {
	unsigned long header_bytes;
	unsigned long payload_bytes;
};

/**
 * enum pbuf_skb_flags - flags of pbuf_from_skb()
 * @PBUF_SKB_WRITABLE: the owner of the chain is going to write to it, so the packet is
 *	copied if its bytes may be shared with others
 */
enum pbuf_skb_flags {
	PBUF_SKB_WRITABLE = 1u << 0,
};

/*
 * Converting packets; the functions are described in pbuf_skb_shim.c and
 * net/pbuf_skb_restore.c.
 *
 * pbuf_from_skb() turns an sk_buff into a chain, and pbuf_to_skb() a chain into an
 * sk_buff. On success they take over the caller's reference. On failure they return an
 * ERR_PTR, and the caller keeps what it passed. pbuf_skb() returns the sk_buff that a
 * pbuf is a piece of, or NULL. pbuf_skb_chains() returns how many sk_buffs are chains at
 * present.
 */
struct pbuf *pbuf_from_skb(struct sk_buff *skb, unsigned int flags, gfp_t gfp,
			   struct pbuf_skb_cost *cost);
struct sk_buff *pbuf_to_skb(struct pbuf *p, enum pbuf_skb_mode mode,
			    struct net_device *dev, struct pbuf_skb_cost *cost);
const struct sk_buff *pbuf_skb(const struct pbuf *p);
unsigned int pbuf_skb_chains(void);

/* ---- lending a driver's own buffers --------------------------------------- */

/**
 * struct pbuf_lender_counts - statistics of a lender
 * @lent: number of lent buffers, including those that came back but were not inspected
 *	since
 * @lent_max: the largest value of @lent so far
 * @lends: number of buffers lent so far
 * @returns: number of lent buffers that came back and were freed
 * @looks: number of times that a lent buffer was inspected
 * @not_pages: number of buffers copied because their memory is not made of pages that
 *	can be referenced, or because others hold references to these pages
 * @beyond: number of buffers copied because the lender had reached its limit
 * @held: number of buffers copied because somebody else holds the pbuf too, or because
 *	it is a PBUF_REF or PBUF_ROM that is not custom
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
 * Lending a driver's own buffers, as custom pbufs; the functions are described in
 * net/lend.c. The driver calls pbuf_lender_reclaim() in each poll. When there is no
 * traffic, a work item of the lender does so.
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

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rx_pool.h - internals of an RX pool, for rx_pool.c, the driver's receive path and
 * the functions that build sk_buffs.
 */
#ifndef _RTALLOC_NET_RX_POOL_H
#define _RTALLOC_NET_RX_POOL_H

#include <linux/cache.h>
#include <linux/container_of.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/page_ref.h>
#include <linux/spinlock.h>

#include <rtalloc/pbuf_skb.h>
#include "net/pbuf_custom.h"

struct mempool_fixed;
struct rtalloc_region;

/* The start of every buffer; PBUF_LENT_STRUCT bytes are reserved for it. */
struct lent_buffer {
	struct pbuf pbuf;
	bool is_lent;		/* it is in the ring; guarded by the RX pool's lock */
};

static_assert(sizeof(struct lent_buffer) <= PBUF_LENT_STRUCT);

/**
 * struct pbuf_rx_pool - single-page buffers that can be lent to the stack
 * @env: the environment that allocates the buffers; env.priv is &rx_pool_tag, which
 *	marks it as an RX pool's
 * @base: address of the first buffer in @region
 * @page: the page of each buffer, by the buffer's index
 * @bias: number of references to each page that the RX pool still owns, by the
 *	buffer's index, see RX_POOL_BIAS
 * @nr: number of buffers
 * @lock: guards @ring, @head, @tail, @lent, @lent_max, @returns and @looks, and
 *	is_lent of each buffer
 * @ring: indices of the lent buffers, oldest first
 * @mask: number of entries of @ring minus one; the number is a power of two
 * @head: index of the next entry to fill; never wrapped, so it is masked on use
 * @tail: index of the oldest entry; never wrapped
 * @lent: number of lent buffers, including those that ring_inspect() has taken out of
 *	@ring; may be read without @lock
 * @lent_max: the largest value of @lent so far
 * @returns: number of buffers that came back so far
 * @looks: number of times that a lent buffer was inspected
 * @empty: number of allocations that found no free buffer
 * @region: the memory of the buffers
 * @pool: the fixed pool in @region; it keeps track of the free buffers
 * @left: entry of the list of RX pools that could not be destroyed yet
 *
 * Context: @lock is taken with bottom halves disabled. No callback runs under it.
 */
struct pbuf_rx_pool {
	struct pbuf_env env;
	u8 *base;
	struct page **page;
	u32 *bias;
	unsigned int nr;

	spinlock_t lock ____cacheline_aligned_in_smp;
	u32 *ring;
	u32 mask;
	u32 head;
	u32 tail;
	u32 lent;
	u32 lent_max;
	u64 returns;
	u64 looks;
	atomic64_t empty;

	struct rtalloc_region *region;
	struct mempool_fixed *pool;
	struct list_head left;
};

#define RX_POOL_SOURCE	PBUF_TYPE_ALLOC_SRC_MASK_STD_MEMP_PBUF_POOL

/*
 * env.priv of every RX pool's environment points to this. It is not exported, so no
 * other environment can have this address.
 */
extern const char rx_pool_tag;

/* Return the RX pool that @p was allocated from, or NULL. */
static inline struct pbuf_rx_pool *rx_pool_of(const struct pbuf *p)
{
	/* A custom pbuf has no environment. */
	if (!p->env || p->env->priv != &rx_pool_tag ||
	    pbuf_get_allocsrc(p) != RX_POOL_SOURCE)
		return NULL;
	return container_of(p->env, struct pbuf_rx_pool, env);
}

/* The custom_free_function of the buffers that pbuf_rx_page_alloc() returns. */
void page_buffer_free(struct pbuf *p);

static inline bool is_page_buffer(const struct pbuf *p)
{
	return pbuf_is_freed_by(p, page_buffer_free);
}

static inline unsigned int buffer_index(const struct pbuf_rx_pool *rx_pool,
					const struct pbuf *p)
{
	return ((unsigned long)p - (unsigned long)rx_pool->base) /
	       PBUF_LENT_SIZE;
}

static inline struct page *buffer_page(const struct pbuf_rx_pool *rx_pool,
				       const struct pbuf *p)
{
	return rx_pool->page[buffer_index(rx_pool, p)];
}

/*
 * The RX pool takes this many references to each page in advance and counts in @bias
 * how many it still owns, one of them being the region's own. Lending a page hands over
 * one of these references, which needs no atomic operation. When the page count equals
 * @bias, nobody else holds the page. While the buffer is lent, only ring_inspect() reads
 * and writes its @bias. Otherwise only the holder of the single reference to the pbuf
 * does; a holder of one of several references must use get_page().
 */
#define RX_POOL_BIAS	0x4000u

/* Return whether nobody but the RX pool holds a reference to a buffer's page. */
static inline bool page_is_home(const struct pbuf_rx_pool *rx_pool, u32 index)
{
	return page_ref_count(rx_pool->page[index]) ==
	       READ_ONCE(rx_pool->bias[index]);
}

/* Hand one reference to a buffer's page over to the stack. */
static inline void page_hand_out(struct pbuf_rx_pool *rx_pool, u32 index)
{
	u32 bias = READ_ONCE(rx_pool->bias[index]);

	if (likely(bias > 1))
		WRITE_ONCE(rx_pool->bias[index], bias - 1);
	else
		get_page(rx_pool->page[index]);
}

/*
 * Set the fields of an RX pool's buffer as a fresh allocation does, with @header bytes
 * of payload in front of the frame. Return @p.
 */
static inline struct pbuf *buffer_refresh(struct pbuf *p,
					  unsigned int header)
{
	p->next = NULL;
	p->payload = (u8 *)p + PBUF_LENT_STRUCT + PBUF_LENT_HEADROOM - header;
	p->len = PBUF_LENT_ROOM + header;
	p->tot_len = p->len;
	p->flags = 0;
	p->if_idx = 0;
	return p;
}

/* Inspect every lent buffer, and free those that the stack no longer holds. */
void rx_pool_reclaim_all(struct pbuf_rx_pool *rx_pool);

/*
 * Take over the caller's references to @nr buffers, and keep them until the stack has
 * dropped its references to the pages. A buffer that is already in the ring, because
 * another holder of the pbuf lent it, is not entered again: the reference passed in is
 * dropped instead.
 */
static inline void rx_pool_lend_many(struct pbuf_rx_pool *rx_pool,
				     struct pbuf **p, unsigned int nr)
{
	struct lent_buffer *buffer;
	u32 *ring = rx_pool->ring, mask = rx_pool->mask, head;
	unsigned int i, again = 0;
	u8 *base = rx_pool->base;

	spin_lock(&rx_pool->lock);
	head = rx_pool->head;
	for (i = 0; i < nr; i++) {
		buffer = container_of(p[i], struct lent_buffer, pbuf);
		if (unlikely(buffer->is_lent)) {
			p[again++] = p[i];
			continue;
		}
		buffer->is_lent = true;
		ring[head++ & mask] = ((u8 *)p[i] - base) / PBUF_LENT_SIZE;
	}
	rx_pool->head = head;
	WRITE_ONCE(rx_pool->lent, rx_pool->lent + nr - again);
	if (rx_pool->lent > rx_pool->lent_max)
		rx_pool->lent_max = rx_pool->lent;
	spin_unlock(&rx_pool->lock);
	while (unlikely(again))
		pbuf_free(p[--again]);
}

static inline void rx_pool_lend(struct pbuf_rx_pool *rx_pool, struct pbuf *p)
{
	rx_pool_lend_many(rx_pool, &p, 1);
}

/*
 * Inspect lent buffers, *@looks at most, and subtract those inspected from *@looks.
 * Store up to @nr buffers that came back in @out and return their number. The caller
 * gets the only reference to each; buffer_refresh() makes them ready for use. Takes
 * the lock once, or not at all if nothing is lent.
 */
unsigned int rx_pool_returned(struct pbuf_rx_pool *rx_pool, struct pbuf **out,
			      unsigned int nr, unsigned int *looks);

#endif /* _RTALLOC_NET_RX_POOL_H */

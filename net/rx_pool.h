/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rx_pool.h - an RX pool from the inside: for rx_pool.c and the shim.
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

struct mempool_fixed;
struct rtalloc_region;

/* What lies at the start of a buffer, PBUF_LENT_STRUCT bytes. */
struct lent_buffer {
	struct pbuf pbuf;
	bool is_lent;		/* guarded by the rx_pool's lock */
};

static_assert(sizeof(struct lent_buffer) <= PBUF_LENT_STRUCT);

/**
 * struct pbuf_rx_pool - buffers, and which of them the stack has
 * @env: allocates them; env.priv is &rx_pool_tag, by which it is known
 * @base: the first buffer, in the region
 * @page: the page of each buffer
 * @bias: references to each page that the stack did not get, see below
 * @nr: buffers
 * @lock: guards what follows
 * @ring: numbers of the lent buffers, the longest lent first
 * @mask: entries of @ring less one, a power of two less one
 * @head: where the next one is put, counts on for ever
 * @tail: the longest lent one, likewise
 * @lent: how many are lent, also while some are taken out of @ring to be looked at;
 *	read without @lock
 * @lent_max: see struct pbuf_rx_pool_counts, and so the next three
 * @returns: see there
 * @looks: see there
 * @empty: see there
 * @region: the memory
 * @pool: which buffers are free
 * @left: on the list of those that could not be destroyed yet
 *
 * Protects: @ring and the counters, and is_lent of each buffer.
 * Context: taken with bottom halves off. Nothing is called under it.
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

/* Its address is what RX pools' environments point at, and nobody else's can. */
extern const char rx_pool_tag;

/* The RX pool that @p is a buffer of, or NULL. */
static inline struct pbuf_rx_pool *rx_pool_of(const struct pbuf *p)
{
	/* A custom one has no environment. */
	if (!p->env || p->env->priv != &rx_pool_tag ||
	    pbuf_get_allocsrc(p) != RX_POOL_SOURCE)
		return NULL;
	return container_of(p->env, struct pbuf_rx_pool, env);
}

/* The free function of buffers that are pages of the kernel's. */
void page_buffer_free(struct pbuf *p);

static inline bool is_page_buffer(const struct pbuf *p)
{
	return p->flags & PBUF_FLAG_IS_CUSTOM &&
	       container_of(p, struct pbuf_custom, pbuf)->custom_free_function
			== page_buffer_free;
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
 * A page has many references from the start. What the stack gets it gets of
 * them, so that none has to be counted up; when nobody has any, the page's count
 * is what is left of them. One is the region's own. Only the buffer's owner looks
 * at them and changes them.
 */
#define RX_POOL_BIAS	0x4000u

static inline bool page_is_home(const struct pbuf_rx_pool *rx_pool, u32 index)
{
	return page_ref_count(rx_pool->page[index]) ==
	       READ_ONCE(rx_pool->bias[index]);
}

/* One reference for the stack. */
static inline void page_hand_out(struct pbuf_rx_pool *rx_pool, u32 index)
{
	u32 bias = READ_ONCE(rx_pool->bias[index]);

	if (likely(bias > 1))
		WRITE_ONCE(rx_pool->bias[index], bias - 1);
	else
		get_page(rx_pool->page[index]);
}

/* As pbuf_alloc_pool() makes them. */
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

/* Look at all that is lent. */
void rx_pool_reclaim_all(struct pbuf_rx_pool *rx_pool);

/*
 * Take over the caller's references to @nr buffers until the stack's are gone. A
 * buffer that somebody else refers to as well can be lent a second time: it is in
 * the ring once, and one reference is enough.
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
 * Buffers that the stack has let go of, or NULL, and not yet as new: at most @nr,
 * for at most @looks.
 */
unsigned int rx_pool_returned(struct pbuf_rx_pool *rx_pool, struct pbuf **out,
			      unsigned int nr, unsigned int *looks);

#endif /* _RTALLOC_NET_RX_POOL_H */

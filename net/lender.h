/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lender.h - a lender from the inside: for lender.c and the shim.
 */
#ifndef _RTALLOC_NET_LENDER_H
#define _RTALLOC_NET_LENDER_H

#include <linux/cache.h>
#include <linux/container_of.h>
#include <linux/mm_types.h>
#include <linux/spinlock.h>

#include <rtalloc/pbuf_skb.h>

struct mempool_fixed;
struct rtalloc_region;

/* What lies at the start of a buffer, PBUF_LENT_STRUCT bytes. */
struct lent_buffer {
	struct pbuf pbuf;
	bool is_lent;		/* guarded by the lender's lock */
};

static_assert(sizeof(struct lent_buffer) <= PBUF_LENT_STRUCT);

/**
 * struct pbuf_lender - buffers, and which of them the stack has
 * @env: allocates them; env.priv is the lender
 * @base: the first buffer, in the region
 * @page: the page of each buffer
 * @nr: buffers
 * @lock: guards what follows
 * @ring: numbers of the lent buffers, the longest lent first
 * @mask: entries of @ring less one, a power of two less one
 * @head: where the next one is put, counts on for ever
 * @tail: the longest lent one, likewise
 * @lent_max: see struct pbuf_lender_counts, and so the next three
 * @returns: see there
 * @looks: see there
 * @empty: see there
 * @region: the memory
 * @pool: which buffers are free
 *
 * Protects: @ring and the counters, and is_lent of each buffer.
 * Context: taken with bottom halves off. Nothing is called under it.
 */
struct pbuf_lender {
	struct pbuf_env env;
	u8 *base;
	struct page **page;
	unsigned int nr;

	spinlock_t lock ____cacheline_aligned_in_smp;
	u32 *ring;
	u32 mask;
	u32 head;
	u32 tail;
	u32 lent_max;
	u64 returns;
	u64 looks;
	atomic64_t empty;

	struct rtalloc_region *region;
	struct mempool_fixed *pool;
};

#define LENDER_SOURCE	PBUF_TYPE_ALLOC_SRC_MASK_STD_MEMP_PBUF_POOL

/*
 * The lender that @p belongs to, or NULL. A lender's environment points at the
 * lender, whoever else's is embedded elsewhere.
 */
static inline struct pbuf_lender *lender_of(const struct pbuf *p)
{
	struct pbuf_lender *lender;

	if (!p->env)		/* a custom one */
		return NULL;
	lender = container_of(p->env, struct pbuf_lender, env);
	if (p->env->priv != lender || pbuf_get_allocsrc(p) != LENDER_SOURCE)
		return NULL;
	return lender;
}

static inline unsigned int buffer_index(const struct pbuf_lender *lender,
					const struct pbuf *p)
{
	return ((unsigned long)p - (unsigned long)lender->base) /
	       PBUF_LENT_SIZE;
}

static inline struct page *buffer_page(const struct pbuf_lender *lender,
				       const struct pbuf *p)
{
	return lender->page[buffer_index(lender, p)];
}

/*
 * Take over the caller's reference to @p until the stack's are gone. A buffer
 * that somebody else refers to as well can be lent a second time: it is in the
 * ring once, and one reference is enough.
 */
static inline void lender_lend(struct pbuf_lender *lender, struct pbuf *p)
{
	struct lent_buffer *buffer = container_of(p, struct lent_buffer, pbuf);
	bool again;

	spin_lock(&lender->lock);
	again = buffer->is_lent;
	if (likely(!again)) {
		buffer->is_lent = true;
		lender->ring[lender->head++ & lender->mask] =
			buffer_index(lender, p);
		if (lender->head - lender->tail > lender->lent_max)
			lender->lent_max = lender->head - lender->tail;
	}
	spin_unlock(&lender->lock);
	if (unlikely(again))
		pbuf_free(p);
}

#endif /* _RTALLOC_NET_LENDER_H */

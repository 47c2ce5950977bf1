// SPDX-License-Identifier: GPL-2.0-only
/*
 * lender.c - buffers whose pages the network stack may borrow.
 *
 * A lender is a fixed pool of elements of one page in a vmalloc region of its
 * own. A lent buffer is one whose page the stack holds references to. The
 * lender keeps the pbuf's reference meanwhile, in a ring, the longest lent
 * first; whoever calls pbuf_lender_reclaim() looks at some of them and gives
 * up those whose page has no reference left but the region's own. A buffer
 * that is still held goes to the end of the ring, so that one slow reader
 * does not hold up the others.
 *
 * A reference that somebody takes for a moment only delays a return. Pages
 * that are still lent when the lender goes just live on: freeing the region
 * drops its reference, the stack's last user frees the page.
 *
 * Cost: lending and looking are constant.
 */
#include <linux/bottom_half.h>
#include <linux/err.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/page_ref.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include <rtalloc/mempool_fixed.h>
#include <rtalloc/rtalloc.h>
#include "net/lender.h"

#define RETURN_BATCH	16u	/* freed at a time, so that no lock is held */

static_assert(PBUF_LENT_SIZE == PAGE_SIZE);
static_assert(PBUF_LENT_HEADROOM >= 32);

/* ---- lending and returning --------------------------------------------- */

/*
 * The longest lent buffer if it is back; else NULL, and it goes to the end. Its
 * page is read and written only after the last user is seen gone.
 */
static __always_inline struct pbuf *oldest_look(struct pbuf_lender *lender)
{
	u32 index = lender->ring[lender->tail++ & lender->mask];
	struct lent_buffer *buffer;

	lender->looks++;
	if (page_ref_count(lender->page[index]) > 1) {
		lender->ring[lender->head++ & lender->mask] = index;
		return NULL;
	}
	smp_acquire__after_ctrl_dep();
	lender->returns++;
	buffer = (void *)(lender->base + index * PBUF_LENT_SIZE);
	buffer->is_lent = false;
	return &buffer->pbuf;
}

/* Look at @looks buffers; @batch gets those that came back. */
static unsigned int ring_look(struct pbuf_lender *lender, unsigned int *looks,
			      struct pbuf **batch)
{
	unsigned int nr = 0;

	lockdep_assert_held(&lender->lock);
	for (; *looks && nr < RETURN_BATCH; --*looks) {
		batch[nr] = oldest_look(lender);
		nr += !!batch[nr];
	}
	return nr;
}

/**
 * pbuf_lender_reclaim() - take back what the stack has let go of
 * @lender: the lender
 * @looks: how many lent buffers to look at, the longest lent first
 *
 * Context: bottom halves disabled (softirq, or local_bh_disable()).
 * Return: how many buffers came back.
 */
unsigned int pbuf_lender_reclaim(struct pbuf_lender *lender,
				 unsigned int looks)
{
	struct pbuf *batch[RETURN_BATCH];
	unsigned int nr, i, total = 0;

	looks = min(looks, pbuf_lender_lent_count(lender));
	while (looks) {
		spin_lock(&lender->lock);
		looks = min(looks, lender->head - lender->tail);
		nr = ring_look(lender, &looks, batch);
		spin_unlock(&lender->lock);
		for (i = 0; i < nr; i++)
			pbuf_free(batch[i]);
		total += nr;
	}
	return total;
}
EXPORT_SYMBOL_GPL(pbuf_lender_reclaim);

/* As pbuf_alloc_pool() makes them. */
static struct pbuf *buffer_refresh(struct pbuf *p, unsigned int header)
{
	p->next = NULL;
	p->payload = (u8 *)p + PBUF_LENT_STRUCT + PBUF_LENT_HEADROOM - header;
	p->len = PBUF_LENT_ROOM + header;
	p->tot_len = p->len;
	p->flags = 0;
	p->if_idx = 0;
	return p;
}

/**
 * pbuf_lender_renew() - a fresh buffer in place of one that came back
 * @lender: the lender
 * @header: as for pbuf_lender_alloc()
 *
 * The longest lent buffer, if the stack has let go of it, without the way back
 * to the pool and out again; else one from the pool.
 *
 * Context: bottom halves disabled.
 * Return: as pbuf_lender_alloc().
 */
struct pbuf *pbuf_lender_renew(struct pbuf_lender *lender, unsigned int header)
{
	struct pbuf *p = NULL;

	spin_lock(&lender->lock);
	if (lender->head != lender->tail)
		p = oldest_look(lender);
	spin_unlock(&lender->lock);
	if (!p)
		return pbuf_lender_alloc(lender, header);
	if (likely(READ_ONCE(p->ref) == 1))
		return buffer_refresh(p, header);
	/* Somebody else has it still. */
	pbuf_free(p);
	return pbuf_lender_alloc(lender, header);
}
EXPORT_SYMBOL_GPL(pbuf_lender_renew);

/**
 * pbuf_lender_alloc() - a fresh buffer
 * @lender: the lender
 * @header: bytes of a header in front of the frame; it is placed in the
 *	headroom, so that the frame lies where it would without
 *
 * Context: any but NMI.
 * Return: one PBUF_POOL pbuf with a payload of @header + PBUF_LENT_ROOM bytes,
 *	or NULL.
 */
struct pbuf *pbuf_lender_alloc(struct pbuf_lender *lender, unsigned int header)
{
	struct pbuf *p;

	p = pbuf_alloc_pool(&lender->env, LENDER_SOURCE,
			    PBUF_LENT_HEADROOM - header,
			    PBUF_LENT_ROOM + header);
	if (unlikely(!p)) {
		atomic64_inc(&lender->empty);
		return NULL;
	}
	container_of(p, struct lent_buffer, pbuf)->is_lent = false;
	return p;
}
EXPORT_SYMBOL_GPL(pbuf_lender_alloc);

/* ---- looking ------------------------------------------------------------ */

/**
 * pbuf_lender_page() - the page that a buffer lies in
 * @lender: the lender
 * @p: a buffer of it
 *
 * A device is given this page and an offset: the payload's own address is not
 * in the kernel's direct mapping.
 *
 * Context: any.
 * Return: the page.
 */
struct page *pbuf_lender_page(struct pbuf_lender *lender, const struct pbuf *p)
{
	return buffer_page(lender, p);
}
EXPORT_SYMBOL_GPL(pbuf_lender_page);

/**
 * pbuf_lender_free_count() - buffers that are free now
 * @lender: the lender
 *
 * Context: any.
 * Return: how many; others may change it meanwhile.
 */
unsigned int pbuf_lender_free_count(struct pbuf_lender *lender)
{
	return mempool_fixed_nr_free(lender->pool);
}
EXPORT_SYMBOL_GPL(pbuf_lender_free_count);

/**
 * pbuf_lender_lent_count() - buffers that were lent and not seen back yet
 * @lender: the lender
 *
 * Context: any.
 * Return: how many; others may change it meanwhile.
 */
unsigned int pbuf_lender_lent_count(struct pbuf_lender *lender)
{
	return READ_ONCE(lender->head) - READ_ONCE(lender->tail);
}
EXPORT_SYMBOL_GPL(pbuf_lender_lent_count);

/**
 * pbuf_lender_count() - where the buffers are
 * @lender: the lender
 * @counts: filled in
 *
 * Context: process context or softirq.
 */
void pbuf_lender_count(struct pbuf_lender *lender,
		       struct pbuf_lender_counts *counts)
{
	spin_lock_bh(&lender->lock);
	counts->total = lender->nr;
	counts->free = mempool_fixed_nr_free(lender->pool);
	counts->lent = lender->head - lender->tail;
	counts->lent_max = lender->lent_max;
	counts->returns = lender->returns;
	counts->lends = lender->returns + counts->lent;
	counts->looks = lender->looks;
	counts->empty = atomic64_read(&lender->empty);
	spin_unlock_bh(&lender->lock);
}
EXPORT_SYMBOL_GPL(pbuf_lender_count);

/* ---- making and unmaking ------------------------------------------------- */

/*
 * Only single pages that nobody else refers to can be watched by their
 * reference count; those of a physical carve-out have none that counts.
 */
static int pages_find(struct pbuf_lender *lender)
{
	struct page *page;
	unsigned int i;

	lender->base = mempool_fixed_element(lender->pool, 0);
	for (i = 0; i < lender->nr; i++) {
		if (!is_vmalloc_addr(lender->base))
			return -EOPNOTSUPP;
		page = vmalloc_to_page(lender->base + i * PBUF_LENT_SIZE);
		if (!page || PageCompound(page) || PageReserved(page) ||
		    page_ref_count(page) != 1)
			return -EOPNOTSUPP;
		lender->page[i] = page;
	}
	return 0;
}

static int tables_make(struct pbuf_lender *lender)
{
	u32 entries = roundup_pow_of_two(lender->nr);

	lender->page = kvmalloc_array(lender->nr, sizeof(*lender->page),
				      GFP_KERNEL);
	lender->ring = kvmalloc_array(entries, sizeof(*lender->ring),
				      GFP_KERNEL);
	lender->mask = entries - 1;
	return lender->page && lender->ring ? 0 : -ENOMEM;
}

static int pool_make(struct pbuf_lender *lender, const char *name)
{
	struct rtalloc_region_params memory = {
		.name = name,
		/* 4 bytes for each element keep track of it. */
		.size = max_t(size_t, RTALLOC_REGION_MIN,
			      PAGE_ALIGN(lender->nr *
					 (PBUF_LENT_SIZE + sizeof(u32)))),
	};
	struct mempool_fixed_params params = {
		.name = name,
		.elem = PBUF_LENT_SIZE,
		.count = lender->nr,
		.align = PBUF_LENT_SIZE,
		.flags = RTALLOC_HEAP_NO_INIT,	/* the device writes it over */
	};

	lender->region = rtalloc_region_create(&memory);
	if (IS_ERR(lender->region))
		return PTR_ERR(lender->region);
	params.region = lender->region;
	lender->pool = mempool_fixed_create(&params);
	if (!IS_ERR(lender->pool))
		return 0;
	rtalloc_region_destroy(lender->region);
	return PTR_ERR(lender->pool);
}

static int env_make(struct pbuf_lender *lender)
{
	lender->env.pool[LENDER_SOURCE].pool = lender->pool;
	lender->env.pool[LENDER_SOURCE].size = PBUF_LENT_SIZE - PBUF_LENT_STRUCT;
	lender->env.header = PBUF_LENT_STRUCT;
	lender->env.align = sizeof(u32);	/* of virtio's header, at least */
	lender->env.priv = lender;
	return pbuf_env_init(&lender->env);
}

static void lender_release(struct pbuf_lender *lender)
{
	kvfree(lender->ring);
	kvfree(lender->page);
	kfree(lender);
}

/**
 * pbuf_lender_create() - reserve memory and make a lender of it
 * @name: of its region and pool, both of which are new: see struct
 *	rtalloc_region_params
 * @buffers: how many, at least 1; each takes a page
 *
 * Context: Process context, may sleep.
 * Return: the lender, or ERR_PTR: what rtalloc_region_create() and
 *	mempool_fixed_create() return, -EOPNOTSUPP when the memory's pages
 *	cannot be lent, -ENOMEM.
 */
struct pbuf_lender *pbuf_lender_create(const char *name, unsigned int buffers)
{
	struct pbuf_lender *lender;
	int err;

	if (!buffers || buffers > PBUF_LENDER_MAX)
		return ERR_PTR(-EINVAL);
	lender = kzalloc(sizeof(*lender), GFP_KERNEL);
	if (!lender)
		return ERR_PTR(-ENOMEM);
	spin_lock_init(&lender->lock);
	lender->nr = buffers;
	err = tables_make(lender);
	if (err)
		goto err_release;
	err = pool_make(lender, name);
	if (err)
		goto err_release;
	err = pages_find(lender);
	if (!err)
		err = env_make(lender);
	if (err)
		goto err_destroy_pool;
	return lender;

err_destroy_pool:
	mempool_fixed_destroy(lender->pool, true);
	rtalloc_region_destroy(lender->region);
err_release:
	lender_release(lender);
	return ERR_PTR(err);
}
EXPORT_SYMBOL_GPL(pbuf_lender_create);

/**
 * pbuf_lender_destroy() - release a lender
 * @lender: from pbuf_lender_create(); NULL does nothing
 *
 * Packets that the stack still holds stay whole. Nobody else may hold a buffer
 * any more.
 *
 * Context: Process context, may sleep.
 * Return: 0; -EBUSY, said in one line, when somebody holds a buffer, and then
 *	the lender is as it was.
 */
int pbuf_lender_destroy(struct pbuf_lender *lender)
{
	struct pbuf_lender_counts counts;

	if (!lender)
		return 0;
	local_bh_disable();
	pbuf_lender_reclaim(lender, lender->nr);
	local_bh_enable();
	pbuf_lender_count(lender, &counts);
	if (counts.free + counts.lent != counts.total) {
		pr_err("rtalloc: %u buffers of a lender are in use, it stays\n",
		       counts.total - counts.free - counts.lent);
		return -EBUSY;
	}
	mempool_fixed_destroy(lender->pool, true);
	rtalloc_region_destroy(lender->region);
	lender_release(lender);
	return 0;
}
EXPORT_SYMBOL_GPL(pbuf_lender_destroy);

// SPDX-License-Identifier: GPL-2.0-only
/*
 * rx_pool.c - buffers whose pages the network stack may borrow.
 *
 * An RX pool is a fixed pool of elements of one page in a vmalloc region of its
 * own. A lent buffer is one whose page the stack holds references to. The
 * RX pool keeps the pbuf's reference meanwhile, in a ring, the longest lent
 * first; whoever calls pbuf_rx_pool_reclaim() looks at some of them and gives
 * up those whose page has no reference left but its own. A buffer
 * that is still held goes to the end of the ring, so that one slow reader
 * does not hold up the others.
 *
 * A reference that somebody takes for a moment only delays a return. Pages
 * that are still lent when the RX pool goes just live on: freeing the region
 * drops its reference, the stack's last user frees the page.
 *
 * When the pool is empty, the caller may ask pbuf_rx_page_alloc() for a page of the
 * kernel's instead: the same layout and a custom pbuf, whose page the stack frees
 * when it is done.
 *
 * Cost: lending and looking are constant.
 */
#include <linux/bottom_half.h>
#include <linux/err.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/page_ref.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include <rtalloc/mempool_fixed.h>
#include <rtalloc/rtalloc.h>
#include "net/init.h"
#include "net/pbuf_by.h"
#include "net/rx_pool.h"

#define RECLAIM_PORTION	256u	/* looked at with bottom halves off */
#define RETURN_BATCH	16u	/* freed at a time, so that no lock is held */

const char rx_pool_tag;

/* Those that somebody held a buffer of when their owner went. */
static LIST_HEAD(left_pools);
static DEFINE_MUTEX(left_lock);

static_assert(PBUF_LENT_SIZE == PAGE_SIZE);
static_assert(PBUF_LENT_HEADROOM >= 32);
static_assert(sizeof(struct pbuf_custom) <= PBUF_LENT_STRUCT);

/* ---- lending and returning --------------------------------------------- */

static noinline void bias_renew(struct pbuf_rx_pool *rx_pool, u32 index)
{
	page_ref_add(rx_pool->page[index], RX_POOL_BIAS - rx_pool->bias[index]);
	rx_pool->bias[index] = RX_POOL_BIAS;
}

/*
 * A buffer that is back. Its page is read and written only after the last user
 * is seen gone.
 */
static __always_inline struct pbuf *buffer_home(struct pbuf_rx_pool *rx_pool,
						u32 index)
{
	struct lent_buffer *buffer;

	smp_acquire__after_ctrl_dep();
	if (unlikely(rx_pool->bias[index] < RX_POOL_BIAS / 2))
		bias_renew(rx_pool, index);
	buffer = (void *)(rx_pool->base + index * PBUF_LENT_SIZE);
	buffer->is_lent = false;
	return &buffer->pbuf;
}

/*
 * Look at @looks buffers, the longest lent first; @batch gets those that came
 * back, @room at most. Others go to the end.
 */
static unsigned int ring_inspect(struct pbuf_rx_pool *rx_pool,
				 unsigned int *looks, struct pbuf **batch,
				 unsigned int room)
{
	u32 tail = rx_pool->tail, mask = rx_pool->mask, index;
	unsigned int left = *looks, nr = 0;
	struct page **page = rx_pool->page;
	u32 *bias = rx_pool->bias;
	u32 *ring = rx_pool->ring;

	lockdep_assert_held(&rx_pool->lock);
	for (; left && nr < room; left--) {
		index = ring[tail++ & mask];
		/* page_is_home(), without reading the pool each time. */
		if (page_ref_count(page[index]) == READ_ONCE(bias[index]))
			batch[nr++] = buffer_home(rx_pool, index);
		else
			ring[rx_pool->head++ & mask] = index;
	}
	rx_pool->tail = tail;
	WRITE_ONCE(rx_pool->lent, rx_pool->lent - nr);
	rx_pool->looks += *looks - left;
	rx_pool->returns += nr;
	*looks = left;
	return nr;
}

/**
 * pbuf_rx_pool_reclaim() - take back what the stack has let go of
 * @rx_pool: the RX pool
 * @looks: how many lent buffers to look at, the longest lent first
 *
 * Context: bottom halves disabled (softirq, or local_bh_disable()).
 * Return: how many buffers came back.
 */
unsigned int pbuf_rx_pool_reclaim(struct pbuf_rx_pool *rx_pool,
				  unsigned int looks)
{
	struct pbuf *batch[RETURN_BATCH];
	unsigned int nr, i, total = 0;

	looks = min(looks, pbuf_rx_pool_lent_count(rx_pool));
	while (looks) {
		spin_lock(&rx_pool->lock);
		looks = min(looks, rx_pool->lent);
		nr = ring_inspect(rx_pool, &looks, batch, RETURN_BATCH);
		spin_unlock(&rx_pool->lock);
		for (i = 0; i < nr; i++)
			pbuf_free(batch[i]);
		total += nr;
	}
	return total;
}
EXPORT_SYMBOL_GPL(pbuf_rx_pool_reclaim);

/* pbuf_rx_pool_alloc() for @caller. */
static struct pbuf *buffer_alloc(struct pbuf_rx_pool *rx_pool,
				 unsigned int header, unsigned long caller)
{
	struct pbuf *p;

	p = pbuf_alloc_pool_by(&rx_pool->env, RX_POOL_SOURCE,
			       PBUF_LENT_HEADROOM - header,
			       PBUF_LENT_ROOM + header, caller);
	if (unlikely(!p)) {
		atomic64_inc(&rx_pool->empty);
		return NULL;
	}
	container_of(p, struct lent_buffer, pbuf)->is_lent = false;
	return p;
}

/**
 * pbuf_rx_pool_renew() - a fresh buffer in place of one that came back
 * @rx_pool: the RX pool
 * @header: as for pbuf_rx_pool_alloc()
 *
 * The longest lent buffer, if the stack has let go of it, without the way back
 * to the pool and out again; else one from the pool.
 *
 * Context: bottom halves disabled.
 * Return: as pbuf_rx_pool_alloc().
 */
struct pbuf *pbuf_rx_pool_renew(struct pbuf_rx_pool *rx_pool,
				unsigned int header)
{
	unsigned int looks = 1;
	struct pbuf *p;

	if (rx_pool_returned(rx_pool, &p, 1, &looks))
		return buffer_refresh(p, header);
	return buffer_alloc(rx_pool, header, _RET_IP_);
}
EXPORT_SYMBOL_GPL(pbuf_rx_pool_renew);

/**
 * pbuf_rx_pool_alloc() - a fresh buffer
 * @rx_pool: the RX pool
 * @header: bytes of a header in front of the frame; it is placed in the
 *	headroom, so that the frame lies where it would without
 *
 * Context: any but NMI.
 * Return: one PBUF_POOL pbuf with a payload of @header + PBUF_LENT_ROOM bytes,
 *	or NULL.
 */
struct pbuf *pbuf_rx_pool_alloc(struct pbuf_rx_pool *rx_pool,
				unsigned int header)
{
	return buffer_alloc(rx_pool, header, _RET_IP_);
}
EXPORT_SYMBOL_GPL(pbuf_rx_pool_alloc);

/* With one hold of the lock, and none if nothing is lent. */
unsigned int rx_pool_returned(struct pbuf_rx_pool *rx_pool, struct pbuf **out,
			      unsigned int nr, unsigned int *looks)
{
	unsigned int may = min(*looks, pbuf_rx_pool_lent_count(rx_pool));
	unsigned int got, left, i, kept = 0;

	if (!may || !nr)
		return 0;
	*looks -= may;
	spin_lock(&rx_pool->lock);
	left = min(may, rx_pool->lent);
	got = ring_inspect(rx_pool, &left, out, nr);
	spin_unlock(&rx_pool->lock);
	*looks += left;
	for (i = 0; i < got; i++) {
		/*
		 * A chain that was held when it was lent still has its rest; or
		 * somebody else has it.
		 */
		if (likely(READ_ONCE(out[i]->ref) == 1 && !out[i]->next))
			out[kept++] = out[i];
		else
			pbuf_free(out[i]);
	}
	return kept;
}

/**
 * pbuf_rx_pool_take() - fresh buffers for a ring
 * @rx_pool: the RX pool
 * @header: as for pbuf_rx_pool_alloc()
 * @out: filled in
 * @nr: how many are wanted
 * @looks: how many lent buffers may be looked at; less those that were
 *
 * Those that the stack has let go of, then from the pool.
 *
 * Context: bottom halves disabled.
 * Return: how many there are.
 */
unsigned int pbuf_rx_pool_take(struct pbuf_rx_pool *rx_pool,
			       unsigned int header, struct pbuf **out,
			       unsigned int nr, unsigned int *looks)
{
	unsigned int got = rx_pool_returned(rx_pool, out, nr, looks), i;
	struct pbuf *p;

	for (i = 0; i < got; i++)
		buffer_refresh(out[i], header);
	while (got < nr) {
		p = pbuf_rx_pool_alloc(rx_pool, header);
		if (unlikely(!p))
			break;
		out[got++] = p;
	}
	return got;
}
EXPORT_SYMBOL_GPL(pbuf_rx_pool_take);

/* ---- pages in place of buffers -------------------------------------------- */

void page_buffer_free(struct pbuf *p)
{
	put_page(virt_to_page(p));
}

/**
 * pbuf_rx_page_alloc() - a page of the kernel's as a buffer
 * @header: as for pbuf_rx_pool_alloc()
 *
 * For a ring that must not run dry while the stack holds all of an RX pool's
 * buffers. The layout is that of such a buffer, and so is what pbuf_to_skb()
 * makes of it.
 *
 * Context: any but hard interrupts and NMI.
 * Return: one custom PBUF_REF pbuf with a payload of @header + PBUF_LENT_ROOM
 *	bytes, or NULL.
 */
struct pbuf *pbuf_rx_page_alloc(unsigned int header)
{
	struct page *page = alloc_page(GFP_ATOMIC | __GFP_NOWARN);
	struct pbuf_custom *custom;

	if (!page)
		return NULL;
	custom = page_address(page);
	custom->custom_free_function = page_buffer_free;
	return pbuf_alloced_custom_from(NULL, PBUF_LENT_STRUCT +
					PBUF_LENT_HEADROOM - header,
					PBUF_LENT_ROOM + header, PBUF_REF,
					custom, custom, PBUF_LENT_SIZE);
}
EXPORT_SYMBOL_GPL(pbuf_rx_page_alloc);

/* ---- looking ------------------------------------------------------------ */

/**
 * pbuf_rx_pool_page() - the page that a buffer lies in
 * @rx_pool: the RX pool
 * @p: a buffer of it
 *
 * A device is given this page and an offset: the payload's own address is not
 * in the kernel's direct mapping.
 *
 * Context: any.
 * Return: the page.
 */
struct page *pbuf_rx_pool_page(struct pbuf_rx_pool *rx_pool,
			       const struct pbuf *p)
{
	return buffer_page(rx_pool, p);
}
EXPORT_SYMBOL_GPL(pbuf_rx_pool_page);

/**
 * pbuf_rx_pool_free_count() - buffers that are free now
 * @rx_pool: the RX pool
 *
 * Context: any.
 * Return: how many; others may change it meanwhile.
 */
unsigned int pbuf_rx_pool_free_count(struct pbuf_rx_pool *rx_pool)
{
	return mempool_fixed_nr_free(rx_pool->pool);
}
EXPORT_SYMBOL_GPL(pbuf_rx_pool_free_count);

/**
 * pbuf_rx_pool_lent_count() - buffers that were lent and not seen back yet
 * @rx_pool: the RX pool
 *
 * Context: any.
 * Return: how many; others may change it meanwhile.
 */
unsigned int pbuf_rx_pool_lent_count(struct pbuf_rx_pool *rx_pool)
{
	return READ_ONCE(rx_pool->lent);
}
EXPORT_SYMBOL_GPL(pbuf_rx_pool_lent_count);

/**
 * pbuf_rx_pool_count() - where the buffers are
 * @rx_pool: the RX pool
 * @counts: filled in
 *
 * Context: process context or softirq.
 */
void pbuf_rx_pool_count(struct pbuf_rx_pool *rx_pool,
			struct pbuf_rx_pool_counts *counts)
{
	spin_lock_bh(&rx_pool->lock);
	counts->total = rx_pool->nr;
	counts->free = mempool_fixed_nr_free(rx_pool->pool);
	counts->lent = rx_pool->lent;
	counts->lent_max = rx_pool->lent_max;
	counts->returns = rx_pool->returns;
	counts->lends = rx_pool->returns + counts->lent;
	counts->looks = rx_pool->looks;
	counts->empty = atomic64_read(&rx_pool->empty);
	spin_unlock_bh(&rx_pool->lock);
}
EXPORT_SYMBOL_GPL(pbuf_rx_pool_count);

/* ---- making and unmaking ------------------------------------------------- */

/*
 * Only single pages that nobody else refers to can be watched by their
 * reference count; those of a physical carve-out have none that counts. An
 * sk_buff's head is given by address, which a page of high memory has not.
 */
static int pages_find(struct pbuf_rx_pool *rx_pool)
{
	struct page *page;
	unsigned int i;

	rx_pool->base = mempool_fixed_element(rx_pool->pool, 0);
	for (i = 0; i < rx_pool->nr; i++) {
		if (!is_vmalloc_addr(rx_pool->base))
			return -EOPNOTSUPP;
		page = vmalloc_to_page(rx_pool->base + i * PBUF_LENT_SIZE);
		if (!page || PageCompound(page) || PageReserved(page) ||
		    PageHighMem(page) || page_ref_count(page) != 1)
			return -EOPNOTSUPP;
		rx_pool->page[i] = page;
	}
	return 0;
}

/* The references that the stack is to get; and the end of those it did not. */
static void biases_add(struct pbuf_rx_pool *rx_pool)
{
	unsigned int i;

	for (i = 0; i < rx_pool->nr; i++) {
		page_ref_add(rx_pool->page[i], RX_POOL_BIAS - 1);
		rx_pool->bias[i] = RX_POOL_BIAS;
	}
}

static void biases_drop(struct pbuf_rx_pool *rx_pool)
{
	unsigned int i;

	for (i = 0; i < rx_pool->nr; i++)
		page_ref_sub(rx_pool->page[i], rx_pool->bias[i] - 1);
}

static int tables_make(struct pbuf_rx_pool *rx_pool)
{
	u32 entries = roundup_pow_of_two(rx_pool->nr);

	rx_pool->page = kvmalloc_array(rx_pool->nr, sizeof(*rx_pool->page),
				       GFP_KERNEL);
	rx_pool->bias = kvcalloc(rx_pool->nr, sizeof(*rx_pool->bias),
				 GFP_KERNEL);
	rx_pool->ring = kvmalloc_array(entries, sizeof(*rx_pool->ring),
				       GFP_KERNEL);
	rx_pool->mask = entries - 1;
	return rx_pool->page && rx_pool->bias && rx_pool->ring ? 0 : -ENOMEM;
}

static int pool_make(struct pbuf_rx_pool *rx_pool, const char *name)
{
	struct rtalloc_region_params memory = {
		.name = name,
		/* 4 bytes for each element keep track of it. */
		.size = max_t(size_t, RTALLOC_REGION_MIN,
			      PAGE_ALIGN(rx_pool->nr *
					 (PBUF_LENT_SIZE + sizeof(u32)))),
	};
	struct mempool_fixed_params params = {
		.name = name,
		.elem = PBUF_LENT_SIZE,
		.count = rx_pool->nr,
		.align = PBUF_LENT_SIZE,
		.flags = RTALLOC_HEAP_NO_INIT,	/* the device writes it over */
	};

	rx_pool->region = rtalloc_region_create(&memory);
	if (IS_ERR(rx_pool->region))
		return PTR_ERR(rx_pool->region);
	params.region = rx_pool->region;
	rx_pool->pool = mempool_fixed_create(&params);
	if (!IS_ERR(rx_pool->pool))
		return 0;
	rtalloc_region_destroy(rx_pool->region);
	return PTR_ERR(rx_pool->pool);
}

static int env_make(struct pbuf_rx_pool *rx_pool)
{
	rx_pool->env.pool[RX_POOL_SOURCE].pool = rx_pool->pool;
	rx_pool->env.pool[RX_POOL_SOURCE].size =
		PBUF_LENT_SIZE - PBUF_LENT_STRUCT;
	rx_pool->env.header = PBUF_LENT_STRUCT;
	/* Of virtio's header, at least. */
	rx_pool->env.align = sizeof(u32);
	rx_pool->env.priv = (void *)&rx_pool_tag;
	return pbuf_env_init(&rx_pool->env);
}

static void rx_pool_release(struct pbuf_rx_pool *rx_pool)
{
	kvfree(rx_pool->ring);
	kvfree(rx_pool->bias);
	kvfree(rx_pool->page);
	kfree(rx_pool);
}

/**
 * pbuf_rx_pool_create() - reserve memory and make an RX pool of it
 * @name: of its region and pool, both of which are new: see struct
 *	rtalloc_region_params
 * @buffers: how many, at least 1; each takes a page
 *
 * Context: Process context, may sleep.
 * Return: the RX pool, or ERR_PTR: what rtalloc_region_create() and
 *	mempool_fixed_create() return, -EOPNOTSUPP when the memory's pages
 *	cannot be lent, -ENOMEM.
 */
struct pbuf_rx_pool *pbuf_rx_pool_create(const char *name, unsigned int buffers)
{
	struct pbuf_rx_pool *rx_pool;
	int err;

	if (!buffers || buffers > PBUF_RX_POOL_MAX)
		return ERR_PTR(-EINVAL);
	pbuf_rx_pools_retry();
	rx_pool = kzalloc(sizeof(*rx_pool), GFP_KERNEL);
	if (!rx_pool)
		return ERR_PTR(-ENOMEM);
	spin_lock_init(&rx_pool->lock);
	rx_pool->nr = buffers;
	err = tables_make(rx_pool);
	if (err)
		goto err_release;
	err = pool_make(rx_pool, name);
	if (err)
		goto err_release;
	err = pages_find(rx_pool);
	if (!err)
		err = env_make(rx_pool);
	if (err)
		goto err_destroy_pool;
	biases_add(rx_pool);
	return rx_pool;

err_destroy_pool:
	mempool_fixed_destroy(rx_pool->pool, true);
	rtalloc_region_destroy(rx_pool->region);
err_release:
	rx_pool_release(rx_pool);
	return ERR_PTR(err);
}
EXPORT_SYMBOL_GPL(pbuf_rx_pool_create);

/* All that is lent, in portions: other softirqs have their turn. */
void rx_pool_reclaim_all(struct pbuf_rx_pool *rx_pool)
{
	unsigned int looked;

	for (looked = 0; looked < rx_pool->nr; looked += RECLAIM_PORTION) {
		local_bh_disable();
		pbuf_rx_pool_reclaim(rx_pool, RECLAIM_PORTION);
		local_bh_enable();
	}
}

/* How many buffers are in somebody's hands: while there are any, it stays. */
static unsigned int rx_pool_end(struct pbuf_rx_pool *rx_pool)
{
	struct pbuf_rx_pool_counts counts;

	rx_pool_reclaim_all(rx_pool);
	pbuf_rx_pool_count(rx_pool, &counts);
	if (counts.free + counts.lent != counts.total)
		return counts.total - counts.free - counts.lent;
	biases_drop(rx_pool);
	mempool_fixed_destroy(rx_pool->pool, true);
	rtalloc_region_destroy(rx_pool->region);
	rx_pool_release(rx_pool);
	return 0;
}

/**
 * pbuf_rx_pool_destroy() - release an RX pool
 * @rx_pool: from pbuf_rx_pool_create(); NULL does nothing
 *
 * Packets that the stack still holds stay whole. Nobody else may hold a buffer
 * any more.
 *
 * Context: Process context, may sleep.
 * Return: 0; -EBUSY, said in one line, when somebody holds a buffer, and then
 *	the RX pool is as it was.
 */
int pbuf_rx_pool_destroy(struct pbuf_rx_pool *rx_pool)
{
	unsigned int held = rx_pool ? rx_pool_end(rx_pool) : 0;

	if (!held)
		return 0;
	pr_err("rtalloc: %u buffers of an RX pool are in use, it stays\n",
	       held);
	return -EBUSY;
}
EXPORT_SYMBOL_GPL(pbuf_rx_pool_destroy);

/**
 * pbuf_rx_pool_drop() - release an RX pool now, or as soon as it can be
 * @rx_pool: from pbuf_rx_pool_create(); NULL does nothing
 *
 * As pbuf_rx_pool_destroy(), but a pool of which somebody holds a buffer is
 * tried again when the next one is created, and when this module goes. After
 * that it stays for good, and so does its memory.
 *
 * Context: Process context, may sleep.
 */
void pbuf_rx_pool_drop(struct pbuf_rx_pool *rx_pool)
{
	mutex_lock(&left_lock);
	if (pbuf_rx_pool_destroy(rx_pool))
		list_add(&rx_pool->left, &left_pools);
	mutex_unlock(&left_lock);
}
EXPORT_SYMBOL_GPL(pbuf_rx_pool_drop);

void pbuf_rx_pools_retry(void)
{
	struct pbuf_rx_pool *rx_pool, *next;

	mutex_lock(&left_lock);
	list_for_each_entry_safe(rx_pool, next, &left_pools, left) {
		list_del_init(&rx_pool->left);
		if (rx_pool_end(rx_pool))
			list_add(&rx_pool->left, &left_pools);
	}
	mutex_unlock(&left_lock);
}

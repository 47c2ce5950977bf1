// SPDX-License-Identifier: GPL-2.0-only
/*
 * rx_pool.c - a pool of receive buffers whose pages are lent to the network stack.
 *
 * An RX pool is a fixed pool of single-page elements in a vmalloc region of its own. A
 * buffer is lent while the stack holds references to its page. Meanwhile the RX pool
 * holds the reference to the pbuf, in a ring, oldest first. The kernel has no callback
 * for a dropped page reference, so pbuf_rx_pool_reclaim() polls: it inspects some of
 * the lent buffers and frees those whose page has no other reference left. A buffer
 * that is still held goes to the end of the ring, so that one slow reader does not hold
 * up the others.
 *
 * A temporary reference to a page, as memory compaction takes, only delays the return
 * of the buffer. Pages that are still lent when the RX pool is destroyed stay valid:
 * freeing the region drops the region's reference, and the last holder in the stack
 * frees the page.
 *
 * When the pool is empty, pbuf_rx_page_alloc() provides a page from the page allocator
 * with the same layout, as a custom pbuf. It does not come back to the pool: the last
 * holder frees it.
 *
 * Cost: lending a buffer and inspecting one take constant time.
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

#define RECLAIM_PORTION	256u	/* buffers inspected before bottom halves may run */
#define RETURN_BATCH	16u	/* buffers freed after each hold of the lock */

const char rx_pool_tag;

/* RX pools of which somebody still held a buffer when their owner dropped them. */
static LIST_HEAD(left_pools);
static DEFINE_MUTEX(left_lock);

static_assert(PBUF_LENT_ROOM <= PBUF_LEN_MAX);
static_assert(PBUF_LENT_HEADROOM >= 32);
static_assert(sizeof(struct pbuf_custom) <= PBUF_LENT_STRUCT);

/* ---- lending and returning --------------------------------------------- */

/* Take references to a buffer's page in advance again, up to RX_POOL_BIAS. */
static noinline void bias_renew(struct pbuf_rx_pool *rx_pool, u32 index)
{
	page_ref_add(rx_pool->page[index], RX_POOL_BIAS - rx_pool->bias[index]);
	rx_pool->bias[index] = RX_POOL_BIAS;
}

/*
 * Take back a buffer whose page nobody else holds. The barrier orders accesses to the
 * page after those of its last user, whose dropped reference the caller has just seen.
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
 * Inspect the oldest buffers of the ring, *@looks at most, and subtract those
 * inspected from *@looks. Store those that came back in @batch, @room at most; the
 * others go to the end of the ring. Return the number stored.
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
		/* page_is_home(), with the pool's fields kept in registers. */
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
 * pbuf_rx_pool_reclaim() - free buffers that the stack no longer holds
 * @rx_pool: the RX pool
 * @looks: the largest number of lent buffers to inspect, oldest first
 *
 * Context: bottom halves disabled (softirq, or local_bh_disable()).
 * Return: the number of buffers that came back.
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

/* pbuf_rx_pool_alloc() on behalf of the code at @caller. */
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
 * pbuf_rx_pool_renew() - get a fresh buffer, reusing a lent one if possible
 * @rx_pool: the RX pool
 * @header: as for pbuf_rx_pool_alloc()
 *
 * If the stack no longer holds the buffer that was lent longest, that buffer is reused
 * directly, without a free and an allocation. Otherwise one is allocated.
 *
 * Context: bottom halves disabled.
 * Return: as pbuf_rx_pool_alloc().
 */
struct pbuf *pbuf_rx_pool_renew(struct pbuf_rx_pool *rx_pool,
				unsigned int header)
{
	unsigned int looks = 1;
	struct pbuf *p;

	if (unlikely(header > PBUF_LENT_HEADROOM))
		return NULL;
	if (rx_pool_returned(rx_pool, &p, 1, &looks))
		return buffer_refresh(p, header);
	return buffer_alloc(rx_pool, header, _RET_IP_);
}
EXPORT_SYMBOL_GPL(pbuf_rx_pool_renew);

/**
 * pbuf_rx_pool_alloc() - allocate a buffer
 * @rx_pool: the RX pool
 * @header: bytes of payload in front of the frame, for a header that the device
 *	writes. They are taken from the headroom, so the frame has the same place
 *	whatever @header is. At most PBUF_LENT_HEADROOM.
 *
 * Context: any but NMI.
 * Return: one PBUF_POOL pbuf with a payload of @header + PBUF_LENT_ROOM bytes,
 *	or NULL if no buffer is free or @header is too large.
 */
struct pbuf *pbuf_rx_pool_alloc(struct pbuf_rx_pool *rx_pool,
				unsigned int header)
{
	return buffer_alloc(rx_pool, header, _RET_IP_);
}
EXPORT_SYMBOL_GPL(pbuf_rx_pool_alloc);

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
		 * If another holder had the pbuf when it was lent, it may still hold
		 * it, and the pbuf may still have the rest of its chain behind it.
		 * Such a pbuf cannot be reused.
		 */
		if (likely(smp_load_acquire(&out[i]->ref) == 1 &&
			   !out[i]->next))
			out[kept++] = out[i];
		else
			pbuf_free(out[i]);
	}
	return kept;
}

/**
 * pbuf_rx_pool_take() - get several fresh buffers, for filling a receive ring
 * @rx_pool: the RX pool
 * @header: as for pbuf_rx_pool_alloc()
 * @out: array of @nr entries that is filled with the buffers
 * @nr: the number of buffers wanted
 * @looks: the largest number of lent buffers to inspect; the number of those that
 *	were inspected is subtracted
 *
 * Buffers that the stack no longer holds are reused first; the rest is allocated.
 *
 * Context: bottom halves disabled.
 * Return: the number of buffers stored in @out.
 */
unsigned int pbuf_rx_pool_take(struct pbuf_rx_pool *rx_pool,
			       unsigned int header, struct pbuf **out,
			       unsigned int nr, unsigned int *looks)
{
	unsigned int got, i;
	struct pbuf *p;

	if (unlikely(header > PBUF_LENT_HEADROOM))
		return 0;
	got = rx_pool_returned(rx_pool, out, nr, looks);
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

/* ---- pages from the page allocator ------------------------------------------ */

void page_buffer_free(struct pbuf *p)
{
	put_page(virt_to_page(p));
}

/**
 * pbuf_rx_page_alloc() - get a page from the page allocator as a buffer
 * @header: as for pbuf_rx_pool_alloc()
 *
 * For a receive ring that must not run dry while the stack holds all buffers of an RX
 * pool. The layout is that of an RX pool's buffer, so pbuf_to_skb() builds the same
 * sk_buff of it.
 *
 * Context: any but hard interrupts and NMI.
 * Return: one custom PBUF_REF pbuf with a payload of @header + PBUF_LENT_ROOM
 *	bytes, or NULL if there is no memory or @header is too large.
 */
struct pbuf *pbuf_rx_page_alloc(unsigned int header)
{
	struct pbuf_custom *custom;
	struct page *page;

	if (unlikely(header > PBUF_LENT_HEADROOM))
		return NULL;
	page = alloc_page(GFP_ATOMIC | __GFP_NOWARN);
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

/* ---- queries ------------------------------------------------------------ */

/**
 * pbuf_rx_pool_page() - get the page of a buffer
 * @rx_pool: the RX pool
 * @p: a buffer of @rx_pool
 *
 * Use this page and an offset for DMA. The payload's address is a vmalloc address,
 * which cannot be mapped for DMA.
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
 * pbuf_rx_pool_free_count() - get the number of free buffers
 * @rx_pool: the RX pool
 *
 * Context: any.
 * Return: the number at some moment during the call.
 */
unsigned int pbuf_rx_pool_free_count(struct pbuf_rx_pool *rx_pool)
{
	return mempool_fixed_nr_free(rx_pool->pool);
}
EXPORT_SYMBOL_GPL(pbuf_rx_pool_free_count);

/**
 * pbuf_rx_pool_lent_count() - get the number of lent buffers
 * @rx_pool: the RX pool
 *
 * A buffer counts as lent until an inspection finds that the stack no longer holds it.
 *
 * Context: any.
 * Return: the number at some moment during the call.
 */
unsigned int pbuf_rx_pool_lent_count(struct pbuf_rx_pool *rx_pool)
{
	return READ_ONCE(rx_pool->lent);
}
EXPORT_SYMBOL_GPL(pbuf_rx_pool_lent_count);

/**
 * pbuf_rx_pool_count() - read the statistics of an RX pool
 * @rx_pool: the RX pool
 * @counts: filled in with the statistics
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

/* ---- creating and destroying --------------------------------------------- */

/*
 * Fill the table of pages, and check that the page count can tell when a page comes
 * back: it must be a single page with one reference. Pages of a physical carve-out are
 * reserved and not counted. High memory pages are refused because they have no
 * permanent address, which the head of an sk_buff needs.
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

/* Take RX_POOL_BIAS references to each page in advance; biases_drop() drops the rest. */
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

static int pool_make(struct pbuf_rx_pool *rx_pool, const char *name, int nid)
{
	struct rtalloc_region_params memory = {
		.name = name,
		/* The fixed pool needs 4 bytes of bookkeeping for each element. */
		.size = max_t(size_t, RTALLOC_REGION_MIN,
			      PAGE_ALIGN(rx_pool->nr *
					 (PBUF_LENT_SIZE + sizeof(u32)))),
		.flags = nid == NUMA_NO_NODE ? 0 : RTALLOC_REGION_NODE,
		.node = nid,
	};
	struct mempool_fixed_params params = {
		.name = name,
		.elem = PBUF_LENT_SIZE,
		.count = rx_pool->nr,
		.align = PBUF_LENT_SIZE,
		.flags = RTALLOC_HEAP_NO_INIT,	/* the device overwrites the buffers */
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
	/* Enough for virtio's header, which lies in front of the frame. */
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
 * pbuf_rx_pool_create_on_node() - create an RX pool in a new region
 * @name: name of the new region and of the fixed pool in it, see struct
 *	rtalloc_region_params
 * @buffers: the number of buffers, 1 to PBUF_RX_POOL_MAX; each takes one page
 * @nid: the NUMA node of the buffers, as long as it has memory, or NUMA_NO_NODE for
 *	that of the caller
 *
 * Context: Process context, may sleep.
 * Return: the RX pool, or ERR_PTR: -EINVAL (@buffers is out of range), -EOPNOTSUPP
 *	(the pages of the region cannot be lent), -ENOMEM, or an error of
 *	rtalloc_region_create() or mempool_fixed_create().
 */
struct pbuf_rx_pool *pbuf_rx_pool_create_on_node(const char *name,
						 unsigned int buffers, int nid)
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
	err = pool_make(rx_pool, name, nid);
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
EXPORT_SYMBOL_GPL(pbuf_rx_pool_create_on_node);

/* Bottom halves are enabled after each portion, so that pending softirqs can run. */
void rx_pool_reclaim_all(struct pbuf_rx_pool *rx_pool)
{
	unsigned int looked;

	for (looked = 0; looked < rx_pool->nr; looked += RECLAIM_PORTION) {
		local_bh_disable();
		pbuf_rx_pool_reclaim(rx_pool, RECLAIM_PORTION);
		local_bh_enable();
	}
}

/*
 * Destroy an RX pool, unless somebody holds a pbuf of it. Return the number of such
 * pbufs; 0 means that the pool is destroyed.
 */
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
 * pbuf_rx_pool_destroy() - destroy an RX pool
 * @rx_pool: the RX pool, or NULL, which does nothing
 *
 * Packets that the stack holds stay valid. But every pbuf of the pool must have been
 * freed or lent.
 *
 * Context: Process context, may sleep.
 * Return: 0; -EBUSY if somebody still holds a pbuf of the pool: this is logged, and
 *	the RX pool stays usable.
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
 * pbuf_rx_pool_drop() - destroy an RX pool now or later
 * @rx_pool: the RX pool, or NULL, which does nothing
 *
 * Like pbuf_rx_pool_destroy(), but if somebody still holds a pbuf of the pool, this is
 * tried again whenever an RX pool is created and when the module is unloaded. If the
 * pbuf is still held then, the memory of the pool is leaked.
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

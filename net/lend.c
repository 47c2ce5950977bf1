// SPDX-License-Identifier: GPL-2.0-only
/*
 * lend.c - pass a driver's own buffers to the network stack without a copy.
 *
 * The buffer of a custom pbuf, or an element of the driver's pool, was not laid out
 * for sk_buffs: it may cross page boundaries and share its pages with other buffers.
 * Therefore the headers are copied into a small head, and the rest of the buffer
 * becomes frags, one for each page. While the stack holds these pages, the lender
 * holds the reference to the pbuf. It keeps all lent pbufs in a ring, oldest first.
 * When every page of a pbuf is back to its owner's reference, the pbuf is freed, which
 * calls its custom_free_function.
 *
 *   driver's buffers   |  b0  |  b1  |  b2  |  b3  |
 *   pages              |   p0   |   p1   |   p2   |   b1 pins p0 and p1
 *
 * The page count tells whether the stack still holds a page. So when the first buffer
 * in a page is lent, the page must have exactly one reference, its owner's; a page
 * with more is not lent. A table counts the lent buffers in each page. Memory whose
 * pages are not counted by reference is not lent either: kmalloc() memory, memory
 * mapped without a struct page, reserved pages. A buffer that cannot be lent is copied
 * and counted, see struct pbuf_lender_counts.
 *
 * A frame that fits into the small head (128 bytes) is copied completely.
 *
 * Buffers that share a page come back together, when the last of them is unused.
 * Sockets are charged for whole pages, so that they cannot pin more memory than their
 * receive buffers allow.
 *
 * The kernel has no callback for a dropped page reference. So pbuf_lender_reclaim()
 * polls, and so does a work item: 100 times a second at first, slowing down to 5 times
 * a second while nothing comes back. The kernel may defer freeing an sk_buff to the
 * next softirq of another processor, so destroying a lender triggers one on each.
 *
 * Cost: linear in the pages of a buffer, which is one or two.
 */
#include <linux/bottom_half.h>
#include <linux/cpu.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/etherdevice.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/page_ref.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include "net/lend.h"
#include "net/rx_pool.h"
#include "net/shim.h"

#define LEND_MAX	0x10000u	/* most buffers that one lender may lend */
#define LEND_BATCH	16u		/* buffers freed after each hold of the lock */
/* Shortest and longest delay between two runs of the work item, in jiffies. */
#define LOOK_OFTEN	(HZ / 100 ?: 1)
#define LOOK_SELDOM	(HZ / 5)

/**
 * struct lent - a lent buffer
 * @p: the pbuf that is lent
 * @page: the page that its payload begins in
 */
struct lent {
	struct pbuf *p;
	struct page *page;
};

/**
 * struct pbuf_lender - a driver's buffers that the stack currently holds
 * @lock: guards @ring, @head, @tail, @lent, @counts and @period
 * @ring: the lent buffers, oldest first
 * @mask: number of entries of @ring minus one; the number is a power of two
 * @head: index of the next entry to fill; never wrapped, so it is masked on use
 * @tail: index of the oldest entry; never wrapped
 * @lent: number of lent buffers, including those that ring_look() has taken out of
 *	@ring to inspect; may be read without @lock
 * @most: the largest number of buffers that may be lent at a time
 * @counts: statistics, see struct pbuf_lender_counts
 * @work: polls for buffers that came back when pbuf_lender_reclaim() is not called
 * @period: delay before @work runs next, in jiffies
 *
 * Context: @lock is taken with bottom halves disabled. No callback runs under it.
 */
struct pbuf_lender {
	spinlock_t lock;	/* see above */
	struct lent *ring;
	u32 mask;
	u32 head;
	u32 tail;
	u32 lent;
	unsigned int most;
	struct pbuf_lender_counts counts;
	struct delayed_work work;
	unsigned long period;
};

/*
 * Number of lent buffers in each page, indexed by the page frame number of its head
 * page. An entry whose number is 0 stays until pages_forget(), so that storing to it
 * needs no memory.
 */
static DEFINE_XARRAY_FLAGS(lent_pages, XA_FLAGS_LOCK_BH);

/* ---- pages ------------------------------------------------------------------ */

/* Return whether @at is vmalloc() memory, or static data of a module. */
static bool is_mapped(const void *at)
{
#ifdef MODULES_VADDR
	if ((unsigned long)at >= MODULES_VADDR &&
	    (unsigned long)at < MODULES_END)
		return true;
#endif
	return is_vmalloc_addr(at);
}

struct page *lend_page(const void *at)
{
	struct page *page = NULL;

	if (is_mapped(at))
		page = vmalloc_to_page(at);
	else if (virt_addr_valid(at))
		page = virt_to_page(at);
	/* A mapping may refer to device memory, which has no struct page. */
	if (!page || !pfn_valid(page_to_pfn(page)))
		return NULL;
	if (PageReserved(page) || PageSlab(compound_head(page)) ||
	    is_zone_device_page(page))
		return NULL;
	return page;
}

static const u8 *next_page(const u8 *at)
{
	return PTR_ALIGN_DOWN(at, PAGE_SIZE) + PAGE_SIZE;
}

/*
 * Count one more (@more) or one fewer lent buffer in @page. The first one is accepted
 * only if the page has no reference but its owner's. Return false if it is refused,
 * or if there is no memory for the entry.
 */
static bool page_lent_change(struct page *page, bool more)
{
	struct page *head = compound_head(page);
	unsigned long pfn = page_to_pfn(head), nr;
	void *entry, *old = NULL;

	xa_lock_bh(&lent_pages);
	entry = xa_load(&lent_pages, pfn);
	nr = entry ? xa_to_value(entry) : 0;
	if (more && !nr && page_ref_count(head) != 1)
		old = XA_ERROR(-EBUSY);
	else if (more || nr)
		old = __xa_store(&lent_pages, pfn,
				 xa_mk_value(more ? nr + 1 : nr - 1),
				 GFP_ATOMIC | __GFP_NOWARN);
	xa_unlock_bh(&lent_pages);
	return !xa_is_err(old);
}

/* Remove the entries of pages that have no lent buffer. */
static void pages_forget(void)
{
	unsigned long pfn;
	void *entry;

	xa_lock_bh(&lent_pages);
	xa_for_each(&lent_pages, pfn, entry)
		if (!xa_to_value(entry))
			__xa_erase(&lent_pages, pfn);
	xa_unlock_bh(&lent_pages);
}

static void pages_lent_sub(const u8 *at, const u8 *end)
{
	for (; at < end; at = next_page(at))
		page_lent_change(lend_page(at), false);
}

/* Count one more lent buffer in each page from @start to @end, or in none of them. */
static bool pages_lent_add(const u8 *start, const u8 *end)
{
	const u8 *at;
	struct page *page;

	for (at = start; at < end; at = next_page(at)) {
		page = lend_page(at);
		if (!page || !page_lent_change(page, true)) {
			pages_lent_sub(start, at);
			return false;
		}
	}
	return true;
}

/* Return whether the stack has dropped all its references to a buffer's pages. */
static bool pages_are_home(const struct lent *lent)
{
	const u8 *at = lent->p->payload, *end = at + lent->p->len;

	if (page_ref_count(compound_head(lent->page)) != 1)
		return false;
	for (at = next_page(at); at < end; at = next_page(at))
		if (page_ref_count(compound_head(lend_page(at))) != 1)
			return false;
	/* Order the caller's writes to the buffer after the last user's accesses. */
	smp_acquire__after_ctrl_dep();
	return true;
}

/* ---- lending ---------------------------------------------------------------- */

static u32 lent_now(const struct pbuf_lender *lender)
{
	return READ_ONCE(lender->lent);
}

/*
 * Return whether the caller holds the only reference, and the payload lives as long
 * as the pbuf does. PBUF_REF and PBUF_ROM point to memory of unknown lifetime, unless
 * they are custom pbufs.
 */
static bool is_owned(const struct pbuf *p)
{
	/* Pairs with try_cmpxchg() of the holders that dropped their references before. */
	return smp_load_acquire(&p->ref) == 1 &&
	       (p->flags & PBUF_FLAG_IS_CUSTOM ||
		p->type_internal & PBUF_TYPE_FLAG_STRUCT_DATA_CONTIGUOUS);
}

bool lender_accepts(struct pbuf_lender *lender, struct pbuf *p,
		    unsigned int others)
{
	const u8 *start = p->payload;
	u64 *why = NULL;

	if (!is_owned(p))
		why = &lender->counts.held;
	else if (lent_now(lender) + others >= lender->most)
		why = &lender->counts.beyond;
	else if (!pages_lent_add(start, start + p->len))
		why = &lender->counts.not_pages;
	if (!why) {
		p->flags |= PBUF_FLAG_LENT;
		return true;
	}
	spin_lock(&lender->lock);
	++*why;
	spin_unlock(&lender->lock);
	return false;
}

void lender_cancel(struct pbuf_lender *lender, struct pbuf *p)
{
	const u8 *start = p->payload;

	p->flags &= ~PBUF_FLAG_LENT;
	pages_lent_sub(start, start + p->len);
}

void lender_keep(struct pbuf_lender *lender, struct pbuf *p)
{
	struct lent lent = { p, lend_page(p->payload) };
	bool is_polled;

	spin_lock(&lender->lock);
	lender->ring[lender->head++ & lender->mask] = lent;
	WRITE_ONCE(lender->lent, lender->lent + 1);
	if (lender->lent > lender->counts.lent_max)
		lender->counts.lent_max = lender->lent;
	lender->counts.lends++;
	lender->period = LOOK_OFTEN;
	/*
	 * Tested under the lock: a work that is no longer pending takes the lock before
	 * it decides not to run again, see reclaim_work().
	 */
	is_polled = delayed_work_pending(&lender->work);
	spin_unlock(&lender->lock);
	if (!is_polled)
		schedule_delayed_work(&lender->work, LOOK_OFTEN);
}

/*
 * Inspect the oldest buffers of the ring, *@looks at most, and subtract those
 * inspected from *@looks. Store those that came back in @batch, LEND_BATCH at most;
 * the others go to the end of the ring. Return the number stored.
 */
static unsigned int ring_look(struct pbuf_lender *lender, unsigned int *looks,
			      struct pbuf **batch)
{
	unsigned int nr = 0;
	struct lent lent;

	lockdep_assert_held(&lender->lock);
	*looks = min(*looks, lender->lent);
	for (; *looks && nr < LEND_BATCH; --*looks) {
		lent = lender->ring[lender->tail++ & lender->mask];
		lender->counts.looks++;
		if (pages_are_home(&lent))
			batch[nr++] = lent.p;
		else
			lender->ring[lender->head++ & lender->mask] = lent;
	}
	WRITE_ONCE(lender->lent, lender->lent - nr);
	lender->counts.returns += nr;
	return nr;
}

/**
 * pbuf_lender_reclaim() - free buffers that the stack no longer holds
 * @lender: the lender
 * @looks: the largest number of lent buffers to inspect, oldest first
 *
 * Freeing calls the custom_free_function of each buffer.
 *
 * Context: bottom halves disabled.
 * Return: the number of buffers freed.
 */
unsigned int pbuf_lender_reclaim(struct pbuf_lender *lender, unsigned int looks)
{
	struct pbuf *batch[LEND_BATCH];
	unsigned int nr, i, total = 0;

	if (!lent_now(lender))
		return 0;
	while (looks) {
		spin_lock(&lender->lock);
		nr = ring_look(lender, &looks, batch);
		spin_unlock(&lender->lock);
		for (i = 0; i < nr; i++) {
			lender_cancel(lender, batch[i]);
			pbuf_free(batch[i]);
		}
		total += nr;
	}
	return total;
}
EXPORT_SYMBOL_GPL(pbuf_lender_reclaim);

static unsigned int reclaim_all(struct pbuf_lender *lender)
{
	unsigned int nr;

	local_bh_disable();
	nr = pbuf_lender_reclaim(lender, UINT_MAX);
	local_bh_enable();
	return nr;
}

/* Poll, and run again until nothing is lent: less often while nothing comes back. */
static void reclaim_work(struct work_struct *work)
{
	struct pbuf_lender *lender = container_of(to_delayed_work(work),
						  struct pbuf_lender, work);
	unsigned int nr = reclaim_all(lender);
	unsigned long period;
	bool is_lent;

	spin_lock_bh(&lender->lock);
	period = nr ? LOOK_OFTEN :
		      min_t(unsigned long, 2 * lender->period, LOOK_SELDOM);
	lender->period = period;
	is_lent = lender->lent;
	spin_unlock_bh(&lender->lock);
	if (is_lent)
		schedule_delayed_work(&lender->work, period);
}

/**
 * pbuf_lend_to_skb() - turn a chain into an sk_buff, lending the driver's buffers
 * @p: the packet; on success the caller's reference is taken over
 * @lender: keeps track of the lent buffers
 * @dev: the device that the head of the sk_buff is allocated for
 * @cost: the number of bytes copied is added here
 *
 * Like pbuf_to_skb(), but the buffers of custom pbufs and of pools become frags
 * instead of being copied, and are freed when the stack no longer holds them. A buffer
 * is copied, and freed at once, if its memory cannot be lent (see net/lend.c), if the
 * caller does not hold the only reference to the pbuf, if it is a PBUF_REF or PBUF_ROM
 * that is not custom, or if the lender has reached its limit.
 *
 * Context: bottom halves disabled. The caller serializes calls for one lender.
 * Return: as pbuf_to_skb().
 */
struct sk_buff *pbuf_lend_to_skb(struct pbuf *p, struct pbuf_lender *lender,
				 struct net_device *dev,
				 struct pbuf_skb_cost *cost)
{
	if (!p->tot_len || pbuf_skb(p) || rx_pool_of(p))
		return pbuf_to_skb(p, PBUF_SKB_BUILD, dev, cost);
	return pbuf_skb_build_lending(p, lender, dev, cost);
}
EXPORT_SYMBOL_GPL(pbuf_lend_to_skb);

/* ---- sk_buffs whose freeing the kernel deferred ----------------------------- */

static int no_poll(struct napi_struct *napi, int budget)
{
	napi_complete_done(napi, 0);
	return 0;
}

static int softirq_run(void *napi)
{
	local_bh_disable();
	napi_schedule(napi);
	local_bh_enable();
	return 0;
}

/*
 * Trigger a NET_RX softirq on each processor. An sk_buff that is freed on another
 * processor than the one that allocated it is queued to the latter and freed in its
 * next NET_RX softirq. Without traffic that softirq might never run.
 */
static void deferred_free(void)
{
	struct net_device *dev = alloc_etherdev(sizeof(struct napi_struct));
	struct napi_struct *napi;
	unsigned int cpu;

	if (!dev)
		return;
	napi = netdev_priv(dev);
	netif_napi_add(dev, napi, no_poll);
	napi_enable(napi);
	cpus_read_lock();
	for_each_online_cpu(cpu)
		smp_call_on_cpu(cpu, softirq_run, napi, false);
	cpus_read_unlock();
	napi_disable(napi);
	netif_napi_del(napi);
	free_netdev(dev);
}

/* ---- lenders ---------------------------------------------------------------- */

/**
 * pbuf_lender_create() - create a lender for a driver's buffers
 * @most: the largest number of buffers that may be lent at a time, up to 65536. Half
 *	of the driver's buffers is a good value: with more, a slow reader could leave
 *	it none to receive into. With 0 every packet is copied.
 *
 * Context: Process context, may sleep.
 * Return: the lender, or ERR_PTR: -EINVAL (@most is too large), -ENOMEM.
 */
struct pbuf_lender *pbuf_lender_create(unsigned int most)
{
	struct pbuf_lender *lender;
	u32 entries;

	if (most > LEND_MAX)
		return ERR_PTR(-EINVAL);
	entries = roundup_pow_of_two(max(most, 1u));
	lender = kzalloc(sizeof(*lender), GFP_KERNEL);
	if (!lender)
		return ERR_PTR(-ENOMEM);
	lender->ring = kvcalloc(entries, sizeof(*lender->ring), GFP_KERNEL);
	if (!lender->ring) {
		kfree(lender);
		return ERR_PTR(-ENOMEM);
	}
	lender->mask = entries - 1;
	lender->most = most;
	spin_lock_init(&lender->lock);
	INIT_DELAYED_WORK(&lender->work, reclaim_work);
	return lender;
}
EXPORT_SYMBOL_GPL(pbuf_lender_create);

/**
 * pbuf_lender_destroy() - wait until all buffers have come back, then free a lender
 * @lender: the lender; the caller makes sure that no other call uses it
 *
 * The driver is going to free its memory, so this waits until nothing is lent. A
 * buffer in a socket's queue comes back when it is read or when the socket is closed.
 * After 5 seconds, and then once a minute, the log says what is waited for.
 *
 * Context: Process context, may sleep.
 */
void pbuf_lender_destroy(struct pbuf_lender *lender)
{
	unsigned long say = jiffies + 5 * HZ;

	cancel_delayed_work_sync(&lender->work);
	while (reclaim_all(lender), lent_now(lender)) {
		if (time_after(jiffies, say)) {
			pr_info("rtalloc_net: %u buffers of a driver that goes are still in sockets: waiting\n",
				lent_now(lender));
			say = jiffies + 60 * HZ;
		}
		deferred_free();
		schedule_timeout_idle(LOOK_SELDOM);
	}
	pages_forget();
	kvfree(lender->ring);
	kfree(lender);
}
EXPORT_SYMBOL_GPL(pbuf_lender_destroy);

/**
 * pbuf_lender_count() - read the statistics of a lender
 * @lender: the lender
 * @counts: filled in with the statistics
 *
 * Context: any but hard interrupts and NMI.
 */
void pbuf_lender_count(struct pbuf_lender *lender,
		       struct pbuf_lender_counts *counts)
{
	spin_lock_bh(&lender->lock);
	*counts = lender->counts;
	counts->lent = lent_now(lender);
	spin_unlock_bh(&lender->lock);
}
EXPORT_SYMBOL_GPL(pbuf_lender_count);

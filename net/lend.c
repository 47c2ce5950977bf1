// SPDX-License-Identifier: GPL-2.0-only
/*
 * lend.c - buffers of a driver's own go to the stack without a copy.
 *
 * A custom pbuf's buffer, or an element of the driver's pool, is not made for
 * sk_buffs: it may cross pages, and have neighbours in them. So the headers are
 * copied into a small head, and the rest becomes frags of the pages that it lies
 * in. Meanwhile the lender keeps the pbuf's reference, in a ring with the longest
 * lent first. A pbuf is freed, which calls its custom_free_function, when no page of
 * it has a reference left but its owner's.
 *
 *   driver's buffers   |  b0  |  b1  |  b2  |  b3  |
 *   pages              |   p0   |   p1   |   p2   |   b1 pins p0 and p1
 *
 * Before the first buffer of a page is lent, the page must have exactly one
 * reference, its owner's; a table counts the lent buffers of each page until the last
 * one is back. A page that has more references is not lent. Neither is memory whose
 * pages are not counted: kmalloc()'s, memory mapped without a struct page, reserved
 * pages. What is not lent is copied, and counted.
 *
 * A frame that the head has room for, 128 bytes, is copied whole.
 *
 * A buffer in a page where a neighbour is still in use comes back with it. The
 * stack is charged for whole pages, so that what its sockets pin is no more than
 * their receive buffers say.
 *
 * Nobody is told when a reference goes away. Therefore pbuf_lender_reclaim() looks,
 * and so does a work item: 100 times a second at first, 5 times a second when nothing
 * comes back. Some sk_buffs wait on a processor's list until its next softirq, so
 * destroying a lender runs one.
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

#define LEND_MAX	0x10000u	/* buffers of a lender */
#define LEND_BATCH	16u		/* freed at a time, with no lock held */
#define LOOK_OFTEN	(HZ / 100 ?: 1)
#define LOOK_SELDOM	(HZ / 5)

/**
 * struct lent - a buffer that the stack has
 * @p: it
 * @page: its first page
 */
struct lent {
	struct pbuf *p;
	struct page *page;
};

/**
 * struct pbuf_lender - buffers that the stack has of a driver's
 * @lock: guards @ring, @head, @tail, @lent, @counts and @period
 * @ring: those, the longest lent first
 * @mask: entries of @ring less one, a power of two less one
 * @head: where the next one is put, counts on for ever
 * @tail: the longest lent one, likewise
 * @lent: how many there are, also while some are taken out of @ring to be looked at;
 *	read without @lock
 * @most: so many at a time
 * @counts: see there
 * @work: looks when nobody else does
 * @period: in so many jiffies
 *
 * Context: @lock is taken with bottom halves off. Nothing is called under it.
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

/* By number of a page's frame: how many buffers that touch it are lent. */
static DEFINE_XARRAY_FLAGS(lent_pages, XA_FLAGS_LOCK_BH);

/* ---- pages ------------------------------------------------------------------ */

/* vmalloc()'s, or a driver's static array. */
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
	/* What is mapped may be no memory of the kernel's. */
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

/* One more buffer, or one less, in a page; the first only if it is the owner's. */
static bool page_note(struct page *page, bool more)
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

/* Forget the pages that nothing is lent of. */
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

static void pages_give_up(const u8 *at, const u8 *end)
{
	for (; at < end; at = next_page(at))
		page_note(lend_page(at), false);
}

/* All of them, or none. */
static bool pages_accept(const u8 *start, const u8 *end)
{
	const u8 *at;
	struct page *page;

	for (at = start; at < end; at = next_page(at)) {
		page = lend_page(at);
		if (!page || !page_note(page, true)) {
			pages_give_up(start, at);
			return false;
		}
	}
	return true;
}

static bool pages_are_home(const struct lent *lent)
{
	const u8 *at = lent->p->payload, *end = at + lent->p->len;

	if (page_ref_count(compound_head(lent->page)) != 1)
		return false;
	for (at = next_page(at); at < end; at = next_page(at))
		if (page_ref_count(compound_head(lend_page(at))) != 1)
			return false;
	/* What is written to it from here on comes after the last user. */
	smp_acquire__after_ctrl_dep();
	return true;
}

/* ---- lending ---------------------------------------------------------------- */

static u32 lent_now(const struct pbuf_lender *lender)
{
	return READ_ONCE(lender->lent);
}

/* Is the memory there as long as the pbuf is, and nobody else's? */
static bool is_owned(const struct pbuf *p)
{
	return p->ref == 1 && (p->flags & PBUF_FLAG_IS_CUSTOM ||
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
	else if (!pages_accept(start, start + p->len))
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

void lender_gives_up(struct pbuf_lender *lender, struct pbuf *p)
{
	const u8 *start = p->payload;

	p->flags &= ~PBUF_FLAG_LENT;
	pages_give_up(start, start + p->len);
}

void lender_keep(struct pbuf_lender *lender, struct pbuf *p)
{
	struct lent lent = { p, lend_page(p->payload) };

	spin_lock(&lender->lock);
	lender->ring[lender->head++ & lender->mask] = lent;
	WRITE_ONCE(lender->lent, lender->lent + 1);
	if (lender->lent > lender->counts.lent_max)
		lender->counts.lent_max = lender->lent;
	lender->counts.lends++;
	lender->period = LOOK_OFTEN;
	spin_unlock(&lender->lock);
	if (!delayed_work_pending(&lender->work))
		schedule_delayed_work(&lender->work, LOOK_OFTEN);
}

/* Look at @looks buffers; @batch gets those that are back, others go to the end. */
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
 * pbuf_lender_reclaim() - give back what the stack has let go of
 * @lender: the lender
 * @looks: how many lent buffers to look at, the longest lent first
 *
 * Those are freed: custom_free_function is called.
 *
 * Context: bottom halves disabled.
 * Return: how many there were.
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
			lender_gives_up(lender, batch[i]);
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

static void look(struct work_struct *work)
{
	struct pbuf_lender *lender = container_of(to_delayed_work(work),
						  struct pbuf_lender, work);
	unsigned int nr = reclaim_all(lender);

	if (!lent_now(lender))
		return;
	spin_lock_bh(&lender->lock);
	lender->period = nr ? LOOK_OFTEN :
			      min_t(unsigned long, 2 * lender->period,
				    LOOK_SELDOM);
	spin_unlock_bh(&lender->lock);
	schedule_delayed_work(&lender->work, lender->period);
}

/**
 * pbuf_lend_to_skb() - pbuf_to_skb() that lends the chain's own buffers
 * @p: the packet; on success the caller's reference is taken over
 * @lender: knows what is lent
 * @dev: for a small head
 * @cost: what had to be copied is added here
 *
 * Buffers of custom pbufs and of pools are not copied, if they lie in pages; they
 * are freed when the stack has let go of them. What the stack may not have is
 * copied, and freed at once: pbufs that others hold too, PBUF_REF and PBUF_ROM,
 * whose payload is not theirs, what exceeds the lender's number.
 *
 * Context: bottom halves disabled, one call at a time for each lender.
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

/* ---- what lies on processors' lists ---------------------------------------- */

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
 * An sk_buff that another processor is done with waits, on a list of the one that
 * made it, for that one's next softirq of the network, which may never come where
 * the device is gone. Let each have one.
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
 * pbuf_lender_create() - somebody who lends a driver's buffers
 * @most: buffers that the stack may have at a time, at most 65536: as a rule half of
 *	what the driver has, or a slow reader leaves it none to receive into; with 0
 *	all is copied
 *
 * Context: Process context, may sleep.
 * Return: the lender, or ERR_PTR: -EINVAL, -ENOMEM.
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
	INIT_DELAYED_WORK(&lender->work, look);
	return lender;
}
EXPORT_SYMBOL_GPL(pbuf_lender_create);

/**
 * pbuf_lender_destroy() - wait for all buffers, then end
 * @lender: the lender; nobody calls anything else with it any more
 *
 * A buffer that lies in a socket comes back when it is read, or the socket is
 * closed: that is waited for, since the driver's memory goes next. The log says so
 * when it takes long.
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
 * pbuf_lender_count() - what a lender has done
 * @lender: the lender
 * @counts: filled in
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

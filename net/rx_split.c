// SPDX-License-Identifier: GPL-2.0-only
/*
 * rx_split.c - buffers with separate headers and data, see rx_split.h.
 *
 * The pages are zeroed when they are allocated, and only the network device writes to
 * them afterwards. So a process that maps one sees nothing but frames and zeroes, even
 * if the device reports a length that is too large.
 *
 * Cost: linear in the pages of a slot.
 */
#include <linux/log2.h>
#include <linux/module.h>
#include <linux/page_ref.h>
#include <linux/slab.h>

#include "net/rx_split.h"

/* References to each page that are taken in advance; topped up below BIAS_LEAST. */
#define BIAS		1024u
#define BIAS_LEAST	(BIAS / 2)
/* The first guess: Ethernet, IPv4, TCP with timestamps. */
#define HEADERS_FIRST	66u

static_assert(!RX_SPLIT_POSSIBLE ||
	      RX_SPLIT_PAGES * PAGE_SIZE + RX_SPLIT_HEAD <= PBUF_LEN_MAX);

/* ---- pages ------------------------------------------------------------------ */

/* Return whether neither the stack nor a process holds a page. */
static bool is_home(const struct rx_page *page)
{
	return page_ref_count(page->page) == page->bias;
}

/*
 * Make a page that is_home() ready for reuse. The barrier orders accesses to it after
 * those of the last user.
 */
static struct rx_page *page_renew(struct rx_page *page)
{
	smp_acquire__after_ctrl_dep();
	if (page->bias < BIAS_LEAST) {
		page_ref_add(page->page, BIAS - page->bias);
		page->bias = BIAS;
	}
	return page;
}

static void page_ready(struct rx_page *page)
{
	struct rx_split *split = page->owner;

	split->ready[split->nr_ready++] = page;
}

/* Take a page back when its pbuf is freed. The stack may still hold the page. */
void rx_page_free(struct pbuf *p)
{
	struct rx_page *page = container_of(p, struct rx_page, custom.pbuf);
	struct rx_split *split = page->owner;

	if (is_home(page))
		page_ready(page_renew(page));
	else
		split->used[split->head++ & split->mask] = page;
}

/*
 * Inspect used pages, *@looks at most, and subtract those inspected from *@looks.
 * Return the first one that nobody else holds, or NULL; the others go to the end of the
 * ring.
 */
static struct rx_page *used_inspect(struct rx_split *split,
				    unsigned int *looks)
{
	unsigned int nr = min(*looks, split->head - split->tail);
	struct rx_page *page;

	for (; nr; nr--) {
		--*looks;
		split->looks++;
		page = split->used[split->tail++ & split->mask];
		if (is_home(page))
			return page_renew(page);
		split->used[split->head++ & split->mask] = page;
	}
	return NULL;
}

static struct rx_page *page_take(struct rx_split *split, unsigned int *looks)
{
	if (split->nr_ready)
		return split->ready[--split->nr_ready];
	return used_inspect(split, looks);
}

/* Make a page with @len bytes of data the pbuf in front of @next. */
static struct pbuf *page_pbuf(struct rx_page *page, unsigned int len,
			      struct pbuf *next)
{
	struct pbuf *p;

	page->custom.custom_free_function = rx_page_free;
	p = pbuf_alloced_custom_from(NULL, 0, len, PBUF_REF, &page->custom,
				     page_address(page->page), PAGE_SIZE);
	p->next = next;
	p->tot_len = len + (next ? next->tot_len : 0);
	return p;
}

/* ---- slots ------------------------------------------------------------------ */

/* Take a slot back, with the pages that it still has if it was not rx_slot_cut(). */
void rx_slot_free(struct pbuf *p)
{
	struct rx_slot *slot = slot_of(p);
	struct rx_split *split = slot->owner;

	while (slot->nr)
		page_ready(slot->page[--slot->nr]);
	split->free[split->nr_free++] = slot;
}

/**
 * rx_split_shape() - set the number of pages that rx_slot_take() puts in a slot
 * @split: the queue's slots and pages
 * @each: the number of pages, 1 to RX_SPLIT_PAGES
 */
void rx_split_shape(struct rx_split *split, unsigned int each)
{
	split->each = each;
	sg_init_table(split->sg, 1 + each);
}

/**
 * rx_slot_take() - get a slot for posting
 * @split: the queue's slots and pages; @split->sg is set to the memory of the slot
 * @looks: the largest number of used pages to inspect; the number of those that were
 *	inspected is subtracted
 *
 * Return: the slot, or NULL if there is none free, or too few pages.
 */
struct rx_slot *rx_slot_take(struct rx_split *split, unsigned int *looks)
{
	unsigned int room = RX_SPLIT_HEAD - RX_SPLIT_HEADERS + split->headers;
	struct rx_slot *slot;
	u8 *head;

	if (!split->nr_free)
		return NULL;
	slot = split->free[--split->nr_free];
	head = slot->head + RX_SPLIT_ALIGN;
	slot->custom.custom_free_function = rx_slot_free;
	pbuf_alloced_custom_from(NULL, 0, room, PBUF_REF, &slot->custom, head,
				 room);
	slot->room = room;
	sg_set_buf(split->sg, head, room);
	for (; slot->nr < split->each; slot->nr++) {
		slot->page[slot->nr] = page_take(split, looks);
		if (!slot->page[slot->nr]) {
			pbuf_free(&slot->custom.pbuf);
			return NULL;
		}
		sg_set_page(&split->sg[1 + slot->nr],
			    slot->page[slot->nr]->page, PAGE_SIZE, 0);
	}
	return slot;
}

/**
 * rx_slot_cut() - turn a slot that the device has filled into a chain
 * @slot: the slot; its pbuf is the first one of the chain
 * @len: number of bytes that the device says it has written
 *
 * Return: true; false if @len is 0 or more than the slot has room for. In the latter
 *	case the chain has all the bytes of the slot. The chain must be freed either way.
 */
bool rx_slot_cut(struct rx_slot *slot, unsigned int len)
{
	unsigned int most = slot->room + slot->nr * PAGE_SIZE;
	bool ok = len && len <= most;
	struct pbuf *p = &slot->custom.pbuf, *next = NULL;
	unsigned int rest, part;

	len = min(len, most);
	p->len = min(len, slot->room);
	rest = len - p->len;
	while (slot->nr > DIV_ROUND_UP(rest, PAGE_SIZE))
		page_ready(slot->page[--slot->nr]);
	while (slot->nr) {
		part = rest - --slot->nr * PAGE_SIZE;
		next = page_pbuf(slot->page[slot->nr], part, next);
		rest -= part;
	}
	p->next = next;
	p->tot_len = len;
	return ok;
}

/**
 * rx_split_lent() - count the pages that the stack or a process holds
 * @split: the queue's slots and pages
 *
 * Context: any. While the poll runs, the result is an estimate.
 * Return: the number of pages.
 */
unsigned int rx_split_lent(const struct rx_split *split)
{
	unsigned int i, nr = 0;

	for (i = 0; i < split->nr; i++)
		/* The poll may change the bias meanwhile. */
		nr += !data_race(is_home(&split->page[i]));
	return nr;
}

/* ---- creating and destroying --------------------------------------------- */

static bool page_make(struct rx_split *split, int nid)
{
	/* Not from the emergency reserves: sockets drop packets in such pages. */
	struct page *memory = alloc_pages_node(nid, GFP_KERNEL | __GFP_ZERO |
					       __GFP_NOWARN | __GFP_NORETRY |
					       __GFP_NOMEMALLOC, 0);
	struct rx_page *page = &split->page[split->nr];

	if (!memory)
		return false;
	page_ref_add(memory, BIAS - 1);
	page->owner = split;
	page->page = memory;
	page->bias = BIAS;
	split->nr++;
	page_ready(page);
	return true;
}

static bool slot_make(struct rx_split *split)
{
	struct rx_slot *slot = kzalloc(sizeof(*slot), GFP_KERNEL);

	if (!slot)
		return false;
	slot->owner = split;
	split->free[split->nr_free++] = slot;
	return true;
}

static bool tables_make(struct rx_split *split, unsigned int pages,
			unsigned int slots)
{
	unsigned int entries = roundup_pow_of_two(pages);

	split->mask = entries - 1;
	split->free = kvcalloc(slots, sizeof(*split->free), GFP_KERNEL);
	split->ready = kvcalloc(pages, sizeof(*split->ready), GFP_KERNEL);
	split->used = kvcalloc(entries, sizeof(*split->used), GFP_KERNEL);
	return split->free && split->ready && split->used;
}

/**
 * rx_split_create() - allocate the slots and pages of a queue
 * @pages: the number of pages, at least 1
 * @slots: the number of slots, at least 1
 * @nid: the NUMA node of the pages, as long as it has memory, or NUMA_NO_NODE for the
 *	caller's
 *
 * Context: process context.
 * Return: the slots and pages, or NULL if there is not enough memory for all.
 */
struct rx_split *rx_split_create(unsigned int pages, unsigned int slots,
				 int nid)
{
	struct rx_split *split = kvzalloc(struct_size(split, page, pages),
					  GFP_KERNEL);

	if (!split)
		return NULL;
	split->headers = HEADERS_FIRST;
	rx_split_shape(split, 1);
	if (tables_make(split, pages, slots)) {
		while (split->nr_free < slots && slot_make(split))
			;
		while (split->nr < pages && page_make(split, nid))
			;
	}
	if (split->nr == pages && split->nr_free == slots)
		return split;
	rx_split_destroy(split);
	return NULL;
}

/**
 * rx_split_destroy() - free the slots and pages of a queue
 * @split: the slots and pages, none of which may be on a ring; or NULL, which does
 *	nothing
 *
 * Pages that the stack or a process holds stay valid: the last holder frees them.
 *
 * Context: process context.
 */
void rx_split_destroy(struct rx_split *split)
{
	struct rx_page *page;

	if (!split)
		return;
	while (split->nr) {
		page = &split->page[--split->nr];
		page_ref_sub(page->page, page->bias - 1);
		put_page(page->page);
	}
	while (split->nr_free)
		kfree(split->free[--split->nr_free]);
	kvfree(split->used);
	kvfree(split->ready);
	kvfree(split->free);
	kvfree(split);
}

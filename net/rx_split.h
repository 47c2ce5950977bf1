/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rx_split.h - buffers of which a frame's headers and its data take separate
 * parts.
 *
 * A slot is what lies on the receive ring: a small piece of memory for the
 * headers, and whole pages behind it. When the headers fill the piece, the data
 * begins where a page does: such pages can be mapped into a process.
 *
 *   | header | Ethernet, IP, TCP |   | page | page | ...
 *   ^ given to the device, as one buffer of several descriptors
 *
 * The device having filled it, a slot is a chain: a custom pbuf for the headers, and
 * one for each page that has something in it; the other pages are ready again.
 *
 * A page has a number of references from the start, and the stack gets one of
 * them: see rx_blocks.h. A mapping into a process is one more. A page is used again
 * when nobody else has any.
 *
 * Context: all in the poll of one queue, or while it cannot run. No lock.
 */
#ifndef _RTALLOC_NET_RX_SPLIT_H
#define _RTALLOC_NET_RX_SPLIT_H

#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/scatterlist.h>

#include <rtalloc/pbuf_skb.h>

/* Headers that are told from data: Ethernet, two VLAN tags, IPv6, TCP. */
#define RX_SPLIT_HEADERS	122u
/* ... and what comes in front of them. */
#define RX_SPLIT_HEAD		(12u + RX_SPLIT_HEADERS)
/* So that an IP header is aligned. */
#define RX_SPLIT_ALIGN		2u
/* Of the largest frame a device merges, all that a chain's length can say. */
#define RX_SPLIT_PAGES		15u

struct rx_split;

/**
 * struct rx_page - a page for data
 * @custom: what is in it, while it is part of a chain
 * @owner: what it belongs to
 * @page: it
 * @bias: references to @page that the stack did not get
 */
struct rx_page {
	struct pbuf_custom custom;
	struct rx_split *owner;
	struct page *page;
	unsigned int bias;
};

/**
 * struct rx_slot - a buffer
 * @custom: its headers; on the ring nothing but what it is known by
 * @owner: what it belongs to
 * @room: bytes of @head that were given to the device
 * @extra: descriptors that it takes on the ring, less one
 * @nr: pages that were given to the device
 * @page: those
 * @head: for virtio's header and the frame's
 */
struct rx_slot {
	struct pbuf_custom custom;
	struct rx_split *owner;
	unsigned int room;
	unsigned int extra;
	unsigned int nr;
	struct rx_page *page[RX_SPLIT_PAGES];
	u8 head[RX_SPLIT_ALIGN + RX_SPLIT_HEAD] ____cacheline_aligned;
};

/**
 * struct rx_split - slots and pages of a queue
 * @headers: bytes of headers that the next frames are expected to have
 * @each: pages of a slot
 * @posted: pages on the ring
 * @sg: for the slot being posted
 * @nr_free: slots that are not in use
 * @free: those
 * @nr: pages
 * @nr_ready: ... that are nowhere
 * @ready: those, the last one put there is taken first
 * @used: those that the stack had when they were freed, in a ring
 * @mask: entries of @used less one, a power of two less one
 * @head: where the next one is put, counts on for ever
 * @tail: the longest used one, likewise
 * @looks: how often one of @used was looked at
 * @page: all of them
 */
struct rx_split {
	unsigned int headers;
	unsigned int each;
	unsigned int posted;
	struct scatterlist sg[1 + RX_SPLIT_PAGES];
	unsigned int nr_free;
	struct rx_slot **free;
	unsigned int nr;
	unsigned int nr_ready;
	struct rx_page **ready;
	struct rx_page **used;
	unsigned int mask;
	unsigned int head;
	unsigned int tail;
	unsigned long looks;
	struct rx_page page[];
};

/* The free functions of a slot, and of a page. */
void rx_slot_free(struct pbuf *p);
void rx_page_free(struct pbuf *p);

static inline bool pbuf_is_freed_by(const struct pbuf *p,
				    pbuf_free_custom_fn how)
{
	return p->flags & PBUF_FLAG_IS_CUSTOM &&
	       container_of(p, struct pbuf_custom, pbuf)->custom_free_function
			== how;
}

static inline bool is_slot(const struct pbuf *p)
{
	return pbuf_is_freed_by(p, rx_slot_free);
}

static inline bool is_rx_page(const struct pbuf *p)
{
	return pbuf_is_freed_by(p, rx_page_free);
}

static inline struct rx_slot *slot_of(struct pbuf *p)
{
	return container_of(p, struct rx_slot, custom.pbuf);
}

/* The stack gets a reference of ours to the page that @p is. */
static inline struct page *rx_page_lend(struct pbuf *p)
{
	struct rx_page *page = container_of(p, struct rx_page, custom.pbuf);

	page->bias--;
	return page->page;
}

struct rx_split *rx_split_create(unsigned int pages, unsigned int slots);
void rx_split_destroy(struct rx_split *split);
void rx_split_shape(struct rx_split *split, unsigned int each);
struct rx_slot *rx_slot_take(struct rx_split *split, unsigned int *looks);
bool rx_slot_cut(struct rx_slot *slot, unsigned int len);
unsigned int rx_split_lent(const struct rx_split *split);

#endif /* _RTALLOC_NET_RX_SPLIT_H */

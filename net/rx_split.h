/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rx_split.h - buffers that receive a frame's headers and data into separate memory.
 *
 * A slot is one buffer on the receive ring: a small piece of memory for the headers,
 * followed by whole pages. If the headers fill the piece exactly, the data begins at the
 * start of a page, so that the pages can be mapped into a process.
 *
 *   | header | Ethernet, IP, TCP |   | page | page | ...
 *   ^ given to the device, as one buffer of several descriptors
 *
 * When the device has filled a slot, rx_slot_cut() turns it into a chain: a custom pbuf
 * for the headers, and one for each page with data. Pages without data are free again.
 *
 * References to each page are taken in advance, and the stack gets one of them, as in
 * rx_blocks.h. A mapping into a process holds another one. A page is reused when nobody
 * else holds a reference.
 *
 * Context: all functions are called in the poll of one queue, or while that is disabled,
 * so no lock is needed. rx_split_lent() may be called at any time.
 */
#ifndef _RTALLOC_NET_RX_SPLIT_H
#define _RTALLOC_NET_RX_SPLIT_H

#include <linux/cache.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/scatterlist.h>

#include <rtalloc/pbuf_skb.h>
#include "net/pbuf_custom.h"

/* The most bytes of headers that are separated: Ethernet, two VLAN tags, IPv6, TCP. */
#define RX_SPLIT_HEADERS	122u
/* The same with virtio's header in front. */
#define RX_SPLIT_HEAD		(12u + RX_SPLIT_HEADERS)
/* Padding in front of both, which aligns the IP header. */
#define RX_SPLIT_ALIGN		2u
/* Is a page short enough for a pbuf? */
#define RX_SPLIT_POSSIBLE	(PAGE_SHIFT < 16)
/* The most pages of a slot: with more, a chain would exceed PBUF_LEN_MAX. */
#define RX_SPLIT_PAGES							\
	(RX_SPLIT_POSSIBLE ?						\
	 (PBUF_LEN_MAX - RX_SPLIT_HEAD) / (unsigned int)PAGE_SIZE : 1u)

/*
 * Alignment of memory that the device writes. Where DMA is not coherent, no line of any
 * cache may hold both such memory and a field that is written while the slot is posted;
 * on arm64 a line may be longer than SMP_CACHE_BYTES.
 */
#ifdef ARCH_DMA_MINALIGN
#define RX_SPLIT_DMA_ALIGN	ARCH_DMA_MINALIGN
#else
#define RX_SPLIT_DMA_ALIGN	SMP_CACHE_BYTES
#endif

struct rx_split;

/**
 * struct rx_page - a page for data
 * @custom: the pbuf of the data, while the page is part of a chain
 * @owner: the queue's slots and pages, to which this one belongs
 * @page: the page itself
 * @bias: number of references to @page that are still owned here
 */
struct rx_page {
	struct pbuf_custom custom;
	struct rx_split *owner;
	struct page *page;
	unsigned int bias;
};

/**
 * struct rx_slot - a buffer with separate memory for headers and data
 * @custom: the pbuf of the headers; while the slot is posted, only its ring token
 * @owner: the queue's slots and pages, to which this one belongs
 * @room: number of bytes of @head that the device may fill
 * @extra: number of ring slots that this buffer takes beyond the first; written when the
 *	device has the slot already
 * @nr: number of pages that the device may fill
 * @page: these pages
 * @head: memory for virtio's header and the frame's headers
 */
struct rx_slot {
	struct pbuf_custom custom;
	struct rx_split *owner;
	unsigned int room;
	unsigned int extra;
	unsigned int nr;
	struct rx_page *page[RX_SPLIT_PAGES];
	u8 head[RX_SPLIT_ALIGN + RX_SPLIT_HEAD] ____cacheline_aligned
						__aligned(RX_SPLIT_DMA_ALIGN);
};

/**
 * struct rx_split - the slots and pages of a queue
 * @headers: number of bytes of headers that the next frames are expected to have
 * @each: number of pages in each slot that is posted
 * @posted: number of pages on the ring
 * @sg: scatterlist of the slot that rx_slot_take() has just returned
 * @nr_free: number of slots in @free
 * @free: stack of the slots that are not in use
 * @nr: number of pages
 * @nr_ready: number of pages in @ready
 * @ready: stack of the pages that nobody uses
 * @used: ring of the pages that the stack still held when their pbuf was freed
 * @mask: number of entries of @used minus one; the number is a power of two
 * @head: index of the next entry of @used to fill; never wrapped, so masked on use
 * @tail: index of the oldest entry of @used; never wrapped
 * @looks: number of times that a used page was inspected
 * @page: all pages
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

/* The custom_free_functions of a slot and of a page. */
void rx_slot_free(struct pbuf *p);
void rx_page_free(struct pbuf *p);

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

/* Hand one of our references to the page behind @p over to the stack. Return the page. */
static inline struct page *rx_page_lend(struct pbuf *p)
{
	struct rx_page *page = container_of(p, struct rx_page, custom.pbuf);

	page->bias--;
	return page->page;
}

struct rx_split *rx_split_create(unsigned int pages, unsigned int slots,
				 int nid);
void rx_split_destroy(struct rx_split *split);
void rx_split_shape(struct rx_split *split, unsigned int each);
struct rx_slot *rx_slot_take(struct rx_split *split, unsigned int *looks);
bool rx_slot_cut(struct rx_slot *slot, unsigned int len);
unsigned int rx_split_lent(const struct rx_split *split);

#endif /* _RTALLOC_NET_RX_SPLIT_H */

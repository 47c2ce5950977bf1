/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lend.h - private interface between net/lend.c, which keeps track of lent
 * buffers, and net/pbuf_skb_build.c, which puts them into an sk_buff. The buffers
 * are a driver's own, not those of an RX pool.
 */
#ifndef _RTALLOC_NET_LEND_H
#define _RTALLOC_NET_LEND_H

#include <linux/mm.h>

#include <rtalloc/pbuf_skb.h>

/* Set in pbuf->flags while the pbuf is lent. lwIP does not use this bit. */
#define PBUF_FLAG_LENT	0x80

/*
 * Return whether @p can be lent, where @others buffers of the same packet were
 * accepted before it. If so, its pages are counted as lent, and the caller must
 * call either lender_keep() or lender_cancel() for it. If not, the reason is
 * counted and @p must be copied.
 */
bool lender_accepts(struct pbuf_lender *lender, struct pbuf *p,
		    unsigned int others);
/* Undo lender_accepts(): the packet could not be built, or @p has come back. */
void lender_cancel(struct pbuf_lender *lender, struct pbuf *p);
/*
 * Take over the caller's reference to @p, which lender_accepts() accepted. It is
 * dropped when the stack has dropped its references to the pages of @p.
 */
void lender_keep(struct pbuf_lender *lender, struct pbuf *p);

/*
 * Return the page that contains @at, or NULL if the stack cannot hold a reference to
 * it: slab memory, reserved pages, device memory, mappings without a struct page.
 */
struct page *lend_page(const void *at);

#endif /* _RTALLOC_NET_LEND_H */

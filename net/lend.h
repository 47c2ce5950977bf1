/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lend.h - lending buffers that are not an RX pool's, from the inside: for
 * net/lend.c, which knows whom they belong to, and net/pbuf_skb_build.c.
 */
#ifndef _RTALLOC_NET_LEND_H
#define _RTALLOC_NET_LEND_H

#include <linux/mm.h>

#include <rtalloc/pbuf_skb.h>

/* In pbuf->flags, while the stack has it: lwIP has no such bit. */
#define PBUF_FLAG_LENT	0x80

/*
 * Is @p to be lent, as one more beside @others of the same packet? If so its pages
 * are noted, and it must be kept, or given up.
 */
bool lender_accepts(struct pbuf_lender *lender, struct pbuf *p,
		    unsigned int others);
/* It is not lent after all. */
void lender_gives_up(struct pbuf_lender *lender, struct pbuf *p);
/* Take over the caller's reference to @p until the stack's to its pages are gone. */
void lender_keep(struct pbuf_lender *lender, struct pbuf *p);

/* The page that @at lies in, if it can be referred to; or NULL. */
struct page *lend_page(const void *at);

#endif /* _RTALLOC_NET_LEND_H */

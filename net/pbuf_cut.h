/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pbuf_cut.h - pbufs that were cut off a packet and are still chained to it.
 *
 * A packet that has another holder can be shortened, but its memory is not freed under that
 * holder. So pbufs that are cut off stay behind the last one, with a length of 0, until
 * the whole packet is freed. In lwIP they are gone at once. Therefore code that tells the
 * pieces of a packet as lwIP does has to pass over them.
 */
#ifndef _RTALLOC_NET_PBUF_CUT_H
#define _RTALLOC_NET_PBUF_CUT_H

#include <rtalloc/pbuf.h>

/* Set in pbuf->flags of a pbuf that was cut off. lwIP does not use this bit. */
#define PBUF_FLAG_CUT	0x40

/* A pbuf with bytes was not cut off, whatever its owner wrote into its flags. */
static inline bool pbuf_is_cut(const struct pbuf *p)
{
	return p->flags & PBUF_FLAG_CUT && !p->len;
}

/* Return @p, or the first pbuf behind it, that was not cut off; NULL if there is none. */
static inline struct pbuf *pbuf_uncut(const struct pbuf *p)
{
	while (p && pbuf_is_cut(p))
		p = p->next;
	return (struct pbuf *)p;
}

#endif /* _RTALLOC_NET_PBUF_CUT_H */

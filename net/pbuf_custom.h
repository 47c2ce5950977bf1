/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pbuf_custom.h - tell what struct a custom pbuf is embedded in.
 */
#ifndef _RTALLOC_NET_PBUF_CUSTOM_H
#define _RTALLOC_NET_PBUF_CUSTOM_H

#include <linux/container_of.h>

#include <rtalloc/pbuf.h>

/*
 * Return whether @p is a custom pbuf with this custom_free_function. Each struct that
 * embeds one has a function of its own, so that this tells the struct.
 */
static inline bool pbuf_is_freed_by(const struct pbuf *p,
				    pbuf_free_custom_fn how)
{
	return p->flags & PBUF_FLAG_IS_CUSTOM &&
	       container_of(p, struct pbuf_custom, pbuf)->custom_free_function
			== how;
}

#endif /* _RTALLOC_NET_PBUF_CUSTOM_H */

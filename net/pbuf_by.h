/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pbuf_by.h - variants of the functions without "_by" for calls on behalf of the code at
 * @caller, which reports of misuse name; see rtalloc/caller.h. They are defined in
 * pbuf_alloc.c and pbuf.c.
 */
#ifndef _RTALLOC_NET_PBUF_BY_H
#define _RTALLOC_NET_PBUF_BY_H

#include <rtalloc/pbuf.h>

struct pbuf *pbuf_alloc_from_by(struct pbuf_env *env, size_t headroom,
				size_t length, unsigned int type,
				unsigned long caller);
struct pbuf *pbuf_alloc_pool_by(struct pbuf_env *env, unsigned int source,
				size_t headroom, size_t length,
				unsigned long caller);
unsigned int pbuf_free_by(struct pbuf *p, unsigned long caller);

#endif /* _RTALLOC_NET_PBUF_BY_H */

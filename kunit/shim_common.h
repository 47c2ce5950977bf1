/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * shim_common.h - helpers shared by the suites of the shim (pbuf_skb_shim.c).
 */
#ifndef _RTALLOC_KUNIT_SHIM_COMMON_H
#define _RTALLOC_KUNIT_SHIM_COMMON_H

#include "kunit/net_common.h"

/* 66 bytes and three frags of 500. */
extern const struct shape shim_plain;
/* Bytes that were copied in this test. */
extern struct pbuf_skb_cost shim_cost;
/* How many sk_buffs of watched() were freed in this test. */
extern unsigned int shim_nr_gone;

/* init of the suites: reset the two counters. */
int shim_start(struct kunit *test);
/* An sk_buff that is counted in shim_nr_gone when it is freed; see skb_make(). */
struct sk_buff *watched(struct kunit *test, const struct shape *shape);
/* pbuf_from_skb(), which must succeed; @flags: PBUF_SKB_WRITABLE or 0. */
struct pbuf *to_chain(struct kunit *test, struct sk_buff *skb,
		      unsigned int flags);
/* pbuf_to_skb() with PBUF_SKB_FRAG, which must succeed. */
struct sk_buff *skb_of(struct kunit *test, struct pbuf *p);
/* Move the first pbuf of a chain to its end. Return the new first one. */
struct pbuf *turned(struct pbuf *p);
/* Remove the pbuf behind @p from the chain and free it. */
void next_drop(struct pbuf *p);

#endif /* _RTALLOC_KUNIT_SHIM_COMMON_H */

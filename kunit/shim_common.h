/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * shim_common.h - what the suites of the shim share.
 */
#ifndef _RTALLOC_KUNIT_SHIM_COMMON_H
#define _RTALLOC_KUNIT_SHIM_COMMON_H

#include "kunit/net_common.h"

/* 66 bytes and three frags of 500. */
extern const struct shape shim_plain;
/* What was copied in this test, and how many watched sk_buffs are gone. */
extern struct pbuf_skb_cost shim_cost;
extern unsigned int shim_nr_gone;

int shim_start(struct kunit *test);
struct sk_buff *watched(struct kunit *test, const struct shape *shape);
struct pbuf *to_chain(struct kunit *test, struct sk_buff *skb,
		      unsigned int flags);
struct sk_buff *skb_of(struct kunit *test, struct pbuf *p);
/* The first piece goes to the end. */
struct pbuf *turned(struct pbuf *p);
/* The piece behind @p is no more. */
void next_drop(struct pbuf *p);

#endif /* _RTALLOC_KUNIT_SHIM_COMMON_H */

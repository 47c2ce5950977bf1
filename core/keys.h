/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * keys.h - static keys: does an allocation or a free do anything extra, beyond
 * its backend's work?
 *
 * Tracepoints, init_on_alloc and init_on_free have a static key each, and each
 * key would cost the hot path an instruction. Here one key stands for several:
 *
 *	rtalloc_alloc_extra	the tracepoint rtalloc_alloc is on, or the kernel was
 *				booted with init_on_alloc
 *	rtalloc_free_extra	the tracepoint rtalloc_free is on, or init_on_free
 *	rtalloc_timed		some heap is timed (latency.h)
 *	rtalloc_detour		one of these three is on: the only key that a call
 *				tests before it takes a block from a magazine
 *	rtalloc_special		rtalloc_detour is on, or some heap has magazines: the
 *				only key that the entry points test first
 *
 * So a heap without magazines pays nothing while no heap has any, and two or
 * three instructions a call while one has.
 */
#ifndef _RTALLOC_KEYS_H
#define _RTALLOC_KEYS_H

#include <linux/jump_label.h>
#include <linux/mm.h>

DECLARE_STATIC_KEY_FALSE(rtalloc_alloc_extra);
DECLARE_STATIC_KEY_FALSE(rtalloc_free_extra);
DECLARE_STATIC_KEY_FALSE(rtalloc_detour);
DECLARE_STATIC_KEY_FALSE(rtalloc_special);
DECLARE_STATIC_KEY_FALSE(rtalloc_timed);

/* Called when a tracepoint is switched on and off. */
int rtalloc_alloc_extra_get(void);
void rtalloc_alloc_extra_put(void);
int rtalloc_free_extra_get(void);
void rtalloc_free_extra_put(void);

/* Called when a heap's calls begin to be timed, and end. */
void rtalloc_timed_get(void);
void rtalloc_timed_put(void);

/* Called once, to take account of the kernel's command line, and at unload. */
void rtalloc_keys_init(void);
void rtalloc_keys_exit(void);

static __always_inline bool alloc_has_extra(gfp_t gfp)
{
	return static_branch_unlikely(&rtalloc_alloc_extra) ||
	       unlikely(gfp & __GFP_ZERO);
}

static __always_inline bool free_has_extra(void)
{
	return static_branch_unlikely(&rtalloc_free_extra);
}

#endif /* _RTALLOC_KEYS_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/* the flags that the public header names */
#pragma once

typedef unsigned int gfp_t;

#define __GFP_HIGHMEM		0u
#define __GFP_ZERO		0x100u
#define __GFP_NOWARN		0x2000u
#define __GFP_RETRY_MAYFAIL	0u
#define GFP_KERNEL		0x400u
#define GFP_ATOMIC		0u
#define GFP_NOWAIT		0u
#define gfpflags_allow_blocking(gfp)	(!!((gfp) & GFP_KERNEL))

struct page;

/* There are no NUMA nodes. */
#define alloc_pages_node(nid, gfp, order)	((void)(nid), (struct page *)NULL)
#define __free_page(page)	((void)(page))

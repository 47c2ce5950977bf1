/* SPDX-License-Identifier: GPL-2.0-only */
/* kmalloc() by malloc(), with the alignment that kmalloc() gives to large sizes */
#pragma once

#include <stdint.h>
#include <stdlib.h>
#include <linux/align.h>
#include <linux/gfp.h>
#include <linux/string.h>

static inline void *kzalloc(size_t size, gfp_t gfp)
{
	void *p = aligned_alloc(64, ALIGN(size, 64));

	return p ? memset(p, 0, size) : NULL;
}

static inline void kfree(const void *p)
{
	free((void *)p);
}

static inline void *kvmalloc_array(size_t n, size_t size, gfp_t gfp)
{
	return n && size > SIZE_MAX / n ? NULL : malloc(n * size);
}

#define kvfree(p)	kfree(p)
#define kvzalloc(size, gfp)	kzalloc(size, gfp)
#define kvzalloc_node(size, gfp, nid)	((void)(nid), kzalloc(size, gfp))

// SPDX-License-Identifier: GPL-2.0-only
/*
 * pbuf.c - proofs of a pbuf's sizes: the size requested from the heap has room for header,
 * headroom and payload, and the 16-bit lengths are the requested ones.
 */
#include "net/pbuf_alloc.c"
#include "prove.h"

/* Set by this heap, which replaces the real one: the size that was requested of it. */
static size_t reached;
static bool is_reached;

void *rtalloc_alloc_by(struct rtalloc_heap *heap, size_t size, gfp_t gfp,
		       unsigned long caller)
{
	reached = size;
	is_reached = true;
	return prove_object(256);
}

/* Any valid alignment up to 4096 and any header size that fits it. */
static __always_inline struct pbuf_env *any_env(void)
{
	struct pbuf_env *env = prove_object(sizeof(*env));

	prove_assume(env->align && !(env->align & (env->align - 1)));
	prove_assume(env->align <= 4096);
	prove_assume(env->header >= sizeof(struct pbuf) &&
		     !(env->header & (env->align - 1)));
	prove_assume(env->header <= 1ul << 20);
	return env;
}

PROVE(pbuf_ram, size_t headroom, size_t length)
{
	struct pbuf_env *env = any_env();
	struct pbuf *p;

	is_reached = false;
	p = ram_alloc(env, headroom, length, 0);
	if (!p)
		return !is_reached &&
		       (!env->heap || headroom > 65535 || length > 65535);
	return p->len == length && p->tot_len == length && is_reached &&
	       reached >= env->header + headroom + length &&
	       (u8 *)p->payload >= (u8 *)p + env->header + headroom &&
	       (u8 *)p->payload + length <= (u8 *)p + reached;
}

PROVE(pbuf_custom, size_t headroom, size_t length, size_t mem_len)
{
	struct pbuf_custom *custom = prove_object(sizeof(*custom));
	struct pbuf_env *env = any_env();
	u8 *mem = (u8 *)(1ul << 40);
	struct pbuf *p;

	prove_assume(mem_len < 1ul << 62);
	p = pbuf_alloced_custom_from(env, headroom, length, PBUF_REF, custom,
				     mem, mem_len);
	if (!p)
		return true;
	return p->len == length && p->tot_len == length &&
	       (u8 *)p->payload >= mem + headroom &&
	       (u8 *)p->payload + length <= mem + mem_len;
}

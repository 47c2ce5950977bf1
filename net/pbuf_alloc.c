// SPDX-License-Identifier: GPL-2.0-only
/*
 * pbuf_alloc.c - environments, and where pbufs come from.
 *
 * Cost: constant for each pbuf, but a pbuf of PBUF_RAM costs what the heap takes.
 * When a pool runs out, the elements that were taken for the same packet go back.
 * No lock of its own: pools and heaps lock themselves. Nothing here waits. Written
 * from a description of lwIP's behaviour, no code taken.
 */
#include <linux/atomic.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/log2.h>

#include <rtalloc/caller.h>
#include <rtalloc/pbuf.h>
#include <rtalloc/rtalloc.h>
#include <rtalloc/mempool_fixed.h>
#include "net/pbuf_by.h"

static struct pbuf_env *default_env;

/* ---- environments ----------------------------------------------------- */

/* Do a pool's elements hold what is asked of them, where it is asked? */
static bool pool_fits(const struct pbuf_env *env, const struct pbuf_pool *from)
{
	size_t need = from->size ? env->header + from->size :
				   sizeof(struct pbuf);
	unsigned long at = (unsigned long)mempool_fixed_element(from->pool, 0);

	return need >= from->size &&
	       need <= mempool_fixed_elem_size(from->pool) &&
	       !((at | mempool_fixed_stride(from->pool)) & (env->align - 1));
}

/**
 * pbuf_env_init() - check an environment and make it ready
 * @env: filled in by the caller
 *
 * Context: any; nobody else may use @env yet.
 * Return: 0; -EINVAL: an alignment that is no power of two, a header that is
 *	too small or no multiple of it, a pool whose elements are too small or
 *	not aligned.
 */
int pbuf_env_init(struct pbuf_env *env)
{
	int i;

	if (!env->align)
		env->align = 1;
	if (!is_power_of_2(env->align))
		return -EINVAL;
	if (!env->header)
		env->header = ALIGN(sizeof(struct pbuf), env->align);
	if (env->header < sizeof(struct pbuf) ||
	    env->header & (env->align - 1))
		return -EINVAL;
	env->pool[PBUF_TYPE_ALLOC_SRC_MASK_STD_HEAP].pool = NULL;
	for (i = 0; i < PBUF_SOURCES; i++)
		if (!env->pool[i].pool)
			env->pool[i].size = 0;
		else if (!pool_fits(env, &env->pool[i]))
			return -EINVAL;
	env->is_empty = 0;
	return 0;
}
EXPORT_SYMBOL_GPL(pbuf_env_init);

/**
 * pbuf_env_set_default() - choose the environment of lwIP's own names
 * @env: an environment, or NULL: then nothing can be allocated by those names
 *
 * Context: any. Pbufs that live keep the environment they came from.
 */
void pbuf_env_set_default(struct pbuf_env *env)
{
	/* Who sees the pointer sees what was filled in. */
	smp_store_release(&default_env, env);
}
EXPORT_SYMBOL_GPL(pbuf_env_set_default);

/**
 * pbuf_env_default() - the environment of lwIP's own names
 *
 * Context: any.
 * Return: the environment, or NULL.
 */
struct pbuf_env *pbuf_env_default(void)
{
	/* Pairs with pbuf_env_set_default(). */
	return smp_load_acquire(&default_env);
}
EXPORT_SYMBOL_GPL(pbuf_env_default);

/**
 * pbuf_pool_empty_done() - the empty pool has been seen to
 * @env: the environment
 *
 * The next failure calls @env->pool_empty again. A loop that polls
 * @env->is_empty in place of setting @env->pool_empty calls this too.
 *
 * Context: any.
 */
void pbuf_pool_empty_done(struct pbuf_env *env)
{
	WRITE_ONCE(env->is_empty, 0);
}
EXPORT_SYMBOL_GPL(pbuf_pool_empty_done);

/* One call for many failures, until somebody says that it was seen to. */
static noinline void pool_is_empty(struct pbuf_env *env, unsigned int source)
{
	if (xchg(&env->is_empty, 1))
		return;
	if (env->pool_empty && !env->pool_empty(env, source))
		pbuf_pool_empty_done(env);
}

/* ---- allocation ------------------------------------------------------- */

static size_t align_up(const struct pbuf_env *env, size_t bytes)
{
	return (bytes + env->align - 1) & ~(env->align - 1);
}

static struct pbuf *pbuf_set(struct pbuf *p, struct pbuf_env *env,
			     void *payload, size_t tot_len, size_t len,
			     unsigned int type, unsigned int flags)
{
	p->next = NULL;
	p->payload = payload;
	p->tot_len = tot_len;
	p->len = len;
	p->type_internal = type;
	p->flags = flags;
	p->if_idx = 0;
	p->ref = 1;
	p->env = env;
	return p;
}

static struct pbuf *ram_alloc(struct pbuf_env *env, size_t headroom,
			      size_t length, unsigned long caller)
{
	size_t front = env->header + align_up(env, headroom);
	void *p;

	if (!env->heap || headroom > PBUF_LEN_MAX || length > PBUF_LEN_MAX)
		return NULL;
	p = rtalloc_alloc_by(env->heap, front + align_up(env, length),
			     __GFP_NOWARN, caller);
	if (!p)
		return NULL;
	return pbuf_set(p, env, p + front, length, length, PBUF_RAM, 0);
}

/* An element for a pbuf whose payload is @front bytes behind its beginning. */
static __always_inline struct pbuf *
element_take(struct pbuf_env *env, unsigned int source, size_t front,
	     size_t tot_len, size_t len, unsigned long caller)
{
	void *p = mempool_fixed_alloc_by(env->pool[source].pool, caller);

	if (unlikely(!p)) {
		pool_is_empty(env, source);
		return NULL;
	}
	return pbuf_set(p, env, p + front, tot_len, len,
			PBUF_TYPE_FLAG_STRUCT_DATA_CONTIGUOUS | source, 0);
}

/* More than one element; the first has @room bytes of headroom. */
static noinline struct pbuf *chain_take(struct pbuf_env *env,
					unsigned int source, size_t room,
					size_t length, unsigned long caller)
{
	size_t size = env->pool[source].size, len;
	struct pbuf *head = NULL, **link = &head;

	while (length) {
		len = min(length, size - room);
		*link = element_take(env, source, env->header + room, length,
				     len, caller);
		if (!*link) {
			if (head)
				pbuf_free(head);
			return NULL;
		}
		link = &(*link)->next;
		length -= len;
		room = 0;
	}
	return head;
}

/* pbuf_alloc_pool() for @caller. */
static __always_inline struct pbuf *
pool_alloc(struct pbuf_env *env, unsigned int source, size_t headroom,
	   size_t length, unsigned long caller)
{
	size_t room = align_up(env, headroom), size;

	source &= PBUF_TYPE_ALLOC_SRC_MASK;
	size = env->pool[source].size;
	if (unlikely(room >= size || headroom > room ||
		     length > PBUF_LEN_MAX || !env->pool[source].pool))
		return NULL;
	if (unlikely(length > size - room))
		return chain_take(env, source, room, length, caller);
	return element_take(env, source, env->header + room, length, length,
			    caller);
}

struct pbuf *pbuf_alloc_pool_by(struct pbuf_env *env, unsigned int source,
				size_t headroom, size_t length,
				unsigned long caller)
{
	return pool_alloc(env, source, headroom, length, caller);
}

/**
 * pbuf_alloc_pool() - allocate a packet from one of an environment's pools
 * @env: the environment
 * @source: the pool, 1 to 15
 * @headroom: bytes in front of the first payload, rounded up to the alignment
 * @length: bytes of payload; what exceeds one element makes a chain
 *
 * Context: as rtalloc_alloc() of a bounded heap; @env->pool_empty is called in
 *	it too.
 * Return: the chain; NULL when there is no such pool, when it lacks elements
 *	(then it has back what was taken), when an element does not hold the
 *	headroom and a byte, or when @length is above PBUF_LEN_MAX.
 */
struct pbuf *pbuf_alloc_pool(struct pbuf_env *env, unsigned int source,
			     size_t headroom, size_t length)
{
	return pool_alloc(env, source, headroom, length, _RET_IP_);
}
EXPORT_SYMBOL_GPL(pbuf_alloc_pool);

/* pbuf_alloc_reference_from() for @caller. */
static struct pbuf *reference_alloc(struct pbuf_env *env, void *payload,
				    size_t length, unsigned int type,
				    unsigned long caller)
{
	struct pbuf *p;

	if ((type != PBUF_REF && type != PBUF_ROM) || length > PBUF_LEN_MAX ||
	    !env->pool[PBUF_TYPE_ALLOC_SRC_MASK_STD_MEMP_PBUF].pool)
		return NULL;
	p = mempool_fixed_alloc_by(env->pool[type & PBUF_TYPE_ALLOC_SRC_MASK].pool,
				   caller);
	return p ? pbuf_set(p, env, payload, length, length, type, 0) : NULL;
}

/**
 * pbuf_alloc_reference_from() - allocate a pbuf over memory of the caller's
 * @env: the environment
 * @payload: the memory
 * @length: its bytes
 * @type: PBUF_REF or PBUF_ROM
 *
 * Context: as rtalloc_alloc() of a bounded heap.
 * Return: the pbuf; NULL when the pool is empty, for another type, or when
 *	@length is above PBUF_LEN_MAX.
 */
struct pbuf *pbuf_alloc_reference_from(struct pbuf_env *env, void *payload,
				       size_t length, unsigned int type)
{
	return reference_alloc(env, payload, length, type, _RET_IP_);
}
EXPORT_SYMBOL_GPL(pbuf_alloc_reference_from);

struct pbuf *pbuf_alloc_from_by(struct pbuf_env *env, size_t headroom,
				size_t length, unsigned int type,
				unsigned long caller)
{
	if (!env)
		return NULL;
	switch (type) {
	case PBUF_POOL:
		return pool_alloc(env, type & PBUF_TYPE_ALLOC_SRC_MASK,
				  headroom, length, caller);
	case PBUF_RAM:
		return ram_alloc(env, headroom, length, caller);
	default:
		return reference_alloc(env, NULL, length, type, caller);
	}
}

/**
 * pbuf_alloc_from() - allocate a packet from an environment
 * @env: the environment; NULL: as one that has nothing
 * @headroom: bytes in front of the payload, rounded up to the alignment; PBUF_REF
 *	and PBUF_ROM have none
 * @length: bytes of payload; 0 gives one empty pbuf
 * @type: of enum pbuf_type
 *
 * Context: PBUF_RAM: as rtalloc_alloc() of @env->heap; others: as that of a
 *	bounded heap.
 * Return: the packet, its reference the caller's; NULL when there is no memory,
 *	for another type, or when @length is above PBUF_LEN_MAX.
 */
struct pbuf *pbuf_alloc_from(struct pbuf_env *env, size_t headroom,
			     size_t length, unsigned int type)
{
	return pbuf_alloc_from_by(env, headroom, length, type, _RET_IP_);
}
EXPORT_SYMBOL_GPL(pbuf_alloc_from);

/**
 * pbuf_alloced_custom_from() - make a pbuf of a struct and memory of the caller's
 * @env: whose alignment @headroom is rounded up to; NULL: none
 * @headroom: bytes of @mem in front of the payload
 * @length: bytes of payload
 * @type: of enum pbuf_type, whichever describes the memory best
 * @custom: the struct; its custom_free_function may be set before or after
 * @mem: the memory; NULL: to be given later
 * @mem_len: its bytes
 *
 * Context: any.
 * Return: the pbuf in @custom; NULL, with @custom untouched, when headroom and
 *	payload do not fit into @mem_len or @length is above PBUF_LEN_MAX.
 */
struct pbuf *pbuf_alloced_custom_from(struct pbuf_env *env, size_t headroom,
				      size_t length, unsigned int type,
				      struct pbuf_custom *custom, void *mem,
				      size_t mem_len)
{
	size_t room = env ? align_up(env, headroom) : headroom;

	if (!custom || room < headroom || room > mem_len ||
	    length > mem_len - room || length > PBUF_LEN_MAX)
		return NULL;
	custom->mem = mem;
	return pbuf_set(&custom->pbuf, NULL, mem ? mem + room : NULL, length,
			length, type, PBUF_FLAG_IS_CUSTOM);
}
EXPORT_SYMBOL_GPL(pbuf_alloced_custom_from);

/**
 * pbuf_alloc() - pbuf_alloc_from() the default environment
 * @layer: bytes of headroom, or a layer that stands for them
 * @length: bytes of payload
 * @type: what it is made of
 *
 * Context: as pbuf_alloc_from().
 * Return: as pbuf_alloc_from().
 */
struct pbuf *pbuf_alloc(enum pbuf_layer layer, size_t length,
			enum pbuf_type type)
{
	return pbuf_alloc_from_by(pbuf_env_default(), layer, length, type,
				  _RET_IP_);
}
EXPORT_SYMBOL_GPL(pbuf_alloc);

/**
 * pbuf_alloc_reference() - pbuf_alloc_reference_from() the default environment
 * @payload: the memory
 * @length: its bytes
 * @type: PBUF_REF or PBUF_ROM
 *
 * Context: as pbuf_alloc_reference_from().
 * Return: as pbuf_alloc_reference_from().
 */
struct pbuf *pbuf_alloc_reference(void *payload, size_t length,
				  enum pbuf_type type)
{
	struct pbuf_env *env = pbuf_env_default();

	if (!env)
		return NULL;
	return reference_alloc(env, payload, length, type, _RET_IP_);
}
EXPORT_SYMBOL_GPL(pbuf_alloc_reference);

/**
 * pbuf_alloced_custom() - pbuf_alloced_custom_from() the default environment
 * @layer: bytes of headroom, or a layer that stands for them
 * @length: bytes of payload
 * @type: what describes the memory best
 * @p: the struct
 * @payload_mem: the memory
 * @payload_mem_len: its bytes
 *
 * Context: any.
 * Return: as pbuf_alloced_custom_from().
 */
struct pbuf *pbuf_alloced_custom(enum pbuf_layer layer, size_t length,
				 enum pbuf_type type, struct pbuf_custom *p,
				 void *payload_mem, size_t payload_mem_len)
{
	return pbuf_alloced_custom_from(pbuf_env_default(), layer, length,
					type, p, payload_mem, payload_mem_len);
}
EXPORT_SYMBOL_GPL(pbuf_alloced_custom);

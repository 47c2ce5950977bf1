// SPDX-License-Identifier: GPL-2.0-only
/*
 * pbuf_alloc.c - environments, and allocation of pbufs.
 *
 * Cost: constant for each pbuf; for a PBUF_RAM, the cost of an allocation from the heap.
 * If a pool runs out, the elements that were taken for the same packet are freed. There
 * is no lock here, since pools and heaps have their own. Nothing waits. Written from a
 * description of lwIP's behaviour, no code taken.
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

/* Return whether the elements of a pool are large enough and aligned. */
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
 * pbuf_env_init() - validate an environment and make it ready for use
 * @env: the environment, filled in by the caller
 *
 * Context: any; nobody else may use @env yet.
 * Return: 0; or -EINVAL: the alignment is not a power of two, the header is too small or
 *	not a multiple of the alignment, or the elements of a pool are too small or not
 *	aligned.
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
 * pbuf_env_set_default() - set the environment of the functions that take none
 * @env: the environment, or NULL, which makes these functions fail
 *
 * Existing pbufs keep the environment they were allocated from.
 *
 * Context: any.
 */
void pbuf_env_set_default(struct pbuf_env *env)
{
	/* Pairs with pbuf_env_default(): publish the fields together with the pointer. */
	smp_store_release(&default_env, env);
}
EXPORT_SYMBOL_GPL(pbuf_env_set_default);

/**
 * pbuf_env_default() - get the environment of the functions that take none
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
 * pbuf_pool_empty_done() - tell that an empty pool was taken care of
 * @env: the environment
 *
 * The next failed allocation calls @env->pool_empty again. An owner that polls
 * @env->is_empty instead of setting @env->pool_empty must call this too.
 *
 * Context: any.
 */
void pbuf_pool_empty_done(struct pbuf_env *env)
{
	WRITE_ONCE(env->is_empty, 0);
}
EXPORT_SYMBOL_GPL(pbuf_pool_empty_done);

/* Report that a pool is empty, once until pbuf_pool_empty_done() is called. */
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

/* Allocate an element as a pbuf whose payload begins at offset @front. */
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

/* Allocate a chain of elements; the first one has @room bytes of headroom. */
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

/* pbuf_alloc_pool() on behalf of the code at @caller. */
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
 * @source: index of the pool, 1 to 15
 * @headroom: bytes in front of the first payload, rounded up to the alignment
 * @length: bytes of payload; if they do not fit into one element, a chain is allocated
 *
 * Context: as rtalloc_alloc() of a bounded heap. @env->pool_empty may be called in the
 *	same context.
 * Return: the chain; NULL if there is no such pool, if it has too few free elements, if
 *	an element has no room for the headroom and one byte, or if @length is above
 *	PBUF_LEN_MAX.
 */
struct pbuf *pbuf_alloc_pool(struct pbuf_env *env, unsigned int source,
			     size_t headroom, size_t length)
{
	return pool_alloc(env, source, headroom, length, _RET_IP_);
}
EXPORT_SYMBOL_GPL(pbuf_alloc_pool);

/* pbuf_alloc_reference_from() on behalf of the code at @caller. */
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
 * pbuf_alloc_reference_from() - allocate a pbuf whose payload is memory of the caller
 * @env: the environment
 * @payload: the memory, which must outlive the pbuf
 * @length: its size in bytes
 * @type: PBUF_REF or PBUF_ROM
 *
 * Context: as rtalloc_alloc() of a bounded heap.
 * Return: the pbuf; NULL if the pool is empty, if @type is another one, or if @length is
 *	above PBUF_LEN_MAX.
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
 * @env: the environment; with NULL the allocation fails
 * @headroom: bytes in front of the payload, rounded up to the alignment; ignored for
 *	PBUF_REF and PBUF_ROM
 * @length: bytes of payload; 0 allocates one empty pbuf
 * @type: a value of enum pbuf_type
 *
 * Context: PBUF_RAM: as rtalloc_alloc() of @env->heap; other types: as that of a bounded
 *	heap.
 * Return: the packet, with one reference, the caller's; NULL if there is no memory, if
 *	@type is another one, or if @length is above PBUF_LEN_MAX.
 */
struct pbuf *pbuf_alloc_from(struct pbuf_env *env, size_t headroom,
			     size_t length, unsigned int type)
{
	return pbuf_alloc_from_by(env, headroom, length, type, _RET_IP_);
}
EXPORT_SYMBOL_GPL(pbuf_alloc_from);

/**
 * pbuf_alloced_custom_from() - initialize a pbuf in a struct and memory of the caller
 * @env: the environment to whose alignment @headroom is rounded up; NULL for none
 * @headroom: bytes of @mem in front of the payload
 * @length: bytes of payload
 * @type: the value of enum pbuf_type that describes the memory best
 * @custom: the struct; its custom_free_function may be set before or afterwards
 * @mem: the memory; NULL if the caller sets the payload later
 * @mem_len: size of the memory in bytes
 *
 * Context: any.
 * Return: the pbuf in @custom; NULL, with @custom unchanged, if headroom and payload do
 *	not fit into @mem_len, or if @length is above PBUF_LEN_MAX.
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
 * @layer: a layer, whose value is the bytes of headroom; or any other number of bytes
 * @length: bytes of payload
 * @type: what the pbuf is made of
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
 * @payload: the memory, which must outlive the pbuf
 * @length: its size in bytes
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
 * @layer: a layer, whose value is the bytes of headroom; or any other number of bytes
 * @length: bytes of payload
 * @type: the type that describes the memory best
 * @p: the struct
 * @payload_mem: the memory
 * @payload_mem_len: size of the memory in bytes
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

// SPDX-License-Identifier: GPL-2.0-only
/*
 * pbuf.c - lwIP's packet buffers: where they come from, references, headers,
 * chains. What reads and writes their bytes is in pbuf_data.c.
 *
 * Structure: include/rtalloc/pbuf.h has the picture. Cost: constant for a pbuf
 * (for one of PBUF_RAM: what the heap takes), times the chain's length where a
 * chain is walked. No lock of its own: a chain has one owner; the count of
 * references is atomic; pools and heaps lock themselves. Nothing is ever
 * waited for. Written from a description of lwIP's behaviour, no code taken.
 *
 * An owner that holds the only reference cannot be raced by another one, for
 * there is none: that case, nearly all of them, needs no atomic operation.
 */
#include <linux/atomic.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/printk.h>

#include <rtalloc/mempool_fixed.h>
#include <rtalloc/pbuf.h>
#include <rtalloc/rtalloc.h>

#define REF_STUCK	U32_MAX		/* never freed again */

static struct pbuf_env *default_env;
static atomic_long_t faults;

static noinline void fault(const char *what, unsigned long caller)
{
	atomic_long_inc(&faults);
	pr_warn_ratelimited("rtalloc: pbuf: %s, by %pS\n", what,
			    (void *)caller);
}

/* ---- environments ----------------------------------------------------- */

/**
 * pbuf_env_init() - check an environment and make it ready
 * @env: filled in by the caller
 *
 * Context: any; nobody else may use @env yet.
 * Return: 0; -EINVAL: an alignment that is no power of two, or a header that
 *	is too small or no multiple of it.
 */
int pbuf_env_init(struct pbuf_env *env)
{
	if (!env->align)
		env->align = 1;
	if (!is_power_of_2(env->align))
		return -EINVAL;
	if (!env->header)
		env->header = ALIGN(sizeof(struct pbuf), env->align);
	if (env->header < sizeof(struct pbuf) ||
	    env->header & (env->align - 1))
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

/**
 * pbuf_faults() - how many misuses were refused since the module was loaded
 *
 * Context: any.
 * Return: the number; each was also reported, in rate-limited lines.
 */
unsigned long pbuf_faults(void)
{
	return atomic_long_read(&faults);
}
EXPORT_SYMBOL_GPL(pbuf_faults);

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
			      size_t length)
{
	size_t front = env->header + align_up(env, headroom);
	void *p;

	if (!env->heap || headroom > PBUF_LEN_MAX || length > PBUF_LEN_MAX)
		return NULL;
	p = rtalloc_alloc(env->heap, front + align_up(env, length),
			  __GFP_NOWARN);
	if (!p)
		return NULL;
	return pbuf_set(p, env, p + front, length, length, PBUF_RAM, 0);
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
 * Return: the chain; NULL when the pool lacks elements (then it has back what
 *	was taken), when an element does not hold the headroom and a byte, or
 *	when @length is above PBUF_LEN_MAX.
 */
struct pbuf *pbuf_alloc_pool(struct pbuf_env *env, unsigned int source,
			     size_t headroom, size_t length)
{
	struct pbuf_pool *from = &env->pool[source & PBUF_TYPE_ALLOC_SRC_MASK];
	size_t size = from->size, room = align_up(env, headroom), len;
	struct pbuf *head = NULL, **link = &head, *p;

	if (room >= size || headroom > room || length > PBUF_LEN_MAX)
		return NULL;
	do {
		len = min(length, size - room);
		p = mempool_fixed_alloc(from->pool);
		if (unlikely(!p)) {
			pool_is_empty(env, source);
			if (head)
				pbuf_free(head);
			return NULL;
		}
		*link = pbuf_set(p, env, (u8 *)p + env->header + room, length,
				 len, PBUF_TYPE_FLAG_STRUCT_DATA_CONTIGUOUS |
				 source, 0);
		link = &p->next;
		length -= len;
		room = 0;
	} while (length);
	return head;
}
EXPORT_SYMBOL_GPL(pbuf_alloc_pool);

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
	struct pbuf *p;

	if ((type != PBUF_REF && type != PBUF_ROM) || length > PBUF_LEN_MAX ||
	    !env->pool[PBUF_TYPE_ALLOC_SRC_MASK_STD_MEMP_PBUF].pool)
		return NULL;
	p = mempool_fixed_alloc(env->pool[type & PBUF_TYPE_ALLOC_SRC_MASK].pool);
	return p ? pbuf_set(p, env, payload, length, length, type, 0) : NULL;
}
EXPORT_SYMBOL_GPL(pbuf_alloc_reference_from);

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
	if (!env)
		return NULL;
	switch (type) {
	case PBUF_POOL:
		return pbuf_alloc_pool(env, type & PBUF_TYPE_ALLOC_SRC_MASK,
				       headroom, length);
	case PBUF_RAM:
		return ram_alloc(env, headroom, length);
	default:
		return pbuf_alloc_reference_from(env, NULL, length, type);
	}
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
	return pbuf_alloc_from(pbuf_env_default(), layer, length, type);
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
	return pbuf_alloc_reference_from(env, payload, length, type);
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

/* ---- references ------------------------------------------------------- */

/**
 * pbuf_ref() - take one more reference to a pbuf
 * @p: the pbuf; NULL: nothing happens
 *
 * A reference to its head holds a whole chain. A count that has reached its
 * last value stays there. A pbuf without any reference is free: taking one is
 * refused, counted and reported.
 *
 * Context: any.
 */
void pbuf_ref(struct pbuf *p)
{
	u32 ref;

	if (!p)
		return;
	ref = READ_ONCE(p->ref);
	do {
		if (unlikely(!ref)) {
			fault("reference to a free pbuf", _RET_IP_);
			return;
		}
		if (unlikely(ref == REF_STUCK))
			return;
	} while (!try_cmpxchg(&p->ref, &ref, ref + 1));
}
EXPORT_SYMBOL_GPL(pbuf_ref);

/* Drop one of several references, or none; was it the last one? */
static noinline bool ref_put_slow(struct pbuf *p, u32 ref,
				  unsigned long caller)
{
	do {
		if (unlikely(!ref)) {
			fault("free of a free pbuf", caller);
			return false;
		}
		if (unlikely(ref == REF_STUCK))
			return false;
	} while (!try_cmpxchg(&p->ref, &ref, ref - 1));
	return ref == 1;
}

static bool ref_put(struct pbuf *p, unsigned long caller)
{
	/* Pairs with try_cmpxchg() of those who dropped theirs before. */
	u32 ref = smp_load_acquire(&p->ref);

	if (unlikely(ref != 1))
		return ref_put_slow(p, ref, caller);
	WRITE_ONCE(p->ref, 0);
	return true;
}

static noinline void custom_release(struct pbuf *p, unsigned long caller)
{
	struct pbuf_custom *custom = container_of(p, struct pbuf_custom, pbuf);

	if (custom->custom_free_function)
		custom->custom_free_function(p);
	else
		fault("free of a custom pbuf without free function", caller);
}

static void pbuf_release(struct pbuf *p, unsigned long caller)
{
	unsigned int source = pbuf_get_allocsrc(p);

	if (p->flags & PBUF_FLAG_IS_CUSTOM)
		custom_release(p, caller);
	else if (source)
		mempool_fixed_free(p->env->pool[source].pool, p);
	else
		rtalloc_free(p->env->heap, p);
}

/**
 * pbuf_free() - drop a reference to a packet
 * @p: its head; NULL: nothing happens
 *
 * Frees from the head on up to the first pbuf that somebody else refers to.
 * What has no reference is free already: refused, counted, reported.
 *
 * Context: any but NMI, if the pbufs' heap is bounded; free functions of custom
 *	pbufs are called in it, without a lock of this library.
 * Return: how many pbufs were freed.
 */
unsigned int pbuf_free(struct pbuf *p)
{
	unsigned int freed = 0;
	struct pbuf *next;

	while (p && ref_put(p, _RET_IP_)) {
		next = p->next;
		pbuf_release(p, _RET_IP_);
		freed++;
		p = next;
	}
	return freed;
}
EXPORT_SYMBOL_GPL(pbuf_free);

/* ---- headers ---------------------------------------------------------- */

/*
 * How many bytes of header may come in front: as many as there are between the
 * payload and the struct, or the beginning of a custom pbuf's memory. Of what
 * other payloads have in front nothing is known; @force trusts the caller.
 */
static ptrdiff_t header_room(const struct pbuf *p, bool force)
{
	bool contiguous = p->type_internal &
			  PBUF_TYPE_FLAG_STRUCT_DATA_CONTIGUOUS;

	if (!contiguous && !force)
		return 0;
	if (p->flags & PBUF_FLAG_IS_CUSTOM)
		return p->payload -
		       container_of(p, struct pbuf_custom, pbuf)->mem;
	if (contiguous)
		return p->payload - (void *)p - p->env->header;
	return PBUF_LEN_MAX;
}

static u8 header_add(struct pbuf *p, size_t bytes, bool force)
{
	if (!p || bytes > PBUF_LEN_MAX)
		return 1;
	if (!bytes)
		return 0;
	if (bytes + p->tot_len > PBUF_LEN_MAX || bytes + p->len > PBUF_LEN_MAX)
		return 1;
	if ((ptrdiff_t)bytes > header_room(p, force))
		return 1;
	if (p->payload)
		p->payload -= bytes;
	p->len += bytes;
	p->tot_len += bytes;
	return 0;
}

/**
 * pbuf_add_header() - make room for a header in front of a packet
 * @p: its head
 * @bytes: of the header
 *
 * Context: any.
 * Return: 0; 1, with nothing changed: no such room in front, memory that is
 *	not known to be there (PBUF_REF, PBUF_ROM), a packet above PBUF_LEN_MAX,
 *	or NULL.
 */
u8 pbuf_add_header(struct pbuf *p, size_t bytes)
{
	return header_add(p, bytes, false);
}
EXPORT_SYMBOL_GPL(pbuf_add_header);

/**
 * pbuf_add_header_force() - as pbuf_add_header(), for PBUF_REF and PBUF_ROM too
 * @p: the head
 * @bytes: of the header
 *
 * For a header that was removed before: the caller knows that it is there.
 * Custom pbufs are held to the memory they were given all the same.
 *
 * Context: any.
 * Return: 0, or 1 with nothing changed.
 */
u8 pbuf_add_header_force(struct pbuf *p, size_t bytes)
{
	return header_add(p, bytes, true);
}
EXPORT_SYMBOL_GPL(pbuf_add_header_force);

/**
 * pbuf_remove_header() - hide bytes at the front of a packet
 * @p: its head
 * @bytes: not more than there are in this pbuf
 *
 * Context: any.
 * Return: 0, or 1 with nothing changed.
 */
u8 pbuf_remove_header(struct pbuf *p, size_t bytes)
{
	if (!p || bytes > p->len)
		return 1;
	if (p->payload)
		p->payload += bytes;
	p->len -= bytes;
	p->tot_len -= bytes;
	return 0;
}
EXPORT_SYMBOL_GPL(pbuf_remove_header);

static u8 header_move(struct pbuf *p, int bytes, bool force)
{
	return bytes < 0 ? pbuf_remove_header(p, -bytes) :
			   header_add(p, bytes, force);
}

/**
 * pbuf_header() - pbuf_add_header(), or pbuf_remove_header() if negative
 * @p: the head
 * @bytes: to add
 *
 * Context: any.
 * Return: 0, or 1 with nothing changed.
 */
u8 pbuf_header(struct pbuf *p, s16 bytes)
{
	return header_move(p, bytes, false);
}
EXPORT_SYMBOL_GPL(pbuf_header);

/**
 * pbuf_header_force() - pbuf_add_header_force(), or pbuf_remove_header()
 * @p: the head
 * @bytes: to add
 *
 * Context: any.
 * Return: 0, or 1 with nothing changed.
 */
u8 pbuf_header_force(struct pbuf *p, s16 bytes)
{
	return header_move(p, bytes, true);
}
EXPORT_SYMBOL_GPL(pbuf_header_force);

/**
 * pbuf_free_header() - take bytes off the front, freeing pbufs that get empty
 * @q: the head
 * @size: bytes
 *
 * A pbuf that is dropped here and held elsewhere becomes a packet of its own.
 *
 * Context: as pbuf_free().
 * Return: the new head, the caller's reference with it; NULL when nothing is
 *	left.
 */
struct pbuf *pbuf_free_header(struct pbuf *q, size_t size)
{
	struct pbuf *next;

	while (size && q) {
		if (size < q->len) {
			pbuf_remove_header(q, size);
			break;
		}
		size -= q->len;
		next = q->next;
		q->next = NULL;
		q->tot_len = q->len;
		pbuf_free(q);
		q = next;
	}
	return q;
}
EXPORT_SYMBOL_GPL(pbuf_free_header);

/* ---- chains ----------------------------------------------------------- */

/*
 * Give the heap back what a shortened pbuf of it does not need. It cannot move,
 * others point at it; when the heap cannot cut it where it is, it stays.
 */
static void ram_trim(struct pbuf *p, size_t len)
{
	if (!pbuf_get_allocsrc(p) && !(p->flags & PBUF_FLAG_IS_CUSTOM))
		rtalloc_resize(p->env->heap, p,
			       p->payload - (void *)p + len);
}

/**
 * pbuf_realloc() - shorten a packet
 * @p: its head
 * @new_len: bytes to keep; more than there are changes nothing
 *
 * Pbufs that are not needed any more lose their reference; the end of a
 * PBUF_RAM goes back to the heap.
 *
 * Context: as pbuf_free().
 */
void pbuf_realloc(struct pbuf *p, size_t new_len)
{
	u16 shrink;

	if (!p || new_len >= p->tot_len)
		return;
	shrink = p->tot_len - new_len;
	while (new_len > p->len && p->next) {
		new_len -= p->len;
		p->tot_len -= shrink;
		p = p->next;
	}
	if (new_len < p->len)
		ram_trim(p, new_len);
	p->len = min_t(size_t, new_len, p->len);
	p->tot_len = p->len;
	if (p->next)
		pbuf_free(p->next);
	p->next = NULL;
}
EXPORT_SYMBOL_GPL(pbuf_realloc);

/**
 * pbuf_clen() - count the pbufs of a chain
 * @p: its head, or NULL
 *
 * Context: any.
 * Return: how many.
 */
unsigned int pbuf_clen(const struct pbuf *p)
{
	unsigned int n = 0;

	for (; p; p = p->next)
		n++;
	return n;
}
EXPORT_SYMBOL_GPL(pbuf_clen);

static struct pbuf *chain_last(struct pbuf *p)
{
	while (p->next)
		p = p->next;
	return p;
}

/* Chains that end alike have pbufs in common: joined they would be a ring. */
static int chain_join(struct pbuf *head, struct pbuf *tail, size_t limit)
{
	struct pbuf *last;

	if (!head || !tail)
		return ERR_ARG;
	last = chain_last(head);
	if (last == chain_last(tail))
		return ERR_ARG;
	if ((size_t)head->tot_len + tail->tot_len > limit)
		return ERR_MEM;
	for (; head; head = head->next)
		head->tot_len += tail->tot_len;
	last->next = tail;
	return ERR_OK;
}

/**
 * pbuf_cat() - join two chains
 * @head: the first
 * @tail: the second; the caller's reference to it goes over to the chain
 *
 * Nothing happens if one is NULL or they have a pbuf in common. As in lwIP, the
 * sum of the lengths is cut to 16 bits: pbuf_split_64k() takes such a queue
 * apart again. Where a packet is being built, pbuf_try_cat() is the one to use.
 *
 * Context: any.
 */
void pbuf_cat(struct pbuf *head, struct pbuf *tail)
{
	chain_join(head, tail, SIZE_MAX);
}
EXPORT_SYMBOL_GPL(pbuf_cat);

/**
 * pbuf_try_cat() - join two chains into one packet, unless it gets too long
 * @head: the first
 * @tail: the second; the caller's reference to it goes over to the chain
 *
 * Context: any.
 * Return: ERR_OK; with nothing changed, ERR_MEM: above PBUF_LEN_MAX; ERR_ARG:
 *	one is NULL, or they have a pbuf in common.
 */
int pbuf_try_cat(struct pbuf *head, struct pbuf *tail)
{
	return chain_join(head, tail, PBUF_LEN_MAX);
}
EXPORT_SYMBOL_GPL(pbuf_try_cat);

/**
 * pbuf_chain() - as pbuf_cat(), but the caller keeps its reference to the tail
 * @head: the first
 * @tail: the second
 *
 * Context: any.
 */
void pbuf_chain(struct pbuf *head, struct pbuf *tail)
{
	if (chain_join(head, tail, SIZE_MAX) == ERR_OK)
		pbuf_ref(tail);
}
EXPORT_SYMBOL_GPL(pbuf_chain);

/**
 * pbuf_dechain() - cut the first pbuf off its chain
 * @p: the first
 *
 * The reference that @p had to the rest is dropped.
 *
 * Context: as pbuf_free().
 * Return: the rest if somebody still refers to it, else NULL.
 */
struct pbuf *pbuf_dechain(struct pbuf *p)
{
	struct pbuf *rest = p->next;

	if (!rest)
		return NULL;
	rest->tot_len = p->tot_len - p->len;
	p->next = NULL;
	p->tot_len = p->len;
	return pbuf_free(rest) ? NULL : rest;
}
EXPORT_SYMBOL_GPL(pbuf_dechain);

/**
 * pbuf_split_64k() - cut a queue that pbuf_cat() made longer than 64 KiB
 * @p: its first pbuf; keeps as many as make at most PBUF_LEN_MAX bytes
 * @rest: set to what comes behind, or NULL; it may again be too long
 *
 * Context: any.
 */
void pbuf_split_64k(struct pbuf *p, struct pbuf **rest)
{
	struct pbuf *last = p, *cut;
	size_t front;

	*rest = NULL;
	if (!p)
		return;
	front = p->len;
	for (cut = p->next; cut; cut = cut->next) {
		front += cut->len;
		if (front > PBUF_LEN_MAX)
			break;
		last = cut;
	}
	if (!cut)
		return;
	last->next = NULL;
	cut->flags |= p->flags & PBUF_FLAG_TCP_FIN;
	for (; p; p = p->next)
		p->tot_len -= cut->tot_len;
	*rest = cut;
}
EXPORT_SYMBOL_GPL(pbuf_split_64k);

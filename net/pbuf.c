// SPDX-License-Identifier: GPL-2.0-only
/*
 * pbuf.c - lwIP's packet buffers: references, headers, chains. Allocation is in
 * pbuf_alloc.c, access to the bytes in pbuf_data.c.
 *
 * Structure: see the picture in include/rtalloc/pbuf.h. Cost: constant for each pbuf
 * that is visited. No locks: a chain has one owner, reference counts are atomic, and
 * pools and heaps have their own locks. Written from a description of lwIP's behaviour,
 * no code taken.
 *
 * Nobody can race with the owner of the only reference. So dropping the last reference,
 * the usual case, needs no atomic operation.
 */
#include <linux/atomic.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/printk.h>

#include <rtalloc/caller.h>
#include <rtalloc/pbuf.h>
#include <rtalloc/rtalloc.h>
#include <rtalloc/mempool_fixed.h>
#include "net/pbuf_by.h"
#include "net/pbuf_cut.h"

#define REF_STUCK	U32_MAX		/* never freed again */

static atomic_long_t faults;

/* Count and report a misuse by the code at @caller. */
static noinline void fault(const char *what, unsigned long caller)
{
	char symbol[RTALLOC_SYMBOL_MAX];

	atomic_long_inc(&faults);
	pr_warn_ratelimited("rtalloc: pbuf: %s, by %s\n", what,
			    rtalloc_symbol(caller, symbol, sizeof(symbol)));
}

/**
 * pbuf_faults() - get the number of misuses refused since the module was loaded
 *
 * Each one was also reported in the log, with rate limiting.
 *
 * Context: any.
 * Return: the number.
 */
unsigned long pbuf_faults(void)
{
	return atomic_long_read(&faults);
}
EXPORT_SYMBOL_GPL(pbuf_faults);

/* ---- references ------------------------------------------------------- */

/**
 * pbuf_ref() - take a reference to a pbuf
 * @p: the pbuf, or NULL, which does nothing
 *
 * A reference to the head holds the whole chain. A count that has reached its largest
 * value stays there, and the pbuf is never freed. A pbuf with a count of 0 is free:
 * taking a reference to it is refused, counted and reported.
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

/*
 * Drop a reference of a pbuf whose count was @ref, which is not 1. Return whether it was
 * the last one, because others dropped theirs meanwhile. A free pbuf is reported.
 */
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

/* Drop a reference. Return whether it was the last one. */
static bool ref_put(struct pbuf *p, unsigned long caller)
{
	/* Pairs with try_cmpxchg() of the holders that dropped their references before. */
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
	struct mempool_fixed *pool;

	if (p->flags & PBUF_FLAG_IS_CUSTOM) {
		custom_release(p, caller);
	} else if (source) {
		pool = p->env->pool[source].pool;
		if (likely(pool))
			mempool_fixed_free_by(pool, p, caller);
		else
			fault("free of a pbuf whose pool is gone", caller);
	} else {
		rtalloc_free_by(p->env->heap, p, caller);
	}
}

static unsigned int chain_free(struct pbuf *p, unsigned long caller)
{
	unsigned int freed = 0;
	struct pbuf *next;

	while (p && ref_put(p, caller)) {
		next = p->next;
		pbuf_release(p, caller);
		freed++;
		p = next;
	}
	return freed;
}

unsigned int pbuf_free_by(struct pbuf *p, unsigned long caller)
{
	return chain_free(p, caller);
}

/**
 * pbuf_free() - drop a reference to a packet
 * @p: the head of the packet, or NULL, which does nothing
 *
 * Frees pbufs from the head on, up to the first one that has another reference. A pbuf
 * that is free already is not freed again: this is refused, counted and reported.
 *
 * Context: any but NMI, if the pbufs' heap is bounded. The custom_free_function of a
 *	custom pbuf is called in the same context, without a lock of this library.
 * Return: the number of pbufs freed.
 */
unsigned int pbuf_free(struct pbuf *p)
{
	return chain_free(p, _RET_IP_);
}
EXPORT_SYMBOL_GPL(pbuf_free);

/* ---- headers ---------------------------------------------------------- */

/*
 * Return how many bytes of headers can be added in front of the payload: down to the end
 * of the struct, or to the start of a custom pbuf's memory. What is in front of other
 * payloads is unknown: then there is no room, unless @force says that the caller knows.
 */
static ptrdiff_t header_room(const struct pbuf *p, bool force)
{
	bool contiguous = p->type_internal &
			  PBUF_TYPE_FLAG_STRUCT_DATA_CONTIGUOUS;
	const void *mem;

	if (!contiguous && !force)
		return 0;
	if (p->flags & PBUF_FLAG_IS_CUSTOM) {
		mem = container_of(p, struct pbuf_custom, pbuf)->mem;
		if (mem)
			return p->payload - mem;
		/* Its payload was given later, if at all. */
		contiguous = false;
		force &= !!p->payload;
	}
	if (contiguous)
		return p->payload - (void *)p - p->env->header;
	return force ? PBUF_LEN_MAX : 0;
}

static u8 header_add(struct pbuf *p, size_t bytes, bool force)
{
	if (!p || bytes > PBUF_LEN_MAX)
		return 1;
	if (!bytes)
		return 0;
	/* First, because a former holder may have changed what is read next. */
	if (pbuf_is_held(p))
		return 1;
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
 * @p: the head of the packet
 * @bytes: length of the header
 *
 * Context: any.
 * Return: 0; or 1, with nothing changed: there is not enough room, or it is not known
 *	whether there is (PBUF_REF, PBUF_ROM), the packet would be longer than
 *	PBUF_LEN_MAX, the pbuf has another holder, or @p is NULL.
 */
u8 pbuf_add_header(struct pbuf *p, size_t bytes)
{
	return header_add(p, bytes, false);
}
EXPORT_SYMBOL_GPL(pbuf_add_header);

/**
 * pbuf_add_header_force() - as pbuf_add_header(), for PBUF_REF and PBUF_ROM too
 * @p: the head of the packet
 * @bytes: length of the header
 *
 * For putting back a header that was removed: the caller knows that the memory in front
 * of the payload is there. Custom pbufs are still limited to their memory.
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
 * @p: the head of the packet
 * @bytes: number of bytes, at most the len of @p
 *
 * Context: any.
 * Return: 0; or 1, with nothing changed: @bytes is too large, the pbuf has another
 *	holder, or @p is NULL.
 */
u8 pbuf_remove_header(struct pbuf *p, size_t bytes)
{
	if (!p)
		return 1;
	if (!bytes)
		return 0;
	/* First, as in header_add(). */
	if (pbuf_is_held(p) || bytes > p->len)
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
 * @p: the head of the packet
 * @bytes: number of bytes to add; to remove, if negative
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
 * pbuf_header_force() - pbuf_add_header_force(), or pbuf_remove_header() if negative
 * @p: the head of the packet
 * @bytes: number of bytes to add; to remove, if negative
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
 * pbuf_free_header() - remove bytes at the front, and drop pbufs that become empty
 * @q: the head of the packet
 * @size: number of bytes
 *
 * A dropped pbuf that has another holder stays chained to what is behind it. Then the
 * bytes must end at the end of a pbuf, because a pbuf with another holder cannot be
 * shortened at its front. Otherwise nothing changes, and this is counted and reported.
 *
 * Context: as pbuf_free().
 * Return: the new head, with the caller's reference; NULL if nothing is left.
 */
struct pbuf *pbuf_free_header(struct pbuf *q, size_t size)
{
	struct pbuf *p = q, *next;
	bool held = false;

	for (; p && size && size >= p->len; p = p->next) {
		size -= p->len;
		held |= pbuf_is_held(p);
	}
	if (p != q)
		p = pbuf_uncut(p);
	if (p && size && (held || pbuf_is_held(p))) {
		fault("bytes taken off a packet that is held elsewhere",
		      _RET_IP_);
		return q;
	}
	for (; q != p; q = next) {
		next = q->next;
		pbuf_ref(next);
		chain_free(q, _RET_IP_);
	}
	if (p && size)
		pbuf_remove_header(p, size);
	return p;
}
EXPORT_SYMBOL_GPL(pbuf_free_header);

/* ---- chains ----------------------------------------------------------- */

/*
 * Shrink the heap block of a PBUF_RAM to its @len bytes of payload. It is never moved,
 * because there are pointers to it. If the heap cannot shrink it in place, it stays.
 */
static void ram_trim(struct pbuf *p, size_t len, unsigned long caller)
{
	if (!pbuf_get_allocsrc(p) && !(p->flags & PBUF_FLAG_IS_CUSTOM))
		rtalloc_resize_by(p->env->heap, p,
				  p->payload - (void *)p + len, caller);
}

/*
 * Make @last the last pbuf of its packet, and drop its reference to the rest. If the
 * packet has another holder (@holds), that one holds the rest too. Then pbufs of the
 * rest that have only this one reference stay chained, with a length of 0, until the
 * other holder frees them. Return the rest, unchanged, if somebody else holds a reference
 * to it, else NULL. Pbufs that were cut off earlier do not count as part of the rest.
 */
static struct pbuf *rest_drop(struct pbuf *last, bool holds,
			      unsigned long caller)
{
	struct pbuf *rest = last->next, *behind = pbuf_uncut(rest), *next;

	for (; holds && rest && !pbuf_is_held(rest); rest = rest->next) {
		rest->len = 0;
		rest->tot_len = 0;
		rest->flags |= PBUF_FLAG_CUT;
		last = rest;
	}
	last->next = NULL;
	for (; rest && rest != behind && pbuf_is_cut(rest); rest = next) {
		next = rest->next;
		rest->next = NULL;
		chain_free(rest, caller);
	}
	if (chain_free(rest, caller))
		return NULL;
	return rest == behind ? rest : NULL;
}

/**
 * pbuf_realloc() - shorten a packet
 * @p: the head of the packet
 * @new_len: number of bytes to keep; nothing changes if the packet is not longer
 *
 * The references to pbufs that are no longer needed are dropped, and the unused end of a
 * PBUF_RAM is returned to the heap.
 *
 * A packet with other holders is shortened for all of them, as lwIP's TCP expects. But
 * no memory is freed: a PBUF_RAM keeps its unused end, and pbufs that are not needed
 * stay chained with a length of 0, up to the first one that has a reference of its own.
 *
 * Context: as pbuf_free().
 */
void pbuf_realloc(struct pbuf *p, size_t new_len)
{
	bool holds;
	u16 shrink;

	if (!p || new_len >= p->tot_len)
		return;
	shrink = p->tot_len - new_len;
	holds = pbuf_is_held(p);
	for (; new_len > p->len && p->next; holds |= pbuf_is_held(p)) {
		new_len -= p->len;
		p->tot_len -= shrink;
		p = p->next;
	}
	if (new_len < p->len && !holds)
		ram_trim(p, new_len, _RET_IP_);
	p->len = min_t(size_t, new_len, p->len);
	p->tot_len = p->len;
	rest_drop(p, holds, _RET_IP_);
}
EXPORT_SYMBOL_GPL(pbuf_realloc);

/**
 * pbuf_clen() - count the pbufs of a chain
 * @p: the head of the chain, or NULL
 *
 * Context: any.
 * Return: the number of pbufs.
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

/*
 * Append @tail to @head, unless the length would exceed @limit. Chains with the same last
 * pbuf are refused: joining them would make a ring.
 */
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
 * @head: the first chain
 * @tail: the second chain; the caller's reference to it passes to @head
 *
 * Does nothing if one is NULL, or if they have a pbuf in common. As in lwIP, the sum of
 * the lengths is truncated to 16 bits, so that chains can be used as queues;
 * pbuf_split_64k() splits such a queue. To build a packet, use pbuf_try_cat().
 *
 * Context: any.
 */
void pbuf_cat(struct pbuf *head, struct pbuf *tail)
{
	chain_join(head, tail, SIZE_MAX);
}
EXPORT_SYMBOL_GPL(pbuf_cat);

/**
 * pbuf_try_cat() - join two chains into one packet, unless it becomes too long
 * @head: the first chain
 * @tail: the second chain; on success the caller's reference to it passes to @head
 *
 * Context: any.
 * Return: ERR_OK; or, with nothing changed, ERR_MEM if the packet would be longer than
 *	PBUF_LEN_MAX, ERR_ARG if a chain is NULL or they have a pbuf in common.
 */
int pbuf_try_cat(struct pbuf *head, struct pbuf *tail)
{
	return chain_join(head, tail, PBUF_LEN_MAX);
}
EXPORT_SYMBOL_GPL(pbuf_try_cat);

/**
 * pbuf_chain() - as pbuf_cat(), but the caller keeps its reference to the tail
 * @head: the first chain
 * @tail: the second chain
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
 * pbuf_dechain() - detach the first pbuf from the rest of its chain
 * @p: the first pbuf, or NULL
 *
 * The reference of @p to the rest is dropped. If @p has another holder and the rest has
 * not, the rest stays chained with a length of 0, as with pbuf_realloc().
 *
 * Context: as pbuf_free().
 * Return: the rest if it has another reference, else NULL.
 */
struct pbuf *pbuf_dechain(struct pbuf *p)
{
	struct pbuf *rest;

	if (!p || !p->next)
		return NULL;
	rest = pbuf_uncut(p->next);
	if (rest)
		rest->tot_len = p->tot_len - p->len;
	p->tot_len = p->len;
	return rest_drop(p, pbuf_is_held(p), _RET_IP_);
}
EXPORT_SYMBOL_GPL(pbuf_dechain);

/**
 * pbuf_split_64k() - split a queue that pbuf_cat() made longer than 64 KiB
 * @p: the first pbuf; it keeps as many pbufs as have at most PBUF_LEN_MAX bytes
 * @rest: set to the rest of the queue, which may still be too long; or to NULL
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

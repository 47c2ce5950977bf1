// SPDX-License-Identifier: GPL-2.0-only
/*
 * pbuf.c - lwIP's packet buffers: references, headers, chains. Where pbufs come
 * from is in pbuf_alloc.c, what reads and writes their bytes in pbuf_data.c.
 *
 * Structure: include/rtalloc/pbuf.h has the picture. Cost: constant, times the
 * pbufs of a chain where one is walked. No lock: a chain has one owner; the
 * count of references is atomic; pools and heaps lock themselves. Written from
 * a description of lwIP's behaviour, no code taken.
 *
 * Nobody can race with an owner that holds the only reference. That is nearly always
 * the case, and it needs no atomic operation.
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

#define REF_STUCK	U32_MAX		/* never freed again */

static atomic_long_t faults;

static noinline void fault(const char *what, unsigned long caller)
{
	char symbol[RTALLOC_SYMBOL_MAX];

	atomic_long_inc(&faults);
	pr_warn_ratelimited("rtalloc: pbuf: %s, by %s\n", what,
			    rtalloc_symbol(caller, symbol, sizeof(symbol)));
}

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
	return chain_free(p, _RET_IP_);
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
	if (bytes + p->tot_len > PBUF_LEN_MAX || bytes + p->len > PBUF_LEN_MAX)
		return 1;
	if ((ptrdiff_t)bytes > header_room(p, force) || pbuf_is_held(p))
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
 *	a pbuf that is held elsewhere too, or NULL.
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
	if (!bytes)
		return 0;
	if (pbuf_is_held(p))
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
 * A pbuf that is held elsewhere keeps all that is behind it. It cannot be cut in
 * two: that changes nothing, is counted and reported.
 *
 * Context: as pbuf_free().
 * Return: the new head, the caller's reference with it; NULL when nothing is
 *	left.
 */
struct pbuf *pbuf_free_header(struct pbuf *q, size_t size)
{
	struct pbuf *p = q, *next;
	bool held = false;

	for (; p && size && size >= p->len; p = p->next) {
		size -= p->len;
		held |= pbuf_is_held(p);
	}
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
 * Give the heap back what a shortened pbuf of it does not need. It cannot move,
 * others point at it; when the heap cannot cut it where it is, it stays.
 */
static void ram_trim(struct pbuf *p, size_t len, unsigned long caller)
{
	if (!pbuf_get_allocsrc(p) && !(p->flags & PBUF_FLAG_IS_CUSTOM))
		rtalloc_resize_by(p->env->heap, p,
				  p->payload - (void *)p + len, caller);
}

/*
 * @last is the last one of its packet from now on. If somebody else @holds the
 * packet, his are the pbufs behind too: those that he alone keeps alive stay
 * where they are, empty, until he has gone. Returns what was behind if somebody
 * still refers to it, as it was.
 */
static struct pbuf *rest_drop(struct pbuf *last, bool holds,
			      unsigned long caller)
{
	struct pbuf *behind = last->next, *rest = behind;

	for (; holds && rest && !pbuf_is_held(rest); rest = rest->next) {
		rest->len = 0;
		rest->tot_len = 0;
		last = rest;
	}
	last->next = NULL;
	if (chain_free(rest, caller))
		return NULL;
	return rest == behind ? rest : NULL;
}

/**
 * pbuf_realloc() - shorten a packet
 * @p: its head
 * @new_len: bytes to keep; more than there are changes nothing
 *
 * Pbufs that are not needed any more lose their reference; the end of a
 * PBUF_RAM goes back to the heap.
 *
 * A packet that is held elsewhere too is shortened for all its holders, as
 * lwIP's TCP wants it, but no memory is given away under them: a PBUF_RAM
 * keeps its end, and pbufs that are not needed stay behind the last one with 0
 * bytes, up to one that has a holder of its own.
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
 * The reference that @p had to the rest is dropped. Where @p is held elsewhere
 * too and the rest is not, the rest stays behind it, empty: pbuf_realloc().
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
	p->tot_len = p->len;
	return rest_drop(p, pbuf_is_held(p), _RET_IP_);
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

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lwip_pbufs.h - lwIP's pbufs from the driver's own pools: included by lwip.h, which
 * describes the classes of ``Context:``.
 *
 * If MEM_USE_POOLS is set, pbufs of type PBUF_RAM come from pools, too: from the one from
 * which mem_malloc() would take as many bytes as header and payload need.
 */
#ifndef _RTALLOC_PORT_LWIP_PBUFS_H
#define _RTALLOC_PORT_LWIP_PBUFS_H

#include <rtalloc/port/lwip.h>

typedef enum pbuf_layer pbuf_layer;
typedef enum pbuf_type pbuf_type;

/**
 * struct pbuf_rom - the first members of a pbuf, with a payload that is not written
 * @next: the next pbuf of the chain
 * @payload: the data
 */
struct pbuf_rom {
	struct pbuf *next;
	const void *payload;
};

/* Type of the count of references. */
#define LWIP_PBUF_REF_T		u32

/* Nothing to do: no packets are queued out of order here. */
#define PBUF_CHECK_FREE_OOSEQ()		do { } while (0)

/* Bytes of a pbuf in a block or an element, and of an element of PBUF_POOL. */
#define LWIP_PBUF_HEADER	LWIP_MEM_ALIGN_SIZE(sizeof(struct pbuf))
#define LWIP_PBUF_POOL_ELEM						\
	(LWIP_PBUF_HEADER + LWIP_MEM_ALIGN_SIZE(PBUF_POOL_BUFSIZE))

/*
 * The number of the next pool, after the one that was tried, with large enough elements.
 */
unsigned int lwip_pools_source(const struct memp_desc *const *pools,
			       unsigned int count, size_t size,
			       unsigned int after);

/*
 * PBUF_RAM, from pools or from the heap: struct, headroom and payload in one block.
 */
#if MEM_USE_POOLS
static inline struct pbuf *lwip_pbuf_ram(size_t headroom, size_t length)
{
	size_t room = LWIP_MEM_ALIGN_SIZE(headroom);
	struct pbuf *p = NULL;
	unsigned int source = 0;

	if (length > PBUF_LEN_MAX || headroom > PBUF_LEN_MAX)
		return NULL;
	do {
		source = lwip_pools_source(memp_pools, MEMP_MAX,
					   LWIP_PBUF_HEADER + room + length,
					   source);
		if (source)
			p = pbuf_alloc_pool(&lwip_pbuf_env, source, headroom,
					    length);
	} while (source && !p && MEM_USE_POOLS_TRY_BIGGER_POOL);
	return p;
}
#else
static inline struct pbuf *lwip_pbuf_ram(size_t headroom, size_t length)
{
	return pbuf_alloc_from(&lwip_pbuf_env, headroom, length, PBUF_RAM);
}
#endif

/**
 * lwip_pbuf_alloc() - pbuf_alloc(): allocate a pbuf, or a chain
 * @layer: bytes of headroom: PBUF_TRANSPORT, PBUF_IP, PBUF_LINK, PBUF_RAW_TX or PBUF_RAW
 * @length: bytes of payload, at most PBUF_LEN_MAX
 * @type: PBUF_RAM; PBUF_POOL, which may become a chain; PBUF_ROM or PBUF_REF, whose payload
 *	the caller sets
 *
 * Context: Pools; PBUF_RAM without MEM_USE_POOLS: the heap.
 * Return: the pbuf, with one reference, which the caller owns; NULL if there is no memory, or
 *	memp_init() was not called.
 */
static inline struct pbuf *lwip_pbuf_alloc(pbuf_layer layer, size_t length,
					   pbuf_type type)
{
	if (type == PBUF_RAM)
		return lwip_pbuf_ram(layer, length);
	return pbuf_alloc_from(&lwip_pbuf_env, layer, length, type);
}

/**
 * lwip_pbuf_alloc_reference() - pbuf_alloc_reference(): a pbuf for data stored elsewhere
 * @payload: the data; it must stay until the pbuf is freed
 * @length: bytes of data, at most PBUF_LEN_MAX
 * @type: PBUF_ROM, if the data never changes, or PBUF_REF
 *
 * Context: Pools.
 * Return: the pbuf, or NULL.
 */
static inline struct pbuf *lwip_pbuf_alloc_reference(void *payload,
						     size_t length,
						     pbuf_type type)
{
	return pbuf_alloc_reference_from(&lwip_pbuf_env, payload, length, type);
}

/**
 * lwip_pbuf_alloced_custom() - pbuf_alloced_custom(): a pbuf in the driver's memory
 * @layer: bytes of headroom in @mem
 * @length: bytes of payload
 * @type: the type that describes the memory best, for example PBUF_REF
 * @p: the driver's struct; its custom_free_function is called when the pbuf is freed
 * @mem: the buffer, which must stay until then; NULL: the caller sets the payload later
 * @mem_len: bytes of the buffer
 *
 * Context: Pools; nothing is allocated.
 * Return: the pbuf of @p; NULL if headroom and payload do not fit into the buffer.
 */
static inline struct pbuf *
lwip_pbuf_alloced_custom(pbuf_layer layer, size_t length, pbuf_type type,
			 struct pbuf_custom *p, void *mem, size_t mem_len)
{
	return pbuf_alloced_custom_from(&lwip_pbuf_env, layer, length, type, p,
					mem, mem_len);
}

/* Has the packet as many bytes as its tot_len says, and is it the only one in the chain? */
static inline bool lwip_pbuf_is_one(const struct pbuf *p)
{
	size_t left = p->tot_len;

	for (; p && p->len <= left; p = p->next)
		left -= p->len;
	return !p && !left;
}

/* Copy as many bytes as @to has room for. Empty pbufs in @from are skipped. */
static inline bool lwip_pbuf_fill(struct pbuf *to, const struct pbuf *from)
{
	size_t at = 0;

	for (; to; at += to->len, to = to->next)
		if (pbuf_copy_partial(from, to->payload, to->len, at) != to->len)
			return false;
	return true;
}

/**
 * lwip_pbuf_clone() - pbuf_clone(): copy a packet
 * @layer: bytes of headroom
 * @type: of the copy
 * @p: the packet, which is not changed, and may contain empty pbufs; or NULL
 *
 * Context: As lwip_pbuf_alloc(); linear in the number of bytes, and for a copy of type
 *	PBUF_POOL in the number of pbufs of @p times that of the copy.
 * Return: the copy; NULL if @p is NULL, there is no memory, @type has no memory of its own,
 *	the packet is shorter than its tot_len, or another packet follows it.
 */
static inline struct pbuf *lwip_pbuf_clone(pbuf_layer layer, pbuf_type type,
					   struct pbuf *p)
{
	struct pbuf *q = NULL;

	if (p && lwip_pbuf_is_one(p))
		q = lwip_pbuf_alloc(layer, p->tot_len, type);
	if (q && !lwip_pbuf_fill(q, p)) {
		pbuf_free(q);
		q = NULL;
	}
	return q;
}

/**
 * lwip_pbuf_coalesce() - pbuf_coalesce(): replace a chain by a single pbuf
 * @p: the packet, or NULL; this consumes the caller's reference
 * @layer: bytes of headroom
 *
 * Context: As lwip_pbuf_alloc() of PBUF_RAM; linear in the number of bytes.
 * Return: a copy of type PBUF_RAM, then @p has been freed; @p itself if it is a single pbuf
 *	already, or lwip_pbuf_clone() fails.
 */
static inline struct pbuf *lwip_pbuf_coalesce(struct pbuf *p, pbuf_layer layer)
{
	struct pbuf *q;

	if (!p || !p->next)
		return p;
	q = lwip_pbuf_clone(layer, PBUF_RAM, p);
	if (!q)
		return p;
	pbuf_free(p);
	return q;
}

/* Macros without arguments, so that the names can be used as function pointers, too. */
#define pbuf_alloc		lwip_pbuf_alloc
#define pbuf_alloc_reference	lwip_pbuf_alloc_reference
#define pbuf_alloced_custom	lwip_pbuf_alloced_custom
#define pbuf_clone		lwip_pbuf_clone
#define pbuf_coalesce		lwip_pbuf_coalesce

#endif /* _RTALLOC_PORT_LWIP_PBUFS_H */

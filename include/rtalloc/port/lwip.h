/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lwip.h - lwIP's heap, its pools and its packet buffers by their own names: put
 * this in place of lwip/mem.h, lwip/memp.h and lwip/pbuf.h.
 *
 * The heap is that of the module rtalloc_port (lwip=SIZE), one for all drivers,
 * with lwIP's offsets and failures. Pools are each driver's own. Its options
 * (MEMP_NUM_PBUF, PBUF_POOL_SIZE, MEM_USE_POOLS, ...) are defined before this
 * file is included, as in lwipopts.h; more pools are listed in its lwippools.h
 * (MEMP_USE_CUSTOM_POOLS). One of its files includes lwip_memp.h too, in place
 * of linking memp.c.
 *
 * Sizes are size_t, so none is cut to 16 bits. What is refused here and is not
 * there, and from where each call is legal: Documentation/porting.rst.
 */
#ifndef _RTALLOC_PORT_LWIP_H
#define _RTALLOC_PORT_LWIP_H

#include <linux/mm.h>	/* has a mem_init(): before ours */
#include <linux/overflow.h>
#include <linux/string.h>
#include <linux/types.h>
#include <rtalloc/pbuf.h>

struct mempool_fixed;

/* ---- options ------------------------------------------------------------- */

#ifndef MEM_USE_POOLS
#define MEM_USE_POOLS			0	/* mem_malloc() from pools */
#endif
#ifndef MEM_USE_POOLS_TRY_BIGGER_POOL
#define MEM_USE_POOLS_TRY_BIGGER_POOL	0
#endif
#ifndef MEMP_USE_CUSTOM_POOLS
#define MEMP_USE_CUSTOM_POOLS		MEM_USE_POOLS
#endif
#ifndef MEMP_OVERFLOW_CHECK
#define MEMP_OVERFLOW_CHECK		0	/* guards round elements */
#endif
#ifndef MEMP_NUM_PBUF
#define MEMP_NUM_PBUF			16	/* for PBUF_ROM and PBUF_REF */
#endif
#ifndef PBUF_POOL_SIZE
#define PBUF_POOL_SIZE			16	/* for PBUF_POOL */
#endif
#ifndef PBUF_POOL_BUFSIZE
#define PBUF_POOL_BUFSIZE						\
	LWIP_MEM_ALIGN_SIZE(536 + PBUF_LINK_ENCAPSULATION_HLEN +	\
			    PBUF_LINK_HLEN + PBUF_IP_HLEN +		\
			    PBUF_TRANSPORT_HLEN)
#endif
#ifndef MEM_ALIGNMENT
#define MEM_ALIGNMENT			8	/* of pools; that of the heap is 8 */
#endif
#if MEM_ALIGNMENT < 1 || MEM_ALIGNMENT & (MEM_ALIGNMENT - 1)
#error "MEM_ALIGNMENT is not a power of two"
#endif
#if MEM_ALIGNMENT > 8 && !MEM_USE_POOLS
#error "lwIP's heap is aligned to 8 here: MEM_USE_POOLS takes more"
#endif
#ifndef MEM_SIZE
#define MEM_SIZE			(1024 * 1024)	/* lwip=, what is told */
#endif
#define LWIP_SUPPORT_CUSTOM_PBUF	1

/* These and what is made of them may stand in an #if. */
#define LWIP_MEM_ALIGN_SIZE(size)					\
	(((size) + MEM_ALIGNMENT - 1) / MEM_ALIGNMENT * MEM_ALIGNMENT)
#define LWIP_MEM_ALIGN_BUFFER(size)	((size) + MEM_ALIGNMENT - 1)
#define LWIP_MEM_ALIGN(addr)						\
	((void *)LWIP_MEM_ALIGN_SIZE((uintptr_t)(addr)))

/* A pbuf as it lies in a block or an element, and an element of PBUF_POOL. */
#define LWIP_PBUF_HEADER	LWIP_MEM_ALIGN_SIZE(sizeof(struct pbuf))
#define LWIP_PBUF_POOL_ELEM						\
	(LWIP_PBUF_HEADER + LWIP_MEM_ALIGN_SIZE(PBUF_POOL_BUFSIZE))

typedef size_t mem_size_t;
typedef enum pbuf_layer pbuf_layer;
typedef enum pbuf_type pbuf_type;

/* What begins like a pbuf, with a payload that nobody writes to. */
struct pbuf_rom {
	struct pbuf *next;
	const void *payload;
};

/* Nothing is queued out of order here. */
#define PBUF_CHECK_FREE_OOSEQ()		do { } while (0)

/**
 * struct stats_mem - statistics of the heap, in bytes, or of a pool, in elements
 * @name: of a pool; NULL for the heap
 * @err: requests that found nothing
 * @avail: what there is, used or not
 * @used: in use now
 * @max: highest value of @used so far
 * @illegal: bad frees refused
 */
struct stats_mem {
	const char *name;
	size_t err;
	mem_size_t avail;
	mem_size_t used;
	mem_size_t max;
	size_t illegal;
};

/* ---- the heap -------------------------------------------------------- */

/* The heap is there since the module was loaded. */
#define mem_init()	do { } while (0)

struct rtalloc_heap *lwip_heap(void);
struct stats_mem lwip_heap_stats(void);

#if !MEM_USE_POOLS
void *mem_malloc(mem_size_t size);
void *mem_calloc(mem_size_t count, mem_size_t size);
void *mem_trim(void *rmem, mem_size_t size);
void mem_free(void *rmem);
#endif

/* ---- pools that have names of their own --------------------------------- */

/**
 * struct memp_desc - a pool, as LWIP_MEMPOOL_DECLARE() makes it
 * @desc: its name
 * @size: bytes of an element
 * @num: elements; 0: there is no pool
 * @align: of elements; sizes are rounded up to it
 * @for_malloc: it serves mem_malloc() where MEM_USE_POOLS is set
 * @guarded: with bytes of pattern round its elements
 * @pool: leads to what it is, from memp_init_pool() to memp_exit_pool()
 * @stats: leads to what memp_pool_stats() saw last
 */
struct memp_desc {
	const char *desc;
	size_t size;
	unsigned int num;
	unsigned int align;
	bool for_malloc;
	bool guarded;
	struct mempool_fixed **pool;
	struct stats_mem *stats;
};

/* What the last two lead to lasts as long as the descriptor. */
#define LWIP_MEMP_DESC(number, bytes, text, malloc)			\
	{								\
		.desc = (text),						\
		.size = (bytes),					\
		.num = (number),					\
		.align = MEM_ALIGNMENT,					\
		.for_malloc = (malloc),					\
		.guarded = !!(MEMP_OVERFLOW_CHECK),			\
		.pool = &(struct mempool_fixed *){ NULL },		\
		.stats = &(struct stats_mem){ },			\
	}

#define LWIP_MEMPOOL_PROTOTYPE(name)					\
	extern const struct memp_desc memp_##name
#define LWIP_MEMPOOL_DECLARE(name, num, size, desc)			\
	const struct memp_desc memp_##name =				\
		LWIP_MEMP_DESC(num, size, desc, false);
#define LWIP_MEMPOOL_INIT(name)		memp_init_pool(&memp_##name)
#define LWIP_MEMPOOL_EXIT(name)		memp_exit_pool(&memp_##name)
#define LWIP_MEMPOOL_ALLOC(name)	memp_malloc_pool(&memp_##name)
#define LWIP_MEMPOOL_FREE(name, x)	memp_free_pool(&memp_##name, (x))

void memp_init_pool(const struct memp_desc *desc);
void memp_exit_pool(const struct memp_desc *desc);
void *memp_malloc_pool(const struct memp_desc *desc);
void memp_free_pool(const struct memp_desc *desc, void *mem);
struct stats_mem *memp_pool_stats(const struct memp_desc *desc);

/* ---- the table of pools ---------------------------------------------------- */

typedef enum {
#define LWIP_MEMPOOL(name, num, size, desc)	MEMP_##name,
#include <rtalloc/port/lwip_pools.h>
	MEMP_MAX
} memp_t;

/* Both are in the file that includes lwip_memp.h. */
extern const struct memp_desc *const memp_pools[MEMP_MAX];
extern struct pbuf_env lwip_pbuf_env;

void lwip_pools_init(const struct memp_desc *const *pools, unsigned int count,
		     struct pbuf_env *env);
void lwip_pools_exit(const struct memp_desc *const *pools, unsigned int count,
		     struct pbuf_env *env);
void *lwip_pools_malloc(const struct memp_desc *const *pools,
			unsigned int count, size_t size, bool try_bigger);
void lwip_pools_free(const struct memp_desc *const *pools, unsigned int count,
		     void *rmem);

/* Make all pools. Process context, may sleep. */
static inline void memp_init(void)
{
	lwip_pools_init(memp_pools, MEMP_MAX, &lwip_pbuf_env);
}

/* They go, with all elements: lwIP never ends, a module does. May sleep. */
static inline void memp_exit(void)
{
	lwip_pools_exit(memp_pools, MEMP_MAX, &lwip_pbuf_env);
}

static inline void *memp_malloc(memp_t type)
{
	return type < MEMP_MAX ? memp_malloc_pool(memp_pools[type]) : NULL;
}

static inline void memp_free(memp_t type, void *mem)
{
	if (type < MEMP_MAX)
		memp_free_pool(memp_pools[type], mem);
}

#if MEM_USE_POOLS
static inline void *mem_malloc(mem_size_t size)
{
	return lwip_pools_malloc(memp_pools, MEMP_MAX, size,
				 MEM_USE_POOLS_TRY_BIGGER_POOL);
}

static inline void *mem_calloc(mem_size_t count, mem_size_t size)
{
	size_t bytes;
	void *p;

	if (check_mul_overflow(count, size, &bytes))
		return NULL;
	p = mem_malloc(bytes);
	return p ? memset(p, 0, bytes) : NULL;
}

/* An element stays what it is. */
static inline void *mem_trim(void *rmem, mem_size_t size)
{
	return rmem;
}

static inline void mem_free(void *rmem)
{
	lwip_pools_free(memp_pools, MEMP_MAX, rmem);
}
#endif

/* ---- statistics: lwip_stats.mem.used, lwip_stats.memp[i]->used ---------------
 * Each use of the name reads them anew: what is written there is lost.
 */

struct stats_ {
	struct stats_mem mem;
	struct stats_mem *memp[MEMP_MAX];
};

static inline struct stats_ *lwip_stats_now(void)
{
	static struct stats_ stats;
	int i;

	stats.mem = lwip_heap_stats();
	for (i = 0; i < MEMP_MAX; i++)
		stats.memp[i] = memp_pool_stats(memp_pools[i]);
	return &stats;
}

#define lwip_stats		(*lwip_stats_now())
#define MEMP_STATS_GET(x, i)	(memp_pool_stats(memp_pools[i])->x)
#define MEM_STATS_GET(x)	(lwip_heap_stats().x)

/* ---- pbufs come from this driver's pools ---------------------------------
 * Where MEM_USE_POOLS is set, those of PBUF_RAM too: from the pool that
 * mem_malloc() would take for headers and payload.
 */

unsigned int lwip_pools_source(const struct memp_desc *const *pools,
			       unsigned int count, size_t size,
			       unsigned int after);

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

static inline struct pbuf *lwip_pbuf_alloc(pbuf_layer layer, size_t length,
					   pbuf_type type)
{
	if (type == PBUF_RAM)
		return lwip_pbuf_ram(layer, length);
	return pbuf_alloc_from(&lwip_pbuf_env, layer, length, type);
}

static inline struct pbuf *lwip_pbuf_alloc_reference(void *payload,
						     size_t length,
						     pbuf_type type)
{
	return pbuf_alloc_reference_from(&lwip_pbuf_env, payload, length, type);
}

static inline struct pbuf *
lwip_pbuf_alloced_custom(pbuf_layer layer, size_t length, pbuf_type type,
			 struct pbuf_custom *p, void *mem, size_t mem_len)
{
	return pbuf_alloced_custom_from(&lwip_pbuf_env, layer, length, type, p,
					mem, mem_len);
}

static inline struct pbuf *lwip_pbuf_clone(pbuf_layer layer, pbuf_type type,
					   struct pbuf *p)
{
	struct pbuf *q = p ? lwip_pbuf_alloc(layer, p->tot_len, type) : NULL;

	if (q && pbuf_copy(q, p) != ERR_OK) {
		pbuf_free(q);
		q = NULL;
	}
	return q;
}

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

/* Functions of these names: they may be stored and called later. */
#define pbuf_alloc		lwip_pbuf_alloc
#define pbuf_alloc_reference	lwip_pbuf_alloc_reference
#define pbuf_alloced_custom	lwip_pbuf_alloced_custom
#define pbuf_clone		lwip_pbuf_clone
#define pbuf_coalesce		lwip_pbuf_coalesce

#endif /* _RTALLOC_PORT_LWIP_H */

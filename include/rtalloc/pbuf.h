/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pbuf.h - lwIP's packet buffers. A packet is a chain of pbufs.
 *
 * Names, order of arguments, results and failures are lwIP's. A struct pbuf_env, the
 * environment, says where the memory comes from: a heap for PBUF_RAM, a pool of bare
 * structs for PBUF_ROM and PBUF_REF, pools of buffers for PBUF_POOL. lwIP's functions
 * use the default environment. Functions whose names end in _from take an environment,
 * so that a driver can have pools of its own. A pbuf stores its environment, so freeing
 * needs none. Freeing takes constant time and is legal in any context but NMI, if the
 * heap of the environment is bounded.
 *
 *   element of a pool, or block of the heap          custom: two places
 *   +-------------+----------+-----------------+     +-------------+
 *   | struct pbuf | headroom | payload ...     |     | pbuf_custom |
 *   +-------------+----------+-----------------+     +-------------+
 *   0             header     header + headroom            mem [headroom|payload]
 *
 * Only one caller, the owner, may work on a chain at a time. References may be taken and
 * dropped by several callers concurrently. While a pbuf has more than one reference, its
 * bytes are not changed and its memory is not freed: see pbuf_is_held().
 *
 * Lengths in a pbuf have 16 bits. Arguments have more, and values above 65535 are
 * refused, not truncated. A misuse, such as freeing a free pbuf, is refused, counted in
 * pbuf_faults() and reported. Documentation/pbuf.rst lists the differences from lwIP
 * with their reasons. Each function is described where it is defined: net/pbuf.c,
 * net/pbuf_alloc.c and net/pbuf_data.c.
 */
#ifndef _RTALLOC_PBUF_H
#define _RTALLOC_PBUF_H

#include <linux/atomic.h>
#include <linux/types.h>

struct mempool_fixed;
struct rtalloc_heap;
struct pbuf;

/* The largest length of a packet in bytes. */
#define PBUF_LEN_MAX		0xffffu

/* ---- headroom: the value of a layer is its bytes ---------------------- */

/*
 * Lengths of headers in bytes. For other protocols, define these before including this
 * header. PBUF_IP_HLEN is that of IPv6; IPv4 alone needs 20.
 */
#ifndef PBUF_LINK_ENCAPSULATION_HLEN
#define PBUF_LINK_ENCAPSULATION_HLEN	0
#endif
#ifndef PBUF_LINK_HLEN
#define PBUF_LINK_HLEN		14
#endif
#ifndef PBUF_IP_HLEN
#define PBUF_IP_HLEN		40
#endif
#ifndef PBUF_TRANSPORT_HLEN
#define PBUF_TRANSPORT_HLEN	20
#endif

/**
 * enum pbuf_layer - how much headroom a packet needs
 * @PBUF_TRANSPORT: for a transport protocol's header and all headers below it
 * @PBUF_IP: for an IP header and all headers below it
 * @PBUF_LINK: for the link header, and an encapsulation in front of it
 * @PBUF_RAW_TX: for an encapsulation in front of the link header
 * @PBUF_RAW: none
 *
 * The value of a layer is the number of bytes. Functions that take a layer accept any
 * other number of bytes as well.
 */
enum pbuf_layer {
	PBUF_RAW = 0,
	PBUF_RAW_TX = PBUF_LINK_ENCAPSULATION_HLEN,
	PBUF_LINK = PBUF_RAW_TX + PBUF_LINK_HLEN,
	PBUF_IP = PBUF_LINK + PBUF_IP_HLEN,
	PBUF_TRANSPORT = PBUF_IP + PBUF_TRANSPORT_HLEN,
};

/* ---- types ------------------------------------------------------------ */

/*
 * Bits of a type. A pbuf keeps the low byte of its type. The bits above that
 * are requests to the allocating function.
 */
#define PBUF_TYPE_FLAG_STRUCT_DATA_CONTIGUOUS	0x80
#define PBUF_TYPE_FLAG_DATA_VOLATILE		0x40
#define PBUF_TYPE_ALLOC_SRC_MASK		0x0f
#define PBUF_ALLOC_FLAG_RX			0x0100
#define PBUF_ALLOC_FLAG_DATA_CONTIGUOUS		0x0200

/*
 * The source of a pbuf: an index into the pools of its environment. 0 is the heap; 3 to
 * 15 are for applications.
 */
#define PBUF_TYPE_ALLOC_SRC_MASK_STD_HEAP		0x00
#define PBUF_TYPE_ALLOC_SRC_MASK_STD_MEMP_PBUF		0x01
#define PBUF_TYPE_ALLOC_SRC_MASK_STD_MEMP_PBUF_POOL	0x02
#define PBUF_TYPE_ALLOC_SRC_MASK_APP_MIN		0x03
#define PBUF_TYPE_ALLOC_SRC_MASK_APP_MAX		0x0f
#define PBUF_SOURCES		(PBUF_TYPE_ALLOC_SRC_MASK + 1)

/**
 * enum pbuf_type - what a pbuf is made of
 * @PBUF_RAM: struct, headroom and payload in one block of the heap
 * @PBUF_ROM: only a struct; the payload is in other memory that never changes
 * @PBUF_REF: only a struct; the payload is in other memory that may change, so a layer
 *	that queues the packet has to copy it
 * @PBUF_POOL: struct, headroom and payload in one element of a pool; or a chain of
 *	elements, if one is too small
 */
enum pbuf_type {
	PBUF_RAM = PBUF_ALLOC_FLAG_DATA_CONTIGUOUS |
		   PBUF_TYPE_FLAG_STRUCT_DATA_CONTIGUOUS |
		   PBUF_TYPE_ALLOC_SRC_MASK_STD_HEAP,
	PBUF_ROM = PBUF_TYPE_ALLOC_SRC_MASK_STD_MEMP_PBUF,
	PBUF_REF = PBUF_TYPE_FLAG_DATA_VOLATILE |
		   PBUF_TYPE_ALLOC_SRC_MASK_STD_MEMP_PBUF,
	PBUF_POOL = PBUF_ALLOC_FLAG_RX |
		    PBUF_TYPE_FLAG_STRUCT_DATA_CONTIGUOUS |
		    PBUF_TYPE_ALLOC_SRC_MASK_STD_MEMP_PBUF_POOL,
};

/*
 * Flags of a pbuf, as in lwIP. PUSH: pass the data to the application at once.
 * IS_CUSTOM: the pbuf is in a struct pbuf_custom; set by the library. MCASTLOOP: a
 * multicast packet to be looped back. LLBCAST and LLMCAST: the packet was received as a
 * link layer broadcast or multicast. TCP_FIN: the segment has the FIN flag. The two
 * highest bits are the library's own.
 */
#define PBUF_FLAG_PUSH		0x01
#define PBUF_FLAG_IS_CUSTOM	0x02
#define PBUF_FLAG_MCASTLOOP	0x04
#define PBUF_FLAG_LLBCAST	0x08
#define PBUF_FLAG_LLMCAST	0x10
#define PBUF_FLAG_TCP_FIN	0x20

/*
 * Return values of functions that return an err_t in lwIP. ERR_MEM: out of memory, or
 * the data does not fit. ERR_VAL: the value is not allowed in this situation. ERR_ARG:
 * the argument is never allowed.
 */
#ifndef LWIP_HDR_ERR_H
enum {
	ERR_OK	= 0,
	ERR_MEM	= -1,
	ERR_BUF	= -2,
	ERR_VAL	= -6,
	ERR_ARG	= -16,
};
#endif

/**
 * struct pbuf - a piece of a packet
 * @next: the next piece; NULL in the last one
 * @payload: the first byte of data
 * @tot_len: number of bytes in this piece and all following ones
 * @len: number of bytes in this piece
 * @type_internal: the low byte of the type
 * @flags: PBUF_FLAG_* bits
 * @if_idx: number of the interface that the packet was received on, 0 for none
 * @ref: number of references. It may be read, but only pbuf_ref() and pbuf_free() change
 *	it. A count that has reached U32_MAX stays there, and the pbuf is never freed.
 * @env: the environment that it was allocated from; NULL in a custom pbuf
 *
 * The owner of a chain has the reference to its head. The reference to every other pbuf
 * belongs to the pbuf in front of it. Invariant: tot_len is len plus the tot_len of the
 * next piece, except in queues that pbuf_cat() has made longer than 64 KiB. The owner
 * may write the bytes of @payload, @flags and @if_idx; only the functions below write
 * the other fields.
 */
struct pbuf {
	struct pbuf *next;
	void *payload;
	u16 tot_len;
	u16 len;
	u8 type_internal;
	u8 flags;
	u8 if_idx;
	u32 ref;
	struct pbuf_env *env;
};

/**
 * typedef pbuf_free_custom_fn - callback that frees a custom pbuf
 * @p: the pbuf, to which there is no reference left
 *
 * Context: that of the pbuf_free() that dropped the last reference. No lock of this
 *	library is held.
 */
typedef void (*pbuf_free_custom_fn)(struct pbuf *p);

/**
 * struct pbuf_custom - a pbuf whose struct and payload are memory of the caller
 * @pbuf: the pbuf
 * @custom_free_function: called when the last reference is dropped; set by the caller
 * @mem: first byte of the memory of the payload; headers are never added below it
 *
 * Embed this in a struct of your own, and get from one to the other with container_of().
 */
struct pbuf_custom {
	struct pbuf pbuf;
	pbuf_free_custom_fn custom_free_function;
	void *mem;
};

/* ---- environments ----------------------------------------------------- */

/**
 * struct pbuf_pool - one of an environment's pools
 * @pool: the pool; with NULL, allocating from this source fails
 * @size: bytes of headroom and payload in an element, behind the struct; 0 for a pool of
 *	bare structs
 */
struct pbuf_pool {
	struct mempool_fixed *pool;
	size_t size;
};

/**
 * struct pbuf_env - the memory that pbufs are allocated from and freed to
 * @heap: the heap for PBUF_RAM, or NULL for none. If it is bounded, pbufs may be freed in
 *	any context but NMI; otherwise the heap's lock decides, see
 *	Documentation/contexts.rst.
 * @pool: the pools by source: 1 for PBUF_ROM and PBUF_REF, 2 for PBUF_POOL, 3 to 15 for
 *	pbuf_alloc_pool() only
 * @align: alignment of the payload, a power of two; headroom is rounded up to it. 0
 *	stands for 1.
 * @header: bytes reserved for the struct in a block or an element, a multiple of @align.
 *	Bytes behind the struct belong to the owner of the pool. 0 stands for the size of
 *	the struct, rounded up.
 * @pool_empty: optional callback for the case that pool @source, other than 1, has no
 *	free element. If it returns true, the owner will take care of that, and it is not
 *	called again before pbuf_pool_empty_done(). If it returns false, it is called
 *	again at the next failed allocation.
 * @priv: pointer for the owner's use
 * @is_empty: an empty pool was reported and not taken care of; written by the library
 *
 * The owner fills in the struct, calls pbuf_env_init(), and keeps the struct until all
 * pbufs are freed. Elements of pools and blocks of the heap must be aligned to @align;
 * pbuf_env_init() checks that for pools.
 */
struct pbuf_env {
	struct rtalloc_heap *heap;
	struct pbuf_pool pool[PBUF_SOURCES];
	size_t align;
	size_t header;
	bool (*pool_empty)(struct pbuf_env *env, unsigned int source);
	void *priv;
	int is_empty;
};

/*
 * Environments. pbuf_env_init() returns 0, or -EINVAL if the fields are not consistent.
 * pbuf_env_set_default() sets the environment of the functions that take none.
 */
int pbuf_env_init(struct pbuf_env *env);
void pbuf_env_set_default(struct pbuf_env *env);
struct pbuf_env *pbuf_env_default(void);
void pbuf_pool_empty_done(struct pbuf_env *env);
unsigned long pbuf_faults(void);

/*
 * Allocation from an environment. If there is not enough memory, if the type is not
 * allowed, or if the length exceeds PBUF_LEN_MAX, these allocate nothing and return
 * NULL; pbuf_coalesce_from() returns @p instead. The result has one reference, the
 * caller's.
 */
struct pbuf *pbuf_alloc_from(struct pbuf_env *env, size_t headroom,
			     size_t length, unsigned int type);
struct pbuf *pbuf_alloc_pool(struct pbuf_env *env, unsigned int source,
			     size_t headroom, size_t length);
struct pbuf *pbuf_alloc_reference_from(struct pbuf_env *env, void *payload,
				       size_t length, unsigned int type);
struct pbuf *pbuf_alloced_custom_from(struct pbuf_env *env, size_t headroom,
				      size_t length, unsigned int type,
				      struct pbuf_custom *custom, void *mem,
				      size_t mem_len);
struct pbuf *pbuf_clone_from(struct pbuf_env *env, size_t headroom,
			     unsigned int type, const struct pbuf *p);
struct pbuf *pbuf_coalesce_from(struct pbuf_env *env, struct pbuf *p,
				size_t headroom);

/* ---- lwIP's functions -------------------------------------------------- */

/* lwIP's macros. PBUF_NEEDS_COPY() is true for PBUF_REF, even if the pbuf is custom. */
#define pbuf_init()			do { } while (0)
#define pbuf_get_allocsrc(p)						\
	((p)->type_internal & PBUF_TYPE_ALLOC_SRC_MASK)
#define pbuf_match_allocsrc(p, type)					\
	(pbuf_get_allocsrc(p) == ((type) & PBUF_TYPE_ALLOC_SRC_MASK))
#define pbuf_match_type(p, type)	pbuf_match_allocsrc(p, type)
#define PBUF_NEEDS_COPY(p)						\
	((p)->type_internal & PBUF_TYPE_FLAG_DATA_VOLATILE)

/**
 * pbuf_is_held() - return whether a pbuf has more than one reference
 * @p: the pbuf
 *
 * Such a pbuf has other holders besides the caller. It may be read, chained, and
 * shortened at its end. Functions that would change its payload, move its front or free
 * its memory refuse to do so. If the result is false, the caller sees all that former
 * holders did before they dropped their references.
 *
 * Context: any.
 * Return: true if it has.
 */
static inline bool pbuf_is_held(const struct pbuf *p)
{
	/* Pairs with try_cmpxchg() in pbuf_free(). */
	return smp_load_acquire(&p->ref) > 1;
}

/* Allocation from the default environment, and shortening a packet to @new_len bytes. */
struct pbuf *pbuf_alloc(enum pbuf_layer layer, size_t length,
			enum pbuf_type type);
struct pbuf *pbuf_alloc_reference(void *payload, size_t length,
				  enum pbuf_type type);
struct pbuf *pbuf_alloced_custom(enum pbuf_layer layer, size_t length,
				 enum pbuf_type type, struct pbuf_custom *p,
				 void *payload_mem, size_t payload_mem_len);
void pbuf_realloc(struct pbuf *p, size_t new_len);

/*
 * Moving the front of a packet. These return 0; or 1, with nothing changed, if there is
 * no room or if the pbuf has another holder. They change the first pbuf only, except for
 * pbuf_free_header(), which drops pbufs that become empty.
 */
u8 pbuf_add_header(struct pbuf *p, size_t bytes);
u8 pbuf_add_header_force(struct pbuf *p, size_t bytes);
u8 pbuf_remove_header(struct pbuf *p, size_t bytes);
u8 pbuf_header(struct pbuf *p, s16 bytes);
u8 pbuf_header_force(struct pbuf *p, s16 bytes);
struct pbuf *pbuf_free_header(struct pbuf *q, size_t size);

/*
 * References and chains. pbuf_free() frees pbufs up to the first one with another
 * reference, and returns their number. pbuf_cat() takes over the caller's reference to
 * @tail; pbuf_chain() takes one of its own. pbuf_try_cat() is like pbuf_cat(), but
 * refuses to make a packet longer than PBUF_LEN_MAX.
 */
void pbuf_ref(struct pbuf *p);
unsigned int pbuf_free(struct pbuf *p);
unsigned int pbuf_clen(const struct pbuf *p);
void pbuf_cat(struct pbuf *head, struct pbuf *tail);
int pbuf_try_cat(struct pbuf *head, struct pbuf *tail);
void pbuf_chain(struct pbuf *head, struct pbuf *tail);
struct pbuf *pbuf_dechain(struct pbuf *p);
void pbuf_split_64k(struct pbuf *p, struct pbuf **rest);

/*
 * Copying data into and out of packets, in time linear in the number of bytes. Lengths
 * of packets do not change. A function that would write to a pbuf with another holder
 * returns ERR_VAL.
 */
int pbuf_copy(struct pbuf *to, const struct pbuf *from);
int pbuf_copy_partial_pbuf(struct pbuf *to, const struct pbuf *from,
			   size_t copy_len, size_t offset);
u16 pbuf_copy_partial(const struct pbuf *p, void *dataptr, size_t len,
		      size_t offset);
void *pbuf_get_contiguous(const struct pbuf *p, void *buffer, size_t bufsize,
			  size_t len, size_t offset);
int pbuf_take(struct pbuf *buf, const void *dataptr, size_t len);
int pbuf_take_at(struct pbuf *buf, const void *dataptr, size_t len,
		 size_t offset);
struct pbuf *pbuf_skip(struct pbuf *in, size_t in_offset, u16 *out_offset);
struct pbuf *pbuf_coalesce(struct pbuf *p, enum pbuf_layer layer);
struct pbuf *pbuf_clone(enum pbuf_layer layer, enum pbuf_type type,
			struct pbuf *p);
int pbuf_fill_chksum(struct pbuf *p, size_t start_offset, const void *dataptr,
		     size_t len, u16 *chksum);

/*
 * Single bytes, and searching. An offset beyond the end is allowed: then
 * pbuf_try_get_at() returns -1, pbuf_get_at() returns 0, and pbuf_put_at() does nothing.
 * pbuf_memcmp() and pbuf_memfind() return 0xffff where lwIP does.
 */
int pbuf_try_get_at(const struct pbuf *p, size_t offset);
u8 pbuf_get_at(const struct pbuf *p, size_t offset);
void pbuf_put_at(struct pbuf *p, size_t offset, u8 data);
u16 pbuf_memcmp(const struct pbuf *p, size_t offset, const void *s2, size_t n);
u16 pbuf_memfind(const struct pbuf *p, const void *mem, size_t mem_len,
		 size_t start_offset);
u16 pbuf_strstr(const struct pbuf *p, const char *substr);

/*
 * pbuf_memcmp() and pbuf_memfind() with unambiguous results: they return a negative
 * errno if the packet is too short or the bytes are not found.
 */
int pbuf_mismatch(const struct pbuf *p, size_t offset, const void *s2,
		  size_t n);
int pbuf_search(const struct pbuf *p, const void *mem, size_t mem_len,
		size_t start_offset);

#endif /* _RTALLOC_PBUF_H */

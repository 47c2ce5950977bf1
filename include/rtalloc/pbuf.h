/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pbuf.h - lwIP's packet buffers. A packet is a chain of pbufs.
 *
 * Names, order of arguments, results and failures are lwIP's. Where the memory
 * comes from is described by a struct pbuf_env: a heap for PBUF_RAM, a pool of
 * bare structs for PBUF_ROM and PBUF_REF, pools of buffers for PBUF_POOL.
 * lwIP's own names use the default environment. Names that end in _from take an
 * environment, so that a driver can have pools of its own. A pbuf remembers its
 * environment: freeing a pbuf needs no environment, takes constant time, and is
 * legal in any context but NMI.
 *
 *   element of a pool, or block of the heap          custom: two places
 *   +-------------+----------+-----------------+     +-------------+
 *   | struct pbuf | headroom | payload ...     |     | pbuf_custom |
 *   +-------------+----------+-----------------+     +-------------+
 *   0             header     header + headroom            mem [headroom|payload]
 *
 * One owner works on a chain at a time; only references may be taken and
 * dropped by several callers at once. While a pbuf has more than one reference,
 * none of its bytes is changed and none of its memory is given back: see
 * pbuf_is_held().
 *
 * Lengths in a pbuf have 16 bits, arguments have more: an argument above 65535
 * is refused, not cut. A misuse (a pbuf that is free already, for example) is
 * refused, counted in pbuf_faults() and reported. Documentation/pbuf.rst lists
 * what differs from lwIP, and why. Each function is described where it is
 * defined: net/pbuf.c, net/pbuf_alloc.c and net/pbuf_data.c.
 */
#ifndef _RTALLOC_PBUF_H
#define _RTALLOC_PBUF_H

#include <linux/compiler.h>
#include <linux/types.h>

struct mempool_fixed;
struct rtalloc_heap;
struct pbuf;

/* The most bytes in a packet. */
#define PBUF_LEN_MAX		0xffffu

/* ---- headroom: the value of a layer is its bytes ---------------------- */

/*
 * The bytes that headers take. Define these before including this header for
 * another set of protocols. PBUF_IP_HLEN is for IPv6; IPv4 alone needs 20.
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
 * enum pbuf_layer - how much room for headers a packet needs
 * @PBUF_TRANSPORT: for the headers of a transport protocol and of all below it
 * @PBUF_IP: for the headers of IP and of all below it
 * @PBUF_LINK: for the header of the link
 * @PBUF_RAW_TX: for an encapsulation in front of the link's header
 * @PBUF_RAW: no room
 *
 * The value of a layer is the number of bytes. Any other number of bytes may be
 * given too.
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
 * Where a pbuf came from: an index into the pools of its environment. 0 is the
 * heap, 3 to 15 are free for applications.
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
 * @PBUF_ROM: a struct alone; the payload is elsewhere and never changes
 * @PBUF_REF: a struct alone; the payload is elsewhere and may change, so a
 *	layer that queues the packet has to copy it
 * @PBUF_POOL: struct, headroom and payload in one element of a pool; a chain of
 *	elements when one is too small
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
 * Flags of a pbuf, lwIP's. PUSH: give the data to the application at once.
 * IS_CUSTOM: this is a struct pbuf_custom; the library sets it. MCASTLOOP: a
 * multicast packet that is to be looped back. LLBCAST and LLMCAST: the packet
 * came as a broadcast or multicast of the link. TCP_FIN: the segment carries a
 * FIN.
 */
#define PBUF_FLAG_PUSH		0x01
#define PBUF_FLAG_IS_CUSTOM	0x02
#define PBUF_FLAG_MCASTLOOP	0x04
#define PBUF_FLAG_LLBCAST	0x08
#define PBUF_FLAG_LLMCAST	0x10
#define PBUF_FLAG_TCP_FIN	0x20

/*
 * Results of functions for which lwIP has an err_t. ERR_MEM: out of memory, or
 * the data does not fit. ERR_VAL: a value that is not allowed here. ERR_ARG: an
 * argument that is never allowed.
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
 * @next: the next piece; NULL in the last
 * @payload: the first byte of data
 * @tot_len: bytes from here to the end of the packet
 * @len: bytes in this piece
 * @type_internal: low byte of its type
 * @flags: PBUF_FLAG_*
 * @if_idx: number of the interface that the packet came in by, 0 for none
 * @ref: number of references. Read it, but change it with pbuf_ref() and
 *	pbuf_free() only. A count that has reached the last value of 32 bits
 *	stays there: such a pbuf is never freed.
 * @env: the environment that it came from; NULL in a custom pbuf
 *
 * The reference to the head of a chain is the owner's. The reference to each
 * other pbuf is its predecessor's. Invariant: tot_len is len plus the tot_len
 * of the next piece, but for queues that pbuf_cat() has made longer than 64
 * KiB. The owner may write @payload's bytes, @flags and @if_idx; the functions
 * below write the rest.
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
 * typedef pbuf_free_custom_fn - take back a custom pbuf
 * @p: the pbuf, as it was last; nobody refers to it any more
 *
 * Context: that of the pbuf_free() that dropped the last reference; no lock of
 *	this library is held.
 */
typedef void (*pbuf_free_custom_fn)(struct pbuf *p);

/**
 * struct pbuf_custom - a pbuf over memory of the caller's
 * @pbuf: the pbuf
 * @custom_free_function: called when the last reference is dropped; the caller
 *	sets it
 * @mem: first byte of the memory; headers never go below it
 *
 * Embed it in a struct of your own, and find that with container_of().
 */
struct pbuf_custom {
	struct pbuf pbuf;
	pbuf_free_custom_fn custom_free_function;
	void *mem;
};

/* ---- environments ----------------------------------------------------- */

/**
 * struct pbuf_pool - one of an environment's pools
 * @pool: the pool; NULL: there is none, and allocating from this source fails
 * @size: bytes of headroom and payload in an element, behind the struct; 0 for
 *	a pool of bare structs
 */
struct pbuf_pool {
	struct mempool_fixed *pool;
	size_t size;
};

/**
 * struct pbuf_env - where pbufs come from and go back to
 * @heap: for PBUF_RAM; NULL: none. Freeing is legal in any context if it is
 *	bounded; else its lock decides (Documentation/contexts.rst).
 * @pool: the pools by source: 1 for PBUF_ROM and PBUF_REF, 2 for PBUF_POOL, 3
 *	to 15 for pbuf_alloc_pool() alone
 * @align: alignment of a payload, a power of two; headroom is rounded up to it.
 *	0 stands for 1.
 * @header: bytes that the struct takes in a block or an element, a multiple of
 *	@align. What is left of them behind the struct belongs to the owner of
 *	the pool. 0: the size of the struct, rounded up.
 * @pool_empty: if set, called when a pool other than 1 had no element, and not
 *	again until pbuf_pool_empty_done(). It returns true if the owner will
 *	take care of it; false: it is called again at the next failure. @source
 *	is the pool.
 * @priv: for the owner
 * @is_empty: @pool_empty has been called. The library writes it.
 *
 * The owner fills in the struct, calls pbuf_env_init(), and keeps it until its
 * pools and its heap have all pbufs back. Elements and the heap's blocks must
 * be aligned to @align; pbuf_env_init() tests that for pools.
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
 * Environments. pbuf_env_init() returns 0, or -EINVAL if the fields do not fit
 * together. pbuf_env_set_default() chooses the environment of lwIP's own names.
 */
int pbuf_env_init(struct pbuf_env *env);
void pbuf_env_set_default(struct pbuf_env *env);
struct pbuf_env *pbuf_env_default(void);
void pbuf_pool_empty_done(struct pbuf_env *env);
unsigned long pbuf_faults(void);

/*
 * Allocation from an environment. All of these return NULL when there is no
 * memory, for a type that does not fit, or for more than PBUF_LEN_MAX bytes;
 * pbuf_coalesce_from() returns @p instead. What was taken so far is given back.
 * The caller owns the one reference to the result.
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

/*
 * lwIP's macros. PBUF_NEEDS_COPY() is true for PBUF_REF, custom pbufs of this
 * type included.
 */
#define pbuf_init()			do { } while (0)
#define pbuf_get_allocsrc(p)						\
	((p)->type_internal & PBUF_TYPE_ALLOC_SRC_MASK)
#define pbuf_match_allocsrc(p, type)					\
	(pbuf_get_allocsrc(p) == ((type) & PBUF_TYPE_ALLOC_SRC_MASK))
#define pbuf_match_type(p, type)	pbuf_match_allocsrc(p, type)
#define PBUF_NEEDS_COPY(p)						\
	((p)->type_internal & PBUF_TYPE_FLAG_DATA_VOLATILE)

/**
 * pbuf_is_held() - does a pbuf have more than one reference?
 * @p: the pbuf
 *
 * Such a pbuf belongs to others too. It may be read, put into chains and
 * shortened at its end, but its payload, its front and its memory stay as they
 * are. Functions that would change those refuse.
 *
 * Context: any.
 * Return: true if it does.
 */
static inline bool pbuf_is_held(const struct pbuf *p)
{
	return READ_ONCE(p->ref) > 1;
}

/*
 * Allocation from the default environment, and cutting a packet to @new_len
 * bytes.
 */
struct pbuf *pbuf_alloc(enum pbuf_layer layer, size_t length,
			enum pbuf_type type);
struct pbuf *pbuf_alloc_reference(void *payload, size_t length,
				  enum pbuf_type type);
struct pbuf *pbuf_alloced_custom(enum pbuf_layer layer, size_t length,
				 enum pbuf_type type, struct pbuf_custom *p,
				 void *payload_mem, size_t payload_mem_len);
void pbuf_realloc(struct pbuf *p, size_t new_len);

/*
 * Moving the front of a packet. These return 0, or 1 with nothing changed: when
 * the room is not there, or when the pbuf is held by others too. They work on
 * the first pbuf only; pbuf_free_header() goes on over empty ones.
 */
u8 pbuf_add_header(struct pbuf *p, size_t bytes);
u8 pbuf_add_header_force(struct pbuf *p, size_t bytes);
u8 pbuf_remove_header(struct pbuf *p, size_t bytes);
u8 pbuf_header(struct pbuf *p, s16 bytes);
u8 pbuf_header_force(struct pbuf *p, s16 bytes);
struct pbuf *pbuf_free_header(struct pbuf *q, size_t size);

/*
 * References and chains. pbuf_free() returns how many pbufs were freed, from
 * the head on to the first one that somebody else refers to. pbuf_cat() takes
 * over the caller's reference to @tail, pbuf_chain() adds one of its own.
 * pbuf_try_cat() is pbuf_cat() that refuses a packet above PBUF_LEN_MAX.
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
 * Copying data into and out of packets, in time that grows with the bytes. The
 * lengths of packets do not change. A function that would write to a pbuf that
 * is held by others returns ERR_VAL.
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
 * Single bytes, and searching. An offset behind the end is legal:
 * pbuf_try_get_at() then returns -1, pbuf_get_at() 0, and pbuf_put_at() does
 * nothing. pbuf_memcmp() and pbuf_memfind() return 0xffff where lwIP does.
 */
int pbuf_try_get_at(const struct pbuf *p, size_t offset);
u8 pbuf_get_at(const struct pbuf *p, size_t offset);
void pbuf_put_at(struct pbuf *p, size_t offset, u8 data);
u16 pbuf_memcmp(const struct pbuf *p, size_t offset, const void *s2, size_t n);
u16 pbuf_memfind(const struct pbuf *p, const void *mem, size_t mem_len,
		 size_t start_offset);
u16 pbuf_strstr(const struct pbuf *p, const char *substr);

/*
 * pbuf_memcmp() and pbuf_memfind() with results that cannot be mistaken: a
 * negative errno when the packet is too short or the bytes are not found.
 */
int pbuf_mismatch(const struct pbuf *p, size_t offset, const void *s2,
		  size_t n);
int pbuf_search(const struct pbuf *p, const void *mem, size_t mem_len,
		size_t start_offset);

#endif /* _RTALLOC_PBUF_H */

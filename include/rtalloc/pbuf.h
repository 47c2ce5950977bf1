/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pbuf.h - lwIP's packet buffers: a packet is a chain of pbufs.
 *
 * Names, argument order, results and failures are lwIP's. Where its memory
 * comes from is a struct pbuf_env: a heap for PBUF_RAM, a pool of bare structs
 * for PBUF_ROM and PBUF_REF, pools of buffers for PBUF_POOL. lwIP's own names
 * use the default environment; those that end in _from take one, so that a
 * driver has a pool of its own. A pbuf remembers its environment: freeing needs
 * none, takes constant time a pbuf, and is legal in any context but NMI.
 *
 *   element of a pool, or block of the heap          custom: two places
 *   +-------------+----------+-----------------+     +-------------+
 *   | struct pbuf | headroom | payload ...     |     | pbuf_custom |
 *   +-------------+----------+-----------------+     +-------------+
 *   0             header     header + headroom            mem [headroom|payload]
 *
 * One owner works on a chain at a time; only references may be taken and
 * dropped by several at once. Of a pbuf with more than one reference no byte is
 * changed and no memory goes while somebody holds it: see pbuf_is_held().
 * Lengths are 16 bits wide, arguments are not: what is above 65535 bytes is
 * refused, not cut. What differs from lwIP, and why, is in
 * Documentation/pbuf.rst.
 */
#ifndef _RTALLOC_PBUF_H
#define _RTALLOC_PBUF_H

#include <linux/compiler.h>
#include <linux/types.h>

struct mempool_fixed;
struct rtalloc_heap;
struct pbuf;

#define PBUF_LEN_MAX		0xffffu		/* bytes of a packet */

/* ---- headroom: the value of a layer is its bytes ---------------------- */

/* Define these before the include for another set of protocols. */
#ifndef PBUF_LINK_ENCAPSULATION_HLEN
#define PBUF_LINK_ENCAPSULATION_HLEN	0
#endif
#ifndef PBUF_LINK_HLEN
#define PBUF_LINK_HLEN		14		/* Ethernet */
#endif
#ifndef PBUF_IP_HLEN
#define PBUF_IP_HLEN		40		/* IPv6; 20 for IPv4 alone */
#endif
#ifndef PBUF_TRANSPORT_HLEN
#define PBUF_TRANSPORT_HLEN	20		/* TCP */
#endif

/**
 * enum pbuf_layer - how much room for headers a packet needs
 * @PBUF_TRANSPORT: for those of a transport protocol and of all below it
 * @PBUF_IP: for those of IP and below
 * @PBUF_LINK: for that of the link
 * @PBUF_RAW_TX: for an encapsulation in front of the link's
 * @PBUF_RAW: none
 *
 * Any other number of bytes may be given too.
 */
enum pbuf_layer {
	PBUF_RAW = 0,
	PBUF_RAW_TX = PBUF_LINK_ENCAPSULATION_HLEN,
	PBUF_LINK = PBUF_RAW_TX + PBUF_LINK_HLEN,
	PBUF_IP = PBUF_LINK + PBUF_IP_HLEN,
	PBUF_TRANSPORT = PBUF_IP + PBUF_TRANSPORT_HLEN,
};

/* ---- types ------------------------------------------------------------ */

/* Bits of a type. The low byte is kept in the pbuf, the rest are requests. */
#define PBUF_TYPE_FLAG_STRUCT_DATA_CONTIGUOUS	0x80
#define PBUF_TYPE_FLAG_DATA_VOLATILE		0x40
#define PBUF_TYPE_ALLOC_SRC_MASK		0x0f
#define PBUF_ALLOC_FLAG_RX			0x0100
#define PBUF_ALLOC_FLAG_DATA_CONTIGUOUS		0x0200

/* Where a pbuf came from: an index into the pools of its environment. */
#define PBUF_TYPE_ALLOC_SRC_MASK_STD_HEAP		0x00
#define PBUF_TYPE_ALLOC_SRC_MASK_STD_MEMP_PBUF		0x01
#define PBUF_TYPE_ALLOC_SRC_MASK_STD_MEMP_PBUF_POOL	0x02
#define PBUF_TYPE_ALLOC_SRC_MASK_APP_MIN		0x03
#define PBUF_TYPE_ALLOC_SRC_MASK_APP_MAX		0x0f
#define PBUF_SOURCES		(PBUF_TYPE_ALLOC_SRC_MASK + 1)

/**
 * enum pbuf_type - what a pbuf is made of
 * @PBUF_RAM: struct, headroom and payload in one block of the heap
 * @PBUF_ROM: a struct; the payload is elsewhere and never changes
 * @PBUF_REF: a struct; the payload is elsewhere and may change: who queues it
 *	has to copy it
 * @PBUF_POOL: struct, headroom and payload in an element of a pool; a chain
 *	when one is too small
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

#define PBUF_FLAG_PUSH		0x01	/* give it to the application at once */
#define PBUF_FLAG_IS_CUSTOM	0x02	/* a struct pbuf_custom */
#define PBUF_FLAG_MCASTLOOP	0x04	/* multicast to be looped back */
#define PBUF_FLAG_LLBCAST	0x08	/* came as a link broadcast */
#define PBUF_FLAG_LLMCAST	0x10	/* came as a link multicast */
#define PBUF_FLAG_TCP_FIN	0x20	/* carries a FIN */

/* What the functions below return where lwIP has an err_t. */
#ifndef LWIP_HDR_ERR_H
enum {
	ERR_OK	= 0,
	ERR_MEM	= -1,		/* out of memory, or it does not fit */
	ERR_BUF	= -2,
	ERR_VAL	= -6,		/* illegal value */
	ERR_ARG	= -16,		/* illegal argument */
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
 * @if_idx: of the interface it came in by, 0 for none
 * @ref: references; the last value of 32 bits stands for ever: such a pbuf is
 *	never freed. Read it; change it by pbuf_ref() and pbuf_free() only.
 * @env: where it came from; NULL in a custom pbuf
 *
 * The head's reference is its owner's, each other one's its predecessor's.
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
 * Context: that of the pbuf_free() that dropped the last reference, no lock of
 *	this library held.
 */
typedef void (*pbuf_free_custom_fn)(struct pbuf *p);

/**
 * struct pbuf_custom - a pbuf over memory of the caller's
 * @pbuf: the pbuf
 * @custom_free_function: called for the last reference; set by the caller
 * @mem: first byte of the memory, headers never go below it
 *
 * Embed it, and find the outer struct with container_of().
 */
struct pbuf_custom {
	struct pbuf pbuf;
	pbuf_free_custom_fn custom_free_function;
	void *mem;
};

/* ---- environments ----------------------------------------------------- */

/**
 * struct pbuf_pool - one of an environment's pools
 * @pool: the pool; NULL: none, nothing is to be had from this source
 * @size: bytes of headroom and payload in an element, behind the struct; 0
 *	for a pool of bare structs
 */
struct pbuf_pool {
	struct mempool_fixed *pool;
	size_t size;
};

/**
 * struct pbuf_env - where pbufs come from and go back to
 * @heap: for PBUF_RAM; NULL: none. Freeing is legal in any context if it is
 *	bounded; else its lock decides (Documentation/contexts.rst).
 * @pool: by allocation source: 1 for PBUF_ROM and PBUF_REF, 2 for PBUF_POOL, 3
 *	to 15 for pbuf_alloc_pool() alone
 * @align: of a payload, a power of two; headroom is rounded up to it. 0 stands
 *	for 1.
 * @header: bytes that the struct takes in a block or an element, a multiple of
 *	@align; what is behind the struct is the pool owner's to use. 0: the
 *	struct's size, rounded up.
 * @pool_empty: if set, called when a pool other than 1 had no element: once,
 *	until pbuf_pool_empty_done(). True: it will be seen to; false: call
 *	again at the next failure. @source is the pool.
 * @priv: for the owner
 * @is_empty: that call has been made; no need to touch it
 *
 * The owner of the struct fills it in, calls pbuf_env_init() and keeps it until
 * its pools and its heap have all pbufs back. Elements and the heap's blocks
 * must be aligned to @align.
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

int pbuf_env_init(struct pbuf_env *env);
void pbuf_env_set_default(struct pbuf_env *env);
struct pbuf_env *pbuf_env_default(void);
void pbuf_pool_empty_done(struct pbuf_env *env);
unsigned long pbuf_faults(void);

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

#define pbuf_init()			do { } while (0)
#define pbuf_get_allocsrc(p)						\
	((p)->type_internal & PBUF_TYPE_ALLOC_SRC_MASK)
#define pbuf_match_allocsrc(p, type)					\
	(pbuf_get_allocsrc(p) == ((type) & PBUF_TYPE_ALLOC_SRC_MASK))
#define pbuf_match_type(p, type)	pbuf_match_allocsrc(p, type)
/* True for PBUF_REF only, custom ones included. */
#define PBUF_NEEDS_COPY(p)						\
	((p)->type_internal & PBUF_TYPE_FLAG_DATA_VOLATILE)

/**
 * pbuf_is_held() - is this pbuf referred to more than once?
 * @p: the pbuf
 *
 * Such a pbuf is somebody else's too: it may be read, put into chains and
 * shortened at its end, but its payload, its front and its memory stay. What
 * would change those refuses.
 *
 * Context: any.
 * Return: true if so.
 */
static inline bool pbuf_is_held(const struct pbuf *p)
{
	return READ_ONCE(p->ref) > 1;
}

struct pbuf *pbuf_alloc(enum pbuf_layer layer, size_t length,
			enum pbuf_type type);
struct pbuf *pbuf_alloc_reference(void *payload, size_t length,
				  enum pbuf_type type);
struct pbuf *pbuf_alloced_custom(enum pbuf_layer layer, size_t length,
				 enum pbuf_type type, struct pbuf_custom *p,
				 void *payload_mem, size_t payload_mem_len);
void pbuf_realloc(struct pbuf *p, size_t new_len);

u8 pbuf_add_header(struct pbuf *p, size_t bytes);
u8 pbuf_add_header_force(struct pbuf *p, size_t bytes);
u8 pbuf_remove_header(struct pbuf *p, size_t bytes);
u8 pbuf_header(struct pbuf *p, s16 bytes);
u8 pbuf_header_force(struct pbuf *p, s16 bytes);
struct pbuf *pbuf_free_header(struct pbuf *q, size_t size);

void pbuf_ref(struct pbuf *p);
unsigned int pbuf_free(struct pbuf *p);
unsigned int pbuf_clen(const struct pbuf *p);
void pbuf_cat(struct pbuf *head, struct pbuf *tail);
int pbuf_try_cat(struct pbuf *head, struct pbuf *tail);
void pbuf_chain(struct pbuf *head, struct pbuf *tail);
struct pbuf *pbuf_dechain(struct pbuf *p);
void pbuf_split_64k(struct pbuf *p, struct pbuf **rest);

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

int pbuf_try_get_at(const struct pbuf *p, size_t offset);
u8 pbuf_get_at(const struct pbuf *p, size_t offset);
void pbuf_put_at(struct pbuf *p, size_t offset, u8 data);
u16 pbuf_memcmp(const struct pbuf *p, size_t offset, const void *s2, size_t n);
u16 pbuf_memfind(const struct pbuf *p, const void *mem, size_t mem_len,
		 size_t start_offset);
u16 pbuf_strstr(const struct pbuf *p, const char *substr);

/* The same two with results that cannot be taken for something else. */
int pbuf_mismatch(const struct pbuf *p, size_t offset, const void *s2,
		  size_t n);
int pbuf_search(const struct pbuf *p, const void *mem, size_t mem_len,
		size_t start_offset);

#endif /* _RTALLOC_PBUF_H */

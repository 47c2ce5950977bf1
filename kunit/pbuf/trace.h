/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * trace.h - execute the random operations that lwIP executed for its golden vectors: each is
 * done on one of eight packets, and its result is hashed. It is used by KUnit and by
 * tools/user/golden, and uses the public API only.
 */
#ifndef _RTALLOC_KUNIT_PBUF_TRACE_H
#define _RTALLOC_KUNIT_PBUF_TRACE_H

#include <rtalloc/mempool_fixed.h>
#include <rtalloc/pbuf.h>
#include <rtalloc/rtalloc.h>

#define TRACE_SLOTS	8
#define TRACE_CUSTOMS	16
#define TRACE_CUSTOM_BYTES	1024
#define TRACE_TEXT_MAX	60000

/**
 * struct pbuf_trace_geometry - the options that the original was compiled with
 * @align: MEM_ALIGNMENT
 * @bufsize: PBUF_POOL_BUFSIZE, rounded up
 * @link: bytes of the link layer's header
 * @ip: bytes of IP's header
 * @transport: bytes of the transport protocol's header
 * @pool: PBUF_POOL_SIZE
 * @pbufs: MEMP_NUM_PBUF
 * @seed: seed of the random generator
 */
struct pbuf_trace_geometry {
	size_t align;
	size_t bufsize;
	size_t link;
	size_t ip;
	size_t transport;
	unsigned int pool;
	unsigned int pbufs;
	u32 seed;
};

struct trace_custom {
	struct pbuf_custom custom;
	struct pbuf_trace *trace;
	bool is_used;
	u8 mem[TRACE_CUSTOM_BYTES];
};

struct pbuf_trace {
	struct pbuf_env env;
	struct pbuf_env *env_before;
	size_t layer[4];
	u32 state;
	u32 hash;
	u32 steps;
	u32 callbacks;
	struct pbuf *slot[TRACE_SLOTS];
	struct trace_custom custom[TRACE_CUSTOMS];
	u8 refbuf[2048];
	u8 text[TRACE_TEXT_MAX];
};

/* Make heap and pools. Return 0, or an errno also for an impossible geometry. */
int pbuf_trace_open(struct pbuf_trace *trace, struct rtalloc_region *region,
		    const struct pbuf_trace_geometry *geometry);
/* Execute the next operation and add its result to the hash in @trace. */
void pbuf_trace_step(struct pbuf_trace *trace);
/* Free everything. Return 0, or -EBUSY if something is left allocated. */
int pbuf_trace_close(struct pbuf_trace *trace);

#endif /* _RTALLOC_KUNIT_PBUF_TRACE_H */

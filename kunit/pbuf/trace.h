/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * trace.h - lwIP's random run over pbufs, played into ours: each operation
 * draws what to do to one of eight packets, and hashes what came of it. For
 * KUnit and for tools/user/golden, a client of the public API alone.
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
 * struct pbuf_trace_geometry - what the original was compiled for
 * @align: MEM_ALIGNMENT
 * @bufsize: PBUF_POOL_BUFSIZE, rounded up
 * @link: header bytes of the link layer
 * @ip: of IP
 * @transport: of the transport protocol
 * @pool: PBUF_POOL_SIZE
 * @pbufs: MEMP_NUM_PBUF
 * @seed: of the generator
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

/* 0, or why there is no heap, no pool or no such geometry. */
int pbuf_trace_open(struct pbuf_trace *trace, struct rtalloc_region *region,
		    const struct pbuf_trace_geometry *geometry);
/* The next operation; the hash is in @trace. */
void pbuf_trace_step(struct pbuf_trace *trace);
/* Everything is freed; 0, or -EBUSY when something was left over. */
int pbuf_trace_close(struct pbuf_trace *trace);

#endif /* _RTALLOC_KUNIT_PBUF_TRACE_H */

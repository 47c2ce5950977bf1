/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * peers.h - BPF's allocator, which the kernel does not export: it is looked up
 * in the symbol table, and called as directly as if it were exported.
 */
#ifndef _RTALLOC_BENCH_PEERS_H
#define _RTALLOC_BENCH_PEERS_H

#include <linux/static_call.h>
#include <linux/types.h>

void *bench_bpf_none(void *ma, size_t size);
void bench_bpf_none_free(void *ma, void *p);
void *bench_bpf_none_cache(void *ma);

DECLARE_STATIC_CALL(bench_bpf_alloc, bench_bpf_none);
DECLARE_STATIC_CALL(bench_bpf_free, bench_bpf_none_free);
DECLARE_STATIC_CALL(bench_bpf_cache_alloc, bench_bpf_none_cache);
DECLARE_STATIC_CALL(bench_bpf_cache_free, bench_bpf_none_free);

/*
 * Called once. Return false if this kernel has none, or if symbols cannot be
 * looked up.
 */
bool bench_bpf_find(void);

/*
 * Make an allocator for blocks of @size bytes, or of any size if that is 0; or
 * -errno.
 */
void *bench_bpf_begin(size_t size);
void bench_bpf_end(void *ma);

#endif /* _RTALLOC_BENCH_PEERS_H */

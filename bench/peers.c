// SPDX-License-Identifier: GPL-2.0-only
/*
 * peers.c - see peers.h. A probe on kallsyms_lookup_name() gives the address of
 * that function; the probe is removed before anything is timed.
 */
#include <linux/err.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/version.h>

#ifdef HAVE_BPF_MEM
#include <linux/bpf_mem_alloc.h>
#endif

#include "peers.h"

void *bench_bpf_none(void *ma, size_t size)
{
	return NULL;
}

void bench_bpf_none_free(void *ma, void *p)
{
}

void *bench_bpf_none_cache(void *ma)
{
	return NULL;
}

DEFINE_STATIC_CALL(bench_bpf_alloc, bench_bpf_none);
DEFINE_STATIC_CALL(bench_bpf_free, bench_bpf_none_free);
DEFINE_STATIC_CALL(bench_bpf_cache_alloc, bench_bpf_none_cache);
DEFINE_STATIC_CALL(bench_bpf_cache_free, bench_bpf_none_free);

#if defined(HAVE_BPF_MEM) && defined(CONFIG_KPROBES) && defined(MODULE)

static int (*ma_init)(struct bpf_mem_alloc *ma, int size, bool percpu);
static void (*ma_destroy)(struct bpf_mem_alloc *ma);

static unsigned long (*lookup_find(void))(const char *name)
{
	struct kprobe probe = { .symbol_name = "kallsyms_lookup_name" };
	void *lookup;

	if (register_kprobe(&probe))
		return NULL;
	lookup = probe.addr;
	unregister_kprobe(&probe);
	return lookup;
}

bool bench_bpf_find(void)
{
	unsigned long (*lookup)(const char *name) = lookup_find();
	void *alloc, *free, *cache_alloc, *cache_free;

	if (!lookup)
		return false;
	alloc = (void *)lookup("bpf_mem_alloc");
	free = (void *)lookup("bpf_mem_free");
	cache_alloc = (void *)lookup("bpf_mem_cache_alloc");
	cache_free = (void *)lookup("bpf_mem_cache_free");
	ma_init = (void *)lookup("bpf_mem_alloc_init");
	ma_destroy = (void *)lookup("bpf_mem_alloc_destroy");
	if (!alloc || !free || !cache_alloc || !cache_free || !ma_init ||
	    !ma_destroy)
		return false;
	static_call_update(bench_bpf_alloc, alloc);
	static_call_update(bench_bpf_free, free);
	static_call_update(bench_bpf_cache_alloc, cache_alloc);
	static_call_update(bench_bpf_cache_free, cache_free);
	return true;
}

void *bench_bpf_begin(size_t size)
{
	struct bpf_mem_alloc *ma = kzalloc(sizeof(*ma), GFP_KERNEL);
	int err;

	if (!ma)
		return ERR_PTR(-ENOMEM);
	err = ma_init(ma, size, false);
	if (!err)
		return ma;
	kfree(ma);
	return ERR_PTR(err);
}

void bench_bpf_end(void *ma)
{
	ma_destroy(ma);
	kfree(ma);
}

#else

bool bench_bpf_find(void)
{
	return false;
}

void *bench_bpf_begin(size_t size)
{
	return ERR_PTR(-EOPNOTSUPP);
}

void bench_bpf_end(void *ma)
{
}

#endif

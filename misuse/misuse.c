// SPDX-License-Identifier: GPL-2.0-only
/*
 * misuse.c - makes each of the usual mistakes of drivers on each allocator, and
 * reports whether it was noticed.
 *
 *   insmod rtalloc_misuse.ko                 each backend: default, with per-CPU
 *                                            caches, checked
 *   insmod rtalloc_misuse.ko peer=kmalloc    kmalloc, under slab_debug=FZPU
 *   insmod rtalloc_misuse.ko peer=kfence     kmalloc, from KFENCE's pool
 *
 * A line in the log for each: "misuse: WHO MISUSE VERDICT". Of rtalloc's heaps
 * the verdict is "free": the free itself was refused; "later": reported in the
 * log when the memory was used again; "check": only rtalloc_check() finds it; "no".
 * The kernel's own allocators only write to the log, so there tools/misuse finds
 * the verdict between "misuse: begin" and "misuse: end".
 *
 * Never load it into a kernel that is needed: it writes where it must not.
 */
#define pr_fmt(fmt) "misuse: " fmt

#include <linux/delay.h>
#include <linux/err.h>
#include <linux/kfence.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <rtalloc/rtalloc.h>

#ifndef SLAB_NO_MERGE
#define SLAB_NO_MERGE	0	/* 6.1 */
#endif

#define SIZE	100	/* size of a block in bytes */
#define AFTER	64	/* blocks allocated and freed after the misuse */
#define MIDDLE	48	/* offset at which freed memory is written to: behind all links */

static char *peer = "";
module_param(peer, charp, 0444);
MODULE_PARM_DESC(peer, "kmalloc or kfence: misuse these instead of rtalloc's heaps");

/* An allocator under test; each function works on one block. */
struct victim {
	void *(*get)(struct victim *victim);
	int (*put)(struct victim *victim, void *p);
	void *(*foreign)(struct victim *victim);
	int (*stale)(struct victim *victim);
	struct rtalloc_heap_params params;
	struct rtalloc_heap *heap;
};

/* ---- the misuses ----------------------------------------------------- */

/*
 * Write to @p so that the compiler cannot see that it is wrong. The old
 * contents are partly random, so each byte is set to a value that differs from
 * the old one.
 */
static noinline void spoil(u8 *p, ssize_t at, size_t bytes)
{
	OPTIMIZER_HIDE_VAR(p);
	for (p += at; bytes--; p++)
		*p = *p == 0x42 ? 0x24 : 0x42;
}

static int overrun_1(struct victim *victim)
{
	u8 *p = victim->get(victim);

	spoil(p, SIZE, 1);
	return victim->put(victim, p);
}

static int overrun_16(struct victim *victim)
{
	u8 *p = victim->get(victim);

	spoil(p, SIZE, 16);
	return victim->put(victim, p);
}

static int underrun(struct victim *victim)
{
	u8 *p = victim->get(victim);

	spoil(p, -1, 1);
	return victim->put(victim, p);
}

static int write_after_free(struct victim *victim)
{
	u8 *p = victim->get(victim);

	victim->put(victim, p);
	spoil(p, MIDDLE, 1);
	return 0;
}

static int double_free(struct victim *victim)
{
	u8 *p = victim->get(victim);

	victim->put(victim, p);
	OPTIMIZER_HIDE_VAR(p);
	return victim->put(victim, p);
}

static int interior(struct victim *victim)
{
	u8 *p = victim->get(victim);

	memset(p, 0, SIZE);
	OPTIMIZER_HIDE_VAR(p);
	return victim->put(victim, p + 16);
}

static int foreign(struct victim *victim)
{
	return victim->put(victim, victim->foreign(victim));
}

static int stale(struct victim *victim)
{
	return victim->stale(victim);
}

static const struct misuse {
	const char *name;
	int (*run)(struct victim *victim);
} misuses[] = {
	{ "overrun-1", overrun_1 },
	{ "overrun-16", overrun_16 },
	{ "underrun", underrun },
	{ "write-after-free", write_after_free },
	{ "double-free", double_free },
	{ "interior", interior },
	{ "foreign", foreign },
	{ "stale", stale },
};

/* Use the memory again, unless it lies in a quarantine for ever. */
static void use_again(struct victim *victim)
{
	void *p[AFTER];
	int i;

	for (i = 0; i < AFTER; i++)
		p[i] = victim->get(victim);
	for (i = 0; i < AFTER; i++)
		if (p[i])
			victim->put(victim, p[i]);
}

/* ---- heaps of rtalloc ------------------------------------------------ */

static void *heap_get(struct victim *victim)
{
	return rtalloc_alloc(victim->heap, SIZE, GFP_KERNEL);
}

static int heap_put(struct victim *victim, void *p)
{
	return rtalloc_free(victim->heap, p);
}

static void *heap_foreign(struct victim *victim)
{
	return victim;
}

/* Make another heap in the same memory. */
static int heap_stale(struct victim *victim)
{
	void *p = heap_get(victim);

	rtalloc_heap_destroy(victim->heap, true);
	victim->heap = rtalloc_heap_create(&victim->params);
	if (IS_ERR(victim->heap))
		return PTR_ERR(victim->heap);
	return heap_put(victim, p);
}

static u64 faults_of(struct rtalloc_heap *heap)
{
	struct rtalloc_snapshot snap;

	msleep(20);	/* faults that are reported from irq_work have been reported */
	rtalloc_usage(heap, &snap);
	return snap.faults;
}

static const char *heap_verdict(struct victim *victim, int err)
{
	struct rtalloc_fault fault;

	if (err)
		return "free";
	use_again(victim);
	rtalloc_trim(victim->heap);
	if (faults_of(victim->heap))
		return "later";
	return rtalloc_check(victim->heap, &fault) ? "check" : "no";
}

/* How a heap is created, besides its backend; checked heaps have no caches. */
static const struct mode {
	const char *name;
	unsigned int flags;
} modes[] = {
	{ "", 0 },
	{ "+percpu", RTALLOC_HEAP_PERCPU },
	{ "+checked", RTALLOC_HEAP_CHECKED },
};

static int heap_misuse(const char *backend, const struct mode *mode,
		       const struct misuse *misuse, void *memory)
{
	bool is_pool = !strcmp(backend, "pool");
	struct victim victim = {
		.get	 = heap_get,
		.put	 = heap_put,
		.foreign = heap_foreign,
		.stale	 = heap_stale,
		.params	 = {
			.name	 = "misuse",
			.backend = backend,
			.memory	 = memory,
			.size	 = SZ_256K,
			.flags	 = mode->flags,
			.elem	 = is_pool ? SIZE : 0,
		},
	};
	const char *verdict;
	int err;

	memset(memory, 0, SZ_256K);
	victim.heap = rtalloc_heap_create(&victim.params);
	if (IS_ERR(victim.heap))
		return PTR_ERR(victim.heap);
	heap_get(&victim);	/* this block stays, so that the heap is not empty */
	err = misuse->run(&victim);
	if (IS_ERR(victim.heap))
		return PTR_ERR(victim.heap);
	verdict = heap_verdict(&victim, err);
	pr_info("%s%s %s %s\n", backend, mode->name, misuse->name, verdict);
	return rtalloc_heap_destroy(victim.heap, true);
}

static int heaps_misuse(void)
{
	static const char *const backends[] = {
		"tlsf", "slab", "memheap", "small_mem", "lwip_mem", "heap4",
		"sylix_heap", "pool",
	};
	void *memory = kmalloc(SZ_256K, GFP_KERNEL);
	const struct mode *mode;
	int b, m, err = 0;

	if (!memory)
		return -ENOMEM;
	for (mode = modes; mode < modes + ARRAY_SIZE(modes); mode++)
		for (b = 0; b < ARRAY_SIZE(backends); b++)
			for (m = 0; m < ARRAY_SIZE(misuses) && !err; m++)
				err = heap_misuse(backends[b], mode,
						  &misuses[m], memory);
	kfree(memory);
	return err;
}

/* ---- the kernel's ---------------------------------------------------- */

static void *kmalloc_get(struct victim *victim)
{
	return kmalloc(SIZE, GFP_KERNEL);
}

/* Allocate until KFENCE serves a block, as often as sample_interval lets it. */
static void *kfence_get(struct victim *victim)
{
	int tries;
	void *p;

	for (tries = 0; tries < 2000; tries++) {
		p = kmalloc(SIZE, GFP_KERNEL);
		if (is_kfence_address(p))
			return p;
		kfree(p);
		usleep_range(500, 1000);
	}
	pr_err("nothing of KFENCE's\n");
	return kmalloc(SIZE, GFP_KERNEL);
}

static int kfree_put(struct victim *victim, void *p)
{
	kfree(p);
	return 0;
}

/* Return a page with one more reference, so that a bad free may drop one. */
static void *page_foreign(struct victim *victim)
{
	struct page *page = alloc_page(GFP_KERNEL);

	if (!page)
		return NULL;
	get_page(page);
	return page_address(page);
}

/* As heap_stale(), with a cache in place of the heap. */
static int cache_stale(struct victim *victim)
{
	struct kmem_cache *cache;
	void *p;

	cache = kmem_cache_create("misuse", SIZE, 0, SLAB_NO_MERGE, NULL);
	p = kmem_cache_alloc(cache, GFP_KERNEL);
	kmem_cache_free(cache, p);
	kmem_cache_destroy(cache);
	cache = kmem_cache_create("misuse", SIZE, 0, SLAB_NO_MERGE, NULL);
	OPTIMIZER_HIDE_VAR(p);
	kmem_cache_free(cache, p);
	kmem_cache_destroy(cache);
	return 0;
}

static int peer_misuse(void)
{
	struct victim victim = {
		.get	 = strcmp(peer, "kfence") ? kmalloc_get : kfence_get,
		.put	 = kfree_put,
		.foreign = page_foreign,
		.stale	 = cache_stale,
	};
	struct victim again = victim;
	int m;

	again.get = kmalloc_get;
	for (m = 0; m < ARRAY_SIZE(misuses); m++) {
		pr_info("begin %s %s\n", peer, misuses[m].name);
		misuses[m].run(&victim);
		use_again(&again);
		pr_info("end\n");
	}
	return 0;
}

static int __init misuse_init(void)
{
	return *peer ? peer_misuse() : heaps_misuse();
}

static void __exit misuse_exit(void)
{
}

module_init(misuse_init);
module_exit(misuse_exit);

MODULE_DESCRIPTION("Misuse of RTOS allocators and their peers");
MODULE_LICENSE("GPL");

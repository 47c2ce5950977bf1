// SPDX-License-Identifier: GPL-2.0-only
/*
 * harness.c - the table of backends, and heaps that are called by their hooks; see
 * harness.h.
 */
#include <linux/align.h>
#include <linux/err.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "harness.h"

#define CANARY		0xa5
#define GARBAGE		0x5a
#define GARBAGE_MAX	(16ul << 20)	/* larger regions are not filled */

/* One line for each backend, in the order of reports. */
const struct backend backends[] = {
	{ "tlsf", "tlsf", &tlsf_ops, .align = 16,
	  .known = RTALLOC_HEAP_TABLE_ONLY },
	{ "tlsf8", "tlsf8", &tlsf_ops, .align = 8,
	  .known = RTALLOC_HEAP_TABLE_ONLY },
	{ "slab", "slab", &slabzone_ops, .classes = true },
	{ "memheap-fast", "memheap", &memheap_ops, .exact = true },
	{ "memheap-best", "memheap_best", &memheap_ops, .exact = true,
	  .flags = RTALLOC_HEAP_BEST_FIT },
	{ "smem", "small_mem", &small_mem_ops, .around = 24, .linear = true },
	{ "heap", "lwip_mem", &lwip_mem_ops, .linear = true },
	{ "heap4", "heap4", &heap4_ops, .exact = true, .linear = true,
	  .known = RTALLOC_HEAP_PROTECT },
	{ "heap4-protect", "heap4_protect", &heap4_ops, .exact = true,
	  .linear = true, .flags = RTALLOC_HEAP_PROTECT, .known = RTALLOC_HEAP_PROTECT },
	{ "sylix_heap", "sylix_heap", &sylix_heap_ops, .exact = true,
	  .linear = true },
	{ "pool", "pool", &mempool_fixed_ops, .elem = 20000,
	  .known = RTALLOC_POOL_FLAGS },
	{ "pool-guards", "pool_guards", &mempool_fixed_ops, .elem = 20000,
	  .flags = RTALLOC_POOL_FLAGS, .known = RTALLOC_POOL_FLAGS },
};

const size_t backend_count = ARRAY_SIZE(backends);

const struct backend *backend_find(const char *name)
{
	for (size_t i = 0; i < backend_count; i++)
		if (!strcmp(backends[i].name, name))
			return &backends[i];
	return NULL;
}

static size_t region_slack(const struct region *region)
{
	return -region->size % STEP_SIZE;
}

int memory_region_open(struct region *region, size_t size)
{
	size_t whole = size + -size % STEP_SIZE;

	if (whole < size || whole > SIZE_MAX / 2)
		return -ENOMEM;
	*region = (struct region){ memory_get(whole), size };
	if (!region->base)
		return -ENOMEM;
	if (size <= GARBAGE_MAX)
		memset(region->base, GARBAGE, size);
	memset(region->base + size, CANARY, region_slack(region));
	memory_poison(region->base + size, region_slack(region));
	return 0;
}

void memory_region_close(struct region *region)
{
	size_t slack = region_slack(region);

	memory_unpoison(region->base + region->size, slack);
	memory_put(region->base, region->size + slack);
}

/*
 * The cookie of the next heap. Each heap has another one, but they are the same in each
 * run, so that counts of instructions repeat.
 */
static unsigned long cookie_next(void)
{
	static u64 state = 0x9e3779b97f4a7c15ull;

	draw(&state);
	return state ^ state >> 29;
}

size_t heap_ctrl_head;

static void *hook_alloc(struct heap *heap, size_t size)
{
	return heap->ops->alloc(heap->ctrl, size);
}

static int hook_free(struct heap *heap, void *p)
{
	int said = heap->ops->loss_fault(heap->ctrl, p, 0);
	int err = heap->ops->free(heap->ctrl, p);

	/*
	 * Where the structure is damaged it may see more than a free needs; where
	 * it sees nothing a free that refuses gives what no test expects.
	 */
	return !said && err ? -EPROTO : err;
}

static void *hook_alloc_aligned(struct heap *heap, size_t size, size_t align)
{
	return heap->ops->alloc_aligned(heap->ctrl, size, align);
}

static size_t hook_usable_size(const struct heap *heap, const void *p)
{
	return heap->ops->usable_size(heap->ctrl, p);
}

static u64 hook_offset(const struct heap *heap, const void *p)
{
	return heap->ops->offset(heap->ctrl, p);
}

static int hook_set_owner(struct heap *heap, void *p, const char *owner)
{
	return heap->ops->set_owner(heap->ctrl, p, owner);
}

/* A backend that finds damage returns an ERR_PTR(). Return NULL then and set @fault. */
static void *strip_error(void *p, int *fault)
{
	if (fault)
		*fault = IS_ERR(p) ? (int)PTR_ERR(p) : 0;
	return IS_ERR(p) ? NULL : p;
}

/* Move a block that cannot be resized in place, as the core does. */
static void *heap_move(struct heap *heap, void *p, size_t size, int *fault)
{
	const struct rtalloc_ops *ops = heap->ops;
	size_t old_size = ops->usable_size(heap->ctrl, p);
	void *to = NULL;

	if (ops->grow_back)
		to = ops->grow_back(heap->ctrl, size, p);
	if (to) {
		memmove(to, p, old_size < size ? old_size : size);
		*fault = ops->resize(heap->ctrl, to, &size);
		return to;
	}
	to = ops->alloc_move ? ops->alloc_move(heap->ctrl, size, p) :
			       heap->calls->alloc(heap, size);

	to = strip_error(to, fault);
	if (!to)
		return NULL;
	memcpy(to, p, old_size < size ? old_size : size);
	*fault = heap->calls->free(heap, p);
	return to;
}

static void *hook_realloc(struct heap *heap, void *p, size_t size, int *fault)
{
	const struct rtalloc_ops *ops = heap->ops;

	if (!p)
		return heap_alloc(heap, size, fault);
	if (!size) {
		*fault = heap->calls->free(heap, p);
		return NULL;
	}
	*fault = ops->resize(heap->ctrl, p, &size);
	if (*fault == -ENOSPC)
		return heap_move(heap, p, size, fault);
	return *fault ? NULL : p;
}

static int hook_resize(struct heap *heap, void *p, size_t size)
{
	return heap->ops->resize(heap->ctrl, p, &size);
}

static size_t hook_trim(struct heap *heap)
{
	size_t bytes = 0;
	struct rtalloc_sweep sweep = { 0 };
	int err = heap->ops->trim ? -EAGAIN : 0;

	while (err == -EAGAIN) {
		sweep.steps = RTALLOC_HOLD_STEPS;
		err = heap->ops->trim(heap->ctrl, &sweep, &bytes);
	}
	return bytes;
}

static void hook_stats(const struct heap *heap, struct rtalloc_snapshot *snap)
{
	heap->ops->stats(heap->ctrl, snap);
}

static void hook_usage(struct heap *heap, struct rtalloc_snapshot *snap,
		       bool reset)
{
	heap->ops->usage(heap->ctrl, snap, reset);
}

static int hook_check(struct heap *heap, struct rtalloc_fault *fault)
{
	return rtalloc_ops_check(heap->ops, heap->ctrl, fault);
}

static int hook_walk(const struct heap *heap, struct rtalloc_cursor *cursor,
		     struct rtalloc_block *batch, int max)
{
	return heap->ops->walk(heap->ctrl, cursor, batch, max);
}

static int hook_add_region(struct heap *heap, void *base, size_t size)
{
	return heap->ops->add_region(heap->ctrl, base, size);
}

static int hook_remove_region(struct heap *heap, void *base, size_t size)
{
	return heap->ops->remove_region(heap->ctrl, base, size);
}

static void hook_close(struct heap *heap)
{
	if (heap->ctrl)
		kfree((u8 *)heap->ctrl - heap_ctrl_head);
}

static const struct heap_calls hook_calls = {
	.alloc = hook_alloc,
	.alloc_aligned = hook_alloc_aligned,
	.free = hook_free,
	.realloc = hook_realloc,
	.resize = hook_resize,
	.usable_size = hook_usable_size,
	.offset = hook_offset,
	.set_owner = hook_set_owner,
	.trim = hook_trim,
	.stats = hook_stats,
	.usage = hook_usage,
	.check = hook_check,
	.walk = hook_walk,
	.add_region = hook_add_region,
	.remove_region = hook_remove_region,
	.close = hook_close,
};

int heap_open_flags(struct heap *heap, const struct backend *backend,
		    size_t size, size_t align, unsigned int flags)
{
	unsigned long cookie = cookie_next();
	u8 *ctrl;
	int err;

	*heap = (struct heap){ .backend = backend, .ops = backend->ops,
			       .calls = &hook_calls, .align = align };
	err = memory_region_open(&heap->region[0], size);
	if (err)
		return err;
	heap->regions = 1;
	ctrl = kzalloc(heap_ctrl_head + heap->ops->ctrl_size, GFP_KERNEL);
	if (ctrl) {
		heap->ctrl = ctrl + heap_ctrl_head;
		*(unsigned long *)heap->ctrl = cookie;
	}
	if (heap->ctrl && heap->ops->configure)
		heap->ops->configure(heap->ctrl, backend->elem, 0, NULL);
	if (heap->ctrl)
		err = heap->ops->init(heap->ctrl, heap->region[0].base, size,
				      align, flags);
	else
		err = -ENOMEM;
	if (err)
		heap_close(heap);
	return err;
}

int heap_open(struct heap *heap, const struct backend *backend, size_t size,
	      size_t align)
{
	return heap_open_flags(heap, backend, size, align, backend->flags);
}

/*
 * The size of a backend's tables is not known here, so try larger regions until the heap
 * manages @total bytes.
 */
int heap_open_total(struct heap *heap, const struct backend *backend,
		    size_t total, size_t align)
{
	size_t limit = total + total / 64 + (1 << 20);

	if (backend->around)
		total += 2 * ALIGN(backend->around, align);
	if (backend->exact || backend->around)
		return heap_open(heap, backend, total, align);
	for (size_t size = total; size <= limit; size += STEP_SIZE) {
		int err = heap_open(heap, backend, size, align);

		if (err == -ENOSPC)
			continue;
		if (err)
			return err;
		if (heap_stats(heap).total == total)
			return 0;
		heap_close(heap);
	}
	return -ERANGE;
}

int heap_glue(struct heap *heap, size_t size)
{
	struct region *region = &heap->region[heap->regions];
	int err;

	if (heap->regions == REGIONS_MAX)
		return -E2BIG;
	err = memory_region_open(region, size);
	if (err)
		return err;
	err = heap->calls->add_region(heap, region->base, size);
	if (err)
		memory_region_close(region);
	else
		heap->regions++;
	return err;
}

int heap_unglue(struct heap *heap, int i)
{
	struct region *region = &heap->region[i];
	int err = heap->calls->remove_region(heap, region->base, region->size);

	if (err)
		return err;
	memory_region_close(region);
	*region = heap->region[--heap->regions];
	return 0;
}

void heap_close(struct heap *heap)
{
	heap->calls->close(heap);
	for (int i = 0; i < heap->regions; i++)
		memory_region_close(&heap->region[i]);
	*heap = (struct heap){ 0 };
}

const struct region *region_with(const struct heap *heap, const void *p)
{
	for (int i = 0; i < heap->regions; i++)
		if ((size_t)((u8 *)p - heap->region[i].base) < heap->region[i].size)
			return &heap->region[i];
	return NULL;
}

bool heap_canary_ok(const struct heap *heap)
{
	for (int i = 0; i < heap->regions; i++) {
		const struct region *region = &heap->region[i];
		u8 *slack = region->base + region->size;
		size_t n = region_slack(region);
		bool ok;

		memory_unpoison(slack, n);
		/* The first byte is right, and each equals the one before it. */
		ok = !n || (*slack == CANARY &&
			    !memcmp(slack, slack + 1, n - 1));
		memory_poison(slack, n);
		if (!ok)
			return false;
	}
	return true;
}

void *heap_alloc(struct heap *heap, size_t size, int *fault)
{
	/* Long tests call this often: let other tasks run, and RCU make progress. */
	cond_resched();
	return strip_error(heap->calls->alloc(heap, size), fault);
}

void *heap_realloc(struct heap *heap, void *p, size_t size, int *fault)
{
	int err = 0;

	p = heap->calls->realloc(heap, p, size, &err);
	if (fault)
		*fault = err;
	return p;
}

size_t heap_trim(struct heap *heap)
{
	return heap->calls->trim(heap);
}

struct rtalloc_snapshot heap_stats(const struct heap *heap)
{
	struct rtalloc_snapshot snap = { 0 };

	heap->calls->stats(heap, &snap);
	return snap;
}

static size_t heap_image_size(const struct heap *heap)
{
	size_t size = heap->ops->ctrl_size;

	for (int i = 0; i < heap->regions; i++)
		size += heap->region[i].size;
	return size;
}

void *heap_image(const struct heap *heap)
{
	u8 *image = test_memory(heap_image_size(heap));
	u8 *to = image;

	memcpy(to, heap->ctrl, heap->ops->ctrl_size);
	to += heap->ops->ctrl_size;
	for (int i = 0; i < heap->regions; i++) {
		memcpy(to, heap->region[i].base, heap->region[i].size);
		to += heap->region[i].size;
	}
	return image;
}

bool heap_same(const struct heap *heap, void *image)
{
	const u8 *was = image;
	bool same;

	if (!was)
		return true;
	/* The core's calls change the control block even if they fail. */
	same = heap->core || !memcmp(was, heap->ctrl, heap->ops->ctrl_size);
	was += heap->ops->ctrl_size;
	for (int i = 0; i < heap->regions; i++) {
		same = same && !memcmp(was, heap->region[i].base,
				       heap->region[i].size);
		was += heap->region[i].size;
	}
	kvfree(image);
	return same;
}

void heap_restore(struct heap *heap, const void *image)
{
	const u8 *was = image;

	cond_resched();
	memcpy(heap->ctrl, was, heap->ops->ctrl_size);
	was += heap->ops->ctrl_size;
	for (int i = 0; i < heap->regions; i++) {
		memcpy(heap->region[i].base, was, heap->region[i].size);
		was += heap->region[i].size;
	}
}

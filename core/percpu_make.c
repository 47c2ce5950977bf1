// SPDX-License-Identifier: GPL-2.0-only
/*
 * percpu_make.c - making and ending the magazines of a heap (percpu.c), and
 * when they may be used.
 *
 * Each class gets its share of the bytes that a processor may hold. The memory
 * comes from the kernel: one byte for every 16 of the heap's, a set of
 * magazines for each processor, and a spare set. Making and ending may sleep;
 * ending waits for a grace period.
 */
#include <linux/align.h>
#include <linux/cpuhotplug.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/numa.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/topology.h>

#include "core/keys.h"
#include "core/lock.h"
#include "core/percpu.h"
#include "core/percpu_calls.h"
#include "core/refuse.h"
#include "core/registry.h"

static int hotplug_state;

/*
 * heap->magazines of a heap without magazines: the usual case finds all of them
 * empty.
 */
static struct rtalloc_percpu nothing = { .step = 1 };

static const u32 class_size[PERCPU_CLASSES + 1] = {
	0, 16, 32, 48, 64, 80, 96, 112, 128,
	160, 192, 224, 256, 320, 384, 448, 512,
};

/* Called when the module is loaded and unloaded. */
int rtalloc_percpu_init(void)
{
	static struct magazines empty;
	struct magazines **mags;
	unsigned int cpu;

	nothing.mags = alloc_percpu(struct magazines *);
	if (!nothing.mags)
		return -ENOMEM;
	for_each_possible_cpu(cpu) {
		mags = per_cpu_ptr(nothing.mags, cpu);
		*mags = &empty;
	}
	hotplug_state = cpuhp_setup_state_nocalls(CPUHP_BP_PREPARE_DYN,
						  "rtalloc:gone", NULL,
						  percpu_cpu_gone);
	if (hotplug_state < 0)
		free_percpu(nothing.mags);
	return min(hotplug_state, 0);
}

void rtalloc_percpu_exit(void)
{
	cpuhp_remove_state_nocalls(hotplug_state);
	free_percpu(nothing.mags);
}

/* ---- may they be used? ----------------------------------------------- */

static void magazines_set(struct rtalloc_heap *heap, struct rtalloc_percpu *pc)
{
	WRITE_ONCE(heap->magazines, pc);
	WRITE_ONCE(heap->pool_mags,
		   layer_is_pool(pc) ? pc->mags : nothing.mags);
}

/* Called for a new heap. */
void rtalloc_percpu_none(struct rtalloc_heap *heap)
{
	magazines_set(heap, &nothing);
}

/* Decide again whether magazines may be used. The heap is locked. */
void rtalloc_percpu_update(struct rtalloc_heap *heap)
{
	bool may = heap->layer && !heap->layer->is_stopped &&
		   !heap->is_closed && !heap->is_watched;

	heap_assert_locked(heap);
	magazines_set(heap, may ? heap->layer : &nothing);
}

/* ---- making ---------------------------------------------------------- */

/* A pool has one class. Its own entry points use it without asking for a size. */
static void classes_set(struct rtalloc_percpu *pc, size_t elem)
{
	unsigned int class = 1, i;

	pc->elem = elem;
	pc->step = elem ? 2 : 1;
	pc->size[1] = elem;
	if (elem)
		return;
	memcpy(pc->size, class_size, sizeof(class_size));
	for (i = 0; i < ARRAY_SIZE(pc->at); i++) {
		class += pc->size[class] < PERCPU_STEP * (i + 1);
		pc->at[i] = class * sizeof(struct magazine);
	}
}

/*
 * Give each class the same number of blocks, up to PERCPU_ROOM, from the bytes
 * that a processor may hold. Distribute the bytes that remain equally, so that
 * small classes get more blocks. Return false if the bytes do not suffice for
 * the minimum.
 */
static bool rooms_set(struct rtalloc_percpu *pc, size_t bytes)
{
	size_t classes = layer_is_pool(pc) ? 1 : PERCPU_CLASSES;
	size_t sum = 0, each, dealt;
	unsigned int class;

	for (class = 1; class <= classes; class++)
		sum += pc->size[class];
	each = min_t(size_t, bytes / sum, PERCPU_ROOM);
	dealt = each < PERCPU_ROOM ? 0 :
		min_t(size_t, (bytes - each * sum) / classes, PERCPU_DEALT);
	for (class = 1; class <= classes; class++)
		pc->room[class] = clamp_t(size_t,
					  each + dealt / pc->size[class],
					  PERCPU_ROOM_MIN, PERCPU_ROOM_MAX);
	return each >= PERCPU_ROOM_MIN;
}

static void marks_set(struct rtalloc_percpu *pc)
{
	size_t unit;

	for (unit = 0; unit < pc->nr_units; unit += 2)
		percpu_state_set(pc, unit, STATE_NONE);
}

/* @elem: element size of a pool after alignment; sizes of classes have 32 bits. */
static const char *params_refuse(const struct rtalloc_heap_params *params,
				 size_t elem)
{
	if (upper_32_bits(elem))
		return "elements of 4 GiB and more have no magazines";
	if (params->flags & RTALLOC_HEAP_CHECKED)
		return "a checked heap has no magazines";
	if (params->flags & RTALLOC_HEAP_TABLE_ONLY)
		return "no magazines for memory that comes later";
	if (params->flags & RTALLOC_POOL_GUARDS)
		return "guards are looked at by each free: no magazines";
	return NULL;
}

static void layer_free_all(struct rtalloc_percpu *pc)
{
	struct magazines *set, *next;

	for (set = pc->sets; set; set = next) {
		next = set->next;
		kvfree(set);
	}
	free_percpu(pc->mags);
	kvfree(pc->mark);
	kfree(pc);
}

/* @units: number of units of 8 bytes that get marks; 0 for a pool. */
static struct rtalloc_percpu *layer_alloc(size_t units)
{
	struct rtalloc_percpu *pc = kzalloc(sizeof(*pc), GFP_KERNEL);

	if (!pc)
		return NULL;
	pc->nr_units = units;
	/* Above 2 GiB there is none, and the kernel would warn of the request. */
	pc->mark = units ? kvzalloc(DIV_ROUND_UP(units, 2),
				    GFP_KERNEL | __GFP_NOWARN) : NULL;
	pc->mags = alloc_percpu(struct magazines *);
	if (!pc->mark == !units && pc->mags)
		return pc;
	layer_free_all(pc);
	return NULL;
}

/* Allocate an empty set, near the processor that uses it. */
static struct magazines *set_alloc(struct rtalloc_percpu *pc, int nid)
{
	struct magazines *set;
	unsigned int class;
	size_t slots = 0;
	void **slot;

	for (class = 1; class <= PERCPU_CLASSES; class++)
		slots += pc->room[class] * pc->step;
	set = kvzalloc_node(struct_size(set, slot, slots), GFP_KERNEL, nid);
	if (!set)
		return NULL;
	slot = set->slot;
	for (class = 1; class <= PERCPU_CLASSES; class++) {
		set->mag[class].first = slot;
		set->mag[class].top = slot;
		slot += pc->room[class] * pc->step;
		set->mag[class].end = slot;
	}
	set->next = pc->sets;
	pc->sets = set;
	return set;
}

static bool sets_alloc(struct rtalloc_percpu *pc)
{
	unsigned int cpu;

	pc->spare = set_alloc(pc, NUMA_NO_NODE);
	for_each_possible_cpu(cpu) {
		*per_cpu_ptr(pc->mags, cpu) = set_alloc(pc, cpu_to_node(cpu));
		if (!*per_cpu_ptr(pc->mags, cpu))
			return false;
	}
	return pc->spare;
}

/* Make @pc the layer of @heap. */
static void layer_tie(struct rtalloc_heap *heap, struct rtalloc_percpu *pc)
{
	percpu_hooks_set(pc);
	heap->layer = pc;
	heap->ops = &pc->ops;
	pc->fast = heap->fast;
	heap->fast = RTALLOC_FAST_NONE;
	mutex_lock(&percpu_layers_lock);
	list_add_tail(&pc->node, &percpu_layers);
	mutex_unlock(&percpu_layers_lock);
	static_branch_inc(&rtalloc_special);
	magazines_set(heap, pc);
}

/*
 * @bytes: what a processor may hold; 0: the default. Return an error text, or
 *	NULL.
 */
static const char *layer_fill(struct rtalloc_percpu *pc, size_t elem,
			      size_t bytes, int *err)
{
	const struct rtalloc_part *part = &pc->heap->part[0];
	size_t share = part->size / PERCPU_SHARE / num_possible_cpus();

	pc->base = PTR_ALIGN_DOWN(part->base, PERCPU_STEP);
	pc->mark_of_0 = (unsigned long)pc->mark -
			(unsigned long)pc->base / PERCPU_STEP;
	marks_set(pc);
	classes_set(pc, elem);
	*err = -EINVAL;
	if (!rooms_set(pc, bytes ?: share) && bytes)
		return "too few bytes for magazines";
	*err = -ENOMEM;
	return sets_alloc(pc) ? NULL : "no memory for magazines";
}

/* Give the heap, which is not published yet, its magazines. */
int rtalloc_percpu_begin(struct rtalloc_heap *heap,
			 const struct rtalloc_heap_params *params,
			 const char **why)
{
	size_t size = heap->part[0].size;
	size_t elem = ALIGN(params->elem, heap->align);
	const char *refused = params_refuse(params, elem);
	struct rtalloc_percpu *pc;
	int err;

	if (refused)
		return refuse(-EINVAL, refused, why);
	/* Two more units, because the first may begin below the memory. */
	pc = layer_alloc(params->elem ? 0 : size / 8 + 2);
	if (!pc)
		return refuse(-ENOMEM, "no memory for magazines", why);
	pc->heap = heap;
	refused = layer_fill(pc, elem, params->percpu, &err);
	if (refused) {
		layer_free_all(pc);
		return refuse(err, refused, why);
	}
	layer_tie(heap, pc);
	return 0;
}

/* ---- ending ---------------------------------------------------------- */

/*
 * Take the magazines out of use and empty them, until rtalloc_percpu_resume()
 * or the heap's end. A task that ends its wait for an element does not put them
 * back into use. When this returns, the number of blocks that passed through
 * them is final. The registry lock makes sure that one task at a time does
 * this. May sleep.
 */
void rtalloc_percpu_stop(struct rtalloc_heap *heap, unsigned long caller)
{
	unsigned long flags;

	lockdep_assert_held(&rtalloc_registry_lock);
	if (!READ_ONCE(heap->layer))
		return;
	flags = heap_lock(heap);
	heap->layer->is_stopped = true;
	rtalloc_percpu_update(heap);
	heap_unlock(heap, flags);
	rtalloc_percpu_flush(heap, caller);
}

/* Put the magazines back into use: the heap does not end after all. It is locked. */
void rtalloc_percpu_resume(struct rtalloc_heap *heap)
{
	if (heap->layer)
		heap->layer->is_stopped = false;
	rtalloc_percpu_update(heap);
}

/* Called when the heap's hooks have been replaced by those of gone.c. */
void rtalloc_percpu_end(struct rtalloc_heap *heap)
{
	struct rtalloc_percpu *pc = heap->layer;
	unsigned long flags;

	if (!pc)
		return;
	mutex_lock(&percpu_layers_lock);
	list_del(&pc->node);
	flags = heap_lock(heap);
	WRITE_ONCE(heap->layer, NULL);
	heap_unlock(heap, flags);
	mutex_unlock(&percpu_layers_lock);
	static_branch_dec(&rtalloc_special);
	synchronize_rcu();
	layer_free_all(pc);
}

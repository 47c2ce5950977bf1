// SPDX-License-Identifier: GPL-2.0-only
/*
 * percpu_inspect.c - magazines (percpu.c) from the outside: how a heap gets them and
 * loses them, emptying those of all processors, and the backend's hooks with what
 * they must know of marks.
 *
 * Emptying: each processor is interrupted and its set of magazines is exchanged
 * for an empty one; what was in them goes back under the heap's lock, a magazine's
 * batch in a hold. Whoever empties may sleep. A processor that has gone is
 * emptied by who takes it down.
 *
 * Order of locks: the registry's, that of processors coming and going, the one
 * here, the heap's.
 */
#include <linux/align.h>
#include <linux/atomic.h>
#include <linux/cpu.h>
#include <linux/cpuhotplug.h>
#include <linux/err.h>
#include <linux/minmax.h>
#include <linux/numa.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <linux/topology.h>
#include <linux/mm.h>

#include "backend/pool_fast.h"
#include "core/percpu.h"
#include "core/slow.h"

static LIST_HEAD(layers);
static DEFINE_MUTEX(layers_lock);	/* guards layers and what each has spare */
static int hotplug_state;

/* What heap->magazines is where there are none: the usual case finds it empty. */
static struct rtalloc_percpu nothing = { .step = 1 };

static const u32 class_size[PERCPU_CLASSES + 1] = {
	0, 16, 32, 48, 64, 80, 96, 112, 128,
	160, 192, 224, 256, 320, 384, 448, 512,
};

static struct rtalloc_percpu *layer_of(void *ctrl)
{
	return container_of(ctrl, struct rtalloc_heap, ctrl[0])->layer;
}

/* ---- emptying -------------------------------------------------------- */

/* The processor's set makes way for the one that is empty. */
static void mags_take(struct rtalloc_percpu *pc, struct magazines **mags)
{
	swap(*mags, pc->spare);
}

/* On the processor itself, in an interrupt. */
static void mags_take_here(void *data)
{
	struct rtalloc_percpu *pc = data;

	mags_take(pc, this_cpu_ptr(pc->mags));
}

/* Of a magazine that was taken out a batch goes back. */
static void batch_return(struct rtalloc_percpu *pc, struct magazine *mag)
{
	struct rtalloc_heap *heap = pc->heap;
	void *block[PERCPU_FLUSH], *bad;
	unsigned int n, done;
	unsigned long flags;
	int err;

	n = percpu_mag_shed(pc, mag, PERCPU_FLUSH, block);
	flags = heap_lock(heap);
	done = percpu_batch_return(pc, block, n, &err, &bad);
	if (err)
		rtalloc_refused(heap, "flush", bad, err, flags, _RET_IP_);
	else
		rtalloc_pool_serve(heap, flags);
	while (done < n)
		percpu_mag_add(pc, mag, block[done++]);
}

static void spare_return(struct rtalloc_percpu *pc)
{
	struct magazine *mag = pc->spare->mag;

	for (; mag <= pc->spare->mag + PERCPU_CLASSES; mag++)
		while (mag_count(pc, mag))
			batch_return(pc, mag);
}

/* No processor comes or goes, and nobody else empties. */
static void layer_empty(struct rtalloc_percpu *pc)
{
	unsigned int cpu;

	for_each_online_cpu(cpu) {
		smp_call_function_single(cpu, mags_take_here, pc, true);
		spare_return(pc);
	}
}

/*
 * Give all that magazines hold back to the backend. When this returns, whoever
 * read heap->magazines before it began is through with the magazines.
 */
void rtalloc_percpu_flush(struct rtalloc_heap *heap)
{
	if (!READ_ONCE(heap->layer))
		return;
	cpus_read_lock();
	mutex_lock(&layers_lock);
	if (heap->layer)
		layer_empty(heap->layer);
	mutex_unlock(&layers_lock);
	cpus_read_unlock();
}

static int cpu_gone(unsigned int cpu)
{
	struct rtalloc_percpu *pc;

	mutex_lock(&layers_lock);
	list_for_each_entry(pc, &layers, node) {
		mags_take(pc, per_cpu_ptr(pc->mags, cpu));
		spare_return(pc);
	}
	mutex_unlock(&layers_lock);
	return 0;
}

/* Once; and the end of it. */
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
						  cpu_gone);
	if (hotplug_state < 0)
		free_percpu(nothing.mags);
	return min(hotplug_state, 0);
}

void rtalloc_percpu_exit(void)
{
	cpuhp_remove_state_nocalls(hotplug_state);
	free_percpu(nothing.mags);
}

/*
 * What magazines hold and have handed out, all processors together. The time grows
 * with the processors, so no lock is held; the caller has read @pc under RCU.
 */
struct sums {
	u64 blocks;
	u64 bytes;
	u64 allocs;
};

static struct sums mags_sum(const struct rtalloc_percpu *pc)
{
	const struct magazines *set;
	struct sums sums = { };
	unsigned int class, nr;

	for (set = pc->sets; set; set = set->next)
		for (class = 1; class <= PERCPU_CLASSES; class++) {
			nr = mag_count(pc, &set->mag[class]);
			sums.blocks += nr;
			sums.bytes += (u64)nr * pc->size[class];
			sums.allocs += READ_ONCE(set->mag[class].allocs);
		}
	return sums;
}

/*
 * Blocks that lie in magazines; old when it is looked at. Not under the heap's
 * lock: the time grows with the processors.
 */
u64 rtalloc_percpu_cached(const struct rtalloc_heap *heap)
{
	const struct rtalloc_percpu *pc;
	u64 blocks;

	rcu_read_lock();
	pc = READ_ONCE(heap->layer);
	blocks = pc ? mags_sum(pc).blocks : 0;
	rcu_read_unlock();
	return blocks;
}

/*
 * A request has failed. True: it makes sense to try again, for magazines were
 * emptied, which takes a caller who may sleep, and says so by @gfp. Else it is
 * counted why.
 */
bool rtalloc_percpu_reclaim(struct rtalloc_heap *heap, gfp_t gfp)
{
	/* preemptible() is never true where preemption is not counted. */
	bool can_sleep = gfpflags_allow_blocking(gfp) && !preempt_count() &&
			 !irqs_disabled(), has_some;
	unsigned long flags;

	if (!READ_ONCE(heap->layer))
		return false;
	has_some = rtalloc_percpu_cached(heap);
	if (!has_some)
		return false;
	flags = heap_lock(heap);
	if (can_sleep)
		heap->failed--;
	else if (heap->layer)
		heap->layer->starved++;
	heap_unlock(heap, flags);
	if (can_sleep)
		rtalloc_percpu_flush(heap);
	return can_sleep;
}

static void magazines_set(struct rtalloc_heap *heap, struct rtalloc_percpu *pc)
{
	WRITE_ONCE(heap->magazines, pc);
	WRITE_ONCE(heap->pool_mags,
		   layer_is_pool(pc) ? pc->mags : nothing.mags);
}

/* The heap is new. */
void rtalloc_percpu_none(struct rtalloc_heap *heap)
{
	magazines_set(heap, &nothing);
}

/* May magazines be used? The heap is locked. */
void rtalloc_percpu_gate(struct rtalloc_heap *heap)
{
	bool may = heap->layer && !heap->is_closed && !heap->is_watched;

	magazines_set(heap, may ? heap->layer : &nothing);
}

/* Are magazines out of use? The heap is locked. */
bool rtalloc_percpu_is_stopped(const struct rtalloc_heap *heap)
{
	return heap->magazines == &nothing;
}

/* ---- counters -------------------------------------------------------- */

/*
 * What passed through magazines, in two steps, since the second takes longer than
 * a heap may be locked; both belong to one moment on a heap at rest. The heap is
 * locked, within a read-side section of RCU that lasts until the second.
 */
const struct rtalloc_percpu *
rtalloc_percpu_note(const struct rtalloc_heap *heap,
		    struct rtalloc_snapshot *snap)
{
	const struct rtalloc_percpu *pc = heap->layer;

	if (!pc)
		return NULL;
	snap->frees -= pc->in;
	snap->starved = pc->starved;
	snap->batches = pc->batches;
	return pc;
}

/* What processors have counted: the heap is not locked any more. */
void rtalloc_percpu_sum(const struct rtalloc_percpu *pc,
			struct rtalloc_snapshot *snap)
{
	struct sums sums;

	if (!pc)
		return;
	sums = mags_sum(pc);
	snap->allocs += sums.allocs;
	snap->frees += sums.allocs + sums.blocks;
	snap->cached = sums.bytes;
}

/* ---- hooks ----------------------------------------------------------- */

static bool is_cached(void *ctrl, const void *p)
{
	size_t at;

	return percpu_state(layer_of(ctrl), p, &at) & STATE_CACHED;
}

/*
 * The block at @p is taken out of the layer, as whoever gives it to the backend
 * must do first; the heap is locked. Returns what it was: STATE_NONE, none of the
 * layer's; or cached, also where a free without the lock was faster. Else it has
 * the caller for its owner now, until mark_restore() or for good.
 */
static unsigned int block_claim(struct rtalloc_percpu *pc, const void *p,
				size_t *at)
{
	unsigned int state = percpu_state(pc, p, at);
	u32 link = FIXED_LIVE;
	bool won;
	u8 was;

	if (!state || state & STATE_CACHED)
		return state;
	was = state ^ (u8)*at;
	won = layer_is_pool(pc) ?
	      try_cmpxchg(&pool_of_layer(pc)->link[*at], &link, FIXED_CACHED) :
	      try_cmpxchg(unit_mark(pc, *at), &was, (u8)*at & ~STATE_ODD);
	return won ? state : state | STATE_CACHED;
}

/* It is its user's still, if it was. */
static void mark_restore(struct rtalloc_percpu *pc, unsigned int state,
			 size_t at)
{
	if (state)
		percpu_state_set(pc, at, state);
}

static int layer_free(void *ctrl, void *p)
{
	struct rtalloc_percpu *pc = layer_of(ctrl);
	unsigned int state;
	int err = 0;
	size_t at;

	state = block_claim(pc, p, &at);
	if (state & STATE_CACHED)
		return -RTALLOC_DOUBLE_FREE;
	if (state && layer_is_pool(pc))
		fixed_put_cached(pool_of_layer(pc), &p, 1);
	else
		err = pc->heap->backend->free(ctrl, p);
	if (err)
		mark_restore(pc, state, at);
	return err;
}

/* An element is as large as it was whatever is said: it stays in the layer. */
static int layer_resize(void *ctrl, void *p, size_t *size)
{
	struct rtalloc_percpu *pc = layer_of(ctrl);
	unsigned int state;
	size_t at;
	int err;

	if (layer_is_pool(pc))
		return pc->heap->backend->resize(ctrl, p, size);
	state = block_claim(pc, p, &at);
	if (state & STATE_CACHED)
		return -RTALLOC_DOUBLE_FREE;
	err = pc->heap->backend->resize(ctrl, p, size);
	if (err)
		mark_restore(pc, state, at);
	return err;
}

static void *layer_grow_back(void *ctrl, size_t size, void *p)
{
	struct rtalloc_percpu *pc = layer_of(ctrl);
	unsigned int state;
	size_t at;
	void *to;

	state = block_claim(pc, p, &at);
	if (state & STATE_CACHED)
		return NULL;
	to = pc->heap->backend->grow_back(ctrl, size, p);
	if (IS_ERR_OR_NULL(to))
		mark_restore(pc, state, at);
	return to;
}

static int layer_loss_fault(void *ctrl, void *p, size_t size)
{
	return is_cached(ctrl, p) ? -RTALLOC_DOUBLE_FREE :
	       layer_of(ctrl)->heap->backend->loss_fault(ctrl, p, size);
}

/*
 * Of a block that goes through magazines no more than its class: what lies behind
 * is not cleared when it is handed out again.
 */
static size_t layer_usable_size(void *ctrl, const void *p)
{
	struct rtalloc_percpu *pc = layer_of(ctrl);
	unsigned int state;
	size_t at;

	state = percpu_state(pc, p, &at);
	if (state & STATE_CACHED)
		return 0;
	return state ? pc->size[state / 2] :
		       pc->heap->backend->usable_size(ctrl, p);
}

/* A tag stays with the block in the backend: the next user shall not see it. */
static int layer_set_owner(void *ctrl, void *p, const char *owner)
{
	struct rtalloc_percpu *pc = layer_of(ctrl);
	unsigned int state;
	size_t at;
	int err;

	state = block_claim(pc, p, &at);
	if (state & STATE_CACHED)
		return -RTALLOC_DOUBLE_FREE;
	err = pc->heap->backend->set_owner(ctrl, p, owner);
	if (err)
		mark_restore(pc, state, at);
	return err;
}

static int layer_walk(void *ctrl, struct rtalloc_cursor *cursor,
		      struct rtalloc_block *batch, int max)
{
	struct rtalloc_percpu *pc = layer_of(ctrl);
	int n = pc->heap->backend->walk(ctrl, cursor, batch, max), i;

	for (i = 0; pc->origin && i < n; i++)
		if (batch[i].state == RTALLOC_USED &&
		    is_cached(ctrl, pc->origin + batch[i].offset))
			batch[i].state = RTALLOC_CACHED;
	return n;
}

/* The backend has a block at @at, as large as the mark's class says. */
static bool mark_is_sound(struct rtalloc_percpu *pc, size_t at)
{
	u8 state = mark_state(pc->mark + at / 2, at) & ~STATE_CACHED;
	void *p = unit_at(pc, at);

	return state / 2 <= PERCPU_CLASSES &&
	       pc->heap->backend->usable_size(pc->heap->ctrl, p) >=
	       pc->size[state / 2];
}

/* The mark of two units: of none, the first or the second. */
static int mark_check(struct rtalloc_percpu *pc, size_t at,
		      struct rtalloc_fault *fault)
{
	u8 state = mark_state(pc->mark + at / 2, at);

	if (state == STATE_NONE)
		return 0;
	at += state & STATE_ODD;
	if (mark_is_sound(pc, at))
		return 0;
	return rtalloc_fault_set(fault, RTALLOC_CORRUPT,
				 heap_offset(pc->heap, unit_at(pc, at)),
				 "magazines know of a block that is none");
}

/* Marks that are looked at as one piece of a check: no hold is longer for them. */
#define MARKS_STEP	2u

/* Behind the backend's own check. */
static int layer_check(void *ctrl, struct rtalloc_sweep *sweep,
		       struct rtalloc_fault *fault)
{
	struct rtalloc_percpu *pc = layer_of(ctrl);
	size_t end;
	int err = 0;

	if (!sweep->layer) {
		err = pc->heap->backend->check(ctrl, sweep, fault);
		if (err)
			return err;
		sweep->layer = 1;
	}
	end = min(pc->nr_units, sweep->layer + 2 * MARKS_STEP * sweep->steps);
	for (; sweep->layer < end && !err; sweep->layer += 2)
		err = mark_check(pc, sweep->layer - 1, fault);
	return err ?: end < pc->nr_units ? -EAGAIN : 0;
}

/* ---- making and ending ----------------------------------------------- */

static void hooks_set(struct rtalloc_percpu *pc)
{
	struct rtalloc_ops *ops = &pc->ops;

	*ops = *pc->heap->backend;
	ops->free = layer_free;
	ops->free_many = NULL;
	ops->resize = layer_resize;
	ops->grow_back = ops->grow_back ? layer_grow_back : NULL;
	ops->loss_fault = layer_loss_fault;
	ops->usable_size = layer_usable_size;
	ops->set_owner = ops->set_owner ? layer_set_owner : NULL;
	ops->walk = layer_walk;
	ops->check = layer_check;
}

/* A pool's elements go through doors of their own, whatever is asked for. */
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
 * Of the bytes that a processor may hold each class gets the same number of blocks,
 * up to PERCPU_ROOM; what is left is dealt out by bytes, so that many small ones
 * can lie there. False: too few for the least.
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

static const char *params_refuse(const struct rtalloc_heap_params *params)
{
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

/* @units that have marks; 0 of a pool. */
static struct rtalloc_percpu *layer_alloc(size_t units)
{
	struct rtalloc_percpu *pc = kzalloc(sizeof(*pc), GFP_KERNEL);

	if (!pc)
		return NULL;
	pc->nr_units = units;
	pc->mark = units ? kvzalloc(DIV_ROUND_UP(units, 2), GFP_KERNEL) : NULL;
	pc->mags = alloc_percpu(struct magazines *);
	if (!pc->mark == !units && pc->mags)
		return pc;
	layer_free_all(pc);
	return NULL;
}

/* Empty magazines, near the processor that uses them. */
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

/* What the heap, whose layer @pc is, needs of it. */
static void layer_tie(struct rtalloc_heap *heap, struct rtalloc_percpu *pc)
{
	hooks_set(pc);
	heap->layer = pc;
	heap->ops = &pc->ops;
	pc->fast = heap->fast;
	heap->fast = RTALLOC_FAST_NONE;
	mutex_lock(&layers_lock);
	list_add_tail(&pc->node, &layers);
	mutex_unlock(&layers_lock);
	static_branch_inc(&rtalloc_special);
	magazines_set(heap, pc);
}

/* @bytes: that a processor may hold, or 0. Returns why not, or NULL. */
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

/* The heap, which nobody knows yet, gets magazines. */
int rtalloc_percpu_begin(struct rtalloc_heap *heap,
			 const struct rtalloc_heap_params *params,
			 const char **why)
{
	size_t size = heap->part[0].size;
	const char *refused = params_refuse(params);
	struct rtalloc_percpu *pc;
	int err;

	if (refused)
		return refuse(-EINVAL, refused, why);
	/* Two units more: the first may begin below the memory. */
	pc = layer_alloc(params->elem ? 0 : size / 8 + 2);
	if (!pc)
		return refuse(-ENOMEM, "no memory for magazines", why);
	pc->heap = heap;
	refused = layer_fill(pc, ALIGN(params->elem, heap->align),
			     params->percpu, &err);
	if (refused) {
		layer_free_all(pc);
		return refuse(err, refused, why);
	}
	layer_tie(heap, pc);
	return 0;
}

/* Nobody uses magazines from here on, and they are empty. May sleep. */
void rtalloc_percpu_stop(struct rtalloc_heap *heap)
{
	unsigned long flags;

	if (!READ_ONCE(heap->layer))
		return;
	flags = heap_lock(heap);
	magazines_set(heap, &nothing);
	heap_unlock(heap, flags);
	rtalloc_percpu_flush(heap);
}

/* The heap's hooks are those of a heap that is gone. */
void rtalloc_percpu_end(struct rtalloc_heap *heap)
{
	struct rtalloc_percpu *pc = heap->layer;
	struct rtalloc_snapshot snap = { };
	unsigned long flags;

	if (!pc)
		return;
	mutex_lock(&layers_lock);
	list_del(&pc->node);
	rtalloc_percpu_sum(pc, &snap);
	flags = heap_lock(heap);
	rtalloc_percpu_note(heap, &snap);
	heap->allocs += snap.allocs;
	heap->frees += snap.frees;
	WRITE_ONCE(heap->layer, NULL);
	heap_unlock(heap, flags);
	mutex_unlock(&layers_lock);
	static_branch_dec(&rtalloc_special);
	synchronize_rcu();
	layer_free_all(pc);
}

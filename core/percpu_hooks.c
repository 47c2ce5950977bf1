// SPDX-License-Identifier: GPL-2.0-only
/*
 * percpu_hooks.c - the hooks of a heap that has magazines (percpu.c). Each
 * calls the backend's hook and keeps the marks up to date. The calls that
 * bypass the magazines use them, under the heap's lock. Each costs a constant
 * more than the backend's.
 */
#include <linux/atomic.h>
#include <linux/err.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "core/percpu.h"

/*
 * Take the block at @p out of the layer, before it is given to the backend. The
 * heap is locked. Return the state that the block had. STATE_NONE: the layer
 * does not know it. STATE_CACHED is set: it is free already, or a free without
 * the lock won the race. Any other state: the caller owns the block now, and
 * gives it back by mark_restore() if the backend refuses it.
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

/* Undo block_claim(), because the backend has refused the block. */
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

static size_t backend_room(const struct rtalloc_percpu *pc, const void *p)
{
	return pc->heap->backend->usable_size(pc->heap->ctrl, p);
}

/*
 * The block at @p has left the layer, and its user may now use all @room bytes
 * of it, not only as many as its class has. The bytes behind the class may hold
 * old data, because only the class was cleared when the block was handed out:
 * clear them too. They are fewer than the backend's smallest block has.
 */
static void slack_clear(const struct rtalloc_percpu *pc, u8 *p,
			unsigned int state, size_t room)
{
	size_t from = pc->size[state / 2];

	if (state && room > from)
		memset(p + from, 0, room - from);
}

/* An element of a pool never changes its size, so it stays in the layer. */
static int layer_resize(void *ctrl, void *p, size_t *size)
{
	struct rtalloc_percpu *pc = layer_of(ctrl);
	unsigned int state;
	size_t at, room;
	int err;

	if (layer_is_pool(pc))
		return pc->heap->backend->resize(ctrl, p, size);
	state = block_claim(pc, p, &at);
	if (state & STATE_CACHED)
		return -RTALLOC_DOUBLE_FREE;
	room = backend_room(pc, p);
	err = pc->heap->backend->resize(ctrl, p, size);
	if (err)
		mark_restore(pc, state, at);
	else
		slack_clear(pc, p, state, min(room, backend_room(pc, p)));
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
	return percpu_is_cached(layer_of(ctrl), p) ? -RTALLOC_DOUBLE_FREE :
	       layer_of(ctrl)->heap->backend->loss_fault(ctrl, p, size);
}

/*
 * For a block that goes through magazines, report no more than the size of its
 * class: the bytes behind that are cleared only when the block leaves the
 * layer, not each time it is handed out.
 */
static size_t layer_usable_size(void *ctrl, const void *p)
{
	struct rtalloc_percpu *pc = layer_of(ctrl);
	unsigned int state;
	size_t at;

	state = percpu_state(pc, p, &at);
	if (state & STATE_CACHED)
		return 0;
	return state ? pc->size[state / 2] : backend_room(pc, p);
}

/* A block with a tag leaves the layer: its next user must not see the tag. */
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
	else
		slack_clear(pc, p, state, backend_room(pc, p));
	return err;
}

/* The hooks of @pc, over those of its heap's backend. */
void percpu_hooks_set(struct rtalloc_percpu *pc)
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
	ops->walk = percpu_walk;
	ops->check = percpu_check;
}

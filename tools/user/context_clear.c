// SPDX-License-Identifier: GPL-2.0-only
/*
 * context_clear.c - with init_on_free and init_on_alloc, memory that is freed, cut off or
 * allocated is cleared, and nothing else is.
 */
#include <string.h>
#include <linux/errno.h>

#include "core/checked.h"
#include "core/core.h"
#include "core/keys.h"
#include "context.h"

#define MARK	0xa5

/* Switch shim_init_on_free or shim_init_on_alloc, and the core's key with it. */
static void clearing_set(bool *which, bool on)
{
	if (!on)
		rtalloc_keys_exit();
	*which = on;
	if (on)
		rtalloc_keys_init();
}

static struct rtalloc_ops broken;

static int broken_free(void *ctrl, void *p)
{
	return -RTALLOC_CORRUPT;
}

static int broken_loss(void *ctrl, void *p, size_t size)
{
	return -RTALLOC_CORRUPT;
}

/* A backend's resize that always says that the block would have to move. */
static int gives_up(void *ctrl, void *p, size_t *size)
{
	return -ENOSPC;
}

static bool is_all(const u8 *p, u8 byte, size_t size)
{
	while (size--)
		if (*p++ != byte)
			return false;
	return true;
}

static bool has(const u8 *p, u8 byte, ssize_t size)
{
	return size > 0 && memchr(p, byte, size);
}

/* With init_on_free, a free of @p that is refused must not clear it. */
static const char *refusal_keeps(struct rtalloc_heap *heap, u8 *p)
{
	const struct rtalloc_ops *ops = heap->ops;
	const char *why = NULL;

	broken = *ops;
	broken.free = broken_free;
	broken.loss_fault = broken_loss;
	broken.resize = gives_up;
	heap->ops = &broken;
	memset(p, MARK, 200);
	if (rtalloc_free(heap, p) != -RTALLOC_CORRUPT ||
	    !is_all(p, MARK, 200))
		why = "a refused free changed the block";
	heap->is_closed = false;
	if (!why && (rtalloc_realloc(heap, p, 150, 0) ||
		     !is_all(p, MARK, 200)))
		why = "a refused realloc changed the block";
	heap->ops = ops;
	heap->is_closed = false;
	return why;
}

const char *refused_free_changes_nothing(struct rtalloc_heap *heap)
{
	u8 *p = rtalloc_alloc(heap, 200, 0);
	const char *why;

	clearing_set(&shim_init_on_free, true);
	why = refusal_keeps(heap, p);
	clearing_set(&shim_init_on_free, false);
	return why;
}

/*
 * Cut a block by @cut, and expect the bytes that were cut off to be cleared. Not cleared
 * are the links and headers of the new free piece: less than 64 bytes where it begins, and
 * 16 where it ends. In a checked heap it begins behind a red zone, up to 32 bytes later. If
 * the block could not be cut, it keeps its bytes.
 */
static const char *tail_left(struct rtalloc_heap *heap, u8 *p,
			     int (*cut)(struct rtalloc_heap *, u8 *))
{
	size_t room, links = heap->is_checked ? 96 : 64;

	memset(p, MARK, 200);
	if (cut(heap, p))
		return NULL;
	if (!is_all(p, MARK, 40))
		return "what is kept was changed";
	room = rtalloc_usable_size(heap, p);
	return room < 200 &&
	       has(p + room + links, MARK, 200 - 16 - room - links) ?
	       "what was cut off is left" : NULL;
}

static int cut_resize(struct rtalloc_heap *heap, u8 *p)
{
	return rtalloc_resize(heap, p, 40);
}

static int cut_realloc(struct rtalloc_heap *heap, u8 *p)
{
	return rtalloc_realloc(heap, p, 40, 0) != p;
}

const char *cut_tails_are_cleared(struct rtalloc_heap *heap)
{
	u8 *p = rtalloc_alloc(heap, 200, 0), *q = rtalloc_alloc(heap, 200, 0);
	const char *why;

	clearing_set(&shim_init_on_free, true);
	why = tail_left(heap, p, cut_resize);
	why = why ?: tail_left(heap, q, cut_realloc);
	clearing_set(&shim_init_on_free, false);
	return why;
}

static size_t knows_nothing(void *ctrl, const void *p)
{
	return 0;
}

/*
 * If the memory behind a block is damaged, so that its size is unknown, the requested bytes
 * are cleared.
 */
const char *damaged_is_cleared(struct rtalloc_heap *heap)
{
	const struct rtalloc_ops *ops = heap->ops;
	struct rtalloc_ops blind = *ops;
	u8 *p = rtalloc_alloc(heap, 200, 0);
	const char *why = NULL;

	memset(p, MARK, 200);
	rtalloc_free(heap, p);
	blind.usable_size = knows_nothing;
	heap->ops = &blind;
	heap->fast = RTALLOC_FAST_NONE;
	p = rtalloc_zalloc(heap, 200, 0);
	if (!p || !is_all(p, 0, 200))
		why = "not cleared";
	heap->ops = ops;
	return why;
}

/* In a checked heap, a block whose record was overwritten is refused, and not freed. */
const char *damaged_stays_live(struct rtalloc_heap *heap)
{
	struct rtalloc_checked *checked = checked_of(heap);
	const struct rtalloc_ops *inner = checked->inner;
	struct rtalloc_ops blind = *inner;
	u8 *p = rtalloc_alloc(heap, 200, 0);
	const char *why = NULL;

	memset(p - 64, MARK, 64);
	blind.usable_size = knows_nothing;
	checked->inner = &blind;
	if (!rtalloc_free(heap, p))
		why = "freed";
	checked->inner = inner;
	if (!inner->usable_size(checked->ctrl, p - checked->front))
		why = "refused, and freed all the same";
	return why;
}

/* A block that grows into a free one with old contents: the new bytes are cleared. */
const char *grown_in_place_is_cleared(struct rtalloc_heap *heap)
{
	bool keeps_out = context_flags & RTALLOC_HEAP_NO_INIT;
	u8 *p = rtalloc_alloc(heap, 40, 0), *q = rtalloc_alloc(heap, 150, 0);
	u8 *last = rtalloc_alloc(heap, 40, 0);
	const char *why = NULL;
	size_t from;

	memset(q, MARK, 150);
	rtalloc_free(heap, q);
	from = rtalloc_usable_size(heap, p);
	clearing_set(&shim_init_on_alloc, true);
	if (last && from < 160 && !rtalloc_resize(heap, p, 160) &&
	    is_all(p + from, 0, 160 - from) == keeps_out)
		why = keeps_out ? "cleared all the same" : "not cleared";
	clearing_set(&shim_init_on_alloc, false);
	return why;
}

/* Freed memory is cleared, except for links and headers, as memory that is cut off. */
const char *freed_is_cleared(struct rtalloc_heap *heap)
{
	u8 *p = rtalloc_alloc(heap, 200, 0);
	const char *why = NULL;

	memset(p, MARK, 200);
	clearing_set(&shim_init_on_free, true);
	if (rtalloc_free(heap, p) || has(p + 64, MARK, 200 - 16 - 64))
		why = "what was freed is left";
	clearing_set(&shim_init_on_free, false);
	return why;
}

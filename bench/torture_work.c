// SPDX-License-Identifier: GPL-2.0-only
/*
 * torture_work.c - the operations of a hand, and the heap that is created and
 * destroyed while others hold references to it.
 *
 * Every byte of a block holds the block's tag as soon as it was allocated. The
 * bytes are verified before each change and before the free.
 */
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/minmax.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "torture.h"

#define TMP_NAME	"torture.tmp"
#define TMP_SIZE	SZ_64K
#define TMP_ELEM	64

/* xorshift: fast enough for an interrupt, and a seed repeats it. */
u32 torture_random(struct torture_hand *hand, u32 below)
{
	u64 x = hand->random;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	hand->random = x;
	return (u32)(x >> 32) % below;
}

/* ---- contents --------------------------------------------------------- */

static void slot_fill(struct torture_slot *slot)
{
	memset(slot->p, (u8)slot->tag, slot->size);
	if (slot->size >= sizeof(slot->tag))
		memcpy(slot->p, &slot->tag, sizeof(slot->tag));
}

/* Verify the first @size bytes of a block since it was last filled. */
static void slot_verify(struct torture_hand *hand, struct torture_slot *slot,
			size_t size, const char *when)
{
	size_t head = slot->size < sizeof(slot->tag) ? 0 :
		      min(size, sizeof(slot->tag));
	const u8 *bad = memchr_inv(slot->p + head, (u8)slot->tag, size - head);

	if (memcmp(slot->p, &slot->tag, head))
		bad = slot->p;
	if (bad)
		torture_fail(hand->in_irq ? TORTURE_irq_contents :
					    TORTURE_contents,
			     "%s: %zu bytes, byte %zu is 0x%02x, %s",
			     slot->of->name, size, (size_t)(bad - slot->p),
			     *bad, when);
}

static void slot_got(struct torture_hand *hand, struct torture_slot *slot,
		     struct torture_heap *of, void *p, size_t size)
{
	slot->of = of;
	slot->p = p;
	slot->size = size;
	slot->tag = (u64)torture_random(hand, U32_MAX) << 32 |
		    torture_random(hand, U32_MAX);
	if (rtalloc_usable_size(of->heap, p) < size)
		torture_fail(TORTURE_answers, "%s: usable size below %zu",
			     of->name, size);
	slot_fill(slot);
}

/* ---- one block -------------------------------------------------------- */

static size_t size_draw(struct torture_hand *hand, struct torture_heap *of)
{
	static const u32 below[] = { 64, 64, 64, 512, 512, 1024, 8192 };
	u32 most = below[torture_random(hand, ARRAY_SIZE(below))];

	if (hand->in_irq)
		most = min_t(u32, most, 512);
	if (of->elem)
		most = of->elem;
	else if (!hand->in_irq && !torture_random(hand, 100))
		most = SZ_64K;
	return 1 + torture_random(hand, most);
}

static struct torture_heap *heap_draw(struct torture_hand *hand)
{
	struct torture_heap *of;

	do {
		of = &torture_heaps[torture_random(hand, torture_nr_heaps)];
	} while (hand->in_irq && !of->in_irq);
	return of;
}

static void slot_take(struct torture_hand *hand, struct torture_slot *slot)
{
	struct torture_heap *of = heap_draw(hand);
	gfp_t gfp = hand->in_irq ? GFP_ATOMIC : GFP_KERNEL;
	size_t size = size_draw(hand, of), align;
	void *p;

	switch (torture_random(hand, 4)) {
	case 0:
		p = rtalloc_zalloc(of->heap, size, gfp);
		if (p && memchr_inv(p, 0, size))
			torture_fail(TORTURE_answers, "%s: not zeroed",
				     of->name);
		break;
	case 1:
		align = 8u << torture_random(hand, 7);
		p = rtalloc_alloc_aligned(of->heap, size, align, gfp);
		if (p && !IS_ALIGNED((unsigned long)p, align))
			torture_fail(TORTURE_answers, "%s: not aligned to %zu",
				     of->name, align);
		break;
	default:
		p = rtalloc_alloc(of->heap, size, gfp);
	}
	if (p)
		slot_got(hand, slot, of, p, size);
}

static void slot_free(struct torture_hand *hand, struct torture_slot *slot)
{
	int err;

	slot_verify(hand, slot, slot->size, "before its free");
	err = rtalloc_free(slot->of->heap, slot->p);
	if (err)
		torture_fail(TORTURE_answers, "%s: free says %d",
			     slot->of->name, err);
	slot->p = NULL;
}

static void slot_realloc(struct torture_hand *hand, struct torture_slot *slot)
{
	size_t size = size_draw(hand, slot->of);
	gfp_t gfp = hand->in_irq ? GFP_ATOMIC : GFP_KERNEL;
	void *p;

	slot_verify(hand, slot, slot->size, "before its realloc");
	p = rtalloc_realloc(slot->of->heap, slot->p, size, gfp);
	if (!p)
		return;
	slot->p = p;
	slot_verify(hand, slot, min(size, slot->size), "after its realloc");
	slot_got(hand, slot, slot->of, p, size);
}

static void slot_resize(struct torture_hand *hand, struct torture_slot *slot)
{
	size_t size = size_draw(hand, slot->of);

	if (rtalloc_resize(slot->of->heap, slot->p, size))
		size = slot->size;
	slot_verify(hand, slot, min(size, slot->size), "after a resize");
	slot_got(hand, slot, slot->of, slot->p, size);
}

/*
 * Try bad frees on a slot that no other hand has, so the address cannot be a
 * block again.
 */
static void slot_bad_free(struct torture_hand *hand, struct torture_slot *slot)
{
	struct torture_heap *other = heap_draw(hand);

	if (slot->size >= 64 &&
	    !rtalloc_free(slot->of->heap,
			  slot->p + 1 + torture_random(hand, slot->size - 1)))
		torture_fail(TORTURE_bad_frees, "%s: inside of a block",
			     slot->of->name);
	if (other != slot->of && !rtalloc_free(other->heap, slot->p))
		torture_fail(TORTURE_bad_frees, "%s: a block of %s",
			     other->name, slot->of->name);
}

/* ---- a whole heap ----------------------------------------------------- */

static void heap_inspect(struct torture_hand *hand, struct torture_heap *of)
{
	struct rtalloc_cursor cursor = { .pos = torture_random(hand, of->size) };
	struct rtalloc_block batch[4];
	struct rtalloc_snapshot snap;
	struct rtalloc_fault fault;
	int err;

	switch (torture_random(hand, 8)) {
	case 0:
		err = rtalloc_check(of->heap, &fault);
		if (err && err != -EAGAIN)
			torture_fail(TORTURE_checks, "%s: %d at %llu: %s",
				     of->name, err, fault.offset, fault.what);
		break;
	case 1:
		rtalloc_walk(of->heap, &cursor, batch, ARRAY_SIZE(batch));
		break;
	case 2:
		rtalloc_stats(of->heap, &snap);
		break;
	case 3:
		rtalloc_reset_max(of->heap);
		break;
	default:
		rtalloc_usage(of->heap, &snap);
		if (snap.used > snap.total || snap.max_used > snap.total)
			torture_fail(TORTURE_answers, "%s: %llu of %llu used",
				     of->name, snap.used, snap.total);
	}
}

static void heap_change(struct torture_hand *hand, struct torture_heap *of)
{
	u32 what = torture_random(hand, 4);

	if (what == 0)
		rtalloc_trim(of->heap);
	else if (what == 1)
		atomic_add(!rtalloc_heap_add_region(of->heap, torture_region,
						    SZ_32K), &of->glued);
	else
		atomic_sub(!rtalloc_heap_remove_region(of->heap,
						       torture_region),
			   &of->glued);
}

/*
 * Do one operation. The slots are kept half full, so that there are blocks of
 * every age.
 */
void torture_step(struct torture_hand *hand)
{
	struct torture_slot *slot =
		&hand->slot[torture_random(hand, TORTURE_SLOTS)];
	u32 what = torture_random(hand, 64);

	hand->ops++;
	if (!slot->p)
		slot_take(hand, slot);
	else if (what < 12)
		slot_realloc(hand, slot);
	else if (what < 18)
		slot_resize(hand, slot);
	else if (what == 18)
		slot_bad_free(hand, slot);
	else if (what == 19 && !hand->in_irq)
		heap_inspect(hand, slot->of);
	else if (what == 20 && !hand->in_irq)
		heap_change(hand, slot->of);
	else if (what == 21)
		rtalloc_set_owner(slot->of->heap, slot->p, "torture");
	else
		slot_free(hand, slot);
}

void torture_drop(struct torture_hand *hand)
{
	struct torture_slot *slot = hand->slot;

	for (; slot < hand->slot + TORTURE_SLOTS; slot++)
		if (slot->p)
			slot_free(hand, slot);
}

/* ---- a heap that comes and goes --------------------------------------- */

/* A small heap of the same kind. */
static struct rtalloc_heap_params tmp_params(const struct torture_heap *like)
{
	return (struct rtalloc_heap_params){
		.name = TMP_NAME,
		.backend = like->backend,
		.region = torture_region,
		.size = TMP_SIZE,
		.flags = like->flags,
		.elem = like->elem ? TMP_ELEM : 0,
	};
}

/* Destroy the heap. Its memory may be reused only after that. */
static void tmp_destroy(struct rtalloc_heap *heap, const char *backend)
{
	int err = rtalloc_heap_destroy(heap, true);

	if (err)
		torture_fail(TORTURE_destroys, "%s heap: %d", backend, err);
	while (err) {
		usleep_range(500, 1000);
		err = rtalloc_heap_destroy(heap, true);
	}
}

/* Create a heap, let the visitors use it, and destroy it while they hold blocks. */
void torture_come_and_go(struct torture_hand *hand)
{
	struct torture_heap *like = heap_draw(hand);
	struct rtalloc_heap_params params = tmp_params(like);
	struct rtalloc_heap *heap;

	if (torture_random(hand, 2))
		params.memory = kmalloc(TMP_SIZE, GFP_KERNEL);
	heap = rtalloc_heap_create(&params);
	if (IS_ERR(heap)) {
		if (heap != ERR_PTR(-ENOMEM) && heap != ERR_PTR(-EEXIST))
			torture_fail(TORTURE_destroys, "%s: create says %ld",
				     like->name, PTR_ERR(heap));
	} else {
		usleep_range(100, 100 + torture_random(hand, 10000));
		tmp_destroy(heap, like->backend);
	}
	hand->ops++;
	kfree(params.memory);
}

/* Use the heap while it may be destroyed: only plain errors may be returned. */
static void tmp_use(struct torture_hand *hand, struct rtalloc_heap *heap)
{
	struct mempool_fixed *pool = mempool_fixed_of(heap);
	struct rtalloc_snapshot snap;
	struct rtalloc_fault fault;
	void *p;
	int err;

	if (pool && torture_random(hand, 2))
		p = mempool_fixed_alloc_timeout(pool, torture_random(hand, 3));
	else
		p = rtalloc_alloc(heap, 1 + torture_random(hand, TMP_ELEM),
				  GFP_KERNEL);
	if (IS_ERR(p)) {
		if (p != ERR_PTR(-ETIMEDOUT) && p != ERR_PTR(-EIDRM))
			torture_fail(TORTURE_waits, "a pool that is going: %ld",
				     PTR_ERR(p));
		p = NULL;
	}
	if (!torture_random(hand, 8))
		rtalloc_stats(heap, &snap);
	if (!torture_random(hand, 8)) {
		err = rtalloc_check(heap, &fault);
		if (err && err != -EAGAIN && err != -EIDRM && err != -ENODEV)
			torture_fail(TORTURE_closed, "check: %d", err);
	}
	/* Sometimes leave a block to the destroy. */
	if (p && torture_random(hand, 8))
		rtalloc_free(heap, p);
}

void torture_visit(struct torture_hand *hand)
{
	struct rtalloc_heap *heap = rtalloc_heap_get(TMP_NAME);
	u32 rounds = torture_random(hand, 30);

	hand->ops++;
	if (!heap)
		return;
	while (rounds--)
		tmp_use(hand, heap);
	rtalloc_heap_put(heap);
	usleep_range(100, 2000);
}

/* ---- a heap before this one ------------------------------------------- */

#define STALE_BLOCKS	5

/* Free a block of a destroyed heap into the next heap at the same place. */
static void stale_frees(const struct torture_heap *like)
{
	struct rtalloc_heap_params params = tmp_params(like);
	struct rtalloc_heap *heap = rtalloc_heap_create(&params);
	void *block[STALE_BLOCKS];
	int i;

	if (IS_ERR(heap)) {
		torture_fail(TORTURE_bad_frees, "%s: no heap", like->name);
		return;
	}
	for (i = 0; i < STALE_BLOCKS; i++)
		block[i] = rtalloc_alloc(heap, TMP_ELEM, GFP_KERNEL);
	rtalloc_heap_destroy(heap, true);
	heap = rtalloc_heap_create(&params);
	if (IS_ERR(heap))
		return;
	for (i = 0; i < STALE_BLOCKS; i++)
		if (!rtalloc_free(heap, block[i]))
			torture_fail(TORTURE_bad_frees, "%s: an earlier heap's block",
				     like->name);
	rtalloc_heap_destroy(heap, true);
}

void torture_stale(void)
{
	unsigned int i;

	for (i = 0; i < torture_nr_heaps; i++)
		stale_frees(&torture_heaps[i]);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * mempool_fixed.c - backend "pool": elements of one size.
 *
 * After RT-Thread's mempool and lwIP's memp: the element that was freed last is
 * the next one handed out. Elements that were never used come in address order,
 * upwards (RT-Thread) or downwards (lwIP).
 *
 *   base      first
 *   +---------+-------+------+---------+-------+------+-----+---------------+
 *   | front   | elem  | tail | front   | elem  | tail | ... | links         |
 *   +---------+-------+------+---------+-------+------+-----+---------------+
 *   front: a guard and a word of header, tail: a guard; each only if its flag asks
 *   for it. links: 4 bytes for each element, here or where the caller has put them
 *
 * Elements are numbered in order of first use. Elements that were never used
 * are not in the free list, so a pool of any size is made in constant time. The
 * link of an element that was used holds one of three things: its place in the
 * free list; FIXED_LIVE if a user has it; FIXED_CACHED if it lies in a magazine
 * of the core. So one comparison refuses a second free. Nothing is kept inside
 * elements, so a write after free cannot damage the pool. A link is still
 * tested before it is followed.
 *
 * Cost: alloc, free and every test of a pointer take constant time. The number
 * of an element is computed by one multiplication (fixed_number()), which is
 * exact for every pointer.
 *
 * Functions that only read are in backend/mempool_fixed_inspect.c, the layout
 * is in backend/mempool_fixed.h. Written from behavioural descriptions; no code
 * taken.
 */
#include <linux/atomic.h>
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "backend/pool_fast.h"
#include "backend/steps.h"

/* ---- alloc ----------------------------------------------------------- */

/*
 * Guards are whole words, because the alignment is at least 8 and a header is
 * one word.
 */
static void pattern_write(const struct fixed_pool *pool, u8 *from, u8 *to)
{
	unsigned long *word = (unsigned long *)from;

	while (word < (unsigned long *)to)
		*word++ = pool->pattern;
}

static void element_init(struct fixed_pool *pool, u8 *p)
{
	u8 *front = p - pool->front;
	u8 *tail = p + pool->elem;

	if (pool->flags & RTALLOC_POOL_GUARDS) {
		pattern_write(pool, front, p);
		pattern_write(pool, tail, front + pool->stride);
	}
	if (pool->flags & RTALLOC_POOL_HEADER)
		((void **)p)[-1] = pool;
}

/* Take an element that was never used, or return NULL if there is none. */
static void *unused_take(struct fixed_pool *pool, u32 link)
{
	u32 number = pool->unused;

	if (number == pool->count)
		return NULL;
	WRITE_ONCE(pool->link[number], link);
	pool->unused++;
	pool->alloc_limit = pool->unused;
	if (!(pool->flags & RTALLOC_POOL_GUARDS))
		/*
		 * A free into a magazine reads the limit without the lock. Pairs
		 * with the control dependency in fast_put(): if it finds the new
		 * limit, it finds the link too, and not what memory held before.
		 */
		smp_store_release(&pool->free_limit, pool->unused);
	usage_add(&pool->in_use, 1);
	element_init(pool, fixed_at(pool, number));
	return fixed_at(pool, number);
}

static void *fixed_alloc(void *ctrl, size_t size)
{
	struct fixed_pool *pool = ctrl;
	void *p;

	if (!size || size > pool->elem)
		return NULL;
	if (fixed_take(pool, &p))
		return p;
	if (pool->head != FIXED_NONE)
		return ERR_PTR(-RTALLOC_CORRUPT);
	return unused_take(pool, FIXED_LIVE);
}

/*
 * Take elements for the core's magazines, in the form that these use: two words
 * each, the element's address and the address of its link. A link is FIXED_LIVE
 * at no time, so that no late free can get the element too. Return how many, as
 * the hook alloc_many.
 */
int fixed_take_slots(struct fixed_pool *pool, void **slot, unsigned int n)
{
	u32 number = pool->head, limit = pool->alloc_limit;
	u32 *links = pool->link, *link, next;
	unsigned int i;

	/* The same test as in fixed_take(). */
	for (i = 0; i < n && number < limit; i++, slot += 2) {
		link = links + number;
		next = *link;
		if (unlikely(next + 1 > limit))
			break;
		WRITE_ONCE(*link, FIXED_CACHED);
		slot[0] = fixed_at(pool, number);
		slot[1] = link;
		number = next;
	}
	pool->head = number;
	usage_add(&pool->in_use, i);
	if (i < n && number != FIXED_NONE)
		return i ? i : -RTALLOC_CORRUPT;
	for (; i < n; i++, slot += 2) {
		slot[1] = links + pool->unused;
		slot[0] = unused_take(pool, FIXED_CACHED);
		if (!slot[0])
			break;
	}
	return i;
}

/* Give such elements back; the last one will be taken first. */
void fixed_put_slots(struct fixed_pool *pool, void *const *slot,
		     unsigned int n)
{
	u32 head = pool->head, *link;
	unsigned int i;

	for (i = 0; i < n; i++, slot += 2) {
		link = slot[1];
		WRITE_ONCE(*link, head);
		head = link - pool->link;
	}
	pool->head = head;
	usage_sub(&pool->in_use, n);
}

/* The same for elements that are given by their addresses. */
void fixed_put_cached(struct fixed_pool *pool, void **p, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		link_free(pool, fixed_number(pool, p[i]));
}

static void *fixed_alloc_aligned(void *ctrl, size_t size, size_t align)
{
	struct fixed_pool *pool = ctrl;

	/*
	 * A factor of one element's address and of the step is a factor of all
	 * addresses.
	 */
	if (((size_t)pool->origin | pool->step) & (align - 1))
		return NULL;
	return fixed_alloc(ctrl, size);
}

/* ---- free ------------------------------------------------------------ */

/* Return why @p, whose number is @number, is not a live element, or 0 if it is. */
static int element_fault(const struct fixed_pool *pool, const void *p, u64 number)
{
	u32 link;

	if (fixed_is_live(pool, number))
		return 0;
	if ((size_t)((const u8 *)p - pool->base) >= pool->size)
		return -RTALLOC_FOREIGN;
	if (number >= pool->count)
		return -RTALLOC_NOT_A_BLOCK;
	if (number >= pool->unused)
		return -RTALLOC_DOUBLE_FREE;
	/*
	 * The link is not FIXED_LIVE: it is a place in the free list, or
	 * FIXED_CACHED.
	 */
	link = READ_ONCE(pool->link[number]);
	if (link >= pool->unused && link < FIXED_CACHED)
		return -RTALLOC_CORRUPT;
	return -RTALLOC_DOUBLE_FREE;
}

static int fixed_loss_fault(void *ctrl, void *p, size_t size)
{
	struct fixed_pool *pool = ctrl;
	int err = element_fault(pool, p, fixed_number(pool, p));

	if (err || size)
		return err ?: -ENOSPC;
	return pool->flags & RTALLOC_POOL_GUARDS && !fixed_guards_ok(pool, p) ?
	       -RTALLOC_OVERRUN : 0;
}

static int fixed_free(void *ctrl, void *p)
{
	struct fixed_pool *pool = ctrl;
	int err = fixed_loss_fault(ctrl, p, 0);

	if (err)
		return err;
	link_free(pool, fixed_number(pool, p));
	return 0;
}

static int fixed_resize(void *ctrl, void *p, size_t *size)
{
	struct fixed_pool *pool = ctrl;
	int err = element_fault(pool, p, fixed_number(pool, p));

	if (err)
		return err;
	return *size <= pool->elem ? 0 : -ENOSPC;
}

static size_t fixed_usable_size(void *ctrl, const void *p)
{
	struct fixed_pool *pool = ctrl;

	return fixed_is_live(pool, fixed_number(pool, p)) ? pool->elem : 0;
}

static u64 fixed_offset(void *ctrl, const void *p)
{
	struct fixed_pool *pool = ctrl;
	size_t offset = (const u8 *)p - pool->base;

	return offset < pool->size ? offset : ~0ull;
}

/* ---- init ------------------------------------------------------------ */

/* The layout of elements: bytes from each to the next, and before each. */
struct spacing {
	size_t elem;
	size_t front;
	size_t stride;
};

/* Return false if no pool can have such an element. */
static bool spacing_set(struct spacing *s, size_t elem, size_t align,
			unsigned int flags)
{
	if (!elem || elem > SIZE_MAX / 4)
		return false;
	s->elem = ALIGN(elem, align);
	s->front = 0;
	if (flags & RTALLOC_POOL_GUARDS)
		s->front += ALIGN(FIXED_GUARD, align);
	s->stride = s->elem + s->front;
	if (flags & RTALLOC_POOL_GUARDS)
		s->stride += ALIGN(FIXED_GUARD, align);
	if (flags & RTALLOC_POOL_HEADER) {
		s->front += ALIGN(FIXED_HEADER, align);
		s->stride += ALIGN(FIXED_HEADER, align);
	}
	return true;
}

size_t fixed_room(size_t size, size_t elem, size_t align, unsigned int flags)
{
	struct spacing s;

	return spacing_set(&s, elem, align, flags) ? size / s.stride : 0;
}

size_t fixed_bytes(u32 count, size_t elem, size_t align, unsigned int flags)
{
	struct spacing s;
	size_t each;

	if (!spacing_set(&s, elem, align, flags))
		return SIZE_MAX;
	each = s.stride + sizeof(u32);
	return count > SIZE_MAX / each ? SIZE_MAX : count * each;
}

static void numbers_set(struct fixed_pool *pool)
{
	pool->step = pool->stride;
	pool->origin = pool->first;
	if (pool->flags & RTALLOC_POOL_HIGH_FIRST) {
		pool->origin += (pool->count - 1) * pool->stride;
		pool->step = -pool->step;
	}
	pool->shift = __ffs(pool->step);
	pool->inverse = inverse_of((s64)(long)pool->step >> pool->shift);
}

/* Take the parameters that the init hook does not have; the core calls this first. */
static void fixed_configure(void *ctrl, size_t elem, u32 count, u32 *links)
{
	struct fixed_pool *pool = ctrl;

	pool->elem = elem;
	pool->count = count;
	pool->link = links;
}

static int fixed_init(void *ctrl, void *base, size_t size, size_t align,
		      unsigned int flags)
{
	struct fixed_pool *pool = ctrl;
	struct spacing s;
	size_t room;

	if (flags & ~(RTALLOC_POOL_FLAGS | RTALLOC_HEAP_RAW_LOCK))
		return -EINVAL;
	if (!spacing_set(&s, pool->elem, align, flags))
		return -ENOSPC;
	room = size / (s.stride + (pool->link ? 0 : sizeof(u32)));
	if (!room || room < pool->count)
		return -ENOSPC;
	if (!pool->count && room > RTALLOC_POOL_MAX)
		return -EFBIG;
	pool->count = pool->count ?: room;
	if (pool->count > RTALLOC_POOL_MAX)
		return -EFBIG;
	pool->base = base;
	pool->size = size;
	pool->first = (u8 *)base + s.front;
	pool->elem = s.elem;
	pool->front = s.front;
	pool->stride = s.stride;
	pool->flags = flags & RTALLOC_POOL_FLAGS;
	pool->head = FIXED_NONE;
	pool->pattern = fixed_pattern(pool);
	numbers_set(pool);
	if (!pool->link)
		pool->link = base + pool->count * s.stride;
	return 0;
}

/*
 * The core hands out no more elements. Setting the limit to 0 stops the fast
 * alloc.
 */
static void fixed_close(void *ctrl)
{
	struct fixed_pool *pool = ctrl;

	pool->alloc_limit = 0;
}

const struct rtalloc_ops mempool_fixed_ops = {
	.name		= "pool",
	.ctrl_size	= sizeof(struct fixed_pool),
	.default_align	= 8,
	.min_align	= 8,
	.max_align	= PAGE_SIZE,
	.bounded	= true,
	.configure	= fixed_configure,
	.init		= fixed_init,
	.close		= fixed_close,
	.alloc		= fixed_alloc,
	.alloc_aligned	= fixed_alloc_aligned,
	.resize		= fixed_resize,
	.free		= fixed_free,
	.loss_fault	= fixed_loss_fault,
	.usable_size	= fixed_usable_size,
	.offset		= fixed_offset,
	.walk		= fixed_walk,
	.check		= fixed_check,
	.usage		= fixed_usage,
	.stats		= fixed_snapshot,
};

// SPDX-License-Identifier: GPL-2.0-only
/*
 * trace.c - the random operations on pbufs of lwIP's golden vectors; see trace.h.
 *
 * Each operation draws one of eight packets, the slot k. An empty slot gets a new packet,
 * whose type, layer and length are drawn; on another slot an operation is drawn. Then the
 * lengths, references, types and flags of its pbufs, its bytes, and the numbers of pool
 * elements in use are hashed.
 */
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/sizes.h>
#include <linux/string.h>

#include "kunit/pbuf/trace.h"

#define FNV_BASIS	2166136261u
#define FNV_PRIME	16777619u
#define HEAP_SIZE	SZ_1M	/* large enough that no allocation fails */

static u32 trace_draw(struct pbuf_trace *trace, u32 below)
{
	trace->state = trace->state * 1664525u + 1013904223u;
	return (trace->state >> 16) % below;
}

static void hash_byte(struct pbuf_trace *trace, u8 byte)
{
	trace->hash = (trace->hash ^ byte) * FNV_PRIME;
}

static void feed(struct pbuf_trace *trace, u32 word)
{
	int i;

	for (i = 0; i < 4; i++, word >>= 8)
		hash_byte(trace, word);
}

/* ---- set-up ---------------------------------------------------------- */

static int pool_make(struct pbuf_trace *trace, struct rtalloc_region *region,
		     unsigned int source, unsigned int count, size_t size)
{
	struct mempool_fixed_params params = {
		.name = source == 1 ? "pbuf-trace-1" : "pbuf-trace-2",
		.region = region,
		.elem = trace->env.header + size,
		.count = count,
		.align = max_t(size_t, trace->env.align, 8),
	};
	struct mempool_fixed *pool = mempool_fixed_create(&params);

	if (IS_ERR(pool))
		return PTR_ERR(pool);
	trace->env.pool[source] = (struct pbuf_pool){ pool, size };
	return 0;
}

static int heap_make(struct pbuf_trace *trace, struct rtalloc_region *region)
{
	struct rtalloc_heap_params params = {
		.name = "pbuf-trace",
		.backend = "lwip_mem",
		.region = region,
		.size = HEAP_SIZE,
		.align = max_t(size_t, trace->env.align, 8),
	};
	struct rtalloc_heap *heap = rtalloc_heap_create(&params);

	if (IS_ERR(heap))
		return PTR_ERR(heap);
	trace->env.heap = heap;
	return 0;
}

static int env_close(struct pbuf_env *env)
{
	int err = 0, i;

	if (env->heap)
		err = rtalloc_heap_destroy(env->heap, false);
	for (i = 1; i <= 2; i++)
		if (env->pool[i].pool &&
		    mempool_fixed_destroy(env->pool[i].pool, false))
			err = -EBUSY;
	return err;
}

int pbuf_trace_open(struct pbuf_trace *trace, struct rtalloc_region *region,
		    const struct pbuf_trace_geometry *geometry)
{
	int err, i;

	memset(trace, 0, sizeof(*trace));
	trace->env.align = geometry->align;
	err = pbuf_env_init(&trace->env);
	if (!err)
		err = heap_make(trace, region);
	if (!err)
		err = pool_make(trace, region, 1, geometry->pbufs, 0);
	if (!err)
		err = pool_make(trace, region, 2, geometry->pool,
				ALIGN(geometry->bufsize, geometry->align));
	if (err) {
		env_close(&trace->env);
		return err;
	}
	trace->layer[2] = geometry->link;
	trace->layer[1] = trace->layer[2] + geometry->ip;
	trace->layer[0] = trace->layer[1] + geometry->transport;
	trace->state = geometry->seed;
	trace->hash = FNV_BASIS;
	for (i = 0; i < sizeof(trace->refbuf); i++)
		trace->refbuf[i] = 7 * i;
	for (i = 0; i < TRACE_CUSTOMS; i++)
		trace->custom[i].trace = trace;
	trace->env_before = pbuf_env_default();
	pbuf_env_set_default(&trace->env);
	return 0;
}

int pbuf_trace_close(struct pbuf_trace *trace)
{
	int i;

	for (i = 0; i < TRACE_SLOTS; i++)
		if (trace->slot[i])
			pbuf_free(trace->slot[i]);
	pbuf_env_set_default(trace->env_before);
	return env_close(&trace->env);
}

/* ---- operations ------------------------------------------------------ */

static void custom_freed(struct pbuf *p)
{
	struct trace_custom *custom = container_of(p, struct trace_custom,
						   custom.pbuf);

	custom->is_used = false;
	custom->trace->callbacks++;
}

static struct pbuf *custom_get(struct pbuf_trace *trace, size_t layer,
			       size_t len)
{
	struct trace_custom *custom = trace->custom;
	struct pbuf *p;

	while (custom->is_used)
		if (++custom == trace->custom + TRACE_CUSTOMS)
			return NULL;
	custom->custom.custom_free_function = custom_freed;
	p = pbuf_alloced_custom(layer, len, PBUF_REF, &custom->custom,
				custom->mem, TRACE_CUSTOM_BYTES);
	custom->is_used = p;
	return p;
}

static struct pbuf *packet_get(struct pbuf_trace *trace, u32 type, size_t layer,
			       size_t len)
{
	struct pbuf *p;

	switch (type) {
	case 0:
		return pbuf_alloc(layer, len, PBUF_RAM);
	case 1:
		return pbuf_alloc(layer, len, PBUF_POOL);
	case 2:
		p = pbuf_alloc(layer, len, PBUF_REF);
		if (p)
			p->payload = trace->refbuf + 512;
		return p;
	default:
		return custom_get(trace, layer, len);
	}
}

static void slot_fill(struct pbuf_trace *trace, struct pbuf **slot)
{
	u32 type = trace_draw(trace, 4);
	size_t layer = trace->layer[trace_draw(trace, 4)];
	u32 len = trace_draw(trace, 1200), b;

	*slot = packet_get(trace, type, layer, len);
	feed(trace, *slot ? 1 : 0);
	if (!*slot || type == 2)
		return;
	for (b = 0; b < len; b++)
		trace->text[b] = 13 * b + len;
	pbuf_take(*slot, trace->text, len);
}

static void header_grow(struct pbuf_trace *trace, struct pbuf *p)
{
	u32 bytes = trace_draw(trace, 100), i;
	u8 failed = pbuf_add_header(p, bytes);

	feed(trace, failed);
	for (i = 0; i < bytes && !failed; i++)
		((u8 *)p->payload)[i] = trace->steps;
}

static void slot_join(struct pbuf_trace *trace, struct pbuf *p,
		      struct pbuf **other)
{
	bool fits = *other && (*other)->tot_len &&
		    p->tot_len + (*other)->tot_len <= TRACE_TEXT_MAX;

	feed(trace, fits);
	if (!fits)
		return;
	pbuf_cat(p, *other);
	*other = NULL;
}

static void slot_cut(struct pbuf_trace *trace, struct pbuf *p,
		     struct pbuf **other)
{
	struct pbuf *q = p->next;

	if (!q) {
		feed(trace, 7);
		return;
	}
	pbuf_ref(q);
	feed(trace, pbuf_dechain(p) == q);
	if (*other)
		feed(trace, pbuf_free(q));
	else
		*other = q;
}

static void slot_coalesce(struct pbuf_trace *trace, struct pbuf **slot)
{
	struct pbuf *p = *slot;

	*slot = pbuf_coalesce(p, PBUF_RAW);
	feed(trace, *slot != p);
}

static void slot_clone(struct pbuf_trace *trace, struct pbuf *p,
		       struct pbuf **other)
{
	if (*other) {
		feed(trace, 8);
		return;
	}
	*other = pbuf_clone(trace->layer[2], PBUF_RAM, p);
	feed(trace, *other ? 1 : 0);
}

static void slot_write(struct pbuf_trace *trace, struct pbuf *p)
{
	u32 at = trace_draw(trace, 1200);
	u8 bytes[64];
	int b;

	for (b = 0; b < sizeof(bytes); b++)
		bytes[b] = b + trace->steps;
	feed(trace, (u32)pbuf_take_at(p, bytes, sizeof(bytes), at));
}

static void slot_change(struct pbuf_trace *trace, struct pbuf **slot,
			struct pbuf **other)
{
	struct pbuf *p = *slot;

	switch (trace_draw(trace, 10)) {
	case 0:
		feed(trace, pbuf_free(p));
		*slot = NULL;
		break;
	case 1:
		header_grow(trace, p);
		break;
	case 2:
		feed(trace, pbuf_remove_header(p, trace_draw(trace, 100)));
		break;
	case 3:
		pbuf_realloc(p, trace_draw(trace, 1200));
		break;
	case 4:
		*slot = pbuf_free_header(p, trace_draw(trace, 300));
		break;
	case 5:
		slot_join(trace, p, other);
		break;
	case 6:
		slot_cut(trace, p, other);
		break;
	case 7:
		slot_coalesce(trace, slot);
		break;
	case 8:
		slot_clone(trace, p, other);
		break;
	default:
		slot_write(trace, p);
	}
}

/* ---- what is hashed -------------------------------------------------- */

static void feed_packet(struct pbuf_trace *trace, const struct pbuf *head)
{
	const struct pbuf *p;
	u32 n, i;

	for (p = head; p; p = p->next) {
		feed(trace, p->len);
		feed(trace, p->tot_len);
		feed(trace, p->ref);
		feed(trace, p->type_internal);
		feed(trace, p->flags);
	}
	if (!head)
		return;
	n = pbuf_copy_partial(head, trace->text, TRACE_TEXT_MAX, 0);
	feed(trace, n);
	for (i = 0; i < n; i++)
		hash_byte(trace, trace->text[i]);
}

static void feed_pool(struct pbuf_trace *trace, unsigned int source)
{
	struct mempool_fixed_stats stats;

	mempool_fixed_stats(trace->env.pool[source].pool, &stats);
	feed(trace, stats.used);
}

void pbuf_trace_step(struct pbuf_trace *trace)
{
	u32 k = trace_draw(trace, TRACE_SLOTS);
	struct pbuf **slot = &trace->slot[k];
	struct pbuf **other = &trace->slot[(k + 1) % TRACE_SLOTS];

	trace->steps++;
	if (*slot)
		slot_change(trace, slot, other);
	else
		slot_fill(trace, slot);
	feed_packet(trace, *slot);
	feed_pool(trace, 1);
	feed_pool(trace, 2);
	feed(trace, trace->callbacks);
}

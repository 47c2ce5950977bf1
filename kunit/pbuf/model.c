// SPDX-License-Identifier: GPL-2.0-only
/*
 * model.c - random operations on a few packets, each compared with a model
 * that is naive on purpose: a packet is an array of bytes and a list of lengths.
 * After every operation the lengths, references and bytes of all packets must be
 * those of the model.
 */
#include <linux/kernel.h>
#include <linux/string.h>

#include "kunit/pbuf/cases.h"

#define PACKETS		6
#define PIECES		24
#define BYTES		6000
#define BORROWED	64	/* pieces of memory for PBUF_REF and custom pbufs */
#define BORROWED_BYTES	800
#define STEPS		20000

struct piece {
	unsigned int len;
	unsigned int room;	/* bytes in front, for headers */
	bool is_ref;		/* a PBUF_REF: it is unknown what is in front */
};

struct packet {
	struct pbuf *p;
	unsigned int n;
	struct piece piece[PIECES];
	size_t len;
	u8 byte[BYTES];
};

static struct model {
	struct pbuf_bench *b;
	struct packet packet[PACKETS];
	struct pbuf_custom custom[BORROWED];
	bool custom_used[BORROWED];
	u8 borrowed[BORROWED][BORROWED_BYTES];
	u8 data[BYTES];
} model;

static u32 pick(u32 below)
{
	return bench_draw(model.b, below);
}

/* ---- the model -------------------------------------------------------- */

static bool piece_is(const struct pbuf *p, const struct packet *packet,
		     unsigned int i, size_t at)
{
	return p->len == packet->piece[i].len &&
	       p->tot_len == packet->len - at && p->ref == 1 &&
	       !memcmp(p->payload ?: "", packet->byte + at, p->len);
}

static void packet_check(const struct packet *packet, const char *op)
{
	const struct pbuf *p = packet->p;
	unsigned int i;
	size_t at = 0;

	for (i = 0; p && i < packet->n; i++, p = p->next) {
		if (!piece_is(p, packet, i, at))
			bench_fail(model.b, __LINE__, "%s: piece %u differs",
				   op, i);
		at += packet->piece[i].len;
	}
	if (p || i != packet->n)
		bench_fail(model.b, __LINE__, "%s: other pieces", op);
}

static void packet_drop(struct packet *packet)
{
	packet->p = NULL;
	packet->n = 0;
	packet->len = 0;
}

static void piece_add(struct packet *packet, size_t len, size_t room,
		      bool is_ref)
{
	packet->piece[packet->n++] = (struct piece){ len, room, is_ref };
}

/* Remove the first piece of the model. */
static void piece_drop(struct packet *packet)
{
	unsigned int len = packet->piece[0].len;

	packet->n--;
	packet->len -= len;
	memmove(packet->piece, packet->piece + 1,
		packet->n * sizeof(*packet->piece));
	memmove(packet->byte, packet->byte + len, packet->len);
}

static void bytes_drop(struct packet *packet, size_t bytes)
{
	packet->piece[0].len -= bytes;
	packet->piece[0].room += bytes;
	packet->len -= bytes;
	memmove(packet->byte, packet->byte + bytes, packet->len);
}

static void pieces_append(struct packet *to, const struct packet *from)
{
	memcpy(to->piece + to->n, from->piece, from->n * sizeof(*from->piece));
	memcpy(to->byte + to->len, from->byte, from->len);
	to->n += from->n;
	to->len += from->len;
}

/* ---- new packets ------------------------------------------------------ */

static void random_data(size_t len)
{
	u32 state = pick(256);
	size_t i;

	/* Few different values, so that searches find partial matches. */
	for (i = 0; i < len; i++) {
		state = state * 1664525u + 1013904223u;
		model.data[i] = state >> 30;
	}
}

static bool shows(const struct pbuf *p, const u8 *mem)
{
	for (; p; p = p->next)
		if ((u8 *)p->payload >= mem &&
		    (u8 *)p->payload <= mem + BORROWED_BYTES)
			return true;
	return false;
}

/* The number of a piece of memory that no packet uses. */
static unsigned int borrow(void)
{
	unsigned int i, k;

	for (i = pick(BORROWED);; i = (i + 1) % BORROWED) {
		for (k = 0; k < PACKETS; k++)
			if (shows(model.packet[k].p, model.borrowed[i]))
				break;
		if (k == PACKETS && !model.custom_used[i])
			return i;
	}
}

static void custom_freed(struct pbuf *p)
{
	struct pbuf_custom *custom = container_of(p, struct pbuf_custom, pbuf);

	model.custom_used[custom - model.custom] = false;
}

static struct pbuf *new_custom(unsigned int i, size_t headroom, size_t len)
{
	struct pbuf *p;

	model.custom[i].custom_free_function = custom_freed;
	p = pbuf_alloced_custom(headroom, len, PBUF_POOL, &model.custom[i],
				model.borrowed[i], BORROWED_BYTES);
	model.custom_used[i] = p;
	return p;
}

/* Set the lengths of the pieces that a chain from the pool has. */
static void pool_pieces(struct packet *packet, size_t room, size_t len)
{
	size_t size = BENCH_BUFSIZE - room, own;

	do {
		own = min(len, size);
		piece_add(packet, own, room, false);
		len -= own;
		size = BENCH_BUFSIZE;
		room = 0;
	} while (len);
}

static void op_new(struct packet *packet)
{
	static const u8 layers[] = { 0, 14, 54, 74 };
	size_t headroom = layers[pick(4)], room = ALIGN(headroom, 8);
	size_t len = pick(8) ? pick(pick(2) ? 30 : 700) : 0;
	unsigned int kind = pick(4), i = borrow();

	if (kind == 0)
		packet->p = pbuf_alloc(headroom, len, PBUF_RAM);
	else if (kind == 1)
		packet->p = pbuf_alloc(headroom, len += pick(900), PBUF_POOL);
	else if (kind == 2)
		packet->p = pbuf_alloc_reference(model.borrowed[i], len,
						 PBUF_REF);
	else
		packet->p = new_custom(i, headroom, len);
	if (!packet->p)
		return;
	if (kind == 1)
		pool_pieces(packet, room, len);
	else
		piece_add(packet, len, room, kind == 2);
	packet->len = len;
	random_data(len);
	memcpy(packet->byte, model.data, len);
	EXPECT_EQ(model.b, pbuf_take(packet->p, model.data, len), ERR_OK);
}

/* ---- operations on one ------------------------------------------------ */

static void op_free(struct packet *packet)
{
	bool held = pick(2);

	if (held) {
		pbuf_ref(packet->p);
		EXPECT_EQ(model.b, pbuf_free(packet->p), 0);
	}
	EXPECT_EQ(model.b, pbuf_free(packet->p), packet->n);
	packet_drop(packet);
}

static void op_add_header(struct packet *packet)
{
	unsigned int bytes = pick(100), i;
	struct piece *piece = packet->piece;
	bool fits = !bytes || (!piece->is_ref && bytes <= piece->room);

	if (packet->len + bytes > BYTES)
		return;
	EXPECT_EQ(model.b, pbuf_add_header(packet->p, bytes), !fits);
	if (!fits)
		return;
	memmove(packet->byte + bytes, packet->byte, packet->len);
	for (i = 0; i < bytes; i++) {
		packet->byte[i] = i;
		((u8 *)packet->p->payload)[i] = packet->byte[i];
	}
	piece->room -= bytes;
	piece->len += bytes;
	packet->len += bytes;
}

static void op_remove_header(struct packet *packet)
{
	unsigned int bytes = pick(60);
	bool fits = bytes <= packet->piece[0].len;

	EXPECT_EQ(model.b, pbuf_remove_header(packet->p, bytes), !fits);
	if (fits)
		bytes_drop(packet, bytes);
}

static void op_realloc(struct packet *packet)
{
	size_t len = pick(packet->len + 40), at = 0;
	unsigned int i;

	pbuf_realloc(packet->p, len);
	if (len >= packet->len)
		return;
	for (i = 0; len - at > packet->piece[i].len; i++)
		at += packet->piece[i].len;
	packet->piece[i].len = len - at;
	packet->n = i + 1;
	packet->len = len;
}

static void op_free_header(struct packet *packet)
{
	size_t bytes = pick(packet->len + 40);

	packet->p = pbuf_free_header(packet->p, bytes);
	while (bytes && packet->n && bytes >= packet->piece[0].len) {
		bytes -= packet->piece[0].len;
		piece_drop(packet);
	}
	if (bytes && packet->n)
		bytes_drop(packet, bytes);
}

static void op_coalesce(struct packet *packet)
{
	struct pbuf *p = pbuf_coalesce(packet->p, PBUF_LINK);

	if (p == packet->p)
		return;
	EXPECT(model.b, packet->n > 1);
	packet->p = p;
	packet->n = 0;
	piece_add(packet, packet->len, 16, false);
}

static void op_take(struct packet *packet)
{
	size_t len = pick(packet->len + 20), at = pick(packet->len + 20);
	bool fits = at < packet->len && len <= packet->len - at;

	random_data(len);
	EXPECT_EQ(model.b, pbuf_take_at(packet->p, model.data, len, at),
		  fits ? ERR_OK : ERR_MEM);
	if (fits)
		memcpy(packet->byte + at, model.data, len);
}

static void op_put(struct packet *packet)
{
	size_t at = pick(packet->len + 20);

	pbuf_put_at(packet->p, at, 0x5a);
	if (at < packet->len)
		packet->byte[at] = 0x5a;
	EXPECT_EQ(model.b, pbuf_try_get_at(packet->p, at),
		  at < packet->len ? 0x5a : -1);
}

/*
 * Shorten a packet of which somebody holds the pieces from @k on. The holder keeps the same
 * pbufs, of which the last ones are empty, until he drops his reference.
 */
static void held_shorten(struct packet *packet, unsigned int k, size_t at)
{
	unsigned int i;

	packet->len = at + 1 + pick(packet->piece[k].len - 1);
	packet->piece[k].len = packet->len - at;
	pbuf_realloc(packet->p, packet->len);
	for (i = k + 1; i < packet->n; i++)
		packet->piece[i].len = 0;
}

/* A held piece must not change, except for being shortened. */
static void op_held(struct packet *packet)
{
	unsigned int k = pick(packet->n), i, len = packet->piece[k].len;
	struct pbuf *p = packet->p;
	size_t at = 0;

	for (i = 0; i < k; i++, p = p->next)
		at += packet->piece[i].len;
	pbuf_ref(p);
	EXPECT_EQ(model.b, pbuf_add_header_force(p, 1), 1);
	EXPECT_EQ(model.b, pbuf_remove_header(p, 1), 1);
	if (len) {
		pbuf_put_at(packet->p, at, packet->byte[at] + 1);
		EXPECT_EQ(model.b, pbuf_take_at(packet->p, "", 1, at), ERR_VAL);
	}
	if (len > 1)
		held_shorten(packet, k, at);
	EXPECT_EQ(model.b, pbuf_free(p), 0);
	packet_check(packet, "held");
	if (p->len == p->tot_len) {
		pbuf_dechain(p);
		packet->n = k + 1;
	}
}

/* ---- looking at one --------------------------------------------------- */

static void op_copy_out(struct packet *packet)
{
	size_t len = pick(packet->len + 20), at = pick(packet->len + 20);
	size_t want = at < packet->len ? min(len, packet->len - at) : 0;

	EXPECT_EQ(model.b, pbuf_copy_partial(packet->p, model.data, len, at),
		  want);
	EXPECT(model.b, !memcmp(model.data, packet->byte + at, want));
}

static void op_contiguous(struct packet *packet)
{
	size_t len = pick(60), at = pick(packet->len + 20);
	bool there = at < packet->len && len <= packet->len - at;
	void *p = pbuf_get_contiguous(packet->p, model.data, 60, len, at);

	EXPECT_EQ(model.b, !!p, there);
	if (there)
		EXPECT(model.b, !memcmp(p, packet->byte + at, len));
}

static void op_skip(struct packet *packet)
{
	size_t at = pick(packet->len + 20);
	const u8 *byte;
	struct pbuf *p;
	u16 rest;

	p = pbuf_skip(packet->p, at, &rest);
	EXPECT_EQ(model.b, !!p, at < packet->len);
	if (p) {
		byte = p->payload;
		EXPECT_EQ(model.b, byte[rest], packet->byte[at]);
	} else {
		EXPECT_EQ(model.b, rest, at - packet->len);
	}
}

static void op_compare(struct packet *packet)
{
	size_t at = pick(packet->len + 1), len = pick(packet->len - at + 5);
	size_t same = 0;

	memcpy(model.data, packet->byte + at, packet->len - at);
	if (len && pick(2))
		model.data[pick(len)] ^= 1;
	while (same < len && at + same < packet->len &&
	       model.data[same] == packet->byte[at + same])
		same++;
	EXPECT_EQ(model.b, pbuf_memcmp(packet->p, at, model.data, len),
		  at + len > packet->len ? 0xffff : same < len ? same + 1 : 0);
}

static void op_find(struct packet *packet)
{
	size_t len = pick(6), start = pick(packet->len + 5), at;

	random_data(len);
	for (at = start; at + len <= packet->len; at++)
		if (!memcmp(packet->byte + at, model.data, len))
			break;
	EXPECT_EQ(model.b, pbuf_memfind(packet->p, model.data, len, start),
		  at + len <= packet->len ? at : 0xffff);
}

/* ---- operations on two ------------------------------------------------ */

static void op_cat(struct packet *packet, struct packet *other)
{
	if (packet->n + other->n > PIECES || packet->len + other->len > BYTES)
		return;
	if (pick(2)) {
		pbuf_cat(packet->p, other->p);
	} else {
		pbuf_chain(packet->p, other->p);
		EXPECT_EQ(model.b, pbuf_free(other->p), 0);
	}
	pieces_append(packet, other);
	packet_drop(other);
}

/* Split @packet behind its first piece; @other, which is empty, gets the rest. */
static void op_dechain(struct packet *packet, struct packet *other)
{
	struct pbuf *rest = packet->p->next;
	struct piece first = packet->piece[0];

	if (rest)
		pbuf_ref(rest);
	EXPECT(model.b, pbuf_dechain(packet->p) == rest);
	if (!rest)
		return;
	pieces_append(other, packet);
	piece_drop(other);
	other->p = rest;
	packet->n = 1;
	packet->len = first.len;
}

static void op_clone(struct packet *packet, struct packet *other)
{
	bool pool = pick(2);

	other->p = pbuf_clone(PBUF_LINK, pool ? PBUF_POOL : PBUF_RAM,
			      packet->p);
	if (!other->p)
		return;
	pieces_append(other, packet);
	other->n = 0;
	if (pool)
		pool_pieces(other, 16, other->len);
	else
		piece_add(other, other->len, 16, false);
}

static bool has_empty_piece(const struct packet *packet)
{
	unsigned int i;

	for (i = 0; i < packet->n; i++)
		if (!packet->piece[i].len)
			return true;
	return false;
}

/* Copy without empty pieces, at which lwIP stops; data_cases.c tests these. */
static void op_copy(struct packet *packet, struct packet *other)
{
	size_t len = pick(packet->len + 10), at = pick(other->len + 10);
	bool fits = len <= packet->len && at + len <= other->len;

	if (has_empty_piece(packet) || has_empty_piece(other))
		return;
	EXPECT_EQ(model.b,
		  pbuf_copy_partial_pbuf(other->p, packet->p, len, at),
		  fits ? ERR_OK : ERR_ARG);
	if (fits)
		memcpy(other->byte + at, packet->byte, len);
}

/* ---- the run ---------------------------------------------------------- */

struct op {
	const char *name;
	void (*one)(struct packet *packet);
	void (*two)(struct packet *packet, struct packet *other);
	bool other_is_new;
};

static const struct op ops[] = {
	{ "free", op_free, NULL, false },
	{ "add_header", op_add_header, NULL, false },
	{ "remove_header", op_remove_header, NULL, false },
	{ "realloc", op_realloc, NULL, false },
	{ "free_header", op_free_header, NULL, false },
	{ "coalesce", op_coalesce, NULL, false },
	{ "take_at", op_take, NULL, false },
	{ "held", op_held, NULL, false },
	{ "put_at", op_put, NULL, false },
	{ "copy_partial", op_copy_out, NULL, false },
	{ "get_contiguous", op_contiguous, NULL, false },
	{ "skip", op_skip, NULL, false },
	{ "memcmp", op_compare, NULL, false },
	{ "memfind", op_find, NULL, false },
	{ "cat", NULL, op_cat, false },
	{ "cat again", NULL, op_cat, false },
	{ "copy_partial_pbuf", NULL, op_copy, false },
	{ "dechain", NULL, op_dechain, true },
	{ "clone", NULL, op_clone, true },
};

static const char *step(void)
{
	struct packet *packet = &model.packet[pick(PACKETS)];
	struct packet *other = &model.packet[pick(PACKETS)];
	const struct op *op = &ops[pick(ARRAY_SIZE(ops))];

	if (!packet->p) {
		op_new(packet);
		return "new";
	}
	if (op->one)
		op->one(packet);
	else if (other != packet && !other->p == op->other_is_new)
		op->two(packet, other);
	return op->name;
}

static void random_operations(struct pbuf_bench *b)
{
	const char *name;
	int i, k;

	memset(&model, 0, sizeof(model));
	model.b = b;
	for (i = 0; i < STEPS && !*b->why && !bench_is_dry(b); i++) {
		name = step();
		b->steps++;
		for (k = 0; k < PACKETS; k++)
			packet_check(&model.packet[k], name);
	}
	for (k = 0; k < PACKETS; k++)
		pbuf_free(model.packet[k].p);
	for (k = 0; k < BORROWED; k++)
		EXPECT(b, !model.custom_used[k]);
}

const struct pbuf_case pbuf_model_cases[] = {
	PBUF_CASE(random_operations),
	{}
};

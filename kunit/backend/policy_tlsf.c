// SPDX-License-Identifier: GPL-2.0-only
/*
 * policy_tlsf.c - random calls on TLSF, compared with a naive model of its policy: an
 * array of pieces in address order, which is searched from end to end, and classes that
 * are tried one after the other. The model predicts for every call whether it succeeds,
 * what is split and merged, and all statistics; after each step the walk must report the
 * model's pieces. It does not predict which of several blocks of a class is taken.
 */
#include <linux/err.h>

#include "white_tlsf.h"

#define PIECES	2048
#define STEPS	20000

struct piece {
	size_t at;		/* offset of its memory */
	size_t bytes;		/* with the header in front */
	bool used;
	size_t keeps_align;	/* 0: only the heap's own */
};

struct policy {
	struct heap *heap;
	struct piece piece[PIECES];
	size_t count;
	size_t max_used;
	u64 state;
};

/* ---- the model ------------------------------------------------------- */

static u32 class_of(const struct policy *policy, size_t bytes)
{
	return min_t(u32, naive_class(bytes / UNIT),
		     tlsf_of(policy->heap)->nr_classes - 1);
}

/* Bytes of the block for a request, header included; 0: no class is large enough. */
static size_t need_bytes(const struct policy *policy, size_t size)
{
	u32 last = tlsf_of(policy->heap)->nr_classes - 1;
	size_t bytes = naive_bytes(size, policy->heap->align);

	return bytes <= tlsf_floors()[last] * UNIT ? bytes : 0;
}

static struct piece *piece_at(struct policy *policy, size_t at)
{
	for (size_t i = 0; i < policy->count; i++)
		if (policy->piece[i].at <= at &&
		    at < policy->piece[i].at + policy->piece[i].bytes)
			return &policy->piece[i];
	return NULL;
}

static void piece_remove(struct policy *policy, struct piece *piece)
{
	size_t behind = policy->piece + policy->count - piece - 1;

	memmove(piece, piece + 1, behind * sizeof(*piece));
	policy->count--;
}

/* Split @piece into two; the second begins behind @bytes. */
static void piece_split(struct policy *policy, struct piece *piece,
			size_t bytes)
{
	size_t behind = policy->piece + policy->count - piece;

	memmove(piece + 1, piece, behind * sizeof(*piece));
	policy->count++;
	piece[0].bytes = bytes;
	piece[1].at += bytes;
	piece[1].bytes -= bytes;
}

static bool is_free(const struct policy *policy, const struct piece *piece)
{
	return piece >= policy->piece &&
	       piece < policy->piece + policy->count && !piece->used;
}

static void piece_free(struct policy *policy, struct piece *piece)
{
	piece->used = false;
	piece->keeps_align = 0;
	if (is_free(policy, piece + 1)) {
		piece->bytes += piece[1].bytes;
		piece_remove(policy, piece + 1);
	}
	if (is_free(policy, piece - 1)) {
		piece[-1].bytes += piece->bytes;
		piece_remove(policy, piece);
	}
}

/* Free the bytes of the used @piece beyond @bytes, if they are enough for a block. */
static void piece_trim(struct policy *policy, struct piece *piece, size_t bytes)
{
	if (piece->bytes - bytes < LEAST)
		return;
	piece_split(policy, piece, bytes);
	piece_free(policy, piece + 1);
}

static size_t model_used(const struct policy *policy)
{
	size_t used = 0;

	for (size_t i = 0; i < policy->count; i++)
		if (policy->piece[i].used)
			used += policy->piece[i].bytes;
	return used;
}

static void model_note(struct policy *policy)
{
	policy->max_used = max(policy->max_used, model_used(policy));
}

/* The smallest class, from that of @bytes on, that has a free block; -1: there is none. */
static int model_class(const struct policy *policy, size_t bytes)
{
	int best = -1;

	for (size_t i = 0; i < policy->count; i++) {
		int class = class_of(policy, policy->piece[i].bytes);

		if (!policy->piece[i].used &&
		    class >= (int)class_of(policy, bytes) &&
		    (best < 0 || class < best))
			best = class;
	}
	return best;
}

/* ---- calls ----------------------------------------------------------- */

/* The heap returned @p, which may be NULL, for @bytes. Compare it, and update the model. */
static const char *model_alloc(struct policy *policy, const void *p,
			       size_t bytes)
{
	int class = bytes ? model_class(policy, bytes) : -1;
	size_t at = where(policy->heap, p);
	struct piece *piece;

	EXPECT(!p == (class < 0), "%zu bytes are %s", bytes,
	       p ? "had" : "missed");
	if (!p)
		return NULL;
	piece = piece_at(policy, at);
	EXPECT(piece && !piece->used && piece->at == at, "%zu is not free", at);
	EXPECT((int)class_of(policy, piece->bytes) == class,
	       "taken from class %u, not %d", class_of(policy, piece->bytes),
	       class);
	piece->used = true;
	piece_trim(policy, piece, bytes);
	model_note(policy);
	return NULL;
}

/*
 * The same for an aligned block. TLSF guarantees success only if a block has room for
 * @bytes wherever it begins, so a failure is wrong only then.
 */
static const char *model_aligned(struct policy *policy, const void *p,
				 size_t bytes, size_t align)
{
	size_t sure = need_bytes(policy, bytes + LEAST + align);
	size_t at = where(policy->heap, p);
	struct piece *piece;

	EXPECT(p || !sure || model_class(policy, sure) < 0,
	       "%zu bytes at %zu are missed", bytes, align);
	if (!p)
		return NULL;
	EXPECT(!((size_t)p % align), "not at %zu", align);
	piece = piece_at(policy, at);
	EXPECT(piece && !piece->used, "%zu is not free", at);
	if (at != piece->at) {
		EXPECT(at - piece->at >= LEAST, "gap of %zu", at - piece->at);
		EXPECT(at - piece->at < LEAST + align, "gap of %zu",
		       at - piece->at);
		piece_split(policy, piece, at - piece->at);
		piece++;
	}
	EXPECT(piece->bytes >= bytes, "%zu bytes do not fit", bytes);
	piece->used = true;
	piece->keeps_align = align;
	piece_trim(policy, piece, bytes);
	model_note(policy);
	return NULL;
}

static const char *do_alloc(struct policy *policy, size_t size, size_t align)
{
	struct heap *heap = policy->heap;
	size_t bytes = need_bytes(policy, size);
	void *p = get_aligned(heap, size, align);

	EXPECT(!IS_ERR(p), "finds damage");
	return align <= heap->align ? model_alloc(policy, p, bytes) :
				      model_aligned(policy, p, bytes, align);
}

static void *piece_p(const struct policy *policy, const struct piece *piece)
{
	return tlsf_of(policy->heap)->pool[0].part.start + piece->at;
}

static const char *do_free(struct policy *policy, struct piece *piece)
{
	EXPECT_EQ(put(policy->heap, piece_p(policy, piece)), 0);
	piece_free(policy, piece);
	return NULL;
}

/*
 * Grow @piece to at least @bytes without moving it elsewhere: into the free piece behind,
 * else into the end of the free one before, else into both. Return NULL if it must move.
 */
static struct piece *model_grow(struct policy *policy, struct piece *piece,
				size_t bytes)
{
	size_t before = is_free(policy, piece - 1) ? piece[-1].bytes : 0;
	size_t behind = is_free(policy, piece + 1) ? piece[1].bytes : 0;
	bool upwards = bytes <= piece->bytes + behind;

	if (piece->keeps_align)
		before = 0;
	if (bytes > piece->bytes + before + behind)
		return NULL;
	if (upwards || bytes > piece->bytes + before) {
		piece->bytes += behind;
		piece_remove(policy, piece + 1);
	}
	if (upwards)
		return piece;
	before -= bytes - piece->bytes;
	if (before >= LEAST) {
		piece_split(policy, piece - 1, before);
		piece++;
	}
	piece[-1].used = true;
	piece[-1].bytes += piece->bytes;
	piece_remove(policy, piece);
	return piece - 1;
}

/* The block at @at moves to @p: first the new block is allocated, then the old is freed. */
static const char *model_move(struct policy *policy, const void *p, size_t at,
			      size_t bytes)
{
	size_t align = piece_at(policy, at)->keeps_align;

	if (align)
		TRY(model_aligned(policy, p, bytes, align));
	else
		TRY(model_alloc(policy, p, bytes));
	if (p)
		piece_free(policy, piece_at(policy, at));
	return NULL;
}

static const char *do_realloc(struct policy *policy, struct piece *piece,
			      size_t size)
{
	size_t bytes = need_bytes(policy, size), at = piece->at;
	int fault;
	void *p;

	p = heap_realloc(policy->heap, piece_p(policy, piece), size, &fault);
	EXPECT_EQ(fault, 0);
	if (!bytes) {
		EXPECT(!p, "%zu bytes are had", size);
		return NULL;
	}
	if (bytes > piece->bytes)
		piece = model_grow(policy, piece, bytes);
	if (!piece)
		return model_move(policy, p, at, bytes);
	EXPECT(p == piece_p(policy, piece), "%zu grows to %llu, not %zu", at,
	       where(policy->heap, p), piece->at);
	piece_trim(policy, piece, bytes);
	model_note(policy);
	return NULL;
}

/* ---- steps ----------------------------------------------------------- */

static const char *match(struct policy *policy)
{
	static struct rtalloc_block shown[PIECES];
	struct rtalloc_snapshot snap = heap_stats(policy->heap);
	long n = walk_all(policy->heap, shown, PIECES, 64);
	size_t nr_free = 0;

	EXPECT_EQ(n, policy->count);
	for (size_t i = 0; i < policy->count; i++) {
		const struct piece *piece = &policy->piece[i];

		EXPECT(shown[i].offset == piece->at &&
		       shown[i].size == piece->bytes - HEADER &&
		       (shown[i].state == RTALLOC_USED) == piece->used,
		       "piece at %llu, %llu bytes: not %zu, %zu, %s",
		       shown[i].offset, shown[i].size, piece->at,
		       piece->bytes - (size_t)HEADER, piece->used ? "used" : "free");
		nr_free += !piece->used;
	}
	EXPECT_EQ(snap.free_blocks, nr_free);
	EXPECT_EQ(snap.used, model_used(policy));
	EXPECT_EQ(snap.max_used, policy->max_used);
	return sound(policy->heap);
}

static struct piece *draw_used(struct policy *policy)
{
	size_t first = draw(&policy->state) % policy->count;

	for (size_t i = 0; i < policy->count; i++) {
		size_t at = (first + i) % policy->count;

		if (policy->piece[at].used)
			return &policy->piece[at];
	}
	return NULL;
}

static size_t draw_size(struct policy *policy)
{
	return 1 + draw(&policy->state) % (16ul << draw(&policy->state) % 10);
}

static const char *step(struct policy *policy)
{
	size_t size = draw_size(policy);
	u64 what = draw(&policy->state) % 16;
	struct piece *piece = draw_used(policy);

	if (what < 6 || !piece)
		return do_alloc(policy, size, 1);
	if (what == 6)
		return do_alloc(policy, size, 16ul << draw(&policy->state) % 7);
	if (what < 10)
		return do_realloc(policy, piece, size);
	return do_free(policy, piece);
}

static const char *random_policy(struct heap *heap)
{
	static struct policy policy;
	struct tlsf *tlsf = tlsf_of(heap);

	policy = (struct policy) {
		.heap = heap,
		.count = 1,
		.state = test_seed,
		.piece[0] = { .at = where(heap, tlsf->first),
			      .bytes = block_bytes(tlsf->first) },
	};
	TRY(match(&policy));
	for (int i = 0; i < STEPS / test_less; i++) {
		const char *why = step(&policy);

		if (!why && i % 4 == 0)
			why = match(&policy);
		EXPECT(!why, "SEED=%llu step %d: %s", test_seed, i, why);
	}
	return match(&policy);
}

const struct test tlsf_policy_tests[] = {
	{ "tlsf.policy", random_policy, TLSF, 16 * KIB, 8, .core = true },
	{ "tlsf.policy", random_policy, TLSF, 64 * KIB, 8, .core = true,
	  .also = { 16 } },
	{ "tlsf.policy", random_policy, TLSF, 200000, 32 },
	{ 0 },
};

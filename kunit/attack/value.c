// SPDX-License-Identifier: GPL-2.0-only
/*
 * value.c - attacks on heaps: values that an attacker writes who knows all addresses, and
 * everything that is or ever was in the heap's memory.
 */
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "kunit/attack/attack.h"

static u64 word_at(const u8 *p)
{
	u64 word;

	memcpy(&word, p, sizeof(word));
	return word;
}

/* An address in the heap or just outside: of a block, of its header, or any other. */
static size_t any_address(struct attack *a)
{
	const struct attack_block *block;
	size_t back = 8 * attack_draw(a, 9);

	switch (attack_draw(a, 8)) {
	case 0:
		return (size_t)a->base + 8 * attack_draw(a, a->c->size / 8);
	case 1:
		return (size_t)a->base + attack_draw(a, a->c->size);
	case 2:
		return (size_t)a->base + a->c->size - back;
	case 3:
		return (size_t)a->memory + 8 * attack_draw(a, 512);
	case 4:
		return (size_t)a->heap + 8 * attack_draw(a, 128);
	case 5:
		return (size_t)a->base + a->at - 4 * back + 128;
	case 6:
		if (!a->nr_stale)
			return (size_t)a->base;
		block = &a->stale[attack_draw(a, a->nr_stale)];
		return (size_t)block->p - back;
	default:
		if (!a->nr_live)
			return (size_t)a->base;
		block = &a->live[attack_draw(a, a->nr_live)];
		return (size_t)block->p - back;
	}
}

/* A link or size: an address, or the difference of two. */
static u64 any_place(struct attack *a)
{
	u64 from = any_address(a);

	switch (attack_draw(a, 4)) {
	case 0:
		return from - (size_t)a->base;
	case 1:
		return from - any_address(a);
	default:
		return from;
	}
}

/* The heap's memory now or at an earlier moment. */
static const u8 *any_moment(struct attack *a)
{
	if (!a->nr_moments || attack_draw(a, 2))
		return a->base;
	return a->moment[attack_draw(a, a->nr_moments)];
}

static u64 any_copy(struct attack *a)
{
	return word_at(any_moment(a) + 8 * attack_draw(a, a->c->size / 8));
}

static u64 any_number(struct attack *a)
{
	switch (attack_draw(a, 4)) {
	case 0:
		return 0;
	case 1:
		return ~0ull << attack_draw(a, 64);
	case 2:
		return attack_draw(a, 256);
	default:
		return 1ull << attack_draw(a, 64);
	}
}

/*
 * A replacement for @word. If a word is xored with a secret or has one added, an attacker who
 * knows its meaning can change that meaning without knowing the secret.
 */
static u64 any_word(struct attack *a, u64 word)
{
	switch (attack_draw(a, 10)) {
	case 0:
		return any_number(a);
	case 1:
		return any_place(a);
	case 2:
		return any_copy(a);
	case 3:
		return word ^ any_number(a);
	case 4:
		return word + any_number(a);
	case 5:
		return word ^ any_place(a) ^ any_place(a);
	case 6:
		return word + any_address(a) - any_address(a);
	case 7:
		return any_copy(a) ^ any_place(a) ^ any_place(a);
	case 8:
		/* narrow fields */
		return (u32)any_place(a) | any_place(a) << 32;
	default:
		return word;
	}
}

/* Both words are copied from the same or another address at some moment. */
static void choose_copy(struct attack *a)
{
	size_t at = attack_draw(a, 2) ? a->at :
		    attack_draw(a, a->c->size - sizeof(a->value));

	if (attack_draw(a, 2))
		at &= ~(size_t)7;
	memcpy(a->value, any_moment(a) + at, sizeof(a->value));
}

/* The offset of a live block from the page where blocks begin. */
static u32 live_offset(struct attack *a)
{
	const u8 *first = a->live[0].p;
	unsigned int i;

	for (i = 1; i < a->nr_live; i++)
		first = min(first, (const u8 *)a->live[i].p);
	i = attack_draw(a, a->nr_live);
	return (size_t)a->live[i].p - ((size_t)first & ~(size_t)4095);
}

/* Replace one field of 2 bytes, or one of 4 bytes and its complement behind it. */
static void choose_narrow(struct attack *a)
{
	u8 *to = (u8 *)a->value;
	u32 word = a->nr_live ? live_offset(a) : 0;
	u16 half = any_place(a) ^ (attack_draw(a, 2) ? 0 : any_place(a));

	if (attack_draw(a, 2))
		memcpy(to + attack_draw(a, 15), &half, sizeof(half));
	else
		a->value[0] = word | (u64)~word << 32;
}

void attack_choose(struct attack *a)
{
	u64 word;

	memcpy(a->value, a->base + a->at, sizeof(a->value));
	if (!attack_draw(a, 6)) {
		choose_copy(a);
	} else if (!attack_draw(a, 6)) {
		choose_narrow(a);
	} else {
		word = a->value[0];
		a->value[0] = any_word(a, word);
		/* Two equal links, or the second one replaced separately. */
		a->value[1] = attack_draw(a, 3) ? any_word(a, a->value[1]) :
			      a->value[0];
	}
}

/* The difference of the lower half of @word from the tag of a block at @p: its flags. */
static u32 tag_flags(const struct attack *a, u64 word, const u8 *p)
{
	return (u32)word - a->tag_code - (u32)(size_t)p;
}

/* A tag of TLSF has two flags in the lowest bits, and an alignment in the five highest. */
bool attack_is_tagged(const struct attack *a, const u8 *p)
{
	return a->c->has_tag && !(tag_flags(a, word_at(p - 8), p) & 0x07fffffc);
}

/* The first word of the table is the head of an unused class, an empty list: a link to 0. */
bool attack_is_link(const struct attack *a, u64 word)
{
	return a->c->has_tag && word - word_at(a->base) <= a->c->size / 8;
}

/* Whether @word is the tag of a block at any address in the heap, where it may be copied. */
static bool is_any_tag(const struct attack *a, u64 word)
{
	return a->c->has_tag &&
	       (tag_flags(a, word, a->base) & 0x07ffffff) <= a->c->size;
}

u64 attack_contents(struct attack *a)
{
	u64 word;

	if (attack_draw(a, 2))
		return attack_draw(a, 256) * 0x0101010101010101ull;
	word = any_word(a, ~0ull << 32);
	if (is_any_tag(a, word))
		a->has_copied_tag = true;
	return word;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * picture.c - scripts of calls, and of what the heap must look like after them.
 * A script consists of words with spaces between them. A is the name of a block, a to z:
 *
 *	A=100 A=100@64	allocate 100 bytes; the same aligned to 64
 *	!100 !100@64	expect this allocation to fail
 *	-A -A?D -A?N	free A; expect it to be refused as a double free; as no block
 *	A>200 A>>200	realloc A to 200 bytes; it must stay in place; it must move
 *	A>!200		expect this realloc to fail
 *	A:48 A#104	expect A at offset 48; expect 104 usable bytes
 *	[48 U 104]...	expect these to be all free and used pieces of the heap, as
 *			OFFSET STATE SIZE, with or without spaces between them
 *	F[48 F 104]...	expect these to be all free pieces
 *	used=N max=N total=N largest=N holes=N		expect these statistics
 *	(TEXT)		compare TEXT by the suite's own function
 *	trim=N		expect a trim to give back N bytes
 *	+1024		add a region of 1024 bytes
 *
 * A number may be written 48|32: 48 on 64-bit machines, 32 on 32-bit ones. The first bytes of
 * each block are a mark of its own, which each realloc must keep. After each of these, after a
 * region was added, and at the end of each script, check must find nothing.
 */
#include "unit.h"

static void *block[26];
const char *(*picture_own)(struct heap *heap, const char *want);

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Whether @before and a number come next; if so, set @number and move @at behind it. */
static bool number_is(const char **at, char before, size_t *number)
{
	if (**at != before)
		return false;
	*number = 0;
	for ((*at)++; is_digit(**at); (*at)++)
		*number = *number * 10 + (**at - '0');
	return true;
}

/* Allocate @size bytes, at an alignment if @ALIGN comes next. */
static void *take(struct heap *heap, const char **at, size_t size)
{
	size_t align;

	return number_is(at, '@', &align) ? get_aligned(heap, size, align) :
					    get(heap, size);
}

/* The byte that marks the block *@p, and how many of its bytes are marked. */
static unsigned char mark_of(void **p)
{
	return 'a' + (p - block);
}

static size_t marked(struct heap *heap, void *p)
{
	return min_t(size_t, usable(heap, p), 16);
}

static const char *grows(struct heap *heap, void **p, const char **at)
{
	bool fails = **at == '!', moves = **at == '>';
	size_t size, kept = marked(heap, *p);
	void *to;

	*at -= !fails && !moves;
	number_is(at, **at, &size);
	to = heap_realloc(heap, *p, size, NULL);
	EXPECT(!to == fails, fails ? "there is room for %zu bytes" :
				     "no room for %zu bytes", size);
	if (!fails) {
		kept = min(kept, size);
		EXPECT((to != *p) == moves, moves ? "it stays" : "it moves");
		*p = to;
	}
	EXPECT(holds(*p, mark_of(p), kept), "its bytes are lost");
	memset(*p, mark_of(p), marked(heap, *p));
	return sound(heap);
}

static const char *block_word(struct heap *heap, void **p, const char **at)
{
	size_t n;

	if (**at == '>') {
		(*at)++;
		return grows(heap, p, at);
	}
	if (number_is(at, ':', &n)) {
		EXPECT_EQ(where(heap, *p), n);
	} else if (number_is(at, '#', &n)) {
		EXPECT_EQ(usable(heap, *p), n);
	} else {
		EXPECT(number_is(at, '=', &n), "no such word");
		*p = take(heap, at, n);
		EXPECT(*p, "no block of %zu bytes", n);
		memset(*p, mark_of(p), marked(heap, *p));
	}
	return NULL;
}

static const char *map_word(struct heap *heap, const char *states,
			    const char **at)
{
	char want[400];
	size_t n = 0;

	while (**at == '[' || !strncmp(*at, " [", 2)) {
		*at += **at == ' ';
		do
			want[n++] = **at;
		while (*(*at)++ != ']' && n < sizeof(want) - 1);
	}
	want[n] = '\0';
	return map_is(heap, states, want);
}

static const char *own_word(struct heap *heap, const char **at)
{
	const char *end = strchr(*at, ')');
	char want[100];

	snprintf(want, sizeof(want), "%.*s", (int)(end - *at - 1), *at + 1);
	*at = end + 1;
	return picture_own(heap, want);
}

static const char *statistics_word(struct heap *heap, const char **at)
{
	const struct rtalloc_snapshot snap = heap_stats(heap);
	const struct {
		const char *name;
		u64 is;
	} words[] = {
		{ "used", snap.used }, { "max", snap.max_used },
		{ "total", snap.total }, { "largest", snap.largest_free },
		{ "holes", snap.free_blocks },
		{ "trim", strncmp(*at, "trim", 4) ? 0 : heap_trim(heap) },
	};
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		size_t len = strlen(words[i].name);

		if (strncmp(*at, words[i].name, len) || (*at)[len] != '=')
			continue;
		*at += len;
		number_is(at, '=', &n);
		EXPECT(words[i].is == n, "it is %llu", words[i].is);
		return NULL;
	}
	EXPECT(false, "no such word");
}

static const char *free_word(struct heap *heap, const char **at)
{
	void *p = block[(*at)[1] - 'a'];
	int want = 0;

	*at += 2;
	if (**at == '?') {
		want = (*at)[1] == 'D' ? -RTALLOC_DOUBLE_FREE :
					 -RTALLOC_NOT_A_BLOCK;
		*at += 2;
	}
	EXPECT_EQ(put(heap, p), want);
	return NULL;
}

static const char *word(struct heap *heap, const char **at)
{
	size_t n;

	if (**at == '[')
		return map_word(heap, "FU", at);
	if (**at == '(')
		return own_word(heap, at);
	if (**at == 'F') {
		(*at)++;
		return map_word(heap, "F", at);
	}
	if (**at == '-')
		return free_word(heap, at);
	if (number_is(at, '!', &n)) {
		EXPECT(!take(heap, at, n), "it is to be had");
		return NULL;
	}
	if (number_is(at, '+', &n)) {
		EXPECT_EQ(heap_glue(heap, n), 0);
		return sound(heap);
	}
	if ((*at)[1] >= 'a' && (*at)[1] <= 'z')
		return statistics_word(heap, at);
	return block_word(heap, &block[*(*at)++ - 'a'], at);
}

/* The script with each WIDE|NARROW replaced by the number for this machine. */
static const char *narrowed(const char *script)
{
	static char text[1500];
	size_t n = 0, number = 0;

	for (; *script && n < sizeof(text) - 1; script++) {
		if (*script == '|' && BITS_PER_LONG > 32) {
			while (is_digit(script[1]))
				script++;
			continue;
		}
		if (*script == '|') {
			n = number;
			continue;
		}
		if (!is_digit(*script))
			number = n + 1;
		text[n++] = *script;
	}
	text[n] = '\0';
	return text;
}

const char *picture(struct heap *heap, const char *script)
{
	const char *at = narrowed(script), *from, *why;

	EXPECT(strlen(at) < 1400, "the script is too long");
	while (*at) {
		from = at;
		why = *at == ' ' ? (at++, NULL) : word(heap, &at);
		EXPECT(!why, "at '%.20s': %s", from, why);
	}
	return sound(heap);
}

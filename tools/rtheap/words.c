// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading and writing numbers and words.
 *
 * strtoul() and its relatives skip blanks, accept signs and follow the locale, so they
 * would accept bad lines. The functions here accept digits only, detect overflow, and work
 * on text that is not NUL-terminated.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "rtheap.h"

/* Append a digit to @value; false if the number no longer fits in 64 bits. */
static bool push_digit(u64 *value, unsigned int base, unsigned int digit)
{
	return !__builtin_mul_overflow(*value, (u64)base, value) &&
	       !__builtin_add_overflow(*value, (u64)digit, value);
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
		return (c | 0x20) - 'a' + 10;
	return -1;
}

/* Return the power of two that the suffix K, M or G stands for; -1: not a suffix. */
static int size_shift(char c)
{
	switch (c | 0x20) {
	case 'k':
		return 10;
	case 'm':
		return 20;
	case 'g':
		return 30;
	default:
		return -1;
	}
}

static bool apply_shift(const char *p, u64 *value)
{
	int shift;

	if (!*p)
		return true;
	shift = size_shift(*p);
	if (shift < 0 || p[1])
		return false;
	if (*value > UINT64_MAX >> shift)
		return false;
	*value <<= shift;
	return true;
}

/* Parse a number as the kernel does: decimal or 0x, with an optional suffix K, M or G. */
bool parse_size(const char *text, u64 *value)
{
	unsigned int base = 10;
	const char *p = text;
	const char *first;
	int digit;

	if (p[0] == '0' && (p[1] | 0x20) == 'x') {
		base = 16;
		p += 2;
	}
	*value = 0;
	for (first = p; *p; p++) {
		digit = hex_digit(*p);
		if (digit < 0 || digit >= (int)base)
			break;
		if (!push_digit(value, base, digit))
			return false;
	}
	return p != first && apply_shift(p, value);
}

bool parse_seconds(const char *text, double *value)
{
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	*value = strtod(text, &end);
	return !*end && *value > 0 && *value <= 1e6;
}

/*
 * May @text be the name of a heap or a device? It becomes part of a path, so a slash or a
 * leading dot is refused. The kernel checks the length.
 */
bool is_name(const char *text)
{
	const char *p;

	for (p = text; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("_.:,@+-", *p))
			return false;
	return p != text && *text != '.';
}

/* Is @text a single word, so that it cannot add a second word to a request? */
bool is_word(const char *text)
{
	const char *p;

	for (p = text; *p; p++)
		if (*p <= ' ' || *p > '~')
			return false;
	return p != text;
}

/* Is @c a control character for a terminal? No byte of a UTF-8 sequence is. */
bool is_control(char c)
{
	return (unsigned char)c < ' ' || c == 0x7f;
}

void put_printable(const char *text)
{
	for (; *text; text++)
		putchar(is_control(*text) ? '?' : *text);
}

bool word_is(struct word word, const char *text)
{
	return word.len == strlen(text) && !memcmp(word.at, text, word.len);
}

u32 *word_slot(u32 *hash, u32 slots, char *const *names, struct word name)
{
	u32 at = 2166136261u;
	size_t i;

	for (i = 0; i < name.len; i++)
		at = (at ^ (unsigned char)name.at[i]) * 16777619u;
	for (at %= slots; hash[at]; at = (at + 1) % slots)
		if (word_is(name, names[hash[at] - 1]))
			break;
	return &hash[at];
}

void *name_slot(void *table, size_t nr, size_t each, const char *name)
{
	char *at = table;

	for (; nr; nr--, at += each) {
		if (!*at)
			snprintf(at, NAME_LEN + 1, "%s", name);
		if (!strcmp(at, name))
			return at;
	}
	return NULL;
}

bool word_u64(struct word word, u64 *value)
{
	const char *end = word.at + word.len;

	return read_u64(word.at, end, value) == end;
}

/* Read digits at @p; returns what follows them, NULL without digits or on overflow. */
const char *read_u64(const char *p, const char *end, u64 *value)
{
	const char *first = p;

	*value = 0;
	for (; p < end && *p >= '0' && *p <= '9'; p++)
		if (!push_digit(value, 10, *p - '0'))
			return NULL;
	return p == first ? NULL : p;
}

/* Write @value at @p without a NUL, at most 20 bytes; returns the end. */
char *write_u64(char *p, u64 value)
{
	char digits[20];
	int n = 0;

	do {
		digits[n++] = '0' + value % 10;
		value /= 10;
	} while (value);
	while (n)
		*p++ = digits[--n];
	return p;
}

/* Return the line at *@p without its newline, and advance *@p past it. */
struct word next_line(const char **p, const char *end)
{
	const char *eol = memchr(*p, '\n', end - *p);
	struct word line = { *p, (eol ? eol : end) - *p };

	*p = eol ? eol + 1 : end;
	return line;
}

/* Split at blanks. Returns the number of words, or @max + 1 if there are more. */
int split_words(struct word line, struct word *words, int max)
{
	const char *end = line.at + line.len;
	const char *p = line.at;
	int n = 0;

	for (;;) {
		while (p < end && *p == ' ')
			p++;
		if (p == end)
			return n;
		if (n == max)
			return max + 1;
		words[n].at = p;
		while (p < end && *p != ' ')
			p++;
		words[n].len = p - words[n].at;
		n++;
	}
}

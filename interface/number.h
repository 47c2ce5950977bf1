/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * number.h - numbers as users write them, in debugfs and in module parameters. The
 * functions are inline because two modules use them. The kernel's memparse() is not used:
 * of a number that does not fit in 64 bits it keeps the low ones, so 16E would be 0.
 */
#ifndef _RTALLOC_NUMBER_H
#define _RTALLOC_NUMBER_H

#include <linux/ctype.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/overflow.h>
#include <linux/string.h>
#include <linux/types.h>

/* Return by how many bits a suffix shifts a number, 0 if @c is none. */
static inline unsigned int suffix_shift(char c)
{
	switch (toupper(c)) {
	case 'K':
		return 10;
	case 'M':
		return 20;
	case 'G':
		return 30;
	}
	return 0;
}

/*
 * Read a decimal or 0x hexadecimal number; K, M or G may follow it. Return false
 * if @word is anything else, or if the number has more than 64 bits.
 */
static inline bool word_to_number(const char *word, u64 *number)
{
	bool hex = !strncasecmp(word, "0x", 2);
	size_t len = strlen(word);
	unsigned int shift;
	char digits[24];

	if (!len || len >= sizeof(digits) || !isdigit(*word))
		return false;
	shift = suffix_shift(word[len - 1]);
	memcpy(digits, word, len + 1);
	if (shift)
		digits[len - 1] = '\0';
	if (kstrtou64(digits, hex ? 16 : 10, number))
		return false;
	return !check_shl_overflow(*number, shift, number);
}

/*
 * Convert a number to a size or an alignment. A number too large for a size
 * becomes the largest size, which no request can get; it is not truncated to a
 * valid one.
 */
static inline size_t number_to_size(u64 number)
{
	return min_t(u64, number, SIZE_MAX);
}

#endif /* _RTALLOC_NUMBER_H */

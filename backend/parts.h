/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * parts.h - the pieces of memory that a heap lies in.
 *
 * A heap that can be extended has a table of parts in its control block. An
 * entry is a struct part, or a structure of the backend's that begins with one.
 * The functions below take the table, the size of an entry and the number of
 * entries; the macros read the size of an entry from the table's type.
 *
 * Parts do not overlap, and neither do their offsets. An entry that is all zero
 * holds no memory and is skipped.
 *
 * The control block is trusted, and no memory of the heap is read here. Every
 * function is linear in the number of entries, which each backend limits.
 */
#ifndef _RTALLOC_PARTS_H
#define _RTALLOC_PARTS_H

#include <linux/compiler.h>
#include <linux/types.h>

/**
 * struct part - one contiguous piece of memory
 * @start: its first byte
 * @size: bytes
 * @offset: offset of @start, as users of the heap count offsets
 */
struct part {
	u8 *start;
	size_t size;
	u64 offset;
};

/* Return the first byte behind @part. */
static __always_inline u8 *part_end(const struct part *part)
{
	return part->start + part->size;
}

/* Return the offset behind the last one of @part. */
static __always_inline u64 part_offset_end(const struct part *part)
{
	return part->offset + part->size;
}

/* Does @p lie in @part? @p may be any value. */
static __always_inline bool part_holds(const struct part *part, const void *p)
{
	return (size_t)((const u8 *)p - part->start) < part->size;
}

/* Return the offset of @p, which lies in @part or at its end. */
static __always_inline u64 part_offset(const struct part *part, const void *p)
{
	return part->offset + (size_t)((const u8 *)p - part->start);
}

/*
 * Return the entry of @table that @p lies in, or NULL. @p may be any value. The
 * table has at least one entry.
 */
static __always_inline void *part_find(const void *table, size_t stride,
				       unsigned int nr, const void *p)
{
	const void *at = table, *end = table + nr * stride;

	do {
		if (part_holds(at, p))
			return (void *)at;
		at += stride;
	} while (at < end);
	return NULL;
}

/* Return the entry of @table, an array of the backend's, that @p lies in, or NULL. */
#define part_of(table, nr, p)	part_find(table, sizeof(*(table)), nr, p)

/*
 * Does an entry of @table share a byte with the @size bytes at @base, which do
 * not wrap around? Called before memory is added. An empty entry shares none.
 */
static inline bool part_search(const void *table, size_t stride,
			       unsigned int nr, const u8 *base, size_t size)
{
	const void *at = table, *end = table + nr * stride;

	for (; at < end; at += stride) {
		const struct part *part = at;

		if (base < part_end(part) && part->start < base + size)
			return true;
	}
	return false;
}

/* As part_search(), for an array of the backend's. */
#define part_overlaps(table, nr, base, size) \
	part_search(table, sizeof(*(table)), nr, base, size)

#endif /* _RTALLOC_PARTS_H */

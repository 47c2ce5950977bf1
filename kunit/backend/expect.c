// SPDX-License-Identifier: GPL-2.0-only
/*
 * expect.c - short forms of calls and checks for tests of heaps; see unit.h.
 */

#include "unit.h"

void *get(struct heap *heap, size_t size)
{
	return heap_alloc(heap, size, NULL);
}

void *get_aligned(struct heap *heap, size_t size, size_t align)
{
	return heap->calls->alloc_aligned(heap, size, align);
}

int put(struct heap *heap, void *p)
{
	return heap->calls->free(heap, p);
}

u64 where(const struct heap *heap, const void *p)
{
	return heap->calls->offset(heap, p);
}

size_t usable(const struct heap *heap, const void *p)
{
	return heap->calls->usable_size(heap, p);
}

bool holds(const void *p, u8 byte, size_t size)
{
	return !memchr_inv(p, byte, size);
}

const char *sound(struct heap *heap)
{
	struct rtalloc_fault fault = { 0 };
	int err = heap->calls->check(heap, &fault);

	EXPECT(!err, "check: %s at %llu (%d)", fault.what, fault.offset, err);
	EXPECT(heap_canary_ok(heap), "bytes behind the region were written");
	return NULL;
}

long walk_all(const struct heap *heap, struct rtalloc_block *pieces,
	      long room, int batch)
{
	struct rtalloc_cursor cursor = { 0 };
	static struct rtalloc_block some[64];
	long count = 0;
	int n;

	while ((n = heap->calls->walk(heap, &cursor, some, batch))) {
		if (n == -EAGAIN)
			continue;
		if (n > batch || count + n > room)
			return -1;
		memcpy(pieces + count, some, n * sizeof(*some));
		count += n;
	}
	return n < 0 ? n : count;
}

const char *looks_survive(const struct heap *heap)
{
	static struct rtalloc_block pieces[65536];
	u64 total = heap_stats(heap).total, end = 0;
	long n = walk_all(heap, pieces, 65536, 64);

	EXPECT(n >= 0, "walk does not end");
	for (long i = 0; i < n; i++) {
		EXPECT(pieces[i].offset >= end && pieces[i].offset <= total &&
		       pieces[i].size <= total - pieces[i].offset,
		       "walk goes back or leaves the heap");
		end = pieces[i].offset + pieces[i].size;
	}
	return NULL;
}

const char *map_is(const struct heap *heap, const char *states,
		   const char *want)
{
	static const char letters[] = "FUIM";
	static struct rtalloc_block pieces[4096];
	long n = walk_all(heap, pieces, 4096, 64);
	char text[900];
	size_t used = 0;

	EXPECT(n >= 0, "walk fails");
	*text = '\0';
	for (long i = 0; i < n && used < sizeof(text); i++) {
		char letter = letters[pieces[i].state];

		if (strchr(states, letter))
			used += snprintf(text + used, sizeof(text) - used,
					 "[%llu %c %llu]", pieces[i].offset,
					 letter, pieces[i].size);
	}
	EXPECT(!strcmp(text, want), "map is %s, not %s", text, want);
	return NULL;
}

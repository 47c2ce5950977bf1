// SPDX-License-Identifier: GPL-2.0-only
/*
 * memory.c - what the harness in kunit/backend/ needs in user space: memory between two
 * pages that cannot be accessed, and poisoning under ASan; and parsing of numbers.
 */
#include <stdlib.h>
#include <sys/mman.h>

#include "harness.h"
#include "memory.h"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(addr, size)	((void)(addr), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(addr, size)	((void)(addr), (void)(size))
#endif

void *memory_get(size_t size)
{
	u8 *map = mmap(NULL, size + 2 * STEP_SIZE, PROT_NONE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (map == MAP_FAILED)
		return NULL;
	if (!size || !mprotect(map + STEP_SIZE, size, PROT_READ | PROT_WRITE))
		return map + STEP_SIZE;
	munmap(map, size + 2 * STEP_SIZE);
	return NULL;
}

void memory_put(void *p, size_t size)
{
	munmap((u8 *)p - STEP_SIZE, size + 2 * STEP_SIZE);
}

void memory_poison(void *p, size_t size)
{
	ASAN_POISON_MEMORY_REGION(p, size);
}

void memory_unpoison(void *p, size_t size)
{
	ASAN_UNPOISON_MEMORY_REGION(p, size);
}

void *test_memory(size_t size)
{
	void *p = malloc(size);

	if (!p)
		abort();
	return p;
}

bool parse_u64(const char *text, u64 *value)
{
	u64 n = 0;

	if (!*text)
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '9' ||
		    __builtin_mul_overflow(n, 10, &n) ||
		    __builtin_add_overflow(n, (u64)(*text - '0'), &n))
			return false;
	}
	*value = n;
	return true;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * count_tlsf.c - prove that tlsf_init() makes heaps only as the proofs in tlsf.c assume
 * them, by trying the smallest and the largest size of each class with every alignment.
 * The sizes between them have the same class, which tlsf.c proves, and tlsf_init() uses
 * a size only through its class.
 */
#include <stdio.h>
#include <sys/mman.h>

#include "backend/tlsf.c"

static unsigned long heaps;

static bool heap_is_as_assumed(void *memory, size_t size, size_t align,
			       unsigned int flags)
{
	struct tlsf tlsf = {};

	if (tlsf_init(&tlsf, memory, size, align, flags))
		return size < 2 * TLSF_SIZE_MIN || size > TLSF_POOL_MAX ||
		       (flags && size < RTALLOC_TLSF_TABLE);
	heaps++;
	return tlsf.nr_classes >= 128 && tlsf.nr_classes <= TLSF_CLASSES &&
	       !(tlsf.nr_classes % TLSF_SL) && tlsf.align_mask == align - 1 &&
	       tlsf.size_max == (class_units(tlsf.nr_classes - 1) <<
				 TLSF_UNIT_SHIFT) - TLSF_HEADER;
}

int main(void)
{
	size_t align, size;
	void *memory = mmap(NULL, TLSF_POOL_MAX, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	unsigned int flags;
	u32 class, i;

	for (class = TLSF_SL; class <= TLSF_CLASSES; class++)
		for (i = 0; i < 12; i++) {
			size = (class_units(class) << TLSF_UNIT_SHIFT) - i / 6;
			align = 8 << i % 3;
			flags = i % 6 / 3 ? RTALLOC_HEAP_TABLE_ONLY : 0;
			if (!heap_is_as_assumed(memory, size, align, flags)) {
				printf("not ok tlsf_init # size %zu\n", size);
				return 1;
			}
		}
	printf("ok tlsf_init # %lu heaps\n", heaps);
	return 0;
}

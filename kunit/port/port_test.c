// SPDX-License-Identifier: GPL-2.0-only
/*
 * port_test.c - what the tests of the porting headers share.
 */
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "kunit/port/port_test.h"

const char *port_test_run(const struct port_test *test)
{
	return test->around ? test->around(test->run) : test->run();
}

void *port_memory(size_t size)
{
	void *p = __vmalloc(PAGE_ALIGN(size), GFP_KERNEL);

	if (p)
		memset(p, 0xaa, PAGE_ALIGN(size));
	return p;
}

void port_memory_free(void *p)
{
	vfree(p);
}

u32 port_draw(u64 *state)
{
	*state = *state * 6364136223846793005ull + 1442695040888963407ull;
	return *state >> 33;
}

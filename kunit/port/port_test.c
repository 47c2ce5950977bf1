// SPDX-License-Identifier: GPL-2.0-only
/*
 * port_test.c - what the tests of the porting headers share.
 */
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "kunit/port/port_test.h"

const char *port_failed(const char *file, int line, const char *format, ...)
{
	const char *slash = strrchr(file, '/');
	static char why[256];
	va_list args;
	int n;

	n = snprintf(why, sizeof(why), "%s:%d: ", slash ? slash + 1 : file,
		     line);
	va_start(args, format);
	vsnprintf(why + n, sizeof(why) - n, format, args);
	va_end(args);
	return why;
}

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

// SPDX-License-Identifier: GPL-2.0-only
/*
 * In front of the C library (LD_PRELOAD): a machine with two processors and FEW_PAGES
 * pages of memory, to see what a tool does where memory is short.
 */
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

long sysconf(int name)
{
	static long (*real)(int name);
	const char *pages = getenv("FEW_PAGES");
	void *p;

	if (!real) {
		p = dlsym(RTLD_NEXT, "sysconf");
		memcpy(&real, &p, sizeof(p));
	}
	if (name == _SC_PHYS_PAGES && pages)
		return atol(pages);
	return name == _SC_NPROCESSORS_ONLN ? 2 : real(name);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * wcet_fast.c - a backend with its fast hooks inlined, as in core/front.h:
 * compiled once for each backend that has them, with
 *
 *	WCET_BACKEND	what its functions' names begin with
 *	WCET_SOURCE	its file
 *
 * Lock and counters are the core's and are left out.
 */
#include WCET_SOURCE

#include <linux/compiler.h>
#include "wcet.h"

#define JOIN(a, b, c)	a##b##c
#define NAME(a, b, c)	JOIN(a, b, c)
#define OPS		NAME(, WCET_BACKEND, _ops)

/* The core reads them from the heap: the compiler must not know them here. */
static const struct rtalloc_ops *const volatile ops = &OPS;

void *NAME(wcet_, WCET_BACKEND, _alloc)(void *ctrl, size_t size)
{
	void *p;

	if (unlikely(!NAME(, WCET_BACKEND, _alloc_fast)(ctrl, size, &p)))
		return ops->alloc(ctrl, size);
	return p;
}

int NAME(wcet_, WCET_BACKEND, _free)(void *ctrl, void *p)
{
	if (unlikely(!NAME(, WCET_BACKEND, _free_fast)(ctrl, p)))
		return ops->free(ctrl, p);
	return 0;
}

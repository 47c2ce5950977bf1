/* SPDX-License-Identifier: GPL-2.0-only */
/* no magazines: what is counted and fuzzed is the backend's */
#ifndef _FRONT_CORE_PERCPU_FAST_H
#define _FRONT_CORE_PERCPU_FAST_H

#include <linux/irqflags.h>

#define heap_has_magazines(heap)	false
#define percpu_take(heap, flags)	((void *)NULL)
#define percpu_put(heap, p, flags)	(-1)

#endif

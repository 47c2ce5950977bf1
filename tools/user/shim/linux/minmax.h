/* SPDX-License-Identifier: GPL-2.0-only */
/* min and max, each argument evaluated once */
#pragma once

#define __shim_pick(op, a, b) ({			\
	__typeof__(a) __pick_a = (a);			\
	__typeof__(b) __pick_b = (b);			\
	(void)(&__pick_a == &__pick_b);			\
	__pick_a op __pick_b ? __pick_a : __pick_b;	\
})

#define min(a, b)		__shim_pick(<, a, b)
#define max(a, b)		__shim_pick(>, a, b)
#define swap(a, b)						\
	do {							\
		__typeof__(a) __swap_a = (a);			\
								\
		(a) = (b);					\
		(b) = __swap_a;					\
	} while (0)
#define min3(a, b, c)		min(min(a, b), c)
#define min_t(type, a, b)	__shim_pick(<, (type)(a), (type)(b))
#define clamp_t(type, v, low, high) \
	min_t(type, max_t(type, v, low), high)
#define max_t(type, a, b)	__shim_pick(>, (type)(a), (type)(b))

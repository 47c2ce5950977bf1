/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * prove.h - what a proof is written in. Each function prove_NAME() is proven to
 * return true for all values of its arguments; see check.py.
 */
#ifndef _PROVE_H
#define _PROVE_H

#include <linux/types.h>

/* What follows matters only where @condition is true. */
void prove_assume(bool condition);

/* Any value, another at each call. */
u64 prove_any(void);

/* Each value below @count, one after the other; a constant to what follows. */
u32 prove_each(u32 count);

/* An object of @size bytes that hold anything. */
void *prove_object(size_t size);

#define PROVE(name, ...)			\
	bool prove_ ## name(__VA_ARGS__);	\
	bool prove_ ## name(__VA_ARGS__)

/* a implies b */
#define IMPLIES(a, b)	(!(a) || (b))

#endif /* _PROVE_H */

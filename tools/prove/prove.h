/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * prove.h - functions and macros for writing proofs. Each function prove_NAME() is
 * proven to return true for all values of its arguments; see check.py.
 */
#ifndef _PROVE_H
#define _PROVE_H

#include <linux/types.h>

/* From here on consider only values for which @condition is true. */
void prove_assume(bool condition);

/* Any value; each call may return another. */
u64 prove_any(void);

/*
 * Each value below @count: what follows is proven for each of them separately, with the
 * value as a constant.
 */
u32 prove_each(u32 count);

/* An object of @size bytes with any contents. */
void *prove_object(size_t size);

/* Define the proof prove_@name with these parameters; a function body follows. */
#define PROVE(name, ...)			\
	bool prove_ ## name(__VA_ARGS__);	\
	bool prove_ ## name(__VA_ARGS__)

/* a implies b */
#define IMPLIES(a, b)	(!(a) || (b))

#endif /* _PROVE_H */

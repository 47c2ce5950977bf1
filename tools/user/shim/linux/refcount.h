/* SPDX-License-Identifier: GPL-2.0-only */
/* reference counters */
#pragma once

#include <assert.h>

typedef struct {
	int n;
} refcount_t;

#define refcount_set(r, v)	((void)((r)->n = (v)))
#define refcount_read(r)	((r)->n)
#define refcount_inc(r)		((void)(r)->n++)
#define refcount_dec_and_test(r)	(--(r)->n == 0)

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A first-fit heap played without its search: see sim_first.c.
 */
#ifndef _RTHEAP_SIM_FIRST_H
#define _RTHEAP_SIM_FIRST_H

#include "backend/small_mem.h"

struct first;

/* NULL: no memory, or a heap that is too large; then it is played as it is. */
struct first *first_open(struct small_mem *sm);
void first_close(struct first *first);
/* As the hooks. */
void *first_alloc(struct first *first, size_t size);
int first_free(struct first *first, void *p);
/*
 * Around one call of a hook itself: what it frees, or NULL; what it allocated, or
 * NULL.
 */
void first_before(struct first *first, void *freed);
void first_after(struct first *first, void *allocated);
/* Bytes that the latest allocation searched, or would have. */
size_t first_searched(const struct first *first);

#endif /* _RTHEAP_SIM_FIRST_H */

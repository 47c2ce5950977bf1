/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A first-fit heap played without its search: see sim_first.c.
 */
#ifndef _RTHEAP_SIM_FIRST_H
#define _RTHEAP_SIM_FIRST_H

#include "backend/small_mem.h"

struct first;

/* Returns NULL without memory or for a too large heap, which is played as it is then. */
struct first *first_open(struct small_mem *sm);
void first_close(struct first *first);
/* Like the backend's hooks. */
void *first_alloc(struct first *first, size_t size);
int first_free(struct first *first, void *p);
/*
 * Bracket one direct call of a hook. The first takes the block that it will free, the second
 * the block that it allocated; NULL: none.
 */
void first_before(struct first *first, void *freed);
void first_after(struct first *first, void *allocated);
/* Return the bytes that the search of the latest allocation passes. */
size_t first_searched(const struct first *first);

#endif /* _RTHEAP_SIM_FIRST_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * context.h - tests of the program context that are in other files. Each is given a new
 * heap and returns NULL, or the reason why it failed.
 */
#pragma once

struct rtalloc_heap;

extern unsigned int context_flags;	/* RTALLOC_HEAP_* of the test's heap */

/* context_clear.c */
const char *refused_free_changes_nothing(struct rtalloc_heap *heap);
const char *cut_tails_are_cleared(struct rtalloc_heap *heap);
const char *damaged_is_cleared(struct rtalloc_heap *heap);
const char *damaged_stays_live(struct rtalloc_heap *heap);
const char *grown_in_place_is_cleared(struct rtalloc_heap *heap);
const char *freed_is_cleared(struct rtalloc_heap *heap);

/* context_ends.c */
const char *blocks_are_tracked_in_time(struct rtalloc_heap *heap);
const char *refused_memory_ends_no_tracking(struct rtalloc_heap *heap);
const char *pool_has_links_at_first(struct rtalloc_heap *heap);
const char *links_of_a_caller_stay(struct rtalloc_heap *heap);

/* context_locks.c */
const char *locks_are_asserted(struct rtalloc_heap *heap);

/* context_times.c: it destroys the heap */
const char *times_are_exact(struct rtalloc_heap *heap);

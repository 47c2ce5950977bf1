// SPDX-License-Identifier: GPL-2.0-only
/*
 * keys.c - the static keys of keys.h: counting the reasons for which each is on.
 */
#include "core/keys.h"

DEFINE_STATIC_KEY_FALSE(rtalloc_alloc_extra);
DEFINE_STATIC_KEY_FALSE(rtalloc_free_extra);
DEFINE_STATIC_KEY_FALSE(rtalloc_detour);
DEFINE_STATIC_KEY_FALSE(rtalloc_special);
DEFINE_STATIC_KEY_FALSE(rtalloc_timed);

static bool clears_on_alloc;
static bool clears_on_free;

static void detour_get(void)
{
	static_branch_inc(&rtalloc_detour);
	static_branch_inc(&rtalloc_special);
}

static void detour_put(void)
{
	static_branch_dec(&rtalloc_special);
	static_branch_dec(&rtalloc_detour);
}

int rtalloc_alloc_extra_get(void)
{
	static_branch_inc(&rtalloc_alloc_extra);
	detour_get();
	return 0;
}

void rtalloc_alloc_extra_put(void)
{
	detour_put();
	static_branch_dec(&rtalloc_alloc_extra);
}

int rtalloc_free_extra_get(void)
{
	static_branch_inc(&rtalloc_free_extra);
	detour_get();
	return 0;
}

void rtalloc_free_extra_put(void)
{
	detour_put();
	static_branch_dec(&rtalloc_free_extra);
}

void rtalloc_timed_get(void)
{
	static_branch_inc(&rtalloc_timed);
	detour_get();
}

void rtalloc_timed_put(void)
{
	detour_put();
	static_branch_dec(&rtalloc_timed);
}

void rtalloc_keys_init(void)
{
	clears_on_alloc = want_init_on_alloc(0);
	clears_on_free = want_init_on_free();
	if (clears_on_alloc)
		rtalloc_alloc_extra_get();
	if (clears_on_free)
		rtalloc_free_extra_get();
}

void rtalloc_keys_exit(void)
{
	if (clears_on_alloc)
		rtalloc_alloc_extra_put();
	if (clears_on_free)
		rtalloc_free_extra_put();
}

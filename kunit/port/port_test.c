// SPDX-License-Identifier: GPL-2.0-only
/*
 * port_test.c - what the tests of the porting headers share: memory for a test,
 * and random work on any heap.
 */
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "kunit/port/port_test.h"

u8 *port_memory;

const char *port_test_run(const struct port_test *test)
{
	const char *why;

	if (test->memory) {
		port_memory = __vmalloc(PAGE_ALIGN(test->memory), GFP_KERNEL);
		EXPECT(port_memory);
		memset(port_memory, 0xaa, PAGE_ALIGN(test->memory));
	}
	why = test->around ? test->around(test->run) : test->run();
	if (test->memory)
		vfree(port_memory);
	return why;
}

/* ---- random work ----------------------------------------------------- */

#define SLOTS	100

struct slot {
	u8 *p;
	size_t size;
	u8 fill;
};

/* Replace the block of @slot by another one, or resize it. */
static const char *slot_change(const struct port_calls *calls,
			       struct slot *slot, u64 *state)
{
	size_t size = draw(state) % calls->max_size;
	u8 *p;

	EXPECT(port_filled(slot->p, slot->fill, slot->size));
	if (calls->realloc && draw(state) % 2) {
		p = calls->realloc(slot->p, size);
		/* The block could not be resized, and is not changed. */
		if (!p && size)
			return NULL;
		EXPECT(port_filled(p, slot->fill,
				   p ? min(size, slot->size) : 0));
	} else {
		calls->free(slot->p);
		p = calls->alloc(size);
	}
	*slot = (struct slot){ p, p ? size : 0, draw(state) };
	if (p)
		memset(p, slot->fill, size);
	return NULL;
}

const char *port_random(const struct port_calls *calls, int steps)
{
	static struct slot slots[SLOTS];
	u64 state = 1;
	int i;

	memset(slots, 0, sizeof(slots));
	for (i = 0; i < steps; i++) {
		TRY(slot_change(calls, &slots[draw(&state) % SLOTS], &state));
		if (calls->check && i % 500 == 0)
			TRY(calls->check());
	}
	for (i = 0; i < SLOTS; i++)
		calls->free(slots[i].p);
	return NULL;
}

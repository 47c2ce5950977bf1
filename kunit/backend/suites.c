// SPDX-License-Identifier: GPL-2.0-only
/*
 * suites.c - all suites, and running a test on one heap.
 */
#include "core_heap.h"
#include "unit.h"

#define SUITE(name)	name##_tests,

const struct test *const test_suites[] = { TEST_SUITES(SUITE) NULL };

/* How heap number @i of a test is opened, if its @size is not 0. */
struct place {
	const struct backend *backend;
	size_t align;
	bool core;
};

static size_t places_nr(const struct test *test)
{
	return backend_count << test->core;
}

static struct place place_of(const struct test *test, size_t i)
{
	size_t turn = i / places_nr(test);

	i %= places_nr(test);
	return (struct place){ &backends[i % backend_count],
			       turn ? test->also[turn - 1] : test->align,
			       i >= backend_count };
}

bool test_has(const struct test *test, size_t i)
{
	size_t turns = 1 + !!test->also[0] + !!test->also[1];

	return test->size ? i < places_nr(test) * turns : !!geometries[i].desc;
}

bool test_applies(const struct test *test, size_t i)
{
	struct place place = place_of(test, i);
	const char *name = test->size ? place.backend->name :
					geometries[i].desc;

	if (test->backend && strcmp(test->backend, name) &&
	    (!test->twin || strcmp(test->twin, name)))
		return false;
	return !test->size || (test->size <= SIZE_MAX / 4 &&
			       place.align >= place.backend->ops->min_align &&
			       place.align <= place.backend->ops->max_align);
}

static int open_for(struct heap *heap, const struct test *test, size_t i)
{
	struct place place = place_of(test, i);

	if (!test->size)
		return core_open(heap, &geometries[i]);
	if (test->is_total)
		return heap_open_total(heap, place.backend, test->size,
				       place.align);
	return place.core ?
	       core_open_backend(heap, place.backend, test->size, place.align) :
	       heap_open(heap, place.backend, test->size, place.align);
}

const char *test_run(const struct test *test, size_t i)
{
	struct heap heap;
	const char *why;
	int err = open_for(&heap, test, i);

	EXPECT(!err, "cannot open the heap: %d", err);
	picture_own = test->own;
	why = test->script ? picture(&heap, test->script) : test->run(&heap);
	if (!why && !test->size && !heap.is_damaged)
		why = sound(&heap);
	heap_close(&heap);
	return why;
}

void test_name(const struct test *test, size_t i, char *name, size_t room)
{
	struct place place = place_of(test, i);

	if (test->size)
		snprintf(name, room, "%s/%s/%llu/a%zu%s", test->name,
			 place.backend->name, test->size, place.align,
			 place.core ? "/core" : "");
	else
		snprintf(name, room, "%s/%s", test->name, geometries[i].desc);
}

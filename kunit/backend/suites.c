// SPDX-License-Identifier: GPL-2.0-only
/*
 * suites.c - all tests, and how one is run over a backend.
 */
#include "core_heap.h"
#include "unit.h"

const struct test *const test_suites[] = {
	contract_tests, contract_core_tests, model_tests, golden_tests,
	slab_tests, slab_damage_tests, slab_attack_tests,
	memheap_tests, memheap_damage_tests, small_mem_tests, heap4_tests,
	heap4_damage_tests, heap4_policy_tests, sylix_tests,
	sylix_damage_tests, sylix_policy_tests,
	tlsf_block_tests, tlsf_resize_tests, tlsf_pool_tests, tlsf_inspect_tests,
	tlsf_attack_tests, tlsf_damage_tests, tlsf_defect_tests,
	tlsf_policy_tests, mempool_tests, NULL
};

bool test_has(const struct test *test, size_t i)
{
	return test->size ? i < backend_count << test->core :
			    !!geometries[i].desc;
}

bool test_applies(const struct test *test, size_t i)
{
	const struct backend *backend = &backends[i % backend_count];
	const char *name = test->size ? backend->name : geometries[i].desc;

	if (test->backend && strcmp(test->backend, name))
		return false;
	return !test->size || (test->size <= SIZE_MAX / 4 &&
			       test->align >= backend->ops->min_align &&
			       test->align <= backend->ops->max_align);
}

static int open_for(struct heap *heap, const struct test *test, size_t i)
{
	if (!test->size)
		return core_open(heap, &geometries[i]);
	if (test->is_total)
		return heap_open_total(heap, &backends[i], test->size,
				       test->align);
	if (i < backend_count)
		return heap_open(heap, &backends[i], test->size, test->align);
	return core_open_backend(heap, &backends[i - backend_count], test->size,
				 test->align);
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
	if (test->size)
		snprintf(name, room, "%s/%s/%llu/a%zu%s", test->name,
			 backends[i % backend_count].name, test->size,
			 test->align, i < backend_count ? "" : "/core");
	else
		snprintf(name, room, "%s/%s", test->name, geometries[i].desc);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * suites.c - all tests, and how one is run over a backend.
 */
#include "unit.h"

const struct test *const test_suites[] = {
	contract_tests, model_tests, slab_tests, slab_damage_tests, slab_attack_tests,
	memheap_tests, memheap_damage_tests, small_mem_tests, heap4_tests,
	heap4_damage_tests, heap4_policy_tests, sylix_tests,
	sylix_damage_tests, sylix_policy_tests,
	tlsf_block_tests, tlsf_resize_tests, tlsf_pool_tests, tlsf_look_tests,
	tlsf_attack_tests,
	tlsf_defect_tests, tlsf_policy_tests, mempool_tests, NULL
};

const char *test_run(const struct test *test, const struct backend *backend)
{
	struct heap heap;
	const char *why;
	int err = heap_open(&heap, backend, test->size, test->align);

	EXPECT(!err, "cannot open the heap: %d", err);
	why = test->run(&heap);
	heap_close(&heap);
	return why;
}

bool test_applies(const struct test *test, const struct backend *backend)
{
	if (test->size > SIZE_MAX / 4)
		return false;
	if (test->backend && strcmp(test->backend, backend->name))
		return false;
	return test->align >= backend->ops->min_align &&
	       test->align <= backend->ops->max_align;
}

void test_name(const struct test *test, const struct backend *backend,
	       char *name, size_t room)
{
	snprintf(name, room, "%s/%s/%llu/a%zu", test->name, backend->name,
		 test->size, test->align);
}

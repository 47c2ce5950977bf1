// SPDX-License-Identifier: GPL-2.0-only
/*
 * port_kunit.c - the porting headers: runs the tests of kunit/port/, one suite
 * for each header.
 */
#include <kunit/test.h>

#include "kunit/port/port_test.h"

static const void *test_next(const struct port_test *tests, const void *prev,
			     char *desc)
{
	const struct port_test *test = prev ? prev + sizeof(*tests) : tests;

	if (!test->name)
		return NULL;
	strscpy(desc, strchr(test->name, '.') + 1, KUNIT_PARAM_DESC_SIZE);
	return test;
}

static void run(struct kunit *test)
{
	const struct port_test *port_test = test->param_value;
	const char *why = port_test_run(port_test);

	if (why)
		KUNIT_FAIL(test, "%s", why);
}

#define PORT_SUITE(family)						\
	static const void *family##_next(const void *prev, char *desc)	\
	{								\
		return test_next(family##_tests, prev, desc);		\
	}								\
	static struct kunit_case family##_cases[] = {			\
		KUNIT_CASE_PARAM(run, family##_next),			\
		{}							\
	};								\
	static struct kunit_suite family##_suite = {			\
		.name = "rtalloc_port_" #family,			\
		.test_cases = family##_cases,				\
	}

PORT_SUITE(freertos);
PORT_SUITE(freertos_ipc);
PORT_SUITE(freertos_stream);
PORT_SUITE(rtthread);
PORT_SUITE(rtthread_mem);
PORT_SUITE(rtthread_mp);
PORT_SUITE(tlsf);
PORT_SUITE(lwip);
PORT_SUITE(lwip_pools);
PORT_SUITE(sylixos);
PORT_SUITE(sylixos_types);
PORT_SUITE(sylixos_ipc);

kunit_test_suites(&freertos_suite, &freertos_ipc_suite, &freertos_stream_suite,
		  &rtthread_suite, &rtthread_mem_suite, &rtthread_mp_suite, &tlsf_suite,
		  &lwip_suite, &lwip_pools_suite, &sylixos_suite,
		  &sylixos_types_suite, &sylixos_ipc_suite);

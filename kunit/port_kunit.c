// SPDX-License-Identifier: GPL-2.0-only
/*
 * port_kunit.c - run the tests of the porting headers in kunit/port/, one suite for each
 * header.
 */
#include <linux/workqueue.h>
#include <rtalloc/port/waits.h>

#include "kunit/port/port_test.h"
#include "kunit/suite.h"

/* ---- what another task does while a call waits ----------------------------- */

static struct {
	struct work_struct work;
	struct port_waits *waits;
	void (*fn)(void);
	bool is_over;
} meanwhile;

static void meanwhile_run(struct work_struct *work)
{
	while (!READ_ONCE(meanwhile.waits->waiting)) {
		if (READ_ONCE(meanwhile.is_over))
			return;
		schedule_timeout_uninterruptible(1);
	}
	meanwhile.fn();
}

void port_meanwhile(struct port_waits *waits, void (*fn)(void))
{
	meanwhile.waits = waits;
	meanwhile.fn = fn;
	WRITE_ONCE(meanwhile.is_over, false);
	INIT_WORK(&meanwhile.work, meanwhile_run);
	schedule_work(&meanwhile.work);
}

void port_meanwhile_over(void)
{
	WRITE_ONCE(meanwhile.is_over, true);
	flush_work(&meanwhile.work);
}

/* ---- the tests ------------------------------------------------------------- */

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
	static struct kunit_case port_##family##_cases[] = {		\
		KUNIT_CASE_PARAM(run, family##_next),			\
		{}							\
	};								\
	RTALLOC_SUITE(port_##family);

PORT_SUITES(PORT_SUITE)

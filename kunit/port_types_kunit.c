// SPDX-License-Identifier: GPL-2.0-only
/*
 * port_types_kunit.c - critical sections of FreeRTOS and log functions of RT-Thread, which
 * can be tested only in a kernel.
 */
#include <linux/irqflags.h>
#include <linux/preempt.h>
#include <rtalloc/port/freertos_ipc.h>

#define DBG_TAG		"port_types"
#define DBG_LVL		DBG_WARNING
#include <rtalloc/port/rtthread/rtdbg.h>
#include <rtalloc/port/rtthread/rtthread.h>

#include "kunit/suite.h"

static void section_of_a_handler(struct kunit *test)
{
	int before = preempt_count(), within;
	UBaseType_t outer, inner;

	if (!IS_ENABLED(CONFIG_PREEMPT_COUNT))
		kunit_skip(test,
			   "preemption is not counted here; it is on x86_64, and by tools/user/port.c");
	outer = taskENTER_CRITICAL_FROM_ISR();
	inner = taskENTER_CRITICAL_FROM_ISR();
	within = preempt_count();
	taskEXIT_CRITICAL_FROM_ISR(inner);
	taskEXIT_CRITICAL_FROM_ISR(outer);
	KUNIT_EXPECT_EQ(test, before + 2, within);
	KUNIT_EXPECT_EQ(test, before, preempt_count());
}

static void interrupts_are_as_they_were(struct kunit *test)
{
	bool are_off[3];
	rt_base_t outer, inner;

	outer = rt_hw_interrupt_disable();
	inner = rt_hw_interrupt_disable();
	are_off[0] = irqs_disabled();
	rt_hw_interrupt_enable(inner);
	are_off[1] = irqs_disabled();
	rt_hw_interrupt_enable(outer);
	are_off[2] = irqs_disabled();
	KUNIT_EXPECT_TRUE(test, are_off[0]);
	KUNIT_EXPECT_TRUE(test, are_off[1]);
	KUNIT_EXPECT_FALSE(test, are_off[2]);
}

/* The arguments of a line that is not logged are not evaluated. */
static void lines_up_to_a_level(struct kunit *test)
{
	int lines = 0;

	LOG_E("line %d", ++lines);
	LOG_W("line %d", ++lines);
	LOG_I("line %d", ++lines);
	LOG_D("line %d", ++lines);
	KUNIT_EXPECT_EQ(test, 2, lines);
}

static struct kunit_case port_types_cases[] = {
	KUNIT_CASE(section_of_a_handler),
	KUNIT_CASE(interrupts_are_as_they_were),
	KUNIT_CASE(lines_up_to_a_level),
	{}
};

RTALLOC_SUITE(port_types);

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * port_common.h - helpers shared by the suites of ported tasks and threads. Each function
 * starts a task or thread that runs @function; the test must delete it. If it cannot be
 * started, an assertion ends the test.
 */
#ifndef _RTALLOC_KUNIT_PORT_COMMON_H
#define _RTALLOC_KUNIT_PORT_COMMON_H

#include <rtalloc/port/freertos_ipc.h>
#include <rtalloc/port/rtthread_ipc.h>
#include <rtalloc/port/sylixos_ipc.h>

#include "kunit/suite.h"
#include "kunit/wait.h"

static inline TaskHandle_t task_open(struct kunit *test, TaskFunction_t function,
				     void *parameters)
{
	TaskHandle_t task = NULL;

	KUNIT_ASSERT_EQ(test, pdPASS, xTaskCreate(function, "kunit",
						  configMINIMAL_STACK_SIZE, parameters,
						  tskIDLE_PRIORITY, &task));
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, task);
	return task;
}

static inline rt_thread_t rt_open(struct kunit *test,
				  void (*function)(void *parameter), void *parameter)
{
	rt_thread_t thread = rt_thread_create("kunit", function, parameter, 1024, 10,
					      10);

	KUNIT_ASSERT_NOT_NULL(test, thread);
	rt_thread_startup(thread);
	return thread;
}

static inline LW_OBJECT_HANDLE lw_open(struct kunit *test,
				       PTHREAD_START_ROUTINE function, PVOID argument)
{
	LW_CLASS_THREADATTR attr = API_ThreadAttrGetDefault();
	LW_OBJECT_HANDLE thread;

	API_ThreadAttrSetArg(&attr, argument);
	thread = API_ThreadCreate("kunit", function, &attr, NULL);
	KUNIT_ASSERT_NE(test, LW_OBJECT_HANDLE_INVALID, thread);
	return thread;
}

#endif /* _RTALLOC_KUNIT_PORT_COMMON_H */

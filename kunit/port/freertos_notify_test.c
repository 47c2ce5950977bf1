// SPDX-License-Identifier: GPL-2.0-only
/*
 * freertos_notify_test.c - notifications of FreeRTOS's tasks, without waiting: a task's
 * handle has no kthread here. port_ipc_kunit.c tests tasks that wait.
 */
#define configTASK_NOTIFICATION_ARRAY_ENTRIES	3
#include "FreeRTOS.h"
#include "task.h"

#include "kunit/port/port_test.h"

#define NOTES	3u

/* What a notification should be. */
struct model {
	uint32_t value;
	bool is_pending;
};

static BaseType_t model_notify(struct model *model, uint32_t value,
			       eNotifyAction action)
{
	bool was_pending = model->is_pending;

	model->is_pending = true;
	switch (action) {
	case eNoAction:
		return pdPASS;
	case eSetBits:
		model->value |= value;
		return pdPASS;
	case eIncrement:
		model->value++;
		return pdPASS;
	case eSetValueWithoutOverwrite:
		if (was_pending)
			return pdFAIL;
		fallthrough;
	default:
		model->value = value;
		return pdPASS;
	}
}

/* Compare with a model: each index has a value and a flag of its own. */
static const char *notifications_are_separate(void)
{
	TaskHandle_t task = __freertos_task_new(NULL, NULL);
	struct model model[NOTES] = {}, *now;
	uint32_t step, index, value, before;
	eNotifyAction action;
	u64 state = 3;

	EXPECT(task);
	for (step = 0; step < 20000; step++) {
		index = draw(&state) % NOTES;
		now = &model[index];
		value = draw(&state);
		action = draw(&state) % (eSetValueWithoutOverwrite + 1);
		before = now->value;
		switch (draw(&state) % 4) {
		case 0:
			EXPECT(xTaskNotifyIndexed(task, index, value, action) ==
			       model_notify(now, value, action));
			break;
		case 1:
			EXPECT(xTaskNotifyAndQueryIndexed(task, index, value, action,
							  &before) ==
			       model_notify(now, value, action));
			break;
		case 2:
			EXPECT(xTaskNotifyStateClearIndexed(task, index) ==
			       now->is_pending);
			now->is_pending = false;
			break;
		default:
			EXPECT_EQ(ulTaskNotifyValueClearIndexed(task, index, value),
				  before);
			now->value &= ~value;
		}
		for (index = 0; index < NOTES; index++) {
			EXPECT_EQ(task->notes[index].value, model[index].value);
			EXPECT(task->notes[index].is_pending ==
			       model[index].is_pending);
		}
	}
	vPortFree(task);
	return NULL;
}

/* The query stores the value from before the action, also when that is refused. */
static const char *query_tells_the_value_before(void)
{
	TaskHandle_t task = __freertos_task_new(NULL, NULL);
	BaseType_t woken = pdFALSE;
	uint32_t before = 77;

	EXPECT(task);
	EXPECT(xTaskNotifyAndQueryIndexedFromISR(task, 1, 5, eSetBits, &before,
						 &woken) == pdPASS);
	EXPECT_EQ(before, 0);
	EXPECT(xTaskNotifyAndQueryIndexed(task, 1, 9, eSetValueWithoutOverwrite,
					  &before) == pdFAIL);
	EXPECT_EQ(before, 5);
	EXPECT(xTaskNotifyIndexedFromISR(task, 1, 0, eIncrement, &woken) == pdPASS);
	EXPECT_EQ(ulTaskNotifyValueClearIndexed(task, 1, 0), 6);
	EXPECT(woken == pdFALSE);
	vPortFree(task);
	return NULL;
}

/* Functions without an index use the first notification. */
static const char *first_needs_no_index(void)
{
	TaskHandle_t task = __freertos_task_new(NULL, NULL);

	EXPECT(task);
	EXPECT(xTaskNotifyGive(task) == pdPASS);
	vTaskNotifyGiveFromISR(task, NULL);
	vTaskNotifyGiveIndexedFromISR(task, 0, NULL);
	EXPECT(xTaskNotifyGiveIndexed(task, 1) == pdPASS);
	EXPECT_EQ(ulTaskNotifyValueClearIndexed(task, 0, ~0u), 3);
	EXPECT_EQ(ulTaskNotifyValueClear(task, 0), 0);
	EXPECT(xTaskNotifyStateClear(task) == pdTRUE);
	EXPECT(xTaskNotifyStateClearIndexed(task, 0) == pdFALSE);
	EXPECT(xTaskNotifyStateClearIndexed(task, 1) == pdTRUE);
	EXPECT_EQ(ulTaskNotifyValueClearIndexed(task, 1, 0), 1);
	vPortFree(task);
	return NULL;
}

/* An index that the task does not have is refused, and so is a caller that is no task. */
static const char *absurd_indices_are_refused(void)
{
	TaskHandle_t task = __freertos_task_new(NULL, NULL);
	uint32_t value = 77;

	EXPECT(task);
	EXPECT(xTaskNotifyIndexed(task, NOTES, 1, eSetBits) == pdFAIL);
	EXPECT(xTaskNotifyAndQueryIndexed(task, ~0ul, 1, eSetBits, &value) ==
	       pdFAIL);
	EXPECT(xTaskNotifyGiveIndexed(task, NOTES) == pdFAIL);
	EXPECT(xTaskNotifyStateClearIndexed(task, NOTES) == pdFALSE);
	EXPECT_EQ(ulTaskNotifyValueClearIndexed(task, NOTES, 1), 0);
	EXPECT(xTaskNotifyGiveIndexed(NULL, 1) == pdFAIL);
	EXPECT(xTaskNotifyWaitIndexed(1, 0, 0, &value, portMAX_DELAY) == pdFAIL);
	EXPECT_EQ(ulTaskNotifyTakeIndexed(1, pdTRUE, portMAX_DELAY), 0);
	EXPECT_EQ(value, 77);
	vPortFree(task);
	return NULL;
}

#define TEST(test) { "freertos_notify." #test, test, freertos_heap_is_whole }

const struct port_test freertos_notify_tests[] = {
	TEST(notifications_are_separate),
	TEST(query_tells_the_value_before),
	TEST(first_needs_no_index),
	TEST(absurd_indices_are_refused),
	{}
};

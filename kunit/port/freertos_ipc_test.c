// SPDX-License-Identifier: GPL-2.0-only
/*
 * freertos_ipc_test.c - FreeRTOS's queues, semaphores and event groups, without waiting;
 * port_ipc_kunit.c tests tasks. The #include lines are those of the original.
 */
#include "FreeRTOS.h"
#include "task.h"
#include "queue.h"
#include "semphr.h"
#include "event_groups.h"

#include "kunit/port/port_test.h"

#define LENGTH	5u

static const char *queue_is_first_in_first_out(void)
{
	QueueHandle_t queue = xQueueCreate(3, sizeof(uint16_t));
	uint16_t in, out;

	EXPECT(queue);
	EXPECT(xQueueReceive(queue, &out, 0) == errQUEUE_EMPTY);
	for (in = 700; in < 703; in++)
		EXPECT(xQueueSend(queue, &in, 0) == pdPASS);
	EXPECT(xQueueSend(queue, &in, 0) == errQUEUE_FULL);
	EXPECT(xQueueIsQueueFullFromISR(queue) == pdTRUE);
	for (in = 700; in < 703; in++) {
		EXPECT(xQueuePeek(queue, &out, 0) == pdPASS && out == in);
		EXPECT(xQueueReceive(queue, &out, 0) == pdPASS && out == in);
	}
	EXPECT(xQueueIsQueueEmptyFromISR(queue) == pdTRUE);
	vQueueDelete(queue);
	return NULL;
}

/* Compare with a model that is an array: items of three bytes, put at both ends. */
static const char *queue_is_like_an_array(void)
{
	QueueHandle_t queue = xQueueCreate(LENGTH, 3);
	u8 model[LENGTH + 1][3] = {}, item[3], out[3];
	unsigned int n = 0, step, what;
	u64 state = 7;

	EXPECT(queue);
	for (step = 0; step < 20000; step++) {
		what = draw(&state) % 5;
		memset(item, step, 2);
		item[2] = step >> 8;
		if (what < 2) {
			EXPECT(xQueueSendToBack(queue, item, 0) ==
			       (n < LENGTH ? pdPASS : errQUEUE_FULL));
			if (n < LENGTH)
				memcpy(model[n++], item, 3);
		} else if (what == 2) {
			EXPECT(xQueueSendToFrontFromISR(queue, item, NULL) ==
			       (n < LENGTH ? pdPASS : errQUEUE_FULL));
			if (n < LENGTH) {
				memmove(model[1], model[0], 3 * n++);
				memcpy(model[0], item, 3);
			}
		} else {
			EXPECT(xQueueReceiveFromISR(queue, out, NULL) ==
			       (n ? pdPASS : errQUEUE_EMPTY));
			EXPECT(!n || !memcmp(out, model[0], 3));
			if (n)
				memmove(model[0], model[1], 3 * n--);
		}
		EXPECT(uxQueueMessagesWaiting(queue) == n);
		EXPECT(uxQueueSpacesAvailable(queue) == LENGTH - n);
	}
	vQueueDelete(queue);
	return NULL;
}

static const char *queue_of_one_is_overwritten(void)
{
	QueueHandle_t queue = xQueueCreate(1, sizeof(long));
	long in = 1, out = 0;

	EXPECT(queue);
	EXPECT(xQueueOverwrite(queue, &in) == pdPASS);
	in = 2;
	EXPECT(xQueueOverwriteFromISR(queue, &in, NULL) == pdPASS);
	EXPECT(xQueuePeekFromISR(queue, &out) == pdPASS && out == 2);
	EXPECT(uxQueueMessagesWaiting(queue) == 1);
	EXPECT(xQueueReceive(queue, &out, 0) == pdPASS && out == 2);
	EXPECT(xQueueOverwrite(queue, &in) == pdPASS);
	EXPECT(xQueueReset(queue) == pdPASS);
	EXPECT(xQueueReceive(queue, &out, 0) == errQUEUE_EMPTY);
	EXPECT(xQueuePeekFromISR(queue, &out) == pdFAIL);
	vQueueDelete(queue);
	return NULL;
}

/* The function behind the macros takes the end as an argument. */
static const char *queue_has_two_ends(void)
{
	QueueHandle_t queue = xQueueGenericCreate(2, sizeof(long),
						  queueQUEUE_TYPE_BASE);
	long in[] = { 1, 2, 3 }, out = 0;

	EXPECT(queue);
	EXPECT(xQueueGenericSend(queue, &in[0], 0, queueSEND_TO_BACK) == pdPASS);
	EXPECT(xQueueGenericSend(queue, &in[1], 0, queueSEND_TO_FRONT) == pdPASS);
	EXPECT(xQueueGenericSend(queue, &in[2], 0, queueSEND_TO_BACK) ==
	       errQUEUE_FULL);
	EXPECT(xQueueReceive(queue, &out, 0) == pdPASS && out == 2);
	EXPECT(xQueueReceive(queue, &out, 0) == pdPASS && out == 1);
	vQueueDelete(queue);
	return NULL;
}

/* A set tells which of its queues have items, in the order in which these were sent. */
static const char *set_tells_which_queue(void)
{
	QueueHandle_t queue = xQueueCreate(2, sizeof(long));
	QueueHandle_t one = xQueueCreate(1, sizeof(long));
	SemaphoreHandle_t sem = xSemaphoreCreateBinary();
	QueueSetHandle_t set = xQueueCreateSet(4), other = xQueueCreateSet(1);
	long item = 1;

	EXPECT(queue && one && sem && set && other);
	EXPECT(xQueueAddToSet(queue, set) == pdPASS);
	EXPECT(xQueueAddToSet(queue, set) == pdFAIL);
	EXPECT(xQueueAddToSet(queue, other) == pdFAIL);
	EXPECT(xQueueAddToSet(one, set) == pdPASS);
	EXPECT(xSemaphoreGive(sem) == pdPASS);
	EXPECT(xQueueAddToSet(sem, set) == pdFAIL);
	EXPECT(xSemaphoreTake(sem, 0) == pdPASS);
	EXPECT(xQueueAddToSet(sem, set) == pdPASS);
	EXPECT(!xQueueSelectFromSet(set, 0));
	EXPECT(xQueueSend(queue, &item, 0) == pdPASS);
	EXPECT(xSemaphoreGiveFromISR(sem, NULL) == pdPASS);
	EXPECT(xQueueOverwrite(one, &item) == pdPASS);
	item = 2;
	/* An item that takes the place of another one is no new item. */
	EXPECT(xQueueOverwrite(one, &item) == pdPASS);
	EXPECT(xQueueSendToFront(queue, &item, 0) == pdPASS);
	EXPECT(xQueueSend(queue, &item, 0) == errQUEUE_FULL);
	EXPECT(uxQueueMessagesWaiting(set) == 4);
	EXPECT(xQueueRemoveFromSet(queue, set) == pdFAIL);
	EXPECT(xQueueSelectFromSet(set, 0) == queue);
	EXPECT(xQueueReceive(queue, &item, 0) == pdPASS && item == 2);
	EXPECT(xQueueSelectFromSet(set, portMAX_DELAY) == sem);
	EXPECT(xSemaphoreTake(sem, 0) == pdPASS);
	EXPECT(xQueueSelectFromSetFromISR(set) == one);
	EXPECT(xQueueReceive(one, &item, 0) == pdPASS && item == 2);
	EXPECT(xQueueSelectFromSet(set, 0) == queue);
	EXPECT(xQueueReceive(queue, &item, 0) == pdPASS && item == 1);
	EXPECT(!xQueueSelectFromSet(set, 0));
	EXPECT(xQueueRemoveFromSet(queue, other) == pdFAIL);
	EXPECT(xQueueRemoveFromSet(queue, set) == pdPASS);
	EXPECT(xQueueRemoveFromSet(queue, set) == pdFAIL);
	EXPECT(xQueueSend(queue, &item, 0) == pdPASS);
	EXPECT(!xQueueSelectFromSet(set, 0));
	EXPECT(xQueueAddToSet(NULL, set) == pdFAIL);
	EXPECT(xQueueAddToSet(other, NULL) == pdFAIL);
	EXPECT(xQueueRemoveFromSet(NULL, NULL) == pdFAIL);
	EXPECT(xQueueAddToSet(other, other) == pdFAIL);
	EXPECT(!xQueueSelectFromSet(NULL, portMAX_DELAY));
	vQueueDelete(queue);
	vQueueDelete(one);
	vQueueDelete(sem);
	vQueueDelete(set);
	vQueueDelete(other);
	return NULL;
}

static const char *queue_knows_its_size(void)
{
	xQueueHandle queue = xQueueCreate(LENGTH, 3);

	EXPECT(queue);
	EXPECT_EQ(uxQueueGetQueueLength(queue), LENGTH);
	EXPECT_EQ(uxQueueGetQueueItemSize(queue), 3);
	vQueueDelete(queue);
	return NULL;
}

static const char *absurd_queues_are_refused(void)
{
	EXPECT(!xQueueCreate(0, 4));
	EXPECT(!xQueueCreate(SIZE_ROOT, SIZE_ROOT));
	EXPECT(!xQueueCreate(SIZE_MAX, 1));
	EXPECT(!xQueueCreate(PORT_HEAP_SIZE, 1));
	EXPECT(!xSemaphoreCreateCounting(2, 3));
	return NULL;
}

static const char *semaphores_count(void)
{
	SemaphoreHandle_t sem = xSemaphoreCreateCounting(2, 1);

	EXPECT(sem);
	EXPECT(xSemaphoreGive(sem) == pdPASS);
	EXPECT(xSemaphoreGiveFromISR(sem, NULL) == pdFAIL);
	EXPECT(uxSemaphoreGetCount(sem) == 2);
	EXPECT(xSemaphoreTake(sem, 0) == pdPASS);
	EXPECT(xSemaphoreTakeFromISR(sem, NULL) == pdPASS);
	EXPECT(xSemaphoreTake(sem, 0) == pdFAIL);
	vSemaphoreDelete(sem);
	/* A binary semaphore is initially empty, a mutex is not. */
	sem = xSemaphoreCreateBinary();
	EXPECT(sem && xSemaphoreTake(sem, 0) == pdFAIL);
	EXPECT(xSemaphoreGive(sem) == pdPASS && xSemaphoreGive(sem) == pdFAIL);
	vSemaphoreDelete(sem);
	/* The older function initialises the count to 1. */
	vSemaphoreCreateBinary(sem);
	EXPECT(sem && xSemaphoreGive(sem) == pdFAIL);
	EXPECT(xSemaphoreTake(sem, 0) == pdPASS);
	vSemaphoreDelete(sem);
	sem = xSemaphoreCreateMutex();
	EXPECT(sem && xSemaphoreTake(sem, 0) == pdPASS);
	EXPECT(xSemaphoreTake(sem, 0) == pdFAIL);
	EXPECT(xSemaphoreGive(sem) == pdPASS);
	vSemaphoreDelete(sem);
	return NULL;
}

static const char *recursive_mutex_counts(void)
{
	SemaphoreHandle_t mutex = xSemaphoreCreateRecursiveMutex();

	EXPECT(mutex);
	EXPECT(xSemaphoreGiveRecursive(mutex) == pdFAIL);
	EXPECT(!xSemaphoreGetMutexHolder(mutex));
	EXPECT(xSemaphoreTakeRecursive(mutex, 0) == pdPASS);
	EXPECT(xSemaphoreTakeRecursive(mutex, 0) == pdPASS);
	/* The caller is no task. */
	EXPECT(!xSemaphoreGetMutexHolderFromISR(mutex));
	EXPECT(xSemaphoreGiveRecursive(mutex) == pdPASS);
	EXPECT(!uxSemaphoreGetCount(mutex));
	EXPECT(xSemaphoreGiveRecursive(mutex) == pdPASS);
	EXPECT(uxSemaphoreGetCount(mutex) == 1);
	EXPECT(xSemaphoreGiveRecursive(mutex) == pdFAIL);
	vSemaphoreDelete(mutex);
	return NULL;
}

static const char *event_bits(void)
{
	EventGroupHandle_t group = xEventGroupCreate();

	EXPECT(group);
	/* There are 24 bits; the others are ignored. */
	EXPECT(xEventGroupSetBits(group, 0xff000005) == 5);
	EXPECT(xEventGroupWaitBits(group, 6, pdTRUE, pdTRUE, 0) == 5);
	EXPECT(xEventGroupGetBits(group) == 5);
	EXPECT(xEventGroupWaitBits(group, 6, pdFALSE, pdFALSE, 0) == 5);
	EXPECT(xEventGroupGetBits(group) == 5);
	EXPECT(xEventGroupWaitBits(group, 5, pdTRUE, pdTRUE, 0) == 5);
	EXPECT(xEventGroupGetBits(group) == 0);
	EXPECT(xEventGroupSetBitsFromISR(group, 0x30, NULL) == pdPASS);
	EXPECT(xEventGroupClearBits(group, 0x10) == 0x30);
	EXPECT(xEventGroupClearBitsFromISR(group, 0x1) == pdPASS);
	EXPECT(xEventGroupGetBitsFromISR(group) == 0x20);
	EXPECT(xEventGroupClearBitsFromISR(group, 0x20) == pdPASS);
	EXPECT(xEventGroupGetBits(group) == 0);
	vEventGroupDelete(group);
	return NULL;
}

/* A rendezvous succeeds if the caller's bits complete it; otherwise they stay set. */
static const char *rendezvous_of_one(void)
{
	EventGroupHandle_t group = xEventGroupCreate();

	EXPECT(group);
	EXPECT(xEventGroupSync(group, 0xff000001, 0x3, 0) == 0x1);
	EXPECT(xEventGroupGetBits(group) == 0x1);
	EXPECT(xEventGroupSync(group, 0x6, 0x3, 0) == 0x7);
	EXPECT(xEventGroupGetBits(group) == 0x4);
	EXPECT(xEventGroupSync(group, 0, 0x3, 0) == 0x4);
	vEventGroupDelete(group);
	return NULL;
}

/* A caller that is not a task has no handle and no notifications. */
static const char *no_task_has_no_handle(void)
{
	EXPECT(xTaskNotifyStateClear(NULL) == pdFALSE);
	EXPECT(ulTaskNotifyValueClear(NULL, 1) == 0);
	EXPECT(xTaskGetSchedulerState() == taskSCHEDULER_RUNNING);
	return NULL;
}

static const char *types_are_as_wide(void)
{
	EXPECT(sizeof(BaseType_t) == sizeof(long) && (BaseType_t)-1 < 0);
	EXPECT(sizeof(UBaseType_t) == sizeof(long) && (UBaseType_t)-1 > 0);
	EXPECT(sizeof(TickType_t) == 4 && portMAX_DELAY == (TickType_t)-1);
	EXPECT(pdMS_TO_TICKS(1000) == configTICK_RATE_HZ);
	return NULL;
}

/* Check a timeout of @left ticks that began @gone ticks ago. */
static BaseType_t is_over(TickType_t gone, TickType_t *left)
{
	TimeOut_t timeout;
	BaseType_t over;

	vTaskSetTimeOutState(&timeout);
	timeout.xTimeOnEntering -= gone;
	over = xTaskCheckForTimeOut(&timeout, left);
	/* The remaining time counts from now, so nearly all of it is left. */
	return over || xTaskCheckForTimeOut(&timeout, left);
}

/* An hour is longer than the test. */
static const char *time_is_over_in_the_end(void)
{
	TickType_t hour = pdMS_TO_TICKS(3600000), left = 5 * hour;

	EXPECT(!is_over(2 * hour, &left));
	EXPECT(left <= 3 * hour && left > 2 * hour);
	EXPECT(!is_over(hour, &left));
	EXPECT(left <= 2 * hour && left > hour);
	EXPECT(is_over(2 * hour, &left) == pdTRUE);
	EXPECT_EQ(left, 0);
	EXPECT(is_over(0, &left) == pdTRUE);
	left = portMAX_DELAY;
	EXPECT(!is_over(1u << 31, &left));
	EXPECT(left == portMAX_DELAY);
	return NULL;
}

/* A NULL handle, as a failed xQueueCreate() returns it, does no harm. */
static const char *no_queue_is_refused(void)
{
	BaseType_t woken = pdFALSE;
	int item = 77;

	EXPECT(xQueueSend(NULL, &item, portMAX_DELAY) == errQUEUE_FULL);
	EXPECT(xQueueSendToFront(NULL, &item, 0) == errQUEUE_FULL);
	EXPECT(xQueueOverwrite(NULL, &item) != pdPASS);
	EXPECT(xQueueSendFromISR(NULL, &item, &woken) == errQUEUE_FULL);
	EXPECT(xQueueReceive(NULL, &item, portMAX_DELAY) == errQUEUE_EMPTY);
	EXPECT(xQueuePeek(NULL, &item, 0) == errQUEUE_EMPTY);
	EXPECT(xQueueReceiveFromISR(NULL, &item, &woken) == errQUEUE_EMPTY);
	EXPECT(!uxQueueMessagesWaiting(NULL) && !uxQueueSpacesAvailable(NULL));
	EXPECT(!uxQueueGetQueueLength(NULL) && !uxQueueGetQueueItemSize(NULL));
	EXPECT(xQueueReset(NULL) == pdFAIL);
	EXPECT(xSemaphoreTake(NULL, portMAX_DELAY) == pdFAIL);
	EXPECT(xSemaphoreGive(NULL) == pdFAIL);
	EXPECT(xSemaphoreTakeRecursive(NULL, 0) == pdFAIL);
	EXPECT(xSemaphoreGiveRecursive(NULL) == pdFAIL);
	EXPECT(xSemaphoreGiveFromISR(NULL, &woken) == pdFAIL);
	EXPECT(!xSemaphoreGetMutexHolder(NULL));
	EXPECT(woken == pdFALSE && item == 77);
	vQueueDelete(NULL);
	return NULL;
}

static const char *no_group_is_refused(void)
{
	BaseType_t woken = pdFALSE;

	EXPECT(!xEventGroupSetBits(NULL, 1) && !xEventGroupClearBits(NULL, 1));
	EXPECT(!xEventGroupGetBits(NULL));
	EXPECT(xEventGroupSetBitsFromISR(NULL, 1, &woken) == pdFAIL);
	EXPECT(!xEventGroupWaitBits(NULL, 1, pdTRUE, pdTRUE, portMAX_DELAY));
	EXPECT(!xEventGroupSync(NULL, 1, 1, portMAX_DELAY));
	EXPECT(woken == pdFALSE);
	vEventGroupDelete(NULL);
	return NULL;
}

#define TEST(test) { "freertos_ipc." #test, test, freertos_heap_is_whole }

const struct port_test freertos_ipc_tests[] = {
	TEST(queue_is_first_in_first_out),
	TEST(queue_is_like_an_array),
	TEST(queue_of_one_is_overwritten),
	TEST(queue_has_two_ends),
	TEST(set_tells_which_queue),
	TEST(queue_knows_its_size),
	TEST(time_is_over_in_the_end),
	TEST(absurd_queues_are_refused),
	TEST(semaphores_count),
	TEST(recursive_mutex_counts),
	TEST(event_bits),
	TEST(rendezvous_of_one),
	TEST(no_task_has_no_handle),
	TEST(types_are_as_wide),
	TEST(no_queue_is_refused),
	TEST(no_group_is_refused),
	{}
};

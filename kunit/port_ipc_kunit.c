// SPDX-License-Identifier: GPL-2.0-only
/*
 * port_ipc_kunit.c - tasks and threads of the porting headers: waiters are woken in time and
 * in order, and deleting a task ends its infinite waits.
 */
#include "kunit/port_common.h"

/* ---- FreeRTOS ------------------------------------------------------------ */

/* Data shared with a task. It is cleared before each test. */
static struct work {
	QueueHandle_t in;
	QueueHandle_t out;
	EventGroupHandle_t group;
	struct completion begun;
	long result;
	bool has_ended;
} work;

static int work_open(struct kunit *test)
{
	memset(&work, 0, sizeof(work));
	init_completion(&work.begun);
	work.in = xQueueCreate(1, sizeof(int));
	work.out = xQueueCreate(1, sizeof(int));
	work.group = xEventGroupCreate();
	return work.in && work.out && work.group ? 0 : -ENOMEM;
}

static void work_close(struct kunit *test)
{
	vQueueDelete(work.in);
	vQueueDelete(work.out);
	vEventGroupDelete(work.group);
}

/* Use a mutex as @work.in. */
static void work_mutex(struct kunit *test, SemaphoreHandle_t mutex)
{
	KUNIT_ASSERT_NOT_NULL(test, mutex);
	vQueueDelete(work.in);
	work.in = mutex;
}

/* Start a task and wait until it has begun. */
static TaskHandle_t worker_open(struct kunit *test, TaskFunction_t function)
{
	TaskHandle_t task = task_open(test, function, NULL);

	KUNIT_ASSERT_NE(test, 0ul,
			wait_for_completion_timeout(&work.begun, LONG_ENOUGH));
	return task;
}

/* Delete a task, and expect its function to return. */
static void worker_close(struct kunit *test, TaskHandle_t task)
{
	vTaskDelete(task);
	KUNIT_EXPECT_TRUE(test, work.has_ended);
}

/* Sends the double of each item that it receives. */
static void doubles(void *unused)
{
	int item;

	complete(&work.begun);
	while (xQueueReceive(work.in, &item, portMAX_DELAY) == pdPASS) {
		item *= 2;
		if (xQueueSend(work.out, &item, portMAX_DELAY) != pdPASS)
			break;
	}
	work.has_ended = true;
}

/* With queues of one item, both sides wait for items and for room. */
static void task_and_queues(struct kunit *test)
{
	TaskHandle_t task = worker_open(test, doubles);
	int i, item = 0;

	for (i = 0; i < 500; i++) {
		KUNIT_EXPECT_EQ(test, pdPASS,
				xQueueSend(work.in, &i, LONG_ENOUGH));
		KUNIT_EXPECT_EQ(test, pdPASS,
				xQueueReceive(work.out, &item, LONG_ENOUGH));
		KUNIT_EXPECT_EQ(test, 2 * i, item);
	}
	KUNIT_EXPECT_FALSE(test, work.has_ended);
	worker_close(test, task);
}

/* Deleting a task ends its infinite wait for room in a queue. */
static void task_that_waits_for_room_ends(struct kunit *test)
{
	TaskHandle_t task;
	int item = 5;

	KUNIT_EXPECT_EQ(test, pdPASS, xQueueSend(work.out, &item, 0));
	task = worker_open(test, doubles);
	KUNIT_EXPECT_EQ(test, pdPASS, xQueueSend(work.in, &item, 0));
	vTaskDelay(2);
	worker_close(test, task);
	KUNIT_EXPECT_EQ(test, 1ul, uxQueueMessagesWaiting(work.out));
}

static void wait_ends_in_time(struct kunit *test)
{
	TickType_t begun = xTaskGetTickCount(), wake;
	int item;

	KUNIT_EXPECT_EQ(test, errQUEUE_EMPTY,
			xQueueReceive(work.in, &item, 5));
	KUNIT_EXPECT_GE(test, xTaskGetTickCount() - begun, 5u);
	begun = xTaskGetTickCount();
	KUNIT_EXPECT_EQ(test, 0u, xEventGroupWaitBits(work.group, 1, pdTRUE,
						      pdTRUE, 5));
	vTaskDelay(3);
	KUNIT_EXPECT_GE(test, xTaskGetTickCount() - begun, 8u);
	wake = xTaskGetTickCount();
	begun = wake;
	vTaskDelayUntil(&wake, 4);
	KUNIT_EXPECT_EQ(test, begun + 4, wake);
	KUNIT_EXPECT_GE(test, xTaskGetTickCount() - begun, 4u);
	/* This time has passed already. */
	KUNIT_EXPECT_EQ(test, pdFALSE, xTaskDelayUntil(&begun, 1));
}

static void sleeps(void *unused)
{
	complete(&work.begun);
	while (!xTaskShouldStop())
		vTaskDelay(portMAX_DELAY);
	work.has_ended = true;
	vTaskDelete(NULL);
}

static void task_that_sleeps_for_ever_ends(struct kunit *test)
{
	TaskHandle_t task = worker_open(test, sleeps);

	vTaskDelay(2);
	worker_close(test, task);
}

static void waits_for_both(void *unused)
{
	complete(&work.begun);
	work.result = xEventGroupWaitBits(work.group, 0x3, pdTRUE, pdTRUE,
					  portMAX_DELAY);
	work.has_ended = true;
}

static void task_waits_for_both_bits(struct kunit *test)
{
	TaskHandle_t task = worker_open(test, waits_for_both);

	xEventGroupSetBits(work.group, 0x5);
	vTaskDelay(3);
	KUNIT_EXPECT_FALSE(test, READ_ONCE(work.has_ended));
	xEventGroupSetBitsFromISR(work.group, 0x2, NULL);
	vTaskDelay(3);
	vTaskDelete(task);
	KUNIT_EXPECT_EQ(test, 7l, work.result);
	KUNIT_EXPECT_EQ(test, 4u, xEventGroupGetBits(work.group));
}

static void counts(void *unused)
{
	uint32_t n;

	complete(&work.begun);
	while ((n = ulTaskNotifyTake(pdTRUE, portMAX_DELAY)))
		work.result += n;
	work.has_ended = true;
}

/* No notification is lost, however many are sent before the task takes them. */
static void notifications_are_counted(struct kunit *test)
{
	TaskHandle_t task = worker_open(test, counts);
	int i;

	for (i = 0; i < 1000; i++)
		vTaskNotifyGiveFromISR(task, NULL);
	AWAIT(READ_ONCE(work.result) >= 1000);
	worker_close(test, task);
	KUNIT_EXPECT_EQ(test, 1000l, work.result);
}

static void takes_notes(void *unused)
{
	uint32_t value = 0;

	complete(&work.begun);
	while (xTaskNotifyWait(0, 0xff, &value, portMAX_DELAY) == pdPASS) {
		int item = value;

		xQueueSend(work.out, &item, portMAX_DELAY);
	}
	work.has_ended = true;
}

static void expect_note(struct kunit *test, int note)
{
	int item = -1;

	KUNIT_EXPECT_EQ(test, pdPASS,
			xQueueReceive(work.out, &item, LONG_ENOUGH));
	KUNIT_EXPECT_EQ(test, note, item);
}

/* Notification values are or'ed; taking them clears the lowest eight bits. */
static void notifications_have_values(struct kunit *test)
{
	TaskHandle_t task = worker_open(test, takes_notes);

	xTaskNotify(task, 0x101, eSetBits);
	expect_note(test, 0x101);
	xTaskNotify(task, 0x002, eSetBits);
	expect_note(test, 0x102);
	xTaskNotify(task, 7, eSetValueWithOverwrite);
	expect_note(test, 7);
	xTaskNotify(task, 9, eSetValueWithoutOverwrite);
	expect_note(test, 9);
	worker_close(test, task);
}

/* Each notification returns the value that was there before it. */
static void notifications_tell_what_was_there(struct kunit *test)
{
	TaskHandle_t task = worker_open(test, sleeps);
	uint32_t before = 77;

	KUNIT_EXPECT_STREQ(test, "kunit", pcTaskGetName(task));
	KUNIT_EXPECT_STREQ(test, current->comm, pcTaskGetName(NULL));
	KUNIT_EXPECT_EQ(test, pdPASS, xTaskNotifyAndQuery(task, 5,
							  eSetValueWithOverwrite,
							  &before));
	KUNIT_EXPECT_EQ(test, 0u, before);
	KUNIT_EXPECT_EQ(test, pdPASS, xTaskNotifyAndQueryFromISR(task, 2, eSetBits,
								 &before, NULL));
	KUNIT_EXPECT_EQ(test, 5u, before);
	KUNIT_EXPECT_EQ(test, pdFAIL, xTaskNotifyAndQuery(task, 9,
							  eSetValueWithoutOverwrite,
							  &before));
	KUNIT_EXPECT_EQ(test, 7u, before);
	KUNIT_EXPECT_EQ(test, pdPASS, xTaskNotifyAndQuery(task, 0, eIncrement, NULL));
	KUNIT_EXPECT_EQ(test, 8u, ulTaskNotifyValueClear(task, 0));
	worker_close(test, task);
}

/* While a notification is pending, a second one without overwrite is refused. */
static void notification_is_not_overwritten(struct kunit *test)
{
	TaskHandle_t task = worker_open(test, sleeps);

	KUNIT_EXPECT_EQ(test, pdPASS,
			xTaskNotify(task, 3, eSetValueWithoutOverwrite));
	KUNIT_EXPECT_EQ(test, pdFAIL,
			xTaskNotify(task, 4, eSetValueWithoutOverwrite));
	KUNIT_EXPECT_EQ(test, 3u, task->notes[0].value);
	KUNIT_EXPECT_EQ(test, 3u, ulTaskNotifyValueClear(task, 1));
	KUNIT_EXPECT_EQ(test, 2u, task->notes[0].value);
	/* Clearing the state succeeds once; then another notification is accepted. */
	KUNIT_EXPECT_EQ(test, pdTRUE, xTaskNotifyStateClear(task));
	KUNIT_EXPECT_EQ(test, pdFALSE, xTaskNotifyStateClear(task));
	KUNIT_EXPECT_EQ(test, pdPASS,
			xTaskNotify(task, 4, eSetValueWithoutOverwrite));
	KUNIT_EXPECT_EQ(test, 4u, task->notes[0].value);
	vTaskDelete(task);
}

/* Adds up what notifications 1 and 2 say, whenever the first one comes. */
static void takes_two(void *unused)
{
	uint32_t value = 0;

	complete(&work.begun);
	while (xTaskNotifyWaitIndexed(1, 0, ~0u, &value, portMAX_DELAY) == pdPASS) {
		int item = value + ulTaskNotifyTakeIndexed(2, pdTRUE, 0);

		xQueueSend(work.out, &item, portMAX_DELAY);
	}
	work.has_ended = true;
}

/* A notification does not end a wait for another one, and keeps its value meanwhile. */
static void notifications_do_not_mix(struct kunit *test)
{
	TaskHandle_t task = worker_open(test, takes_two);
	BaseType_t woken = pdFALSE;

	AWAIT(wq_has_sleeper(&task->notes[1].waiting));
	KUNIT_EXPECT_EQ(test, pdPASS, xTaskNotifyFromISR(task, 5,
							 eSetValueWithOverwrite,
							 &woken));
	vTaskNotifyGiveIndexedFromISR(task, 2, &woken);
	KUNIT_EXPECT_EQ(test, pdPASS, xTaskNotifyGiveIndexed(task, 2));
	vTaskDelay(3);
	KUNIT_EXPECT_EQ(test, pdFALSE, woken);
	KUNIT_EXPECT_EQ(test, 0ul, uxQueueMessagesWaiting(work.out));
	KUNIT_EXPECT_EQ(test, pdPASS, xTaskNotifyIndexedFromISR(task, 1, 0x100,
								eSetBits, &woken));
	KUNIT_EXPECT_EQ(test, pdTRUE, woken);
	expect_note(test, 0x102);
	KUNIT_EXPECT_EQ(test, 5u, ulTaskNotifyValueClear(task, 0));
	worker_close(test, task);
}

static void takes_mutex(void *unused)
{
	complete(&work.begun);
	work.result = xSemaphoreTakeRecursive(work.in, 3) == pdPASS;
	work.result += 2 * (xSemaphoreGiveRecursive(work.in) == pdPASS);
	work.has_ended = true;
}

/* A task that does not own a recursive mutex can neither take nor give it. */
static void recursive_mutex_has_an_owner(struct kunit *test)
{
	TaskHandle_t task;

	work_mutex(test, xSemaphoreCreateRecursiveMutex());
	KUNIT_EXPECT_EQ(test, pdPASS, xSemaphoreTakeRecursive(work.in, 0));
	task = worker_open(test, takes_mutex);
	vTaskDelay(8);
	vTaskDelete(task);
	KUNIT_EXPECT_EQ(test, 0l, work.result);
	KUNIT_EXPECT_EQ(test, pdPASS, xSemaphoreGiveRecursive(work.in));
}

#define NOT_YET		(~0ul)

/* A task that is deleted while somebody else owns the mutex @work.in. */
struct late {
	TaskHandle_t task;
	BaseType_t (*take)(SemaphoreHandle_t mutex);
	BaseType_t (*give)(SemaphoreHandle_t mutex);
	unsigned long entered;
	unsigned long left;
};

static BaseType_t mutex_take(SemaphoreHandle_t mutex)
{
	return xSemaphoreTake(mutex, portMAX_DELAY);
}

static BaseType_t mutex_give(SemaphoreHandle_t mutex)
{
	return xSemaphoreGive(mutex);
}

static BaseType_t recursive_take(SemaphoreHandle_t mutex)
{
	return xSemaphoreTakeRecursive(mutex, portMAX_DELAY);
}

static void enters_late(void *parameters)
{
	struct late *late = parameters;

	complete(&work.begun);
	while (!xTaskShouldStop())
		vTaskDelay(portMAX_DELAY);
	WRITE_ONCE(late->entered, late->take(work.in));
	late->left = late->give(work.in);
}

static void deletes_late(void *parameters)
{
	struct late *late = parameters;

	vTaskDelete(late->task);
}

/*
 * The task is deleted, then tries to take the mutex, and only after that the owner gives the
 * mutex: the task must not get it.
 */
static void mutex_keeps_its_owner(struct kunit *test, struct late *late,
				  SemaphoreHandle_t mutex)
{
	TaskHandle_t deleter;

	work_mutex(test, mutex);
	late->entered = NOT_YET;
	KUNIT_EXPECT_EQ(test, pdPASS, late->take(mutex));
	late->task = task_open(test, enters_late, late);
	ASSERT_DONE(test, &work.begun);
	deleter = task_open(test, deletes_late, late);
	AWAIT(READ_ONCE(late->entered) != NOT_YET ||
	      wq_has_sleeper(&mutex->readers));
	KUNIT_EXPECT_EQ(test, NOT_YET, READ_ONCE(late->entered));
	KUNIT_EXPECT_EQ(test, pdPASS, late->give(mutex));
	vTaskDelete(deleter);
	KUNIT_EXPECT_EQ(test, (unsigned long)pdPASS, late->entered);
	KUNIT_EXPECT_EQ(test, (unsigned long)pdPASS, late->left);
	KUNIT_EXPECT_EQ(test, 1ul, uxSemaphoreGetCount(mutex));
}

static void plain_mutex_keeps_its_owner(struct kunit *test)
{
	static struct late late = { .take = mutex_take, .give = mutex_give };

	mutex_keeps_its_owner(test, &late, xSemaphoreCreateMutex());
}

static void recursive_mutex_keeps_its_owner(struct kunit *test)
{
	static struct late late = {
		.take = recursive_take, .give = xSemaphoreGiveRecursive,
	};

	mutex_keeps_its_owner(test, &late, xSemaphoreCreateRecursiveMutex());
}

/* ---- RT-Thread ----------------------------------------------------------- */

struct rt_work {
	struct rt_mailbox box;
	struct rt_semaphore sem;
	struct rt_event event;
	rt_ubase_t words[2];
	rt_ubase_t sum;
	rt_err_t last;
};

static void sums(void *parameter)
{
	struct rt_work *work = parameter;
	rt_ubase_t value;

	while ((work->last = rt_mb_recv(&work->box, &value,
					RT_WAITING_FOREVER)) == RT_EOK) {
		work->sum += value;
		rt_sem_release(&work->sem);
	}
}

/*
 * A thread adds 1 + 2 + ... + 100, sent through a mailbox of two. Deleting the thread ends
 * its infinite wait with an error.
 */
static void rt_thread_and_mailbox(struct kunit *test)
{
	static struct rt_work work;
	rt_thread_t thread;
	int i;

	memset(&work, 0, sizeof(work));
	rt_mb_init(&work.box, "box", work.words, 2, RT_IPC_FLAG_FIFO);
	rt_sem_init(&work.sem, "sem", 0, RT_IPC_FLAG_FIFO);
	thread = rt_open(test, sums, &work);
	for (i = 1; i <= 100; i++)
		KUNIT_EXPECT_EQ(test, RT_EOK,
				rt_mb_send_wait(&work.box, i, LONG_ENOUGH));
	for (i = 1; i <= 100; i++)
		KUNIT_EXPECT_EQ(test, RT_EOK,
				rt_sem_take(&work.sem, LONG_ENOUGH));
	rt_thread_delete(thread);
	KUNIT_EXPECT_EQ(test, (rt_ubase_t)5050, work.sum);
	KUNIT_EXPECT_EQ(test, -RT_ERROR, work.last);
	KUNIT_EXPECT_EQ(test, -RT_ETIMEOUT, rt_sem_take(&work.sem, 2));
	KUNIT_EXPECT_EQ(test, -RT_ETIMEOUT, rt_sem_take(&work.sem, 0));
}

static void waits_for_event(void *parameter)
{
	struct rt_work *work = parameter;
	rt_uint32_t got = 0;

	work->last = rt_event_recv(&work->event, 0x6,
				   RT_EVENT_FLAG_AND | RT_EVENT_FLAG_CLEAR,
				   RT_WAITING_FOREVER, &got);
	work->sum = got;
}

static void rt_thread_and_event(struct kunit *test)
{
	static struct rt_work work;
	rt_uint32_t got = 0;
	rt_thread_t thread;

	memset(&work, 0, sizeof(work));
	rt_event_init(&work.event, "event", RT_IPC_FLAG_FIFO);
	thread = rt_open(test, waits_for_event, &work);
	rt_event_send(&work.event, 0x3);
	rt_thread_mdelay(20);
	rt_event_send(&work.event, 0x4);
	rt_thread_mdelay(20);
	rt_thread_delete(thread);
	KUNIT_EXPECT_EQ(test, RT_EOK, work.last);
	KUNIT_EXPECT_EQ(test, (rt_ubase_t)0x6, work.sum);
	KUNIT_EXPECT_EQ(test, RT_EOK,
			rt_event_recv(&work.event, 1, RT_EVENT_FLAG_OR, 0, &got));
	KUNIT_EXPECT_EQ(test, 1u, got);
}

/* Names of objects are cut to eight characters, as those of pools and heaps. */
static void rt_names_have_eight_characters(struct kunit *test)
{
	static struct rt_mailbox box;
	static struct rt_event event;
	static struct rt_semaphore sem;
	static rt_ubase_t word;

	memset(&event, 0xff, sizeof(event));
	rt_mb_init(&box, "mailbox_1", &word, 1, RT_IPC_FLAG_FIFO);
	rt_event_init(&event, "event", RT_IPC_FLAG_FIFO);
	rt_sem_init(&sem, "semaphore", 0, RT_IPC_FLAG_FIFO);
	KUNIT_EXPECT_MEMEQ(test, box.parent.name, "mailbox_", RT_NAME_MAX);
	KUNIT_EXPECT_MEMEQ(test, event.parent.name, "event\0\0\0", RT_NAME_MAX);
	KUNIT_EXPECT_MEMEQ(test, sem.parent.name, "semaphor", RT_NAME_MAX);
	KUNIT_EXPECT_EQ(test, RT_Object_Class_Semaphore | RT_Object_Class_Static,
			sem.parent.type);
}

/* ---- SylixOS ------------------------------------------------------------- */

struct lw_work {
	LW_OBJECT_HANDLE queue;
	LW_OBJECT_HANDLE sem;
	ULONG last;
	ULONG sum;
};

static PVOID adds_up(PVOID argument)
{
	struct lw_work *work = argument;
	ULONG value;
	size_t len;

	for (;;) {
		work->last = API_MsgQueueReceive(work->queue, &value,
						 sizeof(value), &len,
						 LW_OPTION_WAIT_INFINITE);
		if (work->last != ERROR_NONE)
			return &work->sum;
		work->sum += value;
		API_SemaphoreCPost(work->sem);
	}
}

/* A thread adds 1 + 2 + ... + 100. Deleting it ends its infinite wait. */
static void lw_thread_and_queue(struct kunit *test)
{
	static struct lw_work work;
	LW_OBJECT_HANDLE thread;
	ULONG i;

	memset(&work, 0, sizeof(work));
	work.queue = API_MsgQueueCreate("q", 100, sizeof(i), LW_OPTION_NONE,
					NULL);
	work.sem = API_SemaphoreCCreate("s", 0, 100, LW_OPTION_NONE, NULL);
	thread = lw_open(test, adds_up, &work);
	for (i = 1; i <= 100; i++)
		KUNIT_EXPECT_EQ(test, (ULONG)ERROR_NONE,
				API_MsgQueueSend(work.queue, &i, sizeof(i)));
	for (i = 1; i <= 100; i++)
		KUNIT_EXPECT_EQ(test, (ULONG)ERROR_NONE,
				API_SemaphoreCPend(work.sem, LONG_ENOUGH));
	KUNIT_EXPECT_EQ(test, (ULONG)ERROR_NONE,
			API_ThreadDelete(&thread, NULL));
	KUNIT_EXPECT_EQ(test, LW_OBJECT_HANDLE_INVALID, thread);
	KUNIT_EXPECT_EQ(test, 5050ul, work.sum);
	KUNIT_EXPECT_EQ(test, ERROR_THREAD_WAIT_TIMEOUT, work.last);
	API_SemaphoreCDelete(&work.sem);
	API_MsgQueueDelete(&work.queue);
}

static PVOID waits_for_semaphore(PVOID argument)
{
	struct lw_work *work = argument;

	work->last = API_SemaphoreBPend(work->sem, LW_OPTION_WAIT_INFINITE);
	return work;
}

static void lw_thread_is_joined(struct kunit *test)
{
	static struct lw_work work;
	LW_OBJECT_HANDLE thread;
	PVOID result = NULL;

	memset(&work, 0, sizeof(work));
	work.sem = API_SemaphoreBCreate("s", LW_FALSE, LW_OPTION_NONE, NULL);
	thread = lw_open(test, waits_for_semaphore, &work);
	KUNIT_EXPECT_EQ(test, ERROR_THREAD_WAIT_TIMEOUT,
			API_SemaphoreBPend(work.sem, 3));
	API_SemaphoreBPost(work.sem);
	KUNIT_EXPECT_EQ(test, (ULONG)ERROR_NONE,
			API_ThreadJoin(thread, &result));
	KUNIT_EXPECT_PTR_EQ(test, result, (PVOID)&work);
	KUNIT_EXPECT_EQ(test, (ULONG)ERROR_NONE, work.last);
	API_SemaphoreBDelete(&work.sem);
}

/* A thread that is deleted while somebody else owns @mutex. */
struct lw_late {
	struct lw_work work;
	LW_OBJECT_HANDLE thread;
	LW_OBJECT_HANDLE mutex;
	ULONG entered;
	ULONG left;
};

static PVOID enters_when_it_is_deleted(PVOID argument)
{
	struct lw_late *late = argument;

	late->work.last = API_SemaphoreBPend(late->work.sem,
					     LW_OPTION_WAIT_INFINITE);
	WRITE_ONCE(late->entered,
		   API_SemaphoreMPend(late->mutex, LW_OPTION_WAIT_INFINITE));
	late->left = API_SemaphoreMPost(late->mutex);
	return argument;
}

static PVOID deletes_it(PVOID argument)
{
	struct lw_late *late = argument;

	API_ThreadDelete(&late->thread, NULL);
	return argument;
}

/*
 * Deleting a thread ends all its waits but that for a mutex, because a mutex must never have
 * two owners.
 */
static void lw_mutex_keeps_its_owner(struct kunit *test)
{
	static struct lw_late late;
	__LW_CLASS_SEMAPHORE *sem;
	LW_OBJECT_HANDLE deleter;

	memset(&late, 0, sizeof(late));
	late.entered = NOT_YET;
	late.work.sem = API_SemaphoreBCreate("s", LW_FALSE, LW_OPTION_NONE,
					     NULL);
	late.mutex = API_SemaphoreMCreate("m", 0, LW_OPTION_NONE, NULL);
	KUNIT_ASSERT_NE(test, LW_OBJECT_HANDLE_INVALID, late.mutex);
	sem = (PVOID)late.mutex;
	KUNIT_EXPECT_EQ(test, (ULONG)ERROR_NONE,
			API_SemaphoreMPend(late.mutex, LW_OPTION_NOT_WAIT));
	late.thread = lw_open(test, enters_when_it_is_deleted, &late);
	/* A thread that is deleted before it has run does not run at all. */
	AWAIT(wq_has_sleeper(&((__LW_CLASS_SEMAPHORE *)late.work.sem)->waiting));
	deleter = lw_open(test, deletes_it, &late);
	AWAIT(READ_ONCE(late.entered) != NOT_YET || wq_has_sleeper(&sem->waiting));
	KUNIT_EXPECT_EQ(test, NOT_YET, READ_ONCE(late.entered));
	KUNIT_EXPECT_EQ(test, (ULONG)ERROR_NONE, API_SemaphoreMPost(late.mutex));
	KUNIT_EXPECT_EQ(test, (ULONG)ERROR_NONE, API_ThreadJoin(deleter, NULL));
	KUNIT_EXPECT_EQ(test, ERROR_THREAD_WAIT_TIMEOUT, late.work.last);
	KUNIT_EXPECT_EQ(test, (ULONG)ERROR_NONE, late.entered);
	KUNIT_EXPECT_EQ(test, (ULONG)ERROR_NONE, late.left);
	API_SemaphoreMDelete(&late.mutex);
	API_SemaphoreBDelete(&late.work.sem);
}

static struct kunit_case port_ipc_cases[] = {
	KUNIT_CASE(task_and_queues),
	KUNIT_CASE(task_that_waits_for_room_ends),
	KUNIT_CASE(wait_ends_in_time),
	KUNIT_CASE(task_that_sleeps_for_ever_ends),
	KUNIT_CASE(task_waits_for_both_bits),
	KUNIT_CASE(notifications_are_counted),
	KUNIT_CASE(notifications_have_values),
	KUNIT_CASE(notifications_tell_what_was_there),
	KUNIT_CASE(notification_is_not_overwritten),
	KUNIT_CASE(notifications_do_not_mix),
	KUNIT_CASE(recursive_mutex_has_an_owner),
	KUNIT_CASE(plain_mutex_keeps_its_owner),
	KUNIT_CASE(recursive_mutex_keeps_its_owner),
	KUNIT_CASE(rt_thread_and_mailbox),
	KUNIT_CASE(rt_thread_and_event),
	KUNIT_CASE(rt_names_have_eight_characters),
	KUNIT_CASE(lw_thread_and_queue),
	KUNIT_CASE(lw_thread_is_joined),
	KUNIT_CASE(lw_mutex_keeps_its_owner),
	{}
};

RTALLOC_SUITE(port_ipc, .init = work_open, .exit = work_close);

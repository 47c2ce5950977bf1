// SPDX-License-Identifier: GPL-2.0-only
/*
 * sylixos_ipc_test.c - SylixOS's semaphores and message queues, without waiting;
 * port_ipc_kunit.c tests threads. The #include line is that of the original.
 */
#include <SylixOS.h>

#include "kunit/port/port_test.h"

#define LENGTH	5u
#define LARGEST	11u

static const char *semaphore_counts(void)
{
	LW_OBJECT_HANDLE sem = API_SemaphoreCCreate("c", 1, 2,
						    LW_OPTION_WAIT_FIFO, LW_NULL);

	EXPECT(sem != LW_OBJECT_HANDLE_INVALID);
	EXPECT(API_SemaphoreCPost(sem) == ERROR_NONE);
	EXPECT(API_SemaphoreCPost(sem) == ERROR_EVENT_FULL);
	EXPECT(API_SemaphoreCPend(sem, LW_OPTION_WAIT_INFINITE) == ERROR_NONE);
	EXPECT(API_SemaphoreCTryPend(sem) == ERROR_NONE);
	EXPECT(API_SemaphoreCTryPend(sem) == ERROR_THREAD_WAIT_TIMEOUT);
	EXPECT(API_SemaphoreCPost(sem) == ERROR_NONE);
	EXPECT(API_SemaphoreCClear(sem) == ERROR_NONE);
	EXPECT(API_SemaphoreCTryPend(sem) == ERROR_THREAD_WAIT_TIMEOUT);
	EXPECT(API_SemaphoreCDelete(&sem) == ERROR_NONE);
	EXPECT(sem == LW_OBJECT_HANDLE_INVALID);
	EXPECT(API_SemaphoreCDelete(&sem) == ERROR_KERNEL_HANDLE_NULL);
	EXPECT(API_SemaphoreCPost(sem) == ERROR_KERNEL_HANDLE_NULL);
	EXPECT(!API_SemaphoreCCreate("c", 3, 2, LW_OPTION_WAIT_FIFO, LW_NULL));
	EXPECT(!API_SemaphoreCCreate("c", 0, 0, LW_OPTION_WAIT_FIFO, LW_NULL));
	return NULL;
}

/* Clearing takes constant time, however high the count is. */
static const char *highest_count_is_cleared(void)
{
	LW_OBJECT_HANDLE sem = API_SemaphoreCCreate("c", ~0ul, ~0ul,
						    LW_OPTION_WAIT_FIFO, LW_NULL);

	EXPECT(sem != LW_OBJECT_HANDLE_INVALID);
	EXPECT(API_SemaphoreCPost(sem) == ERROR_EVENT_FULL);
	EXPECT(API_SemaphoreCClear(sem) == ERROR_NONE);
	EXPECT(API_SemaphoreCTryPend(sem) == ERROR_THREAD_WAIT_TIMEOUT);
	EXPECT(API_SemaphoreCClear(LW_OBJECT_HANDLE_INVALID) ==
	       ERROR_KERNEL_HANDLE_NULL);
	EXPECT(API_SemaphoreCDelete(&sem) == ERROR_NONE);
	return NULL;
}

/* A wait that begins while the semaphore is being deleted is refused, and not counted. */
static const char *wait_for_a_deleted_semaphore_is_not_counted(void)
{
	LW_OBJECT_HANDLE id = API_SemaphoreCCreate("c", 0, 1, LW_OPTION_WAIT_FIFO,
						   LW_NULL);
	__LW_CLASS_SEMAPHORE *sem = (PVOID)id;

	EXPECT(sem);
	/* As while API_SemaphoreCDelete() waits for other threads. */
	sem->waits.self = NULL;
	EXPECT(API_SemaphoreCPend(id, 1) == ERROR_EVENT_WAS_DELETED);
	EXPECT_EQ(sem->waits.waiting, 0);
	EXPECT(list_empty(&sem->waiters));
	sem->waits.self = &sem->waits;
	EXPECT(API_SemaphoreCDelete(&id) == ERROR_NONE);
	return NULL;
}

/* Two posts count as one; the handle is both returned and stored. */
static const char *semaphore_is_binary(void)
{
	LW_OBJECT_ID id;
	LW_OBJECT_HANDLE sem = API_SemaphoreBCreate("b", LW_FALSE,
						    LW_OPTION_DEFAULT, &id);

	EXPECT(sem && sem == id);
	EXPECT(API_SemaphoreBTryPend(sem) == ERROR_THREAD_WAIT_TIMEOUT);
	EXPECT(API_SemaphoreBPost(sem) == ERROR_NONE);
	EXPECT(API_SemaphoreBPost(sem) == ERROR_NONE);
	EXPECT(API_SemaphoreBPend(sem, 0) == ERROR_NONE);
	EXPECT(API_SemaphoreBPend(sem, 0) == ERROR_THREAD_WAIT_TIMEOUT);
	EXPECT(API_SemaphoreBDelete(&id) == ERROR_NONE);
	return NULL;
}

/* Release without waiters. Without a valid semaphore nothing is stored. */
static const char *semaphores_are_released(void)
{
	LW_OBJECT_HANDLE sem = API_SemaphoreBCreate("b", LW_FALSE,
						    LW_OPTION_DEFAULT, LW_NULL);
	ULONG count = 77;
	BOOL was = LW_TRUE;

	EXPECT(sem);
	EXPECT(API_SemaphoreBRelease(sem, 0, &was) == ERROR_NONE && !was);
	EXPECT(API_SemaphoreBTryPend(sem) == ERROR_THREAD_WAIT_TIMEOUT);
	EXPECT(API_SemaphoreBRelease(sem, 3, &was) == ERROR_NONE && !was);
	EXPECT(API_SemaphoreBRelease(sem, 1, &was) == ERROR_NONE && was);
	EXPECT(API_SemaphoreBRelease(sem, 1, LW_NULL) == ERROR_NONE);
	EXPECT(API_SemaphoreBTryPend(sem) == ERROR_NONE);
	EXPECT(API_SemaphoreBTryPend(sem) == ERROR_THREAD_WAIT_TIMEOUT);
	EXPECT(API_SemaphoreBDelete(&sem) == ERROR_NONE);
	EXPECT(API_SemaphoreBRelease(sem, 1, &was) == ERROR_KERNEL_HANDLE_NULL);
	EXPECT(was);
	EXPECT(API_SemaphoreCRelease(sem, 1, &count) == ERROR_KERNEL_HANDLE_NULL);
	EXPECT(count == 77);
	sem = API_SemaphoreCCreate("c", 1, 4, LW_OPTION_DEFAULT, LW_NULL);
	EXPECT(API_SemaphoreCRelease(sem, 2, &count) == ERROR_NONE && count == 1);
	EXPECT(API_SemaphoreCRelease(sem, 2, &count) == ERROR_EVENT_FULL);
	EXPECT(count == 3);
	EXPECT(API_SemaphoreCRelease(sem, ~0ul, &count) == ERROR_EVENT_FULL);
	EXPECT(API_SemaphoreCRelease(sem, 0, LW_NULL) == ERROR_NONE);
	for (count = 0; API_SemaphoreCTryPend(sem) == ERROR_NONE;)
		count++;
	EXPECT(count == 4);
	EXPECT(API_SemaphoreCDelete(&sem) == ERROR_NONE);
	return NULL;
}

static const char *mutex_has_an_owner(void)
{
	LW_OBJECT_HANDLE mutex = API_SemaphoreMCreate("m", 0, LW_OPTION_DELETE_SAFE,
						      LW_NULL);

	EXPECT(mutex);
	EXPECT(API_SemaphoreMPost(mutex) == ERROR_EVENT_NOT_OWN);
	EXPECT(API_SemaphoreMPend(mutex, 0) == ERROR_NONE);
	EXPECT(API_SemaphoreMPend(mutex, 0) == ERROR_NONE);
	EXPECT(API_SemaphoreMPost(mutex) == ERROR_NONE);
	EXPECT(API_SemaphoreMPost(mutex) == ERROR_NONE);
	EXPECT(API_SemaphoreMPost(mutex) == ERROR_EVENT_NOT_OWN);
	EXPECT(API_SemaphoreMDelete(&mutex) == ERROR_NONE);
	return NULL;
}

/* Compare with a model that is an array; a message longer than the room is cut. */
static const char *queue_is_like_an_array(void)
{
	LW_OBJECT_HANDLE queue = API_MsgQueueCreate("q", LENGTH, LARGEST,
						    LW_OPTION_WAIT_FIFO, LW_NULL);
	u8 model[LENGTH + 1][LARGEST], bytes[LARGEST + 1], out[LARGEST];
	size_t lens[LENGTH + 1], len, got, room;
	u32 step, n = 0;
	u64 state = 5;

	EXPECT(queue);
	for (step = 0; step < 20000; step++) {
		len = 1 + draw(&state) % LARGEST;
		memset(bytes, step, len);
		bytes[len - 1] ^= step >> 8;
		if (draw(&state) % 2) {
			EXPECT(API_MsgQueueSend(queue, bytes, len) ==
			       (n < LENGTH ? ERROR_NONE : ERROR_EVENT_FULL));
			if (n < LENGTH) {
				memcpy(model[n], bytes, len);
				lens[n++] = len;
			}
			continue;
		}
		room = 1 + draw(&state) % LARGEST;
		got = 0;
		EXPECT(API_MsgQueueReceive(queue, out, room, &got, 0) ==
		       (n ? ERROR_NONE : ERROR_THREAD_WAIT_TIMEOUT));
		EXPECT(got == (n ? min(room, lens[0]) : 0));
		EXPECT(!n || !memcmp(out, model[0], got));
		if (n) {
			memmove(lens, lens + 1, --n * sizeof(*lens));
			memmove(model, model[1], n * sizeof(*model));
		}
	}
	EXPECT(API_MsgQueueSend(queue, bytes, LARGEST + 1) ==
	       ERROR_MSGQUEUE_MSG_LEN);
	EXPECT(API_MsgQueueSend(queue, bytes, 0) == ERROR_MSGQUEUE_MSG_LEN);
	EXPECT(API_MsgQueueDelete(&queue) == ERROR_NONE);
	return NULL;
}

static const char *absurd_queues_are_refused(void)
{
	EXPECT(!API_MsgQueueCreate("q", 0, 8, LW_OPTION_NONE, LW_NULL));
	EXPECT(!API_MsgQueueCreate("q", 1, 0, LW_OPTION_NONE, LW_NULL));
	EXPECT(!API_MsgQueueCreate("q", 1, SIZE_MAX, LW_OPTION_NONE, LW_NULL));
	EXPECT(!API_MsgQueueCreate("q", 1, SIZE_MAX - 8, LW_OPTION_NONE,
				   LW_NULL));
	EXPECT(!API_MsgQueueCreate("q", SIZE_ROOT, SIZE_ROOT, LW_OPTION_NONE,
				   LW_NULL));
	EXPECT(!API_MsgQueueCreate("q", PORT_HEAP_SIZE, 8, LW_OPTION_NONE,
				   LW_NULL));
	return NULL;
}

/* ---- the state of objects ------------------------------------------------ */

static const char *semaphore_tells_its_state(void)
{
	LW_OBJECT_HANDLE sem = API_SemaphoreCCreate("c", 2, 4, 0x11, LW_NULL);
	ULONG count = 77, option = 77, waiting = 77;
	BOOL value = 77;

	EXPECT(API_SemaphoreCStatus(sem, &count, &option, &waiting) == ERROR_NONE);
	EXPECT(count == 2 && option == 0x11 && waiting == 0);
	/* Nobody waits, so nobody is released, and the count stays. */
	EXPECT(API_SemaphoreCFlush(sem, &waiting) == ERROR_NONE && waiting == 0);
	EXPECT(API_SemaphoreCFlush(sem, LW_NULL) == ERROR_NONE);
	EXPECT(API_SemaphoreCStatus(sem, &count, NULL, NULL) == ERROR_NONE);
	EXPECT_EQ(count, 2);
	EXPECT(API_SemaphoreCDelete(&sem) == ERROR_NONE);
	sem = API_SemaphoreMCreate("m", 0, 0x22, LW_NULL);
	EXPECT(API_SemaphoreMStatus(sem, &value, &option, NULL) == ERROR_NONE);
	EXPECT(value == LW_TRUE && option == 0x22);
	EXPECT(API_SemaphoreMPend(sem, 0) == ERROR_NONE);
	EXPECT(API_SemaphoreMStatus(sem, &value, NULL, NULL) == ERROR_NONE);
	EXPECT(value == LW_FALSE);
	EXPECT(API_SemaphoreMPost(sem) == ERROR_NONE);
	EXPECT(API_SemaphoreMDelete(&sem) == ERROR_NONE);
	value = 77;
	EXPECT(API_SemaphoreBStatus(sem, &value, &option, &waiting) ==
	       ERROR_KERNEL_HANDLE_NULL);
	EXPECT(API_SemaphoreBFlush(sem, &waiting) == ERROR_KERNEL_HANDLE_NULL);
	EXPECT(value == 77 && option == 0x22 && waiting == 0);
	return NULL;
}

static LW_OBJECT_HANDLE awaited;
static ULONG blocked, released;
static BOOL is_set;

static void flushes(void)
{
	API_SemaphoreBStatus(awaited, &is_set, LW_NULL, &blocked);
	API_SemaphoreBFlush(awaited, &released);
}

/* The wait succeeds, and the next one does not. */
static const char *flush_releases_a_waiter(void)
{
	ULONG error;

	awaited = API_SemaphoreBCreate("b", LW_FALSE, LW_OPTION_NONE, LW_NULL);
	EXPECT(awaited);
	blocked = 77;
	released = 77;
	port_meanwhile(&((__LW_CLASS_SEMAPHORE *)awaited)->waits, flushes);
	error = API_SemaphoreBPend(awaited, LW_OPTION_WAIT_INFINITE);
	port_meanwhile_over();
	EXPECT(error == ERROR_NONE);
	EXPECT(is_set == LW_FALSE && blocked == 1 && released == 1);
	EXPECT(API_SemaphoreBTryPend(awaited) == ERROR_THREAD_WAIT_TIMEOUT);
	EXPECT(API_SemaphoreBStatus(awaited, NULL, NULL, &blocked) == ERROR_NONE);
	EXPECT_EQ(blocked, 0);
	EXPECT(API_SemaphoreBDelete(&awaited) == ERROR_NONE);
	return NULL;
}

/* The length is that of the oldest message, also when the ring has gone round. */
static const char *queue_tells_its_state(void)
{
	LW_OBJECT_HANDLE queue = API_MsgQueueCreate("q", LENGTH, LARGEST, 0x33,
						    LW_NULL);
	ULONG most = 77, count = 77, option = 77, waiting = 77;
	u8 bytes[LARGEST] = {};
	size_t len = 77, i;

	EXPECT(queue);
	EXPECT(API_MsgQueueStatus(queue, &most, &count, &len, &option, &waiting) ==
	       ERROR_NONE);
	EXPECT(most == LENGTH && !count && !len && option == 0x33 && !waiting);
	for (i = 1; i <= LARGEST; i++) {
		EXPECT(API_MsgQueueSend(queue, bytes, i) == ERROR_NONE);
		if (i == 1)
			continue;
		EXPECT(API_MsgQueueStatus(queue, NULL, &count, &len, NULL, NULL) ==
		       ERROR_NONE);
		EXPECT(count == 2 && len == i - 1);
		EXPECT(API_MsgQueueTryReceive(queue, bytes, LARGEST, NULL) ==
		       ERROR_NONE);
	}
	EXPECT(API_MsgQueueClear(queue) == ERROR_NONE);
	EXPECT(API_MsgQueueTryReceive(queue, bytes, LARGEST, NULL) ==
	       ERROR_THREAD_WAIT_TIMEOUT);
	/* All slots are free again. */
	for (i = 1; i <= LENGTH; i++)
		EXPECT(API_MsgQueueSend(queue, bytes, i) == ERROR_NONE);
	EXPECT(API_MsgQueueStatus(queue, NULL, &count, &len, NULL, NULL) ==
	       ERROR_NONE);
	EXPECT(count == LENGTH && len == 1);
	EXPECT(API_MsgQueueDelete(&queue) == ERROR_NONE);
	EXPECT(API_MsgQueueClear(queue) == ERROR_KERNEL_HANDLE_NULL);
	EXPECT(API_MsgQueueStatus(queue, &most, &count, &len, &option, &waiting) ==
	       ERROR_KERNEL_HANDLE_NULL);
	EXPECT(count == LENGTH && len == 1);
	return NULL;
}

static const char *attributes_are_kept(void)
{
	LW_CLASS_THREADATTR attr = API_ThreadAttrGetDefault();
	int argument;

	EXPECT(attr.THREADATTR_ucPriority == LW_PRIO_NORMAL &&
	       !attr.THREADATTR_pvArg);
	API_ThreadAttrBuild(&attr, 4096, 100, LW_OPTION_THREAD_STK_CHK,
			    &argument);
	EXPECT(attr.THREADATTR_pvArg == &argument &&
	       attr.THREADATTR_stStackByteSize == 4096 &&
	       attr.THREADATTR_ucPriority == 100);
	API_ThreadAttrSetArg(&attr, LW_NULL);
	EXPECT(!attr.THREADATTR_pvArg);
	return NULL;
}

/* ---- regions ----------------------------------------------------------- */

#define HEADER	(sizeof(size_t) == 8 ? 48u : 32u)
#define REGION	4096u

/* All headers count as in use, also that of the last segment, which is free. */
static const char *region_has(LW_OBJECT_HANDLE region, ULONG segments, size_t used,
			      size_t most)
{
	size_t total_now, used_now, free_now, most_now;
	ULONG segments_now;

	EXPECT(API_RegionStatus(region, &total_now, &segments_now, &used_now,
				&free_now, &most_now) == ERROR_NONE);
	EXPECT_EQ(total_now, REGION);
	EXPECT_EQ(segments_now, segments);
	EXPECT_EQ(used_now, used);
	EXPECT_EQ(free_now, REGION - used);
	EXPECT_EQ(most_now, most);
	return NULL;
}

static const char *region_is_counted(void)
{
	LW_OBJECT_ID id;
	LW_OBJECT_HANDLE region = API_RegionCreate("r", port_memory, REGION,
						   LW_OPTION_DEFAULT, &id);
	size_t largest;
	u8 *p;

	EXPECT(region && region == id);
	TRY(region_has(region, 1, HEADER, HEADER));
	p = API_RegionGet(region, 100);
	EXPECT(p == port_memory + HEADER);
	TRY(region_has(region, 2, 2 * HEADER + 112, 2 * HEADER + 112));
	EXPECT(API_RegionGetMax(region, &largest) == ERROR_NONE);
	EXPECT_EQ(largest, REGION - 2 * HEADER - 112);
	EXPECT(API_RegionReget(region, p, 200) == p);
	TRY(region_has(region, 2, 2 * HEADER + 208, 2 * HEADER + 208));
	EXPECT(!API_RegionReget(region, p, 0));
	EXPECT(API_RegionDelete(&id) == ERROR_REGION_USED);
	EXPECT(id == region);
	EXPECT(API_RegionPut(region, p + 16) == p + 16);
	EXPECT(!API_RegionPut(region, p));
	EXPECT(!API_RegionPut(region, LW_NULL));
	TRY(region_has(region, 1, HEADER, 2 * HEADER + 208));
	EXPECT(API_RegionStatus(region, NULL, NULL, NULL, NULL, NULL) ==
	       ERROR_NONE);
	EXPECT(API_RegionDelete(&id) == ERROR_NONE);
	EXPECT(id == LW_OBJECT_HANDLE_INVALID);
	EXPECT(API_RegionDelete(&id) == ERROR_KERNEL_HANDLE_NULL);
	return NULL;
}

/* Two pieces of memory do not merge: the largest block is in the second. */
static const char *region_gets_more_memory(void)
{
	LW_OBJECT_HANDLE region = API_RegionCreate("r", port_memory, 1024, 0, NULL);
	u8 *more = port_memory + 2048, *p;

	EXPECT(region);
	EXPECT(!API_RegionGet(region, 1024));
	EXPECT(API_RegionAddMem(region, more, 2048) == ERROR_NONE);
	EXPECT(API_RegionAddMem(region, more, 2048) == ERROR_REGION_SIZE);
	EXPECT(API_RegionAddMem(region, NULL, 2048) == ERROR_REGION_SIZE);
	p = API_RegionGet(region, 2048 - HEADER);
	EXPECT(p == more + HEADER);
	EXPECT(API_RegionDeleteEx(&region, LW_TRUE) == ERROR_NONE);
	return NULL;
}

static const char *absurd_regions_are_refused(void)
{
	LW_OBJECT_HANDLE none = LW_OBJECT_HANDLE_INVALID, region;
	u8 *p;

	EXPECT(!API_RegionCreate("r", NULL, REGION, 0, NULL));
	EXPECT(!API_RegionCreate("r", port_memory, 63, 0, NULL));
	EXPECT(port_filled(port_memory, 0xaa, REGION));
	EXPECT(!API_RegionGet(none, 1));
	EXPECT(!API_RegionGetAlign(none, 1, 64));
	EXPECT(!API_RegionReget(none, NULL, 1));
	EXPECT(API_RegionPut(none, port_memory) == port_memory);
	EXPECT(API_RegionAddMem(none, port_memory, REGION) ==
	       ERROR_KERNEL_HANDLE_NULL);
	EXPECT(API_RegionGetMax(none, NULL) == ERROR_KERNEL_HANDLE_NULL);
	EXPECT(API_RegionStatus(none, NULL, NULL, NULL, NULL, NULL) ==
	       ERROR_KERNEL_HANDLE_NULL);
	region = API_RegionCreate("r", port_memory, REGION, 0, NULL);
	EXPECT(region);
	EXPECT(!API_RegionGet(region, 0));
	EXPECT(!API_RegionGet(region, SIZE_MAX));
	EXPECT(!API_RegionGetAlign(region, 100, 48));
	EXPECT(!API_RegionGetAlign(region, 100, sizeof(PVOID) / 2));
	p = API_RegionGetAlign(region, 100, 256);
	EXPECT(p && (size_t)p % 256 == 0);
	EXPECT(!API_RegionPut(region, p));
	EXPECT(API_RegionDelete(&region) == ERROR_NONE);
	return NULL;
}

#define TEST(test, ...) { "sylixos_ipc." #test, test, __VA_ARGS__ }

const struct port_test sylixos_ipc_tests[] = {
	TEST(semaphore_counts),
	TEST(highest_count_is_cleared),
	TEST(wait_for_a_deleted_semaphore_is_not_counted),
	TEST(semaphore_is_binary),
	TEST(semaphores_are_released),
	TEST(mutex_has_an_owner),
	TEST(queue_is_like_an_array),
	TEST(absurd_queues_are_refused),
	TEST(semaphore_tells_its_state),
	TEST(flush_releases_a_waiter),
	TEST(queue_tells_its_state),
	TEST(attributes_are_kept),
	TEST(region_is_counted, NULL, REGION),
	TEST(region_gets_more_memory, NULL, REGION),
	TEST(absurd_regions_are_refused, NULL, REGION),
	{}
};

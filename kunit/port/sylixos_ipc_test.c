// SPDX-License-Identifier: GPL-2.0-only
/*
 * sylixos_ipc_test.c - SylixOS's semaphores and message queues where nobody has to
 * wait; threads are in port_ipc_kunit.c. The include is the original's.
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

/* No count is so high that to clear it takes long. */
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

/* Posted twice it is there once; the handle comes both ways. */
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

/* Where nobody waits. Without a semaphore nothing is stored. */
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

/* Against an array that is moved; what is longer than the reader's room is cut. */
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
		len = 1 + port_draw(&state) % LARGEST;
		memset(bytes, step, len);
		bytes[len - 1] ^= step >> 8;
		if (port_draw(&state) % 2) {
			EXPECT(API_MsgQueueSend(queue, bytes, len) ==
			       (n < LENGTH ? ERROR_NONE : ERROR_EVENT_FULL));
			if (n < LENGTH) {
				memcpy(model[n], bytes, len);
				lens[n++] = len;
			}
			continue;
		}
		room = 1 + port_draw(&state) % LARGEST;
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

#define TEST(test) { "sylixos_ipc." #test, test }

const struct port_test sylixos_ipc_tests[] = {
	TEST(semaphore_counts),
	TEST(highest_count_is_cleared),
	TEST(semaphore_is_binary),
	TEST(semaphores_are_released),
	TEST(mutex_has_an_owner),
	TEST(queue_is_like_an_array),
	TEST(absurd_queues_are_refused),
	TEST(attributes_are_kept),
	{}
};

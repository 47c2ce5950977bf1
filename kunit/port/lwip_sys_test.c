// SPDX-License-Identifier: GPL-2.0-only
/*
 * lwip_sys_test.c - lwIP's semaphores, mailboxes, mutexes and timeouts, without waiting;
 * port_sys_kunit.c tests threads. The #include lines are those of the original.
 */
#include "lwip/netif.h"
#include "lwip/sys.h"
#include "lwip/timeouts.h"

#include "kunit/port/port_test.h"

/* All types are there, whichever of the headers comes first. */
static_assert(sizeof(struct netif) > sizeof(struct eth_hdr));

static const char *semaphore_counts(void)
{
	sys_sem_t sem, other;

	EXPECT_EQ(sys_sem_new(&sem, 2), ERR_OK);
	EXPECT(sys_sem_valid(&sem));
	EXPECT(sys_sem_wait(&sem) < 1000);
	EXPECT(sys_arch_sem_wait(&sem, 1) < 1000);
	EXPECT_EQ(sys_arch_sem_wait(&sem, 1), SYS_ARCH_TIMEOUT);
	sys_sem_signal(&sem);
	sys_sem_signal(&sem);
	EXPECT(sys_arch_sem_wait(&sem, 0) < 1000);
	EXPECT_EQ(sem.queue.count, 1);
	/* A copy at another address is not a valid semaphore. */
	other = sem;
	EXPECT(!sys_sem_valid(&other));
	EXPECT_EQ(sys_sem_wait(&other), SYS_ARCH_TIMEOUT);
	sys_sem_signal(&other);
	EXPECT_EQ(sem.queue.count, 1);
	sys_sem_free(&sem);
	EXPECT(!sys_sem_valid(&sem));
	return NULL;
}

/* A count of 2^31 - 1 is not exceeded. */
static const char *semaphore_has_a_highest_count(void)
{
	sys_sem_t sem;

	EXPECT_EQ(sys_sem_new(&sem, 0), ERR_OK);
	sem.queue.count = 0x7ffffffe;
	sem.queue.first = 0x7ffffffd;
	sys_sem_signal(&sem);
	EXPECT_EQ(sem.queue.count, 0x7fffffff);
	sys_sem_signal(&sem);
	EXPECT_EQ(sem.queue.count, 0x7fffffff);
	EXPECT(sys_sem_wait(&sem) < 1000);
	EXPECT_EQ(sem.queue.count, 0x7ffffffe);
	sys_sem_free(&sem);
	return NULL;
}

/* First in, first out, NULL too, at each start of the ring of three slots. */
static const char *mailbox_is_a_ring(void)
{
	sys_mbox_t mbox;
	u8 words[8];
	void *msg;
	int i, j;

	EXPECT_EQ(sys_mbox_new(&mbox, 3), ERR_OK);
	EXPECT(sys_mbox_valid(&mbox));
	for (i = 0; i < 8; i++) {
		msg = words;
		EXPECT_EQ(sys_mbox_tryfetch(&mbox, &msg), SYS_MBOX_EMPTY);
		EXPECT_EQ(sys_arch_mbox_fetch(&mbox, &msg, 1), SYS_ARCH_TIMEOUT);
		EXPECT(msg == words);
		EXPECT_EQ(sys_mbox_trypost(&mbox, words + i), ERR_OK);
		EXPECT_EQ(sys_mbox_trypost_fromisr(&mbox, NULL), ERR_OK);
		sys_mbox_post(&mbox, words + 1);
		EXPECT_EQ(sys_mbox_trypost(&mbox, words), ERR_MEM);
		EXPECT_EQ(sys_mbox_trypost_fromisr(&mbox, words), ERR_MEM);
		EXPECT(sys_mbox_fetch(&mbox, &msg) < 1000 && msg == words + i);
		EXPECT(sys_arch_mbox_tryfetch(&mbox, &msg) == 0 && !msg);
		for (j = 0; j <= i % 3; j++)
			EXPECT_EQ(sys_mbox_trypost(&mbox, words + j),
				  j < 2 ? ERR_OK : ERR_MEM);
		EXPECT(sys_mbox_fetch(&mbox, &msg) < 1000 && msg == words + 1);
		while (sys_mbox_tryfetch(&mbox, NULL) != SYS_MBOX_EMPTY)
			;
	}
	sys_mbox_free(&mbox);
	EXPECT(!sys_mbox_valid(&mbox));
	return NULL;
}

/* A mailbox with pointers in it can be freed. */
static const char *full_mailbox_is_freed(void)
{
	sys_mbox_t mbox;
	int i;

	EXPECT_EQ(sys_mbox_new(&mbox, 2), ERR_OK);
	for (i = 0; i < 2; i++)
		sys_mbox_post(&mbox, &mbox);
	sys_mbox_free(&mbox);
	EXPECT(!sys_mbox_valid(&mbox));
	EXPECT_EQ(sys_mbox_trypost(&mbox, NULL), ERR_ARG);
	return NULL;
}

/* All functions refuse an invalid semaphore, and return an error. */
static const char *no_semaphore(sys_sem_t *sem)
{
	sys_sem_signal(sem);
	EXPECT_EQ(sys_arch_sem_wait(sem, 0), SYS_ARCH_TIMEOUT);
	EXPECT_EQ(sys_arch_sem_wait(sem, 1), SYS_ARCH_TIMEOUT);
	EXPECT(!sys_sem_valid(sem));
	sys_sem_free(sem);
	return NULL;
}

static const char *no_mailbox(sys_mbox_t *mbox)
{
	void *msg = &msg;

	sys_mbox_post(mbox, NULL);
	EXPECT_EQ(sys_mbox_trypost(mbox, NULL), ERR_ARG);
	EXPECT_EQ(sys_mbox_trypost_fromisr(mbox, NULL), ERR_ARG);
	EXPECT_EQ(sys_arch_mbox_fetch(mbox, &msg, 0), SYS_ARCH_TIMEOUT);
	EXPECT_EQ(sys_arch_mbox_tryfetch(mbox, &msg), SYS_MBOX_EMPTY);
	EXPECT(msg == &msg);
	EXPECT(!sys_mbox_valid(mbox));
	sys_mbox_free(mbox);
	return NULL;
}

static const char *what_is_none_is_refused(void)
{
	sys_sem_t sem = { };
	sys_mbox_t mbox = { };

	TRY(no_semaphore(NULL));
	TRY(no_semaphore(&sem));
	EXPECT_EQ(sys_sem_new(NULL, 1), ERR_ARG);
	EXPECT_EQ(sys_sem_new(&sem, 1), ERR_OK);
	sys_sem_free(&sem);
	TRY(no_semaphore(&sem));
	EXPECT_EQ(sys_sem_new(&sem, 1), ERR_OK);
	sys_sem_set_invalid(&sem);
	TRY(no_semaphore(&sem));
	TRY(no_mailbox(NULL));
	TRY(no_mailbox(&mbox));
	EXPECT_EQ(sys_mbox_new(NULL, 1), ERR_ARG);
	EXPECT_EQ(sys_mbox_new(&mbox, 0), ERR_ARG);
	EXPECT_EQ(sys_mbox_new(&mbox, -1), ERR_ARG);
	TRY(no_mailbox(&mbox));
	EXPECT_EQ(sys_mbox_new(&mbox, 1), ERR_OK);
	sys_mbox_free(&mbox);
	TRY(no_mailbox(&mbox));
	return NULL;
}

static const char *mutex_is_valid(void)
{
	sys_mutex_t mutex = { }, other;

	EXPECT(!sys_mutex_valid(NULL) && !sys_mutex_valid(&mutex));
	sys_mutex_lock(&mutex);
	sys_mutex_unlock(&mutex);
	sys_mutex_free(&mutex);
	EXPECT_EQ(sys_mutex_new(&mutex), ERR_OK);
	EXPECT(sys_mutex_valid(&mutex));
	other = mutex;
	EXPECT(!sys_mutex_valid(&other));
	sys_mutex_lock(&mutex);
	sys_mutex_unlock(&mutex);
	sys_mutex_free(&mutex);
	EXPECT(!sys_mutex_valid(&mutex));
	sys_mutex_free(&mutex);
	return NULL;
}

static void never_called(void *arg)
{
	*(bool *)arg = true;
}

/* Without a function there is no thread, and no handle to free. */
static const char *absurd_calls_are_refused(void)
{
	sys_thread_t thread = sys_thread_new("none", NULL, NULL, 0, 0);
	bool called = false;

	EXPECT(!thread);
	sys_thread_free(&thread);
	sys_thread_free(NULL);
	EXPECT(!sys_thread_should_stop());
	sys_timeout(1, NULL, NULL);
	sys_untimeout(NULL, NULL);
	/* Two equal timeouts are cancelled; the third call finds none. */
	sys_timeout(100000, never_called, &called);
	sys_timeout(0xffffffff, never_called, &called);
	sys_untimeout(never_called, NULL);
	sys_untimeout(never_called, &called);
	sys_untimeout(never_called, &called);
	sys_untimeout(never_called, &called);
	EXPECT(!called);
	return NULL;
}

#define TEST(name)	{ "lwip_sys." #name, name }

const struct port_test lwip_sys_tests[] = {
	TEST(semaphore_counts),
	TEST(semaphore_has_a_highest_count),
	TEST(mailbox_is_a_ring),
	TEST(full_mailbox_is_freed),
	TEST(what_is_none_is_refused),
	TEST(mutex_is_valid),
	TEST(absurd_calls_are_refused),
	{}
};

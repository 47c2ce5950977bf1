// SPDX-License-Identifier: GPL-2.0-only
/*
 * context_locks.c - functions that require the caller to hold a lock assert it: without the
 * lock each call aborts the process, and with the lock it does not.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/block.h"
#include "core/core.h"
#include "core/lock.h"
#include "core/part.h"
#include "core/percpu.h"
#include "core/pool.h"
#include "core/region.h"
#include "core/registry.h"
#include "context.h"

static const char *unused;

#define CALL(name, call)						\
	static void call_##name(struct rtalloc_heap *heap)		\
	{								\
		(void)call;						\
	}

CALL(region_find, rtalloc_region_find("none"))
CALL(region_hold, (rtalloc_region_hold(heap->part[0].region), 0))
CALL(heap_find, rtalloc_heap_find("none"))
CALL(heap_hold, (rtalloc_heap_hold(heap), 0))
CALL(heap_unpublish, rtalloc_heap_unpublish(heap, true, 0, &unused))
CALL(heap_shrink, rtalloc_heap_shrink(heap, NULL, NULL, 0, &unused))
CALL(percpu_stop, (rtalloc_percpu_stop(heap, 0), 0))
CALL(pool_publish, (rtalloc_pool_publish(heap), 0))
CALL(heap_shut, (rtalloc_heap_shut(heap), 0))
CALL(percpu_update, (rtalloc_percpu_update(heap), 0))

static const struct locked_call {
	const char *name;
	void (*run)(struct rtalloc_heap *heap);
	bool of_heap;	/* the lock is the heap's; else it is the registry's */
} calls[] = {
	{ "region_find", call_region_find },
	{ "region_hold", call_region_hold },
	{ "heap_find", call_heap_find },
	{ "heap_hold", call_heap_hold },
	{ "heap_unpublish", call_heap_unpublish },
	{ "heap_shrink", call_heap_shrink },
	{ "percpu_stop", call_percpu_stop },
	{ "pool_publish", call_pool_publish },
	{ "heap_shut", call_heap_shut, true },
	{ "percpu_update", call_percpu_update, true },
};

/* Make the call in a child process. Return the status that the child ends with. */
static int status_of(const struct locked_call *call, struct rtalloc_heap *heap,
		     bool locked)
{
	int status;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (!pid) {
		dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
		if (locked && call->of_heap)
			heap_lock(heap);
		else if (locked)
			mutex_lock(&rtalloc_registry_lock);
		call->run(heap);
		_exit(0);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid ? status : -1;
}

const char *locks_are_asserted(struct rtalloc_heap *heap)
{
	int status;

	for (size_t i = 0; i < ARRAY_SIZE(calls); i++) {
		status = status_of(&calls[i], heap, false);
		if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGABRT ||
		    status_of(&calls[i], heap, true))
			return calls[i].name;
	}
	return NULL;
}

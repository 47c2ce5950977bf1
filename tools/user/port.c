// SPDX-License-Identifier: GPL-2.0-only
/*
 * port.c - runs the tests of the porting headers (kunit/port/) in user space,
 * over the core and the ports as they are in the kernel.
 *
 *	port [PART]	see runner.h
 */
#include <linux/list.h>

#include <rtalloc/port/freertos.h>
#include <rtalloc/port/rtthread.h>
#include <rtalloc/port/sylixos.h>
#include "core/core.h"
#include "kunit/port/port_test.h"
#include "port/port.h"
#include "runner.h"

/* ---- refusals --------------------------------------------------------- */

static struct port_call refused;	/* the latest, as the log has it */

void __real_port_refused(struct port_call call, const char *what,
			 const char *why);
void __wrap_port_refused(struct port_call call, const char *what,
			 const char *why);
void __wrap_port_refused(struct port_call call, const char *what,
			 const char *why)
{
	refused = call;
	__real_port_refused(call, what, why);
}

/* A driver that makes one wrong call; what is behind it keeps it from a jump. */
#define DRIVER(function, ...)						\
	noinline void driver_##function(void);				\
	noinline void driver_##function(void)				\
	{								\
		(void)function(__VA_ARGS__);				\
		asm volatile("");					\
	}

static struct rt_memory no_memory;
static struct rt_mempool no_pool;
static struct rt_memheap no_memheap;

#define WRONG_CALLS(X)							\
	X(rt_mp_alloc, &no_pool, 0)					\
	X(rt_mp_free, &no_pool)						\
	X(rt_mp_detach, &no_pool)					\
	X(rt_mp_delete, &no_pool)					\
	X(rt_smem_alloc, &no_memory, 100)				\
	X(rt_smem_realloc, &no_memory, NULL, 100)			\
	X(rt_smem_free, &no_memory)					\
	X(rt_smem_detach, &no_memory)					\
	X(rt_slab_alloc, &no_memory, 100)				\
	X(rt_slab_realloc, &no_memory, NULL, 100)			\
	X(rt_slab_free, &no_memory, NULL)				\
	X(rt_slab_detach, &no_memory)					\
	X(rt_slab_page_alloc, &no_memory, 1)				\
	X(rt_slab_page_free, &no_memory, NULL, 1)			\
	X(rt_memheap_alloc, &no_memheap, 100)				\
	X(rt_memheap_realloc, &no_memheap, NULL, 100)			\
	X(rt_memheap_free, &no_memheap)					\
	X(rt_memheap_info, &no_memheap, NULL, NULL, NULL)		\
	X(rt_memheap_detach, &no_memheap)				\
	X(_HeapAllocate, NULL, 100, NULL)				\
	X(_HeapAllocateAlign, NULL, 100, 64, NULL)			\
	X(_HeapZallocate, NULL, 100, NULL)				\
	X(_HeapRealloc, NULL, NULL, 100, 0, NULL)			\
	X(_HeapFree, NULL, &no_pool, 0, NULL)				\
	X(_HeapDelete, NULL, 0)

/* While the families have no heap. */
#define WITHOUT_HEAP(X)							\
	X(rt_malloc, 100)						\
	X(rt_calloc, 1, 100)						\
	X(rt_realloc, NULL, 100)					\
	X(rt_malloc_align, 100, 64)					\
	X(rt_free, &no_pool)						\
	X(rt_free_align, &no_pool)					\
	X(rt_memory_info, NULL, NULL, NULL)				\
	X(pvPortMalloc, 100)						\
	X(pvPortCalloc, 1, 100)						\
	X(pvPortMallocStack, 100)					\
	X(vPortFree, &no_pool)						\
	X(vPortFreeStack, &no_pool)					\
	X(xPortGetFreeHeapSize)						\
	X(xPortGetMinimumEverFreeHeapSize)				\
	X(xPortResetHeapMinimumEverFreeHeapSize)

#define AS_DRIVER(function, ...)	DRIVER(function, ##__VA_ARGS__)
WRONG_CALLS(AS_DRIVER)
WITHOUT_HEAP(AS_DRIVER)

struct wrong_call {
	const char *name;
	void (*driver)(void);
};

#define AS_ENTRY(function, ...)	{ #function, driver_##function },
static const struct wrong_call wrong_calls[] = { WRONG_CALLS(AS_ENTRY) };
static const struct wrong_call without_heap[] = { WITHOUT_HEAP(AS_ENTRY) };

/* How far behind the start of the nearest driver before it @at lies. */
static size_t nearest(const struct wrong_call *calls, size_t n, size_t at)
{
	size_t least = SIZE_MAX;

	while (n--)
		least = min(least, at - (size_t)calls[n].driver);
	return least;
}

/* Does @at lie in @driver, which makes one call? */
static bool is_in(size_t at, void (*driver)(void))
{
	size_t behind = at - (size_t)driver;

	return behind < 256 &&
	       behind <= nearest(wrong_calls, ARRAY_SIZE(wrong_calls), at) &&
	       behind <= nearest(without_heap, ARRAY_SIZE(without_heap), at);
}

/* Each of @calls is told by its name, and as the driver's. */
static const char *all_told(const struct wrong_call *calls, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		refused = (struct port_call){ "nothing", 0 };
		calls[i].driver();
		LEAVE_UNLESS(!strcmp(refused.name, calls[i].name),
			     "%s was told as %s", calls[i].name, refused.name);
		LEAVE_UNLESS(is_in(refused.caller, calls[i].driver),
			     "%s: the caller is not its driver", calls[i].name);
	}
	return NULL;
}

static const char *callers_of_wrong_calls(void)
{
	return all_told(wrong_calls, ARRAY_SIZE(wrong_calls));
}

static const char *callers_without_a_heap(void)
{
	struct rtalloc_heap *rtthread = *port_rtthread.heap;
	struct rtalloc_heap *freertos = *port_freertos.heap;
	const char *why;

	*port_rtthread.heap = NULL;
	*port_freertos.heap = NULL;
	why = all_told(without_heap, ARRAY_SIZE(without_heap));
	*port_rtthread.heap = rtthread;
	*port_freertos.heap = freertos;
	return why;
}

static const struct port_test refusal_tests[] = {
	{ "refusal.callers_of_wrong_calls", callers_of_wrong_calls },
	{ "refusal.callers_without_a_heap", callers_without_a_heap },
	{}
};

/* ---- all -------------------------------------------------------------- */

static const struct port_test *const suites[] = {
	freertos_tests,
	freertos_ipc_tests,
	freertos_stream_tests,
	lwip_tests,
	lwip_pools_tests,
	rtthread_mem_tests,
	rtthread_mp_tests,
	rtthread_tests,
	sylixos_tests,
	sylixos_types_tests,
	sylixos_ipc_tests,
	tlsf_tests,
	refusal_tests,
};

/* Heaps that exist: the tests must leave as many as they found. */
static int heap_count(void)
{
	struct rtalloc_heap *heap;
	int n = 0;

	list_for_each_entry(heap, &rtalloc_heaps, node)
		n++;
	return n;
}

static const char *run(const struct port_test *test)
{
	int before = heap_count(), after;
	const char *why = port_test_run(test);

	after = heap_count();
	if (!why && before != after)
		return failed(__FILE__, __LINE__, "%d heaps, then %d",
				   before, after);
	return why;
}

int main(int argc, char **argv)
{
	runner_begin(argc, argv, "port [PART]");
	for (size_t i = 0; i < ARRAY_SIZE(suites); i++)
		for (const struct port_test *t = suites[i]; t->name; t++)
			if (runner_wants(t->name))
				runner_result(t->name, run(t));
	return runner_end();
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * port.c - run the tests of the porting headers (kunit/port/) in user space, on the same
 * core and ports as in the kernel.
 *
 *	port [PART]	see runner.h
 */
#include <linux/list.h>

#include <rtalloc/port/freertos.h>
#include <rtalloc/port/freertos_types.h>
#include <rtalloc/port/lwip.h>
#include <rtalloc/port/lwip_types.h>
#include <rtalloc/port/rtthread.h>
#include <rtalloc/port/rtthread_ipc.h>
#include <rtalloc/port/sylixos.h>
#include <rtalloc/port/tlsf.h>
#include "core/core.h"
#include "fault_caller.h"
#include "kunit/port/port_test.h"
#include "port/port.h"
#include "runner.h"

/* ---- what another task does while a call waits -------------------------- */

static void (*meanwhile)(void);

void port_meanwhile(struct port_waits *waits, void (*fn)(void))
{
	meanwhile = fn;
}

void port_meanwhile_over(void)
{
	meanwhile = NULL;
}

void shim_meanwhile(void)
{
	void (*fn)(void) = meanwhile;

	meanwhile = NULL;
	if (fn)
		fn();
}

/* ---- refusals --------------------------------------------------------- */

static struct port_call refused;	/* the latest call that was reported as refused */

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

/* Define a driver that makes one wrong call. */
#define DRIVER_NAMED(name, call)					\
	CALLER(void, name, (void), (void)call; END_CALL;)

#define DRIVER(function, ...)						\
	DRIVER_NAMED(driver_##function, function(__VA_ARGS__))

static struct rt_memory no_memory;
static struct rt_mempool no_pool;
static struct rt_memheap no_memheap;
static rt_ubase_t no_word;

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
	X(rt_mb_send, NULL, 1)						\
	X(rt_mb_send_wait, NULL, 1, 0)					\
	X(rt_mb_urgent, NULL, 1)					\
	X(rt_mb_recv, NULL, &no_word, 0)				\
	X(rt_mb_control, NULL, RT_IPC_CMD_RESET, NULL)			\
	X(rt_mb_detach, NULL)						\
	X(rt_mb_delete, NULL)						\
	X(rt_event_send, NULL, 1)					\
	X(rt_event_recv, NULL, 1, RT_EVENT_FLAG_OR, 0, NULL)		\
	X(rt_event_control, NULL, RT_IPC_CMD_RESET, NULL)		\
	X(rt_event_detach, NULL)					\
	X(rt_event_delete, NULL)					\
	X(rt_sem_take, NULL, 0)						\
	X(rt_sem_release, NULL)						\
	X(rt_sem_control, NULL, RT_IPC_CMD_RESET, NULL)			\
	X(rt_sem_detach, NULL)						\
	X(rt_sem_delete, NULL)						\
	X(rt_mq_send, NULL, "", 1)					\
	X(rt_mq_send_wait, NULL, "", 1, 0)				\
	X(rt_mq_urgent, NULL, "", 1)					\
	X(rt_mq_recv, NULL, NULL, 1, 0)					\
	X(rt_mq_control, NULL, RT_IPC_CMD_RESET, NULL)			\
	X(rt_mq_detach, NULL)						\
	X(rt_mq_delete, NULL)						\
	X(rt_timer_init, NULL, NULL, NULL, NULL, 1, 0)			\
	X(rt_timer_start, NULL)						\
	X(rt_timer_stop, NULL)						\
	X(rt_timer_control, NULL, RT_TIMER_CTRL_SET_ONESHOT, NULL)	\
	X(rt_timer_detach, NULL)					\
	X(rt_timer_delete, NULL)					\
	X(sys_sem_signal, NULL)						\
	X(sys_arch_sem_wait, NULL, 1)					\
	X(sys_sem_free, NULL)						\
	X(sys_mbox_post, NULL, NULL)					\
	X(sys_mbox_trypost, NULL, NULL)					\
	X(sys_mbox_trypost_fromisr, NULL, NULL)				\
	X(sys_arch_mbox_fetch, NULL, NULL, 1)				\
	X(sys_arch_mbox_tryfetch, NULL, NULL)				\
	X(sys_mbox_free, NULL)						\
	X(sys_thread_free, NULL)					\
	X(sys_timeout, 1, NULL, NULL)					\
	X(sys_untimeout, NULL, NULL)					\
	X(_HeapAllocate, NULL, 100, NULL)				\
	X(_HeapAllocateAlign, NULL, 100, 64, NULL)			\
	X(_HeapZallocate, NULL, 100, NULL)				\
	X(_HeapRealloc, NULL, NULL, 100, 0, NULL)			\
	X(_HeapFree, NULL, &no_pool, 0, NULL)				\
	X(_HeapDelete, NULL, 0)

/* Calls that are refused as long as the family has no heap. */
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

/* For each family: a pointer 8 bytes into a block of its heap, where no block begins. */
static void *freertos_bad, *lwip_bad, *rt_bad, *smem_bad, *slab_bad;
static void *memheap_bad, *mp_bad, *tlsf_bad, *sylix_bad, *memp_bad;
static rt_smem_t smem;
static rt_slab_t slab;
static struct rt_memheap memheap;
static rt_mp_t mp;
static tlsf_t tlsf;
static PLW_CLASS_HEAP sylix;
static struct mempool_fixed *memp_pool;
static const struct memp_desc memp = {
	.desc = "memp", .pool = &memp_pool, .size = 100, .num = 4, .align = 8,
	.for_malloc = true,
};

static const struct memp_desc *const memps[] = { &memp };

#define BAD_BLOCKS(X)							\
	X(vPortFree, freertos_bad)					\
	X(vPortFreeStack, freertos_bad)					\
	X(mem_free, lwip_bad)						\
	X(mem_trim, lwip_bad, 8)					\
	X(memp_free_pool, &memp, memp_bad)				\
	X(lwip_pools_free, memps, 1, memp_bad)				\
	X(rt_free, rt_bad)						\
	X(rt_free_align, rt_bad)					\
	X(rt_realloc, rt_bad, 100)					\
	X(rt_smem_free, smem_bad)					\
	X(rt_smem_realloc, smem, smem_bad, 100)				\
	X(rt_slab_free, slab, slab_bad)					\
	X(rt_slab_realloc, slab, slab_bad, 100)				\
	X(rt_slab_page_free, slab, slab_bad, 1)				\
	X(rt_memheap_free, memheap_bad)					\
	X(rt_memheap_realloc, &memheap, memheap_bad, 100)		\
	X(rt_mp_free, mp_bad)						\
	X(tlsf_free, tlsf, tlsf_bad)					\
	X(tlsf_realloc, tlsf, tlsf_bad, 100)				\
	X(_HeapFree, sylix, sylix_bad, 0, NULL)				\
	X(_HeapRealloc, sylix, sylix_bad, 0, 0, NULL)

#define AS_DRIVER(function, ...)	DRIVER(function, ##__VA_ARGS__)
#define AS_BAD(function, ...)						\
	DRIVER_NAMED(bad_##function, function(__VA_ARGS__))
BAD_BLOCKS(AS_BAD)
WRONG_CALLS(AS_DRIVER)
WITHOUT_HEAP(AS_DRIVER)

struct wrong_call {
	const char *name;
	void (*driver)(void);
};

#define AS_ENTRY(function, ...)	{ #function, driver_##function },
static const struct wrong_call wrong_calls[] = { WRONG_CALLS(AS_ENTRY) };
static const struct wrong_call without_heap[] = { WITHOUT_HEAP(AS_ENTRY) };

#define AS_BAD_ENTRY(function, ...)	{ #function, bad_##function },
static const struct wrong_call bad_blocks[] = { BAD_BLOCKS(AS_BAD_ENTRY) };

/* Expect each refused call to be reported with its name and with the driver's address. */
static const char *all_told(const struct wrong_call *calls, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		refused = (struct port_call){ "nothing", 0 };
		calls[i].driver();
		LEAVE_UNLESS(!strcmp(refused.name, calls[i].name),
			     "%s was told as %s", calls[i].name, refused.name);
		LEAVE_UNLESS(caller_is(refused.caller, calls[i].driver),
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

/* Bytes of port_memory for each family's heap. */
#define BAD_ROOM	SZ_64K

static const char *bad_blocks_open(void)
{
	smem = rt_smem_init("bad", port_memory, BAD_ROOM);
	slab = rt_slab_init("bad", port_memory + BAD_ROOM, 4 * BAD_ROOM);
	EXPECT(!rt_memheap_init(&memheap, "bad", port_memory + 5 * BAD_ROOM,
				BAD_ROOM));
	mp = rt_mp_create("bad", 4, 100);
	tlsf = tlsf_create_with_pool(port_memory + 6 * BAD_ROOM, BAD_ROOM);
	sylix = _HeapCreate(port_memory + 7 * BAD_ROOM, BAD_ROOM);
	memp_init_pool(&memp);
	EXPECT(smem && slab && mp && tlsf && sylix && memp_pool);
	freertos_bad = pvPortMalloc(100) + 8;
	lwip_bad = mem_malloc(100) + 8;
	memp_bad = memp_malloc_pool(&memp) + 8;
	rt_bad = rt_malloc(100) + 8;
	smem_bad = rt_smem_alloc(smem, 100) + 8;
	slab_bad = rt_slab_alloc(slab, 100) + 8;
	memheap_bad = rt_memheap_alloc(&memheap, 100) + 8;
	mp_bad = rt_mp_alloc(mp, 0) + 8;
	tlsf_bad = tlsf_malloc(tlsf, 100) + 8;
	sylix_bad = _HeapAllocate(sylix, 100, NULL) + 8;
	return NULL;
}

static void bad_blocks_close(void)
{
	vPortFree(freertos_bad - 8);
	mem_free(lwip_bad - 8);
	rt_free(rt_bad - 8);
	memp_exit_pool(&memp);
	_HeapDelete(sylix, 0);
	tlsf_destroy(tlsf);
	rt_mp_delete(mp);
	rt_memheap_detach(&memheap);
	rt_slab_detach(slab);
	rt_smem_detach(smem);
}

/* The core's report of a bad block names the driver, too, and not the port's function. */
static const char *callers_of_bad_blocks(void)
{
	const char *why = bad_blocks_open();
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad_blocks) && !why; i++) {
		fault_caller = 0;
		bad_blocks[i].driver();
		if (!caller_is(fault_caller, bad_blocks[i].driver))
			why = failed(__FILE__, __LINE__,
				     "%s: the caller is not its driver",
				     bad_blocks[i].name);
	}
	bad_blocks_close();
	return why;
}

/* ---- a heap that changes while it is checked ---------------------------- */

static int busy;	/* how many checks still end with -EAGAIN */
static bool damaged;

int __real_rtalloc_check(struct rtalloc_heap *heap, struct rtalloc_fault *fault);
int __wrap_rtalloc_check(struct rtalloc_heap *heap, struct rtalloc_fault *fault);
int __wrap_rtalloc_check(struct rtalloc_heap *heap, struct rtalloc_fault *fault)
{
	memset(fault, 0, sizeof(*fault));
	if (busy-- > 0)
		return -EAGAIN;
	if (damaged)
		return rtalloc_fault_set(fault, RTALLOC_CORRUPT, 16, "a fault");
	return __real_rtalloc_check(heap, fault);
}

/* Expect this result and number of lines in the log if @tries checks do not end. */
static const char *checked_while_busy(int tries, int result, int lines)
{
	unsigned long before = shim_lines;

	busy = tries;
	EXPECT_EQ(tlsf_check(tlsf), result);
	EXPECT_EQ(shim_lines - before, lines);
	EXPECT(busy < 100 && busy > -2);
	busy = tries;
	EXPECT_EQ(tlsf_check_pool(tlsf_get_pool(tlsf)), result);
	EXPECT_EQ(shim_lines - before, 2 * lines);
	return NULL;
}

/* A heap whose check does not end is not reported as damaged; a damaged one is. */
static const char *busy_is_no_damage(void)
{
	const char *why;

	tlsf = tlsf_create_with_pool(port_memory, BAD_ROOM);
	EXPECT(tlsf);
	why = checked_while_busy(0, 0, 0);
	why = why ?: checked_while_busy(2, 0, 0);
	why = why ?: checked_while_busy(102, 0, 1);
	damaged = true;
	why = why ?: checked_while_busy(0, -1, 1);
	why = why ?: checked_while_busy(1, -1, 1);
	damaged = false;
	busy = 0;
	tlsf_destroy(tlsf);
	return why;
}

static const struct port_test refusal_tests[] = {
	{ "refusal.busy_is_no_damage", busy_is_no_damage, NULL, BAD_ROOM },
	{ "refusal.callers_of_bad_blocks", callers_of_bad_blocks, NULL,
	  8 * BAD_ROOM },
	{ "refusal.callers_of_wrong_calls", callers_of_wrong_calls },
	{ "refusal.callers_without_a_heap", callers_without_a_heap },
	{}
};

/* ---- sections ----------------------------------------------------------- */

/* UML has no preempt_count, so this is tested here, where the shim counts. */
static const char *section_of_a_handler(void)
{
	UBaseType_t outer, inner;

	taskENTER_CRITICAL();
	outer = taskENTER_CRITICAL_FROM_ISR();
	inner = taskENTER_CRITICAL_FROM_ISR();
	EXPECT_EQ(preempt_count(), 3);
	taskEXIT_CRITICAL_FROM_ISR(inner);
	EXPECT_EQ(preempt_count(), 2);
	taskEXIT_CRITICAL_FROM_ISR(outer);
	EXPECT_EQ(preempt_count(), 1);
	taskEXIT_CRITICAL();
	EXPECT_EQ(preempt_count(), 0);
	return NULL;
}

static const struct port_test section_tests[] = {
	{ "section.section_of_a_handler", section_of_a_handler },
	{}
};

/* ---- all -------------------------------------------------------------- */

#define SUITE(name)	name##_tests,

static const struct port_test *const suites[] = {
	PORT_SUITES(SUITE)
	refusal_tests,
	section_tests,
};

/* How many heaps exist. The tests must leave as many as there were. */
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

// SPDX-License-Identifier: GPL-2.0-only
/*
 * common.c - helpers shared by the suites. What a function named *_open() makes is
 * destroyed when its test ends, also when an assertion ends it. Every heap is checked
 * before that.
 */
#include <kunit/resource.h>
#include <kunit/test-bug.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mman.h>
#include <linux/moduleparam.h>
#include <linux/mount.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "kunit/common.h"
#include "kunit/wait.h"

static unsigned long seed;
module_param(seed, ulong, 0444);
MODULE_PARM_DESC(seed, "Seed of the random suites; 0: a new one each time (default)");

/* Size of the user memory through which text goes to and from debugfs. */
#define USER_PAGES	17

const void *geometry_after(const struct geometry *first, const void *prev,
			   char *desc)
{
	const struct geometry *geometry = prev ? prev : first - 1;

	geometry++;
	if (!geometry->desc)
		return NULL;
	strscpy(desc, geometry->desc, KUNIT_PARAM_DESC_SIZE);
	return geometry;
}

const void *geometry_next(const void *prev, char *desc)
{
	return geometry_after(geometries, prev, desc);
}

/* ---- regions and heaps ----------------------------------------------- */

/* A heap that heap_close() destroys; @damaged: it is not checked then. */
struct fixture {
	struct kunit *test;
	struct rtalloc_heap *heap;
	bool damaged;
};

static void region_close(void *region)
{
	WARN_ON(rtalloc_region_destroy(region));
}

struct rtalloc_region *region_make(struct kunit *test,
				   const struct rtalloc_region_params *params)
{
	struct rtalloc_region *region = rtalloc_region_create(params);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, region);
	return region;
}

struct rtalloc_heap *heap_make(struct kunit *test,
			       const struct rtalloc_heap_params *params)
{
	struct rtalloc_heap *heap = rtalloc_heap_create(params);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, heap);
	return heap;
}

struct mempool_fixed *pool_make(struct kunit *test,
				const struct mempool_fixed_params *params,
				void *memory, size_t size)
{
	struct mempool_fixed *pool = memory ?
		mempool_fixed_init(params, memory, size) :
		mempool_fixed_create(params);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, pool);
	return pool;
}

struct rtalloc_region *region_open(struct kunit *test, size_t size)
{
	static unsigned int serial;
	struct rtalloc_region_params params = { .size = PAGE_ALIGN(size) };
	struct rtalloc_region *region;
	char name[RTALLOC_NAME_MAX];

	params.size = max_t(size_t, params.size, RTALLOC_REGION_MIN);
	params.name = name;
	snprintf(name, sizeof(name), "kunit-region-%u", serial++);
	region = region_make(test, &params);
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, region_close,
							   region));
	return region;
}

struct rtalloc_heap_params probe_params(struct kunit *test)
{
	return (struct rtalloc_heap_params){
		.name = "probe", .size = SZ_64K, .region = region_open(test, SZ_1M),
	};
}

static void heap_close(void *context)
{
	struct fixture *fixture = context;

	if (!fixture->damaged)
		expect_sound(fixture->test, fixture->heap);
	WARN_ON(rtalloc_heap_destroy(fixture->heap, true));
}

struct rtalloc_heap *geometry_open(struct kunit *test,
				   const struct geometry *geometry)
{
	static unsigned int serial;
	size_t bytes = PAGE_ALIGN(geometry->size) + PAGE_ALIGN(geometry->glued);
	struct fixture *fixture;
	struct rtalloc_heap_params params = {
		.backend = geometry->backend,
		.region = region_open(test, bytes),
		.size = geometry->size,
		.align = geometry->align,
		.flags = geometry->flags,
		.elem = geometry->elem,
		.quarantine = geometry->quarantine,
	};
	char name[RTALLOC_NAME_MAX];

	params.name = name;
	snprintf(name, sizeof(name), "kunit-heap-%u", serial++);
	fixture = kunit_kzalloc(test, sizeof(*fixture), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, fixture);
	fixture->test = test;
	fixture->heap = heap_make(test, &params);
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, heap_close,
							   fixture));
	test->priv = fixture;
	if (geometry->glued)
		KUNIT_ASSERT_EQ(test, 0,
				rtalloc_heap_add_region(fixture->heap,
							params.region,
							geometry->glued));
	return fixture->heap;
}

struct rtalloc_heap *backend_open(struct kunit *test, const char *backend,
				  size_t size, unsigned int flags)
{
	const struct geometry geometry = {
		.backend = backend, .size = size, .flags = flags,
	};

	return geometry_open(test, &geometry);
}

void heap_is_damaged(struct rtalloc_heap *heap)
{
	struct fixture *fixture = kunit_get_current_test()->priv;

	fixture->damaged = fixture->heap == heap;
}

static void mempool_close(void *pool)
{
	WARN_ON(mempool_fixed_destroy(pool, true));
}

struct mempool_fixed *mempool_open(struct kunit *test, size_t elem,
				   unsigned int count, size_t align,
				   unsigned int flags)
{
	struct mempool_fixed_params params = {
		.name = "kunit-pool",
		.region = region_open(test, count * (elem + 2 * SZ_4K)),
		.elem = elem,
		.count = count,
		.align = align,
		.flags = flags,
	};
	struct mempool_fixed *pool = pool_make(test, &params, NULL, 0);

	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, mempool_close,
							   pool));
	return pool;
}

struct mempool_fixed_stats mempool_stats(struct mempool_fixed *pool)
{
	struct mempool_fixed_stats stats;

	mempool_fixed_stats(pool, &stats);
	return stats;
}

/* ---- in hard interrupts ---------------------------------------------- */

#define VISITS	50

static enum hrtimer_restart visit(struct hrtimer *timer)
{
	struct visitor *visitor = container_of(timer, struct visitor, timer);
	void *p = rtalloc_alloc(visitor->heap, 200, GFP_ATOMIC);

	visitor->failures += !in_hardirq() || !p ||
			     rtalloc_free(visitor->heap, p);
	WRITE_ONCE(visitor->visits, visitor->visits + 1);
	hrtimer_forward_now(timer, ns_to_ktime(200 * NSEC_PER_USEC));
	return visitor->visits < VISITS ? HRTIMER_RESTART : HRTIMER_NORESTART;
}

static void visited(void *timer)
{
	hrtimer_cancel(timer);
}

struct visitor *visitor_open(struct kunit *test, struct rtalloc_heap *heap)
{
	struct visitor *visitor = kunit_kzalloc(test, sizeof(*visitor),
						GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, visitor);
	visitor->heap = heap;
	visitor->end = jiffies + 10 * HZ;
	hrtimer_init(&visitor->timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_HARD);
	visitor->timer.function = visit;
	kunit_add_action(test, visited, &visitor->timer);
	hrtimer_start(&visitor->timer, ns_to_ktime(200 * NSEC_PER_USEC),
		      HRTIMER_MODE_REL_HARD);
	return visitor;
}

bool visitor_comes(const struct visitor *visitor)
{
	return READ_ONCE(visitor->visits) < VISITS &&
	       time_before(jiffies, visitor->end);
}

void visitor_close(struct kunit *test, struct visitor *visitor)
{
	hrtimer_cancel(&visitor->timer);
	KUNIT_EXPECT_LE(test, VISITS, visitor->visits);
	KUNIT_EXPECT_EQ(test, 0, visitor->failures);
}

/* ---- destroying a heap in another thread ------------------------------- */

static int ender_run(void *data)
{
	struct ender *ender = data;

	ender->err = rtalloc_heap_destroy(ender->heap, true);
	complete(&ender->done);
	return 0;
}

void ender_start(struct kunit *test, struct ender *ender,
		 struct rtalloc_heap *heap)
{
	ender->heap = heap;
	ender->err = 1;
	init_completion(&ender->done);
	thread_open(test, ender_run, ender);
}

int ender_wait(struct ender *ender, unsigned long timeout)
{
	return wait_for_completion_timeout(&ender->done, timeout) ?
	       ender->err : -ETIMEDOUT;
}

/* ---- heaps of debugfs, and checks -------------------------------------- */

void heap_remove_named(const char *name)
{
	struct rtalloc_heap *heap;
	const char *why;

	mutex_lock(&rtalloc_registry_lock);
	heap = rtalloc_heap_find(name);
	if (heap)
		rtalloc_heap_unpublish(heap, true, _THIS_IP_, &why);
	mutex_unlock(&rtalloc_registry_lock);
	if (heap)
		rtalloc_heap_drain(heap, _THIS_IP_);
}

static void named_close(void *name)
{
	heap_remove_named(name);
}

void heap_goes(struct kunit *test, const char *name)
{
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action(test, named_close, (void *)name));
}

void sh_open(struct kunit *test, const char *backend)
{
	char line[64];

	snprintf(line, sizeof(line), "create sh %s 64K", backend);
	KUNIT_ASSERT_EQ(test, (int)strlen(line),
			(int)debugfs_put(test, "rtalloc/control", line));
	heap_goes(test, "sh");
}

unsigned int registry_count(struct list_head *list)
{
	unsigned int n;

	mutex_lock(&rtalloc_registry_lock);
	n = list_count_nodes(list);
	mutex_unlock(&rtalloc_registry_lock);
	return n;
}

void expect_no_heap(struct kunit *test,
		    const struct rtalloc_heap_params *params, int err)
{
	struct rtalloc_region *region = params->region;
	size_t avail = region ? gen_pool_avail(region->pool) : 0;
	unsigned int parts = region ? region->nr_parts : 0;
	unsigned int before = registry_count(&rtalloc_heaps);
	struct rtalloc_heap *heap = rtalloc_heap_create(params);

	KUNIT_EXPECT_EQ(test, err, PTR_ERR_OR_ZERO(heap));
	KUNIT_EXPECT_EQ(test, before, registry_count(&rtalloc_heaps));
	if (!IS_ERR(heap))
		rtalloc_heap_destroy(heap, true);
	if (!region)
		return;
	KUNIT_EXPECT_EQ(test, avail, gen_pool_avail(region->pool));
	KUNIT_EXPECT_EQ(test, parts, region->nr_parts);
}

void expect_sound(struct kunit *test, struct rtalloc_heap *heap)
{
	struct rtalloc_fault fault;
	int err = rtalloc_check(heap, &fault);

	KUNIT_EXPECT_EQ_MSG(test, 0, err, "at %llu: %s", fault.offset,
			    fault.what);
}

void expect_damage(struct kunit *test, struct rtalloc_heap *heap,
		   const char *what)
{
	struct rtalloc_fault fault;

	KUNIT_EXPECT_EQ(test, -RTALLOC_CORRUPT, rtalloc_check(heap, &fault));
	KUNIT_EXPECT_STREQ(test, what, fault.what ?: "nothing");
}

void *room_open(struct kunit *test, size_t size)
{
	void *memory = kunit_kmalloc(test, size, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, memory);
	return memory;
}

KUNIT_DEFINE_ACTION_WRAPPER(pages_close, vfree, const void *);

void *pages_open(struct kunit *test, size_t size)
{
	void *memory = vzalloc(size);

	KUNIT_ASSERT_NOT_NULL(test, memory);
	KUNIT_ASSERT_EQ(test, 0,
			kunit_add_action_or_reset(test, pages_close, memory));
	return memory;
}

u64 random_seed(struct kunit *test)
{
	u64 start = seed ?: get_random_u32();

	kunit_info(test, "seed %llu", start);
	return start;
}

/* ---- debugfs --------------------------------------------------------- */

static void mount_close(void *mount)
{
	kern_unmount(mount);
}

static void file_close(void *file)
{
	filp_close(file, NULL);
	flush_delayed_fput();
}

struct file *debugfs_open(struct kunit *test, const char *path)
{
	struct file_system_type *type = get_fs_type("debugfs");
	struct vfsmount *mount;
	struct file *file;

	KUNIT_ASSERT_NOT_NULL(test, type);
	mount = kern_mount(type);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, mount);
	kunit_add_action(test, mount_close, mount);
	file = file_open_root_mnt(mount, path, O_RDWR, 0);
	if (!IS_ERR(file))
		kunit_add_action(test, file_close, file);
	return file;
}

/*
 * The address of USER_PAGES pages of user memory, for vfs_read() and vfs_write(). They
 * are mapped at the first call of a test, and kept in a named resource until it ends.
 */
static void __user *user_memory(struct kunit *test)
{
	struct kunit_resource *found;
	unsigned long at;

	found = kunit_find_named_resource(test, "user_memory");
	if (found) {
		at = (unsigned long)found->data;
		kunit_put_resource(found);
		return (void __user *)at;
	}
	at = kunit_vm_mmap(test, NULL, 0, USER_PAGES * PAGE_SIZE,
			   PROT_READ | PROT_WRITE,
			   MAP_ANONYMOUS | MAP_PRIVATE, 0);
	KUNIT_ASSERT_NE(test, 0ul, at);
	found = kunit_kzalloc(test, sizeof(*found), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, found);
	kunit_add_named_resource(test, NULL, NULL, found, "user_memory",
				 (void *)at);
	return (void __user *)at;
}

ssize_t debugfs_write(struct kunit *test, struct file *file, const void *text,
		      size_t len)
{
	char __user *user = user_memory(test);
	loff_t pos = 0;

	KUNIT_ASSERT_EQ(test, 0ul, copy_to_user(user, text, len));
	return vfs_write(file, user, len, &pos);
}

ssize_t debugfs_read(struct kunit *test, struct file *file, char *text,
		     size_t room)
{
	char __user *user = user_memory(test);
	ssize_t len, got = 0;
	loff_t pos = 0;

	do {
		len = vfs_read(file, user, room - 1 - got, &pos);
		if (len <= 0)
			break;
		KUNIT_ASSERT_EQ(test, 0ul, copy_from_user(text + got, user,
							  len));
		got += len;
	} while (got < room - 1);
	text[got] = '\0';
	return len < 0 ? len : got;
}

ssize_t debugfs_put(struct kunit *test, const char *path, const char *text)
{
	struct file *file = debugfs_open(test, path);
	ssize_t len;

	if (IS_ERR(file))
		return PTR_ERR(file);
	len = debugfs_write(test, file, text, strlen(text));
	kunit_release_action(test, file_close, file);
	return len;
}

char *debugfs_get(struct kunit *test, const char *path)
{
	size_t room = USER_PAGES * PAGE_SIZE;
	char *text = kunit_kzalloc(test, room, GFP_KERNEL);
	struct file *file = debugfs_open(test, path);

	KUNIT_ASSERT_NOT_NULL(test, text);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, file);
	KUNIT_EXPECT_LE(test, 0, (int)debugfs_read(test, file, text, room));
	kunit_release_action(test, file_close, file);
	return text;
}

static ssize_t rtalloc_put(struct kunit *test, const char *file,
			   const char *line)
{
	char path[RTALLOC_NAME_MAX + 32];

	snprintf(path, sizeof(path), "rtalloc/%s", file);
	return debugfs_put(test, path, line);
}

void expect_put(struct kunit *test, const char *file, const char *line)
{
	KUNIT_EXPECT_EQ_MSG(test, (int)strlen(line),
			    (int)rtalloc_put(test, file, line), "%s '%s'", file,
			    line);
}

void expect_put_fails(struct kunit *test, const char *file, const char *line,
		      int err)
{
	KUNIT_EXPECT_EQ_MSG(test, err, (int)rtalloc_put(test, file, line),
			    "%s '%s'", file, line);
}

void expect_refusal(struct kunit *test, const char *file, const char *line,
		    int err, const char *why)
{
	const char *slash = strrchr(file, '/');
	char beside[RTALLOC_NAME_MAX + 32], text[80];

	expect_put_fails(test, file, line, err);
	snprintf(beside, sizeof(beside), "%.*slast_error",
		 slash ? (int)(slash + 1 - file) : 0, file);
	snprintf(text, sizeof(text), "%s\n", why);
	expect_reads(test, beside, text);
}

static char *rtalloc_get(struct kunit *test, const char *file)
{
	char path[RTALLOC_NAME_MAX + 32];

	snprintf(path, sizeof(path), "rtalloc/%s", file);
	return debugfs_get(test, path);
}

void expect_reads(struct kunit *test, const char *file, const char *text)
{
	KUNIT_EXPECT_STREQ(test, text, rtalloc_get(test, file));
}

void expect_has(struct kunit *test, const char *file, const char *text)
{
	const char *is = rtalloc_get(test, file);

	KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(is, text), "%s lacks '%s': %s",
				  file, text, is);
}

/* ---- failing allocations --------------------------------------------- */

/*
 * Set fault injection up once: by default it spares allocations that may sleep, and
 * prints a stack for each failure.
 */
static void fault_injection_prepare(struct kunit *test)
{
	static bool done;

	if (done)
		return;
	debugfs_put(test, "failslab/ignore-gfp-wait", "N");
	debugfs_put(test, "failslab/verbose", "0");
	debugfs_put(test, "fail_page_alloc/ignore-gfp-wait", "N");
	debugfs_put(test, "fail_page_alloc/ignore-gfp-highmem", "N");
	debugfs_put(test, "fail_page_alloc/min-order", "0");
	debugfs_put(test, "fail_page_alloc/verbose", "0");
	done = true;
}

#ifdef CONFIG_FAULT_INJECTION
void fail_nth_set(struct kunit *test, unsigned int nth)
{
	if (nth)
		fault_injection_prepare(test);
	WRITE_ONCE(current->fail_nth, nth);
}

unsigned int fail_nth_left(void)
{
	return READ_ONCE(current->fail_nth);
}
#else
void fail_nth_set(struct kunit *test, unsigned int nth)
{
	kunit_skip(test, "needs FAULT_INJECTION");
}

unsigned int fail_nth_left(void)
{
	return 0;
}
#endif

#define NTH_MAX	1000	/* more allocations than any tested call makes */

/*
 * Sometimes kmalloc() has to allocate a page, and if that fails tries again with a
 * smaller order. Such a failure is seen by no caller, and a test that counts failures
 * would miss one. Therefore no allocation fails in the first round, which lets the slab
 * caches grow; and each round begins after kvfree_rcu_barrier(), so that objects which
 * are freed after a grace period are available again.
 */
bool failing_begin(struct kunit *test, struct failing *failing)
{
	kvfree_rcu_barrier();
	if (!failing->has_begun) {
		failing->has_begun = true;
		return true;
	}
	if (failing->left)
		return false;
	KUNIT_EXPECT_LT(test, failing->nth, NTH_MAX);
	if (failing->nth == NTH_MAX)
		return false;
	fail_nth_set(test, ++failing->nth);
	return true;
}

bool failing_end(struct kunit *test, struct failing *failing)
{
	failing->left = fail_nth_left();
	fail_nth_set(test, 0);
	return true;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * debugfs_kunit.c - the files in debugfs, opened from inside the kernel and read and written
 * through user memory, as a shell does. Documentation/debugfs.rst describes their formats.
 */
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/kthread.h>

#include "core/lock.h"
#include "interface/interface.h"
#include "kunit/common.h"

/* Expect a line written to control to fail with @err, and last_error to read @why. */
static void expect_refused(struct kunit *test, const char *line, int err,
			   const char *why)
{
	expect_refusal(test, "control", line, err, why);
}

/* Lines for control, the error that each fails with, and the text of last_error. */
struct refusal {
	const char *line;
	int err;
	const char *why;
};

static const struct refusal unknown[] = {
	{ "", -EINVAL, "request is empty" },
	{ "fly", -EINVAL, "unknown command" },
	{ "region", -EINVAL, "unknown command" },
	{ "region fly x", -EINVAL, "unknown command" },
	{ "create", -EINVAL, "wrong number of words" },
	{ "create a slab", -EINVAL, "wrong number of words" },
	{ "create a slab 64K 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16", -EINVAL,
	  "request has more than 19 words" },
	{ "create a slab big", -EINVAL, "size is not a number" },
	{ "create a slab 64K colour=red", -EINVAL, "unknown option" },
	{ "create a slab 64K align=x", -EINVAL, "align is not a number" },
	{ "create a slab 64K align=0", -EINVAL,
	  "alignment is not a power of two" },
	{ "create a tlsf 64K percpu=many", -EINVAL, "percpu is not a number" },
	{ "create a tlsf 64K percpu=0", -EINVAL, "percpu is below 1" },
	{ "create a tlsf 64K checked quarantine=0K", -EINVAL,
	  "quarantine is below 1" },
	{ "create a memheap 64K mode=x", -EINVAL,
	  "mode is neither fast nor best" },
	{ "create a slab 64K lock=soft", -EINVAL, "unknown option" },
	{ "destroy none", -ENOENT, "no heap of that name" },
	{ "trim none", -ENOENT, "no heap of that name" },
	{ "extend none 64K", -ENOENT, "no heap of that name" },
	{ "shrink none", -ENOENT, "no heap of that name" },
	{ "shrink", -EINVAL, "wrong number of words" },
	{ "shrink a region=b c", -EINVAL, "wrong number of words" },
};

#define NAME_64	"a234567890123456789012345678901234567890123456789012345678901234"

static const struct refusal bad_heaps[] = {
	{ "create a tlsf9 64K", -EINVAL, "no backend of that name" },
	{ "create a slab 0", -EINVAL, "size is 0" },
	{ "create a slab 1", -ENOSPC, "size is below what the backend needs" },
	{ "create a tlsf 1", -ENOSPC, "size is below what the backend needs" },
	{ "create a tlsf 1024G", -ENOMEM, "no room in the region" },
	{ "create a slab 0xffffffffffffffff", -ENOMEM,
	  "no room in the region" },
	{ "create a slab 64K region=none", -ENOENT, "no region of that name" },
	{ "create a memheap 64K align=3", -EINVAL,
	  "alignment is not a power of two" },
	{ "create a slab 64K align=64", -EINVAL,
	  "the backend cannot align so" },
	{ "create control slab 64K", -EINVAL, "name is reserved" },
	{ "create a/b slab 64K", -EINVAL,
	  "name has a character outside A-Z a-z 0-9 _ . -" },
	{ "create .a slab 64K", -EINVAL, "name is empty or begins with a dot" },
	{ "create " NAME_64 " slab 64K", -ENAMETOOLONG,
	  "name is longer than 63 characters" },
};

/* Wrong sizes and numbers of a pool's elements; one is above RTALLOC_POOL_MAX. */
static const struct refusal bad_pools[] = {
	{ "create ctl pool 64K elem=x", -EINVAL, "elem is not a number" },
	{ "create ctl pool 64K elem=0", -EINVAL, "elem is below 1" },
	{ "create ctl pool 64K elem=64 count=", -EINVAL,
	  "count is not a number" },
	{ "create ctl pool 64K elem=64 count=0", -EINVAL,
	  "count is not from 1 to 2147483647" },
	{ "create ctl pool 64K elem=64 count=0x80000000", -EINVAL,
	  "count is not from 1 to 2147483647" },
	{ "create ctl pool 64K elem=64 count=0x7fffffff", -ENOSPC,
	  "size is below what the backend needs" },
	{ "create ctl tlsf 64K count=9", -EINVAL, "only a pool has elements" },
	{ "create ctl tlsf 64K quarantine=4K", -EINVAL,
	  "only a checked heap has a quarantine" },
	{ "create ctl memheap 64K mode=worst", -EINVAL,
	  "mode is neither fast nor best" },
	{ "create ctl pool 64K elem=64 sideways", -EINVAL, "unknown option" },
};

static void expect_all_refused(struct kunit *test, const struct refusal *refusal,
			       size_t nr)
{
	for (; nr--; refusal++)
		expect_refused(test, refusal->line, refusal->err, refusal->why);
}

static void control_refuses_what_it_does_not_know(struct kunit *test)
{
	expect_all_refused(test, unknown, ARRAY_SIZE(unknown));
}

static void control_refuses_bad_heaps(struct kunit *test)
{
	expect_all_refused(test, bad_heaps, ARRAY_SIZE(bad_heaps));
}

static void pools_are_refused_by_word(struct kunit *test)
{
	expect_all_refused(test, bad_pools, ARRAY_SIZE(bad_pools));
}

static void regions_are_made_and_destroyed(struct kunit *test)
{
	expect_put(test, "control", "region create kr 128K\n");
	expect_has(test, "regions", "\nkr vmalloc 131072 131072 0 -\n");
	expect_refused(test, "region create kr 128K", -EEXIST,
		       "a region of that name exists");
	expect_put(test, "control", "create sh slab 64K region=kr");
	expect_has(test, "regions", "\nkr vmalloc 131072 65536 1 -\n");
	expect_refused(test, "region destroy kr", -EBUSY,
		       "heaps still live in the region");
	expect_put(test, "control", "destroy sh");
	expect_put(test, "control", "region destroy kr");
	expect_refused(test, "region destroy kr", -ENOENT,
		       "no region of that name");
	expect_refused(test, "region create kr 1", -EINVAL,
		       "size is below 64 KiB");
	expect_refused(test, "region create kr 64K phys=0", -EINVAL,
		       "phys is not an address");
	expect_refused(test, "region create kr x", -EINVAL,
		       "size is not a number");
}

/* ---- what a list of heaps costs ------------------------------------- */

/* A heap's own hooks; and how often hooks that take long, and usage, were called. */
static const struct rtalloc_ops *counted;
static unsigned int nr_long, nr_usage;

static int walk_counted(void *ctrl, struct rtalloc_cursor *cursor,
			struct rtalloc_block *batch, int max)
{
	nr_long++;
	return counted->walk(ctrl, cursor, batch, max);
}

static int check_counted(void *ctrl, struct rtalloc_sweep *sweep,
			 struct rtalloc_fault *fault)
{
	nr_long++;
	return counted->check(ctrl, sweep, fault);
}

static void stats_counted(void *ctrl, struct rtalloc_snapshot *snap)
{
	nr_long++;
	counted->stats(ctrl, snap);
}

static void usage_counted(void *ctrl, struct rtalloc_snapshot *snap, bool reset)
{
	nr_usage++;
	counted->usage(ctrl, snap, reset);
}

static void ops_set(struct rtalloc_heap *heap, const struct rtalloc_ops *ops)
{
	unsigned long flags = heap_lock(heap);

	heap->ops = ops;
	heap_unlock(heap, flags);
}

/* Read the list of heaps, and expect that of @heap's hooks only usage is called, once. */
static void expect_short(struct kunit *test, struct rtalloc_heap *heap)
{
	static struct rtalloc_ops ops;
	char want[RTALLOC_NAME_MAX + 3];

	snprintf(want, sizeof(want), "\n%s ", heap->name);
	counted = heap->ops;
	ops = *counted;
	ops.walk = walk_counted;
	ops.check = check_counted;
	ops.stats = stats_counted;
	ops.usage = usage_counted;
	nr_long = 0;
	nr_usage = 0;
	ops_set(heap, &ops);
	KUNIT_EXPECT_NOT_NULL(test, strstr(debugfs_get(test, "rtalloc/heaps"),
					   want));
	KUNIT_EXPECT_EQ_MSG(test, 0, nr_long, "%s", heap->backend->name);
	KUNIT_EXPECT_EQ_MSG(test, 1, nr_usage, "%s", heap->backend->name);
	/* A call that takes long is counted, as this one shows. */
	rtalloc_stats(heap, &(struct rtalloc_snapshot){ });
	KUNIT_EXPECT_EQ(test, 1, nr_long);
	ops_set(heap, counted);
}

/*
 * The list of heaps takes constant time for each heap: it calls only usage, whose time wcet
 * measures.
 */
static void list_of_heaps_walks_none(struct kunit *test)
{
	static const unsigned int flags[] = { 0, RTALLOC_HEAP_PERCPU,
					      RTALLOC_HEAP_CHECKED };
	const struct rtalloc_ops *const *ops;
	struct geometry geometry = { .size = SZ_256K };
	int i;

	for (ops = rtalloc_backends; *ops; ops++)
		for (i = 0; i < ARRAY_SIZE(flags); i++) {
			geometry.backend = (*ops)->name;
			geometry.elem = (*ops)->configure ? 64 : 0;
			geometry.flags = flags[i];
			expect_short(test, geometry_open(test, &geometry));
		}
}

static void default_backend_has_a_name(struct kunit *test)
{
	sh_open(test, "default");
	expect_has(test, "heaps", "\nsh tlsf default 65536 ");
	expect_has(test, "sh/stats", "\nbackend: tlsf\n");
}

/* Memory that was added to a heap can be removed again, if no block lies in it. */
static void shell_extends_and_shrinks(struct kunit *test)
{
	struct rtalloc_heap *driver = backend_open(test, "slab", SZ_64K, 0);
	char line[64];

	sh_open(test, "tlsf");
	expect_put(test, "control", "region create kr 128K");
	expect_refused(test, "shrink sh region=kr", -ENOENT,
		       "the heap has nothing of that region");
	expect_put(test, "control", "extend sh 128K region=kr");
	expect_put(test, "sh/alloc", "60000");
	expect_put(test, "sh/alloc", "60000");
	expect_refused(test, "shrink sh region=kr", -EBUSY,
		       "blocks lie there, or it is one with other memory");
	expect_refused(test, "region destroy kr", -EBUSY,
		       "heaps still live in the region");
	expect_put(test, "sh/free", "1");
	expect_put(test, "sh/free", "2");
	expect_refused(test, "shrink sh colour=red", -EINVAL, "unknown option");
	expect_refused(test, "shrink sh region=none", -ENOENT,
		       "no region of that name");
	expect_refused(test, "shrink sh", -EBUSY,
		       "blocks lie there, or it is one with other memory");
	expect_put(test, "control", "shrink sh region=kr");
	expect_put(test, "control", "region destroy kr");
	expect_reads(test, "sh/check", "ok\n");
	snprintf(line, sizeof(line), "shrink %s", driver->name);
	expect_refused(test, line, -EBUSY, "the heap belongs to a driver");
}

static void memheap_does_not_shrink(struct kunit *test)
{
	sh_open(test, "memheap");
	expect_put(test, "control", "extend sh 64K");
	expect_refused(test, "shrink sh", -EOPNOTSUPP,
		       "the backend cannot give up regions");
}

#define MAP_HEAD	"# rtalloc 1: offset size state owner\n"

static void heap_is_used_from_a_shell(struct kunit *test)
{
	sh_open(test, "memheap");
	expect_reads(test, "sh/alloc", "");
	expect_put(test, "sh/alloc", "100\n");
	expect_reads(test, "sh/alloc", WORDS("1 48\n", "1 32\n"));
	expect_put(test, "sh/alloc", "8 owner=abcd");
	expect_reads(test, "sh/alloc", WORDS("2 200\n", "2 168\n"));
	expect_reads(test, "sh/map",
		     WORDS(MAP_HEAD "48 104 used -\n200 16 used abcd\n"
			   "264 65224 free -\n",
			   MAP_HEAD "32 104 used -\n168 16 used abcd\n"
			   "216 65288 free -\n"));
	expect_put(test, "sh/realloc", "1 500");
	expect_reads(test, "sh/realloc", WORDS("1 264\n", "1 216\n"));
	expect_put(test, "sh/free", "1");
	expect_put(test, "sh/free", "2");
	expect_reads(test, "sh/check", "ok\n");
	expect_reads(test, "sh/map", WORDS(MAP_HEAD "48 65440 free -\n",
					   MAP_HEAD "32 65472 free -\n"));
}

static void stats_are_in_their_documented_order(struct kunit *test)
{
	/* Three headers and a payload of 104 are used. */
	const int used = 3 * MEMHEAP_HEADER + 104;
	char text[400];

	sh_open(test, "memheap");
	expect_put(test, "sh/alloc", "100");
	snprintf(text, sizeof(text),
		 "format: 1\nname: sh\nbackend: memheap\nregion: default\n"
		 "lock: spinlock\nalign: 8\ntotal: 65536\nused: %d\n"
		 "max_used: %d\nlargest_free: %d\nfree_blocks: 1\n"
		 "live: 1\nallocs: 1\nfrees: 0\nreallocs: 0\nfailed: 0\n"
		 "faults: 0\ncached: 0\nstarved: 0\nbatches: 0\n",
		 used, used, SZ_64K - used - 8);
	expect_reads(test, "sh/stats", text);
	snprintf(text, sizeof(text),
		 "\nsh memheap default 65536 65536 %d 1 spinlock 8\n", used);
	expect_has(test, "heaps", text);
	expect_has(test, "backends", "slab bounded\n");
}

/* Files of a heap, lines for them, the error of each, and the text of last_error. */
static const struct {
	const char *file;
	const char *line;
	int err;
	const char *why;
} bad_words[] = {
	{ "sh/alloc", "", -EINVAL, "request is empty" },
	{ "sh/alloc", "0", -EINVAL, "size is 0" },
	{ "sh/alloc", "-1", -EINVAL, "-1: not a size" },
	{ "sh/alloc", "18446744073709551615", -ENOMEM,
	  "no room for 18446744073709551615 bytes" },
	{ "sh/alloc", "8 align=3", -EINVAL, "3: align is not a power of two" },
	{ "sh/alloc", "8 align=0", -EINVAL, "0: align is not a power of two" },
	{ "sh/alloc", "8 align=1G", -ENOMEM, "no room for 8 bytes" },
	{ "sh/alloc", "8 owner=abcde", -ENAMETOOLONG,
	  "owner is longer than 4 characters" },
	{ "sh/alloc", "8 owner=", -EINVAL, "owner=: unknown word" },
	{ "sh/alloc", "8 fast", -EINVAL, "fast: unknown word" },
	{ "sh/alloc", "8 zero align=8 zero align=8", -EINVAL,
	  "wrong number of words" },
	{ "sh/free", "1", -ENOENT, "1: no block has this handle" },
	{ "sh/free", "0", -ENOENT, "0: no block has this handle" },
	{ "sh/free", "x", -EINVAL, "x: not a handle" },
	{ "sh/free", "4294967297", -ENOENT,
	  "4294967297: no block has this handle" },
	{ "sh/realloc", "1 8", -ENOENT, "1: no block has this handle" },
	{ "sh/realloc", "1", -EINVAL, "wrong number of words" },
	{ "sh/fill", "1", -ENOENT, "1: no block has this handle" },
	{ "sh/verify", "1", -ENOENT, "1: no block has this handle" },
};

static void bad_sizes_and_handles_change_nothing(struct kunit *test)
{
	size_t i;

	sh_open(test, "memheap");
	for (i = 0; i < ARRAY_SIZE(bad_words); i++)
		expect_refusal(test, bad_words[i].file, bad_words[i].line,
			       bad_words[i].err, bad_words[i].why);
	expect_has(test, "sh/stats", "live: 0\nallocs: 0\n");
	expect_reads(test, "sh/check", "ok\n");
}

/* On 32-bit machines a number above 4 GiB is not truncated to a small one. */
static void numbers_are_not_cut_to_words(struct kunit *test)
{
	static const struct refusal lines[] = {
		{ "create a tlsf 0x100010000", -ENOMEM, "no room in the region" },
		{ "create a pool 64K elem=0x100000040", -ENOSPC,
		  "size is below what the backend needs" },
		{ "create a tlsf 64K align=0x100000010", -EINVAL,
		  "alignment is not a power of two" },
		{ "extend sh 0x100010000", -ENOMEM, "no room in the region" },
	};

	sh_open(test, "tlsf");
	expect_all_refused(test, lines, ARRAY_SIZE(lines));
	expect_refusal(test, "sh/alloc", "0x100000064", -ENOMEM,
		       "no room for 4294967396 bytes");
	expect_refusal(test, "sh/alloc", "64 align=0x100000000", -ENOMEM,
		       "no room for 64 bytes");
	expect_put(test, "sh/alloc", "64");
	expect_refusal(test, "sh/realloc", "1 0x100000064", -ENOMEM,
		       "no room for 4294967396 bytes");
	expect_put(test, "sh/free", "1");
}

static void handle_is_refused_after_its_free(struct kunit *test)
{
	sh_open(test, "slab");
	expect_put(test, "sh/alloc", "64");
	expect_refusal(test, "sh/realloc", "1 0", -EINVAL, "0: not a size above 0");
	expect_refusal(test, "sh/realloc", "1 18446744073709551615", -ENOMEM,
		       "no room for 18446744073709551615 bytes");
	expect_refusal(test, "sh/alloc", "8 owner=a", -EOPNOTSUPP,
		       "the backend keeps no owner tags");
	expect_put(test, "sh/free", "1");
	expect_refusal(test, "sh/free", "1", -ENOENT, "1: no block has this handle");
	/* The handle's number is not reused at once. */
	expect_put(test, "sh/alloc", "64");
	KUNIT_EXPECT_TRUE(test, strstarts(debugfs_get(test,
						      "rtalloc/sh/alloc"),
					  "2 "));
}

/* Make the heap "sh" with a block of 100 bytes, whose handle is 1. Return its address. */
static u8 *block_open(struct kunit *test)
{
	struct rtalloc_heap *heap;
	u8 *p;

	sh_open(test, "memheap");
	expect_put(test, "sh/alloc", "100");
	heap = rtalloc_heap_get("sh");
	KUNIT_ASSERT_NOT_NULL(test, heap);
	p = heap->part[0].base + MEMHEAP_HEADER;
	rtalloc_heap_put(heap);
	return p;
}

static void pattern_is_verified(struct kunit *test)
{
	u8 *p = block_open(test);

	expect_refusal(test, "sh/verify", "1", -ENODATA, "1: was never filled");
	expect_put(test, "sh/fill", "1");
	expect_put(test, "sh/verify", "1");
	expect_put(test, "sh/realloc", "1 900");
	expect_put(test, "sh/verify", "1");
	p[77] ^= 1;
	expect_refusal(test, "sh/verify", "1", -EIO, "1: byte 77 is not as filled");
	expect_put(test, "sh/realloc", "1 77");
	expect_put(test, "sh/verify", "1");
}

/* The word "zero" clears the block: what another block left in its place is gone. */
static void zero_clears_the_block(struct kunit *test)
{
	u8 *p = block_open(test);

	expect_put(test, "sh/fill", "1");
	expect_put(test, "sh/free", "1");
	expect_put(test, "sh/alloc", "100");
	KUNIT_EXPECT_NOT_NULL(test, memchr_inv(p, 0, 100));
	expect_put(test, "sh/free", "2");
	expect_put(test, "sh/alloc", "100 zero");
	KUNIT_EXPECT_NULL(test, memchr_inv(p, 0, 100));
}

static void open_files_keep_their_own_result(struct kunit *test)
{
	struct file *mine, *yours;
	char text[32];

	sh_open(test, "memheap");
	mine = debugfs_open(test, "rtalloc/sh/alloc");
	yours = debugfs_open(test, "rtalloc/sh/alloc");
	KUNIT_EXPECT_EQ(test, 2, debugfs_write(test, mine, "16", 2));
	KUNIT_EXPECT_EQ(test, 2, debugfs_write(test, yours, "16", 2));
	debugfs_read(test, mine, text, sizeof(text));
	KUNIT_EXPECT_STREQ(test, WORDS("1 48\n", "1 32\n"), text);
	debugfs_read(test, yours, text, sizeof(text));
	KUNIT_EXPECT_STREQ(test, WORDS("2 112\n", "2 80\n"), text);
	expect_reads(test, "sh/alloc", WORDS("2 112\n", "2 80\n"));
}

static void destroy_waits_for_blocks_and_drivers(struct kunit *test)
{
	struct rtalloc_heap *driver = backend_open(test, "slab", SZ_64K, 0);
	char line[64];

	sh_open(test, "slab");
	expect_refused(test, "create sh slab 64K", -EEXIST,
		       "a heap of that name exists");
	expect_put(test, "sh/alloc", "64");
	expect_refused(test, "destroy sh", -EBUSY,
		       "blocks are still allocated");
	expect_refused(test, "destroy sh please", -EINVAL, "unknown option");
	expect_put(test, "control", "destroy sh force");
	expect_refused(test, "destroy sh", -ENOENT, "no heap of that name");
	snprintf(line, sizeof(line), "destroy %s force", driver->name);
	expect_refused(test, line, -EBUSY, "the heap belongs to a driver");
}

/* Files that were opened before their heap was destroyed fail with EIO. */
static void open_file_outlives_its_heap(struct kunit *test)
{
	struct file *alloc, *map;
	char text[64];

	sh_open(test, "slab");
	alloc = debugfs_open(test, "rtalloc/sh/alloc");
	map = debugfs_open(test, "rtalloc/sh/map");
	KUNIT_EXPECT_EQ(test, 2, debugfs_write(test, alloc, "64", 2));
	KUNIT_EXPECT_LT(test, 0, (int)debugfs_read(test, map, text, 40));
	expect_put(test, "control", "destroy sh force");
	KUNIT_EXPECT_EQ(test, -EIO, (int)debugfs_write(test, alloc, "64", 2));
	KUNIT_EXPECT_EQ(test, -EIO, (int)debugfs_read(test, map, text, 40));
	KUNIT_EXPECT_EQ(test, -ENOENT,
			(int)PTR_ERR(debugfs_open(test, "rtalloc/sh/alloc")));
}

static void garbage_is_refused_by_every_file(struct kunit *test)
{
	static const char *const files[] = {
		"rtalloc/control", "rtalloc/heaps", "rtalloc/regions",
		"rtalloc/backends", "rtalloc/last_error", "rtalloc/sh/alloc",
		"rtalloc/sh/realloc", "rtalloc/sh/free", "rtalloc/sh/fill",
		"rtalloc/sh/verify", "rtalloc/sh/stats", "rtalloc/sh/map",
		"rtalloc/sh/check", "rtalloc/sh/last_error",
	};
	u8 *garbage = room_open(test, SZ_64K);
	static const size_t sizes[] = { 1, 100, 255, 256, 4096, SZ_64K };
	struct file *file;
	size_t i, j, k;
	u64 state = 1;

	sh_open(test, "slab");
	/* With its top bit set, no byte is text. */
	for (k = 0; k < SZ_64K; k++)
		garbage[k] = draw(&state) | 0x80;
	for (i = 0; i < ARRAY_SIZE(files); i++) {
		file = debugfs_open(test, files[i]);
		KUNIT_ASSERT_NOT_ERR_OR_NULL(test, file);
		for (j = 0; j < ARRAY_SIZE(sizes); j++)
			KUNIT_EXPECT_GT_MSG(test, 0,
					    (int)debugfs_write(test, file,
							       garbage,
							       sizes[j]),
					    "%s", files[i]);
	}
	expect_reads(test, "sh/check", "ok\n");
	expect_refused(test, "fly", -EINVAL, "unknown command");
}

static void longest_request_is_255_bytes(struct kunit *test)
{
	char line[258];

	memset(line, ' ', sizeof(line));
	memcpy(line, "trim none", 9);
	line[256] = '\0';
	expect_refused(test, line, -E2BIG, "request is longer than 255 bytes");
	line[255] = '\0';
	expect_refused(test, line, -ENOENT, "no heap of that name");
}

static void text_from_nowhere_is_efault(struct kunit *test)
{
	struct file *file = debugfs_open(test, "rtalloc/control");
	loff_t pos = 0;

	/* This call maps user memory for the thread. Page 0 is never mapped. */
	debugfs_write(test, file, "x", 1);
	KUNIT_EXPECT_EQ(test, -EFAULT,
			(int)vfs_write(file, (char __user *)8, 10, &pos));
	expect_reads(test, "last_error", "request cannot be read\n");
}

static void control_lists_its_commands(struct kunit *test)
{
	const char *text = debugfs_get(test, "rtalloc/control");

	KUNIT_EXPECT_TRUE(test, strstarts(text, "create  NAME") ||
			  strstarts(text, "create NAME"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "\nregion create NAME SIZE"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text,
					   "\nshrink NAME [region=NAME]\n"));
}

/* ---- words ----------------------------------------------------------- */

static int alloc_100(struct kunit *test)
{
	return debugfs_put(test, "rtalloc/ctl/alloc", "100");
}

/* Every option of a pool. It has nine elements, so the tenth allocation fails. */
static void pools_are_made_by_word(struct kunit *test)
{
	int i;

	heap_goes(test, "ctl");
	expect_put(test, "control",
		   "create ctl pool 64K elem=100 count=9 align=16 header high-first guards lock=raw");
	expect_has(test, "heaps", "\nctl pool default ");
	for (i = 0; i < 9; i++)
		KUNIT_EXPECT_EQ(test, 3, alloc_100(test));
	KUNIT_EXPECT_EQ(test, -ENOMEM, alloc_100(test));
}

/* A checked pool with all that it may have: thirteen words. */
static void checked_pools_are_made_by_word(struct kunit *test)
{
	heap_goes(test, "ctl");
	expect_put(test, "control",
		   "create ctl pool 64K region=default align=16 lock=raw checked=1 quarantine=4K elem=100 count=9 high-first guards");
	expect_has(test, "heaps", "\nctl pool default ");
	expect_has(test, "ctl/stats", "\nalign: 16\n");
	expect_has(test, "ctl/stats", "\nchecked: 1\n");
	KUNIT_EXPECT_EQ(test, 3, alloc_100(test));
}

/* A line has room for each option once, in every spelling: what they ask is refused. */
static void all_options_fit_in_a_line(struct kunit *test)
{
	expect_refused(test,
		       "create ctl pool 64K region=default align=16 mode=fast protect lock=raw checked checked=1 quarantine=4K percpu percpu=4K elem=100 count=9 header high-first guards",
		       -EINVAL, "a checked pool has no headers");
}

/* The usual case of memheap serves only heaps in the mode fast. Of two modes the last counts. */
static void memheap_modes_are_words(struct kunit *test)
{
	static const struct {
		const char *line;
		enum rtalloc_fast fast;
	} modes[] = {
		{ "create ctl memheap 64K", RTALLOC_FAST_MEMHEAP },
		{ "create ctl memheap 64K mode=best", RTALLOC_FAST_NONE },
		{ "create ctl memheap 64K mode=fast", RTALLOC_FAST_MEMHEAP },
		{ "create ctl memheap 64K mode=best mode=fast", RTALLOC_FAST_MEMHEAP },
		{ "create ctl memheap 64K mode=fast mode=best", RTALLOC_FAST_NONE },
	};
	struct rtalloc_heap *heap;
	size_t i;

	heap_goes(test, "ctl");
	for (i = 0; i < ARRAY_SIZE(modes); i++) {
		expect_put(test, "control", modes[i].line);
		heap = rtalloc_heap_get("ctl");
		KUNIT_ASSERT_NOT_NULL(test, heap);
		KUNIT_EXPECT_EQ_MSG(test, modes[i].fast, heap->fast, "%s",
				    modes[i].line);
		rtalloc_heap_put(heap);
		expect_put(test, "control", "destroy ctl");
	}
}

/* After trim the pages of empty zones are free: all memory but the tables is free again. */
static void trim_is_a_command(struct kunit *test)
{
	struct rtalloc_snapshot before, after;
	struct rtalloc_heap *heap;

	expect_refused(test, "trim none", -ENOENT, "no heap of that name");
	heap_goes(test, "ctl");
	expect_put(test, "control", "create ctl slab 1M");
	mutex_lock(&rtalloc_registry_lock);
	heap = rtalloc_heap_find("ctl");
	mutex_unlock(&rtalloc_registry_lock);
	KUNIT_ASSERT_NOT_NULL(test, heap);
	rtalloc_stats(heap, &before);
	KUNIT_EXPECT_EQ(test, 0, rtalloc_free(heap, rtalloc_alloc(heap, 64, 0)));
	expect_put(test, "control", "trim ctl");
	rtalloc_stats(heap, &after);
	KUNIT_EXPECT_EQ(test, before.largest_free, after.largest_free);
}

static struct kunit_case debugfs_cases[] = {
	KUNIT_CASE(control_refuses_what_it_does_not_know),
	KUNIT_CASE(control_refuses_bad_heaps),
	KUNIT_CASE(pools_are_refused_by_word),
	KUNIT_CASE(pools_are_made_by_word),
	KUNIT_CASE(checked_pools_are_made_by_word),
	KUNIT_CASE(all_options_fit_in_a_line),
	KUNIT_CASE(memheap_modes_are_words),
	KUNIT_CASE(trim_is_a_command),
	KUNIT_CASE(regions_are_made_and_destroyed),
	KUNIT_CASE(list_of_heaps_walks_none),
	KUNIT_CASE(default_backend_has_a_name),
	KUNIT_CASE(shell_extends_and_shrinks),
	KUNIT_CASE(memheap_does_not_shrink),
	KUNIT_CASE(heap_is_used_from_a_shell),
	KUNIT_CASE(stats_are_in_their_documented_order),
	KUNIT_CASE(bad_sizes_and_handles_change_nothing),
	KUNIT_CASE(numbers_are_not_cut_to_words),
	KUNIT_CASE(handle_is_refused_after_its_free),
	KUNIT_CASE(pattern_is_verified),
	KUNIT_CASE(zero_clears_the_block),
	KUNIT_CASE(open_files_keep_their_own_result),
	KUNIT_CASE(destroy_waits_for_blocks_and_drivers),
	KUNIT_CASE(open_file_outlives_its_heap),
	KUNIT_CASE(garbage_is_refused_by_every_file),
	KUNIT_CASE(longest_request_is_255_bytes),
	KUNIT_CASE(text_from_nowhere_is_efault),
	KUNIT_CASE(control_lists_its_commands),
	{}
};

RTALLOC_SUITE(debugfs);

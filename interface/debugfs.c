// SPDX-License-Identifier: GPL-2.0-only
/*
 * debugfs.c - the top of the debugfs tree: control, backends, heaps, regions,
 * last_error. Formats: Documentation/debugfs.rst.
 *
 * Locks: a command runs under rtalloc_registry_lock, so it sees and changes the
 * registry in one step. Commands that take long (destroy, trim) drop the lock
 * as soon as they have found their heap. A task that waits for the lock here
 * can be killed.
 *
 * Heaps and regions that a driver made belong to the driver. Shells can inspect
 * them, and must choose their own names from another set.
 */
#include <linux/ctype.h>
#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/string.h>

#include "core/part.h"
#include "core/phys.h"
#include "core/refuse.h"
#include "core/region.h"
#include "core/registry.h"
#include "interface/interface.h"

static struct dentry *top_dir;
static struct dentry *control_file;
static char control_error[ERROR_MAX];
static DEFINE_MUTEX(control_error_lock);	/* guards control_error */

/* ---- commands -------------------------------------------------------- */

static int registry_lock(const char **why)
{
	return mutex_lock_killable(&rtalloc_registry_lock) ?
	       refuse(-EINTR, "killed", why) : 0;
}

/* Names of devices also contain : , @ + and a shell may not take such a name. */
static bool is_shell_char(char c)
{
	return isascii(c) && (isalnum(c) || strchr("_.-", c));
}

/*
 * Names of the form FAMILY.DEVICE, such as net.virtio0, are reserved for
 * drivers, so that no shell can take a name that a driver will need.
 */
static int shell_name_check(const char *name, const char **why)
{
	const char *c;

	/* A leading dot has a message of its own, in rtalloc_name_check(). */
	if (*name == '.')
		return 0;
	for (c = name; *c; c++) {
		if (!is_shell_char(*c))
			return refuse(-EINVAL,
				      "name has a character outside A-Z a-z 0-9 _ . -",
				      why);
		if (*c == '.' && isascii(c[1]) && isalpha(c[1]))
			return refuse(-EINVAL,
				      "a name like family.device is a driver's",
				      why);
	}
	return 0;
}

static int region_option(const char *name, struct rtalloc_region **region,
			 const char **why)
{
	*region = rtalloc_region_find(name);
	if (!*region)
		return refuse(-ENOENT, "no region of that name", why);
	if ((*region)->is_private)
		return refuse(-EBUSY, "the region belongs to a driver", why);
	return 0;
}

static int mode_option(const char *mode, unsigned int *flags, const char **why)
{
	if (!strcmp(mode, "best"))
		*flags |= RTALLOC_HEAP_BEST_FIT;
	else if (!strcmp(mode, "fast"))
		*flags &= ~RTALLOC_HEAP_BEST_FIT;
	else
		return refuse(-EINVAL, "mode is neither fast nor best", why);
	return 0;
}

static const struct {
	const char *word;
	unsigned int flag;
} flag_words[] = {
	{ "lock=raw",	RTALLOC_HEAP_RAW_LOCK },
	{ "protect",	RTALLOC_HEAP_PROTECT },
	{ "percpu",	RTALLOC_HEAP_PERCPU },
	{ "checked",	RTALLOC_HEAP_CHECKED },
	{ "checked=1",	RTALLOC_HEAP_CHECKED },
	{ "header",	RTALLOC_POOL_HEADER },
	{ "high-first",	RTALLOC_POOL_HIGH_FIRST },
	{ "guards",	RTALLOC_POOL_GUARDS },
};

static int flag_option(const char *word, unsigned int *flags, const char **why)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(flag_words); i++) {
		if (strcmp(word, flag_words[i].word))
			continue;
		*flags |= flag_words[i].flag;
		return 0;
	}
	return refuse(-EINVAL, "unknown option", why);
}

/* A word "KEY=NUMBER" with a number of at least 1, and the error texts for it. */
struct number_word {
	const char *key;
	u64 max;
	const char *no_number;
	const char *out_of_range;
};

#define NUMBER_WORD(_key, _max, _range) \
	{ .key = _key, .max = _max, .no_number = _key " is not a number", \
	  .out_of_range = _range }

enum { ALIGN_WORD, ELEM_WORD, QUARANTINE_WORD, PERCPU_WORD, COUNT_WORD };

static const struct number_word number_words[] = {
	[ALIGN_WORD] = NUMBER_WORD("align", U64_MAX,
				   "alignment is not a power of two"),
	[ELEM_WORD] = NUMBER_WORD("elem", U64_MAX, "elem is below 1"),
	[QUARANTINE_WORD] = NUMBER_WORD("quarantine", U64_MAX,
					"quarantine is below 1"),
	[PERCPU_WORD] = NUMBER_WORD("percpu", U64_MAX, "percpu is below 1"),
	[COUNT_WORD] = NUMBER_WORD("count", RTALLOC_POOL_MAX,
				   "count is not from 1 to 2147483647"),
};

static_assert(RTALLOC_POOL_MAX == 2147483647);

/*
 * @which: index into number_words[]. Return 1, with *@number set, if @word has
 * that key, 0 if not, or an error.
 */
static int number_option(const char *word, int which, u64 *number,
			 const char **why)
{
	const struct number_word *kind = &number_words[which];
	const char *value = word_value(word, kind->key);

	if (!value)
		return 0;
	if (!word_to_number(value, number))
		return refuse(-EINVAL, kind->no_number, why);
	if (!*number || *number > kind->max)
		return refuse(-EINVAL, kind->out_of_range, why);
	return 1;
}

/* As number_option(); a number that @size cannot hold becomes the largest size. */
static int size_option(const char *word, int which, size_t *size,
		       const char **why)
{
	u64 number;
	int found = number_option(word, which, &number, why);

	if (found > 0)
		*size = number_to_size(number);
	return found;
}

/*
 * Words behind "create": name, backend, size, and each option once, in every
 * spelling: region=, mode=, and those of the tables above.
 */
#define CREATE_WORDS	(3 + 2 + ARRAY_SIZE(flag_words) + \
			 ARRAY_SIZE(number_words))
static_assert(1 + CREATE_WORDS <= REQUEST_WORDS);

static int create_option(const char *word, struct rtalloc_heap_params *params,
			 const char **why)
{
	const char *value;
	u64 number;
	int found;

	value = word_value(word, "region");
	if (value)
		return region_option(value, &params->region, why);
	value = word_value(word, "mode");
	if (value)
		return mode_option(value, &params->flags, why);
	found = size_option(word, ALIGN_WORD, &params->align, why) ?:
		size_option(word, ELEM_WORD, &params->elem, why) ?:
		size_option(word, QUARANTINE_WORD, &params->quarantine, why);
	if (found)
		return min(found, 0);
	found = number_option(word, COUNT_WORD, &number, why);
	if (found > 0)
		params->count = number;
	if (found)
		return min(found, 0);
	found = size_option(word, PERCPU_WORD, &params->percpu, why);
	if (found > 0)
		params->flags |= RTALLOC_HEAP_PERCPU;
	return found ? min(found, 0) : flag_option(word, &params->flags, why);
}

static int command_create(char **word, const char **why)
{
	struct rtalloc_heap_params params = {
		.name = word[0],
		.backend = strcmp(word[1], "default") ? word[1] : NULL,
	};
	struct rtalloc_heap *heap;
	int err = 0;
	u64 size;

	if (!word_to_number(word[2], &size))
		return refuse(-EINVAL, "size is not a number", why);
	params.size = number_to_size(size);
	err = shell_name_check(params.name, why);
	for (word += 3; *word && !err; word++)
		err = create_option(*word, &params, why);
	if (!err && params.quarantine && !(params.flags & RTALLOC_HEAP_CHECKED))
		err = refuse(-EINVAL, "only a checked heap has a quarantine",
			     why);
	if (err)
		return err;
	heap = rtalloc_heap_make(&params, false, NULL, why);
	return PTR_ERR_OR_ZERO(heap);
}

/* Find a heap that a shell may change. The caller holds the registry lock. */
static int shell_heap_find(const char *name, struct rtalloc_heap **heap,
			   const char **why)
{
	*heap = rtalloc_heap_find(name);
	if (!*heap)
		return refuse(-ENOENT, "no heap of that name", why);
	if (!heap_allows_shell(*heap))
		return refuse(-EBUSY, "the heap belongs to a driver", why);
	return 0;
}

static int destroy_begin(const char *name, bool force,
			 struct rtalloc_heap **heap, const char **why)
{
	int err = shell_heap_find(name, heap, why);

	if (err)
		return err;
	if ((*heap)->is_pinned)
		return refuse(-EBUSY, "the heap belongs to a driver", why);
	return rtalloc_heap_unpublish(*heap, force, _THIS_IP_, why);
}

static int command_destroy(char **word, const char **why)
{
	struct rtalloc_heap *heap;
	int err;

	if (word[1] && strcmp(word[1], "force"))
		return refuse(-EINVAL, "unknown option", why);
	err = registry_lock(why);
	if (err)
		return err;
	err = destroy_begin(word[0], word[1], &heap, why);
	mutex_unlock(&rtalloc_registry_lock);
	if (!err)
		rtalloc_heap_drain(heap, _THIS_IP_);
	return err;
}

/* Read the option region=NAME, if @word is one. */
static int region_word(const char *word, struct rtalloc_region **region,
		       const char **why)
{
	const char *value;

	*region = NULL;
	if (!word)
		return 0;
	value = word_value(word, "region");
	if (!value)
		return refuse(-EINVAL, "unknown option", why);
	return region_option(value, region, why);
}

static int command_extend(char **word, const char **why)
{
	struct rtalloc_region *region;
	struct rtalloc_heap *heap;
	int err = shell_heap_find(word[0], &heap, why);
	u64 size;

	if (err)
		return err;
	if (!word_to_number(word[1], &size))
		return refuse(-EINVAL, "size is not a number", why);
	err = region_word(word[2], &region, why);
	return err ? err : rtalloc_heap_extend(heap, region, NULL,
					       number_to_size(size), why);
}

static int command_shrink(char **word, const char **why)
{
	struct rtalloc_region *region;
	struct rtalloc_heap *heap;
	int err = shell_heap_find(word[0], &heap, why);

	if (err)
		return err;
	err = region_word(word[1], &region, why);
	return err ? err : rtalloc_heap_shrink(heap, region, NULL,
					       _THIS_IP_, why);
}

static int command_trim(char **word, const char **why)
{
	struct rtalloc_heap *heap;
	int err = registry_lock(why);

	if (err)
		return err;
	err = shell_heap_find(word[0], &heap, why);
	if (!err)
		rtalloc_heap_hold(heap);
	mutex_unlock(&rtalloc_registry_lock);
	if (err)
		return err;
	rtalloc_trim(heap);
	rtalloc_heap_put(heap);
	return 0;
}

/*
 * Convert an address, or the name of a range (core/phys.c). A range that begins
 * at address 0 is not found, because as an address 0 stands for vmalloc memory.
 */
bool word_to_phys(const char *word, phys_addr_t *at)
{
	phys_addr_t room;
	u64 number;

	if (!word_to_number(word, &number))
		return rtalloc_phys_find(word, at, &room) && *at;
	*at = number_to_phys(number);
	return true;
}

static int command_region_create(char **word, const char **why)
{
	struct rtalloc_region_params params = { .name = word[0] };
	struct rtalloc_region *region;
	int err = shell_name_check(word[0], why);
	const char *value;
	u64 number;

	if (err)
		return err;
	if (!word_to_number(word[1], &number))
		return refuse(-EINVAL, "size is not a number", why);
	params.size = number_to_size(number);
	if (word[2]) {
		value = word_value(word[2], "phys");
		if (!value || !word_to_phys(value, &params.phys) ||
		    !params.phys)
			return refuse(-EINVAL, "phys is not an address", why);
	}
	region = rtalloc_region_make(&params, why);
	return PTR_ERR_OR_ZERO(region);
}

static int command_region_destroy(char **word, const char **why)
{
	struct rtalloc_region *region;
	int err = region_option(word[0], &region, why);

	return err ? err : rtalloc_region_drop(region, why);
}

#define HEAP_OPTIONS \
	"[region=NAME] [align=N] [mode=fast|best] [protect] [lock=raw] " \
	"[checked=1] [quarantine=N] [percpu[=N]]"
#define POOL_OPTIONS \
	"[elem=N] [count=N] [header] [high-first] [guards]"

static const struct command {
	const char *verb;
	const char *noun;	/* second word, or NULL */
	int words_min;		/* behind verb and noun */
	int words_max;
	bool takes_lock;	/* takes the registry's lock itself */
	int (*run)(char **word, const char **why);
	const char *usage;
} commands[] = {
	{ "create", NULL, 3, CREATE_WORDS, false, command_create,
	  "NAME BACKEND SIZE " HEAP_OPTIONS " " POOL_OPTIONS },
	{ "destroy", NULL, 1, 2, true, command_destroy,
	  "NAME [force]" },
	{ "extend", NULL, 2, 3, false, command_extend,
	  "NAME SIZE [region=NAME]" },
	{ "shrink", NULL, 1, 2, false, command_shrink,
	  "NAME [region=NAME]" },
	{ "trim", NULL, 1, 1, true, command_trim, "NAME" },
	{ "region", "create", 2, 3, false, command_region_create,
	  "NAME SIZE [phys=ADDR|NAME]" },
	{ "region", "destroy", 1, 1, false, command_region_destroy,
	  "NAME" },
};

static int command_run(const struct command *command, char **word,
		       const char **why)
{
	int err;

	if (command->takes_lock)
		return command->run(word, why);
	err = registry_lock(why);
	if (err)
		return err;
	err = command->run(word, why);
	mutex_unlock(&rtalloc_registry_lock);
	return err;
}

static int request_run(struct words *req, const char **why)
{
	const struct command *command = commands;
	const struct command *end = commands + ARRAY_SIZE(commands);
	int skip, nr;

	for (; command < end; command++) {
		skip = command->noun ? 2 : 1;
		if (strcmp(req->word[0], command->verb))
			continue;
		if (command->noun && (!req->word[1] ||
				      strcmp(req->word[1], command->noun)))
			continue;
		nr = req->nr - skip;
		if (nr < command->words_min || nr > command->words_max)
			return refuse(-EINVAL, "wrong number of words", why);
		return command_run(command, req->word + skip, why);
	}
	return refuse(-EINVAL, "unknown command", why);
}

/* ---- control --------------------------------------------------------- */

static ssize_t control_write(struct file *file, const char __user *buf,
			     size_t len, loff_t *pos)
{
	struct words req;
	const char *why;
	int err;

	err = request_read(&req, buf, len, &why);
	if (!err)
		err = request_run(&req, &why);
	if (!err)
		return len;
	mutex_lock(&control_error_lock);
	strscpy(control_error, why, sizeof(control_error));
	mutex_unlock(&control_error_lock);
	return err;
}

static int control_show(struct seq_file *m, void *unused)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(commands); i++)
		seq_printf(m, "%s%s%s %s\n", commands[i].verb,
			   commands[i].noun ? " " : "",
			   commands[i].noun ?: "", commands[i].usage);
	return 0;
}

static int control_open(struct inode *inode, struct file *file)
{
	return single_open(file, control_show, NULL);
}

static const struct file_operations control_fops = {
	.owner		= THIS_MODULE,
	.open		= control_open,
	.release	= single_release,
	.read		= seq_read,
	.write		= control_write,
	.llseek		= seq_lseek,
};

/* ---- lists ----------------------------------------------------------- */

static int backends_show(struct seq_file *m, void *unused)
{
	const struct rtalloc_ops *const *ops;

	for (ops = rtalloc_backends; *ops; ops++)
		seq_printf(m, "%s %s\n", (*ops)->name,
			   (*ops)->bounded ? "bounded" : "linear");
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(backends);

static void heap_show(struct seq_file *m, struct rtalloc_heap *heap)
{
	struct rtalloc_snapshot snap;

	rtalloc_usage(heap, &snap);
	seq_printf(m, "%s %s %s %zu %llu %llu %llu %s %zu\n", heap->name,
		   heap->backend->name, heap_region_name(heap),
		   heap_size(heap), snap.total, snap.used, snap.live,
		   heap->sleeps_on_rt ? "spinlock" : "raw", heap->align);
}

static int heaps_show(struct seq_file *m, void *unused)
{
	struct rtalloc_heap *heap;

	if (mutex_lock_killable(&rtalloc_registry_lock))
		return -EINTR;
	seq_printf(m, "# rtalloc %d: name backend region size total used live lock align\n",
		   RTALLOC_FORMAT);
	list_for_each_entry(heap, &rtalloc_heaps, node)
		if (!heap->is_dying)
			heap_show(m, heap);
	mutex_unlock(&rtalloc_registry_lock);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(heaps);

static int regions_show(struct seq_file *m, void *unused)
{
	struct rtalloc_region *region;

	if (mutex_lock_killable(&rtalloc_registry_lock))
		return -EINTR;
	seq_printf(m, "# rtalloc %d: name kind size free heaps phys\n",
		   RTALLOC_FORMAT);
	list_for_each_entry(region, &rtalloc_regions, node) {
		seq_printf(m, "%s %s %zu %zu %u ", region->name,
			   region->phys ? "phys" : "vmalloc", region->size,
			   gen_pool_avail(region->pool), region->nr_parts);
		if (region->phys)
			seq_printf(m, "0x%llx\n", (u64)region->phys);
		else
			seq_puts(m, "-\n");
	}
	mutex_unlock(&rtalloc_registry_lock);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(regions);

static int last_error_show(struct seq_file *m, void *unused)
{
	mutex_lock(&control_error_lock);
	if (*control_error)
		seq_printf(m, "%s\n", control_error);
	mutex_unlock(&control_error_lock);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(last_error);

/* ---- the tree -------------------------------------------------------- */

static void *heap_added(struct rtalloc_heap *heap)
{
	return heap_files_add(top_dir, heap);
}

static const struct rtalloc_observer observer = {
	.added	 = heap_added,
	.removed = heap_files_remove,
};

/* A kernel without debugfs is no error, because heaps work without it. */
int rtalloc_debugfs_init(void)
{
	top_dir = debugfs_create_dir("rtalloc", NULL);
	if (PTR_ERR(top_dir) == -EEXIST)
		return -EEXIST;
	rtalloc_observe(&observer);
	debugfs_create_file("backends", 0400, top_dir, NULL, &backends_fops);
	debugfs_create_file("heaps", 0400, top_dir, NULL, &heaps_fops);
	debugfs_create_file("regions", 0400, top_dir, NULL, &regions_fops);
	debugfs_create_file("last_error", 0400, top_dir, NULL,
			    &last_error_fops);
	control_file = debugfs_create_file("control", 0600, top_dir, NULL,
					   &control_fops);
	return 0;
}

/* Called before unload: no shell can make a heap after this. */
void rtalloc_debugfs_close(void)
{
	debugfs_remove(control_file);
}

void rtalloc_debugfs_exit(void)
{
	debugfs_remove(top_dir);
	rtalloc_observe(NULL);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * module.c - the attacks as a module, which makes them while it is being loaded and logs a
 * line for each case. Loading fails with -EILSEQ if an attack succeeded.
 */
#define pr_fmt(fmt) "rtalloc_attack: " fmt

#include <linux/module.h>
#include <linux/random.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "kunit/attack/attack.h"

static unsigned int step = 1;
module_param(step, uint, 0400);
MODULE_PARM_DESC(step, "of the positions, one of so many is written to");
static unsigned int draws = 1;
module_param(draws, uint, 0400);
MODULE_PARM_DESC(draws, "values that are written to each");
static char *part = "";
module_param(part, charp, 0400);
MODULE_PARM_DESC(part, "only the cases whose name has it");
static unsigned long seed;
module_param(seed, ulong, 0400);
MODULE_PARM_DESC(seed, "of positions and values; 0: any");

static bool report(const struct attack *a, const char *what, bool ok)
{
	if (ok)
		pr_info("ok %s.%s (%lu)\n", what, a->c->name, a->done);
	else
		pr_info("not ok %s.%s: %s (seed=%lu)\n", what,
			a->c->name, a->why, seed);
	return ok;
}

static int run_all(struct attack *a)
{
	const struct attack_case *c;
	bool ok = true;

	for (c = attack_cases; c->name; c++) {
		if (!strstr(c->name, part))
			continue;
		ok &= report(a, "stale", attack_stale(a, c));
		ok &= report(a, "attack", attack_run(a, c, step, draws));
	}
	return ok ? 0 : -EILSEQ;
}

static int __init attack_init(void)
{
	struct attack *a = vzalloc(sizeof(*a));
	int err = -ENOMEM;

	if (!a)
		return err;
	if (!seed)
		seed = get_random_long();
	a->seed = seed;
	a->memory = vzalloc(ATTACK_MEMORY);
	if (a->memory)
		err = run_all(a);
	vfree(a->memory);
	vfree(a);
	return err;
}

static void __exit attack_exit(void)
{
}

module_init(attack_init);
module_exit(attack_exit);
MODULE_DESCRIPTION("what freed memory can do to a heap of rtalloc");
MODULE_LICENSE("GPL");

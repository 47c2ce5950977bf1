// SPDX-License-Identifier: GPL-2.0-only
/*
 * attack.c - run the attacks of kunit/attack/ in user space, on the same core as in the
 * kernel.
 *
 *	[SEED=N] [DRAWS=N] attack [PART]	see runner.h
 *
 * SEED repeats a run: it determines random numbers and cookies, and addresses are the same
 * in each run. DRAWS: values to try for each position (default 100). A call that crashes or
 * does not return in time ends the program, which then prints where it was.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/time.h>
#include <unistd.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/vmalloc.h>

#include "kunit/attack/attack.h"
#include "runner.h"

/* The shim's seed for the cookies of heaps. */
uint64_t shim_random_seed;

static struct attack attack;
static unsigned long seed;
static unsigned int draws;

/* Print where the run is, from a signal handler, so only by functions that are safe there. */
static void whereabouts(const char *what)
{
	char line[200];
	int n = snprintf(line, sizeof(line),
			 "not ok attack.%s: %s (layout %u at %zu %llx %llx, SEED=%lu)\n",
			 attack.c ? attack.c->name : "?", what, attack.layout,
			 attack.at, (unsigned long long)attack.value[0],
			 (unsigned long long)attack.value[1], seed);

	if (write(STDOUT_FILENO, line, n) != n)
		_exit(3);
}

#ifdef __SANITIZE_ADDRESS__
void __sanitizer_set_death_callback(void (*callback)(void));

static void died(void)
{
	whereabouts("crashed");
}
#endif

/*
 * Called after each second of processor time, which does not depend on other load. An attack
 * on a heap takes less than a hundredth of that, so if it is still the same one, it hangs.
 */
static void on_tick(int signal)
{
	static unsigned long before;
	static int stands_still;

	stands_still = attack.opened == before ? stands_still + 1 : 0;
	before = attack.opened;
	if (stands_still == 20) {
		whereabouts("loops");
		_exit(1);
	}
}

static void move(unsigned int cpu)
{
	shim_cpu = cpu;
}

/* Calls are much slower in a checked heap, so fewer values are tried there. */
static unsigned int draws_of(const struct attack_case *c)
{
	return c->quarantine ? (draws + 3) / 4 : draws;
}

static void run(const struct attack_case *c, bool stale)
{
	char name[64], line[sizeof(attack.why) + 40];
	int len = snprintf(name, sizeof(name), "%s.%s",
			   stale ? "stale" : "attack", c->name);
	bool ok;

	if (!runner_wants(name))
		return;
	attack.seed = seed;
	attack.move = move;
	move(0);
	shim_random_seed = seed;
	ok = stale ? attack_stale(&attack, c) :
		     attack_run(&attack, c, 1, draws_of(c));
	if (ok)
		snprintf(name + len, sizeof(name) - len, " (%lu)", attack.done);
	snprintf(line, sizeof(line), "%s (SEED=%lu)", attack.why, seed);
	runner_result(name, ok ? NULL : line);
}

static void set_up(void)
{
	const struct itimerval tick = { { 1, 0 }, { 1, 0 } };

	seed = runner_seed();
	draws = runner_number("DRAWS", 100);
	attack.memory = __vmalloc(ATTACK_MEMORY, 0);
	if (!attack.memory)
		abort();
	memset(attack.memory, 0x5a, ATTACK_MEMORY);
#ifdef __SANITIZE_ADDRESS__
	__sanitizer_set_death_callback(died);
#endif
	signal(SIGPROF, on_tick);
	setitimer(ITIMER_PROF, &tick, NULL);
}

/* Switch address randomisation off: addresses are among the values that are written. */
static void fix_addresses(char **argv)
{
	int now = personality(0xffffffff);

	if (now == -1 || (now & ADDR_NO_RANDOMIZE) ||
	    personality(now | ADDR_NO_RANDOMIZE) == -1)
		return;
	execv("/proc/self/exe", argv);
}

int main(int argc, char **argv)
{
	runner_begin(argc, argv, "[SEED=N] [DRAWS=N] attack [PART]");
	fix_addresses(argv);
	set_up();
	for (const struct attack_case *c = attack_cases; c->name; c++)
		for (int stale = 0; stale < 2; stale++)
			run(c, stale);
	vfree(attack.memory);
	return runner_end();
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * main.c - the leader of the stress test. It starts the other processes, kills some of them at
 * random and starts new ones in their place, and checks at the end that nothing is left. Run by
 * tools/vm/torture in the test VM.
 *
 *   torturer SECONDS SEED SHELLS FUZZERS WAITERS
 *
 * Output: ok torture.NAME, or not ok torture.NAME: WHY, for each property.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "torturer.h"

#define WORKERS_MAX	64
#define LONGER_S	300	/* more time until each kind of work has been done once */
#define SLAB_KB		3000	/* how much more the kernel may use at the end */
#define VMALLOC_KB	1000

struct shared *shared;
uint64_t dice;

static struct worker {
	void (*main)(void);
	pid_t pid;
	bool is_killed;
	bool is_late;
	unsigned int when;	/* it was killed, in beats */
} workers[WORKERS_MAX];
static unsigned int nr_workers, generation;
static uint64_t seed;
static long seconds;
static bool few_shells, has_fuzzers, has_waiters;

/* ---- what all use ----------------------------------------------------- */

uint32_t roll(uint32_t below)
{
	dice ^= dice << 13;
	dice ^= dice >> 7;
	dice ^= dice << 17;
	return (uint32_t)(dice >> 32) % below;
}

void did(enum work work, uint64_t n)
{
	__atomic_fetch_add(&shared->work[work], n, __ATOMIC_RELAXED);
}

void nap(unsigned int us)
{
	usleep(us);
}

void fail(enum property property, const char *fmt, ...)
{
	va_list args;

	if (__atomic_fetch_add(&shared->failed[property], 1, __ATOMIC_RELAXED))
		return;
	va_start(args, fmt);
	vsnprintf(shared->first[property], TEXT_MAX, fmt, args);
	va_end(args);
}

/* Write a request to a file. Return 0 or a positive errno. */
int request(const char *file, const char *text)
{
	int fd = open(file, O_WRONLY | O_TRUNC | O_CLOEXEC);
	int err = 0;

	if (fd < 0)
		return errno;
	if (*text && write(fd, text, strlen(text)) < 0)
		err = errno;
	close(fd);
	return err;
}

/* Read a file. Return the number of bytes, less than @size, or -errno. A NUL follows them. */
long slurp(const char *file, char *text, size_t size)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	size_t got = 0;
	ssize_t n;

	if (fd < 0)
		return -errno;
	while ((n = read(fd, text + got, size - 1 - got)) > 0)
		got += n;
	text[got] = '\0';
	if (n < 0)
		got = -errno;
	close(fd);
	return got;
}

/* May a request return this errno while others destroy what it uses? */
bool is_plain(int err)
{
	static const int plain[] = {
		0, ENOENT, EIO, ENXIO, EINVAL, E2BIG, ENAMETOOLONG, EEXIST,
		ENOMEM, ENOSPC, EFBIG, EOPNOTSUPP, EBUSY, ENODATA, EALREADY,
		ENODEV, EINTR,
	};
	size_t i;

	for (i = 0; i < sizeof(plain) / sizeof(*plain); i++)
		if (err == plain[i])
			return true;
	return false;
}

/* ---- processes -------------------------------------------------------- */

static void worker_start(struct worker *worker)
{
	generation++;
	worker->is_killed = false;
	worker->is_late = false;
	worker->pid = fork();
	if (worker->pid)
		return;
	dice = (seed * 1000003 + generation) * 0x9e3779b97f4a7c15ull | 1;
	worker->main();
	_exit(0);
}

static void workers_add(void (*main)(void), int n)
{
	while (n-- > 0 && nr_workers < WORKERS_MAX) {
		workers[nr_workers].main = main;
		worker_start(&workers[nr_workers++]);
	}
}

static void worker_ended(struct worker *worker, int status)
{
	if (!worker->is_killed && !(WIFEXITED(status) && !WEXITSTATUS(status)))
		fail(P_processes_survive, "a process ended with 0x%x", status);
	worker->pid = 0;
}

static void reap(bool restart)
{
	unsigned int i;
	int status;

	for (i = 0; i < nr_workers; i++) {
		struct worker *worker = &workers[i];

		if (worker->pid &&
		    waitpid(worker->pid, &status, WNOHANG) == worker->pid)
			worker_ended(worker, status);
		if (!worker->pid && restart)
			worker_start(worker);
		if (worker->pid && worker->is_killed && !worker->is_late &&
		    shared->beats - worker->when > PATIENCE) {
			fail(P_killed_processes_end, "process %d stays",
			     worker->pid);
			worker->is_late = true;
		}
	}
}

static void worker_kill(struct worker *worker)
{
	if (worker->is_killed || !worker->pid)
		return;
	worker->is_killed = true;
	worker->when = shared->beats;
	kill(worker->pid, SIGKILL);
}

static void kill_one(void)
{
	struct worker *worker = &workers[roll(nr_workers)];

	if (worker->main == load_main || worker->is_killed || !worker->pid)
		return;
	worker_kill(worker);
	did(W_kills, 1);
}

static bool any_left(void)
{
	unsigned int i;

	for (i = 0; i < nr_workers; i++)
		if (workers[i].pid)
			return true;
	return false;
}

/* Is it no failure if this work was never done? Some needs luck, or processes that do not run. */
static bool may_be_none(enum work work)
{
	if (work == W_unloads)
		return false;
	if (work == W_shrinks)
		return seconds < 60 || few_shells;
	if (work == W_waits || work == W_timeouts)
		return !has_waiters;
	if (work == W_fuzz)
		return !has_fuzzers;
	return few_shells && work != W_kills && work != W_traces &&
	       work != W_reads && work != W_unload_tries;
}

static bool enough_work(void)
{
	int i;

	for (i = 0; i < NR_WORKS; i++)
		if (!shared->work[i] && !may_be_none(i))
			return false;
	return true;
}

static void beat(bool restart)
{
	nap(BEAT_MS * 1000);
	shared->beats++;
	reap(restart);
}

/* Let the processes work: for the given time, and longer if a machine is too busy to do it all. */
static void work(void)
{
	time_t end = time(NULL) + seconds;
	time_t latest = end + 4 * seconds + LONGER_S;
	unsigned int i;

	while (time(NULL) < end ||
	       (!enough_work() && time(NULL) < latest)) {
		beat(true);
		kill_one();
	}
	shared->stop = true;
	/* Kill processes that may wait forever: they do not see shared->stop. */
	for (i = 0; i < nr_workers; i++)
		if (workers[i].main == wait_main)
			worker_kill(&workers[i]);
	for (i = 0; any_left() && i < 4 * PATIENCE; i++)
		beat(false);
	if (any_left())
		fail(P_processes_survive, "a process does not end");
}

/* ---- the end ---------------------------------------------------------- */

/* Call @fn for each line of a file except headings. Return the number of lines, or -1. */
static int each_line(const char *file, void (*fn)(char *line))
{
	static char text[1 << 18];
	char *line, *rest = text;
	int n = 0;

	if (slurp(file, text, sizeof(text)) < 0)
		return -1;
	while ((line = strsep(&rest, "\n"))) {
		if (!*line || *line == '#')
			continue;
		n++;
		if (fn)
			fn(line);
	}
	return n;
}

static void heap_end(char *line)
{
	char text[400], path[300];
	int err;

	line[strcspn(line, " ")] = '\0';
	snprintf(path, sizeof(path), TOP "%s/check", line);
	if (slurp(path, text, sizeof(text)) < 0 || strcmp(text, "ok\n"))
		fail(P_heaps_check_ok_at_the_end, "%s: %.80s", line, text);
	snprintf(text, sizeof(text), "destroy %s force", line);
	err = request(TOP "control", text);
	if (err)
		fail(P_heaps_are_gone, "%s: %s", text, strerror(err));
}

static void region_end(char *line)
{
	unsigned long long size, free_bytes, heaps;
	char name[64], text[100];

	if (sscanf(line, "%63s %*s %llu %llu %llu", name, &size, &free_bytes,
		   &heaps) != 4 || size != free_bytes || heaps)
		fail(P_regions_are_whole, "%.100s", line);
	snprintf(text, sizeof(text), "region destroy %s", name);
	if (request(TOP "control", text))
		fail(P_regions_are_whole, "%s: refused", text);
}

static long meminfo(const char *key)
{
	char text[8192], *at;

	if (slurp("/proc/meminfo", text, sizeof(text)) < 0)
		return 0;
	at = strstr(text, key);
	return at ? atol(at + strlen(key)) : 0;
}

/* Measure the kernel's memory, after a delay in which deferred frees are done. */
static void measure(long *slab, long *vmalloc)
{
	request("/sys/kernel/tracing/trace", "");
	sync();
	request("/proc/sys/vm/drop_caches", "3");
	sleep(2);
	*slab = meminfo("\nSlab:");
	*vmalloc = meminfo("\nVmallocUsed:");
}

/* Unload the driver. It must succeed, because no process is left that has one of its files open. */
static void driver_end(void)
{
	char users[16] = "?";

	if (access("/sys/module/rtalloc_torture", F_OK) ||
	    remove_module("rtalloc_torture"))
		return;
	slurp("/sys/module/rtalloc_torture/refcnt", users, sizeof(users));
	fail(P_unloads, "rtalloc_torture stays: %s, users %.*s",
	     strerror(errno), (int)strcspn(users, "\n"), users);
}

static void final_look(void)
{
	driver_end();
	if (!insert_module("rtalloc", "size=8M"))
		fail(P_modules_load, "rtalloc at the end: %s", strerror(errno));
	each_line(TOP "heaps", heap_end);
	if (each_line(TOP "heaps", NULL))
		fail(P_heaps_are_gone, "some are left");
	each_line(TOP "regions", region_end);
	if (each_line(TOP "regions", NULL))
		fail(P_regions_are_whole, "some are left");
	if (!remove_module("rtalloc"))
		fail(P_module_unloads, "%s", strerror(errno));
	if (!access(TOP, F_OK))
		fail(P_module_unloads, "its files are still there");
}

/* Print how often each work was done, in the order of WORKS. */
static void work_report(void)
{
	static const char *const names[] = {
#define NAME(name) #name,
		WORKS(NAME)
#undef NAME
	};
	int i;

	printf("#");
	for (i = 0; i < NR_WORKS; i++) {
		printf(" %s %llu", names[i],
		       (unsigned long long)shared->work[i]);
		if (!shared->work[i] && !may_be_none(i))
			fail(P_enough_work, "no %s", names[i]);
	}
	printf("\n");
}

static void report(void)
{
	static const char *const names[] = {
#define NAME(name) #name,
		PROPERTIES(NAME)
#undef NAME
	};
	int i;

	for (i = 0; i < NR_PROPERTIES; i++) {
		if (!shared->failed[i])
			printf("ok torture.%s\n", names[i]);
		else
			printf("not ok torture.%s: %s (%llu times)\n", names[i],
			       shared->first[i],
			       (unsigned long long)shared->failed[i]);
	}
}

int main(int argc, char **argv)
{
	long slab[2], vmalloc[2];
	int measures = 10;
	bool is_more;

	if (argc != 6)
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	seconds = atol(argv[1]);
	seed = strtoull(argv[2], NULL, 0);
	few_shells = atoi(argv[3]) < 4;
	has_fuzzers = atoi(argv[4]);
	has_waiters = atoi(argv[5]);
	dice = seed * 0x9e3779b97f4a7c15ull | 1;
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	/* Load both modules once before measuring: some memory is taken by the first load only. */
	insert_module("rtalloc", "size=8M");
	insert_module("rtalloc_torture", "");
	sleep(1);
	remove_module("rtalloc_torture");
	remove_module("rtalloc");
	measure(&slab[0], &vmalloc[0]);

	workers_add(load_main, 1);
	workers_add(shell_main, atoi(argv[3]));
	workers_add(fuzz_main, atoi(argv[4]));
	workers_add(wait_main, atoi(argv[5]));
	workers_add(trace_main, 1);
	work();
	final_look();
	/* Measure again if there is too much: memory that leaked does not come back. */
	do {
		measure(&slab[1], &vmalloc[1]);
		is_more = slab[1] - slab[0] > SLAB_KB ||
			  vmalloc[1] - vmalloc[0] > VMALLOC_KB;
	} while (is_more && --measures);
	printf("# slab %ld to %ld kB, vmalloc %ld to %ld kB\n", slab[0],
	       slab[1], vmalloc[0], vmalloc[1]);
	if (is_more)
		fail(P_memory_is_back, "slab %ld to %ld kB, vmalloc %ld to %ld",
		     slab[0], slab[1], vmalloc[0], vmalloc[1]);
	work_report();
	report();
	return 0;
}

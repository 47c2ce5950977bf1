// SPDX-License-Identifier: GPL-2.0-only
/*
 * others.c - processes with one task each: to wait for elements of a pool, to switch tracepoints
 * on and off, and to load and unload the modules.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "torturer.h"

#define HUSH_AFTER	300	/* tries to unload before all must close their files */
#define EVENTS		"/sys/kernel/tracing/events/rtalloc/"

static long long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000ll + now.tv_nsec / 1000000;
}

/* ---- waiting ---------------------------------------------------------- */

static void wait_step(int fd)
{
	int ms = roll(4) ? (int)roll(100) : -1;
	unsigned int start = shared->beats;
	char text[16];
	int err = 0;

	if (write(fd, text, sprintf(text, "%d", ms)) < 0)
		err = errno;
	did(W_waits, !err);
	did(W_timeouts, err == ETIMEDOUT);
	if (err && err != ETIMEDOUT && err != EIDRM && err != EIO &&
	    err != EINTR)
		fail(P_waits_end_in_time, "a wait says: %s", strerror(err));
	if (ms >= 0 && shared->beats - start > ms / BEAT_MS + PATIENCE)
		fail(P_waits_end_in_time, "%d ms took %u beats", ms,
		     shared->beats - start);
	nap(roll(20000));
}

void wait_main(void)
{
	unsigned int steps;
	int fd;

	for (; !shared->stop; nap(5000)) {
		if (shared->driver_leaves)
			continue;
		fd = open(TORTURE "wait", O_WRONLY | O_CLOEXEC);
		for (steps = roll(20); fd >= 0 && steps &&
		     !shared->driver_leaves; steps--)
			wait_step(fd);
		if (fd >= 0)
			close(fd);
	}
}

/* ---- tracing ---------------------------------------------------------- */

void trace_main(void)
{
	static const char *const filters[] = { "size > 100", "0", "size < 8" };
	static char text[1 << 16];

	while (!shared->stop) {
		did(W_traces, !request(EVENTS "enable", "1"));
		nap(roll(60000));
		request(EVENTS "rtalloc_alloc/filter", filters[roll(3)]);
		if (!roll(4))
			slurp("/sys/kernel/tracing/trace", text, sizeof(text));
		request("/sys/kernel/tracing/trace", "");
		did(W_traces, !request(EVENTS "enable", "0"));
		nap(roll(30000));
	}
	request(EVENTS "enable", "0");
}

/* ---- loading ---------------------------------------------------------- */

/*
 * Load a module. Return whether it is loaded now. EEXIST may mean that it was loaded already, or
 * that the name of one of its heaps exists, so this is checked.
 */
bool insert_module(const char *name, const char *params)
{
	char path[64];
	int fd, err;

	snprintf(path, sizeof(path), "/%s.ko", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	err = syscall(SYS_finit_module, fd, params, 0) ? errno : 0;
	close(fd);
	snprintf(path, sizeof(path), "/sys/module/%s/initstate", name);
	errno = err;
	return !err || (err == EEXIST && !access(path, F_OK));
}

bool remove_module(const char *name)
{
	return !syscall(SYS_delete_module, name, O_NONBLOCK);
}

/* Parse a line of the module's verdict: "NAME COUNT FIRST" or "NAME COUNT". */
static void verdict_line(const char *line)
{
	static const char *const names[] = {
#define NAME(name) #name,
		PROPERTIES(NAME)
#undef NAME
	};
	unsigned long long count;
	char name[40];
	int at = 0, i;

	if (sscanf(line, "%39s %llu %n", name, &count, &at) != 2)
		return;
	if (!strcmp(name, "ops"))
		did(W_ops, count);
	if (!strcmp(name, "irq_ops"))
		did(W_irq_ops, count);
	for (i = P_contents; i <= P_leaks; i++)
		if (!strcmp(name, names[i]) && count)
			fail(i, "%llu times, first: %.100s", count, line + at);
}

static void verdict_take(void)
{
	char text[4096], *line, *rest = text;

	request(TORTURE "stop", "1");
	if (slurp(TORTURE "verdict", text, sizeof(text)) <= 0)
		fail(P_modules_load, "the module gives no verdict");
	while ((line = strsep(&rest, "\n")))
		verdict_line(line);
}

/*
 * Unload the driver. An open file prevents this, and waiters have one open nearly all the time.
 * If it does not succeed before the end, driver_end() in main.c does it and checks it.
 */
static void driver_leave(void)
{
	shared->driver_leaves = true;
	while (!shared->stop && !remove_module("rtalloc_torture"))
		nap(5000);
	shared->driver_leaves = false;
}

/* Load the driver, let it work for a while, read its verdict, and unload it. */
static void driver_life(void)
{
	long long end = now_ms() + 1500 + roll(2500);
	char params[64];

	sprintf(params, "seed=%u", roll(1u << 31));
	if (!insert_module("rtalloc_torture", params)) {
		fail(P_modules_load, "rtalloc_torture: %s", strerror(errno));
		nap(200000);
		return;
	}
	while (!shared->stop && now_ms() < end) {
		did(W_unload_tries, 1);
		if (remove_module("rtalloc"))
			fail(P_unloads, "rtalloc goes while it is used");
		nap(5000);
	}
	verdict_take();
	driver_leave();
}

/* Unload the module while files are opened and closed, and finally while none is open. */
static void unload_under_load(void)
{
	unsigned int tries = 0;

	shared->lull = true;
	while (!shared->stop) {
		did(W_unload_tries, 1);
		if (remove_module("rtalloc")) {
			did(W_unloads, 1);
			break;
		}
		shared->hush = ++tries > HUSH_AFTER;
		nap(500);
	}
	shared->hush = false;
	shared->lull = false;
}

void load_main(void)
{
	while (!shared->stop) {
		if (!insert_module("rtalloc", "size=8M"))
			fail(P_modules_load, "rtalloc: %s", strerror(errno));
		driver_life();
		unload_under_load();
	}
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Count the instructions of a part of this program with valgrind's callgrind, if the
 * processor's counter is not available: the program runs a second time as its child.
 *
 *   parent                               child, under valgrind
 *   writes the events, and marks those   plays all events; callgrind counts the marked ones
 *   to count, into an unnamed file ->    and writes a count for each event's number into
 *   reads the counts                  <- another unnamed file
 *
 * Callgrind translates code again whenever it begins to count, which takes ten milliseconds.
 * Code that it does not count runs some five times slower than without it.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#if __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>
#else
#define CALLGRIND_START_INSTRUMENTATION	((void)0)
#define CALLGRIND_STOP_INSTRUMENTATION	((void)0)
#define CALLGRIND_ZERO_STATS		((void)0)
#define CALLGRIND_DUMP_STATS_AT(what)	((void)(what))
#define NO_REQUESTS
#endif

#include "compare.h"

#define VALGRIND	"/usr/bin/valgrind"
#define POLL_NS		10000000l

/* Is valgrind installed, and was this program built with its header? */
bool valgrind_is_there(void)
{
#ifdef NO_REQUESTS
	return false;
#else
	return !access(VALGRIND, X_OK);
#endif
}

/* ---- the child ---------------------------------------------------------- */

static char label[32];

/* Do everything that depends on the number before counting begins. */
void valgrind_count_begin(size_t number)
{
	snprintf(label, sizeof(label), "event %zu", number);
	CALLGRIND_START_INSTRUMENTATION;
	CALLGRIND_ZERO_STATS;
}

void valgrind_count_end(void)
{
	CALLGRIND_DUMP_STATS_AT(label);
	CALLGRIND_STOP_INSTRUMENTATION;
}

/* ---- the parent --------------------------------------------------------- */

static void exec_child(int events, const char *out)
{
	char where[32], to[64], self[4096];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *const env[] = { NULL };

	/* Resolved before the exec: valgrind would take /proc/self/exe for itself. */
	self[len < 0 ? 0 : len] = '\0';
	snprintf(where, sizeof(where), "/proc/self/fd/%d", events);
	snprintf(to, sizeof(to), "--callgrind-out-file=%s", out);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	fcntl(events, F_SETFD, 0);
	if (!freopen("/dev/null", "w", stderr) ||
	    !freopen("/dev/null", "w", stdout))
		_exit(127);
	execle(VALGRIND, VALGRIND, "-q", "--tool=callgrind",
	       "--instr-atstart=no", "--combine-dumps=yes", to, self,
	       VALGRIND_CHILD, where, (char *)NULL, env);
	_exit(127);
}

/* Wait for the child, and kill it at @end. True: it has counted everything. */
static bool wait_for(pid_t pid, double end)
{
	static const struct timespec pause = { .tv_nsec = POLL_NS };
	pid_t ended = 0;
	int status = 0;

	while (!ended && seconds_now() < end) {
		ended = waitpid(pid, &status, WNOHANG);
		if (!ended)
			nanosleep(&pause, NULL);
	}
	if (!ended) {
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
		return false;
	}
	return WIFEXITED(status) && !WEXITSTATUS(status);
}

/* Read callgrind's output: each part has a line with a label and one with the sum. */
static void read_counts(FILE *in, valgrind_fn fn, void *ctx)
{
	unsigned long long sum;
	size_t number = 0, room = 0;
	bool has_label = false;
	char *line = NULL;

	while (getline(&line, &room, in) > 0) {
		if (sscanf(line, "desc: Trigger: Client Request: event %zu",
			   &number) == 1)
			has_label = true;
		if (sscanf(line, "totals: %llu", &sum) == 1 && has_label) {
			fn(ctx, number, sum);
			has_label = false;
		}
	}
	free(line);
}

/*
 * Run this program under callgrind with the file @events for VALGRIND_CHILD, and call @fn for
 * each event that was counted. False: not all were counted by @end.
 */
bool valgrind_run(int events, double end, valgrind_fn fn, void *ctx)
{
	char out[40];
	int counts = memfd_create("rtheap", MFD_CLOEXEC);
	bool is_whole = false;
	FILE *in;
	pid_t pid;

	if (counts < 0)
		return false;
	/* A file without a name, because this process may be killed at any time. */
	snprintf(out, sizeof(out), "/proc/%d/fd/%d", (int)getpid(), counts);
	pid = fork();
	if (!pid)
		exec_child(events, out);
	if (pid > 0)
		is_whole = wait_for(pid, end);
	in = fdopen(counts, "r");
	if (in) {
		rewind(in);
		read_counts(in, fn, ctx);
		fclose(in);
	} else {
		close(counts);
	}
	return is_whole;
}

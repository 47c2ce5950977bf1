// SPDX-License-Identifier: GPL-2.0-only
/*
 * Error messages on stderr, signals that end a long command, the clock.
 *
 * An error is one line: "rtheap: WHO: WHAT (ERRNO): WHY". WHY is the kernel's last_error,
 * or a hint of this tool if the request did not reach the kernel.
 *
 * With --json, a command with struct command.ok prints {"ok": true, ..., "errors": []} or
 * {"ok": false, ..., "errors": [...]}, where "..." are the members of answer_add().
 */
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "rtheap.h"

static atomic_bool stop;

/* The JSON object that is being built, if there is one: its members and its errors. */
static struct {
	FILE *members;
	FILE *errors;
	char *text[2];
	size_t size[2];
} answer;

void answer_begin(void)
{
	answer.members = open_memstream(&answer.text[0], &answer.size[0]);
	answer.errors = open_memstream(&answer.text[1], &answer.size[1]);
}

/* Add members to the JSON object, each with a comma in front. */
void answer_add(const char *fmt, ...)
{
	va_list ap;

	if (!answer.members)
		return;
	va_start(ap, fmt);
	vfprintf(answer.members, fmt, ap);
	va_end(ap);
}

void answer_end(int ret)
{
	if (!answer.members || !answer.errors)
		return;
	fclose(answer.members);
	fclose(answer.errors);
	printf("{\"ok\": %s%s, \"errors\": [%s]}\n", ret ? "false" : "true",
	       answer.text[0], answer.text[1]);
	free(answer.text[0]);
	free(answer.text[1]);
	memset(&answer, 0, sizeof(answer));
}

/* Is standard output a terminal that understands ANSI escape sequences? */
bool is_screen(void)
{
	const char *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && term && strcmp(term, "dumb");
}

/* The stream on which the alternate screen was entered; NULL: it is not shown. */
static FILE *screen;

#define ENTER	"\033[?1049h\033[?25l"
#define LEAVE	"\033[?25h\033[?1049l"

static void put_now(const char *sequence, size_t len)
{
	/* There is no other way to the terminal if this one fails. */
	if (write(STDOUT_FILENO, sequence, len) < 0)
		return;
}

static void suspend_by(void (*handler)(int sig));

/*
 * While this tool is suspended (Ctrl-Z), the shell has the normal screen and a cursor. The
 * action was reset when the signal came, so that the second signal suspends.
 */
static void on_suspend(int sig)
{
	int err = errno;

	put_now(LEAVE, sizeof(LEAVE) - 1);
	raise(sig);
	suspend_by(on_suspend);
	put_now(ENTER, sizeof(ENTER) - 1);
	errno = err;
}

/* Have SIGTSTP call @handler, unless a shell without job control has it ignored. */
static void suspend_by(void (*handler)(int sig))
{
	struct sigaction old, act = {
		.sa_handler = handler,
		.sa_flags = SA_NODEFER | SA_RESETHAND | SA_RESTART,
	};

	sigemptyset(&act.sa_mask);
	if (!sigaction(SIGTSTP, NULL, &old) && old.sa_handler != SIG_IGN)
		sigaction(SIGTSTP, &act, NULL);
}

/* Switch to the alternate screen and hide the cursor. */
void screen_enter(void)
{
	screen = stdout;
	fputs(ENTER, screen);
	fflush(screen);
	suspend_by(on_suspend);
}

void screen_leave(void)
{
	FILE *out = screen ?: stdout;

	if (screen) {
		suspend_by(SIG_DFL);
		fputs(LEAVE, out);
	}
	screen = NULL;
	fflush(out);
}

/* Print a line on stderr, on the normal screen, and add it to the JSON object if any. */
static void say(const char *text)
{
	screen_leave();
	fprintf(stderr, "rtheap: %s\n", text);
	if (!answer.errors)
		return;
	fflush(answer.errors);
	fputs(answer.size[1] ? ", " : "", answer.errors);
	json_string(answer.errors, text, strlen(text));
}

/* Replace control characters, which could move the cursor or break the line. */
static void make_printable(char *text)
{
	for (; *text; text++)
		if (is_control(*text))
			*text = '?';
}

void complain(const char *fmt, ...)
{
	char *text;
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (len >= 0)
		make_printable(text);
	say(len < 0 ? "out of memory" : text);
	if (len >= 0)
		free(text);
}

/* Copy the printable characters of the first line of last_error; false if it is empty. */
static bool kernel_reason(const char *dir, char *buf, size_t size)
{
	struct text text;
	size_t i;

	if (debugfs_read(dir, "last_error", &text))
		return false;
	for (i = 0; i < text.len && i < size - 1 && text.data[i] != '\n'; i++)
		buf[i] = text.data[i] < ' ' ? '?' : text.data[i];
	buf[i] = '\0';
	free(text.data);
	return i > 0;
}

/* Return an explanation of @err in @dir if the kernel gives none. */
static const char *hint(const char *dir, int err)
{
	if (err == EACCES || err == EPERM)
		return geteuid() ? "only root may do this" :
		       "the kernel's lockdown forbids debugfs";
	if (err != ENOENT)
		return strerror(err);
	if (!*dir || access(debugfs_root(), F_OK))
		return "is the module loaded and debugfs mounted?";
	return strcmp(dir, NET_DIRECTORY) ? "there is no such heap" :
	       "there is no such device";
}

/*
 * Report that an operation on @dir ("" for the top directory) failed with @err. A positive
 * @err means that the kernel refused a request and last_error explains it; a negative one
 * that the file could not be opened, so last_error is about something else.
 * Returns the exit code.
 */
int refused(const char *dir, int err, const char *fmt, ...)
{
	char reason[DEBUGFS_ANSWER_MAX], what[DEBUGFS_ANSWER_MAX];
	const char *why = reason;
	const char *name = strerrorname_np(abs(err));
	va_list ap;

	if (err < 0 || !kernel_reason(dir, reason, sizeof(reason)))
		why = hint(dir, abs(err));
	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	if (!name)
		name = "unknown error";
	/* Do not repeat @what if the kernel's reason begins with it. */
	if (!strncmp(why, what, strlen(what)))
		complain("%s%s%s (%s)", dir, *dir ? ": " : "", why, name);
	else
		complain("%s%s%s (%s): %s", dir, *dir ? ": " : "", what, name,
			 why);
	return EXIT_REFUSED;
}

static void on_signal(int sig)
{
	(void)sig;
	stop = true;
}

/*
 * Have signals set a flag only (interrupted()), so that the command can clean up. After
 * nohup the end of the terminal stays without effect.
 */
int catch_signals(void)
{
	static const int ends[] = { SIGINT, SIGTERM, SIGQUIT, SIGHUP };
	struct sigaction old, act = { .sa_handler = on_signal };
	size_t i;

	sigemptyset(&act.sa_mask);
	for (i = 0; i < ARRAY_SIZE(ends); i++) {
		if (sigaction(ends[i], NULL, &old))
			return -errno;
		if (ends[i] == SIGHUP && old.sa_handler == SIG_IGN)
			continue;
		if (sigaction(ends[i], &act, NULL))
			return -errno;
	}
	/* Writing to a closed pipe must fail instead of ending the tool before it cleans up. */
	signal(SIGPIPE, SIG_IGN);
	return 0;
}

bool interrupted(void)
{
	return stop;
}

double seconds_now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

/* Flush stdout. A full disk or a closed pipe turns success into EXIT_REFUSED. */
int finish_stdout(int ret)
{
	if (!fflush(stdout) && !ferror(stdout))
		return ret;
	complain("standard output: %s", strerror(errno));
	return ret ? ret : EXIT_REFUSED;
}

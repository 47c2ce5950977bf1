// SPDX-License-Identifier: GPL-2.0-only
/*
 * Errors on stderr, the signals that end a long command, the time.
 *
 * An error is one line: "rtheap: WHO: WHAT (ERRNO): WHY". WHY is the kernel's
 * own last_error, or a hint of ours where the kernel never got the request.
 *
 * A command that does something prints, with --json, {"ok": true} or {"ok": false,
 * "errors": [...]}, with what answer_add() put in between.
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

/* Members of the JSON object and its errors, while there is one. */
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

/* More members, each with a comma in front. */
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

/* Is standard output a terminal that knows the usual sequences? */
bool is_screen(void)
{
	const char *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && term && strcmp(term, "dumb");
}

/* Where the alternate screen was entered; NULL: it is not shown. */
static FILE *screen;

/* The alternate screen, without a cursor. */
void screen_enter(void)
{
	screen = stdout;
	fputs("\033[?1049h\033[?25l", screen);
}

void screen_leave(void)
{
	FILE *out = screen ?: stdout;

	if (screen)
		fputs("\033[?25h\033[?1049l", out);
	screen = NULL;
	fflush(out);
}

/* One line on stderr, where it stays, and into the answer if there is one. */
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

/* A name may have what moves a terminal's cursor, or ends the line. */
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

/* The first line of last_error, printable characters only. */
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

/* What we make of @err where the kernel's side has no words for it. */
static const char *hint(int err)
{
	if (err == EACCES || err == EPERM)
		return geteuid() ? "only root may do this" :
		       "the kernel's lockdown forbids debugfs";
	if (err != ENOENT)
		return strerror(err);
	return access(debugfs_root(), F_OK) ?
	       "is the module loaded and debugfs mounted?" :
	       "there is no such heap";
}

/*
 * Report that something of @dir ("" for the top directory) failed with @err
 * (positive for "the kernel refused a request", negative for "the file would
 * not open", where last_error is about something else). Returns the exit code.
 */
int refused(const char *dir, int err, const char *fmt, ...)
{
	char reason[DEBUGFS_ANSWER_MAX], what[DEBUGFS_ANSWER_MAX];
	const char *why = reason;
	const char *name = strerrorname_np(abs(err));
	va_list ap;

	if (err < 0 || !kernel_reason(dir, reason, sizeof(reason)))
		why = hint(abs(err));
	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	if (!name)
		name = "unknown error";
	/* The kernel may say what we do, and more. */
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

/* From now on these signals only set a flag: there is work to undo. */
int catch_signals(void)
{
	struct sigaction act = { .sa_handler = on_signal };

	sigemptyset(&act.sa_mask);
	if (sigaction(SIGINT, &act, NULL) || sigaction(SIGTERM, &act, NULL) ||
	    sigaction(SIGHUP, &act, NULL))
		return -errno;
	/* A closed pipe is a write that fails, or the work would stay undone. */
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

/* A full disk or a closed pipe must not look like success. */
int finish_stdout(int ret)
{
	if (!fflush(stdout) && !ferror(stdout))
		return ret;
	complain("standard output: %s", strerror(errno));
	return ret ? ret : EXIT_REFUSED;
}

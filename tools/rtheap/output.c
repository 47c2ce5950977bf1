// SPDX-License-Identifier: GPL-2.0-only
/*
 * Write a file as a whole: into a temporary file in the same directory, which is then
 * renamed. A full disk or a signal leaves no partial file, and an older file of that
 * name stays as it was until the new one is complete.
 *
 * The temporary file has a new name (mkstemp()), so no file of the user's is overwritten.
 * It is removed after an error, and after a signal that ends the tool.
 *
 * What is not a regular file, such as a pipe or /dev/null, is written directly, and so is
 * a file without a name, as /dev/fd/3 may be; "-" is standard output. A file is never
 * written over the file it is made from.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rtheap.h"

#define TEMPORARY	".rtheap-XXXXXX"

/* The temporary file that a signal has to remove, if there is one. */
static char *volatile pending;

static bool is_same(const struct stat *a, const struct stat *b)
{
	return S_ISREG(a->st_mode) && a->st_dev == b->st_dev &&
	       a->st_ino == b->st_ino;
}

/*
 * Return @file itself where it is written directly, else a template for mkstemp() in its
 * directory; NULL: out of memory.
 */
static char *place(const char *file)
{
	struct stat st;
	bool is_there = !stat(file, &st);
	const char *path, *slash;
	char *name, *real;

	if (!strcmp(file, "-") || (is_there && !S_ISREG(st.st_mode)))
		return strdup(file);
	real = realpath(file, NULL);
	if (is_there && !real)
		return strdup(file);
	path = real ?: file;
	slash = strrchr(path, '/');
	if (asprintf(&name, "%.*s" TEMPORARY,
		     slash ? (int)(slash + 1 - path) : 0, path) < 0)
		name = NULL;
	free(real);
	return name;
}

static bool is_in_place(const char *file, const char *at)
{
	return !strcmp(file, at);
}

static void on_deadly_signal(int sig)
{
	if (pending)
		unlink(pending);
	signal(sig, SIG_DFL);
	raise(sig);
}

/*
 * Have signals that would end the tool remove the temporary file first. Signals that the
 * command handles itself (catch_signals()) or that are ignored stay as they are.
 */
static void guard(void)
{
	static const int deadly[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	struct sigaction old, act = { .sa_handler = on_deadly_signal };
	size_t i;

	sigfillset(&act.sa_mask);
	for (i = 0; i < ARRAY_SIZE(deadly); i++)
		if (!sigaction(deadly[i], NULL, &old) &&
		    old.sa_handler == SIG_DFL)
			sigaction(deadly[i], &act, NULL);
	/* A file that gets too large is an error of write(), as a full disk is. */
	signal(SIGXFSZ, SIG_IGN);
}

/* Create the temporary file of the template @at. Returns 0 or -errno. */
static int create(char *at)
{
	sigset_t all, before;
	int fd;

	guard();
	/* No signal may come between the file and the note of its name. */
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	fd = mkostemp(at, O_CLOEXEC);
	if (fd >= 0)
		pending = at;
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

static void discard(char *at)
{
	unlink(at);
	pending = NULL;
}

/* Does @from, "-" being standard input, read the file of @st? */
static bool is_source(const struct stat *st, const char *from)
{
	struct stat source;

	if (strcmp(from, "-") ? stat(from, &source) :
				fstat(STDIN_FILENO, &source))
		return false;
	return is_same(st, &source);
}

/* Check that @file may be written with what is read from @from. 0, or -1 and a complaint. */
int output_check(const char *file, const char *from)
{
	struct stat st;
	char *at;

	if (!strcmp(file, "-"))
		return 0;
	if (!stat(file, &st) && S_ISDIR(st.st_mode)) {
		complain("%s: %s", file, strerror(EISDIR));
		return -1;
	}
	if (!stat(file, &st) && is_source(&st, from)) {
		complain("%s: that is what is read", file);
		return -1;
	}
	at = output_begin(file);
	if (!at)
		return -1;
	if (!is_in_place(file, at))
		discard(at);
	free(at);
	return 0;
}

/* With --json standard output is for the JSON value alone. False after a complaint. */
bool output_is_free(const struct args *args, const char *file)
{
	if (!args->json || !file || strcmp(file, "-"))
		return true;
	complain("%s: with --json, standard output cannot have the file too",
		 args->cmd->name);
	return false;
}

/*
 * Return a name to open and write to, which output_end() takes; NULL after a complaint.
 * There is at most one temporary file at a time.
 */
char *output_begin(const char *file)
{
	char *at = place(file);
	int err;

	if (!at) {
		complain("out of memory");
		return NULL;
	}
	if (is_in_place(file, at))
		return at;
	err = create(at);
	if (!err)
		return at;
	complain("%s: %s", file, strerror(-err));
	free(at);
	return NULL;
}

/* Return the mode of the finished file: that of the old one, else what umask allows. */
static mode_t mode_of(const char *file)
{
	struct stat st;
	mode_t mask;

	if (!stat(file, &st))
		return st.st_mode & 0777;
	mask = umask(0);
	umask(mask);
	return 0666 & ~mask;
}

/*
 * Give the file its name, or remove the temporary file if writing it failed with @err
 * (-errno). Takes @at. Returns @err, or -errno of the renaming.
 */
int output_end(const char *file, char *at, int err)
{
	char *real = realpath(file, NULL);

	if (!is_in_place(file, at)) {
		if (!err && chmod(at, mode_of(file)))
			err = -errno;
		if (!err && rename(at, real ?: file))
			err = -errno;
		if (err)
			unlink(at);
		pending = NULL;
	}
	free(real);
	free(at);
	return err;
}

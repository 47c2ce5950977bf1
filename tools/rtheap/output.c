// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files that are written as a whole: beside their place, then renamed, so that a full
 * disk or a signal leaves no half of one, and nothing is lost of one that was there.
 *
 * What is no ordinary file, a pipe or /dev/null, is written in its place, and so is a
 * file that has no name any more, as /dev/fd/3 may be; "-" is standard output. A file is
 * not written over what it is made from.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rtheap.h"

static bool is_same(const struct stat *a, const struct stat *b)
{
	return S_ISREG(a->st_mode) && a->st_dev == b->st_dev &&
	       a->st_ino == b->st_ino;
}

/* Where @file's bytes go at first; NULL: out of memory. */
static char *place(const char *file)
{
	struct stat st;
	bool is_there = !stat(file, &st);
	char *name, *real;

	if (!strcmp(file, "-") || (is_there && !S_ISREG(st.st_mode)))
		return strdup(file);
	real = realpath(file, NULL);
	if (is_there && !real)
		return strdup(file);
	if (asprintf(&name, "%s.part", real ?: file) < 0)
		name = NULL;
	free(real);
	return name;
}

static bool is_in_place(const char *file, const char *at)
{
	return !strcmp(file, at);
}

/* May @file be written, of what is read from @from? 0, or a complaint. */
int output_check(const char *file, const char *from)
{
	struct stat st, source;
	char *at;

	if (!strcmp(file, "-"))
		return 0;
	if (!stat(file, &st) && S_ISDIR(st.st_mode)) {
		complain("%s: %s", file, strerror(EISDIR));
		return -1;
	}
	if (!stat(file, &st) && !stat(from, &source) && is_same(&st, &source)) {
		complain("%s: that is what is read", file);
		return -1;
	}
	at = output_begin(file);
	if (!at)
		return -1;
	if (!is_in_place(file, at))
		unlink(at);
	free(at);
	return 0;
}

/*
 * A name to open and write to, which output_end() takes; NULL after a complaint. It
 * is tried here whether it can be.
 */
char *output_begin(const char *file)
{
	char *at = place(file);
	FILE *out;

	if (!at) {
		complain("out of memory");
		return NULL;
	}
	if (is_in_place(file, at))
		return at;
	out = fopen(at, "w");
	if (out) {
		fclose(out);
		return at;
	}
	complain("%s: %s", file, strerror(errno));
	free(at);
	return NULL;
}

/* All of it was written to @at, or, with an @err, not. Returns that, or -errno. */
int output_end(const char *file, char *at, int err)
{
	char *real = realpath(file, NULL);
	struct stat st;

	if (!is_in_place(file, at)) {
		/* Who could not read it cannot now. */
		if (!err && !stat(file, &st) && chmod(at, st.st_mode & 0777))
			err = -errno;
		if (!err && rename(at, real ?: file))
			err = -errno;
		if (err)
			unlink(at);
	}
	free(real);
	free(at);
	return err;
}

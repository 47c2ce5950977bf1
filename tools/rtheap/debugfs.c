// SPDX-License-Identifier: GPL-2.0-only
/*
 * Access the module's files: open, write a request, read an answer.
 *
 * All access to the module goes through these functions, so that tests can replace them by a
 * heap in user space (test/fake.c). The directory is /sys/kernel/debug/rtalloc, or
 * RTHEAP_ROOT of the environment.
 *
 * A request is one write, its answer one read at offset 0 of the same open file. An open
 * file can be used for any number of requests.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rtheap.h"

#define DEFAULT_ROOT	"/sys/kernel/debug/rtalloc"
#define PATH_ROOM	4096

const char *debugfs_root(void)
{
	const char *root = getenv("RTHEAP_ROOT");

	return root && *root ? root : DEFAULT_ROOT;
}

int debugfs_open(const char *dir, const char *file, int flags)
{
	char path[PATH_ROOM];
	int fd, len;

	len = snprintf(path, sizeof(path), "%s/%s%s%s", debugfs_root(), dir,
		       *dir ? "/" : "", file);
	if (len >= (int)sizeof(path))
		return -ENAMETOOLONG;
	fd = open(path, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int debugfs_request(int fd, const char *line, size_t len)
{
	/* Every write is a request. pwrite() does not work on a seq_file. */
	ssize_t done = write(fd, line, len);

	if (done < 0)
		return -errno;
	return (size_t)done == len ? 0 : -EIO;
}

ssize_t debugfs_answer(int fd, char *buf, size_t size)
{
	ssize_t done = pread(fd, buf, size, 0);

	return done < 0 ? -errno : done;
}

void debugfs_close(int fd)
{
	if (fd >= 0)
		close(fd);
}

static int text_grow(struct text *text, size_t *room)
{
	size_t more = *room ? *room * 2 : 65536;
	char *data = realloc(text->data, more);

	if (!data)
		return -ENOMEM;
	text->data = data;
	*room = more;
	return 0;
}

static int text_fill(struct text *text, int fd)
{
	size_t room = 0;
	ssize_t done;

	for (;;) {
		if (room - text->len < 2 && text_grow(text, &room))
			return -ENOMEM;
		done = read(fd, text->data + text->len, room - text->len - 1);
		if (done < 0)
			return -errno;
		if (!done)
			break;
		text->len += done;
		if (text->len > DEBUGFS_FILE_MAX)
			return -EFBIG;
	}
	text->data[text->len] = '\0';
	return 0;
}

/* Read a whole file. Returns 0 or -errno; after success the caller frees @text->data. */
int debugfs_read(const char *dir, const char *file, struct text *text)
{
	int fd = debugfs_open(dir, file, O_RDONLY);
	int err;

	*text = (struct text){ 0 };
	if (fd < 0)
		return fd;
	err = text_fill(text, fd);
	close(fd);
	if (err) {
		free(text->data);
		*text = (struct text){ 0 };
	}
	return err;
}

static int is_visible(const struct dirent *entry)
{
	return *entry->d_name != '.';
}

/* List a directory, a name in each line, virtio2 before virtio10. */
int debugfs_list(const char *dir, struct text *names)
{
	struct dirent **entries;
	char path[PATH_ROOM];
	FILE *out;
	int i, n;

	*names = (struct text){ 0 };
	snprintf(path, sizeof(path), "%s/%s", debugfs_root(), dir);
	n = scandir(path, &entries, is_visible, versionsort);
	if (n < 0)
		return -errno;
	out = open_memstream(&names->data, &names->len);
	for (i = 0; i < n; i++) {
		if (out)
			fprintf(out, "%s\n", entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	return !out || fclose(out) ? -ENOMEM : 0;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * fuzz.c - a process that writes random bytes, and valid requests with random changes, to every
 * file in debugfs, and reads the files at unusual positions.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "torturer.h"

#define FILES_MAX	512
#define LINE_MAX_	512
#define ROLL_OF(array)	(array)[roll(sizeof(array) / sizeof(*(array)))]

static char files[FILES_MAX][100];
static unsigned int nr_files;

static const char *const commands[] = {
	"create f1 tlsf 64K", "create f2 slab 256K align=16",
	"create f3 memheap 32K mode=best", "create f4 pool 32K elem=64 guards",
	"create f5 heap4 32K protect lock=raw", "create f1 default 64K",
	"create f6 pool 16K elem=100 count=9 header high-first",
	"create f7 sylix_heap 32K region=default", "destroy f1 force",
	"destroy f2", "destroy f4 force", "destroy f6 force", "extend f1 32K",
	"extend f3 64K region=default", "shrink f1", "shrink f3 region=default",
	"trim f2", "region create fr 64K", "region create fp 64K phys=0x10000000",
	"region destroy fr", "region destroy default",
	"create s1 tlsf 64K", "destroy s1 force", "trim torture.slab",
};

static const char *const requests[] = {
	"1", "2", "100", "1 200", "2 5000", "64 align=64", "100 owner=fuzz",
	"10 zero", "4096 align=4096 zero owner=abcdefgh", "3 1", "7",
};

static const char *const numbers[] = {
	"0", "-1", "1", "4294967295", "4294967296", "18446744073709551615",
	"0xffffffffffffffff", "9223372036854775807", "1K", "17179869183G",
	"0x", "64K", "99999999999999999999999", "1e3", "0x8000000000000000",
};

/* ---- what is there ---------------------------------------------------- */

static void list_dir(const char *dir, int depth)
{
	DIR *stream = opendir(dir);
	struct dirent *entry;
	char path[400];

	while (stream && (entry = readdir(stream))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s%s", dir, entry->d_name);
		if (entry->d_type == DT_DIR && depth < 3) {
			strcat(path, "/");
			list_dir(path, depth + 1);
		} else if (nr_files < FILES_MAX &&
			   strlen(path) < sizeof(files[0])) {
			strcpy(files[nr_files++], path);
		}
	}
	if (stream)
		closedir(stream);
}

/* ---- what is written -------------------------------------------------- */

static size_t mutate(char *line, size_t len)
{
	size_t at = roll(len + 1), n;
	const char *number;

	switch (roll(6)) {
	case 0:
		if (at < len)
			line[at] ^= 1 << roll(8);
		return len;
	case 1:
		if (at < len)
			line[at] = roll(256);
		return len;
	case 2:
		return at;
	case 3:
		number = ROLL_OF(numbers);
		n = strlen(number);
		if (at + n < LINE_MAX_)
			memcpy(line + at, number, n);
		return at + n > len ? at + n : len;
	case 4:
		n = len - at;
		if (len + n < LINE_MAX_)
			memcpy(line + len, line + at, n);
		else
			n = 0;
		return len + n;
	default:
		if (len + 1 < LINE_MAX_) {
			memmove(line + at + 1, line + at, len - at);
			line[at] = " =\n\t0"[roll(5)];
			len++;
		}
		return len;
	}
}

/* Make a request that fits the file, with up to three random changes. */
static size_t line_make(const char *file, char *line)
{
	const char *text = strstr(file, "/control") || !roll(8) ?
			   ROLL_OF(commands) : ROLL_OF(requests);
	unsigned int changes = roll(4);
	size_t len = strlen(text);

	memcpy(line, text, len);
	while (changes--)
		len = mutate(line, len);
	return len;
}

static size_t bytes_make(char *buf, size_t max)
{
	size_t len = roll(4) ? roll(300) : roll(max), i;

	for (i = 0; i < len; i++)
		buf[i] = roll(256);
	return len;
}

static void write_step(int fd, const char *file)
{
	static char buf[1 << 16];
	void *from = buf;
	size_t len;
	ssize_t done;

	switch (roll(8)) {
	case 0:
		len = bytes_make(buf, sizeof(buf));
		break;
	case 1:
		from = (void *)(uintptr_t)roll(UINT_MAX);
		len = roll(256);
		break;
	default:
		len = line_make(file, buf);
	}
	done = roll(8) ? write(fd, from, len) :
			 pwrite(fd, from, len, roll(UINT_MAX));
	if (done < 0 && !is_plain(errno) && errno != EFAULT &&
	    errno != EBADF && errno != ESPIPE)
		fail(P_garbage_gives_plain_errors, "%s: %.60s: %s", file,
		     from == buf ? buf : "?", strerror(errno));
	if (done > (ssize_t)len)
		fail(P_garbage_gives_plain_errors, "%s: took %zd of %zu",
		     file, done, len);
}

static void read_step(int fd)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	static char buf[1 << 14];
	void *map;

	switch (roll(6)) {
	case 0:
		lseek(fd, roll(UINT_MAX), roll(3));
		break;
	case 1:
		ioctl(fd, roll(UINT_MAX), buf);
		break;
	case 2:
		map = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
		if (map != MAP_FAILED)
			munmap(map, 4096);
		break;
	case 3:
		poll(&ready, 1, 0);
		break;
	case 4:
		if (pread(fd, (void *)(uintptr_t)roll(UINT_MAX), roll(4096),
			  roll(10000)) < 0)
			break;
		break;
	default:
		if (read(fd, buf, 1 + roll(sizeof(buf))) < 0 &&
		    !is_plain(errno) && errno != EBADF)
			fail(P_garbage_gives_plain_errors, "read: %s",
			     strerror(errno));
	}
}

static void fuzz_file(const char *file)
{
	int fd = open(file, (int[]){ O_RDONLY, O_WRONLY, O_RDWR, O_RDWR |
			    O_APPEND | O_TRUNC }[roll(4)] | O_CLOEXEC);
	unsigned int steps = 1 + roll(6);

	if (fd < 0) {
		if (!is_plain(errno) && errno != EACCES && errno != EPERM)
			fail(P_garbage_gives_plain_errors, "open %s: %s", file,
			     strerror(errno));
		return;
	}
	while (steps--) {
		if (roll(4))
			write_step(fd, file);
		else
			read_step(fd);
		did(W_fuzz, 1);
	}
	close(fd);
}

void fuzz_main(void)
{
	unsigned int i;

	while (!shared->stop) {
		nr_files = 0;
		list_dir(TOP, 0);
		for (i = 0; i < 100 && nr_files && !shared->stop &&
		     !shared->lull; i++)
			fuzz_file(roll(3) ? files[roll(nr_files)] :
					    TOP "control");
		nap(shared->lull || !nr_files ? 20000 : 100);
	}
}

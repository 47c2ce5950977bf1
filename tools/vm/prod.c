// SPDX-License-Identifier: GPL-2.0-only
/*
 * prod.c - use the files in debugfs in ways that a shell cannot, or not fast enough.
 *
 *   prod wedge FILE        write to FILE from a page whose fault is never resolved: the
 *                          request hangs in the kernel until this program is killed
 *   prod rounds COUNT      create a heap and destroy it, COUNT times
 *   prod many SIZE         create heaps of SIZE until one is refused, destroy all
 *   prod blocks COUNT HEAP allocate COUNT blocks of 16 bytes, free them all
 *
 * Each prints how many it did, and why it stopped. Exit status: 0 done, 1 not, 2 bad usage.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define TOP	"/sys/kernel/debug/rtalloc/"

static int die(const char *what)
{
	printf("%s: %s\n", what, strerror(errno));
	return 1;
}

/* Map a page whose fault only a reader of the userfaultfd could resolve; there is none. */
static char *missing_page(void)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register reg = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	int uffd = syscall(SYS_userfaultfd, O_CLOEXEC);
	long size = sysconf(_SC_PAGESIZE);
	char *page = mmap(NULL, size, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	reg.range.start = (unsigned long)page;
	reg.range.len = size;
	if (uffd < 0 || page == MAP_FAILED || ioctl(uffd, UFFDIO_API, &api) ||
	    ioctl(uffd, UFFDIO_REGISTER, &reg))
		return NULL;
	return page;
}

static int wedge(const char *file)
{
	char *page = missing_page();
	int fd = open(file, O_WRONLY);

	if (!page)
		return die("userfaultfd");
	if (fd < 0)
		return die(file);
	puts("wedged");
	if (write(fd, page, 3) < 0)
		return die("write");
	return 0;
}

static int command(int fd, const char *text)
{
	return write(fd, text, strlen(text)) < 0 ? errno : 0;
}

static int rounds(int control, long count)
{
	char text[64];
	long i;

	for (i = 0; i < count; i++) {
		sprintf(text, "create h%ld tlsf 64K", i % 7);
		if (command(control, text))
			return die(text);
		sprintf(text, "destroy h%ld", i % 7);
		if (command(control, text))
			return die(text);
	}
	printf("%ld\n", count);
	return 0;
}

static int many(int control, const char *size)
{
	char text[64];
	long n, i;
	int err;

	for (n = 0;; n++) {
		sprintf(text, "create h%ld memheap %.10s", n, size);
		err = command(control, text);
		if (err)
			break;
	}
	for (i = 0; i < n; i++) {
		sprintf(text, "destroy h%ld", i);
		if (command(control, text))
			return die(text);
	}
	printf("%ld, then: %s\n", n, strerror(err));
	return err != ENOMEM;
}

static int blocks(const char *heap, long count)
{
	char path[100], text[32];
	int allocs, frees;
	long i;

	snprintf(path, sizeof(path), TOP "%s/alloc", heap);
	allocs = open(path, O_WRONLY);
	snprintf(path, sizeof(path), TOP "%s/free", heap);
	frees = open(path, O_WRONLY);
	if (allocs < 0 || frees < 0)
		return die(heap);
	for (i = 0; i < count; i++)
		if (command(allocs, "16"))
			return die("alloc");
	for (i = 1; i <= count; i++) {
		sprintf(text, "%ld", i);
		if (command(frees, text))
			return die("free");
	}
	printf("%ld\n", count);
	return 0;
}

int main(int argc, char **argv)
{
	int control = open(TOP "control", O_WRONLY);

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (control < 0)
		return die("control");
	if (argc == 3 && !strcmp(argv[1], "wedge"))
		return wedge(argv[2]);
	if (argc == 3 && !strcmp(argv[1], "rounds"))
		return rounds(control, atol(argv[2]));
	if (argc == 3 && !strcmp(argv[1], "many"))
		return many(control, argv[2]);
	if (argc == 4 && !strcmp(argv[1], "blocks"))
		return blocks(argv[3], atol(argv[2]));
	return 2;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's side of debugfs, faked in memory for the tests.
 *
 * Stands in for debugfs.c. The heaps exist from the start, for every run of
 * the tool begins with a fresh fake: "demo" (1 GiB), "tiny" (256 bytes),
 * "hurt" (its check finds damage), "leaky" (counts a block too many when
 * asked for its statistics a second time), "sick" (refuses every free with
 * EUCLEAN), "slow" (a millisecond for each allocation). A heap hands out offsets
 * one after the other and only counts.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rtheap.h"

#define OPEN_MAX	16
#define HEADER		16

struct fake_heap {
	const char *name;
	u64 total;
	u64 *sizes;		/* by handle - 1; 0 once freed */
	u64 handles;
	u64 room;
	u64 used;
	u64 max_used;
	u64 live;
	u64 next_offset;
	int stats_read;
	const char *error;
};

struct fake_file {
	struct fake_heap *heap;
	const char *name;
	char answer[64];
};

static struct fake_heap heaps[] = {
	{ .name = "demo", .total = 1ull << 30 },
	{ .name = "tiny", .total = 256 },
	{ .name = "hurt", .total = 1 << 20 },
	{ .name = "leaky", .total = 1 << 20 },
	{ .name = "sick", .total = 1 << 20 },
	{ .name = "slow", .total = 1ull << 30 },
};

static struct fake_file files[OPEN_MAX];

static struct fake_heap *find_heap(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(heaps); i++)
		if (!strcmp(heaps[i].name, name))
			return &heaps[i];
	return NULL;
}

const char *debugfs_root(void)
{
	return "/";
}

int debugfs_open(const char *dir, const char *file, int flags)
{
	struct fake_heap *heap = find_heap(dir);
	int i;

	(void)flags;
	if (!heap)
		return -ENOENT;
	for (i = 0; i < OPEN_MAX; i++) {
		if (files[i].heap)
			continue;
		files[i] = (struct fake_file){ .heap = heap, .name = file };
		return i;
	}
	return -EMFILE;
}

void debugfs_close(int fd)
{
	if (fd >= 0)
		files[fd].heap = NULL;
}

static int refuse(struct fake_heap *heap, int err, const char *why)
{
	heap->error = why;
	return -err;
}

static int fake_alloc(struct fake_file *file, u64 size)
{
	struct fake_heap *h = file->heap;

	if (!strcmp(h->name, "slow"))
		usleep(1000);
	if (!size)
		return refuse(h, EINVAL, "size is 0");
	if (size > h->total || h->used + size + HEADER > h->total)
		return refuse(h, ENOMEM, "no room for 200 bytes");
	if (h->handles == h->room) {
		h->room = h->room ? h->room * 2 : 64;
		h->sizes = reallocarray(h->sizes, h->room, sizeof(*h->sizes));
	}
	h->sizes[h->handles++] = size;
	h->used += size + HEADER;
	if (h->used > h->max_used)
		h->max_used = h->used;
	h->live++;
	snprintf(file->answer, sizeof(file->answer), "%llu %llu\n",
		 h->handles, h->next_offset + HEADER);
	h->next_offset += HEADER + ((size + 7) & ~7ull);
	return 0;
}

static int fake_free(struct fake_heap *h, u64 handle)
{
	if (!strcmp(h->name, "sick"))
		return refuse(h, EUCLEAN, "the fake is sick");
	if (!handle || handle > h->handles || !h->sizes[handle - 1])
		return refuse(h, ENOENT, "no such handle");
	h->used -= h->sizes[handle - 1] + HEADER;
	h->sizes[handle - 1] = 0;
	h->live--;
	return 0;
}

static int fake_realloc(struct fake_file *file, u64 handle, u64 size)
{
	struct fake_heap *h = file->heap;

	if (!handle || handle > h->handles || !h->sizes[handle - 1])
		return refuse(h, ENOENT, "no such handle");
	if (size > h->total)
		return refuse(h, ENOMEM, "no room for 200 bytes");
	h->used += size - h->sizes[handle - 1];
	h->sizes[handle - 1] = size;
	snprintf(file->answer, sizeof(file->answer), "%llu 4096\n", handle);
	return 0;
}

int debugfs_request(int fd, const char *line, size_t len)
{
	struct fake_file *file = &files[fd];
	struct word words[4];
	u64 a, b = 0;

	if (split_words((struct word){ line, len }, words, 4) < 1)
		return refuse(file->heap, EINVAL, "an empty request");
	if (!word_u64(words[0], &a))
		return refuse(file->heap, EINVAL, "not a number");
	if (!strcmp(file->name, "alloc"))
		return fake_alloc(file, a);
	if (!strcmp(file->name, "free"))
		return fake_free(file->heap, a);
	if (!strcmp(file->name, "realloc") && word_u64(words[1], &b))
		return fake_realloc(file, a, b);
	return refuse(file->heap, EIO, "differs at offset 7");
}

ssize_t debugfs_answer(int fd, char *buf, size_t size)
{
	size_t len = strlen(files[fd].answer);

	if (len > size)
		len = size;
	memcpy(buf, files[fd].answer, len);
	return len;
}

static void fake_stats(struct fake_heap *h, FILE *out)
{
	bool leak = !strcmp(h->name, "leaky") && h->stats_read++;

	fprintf(out, "format: 1\nname: %s\nbackend: fake\n", h->name);
	fprintf(out, "total: %llu\nused: %llu\nmax_used: %llu\n", h->total,
		h->used, h->max_used);
	fprintf(out, "largest_free: %llu\nlive: %llu\n", h->total - h->used,
		h->live + leak);
}

static void fake_map(struct fake_heap *h, FILE *out)
{
	u64 i, at = 0;

	fputs("# rtalloc 1: offset size state owner\n", out);
	for (i = 0; i < h->handles; i++) {
		fprintf(out, "%llu %llu %s -\n", at + HEADER, h->sizes[i],
			h->sizes[i] ? "used" : "free");
		at += HEADER + h->sizes[i];
	}
}

/* Its counters go up by 1000 packets of 1500 bytes with every look. */
static void fake_device(FILE *out)
{
	static u64 looks;

	looks++;
	fprintf(out, "format: 1\ndevice: virtio1\nnetdev: eth0\n");
	fprintf(out, "pool.total: 100\npool.free: 50\npool.posted: 30\n");
	fprintf(out, "pool.lent: 15\nrx.packets: %llu\nrx.bytes: %llu\n",
		looks * 1000, looks * 1500000);
}

int debugfs_list(const char *dir, struct text *names)
{
	if (strcmp(dir, "net"))
		return -ENOENT;
	names->data = strdup("stats\nvirtio1\n");
	names->len = strlen(names->data);
	return 0;
}

static int read_device(struct text *text)
{
	FILE *out = open_memstream(&text->data, &text->len);

	fake_device(out);
	fclose(out);
	return 0;
}

int debugfs_read(const char *dir, const char *file, struct text *text)
{
	struct fake_heap *heap = find_heap(dir);
	FILE *out;

	if (!strcmp(dir, "net"))
		return read_device(text);
	if (!heap)
		return -ENOENT;
	out = open_memstream(&text->data, &text->len);
	if (!strcmp(file, "stats"))
		fake_stats(heap, out);
	else if (!strcmp(file, "map"))
		fake_map(heap, out);
	else if (!strcmp(file, "check"))
		fputs(strcmp(dir, "hurt") ? "ok\n" :
		      "damaged at 64: the magic is gone\n", out);
	else if (!strcmp(file, "last_error") && heap->error)
		fprintf(out, "%s\n", heap->error);
	fclose(out);
	return 0;
}

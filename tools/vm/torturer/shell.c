// SPDX-License-Identifier: GPL-2.0-only
/*
 * shell.c - a process that uses a few heaps through debugfs, as a shell does. It shares them with
 * other processes of its kind. It also tries to use a driver's heaps, which must be refused.
 *
 * Others may free blocks and destroy heaps at any time; a request may then fail with a plain error.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "torturer.h"

#define NR_HEAPS	10
#define NR_HELD		48
#define SANE_OFFSET	(1ull << 40)	/* larger numbers are kernel addresses */

static struct held {
	int heap;
	unsigned int handle;
} held[NR_HELD];

static const char *const create_words[] = {
	"tlsf 256K", "slab 512K", "memheap 128K", "memheap 128K mode=best",
	"small_mem 64K", "lwip_mem 64K", "heap4 64K", "heap4 64K protect",
	"sylix_heap 64K", "pool 64K elem=200", "pool 32K elem=96 guards header",
	"memheap 32K lock=raw", "tlsf 64K align=64", "default 128K",
};

#define ROLL_OF(array)	(array)[roll(sizeof(array) / sizeof(*(array)))]

static int command(const char *text)
{
	int err = request(TOP "control", text);

	if (!is_plain(err))
		fail(P_requests_give_plain_errors, "%s: %s", text,
		     strerror(err));
	return err;
}

/* ---- reading ---------------------------------------------------------- */

static int count_words(const char *line)
{
	int words = 1;

	for (; *line != '\n'; line++)
		words += *line == ' ';
	return words;
}

/* Fail unless all lines except headings have @fields words. */
static void check_fields(const char *name, const char *text, int fields)
{
	const char *line;

	for (line = text; *line; line = strchr(line, '\n') + 1) {
		if (!strchr(line, '\n') ||
		    (*line != '#' && count_words(line) != fields)) {
			fail(P_texts_are_whole, "%s: %.80s", name, line);
			return;
		}
	}
}

/* Check each line of a map: offsets and sizes must not be kernel addresses. */
static void check_map(const char *name, const char *text)
{
	unsigned long long offset, size;
	char state[8], owner[40];
	const char *line;

	for (line = strchr(text, '\n'); line && line[1];
	     line = strchr(line + 1, '\n')) {
		if (sscanf(line + 1, "%llu %llu %7s %39s", &offset, &size,
			   state, owner) != 4 ||
		    offset > SANE_OFFSET || size > SANE_OFFSET ||
		    !strstr("free used idle meta cached", state)) {
			fail(P_texts_are_whole, "%s: %.60s", name, line + 1);
			return;
		}
	}
}

static void check_check(const char *name, const char *text)
{
	if (strcmp(text, "ok\n") && strncmp(text, "not finished", 12))
		fail(P_checks_say_ok, "%s: %.80s", name, text);
}

/* Read a whole file, and check its text according to the kind of file. */
void look_at(const char *heap, const char *file)
{
	static char text[1 << 20];
	char path[300];
	long got;

	snprintf(path, sizeof(path), TOP "%s%s%s", heap, *heap ? "/" : "",
		 file);
	got = slurp(path, text, sizeof(text));
	did(W_reads, 1);
	if (got < 0 && !is_plain(-got))
		fail(P_requests_give_plain_errors, "%s: %s", path,
		     strerror(-got));
	if (got <= 0)
		return;
	if (!strcmp(file, "check"))
		check_check(path, text);
	else if (!strcmp(file, "map"))
		check_map(path, text);
	else if (!strcmp(file, "heaps"))
		check_fields(path, text, 9);
	else if (!strcmp(file, "regions"))
		check_fields(path, text, 6);
	else if (!strcmp(file, "stats") && strncmp(text, "format: 1\n", 10))
		fail(P_texts_are_whole, "%s: %.60s", path, text);
}

static void name_roll(char *name)
{
	static const char *const drivers[] = {
		"tmp", "tlsf", "slab", "pool", "guards", "wait", "raw", "fast",
		"best", "small_mem", "lwip_mem", "heap4", "protect", "sylix",
	};

	if (roll(3))
		sprintf(name, "s%u", roll(NR_HEAPS));
	else
		sprintf(name, "torture.%s", ROLL_OF(drivers));
}

static void read_step(void)
{
	static const char *const files[] = {
		"stats", "map", "check", "last_error", "alloc",
	};
	static const char *const tops[] = {
		"heaps", "regions", "backends", "control", "last_error",
	};
	char name[40];

	name_roll(name);
	if (roll(3))
		look_at(name, ROLL_OF(files));
	else
		look_at("", ROLL_OF(tops));
}

/* A file that is kept open while heaps are destroyed. */
static int kept = -1;

static void keep_open_step(void)
{
	static const char *const files[] = {
		"alloc", "free", "stats", "map", "check",
	};
	char name[40], path[100], byte;

	if (kept >= 0) {
		if (read(kept, &byte, 1) < 0 && !is_plain(errno))
			fail(P_requests_give_plain_errors,
			     "read of an old file: %s", strerror(errno));
		close(kept);
		kept = -1;
	} else if (!shared->lull) {
		name_roll(name);
		snprintf(path, sizeof(path), TOP "%s/%s", name, ROLL_OF(files));
		kept = open(path, O_RDONLY | O_CLOEXEC);
	}
}

/* ---- heaps and regions ------------------------------------------------ */

static void create_step(void)
{
	char text[200];
	int n = sprintf(text, "create s%u %s", roll(NR_HEAPS),
			ROLL_OF(create_words));
	int err;

	if (!roll(4))
		sprintf(text + n, " region=r%u", roll(3));
	err = command(text);
	did(W_creates, !err);
	if (err == ENOENT && !strstr(text, "region="))
		command("region create default 8M");
}

static void destroy_step(void)
{
	char text[64];

	sprintf(text, "destroy s%u%s", roll(NR_HEAPS),
		roll(3) ? " force" : "");
	did(W_destroys, !command(text));
}

static void region_step(void)
{
	char text[64];

	if (roll(2))
		sprintf(text, "region create r%u %uK", roll(3),
			64 * (1 + roll(8)));
	else
		sprintf(text, "region destroy r%u", roll(3));
	did(W_regions, !command(text));
}

static void size_step(void)
{
	char text[64], *end = text;
	enum work work;

	switch (roll(3)) {
	case 0:
		work = W_extends;
		end += sprintf(end, "extend s%u 32K", roll(NR_HEAPS));
		break;
	case 1:
		work = W_shrinks;
		end += sprintf(end, "shrink s%u", roll(NR_HEAPS));
		break;
	default:
		work = W_trims;
		end += sprintf(end, "trim s%u", roll(NR_HEAPS));
	}
	if (work != W_trims && roll(2))
		sprintf(end, " region=r%u", roll(3));
	did(work, !command(text));
}

static void driver_undo(const char *name, bool region)
{
	char text[100];

	snprintf(text, sizeof(text), "%sdestroy %s", region ? "region " : "",
		 name);
	request(TOP "control", text);
}

/* Try a request for a driver's heap: it must be refused, whether or not the heap exists now. */
static void driver_step(void)
{
	static const struct {
		const char *file;
		const char *text;
	} tries[] = {
		{ "alloc", "64" }, { "free", "1" }, { "fill", "1" },
		{ "verify", "1" }, { "realloc", "1 100" },
		{ NULL, "extend %s 32K" }, { NULL, "shrink %s" },
		{ NULL, "trim %s" }, { NULL, "destroy %s force" },
		{ NULL, "create %s tlsf 64K" },
		{ NULL, "region create %s 64K" },
	};
	unsigned int i = roll(sizeof(tries) / sizeof(*tries));
	char name[40], path[100] = TOP "control", text[100];
	int err;

	do {
		name_roll(name);
	} while (*name == 's');
	snprintf(text, sizeof(text), tries[i].text, name);
	if (tries[i].file)
		snprintf(path, sizeof(path), TOP "%s/%s", name, tries[i].file);
	err = request(path, text);
	if (!err)
		fail(P_driver_heaps_are_read_only, "%s: %s: done", name, text);
	/* Undo it, because the driver needs this name. */
	if (!err && (strstr(text, "create torture") || strstr(text, "region")))
		driver_undo(name, strstr(text, "region"));
	if (!is_plain(err))
		fail(P_requests_give_plain_errors, "%s: %s: %s", name, text,
		     strerror(err));
}

/* ---- blocks ----------------------------------------------------------- */

static void alloc_step(struct held *hold)
{
	static const char *const options[] = {
		"", "", "", " zero", " align=64", " owner=me",
	};
	char path[100], text[64], result[64] = "";
	unsigned long long offset;
	int fd, err = 0;

	hold->heap = roll(NR_HEAPS);
	sprintf(path, TOP "s%d/alloc", hold->heap);
	sprintf(text, "%u%s", 1 + roll(roll(4) ? 200 : 9000),
		ROLL_OF(options));
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return;
	if (write(fd, text, strlen(text)) < 0)
		err = errno;
	else if (read(fd, result, sizeof(result) - 1) < 0)
		err = errno;
	close(fd);
	if (!is_plain(err))
		fail(P_requests_give_plain_errors, "%s: %s: %s", path, text,
		     strerror(err));
	/* There is no result if a refused request of another process came in between. */
	if (err || sscanf(result, "%u %llu", &hold->handle, &offset) != 2) {
		hold->handle = 0;
		return;
	}
	did(W_allocs, 1);
	if (offset > SANE_OFFSET)
		fail(P_texts_are_whole, "%s: offset %llu", path, offset);
}

static bool says_not_as_filled(const struct held *hold, char *text, size_t size)
{
	char path[64];

	sprintf(path, TOP "s%d/last_error", hold->heap);
	return slurp(path, text, size) > 0 && strstr(text, "is not as filled");
}

static void block_step(struct held *hold)
{
	static const struct {
		const char *file;
		enum work work;
	} verbs[] = {
		{ "fill", W_fills }, { "verify", W_verifies },
		{ "realloc", W_reallocs }, { "free", W_frees },
	};
	unsigned int i = roll(4);
	char path[100], text[TEXT_MAX];
	int err;

	sprintf(path, TOP "s%d/%s", hold->heap, verbs[i].file);
	if (verbs[i].work == W_reallocs)
		sprintf(text, "%u %u", hold->handle, 1 + roll(2000));
	else
		sprintf(text, "%u", hold->handle);
	err = request(path, text);
	did(verbs[i].work, !err);
	if (err == EIO && verbs[i].work == W_verifies &&
	    says_not_as_filled(hold, text, sizeof(text)))
		fail(P_verify_reads_what_fill_wrote, "%s: %.80s", path, text);
	else if (!is_plain(err))
		fail(P_requests_give_plain_errors, "%s: %s: %s", path, text,
		     strerror(err));
	if (err == ENOENT || err == EIO || verbs[i].work == W_frees)
		hold->handle = 0;
}

static void step(void)
{
	struct held *hold = &held[roll(NR_HELD)];
	unsigned int what = roll(200);

	if (what < 6)
		create_step();
	else if (what < 9)
		destroy_step();
	else if (what < 12)
		region_step();
	else if (what < 18)
		size_step();
	else if (what < 24)
		driver_step();
	else if (what < 44)
		read_step();
	else if (what < 60)
		keep_open_step();
	else if (hold->handle)
		block_step(hold);
	else
		alloc_step(hold);
}

void shell_main(void)
{
	while (!shared->stop) {
		if (!shared->hush)
			step();
		if (!shared->lull)
			continue;
		if (kept >= 0)
			keep_open_step();
		nap(20000);
	}
}

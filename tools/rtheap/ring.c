// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's trace buffers, read page by page.
 *
 * A pass reads a few pages of each CPU's buffer at most, so that on a machine
 * that fills them faster than they are read the caller still gets to look at the
 * time; a page that was read is delivered whole, so that nothing is lost here.
 *
 * Events of one CPU come in order. How far all of them have come is known after
 * a pass: a CPU whose buffer was empty has delivered what is older than what
 * was known when the pass began, the others up to their last event.
 */
#include <errno.h>
#include <event-parse.h>
#include <kbuffer.h>
#include <stdlib.h>
#include <string.h>
#include <tracefs.h>
#include <unistd.h>

#include "rtheap.h"

#define PASS_PAGES	16

struct ring_cpu {
	struct tracefs_cpu *file;	/* NULL: not there */
	u64 last;			/* stamp of its last event */
	bool is_dry;
};

struct ring {
	struct tracefs_instance *instance;
	struct kbuffer *kbuf;
	void *page;
	u64 newest;		/* stamp of any CPU */
	u64 begun;		/* what it was when the pass began */
	long now;		/* processor that is read */
	long nr;
	struct ring_cpu cpu[];
};

static int ring_open_cpus(struct ring *ring)
{
	int size = 0;
	long i;

	for (i = 0; i < ring->nr; i++) {
		ring->cpu[i].file = tracefs_cpu_open(ring->instance, i, true);
		if (ring->cpu[i].file && !size)
			size = tracefs_cpu_read_size(ring->cpu[i].file);
	}
	if (size <= 0)
		return -ENODEV;
	ring->page = malloc(size);
	return ring->page ? 0 : -ENOMEM;
}

struct ring *ring_open(struct tep_handle *tep,
		       struct tracefs_instance *instance)
{
	long nr = sysconf(_SC_NPROCESSORS_CONF);
	struct ring *ring;

	if (nr < 1)
		return NULL;
	ring = calloc(1, sizeof(*ring) + nr * sizeof(*ring->cpu));
	if (!ring)
		return NULL;
	ring->instance = instance;
	ring->nr = nr;
	ring->kbuf = tep_kbuffer(tep);
	if (ring->kbuf && !ring_open_cpus(ring))
		return ring;
	ring_close(ring);
	return NULL;
}

void ring_close(struct ring *ring)
{
	long i;

	if (!ring)
		return;
	for (i = 0; i < ring->nr; i++)
		if (ring->cpu[i].file)
			tracefs_cpu_close(ring->cpu[i].file);
	if (ring->kbuf)
		kbuffer_free(ring->kbuf);
	free(ring->page);
	free(ring);
}

static int deliver_page(struct ring *ring, struct ring_cpu *cpu,
			ring_event_fn fn, void *ctx)
{
	unsigned long long when;
	int err = 0;
	void *data;

	kbuffer_load_subbuffer(ring->kbuf, ring->page);
	for (data = kbuffer_read_event(ring->kbuf, &when); data && !err;
	     data = kbuffer_next_event(ring->kbuf, &when)) {
		cpu->last = when;
		err = fn(ctx, data, when);
	}
	if (cpu->last > ring->newest)
		ring->newest = cpu->last;
	return err;
}

static int read_cpu(struct ring *ring, struct ring_cpu *cpu, ring_event_fn fn,
		    void *ctx)
{
	int i, done, err = 0;

	cpu->is_dry = !cpu->file;
	for (i = 0; i < PASS_PAGES && !cpu->is_dry && !err; i++) {
		done = tracefs_cpu_read(cpu->file, ring->page, true);
		cpu->is_dry = done <= 0;
		if (done < 0 && errno != EAGAIN && errno != EINTR)
			return -errno;
		if (done > 0)
			err = deliver_page(ring, cpu, fn, ctx);
	}
	return err;
}

/* One pass. Returns 0, -errno, or what @fn returned. */
int ring_read(struct ring *ring, ring_event_fn fn, void *ctx)
{
	int err = 0;
	long i;

	ring->begun = ring->newest;
	for (i = 0; i < ring->nr && !err; i++) {
		ring->now = i;
		err = read_cpu(ring, &ring->cpu[i], fn, ctx);
	}
	return err;
}

long ring_cpu(const struct ring *ring)
{
	return ring->now;
}

/* All events with this stamp or an older one have been delivered. */
u64 ring_complete(const struct ring *ring)
{
	u64 least = ring->newest;
	long i;

	for (i = 0; i < ring->nr; i++) {
		const struct ring_cpu *cpu = &ring->cpu[i];
		u64 far = cpu->is_dry ? ring->begun : cpu->last;

		if (far < least)
			least = far;
	}
	return least;
}

/* Was every buffer empty at the end of the pass? */
bool ring_is_dry(const struct ring *ring)
{
	long i;

	for (i = 0; i < ring->nr; i++)
		if (!ring->cpu[i].is_dry)
			return false;
	return true;
}

/* The number behind "KEY: " in the statistics of a CPU's buffer. */
static u64 stat_of(const char *text, const char *key)
{
	const char *p = strstr(text, key);

	return p ? strtoull(p + strlen(key), NULL, 10) : 0;
}

/* Events that the buffers had no room for, or that are in them still. */
u64 ring_lost(struct ring *ring)
{
	u64 lost = 0;
	char file[48];
	char *text;
	long i;

	for (i = 0; i < ring->nr; i++) {
		snprintf(file, sizeof(file), "per_cpu/cpu%ld/stats", i);
		text = tracefs_instance_file_read(ring->instance, file, NULL);
		if (!text)
			continue;
		/* "commit overrun" holds "overrun" too: look from a newline. */
		lost += stat_of(text, "entries: ") +
			stat_of(text, "\noverrun: ") +
			stat_of(text, "\ncommit overrun: ") +
			stat_of(text, "\ndropped events: ");
		free(text);
	}
	return lost;
}

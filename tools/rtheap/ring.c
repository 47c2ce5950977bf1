// SPDX-License-Identifier: GPL-2.0-only
/*
 * Read the kernel's trace buffers page by page.
 *
 * A pass reads only a few pages of each CPU's buffer, so that the caller can check the time
 * and signals even if events arrive faster than they can be read. A page that was read is
 * always delivered as a whole, so that none of its events is lost.
 *
 * The events of one CPU are in order. After a pass ring_complete() knows up to which time
 * stamp all events were delivered: a CPU whose buffer was empty has delivered everything up
 * to the newest stamp known when the pass began, any other CPU up to its last event.
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
	struct tracefs_cpu *file;	/* NULL: there is no such CPU */
	u64 last;			/* time stamp of its last event */
	bool is_dry;
};

struct ring {
	struct tracefs_instance *instance;
	struct kbuffer *kbuf;
	void *page;
	u64 newest;		/* newest time stamp of any CPU */
	u64 begun;		/* @newest when the pass began */
	long now;		/* the CPU that is being read */
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

/* Make one pass over all CPUs. Returns 0, -errno, or what @fn returned. */
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

/* Return a time stamp up to which all events have been delivered. */
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

/* Return the number after @key in the statistics of a CPU's buffer. */
static u64 stat_of(const char *text, const char *key)
{
	const char *p = strstr(text, key);

	return p ? strtoull(p + strlen(key), NULL, 10) : 0;
}

/* Return the number of events that found no room in the buffers or were not read. */
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
		/* The newline keeps "overrun" from matching "commit overrun". */
		lost += stat_of(text, "entries: ") +
			stat_of(text, "\noverrun: ") +
			stat_of(text, "\ncommit overrun: ") +
			stat_of(text, "\ndropped events: ");
		free(text);
	}
	return lost;
}

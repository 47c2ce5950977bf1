// SPDX-License-Identifier: GPL-2.0-only
/*
 * A heap that is played without its search (sim_first.c) beside one that searches
 * each time: the same blocks, the same statistics, sound to the end, for random
 * sizes in regions of several sizes, and for calls that switch in between. And a call
 * that is counted takes as many instructions as in a heap that is too large for a tree.
 *
 * Prints "first: N passed, N failed". Exit status: 0 all passed, 1 not.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rtheap.h"
#include "sim.h"

#define SLOTS	600
#define CALLS	40000
#define TOO_LARGE	((1ul << 30) + 65536)	/* for a tree */
#define COUNTED	40

static unsigned long long state = 88172645463325252ull;

static unsigned int draw(unsigned int below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (state >> 20) % below;
}

/* A call of the backend's own. */
static void *bare_alloc(struct sim *sim, size_t size)
{
	void *p;

	sim_bare_begin(sim, NULL);
	p = sim_alloc(sim, size);
	sim_bare_end(sim, p);
	return p;
}

static int bare_free(struct sim *sim, void *p)
{
	int err;

	sim_bare_begin(sim, p);
	err = sim_free(sim, p);
	sim_bare_end(sim, NULL);
	return err;
}

/* Pages do not begin at the same address: what is compared is how far in. */
static const char *compare(struct sim *a, struct sim *b, char *base_a,
			   char *base_b)
{
	void *x[SLOTS] = { 0 }, *y[SLOTS] = { 0 };
	struct sim_stats s, t;
	unsigned int i, slot, size;
	bool bare;

	for (i = 0; i < CALLS; i++) {
		slot = draw(SLOTS);
		bare = !draw(3);
		if (x[slot]) {
			if ((bare ? bare_free : sim_free)(a, x[slot]) ||
			    bare_free(b, y[slot]))
				return "a free was refused";
			x[slot] = NULL;
			y[slot] = NULL;
			continue;
		}
		size = 1 + draw(draw(8) ? 200 : 5000);
		x[slot] = (bare ? bare_alloc : sim_alloc)(a, size);
		y[slot] = bare_alloc(b, size);
		if (!x[slot] != !y[slot] ||
		    (x[slot] && (char *)x[slot] - base_a !=
				(char *)y[slot] - base_b))
			return "another block";
	}
	sim_stats(a, &s);
	sim_stats(b, &t);
	if (memcmp(&s, &t, sizeof(s)))
		return "other statistics";
	return sim_check(a);
}

static const char *run(const struct sim_kind *kind, size_t size)
{
	struct sim *a = sim_open(kind, size), *b = sim_open(kind, size);
	const char *why = "no heap";
	char *p, *q;

	if (a && b) {
		p = sim_alloc(a, 8);
		q = bare_alloc(b, 8);
		why = p && q ? compare(a, b, p, q) : "no first block";
	}
	if (a)
		sim_close(a);
	if (b)
		sim_close(b);
	return why;
}

/* Instructions of each of COUNTED calls; blocks of 100 bytes, each second one freed. */
static bool count_calls(const struct sim_kind *kind, size_t size, u64 *counts)
{
	struct sim *sim = sim_open(kind, size);
	void *blocks[COUNTED] = { NULL };
	int i;

	for (i = 0; sim && i < COUNTED; i++) {
		sim_bare_begin(sim, i & 1 ? blocks[i - 1] : NULL);
		counter_start();
		if (i & 1)
			sim_free(sim, blocks[i - 1]);
		else
			blocks[i] = sim_alloc(sim, 100);
		counts[i] = counter_stop();
		sim_bare_end(sim, blocks[i]);
		if (!(i & 1))
			sim_alloc(sim, 100);
	}
	if (sim)
		sim_close(sim);
	return sim;
}

static const char *count_alike(const struct sim_kind *kind)
{
	u64 with[COUNTED], without[COUNTED];
	int i;

	/* A fresh translation of a page may count more, so the first run is not it. */
	for (i = 0; i < 2; i++)
		if (!count_calls(kind, 131072, with) ||
		    !count_calls(kind, TOO_LARGE, without))
			return "no heap";
	for (i = 0; i < COUNTED; i++)
		if (with[i] != without[i] || !with[i])
			return "other instructions";
	return NULL;
}

int main(void)
{
	static const size_t sizes[] = { 4096, 65536, 131072, 1048576 };
	struct sim_kind kinds[32];
	size_t n = sim_kinds(kinds, 32), i, j, passed = 0, failed = 0;
	const char *why;
	bool counts;

	setenv("RTHEAP_COUNTER", "stepped", 1);
	counts = counter_open();
	for (i = 0; i < n; i++) {
		if (strcmp(kinds[i].name, "small_mem") &&
		    strcmp(kinds[i].name, "lwip_mem"))
			continue;
		for (j = 0; j < sizeof(sizes) / sizeof(*sizes); j++) {
			why = run(&kinds[i], sizes[j]);
			if (why)
				printf("FAIL: first %s %zu: %s\n", kinds[i].name,
				       sizes[j], why);
			*(why ? &failed : &passed) += 1;
		}
		if (!counts)
			printf("first %s counted: skipped, nothing steps here\n",
			       kinds[i].name);
		why = counts ? count_alike(&kinds[i]) : NULL;
		if (why)
			printf("FAIL: first %s counted: %s\n", kinds[i].name, why);
		*(why ? &failed : &passed) += 1;
	}
	printf("first: %zu passed, %zu failed\n", passed, failed);
	return failed || passed != 10;
}

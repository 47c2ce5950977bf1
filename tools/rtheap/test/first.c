// SPDX-License-Identifier: GPL-2.0-only
/*
 * A heap that is played without its search (sim_first.c) beside one that searches
 * each time: the same blocks, the same statistics, sound to the end, for random
 * sizes in regions of several sizes, and for calls that switch in between.
 *
 * Prints "first: N passed, N failed". Exit status: 0 all passed, 1 not.
 */
#include <stdio.h>
#include <string.h>

#include "sim.h"

#define SLOTS	600
#define CALLS	40000

static unsigned long long state = 88172645463325252ull;

static unsigned int draw(unsigned int below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (state >> 20) % below;
}

/* Pages do not begin at the same address: what is compared is how far in. */
static const char *compare(struct sim *a, struct sim *b, char *base_a,
			   char *base_b)
{
	void *x[SLOTS] = { 0 }, *y[SLOTS] = { 0 };
	struct sim_stats s, t;
	unsigned int i, slot, size;

	for (i = 0; i < CALLS; i++) {
		slot = draw(SLOTS);
		sim_search(a, !draw(3));
		if (x[slot]) {
			if (sim_free(a, x[slot]) || sim_free(b, y[slot]))
				return "a free was refused";
			x[slot] = NULL;
			y[slot] = NULL;
			continue;
		}
		size = 1 + draw(draw(8) ? 200 : 5000);
		x[slot] = sim_alloc(a, size);
		y[slot] = sim_alloc(b, size);
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
		sim_search(b, true);
		p = sim_alloc(a, 8);
		q = sim_alloc(b, 8);
		why = p && q ? compare(a, b, p, q) : "no first block";
	}
	if (a)
		sim_close(a);
	if (b)
		sim_close(b);
	return why;
}

int main(void)
{
	static const size_t sizes[] = { 4096, 65536, 131072, 1048576 };
	struct sim_kind kinds[32];
	size_t n = sim_kinds(kinds, 32), i, j, passed = 0, failed = 0;
	const char *why;

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
	}
	printf("first: %zu passed, %zu failed\n", passed, failed);
	return failed || passed != 8;
}

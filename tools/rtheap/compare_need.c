// SPDX-License-Identifier: GPL-2.0-only
/*
 * Estimate how much time a comparison that was cut short would have needed.
 *
 * Every step plays the trace several times. How long a play takes is known for each backend,
 * either from the whole trace or from the sample. For a backend that searches all blocks it
 * grows with the square of the length, because there are more events and more blocks.
 */
#include <stdio.h>
#include <unistd.h>

#include "compare.h"

#define SEARCH_PLAYS	10	/* plays to find a region */
#define MEASURE_PLAYS	16	/* plays of the other steps, slow ones weighted */
#define MEASURE_SECONDS	4.0	/* for counting and make_exact() */
#define SPARE		1.3	/* margin, as steps do not get exactly what they need */

/* Return the seconds for one play of the whole trace; 0: not known. */
static double play_seconds(const struct comparison *c, size_t i)
{
	double more = c->one_in;

	if (c->results[i].play > 0 || !c->one_in)
		return c->results[i].play;
	return c->guesses[i].play * more * (c->kinds[i].is_linear ? more : 1);
}

/* Round up to two significant digits. */
static unsigned int round_up(double seconds)
{
	unsigned int unit = 10, n;

	while (seconds / unit > 100)
		unit *= 10;
	n = seconds / unit;
	return (n + 1) * unit;
}

/* Was a worker short of memory, so that more time would not help? */
static bool is_memory_short(const struct comparison *c)
{
	size_t i;

	for (i = 0; i < c->count; i++)
		if (c->results[i].no_memory)
			return true;
	return false;
}

/*
 * Return the approximate --seconds that would complete the comparison; 0: not known, or more
 * time would not help.
 */
unsigned int compare_need(const struct comparison *c)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	double workers = cpus < 1 ? 1 : cpus, sum = 0, most = 0, play;
	size_t i;

	if (is_memory_short(c))
		return 0;
	for (i = 0; i < c->count; i++) {
		play = play_seconds(c, i);
		if (play <= 0)
			return 0;
		sum += play * (SEARCH_PLAYS + MEASURE_PLAYS) + MEASURE_SECONDS;
		most = play > most ? play : most;
	}
	sum *= SPARE / workers;
	/* While a region is searched, the waiting steps keep their share of the time. */
	most *= SEARCH_PLAYS * SPARE * c->count / workers;
	return round_up(sum > most ? sum : most);
}

char *compare_cut(const struct comparison *c)
{
	unsigned int need = compare_need(c);
	char *text = NULL;
	int len;

	if (!c->cut)
		return NULL;
	if (is_memory_short(c))
		len = asprintf(&text,
			       "Cut short: this process may not have the memory for all of it.");
	else if (need > c->took)
		len = asprintf(&text,
			       "Cut short after %.1f s: about --seconds %u would do for all of it.",
			       c->took, need);
	else
		len = asprintf(&text, "Cut short after %.1f s: see --seconds.",
			       c->took);
	return len < 0 ? NULL : text;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * A view that is drawn once, or again and again with --watch.
 */
#include <time.h>
#include <unistd.h>

#include "rtheap.h"

static void sleep_for(double seconds)
{
	struct timespec time = { .tv_sec = (time_t)seconds };

	time.tv_nsec = (long)((seconds - time.tv_sec) * 1e9);
	nanosleep(&time, NULL);
}

/* @once draws and returns an exit code. Ends with its failure or a signal. */
int view(const struct args *args, int (*once)(const struct args *args))
{
	bool tty = isatty(STDOUT_FILENO);
	int ret;

	if (args->seconds == 0)
		return once(args);
	if (catch_signals())
		return EXIT_REFUSED;
	do {
		if (tty)
			fputs("\033[H\033[2J", stdout);
		ret = once(args);
		if (fflush(stdout))
			return EXIT_REFUSED;
		if (ret == EXIT_OK && !interrupted())
			sleep_for(args->seconds);
	} while (ret == EXIT_OK && !interrupted());
	return ret;
}

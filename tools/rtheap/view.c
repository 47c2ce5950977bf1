// SPDX-License-Identifier: GPL-2.0-only
/*
 * A view that is drawn once, or again and again with --watch.
 *
 * On a terminal it is drawn on the alternate screen, with a clock, so that what was
 * there before comes back at the end, whatever ends it (say.c).
 */
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "rtheap.h"

/* Or until a signal comes. */
void sleep_for(double seconds)
{
	struct timespec time = { .tv_sec = (time_t)seconds };

	time.tv_nsec = (long)((seconds - time.tv_sec) * 1e9);
	nanosleep(&time, NULL);
}

static void begin_frame(const struct args *args)
{
	time_t now = time(NULL);
	struct tm tm;
	char clock[16] = "";

	if (localtime_r(&now, &tm))
		strftime(clock, sizeof(clock), "%H:%M:%S", &tm);
	printf("\033[H\033[2J%s  every %g s, Ctrl-C ends\n\n", clock,
	       args->seconds);
}

/* @once draws and returns an exit code. Ends with its failure or a signal. */
int view(const struct args *args, int (*once)(const struct args *args))
{
	bool tty = !args->json && is_screen();
	u64 looks = args->cmd->run == run_top ? args->count : 0;
	int ret;

	if (args->seconds == 0)
		return once(args);
	if (catch_signals())
		return EXIT_REFUSED;
	/* There is nothing to undo: who closes the pipe has seen enough. */
	signal(SIGPIPE, SIG_DFL);
	if (tty && looks != 1)
		screen_enter();
	do {
		/* The last look stays on the screen that was there before. */
		if (looks == 1)
			screen_leave();
		else if (tty)
			begin_frame(args);
		ret = once(args);
		if (fflush(stdout))
			ret = EXIT_REFUSED;
		if (looks && !--looks)
			break;
		if (ret == EXIT_OK && !interrupted())
			sleep_for(args->seconds);
	} while (ret == EXIT_OK && !interrupted());
	screen_leave();
	return ret;
}

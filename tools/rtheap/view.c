// SPDX-License-Identifier: GPL-2.0-only
/*
 * Draw a view once, or repeatedly with --watch.
 *
 * On a terminal the alternate screen is used, with a clock, so that the previous contents
 * come back at the end, also after an error or a signal (say.c).
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "rtheap.h"

#define FRAME_HEAD	2	/* lines of begin_frame() */

/* Return how many columns the terminal has, 0 if standard output is none. */
size_t terminal_columns(void)
{
	struct winsize size;

	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) ? 0 : size.ws_col;
}

/* Sleep for @seconds, or until a signal comes. */
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

/* Return the line's end, and in @width how many columns it takes. */
static const char *measure(const char *line, size_t *width)
{
	*width = 0;
	for (; *line && *line != '\n'; line++) {
		if (*line != '\033') {
			++*width;
			continue;
		}
		/* A colour, which takes no column. */
		line += strcspn(line, "m\n");
		if (*line != 'm')
			break;
	}
	return line;
}

/* Print as many lines of @text as fit on @size, and how many do not. */
static void put_frame(const char *text, const struct winsize *size)
{
	size_t columns = size->ws_col ? size->ws_col : SIZE_MAX;
	size_t room = size->ws_row > FRAME_HEAD + 1 ?
		      size->ws_row - FRAME_HEAD - 1 : 1;
	size_t width, rows, left = 0;
	const char *at, *end;

	for (at = text; *at; at = end + (*end == '\n')) {
		end = measure(at, &width);
		rows = width ? (width - 1) / columns + 1 : 1;
		if (left || rows > room) {
			left++;
			continue;
		}
		room -= rows;
		printf("%.*s\n", (int)(end - at), at);
	}
	if (left)
		printf("%zu more lines: the terminal is too small", left);
}

/* Draw on the alternate screen. What would scroll the heading away is left out. */
static int draw_frame(const struct args *args,
		      int (*once)(const struct args *args))
{
	struct winsize size = { 0 };
	FILE *screen = stdout, *frame;
	char *text = NULL;
	size_t len;
	int ret;

	ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
	frame = size.ws_row ? open_memstream(&text, &len) : NULL;
	begin_frame(args);
	if (!frame)
		return once(args);
	stdout = frame;
	ret = once(args);
	stdout = screen;
	fclose(frame);
	/* After a complaint the alternate screen is gone. */
	if (!ret)
		put_frame(text, &size);
	free(text);
	return ret;
}

/* Call @once, which draws and returns an exit code, until it fails or a signal comes. */
int view(const struct args *args, int (*once)(const struct args *args))
{
	bool tty = !args->json && is_screen();
	u64 looks = args->cmd->run == run_top ? args->count : 0;
	int ret;

	if (args->seconds == 0)
		return once(args);
	if (catch_signals())
		return EXIT_REFUSED;
	/* A closed pipe may end the tool at once: there is nothing to clean up. */
	signal(SIGPIPE, SIG_DFL);
	if (tty && looks != 1)
		screen_enter();
	do {
		/* The last frame is drawn on the normal screen, where it stays. */
		if (looks == 1)
			screen_leave();
		ret = tty && looks != 1 ? draw_frame(args, once) : once(args);
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

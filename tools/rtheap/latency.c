// SPDX-License-Identifier: GPL-2.0-only
/*
 * Show how long calls on a heap take: switch its file "latency" on and off, and print the
 * median, the 99 % and 99.9 % quantiles and the worst.
 *
 * The kernel counts in buckets whose end is at most a quarter above their beginning. A
 * quantile is the end of its bucket, so it is at most a quarter too long. The worst is exact.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <rtalloc/abi.h>

#include "rtheap.h"

#define KINDS_MAX	8	/* kinds of calls; the kernel has three */
#define BUCKETS_MAX	256	/* buckets of a kind; the kernel has 124 */
#define BAR_WIDTH	40
#define FIRST_LINE	"# rtalloc "

struct bucket {
	u64 from;
	u64 to;
	u64 calls;
};

/* A kind of call and its buckets, in the order of the file. */
struct timed {
	struct word name;
	struct bucket buckets[BUCKETS_MAX];
	size_t count;
	u64 calls;
};

struct times {
	struct text text;
	struct timed kinds[KINDS_MAX];
	size_t count;
	bool is_on;
};

static struct timed *kind_of(struct times *times, struct word name)
{
	struct timed *last = times->kinds + times->count - 1;

	if (times->count && last->name.len == name.len &&
	    !memcmp(last->name.at, name.at, name.len))
		return last;
	if (times->count == KINDS_MAX)
		return NULL;
	times->kinds[times->count].name = name;
	return &times->kinds[times->count++];
}

static bool take_row(struct times *times, struct word line)
{
	struct bucket bucket;
	struct word words[8];
	struct timed *kind;
	int n = split_words(line, words, 8);

	/* A later version may add columns. */
	if (n < 4 || !word_u64(words[1], &bucket.from) ||
	    !word_u64(words[2], &bucket.to) ||
	    !word_u64(words[3], &bucket.calls) || bucket.from > bucket.to)
		return false;
	kind = kind_of(times, words[0]);
	if (!kind || kind->count == BUCKETS_MAX)
		return false;
	if (kind->count && kind->buckets[kind->count - 1].to >= bucket.from)
		return false;
	kind->buckets[kind->count++] = bucket;
	kind->calls += bucket.calls;
	return true;
}

static bool take_lines(struct times *times)
{
	const char *p = times->text.data, *end = p + times->text.len;
	struct word line = next_line(&p, end);

	if (line.len < strlen(FIRST_LINE) ||
	    memcmp(line.at, FIRST_LINE, strlen(FIRST_LINE)))
		return false;
	while (p < end) {
		line = next_line(&p, end);
		if (line.len && *line.at == '#')
			times->is_on |= word_is(line, "# on");
		else if (!take_row(times, line))
			return false;
	}
	return true;
}

/* Read and parse the file. After success the caller frees @times->text.data. */
static int read_times(const char *heap, struct times *times)
{
	memset(times, 0, sizeof(*times));
	if (show_read(heap, "latency", &times->text))
		return EXIT_REFUSED;
	if (take_lines(times))
		return EXIT_OK;
	free(times->text.data);
	complain("%s: latency is in a format that this rtheap does not know",
		 heap);
	return EXIT_REFUSED;
}

/* Return the end of the bucket that contains the quantile @per_mille. */
static u64 within(const struct timed *kind, u64 per_mille)
{
	u64 seen = 0;
	size_t i;

	for (i = 0; i < kind->count; i++) {
		seen += kind->buckets[i].calls;
		if (seen >= (kind->calls * per_mille + 999) / 1000)
			return kind->buckets[i].to;
	}
	return 0;
}

static u64 worst(const struct timed *kind)
{
	return kind->count ? kind->buckets[kind->count - 1].to : 0;
}

static void print_bars(const struct timed *kind)
{
	const struct bucket *b;
	u64 most = 1;

	for (b = kind->buckets; b < kind->buckets + kind->count; b++)
		if (b->calls > most)
			most = b->calls;
	printf("\n%.*s, ns\n", (int)kind->name.len, kind->name.at);
	for (b = kind->buckets; b < kind->buckets + kind->count; b++) {
		int width = (double)b->calls / most * BAR_WIDTH + 0.5;

		printf("%10llu - %-10llu %10llu  %.*s\n", b->from, b->to,
		       b->calls, width ? width : 1,
		       "########################################");
	}
}

static void print_times(const char *heap, const struct times *times)
{
	size_t i;

	printf("%s: timing is %s%s\n", heap, times->is_on ? "on" : "off",
	       times->count ? "" : ", and no call was timed; see --on");
	if (!times->count)
		return;
	printf("%-10s %10s %10s %10s %10s %10s\n", "call", "calls",
	       "median ns", "99 %", "99.9 %", "worst");
	for (i = 0; i < times->count; i++) {
		const struct timed *kind = &times->kinds[i];

		printf("%-10.*s %10llu %10llu %10llu %10llu %10llu\n",
		       (int)kind->name.len, kind->name.at, kind->calls,
		       within(kind, 500), within(kind, 990), within(kind, 999),
		       worst(kind));
	}
	for (i = 0; i < times->count; i++)
		print_bars(&times->kinds[i]);
}

static void json_kind(const struct timed *kind)
{
	size_t i;

	fputs("\n  {\"call\": ", stdout);
	json_string(stdout, kind->name.at, kind->name.len);
	printf(", \"calls\": %llu, \"median_ns\": %llu, \"p99_ns\": %llu, ",
	       kind->calls, within(kind, 500), within(kind, 990));
	printf("\"p999_ns\": %llu, \"worst_ns\": %llu, \"buckets\": [",
	       within(kind, 999), worst(kind));
	for (i = 0; i < kind->count; i++)
		printf("%s[%llu, %llu, %llu]", i ? ", " : "",
		       kind->buckets[i].from, kind->buckets[i].to,
		       kind->buckets[i].calls);
	fputs("]}", stdout);
}

static void json_times(const char *heap, const struct times *times)
{
	size_t i;

	fputs("{\"heap\": ", stdout);
	json_string(stdout, heap, strlen(heap));
	printf(", \"on\": %s, \"calls\": [", times->is_on ? "true" : "false");
	for (i = 0; i < times->count; i++) {
		fputs(i ? "," : "", stdout);
		json_kind(&times->kinds[i]);
	}
	puts("]}");
}

static int show_times(const struct args *args)
{
	const char *heap = args->argv[0];
	struct times *times = malloc(sizeof(*times));
	int ret = EXIT_REFUSED;

	if (!times)
		complain("out of memory");
	else
		ret = read_times(heap, times);
	if (!ret) {
		if (args->json)
			json_times(heap, times);
		else
			print_times(heap, times);
		free(times->text.data);
	}
	free(times);
	return ret;
}

static int switch_it(const char *heap, const char *word)
{
	int fd = debugfs_open(heap, "latency", O_WRONLY), err;

	if (fd < 0)
		return refused(heap, fd, "cannot switch timing %s", word);
	err = debugfs_request(fd, word, strlen(word));
	debugfs_close(fd);
	return err ? refused(heap, -err, "cannot switch timing %s", word) :
		     EXIT_OK;
}

/* Time calls for a while. Ctrl-C ends the wait; timing is always switched off again. */
static int time_it(const struct args *args)
{
	double end;
	int ret;

	if (catch_signals())
		return EXIT_REFUSED;
	ret = switch_it(args->argv[0], "on");
	if (ret)
		return ret;
	end = seconds_now() + args->seconds;
	while (!interrupted() && seconds_now() < end)
		sleep_for(end - seconds_now() < 0.1 ? 0.01 : 0.1);
	return switch_it(args->argv[0], "off");
}

int run_latency(struct args *args)
{
	int ways = args->on + args->off, ret = EXIT_OK;

	ways += args->seconds > 0;
	if (ways > 1) {
		complain("--on, --off, --seconds: only one of them");
		return EXIT_USAGE;
	}
	if (args->seconds > 0)
		ret = time_it(args);
	else if (args->on || args->off)
		ret = switch_it(args->argv[0], args->on ? "on" : "off");
	if (ret || ((args->on || args->off) && !args->json))
		return ret;
	return show_times(args);
}

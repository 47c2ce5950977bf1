// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of the parts that read and write: numbers, words, JSON strings, and
 * the journal of kernel events. Prints what failed; exit status 1 then.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "compare.h"
#include "rtheap.h"

#define EVENTS	200000	/* more than the journal holds */
#define BLOCKS	3000

static int failures;

#define CHECK(cond) do {						\
	if (!(cond)) {							\
		printf("%s:%d: %s\n", __func__, __LINE__, #cond);	\
		failures++;						\
	}								\
} while (0)

static void test_parse_size(void)
{
	static const struct {
		const char *text;
		bool ok;
		u64 value;
	} table[] = {
		{ "0", true, 0 },
		{ "4096", true, 4096 },
		{ "0x10", true, 16 },
		{ "0XfF", true, 255 },
		{ "64K", true, 65536 },
		{ "8m", true, 8 << 20 },
		{ "3G", true, 3ull << 30 },
		{ "18446744073709551615", true, UINT64_MAX },
		{ "18446744073709551616", false, 0 },
		{ "99999999999999999999999", false, 0 },
		{ "17179869184G", false, 0 },
		{ "17179869183G", true, 17179869183ull << 30 },
		{ "", false, 0 },
		{ "0x", false, 0 },
		{ "K", false, 0 },
		{ "1KB", false, 0 },
		{ "-1", false, 0 },
		{ "+1", false, 0 },
		{ " 1", false, 0 },
		{ "1 ", false, 0 },
		{ "1e3", false, 0 },
		{ "12a", false, 0 },
	};
	size_t i;
	u64 value;
	bool ok;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		ok = parse_size(table[i].text, &value);
		if (ok == table[i].ok && (!ok || value == table[i].value))
			continue;
		printf("parse_size(\"%s\") is wrong\n", table[i].text);
		failures++;
	}
}

static void test_words(void)
{
	struct word words[3];
	const char *text = " ab  cd e f\nnext";
	const char *p = text;
	struct word line = next_line(&p, text + strlen(text));

	CHECK(line.len == 11 && !strcmp(p, "next"));
	CHECK(split_words(line, words, 3) == 4);
	CHECK(word_is(words[0], "ab") && word_is(words[2], "e"));
	line = next_line(&p, p + 4);
	CHECK(word_is(line, "next") && !*p);
	CHECK(is_name("a.b_c-9") && !is_name("../x") && !is_name("a/b") &&
	      !is_name("") && !is_name(".x") && !is_name("a b") &&
	      !is_name("\xc3\xa4"));
	CHECK(is_word("net0") && !is_word("a b") && !is_word("") &&
	      !is_word("a\n"));
}

static void test_numbers(void)
{
	static const u64 table[] = { 0, 7, 10, 65536, UINT64_MAX };
	char buf[20];
	size_t i;
	char *end;
	u64 value;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		end = write_u64(buf, table[i]);
		CHECK(read_u64(buf, end, &value) == end);
		CHECK(value == table[i]);
	}
	CHECK(!read_u64("x", (const char *)"x" + 1, &value));
}

static void test_json(void)
{
	static const char text[] = "a\"b\\c\n\t\x01\xff";
	char *buf;
	size_t size;
	FILE *out = open_memstream(&buf, &size);

	json_string(out, text, sizeof(text) - 1);
	fclose(out);
	CHECK(!strcmp(buf, "\"a\\\"b\\\\c\\n\\t\\u0001\\u00ff\""));
	free(buf);
}

static const char *name_site(void *ctx, u64 site)
{
	(void)ctx;
	return site == 1 ? "one" : site == 2 ? "two words" : NULL;
}

static void add(struct journal *j, u64 when, u64 address, u32 bytes, u64 site)
{
	struct journal_event event = {
		.when = when, .address = address, .bytes = bytes, .site = site,
	};

	CHECK(!journal_add(j, &event));
}

static void end_journal(struct journal *j, struct journal_result *result)
{
	CHECK(!journal_end(j, result));
	CHECK(gzclose(j->out) == Z_OK);
	journal_free(j);
}

static void begin_journal(struct journal *j, const char *file)
{
	CHECK(!journal_begin(j, gzopen(file, "wbT"), name_site, NULL));
}

/* Out of order, an unknown free, an address that comes back unfreed. */
static void test_journal(const char *file)
{
	static const char expected[] =
		"# rtalloc-trace v1: a SLOT BYTES SITE | f SLOT\n"
		"a 0 100 one\n"
		"a 1 200 unknown\n"
		"f 0\n"
		"a 0 300 unknown\n"
		"f 1\n"
		"a 1 400 one\n";
	struct journal_result result;
	struct journal j;
	char text[512] = "";
	FILE *in;

	begin_journal(&j, file);
	add(&j, 3, 0x1000, 0, 0);
	add(&j, 1, 0x1000, 100, 1);
	add(&j, 2, 0x2000, 200, 2);
	/* The first two are as good as written; the third has to wait. */
	CHECK(!journal_flush(&j, 2) && j.count == 1);
	add(&j, 6, 0x2000, 400, 1);
	add(&j, 4, 0x9000, 0, 0);
	add(&j, 5, 0x1000, 300, 3);
	end_journal(&j, &result);
	in = fopen(file, "r");
	CHECK(in && fread(text, 1, sizeof(text) - 1, in));
	fclose(in);
	CHECK(!strcmp(text, expected));
	CHECK(result.allocs == 4 && result.frees == 2 && result.slots == 2);
	CHECK(result.unknown == 1 && result.implied == 1);
}

/* Many events at random; the reader must agree with a plain count. */
static void test_journal_random(const char *file)
{
	static u32 live[BLOCKS];
	struct journal_result result;
	struct journal j;
	struct trace trace;
	u64 bytes = 0, peak = 0;
	unsigned int seed = 42;
	int i, b;

	begin_journal(&j, file);
	for (i = 0; i < EVENTS; i++) {
		b = rand_r(&seed) % BLOCKS;
		bytes -= live[b];
		live[b] = live[b] ? 0 : 1 + rand_r(&seed) % 5000;
		bytes += live[b];
		if (bytes > peak)
			peak = bytes;
		CHECK(j.count <= JOURNAL_MAX);
		add(&j, i, 0xffff888000000000ull + b * 64, live[b], 1);
	}
	end_journal(&j, &result);
	CHECK(!trace_load(file, &trace));
	CHECK(trace.count == EVENTS && trace.peak_live == peak);
	CHECK(trace.end_live == bytes && trace.slots <= BLOCKS);
	CHECK(!result.unknown && !result.implied);
	trace_free(&trace);
}

__attribute__((noinline)) static void no_steps(void)
{
	__asm__ volatile("");
}

/* A thousand instructions more than nothing. */
__attribute__((noinline)) static void thousand_steps(void)
{
	__asm__ volatile(".rept 1000\n\tnop\n\t.endr");
}

static void test_counter(void)
{
	u64 none, thousand;

	if (!counter_open())
		return;
	counter_start();
	no_steps();
	none = counter_stop();
	counter_start();
	thousand_steps();
	thousand = counter_stop();
	CHECK(thousand == none + 1000);
	setenv("RTHEAP_COUNTER", "none", 1);
	CHECK(!counter_open());
	unsetenv("RTHEAP_COUNTER");
}

/* The highest slot there may be, and a low one: numbers without gaps. */
static void test_slots(const char *file)
{
	struct trace trace;
	FILE *out = fopen(file, "w");

	CHECK(out);
	fputs(TRACE_FIRST_LINE "\na 16777215 8 x\na 5 9 x\nf 16777215\nf 5\n",
	      out);
	fclose(out);
	CHECK(!trace_load(file, &trace));
	CHECK(trace.slots == 2 && trace.count == 4);
	CHECK(trace.events[0].slot == 0 && trace.events[1].slot == 1 &&
	      trace.events[2].slot == 0 && trace.events[3].slot == 1);
	CHECK(trace.events[1].bytes == 9 && !trace.events[3].bytes);
	trace_free(&trace);
}

/* Names once each, in order of appearance behind "other"; frees have none. */
static void test_sites(const char *file)
{
	static const u32 of[] = { 1, 2, 0, 1 };
	struct trace_sites sites;
	struct trace trace;
	FILE *out = fopen(file, "w");

	CHECK(out);
	fputs(TRACE_FIRST_LINE "\na 0 8 x\na 1 8 yy\nf 0\na 0 9 x\n", out);
	fclose(out);
	CHECK(!trace_load_sites(file, &trace, &sites));
	CHECK(sites.count == 3 && !strcmp(sites.names[2], "yy"));
	CHECK(trace.count == 4 && !memcmp(sites.of, of, sizeof(of)));
	CHECK(trace.peak_blocks == 2 && trace.peak_live == 17);
	trace_sites_free(&sites);
	trace_free(&trace);
}

/* Advice on what is known: what one event took is not what the usual one takes. */
static void test_advice(void)
{
	static const struct trace trace = { .count = 1000, .peak_live = 4096 };
	static struct result results[2] = {
		{ .works = 8192, .exact = true, .sampled = 100, .median = 90 },
		{ .works = 12288, .sampled = 1, .median = 10 },
	};
	struct comparison c = {
		.trace = &trace, .results = results, .count = 2,
		.kinds = { { .name = "a", .create = "a", .is_bounded = true },
			   { .name = "b", .create = "b" } },
		.order = { 0, 1 },
	};
	char *text = compare_advice(&c);

	CHECK(text && !strstr(text, "Take b"));
	free(text);
	results[1].sampled = 8;
	results[1].guessed = GUESS_COUNTS;
	text = compare_advice(&c);
	CHECK(text && strstr(text, "Take b") &&
	      strstr(text, "about 10 instructions, at most 12288 bytes"));
	free(text);
}

/* What was counted in a part of the trace is an estimate; nothing else of it is. */
static void test_counted_part(void)
{
	static const struct trace trace = { .count = 1000, .peak_live = 4096 };
	static struct result results[2] = {
		{ .works = 8192, .exact = true, .sampled = 100, .median = 90,
		  .counted_part = true },
		{ .works = 8192, .exact = true, .sampled = 1, .median = 70,
		  .counted_part = true },
	};
	struct comparison c = {
		.file = "t", .trace = &trace, .results = results, .count = 2,
		.kinds = { { .name = "a", .create = "a" },
			   { .name = "b", .create = "b" } },
		.order = { 0, 1 },
	};
	FILE *before = stdout;
	char *text;
	size_t len;

	stdout = open_memstream(&text, &len);
	compare_table(&c);
	compare_json(&c);
	fclose(stdout);
	stdout = before;
	CHECK(strstr(text, "~90"));
	CHECK(!strstr(text, "~8192") && !strstr(text, "~70"));
	CHECK(strstr(text, COUNTED_PART_NOTE) && !strstr(text, "from a sample"));
	CHECK(strstr(text, "\"estimated\": [\"instructions_median\", \"instructions_p999\","));
	CHECK(strstr(text, "\"estimated\": []"));
	free(text);
}

/*
 * One play of a second; of the other one of 0.1 s of a sample of a tenth, which it
 * searches: ten seconds. (1 + 10) * (10 + 16) + 2 * 4 s, a third more, by all processors.
 */
static void test_need(void)
{
	static struct result results[2] = { { .play = 1 } };
	static struct result guesses[2] = { { .play = 9 }, { .play = 0.1 } };
	struct comparison c = {
		.results = results, .guesses = guesses, .count = 2,
		.kinds = { { .name = "a" }, { .name = "b", .is_linear = true } },
		.one_in = 10, .took = 60,
	};
	double wanted = 1.3 * 294 / sysconf(_SC_NPROCESSORS_ONLN);
	char *text = compare_cut(&c);

	CHECK(!text);
	CHECK(compare_need(&c) > wanted && compare_need(&c) <= wanted + 10);
	c.cut = true;
	c.took = 1;
	text = compare_cut(&c);
	CHECK(text && strstr(text, "after 1.0 s: about --seconds "));
	free(text);
	/* Nothing is known of one of them. */
	guesses[1].play = 0;
	CHECK(!compare_need(&c));
	text = compare_cut(&c);
	CHECK(text && strstr(text, "see --seconds."));
	free(text);
}

int main(void)
{
	char file[] = "/tmp/rtheap-unit-XXXXXX";
	int fd = mkstemp(file);

	if (fd < 0)
		return 1;
	close(fd);
	test_parse_size();
	test_words();
	test_numbers();
	test_json();
	test_counter();
	test_advice();
	test_counted_part();
	test_need();
	test_sites(file);
	test_slots(file);
	test_journal(file);
	test_journal_random(file);
	unlink(file);
	printf("rtheap unit tests: %d failed\n", failures);
	return failures ? 1 : 0;
}

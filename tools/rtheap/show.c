// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands that only read: list, backends, stats, check.
 *
 * The kernel's text is printed in aligned columns or as JSON. Columns and keys that a later
 * version adds at the end are shown too.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <rtalloc/abi.h>

#include "rtheap.h"

#define COLUMNS_MAX	16
#define TABLE_PREFIX	"# rtalloc "

/* Read a file or complain. Returns 0 or an exit code. */
int show_read(const char *dir, const char *file, struct text *text)
{
	int err = debugfs_read(dir, file, text);

	return err ? refused(dir, err, "cannot read %s", file) : 0;
}

static struct word word_after(struct word word, size_t len)
{
	return (struct word){ word.at + len, word.len - len };
}

/* Remove "# rtalloc N: " from the line of headings; false if it is not there. */
static bool strip_version(struct word *line)
{
	size_t len = strlen(TABLE_PREFIX);
	const char *end = line->at + line->len;
	const char *p;
	u64 version;

	if (line->len < len || memcmp(line->at, TABLE_PREFIX, len))
		return false;
	p = read_u64(line->at + len, end, &version);
	if (!p || version < RTALLOC_FORMAT || p == end || *p != ':')
		return false;
	*line = word_after(*line, p + 1 - line->at);
	return true;
}

/*
 * A column of a table. @text: not all cells are numbers, so it is aligned left. @hidden: the
 * terminal has no room for it.
 */
struct column {
	size_t width;
	bool text;
	bool hidden;
};

static void measure(struct word line, struct column *columns, bool heading)
{
	struct word words[COLUMNS_MAX];
	int i, n = split_words(line, words, COLUMNS_MAX);
	u64 value;

	for (i = 0; i < n && i < COLUMNS_MAX; i++) {
		if (words[i].len > columns[i].width)
			columns[i].width = words[i].len;
		if (!heading && !word_u64(words[i], &value))
			columns[i].text = true;
	}
}

static void print_row(struct word line, const struct column *columns)
{
	struct word words[COLUMNS_MAX];
	int i, n = split_words(line, words, COLUMNS_MAX);
	const char *gap = "";
	int width;

	for (i = 0; i < n && i < COLUMNS_MAX; i++) {
		if (columns[i].hidden)
			continue;
		width = columns[i].width;
		if (columns[i].text)
			width = i == n - 1 ? 0 : -width;
		printf("%s%*.*s", gap, width, (int)words[i].len, words[i].at);
		gap = "  ";
	}
	putchar('\n');
}

/* Hide columns until a line fits the terminal: those called @spare, the first of them first. */
static void hide(struct word heading, struct column *columns,
		 const char *const *spare)
{
	size_t room = terminal_columns(), all = 0;
	struct word words[COLUMNS_MAX];
	int i, n = split_words(heading, words, COLUMNS_MAX);

	for (i = 0; i < n && i < COLUMNS_MAX; i++)
		all += columns[i].width + (i ? 2 : 0);
	for (; *spare && room && all > room; spare++)
		for (i = 0; i < n && i < COLUMNS_MAX; i++)
			if (word_is(words[i], *spare)) {
				columns[i].hidden = true;
				all -= columns[i].width + 2;
			}
}

/*
 * Print a table with the columns as wide as they need. @spare: headings of columns that are
 * left out on a narrow terminal, ended by NULL; none of them is the first.
 */
void table_print(struct word heading, const char *body, const char *end,
		 const char *const *spare)
{
	struct column columns[COLUMNS_MAX] = { 0 };
	const char *p;

	measure(heading, columns, true);
	for (p = body; p < end;)
		measure(next_line(&p, end), columns, false);
	hide(heading, columns, spare);
	print_row(heading, columns);
	for (p = body; p < end;)
		print_row(next_line(&p, end), columns);
}

/* A name that looks like a number, such as 007, must be a string in JSON. */
static bool is_named(struct word key)
{
	return word_is(key, "name") || word_is(key, "region") ||
	       word_is(key, "netdev");
}

static void json_value(struct word value, bool text)
{
	u64 number;

	if (word_is(value, "-"))
		fputs("null", stdout);
	else if (!text && word_u64(value, &number))
		printf("%llu", number);
	else
		json_string(stdout, value.at, value.len);
}

/* Print a row as an object with the headings as keys. */
static void json_row(struct word heading, struct word line)
{
	struct word keys[COLUMNS_MAX], values[COLUMNS_MAX];
	int i, n = split_words(heading, keys, COLUMNS_MAX);
	int have = split_words(line, values, COLUMNS_MAX);

	putchar('{');
	for (i = 0; i < n && i < have && i < COLUMNS_MAX; i++) {
		fputs(i ? ", " : "", stdout);
		json_string(stdout, keys[i].at, keys[i].len);
		fputs(": ", stdout);
		json_value(values[i], is_named(keys[i]));
	}
	putchar('}');
}

static void table_json(struct word heading, const char *body, const char *end)
{
	const char *comma = "";

	putchar('[');
	while (body < end) {
		fputs(comma, stdout);
		fputs("\n  ", stdout);
		json_row(heading, next_line(&body, end));
		comma = ",";
	}
	puts(*comma ? "\n]" : "]");
}

static int show_table(const char *file, bool json)
{
	struct word heading;
	struct text text;
	const char *p;
	bool known;

	if (show_read("", file, &text))
		return EXIT_REFUSED;
	p = text.data;
	heading = next_line(&p, p + text.len);
	known = strip_version(&heading);
	if (known && json)
		table_json(heading, p, text.data + text.len);
	else if (known)
		table_print(heading, p, text.data + text.len,
			    (const char *const []){ NULL });
	else
		complain("%s: not a table that this tool knows", file);
	free(text.data);
	return known ? EXIT_OK : EXIT_REFUSED;
}

int run_list(struct args *args)
{
	return show_table("heaps", args->json);
}

int run_region_list(struct args *args)
{
	return show_table("regions", args->json);
}

int run_backends(struct args *args)
{
	struct text text;

	if (show_read("", "backends", &text))
		return EXIT_REFUSED;
	if (args->json)
		table_json((struct word){ "name time", 9 }, text.data,
			   text.data + text.len);
	else
		fwrite(text.data, 1, text.len, stdout);
	free(text.data);
	return EXIT_OK;
}

/* Split "key: value". */
static bool split_stat(struct word line, struct word *key, struct word *value)
{
	const char *colon = memchr(line.at, ':', line.len);

	if (!colon || colon == line.at)
		return false;
	*key = (struct word){ line.at, colon - line.at };
	*value = word_after(line, key->len + 1);
	while (value->len && *value->at == ' ')
		*value = word_after(*value, 1);
	return true;
}

bool stats_word(const struct text *stats, const char *key, struct word *value)
{
	const char *p = stats->data;
	const char *end = p + stats->len;
	struct word name;

	while (p < end)
		if (split_stat(next_line(&p, end), &name, value) &&
		    word_is(name, key))
			return true;
	return false;
}

bool stats_value(const struct text *stats, const char *key, u64 *value)
{
	struct word word;

	return stats_word(stats, key, &word) && word_u64(word, value);
}

/* Check that the text has a known format. False after a complaint. */
bool stats_known(const struct text *stats, const char *dir, const char *file)
{
	u64 format;

	if (stats_value(stats, "format", &format) && format >= RTALLOC_FORMAT)
		return true;
	complain("%s: %s of an unknown format", dir, file);
	return false;
}

/* Print all lines as a JSON object, without a newline at the end. */
void stats_json(const struct text *stats, int indent)
{
	const char *p = stats->data;
	const char *end = p + stats->len;
	const char *comma = "";
	struct word key, value;
	u64 number;

	putchar('{');
	while (p < end) {
		if (!split_stat(next_line(&p, end), &key, &value))
			continue;
		printf("%s\n%*s", comma, indent + 2, "");
		json_string(stdout, key.at, key.len);
		fputs(": ", stdout);
		if (word_u64(value, &number) && !is_named(key))
			fwrite(value.at, 1, value.len, stdout);
		else
			json_string(stdout, value.at, value.len);
		comma = ",";
	}
	printf("\n%*s}", indent, "");
}

/* Print a file "key: value" as text or as JSON. Returns an exit code. */
int stats_show(const struct args *args, const char *dir, const char *file)
{
	struct text text;
	bool known;

	if (show_read(dir, file, &text))
		return EXIT_REFUSED;
	known = stats_known(&text, dir, file);
	if (known && args->json) {
		stats_json(&text, 0);
		putchar('\n');
	} else if (known) {
		fwrite(text.data, 1, text.len, stdout);
	}
	free(text.data);
	return known ? EXIT_OK : EXIT_REFUSED;
}

int run_stats(struct args *args)
{
	return stats_show(args, args->argv[0], "stats");
}

static void judge(const struct text *text, struct verdict *verdict)
{
	const char *p = text->data;
	struct word line = next_line(&p, p + text->len);

	if (!line.len)
		line = (struct word){ "check says nothing", 18 };
	verdict->ok = word_is(line, "ok");
	snprintf(verdict->text, sizeof(verdict->text), "%.*s", (int)line.len,
		 line.at);
}

/* Have the kernel check the heap. A failure to do so counts as not ok. */
void heap_check(const char *heap, struct verdict *verdict)
{
	struct text text;
	int err = debugfs_read(heap, "check", &text);

	if (err) {
		verdict->ok = false;
		snprintf(verdict->text, sizeof(verdict->text),
			 "check cannot be read: %s", strerror(-err));
		return;
	}
	judge(&text, verdict);
	free(text.data);
}

int run_check(struct args *args)
{
	struct verdict verdict;
	struct text text;

	if (show_read(args->argv[0], "check", &text))
		return EXIT_REFUSED;
	judge(&text, &verdict);
	free(text.data);
	if (args->json) {
		printf("{\"ok\": %s, \"check\": ",
		       verdict.ok ? "true" : "false");
		json_string(stdout, verdict.text, strlen(verdict.text));
		puts("}");
	} else {
		puts(verdict.text);
	}
	return verdict.ok ? EXIT_OK : EXIT_REFUSED;
}

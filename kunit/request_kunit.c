// SPDX-License-Identifier: GPL-2.0-only
/*
 * request_kunit.c - parsing of lines that are written to debugfs: words and numbers.
 */
#include "interface/interface.h"
#include "kunit/common.h"

static const char *const unset = "unset";

static int split(struct kunit *test, struct words *req, const char *line,
		 const char **why)
{
	*why = unset;
	KUNIT_ASSERT_LE(test, strlen(line), (size_t)REQUEST_MAX);
	strscpy(req->line, line, sizeof(req->line));
	return request_split(req, strlen(line), why);
}

static void expect_words(struct kunit *test, const char *line, int nr,
			 const char *last)
{
	struct words req;
	const char *why;

	KUNIT_EXPECT_EQ(test, 0, split(test, &req, line, &why));
	KUNIT_EXPECT_EQ(test, nr, req.nr);
	KUNIT_EXPECT_STREQ(test, last, req.word[req.nr - 1]);
	KUNIT_EXPECT_NULL(test, req.word[req.nr]);
}

static void expect_refused(struct kunit *test, const char *line,
			   const char *text)
{
	struct words req;
	const char *why;

	KUNIT_EXPECT_EQ_MSG(test, -EINVAL, split(test, &req, line, &why),
			    "'%s'", line);
	KUNIT_EXPECT_STREQ(test, text, why);
}

static void words_are_separated_by_blanks(struct kunit *test)
{
	expect_words(test, "one", 1, "one");
	expect_words(test, "one\n", 1, "one");
	expect_words(test, "one two", 2, "two");
	expect_words(test, "  one \t two \t", 2, "two");
	expect_words(test, "a b c d e f g h i j k l m n o p q r s", 19, "s");
	expect_words(test, "key=a=b ~!@#", 2, "~!@#");
}

static void empty_requests_are_refused(struct kunit *test)
{
	expect_refused(test, "", "request is empty");
	expect_refused(test, "\n", "request is empty");
	expect_refused(test, " \t ", "request is empty");
}

static void more_than_19_words_are_refused(struct kunit *test)
{
	static const char text[] = "request has more than 19 words";

	expect_refused(test, "a b c d e f g h i j k l m n o p q r s t", text);
	expect_refused(test, "a b c d e f g h i j k l m n o p q r s t u v",
		       text);
}

static void binary_input_is_refused(struct kunit *test)
{
	static const char text[] = "request is not one line of text";
	const char *why;
	struct words req;
	int c;

	for (c = 0; c < 256; c++) {
		bool good = (c >= ' ' && c < 0x7f) || c == '\t';

		why = unset;
		memcpy(req.line, "ab\n", 3);
		req.line[1] = c;
		KUNIT_EXPECT_EQ_MSG(test, good ? 0 : -EINVAL,
				    request_split(&req, 3, &why), "0x%x", c);
		KUNIT_EXPECT_STREQ(test, good ? unset : text, why);
	}
	expect_refused(test, "one\ntwo\n", text);
	expect_refused(test, "one\n\n", text);
}

static void longest_line_fills_the_buffer(struct kunit *test)
{
	struct words req;
	const char *why;

	memset(req.line, 'x', REQUEST_MAX);
	KUNIT_EXPECT_EQ(test, 0, request_split(&req, REQUEST_MAX, &why));
	KUNIT_EXPECT_EQ(test, 1, req.nr);
	KUNIT_EXPECT_EQ(test, REQUEST_MAX, strlen(req.word[0]));
}

static void numbers_are_read(struct kunit *test)
{
	static const struct {
		const char *word;
		u64 number;
	} good[] = {
		{ "0", 0 }, { "1", 1 }, { "007", 7 }, { "4096", 4096 },
		{ "0x10", 16 }, { "0XfF", 255 }, { "1k", SZ_1K },
		{ "1K", SZ_1K }, { "16M", SZ_16M }, { "16m", SZ_16M },
		{ "2G", SZ_2G }, { "2g", SZ_2G }, { "0x10K", SZ_16K },
		{ "18446744073709551615", U64_MAX },
		{ "0xffffffffffffffff", U64_MAX },
		{ "17179869183G", 17179869183ull << 30 },
		{ "0K", 0 },
	};
	u64 number;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(good); i++) {
		number = ~good[i].number;
		KUNIT_EXPECT_TRUE_MSG(test, word_to_number(good[i].word,
							   &number),
				      "'%s'", good[i].word);
		KUNIT_EXPECT_EQ_MSG(test, good[i].number, number, "'%s'",
				    good[i].word);
	}
}

static void what_is_no_number_is_refused(struct kunit *test)
{
	static const char *const bad[] = {
		"", "-1", "+1", "K", "0x", "0xg", "x10", "1x", "1KK", "1T",
		"1 ", "1.5", "1e3", "18446744073709551616", "0b1",
		"0x10000000000000000", "17179869184G", "18014398509481984K",
		"99999999999999999999", "111111111111111111111111111", "one",
		"0x-1", "0x1h", "k1", "G", "0xK",
	};
	u64 number;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		KUNIT_EXPECT_FALSE_MSG(test, word_to_number(bad[i], &number),
				       "'%s'", bad[i]);
}

static void value_stands_behind_its_key(struct kunit *test)
{
	KUNIT_EXPECT_STREQ(test, "8", word_value("align=8", "align"));
	KUNIT_EXPECT_STREQ(test, "", word_value("align=", "align"));
	KUNIT_EXPECT_STREQ(test, "=x", word_value("align==x", "align"));
	KUNIT_EXPECT_NULL(test, word_value("align", "align"));
	KUNIT_EXPECT_NULL(test, word_value("alig=8", "align"));
	KUNIT_EXPECT_NULL(test, word_value("aligned=8", "align"));
	KUNIT_EXPECT_NULL(test, word_value("xalign=8", "align"));
	KUNIT_EXPECT_NULL(test, word_value("", "align"));
	KUNIT_EXPECT_NULL(test, word_value("ALIGN=8", "align"));
}

static struct kunit_case request_cases[] = {
	KUNIT_CASE(words_are_separated_by_blanks),
	KUNIT_CASE(empty_requests_are_refused),
	KUNIT_CASE(more_than_19_words_are_refused),
	KUNIT_CASE(binary_input_is_refused),
	KUNIT_CASE(longest_line_fills_the_buffer),
	KUNIT_CASE(numbers_are_read),
	KUNIT_CASE(what_is_no_number_is_refused),
	KUNIT_CASE(value_stands_behind_its_key),
	{}
};

RTALLOC_SUITE(request);

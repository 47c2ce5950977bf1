// SPDX-License-Identifier: GPL-2.0-only
/*
 * Write strings of JSON, XML and HTML.
 *
 * In JSON each byte that is not ASCII is written as \u00XX, whatever its encoding was, so
 * the output is always valid.
 */
#include "rtheap.h"

static void json_char(FILE *out, unsigned char c)
{
	if (c == '"' || c == '\\')
		fprintf(out, "\\%c", c);
	else if (c == '\n')
		fputs("\\n", out);
	else if (c == '\t')
		fputs("\\t", out);
	else if (c < ' ' || c > '~')
		fprintf(out, "\\u%04x", c);
	else
		putc(c, out);
}

/* Write @len bytes of @text as a string with its quotes. */
void json_string(FILE *out, const char *text, size_t len)
{
	size_t i;

	putc('"', out);
	for (i = 0; i < len; i++)
		json_char(out, text[i]);
	putc('"', out);
}

/* Write text of XML or HTML. Bytes that are not printable ASCII become "?". */
void xml_text(FILE *out, const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		unsigned char c = text[i];

		if (c == '<')
			fputs("&lt;", out);
		else if (c == '>')
			fputs("&gt;", out);
		else if (c == '&')
			fputs("&amp;", out);
		else if (c == '"')
			fputs("&quot;", out);
		else
			putc(c < ' ' || c > '~' ? '?' : c, out);
	}
}

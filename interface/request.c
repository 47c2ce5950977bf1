// SPDX-License-Identifier: GPL-2.0-only
/*
 * request.c - cuts a line that was written to a file into words.
 *
 * It knows no heap and no file. Anything but printable ASCII, blanks and one
 * newline at the end is refused, so binary input never reaches a command.
 */
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/string.h>
#include <linux/stringify.h>
#include <linux/uaccess.h>

#include "core/refuse.h"
#include "interface/interface.h"

static const char too_many[] =
	"request has more than " __stringify(REQUEST_WORDS) " words";

/* Cut the first @len bytes of req->line into words. */
int request_split(struct words *req, size_t len, const char **why)
{
	char *rest = req->line, *word;
	size_t i;

	req->nr = 0;
	if (len && req->line[len - 1] == '\n')
		len--;
	for (i = 0; i < len; i++)
		if (!isascii(req->line[i]) ||
		    (!isprint(req->line[i]) && req->line[i] != '\t'))
			return refuse(-EINVAL,
				      "request is not one line of text", why);
	req->line[len] = '\0';
	while ((word = strsep(&rest, " \t"))) {
		if (!*word)
			continue;
		if (req->nr == REQUEST_WORDS)
			return refuse(-EINVAL, too_many, why);
		req->word[req->nr++] = word;
	}
	req->word[req->nr] = NULL;
	return req->nr ? 0 : refuse(-EINVAL, "request is empty", why);
}

int request_read(struct words *req, const char __user *buf, size_t len,
		 const char **why)
{
	if (len > REQUEST_MAX)
		return refuse(-E2BIG, "request is longer than 255 bytes", why);
	if (copy_from_user(req->line, buf, len))
		return refuse(-EFAULT, "request cannot be read", why);
	return request_split(req, len, why);
}

/* Return the text behind "@key=" if @word begins with that, else NULL. */
const char *word_value(const char *word, const char *key)
{
	size_t len = strlen(key);

	return !strncmp(word, key, len) && word[len] == '=' ? word + len + 1 :
							      NULL;
}

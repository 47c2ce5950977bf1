// SPDX-License-Identifier: GPL-2.0-only
/*
 * Read a file or standard input, plain or compressed with gzip.
 *
 * zlib's gzread() silently drops what follows the last gzip member. A trace whose second
 * half was appended uncompressed would look complete, so the members are found here:
 * another member is read on, zeros at the end are padding (as for gzip itself), and
 * anything else is an error.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "rtheap.h"

#define CHUNK		65536
#define GZIP_WINDOW	(15 + 16)	/* inflateInit2(): expect a gzip header */

enum input_state { UNKNOWN, PLAIN, PACKED, BETWEEN, DONE };

/* @z: next_in and avail_in are the unread bytes of @raw, also of a plain file. */
struct input {
	int fd;
	enum input_state state;
	z_stream z;
	const char *problem;
	bool is_eof;		/* read() has returned 0 */
	size_t at;		/* text[at] to text[len - 1] is for input_line() */
	size_t len;
	unsigned char raw[CHUNK];
	char text[CHUNK];
};

/* Open @file, "-" being standard input. Returns NULL and sets errno on failure. */
struct input *input_open(const char *file)
{
	struct input *in = calloc(1, sizeof(*in));

	if (!in)
		return NULL;
	in->z.next_in = in->raw;
	in->fd = strcmp(file, "-") ? open(file, O_RDONLY | O_CLOEXEC) :
				     fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
	if (in->fd >= 0)
		return in;
	free(in);
	return NULL;
}

void input_close(struct input *in)
{
	inflateEnd(&in->z);
	close(in->fd);
	free(in);
}

/* Return why reading stopped before the end, or NULL if it did not. */
const char *input_problem(const struct input *in)
{
	return in->problem;
}

/* Read until @need bytes of @raw are unread; false at the end or on an error. */
static bool have(struct input *in, size_t need)
{
	ssize_t got;

	while (in->z.avail_in < need && !in->is_eof && !in->problem) {
		memmove(in->raw, in->z.next_in, in->z.avail_in);
		in->z.next_in = in->raw;
		if (interrupted()) {
			in->problem = "interrupted";
			break;
		}
		got = read(in->fd, in->raw + in->z.avail_in,
			   sizeof(in->raw) - in->z.avail_in);
		if (got > 0)
			in->z.avail_in += got;
		else if (!got)
			in->is_eof = true;
		else if (errno != EINTR)
			in->problem = strerror(errno);
	}
	return in->z.avail_in >= need && !in->problem;
}

static bool is_gzip(struct input *in)
{
	return have(in, 2) && in->z.next_in[0] == 0x1f &&
	       in->z.next_in[1] == 0x8b;
}

static enum input_state begin(struct input *in)
{
	if (!is_gzip(in))
		return PLAIN;
	if (inflateInit2(&in->z, GZIP_WINDOW) == Z_OK)
		return PACKED;
	in->problem = "out of memory";
	return DONE;
}

/* Return what to do behind a gzip member. */
static enum input_state next_member(struct input *in)
{
	if (is_gzip(in) && inflateReset(&in->z) == Z_OK)
		return PACKED;
	while (have(in, 1) && !*in->z.next_in) {
		in->z.next_in++;
		in->z.avail_in--;
	}
	if (have(in, 1))
		in->problem = "what follows the gzip data is not gzip";
	return DONE;
}

static size_t read_plain(struct input *in, char *buf, size_t size)
{
	size_t n = have(in, 1) ? in->z.avail_in : 0;

	n = n < size ? n : size;
	memcpy(buf, in->z.next_in, n);
	in->z.next_in += n;
	in->z.avail_in -= n;
	return n;
}

/* Return 0 if a step of inflate() gave no bytes, which is not yet the end. */
static size_t read_packed(struct input *in, char *buf, size_t size)
{
	in->z.next_out = (unsigned char *)buf;
	in->z.avail_out = size;
	if (!have(in, 1)) {
		in->problem = in->problem ?: "the gzip file is truncated";
		return 0;
	}
	switch (inflate(&in->z, Z_NO_FLUSH)) {
	case Z_STREAM_END:
		in->state = BETWEEN;
		break;
	case Z_OK:
	case Z_BUF_ERROR:
		break;
	case Z_MEM_ERROR:
		in->problem = "out of memory";
		break;
	default:
		in->problem = "the gzip file is damaged";
		break;
	}
	return size - in->z.avail_out;
}

/* Read up to @size bytes. Returns 0 at the end, or if there is an input_problem(). */
size_t input_read(struct input *in, char *buf, size_t size)
{
	size_t n = 0;

	while (!n && !in->problem && in->state != DONE) {
		switch (in->state) {
		case UNKNOWN:
			in->state = begin(in);
			break;
		case PLAIN:
			n = read_plain(in, buf, size);
			if (!n)
				in->state = DONE;
			break;
		case PACKED:
			n = read_packed(in, buf, size);
			break;
		case BETWEEN:
			in->state = next_member(in);
			break;
		case DONE:
			break;
		}
	}
	return n;
}

/*
 * Read a line with its newline into @buf, or the first @size - 1 bytes of a longer one,
 * and terminate it. Returns false when nothing is left. Not to be mixed with
 * input_read().
 */
bool input_line(struct input *in, char *buf, size_t size)
{
	size_t n = 0;

	while (n < size - 1 && (!n || buf[n - 1] != '\n')) {
		if (in->at == in->len) {
			in->at = 0;
			in->len = input_read(in, in->text, sizeof(in->text));
			if (!in->len)
				break;
		}
		buf[n++] = in->text[in->at++];
	}
	buf[n] = '\0';
	return n;
}

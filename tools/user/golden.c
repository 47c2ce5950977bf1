// SPDX-License-Identifier: GPL-2.0-only
/*
 * golden.c - execute the steps of golden vectors on the backends and compare the results.
 *
 *	golden [--skip] FILE...
 *
 * A file has sections `[NAME KEY=VALUE...]` with lines `STEP V USED MAX HASH`, or in the
 * sections [heap] and [pbuf], which are lwIP's, `OPERATIONS HASH`. Each step draws a slot,
 * an operation and a size, executes the operation on that slot, and hashes its result and
 * the bytes in use. The lines tell what these must be after some of the steps. For each
 * section one line is printed: identical, the first difference, or skipped.
 *
 * Exit status: 0 all identical; 1 a difference; 2 a file that cannot be read
 * or is malformed; 3 a section was skipped for want of a backend (with --skip
 * such sections do not count).
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <linux/align.h>
#include <linux/kernel.h>

#include "backend/small_mem.h"
#include "memory.h"
#include "play.h"
#include "kunit/pbuf/trace.h"

#define WORDS_MAX	16
#define FNV32_BASIS	2166136261u
#define FNV32_PRIME	16777619u
#define LWIP_SLOTS	32

enum { SAME = 0, DIFFERENT = 1, MALFORMED = 2, SKIPPED = 3 };

/* All keys of a section's header: X(key). */
#define GEOMETRY(X) X(size) X(maxsz) X(slots) X(seed) X(align)		\
	X(M) X(MAXN) X(header)						\
	X(bufsize) X(link) X(ip) X(transport) X(pool) X(pbufs)

struct geometry {
#define FIELD(key) u64 key;
	GEOMETRY(FIELD)
#undef FIELD
	unsigned int seen;
};

enum key_bit {
#define KEY_BIT(key) KEY_##key,
	GEOMETRY(KEY_BIT)
#undef KEY_BIT
	KEY_COUNT
};

#define BIT_OF(key)	(1u << KEY_##key)
#define RTTHREAD_KEYS	(BIT_OF(size) | BIT_OF(maxsz) | BIT_OF(slots) |	\
			 BIT_OF(seed) | BIT_OF(align))
#define LWIP_KEYS	(BIT_OF(M) | BIT_OF(MAXN) | BIT_OF(header) |	\
			 BIT_OF(align))
#define LWIP_OPTIONAL	(BIT_OF(slots) | BIT_OF(seed))
#define PBUF_KEYS	(BIT_OF(align) | BIT_OF(bufsize))
#define PBUF_OPTIONAL	(BIT_OF(seed) | BIT_OF(link) | BIT_OF(ip) |	\
			 BIT_OF(transport) | BIT_OF(pool) | BIT_OF(pbufs))

struct section {
	char *header;			/* without brackets; NULL: none open */
	const struct backend *backend;	/* NULL: skipped, or pbufs */
	struct pbuf_trace *pbuf;	/* NULL: not a section of pbufs */
	struct geometry geometry;
	struct heap heap;
	bool open;
	bool differs;
	size_t *slot_size;		/* size requested for each slot; lwIP only */
	u64 lines;
	struct play play;
};

struct reader {
	const char *path;
	unsigned long line;
	struct section section;
	unsigned int results;		/* bit for each of the enum */
};

static int malformed(const struct reader *reader, const char *format, ...)
{
	va_list args;

	fflush(stdout);
	fprintf(stderr, "%s:%lu: ", reader->path, reader->line);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return -1;
}

static bool is_lwip(const struct section *section)
{
	return section->pbuf || section->backend->ops == &lwip_mem_ops;
}

/* lwIP's vectors use another generator, of 16 bits, and a hash over 32-bit words. */
static u32 lwip_draw(struct section *section)
{
	u32 state = (u32)section->play.state * 1664525u + 1013904223u;

	section->play.state = state;
	return state >> 16;
}

static void lwip_feed(struct section *section, u32 word)
{
	u32 hash = section->play.now.hash;

	for (int i = 0; i < 4; i++) {
		hash = (hash ^ (word & 0xff)) * FNV32_PRIME;
		word >>= 8;
	}
	section->play.now.hash = hash;
}

static void lwip_alloc(struct section *section, u64 k)
{
	struct heap *heap = &section->heap;
	size_t size = lwip_draw(section) % section->geometry.MAXN;
	void *p = heap_alloc(heap, size, NULL);

	section->play.slot[k] = p;
	section->slot_size[k] = size;
	lwip_feed(section, p ? (u32)heap->ops->offset(heap->ctrl, p) : ~0u);
}

static void lwip_trim(struct section *section, u64 k)
{
	struct heap *heap = &section->heap;
	size_t size = lwip_draw(section) % (section->slot_size[k] + 1);

	section->slot_size[k] = size;
	lwip_feed(section, 2);
	lwip_feed(section, !heap->ops->resize(heap->ctrl, section->play.slot[k],
					      &size));
}

static void pbuf_step(struct section *section)
{
	pbuf_trace_step(section->pbuf);
	section->play.now.hash = section->pbuf->hash;
	section->play.steps++;
}

static void lwip_step(struct section *section)
{
	struct heap *heap = &section->heap;
	u64 k = lwip_draw(section) % section->geometry.slots;

	if (!section->play.slot[k]) {
		lwip_alloc(section, k);
	} else if (!(lwip_draw(section) % 4)) {
		lwip_trim(section, k);
	} else {
		heap->ops->free(heap->ctrl, section->play.slot[k]);
		section->play.slot[k] = NULL;
		lwip_feed(section, 1);
	}
	lwip_feed(section, (u32)heap_stats(heap).used);
	section->play.steps++;
}

static void section_result(struct reader *reader, int result)
{
	reader->results |= 1u << result;
}

static int section_end(struct reader *reader)
{
	struct section *section = &reader->section;

	if (!section->header)
		return 0;
	if (!section->lines)
		return malformed(reader, "section [%s] has no line",
				 section->header);
	if (section->open && !section->differs) {
		printf("[%s] identical (%llu steps)\n", section->header,
		       section->play.steps);
		section_result(reader, SAME);
	}
	return 0;
}

static void section_drop(struct section *section)
{
	if (section->open && section->pbuf)
		pbuf_trace_close(section->pbuf);
	else if (section->open)
		heap_close(&section->heap);
	free(section->pbuf);
	free(section->play.slot);
	free(section->slot_size);
	free(section->header);
	*section = (struct section){ 0 };
}

/* If @word is the key number @number, store its value and return its bit. */
static unsigned int take_key(const char *word, const char *key, int number,
			     u64 *field, u64 value)
{
	if (strcmp(word, key))
		return 0;
	*field = value;
	return 1u << number;
}

static int header_key(struct reader *reader, char *word)
{
	struct geometry *geometry = &reader->section.geometry;
	char *equals = strchr(word, '=');
	unsigned int bit = 0;
	u64 value;

	if (!equals)
		return malformed(reader, "'%s' is not KEY=VALUE", word);
	*equals = '\0';
	if (!parse_u64(equals + 1, &value))
		return malformed(reader, "'%s' is not a number", equals + 1);
#define MATCH(key) bit |= take_key(word, #key, KEY_##key, &geometry->key, value);
	GEOMETRY(MATCH)
#undef MATCH
	if (!bit)
		return malformed(reader, "unknown key '%s'", word);
	if (geometry->seen & bit)
		return malformed(reader, "key '%s' twice", word);
	geometry->seen |= bit;
	return 0;
}

/* The value of a key if the header has it, else the default. */
static u64 said(const struct geometry *geometry, unsigned int bit, u64 value,
		u64 otherwise)
{
	return geometry->seen & bit ? value : otherwise;
}

/* The defaults are those of lwIP with IPv6 over Ethernet, as in the tests. */
static int pbuf_keys_check(struct reader *reader)
{
	struct geometry *g = &reader->section.geometry;

	if ((g->seen & ~PBUF_OPTIONAL) != PBUF_KEYS)
		return malformed(reader, "header lacks a key or has another's: %s",
				 "align, bufsize");
	g->seed = said(g, BIT_OF(seed), g->seed, 1);
	g->link = said(g, BIT_OF(link), g->link, PBUF_LINK_HLEN);
	g->ip = said(g, BIT_OF(ip), g->ip, PBUF_IP_HLEN);
	g->transport = said(g, BIT_OF(transport), g->transport,
			    PBUF_TRANSPORT_HLEN);
	g->pool = said(g, BIT_OF(pool), g->pool, 6);
	g->pbufs = said(g, BIT_OF(pbufs), g->pbufs, 4);
	g->slots = 1;
	g->maxsz = 1;
	return 0;
}

/* Whether the header has all keys of its kind of section, and no others. */
static int keys_check(struct reader *reader)
{
	struct geometry *geometry = &reader->section.geometry;

	if (reader->section.pbuf)
		return pbuf_keys_check(reader);
	if (!is_lwip(&reader->section)) {
		if (geometry->seen == RTTHREAD_KEYS)
			return 0;
		return malformed(reader, "header lacks a key or has another's: %s",
				 "size, maxsz, slots, seed, align");
	}
	if ((geometry->seen & ~LWIP_OPTIONAL) != LWIP_KEYS)
		return malformed(reader, "header lacks a key or has another's: %s",
				 "M, MAXN, header, align");
	geometry->slots = said(geometry, BIT_OF(slots), geometry->slots,
			       LWIP_SLOTS);
	geometry->seed = said(geometry, BIT_OF(seed), geometry->seed, 1);
	geometry->maxsz = geometry->MAXN;
	return 0;
}

static int geometry_check(struct reader *reader)
{
	const struct geometry *geometry = &reader->section.geometry;

	if (keys_check(reader))
		return -1;
	if (!geometry->maxsz || !geometry->slots)
		return malformed(reader, "maxsz and slots cannot be 0");
	if (!geometry->align || geometry->align & (geometry->align - 1))
		return malformed(reader, "align is not a power of two");
	if (geometry->slots > 1u << 24)
		return malformed(reader, "too many slots");
	return 0;
}

/* In lwIP the width of offsets is fixed at compile time; here the heap's size M selects it. */
static const struct small_mem_layout *
lwip_layout(const struct geometry *geometry)
{
	for (size_t i = 0; i < ARRAY_SIZE(small_mem_lwip); i++)
		if (geometry->M <= small_mem_lwip[i].end_max &&
		    ALIGN(small_mem_lwip[i].header, geometry->align) ==
		    geometry->header)
			return &small_mem_lwip[i];
	return NULL;
}

static int lwip_open(struct heap *heap, const struct backend *backend,
		     const struct geometry *geometry)
{
	const struct small_mem_layout *layout = lwip_layout(geometry);
	size_t size = ALIGN(geometry->M, geometry->align) + geometry->header;
	int err;

	if (!layout || geometry->M > SIZE_MAX / 4)
		return -EINVAL;
	err = heap_open(heap, backend, size, geometry->align);
	if (err)
		return err;
	memset(heap->ctrl, 0, heap->ops->ctrl_size);
	err = small_mem_open(heap->ctrl, heap->region[0].base, size,
			     geometry->align, layout);
	if (err)
		heap_close(heap);
	return err;
}

static int geometry_open(struct heap *heap, const struct backend *backend,
			 const struct geometry *geometry)
{
	if (geometry->align > MAX_ALIGN)
		return -EINVAL;
	if (backend->ops == &lwip_mem_ops)
		return lwip_open(heap, backend, geometry);
	return heap_open_total(heap, backend, geometry->size, geometry->align);
}

static int pbuf_open(struct section *section)
{
	const struct geometry *geometry = &section->geometry;
	const struct pbuf_trace_geometry traced = {
		.align = geometry->align,
		.bufsize = geometry->bufsize,
		.link = geometry->link,
		.ip = geometry->ip,
		.transport = geometry->transport,
		.pool = geometry->pool,
		.pbufs = geometry->pbufs,
		.seed = geometry->seed,
	};

	return pbuf_trace_open(section->pbuf, NULL, &traced);
}

static int section_open(struct reader *reader)
{
	struct section *section = &reader->section;
	const struct geometry *geometry = &section->geometry;
	int err = section->pbuf ? pbuf_open(section) :
		  geometry_open(&section->heap, section->backend, geometry);

	if (err) {
		printf("[%s] different: no heap of that geometry: %s\n",
		       section->header, strerror(-err));
		section->differs = true;
		section_result(reader, DIFFERENT);
		return 0;
	}
	section->open = true;
	section->play = (struct play){
		.heap = &section->heap,
		.slot = calloc(geometry->slots, sizeof(void *)),
		.slots = geometry->slots,
		.maxsz = geometry->maxsz,
		.state = geometry->seed,
		.now.hash = is_lwip(section) ? FNV32_BASIS : FNV_BASIS,
	};
	section->slot_size = calloc(geometry->slots,
				    sizeof(*section->slot_size));
	if (!section->play.slot || !section->slot_size)
		return malformed(reader, "no memory for the slots");
	return 0;
}

static int split_words(char *text, char **words)
{
	char *save = NULL;
	int n = 0;

	for (char *word = strtok_r(text, " \t\r\n", &save); word;
	     word = strtok_r(NULL, " \t\r\n", &save)) {
		if (n == WORDS_MAX)
			return -1;
		words[n++] = word;
	}
	return n;
}

static int header_line(struct reader *reader, char *line)
{
	struct section *section = &reader->section;
	char *end = strchr(line, ']');
	char *words[WORDS_MAX];
	int n;

	if (section_end(reader))
		return -1;
	section_drop(section);
	if (!end || end[1 + strspn(end + 1, " \t\r\n")])
		return malformed(reader, "header without one ']' at its end");
	*end = '\0';
	section->header = strdup(line + 1);
	n = split_words(line + 1, words);
	if (n < 1)
		return malformed(reader, "empty header");
	section->backend = backend_find(words[0]);
	if (!strcmp(words[0], "pbuf"))
		section->pbuf = calloc(1, sizeof(*section->pbuf));
	if (!section->backend && !section->pbuf) {
		printf("[%s] skipped: no backend of that name\n",
		       section->header);
		section_result(reader, SKIPPED);
		return 0;
	}
	for (int i = 1; i < n; i++)
		if (header_key(reader, words[i]))
			return -1;
	if (geometry_check(reader))
		return -1;
	return section_open(reader);
}

static bool parse_hash(const char *text, u64 *hash)
{
	size_t length = strlen(text);

	if (!length || length > 16 ||
	    strspn(text, "0123456789abcdef") != length)
		return false;
	*hash = strtoull(text, NULL, 16);
	return true;
}

static void print_difference(struct section *section, u64 step,
			     const struct outcome *want)
{
	const struct outcome *got = &section->play.now;

	if (is_lwip(section)) {
		printf("[%s] different after operation %llu: ",
		       section->header, step + 1);
		printf("expected %08llx, got %08llx\n", want->hash, got->hash);
		return;
	}
	printf("[%s] different at step %llu: ", section->header, step);
	printf("expected v %lld used %llu max %llu hash %016llx, ",
	       (long long)want->v, want->used, want->max, want->hash);
	printf("got v %lld used %llu max %llu hash %016llx\n",
	       (long long)got->v, got->used, got->max, got->hash);
}

static int play_to(struct reader *reader, u64 step, const struct outcome *want)
{
	struct section *section = &reader->section;
	const struct outcome *now = &section->play.now;

	if (section->lines && step < section->play.steps)
		return malformed(reader, "steps do not ascend");
	section->lines++;
	if (section->differs) {
		section->play.steps = step + 1;
		return 0;
	}
	while (section->play.steps <= step) {
		if (section->pbuf)
			pbuf_step(section);
		else if (is_lwip(section))
			lwip_step(section);
		else
			play_step(&section->play);
	}
	if (now->v == want->v && now->used == want->used &&
	    now->max == want->max && now->hash == want->hash)
		return 0;
	print_difference(section, step, want);
	section->differs = true;
	section_result(reader, DIFFERENT);
	return 0;
}

/* STEP counts from 0, OPERATIONS from 1. */
static int lwip_line(struct reader *reader, char **words, int n)
{
	struct outcome want = { 0 };
	u64 operations;

	if (n != 2)
		return malformed(reader, "expected OPERATIONS HASH");
	if (!parse_u64(words[0], &operations) || !operations ||
	    !parse_hash(words[1], &want.hash))
		return malformed(reader, "not a number in OPERATIONS HASH");
	return play_to(reader, operations - 1, &want);
}

static int step_line(struct reader *reader, char *line)
{
	struct section *section = &reader->section;
	struct outcome want;
	char *words[WORDS_MAX];
	int n = split_words(line, words);
	u64 step;

	if (!section->header)
		return malformed(reader, "a line before the first header");
	if (!section->backend && !section->pbuf) {
		section->lines++;
		return 0;
	}
	if (is_lwip(section))
		return lwip_line(reader, words, n);
	if (n != 5)
		return malformed(reader, "expected STEP V USED MAX HASH");
	want.v = ~0ull;
	if (!parse_u64(words[0], &step) || step == ~0ull ||
	    (strcmp(words[1], "-1") && !parse_u64(words[1], &want.v)) ||
	    !parse_u64(words[2], &want.used) ||
	    !parse_u64(words[3], &want.max) ||
	    !parse_hash(words[4], &want.hash))
		return malformed(reader, "not a number in STEP V USED MAX HASH");
	return play_to(reader, step, &want);
}

static int one_line(struct reader *reader, char *line)
{
	line += strspn(line, " \t\r\n");
	if (!*line || *line == '#')
		return 0;
	return *line == '[' ? header_line(reader, line) :
			      step_line(reader, line);
}

/* Play the file at @path. Return a bit for each kind of result that occurred. */
static unsigned int play_file(const char *path)
{
	struct reader reader = { .path = path };
	FILE *file = fopen(path, "r");
	char *line = NULL;
	size_t room = 0;
	int err = 0;

	if (!file) {
		perror(path);
		return 1u << MALFORMED;
	}
	while (!err && getline(&line, &room, file) >= 0) {
		reader.line++;
		err = one_line(&reader, line);
	}
	if (!err && ferror(file))
		err = malformed(&reader, "cannot be read");
	if (!err)
		err = section_end(&reader);
	if (!err && !reader.results)
		err = malformed(&reader, "no section in this file");
	section_drop(&reader.section);
	free(line);
	fclose(file);
	return err ? reader.results | 1u << MALFORMED : reader.results;
}

static int usage(FILE *to, int status)
{
	fputs("usage: golden [--skip] FILE...\n", to);
	return status;
}

int main(int argc, char **argv)
{
	unsigned int results = 0;
	bool skip = false;
	int i = 1;

	for (; i < argc && argv[i][0] == '-'; i++) {
		if (!strcmp(argv[i], "--help"))
			return usage(stdout, 0);
		if (strcmp(argv[i], "--skip"))
			return usage(stderr, MALFORMED);
		skip = true;
	}
	if (i == argc)
		return usage(stderr, MALFORMED);
	for (; i < argc; i++)
		results |= play_file(argv[i]);
	if (results & 1u << MALFORMED)
		return MALFORMED;
	if (results & 1u << DIFFERENT)
		return DIFFERENT;
	return (results & 1u << SKIPPED) && !skip ? SKIPPED : SAME;
}

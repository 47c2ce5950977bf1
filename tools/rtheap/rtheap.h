/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of the tool share: exit codes, the parsed command
 * line, and one section for each source file.
 */
#ifndef _RTHEAP_H
#define _RTHEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

/* The kernel's names, and one format for each: %llu and %u. */
typedef unsigned long long u64;
typedef unsigned int u32;

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

enum rtheap_exit {
	EXIT_OK = 0,
	EXIT_REFUSED = 1,	/* a request was refused, a check failed */
	EXIT_USAGE = 2,		/* the command line was wrong */
};

struct argp_option;
struct args;

/**
 * struct command - a row of the table of commands
 * @name: the word on the command line; two words for "region list"
 * @args: its arguments, for --help
 * @help: one sentence
 * @options: the options it takes, or NULL
 * @min_args: arguments it needs
 * @max_args: arguments it takes at most; negative: no limit
 * @names: how many of the arguments, from the first, are names
 * @numbers: how many of the arguments behind the names are numbers;
 *	negative: all
 * @run: does it and returns an exit code
 * @ok: with --json it prints an object that says whether it went well, and the
 *	errors; others print what they show
 */
struct command {
	const char *name;
	const char *args;
	const char *help;
	const struct argp_option *options;
	int min_args;
	int max_args;
	int names;
	int numbers;
	int (*run)(struct args *args);
	bool ok;
};

/**
 * struct args - the command line of one command
 *
 * What goes into a request stays text, for the kernel reads numbers itself.
 * All of it was checked: numbers are numbers, words hold no blanks.
 */
struct args {
	const struct command *cmd;
	char **argv;
	int argc;
	const char *region;
	const char *align;
	const char *mode;
	const char *elem;
	const char *elements;
	const char *quarantine;
	const char *percpu_bytes;
	const char *owner;
	const char *phys;
	const char *output;
	const char *svg;
	const char *png;
	const char *backend;
	const char *heap;
	const char *site;
	u64 count;
	u64 buffer;
	u64 size;
	u64 top;
	u64 pid;
	u64 cpu;
	u64 low;	/* bytes of an allocation, @high 0: any */
	u64 high;
	u64 width;
	u64 height;
	double seconds;
	bool protect;
	bool raw_lock;
	bool header;
	bool high_first;
	bool guards;
	bool checked;
	bool percpu;
	bool force;
	bool zero;
	bool json;
	bool quiet;
	bool keep;
	bool folded;
	bool on;
	bool off;
	bool sites;
	bool has_pid;
	bool has_cpu;
};

/* say.c: errors on stderr, signals, time */
void complain(const char *fmt, ...) __printf(1, 2);
int refused(const char *dir, int err, const char *fmt, ...) __printf(3, 4);
int catch_signals(void);
bool interrupted(void);
double seconds_now(void);
void sleep_for(double seconds);
bool is_screen(void);
void screen_enter(void);
void screen_leave(void);
int finish_stdout(int ret);
/* The JSON object of a command that does something; see say.c. */
void answer_begin(void);
void answer_add(const char *fmt, ...) __printf(1, 2);
void answer_end(int ret);

/* words.c: numbers and words, without locale or surprise */

/**
 * struct word - a piece of a line, not terminated
 */
struct word {
	const char *at;
	size_t len;
};

bool parse_size(const char *text, u64 *value);
bool parse_seconds(const char *text, double *value);
bool is_name(const char *text);
bool is_word(const char *text);
bool is_control(char c);
/* On standard output, with "?" for what is_control(). */
void put_printable(const char *text);
bool word_is(struct word word, const char *text);
#define NAME_LEN	63	/* the longest name of a heap or a device */

/*
 * The place of @name in @hash, which is never full: 0 there, or the number of the
 * name plus one.
 */
u32 *word_slot(u32 *hash, u32 slots, char *const *names, struct word name);
/*
 * The entry of @name in a table of @nr entries of @each bytes, which begin with
 * their names; an unused one if there is none yet. NULL: all are used by others.
 */
void *name_slot(void *table, size_t nr, size_t each, const char *name);
bool word_u64(struct word word, u64 *value);
const char *read_u64(const char *p, const char *end, u64 *value);
char *write_u64(char *p, u64 value);
struct word next_line(const char **p, const char *end);
int split_words(struct word line, struct word *words, int max);

/* debugfs.c: the only file that touches the kernel's files */

/* Longest request that the kernel takes, and room for any short answer. */
#define DEBUGFS_LINE_MAX	255
#define DEBUGFS_ANSWER_MAX	512
/* Longest file that is read: the map of millions of blocks is shorter. */
#define DEBUGFS_FILE_MAX	(256u << 20)

/**
 * struct text - a whole file in memory, terminated for convenience
 */
struct text {
	char *data;
	size_t len;
};

/* @dir: a heap's name, or "" for the top directory. All return -errno. */
int debugfs_open(const char *dir, const char *file, int flags);
int debugfs_request(int fd, const char *line, size_t len);
ssize_t debugfs_answer(int fd, char *buf, size_t size);
void debugfs_close(int fd);
int debugfs_read(const char *dir, const char *file, struct text *text);
int debugfs_list(const char *dir, struct text *names);
const char *debugfs_root(void);

/* request.c: commands that change something */
int run_create(struct args *args);
int run_destroy(struct args *args);
int run_extend(struct args *args);
int run_shrink(struct args *args);
int run_trim(struct args *args);
int run_region_create(struct args *args);
int run_region_destroy(struct args *args);
int run_alloc(struct args *args);
int run_realloc(struct args *args);
int run_free(struct args *args);
int run_fill(struct args *args);
int run_verify(struct args *args);

/* show.c: commands that only look */
int run_list(struct args *args);
int run_region_list(struct args *args);
int run_backends(struct args *args);
int run_stats(struct args *args);
int run_check(struct args *args);

int show_read(const char *dir, const char *file, struct text *text);
bool stats_word(const struct text *stats, const char *key, struct word *value);
bool stats_value(const struct text *stats, const char *key, u64 *value);
bool stats_known(const struct text *stats, const char *dir, const char *file);
void stats_json(const struct text *stats, int indent);
int stats_show(const struct args *args, const char *dir, const char *file);
void table_print(struct word heading, const char *body, const char *end);

/**
 * struct verdict - what NAME/check said
 * @ok: the heap is sound
 * @text: the kernel's line, or why there is none
 */
struct verdict {
	bool ok;
	char text[DEBUGFS_ANSWER_MAX];
};

void heap_check(const char *heap, struct verdict *verdict);

/* view.c */
int view(const struct args *args, int (*once)(const struct args *args));

/* map.c */
int run_map(struct args *args);

/* latency.c */
int run_latency(struct args *args);

/* net.c */
int run_net(struct args *args);

/* json.c */
void json_string(FILE *out, const char *text, size_t len);

void xml_text(FILE *out, const char *text, size_t len);

/* output.c: files that are written as a whole */
int output_check(const char *file, const char *from);
char *output_begin(const char *file);
int output_end(const char *file, char *at, int err);
bool output_is_free(const struct args *args, const char *file);

/* input.c: files to read, plain or gzip; "-" is standard input */
struct input;
struct input *input_open(const char *file);
size_t input_read(struct input *in, char *buf, size_t size);
bool input_line(struct input *in, char *buf, size_t size);
const char *input_problem(const struct input *in);
void input_close(struct input *in);

/* trace.c: a trace in memory */

/**
 * struct trace_event - one line
 * @slot: below &trace.slots
 * @bytes: of an allocation; 0 for a free
 */
struct trace_event {
	u32 slot;
	u32 bytes;
};

struct trace {
	struct trace_event *events;
	size_t count;
	size_t allocs;
	u32 slots;		/* highest slot of an event, plus one */
	u32 peak_blocks;	/* that live at once */
	u64 peak_live;	/* bytes */
	u64 end_live;	/* bytes never freed */
};

/* A slot costs the reader a few bytes of memory, so their number is bounded. */
#define TRACE_SLOTS_MAX	16777216
#define TRACE_EVENTS_MAX	134217728	/* a GiB of memory */
#define TRACE_LINE_MAX	1023
#define TRACE_FIRST_LINE	"# rtalloc-trace v1"

/* Not more sites than these; what comes then is TRACE_OTHER_SITE. */
#define TRACE_SITES_MAX	65536
#define TRACE_OTHER_SITE	"other"

/**
 * struct trace_sites - who allocated, on request only
 * @of: for each event the number of its name; a free has 0
 * @names: the names
 * @count: of them
 */
struct trace_sites {
	u32 *of;
	char **names;
	size_t count;
};

int trace_load(const char *file, struct trace *trace);
int trace_load_sites(const char *file, struct trace *trace,
		     struct trace_sites *sites);
void trace_sites_free(struct trace_sites *sites);
void trace_free(struct trace *trace);
const char *trace_title(const char *file);

/* counter.c */
const char *counter_open(void);
void counter_start(void);
u64 counter_stop(void);

/* compare.c */
int run_compare(struct args *args);

/* report.c, sites.c */
int run_report(struct args *args);
int run_sites(struct args *args);

/* replay.c */
int run_replay(struct args *args);

/* journal.c: kernel events in memory, and the trace made from them */

/**
 * struct journal_event - one allocation or free of the kernel
 * @when: for the order only
 * @address: the block
 * @site: the function that called; resolved when the trace is written
 * @bytes: asked for; 0 for a free
 * @order: in which they were added, set by journal_add()
 */
struct journal_event {
	u64 when;
	u64 address;
	u64 site;
	u32 bytes;
	u32 order;
};

/**
 * struct journal_result - what became of the events
 * @allocs: lines "a"
 * @frees: lines "f"
 * @unknown: frees of blocks that were allocated before, left out
 * @implied: frees nobody saw, written because the address came back
 * @slots: slots used
 */
struct journal_result {
	u64 allocs;
	u64 frees;
	u64 unknown;
	u64 implied;
	u64 slots;
};

/* Open addressing, linear probing; never more than half full. */
struct slots {
	struct entry *table;
	size_t size;		/* a power of two */
	size_t used;
	u32 *spare;		/* a stack of slots to use again */
	size_t spares;
	size_t spares_room;
	u32 next;		/* first slot never used */
};

typedef const char *(*journal_name_fn)(void *ctx, u64 site);

/* Events that wait for older ones at most: 2 MiB. */
#define JOURNAL_MAX	65536

/**
 * struct journal - events that wait, and how far the trace is
 * @events: room for JOURNAL_MAX
 * @count: how many wait
 * @order: of the next one
 * @slots: of what lives
 * @result: so far
 * @out: the trace
 * @name: who knows the sites
 * @ctx: its argument
 */
struct journal {
	struct journal_event *events;
	size_t count;
	u32 order;
	struct slots slots;
	struct journal_result result;
	void *out;
	journal_name_fn name;
	void *ctx;
};

/* Return 0, or -errno of the write that was just tried with errno set to 0. */
int gz_written(bool is_written);
int journal_begin(struct journal *journal, void *out, journal_name_fn name,
		  void *ctx);
int journal_add(struct journal *journal, const struct journal_event *event);
int journal_flush(struct journal *journal, u64 until);
int journal_end(struct journal *journal, struct journal_result *result);
void journal_free(struct journal *journal);

/* ring.c: the kernel's trace buffers, page by page */
struct tep_handle;
struct tracefs_instance;
struct ring;

/* Gets each event; what is not 0 ends ring_read(). */
typedef int (*ring_event_fn)(void *ctx, void *data, u64 when);

struct ring *ring_open(struct tep_handle *tep,
		       struct tracefs_instance *instance);
int ring_read(struct ring *ring, ring_event_fn fn, void *ctx);
/* The processor whose event is being delivered. */
long ring_cpu(const struct ring *ring);
u64 ring_complete(const struct ring *ring);
bool ring_is_dry(const struct ring *ring);
u64 ring_lost(struct ring *ring);
void ring_close(struct ring *ring);

/* import.c */
int run_import(struct args *args);
bool wanted(const struct args *args, u64 bytes, const char *site);

/* top.c, completion.c */
int run_top(struct args *args);
int run_completion(struct args *args);

/* record.c */
int run_record(struct args *args);

#endif /* _RTHEAP_H */

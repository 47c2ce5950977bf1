/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Declarations that the source files of the tool share: exit codes, the parsed command
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
 * @min_args: the smallest number of arguments
 * @max_args: the largest number of arguments; negative: no limit
 * @names: how many arguments, counted from the first, are names
 * @numbers: how many arguments after the names are numbers; negative: all of them
 * @run: runs the command and returns an exit code
 * @ok: with --json the command prints an object with "ok" and "errors"; the other
 *	commands print the data that they show
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
 * Values that become part of a request to the kernel stay text, because the kernel parses
 * them itself. Their form has been checked: numbers are numbers, words hold no blanks.
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
	u64 low;	/* size filter in bytes; not set while @high is 0 */
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

/* The directory of the devices of rtalloc_net, beside those of the heaps. */
#define NET_DIRECTORY	"net"

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
/* The JSON object of a command with struct command.ok; see say.c. */
void answer_begin(void);
void answer_add(const char *fmt, ...) __printf(1, 2);
void answer_end(int ret);

/* words.c: parse and print numbers and words, independently of the locale */

/**
 * struct word - a part of a line, not NUL-terminated
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
/* Print @text on standard output with "?" in place of control characters. */
void put_printable(const char *text);
bool word_is(struct word word, const char *text);
#define NAME_LEN	63	/* length of the longest name of a heap or a device */

/*
 * Return the slot of @name in the open-addressing table @hash, which must never be full.
 * The slot holds 0 if the name is new, else its index in @names plus one.
 */
u32 *word_slot(u32 *hash, u32 slots, char *const *names, struct word name);
/*
 * Return the entry of @name in a table of @nr entries of @each bytes, each of which begins
 * with its name. A new name gets an unused entry; NULL means that the table is full.
 */
void *name_slot(void *table, size_t nr, size_t each, const char *name);
bool word_u64(struct word word, u64 *value);
const char *read_u64(const char *p, const char *end, u64 *value);
char *write_u64(char *p, u64 value);
struct word next_line(const char **p, const char *end);
int split_words(struct word line, struct word *words, int max);

/* debugfs.c: the only file that touches the kernel's files */

/* The longest request that the kernel accepts, and the size of a buffer for an answer. */
#define DEBUGFS_LINE_MAX	255
#define DEBUGFS_ANSWER_MAX	512
/* The largest file that is read. The map of a heap with millions of blocks is smaller. */
#define DEBUGFS_FILE_MAX	(256u << 20)

/**
 * struct text - a whole file in memory, followed by a NUL
 */
struct text {
	char *data;
	size_t len;
};

/* @dir is a heap's name, or "" for the top directory. Errors are returned as -errno. */
int debugfs_open(const char *dir, const char *file, int flags);
int debugfs_request(int fd, const char *line, size_t len);
ssize_t debugfs_answer(int fd, char *buf, size_t size);
void debugfs_close(int fd);
int debugfs_read(const char *dir, const char *file, struct text *text);
int debugfs_list(const char *dir, struct text *names);
const char *debugfs_root(void);

/* request.c: commands that change heaps and blocks */
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

/* show.c: commands that only read */
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
void table_print(struct word heading, const char *body, const char *end,
		 const char *const *spare);

/**
 * struct verdict - result of reading NAME/check
 * @ok: the kernel found nothing wrong with the heap
 * @text: the kernel's line, or the reason why there is none
 */
struct verdict {
	bool ok;
	char text[DEBUGFS_ANSWER_MAX];
};

void heap_check(const char *heap, struct verdict *verdict);

/* view.c */
size_t terminal_columns(void);
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

/* output.c: files that are complete or not there */
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
 * struct trace_event - one line of a trace
 * @slot: slot number, less than &trace.slots
 * @bytes: size of the allocation in bytes; 0 for a free
 */
struct trace_event {
	u32 slot;
	u32 bytes;
};

struct trace {
	struct trace_event *events;
	size_t count;
	size_t allocs;
	u32 slots;		/* the highest slot of an event, plus one */
	u32 peak_blocks;	/* the most blocks that are live at once */
	u64 peak_live;	/* the most bytes that are live at once */
	u64 end_live;	/* bytes that are never freed */
};

/* Each slot costs the reader a few bytes of memory, so the number is limited. */
#define TRACE_SLOTS_MAX	16777216
#define TRACE_EVENTS_MAX	134217728	/* a GiB of memory */
#define TRACE_LINE_MAX	1023
#define TRACE_FIRST_LINE	"# rtalloc-trace v1"

/* The largest number of sites. Further ones are counted as TRACE_OTHER_SITE. */
#define TRACE_SITES_MAX	65536
#define TRACE_OTHER_SITE	"other"

/**
 * struct trace_sites - the call sites of a trace, loaded on request only
 * @of: for each event the index of its site in @names; 0 for a free
 * @names: names of the sites
 * @count: number of @names
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

/* journal.c: sort kernel events and write them as a trace */

/**
 * struct journal_event - one allocation or free in the kernel
 * @when: time stamp; only the order of stamps matters
 * @address: address of the block
 * @site: address of the caller; it is resolved when the trace is written
 * @bytes: requested size in bytes; 0 for a free
 * @order: sequence number, set by journal_add()
 */
struct journal_event {
	u64 when;
	u64 address;
	u64 site;
	u32 bytes;
	u32 order;
};

/**
 * struct journal_result - counts of what was written
 * @allocs: number of lines "a"
 * @frees: number of lines "f"
 * @unknown: frees that were left out because their allocation was not recorded
 * @implied: frees that left no event, written because the address was allocated again
 * @slots: number of slots used
 */
struct journal_result {
	u64 allocs;
	u64 frees;
	u64 unknown;
	u64 implied;
	u64 slots;
};

/* Hash table with open addressing and linear probing, never more than half full. */
struct slots {
	struct entry *table;
	size_t size;		/* a power of two */
	size_t used;
	u32 *spare;		/* stack of slots that can be reused */
	size_t spares;
	size_t spares_room;
	u32 next;		/* the first slot that was never used */
};

typedef const char *(*journal_name_fn)(void *ctx, u64 site);

/* The largest number of events that wait for older ones (2 MiB). */
#define JOURNAL_MAX	65536

/**
 * struct journal - events that are not yet written, and the state of the trace
 * @events: array of JOURNAL_MAX events
 * @count: number of events in @events
 * @order: sequence number of the next event
 * @slots: slots of the live blocks
 * @result: counts so far
 * @out: the trace, an open file of zlib's
 * @name: returns the name of a site
 * @ctx: argument of @name
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

/* ring.c: read the kernel's trace buffers page by page */
struct tep_handle;
struct tracefs_instance;
struct ring;

/* Called for each event. A return value other than 0 ends ring_read(). */
typedef int (*ring_event_fn)(void *ctx, void *data, u64 when);

struct ring *ring_open(struct tep_handle *tep,
		       struct tracefs_instance *instance);
int ring_read(struct ring *ring, ring_event_fn fn, void *ctx);
/* Return the processor whose event is being delivered. */
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

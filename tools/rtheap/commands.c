// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of commands and the options that each takes.
 *
 * To add a command: a row in commands[], its options, its run function, and
 * its paragraph in rtheap.1. Help and completion are made from this table.
 */
#include "options.h"

#define OPT(n, k, a, d)	{ .name = (n), .key = (k), .arg = (a), .doc = (d) }
#define OPT_JSON	OPT("json", KEY_JSON, NULL, "print a JSON value")

static const struct argp_option no_options[] = {
	{ 0 }
};

/* Filters of record and import: which events go into the trace. */
#define OPT_FILTERS							\
	OPT("pid", KEY_PID, "N", "only what this thread allocates"),	\
	OPT("cpu", KEY_CPU, "N", "only what is allocated on this processor"), \
	OPT("site", KEY_SITE, "FUNCTION", "only what this function allocates"), \
	OPT("bytes", KEY_BYTES, "LOW-HIGH", "only allocations of this many bytes")

/* Options of commands that take no other option. */
static const struct argp_option json_options[] = {
	OPT_JSON,
	{ 0 }
};

static const struct argp_option create_options[] = {
	OPT("region", KEY_REGION, "NAME", "cut the heap from this region"),
	OPT("align", KEY_ALIGN, "N", "alignment of all blocks"),
	OPT("mode", KEY_MODE, "fast|best", "where memheap puts freed blocks"),
	OPT("protect", KEY_PROTECT, NULL, "XOR the links of heap4's free blocks"),
	OPT("raw-lock", KEY_RAW_LOCK, NULL, "raw spinlock in any backend"),
	OPT("elem", KEY_ELEM, "N", "bytes of a pool's element"),
	OPT("elements", KEY_ELEMENTS, "N", "elements of a pool; else all that fit"),
	OPT("header", KEY_HEADER, NULL, "put a header before a pool's elements"),
	OPT("high-first", KEY_HIGH_FIRST, NULL, "a pool hands out high addresses first"),
	OPT("guards", KEY_GUARDS, NULL, "check guards around a pool's elements"),
	OPT("checked", KEY_CHECKED, NULL, "find misuse of the heap's blocks"),
	OPT("quarantine", KEY_QUARANTINE, "N",
	    "bytes of freed blocks that a checked heap keeps back"),
	OPT("percpu", KEY_PERCPU, NULL, "keep free blocks for each processor"),
	OPT("percpu-bytes", KEY_PERCPU_BYTES, "N",
	    "the same, at most N bytes for each"),
	OPT_JSON,
	{ 0 }
};

static const struct argp_option destroy_options[] = {
	OPT("force", KEY_FORCE, NULL, "release its live blocks too"),
	OPT_JSON,
	{ 0 }
};

static const struct argp_option extend_options[] = {
	OPT("region", KEY_REGION, "NAME", "take the memory from this region"),
	OPT_JSON,
	{ 0 }
};

static const struct argp_option region_create_options[] = {
	OPT("phys", KEY_PHYS, "ADDR", "physical base; else vmalloc memory"),
	OPT_JSON,
	{ 0 }
};

static const struct argp_option alloc_options[] = {
	OPT("align", KEY_ALIGN, "N", "alignment of the block"),
	OPT("owner", KEY_OWNER, "TAG", "mark the block with a tag"),
	OPT("zero", KEY_ZERO, NULL, "clear the block"),
	OPT("count", KEY_COUNT, "N", "allocate N blocks"),
	OPT_JSON,
	{ 0 }
};

static const struct argp_option latency_options[] = {
	OPT("on", KEY_ON, NULL, "clear the counts, begin to time calls"),
	OPT("off", KEY_OFF, NULL, "stop timing; the counts are kept"),
	OPT("seconds", KEY_SECONDS, "N", "switch on, wait N seconds, off, print"),
	OPT_JSON,
	{ 0 }
};

static const struct argp_option map_options[] = {
	OPT("json", KEY_JSON, NULL, "print every piece in a JSON object"),
	OPT("width", KEY_WIDTH, "N", "cells in a row, 8 to 512"),
	OPT("height", KEY_HEIGHT, "N", "rows at most, 1 to 512"),
	OPT("watch", KEY_WATCH, "SECONDS", "draw again and again"),
	OPT("svg", KEY_SVG, "FILE", "write it as a picture, - for stdout"),
	OPT("png", KEY_PNG, "FILE", "the same as PNG (needs libcairo)"),
	{ 0 }
};

static const struct argp_option net_options[] = {
	OPT("json", KEY_JSON, NULL, "print all counters as a JSON object"),
	OPT("watch", KEY_WATCH, "SECONDS", "print again and again, with rates"),
	{ 0 }
};

static const struct argp_option record_options[] = {
	OPT("seconds", KEY_SECONDS, "N", "stop after this time"),
	OPT("buffer", KEY_BUFFER, "SIZE", "trace buffer of each CPU (4M)"),
	OPT("heap", KEY_HEAP, "NAME", "record this rtalloc heap, not the kernel"),
	OPT_FILTERS,
	OPT_JSON,
	{ 0 }
};

static const struct argp_option replay_options[] = {
	OPT("json", KEY_JSON, NULL, "print the result as a JSON object"),
	OPT("quiet", KEY_QUIET, NULL, "no progress bar, no result"),
	OPT("keep", KEY_KEEP, NULL, "keep blocks that the trace does not free"),
	{ 0 }
};

static const struct argp_option compare_options[] = {
	OPT("seconds", KEY_SECONDS, "N", "time limit for each trace (60)"),
	OPT("size", KEY_SIZE, "SIZE", "region in which failures are counted"),
	OPT("quiet", KEY_QUIET, NULL, "no progress bar"),
	OPT("counter", KEY_COUNTER, "HOW",
	    "count by: counter, valgrind, stepped, none"),
	OPT_JSON,
	{ 0 }
};

static const struct argp_option report_options[] = {
	OPT("output", 'o', "FILE", "output file (report.html)"),
	OPT("backend", KEY_BACKEND, "NAME", "of a trace: backend to draw (the best bounded one)"),
	OPT("size", KEY_SIZE, "SIZE", "of a trace: size of its region (its smallest)"),
	OPT("seconds", KEY_SECONDS, "N",
	    "time limit of the comparison (60); how long a heap is watched (5)"),
	OPT("quiet", KEY_QUIET, NULL, "no progress bar"),
	OPT("counter", KEY_COUNTER, "HOW",
	    "count by: counter, valgrind, stepped, none"),
	OPT_JSON,
	{ 0 }
};

static const struct argp_option sites_options[] = {
	OPT("top", KEY_TOP, "N", "only the first N (20)"),
	OPT("folded", KEY_FOLDED, NULL, "stacks for a flame graph"),
	OPT_JSON,
	{ 0 }
};

static const struct argp_option top_options[] = {
	OPT("sites", KEY_SITES, NULL, "show the largest owners in all heaps"),
	OPT("watch", KEY_WATCH, "SECONDS", "time between two looks, in seconds (2)"),
	OPT("count", KEY_COUNT, "N", "end after N looks"),
	OPT_JSON,
	{ 0 }
};

static const struct argp_option import_options[] = {
	OPT("heap", KEY_HEAP, "NAME", "take the events of this rtalloc heap"),
	OPT_FILTERS,
	OPT_JSON,
	{ 0 }
};

/* name, arguments, help, options, min, max, names, numbers, run, ok */
const struct command commands[] = {
	{ "list", "", "List the heaps.",
	  json_options, 0, 0, 0, 0, run_list, false },
	{ "backends", "", "List the backends.",
	  json_options, 0, 0, 0, 0, run_backends, false },
	{ "create", "NAME BACKEND SIZE", "Create a heap.",
	  create_options, 3, 3, 2, 1, run_create, true },
	{ "destroy", "NAME", "Destroy a heap.",
	  destroy_options, 1, 1, 1, 0, run_destroy, true },
	{ "extend", "NAME SIZE", "Glue more memory to a heap.",
	  extend_options, 2, 2, 1, 1, run_extend, true },
	{ "shrink", "NAME", "Take back memory that was glued to a heap.",
	  extend_options, 1, 1, 1, 0, run_shrink, true },
	{ "trim", "NAME", "Give idle memory back to the heap.",
	  json_options, 1, 1, 1, 0, run_trim, true },
	{ "region list", "", "List the regions.",
	  json_options, 0, 0, 0, 0, run_region_list, false },
	{ "region create", "NAME SIZE", "Reserve a region.",
	  region_create_options, 2, 2, 1, 1, run_region_create, true },
	{ "region destroy", "NAME", "Release a region that has no heaps.",
	  json_options, 1, 1, 1, 0, run_region_destroy, true },
	{ "alloc", "NAME SIZE", "Allocate; print HANDLE OFFSET.",
	  alloc_options, 2, 2, 1, 1, run_alloc, true },
	{ "free", "NAME HANDLE...", "Free blocks.",
	  json_options, 2, -1, 1, -1, run_free, true },
	{ "realloc", "NAME HANDLE SIZE", "Resize; print HANDLE OFFSET.",
	  json_options, 3, 3, 1, 2, run_realloc, true },
	{ "fill", "NAME HANDLE...", "Write a pattern into blocks.",
	  json_options, 2, -1, 1, -1, run_fill, true },
	{ "verify", "NAME HANDLE...", "Compare blocks with their pattern.",
	  json_options, 2, -1, 1, -1, run_verify, true },
	{ "stats", "NAME", "Print the statistics of a heap.",
	  json_options, 1, 1, 1, 0, run_stats, false },
	{ "latency", "NAME", "Show how long the calls on a heap take.",
	  latency_options, 1, 1, 1, 0, run_latency, false },
	{ "map", "NAME", "Draw a heap as rows of cells.",
	  map_options, 1, 1, 1, 0, run_map, false },
	{ "check", "NAME", "Check a heap; print ok, or what is damaged.",
	  json_options, 1, 1, 1, 0, run_check, false },
	{ "net", "[DEVICE]", "Print the network devices and their buffers.",
	  net_options, 0, 1, 1, 0, run_net, false },
	{ "record", "FILE [-- COMMAND...]",
	  "Record the kernel's allocations as a trace, until COMMAND ends.",
	  record_options, 1, -1, 0, 0, run_record, true },
	{ "replay", "TRACE NAME", "Play a trace into a heap.",
	  replay_options, 2, 2, 0, 0, run_replay, false },
	{ "compare", "TRACE...", "Compare all backends on a trace, without the module.",
	  compare_options, 1, -1, 0, 0, run_compare, false },
	{ "report", "TRACE|HEAP", "Write pictures and figures into one HTML file.",
	  report_options, 1, 1, 0, 0, run_report, true },
	{ "sites", "TRACE|HEAP", "Show who allocated the live blocks, and their age.",
	  sites_options, 1, 1, 0, 0, run_sites, false },
	{ "top", "", "Watch all heaps: use, fragmentation, rates.",
	  top_options, 0, 0, 0, 0, run_top, false },
	{ "import", "TEXT TRACE", "Make a trace of perf script's or trace-cmd's text.",
	  import_options, 2, 2, 0, 0, run_import, true },
	{ "completion", "bash|zsh|fish", "Print completions for a shell.",
	  no_options, 1, 1, 0, 0, run_completion, false },
};

const size_t command_count = ARRAY_SIZE(commands);

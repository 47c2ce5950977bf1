// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rtheap: the rtalloc module's heaps from a shell.
 *
 * One table holds all commands. Every option of every command is read by one
 * function into struct args; a command's own list says which it takes. The
 * arguments are checked here for their form: names, numbers, single words.
 *
 * To add a command: a row in commands[], its options, its run function, and
 * its paragraph in rtheap.1.
 */
#include <argp.h>
#include <stdlib.h>
#include <string.h>

#include <rtalloc/abi.h>

#include "rtheap.h"

const char *argp_program_version = "rtheap (rtalloc) " RTALLOC_VERSION;

enum option_key {
	KEY_REGION = 0x100,
	KEY_ALIGN,
	KEY_MODE,
	KEY_PROTECT,
	KEY_RAW_LOCK,
	KEY_ELEM,
	KEY_ELEMENTS,
	KEY_HEADER,
	KEY_HIGH_FIRST,
	KEY_GUARDS,
	KEY_CHECKED,
	KEY_QUARANTINE,
	KEY_FORCE,
	KEY_PHYS,
	KEY_OWNER,
	KEY_ZERO,
	KEY_COUNT,
	KEY_JSON,
	KEY_WIDTH,
	KEY_HEIGHT,
	KEY_PERCPU,
	KEY_PERCPU_BYTES,
	KEY_WATCH,
	KEY_SECONDS,
	KEY_BUFFER,
	KEY_QUIET,
	KEY_KEEP,
};

#define OPT(n, k, a, d)	{ .name = (n), .key = (k), .arg = (a), .doc = (d) }

static const struct argp_option create_options[] = {
	OPT("region", KEY_REGION, "NAME", "cut the heap from this region"),
	OPT("align", KEY_ALIGN, "N", "alignment of all blocks"),
	OPT("mode", KEY_MODE, "fast|best", "where memheap puts freed blocks"),
	OPT("protect", KEY_PROTECT, NULL, "XOR the links of heap4's free blocks"),
	OPT("raw-lock", KEY_RAW_LOCK, NULL, "raw spinlock in any backend"),
	OPT("elem", KEY_ELEM, "N", "bytes of a pool's element"),
	OPT("elements", KEY_ELEMENTS, "N", "elements of a pool; else all that fit"),
	OPT("header", KEY_HEADER, NULL, "a pool's elements say whose they are"),
	OPT("high-first", KEY_HIGH_FIRST, NULL, "a pool begins at its end"),
	OPT("guards", KEY_GUARDS, NULL, "a pool sees writes beyond elements"),
	OPT("checked", KEY_CHECKED, NULL, "find misuse of the heap's blocks"),
	OPT("quarantine", KEY_QUARANTINE, "N",
	    "bytes of freed blocks that a checked heap keeps back"),
	OPT("percpu", KEY_PERCPU, NULL, "free blocks for each processor"),
	OPT("percpu-bytes", KEY_PERCPU_BYTES, "N",
	    "the same, at most so many bytes for each"),
	{ 0 }
};

static const struct argp_option destroy_options[] = {
	OPT("force", KEY_FORCE, NULL, "release blocks that live"),
	{ 0 }
};

static const struct argp_option extend_options[] = {
	OPT("region", KEY_REGION, "NAME", "take the memory from this region"),
	{ 0 }
};

static const struct argp_option region_create_options[] = {
	OPT("phys", KEY_PHYS, "ADDR", "physical base; else vmalloc memory"),
	{ 0 }
};

static const struct argp_option alloc_options[] = {
	OPT("align", KEY_ALIGN, "N", "alignment of the block"),
	OPT("owner", KEY_OWNER, "TAG", "mark the block with a tag"),
	OPT("zero", KEY_ZERO, NULL, "clear the block"),
	OPT("count", KEY_COUNT, "N", "get N blocks, one after the other"),
	{ 0 }
};

static const struct argp_option stats_options[] = {
	OPT("json", KEY_JSON, NULL, "print a JSON object"),
	{ 0 }
};

static const struct argp_option map_options[] = {
	OPT("json", KEY_JSON, NULL, "print every piece in a JSON object"),
	OPT("width", KEY_WIDTH, "N", "cells in a row, 8 to 512"),
	OPT("height", KEY_HEIGHT, "N", "rows at most, 1 to 512"),
	OPT("watch", KEY_WATCH, "SECONDS", "draw again and again"),
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
	{ 0 }
};

static const struct argp_option replay_options[] = {
	OPT("json", KEY_JSON, NULL, "print the result as a JSON object"),
	OPT("quiet", KEY_QUIET, NULL, "no progress bar, no result"),
	OPT("keep", KEY_KEEP, NULL, "leave what the trace never frees"),
	{ 0 }
};

/* name, arguments, help, options, min, max, names, numbers, run */
static const struct command commands[] = {
	{ "list", "", "List the heaps.",
	  NULL, 0, 0, 0, 0, run_list },
	{ "backends", "", "List the backends.",
	  NULL, 0, 0, 0, 0, run_backends },
	{ "create", "NAME BACKEND SIZE", "Create a heap.",
	  create_options, 3, 3, 2, 1, run_create },
	{ "destroy", "NAME", "Destroy a heap.",
	  destroy_options, 1, 1, 1, 0, run_destroy },
	{ "extend", "NAME SIZE", "Glue more memory to a heap.",
	  extend_options, 2, 2, 1, 1, run_extend },
	{ "shrink", "NAME", "Take back memory that was glued to a heap.",
	  extend_options, 1, 1, 1, 0, run_shrink },
	{ "trim", "NAME", "Give idle memory back to the heap.",
	  NULL, 1, 1, 1, 0, run_trim },
	{ "region list", "", "List the regions.",
	  NULL, 0, 0, 0, 0, run_region_list },
	{ "region create", "NAME SIZE", "Reserve a region.",
	  region_create_options, 2, 2, 1, 1, run_region_create },
	{ "region destroy", "NAME", "Release a region that has no heaps.",
	  NULL, 1, 1, 1, 0, run_region_destroy },
	{ "alloc", "NAME SIZE", "Allocate; print HANDLE OFFSET.",
	  alloc_options, 2, 2, 1, 1, run_alloc },
	{ "free", "NAME HANDLE...", "Free blocks.",
	  NULL, 2, -1, 1, -1, run_free },
	{ "realloc", "NAME HANDLE SIZE", "Resize; print HANDLE OFFSET.",
	  NULL, 3, 3, 1, 2, run_realloc },
	{ "fill", "NAME HANDLE...", "Write a pattern into blocks.",
	  NULL, 2, -1, 1, -1, run_fill },
	{ "verify", "NAME HANDLE...", "Compare blocks with their pattern.",
	  NULL, 2, -1, 1, -1, run_verify },
	{ "stats", "NAME", "Print the statistics of a heap.",
	  stats_options, 1, 1, 1, 0, run_stats },
	{ "map", "NAME", "Draw a heap as rows of cells.",
	  map_options, 1, 1, 1, 0, run_map },
	{ "check", "NAME", "Walk a heap and say ok, or what is damaged.",
	  NULL, 1, 1, 1, 0, run_check },
	{ "net", "[DEVICE]", "Print the network devices and their buffers.",
	  net_options, 0, 1, 1, 0, run_net },
	{ "record", "FILE [-- COMMAND...]",
	  "Record the kernel's allocations as a trace, until COMMAND ends.",
	  record_options, 1, -1, 0, 0, run_record },
	{ "replay", "TRACE NAME", "Play a trace into a heap.",
	  replay_options, 2, 2, 0, 0, run_replay },
};

static void take_number(struct argp_state *state, const char *arg,
			u64 low, u64 high, u64 *value)
{
	if (!parse_size(arg, value) || *value < low || *value > high)
		argp_error(state, "'%s' is not a number from %llu to %llu",
			   arg, low,
			   high);
}

static const char *take_size(struct argp_state *state, const char *arg)
{
	u64 value;

	if (!parse_size(arg, &value))
		argp_error(state, "'%s' is not a number", arg);
	return arg;
}

static const char *take_name(struct argp_state *state, const char *arg)
{
	if (!is_name(arg))
		argp_error(state, "'%s' is not a name", arg);
	return arg;
}

static const char *take_mode(struct argp_state *state, const char *arg)
{
	if (strcmp(arg, "fast") && strcmp(arg, "best"))
		argp_error(state, "'%s' is neither fast nor best", arg);
	return arg;
}

static const char *take_tag(struct argp_state *state, const char *arg)
{
	if (!is_word(arg))
		argp_error(state, "'%s' is not a tag", arg);
	return arg;
}

static double take_seconds(struct argp_state *state, const char *arg)
{
	double value = 0;

	if (!parse_seconds(arg, &value))
		argp_error(state, "'%s' is not a time in seconds", arg);
	return value;
}

/* Options that go into a request to the kernel. */
static error_t parse_request(int key, char *arg, struct argp_state *state)
{
	struct args *args = state->input;

	switch (key) {
	case KEY_REGION:
		args->region = take_name(state, arg);
		return 0;
	case KEY_ALIGN:
		args->align = take_size(state, arg);
		return 0;
	case KEY_MODE:
		args->mode = take_mode(state, arg);
		return 0;
	case KEY_PROTECT:
		args->protect = true;
		return 0;
	case KEY_RAW_LOCK:
		args->raw_lock = true;
		return 0;
	case KEY_ELEM:
		args->elem = take_size(state, arg);
		return 0;
	case KEY_ELEMENTS:
		args->elements = take_size(state, arg);
		return 0;
	case KEY_HEADER:
		args->header = true;
		return 0;
	case KEY_HIGH_FIRST:
		args->high_first = true;
		return 0;
	case KEY_GUARDS:
		args->guards = true;
		return 0;
	case KEY_CHECKED:
		args->checked = true;
		return 0;
	case KEY_QUARANTINE:
		args->quarantine = take_size(state, arg);
		return 0;
	case KEY_PERCPU:
		args->percpu = true;
		return 0;
	case KEY_PERCPU_BYTES:
		args->percpu_bytes = take_size(state, arg);
		return 0;
	case KEY_FORCE:
		args->force = true;
		return 0;
	case KEY_PHYS:
		args->phys = take_size(state, arg);
		return 0;
	case KEY_OWNER:
		args->owner = take_tag(state, arg);
		return 0;
	case KEY_ZERO:
		args->zero = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* Options that tell the tool what to do with it. */
static error_t parse_display(int key, char *arg, struct argp_state *state)
{
	struct args *args = state->input;

	switch (key) {
	case KEY_COUNT:
		take_number(state, arg, 1, UINT64_MAX, &args->count);
		return 0;
	case KEY_JSON:
		args->json = true;
		return 0;
	case KEY_WIDTH:
		take_number(state, arg, 8, 512, &args->width);
		return 0;
	case KEY_HEIGHT:
		take_number(state, arg, 1, 512, &args->height);
		return 0;
	case KEY_WATCH:
	case KEY_SECONDS:
		args->seconds = take_seconds(state, arg);
		return 0;
	case KEY_BUFFER:
		take_number(state, arg, 4096, 1u << 30, &args->buffer);
		return 0;
	case KEY_QUIET:
		args->quiet = true;
		return 0;
	case KEY_KEEP:
		args->keep = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* The first argument that the table does not limit takes all that follow. */
static error_t parse_argument(int key, char *arg, struct argp_state *state)
{
	struct args *args = state->input;
	int max = args->cmd->max_args;

	if (key == ARGP_KEY_END) {
		if (args->argc < args->cmd->min_args)
			argp_error(state, "arguments are missing");
		return 0;
	}
	if (key != ARGP_KEY_ARG)
		return ARGP_ERR_UNKNOWN;
	if (max >= 0 && args->argc >= max)
		argp_error(state, "'%s' is one argument too many", arg);
	args->argv[args->argc++] = arg;
	/* What follows is a foreign command with options of its own. */
	if (args->cmd->run == run_record && args->argc == 2) {
		while (state->next < state->argc)
			args->argv[args->argc++] = state->argv[state->next++];
	}
	return 0;
}

static error_t parse_command(int key, char *arg, struct argp_state *state)
{
	error_t err = parse_argument(key, arg, state);

	if (err == ARGP_ERR_UNKNOWN)
		err = parse_request(key, arg, state);
	if (err == ARGP_ERR_UNKNOWN)
		err = parse_display(key, arg, state);
	return err;
}

static void check_arguments(struct args *args, const struct argp *argp,
			    const char *name)
{
	const struct command *cmd = args->cmd;
	struct argp_state state = {
		.root_argp = argp,
		.name = (char *)name,
		.err_stream = stderr,
		.out_stream = stdout,
	};
	int last = cmd->names + cmd->numbers;
	int i;

	for (i = 0; i < args->argc; i++) {
		if (i < cmd->names)
			take_name(&state, args->argv[i]);
		else if (cmd->numbers < 0 || i < last)
			take_size(&state, args->argv[i]);
	}
	if (cmd->run == run_replay)
		take_name(&state, args->argv[1]);
}

/* argp's own help wraps nothing in a table, so the list is written here. */
static char *help_filter(int key, const char *text, void *input)
{
	size_t i, size;
	FILE *out;
	char *buf;

	(void)input;
	if (key != ARGP_KEY_HELP_POST_DOC)
		return (char *)text;
	out = open_memstream(&buf, &size);
	if (!out)
		return NULL;
	fputs("Commands:\n", out);
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		fprintf(out, "  %-15s %-21s %s\n", commands[i].name,
			commands[i].args, commands[i].help);
	fputs("\n'rtheap COMMAND --help' shows a command's options.\n", out);
	fputs("Sizes may end in K, M or G (powers of 1024).\n", out);
	fputs("Exit status: 0 done, 1 refused or failed, 2 wrong usage.", out);
	fclose(out);
	return buf;
}

/* Does @cmd stand at @argv? Returns how many words its name has, else 0. */
static int match(const struct command *cmd, int argc, char **argv)
{
	size_t len = strcspn(cmd->name, " ");

	if (strlen(argv[0]) != len || strncmp(argv[0], cmd->name, len))
		return 0;
	if (!cmd->name[len])
		return 1;
	return argc > 1 && !strcmp(argv[1], cmd->name + len + 1) ? 2 : 0;
}

static int run_command(const struct command *cmd, int argc, char **argv)
{
	struct argp argp = {
		.options = cmd->options,
		.parser = parse_command,
		.args_doc = *cmd->args ? cmd->args : NULL,
		.doc = cmd->help,
	};
	struct args args = { .cmd = cmd, .count = 1, .buffer = 4 << 20 };
	char name[64];
	int ret;

	snprintf(name, sizeof(name), "rtheap %s", cmd->name);
	argv[0] = name;
	args.argv = calloc(argc + 1, sizeof(*args.argv));
	if (!args.argv) {
		complain("out of memory");
		return EXIT_REFUSED;
	}
	argp_parse(&argp, argc, argv, 0, NULL, &args);
	check_arguments(&args, &argp, name);
	ret = cmd->run(&args);
	free(args.argv);
	return ret;
}

struct choice {
	const struct command *cmd;
	int argc;
	char **argv;
};

/* The first word that is no option ends the tool's own options. */
static error_t parse_main(int key, char *arg, struct argp_state *state)
{
	struct choice *choice = state->input;
	int argc = state->argc - state->next + 1;
	char **argv = state->argv + state->next - 1;
	int words;
	size_t i;

	if (key == ARGP_KEY_NO_ARGS)
		argp_error(state, "a command is missing");
	if (key != ARGP_KEY_ARG)
		return key == ARGP_KEY_END ? 0 : ARGP_ERR_UNKNOWN;
	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		words = match(&commands[i], argc, argv);
		if (!words)
			continue;
		choice->cmd = &commands[i];
		choice->argc = argc - words + 1;
		choice->argv = argv + words - 1;
		state->next = state->argc;
		return 0;
	}
	argp_error(state, "'%s' is not a command", arg);
	return ARGP_ERR_UNKNOWN;
}

int main(int argc, char **argv)
{
	static const struct argp argp = {
		.parser = parse_main,
		.args_doc = "COMMAND [ARGUMENT...]",
		.doc = "Look at and work on the heaps of the rtalloc module.\v",
		.help_filter = help_filter,
	};
	struct choice choice = { 0 };

	argp_err_exit_status = EXIT_USAGE;
	argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &choice);
	if (!choice.cmd)
		return EXIT_USAGE;
	return finish_stdout(run_command(choice.cmd, choice.argc,
					 choice.argv));
}

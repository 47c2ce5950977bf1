// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every option of every command, read into struct args.
 *
 * Which options a command takes is in its table in commands.c. Only the form of the
 * arguments is checked here: names, numbers, single words.
 */
#include <stdlib.h>
#include <string.h>

#include "options.h"

static void take_number(struct argp_state *state, const char *arg,
			u64 low, u64 high, u64 *value)
{
	if (!parse_size(arg, value) || *value < low || *value > high)
		argp_error(state, "'%s' is not a number from %llu to %llu",
			   arg, low,
			   high);
}

const char *take_size(struct argp_state *state, const char *arg)
{
	u64 value;

	if (!parse_size(arg, &value))
		argp_error(state, "'%s' is not a number", arg);
	return arg;
}

const char *take_name(struct argp_state *state, const char *arg)
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

/* Parse "LOW-HIGH", or one number that is both. */
static void take_range(struct argp_state *state, char *arg, struct args *args)
{
	char *dash = strchr(arg, '-');

	if (dash)
		*dash++ = '\0';
	if (!parse_size(arg, &args->low) ||
	    !parse_size(dash ? dash : arg, &args->high) ||
	    args->low > args->high || !args->high)
		argp_error(state, "'%s%s%s' is no range of sizes", arg,
			   dash ? "-" : "", dash ? dash : "");
}

/* Pass the choice to counter_open() in this process and in its children. */
static void take_counter(struct argp_state *state, const char *arg)
{
	static const char *const names[] = { "counter", "valgrind", "stepped",
					     "none" };
	size_t i = 0;

	while (i < ARRAY_SIZE(names) && strcmp(names[i], arg))
		i++;
	if (i == ARRAY_SIZE(names))
		argp_error(state, "'%s' is none of counter, valgrind, stepped, none",
			   arg);
	setenv("RTHEAP_COUNTER", arg, 1);
}

static double take_seconds(struct argp_state *state, const char *arg)
{
	double value = 0;

	if (!parse_seconds(arg, &value))
		argp_error(state, "'%s' is not a time in seconds", arg);
	return value;
}

/* Parse options that become part of a request to the kernel. */
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

/* Parse options about what the tool itself does and prints. */
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
	case KEY_ON:
		args->on = true;
		return 0;
	case KEY_SITES:
		args->sites = true;
		return 0;
	case KEY_OFF:
		args->off = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* Collect the arguments and check their number. */
static error_t parse_argument(int key, char *arg, struct argp_state *state)
{
	struct args *args = state->input;
	int max = args->cmd->max_args;

	if (key == ARGP_KEY_END) {
		if (args->argc < args->cmd->min_args)
			argp_error(state, "arguments are missing: %s",
				   args->cmd->args);
		return 0;
	}
	if (key != ARGP_KEY_ARG)
		return ARGP_ERR_UNKNOWN;
	if (max >= 0 && args->argc >= max)
		argp_error(state, "'%s' is one argument too many", arg);
	args->argv[args->argc++] = arg;
	/* The rest is the recorded COMMAND with its own options. */
	if (args->cmd->run == run_record && args->argc == 2) {
		while (state->next < state->argc)
			args->argv[args->argc++] = state->argv[state->next++];
	}
	return 0;
}

/* Parse options of commands that work on traces and pictures. */
static error_t parse_trace(int key, char *arg, struct argp_state *state)
{
	struct args *args = state->input;

	switch (key) {
	case KEY_SIZE:
		take_number(state, arg, 4096, 1ull << 40, &args->size);
		return 0;
	case KEY_COUNTER:
		take_counter(state, arg);
		return 0;
	case KEY_BACKEND:
		args->backend = arg;
		return 0;
	case 'o':
		args->output = arg;
		return 0;
	case KEY_SVG:
		args->svg = arg;
		return 0;
	case KEY_PNG:
		args->png = arg;
		return 0;
	case KEY_TOP:
		take_number(state, arg, 1, 1u << 20, &args->top);
		return 0;
	case KEY_FOLDED:
		args->folded = true;
		return 0;
	case KEY_HEAP:
		args->heap = take_name(state, arg);
		return 0;
	case KEY_PID:
		take_number(state, arg, 0, INT32_MAX, &args->pid);
		args->has_pid = true;
		return 0;
	case KEY_CPU:
		take_number(state, arg, 0, 65535, &args->cpu);
		args->has_cpu = true;
		return 0;
	case KEY_SITE:
		args->site = take_tag(state, arg);
		return 0;
	case KEY_BYTES:
		take_range(state, arg, args);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

error_t parse_command(int key, char *arg, struct argp_state *state)
{
	error_t err = parse_argument(key, arg, state);

	if (err == ARGP_ERR_UNKNOWN)
		err = parse_request(key, arg, state);
	if (err == ARGP_ERR_UNKNOWN)
		err = parse_display(key, arg, state);
	if (err == ARGP_ERR_UNKNOWN)
		err = parse_trace(key, arg, state);
	return err;
}

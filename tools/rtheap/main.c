// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rtheap: the rtalloc module's heaps from a shell.
 *
 * Find the command in the table (commands.c), parse its options (options.c) and run it. With
 * --json a command prints one JSON value. A command with struct command.ok does so also when
 * it is refused; the others print nothing then.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <rtalloc/abi.h>

#include "compare.h"
#include "options.h"

const char *argp_program_version = "rtheap (rtalloc) " RTALLOC_VERSION;

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

#define HELP_INDENT	20

static int help_width(void)
{
	const char *columns = getenv("COLUMNS");
	int width = columns ? atoi(columns) : 0;
	struct winsize size;

	if (width <= 0 && !ioctl(STDOUT_FILENO, TIOCGWINSZ, &size))
		width = size.ws_col;
	return width < 40 || width > 500 ? 79 : width - 1;
}

/* Print @text from column HELP_INDENT on, wrapped so that no line exceeds @width. */
static void put_wrapped(FILE *out, const char *text, int width)
{
	int at = HELP_INDENT, len;

	while (*text) {
		len = strcspn(text, " ");
		if (at > HELP_INDENT && at + 1 + len > width) {
			fprintf(out, "\n%*s", HELP_INDENT, "");
			at = HELP_INDENT;
		} else if (at > HELP_INDENT) {
			putc(' ', out);
			at++;
		}
		fwrite(text, 1, len, out);
		at += len;
		text += len + !!text[len];
	}
	putc('\n', out);
}

static void put_command(FILE *out, const struct command *cmd, int width)
{
	int len = fprintf(out, "  %s %s", cmd->name, cmd->args);

	if (len >= HELP_INDENT - 1)
		fprintf(out, "\n%*s", HELP_INDENT, "");
	else
		fprintf(out, "%*s", HELP_INDENT - len, "");
	put_wrapped(out, cmd->help, width);
}

/* Write the list of commands. argp's own help would not wrap the lines of a table. */
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
	for (i = 0; i < command_count; i++)
		put_command(out, &commands[i], help_width());
	fputs("\n'rtheap COMMAND --help' shows a command's options.\n", out);
	fputs("Sizes may end in K, M or G (powers of 1024).\n", out);
	fputs("Exit status: 0 done, 1 refused or failed, 2 wrong usage.", out);
	fclose(out);
	return buf;
}

/* Return the number of words of the name of @cmd if @argv begins with it, else 0. */
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
	struct args args = { .cmd = cmd, .buffer = 4 << 20 };
	char name[64];
	int ret;

	/* 0 means no limit: top runs until a signal comes. */
	args.count = cmd->run != run_top;
	snprintf(name, sizeof(name), "rtheap %s", cmd->name);
	argv[0] = name;
	args.argv = calloc(argc + 1, sizeof(*args.argv));
	if (!args.argv) {
		complain("out of memory");
		return EXIT_REFUSED;
	}
	argp_parse(&argp, argc, argv, 0, NULL, &args);
	check_arguments(&args, &argp, name);
	if (args.json && cmd->ok)
		answer_begin();
	ret = cmd->run(&args);
	if (args.json && cmd->ok)
		answer_end(ret);
	free(args.argv);
	return ret;
}

struct choice {
	const struct command *cmd;
	int argc;
	char **argv;
};

/* Refuse @word and name the commands that begin with it: "region list" for "region". */
static void refuse_command(struct argp_state *state, const char *word)
{
	size_t i, len = strlen(word), at = 0;
	char others[256] = "";
	const char *name;

	for (i = 0; i < command_count; i++) {
		name = commands[i].name;
		if (!strncmp(name, word, len) && name[len] == ' ' &&
		    at < sizeof(others))
			at += snprintf(others + at, sizeof(others) - at, "%s%s",
				       at ? ", " : "; there are: ", name);
	}
	argp_error(state, "'%s' is not a command%s", word, others);
}

/* Find the command: the first word that is not an option ends the tool's own options. */
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
	for (i = 0; i < command_count; i++) {
		words = match(&commands[i], argc, argv);
		if (!words)
			continue;
		choice->cmd = &commands[i];
		choice->argc = argc - words + 1;
		choice->argv = argv + words - 1;
		state->next = state->argc;
		return 0;
	}
	refuse_command(state, arg);
	return ARGP_ERR_UNKNOWN;
}

/*
 * Open /dev/null (read-only) for each standard file that is closed. Otherwise a file that
 * is opened later could get its number, and messages would be written into that file.
 */
static void hold_standard_files(void)
{
	int fd;

	do
		fd = open("/dev/null", O_CLOEXEC | O_RDONLY);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

static bool is_finished;

/* argp prints its help and calls exit() by itself, so stdout is checked at exit. */
static void finish_help(void)
{
	if (!is_finished && finish_stdout(EXIT_OK))
		_exit(EXIT_REFUSED);
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
	char margin[32];
	int ret;

	hold_standard_files();
	snprintf(margin, sizeof(margin), "rmargin=%d", help_width());
	setenv("ARGP_HELP_FMT", margin, 0);
	if (argc == 3 && !strcmp(argv[1], VALGRIND_CHILD))
		return compare_count_child(argv[2]);
	atexit(finish_help);
	argp_err_exit_status = EXIT_USAGE;
	argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &choice);
	if (!choice.cmd)
		return EXIT_USAGE;
	ret = finish_stdout(run_command(choice.cmd, choice.argc, choice.argv));
	is_finished = true;
	return ret;
}

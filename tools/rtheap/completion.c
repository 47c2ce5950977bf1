// SPDX-License-Identifier: GPL-2.0-only
/*
 * Print a shell's completion of commands, options, heaps and files, made from the table of
 * commands.
 */
#include <ctype.h>
#include <string.h>

#include "options.h"

/* The names of a command's arguments say what to complete. */
static bool takes_file(const struct command *cmd)
{
	return strstr(cmd->args, "TRACE") || strstr(cmd->args, "FILE") ||
	       strstr(cmd->args, "TEXT");
}

static bool takes_heap(const struct command *cmd)
{
	return strstr(cmd->args, "NAME") || strstr(cmd->args, "HEAP");
}

/* "bash|zsh|fish": the argument is one of these words. */
static bool takes_choice(const struct command *cmd)
{
	return strchr(cmd->args, '|') && islower((unsigned char)*cmd->args);
}

/* Print the choices of takes_choice() with blanks between them. */
static void print_choices(const struct command *cmd)
{
	const char *p;

	for (p = cmd->args; *p; p++)
		putchar(*p == '|' ? ' ' : *p);
}

static bool is_file(const struct argp_option *o)
{
	return o->arg && !strcmp(o->arg, "FILE");
}

static bool is_heap(const struct argp_option *o)
{
	return o->arg && !strcmp(o->name, "heap");
}

static bool is_last(const struct argp_option *o)
{
	return !o->name && !o->key && !o->doc;
}

/* Return the second word of a command's name, as "list" of "region list"; else NULL. */
static const char *second_word(const char *name)
{
	const char *blank = strchr(name, ' ');

	return blank ? blank + 1 : NULL;
}

static int first_len(const char *name)
{
	return strcspn(name, " ");
}

/* Is row @i the first one with its first word? */
static bool is_new(size_t i)
{
	int len = first_len(commands[i].name);

	return !i || strncmp(commands[i].name, commands[i - 1].name, len) ||
	       first_len(commands[i - 1].name) != len;
}

static void print_first_words(const char *between)
{
	size_t i;

	for (i = 0; i < command_count; i++)
		if (is_new(i))
			printf("%s%.*s", i ? between : "",
			       first_len(commands[i].name), commands[i].name);
}

static void bash_command(const struct command *cmd)
{
	const struct argp_option *o;

	printf("\t'%s') words='--help", cmd->name);
	for (o = cmd->options; !is_last(o); o++)
		printf(" --%s%s", o->name, o->arg ? "=" : "");
	if (takes_choice(cmd)) {
		putchar(' ');
		print_choices(cmd);
	}
	printf("'%s%s ;;\n", takes_heap(cmd) ? " heaps=yes" : "",
	       takes_file(cmd) ? " files=yes" : "");
}

static bool is_value(const struct argp_option *o)
{
	return o->arg && !is_file(o) && !is_heap(o);
}

/* Print "--NAME|--NAME..." of the options for which @is is true, each once. */
static void bash_options(bool (*is)(const struct argp_option *o))
{
	const struct argp_option *o, *seen[128];
	size_t i, j, n = 0;

	for (i = 0; i < command_count; i++)
		for (o = commands[i].options; !is_last(o); o++) {
			for (j = 0; j < n && strcmp(seen[j]->name, o->name); j++)
				;
			if (j < n || n == ARRAY_SIZE(seen) || !is(o))
				continue;
			printf("%s--%s", n ? "|" : "", o->name);
			seen[n++] = o;
		}
}

/* After an option with an argument, "=" or a blank follows the argument, nothing else. */
static void bash_values(void)
{
	fputs("\tcase $cur,$prev in\n"
	      "\t=,*) cur= ;;\n"
	      "\t*,=) prev=${COMP_WORDS[COMP_CWORD-2]} ;;\n"
	      "\tesac\n"
	      "\tcase $prev in\n\t", stdout);
	bash_options(is_file);
	fputs("|-o) files=yes words= heaps= ;;\n\t", stdout);
	bash_options(is_heap);
	fputs(") files= words= heaps=yes ;;\n\t", stdout);
	bash_options(is_value);
	puts(") files= words= heaps= ;;\n\tesac");
}

static void bash(void)
{
	size_t i;

	puts("# bash completion of rtheap; made by \"rtheap completion bash\"\n"
	     "_rtheap() {\n"
	     "\tlocal cur=${COMP_WORDS[COMP_CWORD]} cmd=${COMP_WORDS[1]}\n"
	     "\tlocal prev=${COMP_WORDS[COMP_CWORD-1]}\n"
	     "\tlocal words= heaps= files= first=2\n"
	     "\t[[ $cmd != region ]] || { cmd=\"region ${COMP_WORDS[2]}\"; first=3; }\n"
	     "\tcase $COMP_CWORD,$cmd in");
	fputs("\t1,*) words='", stdout);
	print_first_words(" ");
	puts("' ;;\n\t2,region*) words='list create destroy' ;;\n\tesac\n"
	     "\t((COMP_CWORD < first)) || case $cmd in");
	for (i = 0; i < command_count; i++)
		bash_command(&commands[i]);
	puts("\tesac");
	bash_values();
	puts("\t[[ -z $heaps ]] ||\n"
	     "\t\twords+=\" $(rtheap list 2>/dev/null | awk 'NR > 1 { print $1 }')\"\n"
	     "\tCOMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
	     "\t[[ -z $files ]] ||\n"
	     "\t\tmapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -f -- \"$cur\")\n"
	     "\t[[ ${COMPREPLY[0]} != *= ]] || compopt -o nospace\n"
	     "}\n"
	     "complete -o filenames -F _rtheap rtheap");
}

/* Print text within single quotes, with a backslash before characters in @escape. */
static void print_quoted(const char *text, const char *escape)
{
	for (; *text; text++) {
		if (*text == '\'')
			fputs("'\\''", stdout);
		else if (strchr(escape, *text))
			printf("\\%c", *text);
		else
			putchar(*text);
	}
}

static void zsh_arguments(const struct command *cmd)
{
	if (takes_choice(cmd)) {
		fputs(" \\\n\t\t':word:(", stdout);
		print_choices(cmd);
		puts(")' ;;");
		return;
	}
	printf(" \\\n\t\t'*::%s:%s' ;;\n", takes_file(cmd) ? "file" : "heap",
	       takes_file(cmd) && takes_heap(cmd) ? "_rtheap_both" :
	       takes_file(cmd) ? "_files" :
	       takes_heap(cmd) ? "_rtheap_heaps" : " ");
}

static void zsh_command(const struct command *cmd)
{
	const struct argp_option *o;

	printf("'%s')\n\t_arguments", cmd->name);
	for (o = cmd->options; !is_last(o); o++) {
		printf(" \\\n\t\t'--%s%s[", o->name, o->arg ? "=" : "");
		print_quoted(o->doc, "[]:\\");
		putchar(']');
		if (o->arg) {
			putchar(':');
			print_quoted(o->arg, ":\\");
			printf(":%s", is_file(o) ? "_files" :
				      is_heap(o) ? "_rtheap_heaps" : "");
		}
		putchar('\'');
	}
	zsh_arguments(cmd);
}

static void zsh(void)
{
	size_t i;

	puts("#compdef rtheap\n"
	     "# zsh completion of rtheap; made by \"rtheap completion zsh\"\n"
	     "_rtheap_heaps() {\n"
	     "\tlocal -a heaps=(${(f)\"$(rtheap list 2>/dev/null | awk 'NR > 1 { print $1 }')\"})\n"
	     "\tcompadd -a heaps\n"
	     "}\n"
	     "_rtheap_both() { _rtheap_heaps; _files; }\n"
	     "_rtheap() {\n"
	     "local -a cmds=(");
	for (i = 0; i < command_count; i++) {
		if (!is_new(i))
			continue;
		printf("\t'%.*s:", first_len(commands[i].name),
		       commands[i].name);
		print_quoted(commands[i].help, "");
		puts("'");
	}
	puts(")\n"
	     "if ((CURRENT == 2)); then _describe command cmds; return; fi\n"
	     "local cmd=$words[2]\n"
	     "if [[ $cmd == region ]]; then\n"
	     "\tif ((CURRENT == 3)); then compadd list create destroy; return; fi\n"
	     "\tcmd=\"region $words[3]\"; shift words; ((CURRENT--))\n"
	     "fi\n"
	     "shift words; ((CURRENT--))\n"
	     "case $cmd in");
	for (i = 0; i < command_count; i++)
		zsh_command(&commands[i]);
	puts("esac\n"
	     "}\n"
	     "if [[ $funcstack[1] == _rtheap ]]; then _rtheap \"$@\"; else compdef _rtheap rtheap; fi");
}

#define FISH_HEAPS \
	" -a '(rtheap list 2>/dev/null | tail -n +2 | cut -d \" \" -f 1)'"

/* Begin a line for what follows @cmd. "create" must not match "region create". */
static void fish_begin(const struct command *cmd)
{
	const char *second = second_word(cmd->name);

	printf("complete -c rtheap -n '__fish_seen_subcommand_from %s; and ",
	       second ? second : cmd->name);
	printf("%s__fish_seen_subcommand_from region'", second ? "" : "not ");
}

static void fish_command(const struct command *cmd)
{
	const char *second = second_word(cmd->name);
	const struct argp_option *o;

	if (second)
		printf("complete -c rtheap -n '__fish_seen_subcommand_from region' -a %s -d '",
		       second);
	else
		printf("complete -c rtheap -n __fish_use_subcommand -a %s -d '",
		       cmd->name);
	print_quoted(cmd->help, "");
	puts("'");
	for (o = cmd->options; !is_last(o); o++) {
		fish_begin(cmd);
		printf(" -l %s%s%s -d '", o->name, is_file(o) ? " -r -F" :
						     o->arg ? " -x" : "",
		       is_heap(o) ? FISH_HEAPS : "");
		print_quoted(o->doc, "");
		puts("'");
	}
	if (takes_choice(cmd)) {
		fish_begin(cmd);
		fputs(" -a '", stdout);
		print_choices(cmd);
		puts("'");
	}
	if (takes_heap(cmd)) {
		fish_begin(cmd);
		puts(FISH_HEAPS);
	}
	if (takes_file(cmd)) {
		fish_begin(cmd);
		puts(" -F");
	}
}

static void fish(void)
{
	size_t i;

	puts("# fish completion of rtheap; made by \"rtheap completion fish\"\n"
	     "complete -c rtheap -f\n"
	     "complete -c rtheap -n __fish_use_subcommand -a region -d 'Regions of memory.'");
	for (i = 0; i < command_count; i++)
		fish_command(&commands[i]);
}

int run_completion(struct args *args)
{
	static const struct {
		const char *shell;
		void (*print)(void);
	} shells[] = { { "bash", bash }, { "zsh", zsh }, { "fish", fish } };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(shells); i++) {
		if (strcmp(args->argv[0], shells[i].shell))
			continue;
		shells[i].print();
		return EXIT_OK;
	}
	complain("'%s' is not bash, zsh or fish", args->argv[0]);
	return EXIT_USAGE;
}

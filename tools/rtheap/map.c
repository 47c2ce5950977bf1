// SPDX-License-Identifier: GPL-2.0-only
/*
 * Draw a heap as rows of cells.
 *
 * Each cell stands for the same number of bytes. If all of them are in one state, the cell
 * shows that state's mark; a mixed cell shows how much of it is used. Bytes between the
 * pieces are the allocator's headers: they do not make a cell mixed, and a cell with nothing
 * else is shown as "meta".
 *
 * The heap may change while the kernel writes the map, so pieces can overlap or repeat. The
 * drawing accepts that and stays within its arrays.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "map.h"

#define DEFAULT_WIDTH	64
#define DEFAULT_HEIGHT	16

struct state_look {
	const char *word;
	const char *color;
	char cell;
};

/* The list RTALLOC_STATES() makes the enum too, so the order is the same. */
#define STATE_LOOK(name, text, mark)	{ text, COLOR_##name, mark },
#define COLOR_FREE	"\033[32m"
#define COLOR_USED	"\033[31m"
#define COLOR_IDLE	"\033[36m"
#define COLOR_META	"\033[35m"
#define COLOR_CACHED	"\033[34m"
#define COLOR_MIXED	"\033[33m"
#define COLOR_OFF	"\033[0m"

static const struct state_look looks[STATES] = {
	RTALLOC_STATES(STATE_LOOK)
};

/* Marks of mixed cells: up to a third used, up to two thirds, more. */
static const char density[] = ":+*";

/* A drawing. @cell: bytes of a cell; @bytes: for each cell the bytes in each state. */
struct canvas {
	u64 (*bytes)[STATES];
	u64 cell;
	u64 width;
	u64 cells;
};

static bool parse_state(struct word word, enum rtalloc_state *state)
{
	int i;

	for (i = 0; i < STATES; i++) {
		if (word_is(word, looks[i].word)) {
			*state = i;
			return true;
		}
	}
	return false;
}

static bool parse_piece(struct word line, struct piece *piece)
{
	struct word words[7];
	u64 end;
	int n;

	/* A later module may add columns. */
	n = split_words(line, words, 7);
	if (n < 4)
		return false;
	if (n >= 6) {
		piece->alloc = words[4];
		piece->free = words[5];
	}
	piece->age = 0;
	piece->is_aged = n >= 7 && word_u64(words[6], &piece->age);
	piece->owner = words[3];
	return word_u64(words[0], &piece->offset) &&
	       word_u64(words[1], &piece->size) &&
	       parse_state(words[2], &piece->state) &&
	       !__builtin_add_overflow(piece->offset, piece->size, &end);
}

static void map_count(struct map *map, const struct piece *piece)
{
	u64 end = piece->offset + piece->size;

	if (end > map->extent)
		map->extent = end;
	map->bytes[piece->state] += piece->size;
	map->number[piece->state]++;
	if (piece->state == RTALLOC_FREE && piece->size > map->largest_free)
		map->largest_free = piece->size;
}

static size_t count_lines(const struct text *text)
{
	const char *p = text->data;
	const char *end = p + text->len;
	size_t n = 0;

	for (; p < end; n++)
		next_line(&p, end);
	return n;
}

static bool known_heading(struct word line)
{
	static const char heading[] = "# rtalloc ";
	size_t len = strlen(heading);
	u64 version;

	return line.len > len && !memcmp(line.at, heading, len) &&
	       read_u64(line.at + len, line.at + line.len, &version) &&
	       version >= RTALLOC_FORMAT;
}

/* Parse all lines. Returns the number of the first bad line, 0 if there is none. */
static size_t map_parse(struct map *map)
{
	const char *p = map->text.data;
	const char *end = p + map->text.len;
	struct piece *piece;
	size_t line = 1;

	if (!known_heading(next_line(&p, end)))
		return line;
	while (p < end) {
		line++;
		piece = &map->pieces[map->count];
		if (!parse_piece(next_line(&p, end), piece))
			return line;
		map_count(map, piece);
		map->count++;
	}
	return 0;
}

void map_free(struct map *map)
{
	free(map->pieces);
	free(map->text.data);
}

const char *state_word(enum rtalloc_state state)
{
	return looks[state].word;
}

long map_take(struct map *map, struct text text)
{
	long bad;

	*map = (struct map){ .text = text };
	map->pieces = calloc(count_lines(&map->text) + 1,
			     sizeof(*map->pieces));
	bad = map->pieces ? (long)map_parse(map) : -ENOMEM;
	if (bad)
		map_free(map);
	return bad;
}

int map_read(const char *heap, struct map *map)
{
	struct text text;
	long bad;

	if (show_read(heap, "map", &text))
		return EXIT_REFUSED;
	bad = map_take(map, text);
	if (!bad)
		return 0;
	if (bad < 0)
		complain("%s: out of memory", heap);
	else
		complain("%s: line %ld of the map makes no sense", heap, bad);
	return EXIT_REFUSED;
}

/* Return the size of a cell, so that @max cells hold @extent: a readable number. */
static u64 cell_size(u64 extent, u64 max)
{
	u64 size = extent / max + !!(extent % max);
	u64 unit = 8;

	while (size / unit > 16)
		unit *= 2;
	size = (size + unit - 1) / unit * unit;
	return size ? size : unit;
}

static bool canvas_init(struct canvas *canvas, u64 extent,
			u64 width, u64 height)
{
	canvas->width = width;
	canvas->cell = cell_size(extent, width * height);
	canvas->cells = extent / canvas->cell + !!(extent % canvas->cell);
	canvas->bytes = calloc(canvas->cells + 1, sizeof(*canvas->bytes));
	return canvas->bytes;
}

static void canvas_add(struct canvas *canvas, const struct piece *piece)
{
	u64 at = piece->offset;
	u64 end = at + piece->size;
	u64 i, part;

	while (at < end) {
		i = at / canvas->cell;
		part = canvas->cell - at % canvas->cell;
		if (part > end - at)
			part = end - at;
		canvas->bytes[i][piece->state] += part;
		at += part;
	}
}

/* Return the mark of a cell, and its colour in @color. */
static char cell_mark(const u64 *bytes, const char **color)
{
	int i, kinds = 0, kind = RTALLOC_META;
	u64 sum = 0;

	for (i = 0; i < STATES; i++) {
		if (!bytes[i])
			continue;
		kinds++;
		kind = i;
		sum += bytes[i];
	}
	*color = kinds > 1 ? COLOR_MIXED : looks[kind].color;
	if (kinds <= 1)
		return looks[kind].cell;
	if (bytes[RTALLOC_USED] <= sum / 3)
		return density[0];
	return density[bytes[RTALLOC_USED] <= sum - sum / 3 ? 1 : 2];
}

static bool want_color(void)
{
	const char *no_color = getenv("NO_COLOR");

	return is_screen() && !(no_color && *no_color);
}

static int digits(u64 value)
{
	char buf[20];

	return write_u64(buf, value) - buf;
}

static void draw_row(const struct canvas *canvas, u64 first, bool color)
{
	const char *now = "", *next;
	u64 i;
	char mark;

	for (i = first; i < canvas->cells && i < first + canvas->width; i++) {
		mark = cell_mark(canvas->bytes[i], &next);
		if (color && strcmp(now, next)) {
			fputs(next, stdout);
			now = next;
		}
		putchar(mark);
	}
	puts(color ? COLOR_OFF : "");
}

/* Is the state shown? "cached" is left out if no piece has it, as in most heaps. */
static bool is_told(const struct map *map, int state)
{
	return state != RTALLOC_CACHED || map->number[state];
}

static void draw_legend(const struct canvas *canvas, const struct map *map)
{
	int i;

	printf("one cell is %llu bytes:", canvas->cell);
	for (i = 0; i < STATES; i++)
		if (is_told(map, i))
			printf("  %c %s", looks[i].cell, looks[i].word);
	printf("  mixed: %c few  %c half  %c most used\n", density[0],
	       density[1], density[2]);
}

static void draw_summary(const char *heap, const struct map *map)
{
	int i;

	printf("%s: %llu bytes:", heap, map->extent);
	for (i = 0; i < STATES; i++)
		if (is_told(map, i))
			printf(" %llu %s (%llu bytes),", map->number[i],
			       looks[i].word, map->bytes[i]);
	printf(" largest free %llu\n", map->largest_free);
}

/* Return the number of cells in a row: --width, else what fits the terminal. */
static u64 row_width(const struct args *args, int margin)
{
	u64 columns = terminal_columns();

	if (args->width)
		return args->width;
	if (!columns)
		return DEFAULT_WIDTH;
	return columns > (u64)margin + 8 ? columns - margin : 8;
}

/* Return the width of an offset: digits of the largest in KiB, ".0", " K", two blanks. */
static int margin_of(u64 extent)
{
	return digits(extent / 1024) + 6;
}

/* Print the offset of a row in KiB, with tenths if rows do not begin at whole KiB. */
static void draw_offset(u64 offset, bool tenths, int margin)
{
	if (tenths)
		printf("%*.1f K  ", margin - 4, offset / 1024.0);
	else
		printf("%*llu K  ", margin - 4, offset / 1024);
}

static int draw(const struct args *args, const struct map *map)
{
	int margin = margin_of(map->extent);
	u64 width = row_width(args, margin);
	u64 height = args->height ? args->height : DEFAULT_HEIGHT;
	bool color = want_color();
	struct canvas canvas;
	u64 i;

	if (!canvas_init(&canvas, map->extent, width, height)) {
		complain("%s: out of memory", args->argv[0]);
		return EXIT_REFUSED;
	}
	for (i = 0; i < map->count; i++)
		canvas_add(&canvas, &map->pieces[i]);
	for (i = 0; i < canvas.cells; i += width) {
		draw_offset(i * canvas.cell, canvas.cell * width % 1024,
			    margin);
		draw_row(&canvas, i, color);
	}
	draw_legend(&canvas, map);
	draw_summary(args->argv[0], map);
	free(canvas.bytes);
	return EXIT_OK;
}

static void print_word(const char *key, struct word word)
{
	printf("\"%s\": ", key);
	if (word_is(word, "-"))
		fputs("null", stdout);
	else
		json_string(stdout, word.at, word.len);
}

static void print_piece(const struct piece *piece)
{
	printf("\n    {\"offset\": %llu, \"size\": %llu, \"state\": \"%s\", ",
	       piece->offset,
	       piece->size, looks[piece->state].word);
	print_word("owner", piece->owner);
	if (piece->alloc.len) {
		fputs(", ", stdout);
		print_word("alloc", piece->alloc);
		fputs(", ", stdout);
		print_word("free", piece->free);
	}
	if (piece->is_aged)
		printf(", \"age_ms\": %llu", piece->age);
	putchar('}');
}

static int print_json(const char *heap, const struct map *map)
{
	size_t i;

	printf("{\n  \"format\": %d,\n  \"name\": ", RTALLOC_FORMAT);
	json_string(stdout, heap, strlen(heap));
	printf(",\n  \"extent\": %llu,\n", map->extent);
	for (i = 0; i < STATES; i++)
		if (is_told(map, i))
			printf("  \"%s\": {\"pieces\": %llu, \"bytes\": %llu},\n",
			       looks[i].word, map->number[i], map->bytes[i]);
	printf("  \"largest_free\": %llu,\n  \"pieces\": [",
	       map->largest_free);
	for (i = 0; i < map->count; i++) {
		if (i)
			putchar(',');
		print_piece(&map->pieces[i]);
	}
	puts(map->count ? "\n  ]\n}" : "]\n}");
	return EXIT_OK;
}

static int map_once(const struct args *args)
{
	struct map map;
	int ret = map_read(args->argv[0], &map);

	if (ret)
		return ret;
	if (args->svg || args->png)
		ret = map_picture(args, &map);
	if (!ret && args->json)
		ret = print_json(args->argv[0], &map);
	else if (!args->svg && !args->png)
		ret = draw(args, &map);
	map_free(&map);
	return ret;
}

/* Is that standard output? */
static bool is_stdout(const char *file)
{
	return file && !strcmp(file, "-");
}

int run_map(struct args *args)
{
	if (is_stdout(args->svg) && is_stdout(args->png)) {
		complain("--svg, --png: standard output takes only one of them");
		return EXIT_USAGE;
	}
	if (!output_is_free(args, args->svg) || !output_is_free(args, args->png))
		return EXIT_USAGE;
	return view(args, map_once);
}

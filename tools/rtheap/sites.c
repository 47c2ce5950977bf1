// SPDX-License-Identifier: GPL-2.0-only
/*
 * Show who allocated the live blocks, and how old these are.
 *
 * A trace is walked twice: first to find the event at which most bytes are live, then to
 * count for each site up to that event and up to the end. A heap's map says who owns each
 * block: the caller in a checked heap, else the owner's tag.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "map.h"
#include "sites.h"

#define DEFAULT_TOP	20

/* A slot of the trace. @bytes 0: it is empty. */
struct slot {
	u32 bytes;
	u32 site;
	size_t born;
};

struct counting {
	const struct trace *trace;
	const struct trace_sites *names;
	struct site *list;
	struct slot *slots;
	size_t peak_at;		/* number of events up to the peak of live bytes */
};

bool is_trace(const char *name)
{
	const char *dot = strrchr(name, '.');
	struct stat st;

	if (!strcmp(name, "-"))
		return true;
	/* The current directory may be debugfs, where a heap is a directory. */
	if (!strchr(name, '/') && !stat(name, &st))
		return !S_ISDIR(st.st_mode);
	/* A path, or a name that ends like a trace's, is not a heap even if it is missing. */
	return strchr(name, '/') ||
	       (dot && (!strcmp(dot, ".gz") || !strcmp(dot, ".trace")));
}

static void count_event(struct counting *c, size_t i)
{
	const struct trace_event *e = &c->trace->events[i];
	struct slot *slot = &c->slots[e->slot];
	struct site *site = &c->list[e->bytes ? c->names->of[i] : slot->site];

	if (e->bytes) {
		*slot = (struct slot){ e->bytes, c->names->of[i], i };
		site->allocs++;
		site->bytes += e->bytes;
		site->live += e->bytes;
		site->blocks++;
	} else {
		site->live -= slot->bytes;
		site->blocks--;
		slot->bytes = 0;
	}
}

static size_t find_peak(const struct trace *trace, u32 *sizes)
{
	u64 live = 0;
	size_t i;

	for (i = 0; i < trace->count && live < trace->peak_live; i++) {
		const struct trace_event *e = &trace->events[i];

		live += e->bytes;
		live -= e->bytes ? 0 : sizes[e->slot];
		sizes[e->slot] = e->bytes;
	}
	return i;
}

static void count_ages(struct counting *c)
{
	u32 i;

	for (i = 0; i < c->trace->slots; i++) {
		const struct slot *slot = &c->slots[i];
		struct site *site = &c->list[slot->site];
		u64 age = c->trace->count - slot->born;

		if (!slot->bytes)
			continue;
		site->age += age;
		if (age > site->oldest)
			site->oldest = age;
	}
}

static void count(struct counting *c)
{
	size_t i, j;

	for (i = 0; i < c->trace->count; i++) {
		count_event(c, i);
		for (j = 0; i + 1 == c->peak_at && j < c->names->count; j++)
			c->list[j].peak = c->list[j].live;
	}
	count_ages(c);
}

static int by_peak(const void *a, const void *b)
{
	const struct site *x = a, *y = b;

	if (x->peak != y->peak)
		return x->peak < y->peak ? 1 : -1;
	if (x->bytes != y->bytes)
		return x->bytes < y->bytes ? 1 : -1;
	return strcmp(x->name, y->name);
}

/* Sort the sites and drop those that never allocated. */
static void finish(struct sites *sites)
{
	qsort(sites->list, sites->count, sizeof(*sites->list), by_peak);
	while (sites->count && !sites->list[sites->count - 1].allocs)
		free(sites->list[--sites->count].name);
}

static int no_memory(void)
{
	complain("out of memory");
	return -1;
}

int sites_of_trace(const struct trace *trace, const struct trace_sites *names,
		   struct sites *sites)
{
	struct counting c = { .trace = trace, .names = names };
	u32 *sizes = calloc((size_t)trace->slots + 1, sizeof(*sizes));
	size_t i;

	*sites = (struct sites){ .ages = "events" };
	c.slots = calloc((size_t)trace->slots + 1, sizeof(*c.slots));
	c.list = calloc(names->count + 1, sizeof(*c.list));
	if (!sizes || !c.slots || !c.list) {
		free(sizes);
		free(c.slots);
		free(c.list);
		return no_memory();
	}
	c.peak_at = find_peak(trace, sizes);
	count(&c);
	for (i = 0; i < names->count; i++)
		c.list[i].name = strdup(names->names[i]);
	free(sizes);
	free(c.slots);
	sites->list = c.list;
	sites->count = names->count;
	finish(sites);
	return 0;
}

static struct site *site_of(struct sites *sites, struct word name)
{
	size_t i;

	for (i = 0; i < sites->count; i++)
		if (word_is(name, sites->list[i].name))
			return &sites->list[i];
	sites->list[i].name = strndup(name.at, name.len);
	if (sites->list[i].name)
		sites->count++;
	return &sites->list[i];
}

int sites_of_map(const struct map *map, struct sites *sites)
{
	const struct piece *piece;
	struct site *site;
	size_t i;

	*sites = (struct sites){ 0 };
	sites->list = calloc(map->count + 1, sizeof(*sites->list));
	if (!sites->list)
		return no_memory();
	for (i = 0; i < map->count; i++) {
		piece = &map->pieces[i];
		if (piece->state != RTALLOC_USED)
			continue;
		site = site_of(sites, piece->alloc.len ? piece->alloc :
							 piece->owner);
		site->allocs++;
		site->blocks++;
		site->bytes += piece->size;
		site->live += piece->size;
		site->peak += piece->size;
		site->age += piece->age;
		if (piece->age > site->oldest)
			site->oldest = piece->age;
		if (piece->is_aged)
			sites->ages = "ms";
	}
	finish(sites);
	return 0;
}

void sites_free(struct sites *sites)
{
	size_t i;

	for (i = 0; i < sites->count; i++)
		free(sites->list[i].name);
	free(sites->list);
	*sites = (struct sites){ 0 };
}

static u64 mean_age(const struct site *site)
{
	return site->blocks ? site->age / site->blocks : 0;
}

bool sites_are_now(const struct sites *sites)
{
	return !sites->ages || strcmp(sites->ages, "events");
}

/* Do the sites come from a heap whose blocks have an age in milliseconds? */
static bool is_live(const struct sites *sites)
{
	return sites->ages && !strcmp(sites->ages, "ms");
}

static void print_ages(const struct sites *sites, const struct site *s)
{
	if (sites->ages && s->blocks)
		printf(" %10llu %10llu", s->oldest, mean_age(s));
	else
		printf(" %10s %10s", "-", "-");
}

/* Print the sites of a heap, where only the present is known. */
static void print_now(const struct sites *sites, size_t n)
{
	const struct site *s;

	printf("%12s %9s %10s %10s  site\n", "bytes", "blocks", "oldest",
	       "mean age");
	for (s = sites->list; s < sites->list + n; s++) {
		printf("%12llu %9llu", s->live, s->blocks);
		print_ages(sites, s);
		fputs("  ", stdout);
		put_printable(s->name);
		putchar('\n');
	}
}

static void print_history(const struct sites *sites, size_t n)
{
	const struct site *s;

	printf("%12s %12s %9s %10s %10s %10s  site\n", "bytes:peak", "end",
	       "blocks", "oldest", "mean age", "allocs");
	for (s = sites->list; s < sites->list + n; s++) {
		printf("%12llu %12llu %9llu", s->peak, s->live, s->blocks);
		print_ages(sites, s);
		printf(" %10llu  ", s->allocs);
		put_printable(s->name);
		putchar('\n');
	}
}

static void print_table(const struct sites *sites, size_t n)
{
	if (sites_are_now(sites))
		print_now(sites, n);
	else
		print_history(sites, n);
	if (n < sites->count)
		printf("and %zu more (--top)\n", sites->count - n);
	if (sites->ages)
		printf("%sAges in %s, of what lives%s.\n",
		       is_live(sites) ? "" : "peak: when most bytes lived. ",
		       sites->ages, is_live(sites) ? "" : " at the end");
}

static void print_json(const struct sites *sites, size_t n)
{
	const char *unit = is_live(sites) ? "_ms" : "";
	const struct site *s;

	puts("[");
	for (s = sites->list; s < sites->list + n; s++) {
		fputs("  {\"site\": ", stdout);
		json_string(stdout, s->name, strlen(s->name));
		printf(", \"peak\": %llu, \"live\": %llu, \"blocks\": %llu, ",
		       s->peak, s->live, s->blocks);
		printf("\"allocs\": %llu, \"bytes\": %llu", s->allocs, s->bytes);
		if (sites->ages)
			printf(", \"oldest%s\": %llu, \"mean_age%s\": %llu",
			       unit, s->oldest, unit, mean_age(s));
		puts(s + 1 < sites->list + n ? "}," : "}");
	}
	puts("]");
}

/* Print "NAME;FUNCTION BYTES" live at the peak, for flamegraph.pl and similar tools. */
static void print_folded(const struct sites *sites, const char *name)
{
	const struct site *s;
	char *p;

	for (s = sites->list; s < sites->list + sites->count; s++) {
		for (p = s->name; *p; p++)
			if (*p == ';' || *p == ' ')
				*p = '_';
		if (!s->peak)
			continue;
		put_printable(name);
		putchar(';');
		put_printable(s->name);
		printf(" %llu\n", s->peak);
	}
}

static int load_sites(const char *name, struct sites *sites)
{
	struct trace_sites names;
	struct trace trace;
	struct map map;
	int err;

	if (is_trace(name)) {
		if (trace_load_sites(name, &trace, &names))
			return -1;
		err = sites_of_trace(&trace, &names, sites);
		trace_sites_free(&names);
		trace_free(&trace);
		return err;
	}
	if (!is_name(name)) {
		complain("%s: neither a file nor a heap's name", name);
		return -1;
	}
	if (map_read(name, &map))
		return -1;
	err = sites_of_map(&map, sites);
	map_free(&map);
	return err;
}

int run_sites(struct args *args)
{
	const char *slash = strrchr(args->argv[0], '/');
	struct sites sites;
	size_t n = args->top ? args->top : DEFAULT_TOP;

	if (args->folded && args->json) {
		complain("--folded, --json: only one of them");
		return EXIT_USAGE;
	}
	if (load_sites(args->argv[0], &sites))
		return EXIT_REFUSED;
	if (n > sites.count)
		n = sites.count;
	if (args->folded)
		print_folded(&sites, slash ? slash + 1 : trace_title(args->argv[0]));
	else if (args->json)
		print_json(&sites, n);
	else
		print_table(&sites, n);
	sites_free(&sites);
	return EXIT_OK;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Show the network module's devices and their buffers.
 *
 * debugfs has a file with lines "key: value" for each device, and "stats" for the module.
 * The table has a line for each device with some of the keys. "in_flight" is the difference
 * between the total and the counted buffers: those that the driver is handling, and those
 * that moved while the kernel wrote the file.
 *
 * --watch adds rates since the previous frame.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rtheap.h"

#define MODULE_FILE	"stats"
#define DEVICES_MAX	64	/* largest number of devices with rates */

static const struct {
	const char *heading;
	const char *key;
} columns[] = {
	{ "device",	"device" },
	{ "netdev",	"netdev" },
	{ "total",	"pool.total" },
	{ "free",	"pool.free" },
	{ "posted",	"pool.posted" },
	{ "lent",	"pool.lent" },
	{ "in_flight",	NULL },
	{ "rx_packets",	"rx.packets" },
	{ "rx_bytes",	"rx.bytes" },
	{ "rx_drops",	"rx.drops" },
	{ "copied",	"rx.copied_bytes" },
	{ "tx_packets",	"tx.packets" },
	{ "tx_drops",	"tx.drops" },
};

/*
 * What a narrow terminal does not show: first what other columns tell as well. Drops, free
 * and lent buffers and rates stay longest.
 */
static const char *const spare[] = {
	"rx_bytes", "in_flight", "total", "copied", "posted", "tx_packets",
	"netdev", "rx_packets", "lent", NULL
};

/* Counters of a device in the previous frame. */
static struct past {
	char name[NAME_LEN + 1];
	double when;
	u64 packets;
	u64 bytes;
} pasts[DEVICES_MAX];

static struct past *past_of(const char *name)
{
	return name_slot(pasts, DEVICES_MAX, sizeof(*pasts), name);
}

static u64 number_of(const struct text *device, const char *key)
{
	u64 value = 0;

	stats_value(device, key, &value);
	return value;
}

static void write_in_flight(FILE *out, const struct text *device)
{
	u64 total = number_of(device, "pool.total");
	u64 known = number_of(device, "pool.free") +
		    number_of(device, "pool.posted") +
		    number_of(device, "pool.lent");

	fprintf(out, "%s%llu ", known > total ? "-" : "",
		known > total ? known - total : total - known);
}

/* Write packets and megabits per second; "-" in the first frame. */
static void write_rates(FILE *out, const char *name,
			const struct text *device)
{
	u64 packets = number_of(device, "rx.packets");
	u64 bytes = number_of(device, "rx.bytes");
	struct past *past = past_of(name);
	double now = seconds_now();

	if (!past)
		return;
	/* The counters begin at 0 again when a device is bound again. */
	if (past->when > 0 && packets >= past->packets &&
	    bytes >= past->bytes)
		fprintf(out, "%.0f %.1f",
			(packets - past->packets) / (now - past->when),
			(bytes - past->bytes) * 8 / 1e6 / (now - past->when));
	else
		fputs("- -", out);
	past->when = now;
	past->packets = packets;
	past->bytes = bytes;
}

static void write_device(FILE *out, const char *name,
			 const struct text *device, bool rates)
{
	struct word value;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(columns); i++) {
		if (!columns[i].key)
			write_in_flight(out, device);
		else if (stats_word(device, columns[i].key, &value))
			fprintf(out, "%.*s ", (int)value.len, value.at);
		else
			fputs("- ", out);
	}
	if (rates)
		write_rates(out, name, device);
	putc('\n', out);
}

static void write_heading(FILE *out, bool rates)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(columns); i++)
		fprintf(out, "%s ", columns[i].heading);
	fputs(rates ? "rx/s Mbit/s\n" : "\n", out);
}

/* The directory contains other files too. */
static bool is_device(const char *name)
{
	return strcmp(name, MODULE_FILE) && strcmp(name, "tap") &&
	       strcmp(name, "last_error");
}

/* Call @each with the name and text of each device, until it returns another value than 0. */
static int each_device(const struct text *names,
		       int (*each)(const char *name, const struct text *text,
				   void *ctx), void *ctx)
{
	const char *p = names->data, *end = p + names->len;
	char name[NAME_LEN + 1];
	struct text text;
	struct word line;
	int err, ret = EXIT_OK;

	while (p < end && ret == EXIT_OK) {
		line = next_line(&p, end);
		snprintf(name, sizeof(name), "%.*s", (int)line.len, line.at);
		if (!is_device(name))
			continue;
		err = debugfs_read(NET_DIRECTORY, name, &text);
		/* The device vanished after the directory was read. */
		if (err == -ENOENT || err == -ENODEV)
			continue;
		if (err)
			return refused(NET_DIRECTORY, err, "cannot read %s", name);
		ret = stats_known(&text, NET_DIRECTORY, name) ?
		      each(name, &text, ctx) : EXIT_REFUSED;
		free(text.data);
	}
	return ret;
}

struct table {
	FILE *out;
	bool rates;
};

static int table_device(const char *name, const struct text *text, void *ctx)
{
	struct table *table = ctx;

	write_device(table->out, name, text, table->rates);
	return EXIT_OK;
}

static int print_table(const struct text *names, bool rates)
{
	struct text rows = { 0 };
	struct table table = { .rates = rates };
	struct word heading;
	const char *p;
	int ret;

	table.out = open_memstream(&rows.data, &rows.len);
	if (!table.out) {
		complain("out of memory");
		return EXIT_REFUSED;
	}
	write_heading(table.out, rates);
	ret = each_device(names, table_device, &table);
	fclose(table.out);
	p = rows.data;
	heading = next_line(&p, rows.data + rows.len);
	if (ret == EXIT_OK)
		table_print(heading, p, rows.data + rows.len, spare);
	free(rows.data);
	return ret;
}

static int json_device(const char *name, const struct text *text, void *ctx)
{
	const char **comma = ctx;

	(void)name;
	printf("%s\n    ", *comma);
	stats_json(text, 4);
	*comma = ",";
	return EXIT_OK;
}

static int print_json(const struct text *names)
{
	const char *comma = "";
	struct text module;
	int ret;

	if (show_read(NET_DIRECTORY, MODULE_FILE, &module))
		return EXIT_REFUSED;
	fputs("{\n  \"module\": ", stdout);
	stats_json(&module, 2);
	free(module.data);
	fputs(",\n  \"devices\": [", stdout);
	ret = each_device(names, json_device, &comma);
	puts(*comma ? "\n  ]\n}" : "]\n}");
	return ret;
}

static int net_once(const struct args *args)
{
	struct text names;
	int ret, err;

	if (args->argc)
		return stats_show(args, NET_DIRECTORY, args->argv[0]);
	err = debugfs_list(NET_DIRECTORY, &names);
	if (err == -ENOENT) {
		complain("net: there is none: is rtalloc_net loaded?");
		return EXIT_REFUSED;
	}
	if (err)
		return refused(NET_DIRECTORY, err, "cannot be read");
	ret = args->json ? print_json(&names) :
	      print_table(&names, args->seconds > 0);
	free(names.data);
	return ret;
}

int run_net(struct args *args)
{
	return view(args, net_once);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Record the kernel's kmem events as a trace.
 *
 * A tracefs instance of its own leaves other users of tracing undisturbed; it is removed at
 * the end in any case except SIGKILL, and after that by the next recording. While the command
 * runs, raw events are moved from the ring buffers (ring.c) into the journal (journal.c), at
 * least 50 times a second, and from there in order into the trace. Time stamps come from the
 * "counter" clock, which numbers the events of all CPUs in their exact order.
 *
 * A busy machine may produce events faster than they can be read. So time and signals are
 * checked after a few pages each, and the events left in the buffers at the end are read for
 * DRAIN_SECONDS only, after a signal not at all. Events that found no room in a ring buffer
 * or were not read are reported as lost. The whole machine is recorded, including the
 * allocations of this tool.
 *
 * The trace is written to a temporary file (output.c), so that a recording that fails leaves
 * an older trace of that name as it was.
 *
 * With --heap the events are those of one rtalloc heap: the kernel filters by its name, and
 * a block's offset is used as its address. The other filters are applied here, and only to
 * allocations: anybody may free a block.
 */
#include <errno.h>
#include <event-parse.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <tracefs.h>
#include <unistd.h>
#include <zlib.h>

#include "rtheap.h"

#define POLL_NS		20000000l
#define DRAIN_SECONDS	1.0
#define END_POLLS	50	/* number of polls before the command is killed */
#define FLUSH_AT	8192	/* events: sorting few is not worth it */
#define EVENTS		4
#define INSTANCE	"rtheap-"	/* and the process: the name of an instance */

struct kind {
	const char *name;
	bool alloc;
};

/* Names of events and fields. A table of kinds ends with an entry without a name. */
static const struct system {
	const char *name;
	const char *site;
	const char *address;
	const char *bytes;
	struct kind kinds[EVENTS + 1];
} systems[] = {
	{ "kmem", "call_site", "ptr", "bytes_req",
	  { { "kmalloc", true }, { "kmem_cache_alloc", true },
	    { "kfree", false }, { "kmem_cache_free", false } } },
	{ "rtalloc", "caller", "offset", "size",
	  { { "rtalloc_alloc", true }, { "rtalloc_free", false } } },
};

/* An event of the kernel and its fields. @bytes NULL: the event is a free. */
struct source {
	int id;
	struct tep_format_field *site;
	struct tep_format_field *address;
	struct tep_format_field *bytes;
};

struct record {
	const struct args *args;
	const struct system *system;
	struct tep_handle *tep;
	struct tracefs_instance *instance;
	struct source sources[EVENTS];
	struct ring *ring;
	struct journal journal;
	const char *file;
	char *at;	/* the temporary file; NULL: not yet or no longer there */
	void *out;
	pid_t child;
	int child_status;
};

static int open_output(struct record *r)
{
	size_t len = strlen(r->file);
	bool packed = len > 3 && !strcmp(r->file + len - 3, ".gz");
	const char *mode = packed ? "wb6" : "wbT";

	r->at = output_begin(r->file);
	if (!r->at)
		return -1;
	if (!strcmp(r->file, "-"))
		r->out = gzdopen(dup(STDOUT_FILENO), mode);
	else
		r->out = gzopen(r->at, mode);
	if (r->out)
		return 0;
	complain("%s: %s", r->file, strerror(errno));
	return -1;
}

static int find_source(struct record *r, int i)
{
	const struct system *sys = r->system;
	const char *name = sys->kinds[i].name;
	struct tep_event *event = tep_find_event_by_name(r->tep, sys->name,
							 name);
	struct source *s = &r->sources[i];

	if (!event) {
		complain("record: the kernel has no event %s:%s", sys->name,
			 name);
		return -1;
	}
	s->id = event->id;
	s->site = tep_find_field(event, sys->site);
	s->address = tep_find_field(event, sys->address);
	if (sys->kinds[i].alloc)
		s->bytes = tep_find_field(event, sys->bytes);
	if (s->site && s->address && (s->bytes || !sys->kinds[i].alloc))
		return 0;
	complain("record: %s:%s lacks %s, %s or %s", sys->name, name,
		 sys->site, sys->address, sys->bytes);
	return -1;
}

/* Load the formats of the events and the kernel's symbols. */
static int load_formats(struct record *r)
{
	const char * const wanted_systems[] = { r->system->name, NULL };
	int i;

	r->tep = tracefs_local_events_system(NULL, wanted_systems);
	if (!r->tep) {
		complain("record: the formats of the %s events cannot be read: %s",
			 r->system->name, strerror(errno));
		return -1;
	}
	for (i = 0; r->system->kinds[i].name; i++)
		if (find_source(r, i))
			return -1;
	return 0;
}

static int write_option(struct record *r, const char *file, const char *value)
{
	if (tracefs_instance_file_write(r->instance, file, value) >= 0)
		return 0;
	complain("record: cannot write '%s' to tracefs' %s: %s", value, file,
		 strerror(errno));
	return -1;
}

/* Return the process of an instance of this tool, or 0 if @name is not such a name. */
static pid_t instance_process(const char *name)
{
	size_t len = strlen(INSTANCE);
	u64 pid;

	if (strncmp(name, INSTANCE, len))
		return 0;
	name += len;
	if (!word_u64((struct word){ name, strlen(name) }, &pid) || pid > INT32_MAX)
		return 0;
	return pid;
}

/*
 * Remove the instance if a process that is no longer there has left it: it costs memory, and
 * each event that it records costs time. The own process has none yet, so that of its number
 * is another's. The kernel removes no instance whose buffers somebody has open, so one of a
 * process that cannot be seen from here is left alone.
 */
static int remove_left_instance(const char *name, void *ctx)
{
	pid_t pid = instance_process(name);
	char dir[64], *path;

	(void)ctx;
	if (!pid || (pid != getpid() && (!kill(pid, 0) || errno != ESRCH)))
		return 0;
	snprintf(dir, sizeof(dir), "instances/%s", name);
	path = tracefs_get_tracing_file(dir);
	if (path)
		rmdir(path);
	tracefs_put_tracing_file(path);
	return 0;
}

/* Create and set up the instance. It does not record yet. */
static int make_instance(struct record *r, u64 buffer)
{
	char name[32], kib[24];

	tracefs_instances_walk(remove_left_instance, NULL);
	snprintf(name, sizeof(name), INSTANCE "%d", (int)getpid());
	snprintf(kib, sizeof(kib), "%llu", buffer / 1024);
	r->instance = tracefs_instance_create(name);
	if (!r->instance) {
		complain("record: tracefs refuses an instance: %s",
			 strerror(errno));
		return -1;
	}
	if (tracefs_trace_off(r->instance)) {
		complain("record: cannot stop the new tracefs instance");
		return -1;
	}
	if (write_option(r, "trace_clock", "counter"))
		return -1;
	return write_option(r, "buffer_size_kb", kib);
}

/* With --heap, have the kernel deliver that heap's events only. */
static int set_filter(struct record *r, const char *event)
{
	char file[64], filter[96];

	if (!r->args->heap)
		return 0;
	snprintf(file, sizeof(file), "events/%s/%s/filter", r->system->name,
		 event);
	snprintf(filter, sizeof(filter), "heap == \"%s\"", r->args->heap);
	return write_option(r, file, filter);
}

static int set_events(struct record *r)
{
	const char *name;
	int i;

	for (i = 0; (name = r->system->kinds[i].name) != NULL; i++) {
		if (set_filter(r, name))
			return -1;
		if (!tracefs_event_enable(r->instance, r->system->name, name))
			continue;
		complain("record: cannot enable %s:%s: %s", r->system->name,
			 name, strerror(errno));
		return -1;
	}
	return 0;
}

/* Stop tracing and remove the instance with its buffers. */
static void remove_instance(struct record *r)
{
	if (!r->instance)
		return;
	tracefs_trace_off(r->instance);
	tracefs_event_disable(r->instance, r->system->name, NULL);
	if (tracefs_instance_destroy(r->instance))
		complain("record: the tracefs instance %s could not be removed",
			 tracefs_instance_get_name(r->instance));
	tracefs_instance_free(r->instance);
	r->instance = NULL;
}

static const struct source *source_of(const struct record *r, int id)
{
	int i;

	for (i = 0; r->system->kinds[i].name; i++)
		if (r->sources[i].id == id)
			return &r->sources[i];
	return NULL;
}

static u64 field(struct tep_format_field *f, struct tep_record *rec)
{
	unsigned long long value = 0;

	if (!f || tep_read_number_field(f, rec->data, &value))
		return 0;
	return value;
}

static const char *site_name(void *ctx, u64 site)
{
	struct record *r = ctx;

	return tep_find_function(r->tep, site);
}

static bool is_wanted(struct record *r, struct tep_record *rec, u64 bytes,
		      u64 site)
{
	const struct args *args = r->args;

	if (args->has_cpu && (u64)ring_cpu(r->ring) != args->cpu)
		return false;
	if (args->has_pid && (u64)tep_data_pid(r->tep, rec) != args->pid)
		return false;
	return wanted(args, bytes, args->site ? site_name(r, site) : NULL);
}

static int on_event(void *ctx, void *data, u64 when)
{
	struct record *r = ctx;
	struct tep_record rec = { .data = data };
	const struct source *s = source_of(r, tep_data_type(r->tep, &rec));
	struct journal_event e = { .when = when };
	u64 bytes;

	if (!s)
		return 0;
	e.address = field(s->address, &rec);
	bytes = field(s->bytes, &rec);
	/* The first block of a heap may have the offset 0, but address 0 means none. */
	e.address += !!r->args->heap;
	/* Skip a failed allocation, kfree(NULL), and an allocation of 0 bytes. */
	if (!e.address || (s->bytes && !bytes))
		return 0;
	e.bytes = bytes > UINT32_MAX ? UINT32_MAX : bytes;
	e.site = field(s->site, &rec);
	if (e.bytes && !is_wanted(r, &rec, bytes, e.site))
		return 0;
	return journal_add(&r->journal, &e);
}

/* Move events from the ring buffers into the journal, and complete ones into the trace. */
static int collect(struct record *r)
{
	int err = ring_read(r->ring, on_event, r);

	if (!err && r->journal.count >= FLUSH_AT)
		err = journal_flush(&r->journal, ring_complete(r->ring));
	if (!err)
		return 0;
	complain("record: cannot read events or write the trace: %s",
		 strerror(-err));
	return -1;
}

static void pause_shortly(void)
{
	static const struct timespec pause = { .tv_nsec = POLL_NS };

	nanosleep(&pause, NULL);
}

static int start_command(struct record *r, char **argv)
{
	posix_spawnattr_t attr;
	sigset_t set;
	int err;

	/* This tool ignores them; the command must not inherit that. */
	sigemptyset(&set);
	sigaddset(&set, SIGPIPE);
	sigaddset(&set, SIGXFSZ);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setsigdefault(&attr, &set);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF);
	err = posix_spawnp(&r->child, argv[0], NULL, &attr, argv, environ);
	posix_spawnattr_destroy(&attr);
	if (!err)
		return 0;
	r->child = 0;
	complain("record: %s: %s", argv[0], strerror(err));
	return -1;
}

/* Has the command ended? False if there is none. */
static bool command_ended(struct record *r)
{
	if (!r->child || waitpid(r->child, &r->child_status, WNOHANG) == 0)
		return false;
	r->child = 0;
	return true;
}

/* End a command that still runs, by SIGTERM and after a second by SIGKILL. */
static void end_command(struct record *r)
{
	int i;

	if (!r->child)
		return;
	kill(r->child, SIGTERM);
	for (i = 0; i < END_POLLS && !waitpid(r->child, NULL, WNOHANG); i++)
		pause_shortly();
	if (i == END_POLLS) {
		kill(r->child, SIGKILL);
		while (waitpid(r->child, NULL, 0) < 0 && errno == EINTR)
			;
	}
	r->child = 0;
}

/* Record until the command ends, the time is over, or a signal comes. */
static int watch(struct record *r, const struct args *args)
{
	double end = args->seconds > 0 ? seconds_now() + args->seconds : 0;
	int err = 0;

	while (!err && !interrupted() && !command_ended(r)) {
		if (end > 0 && seconds_now() >= end)
			break;
		err = collect(r);
		if (ring_is_dry(r->ring))
			pause_shortly();
	}
	tracefs_trace_off(r->instance);
	end_command(r);
	return err;
}

/* Read the events left in the buffers, after tracing was stopped. */
static int drain(struct record *r)
{
	double end = seconds_now() + DRAIN_SECONDS;
	int err = 0;

	while (!err && !interrupted() && seconds_now() < end) {
		err = collect(r);
		if (ring_is_dry(r->ring))
			break;
	}
	return err;
}

static int run_instance(struct record *r, const struct args *args)
{
	u64 lost;
	int err;

	if (set_events(r))
		return -1;
	if (tracefs_trace_on(r->instance)) {
		complain("record: cannot start tracing: %s", strerror(errno));
		return -1;
	}
	if (args->argc > 1 && start_command(r, args->argv + 1))
		return -1;
	err = watch(r, args);
	if (!err)
		err = drain(r);
	lost = ring_lost(r->ring);
	if (lost && !err)
		complain("record: %llu events were lost; try a larger --buffer",
			 lost);
	return err;
}

static int open_ring(struct record *r)
{
	r->ring = ring_open(r->tep, r->instance);
	if (r->ring)
		return 0;
	complain("record: the trace buffers cannot be opened");
	return -1;
}

/* Write the remaining events and give the trace its name. */
static int end_output(struct record *r, struct journal_result *result)
{
	int err = journal_end(&r->journal, result), end;

	errno = 0;
	end = gz_written(gzclose(r->out) == Z_OK);
	err = output_end(r->file, r->at, err ?: end);
	r->out = NULL;
	r->at = NULL;
	return err;
}

static int write_trace(struct record *r)
{
	struct journal_result result;
	int err = end_output(r, &result);

	if (err) {
		complain("%s: cannot write the trace: %s", r->file,
			 strerror(-err));
		return -1;
	}
	fprintf(stderr, "%s: %llu allocations, %llu frees, %llu slots\n",
		r->file, result.allocs, result.frees, result.slots);
	answer_add(", \"allocations\": %llu, \"frees\": %llu, \"slots\": %llu",
		   result.allocs, result.frees, result.slots);
	if (result.unknown || result.implied)
		fprintf(stderr, "%s: %llu unknown frees left out, %llu unseen put in\n",
			r->file, result.unknown, result.implied);
	return 0;
}

/* Note a failed command. The trace is complete nevertheless. */
static void report_command(const struct record *r)
{
	int status = r->child_status;

	if (WIFEXITED(status) && WEXITSTATUS(status))
		complain("record: note: the command ended with status %d",
			 WEXITSTATUS(status));
	else if (WIFSIGNALED(status))
		complain("record: note: the command was ended by signal %d",
			 WTERMSIG(status));
}

static int record(struct record *r, const struct args *args)
{
	int err;

	if (load_formats(r) || open_output(r))
		return -1;
	err = catch_signals();
	if (!err)
		err = journal_begin(&r->journal, r->out, site_name, r);
	if (err) {
		complain("record: %s", strerror(-err));
		return -1;
	}
	err = make_instance(r, args->buffer);
	if (!err)
		err = open_ring(r);
	if (!err)
		err = run_instance(r, args);
	ring_close(r->ring);
	remove_instance(r);
	if (err)
		return -1;
	report_command(r);
	return write_trace(r);
}

int run_record(struct args *args)
{
	struct record r = {
		.args = args,
		.system = &systems[!!args->heap],
		.file = args->argv[0],
	};
	int err;

	if (args->argc > 1 && args->seconds > 0) {
		complain("record: either --seconds or a command");
		return EXIT_USAGE;
	}
	if (!output_is_free(args, r.file))
		return EXIT_USAGE;
	if (!tracefs_tracing_dir()) {
		complain("record: no tracefs (needs root and CONFIG_TRACING)");
		return EXIT_REFUSED;
	}
	err = record(&r, args);
	if (r.out)
		gzclose(r.out);
	if (r.at)
		output_end(r.file, r.at, -ECANCELED);
	if (r.tep)
		tep_free(r.tep);
	journal_free(&r.journal);
	return err ? EXIT_REFUSED : EXIT_OK;
}

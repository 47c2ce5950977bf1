// SPDX-License-Identifier: GPL-2.0-only
/*
 * wcet.c - run backends in their worst states, for callgrind to count instructions.
 *
 *	wcet BACKEND REGION...		run by tools/user/wcet
 *
 * Callgrind writes a dump for each counted operation, whose trigger is
 *
 *	BACKEND OPERATION STATE REGION
 *
 * with an 8 behind the operation if the heap has 8 regions. Only instructions within
 * counted() are counted (--toggle-collect=counted). The operation "empty" is a hook of one
 * instruction and shows what counted() itself costs; "known" is a hook of 101. The number
 * of holes in the checkerboard is printed.
 *
 * Without callgrind the same calls are made and nothing is counted.
 */
#include <stdlib.h>
#include <string.h>
#include <linux/align.h>

#include "wcet.h"
#include "wcet_count.h"
#include "memory.h"

/* Arguments of a walk, except the cursor. */
struct walk_call {
	const struct rtalloc_ops *ops;
	struct rtalloc_block *batch;
	int max;
};

long count_hook(struct scene *scene, const char *operation, void *hook,
		void *heap, long a, long b)
{
	char label[200];

	snprintf(label, sizeof(label), "%s %s%s %s %zu",
		 scene->backend->figure, operation, scene->is_glued ? "8" : "",
		 scene->state, scene->region);
	return count_call(label, hook, heap, a, b);
}

void count_nothing(const struct scene *scene)
{
	count_stop(scene->region);
}

/* Count the core's entry point, or the hook if the entry point only calls that. */
void *count_alloc(struct scene *scene, size_t size)
{
	void *hot = scene->entry.alloc;

	if (hot)
		return (void *)count_hook(scene, "malloc", hot, scene->entry.heap,
					  (long)size, 0);
	return (void *)count_hook(scene, "malloc", scene->heap.ops->alloc,
				  scene->heap.ctrl, (long)size, 0);
}

void *count_aligned(struct scene *scene, size_t size, size_t align)
{
	return (void *)count_hook(scene, "aligned", scene->heap.ops->alloc_aligned,
				  scene->heap.ctrl, (long)size, (long)align);
}

int count_resize(struct scene *scene, void *p, size_t size)
{
	return (int)count_hook(scene, "resize", scene->heap.ops->resize,
			       scene->heap.ctrl, (long)p, (long)&size);
}

int count_free(struct scene *scene, void *p)
{
	void *hot = scene->entry.free;

	if (hot)
		return (int)count_hook(scene, "free", hot, scene->entry.heap,
				       (long)p, 0);
	return (int)count_hook(scene, "free", scene->heap.ops->free,
			       scene->heap.ctrl, (long)p, 0);
}

int count_check(struct scene *scene, struct rtalloc_sweep *sweep,
		struct rtalloc_fault *fault)
{
	return (int)count_hook(scene, "check", scene->heap.ops->check,
			       scene->heap.ctrl, (long)sweep, (long)fault);
}

/* A walk as a hook of three arguments, which is the most that can be counted. */
static long walk_hook(void *heap, long cursor, long call)
{
	struct walk_call *walk = (struct walk_call *)call;

	return walk->ops->walk(heap, (struct rtalloc_cursor *)cursor,
			       walk->batch, walk->max);
}

int count_walk(struct scene *scene, struct rtalloc_cursor *cursor,
	       struct rtalloc_block *batch, int max)
{
	struct walk_call call = { scene->heap.ops, batch, max };

	return (int)count_hook(scene, "walk", walk_hook, scene->heap.ctrl,
			       (long)cursor, (long)&call);
}

int count_trim(struct scene *scene, struct rtalloc_sweep *sweep, size_t *bytes)
{
	return (int)count_hook(scene, "trim", scene->heap.ops->trim,
			       scene->heap.ctrl, (long)sweep, (long)bytes);
}

void count_stats(struct scene *scene)
{
	struct rtalloc_snapshot snap = { 0 };

	count_hook(scene, "stats", scene->heap.ops->stats, scene->heap.ctrl,
		   (long)&snap, 0);
}

void count_usage(struct scene *scene)
{
	struct rtalloc_snapshot snap = { 0 };

	count_hook(scene, "usage", scene->heap.ops->usage, scene->heap.ctrl,
		   (long)&snap, false);
}

/* ---- scenes ---------------------------------------------------------- */

void scene_open(struct scene *scene, size_t size)
{
	const struct backend *backend = scene->backend;
	int err;

	count_nothing(scene);
	err = heap_open(&scene->heap, backend, size, backend_align(backend));
	if (err) {
		fprintf(stderr, "wcet: no %s of %zu bytes: %s\n",
			backend->name, size, strerror(-err));
		exit(1);
	}
	entry_open(&scene->entry, &scene->heap);
}

void scene_close(struct scene *scene)
{
	struct rtalloc_fault fault = { 0 };

	count_nothing(scene);
	if (rtalloc_ops_check(scene->heap.ops, scene->heap.ctrl, &fault)) {
		fprintf(stderr, "wcet: %s is damaged after %s: %s\n",
			scene->backend->name, scene->state, fault.what);
		exit(1);
	}
	heap_close(&scene->heap);
}

void *get(struct scene *scene, size_t size)
{
	return heap_alloc(&scene->heap, size, NULL);
}

void put(struct scene *scene, void *p)
{
	if (p)
		scene->heap.ops->free(scene->heap.ctrl, p);
}

size_t get_row(struct scene *scene, void **row, size_t room, size_t size)
{
	size_t n = 0;

	while (n < room && (row[n] = get(scene, size)))
		n++;
	return n;
}

void **fill(struct scene *scene, size_t size, size_t room, size_t *nr)
{
	void **block = malloc(room * sizeof(*block));

	if (!block)
		abort();
	*nr = get_row(scene, block, room, size);
	return block;
}

size_t get_rungs(struct scene *scene, void **hole, size_t room, size_t *size)
{
	size_t n;

	for (n = 0; n < room; n++) {
		hole[n] = get(scene, *size);
		if (!hole[n] || !get(scene, 16))
			break;
		*size = ALIGN(*size + *size / 32 + 1, 16);
	}
	return n;
}

/* Run all states. A pool's elements are as small as other backends' checkerboard blocks. */
static void run(const struct backend *backend, size_t region)
{
	struct backend small = *backend;
	struct scene scene = { .backend = &small, .region = region };
	const struct state *state = wcet_states;

	if (small.elem)
		small.elem = 64;
	scene.state = "empty";
	count_hook(&scene, "empty", wcet_empty, NULL, 0, 0);
	count_hook(&scene, "known", wcet_known, NULL, 0, 0);
	for (; state->name; state++) {
		scene.state = state->name;
		state->run(&scene, state->how);
	}
}

static const struct backend *find_by_figure(const char *name)
{
	for (size_t i = 0; i < backend_count; i++)
		if (!strcmp(backends[i].figure, name))
			return &backends[i];
	return NULL;
}

int main(int argc, char **argv)
{
	const struct backend *backend;
	u64 region;

	entry_begin();
	if (argc == 2 && !strcmp(argv[1], "--list")) {
		for (size_t i = 0; i < backend_count; i++)
			puts(backends[i].figure);
		return 0;
	}
	backend = argc > 2 ? find_by_figure(argv[1]) : NULL;
	if (!backend) {
		fputs("usage: wcet BACKEND BYTES... | --list\n", stderr);
		return 2;
	}
	for (argv += 2; *argv; argv++) {
		if (!parse_u64(*argv, &region))
			return 2;
		run(backend, region);
	}
	return 0;
}

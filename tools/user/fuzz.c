// SPDX-License-Identifier: GPL-2.0-only
/*
 * fuzz.c - a libFuzzer target for one backend: its bytes choose what model.c does.
 *
 *	FUZZ_BACKEND=NAME fuzz [libFuzzer's options] [CORPUS]
 *	fuzz --list			print the names of backends
 *
 * The first bytes choose alignment, flags and regions, and the others operations until
 * they are used up. alloc and free go through the core's entry points for backends that
 * have a fast path there. After each operation the whole heap is checked and compared with
 * the model; at the end all is freed. A difference is printed, and the program aborts;
 * tools/user/fuzz tells how to repeat it.
 */
#include <stdlib.h>
#include <string.h>

#include "entry_user.h"
#include "model.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static struct backend backend;
static struct entry entry;
static struct heap_calls hot_calls;
static unsigned long operations;

static void say_operations(void)
{
	fprintf(stderr, "fuzz: %s: %lu operations\n", backend.figure,
		operations);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *name = getenv("FUZZ_BACKEND");
	bool is_list = *argc == 2 && !strcmp((*argv)[1], "--list");

	for (size_t i = 0; i < backend_count; i++) {
		if (is_list)
			puts(backends[i].figure);
		else if (name && !strcmp(backends[i].figure, name))
			backend = backends[i];
	}
	if (is_list)
		exit(0);
	if (!backend.ops) {
		fputs("fuzz: FUZZ_BACKEND names none, see --list\n", stderr);
		exit(2);
	}
	entry_begin();
	atexit(say_operations);
	return 0;
}

static void *hot_alloc(struct heap *heap, size_t size)
{
	/* The entry point of pools has no size, so sizes that do not fit go to the hook. */
	if (backend.elem && (!size || size > backend.elem))
		return heap->ops->alloc(heap->ctrl, size);
	return entry.alloc(entry.heap, size, 0);
}

static int hot_free(struct heap *heap, void *p)
{
	return entry.free(entry.heap, p);
}

/* Open a heap as the first bytes choose; for slab it has two zones at least. */
static bool open_heap(struct model *model, struct heap *heap)
{
	size_t align = backend.ops->min_align << choose(model, 4);
	size_t size = 1 + choose(model, 65536) + backend.classes * 65536ul;
	int regions = (int)choose(model, 4);

	if (backend.elem)
		backend.elem = 32 + choose(model, 300);
	if (heap_open(heap, &backend, size, min(align, backend.ops->max_align)))
		return false;
	entry_open(&entry, heap);
	if (entry.alloc) {
		hot_calls = *heap->calls;
		hot_calls.alloc = hot_alloc;
		hot_calls.free = hot_free;
		heap->calls = &hot_calls;
	}
	for (; heap->ops->add_region && regions; regions--)
		heap_glue(heap, 1 + choose(model, 8192));
	return true;
}

static const char *play(struct model *model)
{
	struct rtalloc_snapshot start = heap_stats(model->heap);

	TRY(model_match(model));
	while (model->data < model->end) {
		TRY(model_step(model));
		TRY(model_match(model));
		operations++;
	}
	return model_empty(model, &start);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static const u8 none;
	struct model model = {
		.data = size ? data : &none,
		.end = (size ? data : &none) + size,
		.may_glue = true,
	};
	struct heap heap;
	const char *why;

	if (!open_heap(&model, &heap))
		return 0;
	model_begin(&model, &heap, 1 + choose(&model, 16384));
	why = play(&model);
	if (why) {
		fprintf(stderr, "fuzz: %s: %s\n", backend.figure, why);
		abort();
	}
	heap_close(&heap);
	return 0;
}

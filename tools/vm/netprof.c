// SPDX-License-Identifier: GPL-2.0-only
/*
 * netprof.c - a QEMU plugin that counts a guest's instructions, separately for each NAPI poll
 * function that calls them.
 *
 *   -plugin netprof.so,lo=ADDR,hi=ADDR,mark=ADDR,out=PREFIX
 *
 * lo and hi are the start and the end of __napi_poll(). The first code of a module that runs
 * after its start is a poll function, which has returned when __napi_poll() continues. mark is a
 * function that the guest calls to have the counters written and reset. They are written to
 * PREFIX.0, PREFIX.1, ... Each file has a line "poll NUMBER ADDRESS" for each poll function, and
 * a line
 *
 *   ADDRESS POLL INSTRUCTIONS ELEMENTS BYTES
 *
 * for each block of code and each poll function (0: outside of one). QEMU counts a repeated string
 * instruction once for each element: ELEMENTS is how many of the INSTRUCTIONS are such elements,
 * and BYTES is how many bytes they moved.
 *
 * Built with gcc -shared -fPIC; bench/netprof does.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin.h"

#define POLLS		8
#define MODULES_START	0xffffffffc0000000ull

/* A block of code that always runs from its first to its last instruction. */
struct block {
	struct block *next;
	uint64_t address;
	unsigned int insns;
	unsigned int element;	/* bytes of the string instruction at its end */
	uint64_t runs[POLLS];
};

static struct block *blocks;
static uint64_t poll_lo, poll_hi, mark;
static const char *prefix = "netprof";
static uint64_t poll_function[POLLS];
static unsigned int nr_polls = 1, poll_now, nr_marks;
static bool about_to_poll;

static void block_write(FILE *file, struct block *block)
{
	uint64_t runs;
	unsigned int i;

	for (i = 0; i < nr_polls; i++) {
		runs = block->runs[i];
		if (runs)
			fprintf(file, "%016" PRIx64 " %u %" PRIu64 " %" PRIu64
				" %" PRIu64 "\n", block->address, i,
				runs * block->insns,
				block->element ? runs : 0,
				runs * block->element);
		block->runs[i] = 0;
	}
}

static void counts_write(void)
{
	struct block *block;
	char name[4096];
	unsigned int i;
	FILE *file;

	snprintf(name, sizeof(name), "%s.%u", prefix, nr_marks++);
	file = fopen(name, "w");
	if (!file) {
		perror(name);
		exit(1);
	}
	for (i = 1; i < nr_polls; i++)
		fprintf(file, "poll %u %016" PRIx64 "\n", i, poll_function[i]);
	for (block = blocks; block; block = block->next)
		block_write(file, block);
	fclose(file);
}

static unsigned int poll_number(uint64_t address)
{
	unsigned int i;

	for (i = 1; i < nr_polls; i++)
		if (poll_function[i] == address)
			return i;
	if (nr_polls == POLLS)
		return 0;
	poll_function[nr_polls] = address;
	return nr_polls++;
}

static void block_runs(unsigned int cpu, void *data)
{
	struct block *block = data;

	(void)cpu;
	if (block->address == poll_lo) {
		about_to_poll = true;
	} else if (block->address > poll_lo && block->address < poll_hi) {
		if (poll_now)
			about_to_poll = false;
		poll_now = 0;
	} else if (about_to_poll && block->address >= MODULES_START) {
		about_to_poll = false;
		poll_now = poll_number(block->address);
	} else if (block->address == mark) {
		counts_write();
	}
	block->runs[poll_now]++;
}

/* Return the bytes of an element of a repeated movs, stos or lods, or 0 for other instructions. */
static unsigned int element_of(const struct qemu_plugin_insn *insn)
{
	const uint8_t *code = qemu_plugin_insn_data(insn);
	size_t size = qemu_plugin_insn_size(insn), i;
	bool repeated = false;
	unsigned int wide = 4;

	for (i = 0; i + 1 < size; i++) {
		if (code[i] == 0xf3 || code[i] == 0xf2)
			repeated = true;
		else if (code[i] == 0x66)
			wide = 2;
		else if ((code[i] & 0xf8) == 0x48)
			wide = 8;
		else
			return 0;
	}
	if (!repeated)
		return 0;
	switch (code[i]) {
	case 0xa4:
	case 0xaa:
	case 0xac:
		return 1;
	case 0xa5:
	case 0xab:
	case 0xad:
		return wide;
	}
	return 0;
}

static void block_made(uint64_t id, struct qemu_plugin_tb *tb)
{
	struct block *block = calloc(1, sizeof(*block));
	struct qemu_plugin_insn *last;

	(void)id;
	if (!block)
		abort();
	block->address = qemu_plugin_tb_vaddr(tb);
	block->insns = qemu_plugin_tb_n_insns(tb);
	last = qemu_plugin_tb_get_insn(tb, block->insns - 1);
	block->element = element_of(last);
	block->next = blocks;
	blocks = block;
	qemu_plugin_register_vcpu_tb_exec_cb(tb, block_runs, 0, block);
}

static void at_exit(uint64_t id, void *data)
{
	(void)id;
	(void)data;
	counts_write();
}

static uint64_t number(const char *text)
{
	return strtoull(text, NULL, 16);
}

int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv)
{
	int i;

	(void)info;
	for (i = 0; i < argc; i++) {
		if (!strncmp(argv[i], "lo=", 3))
			poll_lo = number(argv[i] + 3);
		else if (!strncmp(argv[i], "hi=", 3))
			poll_hi = number(argv[i] + 3);
		else if (!strncmp(argv[i], "mark=", 5))
			mark = number(argv[i] + 5);
		else if (!strncmp(argv[i], "out=", 4))
			prefix = strdup(argv[i] + 4);
		else
			return -1;
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, block_made);
	qemu_plugin_register_atexit_cb(id, at_exit, NULL);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * pathprof.c - a QEMU plugin that examines each instruction in sections of the guest's code: how
 * many were executed, how many of them are locked, how many words in memory they read or write,
 * and in how many cache lines of 64 bytes these words are.
 *
 *   -plugin pathprof.so,out=FILE
 *
 * A section is between marks (bench/mark.h). A mark is a no-op of seven bytes that occurs nowhere
 * else and contains a number, followed by a push that shows where the stack is. The stack's memory
 * is not counted, because it is in the cache already and does not belong to the allocator. There
 * are three marks: before an allocation, between it and the free, and after the free. A line of
 * FILE is
 *
 *   NUMBER PART INSTRUCTIONS LOCKED OPERANDS LINES
 *
 * where PART is 0 for the allocation, 1 for the free and 2 for both together. The guest needs two
 * processors: with one, the kernel removes the lock prefixes from its code.
 *
 * Built with gcc -shared -fPIC; bench/run does.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin.h"

#define LINES_MAX	4096
#define STACK		0x3fffull	/* a kernel's is 16 KiB, aligned */

/* What ran since a mark. */
struct stretch {
	unsigned long insns;
	unsigned long locked;
	unsigned long operands;
	unsigned int nr_lines;
	uint64_t line[LINES_MAX];
};

static struct stretch part[3];
static unsigned int now = 3;	/* 0 and 1: such a part runs */
static unsigned int number, processor;
static uint64_t stack;
static bool stack_is_next;
static FILE *out;

static void line_note(struct stretch *stretch, uint64_t line)
{
	unsigned int i;

	for (i = 0; i < stretch->nr_lines; i++)
		if (stretch->line[i] == line)
			return;
	if (stretch->nr_lines < LINES_MAX)
		stretch->line[stretch->nr_lines++] = line;
}

static void memory_used(unsigned int cpu, uint32_t info, uint64_t address,
			void *data)
{
	(void)info;
	(void)data;
	if (now > 1 || cpu != processor)
		return;
	if (stack_is_next) {
		stack = address & ~STACK;
		stack_is_next = false;
		return;
	}
	if ((address & ~STACK) == stack)
		return;
	part[now].operands++;
	part[2].operands++;
	line_note(&part[now], address / 64);
	line_note(&part[2], address / 64);
}

static void insn_runs(unsigned int cpu, void *data)
{
	if (now > 1 || cpu != processor)
		return;
	part[now].insns++;
	part[2].insns++;
	if (data) {
		part[now].locked++;
		part[2].locked++;
	}
}

static void parts_write(void)
{
	unsigned int i;

	for (i = 0; i < 3; i++)
		fprintf(out, "%u %u %lu %lu %lu %u\n", number, i, part[i].insns,
			part[i].locked, part[i].operands, part[i].nr_lines);
	fflush(out);
	number++;
}

static void mark_runs(unsigned int cpu, void *data)
{
	processor = cpu;
	now = (uintptr_t)data;
	if (now == 0)
		memset(part, 0, sizeof(part));
	else if (now == 2)
		parts_write();
	stack_is_next = now < 2;
}

/* Return the number of the mark @insn, or -1 if it is no mark. */
static int mark_of(const struct qemu_plugin_insn *insn)
{
	static const uint8_t mark[] = { 0x0f, 0x1f, 0x80 };
	static const uint8_t name[] = { 'm', 'r', 'k' };
	const uint8_t *code = qemu_plugin_insn_data(insn);

	if (qemu_plugin_insn_size(insn) != 7 ||
	    memcmp(code, mark, sizeof(mark)) ||
	    memcmp(code + sizeof(mark) + 1, name, sizeof(name)))
		return -1;
	return code[sizeof(mark)];
}

/* Is it locked: has it a lock prefix, or is it an exchange with memory, which needs none? */
static bool is_locked(const struct qemu_plugin_insn *insn)
{
	static const uint8_t prefixes[] = {
		0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf2, 0xf3,
	};
	const uint8_t *code = qemu_plugin_insn_data(insn);
	size_t size = qemu_plugin_insn_size(insn), i;

	for (i = 0; i + 1 < size; i++) {
		if (code[i] == 0xf0)
			return true;
		/* Skip other prefixes: segments, sizes, repeats, REX. */
		if (!memchr(prefixes, code[i], sizeof(prefixes)) &&
		    (code[i] & 0xf0) != 0x40)
			break;
	}
	return i + 1 < size && (code[i] == 0x86 || code[i] == 0x87) &&
	       code[i + 1] < 0xc0;
}

static void call_before(struct qemu_plugin_insn *insn,
			run_callback *run, uintptr_t data)
{
	qemu_plugin_register_vcpu_insn_exec_cb(insn, run, 0, (void *)data);
}

static void block_made(uint64_t id, struct qemu_plugin_tb *tb)
{
	struct qemu_plugin_insn *insn;
	size_t i;
	int mark;

	(void)id;
	for (i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
		insn = qemu_plugin_tb_get_insn(tb, i);
		mark = mark_of(insn);
		if (mark >= 0) {
			call_before(insn, mark_runs, mark);
			continue;
		}
		call_before(insn, insn_runs, is_locked(insn));
		qemu_plugin_register_vcpu_mem_cb(insn, memory_used, 0,
						 READ_OR_WRITE, NULL);
	}
}

int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv)
{
	(void)info;
	if (argc != 1 || strncmp(argv[0], "out=", 4))
		return -1;
	out = fopen(argv[0] + 4, "w");
	if (!out) {
		perror(argv[0] + 4);
		return -1;
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, block_made);
	return 0;
}

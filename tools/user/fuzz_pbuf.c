// SPDX-License-Identifier: GPL-2.0-only
/*
 * fuzz_pbuf.c - a libFuzzer target for pbufs: its bytes choose what kunit/pbuf/model.c does.
 *
 *	fuzz_pbuf [libFuzzer's options] [CORPUS]
 *	fuzz_pbuf --list		print its name, for tools/user/fuzz
 *
 * Every block comes from malloc(), through exact.c. After each operation all packets are
 * compared with the model; at the end all is freed. A difference is printed, and the
 * program aborts.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kunit/pbuf/cases.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static struct pbuf_bench bench;

static void say_operations(void)
{
	fprintf(stderr, "fuzz: pbuf: %lu operations\n", bench.steps);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	if (*argc == 2 && !strcmp((*argv)[1], "--list")) {
		puts("pbuf");
		exit(0);
	}
	atexit(say_operations);
	return 0;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static const u8 none;

	bench.input = size ? data : &none;
	bench.input_left = size;
	if (pbuf_case_run(&bench, pbuf_model_cases, "malloc"))
		return 0;
	fprintf(stderr, "fuzz: pbuf: %s\n", bench.why);
	abort();
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fault_caller.h - which caller the core names in the report of a fault, or in the
 * tracepoint of a request that fails. A program that uses this is linked with
 * fault_caller.c and with the Makefile's CALLER_FLAGS; reports are not printed then.
 */
#pragma once

#include <stdbool.h>

/* A function that is defined by CALLER(). */
struct caller {
	const char *name;
	const void *function;
};

/*
 * Define a function whose calls are to be recognised. Its body must have END_CALL behind the
 * call, which keeps the compiler from making it a tail call. All these functions are in one
 * section, and a table of them in another, whose bounds the linker provides.
 */
#define CALLER(type, name, parameters, ...)				\
	noinline type name parameters;					\
	noinline __attribute__((section("code_of_callers")))		\
	type name parameters						\
	{								\
		__VA_ARGS__						\
	}								\
	static const struct caller line_##name				\
	__attribute__((used, section("callers"))) = { #name, name };
#define END_CALL	asm volatile("")

/* The name of the function that the address @at lies in; or that it is none of them. */
const char *caller_name(unsigned long at);
/* Whether the address @at lies in @function. */
bool caller_is(unsigned long at, const void *function);

/* The latest caller's address; the latest for a fault of a block from a magazine. */
extern unsigned long fault_caller;
extern unsigned long fault_flusher;

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fault_caller.h - whom the core names in a line about a fault, and the tracepoint
 * of a request that fails. Programs are linked with fault_caller.c and the flags of
 * the Makefile's CALLER_FLAGS; the lines are then not printed.
 */
#pragma once

/* The latest address of either; that of the latest fault of a block in a magazine. */
extern unsigned long fault_caller;
extern unsigned long fault_flusher;

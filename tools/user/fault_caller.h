/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fault_caller.h - which caller the core names in the report of a fault, or in the
 * tracepoint of a request that fails. A program that uses this is linked with
 * fault_caller.c and with the Makefile's CALLER_FLAGS; reports are not printed then.
 */
#pragma once

/* The latest caller's address; the latest for a fault of a block from a magazine. */
extern unsigned long fault_caller;
extern unsigned long fault_flusher;

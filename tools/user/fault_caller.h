/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fault_caller.h - whom the core's lines about faults name. A program that is
 * linked with fault_caller.c and --wrap=rtalloc_report_fault has no such lines.
 */
#ifndef _RTALLOC_USER_FAULT_CALLER_H
#define _RTALLOC_USER_FAULT_CALLER_H

/* The address that the latest line would name; the same of blocks in magazines. */
extern unsigned long fault_caller;
extern unsigned long fault_flusher;

#endif /* _RTALLOC_USER_FAULT_CALLER_H */

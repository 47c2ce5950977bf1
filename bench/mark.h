/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mark.h - marks for tools/vm/pathprof.c around a stretch of code: a no-op with
 * a displacement that no compiler generates, whose last bytes are "mrk", and a
 * push, which shows where the stack is.
 */
#ifndef _RTALLOC_BENCH_MARK_H
#define _RTALLOC_BENCH_MARK_H

#include <linux/compiler.h>

static __always_inline void bench_mark(const int number)
{
#ifdef CONFIG_X86_64
	asm volatile(".byte 0x0f, 0x1f, 0x80, %c0, 0x6d, 0x72, 0x6b\n\t"
		     "push %%rax\n\tpop %%rax" : : "i" (number) : "memory");
#else
	barrier();
#endif
}

#endif /* _RTALLOC_BENCH_MARK_H */

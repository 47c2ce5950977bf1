/* SPDX-License-Identifier: GPL-2.0-only */
/* keys are counters */
#pragma once

#define DECLARE_STATIC_KEY_FALSE(name)	extern int name
#define DEFINE_STATIC_KEY_FALSE(name)	int name
#ifdef SHIM_NO_LOCKS
/* What is counted has it as patched code: an instruction that does nothing. */
#define static_branch_unlikely(key)	\
	({ __asm__ volatile("nop"); (void)(key); false; })
#else
#define static_branch_unlikely(key)	unlikely(*(key))
#endif
#define static_branch_inc(key)		((void)++*(key))
#define static_branch_dec(key)		((void)--*(key))

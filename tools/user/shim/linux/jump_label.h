/* SPDX-License-Identifier: GPL-2.0-only */
/* static keys as counters */
#pragma once

#define DECLARE_STATIC_KEY_FALSE(name)	extern int name
#define DEFINE_STATIC_KEY_FALSE(name)	int name
#ifdef SHIM_NO_LOCKS
/* For counting instructions: a disabled key is one nop, as in the kernel's patched code. */
#define static_branch_unlikely(key)	\
	({ __asm__ volatile("nop"); (void)(key); false; })
#else
#define static_branch_unlikely(key)	unlikely(*(key))
#endif
#define static_branch_inc(key)		((void)++*(key))
#define static_branch_dec(key)		((void)--*(key))

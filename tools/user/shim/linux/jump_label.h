/* SPDX-License-Identifier: GPL-2.0-only */
/* keys are counters */
#ifndef _SHIM_LINUX_JUMP_LABEL_H
#define _SHIM_LINUX_JUMP_LABEL_H

#define DECLARE_STATIC_KEY_FALSE(name)	extern int name
#define DEFINE_STATIC_KEY_FALSE(name)	int name
#define static_branch_unlikely(key)	unlikely(*(key))
#define static_branch_inc(key)		((void)++*(key))
#define static_branch_dec(key)		((void)--*(key))

#endif

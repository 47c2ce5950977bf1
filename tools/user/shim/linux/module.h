/* SPDX-License-Identifier: GPL-2.0-only */
/* module_init() runs before main(), and module_exit() after it */
#pragma once

#include <stdlib.h>
#include <linux/kernel.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>

#define THIS_MODULE		NULL
#define EXPORT_SYMBOL_GPL(name)	extern int shim_export_##name
#define MODULE_DESCRIPTION(text) extern int shim_description
#define MODULE_LICENSE(text)	extern int shim_license
#define MODULE_VERSION(text)	extern int shim_version
#define __init
#define __exit

#define module_init(fn)							\
	static void __attribute__((constructor(1102))) shim_##fn(void)	\
	{								\
		if (fn())						\
			abort();					\
	}								\
	extern int shim_init
#define module_exit(fn)							\
	static void __attribute__((destructor(1102))) shim_##fn(void)	\
	{								\
		fn();							\
	}								\
	extern int shim_exit

static inline void __module_get(void *module)
{
}

static inline bool try_module_get(void *module)
{
	return true;
}

static inline void module_put(void *module)
{
}

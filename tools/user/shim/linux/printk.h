/* SPDX-License-Identifier: GPL-2.0-only */
/* the log: lines are counted, and shown when SHIM_LOG is set */
#ifndef _SHIM_LINUX_PRINTK_H
#define _SHIM_LINUX_PRINTK_H

extern unsigned long shim_lines;
void shim_print(const char *format, ...);

#define pr_info(...)		shim_print(__VA_ARGS__)
#define pr_warn(...)		shim_print(__VA_ARGS__)
#define pr_err(...)		shim_print(__VA_ARGS__)
#define pr_warn_once(...)	shim_print(__VA_ARGS__)
extern unsigned long shim_warnings;	/* each, not the first alone */

#define WARN_ONCE(condition, ...)					\
	((condition) ? shim_warnings++, shim_print(__VA_ARGS__) : (void)0)
#define pr_warn_ratelimited(...) shim_print(__VA_ARGS__)

#endif

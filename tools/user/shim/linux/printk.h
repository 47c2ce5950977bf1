/* SPDX-License-Identifier: GPL-2.0-only */
/* the log: lines are counted, and printed if SHIM_LOG is set */
#pragma once

extern unsigned long shim_lines;
void shim_print(const char *format, ...);

#ifndef pr_fmt
#define pr_fmt(fmt)		fmt
#endif
#define pr_info(fmt, ...)	shim_print(pr_fmt(fmt), ##__VA_ARGS__)
#define pr_warn			pr_info
#define pr_err			pr_info
#define pr_warn_once		pr_info
#define pr_warn_ratelimited	pr_info
#define pr_err_ratelimited	pr_info
extern unsigned long shim_warnings;	/* all warnings, WARN_ONCE() each time */

#define WARN_ONCE(condition, ...)					\
	((condition) ? shim_warnings++, shim_print(__VA_ARGS__) : (void)0)

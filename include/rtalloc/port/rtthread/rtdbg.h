/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rtdbg.h in the place of the original's: lines of the log at their levels. DBG_TAG
 * and DBG_LVL are defined in front of it, or the older DBG_SECTION_NAME and DBG_LEVEL.
 */
#ifndef _RTALLOC_PORT_RTTHREAD_RTDBG_H
#define _RTALLOC_PORT_RTTHREAD_RTDBG_H

#include <linux/printk.h>

#define DBG_ERROR		0
#define DBG_WARNING		1
#define DBG_INFO		2
#define DBG_LOG			3

#ifndef DBG_TAG
#ifdef DBG_SECTION_NAME
#define DBG_TAG			DBG_SECTION_NAME
#else
#define DBG_TAG			"DBG"
#endif
#endif
#ifndef DBG_LVL
#ifdef DBG_LEVEL
#define DBG_LVL			DBG_LEVEL
#else
#define DBG_LVL			DBG_WARNING
#endif
#endif

/* Log a line of a level up to DBG_LVL. Above that the compiler only checks the arguments. */
#define __RT_LOG(level, how, format, ...)				\
	do {								\
		if ((level) <= DBG_LVL)					\
			how("%s: " format "\n", DBG_TAG, ##__VA_ARGS__);	\
	} while (0)

/* Any context but NMI. */
#define LOG_E(...)		__RT_LOG(DBG_ERROR, pr_err, __VA_ARGS__)
#define LOG_W(...)		__RT_LOG(DBG_WARNING, pr_warn, __VA_ARGS__)
#define LOG_I(...)		__RT_LOG(DBG_INFO, pr_info, __VA_ARGS__)
#define LOG_D(...)		__RT_LOG(DBG_LOG, pr_info, __VA_ARGS__)

#endif /* _RTALLOC_PORT_RTTHREAD_RTDBG_H */

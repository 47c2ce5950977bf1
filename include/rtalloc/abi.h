/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * abi.h - what the module and its tools agree on: names, limits, faults, the
 * states of a block. Includes nothing but types, so that user space compiles
 * it too. The text formats built from it: Documentation/debugfs.rst.
 */
#ifndef _RTALLOC_ABI_H
#define _RTALLOC_ABI_H

#include <linux/errno.h>
#include <linux/types.h>

#define RTALLOC_VERSION		"0.2.0"	/* of modules, tool, packages, pages */
#define RTALLOC_FORMAT		1	/* first line of stats and map */
#define RTALLOC_NAME_MAX	63	/* characters in a heap's or region's name */
#define RTALLOC_OWNER_MAX	4	/* characters in a block's owner tag */
#define RTALLOC_REGION_MIN	65536	/* bytes */

/*
 * Faults: what free, realloc and check refuse or find. One errno each, so a
 * caller can tell them apart. X(NAME, errno, text).
 */
#define RTALLOC_FAULTS(X)						\
	X(FOREIGN,	EFAULT,		"pointer is outside the heap")	\
	X(NOT_A_BLOCK,	EINVAL,		"pointer is not the start of a block") \
	X(DOUBLE_FREE,	EALREADY,	"block is free already")	\
	X(OVERRUN,	EOVERFLOW,	"block was written past its end") \
	X(UNDERRUN,	ERANGE,		"block was written before its start") \
	X(USE_AFTER_FREE, ESTALE,	"block was written to after it was freed") \
	X(CORRUPT,	EUCLEAN,	"heap is damaged")

enum rtalloc_fault_code {
#define RTALLOC_FAULT_ENUM(name, err, text) RTALLOC_##name = err,
	RTALLOC_FAULTS(RTALLOC_FAULT_ENUM)
#undef RTALLOC_FAULT_ENUM
};

/**
 * struct rtalloc_fault - what a check found
 * @code: of &enum rtalloc_fault_code; 0 when all is well
 * @offset: as in &struct rtalloc_block
 * @what: which rule is broken, a constant string
 */
struct rtalloc_fault {
	int code;
	unsigned long long offset;
	const char *what;
};

/* States of a piece of a heap, as the map names them. X(NAME, word, cell). */
#define RTALLOC_STATES(X)						\
	X(FREE,		"free",		'.')				\
	X(USED,		"used",		'#')				\
	X(IDLE,		"idle",		'-')				\
	X(META,		"meta",		'm')

enum rtalloc_state {
#define RTALLOC_STATE_ENUM(name, word, cell) RTALLOC_##name,
	RTALLOC_STATES(RTALLOC_STATE_ENUM)
#undef RTALLOC_STATE_ENUM
};

/**
 * struct rtalloc_block - a piece of a heap, as a walk reports it
 * @offset: of the memory the user sees, bytes from the heap's base (tlsf: from
 *	the end of the table that comes first); a glued region counts on where
 *	the one before it ended
 * @size: usable bytes
 * @state: FREE; USED; IDLE: free, but only for one size class, or in the
 *	quarantine of a checked heap; META: the allocator's own
 * @owner: tag, padded with NUL, not terminated when it is full
 */
struct rtalloc_block {
	unsigned long long offset;
	unsigned long long size;
	enum rtalloc_state state;
	char owner[RTALLOC_OWNER_MAX];
};

#endif /* _RTALLOC_ABI_H */

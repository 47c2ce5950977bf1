/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * abi.h - what the module and its tools agree on: names, limits, fault codes,
 * and the states of a piece of a heap. It includes nothing but types and
 * errnos, so that user space compiles it too.
 *
 * The text formats that are built from it are described in
 * Documentation/debugfs.rst. A change here that a program could notice needs a
 * new RTALLOC_FORMAT.
 */
#ifndef _RTALLOC_ABI_H
#define _RTALLOC_ABI_H

#include <linux/errno.h>
#include <linux/types.h>

/* The version of modules, tool, packages and documentation. */
#define RTALLOC_VERSION		"0.2.0"

/*
 * The version of the text formats, in the first line of the files stats and
 * map.
 */
#define RTALLOC_FORMAT		1

/* The most characters in the name of a heap or region, NUL not counted. */
#define RTALLOC_NAME_MAX	63

/* What lies in debugfs beside the heaps' directories: no heap can be called so. */
#define RTALLOC_RESERVED_NAMES \
	"control", "backends", "heaps", "regions", "last_error", "net"

/* Characters that are kept of a block's owner tag. */
#define RTALLOC_OWNER_MAX	4

/* The size of the smallest region, in bytes. */
#define RTALLOC_REGION_MIN	65536

/*
 * Faults: misuse that free, realloc and resize refuse, and damage that any call
 * may find. Each has an errno of its own, so a caller can tell them apart. A
 * function returns the errno negated: -RTALLOC_FOREIGN is -EFAULT.
 *
 * X(NAME, errno, text). The text appears in the log and in last_error.
 */
#define RTALLOC_FAULTS(X)						\
	X(FOREIGN,	EFAULT,		"pointer is outside the heap")	\
	X(NOT_A_BLOCK,	EINVAL,		"pointer is not the start of a block") \
	X(DOUBLE_FREE,	EALREADY,	"block is free already")	\
	X(OVERRUN,	EOVERFLOW,	"block was written past its end") \
	X(UNDERRUN,	ERANGE,		"block was written before its start") \
	X(USE_AFTER_FREE, ESTALE,	"block was written to after it was freed") \
	X(CORRUPT,	EUCLEAN,	"heap is damaged")

/*
 * The faults as positive errnos. UNDERRUN and USE_AFTER_FREE are found in
 * checked heaps only. CORRUPT says that the heap's own structure is damaged: an
 * alloc, free or resize that finds this closes the heap, which then hands out
 * nothing more.
 */
enum rtalloc_fault_code {
#define RTALLOC_FAULT_ENUM(name, err, text) RTALLOC_##name = err,
	RTALLOC_FAULTS(RTALLOC_FAULT_ENUM)
#undef RTALLOC_FAULT_ENUM
};

/**
 * struct rtalloc_fault - the first fault that a check has found
 * @code: one of &enum rtalloc_fault_code; 0 when nothing is wrong
 * @offset: where it was found, counted as in &struct rtalloc_block
 * @what: which rule is broken, a constant string
 */
struct rtalloc_fault {
	int code;
	unsigned long long offset;
	const char *what;
};

/*
 * States of a piece of a heap. X(NAME, word, cell): the word stands in the file
 * map, the cell in the picture that "rtheap map" draws.
 */
#define RTALLOC_STATES(X)						\
	X(FREE,		"free",		'.')				\
	X(USED,		"used",		'#')				\
	X(IDLE,		"idle",		'-')				\
	X(META,		"meta",		'm')		\
	X(CACHED,	"cached",	'c')

/*
 * What a piece of a heap is. FREE: free for a request of any size. USED: a
 * block that is allocated. IDLE: free, but only for one size class, or in the
 * quarantine of a checked heap. META: used by the allocator itself. CACHED: free, in
 * a magazine of some processor.
 */
enum rtalloc_state {
#define RTALLOC_STATE_ENUM(name, word, cell) RTALLOC_##name,
	RTALLOC_STATES(RTALLOC_STATE_ENUM)
#undef RTALLOC_STATE_ENUM
};

/**
 * struct rtalloc_block - a piece of a heap, as a walk reports it
 * @offset: offset of the memory that the user sees, in bytes from the heap's
 *	base (tlsf: from the end of the table that comes first). The offsets of
 *	a glued region continue where those of the region before it ended.
 * @size: usable bytes
 * @state: one of &enum rtalloc_state
 * @owner: owner tag, padded with NUL; not terminated when it is full
 */
struct rtalloc_block {
	unsigned long long offset;
	unsigned long long size;
	enum rtalloc_state state;
	char owner[RTALLOC_OWNER_MAX];
};

#endif /* _RTALLOC_ABI_H */

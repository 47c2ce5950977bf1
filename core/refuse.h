/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * refuse.h - refusing to make or change a region or a heap: with an error, which
 * the call returns, and a line of text, which the shell or the log shows.
 */
#ifndef _RTALLOC_REFUSE_H
#define _RTALLOC_REFUSE_H

#include <linux/errno.h>

/*
 * Set *@why to a constant line that says why something is refused, and return
 * @err.
 */
static inline int refuse(int err, const char *text, const char **why)
{
	*why = text;
	return err;
}

#endif /* _RTALLOC_REFUSE_H */

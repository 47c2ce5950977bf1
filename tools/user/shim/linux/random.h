/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_RANDOM_H
#define _SHIM_LINUX_RANDOM_H

#include <sys/random.h>
#include <stdlib.h>

static inline unsigned long get_random_long(void)
{
	unsigned long random;

	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		abort();
	return random;
}

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

#include <sys/random.h>
#include <stdint.h>
#include <stdlib.h>

/* If a program defines this seed, random numbers, as cookies, repeat in each run. */
extern uint64_t shim_random_seed __attribute__((weak));

static inline unsigned long get_random_long(void)
{
	unsigned long random;

	if (&shim_random_seed) {
		shim_random_seed = shim_random_seed * 6364136223846793005ull +
				   1442695040888963407ull;
		return shim_random_seed ^ shim_random_seed >> 31;
	}
	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		abort();
	return random;
}

static inline uint32_t get_random_u32(void)
{
	return get_random_long();
}

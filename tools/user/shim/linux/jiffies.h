/* SPDX-License-Identifier: GPL-2.0-only */
/* time in ticks of a millisecond */
#pragma once

#include <time.h>

#define HZ			1000
#define msecs_to_jiffies(ms)	((unsigned long)(ms))
#define jiffies			(clock() / (CLOCKS_PER_SEC / HZ))
#define jiffies_to_msecs(ticks)	((unsigned int)(ticks))
#define get_jiffies_64()	((unsigned long long)jiffies)
#define jiffies64_to_msecs(ticks)	((unsigned long long)(ticks))
#define time_before(a, b)	((long)((a) - (b)) < 0)

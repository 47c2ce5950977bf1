/* SPDX-License-Identifier: GPL-2.0-only */
/* a clock that advances by a step, which a program may set, each time it is read */
#pragma once

#include <linux/types.h>

extern u64 shim_clock, shim_clock_step;

#define ktime_get_mono_fast_ns()	(shim_clock += shim_clock_step)

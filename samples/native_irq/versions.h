/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * versions.h - what differs between the kernels that the driver is built for.
 */
#ifndef _NATIVE_IRQ_VERSIONS_H
#define _NATIVE_IRQ_VERSIONS_H

#include <linux/hrtimer.h>
#include <linux/version.h>

static inline void
timer_prepare(struct hrtimer *timer,
	      enum hrtimer_restart (*fires)(struct hrtimer *timer))
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
	hrtimer_setup(timer, fires, CLOCK_MONOTONIC, HRTIMER_MODE_REL_HARD);
#else
	hrtimer_init(timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_HARD);
	timer->function = fires;
#endif
}

#endif /* _NATIVE_IRQ_VERSIONS_H */

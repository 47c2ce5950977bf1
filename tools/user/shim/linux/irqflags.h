/* SPDX-License-Identifier: GPL-2.0-only */
/* interrupts do not occur; only their state is kept */
#pragma once

#include <linux/types.h>

#define local_irq_save(flags)		((void)((flags) = 0))
#define local_irq_restore(flags)	((void)(flags))
#define local_irq_disable()		((void)0)
#define local_irq_enable()		((void)0)

extern bool shim_irqs_off;	/* set by a program: its caller has interrupts disabled */

#define irqs_disabled()			shim_irqs_off
#define irqs_disabled_flags(flags)	((void)(flags), shim_irqs_off)

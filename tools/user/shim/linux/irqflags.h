/* SPDX-License-Identifier: GPL-2.0-only */
/* interrupts: there are none */
#ifndef _SHIM_LINUX_IRQFLAGS_H
#define _SHIM_LINUX_IRQFLAGS_H

#include <linux/types.h>

#define local_irq_save(flags)		((void)((flags) = 0))
#define local_irq_restore(flags)	((void)(flags))

#define irqs_disabled()			false
#define irqs_disabled_flags(flags)	((void)(flags), false)

#endif

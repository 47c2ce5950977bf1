/* SPDX-License-Identifier: GPL-2.0-only */
/* lists whose readers take no lock */
#ifndef _SHIM_LINUX_RCULIST_H
#define _SHIM_LINUX_RCULIST_H

#include <linux/list.h>
#include <linux/rcupdate.h>

#endif

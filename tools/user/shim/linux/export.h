/* SPDX-License-Identifier: GPL-2.0-only */
/* a program exports nothing */
#include <linux/module.h>

/* SPDX-License-Identifier: GPL-2.0-only */
/* a version that is older than all that the code distinguishes */
#pragma once

#define KERNEL_VERSION(a, b, c)	(((a) << 16) + ((b) << 8) + (c))
#define LINUX_VERSION_CODE	0

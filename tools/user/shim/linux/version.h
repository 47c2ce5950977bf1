/* SPDX-License-Identifier: GPL-2.0-only */
/* older than every choice by version */
#pragma once

#define KERNEL_VERSION(a, b, c)	(((a) << 16) + ((b) << 8) + (c))
#define LINUX_VERSION_CODE	0

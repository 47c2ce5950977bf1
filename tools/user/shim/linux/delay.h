/* SPDX-License-Identifier: GPL-2.0-only */
/* one thread: nothing comes of waiting */
#pragma once

#define msleep(ms)	((void)(ms))

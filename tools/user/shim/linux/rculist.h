/* SPDX-License-Identifier: GPL-2.0-only */
/* lists whose readers take no lock */
#pragma once

#include <linux/list.h>
#include <linux/rcupdate.h>

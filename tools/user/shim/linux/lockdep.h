/* SPDX-License-Identifier: GPL-2.0-only */
/* the shim's mutex checks itself; what lockdep would be told is counted */
#pragma once

extern int shim_spin_seen;	/* a lock that may sleep was taken, or might be */

#define might_lock(lock)	((void)(lock), (void)shim_spin_seen++)

/* SPDX-License-Identifier: GPL-2.0-only */
/* lockdep: assertions of mutexes are checked by the shim itself; might_lock() is counted */
#pragma once

extern int shim_spin_seen;	/* how often lockdep would see a lock that may sleep */

#define might_lock(lock)	((void)(lock), (void)shim_spin_seen++)

/* SPDX-License-Identifier: GPL-2.0-only */
/* the shim's mutex checks itself; nothing may sleep that is asked about here */
#ifndef _SHIM_LINUX_LOCKDEP_H
#define _SHIM_LINUX_LOCKDEP_H

#define might_lock(lock)	((void)(lock))

#endif

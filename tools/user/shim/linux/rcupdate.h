/* SPDX-License-Identifier: GPL-2.0-only */
/* RCU: there is one thread, so grace periods end at once */
#pragma once

#include <stdlib.h>

struct rcu_head {
	void *unused;
};

#ifdef SHIM_COUNT_RCU
extern int shim_rcu_depth;	/* nesting depth of read-side sections */
#define rcu_read_lock()		((void)shim_rcu_depth++)
#define rcu_read_unlock()	((void)shim_rcu_depth--)
#else
#define rcu_read_lock()		((void)0)
#define rcu_read_unlock()	((void)0)
#endif
#define synchronize_rcu()	((void)0)
#define kfree_rcu(p, member)	free(p)

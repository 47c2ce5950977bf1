/* SPDX-License-Identifier: GPL-2.0-only */
/* one thread: nobody reads while something is freed */
#pragma once

#include <stdlib.h>

struct rcu_head {
	void *unused;
};

#define rcu_read_lock()		((void)0)
#define rcu_read_unlock()	((void)0)
#define synchronize_rcu()	((void)0)
#define kfree_rcu(p, member)	free(p)

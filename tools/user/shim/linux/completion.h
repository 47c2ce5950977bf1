/* SPDX-License-Identifier: GPL-2.0-only */
/* completions: there is one thread, so a wait for one that is not done would never end */
#pragma once

#include <stdbool.h>
#include <stdlib.h>

struct completion {
	bool is_done;
};

static inline void init_completion(struct completion *completion)
{
	completion->is_done = false;
}

static inline void complete(struct completion *completion)
{
	completion->is_done = true;
}

static inline void complete_all(struct completion *completion)
{
	completion->is_done = true;
}

static inline void wait_for_completion(struct completion *completion)
{
	if (!completion->is_done)
		abort();
}

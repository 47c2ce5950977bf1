/* SPDX-License-Identifier: GPL-2.0-only */
/* rate limits never apply: lines are only counted */
#pragma once

struct ratelimit_state {
	int interval;
	int burst;
};

#define DEFAULT_RATELIMIT_INTERVAL	0
#define DEFAULT_RATELIMIT_BURST		0
#define DEFINE_RATELIMIT_STATE(name, i, b) \
	struct ratelimit_state name = { i, b }
#define __ratelimit(state)		((void)(state), 1)

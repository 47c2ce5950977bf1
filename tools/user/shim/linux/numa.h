/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

#ifndef NUMA_NO_NODE
#define NUMA_NO_NODE	(-1)
#endif
#define MAX_NUMNODES	1

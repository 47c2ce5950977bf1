/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * core.h - all internal headers of the core, for tests and tools that inspect
 * it. core/ and interface/ include only the headers that they need; backends
 * and clients never include any of these.
 */
#ifndef _RTALLOC_CORE_H
#define _RTALLOC_CORE_H

#include "core/block.h"
#include "core/checked_calls.h"
#include "core/heap.h"
#include "core/part.h"
#include "core/percpu_calls.h"
#include "core/phys.h"
#include "core/pool.h"
#include "core/refuse.h"
#include "core/region.h"
#include "core/registry.h"
#include "core/report.h"
#include "core/stats.h"

#endif /* _RTALLOC_CORE_H */

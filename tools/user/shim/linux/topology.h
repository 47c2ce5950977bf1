/* SPDX-License-Identifier: GPL-2.0-only */
/* one node */
#pragma once

#define cpu_to_node(cpu)	((void)(cpu), 0)

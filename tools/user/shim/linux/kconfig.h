/* SPDX-License-Identifier: GPL-2.0-only */
/* no option is set, but those that a program defines as 1 */
#pragma once

#define SHIM_WAS_1		unused,
#define SHIM_SECOND(a, b, ...)	b
#define SHIM_PICK(was)		SHIM_SECOND(was 1, 0, 0)
#define SHIM_JOIN(value)	SHIM_PICK(SHIM_WAS_##value)
#define IS_ENABLED(option)	SHIM_JOIN(option)

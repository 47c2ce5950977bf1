/* SPDX-License-Identifier: GPL-2.0-only */
/* only the options that a program defines as 1 are enabled */
#pragma once

#define SHIM_WAS_1		unused,
#define SHIM_SECOND(a, b, ...)	b
#define SHIM_PICK(was)		SHIM_SECOND(was 1, 0, 0)
#define SHIM_JOIN(value)	SHIM_PICK(SHIM_WAS_##value)
#define IS_ENABLED(option)	SHIM_JOIN(option)

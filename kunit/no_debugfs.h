/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * no_debugfs.h - for all objects of a build with NO_DEBUGFS=y (Kbuild): as if the
 * kernel had been configured without CONFIG_DEBUG_FS. No struct that this
 * project and a kernel share depends on it. tools/vm/no-debugfs runs the result.
 */
#undef CONFIG_DEBUG_FS

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * no_debugfs.h - included in each file of a build with NO_DEBUGFS=y (Kbuild), to compile as
 * for a kernel without CONFIG_DEBUG_FS. This works because no struct of the kernel that
 * this project uses depends on that option. tools/vm/no-debugfs runs the result.
 */
#undef CONFIG_DEBUG_FS

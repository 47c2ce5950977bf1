/* SPDX-License-Identifier: GPL-2.0-only */
/* tracepoints: core/more.h says that there is nothing to trace */

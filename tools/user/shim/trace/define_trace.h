/* SPDX-License-Identifier: GPL-2.0-only */
/* tracepoints are all in <linux/tracepoint.h> here */

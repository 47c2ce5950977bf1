/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_NODEMASK_H
#define _SHIM_LINUX_NODEMASK_H

#define node_online(node)	((void)(node), 0)

#endif

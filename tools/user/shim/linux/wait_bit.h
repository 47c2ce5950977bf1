/* SPDX-License-Identifier: GPL-2.0-only */
/* one thread: nobody else could make a condition true */
#ifndef _SHIM_LINUX_WAIT_BIT_H
#define _SHIM_LINUX_WAIT_BIT_H

#include <stdlib.h>

#define wake_up_var(var)	((void)(var))
#define wait_var_event(var, condition)					\
	do {								\
		(void)(var);						\
		if (!(condition))					\
			abort();					\
	} while (0)

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* lwipopts.h - the options of lwip_def_test.c, as drivers have them. */
#ifndef LWIPOPTS_H
#define LWIPOPTS_H

#define PBUF_POOL_SIZE		5

#endif /* LWIPOPTS_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/* lwipopts.h - the options of lwip_def_test.c, as drivers have them. */
#ifndef LWIPOPTS_H
#define LWIPOPTS_H

#define PBUF_POOL_SIZE		5
#define TCP_MSS			1460
#define LWIP_IPV6		0
#define ETH_PAD_SIZE		2

#endif /* LWIPOPTS_H */

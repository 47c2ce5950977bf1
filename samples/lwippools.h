/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lwippools.h - the pools of lwip_netif.c in addition to those of lwIP.
 */
LWIP_MEMPOOL(TX_DESC, 8, sizeof(struct tx_desc), "TX_DESC")

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lwippools.h - the pools of lwip_pools_test.c, in lwIP's form: no guard.
 */
LWIP_MEMPOOL(FRAME, 16, 20, "FRAME")
LWIP_MEMPOOL(NONE, 0, 20, "NONE")

LWIP_MALLOC_MEMPOOL_START
LWIP_MALLOC_MEMPOOL(4, 256)
LWIP_MALLOC_MEMPOOL(2, 512)
LWIP_MALLOC_MEMPOOL(1, 1512)
LWIP_MALLOC_MEMPOOL_END

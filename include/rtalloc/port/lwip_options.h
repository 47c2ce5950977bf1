/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lwip_options.h - lwIP's options about memory, as far as the driver's lwipopts.h says
 * nothing, and sizes that are rounded as they say: included by lwip.h.
 */
#ifndef _RTALLOC_PORT_LWIP_OPTIONS_H
#define _RTALLOC_PORT_LWIP_OPTIONS_H

/* Headroom as the driver's options want it; where they say nothing, IPv6 fits. */
#if !defined(PBUF_LINK_HLEN) && defined(ETH_PAD_SIZE)
#define PBUF_LINK_HLEN		(14 + ETH_PAD_SIZE)
#endif
#if !defined(PBUF_IP_HLEN) && defined(LWIP_IPV6) && !LWIP_IPV6
#define PBUF_IP_HLEN		20
#endif

/*
 * 1: mem_malloc() and its kin, and PBUF_RAM, take elements of the pools that are
 * listed for it, and the module's heap is not used.
 */
#ifndef MEM_USE_POOLS
#define MEM_USE_POOLS			0	/* mem_malloc() from pools */
#endif

/* 1: if the pool that fits is empty, the next larger one is tried. */
#ifndef MEM_USE_POOLS_TRY_BIGGER_POOL
#define MEM_USE_POOLS_TRY_BIGGER_POOL	0
#endif

/* 1: the driver has a lwippools.h, see lwip_pools.h. */
#ifndef MEMP_USE_CUSTOM_POOLS
#define MEMP_USE_CUSTOM_POOLS		MEM_USE_POOLS
#endif
#ifndef MEMP_OVERFLOW_CHECK
#define MEMP_OVERFLOW_CHECK		0	/* guards round elements */
#endif
#ifndef MEMP_NUM_PBUF
#define MEMP_NUM_PBUF			16	/* for PBUF_ROM and PBUF_REF */
#endif
#ifndef PBUF_POOL_SIZE
#define PBUF_POOL_SIZE			16	/* for PBUF_POOL */
#endif
#ifndef TCP_MSS
#define TCP_MSS				536	/* bytes of a segment */
#endif
#ifndef PBUF_POOL_BUFSIZE
#define PBUF_POOL_BUFSIZE						\
	LWIP_MEM_ALIGN_SIZE(TCP_MSS + PBUF_LINK_ENCAPSULATION_HLEN +	\
			    PBUF_LINK_HLEN + PBUF_IP_HLEN +		\
			    PBUF_TRANSPORT_HLEN)
#endif
#ifndef MEM_ALIGNMENT
#define MEM_ALIGNMENT			8	/* of pools; that of the heap is 8 */
#endif
#if MEM_ALIGNMENT < 1 || MEM_ALIGNMENT & (MEM_ALIGNMENT - 1)
#error "MEM_ALIGNMENT is not a power of two"
#endif
#if MEM_ALIGNMENT > 8 && !MEM_USE_POOLS
#error "lwIP's heap is aligned to 8 here: MEM_USE_POOLS takes more"
#endif

/*
 * Bytes that the heap has unless lwip= said otherwise; defining it changes no heap.
 */
#ifndef MEM_SIZE
#define MEM_SIZE			(1024 * 1024)	/* lwip=, what is told */
#endif
#define LWIP_SUPPORT_CUSTOM_PBUF	1

/**
 * LWIP_MEM_ALIGN_SIZE() - bytes, rounded up to MEM_ALIGNMENT
 * @size: bytes
 *
 * This and what is made of it may stand in an ``#if``.
 *
 * Return: bytes.
 */
#define LWIP_MEM_ALIGN_SIZE(size)					\
	(((size) + MEM_ALIGNMENT - 1) / MEM_ALIGNMENT * MEM_ALIGNMENT)

/**
 * LWIP_MEM_ALIGN_BUFFER() - bytes of an array in which so many are aligned
 * @size: bytes
 *
 * Return: bytes.
 */
#define LWIP_MEM_ALIGN_BUFFER(size)	((size) + MEM_ALIGNMENT - 1)

/**
 * LWIP_DECLARE_MEMORY_ALIGNED() - define an array in which so many bytes are aligned
 * @name: of the array, which LWIP_MEM_ALIGN() aligns
 * @size: bytes
 */
#define LWIP_DECLARE_MEMORY_ALIGNED(name, size)				\
	u8 name[LWIP_MEM_ALIGN_BUFFER(size)]

/**
 * LWIP_MEM_ALIGN() - an address, rounded up to MEM_ALIGNMENT
 * @addr: the address
 *
 * Return: the address.
 */
#define LWIP_MEM_ALIGN(addr)						\
	((void *)LWIP_MEM_ALIGN_SIZE((uintptr_t)(addr)))

#endif /* _RTALLOC_PORT_LWIP_OPTIONS_H */

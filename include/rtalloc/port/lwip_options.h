/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lwip_options.h - defaults of lwIP's options on memory that the driver's lwipopts.h does
 * not define, and sizes that depend on them: included by lwip.h.
 */
#ifndef _RTALLOC_PORT_LWIP_OPTIONS_H
#define _RTALLOC_PORT_LWIP_OPTIONS_H

/* Headroom of pbufs; the default is large enough for IPv6. */
#if !defined(PBUF_LINK_HLEN) && defined(ETH_PAD_SIZE)
#define PBUF_LINK_HLEN		(14 + ETH_PAD_SIZE)
#endif
#if !defined(PBUF_IP_HLEN) && defined(LWIP_IPV6) && !LWIP_IPV6
#define PBUF_IP_HLEN		20
#endif

/*
 * 1: mem_malloc() and related functions, and PBUF_RAM, use the pools that are listed for
 * them, and not the module's heap.
 */
#ifndef MEM_USE_POOLS
#define MEM_USE_POOLS			0	/* mem_malloc() uses pools */
#endif

/* 1: if a pool that fits has no free element, the next larger one is tried. */
#ifndef MEM_USE_POOLS_TRY_BIGGER_POOL
#define MEM_USE_POOLS_TRY_BIGGER_POOL	0
#endif

/* 1: the driver has a lwippools.h, see lwip_pools.h. */
#ifndef MEMP_USE_CUSTOM_POOLS
#define MEMP_USE_CUSTOM_POOLS		MEM_USE_POOLS
#endif
#ifndef MEMP_OVERFLOW_CHECK
#define MEMP_OVERFLOW_CHECK		0	/* guard bytes around elements */
#endif
#ifndef MEMP_NUM_PBUF
#define MEMP_NUM_PBUF			16	/* pbufs of type PBUF_ROM, PBUF_REF */
#endif
#ifndef PBUF_POOL_SIZE
#define PBUF_POOL_SIZE			16	/* pbufs of type PBUF_POOL */
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
#define MEM_ALIGNMENT			8	/* of pools; that of the heap is always 8 */
#endif
#if MEM_ALIGNMENT < 1 || MEM_ALIGNMENT & (MEM_ALIGNMENT - 1)
#error "MEM_ALIGNMENT is not a power of two"
#endif
#if MEM_ALIGNMENT > 8 && !MEM_USE_POOLS
#error "lwIP's heap is aligned to 8 here: MEM_USE_POOLS takes more"
#endif

/*
 * The default size of the heap in bytes, without the module parameter lwip=. Defining it in
 * a driver has no effect on the heap.
 */
#ifndef MEM_SIZE
#define MEM_SIZE			(1024 * 1024)	/* default of lwip= */
#endif
#define LWIP_SUPPORT_CUSTOM_PBUF	1

/**
 * LWIP_MEM_ALIGN_SIZE() - round a size up to a multiple of MEM_ALIGNMENT
 * @size: bytes
 *
 * This, and macros that use it, may be used in an ``#if``.
 *
 * Return: bytes.
 */
#define LWIP_MEM_ALIGN_SIZE(size)					\
	(((size) + MEM_ALIGNMENT - 1) / MEM_ALIGNMENT * MEM_ALIGNMENT)

/**
 * LWIP_MEM_ALIGN_BUFFER() - size of an array that has room for aligned data
 * @size: bytes
 *
 * Return: bytes.
 */
#define LWIP_MEM_ALIGN_BUFFER(size)	((size) + MEM_ALIGNMENT - 1)

/**
 * LWIP_DECLARE_MEMORY_ALIGNED() - define an array that has room for aligned data
 * @name: name of the array; LWIP_MEM_ALIGN() gives the aligned address
 * @size: bytes
 */
#define LWIP_DECLARE_MEMORY_ALIGNED(name, size)				\
	u8 name[LWIP_MEM_ALIGN_BUFFER(size)]

/**
 * LWIP_MEM_ALIGN() - round an address up to a multiple of MEM_ALIGNMENT
 * @addr: the address
 *
 * Return: the address.
 */
#define LWIP_MEM_ALIGN(addr)						\
	((void *)LWIP_MEM_ALIGN_SIZE((uintptr_t)(addr)))

#endif /* _RTALLOC_PORT_LWIP_OPTIONS_H */

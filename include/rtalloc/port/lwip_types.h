/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lwip_types.h - what lwIP has at large and a network interface's driver uses
 * beside its memory: put this in place of lwip/opt.h, def.h, err.h, sys.h, stats.h,
 * snmp.h, netif.h, etharp.h and ethip6.h, or leave those and name the directory
 * lwip/ beside this one to the compiler. Optional; behind lwip.h or in its place,
 * and after the driver's options.
 *
 * There is no protocol here. Threads, semaphores, mailboxes and timeouts are in
 * lwip_sys.h; what an interface is, and how it becomes a network device of Linux, is
 * in lwip_netif.h. This includes both.
 */
#ifndef _RTALLOC_PORT_LWIP_TYPES_H
#define _RTALLOC_PORT_LWIP_TYPES_H

#include <linux/if_ether.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/printk.h>
#include <linux/random.h>
#include <linux/string.h>
#include <linux/types.h>
#include <rtalloc/port/lwip.h>

typedef u8 u8_t;
typedef s8 s8_t;
typedef u16 u16_t;
typedef s16 s16_t;
typedef u32 u32_t;
typedef s32 s32_t;
typedef u64 u64_t;
typedef s64 s64_t;
typedef uintptr_t mem_ptr_t;

/* Results: ERR_OK, or one of the negative ERR_ here and in pbuf.h. */
typedef s8 err_t;

/* Those that pbuf.h has no use for. */
enum {
	ERR_TIMEOUT	= -3,
	ERR_RTE		= -4,
	ERR_INPROGRESS	= -5,
	ERR_WOULDBLOCK	= -7,
	ERR_USE		= -8,
	ERR_ALREADY	= -9,
	ERR_ISCONN	= -10,
	ERR_CONN	= -11,
	ERR_IF		= -12,
	ERR_ABRT	= -13,
	ERR_RST		= -14,
	ERR_CLSD	= -15,
};

/* ---- macros ----------------------------------------------------------- */

/*
 * Numbers: LWIP_MIN() and LWIP_MAX() are Linux's min() and max(), both of one type.
 */
#define LWIP_UNUSED_ARG(x)		((void)(x))
#define LWIP_MIN(x, y)			min(x, y)
#define LWIP_MAX(x, y)			max(x, y)
#define LWIP_ARRAYSIZE(x)		ARRAY_SIZE(x)
#define LWIP_CONST_CAST(type, value)	((type)(uintptr_t)(value))
#define LWIP_ALIGNMENT_CAST(type, value)	LWIP_CONST_CAST(type, value)

#define LWIP_RAND()			get_random_u32()

/* Bytes: Linux's functions. */
#define MEMCPY(dst, src, len)		memcpy(dst, src, len)
#define SMEMCPY(dst, src, len)		memcpy(dst, src, len)
#define MEMMOVE(dst, src, len)		memmove(dst, src, len)

/* Packing is said behind the struct, by PACK_STRUCT_STRUCT; fields need nothing. */
#define PACK_STRUCT_BEGIN
#define PACK_STRUCT_END
#define PACK_STRUCT_STRUCT		__packed
#define PACK_STRUCT_FIELD(x)		x
#define PACK_STRUCT_FLD_8(x)		x
#define PACK_STRUCT_FLD_S(x)		x

/**
 * lwip_itoa() - a number as decimal text
 * @result: where to
 * @bufsize: its bytes; where the text and a NUL do not fit, it is an empty string
 * @number: the number
 *
 * Context: Any.
 */
static inline void lwip_itoa(char *result, size_t bufsize, int number)
{
	if (snprintf(result, bufsize, "%d", number) >= bufsize && bufsize)
		*result = '\0';
}

/* Both ignore the case of letters; 0 if they are the same. */
#define lwip_stricmp(a, b)		strcasecmp(a, b)
#define lwip_strnicmp(a, b, n)		strncasecmp(a, b, n)

/**
 * lwip_strnstr() - find a string in another one
 * @buffer: where it is looked for, up to its NUL
 * @token: what is looked for; an empty one is found at once
 * @n: bytes of @buffer at most
 *
 * Context: Any.
 * Return: where it begins, or NULL.
 */
static inline char *lwip_strnstr(const char *buffer, const char *token, size_t n)
{
	return strnstr(buffer, token, strnlen(buffer, n));
}

/*
 * Between the host's order and that of the network; numbers of lwIP have no type
 * for it.
 */
#define lwip_htons(x)			((__force u16)htons(x))
#define lwip_ntohs(x)			ntohs((__force __be16)(x))
#define lwip_htonl(x)			((__force u32)htonl(x))
#define lwip_ntohl(x)			ntohl((__force __be32)(x))
#define PP_HTONS(x)			lwip_htons(x)
#define PP_NTOHS(x)			lwip_ntohs(x)
#define PP_HTONL(x)			lwip_htonl(x)
#define PP_NTOHL(x)			lwip_ntohl(x)

/* For formats: "%" U16_F. mem_size_t and the counters of statistics are size_t. */
#define U8_F				"u"
#define S8_F				"d"
#define X8_F				"02x"
#define U16_F				"u"
#define S16_F				"d"
#define X16_F				"x"
#define U32_F				"u"
#define S32_F				"d"
#define X32_F				"x"
#define SZT_F				"zu"
#define MEM_SIZE_F			SZT_F
#define STAT_COUNTER_F			SZT_F

/**
 * LWIP_ASSERT() - say in the log, once for each place, what does not hold
 * @message: what to say
 * @cond: the condition
 *
 * The code goes on, so that a driver does not stop the kernel.
 *
 * Context: Any but NMI.
 */
#define LWIP_ASSERT(message, cond)					\
	do {								\
		if (!(cond))						\
			pr_warn_once("lwip: assertion failed: %s\n", message); \
	} while (0)

/**
 * LWIP_ERROR() - the same, and do something about it each time
 * @message: what to say
 * @cond: the condition
 * @handler: a statement for when @cond does not hold, as ``return ERR_ARG``
 *
 * Context: Any but NMI, as far as @handler allows.
 */
#define LWIP_ERROR(message, cond, handler)				\
	do {								\
		if (!(cond)) {						\
			pr_warn_once("lwip: error: %s\n", message);	\
			handler;					\
		}							\
	} while (0)

/* Bits of the debug options: only LWIP_DBG_ON counts. */
#define LWIP_DBG_ON			0x80
#define LWIP_DBG_OFF			0x00
#define LWIP_DBG_TRACE			0x40
#define LWIP_DBG_STATE			0x20
#define LWIP_DBG_LEVEL_ALL		0x00
#define LWIP_DBG_LEVEL_WARNING		0x01
#define LWIP_DBG_LEVEL_SERIOUS		0x02
#define LWIP_DBG_LEVEL_SEVERE		0x03
#define LWIP_DBG_HALT			0x08	/* nobody halts here */
#ifndef NETIF_DEBUG
#define NETIF_DEBUG			LWIP_DBG_OFF
#endif

/**
 * LWIP_DEBUGF() - a line of the log, if it is wanted
 * @debug: the line is written if this has LWIP_DBG_ON; a constant without it leaves
 *	no code
 * @message: format and arguments in parentheses of their own
 *
 * Context: Any but NMI.
 */
#define LWIP_DEBUGF(debug, message)					\
	do {								\
		if ((debug) & LWIP_DBG_ON)				\
			_printk message;				\
	} while (0)

/**
 * LWIP_PLATFORM_DIAG() - a line of the log
 * @message: format and arguments in parentheses of their own
 *
 * Context: Any but NMI.
 */
#define LWIP_PLATFORM_DIAG(message)	_printk message

#include <rtalloc/port/lwip_sys.h>

/* What a protocol would count: nothing, for Linux counts packets itself. */
#define LINK_STATS_INC(x)		do { } while (0)
#define LINK_STATS_DISPLAY()		do { } while (0)
#define MIB2_INIT_NETIF(netif, type, speed)	do { } while (0)
#define MIB2_STATS_NETIF_INC(netif, x)	do { } while (0)
#define MIB2_STATS_NETIF_ADD(netif, x, n)	do { } while (0)
#define MIB2_COPY_SYSUPTIME_TO(p)	do { } while (0)
#define NETIF_INIT_SNMP(netif, type, speed)	do { } while (0)
#define snmp_ifType_ethernet_csmacd	6

/* ---- options ---------------------------------------------------------- */

/* As lwIP's own defaults: there is an operating system. */
#ifndef NO_SYS
#define NO_SYS				0
#endif
#ifndef SYS_LIGHTWEIGHT_PROT
#define SYS_LIGHTWEIGHT_PROT		1
#endif
#ifndef ETH_PAD_SIZE
#define ETH_PAD_SIZE			0	/* bytes in front of a frame */
#endif
#ifndef LWIP_NETIF_HOSTNAME
#define LWIP_NETIF_HOSTNAME		0
#endif
#ifndef LWIP_IPV4
#define LWIP_IPV4			1
#endif
#ifndef LWIP_IPV6
#define LWIP_IPV6			0
#endif
#ifndef LWIP_IPV6_MLD
#define LWIP_IPV6_MLD			LWIP_IPV6
#endif
#ifndef LWIP_ARP
#define LWIP_ARP			1
#endif
#ifndef PPPOE_SUPPORT
#define PPPOE_SUPPORT			0
#endif

#include <rtalloc/port/lwip_netif.h>

#endif /* _RTALLOC_PORT_LWIP_TYPES_H */

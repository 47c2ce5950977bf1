/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lwip_types.h - general-purpose types, macros and functions of lwIP: optional. A driver of
 * a network interface includes this in place of lwip/opt.h, def.h, err.h, sys.h, stats.h,
 * snmp.h, netif.h, etharp.h and ethip6.h. Or it keeps these includes, and the directory
 * lwip/ next to this file is added to the compiler's include path. Include it after the
 * driver's options, and after lwip.h or in its place.
 *
 * Protocols are not included. lwip_sys.h has threads, semaphores, mailboxes and timeouts;
 * lwip_netif.h has interfaces, which become network devices of Linux. This file includes
 * both.
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

/* Results: ERR_OK, or a negative ERR_ value of this file or of pbuf.h. */
typedef s8 err_t;

/* Error codes that pbuf.h does not define. */
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
 * Numbers. LWIP_MIN() and LWIP_MAX() are Linux's min() and max(): both arguments must have
 * the same type.
 */
#define LWIP_UNUSED_ARG(x)		((void)(x))
#define LWIP_MIN(x, y)			min(x, y)
#define LWIP_MAX(x, y)			max(x, y)
#define LWIP_ARRAYSIZE(x)		ARRAY_SIZE(x)
#define LWIP_CONST_CAST(type, value)	((type)(uintptr_t)(value))
#define LWIP_ALIGNMENT_CAST(type, value)	LWIP_CONST_CAST(type, value)
#define LWIP_PTR_NUMERIC_CAST(type, value)	LWIP_CONST_CAST(type, value)
#define LWIP_PACKED_CAST(type, value)	LWIP_CONST_CAST(type, value)
#define LWIP_MAKEU32(a, b, c, d)					\
	((u32_t)(u8_t)(a) << 24 | (u32_t)(u8_t)(b) << 16 |		\
	 (u32_t)(u8_t)(c) << 8 | (u32_t)(u8_t)(d))

#define LWIP_RAND()			get_random_u32()

/* Memory and strings: Linux's functions. */
#define MEMCPY(dst, src, len)		memcpy(dst, src, len)
#define SMEMCPY(dst, src, len)		memcpy(dst, src, len)
#define MEMMOVE(dst, src, len)		memmove(dst, src, len)

/* PACK_STRUCT_STRUCT after the struct packs it; the other macros expand to nothing. */
#define PACK_STRUCT_BEGIN
#define PACK_STRUCT_END
#define PACK_STRUCT_STRUCT		__packed
#define PACK_STRUCT_FIELD(x)		x
#define PACK_STRUCT_FLD_8(x)		x
#define PACK_STRUCT_FLD_S(x)		x

/**
 * lwip_itoa() - convert a number to decimal text
 * @result: where to store the text
 * @bufsize: bytes there; if the text and its NUL do not fit, an empty string is stored
 * @number: the number
 *
 * Context: Any.
 */
static inline void lwip_itoa(char *result, size_t bufsize, int number)
{
	if (snprintf(result, bufsize, "%d", number) >= bufsize && bufsize)
		*result = '\0';
}

/* Compare strings, ignoring case; 0 if they are equal. */
#define lwip_stricmp(a, b)		strcasecmp(a, b)
#define lwip_strnicmp(a, b, n)		strncasecmp(a, b, n)

/**
 * lwip_strnstr() - find a string in another string
 * @buffer: the string to search, up to its NUL
 * @token: the string to find; an empty one is found at the start
 * @n: the largest number of bytes of @buffer to search
 *
 * Context: Any.
 * Return: address of the first match, or NULL.
 */
static inline char *lwip_strnstr(const char *buffer, const char *token, size_t n)
{
	return strnstr(buffer, token, strnlen(buffer, n));
}

/**
 * lwip_strnistr() - lwip_strnstr(), ignoring case
 * @buffer: the string to search, up to its NUL
 * @token: the string to find; an empty one is found at the start
 * @n: the largest number of bytes of @buffer to search
 *
 * Context: Any.
 * Return: address of the first match, or NULL.
 */
static inline char *lwip_strnistr(const char *buffer, const char *token, size_t n)
{
	size_t bytes = strlen(token);

	for (n = strnlen(buffer, n); n >= bytes; n--, buffer++)
		if (!strncasecmp(buffer, token, bytes))
			return (char *)buffer;
	return NULL;
}

/**
 * lwip_memcmp_consttime() - compare secrets, in time that does not depend on them
 * @s1: the one
 * @s2: the other
 * @len: their length in bytes
 *
 * Context: Any.
 * Return: 0 if they are equal; otherwise another value, which says nothing about order.
 */
static inline int lwip_memcmp_consttime(const void *s1, const void *s2,
					size_t len)
{
	const u8 *a = s1, *b = s2;
	u8 difference = 0;

	/* READ_ONCE() keeps the compiler from leaving the loop early. */
	for (; len; len--)
		difference |= READ_ONCE(*a++) ^ READ_ONCE(*b++);
	return difference;
}

/*
 * Conversion between host and network byte order. lwIP has no types for byte orders.
 */
#define lwip_htons(x)			((__force u16)htons(x))
#define lwip_ntohs(x)			ntohs((__force __be16)(x))
#define lwip_htonl(x)			((__force u32)htonl(x))
#define lwip_ntohl(x)			ntohl((__force __be32)(x))
#define PP_HTONS(x)			lwip_htons(x)
#define PP_NTOHS(x)			lwip_ntohs(x)
#define PP_HTONL(x)			lwip_htonl(x)
#define PP_NTOHL(x)			lwip_ntohl(x)

/* For format strings: "%" U16_F. mem_size_t and statistics are of type size_t. */
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
 * LWIP_ASSERT() - log a message if a condition is false, once for each place in the code
 * @message: the message
 * @cond: the condition
 *
 * Execution continues, so that a driver does not stop the kernel.
 *
 * Context: Any but NMI.
 */
#define LWIP_ASSERT(message, cond)					\
	do {								\
		if (!(cond))						\
			pr_warn_once("lwip: assertion failed: %s\n", message); \
	} while (0)

/**
 * LWIP_ERROR() - LWIP_ASSERT() that also executes a statement, each time
 * @message: the message
 * @cond: the condition
 * @handler: statement to execute if @cond is false, for example ``return ERR_ARG``
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

/* Bits of the debug options; only LWIP_DBG_ON has an effect. */
#define LWIP_DBG_ON			0x80
#define LWIP_DBG_OFF			0x00
#define LWIP_DBG_TRACE			0x40
#define LWIP_DBG_STATE			0x20
#define LWIP_DBG_LEVEL_ALL		0x00
#define LWIP_DBG_LEVEL_WARNING		0x01
#define LWIP_DBG_LEVEL_SERIOUS		0x02
#define LWIP_DBG_LEVEL_SEVERE		0x03
#define LWIP_DBG_HALT			0x08	/* does not halt */
#ifndef NETIF_DEBUG
#define NETIF_DEBUG			LWIP_DBG_OFF
#endif

/**
 * LWIP_DEBUGF() - log a line if debugging is enabled
 * @debug: the line is logged if this has LWIP_DBG_ON set; for a constant without it no code
 *	is generated
 * @message: format and arguments, in parentheses
 *
 * Context: Any but NMI.
 */
#define LWIP_DEBUGF(debug, message)					\
	do {								\
		if ((debug) & LWIP_DBG_ON)				\
			_printk message;				\
	} while (0)

/**
 * LWIP_PLATFORM_DIAG() - log a line
 * @message: format and arguments, in parentheses
 *
 * Context: Any but NMI.
 */
#define LWIP_PLATFORM_DIAG(message)	_printk message

#include <rtalloc/port/lwip_sys.h>

/* Statistics of protocols: they do nothing, because Linux counts packets itself. */
#define LINK_STATS_INC(x)		do { } while (0)
#define LINK_STATS_DISPLAY()		do { } while (0)
#define stats_display()			do { } while (0)
#define MIB2_INIT_NETIF(netif, type, speed)	do { } while (0)
#define MIB2_STATS_NETIF_INC(netif, x)	do { } while (0)
#define MIB2_STATS_NETIF_ADD(netif, x, n)	do { } while (0)
#define MIB2_COPY_SYSUPTIME_TO(p)	do { } while (0)
#define NETIF_INIT_SNMP(netif, type, speed)	do { } while (0)
#define snmp_ifType_ethernet_csmacd	6

/* lwIP's texts for errors, which are empty without its debugging. */
#define lwip_strerr(err)		""

/* The version whose functions these are. */
#define LWIP_VERSION_MAJOR		2
#define LWIP_VERSION_MINOR		2
#define LWIP_VERSION_REVISION		1
#define LWIP_VERSION_STRING		"2.2.1"

/* lwIP initialises all its parts; those that there are here are the pools. */
#define lwip_init()			memp_init()

/* ---- options ---------------------------------------------------------- */

/* The values of lwIP's defaults, for a system with threads. */
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

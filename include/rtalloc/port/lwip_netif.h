/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lwip_netif.h - lwIP's struct netif as a network device of Linux: included by
 * lwip_types.h, in place of lwip/netif.h, tcpip.h, etharp.h and ethip6.h.
 *
 *   driver                    rtalloc_netif.ko                 Linux
 *   netif->input(p) -------> queue -> NAPI: pbuf_to_skb() ---> stack
 *   netif->linkoutput(p) <-- pbuf_from_skb() <- thread <------ ndo_start_xmit
 *   netif_set_link_up() ---> carrier
 *   netif->flags, mtu <----- ip link set up, down, mtu
 *
 * A driver calls netif_add() with its ethernetif_init(), which fills in the
 * struct as for lwIP; a device of the name that is in it ("en": en0) is there
 * when that returns. Addresses, routes and ARP are Linux's. A driver that calls
 * none of these functions needs no rtalloc_netif.ko.
 *
 * Options, before this is included: ETH_PAD_SIZE, LWIP_NETIF_TX_DIRECT,
 * LWIP_NETIF_RX_LEND. What may be called where: Documentation/netif.rst.
 */
#ifndef _RTALLOC_PORT_LWIP_NETIF_H
#define _RTALLOC_PORT_LWIP_NETIF_H

#include <linux/types.h>

/* linkoutput() never sleeps: it is called at once, in place of by a thread. */
#ifndef LWIP_NETIF_TX_DIRECT
#define LWIP_NETIF_TX_DIRECT		0
#endif
/*
 * Buffers of the driver's that the stack may have at a time; what comes in
 * beyond is copied, so that the driver's pool cannot run dry by a slow reader.
 * Half of the buffers that there are is a good number.
 */
#ifndef LWIP_NETIF_RX_LEND
#define LWIP_NETIF_RX_LEND		8
#endif

#define ETH_HWADDR_LEN			6
#define ETHARP_HWADDR_LEN		ETH_HWADDR_LEN
#define NETIF_MAX_HWADDR_LEN		6
#define SIZEOF_ETH_HDR			(14 + ETH_PAD_SIZE)

#define NETIF_FLAG_UP			0x01
#define NETIF_FLAG_BROADCAST		0x02
#define NETIF_FLAG_LINK_UP		0x04
#define NETIF_FLAG_ETHARP		0x08
#define NETIF_FLAG_ETHERNET		0x10
#define NETIF_FLAG_IGMP			0x20
#define NETIF_FLAG_MLD6			0x40

struct netif;
struct lwip_device;
typedef struct ip4_addr { u32_t addr; } ip4_addr_t;
typedef struct ip6_addr { u32_t addr[4]; } ip6_addr_t;
typedef err_t (*netif_init_fn)(struct netif *netif);
typedef err_t (*netif_input_fn)(struct pbuf *p, struct netif *inp);
typedef err_t (*netif_output_fn)(struct netif *netif, struct pbuf *p,
				 const ip4_addr_t *ipaddr);
typedef err_t (*netif_output_ip6_fn)(struct netif *netif, struct pbuf *p,
				     const ip6_addr_t *ipaddr);
typedef err_t (*netif_linkoutput_fn)(struct netif *netif, struct pbuf *p);
typedef void (*netif_status_callback_fn)(struct netif *netif);

/**
 * struct netif - an interface, as its driver knows it
 * @input: what the driver calls with a frame that came in
 * @output: not called
 * @output_ip6: not called
 * @linkoutput: the driver's function that sends a frame
 * @status_callback: called when the interface went up or down, or NULL
 * @link_callback: called when the link did, or NULL
 * @state: the driver's
 * @hostname: a name; nothing here reads it
 * @mtu: bytes of payload; what it is when the interface is added is the most
 * @hwaddr: its address
 * @hwaddr_len: bytes of it
 * @flags: NETIF_FLAG_*
 * @name: two characters
 * @num: which of that name; from netif_add() on, when ethernetif_init() is over
 * @device: the network device, or NULL
 */
struct netif {
	netif_input_fn input;
	netif_output_fn output;
	netif_output_ip6_fn output_ip6;
	netif_linkoutput_fn linkoutput;
	netif_status_callback_fn status_callback;
	netif_status_callback_fn link_callback;
	void *state;
	const char *hostname;
	u16_t mtu;
	u8_t hwaddr[NETIF_MAX_HWADDR_LEN];
	u8_t hwaddr_len;
	u8_t flags;
	char name[2];
	u8_t num;
	struct lwip_device __rcu *device;
};

/**
 * struct lwip_netif_options - what the driver's options say of its interfaces
 * @rx_lend: LWIP_NETIF_RX_LEND
 * @pad: ETH_PAD_SIZE
 * @tx_direct: LWIP_NETIF_TX_DIRECT
 */
struct lwip_netif_options {
	unsigned int rx_lend;
	u8_t pad;
	bool tx_direct;
};

/* In port/netif.c; the driver uses lwIP's names, below. */
struct netif *lwip_netif_add(struct netif *netif, void *state,
			     netif_init_fn init, netif_input_fn input,
			     struct lwip_netif_options options);
void lwip_netif_remove(struct netif *netif);
void lwip_netif_set_admin(struct netif *netif, bool up);
void lwip_netif_set_link(struct netif *netif, bool up);
err_t lwip_netif_input(struct pbuf *p, struct netif *netif);

/* Addresses are set by ip addr: those here are not looked at. */
static inline struct netif *
netif_add(struct netif *netif, const ip4_addr_t *ipaddr,
	  const ip4_addr_t *netmask, const ip4_addr_t *gw, void *state,
	  netif_init_fn init, netif_input_fn input)
{
	return lwip_netif_add(netif, state, init, input,
			      (struct lwip_netif_options){
					.rx_lend = LWIP_NETIF_RX_LEND,
					.pad = ETH_PAD_SIZE,
					.tx_direct = LWIP_NETIF_TX_DIRECT,
			      });
}

static inline struct netif *netif_add_noaddr(struct netif *netif, void *state,
					     netif_init_fn init,
					     netif_input_fn input)
{
	return netif_add(netif, NULL, NULL, NULL, state, init, input);
}

#define netif_remove(netif)		lwip_netif_remove(netif)
#define netif_set_up(netif)		lwip_netif_set_admin(netif, true)
#define netif_set_down(netif)		lwip_netif_set_admin(netif, false)
#define netif_set_link_up(netif)	lwip_netif_set_link(netif, true)
#define netif_set_link_down(netif)	lwip_netif_set_link(netif, false)
#define netif_is_link_up(netif)						\
	(!!(READ_ONCE((netif)->flags) & NETIF_FLAG_LINK_UP))
#define netif_is_up(netif)						\
	(!!(READ_ONCE((netif)->flags) & NETIF_FLAG_UP))
#define netif_set_status_callback(netif, fn)	((netif)->status_callback = (fn))
#define netif_set_link_callback(netif, fn)	((netif)->link_callback = (fn))
/* Which way packets go is the routes' matter. */
#define netif_set_default(netif)	LWIP_UNUSED_ARG(netif)
#define netif_set_hostname(netif, text)	((netif)->hostname = (text))
#define netif_get_hostname(netif)	((netif)->hostname)

/* All ways into the protocols are one. */
#define tcpip_input			lwip_netif_input
#define ethernet_input			lwip_netif_input
#define netif_input			lwip_netif_input
#define tcpip_init(done, arg)		do { } while (0)
#define LOCK_TCPIP_CORE()		do { } while (0)
#define UNLOCK_TCPIP_CORE()		do { } while (0)
#define LWIP_ASSERT_CORE_LOCKED()	do { } while (0)

/* In place of protocols: a packet for them is not sent. */
static inline err_t etharp_output(struct netif *netif, struct pbuf *p,
				  const ip4_addr_t *ipaddr)
{
	return ERR_IF;
}

static inline err_t ethip6_output(struct netif *netif, struct pbuf *p,
				  const ip6_addr_t *ipaddr)
{
	return ERR_IF;
}

#endif /* _RTALLOC_PORT_LWIP_NETIF_H */

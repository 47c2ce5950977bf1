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
 * A driver calls netif_add() with its ethernetif_init(), which fills in the struct
 * as for lwIP; a device of the name that is in it ("en": en0) is there when that
 * returns. Addresses, routes and ARP are Linux's. A driver that calls none of these
 * functions needs no rtalloc_netif.ko.
 *
 * Options, before this is included: ETH_PAD_SIZE, LWIP_NETIF_TX_DIRECT,
 * LWIP_NETIF_RX_LEND. What may be called where: Documentation/netif.rst. Functions
 * that are not inline are described where they are defined, in port/netif.c.
 *
 * Netifs are trusted: nothing here notices NULL.
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

/* An address of Ethernet has six bytes, and no other is taken. */
#define ETH_HWADDR_LEN			6
#define ETHARP_HWADDR_LEN		ETH_HWADDR_LEN
#define NETIF_MAX_HWADDR_LEN		6

/* The header of a frame as the driver has it, with ETH_PAD_SIZE bytes in front. */
#define SIZEOF_ETH_HDR			(14 + ETH_PAD_SIZE)

/* An address, for those who look into a frame. */
struct eth_addr {
	u8 addr[ETH_HWADDR_LEN];
} __packed;

/**
 * struct eth_hdr - the header of a frame as the driver has it
 * @padding: what lies in front of it
 * @dest: address of who is to receive it
 * @src: address of who has sent it
 * @type: what is within, in the order of the network: lwip_htons(ETHTYPE_IP)
 */
struct eth_hdr {
#if ETH_PAD_SIZE
	u8 padding[ETH_PAD_SIZE];
#endif
	struct eth_addr dest;
	struct eth_addr src;
	u16 type;
} __packed;

/* What a frame has within, in the order of the machine. */
#define ETHTYPE_IP			ETH_P_IP
#define ETHTYPE_ARP			ETH_P_ARP
#define ETHTYPE_VLAN			ETH_P_8021Q
#define ETHTYPE_IPV6			ETH_P_IPV6
#define ETHTYPE_PPPOEDISC		ETH_P_PPP_DISC
#define ETHTYPE_PPPOE			ETH_P_PPP_SES

/*
 * Flags of a netif, lwIP's. UP and LINK_UP are written by the functions below and
 * by ip link set; the others may be set, and nothing here reads them.
 */
#define NETIF_FLAG_UP			0x01
#define NETIF_FLAG_BROADCAST		0x02
#define NETIF_FLAG_LINK_UP		0x04
#define NETIF_FLAG_ETHARP		0x08
#define NETIF_FLAG_ETHERNET		0x10
#define NETIF_FLAG_IGMP			0x20
#define NETIF_FLAG_MLD6			0x40

/* Addresses of IP, for arguments alone. */
struct netif;
struct lwip_device;
typedef struct ip4_addr { u32_t addr; } ip4_addr_t;
typedef struct ip6_addr { u32_t addr[4]; } ip6_addr_t;

/**
 * typedef netif_init_fn - the driver's ethernetif_init()
 * @netif: to be filled in: name, hwaddr, hwaddr_len, mtu, linkoutput, flags
 *
 * Context: Process context, may sleep: in netif_add().
 * Return: ERR_OK, or an error with which netif_add() fails.
 */
typedef err_t (*netif_init_fn)(struct netif *netif);

/**
 * typedef netif_input_fn - gives the stack a frame that came in
 * @p: the frame, with ETH_PAD_SIZE bytes in front
 * @inp: where it came in
 *
 * Context: Any but NMI.
 * Return: ERR_OK: @p is taken over; else it is still the driver's.
 */
typedef err_t (*netif_input_fn)(struct pbuf *p, struct netif *inp);

/* What these two would do, Linux's IP does: they are not called. */
typedef err_t (*netif_output_fn)(struct netif *netif, struct pbuf *p,
				 const ip4_addr_t *ipaddr);
typedef err_t (*netif_output_ip6_fn)(struct netif *netif, struct pbuf *p,
				     const ip6_addr_t *ipaddr);

/**
 * typedef netif_linkoutput_fn - the driver's function that sends a frame
 * @netif: where
 * @p: the frame, with ETH_PAD_SIZE bytes of zero in front; it may be read, not
 *	written to; pbuf_ref() keeps it until the hardware is done
 *
 * Never called twice at a time for one netif.
 *
 * Context: A thread, may sleep; with LWIP_NETIF_TX_DIRECT bottom halves are off,
 *	and it must not.
 * Return: ERR_OK; anything else counts as an error, and the frame is lost.
 */
typedef err_t (*netif_linkoutput_fn)(struct netif *netif, struct pbuf *p);

/**
 * typedef netif_status_callback_fn - called after a change of netif->flags
 * @netif: whose
 *
 * Context: Of the status: under the RTNL, so it may call none of netif_add(),
 *	netif_remove(), netif_set_up() and netif_set_down(). Of the link: that of
 *	the call of netif_set_link_up() or netif_set_link_down().
 */
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

/**
 * netif_add() - make a network device of an interface
 * @netif: the interface, cleared first; the driver keeps it until netif_remove()
 * @ipaddr: ignored: addresses are set by ip addr
 * @netmask: ignored
 * @gw: ignored
 * @state: for @init, in netif->state
 * @init: the driver's ethernetif_init(): fills in @netif
 * @input: what the driver will find in netif->input: tcpip_input()
 *
 * The device is down, unless @init called netif_set_up(). Callbacks are set
 * afterwards, for the struct is cleared.
 *
 * Context: Process context, may sleep; without the RTNL.
 * Return: @netif; NULL: @init failed or left out something, or there is no memory.
 *	What @init has made is the driver's to free. NULL also, with nothing changed,
 *	if @netif was added and not removed.
 */
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

/**
 * netif_add_noaddr() - netif_add() without the arguments that are ignored
 * @netif: as there
 * @state: as there
 * @init: as there
 * @input: as there
 *
 * Context: As netif_add().
 * Return: as netif_add().
 */
static inline struct netif *netif_add_noaddr(struct netif *netif, void *state,
					     netif_init_fn init,
					     netif_input_fn input)
{
	return netif_add(netif, NULL, NULL, NULL, state, init, input);
}

/**
 * netif_remove() - remove the network device
 * @netif: the interface; nothing happens if it has no device
 *
 * Waits until no linkoutput() is running and the stack has given all the driver's
 * buffers back: where a program does not read its socket, that may take long.
 * netif->input() may still be called, and refuses.
 *
 * Context: Process context, may sleep; without the RTNL.
 */
#define netif_remove(netif)		lwip_netif_remove(netif)

/**
 * netif_set_up() - as ip link set up
 * @netif: the interface; before netif_add() has made its device the flag alone is
 *	set
 *
 * Context: Process context, may sleep; without the RTNL.
 */
#define netif_set_up(netif)		lwip_netif_set_admin(netif, true)

/**
 * netif_set_down() - as ip link set down
 * @netif: the interface
 *
 * Context: As netif_set_up().
 */
#define netif_set_down(netif)		lwip_netif_set_admin(netif, false)

/**
 * netif_set_link_up() - there is a link: the carrier follows in a work
 * @netif: the interface; nothing happens if it had one
 *
 * netif->link_callback is called at once.
 *
 * Context: Any but NMI, as far as the callback allows.
 */
#define netif_set_link_up(netif)	lwip_netif_set_link(netif, true)

/**
 * netif_set_link_down() - the link is gone: the carrier follows in a work
 * @netif: the interface; nothing happens if it had none
 *
 * netif->link_callback is called at once.
 *
 * Context: Any but NMI, as far as the callback allows.
 */
#define netif_set_link_down(netif)	lwip_netif_set_link(netif, false)

/**
 * netif_is_link_up() - did the driver say that there is a link?
 * @netif: the interface
 *
 * Context: Any.
 * Return: 1 or 0.
 */
#define netif_is_link_up(netif)						\
	(!!(READ_ONCE((netif)->flags) & NETIF_FLAG_LINK_UP))

/**
 * netif_is_up() - is the interface up?
 * @netif: the interface
 *
 * Context: Any.
 * Return: 1 or 0.
 */
#define netif_is_up(netif)						\
	(!!(READ_ONCE((netif)->flags) & NETIF_FLAG_UP))

/**
 * netif_set_status_callback() - have a function called when it went up or down
 * @netif: the interface
 * @fn: the function; NULL: none. One that was set before may be running.
 *
 * Context: Any; after netif_add(), which clears it.
 */
#define netif_set_status_callback(netif, fn)	((netif)->status_callback = (fn))

/**
 * netif_set_link_callback() - have a function called when the link came or went
 * @netif: the interface
 * @fn: the function; NULL: none. One that was set before may be running.
 *
 * Context: Any; after netif_add(), which clears it.
 */
#define netif_set_link_callback(netif, fn)	((netif)->link_callback = (fn))

/* Does nothing: which way packets go is the routes' matter. */
#define netif_set_default(netif)	LWIP_UNUSED_ARG(netif)

/* The pointer to a name is kept for the driver; nothing here reads it. */
#define netif_set_hostname(netif, text)	((netif)->hostname = (text))
#define netif_get_hostname(netif)	((netif)->hostname)

/*
 * All ways into the protocols are one, a netif_input_fn: the frame is put on a
 * queue of 256. ERR_OK: it is taken over; ERR_IF: down or removed, ERR_MEM: the
 * queue is full, ERR_ARG: there is none, and it is still the driver's. Any context
 * but NMI.
 */
#define tcpip_input			lwip_netif_input
#define ethernet_input			lwip_netif_input
#define netif_input			lwip_netif_input

/**
 * typedef tcpip_init_done_fn - what a driver does once there is a TCP/IP
 * @arg: as tcpip_init() was given it
 */
typedef void (*tcpip_init_done_fn)(void *arg);

/**
 * tcpip_init() - there is a TCP/IP
 * @done: called before this returns; NULL: nothing
 * @arg: for @done
 *
 * In lwIP the thread of TCP/IP calls @done, perhaps later; there is none here.
 *
 * Context: Where @done may be called.
 */
static inline void tcpip_init(tcpip_init_done_fn done, void *arg)
{
	if (done)
		done(arg);
}

/* There is no thread of TCP/IP here, so there is nothing to lock. */
#define LOCK_TCPIP_CORE()		do { } while (0)
#define UNLOCK_TCPIP_CORE()		do { } while (0)
#define LWIP_ASSERT_CORE_LOCKED()	do { } while (0)

/**
 * pbuf_free_callback() - pbuf_free() where lwIP's thread would have to do it
 * @p: the packet, to which the caller has a reference
 *
 * In lwIP that thread frees it later. Here it is freed at once.
 *
 * Context: As pbuf_free().
 * Return: ERR_OK.
 */
static inline err_t pbuf_free_callback(struct pbuf *p)
{
	pbuf_free(p);
	return ERR_OK;
}

/**
 * mem_free_callback() - mem_free() where lwIP's thread would have to do it
 * @m: the block
 *
 * Context: As mem_free().
 * Return: ERR_OK.
 */
static inline err_t mem_free_callback(void *m)
{
	mem_free(m);
	return ERR_OK;
}

/**
 * etharp_output() - for netif->output, which is not called
 * @netif: ignored
 * @p: ignored
 * @ipaddr: ignored
 *
 * Context: Any.
 * Return: ERR_IF: a packet for a protocol is not sent.
 */
static inline err_t etharp_output(struct netif *netif, struct pbuf *p,
				  const ip4_addr_t *ipaddr)
{
	return ERR_IF;
}

/**
 * ethip6_output() - for netif->output_ip6, which is not called
 * @netif: ignored
 * @p: ignored
 * @ipaddr: ignored
 *
 * Context: Any.
 * Return: ERR_IF: a packet for a protocol is not sent.
 */
static inline err_t ethip6_output(struct netif *netif, struct pbuf *p,
				  const ip6_addr_t *ipaddr)
{
	return ERR_IF;
}

#endif /* _RTALLOC_PORT_LWIP_NETIF_H */

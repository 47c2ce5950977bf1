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
 * A driver calls netif_add() with its ethernetif_init(), which fills in the struct as it
 * does for lwIP. Then there is a network device with the struct's name ("en": en0). Linux
 * handles addresses, routes and ARP. A driver that uses none of these functions does not
 * need rtalloc_netif.ko.
 *
 * Options, to be defined before this is included: ETH_PAD_SIZE, LWIP_NETIF_TX_DIRECT,
 * LWIP_NETIF_RX_LEND. Documentation/netif.rst says what may be called where. Functions
 * that are not inline are documented at their definition, in port/netif.c; they accept a
 * netif that is NULL. The macros that read or write a member do not.
 */
#ifndef _RTALLOC_PORT_LWIP_NETIF_H
#define _RTALLOC_PORT_LWIP_NETIF_H

#include <linux/atomic.h>
#include <linux/types.h>

/*
 * Set to 1 if the driver's linkoutput() never sleeps: it is then called directly by
 * ndo_start_xmit(), and not by a thread.
 */
#ifndef LWIP_NETIF_TX_DIRECT
#define LWIP_NETIF_TX_DIRECT		0
#endif
/*
 * The largest number of the driver's buffers that the stack may hold at a time. Frames
 * that come in beyond it are copied, so that a program that reads its socket slowly cannot
 * exhaust the driver's pool. Half of the driver's buffers is a good number.
 */
#ifndef LWIP_NETIF_RX_LEND
#define LWIP_NETIF_RX_LEND		8
#endif

/* Only Ethernet addresses are supported, which have six bytes. */
#define ETH_HWADDR_LEN			6
#define ETHARP_HWADDR_LEN		ETH_HWADDR_LEN
#define NETIF_MAX_HWADDR_LEN		6

/* Bytes of a frame's header as the driver sees it, with ETH_PAD_SIZE bytes in front. */
#define SIZEOF_ETH_HDR			(14 + ETH_PAD_SIZE)

/* An Ethernet address in a frame. */
struct eth_addr {
	u8 addr[ETH_HWADDR_LEN];
} __packed;

/**
 * struct eth_hdr - the header of a frame as the driver sees it
 * @padding: ETH_PAD_SIZE bytes in front of the frame
 * @dest: destination address
 * @src: source address
 * @type: protocol of the payload in network byte order, as lwip_htons(ETHTYPE_IP)
 */
struct eth_hdr {
#if ETH_PAD_SIZE
	u8 padding[ETH_PAD_SIZE];
#endif
	struct eth_addr dest;
	struct eth_addr src;
	u16 type;
} __packed;

/* Values of eth_hdr.type, in host byte order. */
#define ETHTYPE_IP			ETH_P_IP
#define ETHTYPE_ARP			ETH_P_ARP
#define ETHTYPE_VLAN			ETH_P_8021Q
#define ETHTYPE_IPV6			ETH_P_IPV6
#define ETHTYPE_PPPOEDISC		ETH_P_PPP_DISC
#define ETHTYPE_PPPOE			ETH_P_PPP_SES

/*
 * lwIP's flags of a netif. UP and LINK_UP are changed by the functions below and by ``ip
 * link set``. A driver may set the others, which are not read here.
 */
#define NETIF_FLAG_UP			0x01
#define NETIF_FLAG_BROADCAST		0x02
#define NETIF_FLAG_LINK_UP		0x04
#define NETIF_FLAG_ETHARP		0x08
#define NETIF_FLAG_ETHERNET		0x10
#define NETIF_FLAG_IGMP			0x20
#define NETIF_FLAG_MLD6			0x40

/* IP addresses; used only as types of arguments that are ignored. */
struct netif;
struct lwip_device;
typedef struct ip4_addr { u32_t addr; } ip4_addr_t;
typedef struct ip6_addr { u32_t addr[4]; } ip6_addr_t;

/**
 * typedef netif_init_fn - the driver's ethernetif_init(), called by netif_add()
 * @netif: the interface; fill in name, hwaddr, hwaddr_len, mtu, linkoutput and flags
 *
 * Context: Process context, may sleep.
 * Return: ERR_OK, or an error, which makes netif_add() fail.
 */
typedef err_t (*netif_init_fn)(struct netif *netif);

/**
 * typedef netif_input_fn - function that hands a received frame to the stack
 * @p: the frame, with ETH_PAD_SIZE bytes in front
 * @inp: the interface that received it
 *
 * Context: Any but NMI.
 * Return: ERR_OK: @p no longer belongs to the driver; otherwise it still does.
 */
typedef err_t (*netif_input_fn)(struct pbuf *p, struct netif *inp);

/* Functions of these types are never called: Linux's IP does their work. */
typedef err_t (*netif_output_fn)(struct netif *netif, struct pbuf *p,
				 const ip4_addr_t *ipaddr);
typedef err_t (*netif_output_ip6_fn)(struct netif *netif, struct pbuf *p,
				     const ip6_addr_t *ipaddr);

/**
 * typedef netif_linkoutput_fn - the driver's function that sends a frame
 * @netif: the interface
 * @p: the frame, with ETH_PAD_SIZE zero bytes in front. It must not be written. A driver
 *	that needs it until the hardware is done takes a reference with pbuf_ref().
 *
 * There is at most one call at a time for each netif.
 *
 * Context: A thread, may sleep. With LWIP_NETIF_TX_DIRECT softirqs are off, and it must
 *	not sleep.
 * Return: ERR_OK; anything else is counted as an error, and the frame is lost.
 */
typedef err_t (*netif_linkoutput_fn)(struct netif *netif, struct pbuf *p);

/**
 * typedef netif_status_callback_fn - called after a change of netif->flags
 * @netif: the interface
 *
 * Context: netif->status_callback: with the RTNL held, so it must not call netif_add(),
 *	netif_remove(), netif_set_up() or netif_set_down(). netif->link_callback: that of
 *	the caller of netif_set_link_up() or netif_set_link_down().
 */
typedef void (*netif_status_callback_fn)(struct netif *netif);

/**
 * struct netif - an interface
 * @input: function that the driver calls with a received frame
 * @output: not called
 * @output_ip6: not called
 * @linkoutput: the driver's function that sends a frame
 * @status_callback: called when the interface was set up or down, or NULL
 * @link_callback: called when the link came up or went down, or NULL
 * @state: for the driver's use
 * @hostname: for the driver's use
 * @mtu: MTU in bytes; it cannot be raised above the value that ethernetif_init() sets
 * @hwaddr: Ethernet address
 * @hwaddr_len: bytes of @hwaddr, must be 6
 * @flags: NETIF_FLAG_*
 * @name: name of the device, two characters
 * @num: number of the device, which follows @name; valid when netif_add() has returned
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
 * struct lwip_netif_options - the options that a driver was compiled with
 * @rx_lend: LWIP_NETIF_RX_LEND
 * @pad: ETH_PAD_SIZE
 * @tx_direct: LWIP_NETIF_TX_DIRECT
 */
struct lwip_netif_options {
	unsigned int rx_lend;
	u8_t pad;
	bool tx_direct;
};

/* Defined in port/netif.c; drivers use lwIP's names, below. */
struct netif *lwip_netif_add(struct netif *netif, void *state,
			     netif_init_fn init, netif_input_fn input,
			     struct lwip_netif_options options);
void lwip_netif_remove(struct netif *netif);
void lwip_netif_set_admin(struct netif *netif, bool up);
void lwip_netif_set_link(struct netif *netif, bool up);
err_t lwip_netif_input(struct pbuf *p, struct netif *netif);

/**
 * netif_add() - register a network device for an interface
 * @netif: the interface, which is cleared first; the memory must stay until netif_remove()
 *	has returned
 * @ipaddr: ignored: use ``ip addr``
 * @netmask: ignored
 * @gw: ignored
 * @state: stored in netif->state, for @init
 * @init: the driver's ethernetif_init(), which fills in @netif
 * @input: stored in netif->input: tcpip_input
 *
 * The device is down afterwards, unless @init called netif_set_up(). As the struct is
 * cleared, callbacks must be set in @init or later.
 *
 * Context: Process context, may sleep; without the RTNL.
 * Return: @netif; NULL if @init failed or left out something, or if there is no memory.
 *	The driver then frees what @init allocated. NULL also, with nothing changed, if
 *	@netif is added already.
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
 * @netif: the interface
 * @state: stored in netif->state
 * @init: the driver's ethernetif_init()
 * @input: stored in netif->input
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
 * netif_remove() - unregister the network device of an interface
 * @netif: the interface; nothing happens if it has no device
 *
 * Waits until linkoutput() has returned, and until the stack has returned all buffers of
 * the driver; if a program does not read its socket, that may take long. netif->input()
 * may still be called afterwards, and returns ERR_IF.
 *
 * Context: Process context, may sleep; without the RTNL.
 */
#define netif_remove(netif)		lwip_netif_remove(netif)

/**
 * netif_set_up() - bring the device up, as ``ip link set up`` does
 * @netif: the interface; in ethernetif_init(), when it has no device yet, only its flag is
 *	set, and netif_add() brings the device up
 *
 * Context: Process context, may sleep; without the RTNL.
 */
#define netif_set_up(netif)		lwip_netif_set_admin(netif, true)

/**
 * netif_set_down() - bring the device down, as ``ip link set down`` does
 * @netif: the interface
 *
 * Context: As netif_set_up().
 */
#define netif_set_down(netif)		lwip_netif_set_admin(netif, false)

/**
 * netif_set_link_up() - report that the interface has a link
 * @netif: the interface; nothing happens if it had a link before
 *
 * Calls netif->link_callback. A work sets the device's carrier later.
 *
 * Context: Any but NMI, as far as the callback allows.
 */
#define netif_set_link_up(netif)	lwip_netif_set_link(netif, true)

/**
 * netif_set_link_down() - report that the interface has lost its link
 * @netif: the interface; nothing happens if it had no link before
 *
 * Calls netif->link_callback. A work clears the device's carrier later.
 *
 * Context: Any but NMI, as far as the callback allows.
 */
#define netif_set_link_down(netif)	lwip_netif_set_link(netif, false)

/**
 * netif_is_link_up() - has the driver reported a link?
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
 * netif_set_status_callback() - set a function to call when the interface is set up or down
 * @netif: the interface
 * @fn: the function; NULL: none. The previous one may still be running afterwards.
 *
 * Context: Any; after netif_add(), which clears it.
 */
static inline void netif_set_status_callback(struct netif *netif,
					     netif_status_callback_fn fn)
{
	/* Publishes what @fn uses. Pairs with status_changed() in port/netif_device.c. */
	smp_store_release(&netif->status_callback, fn);
}

/**
 * netif_set_link_callback() - set a function to call when the link comes up or goes down
 * @netif: the interface
 * @fn: the function; NULL: none. The previous one may still be running afterwards.
 *
 * Context: Any; after netif_add(), which clears it.
 */
static inline void netif_set_link_callback(struct netif *netif,
					   netif_status_callback_fn fn)
{
	/* Publishes what @fn uses. Pairs with lwip_netif_set_link(). */
	smp_store_release(&netif->link_callback, fn);
}

/* Does nothing: Linux's routes decide which interface a packet takes. */
#define netif_set_default(netif)	LWIP_UNUSED_ARG(netif)

/* The pointer is stored for the driver; it is not read here. */
#define netif_set_hostname(netif, text)	((netif)->hostname = (text))
#define netif_get_hostname(netif)	((netif)->hostname)

/*
 * lwIP has several input functions; here they are the same netif_input_fn, which puts the
 * frame on a queue of 256 frames. With ERR_OK, the frame no longer belongs to the driver.
 * With ERR_IF (down or removed), ERR_MEM (queue full) and ERR_ARG (an argument is NULL), it
 * still does. Context: any but NMI.
 */
#define tcpip_input			lwip_netif_input
#define ethernet_input			lwip_netif_input
#define netif_input			lwip_netif_input

/**
 * typedef tcpip_init_done_fn - function that is called when TCP/IP is ready
 * @arg: the argument that tcpip_init() was given
 */
typedef void (*tcpip_init_done_fn)(void *arg);

/**
 * tcpip_init() - call a function, as Linux's TCP/IP is always ready
 * @done: the function, called before this returns, or NULL
 * @arg: its argument
 *
 * In lwIP, the TCP/IP thread calls @done, perhaps later; here is no such thread.
 *
 * Context: Where @done may be called.
 */
static inline void tcpip_init(tcpip_init_done_fn done, void *arg)
{
	if (done)
		done(arg);
}

/* There is no TCP/IP thread here, so there is nothing to lock. */
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
 * etharp_output() - a function to store in netif->output, which is not called
 * @netif: ignored
 * @p: ignored
 * @ipaddr: ignored
 *
 * Context: Any.
 * Return: ERR_IF: nothing is sent.
 */
static inline err_t etharp_output(struct netif *netif, struct pbuf *p,
				  const ip4_addr_t *ipaddr)
{
	return ERR_IF;
}

/**
 * ethip6_output() - a function to store in netif->output_ip6, which is not called
 * @netif: ignored
 * @p: ignored
 * @ipaddr: ignored
 *
 * Context: Any.
 * Return: ERR_IF: nothing is sent.
 */
static inline err_t ethip6_output(struct netif *netif, struct pbuf *p,
				  const ip6_addr_t *ipaddr)
{
	return ERR_IF;
}

#endif /* _RTALLOC_PORT_LWIP_NETIF_H */

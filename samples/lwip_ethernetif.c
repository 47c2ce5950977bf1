// SPDX-License-Identifier: GPL-2.0-only
/*
 * lwip_ethernetif.c - an Ethernet interface's driver of the usual shape, written
 * for lwIP: a private struct in netif->state, low_level_init(), low_level_output(),
 * low_level_input(), ethernetif_input(), ethernetif_init().
 *
 * Up to the line below it is the driver as it was, but for the includes. What is
 * below makes a module of it: the hardware is a buffer for one frame, in which what
 * is sent comes in again, and what comes of it is in the kernel's log.
 */
#define ETH_PAD_SIZE		2	/* these were in lwipopts.h */
#define PBUF_POOL_SIZE		6
#define PBUF_POOL_BUFSIZE	512

#include <rtalloc/port/lwip_memp.h>	/* was: lwip/mem.h, memp.h, pbuf.h */
#include <rtalloc/port/lwip_types.h>	/* was: lwip/opt.h, def.h, stats.h, ... */

#if PBUF_POOL_BUFSIZE < 60 + ETH_PAD_SIZE
#error "the shortest frame does not fit a buffer"
#endif

#define IFNAME0 'e'
#define IFNAME1 'n'

struct ethernetif {
	u8_t *wire;		/* the hardware's buffer */
	u16_t length;		/* of what is in it */
	u32_t lost;
};

static void low_level_init(struct netif *netif)
{
	static const u8_t address[ETHARP_HWADDR_LEN] = { 2, 0, 0, 0, 0, 1 };

	netif->hwaddr_len = ETHARP_HWADDR_LEN;
	SMEMCPY(netif->hwaddr, address, ETHARP_HWADDR_LEN);
	netif->mtu = 1500;
	netif->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP |
		       NETIF_FLAG_LINK_UP;
}

static err_t low_level_output(struct netif *netif, struct pbuf *p)
{
	struct ethernetif *ethernetif = netif->state;
	struct pbuf *q;

	SYS_ARCH_DECL_PROTECT(level);

#if ETH_PAD_SIZE
	pbuf_remove_header(p, ETH_PAD_SIZE);	/* drop the padding word */
#endif
	SYS_ARCH_PROTECT(level);
	ethernetif->length = 0;
	for (q = p; q; q = q->next) {
		MEMCPY(ethernetif->wire + ethernetif->length, q->payload,
		       q->len);
		ethernetif->length += q->len;
	}
	SYS_ARCH_UNPROTECT(level);
	MIB2_STATS_NETIF_ADD(netif, ifoutoctets, p->tot_len);
	if (((u8_t *)p->payload)[0] & 1)
		MIB2_STATS_NETIF_INC(netif, ifoutnucastpkts);
	else
		MIB2_STATS_NETIF_INC(netif, ifoutucastpkts);
#if ETH_PAD_SIZE
	pbuf_add_header(p, ETH_PAD_SIZE);	/* reclaim the padding word */
#endif
	LINK_STATS_INC(link.xmit);
	return ERR_OK;
}

static struct pbuf *low_level_input(struct netif *netif)
{
	struct ethernetif *ethernetif = netif->state;
	struct pbuf *p, *q;
	u16_t len = ethernetif->length, at = 0;

#if ETH_PAD_SIZE
	len += ETH_PAD_SIZE;	/* allow room for padding */
#endif
	p = pbuf_alloc(PBUF_RAW, len, PBUF_POOL);
	if (!p) {
		ethernetif->lost++;
		LINK_STATS_INC(link.memerr);
		LINK_STATS_INC(link.drop);
		MIB2_STATS_NETIF_INC(netif, ifindiscards);
		return NULL;
	}
#if ETH_PAD_SIZE
	pbuf_remove_header(p, ETH_PAD_SIZE);
#endif
	for (q = p; q; q = q->next) {
		MEMCPY(q->payload, ethernetif->wire + at, q->len);
		at += q->len;
	}
	MIB2_STATS_NETIF_ADD(netif, ifinoctets, p->tot_len);
#if ETH_PAD_SIZE
	pbuf_add_header(p, ETH_PAD_SIZE);
#endif
	LINK_STATS_INC(link.recv);
	return p;
}

static void ethernetif_input(struct netif *netif)
{
	struct pbuf *p = low_level_input(netif);

	if (!p)
		return;
	if (netif->input(p, netif) != ERR_OK) {
		LWIP_DEBUGF(NETIF_DEBUG, ("input error\n"));
		pbuf_free(p);
	}
}

static err_t ethernetif_init(struct netif *netif)
{
	struct ethernetif *ethernetif;

	LWIP_ASSERT("an interface", (netif));
	ethernetif = mem_calloc(1, sizeof(struct ethernetif));
	if (!ethernetif) {
		LWIP_DEBUGF(NETIF_DEBUG, ("out of memory\n"));
		return ERR_MEM;
	}
	ethernetif->wire = mem_malloc(1514);
	if (!ethernetif->wire) {
		mem_free(ethernetif);
		return ERR_MEM;
	}
#if LWIP_NETIF_HOSTNAME
	netif->hostname = "lwip";
#endif
	MIB2_INIT_NETIF(netif, snmp_ifType_ethernet_csmacd, 100000000);
	netif->state = ethernetif;
	netif->name[0] = IFNAME0;
	netif->name[1] = IFNAME1;
#if LWIP_IPV4
	netif->output = etharp_output;
#endif
#if LWIP_IPV6
	netif->output_ip6 = ethip6_output;
#endif
	netif->linkoutput = low_level_output;
	low_level_init(netif);
	return ERR_OK;
}

/* ---- as a module ------------------------------------------------------ */

#include <linux/module.h>

static struct netif interface;
static struct pbuf *received[2];

/* In place of a protocol: the first two are kept. */
static err_t keep(struct pbuf *p, struct netif *netif)
{
	unsigned int i = received[0] ? 1 : 0;

	LWIP_UNUSED_ARG(netif);
	if (received[i])
		return ERR_BUF;
	received[i] = p;
	return ERR_OK;
}

static struct pbuf *(*const allocate)(pbuf_layer layer, size_t length,
				      pbuf_type type) = pbuf_alloc;

/* A frame of @len bytes, all of which are @byte, is sent and comes in. */
static void loop(u16_t len, u8_t byte)
{
	struct pbuf *out = allocate(PBUF_RAW, len + ETH_PAD_SIZE, PBUF_RAM);

	if (!out)
		return;
	memset(out->payload, byte, len + ETH_PAD_SIZE);
	interface.linkoutput(&interface, out);
	ethernetif_input(&interface);
	pbuf_free(out);
}

static void received_say(unsigned int i)
{
	struct pbuf *p = received[i];

	if (!p)
		return;
	pr_info("lwip_ethernetif: %u: %u bytes in %u pbufs, %02x to %02x\n", i,
		p->tot_len, pbuf_clen(p), pbuf_get_at(p, ETH_PAD_SIZE),
		pbuf_get_at(p, p->tot_len - 1));
	pbuf_free(p);
	received[i] = NULL;
}

static int __init lwip_ethernetif_init(void)
{
	struct ethernetif *ethernetif;

	mem_init();
	memp_init();
	interface.input = keep;
	if (ethernetif_init(&interface) != ERR_OK) {
		memp_exit();
		return -ENOMEM;
	}
	loop(60, 0x5a);
	loop(1514, 0xa5);
	loop(1514, 0x11);
	ethernetif = interface.state;
	pr_info("lwip_ethernetif: %c%c%u: mtu %u, lost %u, pool: most %zu of %zu\n",
		interface.name[0], interface.name[1], interface.num,
		interface.mtu, ethernetif->lost,
		lwip_stats.memp[MEMP_PBUF_POOL]->max,
		MEMP_STATS_GET(avail, MEMP_PBUF_POOL));
	received_say(0);
	received_say(1);
	pr_info("lwip_ethernetif: pool: %zu used\n",
		MEMP_STATS_GET(used, MEMP_PBUF_POOL));
	return 0;
}

static void __exit lwip_ethernetif_exit(void)
{
	struct ethernetif *ethernetif = interface.state;

	mem_free(ethernetif->wire);
	mem_free(ethernetif);
	memp_exit();
}

module_init(lwip_ethernetif_init);
module_exit(lwip_ethernetif_exit);

MODULE_DESCRIPTION("Sample: an Ethernet driver of lwIP's usual shape");
MODULE_LICENSE("GPL");

// SPDX-License-Identifier: GPL-2.0-only
/*
 * lwip_ethernetif.c - an Ethernet driver written for lwIP, of the usual structure: a
 * private struct in netif->state, low_level_init(), low_level_output(),
 * low_level_input(), ethernetif_input() and ethernetif_init(). It receives into buffers of
 * its own, which it passes to the stack without copying. Optionally it receives in a
 * thread, woken by a semaphore that the card's interrupt signals.
 *
 * Above the line "as a module", only the includes of the driver were changed. The rest
 * makes it a module with two interfaces, whose cards (lwip_mac.h) are connected by a cable.
 * They are the Linux network devices en0 and en1.
 *
 *   ip netns add far; ip link set en1 netns far
 *   ip addr add 10.0.0.1/24 dev en0; ip link set en0 up
 *   ip -n far addr add 10.0.0.2/24 dev en1; ip -n far link set en1 up
 *   ping 10.0.0.2
 *
 * Parameters: thread=1 receives in a thread instead of in the interrupt; copy=1 copies
 * received frames into pbufs of type PBUF_POOL; lend=N and direct=1 set LWIP_NETIF_RX_LEND
 * and LWIP_NETIF_TX_DIRECT; cable=0 pulls out the cable, and can also be written in
 * /sys/module/lwip_ethernetif/parameters.
 */
static int lend = 384, direct;

#define ETH_PAD_SIZE		2	/* these were in lwipopts.h */
#define PBUF_POOL_SIZE		4096
#define PBUF_POOL_BUFSIZE	512
#define RX_BUFFERS		1024
#define LWIP_NETIF_RX_LEND	lend	/* these are new */
#define LWIP_NETIF_TX_DIRECT	direct

#include <rtalloc/port/lwip_memp.h>	/* was: lwip/mem.h, memp.h, pbuf.h */
#include <rtalloc/port/lwip_types.h>	/* was: lwip/opt.h, def.h, netif.h, ... */
#include "lwip_mac.h"			/* the hardware */

#if PBUF_POOL_BUFSIZE < 60 + ETH_PAD_SIZE
#error "the shortest frame does not fit a buffer"
#endif

#define IFNAME0 'e'
#define IFNAME1 'n'
#define TX_PIECES	20
#define RX_BUFFER_SIZE	1536

struct ethernetif {
	struct mac *mac;
	u32_t lost;
	sys_sem_t rx_ready;	/* signalled by the interrupt */
	sys_thread_t rx_thread;
};

/* A pbuf and its buffer, which has cache lines of its own, as DMA requires. */
struct rx_buffer {
	struct pbuf_custom custom;
	struct ethernetif *owner;
	u8_t bytes[RX_BUFFER_SIZE] __aligned(64);
};

static LWIP_MEMPOOL_DECLARE(RX_POOL, RX_BUFFERS, sizeof(struct rx_buffer),
			    "RX_POOL")

static int copy, thread;
static int link_is_up = 1;

static void ethernetif_input(void *arg);

/* Give the card as many buffers as it takes. */
static void rx_refill(struct ethernetif *ethernetif)
{
	struct rx_buffer *buffer;

	while (mac_is_hungry(ethernetif->mac)) {
		buffer = LWIP_MEMPOOL_ALLOC(RX_POOL);
		if (!buffer)
			return;
		buffer->owner = ethernetif;
		if (mac_arm(ethernetif->mac, buffer->bytes + ETH_PAD_SIZE,
			    RX_BUFFER_SIZE - ETH_PAD_SIZE))
			continue;
		LWIP_MEMPOOL_FREE(RX_POOL, buffer);
		return;
	}
}

/* Called when a pbuf is freed: reuse its buffer. */
static void rx_buffer_free(struct pbuf *p)
{
	struct rx_buffer *buffer = (struct rx_buffer *)p;
	struct ethernetif *ethernetif = buffer->owner;

	LWIP_MEMPOOL_FREE(RX_POOL, buffer);
	rx_refill(ethernetif);
}

static err_t low_level_init(struct netif *netif)
{
	static u8_t address[ETHARP_HWADDR_LEN] = { 2, 0, 0, 0, 0, 0 };
	struct ethernetif *ethernetif = netif->state;

	address[5]++;
	netif->hwaddr_len = ETHARP_HWADDR_LEN;
	SMEMCPY(netif->hwaddr, address, ETHARP_HWADDR_LEN);
	netif->mtu = 1500;
	netif->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP;
	if (link_is_up)
		netif->flags |= NETIF_FLAG_LINK_UP;
	rx_refill(ethernetif);
	if (!thread)
		return ERR_OK;
	if (sys_sem_new(&ethernetif->rx_ready, 0) != ERR_OK)
		return ERR_MEM;
	ethernetif->rx_thread = sys_thread_new("EthIf", ethernetif_input, netif,
					       DEFAULT_THREAD_STACKSIZE,
					       DEFAULT_THREAD_PRIO);
	return ethernetif->rx_thread ? ERR_OK : ERR_MEM;
}

static err_t low_level_output(struct netif *netif, struct pbuf *p)
{
	struct ethernetif *ethernetif = netif->state;
	struct mac_piece piece[TX_PIECES];
	u16_t n = 0;
	struct pbuf *q;

#if ETH_PAD_SIZE
	pbuf_remove_header(p, ETH_PAD_SIZE);	/* drop the padding word */
#endif
	for (q = p; q; q = q->next) {
		if (n == TX_PIECES)
			return ERR_IF;
		piece[n].data = q->payload;
		piece[n].length = q->len;
		n++;
	}
	mac_send(ethernetif->mac, piece, n);
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

/* Make a pbuf of the buffer itself, without copying. */
static struct pbuf *rx_wrap(struct rx_buffer *buffer, u16_t len)
{
	buffer->custom.custom_free_function = rx_buffer_free;
	return pbuf_alloced_custom(PBUF_RAW, len + ETH_PAD_SIZE, PBUF_REF,
				   &buffer->custom, buffer->bytes,
				   RX_BUFFER_SIZE);
}

/* Copy the frame into pbufs of the pool, and reuse the buffer. */
static struct pbuf *rx_copy(struct rx_buffer *buffer, u16_t len)
{
	struct pbuf *p = pbuf_alloc(PBUF_RAW, len + ETH_PAD_SIZE, PBUF_POOL);

	if (p)
		pbuf_take(p, buffer->bytes, len + ETH_PAD_SIZE);
	LWIP_MEMPOOL_FREE(RX_POOL, buffer);
	return p;
}

static struct pbuf *low_level_input(struct netif *netif)
{
	struct ethernetif *ethernetif = netif->state;
	struct rx_buffer *buffer;
	struct pbuf *p;
	u8_t *bytes;
	u16_t len;

	if (!mac_take(ethernetif->mac, &bytes, &len))
		return NULL;
	buffer = container_of(bytes - ETH_PAD_SIZE, struct rx_buffer, bytes[0]);
	p = copy ? rx_copy(buffer, len) : rx_wrap(buffer, len);
	rx_refill(ethernetif);
	if (!p) {
		ethernetif->lost++;
		LINK_STATS_INC(link.memerr);
		LINK_STATS_INC(link.drop);
		MIB2_STATS_NETIF_INC(netif, ifindiscards);
		return NULL;
	}
	MIB2_STATS_NETIF_ADD(netif, ifinoctets, p->tot_len);
	LINK_STATS_INC(link.recv);
	return p;
}

/* Pass on all received frames. */
static void ethernetif_receive(struct netif *netif)
{
	struct pbuf *p;

	for (p = low_level_input(netif); p; p = low_level_input(netif)) {
		if (netif->input(p, netif) != ERR_OK) {
			LWIP_DEBUGF(NETIF_DEBUG, ("input error\n"));
			pbuf_free(p);
		}
	}
}

/* The receiving thread. */
static void ethernetif_input(void *arg)
{
	struct netif *netif = arg;
	struct ethernetif *ethernetif = netif->state;

	while (!sys_thread_should_stop())	/* was: for (;;) */
		if (sys_sem_wait(&ethernetif->rx_ready) != SYS_ARCH_TIMEOUT)
			ethernetif_receive(netif);
}

/* The card's interrupt. */
static void ethernetif_isr(struct netif *netif)
{
	struct ethernetif *ethernetif = netif->state;

	if (ethernetif->rx_thread)
		sys_sem_signal(&ethernetif->rx_ready);
	else
		ethernetif_receive(netif);
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
#if LWIP_NETIF_HOSTNAME
	netif->hostname = "lwip";
#endif
	MIB2_INIT_NETIF(netif, snmp_ifType_ethernet_csmacd, 100000000);
	ethernetif->mac = netif->state;
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
	return low_level_init(netif);
}

/* ---- as a module ------------------------------------------------------ */

#include <linux/module.h>

#define CARDS	2

module_param(copy, int, 0444);
MODULE_PARM_DESC(copy, "1: receive by copying into pbufs of PBUF_POOL");
module_param(lend, int, 0444);
MODULE_PARM_DESC(lend, "Buffers that the stack may have at a time (default 384)");
module_param(direct, int, 0444);
MODULE_PARM_DESC(direct, "1: send at once, 0: in a thread (default)");
module_param(thread, int, 0444);
MODULE_PARM_DESC(thread, "1: receive in a thread, 0: in the interrupt (default)");

/* A card and its interface. */
struct card {
	struct mac mac;
	struct netif netif;
};

static struct card card[CARDS];
static bool cards_are_there;

static int cable_set(const char *value, const struct kernel_param *param)
{
	int err = param_set_int(value, param), i;

	for (i = 0; !err && cards_are_there && i < CARDS; i++)
		if (link_is_up)
			netif_set_link_up(&card[i].netif);
		else
			netif_set_link_down(&card[i].netif);
	return err;
}

static const struct kernel_param_ops cable_ops = {
	.set = cable_set,
	.get = param_get_int,
};
module_param_cb(cable, &cable_ops, &link_is_up, 0644);
MODULE_PARM_DESC(cable, "0: the cable is out");

static void card_interrupt(void *data)
{
	struct card *card = data;

	ethernetif_isr(&card->netif);
}

/* The semaphore needs an ordinary handler; pools and pbufs may be used in any. */
static int card_start(struct card *card, struct card *far)
{
	mac_reset(&card->mac, &far->mac);
	if (!netif_add(&card->netif, NULL, NULL, NULL, &card->mac,
		       ethernetif_init, tcpip_input))
		return -ENOMEM;
	mac_start(&card->mac, card_interrupt, card, !thread);
	return 0;
}

static void card_end(struct card *card)
{
	struct ethernetif *ethernetif = card->netif.state;

	mac_stop(&card->mac);
	/* There is no state if ethernetif_init() failed for lack of memory. */
	if (!ethernetif || (void *)ethernetif == &card->mac)
		return;
	if (ethernetif->rx_thread)
		sys_thread_free(&ethernetif->rx_thread);
	netif_remove(&card->netif);
	if (sys_sem_valid(&ethernetif->rx_ready))
		sys_sem_free(&ethernetif->rx_ready);
	if (card->mac.missed || ethernetif->lost)
		pr_info("lwip_ethernetif: %u: lost %u without a descriptor, %u without a pbuf\n",
			card->netif.num, card->mac.missed, ethernetif->lost);
	mem_free(ethernetif);
}

static void cards_end(void)
{
	unsigned int i;

	kernel_param_lock(THIS_MODULE);
	cards_are_there = false;
	kernel_param_unlock(THIS_MODULE);
	for (i = 0; i < CARDS; i++)
		card_end(&card[i]);
	LWIP_MEMPOOL_EXIT(RX_POOL);
	memp_exit();
}

static int __init lwip_ethernetif_init(void)
{
	int err;

	mem_init();
	memp_init();
	LWIP_MEMPOOL_INIT(RX_POOL);
	mac_reset(&card[1].mac, &card[0].mac);
	err = card_start(&card[0], &card[1]);
	if (!err)
		err = card_start(&card[1], &card[0]);
	if (err) {
		cards_end();
		return err;
	}
	cards_are_there = true;
	pr_info("lwip_ethernetif: %c%c%u and %c%c%u\n", card[0].netif.name[0],
		card[0].netif.name[1], card[0].netif.num,
		card[1].netif.name[0], card[1].netif.name[1],
		card[1].netif.num);
	return 0;
}

module_init(lwip_ethernetif_init);
module_exit(cards_end);

MODULE_DESCRIPTION("Sample: an Ethernet driver of lwIP's usual shape");
MODULE_LICENSE("GPL");

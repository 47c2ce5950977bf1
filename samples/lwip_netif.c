// SPDX-License-Identifier: GPL-2.0-only
/*
 * lwip_netif.c - a network driver written for lwIP: received frames are chains of pbufs of
 * type PBUF_POOL; frames are sent with descriptors from a pool of the driver's and buffers
 * from the heap.
 *
 * Above the line "as a module", only the includes of the driver were changed. The rest
 * makes it a module, which receives what it sends, and logs the results.
 */
#define MEMP_USE_CUSTOM_POOLS	1	/* these three were in lwipopts.h */
#define PBUF_POOL_SIZE		4
#define PBUF_POOL_BUFSIZE	256

#define pr_fmt(fmt) "lwip_netif: " fmt

#include <linux/types.h>

struct tx_desc {
	struct tx_desc *next;
	u8 *frame;
	u16 len;
};

#include <rtalloc/port/lwip_memp.h>	/* was: lwip/mem.h, memp.h, pbuf.h */

struct netif_state {
	struct tx_desc *sent;
	unsigned int dropped;
};

static struct netif_state *low_level_init(void)
{
	return mem_calloc(1, sizeof(struct netif_state));
}

/* Send a copy of the frame. @p still belongs to the caller. */
static int low_level_output(struct netif_state *state, struct pbuf *p)
{
	struct tx_desc *desc = memp_malloc(MEMP_TX_DESC);

	if (!desc)
		return ERR_MEM;
	desc->frame = mem_malloc(p->tot_len);
	if (!desc->frame) {
		memp_free(MEMP_TX_DESC, desc);
		return ERR_MEM;
	}
	desc->len = pbuf_copy_partial(p, desc->frame, p->tot_len, 0);
	desc->next = state->sent;
	state->sent = desc;
	return ERR_OK;
}

/* Free a descriptor that the hardware has sent. */
static void tx_done(struct netif_state *state)
{
	struct tx_desc *desc = state->sent;

	state->sent = desc->next;
	mem_free(desc->frame);
	memp_free(MEMP_TX_DESC, desc);
}

/* Copy a received frame of @len bytes at @frame into a chain. Return it, or NULL. */
static struct pbuf *low_level_input(struct netif_state *state, const u8 *frame,
				    u16 len)
{
	struct pbuf *p = pbuf_alloc(PBUF_RAW, len, PBUF_POOL);

	if (!p) {
		state->dropped++;
		return NULL;
	}
	if (pbuf_take(p, frame, len) == ERR_OK)
		return p;
	pbuf_free(p);
	return NULL;
}

/* ---- as a module ------------------------------------------------------ */

#include <linux/module.h>

static struct netif_state *netif;

/* Send a frame of @len times @byte, and receive it again. */
static struct pbuf *loop(u16 len, u8 byte)
{
	struct pbuf *out = pbuf_alloc(PBUF_LINK, len, PBUF_RAM), *in = NULL;

	if (!out)
		return NULL;
	memset(out->payload, byte, len);
	if (low_level_output(netif, out) == ERR_OK) {
		in = low_level_input(netif, netif->sent->frame,
				     netif->sent->len);
		tx_done(netif);
	}
	pbuf_free(out);
	return in;
}

static int __init lwip_netif_init(void)
{
	struct pbuf *first, *second;

	mem_init();
	memp_init();
	netif = low_level_init();
	if (!netif) {
		memp_exit();
		return -ENOMEM;
	}
	first = loop(600, 0x5a);
	second = loop(600, 0xa5);
	pr_info("first: %u bytes in %u pbufs, last %02x\n",
		first ? first->tot_len : 0, pbuf_clen(first),
		first ? pbuf_get_at(first, 599) : 0);
	pr_info("second: %s, dropped %u, pool: %zu of %zu used\n",
		second ? "a frame" : "none", netif->dropped,
		lwip_stats.memp[MEMP_PBUF_POOL]->used,
		lwip_stats.memp[MEMP_PBUF_POOL]->avail);
	if (first)
		pbuf_free(first);
	if (second)
		pbuf_free(second);
	pr_info("pool: %zu used, descriptors: %zu used, most %zu\n",
		lwip_stats.memp[MEMP_PBUF_POOL]->used,
		lwip_stats.memp[MEMP_TX_DESC]->used,
		lwip_stats.memp[MEMP_TX_DESC]->max);
	return 0;
}

static void __exit lwip_netif_exit(void)
{
	mem_free(netif);
	memp_exit();
}

module_init(lwip_netif_init);
module_exit(lwip_netif_exit);

MODULE_DESCRIPTION("Sample: a network driver written for lwIP");
MODULE_LICENSE("GPL");

// SPDX-License-Identifier: GPL-2.0-only
/*
 * virtio_split.c - headers and data in separate memory, when ethtool -G asks for it,
 * so that the data can be mapped into a process (TCP_ZEROCOPY_RECEIVE).
 *
 * A buffer is then a slot of rx_split.h: room for headers, as many bytes as the last
 * TCP frames had, and whole pages for the data: one page, or enough for a frame of
 * the MTU, or enough for the longest frame where the device merges. Headers are
 * copied into an sk_buff's head; the stack gets the pages by reference. A frame with
 * shorter or longer headers than expected is received as well, but its data does not
 * begin with a page, and its reader copies.
 *
 * When there are no pages, because a process keeps those that it mapped, buffers of
 * the pool are posted as usual.
 *
 * Context: the poll; net_split_set() and net_split_ready() under the RTNL.
 */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/module.h>
#include <linux/tcp.h>

#include "net/virtio_rx.h"

/* So many slots at least, for small frames that come in a burst. */
#define SLOTS_LEAST	32u

static_assert(NET_HEADER_LEN + RX_SPLIT_HEADERS == RX_SPLIT_HEAD);

/* ---- the ring ------------------------------------------------------------------ */

/* Pages of a slot: for a frame of the MTU with headers of the usual length. */
static unsigned int pages_of_slot(const struct net_pair *pair)
{
	unsigned int frame = READ_ONCE(pair->dev->mtu) + ETH_HLEN;
	unsigned int headers = pair->rx_split->headers;

	if (READ_ONCE(pair->net->has_merging))
		return RX_SPLIT_PAGES;
	if (frame <= headers + PAGE_SIZE)
		return 1;
	return min_t(unsigned int, RX_SPLIT_PAGES,
		     DIV_ROUND_UP(frame - headers, PAGE_SIZE));
}

/* Half of the pages at a time: the others are on their way. */
unsigned int net_split_wanted(const struct net_pair *pair)
{
	const struct rx_split *split = pair->rx_split;

	return min(pair->rx_size,
		   max(split->nr / 2 / split->each, SLOTS_LEAST));
}

/* Is there room for the longest frame in the pages on the ring? */
bool net_split_has_room(const struct net_pair *pair)
{
	return pair->rx_split->posted >= 2 * RX_SPLIT_PAGES;
}

/*
 * The poll knows from now on, and what is on the ring stays as it is. A ring that
 * is shorter than a slot's descriptors has no use for slots.
 */
void net_split_reshape(struct net_pair *pair, bool is_split)
{
	/* Against net_split_ready(). */
	if (is_split && (!smp_load_acquire(&pair->rx_split) ||
			 pair->rx_size <= RX_SPLIT_PAGES))
		return;
	pair->rx_is_split = is_split;
	net_rx_wanted_set(pair);
}

static bool slot_post(struct net_pair *pair, struct rx_slot *slot)
{
	unsigned int free = pair->rx->num_free;

	if (virtqueue_add_inbuf(pair->rx, pair->rx_split->sg, 1 + slot->nr,
				&slot->custom.pbuf, GFP_ATOMIC))
		return false;
	/* One, where a table of their own has them. */
	slot->extra = free - pair->rx->num_free - 1;
	pair->rx_extra += slot->extra;
	pair->rx_nr_split++;
	pair->rx_split->posted += slot->nr;
	return true;
}

/* As far as there are slots and pages; how many were posted. */
unsigned int net_split_post(struct net_pair *pair, struct tally *tally)
{
	unsigned int each = pages_of_slot(pair), nr = 0;
	struct rx_slot *slot;

	if (unlikely(each != pair->rx_split->each)) {
		rx_split_shape(pair->rx_split, each);
		net_rx_wanted_set(pair);
	}
	while (ring_posted(pair) < pair->rx_wanted) {
		slot = rx_slot_take(pair->rx_split, &tally->page_looks);
		if (!slot)
			break;
		if (unlikely(!slot_post(pair, slot))) {
			pbuf_free(&slot->custom.pbuf);
			break;
		}
		nr++;
	}
	return nr;
}

/* ---- how long headers are -------------------------------------------------------- */

/* Where IP's header begins, and which; 0: none. */
static unsigned int ether_length(const u8 *frame, __be16 *proto)
{
	const struct ethhdr *eth = (const void *)frame;
	const struct vlan_ethhdr *tagged = (const void *)frame;

	*proto = eth->h_proto;
	if (!eth_type_vlan(*proto))
		return ETH_HLEN;
	*proto = tagged->h_vlan_encapsulated_proto;
	return VLAN_ETH_HLEN;
}

/*
 * Where the data of a segment of TCP begins, in @frame, of which RX_SPLIT_HEADERS
 * bytes are there; 0: it is none. Options of IP are not looked for.
 */
static unsigned int tcp_length(const u8 *frame)
{
	const struct tcphdr *tcp;
	const struct ipv6hdr *ip6;
	const struct iphdr *ip4;
	unsigned int at;
	__be16 proto;

	at = ether_length(frame, &proto);
	ip4 = (const void *)(frame + at);
	ip6 = (const void *)(frame + at);
	if (proto == htons(ETH_P_IP) && ip4->version == 4 && ip4->ihl == 5 &&
	    ip4->protocol == IPPROTO_TCP)
		at += sizeof(*ip4);
	else if (proto == htons(ETH_P_IPV6) && ip6->nexthdr == IPPROTO_TCP)
		at += sizeof(*ip6);
	else
		return 0;
	tcp = (const void *)(frame + at);
	if (tcp->doff * 4 < sizeof(*tcp))
		return 0;
	return at + tcp->doff * 4;
}

/* Of a frame of more than a page: the next ones will have such headers too. */
void net_split_learn(struct net_pair *pair, const struct pbuf *p)
{
	u8 bytes[RX_SPLIT_ALIGN + RX_SPLIT_HEADERS] __aligned(4);
	u8 *frame = bytes + RX_SPLIT_ALIGN;
	unsigned int nr;

	/* So that IP's header is aligned, as in a slot. */
	pbuf_copy_partial(p, frame, RX_SPLIT_HEADERS, 0);
	nr = tcp_length(frame);
	if (nr && nr <= RX_SPLIT_HEADERS)
		pair->rx_split->headers = nr;
}

/* ---- on and off ------------------------------------------------------------------ */

/* Slots and pages for a pair, once; they stay as long as the device does. */
int net_split_ready(struct net_pair *pair, unsigned int pages)
{
	unsigned int slots = min(pages, pair->rx->num_max) + NET_RX_PIECES;
	struct rx_split *split;

	if (pair->rx_split)
		return 0;
	split = rx_split_create(pages, slots);
	if (!split)
		return -ENOMEM;
	/* The poll looks at it, and whoever reads statistics. */
	smp_store_release(&pair->rx_split, split);
	return 0;
}

/**
 * net_split_set() - headers and data in separate memory, or no more
 * @net: the device
 * @on: which of it
 *
 * Frames have the new shape as buffers are posted anew.
 *
 * Context: under the RTNL.
 * Return: 0, -ENOMEM.
 */
int net_split_set(struct pbuf_net *net, bool on)
{
	struct pbuf_rx_pool_counts counts;
	struct net_pair *pair;
	int err;

	net_for_each_pair(pair, net) {
		if (!on || !pair->rx_pool)
			continue;
		pbuf_rx_pool_count(pair->rx_pool, &counts);
		err = net_split_ready(pair, counts.total);
		if (err)
			return err;
	}
	WRITE_ONCE(net->has_split, on);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * virtio_split.c - receiving headers and data into separate memory, if ethtool -G asks
 * for it, so that the data can be mapped into a process (TCP_ZEROCOPY_RECEIVE).
 *
 * The buffers are then slots of rx_split.h. The memory for headers is as long as the
 * headers of recent TCP frames. Whole pages for the data follow: as many as a frame of
 * the MTU needs, or the longest frame where the device merges frames. Headers are copied
 * into an sk_buff's head; the stack gets the pages by reference. A frame whose headers
 * have another length is received correctly, but its data does not begin at the start of
 * a page, so its reader has to copy it.
 *
 * When no pages are left, because processes keep those they have mapped, buffers of the
 * RX pool are posted as usual.
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

/* The fewest slots that a ring is filled up to, to absorb a burst of small frames. */
#define SLOTS_LEAST	32u

static_assert(NET_HEADER_LEN + RX_SPLIT_HEADERS == RX_SPLIT_HEAD);

/* ---- the ring ------------------------------------------------------------------ */

/* Return the number of pages that a slot needs now. */
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

/* Return how many slots to post: half of the pages, since others are with the stack. */
unsigned int net_split_wanted(const struct net_pair *pair)
{
	const struct rx_split *split = pair->rx_split;

	return min(pair->rx_size,
		   max(split->nr / 2 / split->each, SLOTS_LEAST));
}

/* Return whether the pages on the ring have room for the longest frame. */
bool net_split_has_room(const struct net_pair *pair)
{
	return pair->rx_split->posted >= 2 * RX_SPLIT_PAGES;
}

/*
 * Switch a pair to the setting that the device has now. Buffers on the ring keep their
 * shape. Slots are not used if none were allocated, or if the ring may be too short for
 * the descriptors of one slot.
 */
void net_split_reshape(struct net_pair *pair, bool is_split)
{
	/* Pairs with smp_store_release() in net_split_ready(). */
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
	/* With indirect descriptors the slot takes only one slot of the ring. */
	slot->extra = free - pair->rx->num_free - 1;
	pair->rx_extra += slot->extra;
	pair->rx_nr_split++;
	pair->rx_split->posted += slot->nr;
	return true;
}

/* Post slots until the ring has enough or none is left. Return the number posted. */
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

/* ---- length of headers ----------------------------------------------------------- */

/* Return the offset of the network header, and set @proto to its protocol. */
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
 * Return the offset of the data of a TCP segment, or 0 if @frame is not one. At least
 * RX_SPLIT_HEADERS bytes of @frame can be read. Segments with IP options or IPv6
 * extension headers are not recognized.
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

/* Expect the next frames to have headers as long as those of @p, if it is TCP. */
void net_split_learn(struct net_pair *pair, const struct pbuf *p)
{
	u8 bytes[RX_SPLIT_ALIGN + RX_SPLIT_HEADERS] __aligned(4);
	u8 *frame = bytes + RX_SPLIT_ALIGN;
	unsigned int nr;

	/* The padding aligns the IP header, as in a slot. */
	pbuf_copy_partial(p, frame, RX_SPLIT_HEADERS, 0);
	nr = tcp_length(frame);
	if (nr && nr <= RX_SPLIT_HEADERS)
		pair->rx_split->headers = nr;
}

/* ---- switching on and off ---------------------------------------------------------- */

/*
 * Allocate @pages pages and matching slots for a pair, unless it has some. They are
 * freed when the device is removed. Return 0 or -ENOMEM.
 */
int net_split_ready(struct net_pair *pair, unsigned int pages)
{
	unsigned int slots = min(pages, pair->rx->num_max) + NET_RX_PIECES;
	struct rx_split *split;

	if (pair->rx_split)
		return 0;
	split = rx_split_create(pages, slots, net_pair_node(pair));
	if (!split)
		return -ENOMEM;
	/* Publish it to the poll and to readers of statistics. */
	smp_store_release(&pair->rx_split, split);
	return 0;
}

/**
 * net_split_set() - switch separate memory for headers and data on or off
 * @net: the device
 * @on: the new setting
 *
 * The setting applies to buffers that are posted from now on.
 *
 * Context: under the RTNL.
 * Return: 0, or with the setting unchanged -ENOMEM, or -EOPNOTSUPP where a page is too
 *	long for a pbuf.
 */
int net_split_set(struct pbuf_net *net, bool on)
{
	struct pbuf_rx_pool_counts counts;
	struct net_pair *pair;
	int err;

	if (on && !RX_SPLIT_POSSIBLE)
		return -EOPNOTSUPP;
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

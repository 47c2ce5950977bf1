// SPDX-License-Identifier: GPL-2.0-only
/*
 * stats.c - read the counters of a pair of queues, the sums over all pairs, and the
 * numbers of buffers.
 *
 * The counters of each direction of a pair have one writer at a time. A reader copies
 * them, and repeats that if they changed meanwhile. A sum reads one pair after the other.
 *
 * Numbers of buffers are written by the poll only, without any marking, and read here
 * with POLL_READ().
 */
#include <linux/module.h>

#include "net/net.h"
#include "net/rx_blocks.h"
#include "net/rx_pool.h"
#include "net/rx_split.h"
#include "net/versions.h"

void net_pair_rx_values(struct net_pair *pair, struct net_rx_values *values)
{
	struct net_rx_stats *stats = &pair->rx_stats;
	unsigned int start;

	do {
		start = u64_stats_fetch_begin(&stats->sync);
#define STAT_READ(name, text) values->name = u64_stats_read(&stats->name);
		NET_RX_STATS(STAT_READ)
	} while (u64_stats_fetch_retry(&stats->sync, start));
}

void net_pair_tx_values(struct net_pair *pair, struct net_tx_values *values)
{
	struct net_tx_stats *stats = &pair->tx_stats;
	unsigned int start;

	do {
		start = u64_stats_fetch_begin(&stats->sync);
		NET_TX_STATS(STAT_READ)
#undef STAT_READ
	} while (u64_stats_fetch_retry(&stats->sync, start));
}

/* The poll may change the number meanwhile: statistics may as well have the old one. */
#define POLL_READ(number)	data_race(number)

#define STAT_ADD(name, text) sum->name += one.name;
/* Sum the counters of the pairs from @i to @end - 1. */
static void pairs_rx_sum(struct pbuf_net *net, unsigned int i, unsigned int end,
			 struct net_rx_values *sum)
{
	struct net_rx_values one;

	memset(sum, 0, sizeof(*sum));
	for (; i < end; i++) {
		net_pair_rx_values(&net->pair[i], &one);
		NET_RX_STATS(STAT_ADD)
	}
}

static void pairs_tx_sum(struct pbuf_net *net, unsigned int i, unsigned int end,
			 struct net_tx_values *sum)
{
	struct net_tx_values one;

	memset(sum, 0, sizeof(*sum));
	for (; i < end; i++) {
		net_pair_tx_values(&net->pair[i], &one);
		NET_TX_STATS(STAT_ADD)
	}
}

#undef STAT_ADD

void net_rx_values(struct pbuf_net *net, struct net_rx_values *sum)
{
	pairs_rx_sum(net, 0, net->nr_pairs, sum);
}

void net_tx_values(struct pbuf_net *net, struct net_tx_values *sum)
{
	pairs_tx_sum(net, 0, net->nr_pairs, sum);
}

/*
 * The network's statistics count frames that an XDP program dropped, sent or redirected as
 * received. In struct net_rx_values these are apart from the frames that the stack got.
 */
static u64 packets_received(const struct net_rx_values *rx)
{
	return rx->packets + rx->xdp_drops + rx->xdp_tx + rx->xdp_redirects;
}

static u64 bytes_received(const struct net_rx_values *rx)
{
	return rx->bytes + rx->xdp_bytes;
}

void net_get_stats64(struct net_device *dev, struct rtnl_link_stats64 *sum)
{
	struct pbuf_net *net = netdev_priv(dev);
	struct net_rx_values rx;
	struct net_tx_values tx;

	net_rx_values(net, &rx);
	net_tx_values(net, &tx);
	sum->rx_packets = packets_received(&rx);
	sum->rx_bytes = bytes_received(&rx);
	sum->rx_dropped = rx.nomem_drops + rx.policy_drops + rx.xdp_unfit;
	sum->rx_length_errors = rx.length_errors;
	sum->rx_frame_errors = rx.frame_errors;
	sum->rx_errors = rx.length_errors + rx.frame_errors;
	sum->tx_packets = tx.packets;
	sum->tx_bytes = tx.bytes;
	sum->tx_dropped = tx.drops;
}

/* ---- statistics of each queue, for netlink --------------------------------------- */

static void queues_rx_get(struct pbuf_net *net, unsigned int i,
			  unsigned int end, struct netdev_queue_stats_rx *stats)
{
	struct net_rx_values sum;

	pairs_rx_sum(net, i, end, &sum);
	stats->packets = packets_received(&sum);
	stats->bytes = bytes_received(&sum);
	stats->alloc_fail = sum.nomem_drops + sum.ring_starved;
}

static void queues_tx_get(struct pbuf_net *net, unsigned int i,
			  unsigned int end, struct netdev_queue_stats_tx *stats)
{
	struct net_tx_values sum;

	pairs_tx_sum(net, i, end, &sum);
	stats->packets = sum.packets;
	stats->bytes = sum.bytes;
	stats->stop = sum.stops;
	stats->wake = sum.wakes;
}

static void queue_rx_get(struct net_device *dev, int i,
			 struct netdev_queue_stats_rx *stats)
{
	queues_rx_get(netdev_priv(dev), i, i + 1, stats);
}

static void queue_tx_get(struct net_device *dev, int i,
			 struct netdev_queue_stats_tx *stats)
{
	queues_tx_get(netdev_priv(dev), i, i + 1, stats);
}

/* The sums over the pairs that are out of use, for which netlink has no queues. */
static void queues_base_get(struct net_device *dev,
			    struct netdev_queue_stats_rx *rx,
			    struct netdev_queue_stats_tx *tx)
{
	struct pbuf_net *net = netdev_priv(dev);

	queues_rx_get(net, dev->real_num_rx_queues, net->nr_pairs, rx);
	queues_tx_get(net, dev->real_num_tx_queues, net->nr_pairs, tx);
}

static const struct netdev_stat_ops queue_stats = {
	.get_queue_stats_rx	= queue_rx_get,
	.get_queue_stats_tx	= queue_tx_get,
	.get_base_stats		= queues_base_get,
};

/* Offer statistics of each queue. Called before the netdev is registered. */
void net_queue_stats_offer(struct net_device *dev)
{
	queue_stats_set(dev, &queue_stats);
}

/* ---- numbers of buffers ------------------------------------------------------------ */

/* Add a pair's numbers. All lent buffers are inspected, so that the numbers are current. */
static void pair_buffers_add(struct net_pair *pair,
			     struct pbuf_rx_pool_counts *sum)
{
	/* Pairs with smp_store_release() in net_pair_ready(), which may run meanwhile. */
	struct pbuf_rx_pool *rx_pool = smp_load_acquire(&pair->rx_pool);
	struct pbuf_rx_pool_counts one;

	/* The pair has never been in use. */
	if (!rx_pool)
		return;
	rx_pool_reclaim_all(rx_pool);
	pbuf_rx_pool_count(rx_pool, &one);
	sum->total += one.total;
	sum->free += one.free + POLL_READ(pair->rx_nr_spare);
	sum->lent += one.lent;
	sum->lent_max += one.lent_max;
	sum->lends += one.lends;
	sum->returns += one.returns;
	sum->looks += one.looks;
	sum->empty += one.empty;
}

void net_buffers_count(struct pbuf_net *net, struct pbuf_rx_pool_counts *counts)
{
	struct net_pair *pair;

	memset(counts, 0, sizeof(*counts));
	net_for_each_pair(pair, net)
		pair_buffers_add(pair, counts);
}

void net_blocks_count(struct pbuf_net *net, struct net_block_counts *sum)
{
	struct net_pair *pair;

	memset(sum, 0, sizeof(*sum));
	net_for_each_pair(pair, net) {
		/* The blocks are set before the pool is published by net_pair_ready(). */
		if (!smp_load_acquire(&pair->rx_pool) || !pair->rx_blocks)
			continue;
		sum->total += pair->rx_blocks->nr;
		sum->posted += POLL_READ(pair->rx_nr_blocks);
		sum->lent += rx_blocks_lent(pair->rx_blocks);
		sum->looks += POLL_READ(pair->rx_blocks->looks);
	}
}

void net_split_count(struct pbuf_net *net, struct net_split_counts *sum)
{
	struct rx_split *split;
	struct net_pair *pair;

	memset(sum, 0, sizeof(*sum));
	net_for_each_pair(pair, net) {
		/* Pairs with smp_store_release() in net_split_ready(). */
		split = smp_load_acquire(&pair->rx_split);
		if (!split)
			continue;
		sum->total += split->nr;
		sum->posted += POLL_READ(split->posted);
		sum->lent += rx_split_lent(split);
		sum->looks += POLL_READ(split->looks);
	}
}

/* Return the number of the RX pools' buffers that are on rings. */
unsigned int net_posted(struct pbuf_net *net)
{
	struct net_pair *pair;
	unsigned int sum = 0;

	net_for_each_pair(pair, net)
		sum += net_rx_posted(pair);
	return sum;
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * net.h - the virtio-net driver from the inside. A device has pairs of queues:
 * one for receiving, one for sending, and an RX pool whose buffers are on the
 * first.
 *
 *   virtio_pbuf_net.c  probe, remove, open, stop, link state
 *   virtio_features.c  what is asked of a device, and believed
 *   virtio_ctrl.c      commands to it
 *   virtio_queues.c    pairs of queues: making, finding, opening them
 *   virtio_channels.c  how many of them are in use, by which processors
 *   virtio_rss.c       which of them a flow's frames come over
 *   virtio_bind.c      which devices are taken
 *   virtio_rx.c        receiving     virtio_tx.c  sending
 *   virtio_post.c      buffers for the device to fill
 *   virtio_xdp.c       programs that see a frame first
 *   virtio_split.c     headers and data in separate memory
 *   stats.c, ethtool.c, debugfs.c    what people see
 *   tap.c, tap_files.c               any device's packets as chains
 */
#ifndef _RTALLOC_NET_H
#define _RTALLOC_NET_H

#include <linux/if_vlan.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/scatterlist.h>
#include <linux/u64_stats_sync.h>
#include <linux/virtio.h>
#include <linux/virtio_net.h>
#include <linux/workqueue.h>

#include <net/ip.h>
#include <net/xdp.h>

#include <rtalloc/pbuf_skb.h>
#include "net/init.h"

#define NET_DRIVER_NAME	"rtalloc_net"
#define NET_HEADER_LEN	sizeof(struct virtio_net_hdr_mrg_rxbuf)
/* Ring slots of a packet: header, linear part, frags. */
#define NET_TX_SLOTS	(MAX_SKB_FRAGS + 2)
/* Lent buffers that a poll looks at, at most. */
#define NET_RX_LOOKS	64u
/* Buffers that are free and wait for the next filling. */
#define NET_RX_SPARE	256u
/* Buffers that are lent at a time. */
#define NET_RX_LENT	64u
#define NET_QUEUE_NAME	24
/* Pairs of queues, at most; a device may say 32768. */
#define NET_PAIRS_MAX	1024u
/* Bytes of a hash's key: what IPv6 takes. Entries of its table, at most. */
#define NET_RSS_KEY		40u
#define NET_RSS_TABLE		128u
/* Slots of a ring that people may choose, at least. */
#define NET_RX_SLOTS_MIN	32u
#define NET_TX_SLOTS_MIN	64u
/* A frame must fit into a buffer then, beside a cache line's worth of heads. */
#if L1_CACHE_BYTES <= 64
#define NET_XDP_MTU	3438
#else
#define NET_XDP_MTU	3054
#endif
/* An Ethernet frame of the longest packet that IP knows. */
#define NET_FRAME_MAX	(IP_MAX_MTU + (unsigned int)VLAN_ETH_HLEN)
/*
 * Buffers of a frame, at most: as many as an sk_buff takes by reference, or what the
 * longest frame needs, which is more where cache lines have more than 64 bytes.
 */
#define NET_RX_PIECES							\
	max((unsigned int)MAX_SKB_FRAGS + 1,				\
	    DIV_ROUND_UP(NET_FRAME_MAX, PBUF_LENT_ROOM))

/*
 * One list for each direction: the fields, what ethtool -S and debugfs show.
 * X(name, what it says).
 */
#define NET_RX_STATS(X)							\
	X(packets,	"frames handed to the stack")			\
	X(bytes,	"their bytes")					\
	X(chains,	"frames of more than one buffer")		\
	X(buffers,	"buffers that the device filled")		\
	X(kicks,	"times the device was told of buffers")		\
	X(drops,	"frames dropped, for whatever reason")		\
	X(length_errors, "... their length or number of buffers is wrong") \
	X(frame_errors,	"... their header is wrong")			\
	X(nomem_drops,	"... no memory for an sk_buff")			\
	X(policy_drops,	"... by rx_policy=drop")			\
	X(copied_frames, "frames copied because buffers were scarce")		\
	X(copied_bytes,	"payload bytes copied")				\
	X(header_bytes,	"bytes of headers copied")			\
	X(ring_starved,	"times the ring lacked a buffer")		\
	X(page_buffers,	"pages posted while the pool was empty")	\
	X(small_frames,	"frames up to copybreak, copied")		\
	X(small_bytes,	"their bytes")					\
	X(bounced_bytes, "bytes that the DMA API copied")		\
	X(xdp_packets,	"frames that an XDP program saw")		\
	X(xdp_drops,	"... that it dropped, or that could not be sent") \
	X(xdp_tx,	"... that it sent back")			\
	X(xdp_redirects, "... that it sent elsewhere")			\
	X(xdp_copied,	"frames copied to have room around them")	\
	X(xdp_unfit,	"frames dropped: too long, or unfinished")

#define NET_TX_STATS(X)							\
	X(packets,	"packets sent")					\
	X(bytes,	"their bytes")					\
	X(kicks,	"times the device was told of packets")		\
	X(drops,	"packets dropped")				\
	X(stops,	"times the queue was stopped")			\
	X(wakes,	"times it was woken")				\
	X(timeouts,	"times that nothing was sent for long")	\
	X(xdp_tx,	"frames that an XDP program sent here")		\
	X(xdp_tx_drops,	"... for which there was no room")

#define NET_STAT_FIELD(name, text)	u64_stats_t name;
struct net_rx_stats {
	struct u64_stats_sync sync;

	NET_RX_STATS(NET_STAT_FIELD)
};

struct net_tx_stats {
	struct u64_stats_sync sync;

	NET_TX_STATS(NET_STAT_FIELD)
};

#undef NET_STAT_FIELD

/* What the device's counters add up to at one moment. */
#define NET_STAT_VALUE(name, text)	u64 name;
struct net_rx_values {
	NET_RX_STATS(NET_STAT_VALUE)
};

struct net_tx_values {
	NET_TX_STATS(NET_STAT_VALUE)
};

#undef NET_STAT_VALUE

struct pbuf_net;
struct rx_blocks;
struct rx_split;

/**
 * struct net_pair - a queue for receiving, one for sending, and their buffers
 * @net: the device
 * @dev: of the network
 * @rx_pool: the buffers; NULL: the pair has never been in use
 * @rx_blocks: large ones, where the device merges frames; or NULL
 * @rx_split: those of headers and pages; NULL: they have never been in use
 * @is_open: its NAPI instances are enabled
 * @is_resizing: its rings are being replaced, and polls of other pairs leave them alone
 * @rx_is_ending: the next poll is the last one
 * @rx: the queue for receiving; its tokens are pbufs
 * @rx_napi: who owns @rx while the device is up
 * @rx_sg: one entry, for the buffer being posted
 * @rx_mapping: what an sk_buff says of the queue that it came over: the pair's number and
 *	one; 0: nothing, for the pair is not among those that the network knows of
 * @rx_size: slots of @rx
 * @rx_wanted: buffers that the ring is filled up to: as many as it has slots, or fewer
 *	where they are large
 * @rx_pages: slots whose buffer is a page of the kernel's
 * @rx_nr_blocks: slots whose buffer is of @rx_blocks
 * @rx_nr_split: ... whose buffer is of @rx_split
 * @rx_extra: slots that those take beyond one each
 * @rx_is_split: headers and data are to be received into buffers of @rx_split
 * @rx_spare: buffers for the next filling, the last one is taken first
 * @rx_nr_spare: how many
 * @rx_lent: buffers that this poll has given to the stack
 * @rx_nr_lent: how many
 * @rx_has_prog: buffers are posted for an XDP program
 * @xdp_rxq: what such a program is told of the pair
 * @rx_reserve: buffers that are never lent
 * @rx_stats: written in @rx_napi only
 * @refill_timer: runs @rx_napi when no interrupt is going to
 * @tx: the queue for sending; its tokens are sk_buffs and frames of XDP
 * @tx_is_open: the ring may be used; while it is false, which is when the ring is
 *	being changed or is gone, nothing is put on it and the network's queue is not
 *	woken
 * @tx_napi: frees what was sent
 * @tx_sg: for the packet being sent
 * @tx_stats: see @tx
 * @rx_name: what the interrupt of @rx is called
 * @tx_name: likewise
 *
 * Locks: the network's lock of the transmit queue guards @tx_is_open, @tx, @tx_sg
 * and @tx_stats.
 */
struct net_pair {
	struct pbuf_net *net;
	struct net_device *dev;
	struct pbuf_rx_pool *rx_pool;
	struct rx_blocks *rx_blocks;
	struct rx_split *rx_split;
	bool is_open;
	bool is_resizing;
	bool rx_is_ending;

	struct virtqueue *rx;
	struct napi_struct rx_napi;
	struct scatterlist rx_sg[1];
	u16 rx_mapping;
	unsigned int rx_size;
	unsigned int rx_wanted;
	unsigned int rx_pages;
	unsigned int rx_nr_blocks;
	unsigned int rx_nr_split;
	unsigned int rx_extra;
	bool rx_is_split;
	struct pbuf *rx_spare[NET_RX_SPARE];
	unsigned int rx_nr_spare;
	struct pbuf *rx_lent[NET_RX_LENT];
	unsigned int rx_nr_lent;
	bool rx_has_prog;
	unsigned int rx_reserve;
	struct net_rx_stats rx_stats;
	struct delayed_work refill_timer;
	struct xdp_rxq_info xdp_rxq;

	struct virtqueue *tx ____cacheline_aligned_in_smp;
	bool tx_is_open;
	struct napi_struct tx_napi;
	struct scatterlist tx_sg[NET_TX_SLOTS];
	struct net_tx_stats tx_stats;
	char rx_name[NET_QUEUE_NAME];
	char tx_name[NET_QUEUE_NAME];
};

/* How long the device may wait with interrupts, and for how many packets. */
struct net_coal {
	u32 packets;
	u32 usecs;
};

struct net_ctrl_buffer;

/**
 * struct net_ctrl - the control queue
 * @lock: one command at a time
 * @vq: NULL: the device has none, or has been reset
 * @buffer: for a command
 * @is_late: the device has not answered yet, and @buffer is its own
 * @has_warned: and that was said
 */
struct net_ctrl {
	struct mutex lock;	/* one command at a time */
	struct virtqueue *vq;
	struct net_ctrl_buffer *buffer;
	bool is_late;
	bool has_warned;
};

/**
 * struct net_rss - which pair a flow's frames come over
 * @types: of flows that the hash is made of, bits of virtio
 * @entries: of @table, a power of two; 0: the device chooses as it likes
 * @table: the pair for each value of the hash's last bits
 * @key: of the hash
 */
struct net_rss {
	u32 types;
	unsigned int entries;
	u16 table[NET_RSS_TABLE];
	u8 key[NET_RSS_KEY];
};

/**
 * struct pbuf_net - a device
 * @vdev: of the virtio bus
 * @dev: of the network
 * @pair: its queues, numbered as the device does: pair i has queues 2i and 2i+1
 * @nr_pairs: how many
 * @nr_active: how many of them are in use, the first ones
 * @rx_slots: of each ring, as ethtool -G says; 0: as the device does
 * @tx_slots: likewise
 * @is_mergeable: a frame may take several buffers
 * @has_merging: a frame may be many that the device merged
 * @xdp_prog: sees each frame first; or NULL. Written under the RTNL
 * @mtu_most: the longest packets that can be received, while there is no program
 * @is_bounced: the DMA API copies what the device writes
 * @has_split: headers and data are to lie in separate memory
 * @ctrl: commands to it
 * @rss: under the RTNL
 * @rx_mode_work: tells it which frames are wanted
 * @config_work: reads the link state and the speed
 * @rx_coal: as ethtool -C says
 * @tx_coal: likewise
 * @speed: in Mbit/s, as the device or ethtool -s says
 * @duplex: likewise
 * @is_frozen: it has no queues, or is about to lose them, for the machine goes to sleep
 * @file: in debugfs
 */
struct pbuf_net {
	struct virtio_device *vdev;
	struct net_device *dev;
	struct net_pair *pair;
	unsigned int nr_pairs;
	unsigned int nr_active;
	unsigned int rx_slots;
	unsigned int tx_slots;
	bool is_mergeable;
	bool has_merging;
	unsigned int mtu_most;
	bool is_bounced;
	bool has_split;
	struct bpf_prog __rcu *xdp_prog;

	struct net_ctrl ctrl;
	struct net_rss rss;
	struct work_struct rx_mode_work;
	struct work_struct config_work;
	struct net_coal rx_coal;
	struct net_coal tx_coal;
	u32 speed;
	u8 duplex;
	bool is_frozen;
	struct dentry *file;
};

#define net_for_each_pair(pair, net)					\
	for ((pair) = (net)->pair;					\
	     (pair) < (net)->pair + (net)->nr_pairs; (pair)++)

static inline unsigned int net_pair_index(const struct net_pair *pair)
{
	return pair - pair->net->pair;
}

/* The pair that a queue of the device belongs to. */
static inline struct net_pair *net_pair_of(const struct virtqueue *vq)
{
	struct pbuf_net *net = vq->vdev->priv;

	return &net->pair[vq->index / 2];
}

/* What rx_policy= says is done while few buffers are free. */
enum net_policy {
	NET_BACKPRESSURE,
	NET_COPY,
	NET_DROP,
};

/* params.c */
extern int net_rx_mode;
extern int net_rx_policy;
extern unsigned int net_low_water;
extern unsigned int net_buffers;
extern unsigned int net_copybreak;

/* virtio_pbuf_net.c */
extern struct virtio_driver net_virtio_driver;
int net_freeze(struct virtio_device *vdev);
int net_restore(struct virtio_device *vdev);

/* virtio_features.c */
int net_validate(struct virtio_device *vdev);
u64 net_merging_mask(struct virtio_device *vdev);
int net_pairs_read(struct virtio_device *vdev);
void net_features_set(struct pbuf_net *net);
int net_set_features(struct net_device *dev, netdev_features_t features);
netdev_features_t net_fix_features(struct net_device *dev,
				   netdev_features_t features);
int net_mtu_set(struct pbuf_net *net);
void net_address_set(struct pbuf_net *net);

/* virtio_ctrl.c */
extern unsigned int net_ctrl_patience;
int net_ctrl_init(struct pbuf_net *net);
void net_ctrl_set(struct pbuf_net *net, struct virtqueue *vq);
void net_ctrl_start(struct pbuf_net *net);
void net_ctrl_restore(struct pbuf_net *net);
void net_ctrl_stop(struct pbuf_net *net);
void net_ctrl_exit(struct pbuf_net *net);
int net_ctrl_pairs(struct pbuf_net *net, unsigned int nr);
int net_ctrl_rss(struct pbuf_net *net, const void *data, unsigned int len);
int net_ctrl_coalesce(struct pbuf_net *net, u8 cmd,
		      const struct net_coal *coal);
int net_ctrl_offloads(struct pbuf_net *net, bool merging, bool csum);
void net_ctrl_announce(struct pbuf_net *net);
int net_set_address(struct net_device *dev, void *p);
void net_set_rx_mode(struct net_device *dev);
int net_vlan_add(struct net_device *dev, __be16 proto, u16 vid);
int net_vlan_del(struct net_device *dev, __be16 proto, u16 vid);

/* virtio_queues.c */
void net_rx_drain(struct net_pair *pair);
void net_rx_recycle(struct virtqueue *vq, void *token);
int net_pairs_make(struct pbuf_net *net, unsigned int nr);
int net_pair_ready(struct net_pair *pair, unsigned int of);
void net_pairs_free(struct pbuf_net *net);
int net_queues_find(struct pbuf_net *net);
void net_queues_drop(struct pbuf_net *net);
void net_rx_start(struct net_pair *pair);
void net_rx_stop(struct net_pair *pair);
void net_pair_open(struct net_pair *pair);
void net_pairs_open(struct pbuf_net *net);
void net_pairs_close(struct pbuf_net *net);
int net_pair_resize(struct net_pair *pair, unsigned int rx, unsigned int tx);

/* virtio_channels.c */
int net_channels_set(struct pbuf_net *net, unsigned int nr);
int net_rings_set(struct pbuf_net *net, unsigned int rx, unsigned int tx);
void net_channels_restore(struct pbuf_net *net);

/* virtio_bind.c */
int net_bind_check(struct virtio_device *vdev);

/* virtio_rx.c */
void net_rx_interrupt(struct virtqueue *vq);
int net_rx_poll(struct napi_struct *napi, int budget);
void net_rx_fill(struct net_pair *pair);
void net_rx_refill_timer(struct work_struct *work);

/* virtio_post.c */
unsigned int net_rx_posted(const struct net_pair *pair);

/* virtio_tx.c */
void net_tx_interrupt(struct virtqueue *vq);
int net_tx_poll(struct napi_struct *napi, int budget);
netdev_tx_t net_tx_send(struct sk_buff *skb, struct net_device *dev);
void net_tx_timeout(struct net_device *dev, unsigned int queue);
void net_tx_clean(struct net_pair *pair, bool in_napi);
void net_tx_drain(struct net_pair *pair);
void net_tx_recycle(struct virtqueue *vq, void *token);

int net_tx_frames(struct net_pair *pair, struct xdp_frame **frames, int nr);
void net_tx_kick(struct net_pair *pair);
void net_tx_set_open(struct net_pair *pair, bool open);

/* virtio_xdp.c */
bool net_has_xdp(const struct pbuf_net *net);
int net_xdp(struct net_device *dev, struct netdev_bpf *what);
int net_xdp_send(struct net_device *dev, int n, struct xdp_frame **frames,
		 u32 flags);
int net_xdp_ready(struct net_pair *pair);
void net_xdp_done(struct net_pair *pair);

/* virtio_rss.c */
void net_rss_validate(struct virtio_device *vdev);
void net_rss_init(struct pbuf_net *net);
int net_rss_send(struct pbuf_net *net, unsigned int nr);
u32 net_rss_key_size(struct net_device *dev);
u32 net_rss_table_size(struct net_device *dev);
void net_rss_get(struct pbuf_net *net, u32 *table, u8 *key);
int net_rss_set(struct pbuf_net *net, const u32 *table, const u8 *key);
void net_rss_tell_others(const struct net_pair *told);
u32 net_rss_fields(const struct pbuf_net *net, u32 flow);

/* virtio_split.c */
int net_split_set(struct pbuf_net *net, bool on);
int net_split_ready(struct net_pair *pair, unsigned int pages);

/* stats.c: of a pair, and of all of them */
void net_pair_rx_values(struct net_pair *pair, struct net_rx_values *values);
void net_pair_tx_values(struct net_pair *pair, struct net_tx_values *values);
void net_rx_values(struct pbuf_net *net, struct net_rx_values *sum);
void net_tx_values(struct pbuf_net *net, struct net_tx_values *sum);
void net_get_stats64(struct net_device *dev, struct rtnl_link_stats64 *sum);
void net_queue_stats_offer(struct net_device *dev);
void net_buffers_count(struct pbuf_net *net,
		       struct pbuf_rx_pool_counts *counts);
unsigned int net_posted(struct pbuf_net *net);

/* Large buffers: how many there are, on rings, partly or wholly the stack's. */
struct net_block_counts {
	u32 total;
	u32 posted;
	u32 lent;
	u64 looks;
};

void net_blocks_count(struct pbuf_net *net, struct net_block_counts *sum);

/* Pages for data alone: how many there are, on rings, the stack's or a process's. */
struct net_split_counts {
	u32 total;
	u32 posted;
	u32 lent;
	u64 looks;
};

void net_split_count(struct pbuf_net *net, struct net_split_counts *sum);

/* ethtool.c */
extern const struct ethtool_ops net_ethtool_ops;

/* tap_files.c */
void net_tap_files(struct dentry *dir);

/* debugfs.c */
void net_debugfs_add(struct pbuf_net *net);
void net_debugfs_remove(struct pbuf_net *net);

#endif /* _RTALLOC_NET_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * net.h - internals of the virtio-net driver. A device has pairs of queues: a receive
 * queue and a transmit queue. Each pair has an RX pool, whose buffers are posted on the
 * receive queue.
 *
 *   virtio_pbuf_net.c  probe, remove, open, stop, link state, suspend
 *   virtio_features.c  feature negotiation, checks of the device's configuration
 *   virtio_ctrl.c      commands on the control queue
 *   virtio_queues.c    pairs of queues: allocating, finding, opening, resizing them
 *   virtio_channels.c  the number of pairs in use, and the length of their rings
 *   virtio_cpus.c      the processors and NUMA nodes of the pairs
 *   virtio_rss.c       receive side scaling
 *   virtio_bind.c      which devices the driver binds to
 *   virtio_rx.c        receiving     virtio_tx.c  sending
 *   virtio_post.c      posting buffers on the receive ring
 *   virtio_xdp.c       XDP
 *   virtio_split.c     headers and data in separate memory
 *   stats.c, ethtool.c, debugfs.c    statistics and settings
 *   tap.c, tap_files.c               passing any device's packets through chains
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
/* The most ring slots that a packet takes: header, linear part, frags. */
#define NET_TX_SLOTS	(MAX_SKB_FRAGS + 2)
/* Lent buffers that a poll may inspect; more only if the device filled more buffers. */
#define NET_RX_LOOKS	64u
/* The most free buffers that a pair keeps for the next filling of its ring. */
#define NET_RX_SPARE	256u
/* Buffers that a poll enters in the RX pool's ring with one hold of its lock. */
#define NET_RX_LENT	64u
#define NET_QUEUE_NAME	24
/* The most pairs of queues; the specification allows 32768. */
#define NET_PAIRS_MAX	1024u
/* Bytes of the RSS key: as many as IPv6 needs. The most entries of the RSS table. */
#define NET_RSS_KEY		40u
#define NET_RSS_TABLE		128u
/* The fewest ring slots that ethtool -G accepts. */
#define NET_RX_SLOTS_MIN	32u
#define NET_TX_SLOTS_MIN	64u
/*
 * The largest MTU with an XDP program. A frame must then fit into one buffer, together
 * with XDP_PACKET_HEADROOM; virtio_xdp.c asserts it.
 */
#if L1_CACHE_BYTES <= 64
#define NET_XDP_MTU	3438
#else
#define NET_XDP_MTU	3054
#endif
/* The most bytes of metadata of a frame: skb_shared_info.meta_len has 8 bits. */
#define NET_XDP_META	255u
/* Length of the longest Ethernet frame: the longest IP packet with a VLAN header. */
#define NET_FRAME_MAX	(IP_MAX_MTU + (unsigned int)VLAN_ETH_HLEN)
/*
 * The most buffers that a frame may take: a head and MAX_SKB_FRAGS frags, or the number
 * that the longest frame needs. The latter is larger where cache lines are longer than
 * 64 bytes.
 */
#define NET_RX_PIECES							\
	max((unsigned int)MAX_SKB_FRAGS + 1,				\
	    DIV_ROUND_UP(NET_FRAME_MAX, PBUF_LENT_ROOM))

/*
 * The counters of each direction, as X(name, description). These lists define the
 * struct fields, and the names in ethtool -S and debugfs.
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
	X(xdp_unfit,	"frames dropped: too long, or unfinished")	\
	X(xdp_bytes,	"bytes of the frames that a program did not pass")

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

/* Copies of the counters, of one pair or summed over all pairs. */
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
 * struct net_pair - a receive queue, a transmit queue, and their buffers
 * @net: the device
 * @dev: its netdev
 * @rx_pool: buffers for @rx; NULL if the pair has never been in use. Set once
 * @rx_blocks: large buffers for frames that the device merged, or NULL. Set once
 * @rx_split: buffers with separate headers and data; NULL if they have never been
 *	asked for. Set once
 * @is_open: both NAPI instances are enabled. Guarded by the RTNL
 * @is_resizing: the rings are being replaced, so other pairs must not notify @rx
 * @rx_is_ending: the next poll only flushes GRO, see net_rx_stop()
 * @rx: the receive queue; its tokens are pbufs
 * @rx_napi: the poll of @rx; it owns @rx and the rx_ fields while the pair is open
 * @rx_sg: scatterlist of the single-piece buffer that is being posted
 * @rx_mapping: receive queue to record in sk_buffs, the pair's index plus one; 0 if
 *	none is recorded, because the stack does not count this queue at present
 * @rx_size: slots of @rx
 * @rx_wanted: number of buffers that the ring is filled up to: as many as it has
 *	slots, or fewer where buffers are large
 * @rx_pages: number of posted buffers from pbuf_rx_page_alloc()
 * @rx_nr_blocks: number of posted buffers of @rx_blocks
 * @rx_nr_split: number of posted buffers of @rx_split
 * @rx_extra: slots that the posted buffers of @rx_split take beyond one each
 * @rx_is_split: buffers of @rx_split are to be posted
 * @rx_spare: free buffers of @rx_pool for the next filling, a stack
 * @rx_nr_spare: number of buffers in @rx_spare
 * @rx_lent: buffers that this poll has lent, but not yet entered in @rx_pool
 * @rx_nr_lent: number of buffers in @rx_lent
 * @rx_has_prog: buffers are posted in the layout that an XDP program needs
 * @rx_meta: metadata that the XDP program has put in front of the present frame
 * @rx_reserve: when free and posted buffers together are fewer, frames are copied
 * @rx_stats: counters; only the poll writes them
 * @refill_timer: schedules @rx_napi where no interrupt would
 * @xdp_rxq: description of @rx for XDP programs
 * @tx: the transmit queue; its tokens are sk_buffs and xdp_frames
 * @tx_is_open: packets may be put on @tx. False while the ring is being replaced or
 *	does not exist; then the netdev's queue must not be woken either
 * @tx_napi: frees packets that were sent
 * @tx_sg: scatterlist of the packet being sent
 * @tx_kept: sent xdp_frames that were not returned yet, see frame_return()
 * @tx_stats: counters
 * @rx_name: name of the interrupt of @rx
 * @tx_name: name of the interrupt of @tx
 *
 * Locks: the lock of the netdev's transmit queue guards @tx, @tx_is_open, @tx_sg,
 * @tx_kept and @tx_stats.
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
	u8 rx_meta[NET_XDP_META];
	unsigned int rx_reserve;
	struct net_rx_stats rx_stats;
	struct delayed_work refill_timer;
	struct xdp_rxq_info xdp_rxq;

	struct virtqueue *tx ____cacheline_aligned_in_smp;
	bool tx_is_open;
	struct napi_struct tx_napi;
	struct scatterlist tx_sg[NET_TX_SLOTS];
	struct xdp_frame *tx_kept;
	struct net_tx_stats tx_stats;
	char rx_name[NET_QUEUE_NAME];
	char tx_name[NET_QUEUE_NAME];
};

/* Limits for interrupt coalescing by the device; 0 stands for no coalescing. */
struct net_coal {
	u32 packets;
	u32 usecs;
};

struct net_ctrl_buffer;

/**
 * struct net_ctrl - the control queue
 * @lock: held from filling @buffer until the answer; guards the fields up to @has_warned
 * @vq: the virtqueue; NULL if the device has none, or has been reset
 * @buffer: memory for a command
 * @is_late: a command timed out, and @buffer belongs to the device until it answers
 * @has_warned: the log already says that the device did not answer
 * @has_no_tables: the device refused tables of addresses. Only @work uses it
 * @pending: the settings and filters that are to be sent, a bit for each; see virtio_ctrl.c
 * @vlans: the VLANs whose frames the stack wants, and those that it dropped while a failed
 *	resume had left the device detached; under the RTNL, as is @vlans_due
 * @vlans_due: the VLANs that the device is to be told when SETTING_VLANS is pending
 * @work: sends what is pending
 */
struct net_ctrl {
	struct mutex lock;	/* see above */
	struct virtqueue *vq;
	struct net_ctrl_buffer *buffer;
	bool is_late;
	bool has_warned;
	bool has_no_tables;
	atomic_t pending;
	DECLARE_BITMAP(vlans, VLAN_N_VID);
	DECLARE_BITMAP(vlans_due, VLAN_N_VID);
	struct delayed_work work;
};

/**
 * struct net_rss - settings of receive side scaling
 * @types: VIRTIO_NET_RSS_HASH_TYPE_* bits of the flow types that are hashed
 * @entries: number of entries of @table, a power of two; 0 if the device has no RSS
 * @table: the indirection table: a pair for each value of the last bits of the hash
 * @key: key of the hash
 */
struct net_rss {
	u32 types;
	unsigned int entries;
	u16 table[NET_RSS_TABLE];
	u8 key[NET_RSS_KEY];
};

/**
 * struct pbuf_net - a device
 * @vdev: the virtio device
 * @dev: its netdev
 * @pair: the pairs of queues: pair i has the device's queues 2i and 2i+1
 * @nr_pairs: number of pairs that the device has
 * @nr_active: number of pairs in use, the first ones. Guarded by the RTNL
 * @rx_slots: slots of each receive ring that ethtool -G set; 0 if it never did
 * @tx_slots: slots of each transmit ring that ethtool -G set; 0 if it never did
 * @is_mergeable: a frame may take several buffers (VIRTIO_NET_F_MRG_RXBUF)
 * @has_merging: the device may merge several frames into one (LRO). Written under the
 *	RTNL
 * @mtu_most: the largest MTU while there is no XDP program
 * @is_bounced: the DMA API copies what the device writes
 * @has_split: headers and data are to be received into separate memory. Written under
 *	the RTNL
 * @xdp_prog: the XDP program, or NULL. Written under the RTNL
 * @ctrl: the control queue
 * @rss: receive side scaling. Guarded by the RTNL
 * @config_work: reads link state and speed from the device
 * @cpus_node: the device in the list of those that follow CPU hotplug
 * @cpus_work: divides the processors among the pairs
 * @rx_coal: coalescing of received frames, as ethtool -C set it
 * @tx_coal: coalescing of sent packets, as ethtool -C set it
 * @speed: speed of the link in Mbit/s, as the device reports or ethtool -s set it
 * @duplex: DUPLEX_*, from the same source as @speed
 * @is_frozen: the device is suspended: it has no queues, or is about to lose them.
 *	Written under the RTNL
 * @file: the device's file in debugfs
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
	struct work_struct config_work;
	struct hlist_node cpus_node;
	struct work_struct cpus_work;
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

/* Return the pair that a receive or transmit queue belongs to. */
static inline struct net_pair *net_pair_of(const struct virtqueue *vq)
{
	struct pbuf_net *net = vq->vdev->priv;

	return &net->pair[vq->index / 2];
}

/* Values of the parameter rx_policy: what is done while few buffers are free. */
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

/* virtio_cpus.c */
int net_pair_node(const struct net_pair *pair);
void net_cpus_assign(struct pbuf_net *net);
int net_cpus_start(struct pbuf_net *net);
void net_cpus_stop(struct pbuf_net *net);

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

/* stats.c */
void net_pair_rx_values(struct net_pair *pair, struct net_rx_values *values);
void net_pair_tx_values(struct net_pair *pair, struct net_tx_values *values);
void net_rx_values(struct pbuf_net *net, struct net_rx_values *sum);
void net_tx_values(struct pbuf_net *net, struct net_tx_values *sum);
void net_get_stats64(struct net_device *dev, struct rtnl_link_stats64 *sum);
void net_queue_stats_offer(struct net_device *dev);
void net_buffers_count(struct pbuf_net *net,
		       struct pbuf_rx_pool_counts *counts);
unsigned int net_posted(struct pbuf_net *net);

/* Numbers of large buffers, see rx_blocks.h, summed over all pairs. */
struct net_block_counts {
	u32 total;
	u32 posted;		/* on a ring */
	u32 lent;		/* the stack holds at least a part */
	u64 looks;		/* inspections so far */
};

void net_blocks_count(struct pbuf_net *net, struct net_block_counts *sum);

/* Numbers of data pages, see rx_split.h, summed over all pairs. */
struct net_split_counts {
	u32 total;
	u32 posted;		/* on a ring */
	u32 lent;		/* held by the stack or mapped by a process */
	u64 looks;		/* inspections so far */
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

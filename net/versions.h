/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * versions.h - what differs between the kernels that net/ is built for.
 */
#ifndef _RTALLOC_NET_VERSIONS_H
#define _RTALLOC_NET_VERSIONS_H

#include <linux/ethtool.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/version.h>
#include <linux/virtio_config.h>
#include <linux/workqueue.h>

/* UDP segmentation in both directions: feature bits of virtio 1.2. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
#define GUEST_USO_FEATURES	VIRTIO_NET_F_GUEST_USO4, VIRTIO_NET_F_GUEST_USO6,
#define HOST_USO_FEATURES	VIRTIO_NET_F_HOST_USO,
#define HOST_USO_CUTTING	{ VIRTIO_NET_F_HOST_USO, NETIF_F_GSO_UDP_L4 },
#else
#define GUEST_USO_FEATURES
#define HOST_USO_FEATURES
#define HOST_USO_CUTTING
#endif

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
#include <linux/unaligned.h>
#else
#include <asm/unaligned.h>
#endif

/* Return false if the frags are in device memory, which the processor cannot read. */
static inline bool skb_frags_are_memory(const struct sk_buff *skb)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 11, 0)
	return skb_frags_readable(skb);
#else
	return true;
#endif
}

/* Announce the supported XDP features. Called before the netdev is registered. */
static inline void xdp_is_offered(struct net_device *dev)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
	dev->xdp_features = NETDEV_XDP_ACT_BASIC | NETDEV_XDP_ACT_REDIRECT |
			    NETDEV_XDP_ACT_NDO_XMIT |
			    NETDEV_XDP_ACT_NDO_XMIT_SG;
#endif
}

/* The workqueue of schedule_delayed_work(). Later kernels warn about the old name. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 18, 0)
#define shared_wq	system_percpu_wq
#else
#define shared_wq	system_wq
#endif

/* A virtqueue to find; without a callback it has no interrupt. */
struct virtqueue_ask {
	const char *name;
	vq_callback_t *callback;
};

static inline int virtqueues_find(struct virtio_device *vdev, unsigned int nr,
				  struct virtqueue **vqs,
				  const struct virtqueue_ask *ask)
{
	unsigned int i;
	int err = -ENOMEM;
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 11, 0)
	struct virtqueue_info *info = kcalloc(nr, sizeof(*info), GFP_KERNEL);

	for (i = 0; info && i < nr; i++) {
		info[i].name = ask[i].name;
		info[i].callback = ask[i].callback;
	}
	if (info)
		err = virtio_find_vqs(vdev, nr, vqs, info, NULL);
	kfree(info);
#else
	const char **names = kcalloc(nr, sizeof(*names), GFP_KERNEL);
	vq_callback_t **calls = kcalloc(nr, sizeof(*calls), GFP_KERNEL);

	for (i = 0; names && calls && i < nr; i++) {
		names[i] = ask[i].name;
		calls[i] = ask[i].callback;
	}
	if (names && calls)
		err = virtio_find_vqs(vdev, nr, vqs, calls, names, NULL);
	kfree(calls);
	kfree(names);
#endif
	return err;
}

/* Tell the stack which NAPI instance serves a receive queue, for netlink and AF_XDP. */
static inline void rx_queue_poll_set(struct net_device *dev, unsigned int i,
				     struct napi_struct *napi)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 8, 0)
	netif_queue_set_napi(dev, i, NETDEV_QUEUE_TYPE_RX, napi);
#endif
}

/*
 * Add the NAPI instance of receive queue @i. On later kernels its id, which busy polling
 * uses, and its settings persist while it is disabled.
 */
static inline void rx_poll_add(struct net_device *dev, unsigned int i,
			       struct napi_struct *napi,
			       int (*poll)(struct napi_struct *, int))
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
	netif_napi_add_config(dev, napi, poll, i);
#else
	netif_napi_add(dev, napi, poll);
#endif
}

/* Give a virtqueue @slots slots. @recycle is called for each buffer on the old ring. */
static inline int virtqueue_resize_to(struct virtqueue *vq, unsigned int slots,
				      void (*recycle)(struct virtqueue *vq,
						      void *token))
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 6)
	return virtqueue_resize(vq, slots, recycle, NULL);
#else
	return virtqueue_resize(vq, slots, recycle);
#endif
}

/* Statistics of each queue over netlink; earlier kernels do not have them. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 11, 0)
#include <net/netdev_queues.h>

static inline void queue_stats_set(struct net_device *dev,
				   const struct netdev_stat_ops *ops)
{
	dev->stat_ops = ops;
}
#else
struct netdev_queue_stats_rx { u64 packets, bytes, alloc_fail; };
struct netdev_queue_stats_tx { u64 packets, bytes, stop, wake; };

struct netdev_stat_ops {
	void (*get_queue_stats_rx)(struct net_device *dev, int i,
				   struct netdev_queue_stats_rx *stats);
	void (*get_queue_stats_tx)(struct net_device *dev, int i,
				   struct netdev_queue_stats_tx *stats);
	void (*get_base_stats)(struct net_device *dev,
			       struct netdev_queue_stats_rx *rx,
			       struct netdev_queue_stats_tx *tx);
};

static inline void queue_stats_set(struct net_device *dev,
				   const struct netdev_stat_ops *ops)
{
}
#endif

/* Whether ethtool -G has a parameter for separate memory for headers and data. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
#define RING_SPLIT	ETHTOOL_RING_USE_TCP_DATA_SPLIT
#else
#define RING_SPLIT	0
#endif
#define has_ring_split	(RING_SPLIT != 0)

/*
 * The operations of ethtool -x, -X and -n rx-flow-hash, in the form that the kernel
 * wants, made from get(dev, table, key), set(dev, table, key, hash), fields(dev, flow)
 * and pairs(dev).
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 8, 0)
#define RSS_TABLE_OPS(get, set)						\
static int rss_op_get(struct net_device *dev,				\
		      struct ethtool_rxfh_param *rxfh)			\
{									\
	rxfh->hfunc = ETH_RSS_HASH_TOP;					\
	return get(dev, rxfh->indir, rxfh->key);			\
}									\
									\
static int rss_op_set(struct net_device *dev,				\
		      struct ethtool_rxfh_param *rxfh,			\
		      struct netlink_ext_ack *extack)			\
{									\
	return set(dev, rxfh->indir, rxfh->key, rxfh->hfunc);		\
}
#else
#define RSS_TABLE_OPS(get, set)						\
static int rss_op_get(struct net_device *dev, u32 *table, u8 *key,	\
		      u8 *hash)						\
{									\
	if (hash)							\
		*hash = ETH_RSS_HASH_TOP;				\
	return get(dev, table, key);					\
}									\
									\
static int rss_op_set(struct net_device *dev, const u32 *table,		\
		      const u8 *key, const u8 hash)			\
{									\
	return set(dev, table, key, hash);				\
}
#endif

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 19, 0)
#define RSS_OPS(get, set, fields, pairs)				\
RSS_TABLE_OPS(get, set)							\
									\
static int rss_op_fields(struct net_device *dev,			\
			 struct ethtool_rxfh_fields *ask)		\
{									\
	ask->data = fields(dev, ask->flow_type);			\
	return 0;							\
}									\
									\
static u32 rss_op_pairs(struct net_device *dev)				\
{									\
	return pairs(dev);						\
}

#define RSS_OPS_USED	.get_rxfh = rss_op_get, .set_rxfh = rss_op_set,	\
			.get_rxfh_fields = rss_op_fields,		\
			.get_rx_ring_count = rss_op_pairs,
#else
#define RSS_OPS(get, set, fields, pairs)	RSS_TABLE_OPS(get, set)
#define RSS_OPS_USED	.get_rxfh = rss_op_get, .set_rxfh = rss_op_set,
#endif

/* Report configuration changes. A previous driver may have left this switched off. */
static inline void virtio_changes_enable(struct virtio_device *vdev)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 11, 0)
	virtio_config_driver_enable(vdev);
#endif
}

#endif /* _RTALLOC_NET_VERSIONS_H */

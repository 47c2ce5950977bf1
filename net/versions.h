/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * versions.h - what differs between the kernels that net/ is built for.
 */
#ifndef _RTALLOC_NET_VERSIONS_H
#define _RTALLOC_NET_VERSIONS_H

#include <linux/skbuff.h>
#include <linux/version.h>
#include <linux/virtio_config.h>

/* UDP packets that the device merged: feature bits of virtio 1.2. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
#define GUEST_USO_FEATURES	VIRTIO_NET_F_GUEST_USO4, VIRTIO_NET_F_GUEST_USO6,
#else
#define GUEST_USO_FEATURES
#endif

/* Frags of a device's own memory, which the processor cannot read. */
static inline bool skb_frags_are_memory(const struct sk_buff *skb)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 11, 0)
	return skb_frags_readable(skb);
#else
	return true;
#endif
}

/* A receive and a transmit queue. */
static inline int virtqueues_find(struct virtio_device *vdev,
				  struct virtqueue *vqs[2],
				  vq_callback_t *received,
				  vq_callback_t *sent)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 11, 0)
	struct virtqueue_info info[] = {
		{ .name = "input", .callback = received },
		{ .name = "output", .callback = sent },
	};

	return virtio_find_vqs(vdev, ARRAY_SIZE(info), vqs, info, NULL);
#else
	static const char * const names[] = { "input", "output" };
	vq_callback_t *callbacks[] = { received, sent };

	return virtio_find_vqs(vdev, ARRAY_SIZE(names), vqs, callbacks, names,
			       NULL);
#endif
}

/* A driver that had the device before may have left its changes unreported. */
static inline void virtio_changes_enable(struct virtio_device *vdev)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 11, 0)
	virtio_config_driver_enable(vdev);
#endif
}

#endif /* _RTALLOC_NET_VERSIONS_H */

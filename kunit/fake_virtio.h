/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fake_virtio.h - a virtio network device that a test plays itself: it sees the
 * rings as a device does, and may lie.
 */
#ifndef _RTALLOC_KUNIT_FAKE_VIRTIO_H
#define _RTALLOC_KUNIT_FAKE_VIRTIO_H

#include <linux/virtio.h>
#include <linux/virtio_net.h>
#include <linux/virtio_ring.h>

#include "kunit/common.h"
#include "net/net.h"

#define FAKE_RX		0
#define FAKE_TX		1
#define FAKE_SENT_MAX	65536

/**
 * struct fake - the device
 * @vdev: what the bus sees
 * @config: its configuration space
 * @features: what it offers
 * @ring: slots of each queue
 * @status: as the driver left it
 * @vq: the queues; NULL while there are none
 * @seen: descriptors taken off each queue
 * @kicks: how often the driver called
 * @find_error: what find_vqs returns in place of queues
 * @sent: bytes of the packet that was sent last
 * @sent_len: how many
 * @sent_pieces: descriptors that it took
 */
struct fake {
	struct virtio_device vdev;
	struct virtio_net_config config;
	u64 features;
	unsigned int ring[2];
	u8 status;
	struct virtqueue *vq[2];
	u16 seen[2];
	unsigned int kicks;
	int find_error;
	u8 *sent;
	unsigned int sent_len;
	unsigned int sent_pieces;
};

/* A device on the bus, without a driver; goes away with the test. */
struct fake *fake_plug(struct kunit *test, u64 features, unsigned int ring);
/* Give it to the driver, as sysfs' bind does; and take it away. */
int fake_bind(struct fake *fake);
void fake_unbind(struct fake *fake);
struct pbuf_net *fake_net(struct fake *fake);
/* Its first pair of queues. */
struct net_pair *fake_pair(struct fake *fake);

/* How many buffers are posted and not yet seen. */
unsigned int fake_posted(struct fake *fake, unsigned int queue);

/**
 * struct fake_fill - what the device does with one buffer
 * @data: written into it
 * @len: how many bytes
 * @claims: the length that it says; 0: the true one
 */
struct fake_fill {
	const void *data;
	unsigned int len;
	unsigned int claims;
};

/* Fill the next buffer; false: there is none, or it is too small. */
bool fake_fill(struct fake *fake, struct fake_fill fill);
/* The interrupt of a queue; the driver has done its work when it returns. */
void fake_interrupt(struct fake *fake, unsigned int queue);
/* Say that buffer @id is done, whether there is such a buffer or not. */
void fake_used(struct fake *fake, unsigned int queue, u32 id, u32 len);
/* Take the next packet that was sent into @sent. */
bool fake_send_seen(struct fake *fake);
void fake_config_set(struct fake *fake, u16 status);

#endif /* _RTALLOC_KUNIT_FAKE_VIRTIO_H */

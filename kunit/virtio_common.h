/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * virtio_common.h - what the suites over the fake device share.
 */
#ifndef _RTALLOC_KUNIT_VIRTIO_COMMON_H
#define _RTALLOC_KUNIT_VIRTIO_COMMON_H

#include <linux/rtnetlink.h>

#include "kunit/fake_virtio.h"
#include "kunit/net_common.h"

#define RING		16u
#define PROTOCOL	0x88b5		/* for experiments */
#define FIRST_ROOM	(PBUF_LENT_ROOM + 12u)	/* header included */

/* Features that a device offers. */
#define MERGEABLE	BIT_ULL(VIRTIO_NET_F_MRG_RXBUF)
#define CSUM		BIT_ULL(VIRTIO_NET_F_GUEST_CSUM)
#define TSO4		BIT_ULL(VIRTIO_NET_F_GUEST_TSO4)
#define MERGING		(MERGEABLE | CSUM | TSO4)
#define CTRL		BIT_ULL(VIRTIO_NET_F_CTRL_VQ)
#define OFFLOADS	(CTRL | BIT_ULL(VIRTIO_NET_F_CTRL_GUEST_OFFLOADS))
#define MQ		(MERGEABLE | CTRL | BIT_ULL(VIRTIO_NET_F_MQ))

/* What @call returns, with the network's lock held. */
#define WITH_RTNL(call)							\
({									\
	int err_;							\
									\
	rtnl_lock();							\
	err_ = (call);							\
	rtnl_unlock();							\
	err_;								\
})

extern struct sk_buff_head caught;	/* what the stack got */
extern struct fake *fake;
extern struct net_device *dev;		/* its netdev */

/*
 * A suite's init and exit: 64 buffers, parameters as they are by default. A device
 * that is up at the end of a test must be alive, as in expect_alive().
 */
int virtio_start(struct kunit *test);
void virtio_end(struct kunit *test);

/* The suite rtalloc_NAME over the device, with the cases NAME_cases. */
#define VIRTIO_SUITE(suite)						\
	RTALLOC_SUITE(suite, .init = virtio_start, .exit = virtio_end)

/* A device that has an address, without a driver. */
void device_plug(struct kunit *test, u64 features, unsigned int ring);
void device_bind(struct kunit *test);
/* Bound and up; the same after it was taken away. */
void device_up(struct kunit *test);
void device_again(struct kunit *test);
/* Plugged, bound and up; the MTU is 9000 if the device can merge. */
void device_start(struct kunit *test, u64 features);
void mtu_choose(struct kunit *test, unsigned int mtu);
void link_up(struct kunit *test);
void link_down(void);
/* So many pairs of queues, as ethtool's -L. */
int channels_choose(unsigned int nr);
/* Interrupts after so many frames, or so long, as ethtool's -C; 1 packet sent. */
int coalesce_choose(u32 frames, u32 usecs);

struct net_rx_values rx_values(void);
unsigned int lent_to_stack(void);
/* Each buffer is free, posted or lent. */
void expect_all_there(struct kunit *test);

/**
 * struct frame - what the device hands over
 * @len: bytes of the Ethernet frame
 * @hdr: virtio's header
 * @buffers: what it says there are; 0: the truth
 * @withheld: buffers at the end that it does not give
 * @claims: length that it says of the first buffer; 0: the truth
 * @each: bytes in a buffer; 0: as many as fit
 */
struct frame {
	unsigned int len;
	struct virtio_net_hdr hdr;
	unsigned int buffers;
	unsigned int withheld;
	unsigned int claims;
	unsigned int each;
};

/* Into the ring, without an interrupt; how many buffers it took. */
unsigned int frame_put(struct kunit *test, struct frame frame);
void frame_send(struct kunit *test, struct frame frame);
/* Sent, and what the stack got: it is as it was sent. */
struct sk_buff *frame_caught(struct kunit *test, struct frame frame);
void frame_arrives(struct kunit *test, struct frame frame);
/* It is whole when the device has gone, and the device comes back. */
void frame_outlives(struct kunit *test, struct frame frame);
/* The oldest frame that the stack got, as it was sent, with @len bytes. */
void expect_caught(struct kunit *test, unsigned int len);
void expect_none(struct kunit *test);
/* To be sent over the device. */
struct sk_buff *packet_make(struct kunit *test, const struct shape *shape);
/* The driver wants one: without, nobody would see what has been sent. */
void expect_tx_interrupt(struct kunit *test);
/* It still works. */
void expect_alive(struct kunit *test);

#endif /* _RTALLOC_KUNIT_VIRTIO_COMMON_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * virtio_common.h - what the suites over the fake device share.
 */
#ifndef _RTALLOC_KUNIT_VIRTIO_COMMON_H
#define _RTALLOC_KUNIT_VIRTIO_COMMON_H

#include "kunit/fake_virtio.h"
#include "kunit/net_common.h"

#define RING		16u
#define PROTOCOL	0x88b5		/* for experiments */
#define FIRST_ROOM	(PBUF_LENT_ROOM + 12u)	/* header included */
#define MERGEABLE	BIT_ULL(VIRTIO_NET_F_MRG_RXBUF)

extern struct sk_buff_head caught;	/* what the stack got */
extern struct fake *fake;
extern struct net_device *dev;		/* its netdev */

/* A suite's init and exit: 64 buffers, parameters as they are by default. */
int virtio_start(struct kunit *test);
void virtio_end(struct kunit *test);

void device_bind(struct kunit *test);
/* Plugged, bound and up; the MTU is 9000 if the device can merge. */
void device_start(struct kunit *test, u64 features);
void mtu_choose(struct kunit *test, unsigned int mtu);
void link_up(struct kunit *test);
void link_down(void);

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
/* The oldest frame that the stack got, as it was sent, with @len bytes. */
void expect_caught(struct kunit *test, unsigned int len);
void expect_none(struct kunit *test);
/* It still works. */
void expect_alive(struct kunit *test);

#endif /* _RTALLOC_KUNIT_VIRTIO_COMMON_H */

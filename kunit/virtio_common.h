/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * virtio_common.h - helpers shared by the suites that run the driver against the fake
 * device of fake_virtio.h.
 */
#ifndef _RTALLOC_KUNIT_VIRTIO_COMMON_H
#define _RTALLOC_KUNIT_VIRTIO_COMMON_H

#include <linux/rtnetlink.h>

#include "kunit/fake_virtio.h"
#include "kunit/net_common.h"

#define RING		16u
#define PROTOCOL	0x88b5		/* EtherType reserved for local experiments */
/* Bytes in a buffer for large frames: virtio's header of 12 bytes and the frame. */
#define FIRST_ROOM	(PBUF_LENT_ROOM + 12u)
/*
 * As many as the device writes into a buffer, unless the test says otherwise: all that it
 * has room for, but no more than that with pages of 4096 bytes and cache lines of 64, so
 * that frames take the same buffers with larger pages.
 */
#define EACH		(PAGE_SIZE > 4096 ? 3660u : FIRST_ROOM)
/* An MTU for which whole buffers are posted; in larger pages 9000 leaves room in front. */
#define WHOLE_MTU	(PAGE_SIZE > 4096 ? dev->max_mtu : 9000u)

/* Sets of features for a device to offer. */
#define MERGEABLE	BIT_ULL(VIRTIO_NET_F_MRG_RXBUF)
#define CSUM		BIT_ULL(VIRTIO_NET_F_GUEST_CSUM)
#define TSO4		BIT_ULL(VIRTIO_NET_F_GUEST_TSO4)
#define MERGING		(MERGEABLE | CSUM | TSO4)
#define CTRL		BIT_ULL(VIRTIO_NET_F_CTRL_VQ)
#define OFFLOADS	(CTRL | BIT_ULL(VIRTIO_NET_F_CTRL_GUEST_OFFLOADS))
#define MQ		(MERGEABLE | CTRL | BIT_ULL(VIRTIO_NET_F_MQ))

/* Evaluate @call with the RTNL held, and return its value. */
#define WITH_RTNL(call)							\
({									\
	int err_;							\
									\
	rtnl_lock();							\
	err_ = (call);							\
	rtnl_unlock();							\
	err_;								\
})

extern struct sk_buff_head caught;	/* frames of PROTOCOL that the stack received */
extern struct fake *fake;		/* the device under test */
extern struct net_device *dev;		/* its net_device */

/*
 * init and exit of a suite. init sets 64 buffers and no low-water mark; exit gives all
 * module parameters their defaults back. If the device is up at the end of a test, exit
 * expects what expect_alive() does.
 */
int virtio_start(struct kunit *test);
void virtio_end(struct kunit *test);

/* Define the suite rtalloc_@suite, whose cases are @suite_cases. */
#define VIRTIO_SUITE(suite)						\
	RTALLOC_SUITE(suite, .init = virtio_start, .exit = virtio_end)

/* Set @fake to a device with a MAC address and without a driver; see fake_plug(). */
void device_plug(struct kunit *test, u64 features, unsigned int ring);
/* Bind @fake to the driver and set @dev. */
void device_bind(struct kunit *test);
/* Bind @fake and bring its interface up. */
void device_up(struct kunit *test);
/* Unbind @fake, then do the same. */
void device_again(struct kunit *test);
/*
 * Plug and bind a device and bring it up. With MERGEABLE among @features the MTU is
 * WHOLE_MTU.
 */
void device_start(struct kunit *test, u64 features);
void mtu_choose(struct kunit *test, unsigned int mtu);
void link_up(struct kunit *test);
void link_down(void);
/* Use @nr pairs of queues, as ethtool -L does. Return 0 or an errno. */
int channels_choose(unsigned int nr);
/* Do device_start() with MQ and use @nr pairs. */
void pairs_start(struct kunit *test, unsigned int nr);
/*
 * Ask for a receive interrupt after @frames frames or @usecs microseconds, and a
 * transmit interrupt after each packet, as ethtool -C does. Return 0 or an errno.
 */
int coalesce_choose(u32 frames, u32 usecs);

/* The receive counters of the device, all queues together. */
struct net_rx_values rx_values(void);
/* How many of the pool's buffers the stack holds. */
unsigned int lent_to_stack(void);
/* Expect each buffer of the pool to be free, posted or lent. */
void expect_all_there(struct kunit *test);

/**
 * struct frame - a frame that the device receives from the wire
 * @len: bytes of the Ethernet frame
 * @hdr: virtio's header in front of it
 * @buffers: number of buffers that the header states; 0: the true one
 * @withheld: buffers at the end of the frame that the device does not return
 * @claims: length that the used entry of the first buffer states; 0: the true one
 * @each: bytes that the device writes into a buffer; 0: EACH
 */
struct frame {
	unsigned int len;
	struct virtio_net_hdr hdr;
	unsigned int buffers;
	unsigned int withheld;
	unsigned int claims;
	unsigned int each;
};

/* Write a frame into queue @fake->rx, without an interrupt. Return the buffers it took. */
unsigned int frame_put(struct kunit *test, struct frame frame);
/* Do the same, then raise the interrupt and wait for the driver's poll to end. */
void frame_send(struct kunit *test, struct frame frame);
/* Do the same and return the frame that the stack received; its bytes must be right. */
struct sk_buff *frame_caught(struct kunit *test, struct frame frame);
/* Do the same and free that frame. */
void frame_arrives(struct kunit *test, struct frame frame);
/*
 * Expect that a frame which the stack holds is intact after the device was unbound, then
 * bind the device again.
 */
void frame_outlives(struct kunit *test, struct frame frame);
/* Expect the oldest frame in @caught to be intact and @len bytes long, and free it. */
void expect_caught(struct kunit *test, unsigned int len);
/* Expect that the stack received no frame. */
void expect_none(struct kunit *test);
/* A packet for @dev to send; see skb_make(). */
struct sk_buff *packet_make(struct kunit *test, const struct shape *shape);
/*
 * Expect the driver to want interrupts of the first transmit queue. Without one it would
 * not notice that the device has sent what is under way.
 */
void expect_tx_interrupt(struct kunit *test);
/* Expect the last command of this class and number to have had exactly these bytes. */
void expect_command(struct kunit *test, u8 class, u8 cmd, const void *bytes,
		    unsigned int len);
/* Expect the last command of that kind to have set these offloads, one bit for each. */
void expect_offloads(struct kunit *test, u64 mask);
/* Expect a frame to arrive and all buffers to be there. */
void expect_alive(struct kunit *test);

#endif /* _RTALLOC_KUNIT_VIRTIO_COMMON_H */

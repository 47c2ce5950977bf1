// SPDX-License-Identifier: GPL-2.0-only
/*
 * virtio_xmit_kunit.c - ndo_xdp_xmit() with the fake device: frames that XDP programs of
 * other devices redirect to it are sent, or else freed.
 */
#include <linux/netdevice.h>
#include <linux/mm.h>
#include <net/xdp.h>

#include "kunit/virtio_common.h"
#include "kunit/wait.h"

/*
 * A page with a frame of 100 bytes that are 0. The @room bytes in front of it, which
 * virtio's header is to go into, are not 0.
 */
static struct xdp_frame *other_frame(struct kunit *test, unsigned int room)
{
	struct xdp_frame *frame = (void *)get_zeroed_page(GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, frame);
	frame->data = (u8 *)(frame + 1) + room;
	memset(frame + 1, 0xa5, room);
	frame->headroom = room;
	frame->len = 100;
	frame->frame_sz = PAGE_SIZE;
	return frame;
}

/* Send a frame, or free it if it is not taken. Return what ndo_xdp_xmit() returned. */
static int frame_xmit(struct xdp_frame *frame, u32 flags)
{
	int sent;

	WITHOUT_BH(sent = dev->netdev_ops->ndo_xdp_xmit(dev, 1, &frame, flags));
	if (sent != 1)
		free_page((unsigned long)frame);
	return sent;
}

/* The header and the frame go out in one piece; 12 + 100 bytes, all 0. */
static void frames_of_others_are_sent(struct kunit *test)
{
	device_start(test, MERGEABLE);
	KUNIT_EXPECT_EQ(test, 1, frame_xmit(other_frame(test, 12),
					    XDP_XMIT_FLUSH));
	expect_tx_interrupt(test);
	KUNIT_ASSERT_TRUE(test, fake_send_seen(fake));
	KUNIT_EXPECT_EQ(test, 112u, fake->sent_len);
	KUNIT_EXPECT_NULL(test, memchr_inv(fake->sent, 0, 112));
	fake_interrupt(fake, FAKE_TX);
	/* One byte too few in front for virtio's header. */
	KUNIT_EXPECT_EQ(test, 0, frame_xmit(other_frame(test, 11),
					    XDP_XMIT_FLUSH));
	KUNIT_EXPECT_EQ(test, -EINVAL, frame_xmit(other_frame(test, 12), 2));
	link_down();
	KUNIT_EXPECT_EQ(test, -ENETDOWN, frame_xmit(other_frame(test, 12), 0));
	link_up(test);
	KUNIT_EXPECT_EQ(test, 1, frame_xmit(other_frame(test, 12), 0));
}

/*
 * Slots of frames that the device has sent are freed by the next transmission, also
 * without an interrupt: 200 frames fit through a ring of 64 slots.
 */
static void frames_make_room_for_others(struct kunit *test)
{
	unsigned int i;

	device_start(test, MERGEABLE);
	for (i = 0; i < 200; i++) {
		KUNIT_ASSERT_EQ(test, 1, frame_xmit(other_frame(test, 12), 0));
		KUNIT_ASSERT_TRUE(test, fake_send_seen(fake));
	}
}

/* A frame with a frag: all its 100 + 50 bytes are sent. */
static void frames_of_several_pieces_are_sent(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL | __GFP_ZERO);
	struct skb_shared_info *info;
	struct xdp_frame *frame;

	KUNIT_ASSERT_NOT_NULL(test, page);
	device_start(test, MERGEABLE);
	frame = other_frame(test, 12);
	info = xdp_get_shared_info_from_frame(frame);
	skb_frag_fill_page_desc(&info->frags[0], page, 0, 50);
	info->nr_frags = 1;
	frame->flags = XDP_FLAGS_HAS_FRAGS;
	KUNIT_EXPECT_EQ(test, 1, frame_xmit(frame, XDP_XMIT_FLUSH));
	KUNIT_ASSERT_TRUE(test, fake_send_seen(fake));
	KUNIT_EXPECT_EQ(test, 12u + 100 + 50, fake->sent_len);
}

/* Frames that are still on the ring when the device is unbound are freed. */
static void unsent_frames_are_freed(struct kunit *test)
{
	struct xdp_frame *frame;
	struct page *page;

	device_start(test, MERGEABLE);
	frame = other_frame(test, 12);
	page = virt_to_page(frame);
	get_page(page);
	KUNIT_EXPECT_EQ(test, 1, frame_xmit(frame, 0));
	KUNIT_EXPECT_EQ(test, 2, page_ref_count(page));
	fake_unbind(fake);
	KUNIT_EXPECT_EQ(test, 1, page_ref_count(page));
	put_page(page);
}

/* Poll the transmit queue as netpoll (netconsole) does: interrupts off, a budget of 0. */
static void netpoll_polls(void)
{
	struct napi_struct *napi = &fake_pair(fake)->tx_napi;
	unsigned long irq;

	local_irq_save(irq);
	net_tx_poll(napi, 0);
	local_irq_restore(irq);
}

/*
 * A sent frame belongs to another driver, whose page_pool may not be called with
 * interrupts off. So netpoll only takes the frame off the ring, and the poll that
 * follows returns it. What no poll has returned is returned when the device goes.
 */
static void netpoll_returns_no_frames(struct kunit *test)
{
	struct xdp_frame *frame;
	struct page *page;
	int i;

	device_start(test, MERGEABLE);
	for (i = 0; i < 2; i++) {
		frame = other_frame(test, 12);
		page = virt_to_page(frame);
		get_page(page);
		KUNIT_EXPECT_EQ(test, 1, frame_xmit(frame, XDP_XMIT_FLUSH));
		KUNIT_ASSERT_TRUE(test, fake_send_seen(fake));
		if (i)
			napi_disable(&fake_pair(fake)->tx_napi);
		local_bh_disable();
		netpoll_polls();
		KUNIT_EXPECT_EQ(test, 2, page_ref_count(page));
		local_bh_enable();
		if (i) {
			napi_enable(&fake_pair(fake)->tx_napi);
			fake_unbind(fake);
		}
		AWAIT(page_ref_count(page) == 1);
		KUNIT_EXPECT_EQ(test, 1, page_ref_count(page));
		put_page(page);
	}
}

static struct kunit_case virtio_xmit_cases[] = {
	KUNIT_CASE(frames_of_others_are_sent),
	KUNIT_CASE(frames_make_room_for_others),
	KUNIT_CASE(frames_of_several_pieces_are_sent),
	KUNIT_CASE(unsent_frames_are_freed),
	KUNIT_CASE(netpoll_returns_no_frames),
	{}
};

VIRTIO_SUITE(virtio_xmit);

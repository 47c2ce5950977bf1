// SPDX-License-Identifier: GPL-2.0-only
/*
 * virtio_common.c - what the suites over the fake device share: a device in
 * use, frames that it hands over, what the stack got of them.
 */
#include <linux/etherdevice.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>

#include "kunit/virtio_common.h"

struct sk_buff_head caught;
struct fake *fake;
struct net_device *dev;

/* ---- a device in use -------------------------------------------------------- */

static int catch(struct sk_buff *skb, struct net_device *in,
		 struct packet_type *type, struct net_device *orig)
{
	skb_queue_tail(&caught, skb);
	return NET_RX_SUCCESS;
}

static struct packet_type catcher = {
	.type = cpu_to_be16(PROTOCOL),
	.func = catch,
};

int virtio_start(struct kunit *test)
{
	skb_queue_head_init(&caught);
	dev_add_pack(&catcher);
	net_buffers = 64;
	net_low_water = 0;
	fake = NULL;
	return 0;
}

void virtio_end(struct kunit *test)
{
	dev_remove_pack(&catcher);
	skb_queue_purge(&caught);
	net_buffers = 2048;
	net_low_water = 64;
	net_copybreak = 128;
	net_rx_policy = NET_BACKPRESSURE;
	net_rx_mode = PBUF_SKB_BUILD;
}

void link_up(struct kunit *test)
{
	rtnl_lock();
	KUNIT_EXPECT_EQ(test, 0, dev_open(dev, NULL));
	rtnl_unlock();
}

void link_down(void)
{
	rtnl_lock();
	dev_close(dev);
	rtnl_unlock();
}

void device_bind(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, 0, fake_bind(fake));
	dev = fake_net(fake)->dev;
	flush_work(&fake_net(fake)->config_work);
}

void mtu_choose(struct kunit *test, unsigned int mtu)
{
	rtnl_lock();
	KUNIT_EXPECT_EQ(test, 0, dev_set_mtu(dev, mtu));
	rtnl_unlock();
}

/* Bound and up. With large frames a buffer is posted whole. */
void device_start(struct kunit *test, u64 features)
{
	fake = fake_plug(test, features | BIT_ULL(VIRTIO_NET_F_MAC), RING);
	device_bind(test);
	if (features & MERGEABLE)
		mtu_choose(test, 9000);
	link_up(test);
}

struct net_rx_values rx_values(void)
{
	struct net_rx_values values;

	net_rx_values(fake_net(fake), &values);
	return values;
}

unsigned int lent_to_stack(void)
{
	struct pbuf_rx_pool_counts counts;

	net_buffers_count(fake_net(fake), &counts);
	return counts.lent;
}

void expect_all_there(struct kunit *test)
{
	struct pbuf_net *net = fake_net(fake);
	struct pbuf_rx_pool_counts counts;

	net_buffers_count(net, &counts);
	KUNIT_EXPECT_EQ(test, counts.total,
			counts.free + counts.lent + net_posted(net));
}

/* ---- frames ------------------------------------------------------------------- */

static u8 *frame_make(struct kunit *test, const struct frame *frame,
		      unsigned int buffers)
{
	struct virtio_net_hdr_mrg_rxbuf *hdr;
	struct ethhdr *eth;
	unsigned int i;
	u8 *bytes;

	bytes = kunit_kzalloc(test, sizeof(*hdr) + max(frame->len, 14u),
			      GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, bytes);
	hdr = (void *)bytes;
	hdr->hdr = frame->hdr;
	hdr->num_buffers = (__force __virtio16)
			   cpu_to_le16(frame->buffers ?: buffers);
	eth = (void *)(bytes + sizeof(*hdr));
	ether_addr_copy(eth->h_dest, dev->dev_addr);
	eth->h_proto = htons(PROTOCOL);
	for (i = ETH_HLEN; i < frame->len; i++)
		((u8 *)eth)[i] = byte_at(i - ETH_HLEN);
	return bytes;
}

/* Into the ring, without an interrupt; how many buffers it took. */
unsigned int frame_put(struct kunit *test, struct frame frame)
{
	unsigned int each = frame.each ?: FIRST_ROOM, done, part;
	unsigned int all = sizeof(struct virtio_net_hdr_mrg_rxbuf) + frame.len;
	unsigned int nr = DIV_ROUND_UP(all, each), i = 0;
	u8 *bytes = frame_make(test, &frame, nr);

	for (done = 0; done < all && i + frame.withheld < nr; i++) {
		part = min(each, all - done);
		KUNIT_ASSERT_TRUE(test,
				  fake_fill(fake, (struct fake_fill){
					.data = bytes + done, .len = part,
					.claims = done ? 0 : frame.claims }));
		done += part;
	}
	kunit_kfree(test, bytes);
	return i;
}

void frame_send(struct kunit *test, struct frame frame)
{
	frame_put(test, frame);
	fake_interrupt(fake, fake->rx);
}

/* The oldest frame that the stack got, as it was sent, with @len bytes. */
void expect_caught(struct kunit *test, unsigned int len)
{
	struct sk_buff *skb = skb_dequeue(&caught);

	KUNIT_ASSERT_NOT_NULL(test, skb);
	expect_skb(test, skb, 0, len - ETH_HLEN);
	kfree_skb(skb);
}

void expect_none(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 0u, skb_queue_len(&caught));
}

/* It still works. */
void expect_alive(struct kunit *test)
{
	frame_send(test, (struct frame){ .len = 100 });
	expect_caught(test, 100);
	expect_all_there(test);
}


// SPDX-License-Identifier: GPL-2.0-only
/*
 * virtio_common.c - helpers shared by the suites that run the driver against the fake
 * device: setting the device up, frames that it receives, and what reaches the stack.
 */
#include <linux/etherdevice.h>
#include <linux/ethtool.h>
#include <linux/netdevice.h>

#include "kunit/virtio_common.h"
#include "kunit/wait.h"

struct sk_buff_head caught;
struct fake *fake;
struct net_device *dev;
static unsigned int patience, buffers;

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
	buffers = net_buffers;
	net_buffers = 64;
	net_low_water = 0;
	patience = net_ctrl_patience;
	fake = NULL;
	return 0;
}

/*
 * Expect a device that is still up to work and to have all its buffers, whatever the
 * test did. There is no assertion here, which would end the test: virtio_end() must go
 * on to restore the parameters.
 */
static void device_end(struct kunit *test)
{
	struct sk_buff *skb;

	if (!fake || !fake->vdev.dev.driver)
		return;
	dev = fake_net(fake)->dev;
	if (!netif_running(dev) || !netif_device_present(dev))
		return;
	fake->rx = FAKE_RX;
	fake_interrupt(fake, FAKE_RX);
	skb_queue_purge(&caught);
	KUNIT_EXPECT_NE(test, 0u, fake_posted(fake, FAKE_RX));
	if (!fake_posted(fake, FAKE_RX))
		return;
	frame_send(test, (struct frame){ .len = 100 });
	skb = skb_dequeue(&caught);
	KUNIT_EXPECT_NOT_NULL(test, skb);
	if (skb)
		expect_skb(test, skb, 0, 100 - ETH_HLEN);
	kfree_skb(skb);
	expect_all_there(test);
}

void virtio_end(struct kunit *test)
{
	device_end(test);
	dev_remove_pack(&catcher);
	skb_queue_purge(&caught);
	net_ctrl_patience = patience;
	net_buffers = buffers;
	net_low_water = 64;
	net_copybreak = 128;
	net_rx_policy = NET_BACKPRESSURE;
	net_rx_mode = PBUF_SKB_BUILD;
}

void link_up(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 0, WITH_RTNL(dev_open(dev, NULL)));
}

void link_down(void)
{
	rtnl_lock();
	dev_close(dev);
	rtnl_unlock();
}

void device_plug(struct kunit *test, u64 features, unsigned int ring)
{
	fake = fake_plug(test, features | BIT_ULL(VIRTIO_NET_F_MAC), ring);
}

void device_bind(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, 0, fake_bind(fake));
	dev = fake_net(fake)->dev;
	flush_work(&fake_net(fake)->config_work);
}

void device_up(struct kunit *test)
{
	device_bind(test);
	link_up(test);
}

void device_again(struct kunit *test)
{
	fake_unbind(fake);
	device_up(test);
}

void mtu_choose(struct kunit *test, unsigned int mtu)
{
	KUNIT_EXPECT_EQ(test, 0, WITH_RTNL(dev_set_mtu(dev, mtu)));
}

int channels_choose(unsigned int nr)
{
	struct ethtool_channels channels = { .combined_count = nr };

	return WITH_RTNL(net_ethtool_ops.set_channels(dev, &channels));
}

int coalesce_choose(u32 frames, u32 usecs)
{
	struct ethtool_coalesce wish = {
		.rx_max_coalesced_frames = frames,
		.rx_coalesce_usecs = usecs,
		.tx_max_coalesced_frames = 1,
	};

	return WITH_RTNL(net_ethtool_ops.set_coalesce(dev, &wish, NULL, NULL));
}

void device_start(struct kunit *test, u64 features)
{
	device_plug(test, features, RING);
	device_bind(test);
	if (features & MERGEABLE)
		mtu_choose(test, WHOLE_MTU);
	link_up(test);
}

void pairs_start(struct kunit *test, unsigned int nr)
{
	device_start(test, MQ);
	KUNIT_ASSERT_EQ(test, 0, channels_choose(nr));
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
	hdr->num_buffers = __cpu_to_virtio16(true, frame->buffers ?: buffers);
	eth = (void *)(bytes + sizeof(*hdr));
	ether_addr_copy(eth->h_dest, dev->dev_addr);
	eth->h_proto = htons(PROTOCOL);
	for (i = ETH_HLEN; i < frame->len; i++)
		((u8 *)eth)[i] = byte_at(i - ETH_HLEN);
	return bytes;
}

unsigned int frame_put(struct kunit *test, struct frame frame)
{
	unsigned int each = frame.each ?: EACH, done, part;
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

/*
 * The refill timer may have scheduled the poll on another processor, which then takes
 * the frame; therefore wait until the poll is no longer scheduled.
 */
void frame_send(struct kunit *test, struct frame frame)
{
	struct net_pair *pair = &fake_net(fake)->pair[fake->rx / 2];

	frame_put(test, frame);
	fake_interrupt(fake, fake->rx);
	if (pair->is_open)
		AWAIT(!test_bit(NAPI_STATE_SCHED, &pair->rx_napi.state));
}

static struct sk_buff *oldest_caught(struct kunit *test, unsigned int len)
{
	struct sk_buff *skb = skb_dequeue(&caught);

	KUNIT_ASSERT_NOT_NULL(test, skb);
	expect_skb(test, skb, 0, len - ETH_HLEN);
	return skb;
}

struct sk_buff *frame_caught(struct kunit *test, struct frame frame)
{
	frame_send(test, frame);
	return oldest_caught(test, frame.len);
}

void frame_arrives(struct kunit *test, struct frame frame)
{
	kfree_skb(frame_caught(test, frame));
}

void frame_outlives(struct kunit *test, struct frame frame)
{
	struct sk_buff *skb = frame_caught(test, frame);

	fake_unbind(fake);
	expect_skb(test, skb, 0, frame.len - ETH_HLEN);
	kfree_skb(skb);
	device_up(test);
}

void expect_caught(struct kunit *test, unsigned int len)
{
	kfree_skb(oldest_caught(test, len));
}

void expect_none(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 0u, skb_queue_len(&caught));
}

struct sk_buff *packet_make(struct kunit *test, const struct shape *shape)
{
	struct sk_buff *skb = skb_make(test, shape);

	skb->dev = dev;
	return skb;
}

void expect_tx_interrupt(struct kunit *test)
{
	const struct vring *ring = virtqueue_get_vring(fake->vq[FAKE_TX]);

	KUNIT_EXPECT_EQ(test, 0, __virtio16_to_cpu(true, ring->avail->flags));
}

void expect_command(struct kunit *test, u8 class, u8 cmd, const void *bytes,
		    unsigned int len)
{
	const struct fake_command *got = fake_command(fake, class, cmd);

	KUNIT_ASSERT_NOT_NULL(test, got);
	KUNIT_ASSERT_EQ(test, len, got->len);
	KUNIT_EXPECT_MEMEQ(test, got->data, bytes,
			   min_t(size_t, len, sizeof(got->data)));
}

void expect_offloads(struct kunit *test, u64 mask)
{
	__le64 bits = cpu_to_le64(mask);

	expect_command(test, VIRTIO_NET_CTRL_GUEST_OFFLOADS,
		       VIRTIO_NET_CTRL_GUEST_OFFLOADS_SET, &bits, sizeof(bits));
}

void expect_alive(struct kunit *test)
{
	frame_arrives(test, (struct frame){ .len = 100 });
	expect_all_there(test);
}

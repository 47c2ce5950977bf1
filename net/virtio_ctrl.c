// SPDX-License-Identifier: GPL-2.0-only
/*
 * virtio_ctrl.c - the control queue: commands to the device, one at a time.
 *
 * A command consists of a header and data, which the device reads, and one byte for
 * the device's answer. All of it is in one buffer, which belongs to the device until
 * the answer arrives. The queue has no interrupt: the sender polls, sleeping longer
 * after each attempt, for net_ctrl_patience jiffies in all. If the device has not
 * answered by then, it keeps the buffer, and every later command fails at once until
 * the answer arrives or the device is reset. Packets are not affected.
 *
 * The caller of such a command gets the error and keeps the old setting, but the device
 * may still carry the command out. So a work item polls for the late answer, and then
 * sends all settings again, once. It also sends the receive filters, whose changes have
 * no caller that could try again.
 *
 * A device that is reset forgets its address, filters and offloads. Then
 * net_ctrl_restore() sends them again.
 *
 * Locks: net_ctrl.lock, which may be taken under the RTNL.
 * Context: process context, may sleep. net_set_rx_mode() is called under a spinlock, so
 * it only schedules a work item, which does not take the RTNL.
 */
#include <linux/delay.h>
#include <linux/etherdevice.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "net/net.h"
#include "net/versions.h"

#define CTRL_DATA	3072u	/* the largest length of a command's data, in bytes */
/*
 * The largest number of unicast addresses in a command, and of multicast addresses. If
 * the netdev has more, the device is asked for all frames of that kind.
 */
#define CTRL_ADDRESSES	((CTRL_DATA / 2 - 4) / ETH_ALEN)
#define CTRL_SLOTS	2u	/* ring slots that a command takes */
#define CTRL_NOT_YET	0xff	/* the answer byte before the device writes it */
#define LATE_PERIOD	HZ	/* delay between two polls for a late answer, in jiffies */

/* How long the answer to a command is waited for, in jiffies. Tests shorten it. */
unsigned int net_ctrl_patience = 5 * HZ;

/**
 * struct net_ctrl_buffer - memory for one command
 * @unused: padding that aligns @data
 * @hdr: class and number of the command
 * @data: data of the command
 * @ack: the device's answer. Cache line alignment is enough, even if DMA is not
 *	coherent: no processor writes to this cache line while the device owns the buffer.
 */
struct net_ctrl_buffer {
	u8 unused[2];
	struct virtio_net_ctrl_hdr hdr;
	u8 data[CTRL_DATA];
	u8 ack ____cacheline_aligned;
};

/* ---- one command ------------------------------------------------------------ */

/* Poll for the answer: 0, -EIO if the queue is broken, -ETIMEDOUT. */
static int answer_wait(struct virtqueue *vq)
{
	unsigned long end = jiffies + READ_ONCE(net_ctrl_patience);
	unsigned int len, pause = 10;

	while (!virtqueue_get_buf(vq, &len)) {
		if (virtqueue_is_broken(vq))
			return -EIO;
		if (time_after(jiffies, end))
			return -ETIMEDOUT;
		usleep_range(pause, 2 * pause);
		pause = min(2 * pause, 10000u);
	}
	return 0;
}

/*
 * Take the lock and return the buffer's data for the caller to fill in. Returns
 * ERR_PTR, without the lock, if there is no control queue or if an earlier command is
 * still unanswered. On success the caller must call command_end().
 */
static void *command_begin(struct pbuf_net *net)
{
	struct net_ctrl *ctrl = &net->ctrl;
	unsigned int len;
	int err = 0;

	mutex_lock(&ctrl->lock);
	if (!ctrl->vq || READ_ONCE(net->is_frozen))
		err = -ENODEV;
	else if (ctrl->is_late && !virtqueue_get_buf(ctrl->vq, &len))
		err = -ETIMEDOUT;
	if (!err) {
		ctrl->is_late = false;
		return ctrl->buffer->data;
	}
	mutex_unlock(&ctrl->lock);
	return ERR_PTR(err);
}

static int command_post(struct net_ctrl *ctrl, unsigned int len)
{
	struct net_ctrl_buffer *buffer = ctrl->buffer;
	struct scatterlist out, in, *sgs[] = { &out, &in };
	int err;

	buffer->ack = CTRL_NOT_YET;
	sg_init_one(&out, &buffer->hdr, sizeof(buffer->hdr) + len);
	sg_init_one(&in, &buffer->ack, sizeof(buffer->ack));
	err = virtqueue_add_sgs(ctrl->vq, sgs, 1, 1, buffer, GFP_KERNEL);
	if (!err && !virtqueue_kick(ctrl->vq))
		err = -EIO;
	return err;
}

static bool is_filter(const struct virtio_net_ctrl_hdr *hdr)
{
	return hdr->class == VIRTIO_NET_CTRL_RX ||
	       (hdr->class == VIRTIO_NET_CTRL_MAC &&
		hdr->cmd == VIRTIO_NET_CTRL_MAC_TABLE_SET);
}

/*
 * Leave the buffer to the device until it answers. Schedule the work item to poll for
 * the answer, unless the command is a filter, which the work item sends itself. Warn
 * once for each device.
 */
static void command_late(struct pbuf_net *net)
{
	net->ctrl.is_late = true;
	if (!is_filter(&net->ctrl.buffer->hdr)) {
		WRITE_ONCE(net->ctrl.is_unsettled, true);
		schedule_delayed_work(&net->rx_mode_work, LATE_PERIOD);
	}
	if (net->ctrl.has_warned)
		return;
	net->ctrl.has_warned = true;
	dev_warn(&net->vdev->dev, "no answer to command %u.%u, going on without\n",
		 net->ctrl.buffer->hdr.class, net->ctrl.buffer->hdr.cmd);
}

/*
 * Send the command whose @len bytes of data the caller has filled in, wait for the
 * answer, and release the lock that command_begin() took. Return 0; -EIO if the device
 * refuses; -ETIMEDOUT if it does not answer in time.
 */
static int command_end(struct pbuf_net *net, u8 class, u8 cmd, unsigned int len)
{
	struct net_ctrl *ctrl = &net->ctrl;
	int err;

	ctrl->buffer->hdr.class = class;
	ctrl->buffer->hdr.cmd = cmd;
	err = command_post(ctrl, len);
	if (!err)
		err = answer_wait(ctrl->vq);
	if (err == -ETIMEDOUT)
		command_late(net);
	else if (!err && ctrl->buffer->ack != VIRTIO_NET_OK)
		err = -EIO;
	mutex_unlock(&ctrl->lock);
	return err;
}

static int command_send(struct pbuf_net *net, u8 class, u8 cmd,
			const void *data, unsigned int len)
{
	void *place = command_begin(net);

	if (IS_ERR(place))
		return PTR_ERR(place);
	memcpy(place, data, len);
	return command_end(net, class, cmd, len);
}

/* ---- the address ------------------------------------------------------------- */

static int address_send(struct pbuf_net *net, const u8 *address)
{
	if (!virtio_has_feature(net->vdev, VIRTIO_NET_F_CTRL_MAC_ADDR))
		return 0;
	return command_send(net, VIRTIO_NET_CTRL_MAC,
			    VIRTIO_NET_CTRL_MAC_ADDR_SET, address, ETH_ALEN);
}

/*
 * ndo_set_mac_address. If the device has no command for its address, only the netdev's
 * address changes, and it depends on the device which frames it passes.
 */
int net_set_address(struct net_device *dev, void *p)
{
	struct pbuf_net *net = netdev_priv(dev);
	struct sockaddr_storage *address = p;
	int err = eth_prepare_mac_addr_change(dev, p);

	if (!err)
		err = address_send(net, ((struct sockaddr *)address)->sa_data);
	if (!err)
		eth_commit_mac_addr_change(dev, p);
	return err;
}

/* ---- receive filters ------------------------------------------------------------ */

static int flag_send(struct pbuf_net *net, u8 cmd, bool on)
{
	u8 value = on;

	return command_send(net, VIRTIO_NET_CTRL_RX, cmd, &value, 1);
}

/*
 * Write a list of addresses as struct virtio_net_ctrl_mac; an empty one if @all frames
 * of the kind are wanted anyway. Return the end of what was written.
 */
static u8 *addresses_put(u8 *to, struct netdev_hw_addr_list *list, bool all)
{
	unsigned int nr = all ? 0 : netdev_hw_addr_list_count(list);
	struct netdev_hw_addr *ha;

	put_unaligned_le32(nr, to);
	to += 4;
	if (!nr)
		return to;
	netdev_hw_addr_list_for_each(ha, list) {
		ether_addr_copy(to, ha->addr);
		to += ETH_ALEN;
	}
	return to;
}

/* Frames that the netdev wants regardless of the address tables. */
struct rx_mode {
	bool all;		/* every frame */
	bool all_multi;		/* every multicast frame */
};

/*
 * Send both tables of addresses, and set @mode to what the netdev wants. Where a list
 * is too long for its table, all frames of the kind are wanted.
 */
static int table_send(struct pbuf_net *net, struct rx_mode *mode)
{
	struct net_device *dev = net->dev;
	u8 *data = command_begin(net), *end;

	if (IS_ERR(data))
		return PTR_ERR(data);
	netif_addr_lock_bh(dev);
	mode->all = dev->flags & IFF_PROMISC ||
		    netdev_uc_count(dev) > CTRL_ADDRESSES;
	mode->all_multi = dev->flags & IFF_ALLMULTI ||
			  netdev_mc_count(dev) > CTRL_ADDRESSES;
	end = addresses_put(data, &dev->uc,
			    netdev_uc_count(dev) > CTRL_ADDRESSES);
	end = addresses_put(end, &dev->mc,
			    netdev_mc_count(dev) > CTRL_ADDRESSES);
	netif_addr_unlock_bh(dev);
	return command_end(net, VIRTIO_NET_CTRL_MAC,
			   VIRTIO_NET_CTRL_MAC_TABLE_SET, end - data);
}

/* Send both flags, even if the first is refused. Return the last error, or 0. */
static int flags_send(struct pbuf_net *net, const struct rx_mode *mode)
{
	int err = flag_send(net, VIRTIO_NET_CTRL_RX_PROMISC, mode->all);

	return flag_send(net, VIRTIO_NET_CTRL_RX_ALLMULTI,
			 mode->all_multi) ?: err;
}

/* A device that refuses the tables is asked for every frame. */
static int filters_send(struct pbuf_net *net)
{
	struct rx_mode mode = { };
	int err;

	if (!virtio_has_feature(net->vdev, VIRTIO_NET_F_CTRL_RX))
		return 0;
	err = table_send(net, &mode);
	if (err == -EIO)
		mode.all = true;
	if (!err || err == -EIO)
		err = flags_send(net, &mode);
	return err;
}

void net_set_rx_mode(struct net_device *dev)
{
	struct pbuf_net *net = netdev_priv(dev);

	if (virtio_has_feature(net->vdev, VIRTIO_NET_F_CTRL_RX))
		mod_delayed_work(shared_wq, &net->rx_mode_work, 0);
}

/* ---- VLANs -------------------------------------------------------------------- */

static int vlan_send(struct pbuf_net *net, u8 cmd, u16 vid)
{
	__virtio16 value = cpu_to_virtio16(net->vdev, vid);

	return command_send(net, VIRTIO_NET_CTRL_VLAN, cmd, &value,
			    sizeof(value));
}

int net_vlan_add(struct net_device *dev, __be16 proto, u16 vid)
{
	return vlan_send(netdev_priv(dev), VIRTIO_NET_CTRL_VLAN_ADD, vid);
}

/* A device without its control queue, when suspended, has forgotten the VLAN anyway. */
int net_vlan_del(struct net_device *dev, __be16 proto, u16 vid)
{
	int err = vlan_send(netdev_priv(dev), VIRTIO_NET_CTRL_VLAN_DEL, vid);

	return err == -ENODEV ? 0 : err;
}

/* The argument of vlan_restore(); @err is the first error, or 0. */
struct vlan_restore {
	struct pbuf_net *net;
	int err;
};

static int vlan_restore(struct net_device *vlan, int vid, void *data)
{
	struct vlan_restore *restore = data;
	int err = vlan_send(restore->net, VIRTIO_NET_CTRL_VLAN_ADD, vid);

	restore->err = restore->err ?: err;
	/* Continue with the other VLANs in any case. */
	return 0;
}

static int vlans_restore(struct pbuf_net *net)
{
	struct vlan_restore restore = { .net = net };

	if (virtio_has_feature(net->vdev, VIRTIO_NET_F_CTRL_VLAN))
		vlan_for_each(net->dev, vlan_restore, &restore);
	return restore.err;
}

/* ---- offloads, pairs, coalescing, announcing --------------------------------------- */

/*
 * Tell the device which of the negotiated receive offloads it may use: merging frames
 * only with @merging, leaving checksums to the driver only with @csum.
 */
int net_ctrl_offloads(struct pbuf_net *net, bool merging, bool csum)
{
	u64 mask = net_merging_mask(net->vdev);
	__virtio64 value;

	if (!virtio_has_feature(net->vdev, VIRTIO_NET_F_CTRL_GUEST_OFFLOADS))
		return mask && !merging ? -EOPNOTSUPP : 0;
	if (!merging)
		mask = 0;
	if (csum && virtio_has_feature(net->vdev, VIRTIO_NET_F_GUEST_CSUM))
		mask |= BIT_ULL(VIRTIO_NET_F_GUEST_CSUM);
	value = cpu_to_virtio64(net->vdev, mask);
	return command_send(net, VIRTIO_NET_CTRL_GUEST_OFFLOADS,
			    VIRTIO_NET_CTRL_GUEST_OFFLOADS_SET, &value,
			    sizeof(value));
}

/* After a reset the device uses all negotiated offloads: switch off what was off. */
static int offloads_restore(struct pbuf_net *net)
{
	if (net_has_xdp(net))
		return net_ctrl_offloads(net, false, false);
	if (net_merging_mask(net->vdev) && !net->has_merging)
		return net_ctrl_offloads(net, false, true);
	return 0;
}

/* Tell the device to use the first @nr pairs of queues. */
int net_ctrl_pairs(struct pbuf_net *net, unsigned int nr)
{
	__virtio16 value = cpu_to_virtio16(net->vdev, nr);

	/* A single pair is always in use, and there may be no command for it. */
	if (net->nr_pairs == 1)
		return 0;
	if (net->rss.entries)
		return net_rss_send(net, nr);
	return command_send(net, VIRTIO_NET_CTRL_MQ,
			    VIRTIO_NET_CTRL_MQ_VQ_PAIRS_SET, &value,
			    sizeof(value));
}

/* Send a struct virtio_net_rss_config, which virtio_rss.c has built in @data. */
int net_ctrl_rss(struct pbuf_net *net, const void *data, unsigned int len)
{
	return command_send(net, VIRTIO_NET_CTRL_MQ,
			    VIRTIO_NET_CTRL_MQ_RSS_CONFIG, data, len);
}

int net_ctrl_coalesce(struct pbuf_net *net, u8 cmd, const struct net_coal *coal)
{
	__le32 value[] = { cpu_to_le32(coal->packets), cpu_to_le32(coal->usecs) };

	return command_send(net, VIRTIO_NET_CTRL_NOTF_COAL, cmd, value,
			    sizeof(value));
}

/* Send what ethtool -C set before the reset, if anything. */
static int coalesce_restore(struct pbuf_net *net, u8 cmd,
			    const struct net_coal *coal)
{
	if (!coal->packets && !coal->usecs)
		return 0;
	return net_ctrl_coalesce(net, cmd, coal);
}

/*
 * The guest was migrated: send gratuitous ARP and its like, then acknowledge to the
 * device that this was done.
 */
void net_ctrl_announce(struct pbuf_net *net)
{
	if (!virtio_has_feature(net->vdev, VIRTIO_NET_F_GUEST_ANNOUNCE))
		return;
	netdev_notify_peers(net->dev);
	command_send(net, VIRTIO_NET_CTRL_ANNOUNCE,
		     VIRTIO_NET_CTRL_ANNOUNCE_ACK, NULL, 0);
}

/* Warn if sending @what again failed. */
static void restore_warn(struct pbuf_net *net, const char *what, int err)
{
	if (err)
		netdev_warn(net->dev, "the device is not set up as before: %s (%d)\n",
			    what, err);
}

/* ---- after a late answer ------------------------------------------------------------ */

/* Under the RTNL, which guards the settings. */
static void settings_send(struct pbuf_net *net)
{
	bool has_coal = virtio_has_feature(net->vdev, VIRTIO_NET_F_NOTF_COAL);

	restore_warn(net, "address", address_send(net, net->dev->dev_addr));
	restore_warn(net, "pairs of queues",
		     net_ctrl_pairs(net, net->nr_active));
	restore_warn(net, "offloads",
		     net_ctrl_offloads(net, net->has_merging,
				       !net_has_xdp(net)));
	if (!has_coal)
		return;
	restore_warn(net, "coalescing of frames",
		     net_ctrl_coalesce(net, VIRTIO_NET_CTRL_NOTF_COAL_RX_SET,
				       &net->rx_coal));
	restore_warn(net, "coalescing of packets",
		     net_ctrl_coalesce(net, VIRTIO_NET_CTRL_NOTF_COAL_TX_SET,
				       &net->tx_coal));
}

/*
 * If a command was late, send the settings again as soon as it is answered. Return
 * -ETIMEDOUT if it is not answered yet, or if another task holds the RTNL, which may be
 * net_freeze(), waiting for this work. If the device is late again, the settings are not
 * sent once more, so that the RTNL is not held most of the time.
 */
static int settings_settle(struct pbuf_net *net)
{
	void *place;

	if (!READ_ONCE(net->ctrl.is_unsettled))
		return 0;
	place = command_begin(net);
	if (IS_ERR(place))
		return PTR_ERR(place);
	mutex_unlock(&net->ctrl.lock);
	if (!rtnl_trylock())
		return -ETIMEDOUT;
	settings_send(net);
	WRITE_ONCE(net->ctrl.is_unsettled, false);
	rtnl_unlock();
	return 0;
}

/* Send the receive filters. While the device does not answer, try again. */
static void rx_mode_work(struct work_struct *work)
{
	struct pbuf_net *net = container_of(to_delayed_work(work),
					    struct pbuf_net, rx_mode_work);
	int err = settings_settle(net) ?: filters_send(net);

	if (err == -ETIMEDOUT)
		schedule_delayed_work(&net->rx_mode_work, LATE_PERIOD);
	else if (err && err != -ENODEV && net_ratelimit())
		netdev_warn(net->dev, "the device does not filter as told (%d)\n",
			    err);
}

/* ---- set-up and teardown ---------------------------------------------------------- */

int net_ctrl_init(struct pbuf_net *net)
{
	mutex_init(&net->ctrl.lock);
	INIT_DELAYED_WORK(&net->rx_mode_work, rx_mode_work);
	net->ctrl.buffer = kzalloc(sizeof(*net->ctrl.buffer), GFP_KERNEL);
	return net->ctrl.buffer ? 0 : -ENOMEM;
}

/*
 * Use @vq as the control queue; NULL after a reset. A late command is given up. A ring
 * too short for a command is not used.
 */
void net_ctrl_set(struct pbuf_net *net, struct virtqueue *vq)
{
	mutex_lock(&net->ctrl.lock);
	if (net->ctrl.vq)
		virtqueue_detach_unused_buf(net->ctrl.vq);
	if (vq && virtqueue_get_vring_size(vq) < CTRL_SLOTS)
		vq = NULL;
	net->ctrl.vq = vq;
	net->ctrl.is_late = false;
	WRITE_ONCE(net->ctrl.is_unsettled, false);
	mutex_unlock(&net->ctrl.lock);
}

/* Tell the device the netdev's address if it is random, because the device cannot know it. */
void net_ctrl_start(struct pbuf_net *net)
{
	struct net_device *dev = net->dev;
	int err = 0;

	if (dev->addr_assign_type == NET_ADDR_RANDOM)
		err = address_send(net, dev->dev_addr);
	if (err)
		netdev_warn(dev, "the device does not take an address (%d)\n",
			    err);
}

/*
 * Send the address, filters, offloads and coalescing again after a reset. A setting that
 * the device refuses is logged, and the others are sent all the same. If the device does
 * not answer, only the first command waits for it.
 *
 * Context: under the RTNL.
 */
void net_ctrl_restore(struct pbuf_net *net)
{
	restore_warn(net, "address", address_send(net, net->dev->dev_addr));
	restore_warn(net, "VLANs", vlans_restore(net));
	restore_warn(net, "offloads", offloads_restore(net));
	restore_warn(net, "coalescing of frames",
		     coalesce_restore(net, VIRTIO_NET_CTRL_NOTF_COAL_RX_SET,
				      &net->rx_coal));
	restore_warn(net, "coalescing of packets",
		     coalesce_restore(net, VIRTIO_NET_CTRL_NOTF_COAL_TX_SET,
				      &net->tx_coal));
	net_set_rx_mode(net->dev);
}

/*
 * Stop the work item. Called before the device is reset, so that the work does not wait
 * for an answer of a device that is gone.
 */
void net_ctrl_stop(struct pbuf_net *net)
{
	cancel_delayed_work_sync(&net->rx_mode_work);
}

/* Called after the reset: until then the device may write a late answer to the buffer. */
void net_ctrl_exit(struct pbuf_net *net)
{
	kfree(net->ctrl.buffer);
	net->ctrl.buffer = NULL;
}

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
 * may still carry the command out. So the setting is marked in net_ctrl.pending, and a
 * work item sends its present value again as soon as the device answers. The receive
 * filters, whose changes have no caller that could try again, are sent in the same way.
 * A command of the work that is late itself is not repeated, because its value is right;
 * so a device that is always late is left alone in the end. Of several VLANs each has a
 * command, and the work sends each once.
 *
 * A device that is reset forgets its address, filters and offloads. Then
 * net_ctrl_restore() sends them again, and the work what could not be sent.
 *
 * Locks: net_ctrl.lock, which may be taken under the RTNL. The RTNL guards the settings.
 * The work only tries to take it, because net_freeze() waits for the work under it.
 * Context: process context, may sleep. net_set_rx_mode() is called under a spinlock, so
 * it only schedules the work.
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
#define LATE_PERIOD	HZ	/* delay before the work tries again, in jiffies */

/* The bits of net_ctrl.pending, in the order in which they are sent. */
enum {
	SETTING_ADDRESS,
	SETTING_VLANS,
	SETTING_PAIRS,
	SETTING_OFFLOADS,
	SETTING_COAL_RX,
	SETTING_COAL_TX,
	FILTER_TABLES,
	FILTER_PROMISC,
	FILTER_ALLMULTI,
};

#define SETTINGS	GENMASK(SETTING_COAL_TX, SETTING_ADDRESS)
#define FILTERS		GENMASK(FILTER_ALLMULTI, FILTER_TABLES)

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

static bool in_work(struct pbuf_net *net)
{
	return current_work() == &net->ctrl.work.work;
}

/*
 * Take the lock and return the buffer's data for the caller to fill in. On success the
 * caller must call command_end(). Otherwise return ERR_PTR, without the lock: -ENODEV if
 * there is no control queue, -EIO if it is broken, -ETIMEDOUT if an earlier command is
 * still unanswered; the work gets -EBUSY instead, to know that nothing was sent.
 */
static void *command_begin(struct pbuf_net *net)
{
	struct net_ctrl *ctrl = &net->ctrl;
	unsigned int len;
	int err = 0;

	mutex_lock(&ctrl->lock);
	if (!ctrl->vq || READ_ONCE(net->is_frozen))
		err = -ENODEV;
	else if (virtqueue_is_broken(ctrl->vq))
		err = -EIO;
	else if (ctrl->is_late && !virtqueue_get_buf(ctrl->vq, &len))
		err = in_work(net) ? -EBUSY : -ETIMEDOUT;
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

/* Return the bit of the setting that a command other than the work's changes, or 0. */
static u32 setting_of(const struct virtio_net_ctrl_hdr *hdr)
{
	switch (hdr->class) {
	case VIRTIO_NET_CTRL_MAC:
		return BIT(SETTING_ADDRESS);
	case VIRTIO_NET_CTRL_VLAN:
		return BIT(SETTING_VLANS);
	case VIRTIO_NET_CTRL_MQ:
		return BIT(SETTING_PAIRS);
	case VIRTIO_NET_CTRL_GUEST_OFFLOADS:
		return BIT(SETTING_OFFLOADS);
	case VIRTIO_NET_CTRL_NOTF_COAL:
		return hdr->cmd == VIRTIO_NET_CTRL_NOTF_COAL_RX_SET ?
		       BIT(SETTING_COAL_RX) : BIT(SETTING_COAL_TX);
	default:
		return 0;
	}
}

/* Have the work send settings as soon as the device has answered. */
static void pending_add(struct pbuf_net *net, u32 which)
{
	atomic_or(which, &net->ctrl.pending);
	schedule_delayed_work(&net->ctrl.work, LATE_PERIOD);
}

/*
 * Leave the buffer to the device until it answers. Then the work sends what the device
 * should not have changed. Warn, but only once.
 */
static void command_late(struct pbuf_net *net)
{
	const struct virtio_net_ctrl_hdr *hdr = &net->ctrl.buffer->hdr;

	net->ctrl.is_late = true;
	if (!in_work(net))
		pending_add(net, setting_of(hdr));
	if (net->ctrl.has_warned)
		return;
	net->ctrl.has_warned = true;
	dev_warn(&net->vdev->dev, "no answer to command %u.%u, going on without\n",
		 hdr->class, hdr->cmd);
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

/*
 * Write a list of addresses as struct virtio_net_ctrl_mac; an empty one if it is too long
 * for a command. Return the end of what was written.
 */
static u8 *addresses_put(u8 *to, struct netdev_hw_addr_list *list)
{
	unsigned int nr = netdev_hw_addr_list_count(list);
	struct netdev_hw_addr *ha;

	if (nr > CTRL_ADDRESSES)
		nr = 0;
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

/* Send both tables of addresses. A device that refuses them is asked for every frame. */
static int tables_send(struct pbuf_net *net)
{
	struct net_device *dev = net->dev;
	u8 *data = command_begin(net), *end;
	int err;

	if (IS_ERR(data))
		return PTR_ERR(data);
	netif_addr_lock_bh(dev);
	end = addresses_put(data, &dev->uc);
	end = addresses_put(end, &dev->mc);
	netif_addr_unlock_bh(dev);
	err = command_end(net, VIRTIO_NET_CTRL_MAC,
			  VIRTIO_NET_CTRL_MAC_TABLE_SET, end - data);
	net->ctrl.has_no_tables = err == -EIO;
	return err == -EIO ? 0 : err;
}

/*
 * Send whether all frames of a kind are wanted: if @always, if the netdev has @flag, or
 * if @list is too long for a table.
 */
static int flag_send(struct pbuf_net *net, u8 cmd, unsigned int flag,
		     struct netdev_hw_addr_list *list, bool always)
{
	u8 value;

	netif_addr_lock_bh(net->dev);
	value = always || net->dev->flags & flag ||
		netdev_hw_addr_list_count(list) > CTRL_ADDRESSES;
	netif_addr_unlock_bh(net->dev);
	return command_send(net, VIRTIO_NET_CTRL_RX, cmd, &value, 1);
}

static int promisc_send(struct pbuf_net *net)
{
	return flag_send(net, VIRTIO_NET_CTRL_RX_PROMISC, IFF_PROMISC,
			 &net->dev->uc, net->ctrl.has_no_tables);
}

static int allmulti_send(struct pbuf_net *net)
{
	return flag_send(net, VIRTIO_NET_CTRL_RX_ALLMULTI, IFF_ALLMULTI,
			 &net->dev->mc, false);
}

void net_set_rx_mode(struct net_device *dev)
{
	struct pbuf_net *net = netdev_priv(dev);

	if (!virtio_has_feature(net->vdev, VIRTIO_NET_F_CTRL_RX))
		return;
	atomic_or(FILTERS, &net->ctrl.pending);
	mod_delayed_work(shared_wq, &net->ctrl.work, 0);
}

/* ---- VLANs -------------------------------------------------------------------- */

static int vlan_send(struct pbuf_net *net, u8 cmd, u16 vid)
{
	__virtio16 value = cpu_to_virtio16(net->vdev, vid);

	return command_send(net, VIRTIO_NET_CTRL_VLAN, cmd, &value,
			    sizeof(value));
}

/*
 * As vlan_send(). If this command is late, or an earlier one so that this one was not sent, the
 * work sends what is valid when the device has answered, see vlans_send().
 */
static int vlan_change(struct pbuf_net *net, u8 cmd, u16 vid)
{
	int err = vlan_send(net, cmd, vid);

	if (err == -ETIMEDOUT) {
		__set_bit(vid, net->ctrl.vlans_due);
		pending_add(net, BIT(SETTING_VLANS));
	}
	return err;
}

int net_vlan_add(struct net_device *dev, __be16 proto, u16 vid)
{
	struct pbuf_net *net = netdev_priv(dev);
	int err = vlan_change(net, VIRTIO_NET_CTRL_VLAN_ADD, vid);

	if (!err)
		__set_bit(vid, net->ctrl.vlans);
	return err;
}

/*
 * The stack drops the VLAN also after an error. A device without its control queue, when
 * suspended, has forgotten the VLAN anyway.
 */
int net_vlan_del(struct net_device *dev, __be16 proto, u16 vid)
{
	struct pbuf_net *net = netdev_priv(dev);
	int err;

	__clear_bit(vid, net->ctrl.vlans);
	err = vlan_change(net, VIRTIO_NET_CTRL_VLAN_DEL, vid);
	return err == -ENODEV ? 0 : err;
}

/*
 * Tell the device about each VLAN that is due. If a command was late, those behind it stay due
 * until the device has answered; the work does not repeat the late one. So each call of the
 * work that finds an answer makes at least one VLAN less due. Return the first error, or if
 * VLANs are still due that of the next one.
 */
static int vlans_send(struct pbuf_net *net)
{
	struct net_ctrl *ctrl = &net->ctrl;
	int err, first = 0;
	unsigned int vid;

	for_each_set_bit(vid, ctrl->vlans_due, VLAN_N_VID) {
		err = vlan_send(net, test_bit(vid, ctrl->vlans) ?
				VIRTIO_NET_CTRL_VLAN_ADD :
				VIRTIO_NET_CTRL_VLAN_DEL, vid);
		if (err == -EBUSY || (err == -ETIMEDOUT && !in_work(net)))
			return err;
		__clear_bit(vid, ctrl->vlans_due);
		first = first ?: err;
	}
	return first;
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

/* ---- sending settings again -------------------------------------------------------- */

static int own_address_send(struct pbuf_net *net)
{
	return address_send(net, net->dev->dev_addr);
}

static int pairs_send(struct pbuf_net *net)
{
	return net_ctrl_pairs(net, net->nr_active);
}

static int offloads_send(struct pbuf_net *net)
{
	return net_ctrl_offloads(net, net->has_merging, !net_has_xdp(net));
}

static int coal_rx_send(struct pbuf_net *net)
{
	return net_ctrl_coalesce(net, VIRTIO_NET_CTRL_NOTF_COAL_RX_SET,
				 &net->rx_coal);
}

static int coal_tx_send(struct pbuf_net *net)
{
	return net_ctrl_coalesce(net, VIRTIO_NET_CTRL_NOTF_COAL_TX_SET,
				 &net->tx_coal);
}

static const struct {
	const char *name;
	int (*send)(struct pbuf_net *net);
} settings[] = {
	[SETTING_ADDRESS]  = { "address", own_address_send },
	[SETTING_VLANS]	   = { "VLANs", vlans_send },
	[SETTING_PAIRS]	   = { "pairs of queues", pairs_send },
	[SETTING_OFFLOADS] = { "offloads", offloads_send },
	[SETTING_COAL_RX]  = { "coalescing of frames", coal_rx_send },
	[SETTING_COAL_TX]  = { "coalescing of packets", coal_tx_send },
	[FILTER_TABLES]	   = { "filters", tables_send },
	[FILTER_PROMISC]   = { "filters", promisc_send },
	[FILTER_ALLMULTI]  = { "filters", allmulti_send },
};

/*
 * Send the present values of the settings @which that are pending; with one of SETTINGS,
 * under the RTNL. Return false if some are still pending, because the device has not
 * answered an earlier command.
 */
static bool pending_send(struct pbuf_net *net, u32 which)
{
	atomic_t *pending = &net->ctrl.pending;
	bool is_done = true;
	unsigned int i;
	int err;

	for (i = 0; i < ARRAY_SIZE(settings); i++) {
		if (!(which & BIT(i)) ||
		    !(atomic_fetch_andnot(BIT(i), pending) & BIT(i)))
			continue;
		err = settings[i].send(net);
		if (err == -EBUSY || (err == -ETIMEDOUT && !in_work(net))) {
			atomic_or(BIT(i), pending);
			is_done = false;
		} else if (err && err != -ETIMEDOUT && err != -ENODEV &&
			   net_ratelimit()) {
			netdev_warn(net->dev, "the device is not set up as before: %s (%d)\n",
				    settings[i].name, err);
		}
	}
	return is_done;
}

static void pending_work(struct work_struct *work)
{
	struct pbuf_net *net = container_of(to_delayed_work(work),
					    struct pbuf_net, ctrl.work);
	bool is_done = true;

	if (atomic_read(&net->ctrl.pending) & SETTINGS) {
		is_done = rtnl_trylock();
		if (is_done) {
			is_done = pending_send(net, SETTINGS);
			rtnl_unlock();
		}
	}
	if (!pending_send(net, FILTERS) || !is_done)
		schedule_delayed_work(&net->ctrl.work, LATE_PERIOD);
}

/* ---- set-up and teardown ---------------------------------------------------------- */

int net_ctrl_init(struct pbuf_net *net)
{
	mutex_init(&net->ctrl.lock);
	INIT_DELAYED_WORK(&net->ctrl.work, pending_work);
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
	atomic_set(&net->ctrl.pending, 0);
	bitmap_zero(net->ctrl.vlans_due, VLAN_N_VID);
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
 * Send again after a reset what the device has forgotten: the address, VLANs, offloads
 * that were off, coalescing that was on, and filters. A setting that the device refuses is
 * logged. If the device does not answer, one command waits for it; the work sends the
 * others later.
 *
 * Context: under the RTNL.
 */
void net_ctrl_restore(struct pbuf_net *net)
{
	u32 lost = BIT(SETTING_ADDRESS) | BIT(SETTING_VLANS);

	if (net_has_xdp(net) ||
	    (net_merging_mask(net->vdev) && !net->has_merging))
		lost |= BIT(SETTING_OFFLOADS);
	if (net->rx_coal.packets || net->rx_coal.usecs)
		lost |= BIT(SETTING_COAL_RX);
	if (net->tx_coal.packets || net->tx_coal.usecs)
		lost |= BIT(SETTING_COAL_TX);
	bitmap_copy(net->ctrl.vlans_due, net->ctrl.vlans, VLAN_N_VID);
	atomic_or(lost, &net->ctrl.pending);
	if (!pending_send(net, lost))
		schedule_delayed_work(&net->ctrl.work, LATE_PERIOD);
	net_set_rx_mode(net->dev);
}

/*
 * Stop the work item. Called before the device is reset, so that the work does not wait
 * for an answer of a device that is gone.
 */
void net_ctrl_stop(struct pbuf_net *net)
{
	cancel_delayed_work_sync(&net->ctrl.work);
}

/* Called after the reset: until then the device may write a late answer to the buffer. */
void net_ctrl_exit(struct pbuf_net *net)
{
	kfree(net->ctrl.buffer);
	net->ctrl.buffer = NULL;
}

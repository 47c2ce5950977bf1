// SPDX-License-Identifier: GPL-2.0-only
/*
 * netif.c - lwIP's netif functions (netif_add() and so on), for interfaces that are
 * Linux network devices. include/rtalloc/port/lwip_netif.h has a picture;
 * netif_device.c has the net_device.
 *
 * The struct netif is the driver's memory. netif_add() sets netif->device when it
 * registers the device. netif_remove() clears it, and waits for an RCU grace period, as
 * other contexts may still be in netif->input(). The driver and the stack both change
 * netif->flags, under flags_lock.
 *
 * Context: adding, removing, setting up and setting down sleep and take the RTNL;
 * setting the link and input are allowed anywhere but in an NMI.
 */
#include <linux/etherdevice.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/rtnetlink.h>

#include <rtalloc/abi.h>
#include <rtalloc/caller.h>
#include "port/netif.h"

static DEFINE_RAW_SPINLOCK(flags_lock);	/* guards netif->flags of all interfaces */

static DEFINE_MUTEX(devices_lock);	/* guards devices */
static LIST_HEAD(devices);		/* one for each interface that is added */

/* List @device. Return false if its netif is added already. */
static bool device_list(struct lwip_device *device)
{
	struct lwip_device *other;
	bool is_new = true;

	mutex_lock(&devices_lock);
	list_for_each_entry(other, &devices, node)
		is_new = is_new && other->netif != device->netif;
	if (is_new)
		list_add(&device->node, &devices);
	mutex_unlock(&devices_lock);
	return is_new;
}

/* Take @device off the list and free it. */
static void device_drop(struct lwip_device *device)
{
	mutex_lock(&devices_lock);
	list_del(&device->node);
	mutex_unlock(&devices_lock);
	lwip_device_free(device);
}

bool netif_flags_change(struct netif *netif, u8 set, u8 clear)
{
	unsigned long irq;
	u8 old;

	raw_spin_lock_irqsave(&flags_lock, irq);
	old = netif->flags;
	WRITE_ONCE(netif->flags, (old & ~clear) | set);
	raw_spin_unlock_irqrestore(&flags_lock, irq);
	return old != ((old & ~clear) | set);
}

/* Has the driver's init function filled in all that a network device needs? */
static bool netif_is_whole(const struct netif *netif)
{
	return netif->linkoutput && netif->name[0] &&
	       netif->hwaddr_len == ETH_ALEN &&
	       is_valid_ether_addr(netif->hwaddr) && netif->mtu >= ETH_MIN_MTU;
}

/* Log why netif_add() failed. @netif is NULL if it has no name yet. Returns NULL. */
static struct netif *add_failed(const struct netif *netif, const char *why,
				int err, unsigned long caller)
{
	char symbol[RTALLOC_SYMBOL_MAX];

	pr_err_ratelimited("rtalloc_netif: %.2s: netif_add() by %s failed: %s (%d)\n",
			   netif ? netif->name : "",
			   rtalloc_symbol(caller, symbol, sizeof(symbol)),
			   why, err);
	return NULL;
}

/*
 * Call the driver's @init and register the device. Return NULL, or why it failed, with
 * *@err set.
 */
static const char *netif_begin(struct netif *netif, struct lwip_device *device,
			       netif_init_fn init, int *err)
{
	*err = init(netif);
	if (*err != ERR_OK)
		return "the driver's init failed";
	*err = -EINVAL;
	if (!netif_is_whole(netif))
		return "no linkoutput, name, hwaddr or mtu";
	*err = lwip_device_register(device);
	return *err ? "no device" : NULL;
}

/**
 * lwip_netif_add() - netif_add(): register a network device for an interface
 * @netif: the interface; the memory must stay until lwip_netif_remove() has returned
 * @state: stored in netif->state, for @init
 * @init: the driver's function that fills in linkoutput, hwaddr, mtu, name and flags
 * @input: stored in netif->input: lwip_netif_input()
 * @options: the driver's options
 *
 * The device is down afterwards, unless @init called netif_set_up().
 *
 * Context: Process context, may sleep; without the RTNL.
 * Return: @netif; NULL if @init failed or left out something, or if there is no memory.
 *	The driver then frees what @init allocated. NULL also, with nothing changed, if
 *	@netif is added already, or if @netif or @init is NULL.
 */
struct netif *lwip_netif_add(struct netif *netif, void *state,
			     netif_init_fn init, netif_input_fn input,
			     struct lwip_netif_options options)
{
	struct lwip_device *device;
	const char *why;
	int err;

	if (!netif || !init)
		return add_failed(NULL, "no netif or no init", -EINVAL,
				  _RET_IP_);
	device = lwip_device_alloc(netif, options);
	if (!device)
		return NULL;
	if (!device_list(device)) {
		lwip_device_free(device);
		return add_failed(netif, "it was added before", -EEXIST,
				  _RET_IP_);
	}
	*netif = (struct netif){ .state = state, .input = input };
	why = netif_begin(netif, device, init, &err);
	if (why) {
		device_drop(device);
		return add_failed(netif, why, err, _RET_IP_);
	}
	if (netif_is_up(netif))
		lwip_netif_set_admin(netif, true);
	return netif;
}
EXPORT_SYMBOL_GPL(lwip_netif_add);

/**
 * lwip_netif_remove() - netif_remove(): unregister an interface's network device
 * @netif: the interface; nothing happens if it has no device, or is NULL
 *
 * When this returns, linkoutput() is not running and will not be called any more.
 * netif->input() may still be called, and returns ERR_IF. This waits until the stack has
 * returned all of the driver's buffers that it holds.
 *
 * Context: Process context, may sleep; without the RTNL.
 */
void lwip_netif_remove(struct netif *netif)
{
	struct lwip_device *device;

	if (!netif)
		return;
	device = rcu_access_pointer(netif->device);
	if (!device)
		return;
	RCU_INIT_POINTER(netif->device, NULL);
	lwip_device_unregister(device);
	device_drop(device);
}
EXPORT_SYMBOL_GPL(lwip_netif_remove);

/**
 * lwip_netif_set_admin() - netif_set_up() and netif_set_down()
 * @netif: the interface
 * @up: up or down
 *
 * Does what ``ip link set up`` and ``down`` do. If the interface has no device yet, only
 * its flag is changed. When the init function of netif_add() sets it up in this way,
 * netif_add() brings the device up.
 *
 * Context: Process context, may sleep; without the RTNL.
 */
void lwip_netif_set_admin(struct netif *netif, bool up)
{
	struct lwip_device *device;

	if (!netif)
		return;
	device = rcu_access_pointer(netif->device);
	if (!device) {
		netif_flags_change(netif, up ? NETIF_FLAG_UP : 0,
				   up ? 0 : NETIF_FLAG_UP);
		return;
	}
	rtnl_lock();
	if (!up)
		dev_close(device->dev);
	else if (dev_open(device->dev, NULL))
		netif_flags_change(netif, 0, NETIF_FLAG_UP);
	rtnl_unlock();
}
EXPORT_SYMBOL_GPL(lwip_netif_set_admin);

/**
 * lwip_netif_set_link() - netif_set_link_up() and netif_set_link_down()
 * @netif: the interface
 * @up: up or down
 *
 * Calls netif->link_callback() if the state of the link changes. The carrier of the
 * device follows later, from a work.
 *
 * Context: Any but NMI.
 */
void lwip_netif_set_link(struct netif *netif, bool up)
{
	netif_status_callback_fn callback;
	struct lwip_device *device;

	if (!netif)
		return;
	if (!netif_flags_change(netif, up ? NETIF_FLAG_LINK_UP : 0,
				up ? 0 : NETIF_FLAG_LINK_UP))
		return;
	rcu_read_lock();
	device = rcu_dereference(netif->device);
	if (device)
		schedule_work(&device->link);
	rcu_read_unlock();
	/*
	 * The driver may replace the callback at any time, so it is read once. Pairs
	 * with netif_set_link_callback().
	 */
	callback = smp_load_acquire(&netif->link_callback);
	if (callback)
		callback(netif);
}
EXPORT_SYMBOL_GPL(lwip_netif_set_link);

/**
 * lwip_netif_input() - netif->input(): hand a received frame to the stack
 * @p: the frame, with ETH_PAD_SIZE bytes in front
 * @netif: the interface that received it
 *
 * The frame is put on a queue of 256 frames, and given to the stack in a softirq.
 *
 * Context: Any but NMI.
 * Return: ERR_OK: @p no longer belongs to the driver. Otherwise it still does: ERR_IF
 *	(the interface is down or removed), ERR_MEM (the queue is full), ERR_ARG (@p or
 *	@netif is NULL).
 */
err_t lwip_netif_input(struct pbuf *p, struct netif *netif)
{
	struct lwip_device *device;
	err_t err = ERR_IF;

	if (!p || !netif)
		return ERR_ARG;
	rcu_read_lock();
	device = rcu_dereference(netif->device);
	if (device)
		err = lwip_device_receive(device, p);
	rcu_read_unlock();
	return err;
}
EXPORT_SYMBOL_GPL(lwip_netif_input);

MODULE_DESCRIPTION("lwIP's struct netif as a network device");
MODULE_LICENSE("GPL");
MODULE_VERSION(RTALLOC_VERSION);

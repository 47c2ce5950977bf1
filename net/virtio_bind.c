// SPDX-License-Identifier: GPL-2.0-only
/*
 * virtio_bind.c - which devices are taken: those that somebody gave us.
 *
 * A device is given by its name in the parameter "bind", or by writing it to
 * /sys/bus/virtio/drivers/rtalloc_net/bind. The bus also offers, unasked, each
 * network device that has no driver: when this one is registered, and when a
 * device appears. Such offers are declined, else loading the module would take
 * away devices that wait for another driver. A driver is not told who asks, but
 * the bus says that a device appears before it offers it; and registering is
 * never left to another thread.
 *
 * A declined device is left in state FAILED, and the next driver would find it so.
 * Therefore it is reset as soon as the bus says that no driver has it.
 *
 * Locks: offers has its own; a device's lock is held by whoever binds it.
 */
#include <linux/device.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/string.h>
#include <linux/virtio.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ids.h>
#include <linux/xarray.h>

#include "net/net.h"

#define BIND_MAX	8	/* names in the parameter */

static char *bind[BIND_MAX];
static int nr_bind;
module_param_array(bind, charp, &nr_bind, 0444);
MODULE_PARM_DESC(bind, "Devices without a driver that are taken when the module is loaded or when they appear: virtio0,virtio3");

static bool registering;
/* Network devices by address: what is known of them. */
static DEFINE_XARRAY(offers);
/* Of a device that is about to be offered: no memory to tell which. */
static bool offers_unknown;

#define OFFER_APPEARS	xa_mk_value(1)
#define OFFER_DECLINED	xa_mk_value(2)

static bool is_named(struct virtio_device *vdev)
{
	const char *name = dev_name(&vdev->dev);
	int i;

	for (i = 0; i < nr_bind; i++)
		if (!strcmp(name, bind[i]))
			return true;
	return false;
}

static unsigned long offer_key(const struct device *dev)
{
	return (unsigned long)dev / sizeof(void *);
}

/* What it replaces, or NULL. */
static void *offer_set(struct device *dev, void *what)
{
	void *old = what ? xa_store(&offers, offer_key(dev), what, GFP_KERNEL) :
			   xa_erase(&offers, offer_key(dev));

	if (xa_is_err(old))
		WRITE_ONCE(offers_unknown, true);
	return xa_is_err(old) ? NULL : old;
}

/* 0, or -ENODEV: nobody gave us this device. */
int net_bind_check(struct virtio_device *vdev)
{
	bool offered = offer_set(&vdev->dev, NULL) == OFFER_APPEARS;

	if (is_named(vdev))
		return 0;
	if (!offered && !READ_ONCE(registering) && !READ_ONCE(offers_unknown))
		return 0;
	offer_set(&vdev->dev, OFFER_DECLINED);
	return -ENODEV;
}

/* As if nobody had tried. Its lock is held. */
static void declined_reset(struct device *dev)
{
	struct virtio_device *vdev = dev_to_virtio(dev);

	if (dev->driver && dev->driver != &net_virtio_driver.driver)
		return;
	virtio_reset_device(vdev);
	vdev->config->set_status(vdev, VIRTIO_CONFIG_S_ACKNOWLEDGE);
}

static int bus_event(struct notifier_block *nb, unsigned long event,
		     void *data)
{
	struct device *dev = data;

	if (dev_to_virtio(dev)->id.device != VIRTIO_ID_NET)
		return NOTIFY_DONE;
	if (event == BUS_NOTIFY_ADD_DEVICE)
		offer_set(dev, OFFER_APPEARS);
	else if (event == BUS_NOTIFY_BOUND_DRIVER ||
		 event == BUS_NOTIFY_DEL_DEVICE)
		offer_set(dev, NULL);
	else if (event == BUS_NOTIFY_DRIVER_NOT_BOUND &&
		 xa_cmpxchg(&offers, offer_key(dev), OFFER_DECLINED, NULL,
			    GFP_KERNEL) == OFFER_DECLINED)
		declined_reset(dev);
	return NOTIFY_DONE;
}

static struct notifier_block bus_watch = { .notifier_call = bus_event };

/* Those declined before the bus told us of anything. */
static int declined_at_start(struct device *dev, void *unused)
{
	if (dev_to_virtio(dev)->id.device != VIRTIO_ID_NET)
		return 0;
	device_lock(dev);
	if (xa_cmpxchg(&offers, offer_key(dev), OFFER_DECLINED, NULL,
		       GFP_KERNEL) == OFFER_DECLINED)
		declined_reset(dev);
	device_unlock(dev);
	return 0;
}

/* Until the bus tells what appears, whatever is offered is declined. */
int net_bind_init(void)
{
	struct device_driver *driver = &net_virtio_driver.driver;
	int err;

	WRITE_ONCE(registering, true);
	err = register_virtio_driver(&net_virtio_driver);
	if (err)
		return err;
	err = bus_register_notifier(driver->bus, &bus_watch);
	if (err) {
		unregister_virtio_driver(&net_virtio_driver);
		return err;
	}
	bus_for_each_dev(driver->bus, NULL, NULL, declined_at_start);
	WRITE_ONCE(registering, false);
	return 0;
}

void net_bind_exit(void)
{
	bus_unregister_notifier(net_virtio_driver.driver.bus,
				&bus_watch);
	unregister_virtio_driver(&net_virtio_driver);
	xa_destroy(&offers);
}

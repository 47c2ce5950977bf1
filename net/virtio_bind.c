// SPDX-License-Identifier: GPL-2.0-only
/*
 * virtio_bind.c - bind only to the devices that the administrator chose.
 *
 * A device is chosen by its name in the parameter "bind", or by writing the name to
 * /sys/bus/virtio/drivers/rtalloc_net/bind. The bus also offers every network device
 * without a driver: when this driver is registered, and when a device is added. Such
 * offers are declined, because the device may be meant for another driver. A driver is
 * not told which of these is the case. But a device that is being added is offered
 * before it is in its parent's list of children, and while the driver is registered a
 * flag is set; probing is synchronous, so it is not deferred to another thread.
 *
 * The core leaves a declined device in state FAILED, in which the next driver would find
 * it. Therefore the device is reset when the bus reports that no driver was bound.
 *
 * Locks: the device lock, which the core holds while it binds a driver.
 */
#include <linux/device.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/string.h>
#include <linux/virtio.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ids.h>

#include "net/net.h"

#define BIND_MAX	8	/* names in the parameter */

static char *bind[BIND_MAX];
static int nr_bind;
module_param_array(bind, charp, &nr_bind, 0444);
MODULE_PARM_DESC(bind, "Devices without a driver that are taken when the module is loaded or when they appear: virtio0,virtio3");

/* The driver is being registered, so the bus offers every device without a driver. */
static bool registering;
/* priv of a declined device points to this until the device is reset. */
static char declined;

static bool is_named(struct virtio_device *vdev)
{
	const char *name = dev_name(&vdev->dev);
	int i;

	for (i = 0; i < nr_bind; i++)
		if (!strcmp(name, bind[i]))
			return true;
	return false;
}

/* Return whether a device is being added, that is, not yet a child of its parent. */
static bool is_appearing(struct device *dev)
{
	struct device *child = device_find_child_by_name(dev->parent,
							 dev_name(dev));

	put_device(child);
	return !child;
}

/* Return 0 if the administrator chose this device, otherwise -ENODEV. */
int net_bind_check(struct virtio_device *vdev)
{
	if (is_named(vdev) ||
	    (!READ_ONCE(registering) && !is_appearing(&vdev->dev)))
		return 0;
	vdev->priv = &declined;
	return -ENODEV;
}

/* If a device was declined, put it into the state before probing. Its lock is held. */
static void declined_reset(struct device *dev)
{
	struct virtio_device *vdev = dev_to_virtio(dev);

	if (vdev->id.device != VIRTIO_ID_NET || vdev->priv != &declined)
		return;
	vdev->priv = NULL;
	virtio_reset_device(vdev);
	vdev->config->set_status(vdev, VIRTIO_CONFIG_S_ACKNOWLEDGE);
}

static int bus_event(struct notifier_block *nb, unsigned long event,
		     void *data)
{
	if (event == BUS_NOTIFY_DRIVER_NOT_BOUND)
		declined_reset(data);
	return NOTIFY_DONE;
}

static struct notifier_block bus_watch = { .notifier_call = bus_event };

/* Reset a device that was declined before the notifier was registered. */
static int declined_at_start(struct device *dev, void *unused)
{
	device_lock(dev);
	declined_reset(dev);
	device_unlock(dev);
	return 0;
}

/*
 * Register the driver. Devices offered meanwhile are declined, unless they are named in
 * "bind". Registering the driver sets the bus that the notifier needs, so the notifier
 * comes second, and devices that were declined before it are reset afterwards.
 */
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
	unregister_virtio_driver(&net_virtio_driver);
	bus_unregister_notifier(net_virtio_driver.driver.bus,
				&bus_watch);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * virtio_bind.c - which devices are taken: those that somebody gave us.
 *
 * A device is given by its name in the parameter "bind", or by writing it to
 * /sys/bus/virtio/drivers/rtalloc_net/bind. The bus also offers, unasked, each
 * network device that has no driver: when this one is registered, and when a
 * device appears. Such offers are declined, else loading the module would take
 * away devices that wait for another driver. A driver is not told who asks. But a
 * device that appears is offered before it becomes its parent's child, and registering
 * is never left to another thread.
 *
 * A declined device is left in state FAILED, and the next driver would find it so.
 * Therefore it is reset as soon as the bus says that no driver has it.
 *
 * Locks: a device's, held by whoever binds it.
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

static bool registering;
/* A declined device's priv points here until it is reset. */
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

/* Is it being added? Then the bus offers it, and nobody has asked for it. */
static bool is_appearing(struct device *dev)
{
	struct device *child = device_find_child_by_name(dev->parent,
							 dev_name(dev));

	put_device(child);
	return !child;
}

/* 0, or -ENODEV: nobody gave us this device. */
int net_bind_check(struct virtio_device *vdev)
{
	if (is_named(vdev) ||
	    (!READ_ONCE(registering) && !is_appearing(&vdev->dev)))
		return 0;
	vdev->priv = &declined;
	return -ENODEV;
}

/* If it was declined, as if nobody had tried. Its lock is held. */
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

/* Those declined before the bus told us of anything. */
static int declined_at_start(struct device *dev, void *unused)
{
	device_lock(dev);
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
	unregister_virtio_driver(&net_virtio_driver);
	bus_unregister_notifier(net_virtio_driver.driver.bus,
				&bus_watch);
}

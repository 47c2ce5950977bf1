// SPDX-License-Identifier: GPL-2.0-only
/*
 * virtio_bind.c - which devices are taken: those that somebody gave us.
 *
 * A device is given by its name in the parameter "bind", or by writing it to
 * /sys/bus/virtio/drivers/rtalloc_net/bind. The bus also offers, unasked, each
 * network device that has no driver: when this one is registered, and when a
 * device appears. Such offers are declined, else loading the module would take
 * away devices that wait for another driver. A driver is not told who asks, but
 * the bus says that a device appears before it offers it.
 */
#include <linux/device.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/string.h>
#include <linux/virtio.h>

#include "net/net.h"

#define BIND_MAX	8	/* names in the parameter */

static char *bind[BIND_MAX];
static int nr_bind;
module_param_array(bind, charp, &nr_bind, 0444);
MODULE_PARM_DESC(bind, "Devices without a driver that are taken when the module is loaded or when they appear: virtio0,virtio3");

static bool registering;
static struct device *appearing;	/* never followed, only compared */

static bool is_named(struct virtio_device *vdev)
{
	const char *name = dev_name(&vdev->dev);
	int i;

	for (i = 0; i < nr_bind; i++)
		if (!strcmp(name, bind[i]))
			return true;
	return false;
}

/* 0, or -ENODEV: nobody gave us this device. */
int net_bind_check(struct virtio_device *vdev)
{
	bool offered = cmpxchg(&appearing, &vdev->dev, NULL) == &vdev->dev;

	if (is_named(vdev))
		return 0;
	return offered || READ_ONCE(registering) ? -ENODEV : 0;
}

static int bus_event(struct notifier_block *nb, unsigned long event,
		     void *data)
{
	if (event == BUS_NOTIFY_ADD_DEVICE)
		WRITE_ONCE(appearing, data);
	else if (event == BUS_NOTIFY_BOUND_DRIVER ||
		 event == BUS_NOTIFY_DEL_DEVICE)
		cmpxchg(&appearing, (struct device *)data, NULL);
	return NOTIFY_DONE;
}

static struct notifier_block bus_watch = { .notifier_call = bus_event };

int net_bind_init(void)
{
	int err;

	WRITE_ONCE(registering, true);
	err = register_virtio_driver(&net_virtio_driver);
	WRITE_ONCE(registering, false);
	if (err)
		return err;
	err = bus_register_notifier(net_virtio_driver.driver.bus, &bus_watch);
	if (err)
		unregister_virtio_driver(&net_virtio_driver);
	return err;
}

void net_bind_exit(void)
{
	bus_unregister_notifier(net_virtio_driver.driver.bus, &bus_watch);
	unregister_virtio_driver(&net_virtio_driver);
}

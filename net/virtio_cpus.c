// SPDX-License-Identifier: GPL-2.0-only
/*
 * virtio_cpus.c - divide the online processors among the pairs of queues in use, for
 * interrupt affinity and for XPS; and find the NUMA node of a pair's buffers.
 *
 * When a processor comes online or goes offline, they are divided anew. The callbacks of
 * CPU hotplug hold its lock, and the RTNL is taken outside of that lock elsewhere. So they
 * only schedule a work item, which finds the processors as they are afterwards.
 */
#include <linux/cpu.h>
#include <linux/cpuhotplug.h>
#include <linux/cpumask.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/nodemask.h>
#include <linux/rtnetlink.h>
#include <linux/topology.h>
#include <linux/virtio_config.h>

#include "net/net.h"

/* The state of CPU hotplug that the devices are instances of. */
static enum cpuhp_state cpus_state;

/*
 * Set @mask to the processors of pair @i of @nr: the n-th online processor uses pair
 * n modulo @nr. If there are more pairs than online processors, pair i uses processor
 * i modulo their number.
 */
static void processors_of(struct cpumask *mask, unsigned int i, unsigned int nr)
{
	unsigned int online = num_online_cpus(), n = 0, cpu;

	cpumask_clear(mask);
	for_each_online_cpu(cpu) {
		if (n % nr == i || (nr > online && n == i % online))
			cpumask_set_cpu(cpu, mask);
		n++;
	}
}

/**
 * net_cpus_assign() - divide the online processors among the pairs in use
 * @net: the device, which has its queues
 *
 * If there is no memory, the processors stay as they are.
 *
 * Context: under the RTNL.
 */
void net_cpus_assign(struct pbuf_net *net)
{
	struct net_pair *pair;
	cpumask_var_t mask;
	unsigned int i;

	if (net->nr_pairs == 1 || !alloc_cpumask_var(&mask, GFP_KERNEL))
		return;
	for (i = 0; i < net->nr_active; i++) {
		pair = &net->pair[i];
		processors_of(mask, i, net->nr_active);
		if (cpumask_empty(mask))
			continue;
		virtqueue_set_affinity(pair->rx, mask);
		virtqueue_set_affinity(pair->tx, mask);
		netif_set_xps_queue(net->dev, mask, i);
	}
	free_cpumask_var(mask);
}

/*
 * Return the NUMA node for the buffers of a pair: that of the device, and if it has none
 * that of the first processor that processors_of() gives to the pair. For the only pair of
 * a device nobody chooses a processor, so NUMA_NO_NODE is returned: the node of the caller.
 */
int net_pair_node(const struct net_pair *pair)
{
	unsigned int i = net_pair_index(pair), cpu;
	int nid = dev_to_node(pair->net->vdev->dev.parent);

	if (nid != NUMA_NO_NODE)
		return node_online(nid) ? nid : NUMA_NO_NODE;
	if (pair->net->nr_pairs == 1)
		return NUMA_NO_NODE;
	cpu = cpumask_nth(i % num_online_cpus(), cpu_online_mask);
	return cpu < nr_cpu_ids ? cpu_to_node(cpu) : NUMA_NO_NODE;
}

/* ---- CPU hotplug -------------------------------------------------------------- */

/* While the device is suspended it has no queues; net_channels_restore() divides anew. */
static void cpus_work(struct work_struct *work)
{
	struct pbuf_net *net = container_of(work, struct pbuf_net, cpus_work);

	/* Wait until a processor that is going offline is gone. */
	cpus_read_lock();
	cpus_read_unlock();
	rtnl_lock();
	if (!net->is_frozen)
		net_cpus_assign(net);
	rtnl_unlock();
}

static int cpus_changed(unsigned int cpu, struct hlist_node *node)
{
	struct pbuf_net *net = hlist_entry_safe(node, struct pbuf_net,
						cpus_node);

	schedule_work(&net->cpus_work);
	return 0;
}

/**
 * net_cpus_start() - follow the processors that come and go
 * @net: a device that is registered
 *
 * Context: process context, without the RTNL.
 * Return: 0 or an errno.
 */
int net_cpus_start(struct pbuf_net *net)
{
	int err;

	INIT_WORK(&net->cpus_work, cpus_work);
	err = cpuhp_state_add_instance_nocalls(cpus_state, &net->cpus_node);
	/* A processor may have come or gone since the queues were set up. */
	if (!err)
		schedule_work(&net->cpus_work);
	return err;
}

/*
 * Undo net_cpus_start(). Called before the netdev is unregistered, after which nothing would
 * free what XPS allocates. Context: process context, without the RTNL.
 */
void net_cpus_stop(struct pbuf_net *net)
{
	cpuhp_state_remove_instance_nocalls(cpus_state, &net->cpus_node);
	cancel_work_sync(&net->cpus_work);
}

int net_cpus_init(void)
{
	int state = cpuhp_setup_state_multi(CPUHP_AP_ONLINE_DYN,
					    "net/rtalloc:online",
					    cpus_changed, cpus_changed);

	if (state < 0)
		return state;
	cpus_state = state;
	return 0;
}

void net_cpus_exit(void)
{
	cpuhp_remove_multi_state(cpus_state);
}

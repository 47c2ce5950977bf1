// SPDX-License-Identifier: GPL-2.0-only
/*
 * fake_virtio.c - a virtio network device whose side of the rings is played by the
 * test.
 *
 * The driver's side of the rings is the kernel's own (vring_create_virtqueue()). This
 * file is the device's side: it reads descriptors and writes used entries itself. To
 * keep it short it does not offer VIRTIO_RING_F_EVENT_IDX.
 */
#include <linux/device.h>
#include <linux/io.h>
#include <linux/rcupdate.h>
#include <linux/virtio_config.h>

#include "kunit/fake_virtio.h"

static struct fake *fake_of(struct virtio_device *vdev)
{
	return container_of(vdev, struct fake, vdev);
}

/* ---- operations of the virtio bus --------------------------------------------------- */

static void config_get(struct virtio_device *vdev, unsigned int offset,
		       void *buf, unsigned int len)
{
	struct fake *fake = fake_of(vdev);
	bool later = fake->lies_later &&
		     fake->status & VIRTIO_CONFIG_S_FEATURES_OK;

	memcpy(buf, (u8 *)(later ? &fake->later : &fake->config) + offset, len);
}

static u8 status_get(struct virtio_device *vdev)
{
	return fake_of(vdev)->status;
}

static void status_set(struct virtio_device *vdev, u8 status)
{
	fake_of(vdev)->status = status;
}

static void device_reset(struct virtio_device *vdev)
{
	struct fake *fake = fake_of(vdev);

	if (fake->at_reset && fake->status)
		fake->at_reset(fake);
	fake->status = 0;
}

static bool has_ctrl(struct fake *fake)
{
	return virtio_has_feature(&fake->vdev, VIRTIO_NET_F_CTRL_VQ);
}

/* The control queue comes after all pairs. */
static unsigned int ctrl_queue(struct fake *fake)
{
	return 2 * fake->pairs;
}

static bool notified(struct virtqueue *vq)
{
	struct fake *fake = fake_of(vq->vdev);

	fake->kicks++;
	fake->kicked[vq->index]++;
	fake->under_reset += vq->reset;
	if (has_ctrl(fake) && vq->index == ctrl_queue(fake))
		fake_commands_serve(fake);
	return true;
}

static void queues_drop(struct virtio_device *vdev)
{
	struct fake *fake = fake_of(vdev);
	unsigned int i;

	fake->has_waited = poll_state_synchronize_rcu_full(&fake->since);
	for (i = 0; i < ARRAY_SIZE(fake->vq); i++) {
		if (fake->vq[i])
			vring_del_virtqueue(fake->vq[i]);
		fake->vq[i] = NULL;
	}
}

static unsigned int ring_size(struct fake *fake, unsigned int queue)
{
	if (queue == 2 * fake->pairs)
		return fake->ring[FAKE_CTRL];
	return fake->ring[queue & 1];
}

static int queues_make(struct virtio_device *vdev, unsigned int nr,
		       struct virtqueue *vqs[], struct virtqueue_info info[],
		       struct irq_affinity *affinity)
{
	struct fake *fake = fake_of(vdev);
	unsigned int i;

	if (fake->find_error)
		return fake->find_error;
	if (nr > ARRAY_SIZE(fake->vq))
		return -ENOENT;
	fake->pairs = nr / 2;
	for (i = 0; i < nr; i++) {
		fake->seen[i] = 0;
		vqs[i] = vring_create_virtqueue(i, ring_size(fake, i),
						PAGE_SIZE, vdev, true, false,
						false, notified,
						info[i].callback, info[i].name);
		fake->vq[i] = vqs[i];
		if (!vqs[i]) {
			queues_drop(vdev);
			return -ENOMEM;
		}
		vqs[i]->num_max = ring_size(fake, i);
	}
	return 0;
}

/* Reset a single queue; the driver sets it up again and enables it. */
static int queue_reset(struct virtqueue *vq)
{
	struct fake *fake = fake_of(vq->vdev);

	if (fake->reset_error)
		return fake->reset_error;
	fake->has_waited = poll_state_synchronize_rcu_full(&fake->since);
	vq->reset = true;
	fake->seen[vq->index] = 0;
	if (fake->at_queue_reset)
		fake->at_queue_reset(fake, vq->index);
	return 0;
}

static int queue_enable(struct virtqueue *vq)
{
	vq->reset = false;
	return 0;
}

static u64 features_get(struct virtio_device *vdev)
{
	return fake_of(vdev)->features;
}

static int features_end(struct virtio_device *vdev)
{
	vring_transport_features(vdev);
	/* vring_transport_features() cleared this one, which is for the transport. */
	if (fake_of(vdev)->features & BIT_ULL(VIRTIO_F_RING_RESET))
		__virtio_set_bit(vdev, VIRTIO_F_RING_RESET);
	return 0;
}

static const char *bus_name(struct virtio_device *vdev)
{
	return "fake";
}

static const struct virtio_config_ops fake_ops = {
	.get			= config_get,
	.get_status		= status_get,
	.set_status		= status_set,
	.reset			= device_reset,
	.find_vqs		= queues_make,
	.del_vqs		= queues_drop,
	.get_features		= features_get,
	.finalize_features	= features_end,
	.bus_name		= bus_name,
	.disable_vq_and_reset	= queue_reset,
	.enable_vq_after_reset	= queue_enable,
};

/* ---- plugging -------------------------------------------------------------------- */

static void fake_release(struct device *dev)
{
	kfree(fake_of(dev_to_virtio(dev))->sent);
	kfree(fake_of(dev_to_virtio(dev)));
}

static void fake_unplug(void *data)
{
	struct fake *fake = data;
	struct device *parent = fake->vdev.dev.parent;

	unregister_virtio_device(&fake->vdev);
	root_device_unregister(parent);
}

struct fake *fake_plug(struct kunit *test, u64 features, unsigned int ring)
{
	struct fake *fake = kzalloc(sizeof(*fake), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, fake);
	fake->sent = kmalloc(FAKE_SENT_MAX, GFP_KERNEL);
	fake->ring[FAKE_RX] = ring;
	fake->ring[FAKE_TX] = max(ring, 64u);
	fake->ring[FAKE_CTRL] = 8;
	fake->refused = -1;
	fake->refused_cmd = -1;
	fake->tx = FAKE_TX;
	spin_lock_init(&fake->command_lock);
	if (features & (BIT_ULL(VIRTIO_NET_F_MQ) | BIT_ULL(VIRTIO_NET_F_RSS)))
		fake->config.max_virtqueue_pairs = __cpu_to_virtio16(true, FAKE_PAIRS);
	fake->features = features | BIT_ULL(VIRTIO_F_VERSION_1);
	memcpy(fake->config.mac, "\x02\0\0\0\0\x01", ETH_ALEN);
	fake->vdev.id.device = VIRTIO_ID_NET;
	fake->vdev.id.vendor = 0x1af4;
	fake->vdev.config = &fake_ops;
	fake->vdev.dev.release = fake_release;
	fake->vdev.dev.parent = root_device_register("rtalloc_fake");
	KUNIT_ASSERT_EQ(test, 0, register_virtio_device(&fake->vdev));
	KUNIT_ASSERT_EQ(test, 0,
			kunit_add_action_or_reset(test, fake_unplug, fake));
	return fake;
}

int fake_bind(struct fake *fake)
{
	return device_driver_attach(&net_virtio_driver.driver,
				    &fake->vdev.dev);
}

void fake_unbind(struct fake *fake)
{
	device_release_driver(&fake->vdev.dev);
}

struct pbuf_net *fake_net(struct fake *fake)
{
	return fake->vdev.priv;
}

struct net_pair *fake_pair(struct fake *fake)
{
	return fake_net(fake)->pair;
}

/* ---- the device's side of the rings -------------------------------------------------- */

unsigned int fake_posted(struct fake *fake, unsigned int queue)
{
	const struct vring *ring = virtqueue_get_vring(fake->vq[queue]);

	return (u16)(__virtio16_to_cpu(true, ring->avail->idx) - fake->seen[queue]);
}

/* Take the next buffer off a queue. Return its first descriptor, or -1 if none is there. */
static int buffer_next(struct fake *fake, unsigned int queue)
{
	const struct vring *ring = virtqueue_get_vring(fake->vq[queue]);
	u16 slot;

	if (!fake_posted(fake, queue))
		return -1;
	slot = fake->seen[queue]++ & (ring->num - 1);
	return __virtio16_to_cpu(true, ring->avail->ring[slot]);
}

void fake_used(struct fake *fake, unsigned int queue, u32 id, u32 len)
{
	const struct vring *ring = virtqueue_get_vring(fake->vq[queue]);
	u16 idx = __virtio16_to_cpu(true, ring->used->idx);
	struct vring_used_elem *used = &ring->used->ring[idx &
							 (ring->num - 1)];

	used->id = __cpu_to_virtio32(true, id);
	used->len = __cpu_to_virtio32(true, len);
	virtio_wmb(true);
	ring->used->idx = __cpu_to_virtio16(true, idx + 1);
}

void fake_ask(struct fake *fake, unsigned int queue, bool on)
{
	const struct vring *ring = virtqueue_get_vring(fake->vq[queue]);

	ring->used->flags = __cpu_to_virtio16(true, on ? 0 : VRING_USED_F_NO_NOTIFY);
}

static u8 *desc_memory(const struct vring_desc *desc, unsigned int *len)
{
	*len = __virtio32_to_cpu(true, desc->len);
	return phys_to_virt(__virtio64_to_cpu(true, desc->addr));
}

/*
 * Return the table with the descriptors of buffer @id: the ring's or, if the buffer is
 * indirect, its own. Set @id to the index of the first descriptor in it.
 */
static const struct vring_desc *buffer_table(struct fake *fake,
					     unsigned int queue, int *id)
{
	const struct vring *ring = virtqueue_get_vring(fake->vq[queue]);
	const struct vring_desc *first = &ring->desc[*id];
	unsigned int len;

	if (!(__virtio16_to_cpu(true, first->flags) & VRING_DESC_F_INDIRECT))
		return ring->desc;
	*id = 0;
	return (const void *)desc_memory(first, &len);
}

/* Write into one descriptor after the other. Return whether all bytes fitted. */
static bool buffer_write(const struct vring_desc *table, int id,
			 const u8 *from, unsigned int len)
{
	const struct vring_desc *desc;
	unsigned int room;
	u8 *to;

	do {
		desc = &table[id];
		to = desc_memory(desc, &room);
		room = min(room, len);
		memcpy(to, from, room);
		from += room;
		len -= room;
		id = __virtio16_to_cpu(true, desc->next);
	} while (__virtio16_to_cpu(true, desc->flags) & VRING_DESC_F_NEXT);
	return !len;
}

bool fake_fill(struct fake *fake, struct fake_fill fill)
{
	int first = buffer_next(fake, fake->rx), id = first;
	const struct vring_desc *table;

	if (first < 0)
		return false;
	table = buffer_table(fake, fake->rx, &id);
	if (!buffer_write(table, id, fill.data, fill.len))
		return false;
	fake_used(fake, fake->rx, first, fill.claims ?: fill.len);
	return true;
}

/* local_bh_enable() runs the softirqs that the interrupt raised, the driver's polls. */
void fake_interrupt(struct fake *fake, unsigned int queue)
{
	local_bh_disable();
	vring_interrupt(0, fake->vq[queue]);
	local_bh_enable();
}

bool fake_send_seen(struct fake *fake)
{
	int first = buffer_next(fake, fake->tx), id = first;
	const struct vring_desc *desc, *table;
	unsigned int len;
	const u8 *from;

	if (first < 0)
		return false;
	table = buffer_table(fake, fake->tx, &id);
	fake->sent_len = 0;
	fake->sent_pieces = 0;
	do {
		desc = &table[id];
		from = desc_memory(desc, &len);
		if (fake->sent_len + len > FAKE_SENT_MAX)
			return false;
		memcpy(fake->sent + fake->sent_len, from, len);
		fake->sent_len += len;
		fake->sent_pieces++;
		id = __virtio16_to_cpu(true, desc->next);
	} while (__virtio16_to_cpu(true, desc->flags) & VRING_DESC_F_NEXT);
	fake_used(fake, fake->tx, first, 0);
	return true;
}

void fake_config_set(struct fake *fake, u16 status)
{
	fake->config.status = __cpu_to_virtio16(true, status);
	virtio_config_changed(&fake->vdev);
	flush_work(&fake_net(fake)->config_work);
}

/* ---- commands ------------------------------------------------------------------------ */

/*
 * A command is a chain of two descriptors: the bytes of the command, and the byte that
 * the device writes its answer into.
 */
static void command_keep(struct fake *fake, const u8 *bytes, unsigned int len)
{
	unsigned int nr = fake->nr_commands;
	struct fake_command *command = &fake->command[nr % FAKE_COMMANDS];

	command->class = bytes[0];
	command->cmd = bytes[1];
	command->len = len - 2;
	memcpy(command->data, bytes + 2,
	       min_t(size_t, command->len, sizeof(command->data)));
	/* A test that waits for this command may look at it then: pairs with fake_command(). */
	smp_store_release(&fake->nr_commands, nr + 1);
}

static bool is_refused(const struct fake *fake, const u8 *bytes)
{
	return fake->answer == FAKE_REFUSES ||
	       (bytes[0] == fake->refused &&
		(fake->refused_cmd < 0 || bytes[1] == fake->refused_cmd));
}

static void command_answer(struct fake *fake, u8 *ack, int id, const u8 *bytes)
{
	if (is_refused(fake, bytes))
		*ack = VIRTIO_NET_ERR;
	else if (fake->answer != FAKE_WRITES_NOTHING)
		*ack = VIRTIO_NET_OK;
	if (fake->answer == FAKE_NAMES_ANOTHER)
		id = 999;
	fake_used(fake, ctrl_queue(fake), id, 1);
}

static void commands_serve(struct fake *fake)
{
	unsigned int queue = ctrl_queue(fake), len;
	const struct vring_desc *table;
	const u8 *bytes;
	int first, id;

	lockdep_assert_held(&fake->command_lock);
	while (fake->answer != FAKE_IS_SILENT &&
	       (first = buffer_next(fake, queue)) >= 0) {
		id = first;
		table = buffer_table(fake, queue, &id);
		bytes = desc_memory(&table[id], &len);
		command_keep(fake, bytes, len);
		id = __virtio16_to_cpu(true, table[id].next);
		command_answer(fake, desc_memory(&table[id], &len), first,
			       bytes);
	}
}

void fake_commands_serve(struct fake *fake)
{
	spin_lock(&fake->command_lock);
	commands_serve(fake);
	spin_unlock(&fake->command_lock);
}

void fake_late_answer(struct fake *fake, enum fake_answer next)
{
	spin_lock(&fake->command_lock);
	fake->nr_commands = 0;
	fake->answer = FAKE_TAKES;
	commands_serve(fake);
	fake->answer = next;
	spin_unlock(&fake->command_lock);
}

const struct fake_command *fake_command(struct fake *fake, u8 class, u8 cmd)
{
	const struct fake_command *command;
	unsigned int nr, i;

	/* Pairs with command_keep(). */
	nr = smp_load_acquire(&fake->nr_commands);
	for (i = 1; i <= min(nr, FAKE_COMMANDS); i++) {
		command = &fake->command[(nr - i) % FAKE_COMMANDS];
		if (command->class == class && command->cmd == cmd)
			return command;
	}
	return NULL;
}

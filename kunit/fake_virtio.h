/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fake_virtio.h - a virtio network device that a test plays itself: it sees the
 * rings as a device does, and may lie.
 */
#ifndef _RTALLOC_KUNIT_FAKE_VIRTIO_H
#define _RTALLOC_KUNIT_FAKE_VIRTIO_H

#include <linux/virtio.h>
#include <linux/virtio_net.h>
#include <linux/virtio_ring.h>

#include "kunit/common.h"
#include "net/net.h"

#define FAKE_RX		0
#define FAKE_TX		1
#define FAKE_CTRL	2	/* in struct fake's @ring only */
#define FAKE_SENT_MAX	65536
#define FAKE_PAIRS	4u
#define FAKE_QUEUES	(2 * FAKE_PAIRS + 1)
#define FAKE_COMMANDS	64u

/**
 * struct fake_command - what came over the control queue
 * @class: of commands
 * @cmd: which one
 * @len: bytes of data
 * @data: the first of them
 */
struct fake_command {
	u8 class;
	u8 cmd;
	unsigned int len;
	u8 data[64];
};

/* What the device does with a command. */
enum fake_answer {
	FAKE_TAKES,
	FAKE_REFUSES,
	FAKE_IS_SILENT,
	FAKE_WRITES_NOTHING,
	FAKE_NAMES_ANOTHER,
};

/**
 * struct fake - the device
 * @vdev: what the bus sees
 * @config: its configuration space
 * @later: what it says there once features are acknowledged, if @lies_later
 * @lies_later: see @later
 * @at_reset: what happens while it is being reset; or NULL
 * @features: what it offers
 * @since: a moment, as RCU counts, with what is expedited: that is what waits under
 *	the RTNL
 * @at_queue_reset: what happens while one queue is being reset; or NULL
 * @under_reset: how often the driver called one that was being reset
 * @has_waited: a grace period had passed since, when a queue was reset or went
 * @ring: slots of each receive queue, of each transmit queue, of the last
 * @status: as the driver left it
 * @vq: the queues; NULL while there are none
 * @seen: descriptors taken off each queue
 * @rx: the queue that fake_fill() fills
 * @tx: the queue that fake_send_seen() looks at
 * @pairs: that the driver found
 * @kicks: how often the driver called
 * @kicked: ... for each queue
 * @find_error: what find_vqs returns in place of queues
 * @reset_error: what it says to the reset of one queue
 * @answer: to commands
 * @refused: class of commands that are refused, whatever @answer says
 * @refused_cmd: only this one of them; -1: all
 * @command: those that came, the last FAKE_COMMANDS of them
 * @nr_commands: how many came
 * @sent: bytes of the packet that was sent last
 * @sent_len: how many
 * @sent_pieces: descriptors that it took
 */
struct fake {
	struct virtio_device vdev;
	struct virtio_net_config config;
	struct virtio_net_config later;
	bool lies_later;
	void (*at_reset)(struct fake *fake);
	void (*at_queue_reset)(struct fake *fake, unsigned int queue);
	unsigned int under_reset;
	u64 features;
	struct rcu_gp_oldstate since;
	bool has_waited;
	unsigned int ring[3];
	u8 status;
	struct virtqueue *vq[FAKE_QUEUES];
	u16 seen[FAKE_QUEUES];
	unsigned int rx;
	unsigned int tx;
	unsigned int pairs;
	unsigned int kicks;
	unsigned int kicked[FAKE_QUEUES];
	int find_error;
	int reset_error;
	enum fake_answer answer;
	int refused;
	int refused_cmd;
	struct fake_command command[FAKE_COMMANDS];
	unsigned int nr_commands;
	u8 *sent;
	unsigned int sent_len;
	unsigned int sent_pieces;
};

/* A device on the bus, without a driver; goes away with the test. */
struct fake *fake_plug(struct kunit *test, u64 features, unsigned int ring);
/* Give it to the driver, as sysfs' bind does; and take it away. */
int fake_bind(struct fake *fake);
void fake_unbind(struct fake *fake);
struct pbuf_net *fake_net(struct fake *fake);
/* Its first pair of queues. */
struct net_pair *fake_pair(struct fake *fake);

/* How many buffers are posted and not yet seen. */
unsigned int fake_posted(struct fake *fake, unsigned int queue);

/**
 * struct fake_fill - what the device does with one buffer
 * @data: written into it
 * @len: how many bytes
 * @claims: the length that it says; 0: the true one
 */
struct fake_fill {
	const void *data;
	unsigned int len;
	unsigned int claims;
};

/* Fill the next buffer; false: there is none, or it is too small. */
bool fake_fill(struct fake *fake, struct fake_fill fill);
/* The interrupt of a queue; the driver has done its work when it returns. */
void fake_interrupt(struct fake *fake, unsigned int queue);
/* The device wants, or does not want, to be told of buffers on a queue. */
void fake_ask(struct fake *fake, unsigned int queue, bool on);
/* Say that buffer @id is done, whether there is such a buffer or not. */
void fake_used(struct fake *fake, unsigned int queue, u32 id, u32 len);
/* Take the next packet that was sent into @sent. */
bool fake_send_seen(struct fake *fake);
void fake_config_set(struct fake *fake, u16 status);

/* The last command of this class and number, or NULL. */
const struct fake_command *fake_command(struct fake *fake, u8 class, u8 cmd);
/* Answer what was left without. */
void fake_commands_serve(struct fake *fake);

#endif /* _RTALLOC_KUNIT_FAKE_VIRTIO_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fake_virtio.h - a virtio network device whose side of the rings is played by the
 * test, which may also break the rules of virtio.
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
#define FAKE_CTRL	2	/* index into the @ring of struct fake only */
#define FAKE_SENT_MAX	65536
#define FAKE_PAIRS	4u
#define FAKE_QUEUES	(2 * FAKE_PAIRS + 1)
#define FAKE_COMMANDS	64u

/**
 * struct fake_command - a command that the driver sent over the control queue
 * @class: class of the command (VIRTIO_NET_CTRL_*)
 * @cmd: number of the command within its class
 * @len: bytes of data that came with it
 * @data: the first 64 of these bytes
 */
struct fake_command {
	u8 class;
	u8 cmd;
	unsigned int len;
	u8 data[64];
};

/**
 * enum fake_answer - what the device does with a command
 * @FAKE_TAKES: answers VIRTIO_NET_OK
 * @FAKE_REFUSES: answers VIRTIO_NET_ERR
 * @FAKE_IS_SILENT: does not answer until fake_commands_serve() is called
 * @FAKE_WRITES_NOTHING: returns the buffer as used, but writes no answer into it
 * @FAKE_NAMES_ANOTHER: returns a buffer that the driver never posted
 */
enum fake_answer {
	FAKE_TAKES,
	FAKE_REFUSES,
	FAKE_IS_SILENT,
	FAKE_WRITES_NOTHING,
	FAKE_NAMES_ANOTHER,
};

/**
 * struct fake - the device
 * @vdev: the device as the virtio bus sees it
 * @config: its configuration space
 * @later: configuration space that the driver reads in place of @config once it has
 *	acknowledged features, if @lies_later
 * @lies_later: whether @later is used
 * @at_reset: called while the device is being reset, unless it is reset already; or
 *	NULL
 * @features: features that the device offers
 * @since: state of RCU that a test recorded. It covers expedited grace periods,
 *	which are what the kernel waits for under the RTNL.
 * @at_queue_reset: called while a single queue is being reset; or NULL
 * @under_reset: notifications for a queue that was being reset; virtio forbids them
 * @has_waited: whether a grace period had ended since @since when a queue was last
 *	reset or deleted
 * @ring: slots of each receive queue, of each transmit queue, of the control queue
 * @status: status byte as the driver wrote it last
 * @vq: the queues; NULL where there is none
 * @seen: how many buffers the device has taken off each queue
 * @rx: index of the queue that fake_fill() fills
 * @tx: index of the queue that fake_send_seen() takes packets from
 * @pairs: pairs of queues that the driver asked for
 * @kicks: notifications by the driver, of all queues
 * @kicked: notifications by the driver, for each queue
 * @find_error: error that find_vqs() returns; 0: it makes the queues
 * @reset_error: error that the reset of a single queue returns; 0: it is reset
 * @answer: what the device does with commands
 * @refused: class of commands that are refused, whatever @answer says; -1: none
 * @refused_cmd: the only command of @refused that is refused; -1: all of them
 * @command_lock: held while the device takes commands, which both the test and the driver
 *	make it do; guards what @command and @nr_commands are then
 * @command: the last FAKE_COMMANDS commands, a ring buffer
 * @nr_commands: how many commands came
 * @sent: contents of the packet that the driver sent last, virtio's header included
 * @sent_len: bytes in @sent
 * @sent_pieces: descriptors that this packet consisted of
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
	spinlock_t command_lock;	/* see above */
	struct fake_command command[FAKE_COMMANDS];
	unsigned int nr_commands;
	u8 *sent;
	unsigned int sent_len;
	unsigned int sent_pieces;
};

/*
 * Put a device on the bus that has no driver and offers @features besides
 * VIRTIO_F_VERSION_1. Its receive rings have @ring slots, its transmit rings as many but
 * at least 64. It is removed when the test ends.
 */
struct fake *fake_plug(struct kunit *test, u64 features, unsigned int ring);
/* Bind the device to the driver, as bind in sysfs does. Return 0 or an errno. */
int fake_bind(struct fake *fake);
/* Unbind it. */
void fake_unbind(struct fake *fake);
/* The driver's record of the device. */
struct pbuf_net *fake_net(struct fake *fake);
/* The driver's record of the first pair of queues. */
struct net_pair *fake_pair(struct fake *fake);

/* How many buffers the driver has posted that the device has not taken yet. */
unsigned int fake_posted(struct fake *fake, unsigned int queue);

/**
 * struct fake_fill - what the device writes into one receive buffer
 * @data: the bytes
 * @len: how many bytes
 * @claims: length that the used entry states; 0: @len
 */
struct fake_fill {
	const void *data;
	unsigned int len;
	unsigned int claims;
};

/*
 * Fill the next posted buffer of queue @rx and return it as used, without an interrupt.
 * Return false if there is no such buffer or if @data does not fit.
 */
bool fake_fill(struct fake *fake, struct fake_fill fill);
/* Raise the interrupt of a queue. The softirqs that it raises have run on return. */
void fake_interrupt(struct fake *fake, unsigned int queue);
/* Choose whether the device wants notifications of buffers posted on a queue. */
void fake_ask(struct fake *fake, unsigned int queue, bool on);
/* Write a used entry for buffer @id, which need not exist. */
void fake_used(struct fake *fake, unsigned int queue, u32 id, u32 len);
/*
 * Take the next packet off queue @tx, copy it into @sent and return its buffer as used,
 * without an interrupt. Return false if the driver has sent no more.
 */
bool fake_send_seen(struct fake *fake);
/* Take all packets off it. Return how many there were. */
static inline unsigned int fake_send_all(struct fake *fake)
{
	unsigned int nr = 0;

	while (fake_send_seen(fake))
		nr++;
	return nr;
}

/* Change the link status in configuration space; the driver has handled it on return. */
void fake_config_set(struct fake *fake, u16 status);

/* The last command of this class and number, or NULL if none came. */
const struct fake_command *fake_command(struct fake *fake, u8 class, u8 cmd);
/* Answer the commands that are still on the control queue. */
void fake_commands_serve(struct fake *fake);
/*
 * Forget the commands that came so far, take those that are still on the control queue, and
 * do with later ones what @next says. No command of the driver's work comes in between.
 */
void fake_late_answer(struct fake *fake, enum fake_answer next);

#endif /* _RTALLOC_KUNIT_FAKE_VIRTIO_H */

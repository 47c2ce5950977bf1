// SPDX-License-Identifier: GPL-2.0-only
/*
 * sylixos_can.c - queue of a CAN controller's driver written for SylixOS: frames have a heap
 * of their own, in memory that is aligned for the controller. A device with frames in
 * flight cannot be closed.
 *
 * Above the line "as a module", only one include of the driver was changed. The rest makes
 * it a module: a loop takes the place of the bus, and the results are logged.
 */
#define pr_fmt(fmt) "sylixos_can: " fmt

#include <rtalloc/port/sylixos.h>	/* was: <SylixOS.h> */

#define CAN_MEMORY	4096
#define CAN_ALIGN	256

typedef struct can_frame_node {
	struct can_frame_node *next;
	unsigned int id, len;
	unsigned char data[];
} CAN_FRAME;

typedef struct {
	PVOID memory;
	PLW_CLASS_HEAP heap;
	CAN_FRAME *first, **last;
} CAN_DEV;

static CAN_DEV *canOpen(void)
{
	CAN_DEV *dev = sys_zalloc(sizeof(*dev));

	if (!dev)
		return LW_NULL;
	dev->memory = sys_malloc_align(CAN_MEMORY, CAN_ALIGN);
	if (dev->memory)
		dev->heap = _HeapCreate(dev->memory, CAN_MEMORY);
	if (!dev->heap) {
		sys_free(dev->memory);
		sys_free(dev);
		return LW_NULL;
	}
	dev->last = &dev->first;
	return dev;
}

/* Return 0, or -1 if frames are in flight. */
static int canClose(CAN_DEV *dev)
{
	if (_HeapDelete(dev->heap, LW_TRUE))
		return -1;
	sys_free(dev->memory);
	sys_free(dev);
	return 0;
}

static int canSend(CAN_DEV *dev, unsigned int id, const void *data,
		   unsigned int len)
{
	CAN_FRAME *frame = _HeapAllocate(dev->heap, sizeof(*frame) + len,
					 "can frame");

	if (!frame)
		return -1;
	*frame = (CAN_FRAME){ .id = id, .len = len };
	memcpy(frame->data, data, len);
	*dev->last = frame;
	dev->last = &frame->next;
	return 0;
}

/* Return the next frame, for canDone(), or NULL. */
static CAN_FRAME *canReceive(CAN_DEV *dev)
{
	CAN_FRAME *frame = dev->first;

	if (!frame)
		return LW_NULL;
	dev->first = frame->next;
	if (!dev->first)
		dev->last = &dev->first;
	return frame;
}

/* Return 0, or -1 if it is not a frame of this device. */
static int canDone(CAN_DEV *dev, CAN_FRAME *frame)
{
	return _HeapFree(dev->heap, frame, LW_TRUE, "can frame") ? -1 : 0;
}

/* ---- as a module ------------------------------------------------------ */

#include <linux/module.h>

static CAN_DEV *can;

static void frame_show(const CAN_FRAME *frame)
{
	pr_info("%x [%u] %*ph\n", frame->id, frame->len,
		(int)frame->len, frame->data);
}

static int __init sylixos_can_init(void)
{
	CAN_FRAME *frame;
	int sent = 0;

	can = canOpen();
	if (!can)
		return -ENOMEM;
	while (!canSend(can, 0x100 + sent, "\x11\x22\x33", 3))
		sent++;
	pr_info("%d frames fit, close: %d\n", sent, canClose(can));
	while ((frame = canReceive(can))) {
		if (!--sent)
			frame_show(frame);
		if (canDone(can, frame))
			pr_err("a frame is refused\n");
	}
	return 0;
}

static void __exit sylixos_can_exit(void)
{
	canClose(can);
}

module_init(sylixos_can_init);
module_exit(sylixos_can_exit);

MODULE_DESCRIPTION("Sample: a CAN driver written for SylixOS");
MODULE_LICENSE("GPL");

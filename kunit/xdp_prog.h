/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * xdp_prog.h - XDP programs for tests, and attaching them to the device under test by
 * ndo_bpf(), as the network does it.
 */
#ifndef _RTALLOC_KUNIT_XDP_PROG_H
#define _RTALLOC_KUNIT_XDP_PROG_H

#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/netdevice.h>
#include <linux/netlink.h>
#include <net/xdp.h>

#include "kunit/virtio_common.h"

/* What the driver said about the last attach(). */
static struct netlink_ext_ack extack;

/* Attach a program in place of the present one; NULL: detach. Return 0 or an errno. */
static inline int attach(struct bpf_prog *what)
{
	struct netdev_bpf bpf = {
		.command = XDP_SETUP_PROG, .prog = what, .extack = &extack,
	};

	memset(&extack, 0, sizeof(extack));
	return WITH_RTNL(dev->netdev_ops->ndo_bpf(dev, &bpf));
}

/* Free a program when the test ends; the driver's bpf_prog_put() never drops the last one. */
static inline void prog_free(void *what)
{
	synchronize_net();
	bpf_prog_free(what);
}

/* A program of these instructions, which is freed when the test ends. */
static inline struct bpf_prog *prog_of(struct kunit *test,
				       const struct bpf_insn *insn,
				       unsigned int nr)
{
	struct bpf_prog *made = bpf_prog_alloc(bpf_prog_size(nr), GFP_KERNEL);
	int err;

	KUNIT_ASSERT_NOT_NULL(test, made);
	made->type = BPF_PROG_TYPE_XDP;
	made->len = nr;
	memcpy(made->insnsi, insn, nr * sizeof(*insn));
	made = bpf_prog_select_runtime(made, &err);
	KUNIT_ASSERT_EQ(test, 0, err);
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, prog_free,
							   made));
	return made;
}

/* A program that returns @action. */
static inline struct bpf_prog *prog_make(struct kunit *test, u32 action)
{
	const struct bpf_insn insn[] = {
		BPF_MOV64_IMM(BPF_REG_0, action),
		BPF_EXIT_INSN(),
	};

	return prog_of(test, insn, ARRAY_SIZE(insn));
}

/*
 * Bring a device up and attach @what. The buffers on its ring were posted before that,
 * for the MTU WHOLE_MTU; the MTU is 1500 now.
 */
static inline void start_with(struct kunit *test, u64 features, struct bpf_prog *what)
{
	device_start(test, features);
	mtu_choose(test, 1500);
	KUNIT_ASSERT_EQ(test, 0, attach(what));
}

/* exit of a suite: detach the program, which is freed after this. */
static inline void xdp_end(struct kunit *test)
{
	if (fake && fake->vdev.dev.driver)
		attach(NULL);
	virtio_end(test);
}

/* The verifier does not see these programs, so they may access struct xdp_buff itself. */
#define WORD	BPF_SIZEOF(unsigned long)
#define BUFF(field)	offsetof(struct xdp_buff, field)

#endif /* _RTALLOC_KUNIT_XDP_PROG_H */

// SPDX-License-Identifier: GPL-2.0-only
/*
 * params.c - module parameters that can be changed at run time: some take one of a few
 * words, others a number. A change applies to all devices at once, except for that of
 * "buffers", which applies to devices bound later.
 */
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "net/net.h"

/* A parameter whose value is the index of a word in @words, which ends with NULL. */
struct choice {
	const char *const *words;
	int *value;
};

static int choice_set(const char *text, const struct kernel_param *param)
{
	const struct choice *choice = param->arg;
	int place = __sysfs_match_string(choice->words, -1, text);

	if (place < 0)
		return -EINVAL;
	WRITE_ONCE(*choice->value, place);
	return 0;
}

static int choice_get(char *text, const struct kernel_param *param)
{
	const struct choice *choice = param->arg;

	return sysfs_emit(text, "%s\n", choice->words[*choice->value]);
}

static const struct kernel_param_ops choice_ops = {
	.set = choice_set,
	.get = choice_get,
};

static const char *const mode_words[] = { "build", "frag", NULL };
int net_rx_mode = PBUF_SKB_BUILD;
static const struct choice mode_choice = { mode_words, &net_rx_mode };
module_param_cb(rx_mode, &choice_ops, (void *)&mode_choice, 0644);
MODULE_PARM_DESC(rx_mode, "build: the buffer becomes the sk_buff's head, nothing is copied (default); frag: headers are copied into a head of their own");

static const char *const policy_words[] = {
	"backpressure", "copy", "drop", NULL
};

int net_rx_policy = NET_BACKPRESSURE;
static const struct choice policy_choice = { policy_words, &net_rx_policy };
module_param_cb(rx_policy, &choice_ops, (void *)&policy_choice, 0644);
MODULE_PARM_DESC(rx_policy, "While fewer than low_water buffers are free: backpressure: go on, with pages of the kernel's when none is left (default); copy: copy frames; drop: of each poll copy the first and every fourth, drop the others");

unsigned int net_low_water = 64;
module_param_named(low_water, net_low_water, uint, 0644);
MODULE_PARM_DESC(low_water, "Free buffers of a device below which rx_policy applies (default 64)");

unsigned int net_copybreak = 128;
module_param_named(copybreak, net_copybreak, uint, 0644);
MODULE_PARM_DESC(copybreak, "Frames up to this length are copied into an sk_buff of their size (default 128)");

/* 8 MiB; or, with larger pages, two rings of 256 buffers. */
unsigned int net_buffers = PAGE_SHIFT > 12 ? 512 : 2048;
module_param_named(buffers, net_buffers, uint, 0644);
MODULE_PARM_DESC(buffers, "Buffers of one page that a device gets when it is bound (default 2048; 512 with pages of 16 KiB or more)");

// SPDX-License-Identifier: GPL-2.0-only
/*
 * xdp - attach XDP programs in native mode, and test frames, in the test VM.
 *
 *   xdp attach DEVICE PROGRAM	attach a program, or replace the attached one
 *   xdp detach DEVICE		detach the program
 *   xdp send ADDRESS COUNT SIZE	send datagrams with a known pattern to port 9
 *   xdp hold TAP FILE COUNT SIZE	create a tap, print "ready", and leave its frames unread
 *				until FILE exists; then compare them with those of xdp send
 *
 * These programs act on IPv4 datagrams to port 9, to which pktgen sends, too:
 *   pass, drop, abort	return this action
 *   wrong		return 77, which is no action
 *   tx			send them back, with the addresses exchanged
 *   redirect=DEVICE	send them on this device
 * This one acts on each frame:
 *   room		extend the frame by all of the headroom and by 128 bytes at its end,
 *			and undo both; drop the frame if either is refused
 *
 * Exit status: 0 done, 1 failed (the kernel's error is printed), 2 bad usage.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <linux/if_tun.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SOL_NETLINK
#define SOL_NETLINK	270
#endif

#define INSNS_MAX	64
#define DISCARD		9	/* the port */
#define FRAME_STRUCT	40	/* struct xdp_frame's place in the headroom */
#define HEADROOM	256
#define TAIL		128

struct program {
	struct bpf_insn insn[INSNS_MAX];
	unsigned int nr;
};

static void __attribute__((noreturn)) die(const char *what)
{
	fprintf(stderr, "xdp: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void __attribute__((noreturn)) usage(void)
{
	fputs("usage: xdp attach DEVICE pass|drop|abort|wrong|tx|redirect=DEVICE|room\n"
	      "       xdp detach DEVICE\n"
	      "       xdp send ADDRESS COUNT SIZE\n"
	      "       xdp hold TAP FILE COUNT SIZE\n", stderr);
	exit(2);
}

static unsigned int device(const char *name)
{
	unsigned int index = if_nametoindex(name);

	if (!index)
		die(name);
	return index;
}

/* ---- a program ---------------------------------------------------------- */

static void add(struct program *p, int code, int dst, int src, int off, int imm)
{
	p->insn[p->nr++] = (struct bpf_insn){
		.code = code, .dst_reg = dst, .src_reg = src, .off = off,
		.imm = imm,
	};
}

static void move(struct program *p, int dst, int src)
{
	add(p, BPF_ALU64 | BPF_MOV | BPF_X, dst, src, 0, 0);
}

static void set(struct program *p, int dst, int imm)
{
	add(p, BPF_ALU64 | BPF_MOV | BPF_K, dst, 0, 0, imm);
}

static void load(struct program *p, int size, int dst, int src, int off)
{
	add(p, BPF_LDX | BPF_MEM | size, dst, src, off, 0);
}

static void store(struct program *p, int size, int dst, int off, int src)
{
	add(p, BPF_STX | BPF_MEM | size, dst, src, off, 0);
}

static void call(struct program *p, int helper)
{
	add(p, BPF_JMP | BPF_CALL, 0, 0, 0, helper);
}

static void leave(struct program *p, int action)
{
	set(p, 0, action);
	add(p, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
}

/* Add instructions that pass the frame if @reg is not @imm. */
static void want(struct program *p, int reg, int imm)
{
	add(p, BPF_JMP | BPF_JEQ | BPF_K, reg, 0, 2, imm);
	leave(p, XDP_PASS);
}

/*
 * Add instructions that pass the frame unless it is a datagram to port 9. After them, r6 is the
 * context, and r2 points to the frame, which has at least 42 bytes.
 */
static void want_discard(struct program *p)
{
	load(p, BPF_W, 2, 1, offsetof(struct xdp_md, data));
	load(p, BPF_W, 3, 1, offsetof(struct xdp_md, data_end));
	move(p, 4, 2);
	add(p, BPF_ALU64 | BPF_ADD | BPF_K, 4, 0, 0, 42);
	add(p, BPF_JMP | BPF_JLE | BPF_X, 4, 3, 2, 0);
	leave(p, XDP_PASS);
	load(p, BPF_H, 5, 2, 12);
	want(p, 5, htons(0x0800));
	load(p, BPF_B, 5, 2, 23);
	want(p, 5, IPPROTO_UDP);
	load(p, BPF_H, 5, 2, 36);
	want(p, 5, htons(DISCARD));
}

static void send_back(struct program *p)
{
	load(p, BPF_W, 3, 2, 0);
	load(p, BPF_H, 4, 2, 4);
	load(p, BPF_W, 5, 2, 6);
	load(p, BPF_H, 7, 2, 10);
	store(p, BPF_W, 2, 0, 5);
	store(p, BPF_H, 2, 4, 7);
	store(p, BPF_W, 2, 6, 3);
	store(p, BPF_H, 2, 10, 4);
	leave(p, XDP_TX);
}

/* Add a call that moves one end of the frame by @by bytes, and drop the frame if it fails. */
static void adjust(struct program *p, int helper, int by)
{
	move(p, 1, 6);
	set(p, 2, by);
	call(p, helper);
	add(p, BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 2, 0);
	leave(p, XDP_DROP);
}

static void try_room(struct program *p)
{
	adjust(p, BPF_FUNC_xdp_adjust_head, -(HEADROOM - FRAME_STRUCT));
	adjust(p, BPF_FUNC_xdp_adjust_tail, TAIL);
	adjust(p, BPF_FUNC_xdp_adjust_tail, -TAIL);
	adjust(p, BPF_FUNC_xdp_adjust_head, HEADROOM - FRAME_STRUCT);
	leave(p, XDP_PASS);
}

static void redirect(struct program *p, const char *to)
{
	set(p, 1, device(to));
	set(p, 2, 0);
	call(p, BPF_FUNC_redirect);
	add(p, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
}

static void assemble(struct program *p, const char *word)
{
	move(p, 6, 1);
	if (!strcmp(word, "room")) {
		try_room(p);
		return;
	}
	want_discard(p);
	if (!strcmp(word, "pass"))
		leave(p, XDP_PASS);
	else if (!strcmp(word, "drop"))
		leave(p, XDP_DROP);
	else if (!strcmp(word, "abort"))
		leave(p, XDP_ABORTED);
	else if (!strcmp(word, "wrong"))
		leave(p, 77);
	else if (!strcmp(word, "tx"))
		send_back(p);
	else if (!strncmp(word, "redirect=", 9))
		redirect(p, word + 9);
	else
		usage();
}

static int program_load(const char *word)
{
	struct program p = { };
	union bpf_attr attr = { };
	static char log[65536];
	int fd;

	assemble(&p, word);
	attr.prog_type = BPF_PROG_TYPE_XDP;
	attr.insns = (uintptr_t)p.insn;
	attr.insn_cnt = p.nr;
	attr.license = (uintptr_t)"GPL";
	attr.log_buf = (uintptr_t)log;
	attr.log_size = sizeof(log);
	attr.log_level = 1;
	fd = syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));
	if (fd < 0) {
		fputs(log, stderr);
		die("BPF_PROG_LOAD");
	}
	return fd;
}

/* ---- attaching ------------------------------------------------------------ */

struct request {
	struct nlmsghdr hdr;
	struct ifinfomsg link;
	struct nlattr xdp;
	struct nlattr fd_attr;
	int fd;
	struct nlattr flags_attr;
	unsigned int flags;
};

/* Find the kernel's message in a netlink error, which explains the errno. */
static const char *message(const struct nlmsghdr *hdr)
{
	const struct nlmsgerr *err = NLMSG_DATA(hdr);
	const char *at, *end = (const char *)hdr + hdr->nlmsg_len;
	const struct nlattr *attr;

	if (!(hdr->nlmsg_flags & NLM_F_ACK_TLVS))
		return "";
	at = (const char *)(err + 1);
	if (!(hdr->nlmsg_flags & NLM_F_CAPPED))
		at += err->msg.nlmsg_len - sizeof(err->msg);
	for (; at + sizeof(*attr) <= end; at += NLA_ALIGN(attr->nla_len)) {
		attr = (const void *)at;
		if (attr->nla_type == NLMSGERR_ATTR_MSG)
			return (const char *)(attr + 1);
		if (!attr->nla_len)
			break;
	}
	return "";
}

static int attach(unsigned int index, int prog)
{
	struct request request = {
		.hdr = {
			.nlmsg_len = sizeof(request),
			.nlmsg_type = RTM_SETLINK,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK,
		},
		.link.ifi_index = index,
		.xdp = {
			.nla_len = sizeof(request) -
				   offsetof(struct request, xdp),
			.nla_type = IFLA_XDP | NLA_F_NESTED,
		},
		.fd_attr = { NLA_HDRLEN + 4, IFLA_XDP_FD },
		.fd = prog,
		.flags_attr = { NLA_HDRLEN + 4, IFLA_XDP_FLAGS },
		.flags = XDP_FLAGS_DRV_MODE,
	};
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE), one = 1;
	static char buf[8192] __attribute__((aligned(8)));
	struct nlmsgerr *err = NLMSG_DATA((struct nlmsghdr *)buf);

	if (fd < 0 || setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &one,
				 sizeof(one)))
		die("netlink");
	if (send(fd, &request, sizeof(request), 0) != sizeof(request) ||
	    recv(fd, buf, sizeof(buf), 0) < (ssize_t)sizeof(*err))
		die("asking the kernel");
	if (!err->error)
		return 0;
	fprintf(stderr, "xdp: %s: %s\n", strerror(-err->error),
		message((struct nlmsghdr *)buf));
	return 1;
}

/* ---- frames that somebody keeps ------------------------------------------------ */

#define PAYLOAD		42	/* where a datagram's bytes begin in its frame */
#define SIZE_MOST	2048

static uint8_t pattern(unsigned int datagram, unsigned int at)
{
	return datagram * 151 + at * 31 + (at >> 8);
}

static int shower(const char *address, unsigned int count, unsigned int size)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_port = htons(DISCARD),
	};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	uint8_t bytes[SIZE_MOST];
	unsigned int i, at;

	if (size > sizeof(bytes) || inet_pton(AF_INET, address, &to.sin_addr) != 1)
		usage();
	for (i = 0; i < count; i++) {
		for (at = 0; at < size; at++)
			bytes[at] = pattern(i, at);
		if (sendto(fd, bytes, size, 0, (void *)&to, sizeof(to)) < 0)
			die("sending");
		/* Make pauses, so that the receiver's ring does not overflow. */
		usleep(i % 16 ? 0 : 2000);
	}
	return 0;
}

static int tap_open(const char *name)
{
	struct ifreq request = { .ifr_flags = IFF_TAP | IFF_NO_PI };
	int fd = open("/dev/net/tun", O_RDWR);

	snprintf(request.ifr_name, IFNAMSIZ, "%s", name);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &request))
		die(name);
	return fd;
}

/* Is the frame an IPv4 datagram to our port? */
static bool is_ours(const uint8_t *frame, ssize_t len)
{
	return len >= PAYLOAD && frame[12] == 8 && !frame[13] &&
	       frame[23] == IPPROTO_UDP && !frame[36] && frame[37] == DISCARD;
}

static void frame_check(const uint8_t *frame, unsigned int i, unsigned int size)
{
	unsigned int at;

	for (at = 0; at < size; at++) {
		if (frame[PAYLOAD + at] == pattern(i, at))
			continue;
		fprintf(stderr, "xdp: byte %u of frame %u is 0x%02x\n", at, i,
			frame[PAYLOAD + at]);
		exit(1);
	}
}

static int hold(const char *name, const char *file, unsigned int count,
		unsigned int size)
{
	int fd = tap_open(name);
	uint8_t frame[SIZE_MOST];
	unsigned int i = 0;
	ssize_t len;

	puts("ready");
	fflush(stdout);
	while (access(file, F_OK))
		usleep(10000);
	alarm(60);
	while (i < count) {
		len = read(fd, frame, sizeof(frame));
		if (len < 0)
			die("reading");
		if (!is_ours(frame, len))
			continue;
		if (len != (ssize_t)(PAYLOAD + size)) {
			fprintf(stderr, "xdp: frame %u has %zd bytes\n", i, len);
			return 1;
		}
		frame_check(frame, i++, size);
	}
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 4 && !strcmp(argv[1], "attach"))
		return attach(device(argv[2]), program_load(argv[3]));
	if (argc == 3 && !strcmp(argv[1], "detach"))
		return attach(device(argv[2]), -1);
	if (argc == 5 && !strcmp(argv[1], "send"))
		return shower(argv[2], atoi(argv[3]), atoi(argv[4]));
	if (argc == 6 && !strcmp(argv[1], "hold"))
		return hold(argv[2], argv[3], atoi(argv[4]), atoi(argv[5]));
	usage();
}

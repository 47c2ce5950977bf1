// SPDX-License-Identifier: GPL-2.0-only
/*
 * split NAME on|off: switch whether a network device receives headers and data into separate
 * memory, like "ethtool -G NAME tcp-data-split on", which Debian 12's ethtool does not support.
 *
 * Exit status: 0 done, 1 refused (the reason is printed), 2 bad usage.
 */
#include <errno.h>
#include <linux/ethtool_netlink.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SPLIT_OFF	1	/* ETHTOOL_TCP_DATA_SPLIT_DISABLED */
#define SPLIT_ON	2	/* ETHTOOL_TCP_DATA_SPLIT_ENABLED */

struct message {
	struct nlmsghdr head;
	struct genlmsghdr gen;
	uint8_t room[512];
};

static void begin(struct message *m, int type, int cmd)
{
	memset(m, 0, sizeof(*m));
	m->head.nlmsg_type = type;
	m->head.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	m->head.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN);
	m->gen.cmd = cmd;
	m->gen.version = 1;
}

/* Add an attribute. Without data it is a container for those that follow. */
static struct nlattr *put(struct message *m, int type, const void *data,
			  size_t len)
{
	struct nlattr *a = (void *)((char *)m + m->head.nlmsg_len);

	a->nla_type = type | (data ? 0 : NLA_F_NESTED);
	a->nla_len = NLA_HDRLEN + len;
	if (data)
		memcpy(a + 1, data, len);
	m->head.nlmsg_len += NLA_HDRLEN + NLA_ALIGN(len);
	return a;
}

/* Send the message; the answer replaces it in @m. */
static int ask(int fd, struct message *m)
{
	struct nlmsgerr *answer = (void *)&m->gen;
	ssize_t len;

	if (send(fd, m, m->head.nlmsg_len, 0) < 0)
		return errno;
	len = recv(fd, m, sizeof(*m), 0);
	if (len < 0)
		return errno;
	return m->head.nlmsg_type == NLMSG_ERROR ? -answer->error : 0;
}

/* Ask for the number of the generic netlink family "ethtool"; 0 if the kernel has none. */
static int family(int fd)
{
	struct message m;
	struct nlattr *a;
	char *at, *end;

	begin(&m, GENL_ID_CTRL, CTRL_CMD_GETFAMILY);
	put(&m, CTRL_ATTR_FAMILY_NAME, ETHTOOL_GENL_NAME,
	    sizeof(ETHTOOL_GENL_NAME));
	/* This request needs no acknowledgment, because it has an answer. */
	m.head.nlmsg_flags = NLM_F_REQUEST;
	if (ask(fd, &m))
		return 0;
	end = (char *)&m + m.head.nlmsg_len;
	for (at = (char *)m.room; at < end; at += NLA_ALIGN(a->nla_len)) {
		a = (void *)at;
		if (a->nla_type == CTRL_ATTR_FAMILY_ID)
			return *(uint16_t *)(a + 1);
		if (a->nla_len < NLA_HDRLEN)
			break;
	}
	return 0;
}

int main(int argc, char **argv)
{
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC), type, err;
	uint8_t value = SPLIT_OFF;
	struct nlattr *nested;
	struct message m;

	if (argc != 3 || strlen(argv[1]) > 15 ||
	    (strcmp(argv[2], "on") && strcmp(argv[2], "off"))) {
		fputs("usage: split NAME on|off\n", stderr);
		return 2;
	}
	if (!strcmp(argv[2], "on"))
		value = SPLIT_ON;
	type = family(fd);
	begin(&m, type, ETHTOOL_MSG_RINGS_SET);
	nested = put(&m, ETHTOOL_A_RINGS_HEADER, NULL, 0);
	put(&m, ETHTOOL_A_HEADER_DEV_NAME, argv[1], strlen(argv[1]) + 1);
	nested->nla_len = (char *)&m + m.head.nlmsg_len - (char *)nested;
	put(&m, ETHTOOL_A_RINGS_TCP_DATA_SPLIT, &value, sizeof(value));
	err = type ? ask(fd, &m) : EOPNOTSUPP;
	if (err)
		printf("%s\n", strerror(err));
	return err ? 1 : 0;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * talk - send and receive TCP or UDP between two network namespaces of the test VM. The data is
 * a known pattern, and the receiver compares each byte with it.
 *
 *   talk send tcp|udp ADDRESS PORT COUNT SIZE [acked]
 *   talk recv tcp|udp PORT COUNT SIZE [hold=FILE] [splice] [acked]
 *   talk recv tcp PORT COUNT SIZE mapped [keep=FILE] [hold=FILE]
 *
 * The sender makes COUNT writes of SIZE bytes. For TCP they are one stream, for UDP numbered
 * datagrams that must arrive in order. recv prints "ready" when it can receive, and at the end
 * how much it received. Options:
 *   acked     on both sides: the sender sends a few datagrams at a time, and waits until the
 *             receiver acknowledges them
 *   hold=     do not read before FILE exists; print "held" while waiting for it
 *   splice    read through a pipe with splice(2)
 *   mapped    let the kernel map the data (TCP_ZEROCOPY_RECEIVE), read what it cannot map, and
 *             print how much was mapped and how much was copied
 *   keep=     unmap nothing before all has arrived and FILE exists; print "kept" before waiting
 *             for it, and compare the mapped data again after that
 *
 * Exit status: 0 all arrived as it was sent, 1 it did not, 2 bad usage. After fifteen minutes,
 * not counting the wait for FILE, the program is killed.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define SIZE_MAX_ONE	65507	/* the most that a UDP datagram holds */
#define QUIET_MS	60000	/* stop receiving after this time without a datagram */
#define PATIENCE	900	/* seconds until a run is killed */
#define BURST		96	/* frames sent at a time, far below any RX ring's length */
#define ODD_SAID	8	/* print at most this many datagrams that are not as sent */

struct talk {
	bool udp;
	bool splice;
	bool acked;
	bool mapped;
	const char *hold;
	const char *keep;
	long count;
	size_t size;
};

static void __attribute__((noreturn)) die(const char *what)
{
	fprintf(stderr, "talk: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void __attribute__((noreturn)) usage(void)
{
	fputs("usage: talk send tcp|udp ADDRESS PORT COUNT SIZE [acked]\n"
	      "       talk recv tcp|udp PORT COUNT SIZE [hold=FILE] [splice] [acked]\n"
	      "       talk recv tcp PORT COUNT SIZE mapped [keep=FILE] [hold=FILE]\n",
	      stderr);
	exit(2);
}

/* Compute the byte at offset @at of all data: a pattern without a short period. */
static uint8_t pattern(uint64_t at)
{
	uint64_t x = (at / 8 + 1) * 0x9e3779b97f4a7c15ull;

	x = (x ^ (x >> 29)) * 0xbf58476d1ce4e5b9ull;
	return (x ^ (x >> 32)) >> (at % 8 * 8);
}

static void fill(uint8_t *buf, size_t len, uint64_t at)
{
	size_t i;

	for (i = 0; i < len; i++)
		buf[i] = pattern(at + i);
}

/* Return how many of the bytes, counted from the first, are as they were sent. */
static size_t good_bytes(const uint8_t *buf, size_t len, uint64_t at)
{
	size_t i;

	for (i = 0; i < len && buf[i] == pattern(at + i); i++)
		;
	return i;
}

static void verify(const uint8_t *buf, size_t len, uint64_t at)
{
	size_t good = good_bytes(buf, len, at);

	if (good == len)
		return;
	printf("byte %llu is 0x%02x, wanted 0x%02x\n",
	       (unsigned long long)(at + good), buf[good], pattern(at + good));
	exit(1);
}

static struct addrinfo *resolve(const struct talk *talk, const char *address,
				const char *port)
{
	struct addrinfo hints = {
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
		.ai_family = address ? AF_UNSPEC : AF_INET6,
		.ai_socktype = talk->udp ? SOCK_DGRAM : SOCK_STREAM,
	};
	struct addrinfo *found;

	if (getaddrinfo(address, port, &hints, &found))
		usage();
	return found;
}

/* ---- sending ------------------------------------------------------------ */

static int connect_to(const struct talk *talk, const char *address,
		      const char *port)
{
	struct addrinfo *to = resolve(talk, address, port);
	int fd = socket(to->ai_family, to->ai_socktype, 0);
	int one = 1;

	if (fd < 0 || connect(fd, to->ai_addr, to->ai_addrlen))
		die("connect");
	/* Each write shall be sent in segments of its own. */
	if (!talk->udp)
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	freeaddrinfo(to);
	return fd;
}

static void send_one(int fd, const uint8_t *buf, size_t len)
{
	ssize_t done;

	while (len) {
		done = send(fd, buf, len, MSG_NOSIGNAL);
		if (done < 0)
			die("send");
		buf += done;
		len -= done;
	}
}

/*
 * Is datagram @i the last of a burst, for which the ring of a card has room? The first datagram
 * is a burst of its own: it waits until the neighbour's address is known, and later datagrams
 * could overtake it then.
 */
static bool ends_burst(const struct talk *talk, long i)
{
	long frames = talk->size / 1400 + 1;

	return !i || i * frames / BURST != (i + 1) * frames / BURST;
}

/* Stay on one processor, and so on one queue of the card: two would not keep the order. */
static void stay_here(void)
{
	cpu_set_t here;

	CPU_ZERO(&here);
	CPU_SET(sched_getcpu(), &here);
	if (sched_setaffinity(0, sizeof(here), &here))
		die("sched_setaffinity");
}

/*
 * Do not send faster than the receiver reads: wait for its acknowledgment. Without
 * acknowledgments make a pause, which may be too short on a busy machine.
 */
static void pace(const struct talk *talk, int fd, long i)
{
	char word;

	if (!talk->udp || !ends_burst(talk, i))
		return;
	if (!talk->acked)
		usleep(10000);
	else if (recv(fd, &word, 1, 0) != 1)
		die("the receiver's word");
}

static int run_send(const struct talk *talk, const char *address,
		    const char *port)
{
	static uint8_t buf[SIZE_MAX_ONE];
	int fd = connect_to(talk, address, port);
	char end;
	long i;

	if (talk->udp)
		stay_here();
	for (i = 0; i < talk->count; i++) {
		fill(buf, talk->size, i * talk->size);
		send_one(fd, buf, talk->size);
		pace(talk, fd, i);
	}
	shutdown(fd, SHUT_WR);
	/* Wait until the peer closes the stream, so that nothing is in flight afterwards. */
	if (!talk->udp && recv(fd, &end, 1, 0) != 0)
		die("the peer's end");
	return 0;
}

/* ---- receiving ---------------------------------------------------------- */

static int listen_at(const struct talk *talk, const char *port)
{
	struct addrinfo *at = resolve(talk, NULL, port);
	int fd = socket(at->ai_family, at->ai_socktype, 0);
	int one = 1, room = 16 << 20;

	if (fd < 0)
		die("socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (talk->udp)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	if (bind(fd, at->ai_addr, at->ai_addrlen))
		die("bind");
	if (!talk->udp && listen(fd, 1))
		die("listen");
	freeaddrinfo(at);
	puts("ready");
	return fd;
}

static void hold(const char *word, const char *file)
{
	puts(word);
	alarm(0);
	while (access(file, F_OK))
		usleep(10000);
	alarm(PATIENCE);
}

/* Do what read() does, but move the bytes through a pipe. */
static ssize_t read_spliced(int fd, void *buf, size_t len)
{
	static int ends[2] = { -1, -1 };
	ssize_t done;

	if (ends[0] < 0 && pipe(ends))
		die("pipe");
	done = splice(fd, NULL, ends[1], NULL, len, 0);
	return done > 0 ? read(ends[0], buf, done) : done;
}

/* ---- mapping -------------------------------------------------------------- */

#define MAP_MOST	(256u << 10)	/* bytes that are mapped at a time */

/* The mapped data, and to which bytes of the stream it belongs. */
struct view {
	uint8_t *area;
	size_t used;
	uint64_t mapped;
	uint64_t copied;
	struct part {
		uint8_t *at;
		size_t len;
		uint64_t from;
	} *part;
	size_t nr;
};

static void view_open(struct view *view, int fd, uint64_t wanted)
{
	view->area = mmap(NULL, wanted + MAP_MOST, PROT_READ, MAP_SHARED, fd,
			  0);
	/* Each mapped part has at least one page. */
	view->part = calloc(wanted / 4096 + 1, sizeof(*view->part));
	if (view->area == MAP_FAILED || !view->part)
		die("mmap");
}

/* Compare data that was mapped; if it is kept, remember it to compare it again at the end. */
static void view_add(struct view *view, const struct talk *talk, size_t len)
{
	uint64_t from = view->mapped + view->copied;
	uint8_t *at = view->area + view->used;

	verify(at, len, from);
	view->mapped += len;
	if (!talk->keep)
		return;
	view->part[view->nr++] = (struct part){ at, len, from };
	view->used += len;
}

/* Read bytes that the kernel cannot map. Return false at the end of the stream. */
static bool view_read(struct view *view, int fd, size_t len)
{
	static uint8_t buf[MAP_MOST];
	ssize_t done = read(fd, buf, len < MAP_MOST ? len : MAP_MOST);

	if (done < 0)
		die("read");
	verify(buf, done, view->mapped + view->copied);
	view->copied += done;
	return done;
}

/* Map or read what has arrived. Return false at the end of the stream. */
static bool view_receive(struct view *view, const struct talk *talk, int fd)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	struct tcp_zerocopy_receive map = {
		.address = (uintptr_t)view->area + view->used,
		.length = MAP_MOST,
	};
	socklen_t size = sizeof(map);

	if (poll(&ready, 1, -1) != 1)
		die("poll");
	/* At the end of the stream the kernel returns EIO. */
	if (getsockopt(fd, IPPROTO_TCP, TCP_ZEROCOPY_RECEIVE, &map, &size)) {
		if (errno != EIO)
			die("TCP_ZEROCOPY_RECEIVE");
		return view_read(view, fd, 1);
	}
	if (map.length)
		view_add(view, talk, map.length);
	if (map.recv_skip_hint)
		return view_read(view, fd, map.recv_skip_hint);
	return map.length || view_read(view, fd, 1);
}

static int recv_mapped(const struct talk *talk, int fd)
{
	uint64_t wanted = talk->count * talk->size;
	struct view view = { 0 };

	view_open(&view, fd, wanted);
	while (view_receive(&view, talk, fd))
		;
	if (talk->keep)
		hold("kept", talk->keep);
	while (view.nr) {
		view.nr--;
		verify(view.part[view.nr].at, view.part[view.nr].len,
		       view.part[view.nr].from);
	}
	printf("%llu mapped\n%llu copied\n", (unsigned long long)view.mapped,
	       (unsigned long long)view.copied);
	return view.mapped + view.copied == wanted ? 0 : 1;
}

/* ---- reading -------------------------------------------------------------- */

static int recv_stream(const struct talk *talk, int listener)
{
	uint64_t wanted = talk->count * talk->size, got = 0;
	static uint8_t buf[65536];
	ssize_t done;
	int fd = accept(listener, NULL, NULL);

	if (fd < 0)
		die("accept");
	if (talk->hold)
		hold("held", talk->hold);
	if (talk->mapped)
		return recv_mapped(talk, fd);
	for (;;) {
		done = talk->splice ? read_spliced(fd, buf, sizeof(buf)) :
				      read(fd, buf, sizeof(buf));
		if (done <= 0)
			break;
		verify(buf, done, got);
		got += done;
	}
	if (done < 0)
		die("read");
	printf("%llu bytes\n", (unsigned long long)got);
	return got == wanted ? 0 : 1;
}

/*
 * Print which datagram arrived in place of the one with number @got: another one, which was
 * early, late or sent twice, or one that was not sent. The receiver goes on, to print all.
 */
static void say_which(const struct talk *talk, const uint8_t *buf, long got)
{
	long i;

	for (i = 0; i < talk->count; i++)
		if (good_bytes(buf, talk->size, i * talk->size) == talk->size)
			break;
	if (i < talk->count)
		printf("%ld came as %ld, ", i, got);
	else
		printf("%ld has another byte %zu, ", got,
		       good_bytes(buf, talk->size, got * talk->size));
}

static int recv_datagrams(const struct talk *talk, int fd)
{
	struct sockaddr_storage from;
	socklen_t from_len;
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	static uint8_t buf[SIZE_MAX_ONE + 1];
	ssize_t done;
	long got, odd = 0;

	if (talk->hold)
		hold("held", talk->hold);
	for (got = 0; got < talk->count; got++) {
		if (poll(&ready, 1, QUIET_MS) != 1)
			break;
		from_len = sizeof(from);
		done = recvfrom(fd, buf, sizeof(buf), 0,
				(struct sockaddr *)&from, &from_len);
		if (done != (ssize_t)talk->size) {
			printf("datagram %ld has %zd bytes\n", got, done);
			return 1;
		}
		if (good_bytes(buf, done, got * talk->size) != talk->size &&
		    odd++ < ODD_SAID)
			say_which(talk, buf, got);
		if (talk->acked && ends_burst(talk, got) &&
		    sendto(fd, "", 1, 0, (struct sockaddr *)&from,
			   from_len) != 1)
			die("say so");
	}
	printf("%ld datagrams", got);
	printf(odd ? ", %ld not as sent\n" : "\n", odd);
	return got == talk->count && !odd ? 0 : 1;
}

/* ---- the command line --------------------------------------------------- */

static void parse_amount(struct talk *talk, const char *count,
			 const char *size)
{
	talk->count = atol(count);
	talk->size = atol(size);
	if (talk->count < 1 || talk->size < 1 || talk->size > SIZE_MAX_ONE)
		usage();
}

int main(int argc, char **argv)
{
	struct talk talk = { 0 };
	int i, fd;

	setvbuf(stdout, NULL, _IOLBF, 0);
	/* Do not hang: the failure tells more. */
	alarm(PATIENCE);
	if (argc < 6 || (strcmp(argv[2], "tcp") && strcmp(argv[2], "udp")))
		usage();
	talk.udp = !strcmp(argv[2], "udp");
	if (!strcmp(argv[1], "send") && (argc == 7 || argc == 8)) {
		talk.acked = argc == 8;
		if (talk.acked && strcmp(argv[7], "acked"))
			usage();
		parse_amount(&talk, argv[5], argv[6]);
		return run_send(&talk, argv[3], argv[4]);
	}
	if (strcmp(argv[1], "recv"))
		usage();
	parse_amount(&talk, argv[4], argv[5]);
	for (i = 6; i < argc; i++) {
		if (!strncmp(argv[i], "hold=", 5))
			talk.hold = argv[i] + 5;
		else if (!strncmp(argv[i], "keep=", 5))
			talk.keep = argv[i] + 5;
		else if (!strcmp(argv[i], "mapped"))
			talk.mapped = !talk.udp;
		else if (!strcmp(argv[i], "splice"))
			talk.splice = true;
		else if (!strcmp(argv[i], "acked"))
			talk.acked = true;
		else
			usage();
	}
	fd = listen_at(&talk, argv[3]);
	return talk.udp ? recv_datagrams(&talk, fd) : recv_stream(&talk, fd);
}

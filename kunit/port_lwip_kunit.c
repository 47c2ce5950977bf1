// SPDX-License-Identifier: GPL-2.0-only
/*
 * port_lwip_kunit.c - lwIP's functions by their own names: copying of pbufs, and
 * initialisation.
 */
#define PBUF_POOL_SIZE		8
#define PBUF_POOL_BUFSIZE	64

/* Each driver defines these; rename them, because this module has another test that does. */
#define lwip_pbuf_env		port_lwip_pbuf_env
#define memp_pools		port_lwip_memp_pools
#define lwip_stats_shown	port_lwip_stats_shown

#include <rtalloc/port/lwip_memp.h>
#include <rtalloc/port/lwip_types.h>

#include "kunit/suite.h"

#define PIECES	3

/* A chain of pbufs of these lengths, with the bytes 0, 1, 2 and so on. */
static struct pbuf *packet_open(struct kunit *test, const size_t *lens)
{
	struct pbuf *packet = NULL, *p;
	u8 byte = 0;
	int i;

	for (i = 0; i < PIECES; i++) {
		size_t at;

		p = pbuf_alloc(PBUF_RAW, lens[i], PBUF_RAM);
		KUNIT_ASSERT_NOT_NULL(test, p);
		for (at = 0; at < lens[i]; at++)
			((u8 *)p->payload)[at] = byte++;
		if (packet)
			pbuf_cat(packet, p);
		else
			packet = p;
	}
	return packet;
}

static void expect_bytes(struct kunit *test, struct pbuf *p, size_t n)
{
	size_t i;

	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_EQ(test, n, p->tot_len);
	for (i = 0; i < n; i++)
		KUNIT_EXPECT_EQ(test, (int)(u8)i, pbuf_try_get_at(p, i));
	KUNIT_EXPECT_EQ(test, -1, pbuf_try_get_at(p, n));
}

/* Packets with empty pbufs in any place are copied correctly. */
static void copied_with_empty_pbufs(struct kunit *test)
{
	static const size_t packets[][PIECES] = {
		{ 5, 5, 0 }, { 5, 0, 5 }, { 0, 5, 5 }, { 5, 0, 0 }, { 0, 0, 0 },
		{ 90, 60, 0 }, { 70, 1, 80 },
	};
	struct pbuf *p, *copy;
	size_t n;
	int i;

	memp_init();
	for (i = 0; i < ARRAY_SIZE(packets); i++) {
		n = packets[i][0] + packets[i][1] + packets[i][2];
		p = packet_open(test, packets[i]);
		copy = pbuf_clone(PBUF_RAW, PBUF_RAM, p);
		expect_bytes(test, copy, n);
		KUNIT_EXPECT_NULL(test, copy->next);
		pbuf_free(copy);
		copy = pbuf_clone(PBUF_RAW, PBUF_POOL, p);
		expect_bytes(test, copy, n);
		pbuf_free(copy);
		copy = pbuf_coalesce(p, PBUF_RAW);
		KUNIT_EXPECT_PTR_NE(test, p, copy);
		expect_bytes(test, copy, n);
		KUNIT_EXPECT_NULL(test, copy->next);
		pbuf_free(copy);
	}
	memp_exit();
}

/* A queue of several packets is not copied, nor more bytes than there are. */
static void what_is_no_packet_is_not_copied(struct kunit *test)
{
	static const size_t lens[PIECES] = { 5, 5, 0 };
	struct pbuf *p, *q;

	memp_init();
	p = packet_open(test, lens);
	q = packet_open(test, lens);
	p->next->next->next = q;
	KUNIT_EXPECT_NULL(test, pbuf_clone(PBUF_RAW, PBUF_RAM, p));
	KUNIT_EXPECT_PTR_EQ(test, p, pbuf_coalesce(p, PBUF_RAW));
	p->next->next->next = NULL;
	p->tot_len = 11;
	KUNIT_EXPECT_NULL(test, pbuf_clone(PBUF_RAW, PBUF_RAM, p));
	KUNIT_EXPECT_PTR_EQ(test, p, pbuf_coalesce(p, PBUF_RAW));
	p->tot_len = 10;
	KUNIT_EXPECT_NULL(test, pbuf_clone(PBUF_RAW, PBUF_ROM, p));
	KUNIT_EXPECT_NULL(test, pbuf_clone(PBUF_RAW, PBUF_RAM, NULL));
	KUNIT_EXPECT_NULL(test, pbuf_coalesce(NULL, PBUF_RAW));
	pbuf_free(p);
	pbuf_free(q);
	memp_exit();
}

static void is_done(void *arg)
{
	*(bool *)arg = true;
}

static void init_is_done(struct kunit *test)
{
	bool done = false;

	tcpip_init(is_done, &done);
	KUNIT_EXPECT_TRUE(test, done);
	tcpip_init(NULL, NULL);
}

/* The header of an Ethernet frame: two addresses of six bytes, and the type. */
static void header_of_a_frame(struct kunit *test)
{
	static const u8 frame[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 8, 6 };
	const struct eth_hdr *header = (const struct eth_hdr *)frame;

	KUNIT_EXPECT_EQ(test, sizeof(frame), sizeof(*header));
	KUNIT_EXPECT_EQ(test, 6, (int)header->dest.addr[5]);
	KUNIT_EXPECT_EQ(test, 7, (int)header->src.addr[0]);
	KUNIT_EXPECT_EQ(test, (int)lwip_htons(ETHTYPE_ARP), (int)header->type);
}

static void time_and_mutex(struct kunit *test)
{
	u32_t begin = sys_now();
	sys_mutex_t mutex;

	KUNIT_ASSERT_EQ(test, (err_t)ERR_OK, sys_mutex_new(&mutex));
	sys_mutex_lock(&mutex);
	KUNIT_EXPECT_TRUE(test, mutex_is_locked(&mutex.mutex));
	sys_mutex_unlock(&mutex);
	KUNIT_EXPECT_FALSE(test, mutex_is_locked(&mutex.mutex));
	sys_mutex_free(&mutex);
	sys_msleep(20);
	KUNIT_EXPECT_GE(test, sys_now() - begin, (u32_t)20);
}

static struct kunit_case port_lwip_cases[] = {
	KUNIT_CASE(copied_with_empty_pbufs),
	KUNIT_CASE(what_is_no_packet_is_not_copied),
	KUNIT_CASE(init_is_done),
	KUNIT_CASE(header_of_a_frame),
	KUNIT_CASE(time_and_mutex),
	{}
};

RTALLOC_SUITE(port_lwip);

// SPDX-License-Identifier: GPL-2.0-only
/*
 * held_cases.c - pbufs with a second reference: what calls may change for the other holder,
 * and what they refuse (defect W19 of Documentation/pbuf.rst).
 */
#include <linux/kernel.h>
#include <linux/string.h>

#include "kunit/pbuf/cases.h"

/* W19: calls changed a pbuf that somebody else held. */
static void w19_held_pbufs_do_not_change(struct pbuf_bench *b)
{
	struct pbuf *p = CHAIN(b, 10, 20, 30), *second = p->next;
	u16 sum = 0;

	pbuf_ref(second);
	EXPECT(b, pbuf_free_header(p, 15) == p);
	b->faults = 1;
	EXPECT_EQ(b, pbuf_take(p, "abcdefghijkl", 12), ERR_VAL);
	EXPECT_EQ(b, pbuf_take_at(p, "ab", 2, 29), ERR_VAL);
	EXPECT_EQ(b, pbuf_copy_partial_pbuf(p, second, 3, 9), ERR_VAL);
	EXPECT_EQ(b, pbuf_fill_chksum(second, 0, "ab", 2, &sum), ERR_VAL);
	EXPECT_EQ(b, pbuf_remove_header(second, 1), 1);
	EXPECT_EQ(b, pbuf_add_header(second, 1), 1);
	EXPECT_EQ(b, pbuf_add_header_force(second, 1), 1);
	pbuf_put_at(p, 12, 0);
	EXPECT_EQ(b, pbuf_get_at(p, 12) + pbuf_try_get_at(p, 13), 25);
	EXPECT_CHAIN(b, p, "10/60 20/50 30/30");
	EXPECT_COUNTING(b, p, 0);
	EXPECT_EQ(b, sum, 0);
	/* Bytes of pbufs before and behind the held one can be changed. */
	EXPECT_EQ(b, pbuf_take(p, "\0\1", 2), ERR_OK);
	EXPECT_EQ(b, pbuf_take_at(p, "\36", 1, 30), ERR_OK);
	EXPECT_EQ(b, pbuf_copy_partial_pbuf(p, p->next, 0, 15), ERR_OK);
	EXPECT_EQ(b, pbuf_remove_header(p, 1), 0);
	EXPECT_COUNTING(b, p, 1);
	EXPECT_EQ(b, pbuf_free(p), 1);
	EXPECT_CHAIN(b, second, "20/50 30/30");
	EXPECT_EQ(b, pbuf_free(second), 2);
}

/*
 * W19: shortening a held packet shortens it for all holders, but frees no memory: blocks of
 * the heap keep their size, and the pbufs behind stay in the chain, empty.
 */
static void w19_a_held_packet_is_shortened(struct pbuf_bench *b)
{
	struct pbuf *p = CHAIN(b, 10, 20, 30), *second = p->next;
	u64 used = heap_used(b);

	pbuf_ref(second);
	pbuf_realloc(p, 25);
	EXPECT_CHAIN(b, p, "10/25 15/15 0/0");
	EXPECT_CHAIN(b, second, "15/15 0/0");
	EXPECT_COUNTING(b, p, 0);
	EXPECT_EQ(b, heap_used(b), used);
	/* A chain that is appended comes behind the empty pbufs. */
	pbuf_cat(p, CHAIN(b, 5));
	EXPECT_CHAIN(b, p, "10/30 15/20 0/5 5/5");
	pbuf_realloc(p, 25);
	EXPECT_EQ(b, pbuf_free(second), 0);
	/* Nobody else holds it now, so the empty pbufs are freed. */
	pbuf_realloc(p, 24);
	EXPECT_CHAIN(b, p, "10/24 14/14");
	EXPECT_EQ(b, pbuf_free(p), 2);
}

/* W19: pbufs behind the cut that somebody holds keep their bytes, as in lwIP. */
static void w19_shortening_leaves_the_held_rest(struct pbuf_bench *b)
{
	struct pbuf *p = CHAIN(b, 10, 20, 30, 40), *third = p->next->next;

	pbuf_ref(p);
	pbuf_ref(third);
	pbuf_realloc(p, 5);
	EXPECT_CHAIN(b, p, "5/5 0/0");
	EXPECT_CHAIN(b, third, "30/70 40/40");
	EXPECT_REFS(b, p, "2 1");
	EXPECT_REFS(b, third, "1 1");
	EXPECT_COUNTING(b, third, 30);
	EXPECT_EQ(b, pbuf_free(p), 0);
	EXPECT_EQ(b, pbuf_free(p), 2);
	EXPECT_EQ(b, pbuf_free(third), 2);
}

/* W19: pbuf_dechain() of a held packet does not change it for its holder. */
static void w19_dechain_of_a_held_packet(struct pbuf_bench *b)
{
	struct pbuf *p = CHAIN(b, 10, 20, 30), *second = p->next;

	pbuf_ref(p);
	EXPECT(b, !pbuf_dechain(p));
	EXPECT_CHAIN(b, p, "10/10 0/0 0/0");
	EXPECT_EQ(b, pbuf_free(p), 0);
	EXPECT_EQ(b, pbuf_free(p), 3);
	p = CHAIN(b, 10, 20, 30);
	second = p->next;
	pbuf_ref(p);
	pbuf_ref(second);
	EXPECT(b, pbuf_dechain(p) == second);
	EXPECT_CHAIN(b, p, "10/10");
	EXPECT_CHAIN(b, second, "20/50 30/30");
	EXPECT_EQ(b, pbuf_free(p), 0);
	EXPECT_EQ(b, pbuf_free(p), 1);
	EXPECT_EQ(b, pbuf_free(second), 2);
}

/*
 * W19: pbufs that were cut off a held packet are gone for lwIP's functions, as they are in
 * lwIP: the packet can be copied, nothing is left behind its last byte, and its rest is what
 * was appended later.
 */
static void w19_what_was_cut_off_is_gone(struct pbuf_bench *b)
{
	struct pbuf *p = CHAIN(b, 10, 20, 30), *to = CHAIN(b, 4, 6);
	struct pbuf *more = CHAIN(b, 5);

	pbuf_ref(p);
	pbuf_realloc(p, 10);
	EXPECT_CHAIN(b, p, "10/10 0/0 0/0");
	EXPECT_EQ(b, pbuf_copy(to, p), ERR_OK);
	EXPECT_COUNTING(b, to, 0);
	pbuf_chain(p, more);
	EXPECT(b, pbuf_dechain(p) == more);
	EXPECT_CHAIN(b, p, "10/10 0/0 0/0");
	pbuf_chain(p, more);
	EXPECT_EQ(b, pbuf_free(p), 0);
	EXPECT(b, pbuf_dechain(p) == more);
	EXPECT_CHAIN(b, p, "10/10");
	EXPECT_CHAIN(b, more, "5/5");
	EXPECT_EQ(b, pbuf_free(more) + pbuf_free(to) + pbuf_free(p), 4);
	p = CHAIN(b, 10, 20);
	pbuf_ref(p);
	pbuf_realloc(p, 10);
	EXPECT_EQ(b, pbuf_free(p), 0);
	EXPECT(b, !pbuf_free_header(p, 10));
	/* An empty pbuf that was appended still ends a packet. */
	p = CHAIN(b, 10, 20);
	pbuf_ref(p);
	pbuf_realloc(p, 10);
	pbuf_cat(p, CHAIN(b, 0));
	to = CHAIN(b, 4, 6);
	EXPECT_EQ(b, pbuf_copy(to, p), ERR_VAL);
	EXPECT_EQ(b, pbuf_free(p), 0);
	EXPECT_EQ(b, pbuf_free(p) + pbuf_free(to), 5);
}

/*
 * What lwIP's TCP does with a segment that came too early: it keeps it while its input
 * function still holds it, and cuts off the bytes that a later segment has.
 */
struct segment {
	struct pbuf *p;
	unsigned int first;
};

static void segment_comes(struct pbuf_bench *b, struct segment *early,
			  unsigned int first, unsigned int last,
			  unsigned int next)
{
	struct pbuf *p = CHAIN(b, (last + 1 - first) / 2,
			       (last + 2 - first) / 2);

	count_bytes(p, first);
	pbuf_ref(p);			/* TCP keeps it, and the input function holds it */
	if (last >= next)
		pbuf_realloc(p, next - first);
	*early = (struct segment){ p, first };
	EXPECT_EQ(b, pbuf_free(p), 0);	/* the input function returns */
}

/* W19: segments with bytes 20-39, 10-24 and 0-9 become 40 bytes, each of them once. */
static void w19_tcp_puts_segments_together(struct pbuf_bench *b)
{
	struct segment early[2];
	struct pbuf *p;

	segment_comes(b, &early[1], 20, 39, 40);
	segment_comes(b, &early[0], 10, 24, early[1].first);
	p = CHAIN(b, 10);
	pbuf_cat(p, early[0].p);
	pbuf_cat(p, early[1].p);
	EXPECT_EQ(b, p->tot_len, 40);
	EXPECT_COUNTING(b, p, 0);
	EXPECT_EQ(b, pbuf_free(p), 5);
}

/* W19: pbuf_free_header() of a held packet leaves the other holder all of it. */
static void w19_free_header_of_a_held_packet(struct pbuf_bench *b)
{
	struct pbuf *p = CHAIN(b, 10, 20, 30), *q;

	pbuf_ref(p);
	EXPECT(b, pbuf_free_header(p, 35) == p);
	b->faults = 1;
	EXPECT_REFS(b, p, "2 1 1");
	q = pbuf_free_header(p, 30);
	EXPECT_CHAIN(b, q, "30/30");
	EXPECT_CHAIN(b, p, "10/60 20/50 30/30");
	EXPECT_REFS(b, p, "1 1 2");
	EXPECT_EQ(b, pbuf_free(p), 2);
	EXPECT_EQ(b, pbuf_free(q), 1);
	p = CHAIN(b, 10, 20);
	pbuf_ref(p);
	EXPECT(b, !pbuf_free_header(p, 30));
	EXPECT_CHAIN(b, p, "10/30 20/20");
	EXPECT_REFS(b, p, "1 1");
	EXPECT_EQ(b, pbuf_free(p), 2);
}

const struct pbuf_case pbuf_held_cases[] = {
	PBUF_CASE(w19_held_pbufs_do_not_change),
	PBUF_HEAP_CASE(w19_a_held_packet_is_shortened),
	PBUF_CASE(w19_shortening_leaves_the_held_rest),
	PBUF_CASE(w19_dechain_of_a_held_packet),
	PBUF_CASE(w19_what_was_cut_off_is_gone),
	PBUF_CASE(w19_tcp_puts_segments_together),
	PBUF_CASE(w19_free_header_of_a_held_packet),
	{}
};

// SPDX-License-Identifier: GPL-2.0-only
/*
 * pbuf_data.c - the bytes of a packet: copied, taken, compared, found, summed.
 *
 * A chain is walked by its pbufs' own lengths; tot_len says only whether a
 * request is refused before anything is done. So a tot_len that is wrong, or
 * cut to 16 bits by pbuf_cat(), never leads past the end of a payload. A payload
 * that is NULL ends a packet. Cost: bytes and pbufs passed, pbuf_search():
 * bytes times the length of what is looked for. No locks. Written from a
 * description of lwIP's behaviour, no code taken.
 */
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/swab.h>

#include <rtalloc/pbuf.h>
#include "net/pbuf_by.h"

/* Have @p and what comes behind it @bytes bytes, by what they say? */
static bool says_it_has(const struct pbuf *p, size_t offset, size_t bytes)
{
	return bytes <= p->tot_len && offset <= p->tot_len - bytes;
}

/* Is any of the pbufs that have these bytes somebody else's too? */
static bool is_held(const struct pbuf *p, size_t offset, size_t bytes)
{
	size_t n;

	for (; p && bytes; p = p->next, offset = 0) {
		n = offset < p->len ? min(p->len - offset, bytes) : 0;
		if (n && pbuf_is_held(p))
			return true;
		bytes -= n;
	}
	return false;
}

/* ---- from packet to packet -------------------------------------------- */

/* A place in a chain. */
struct place {
	const struct pbuf *p;
	size_t at;
};

static size_t place_room(const struct place *place)
{
	return place->at < place->p->len ? place->p->len - place->at : 0;
}

/* Past the end of a pbuf: on to the next one. False when there is none. */
static bool place_normalize(struct place *place)
{
	if (place->at >= place->p->len) {
		place->p = place->p->next;
		place->at = 0;
	}
	return place->p;
}

/* Does a packet end here, and another one follow? */
static bool is_queue(const struct pbuf *p)
{
	return p && p->next && p->len == p->tot_len;
}

/*
 * Copy @bytes from @from to @to, a piece that is whole in both at a time.
 * @one_packet: stop where a packet ends that has another one behind it.
 */
static int places_copy(struct place to, struct place from, size_t bytes,
		       bool one_packet)
{
	size_t n;

	do {
		n = min3(place_room(&to), place_room(&from), bytes);
		if (n && (!to.p->payload || !from.p->payload))
			return ERR_ARG;
		if (n)
			memcpy((u8 *)to.p->payload + to.at,
			       (const u8 *)from.p->payload + from.at, n);
		to.at += n;
		from.at += n;
		bytes -= n;
		if (!place_normalize(&from) && bytes)
			return ERR_ARG;
		if (!place_normalize(&to) && bytes)
			return ERR_ARG;
		if (one_packet && (is_queue(from.p) || is_queue(to.p)))
			return ERR_VAL;
	} while (bytes);
	return ERR_OK;
}

/**
 * pbuf_copy_partial_pbuf() - copy the front of one packet into another
 * @to: where to; its lengths stay as they are
 * @from: where from
 * @copy_len: bytes
 * @offset: where in @to
 *
 * A pbuf whose len is its tot_len while another one follows ends a packet, here
 * as in lwIP: so a packet whose last pbuf is empty cannot be copied in more
 * than one piece. pbuf_clone() can.
 *
 * Context: any.
 * Return: ERR_OK; ERR_ARG: one is NULL or too short; ERR_VAL: @to is held
 *	elsewhere, or the packet ended and another follows: then what was copied
 *	stays.
 */
int pbuf_copy_partial_pbuf(struct pbuf *to, const struct pbuf *from,
			   size_t copy_len, size_t offset)
{
	struct place there = { to, offset };

	if (!from || !to || !says_it_has(from, 0, copy_len) ||
	    !says_it_has(to, offset, copy_len))
		return ERR_ARG;
	while (there.p->next && there.at > there.p->len) {
		there.at -= there.p->len;
		there.p = there.p->next;
	}
	if (is_held(there.p, there.at, copy_len))
		return ERR_VAL;
	return places_copy(there, (struct place){ from, 0 }, copy_len, true);
}
EXPORT_SYMBOL_GPL(pbuf_copy_partial_pbuf);

/**
 * pbuf_copy() - copy a packet into another one
 * @to: where to, at least as long
 * @from: where from
 *
 * Context: any.
 * Return: as pbuf_copy_partial_pbuf().
 */
int pbuf_copy(struct pbuf *to, const struct pbuf *from)
{
	if (!from)
		return ERR_ARG;
	return pbuf_copy_partial_pbuf(to, from, from->tot_len, 0);
}
EXPORT_SYMBOL_GPL(pbuf_copy);

/* pbuf_clone_from() for @caller. */
static struct pbuf *clone_by(struct pbuf_env *env, size_t headroom,
			     unsigned int type, const struct pbuf *p,
			     unsigned long caller)
{
	struct pbuf *copy;

	if (!p || (type != PBUF_RAM && type != PBUF_POOL))
		return NULL;
	copy = pbuf_alloc_from_by(env, headroom, p->tot_len, type, caller);
	if (!copy)
		return NULL;
	if (places_copy((struct place){ copy, 0 }, (struct place){ p, 0 },
			p->tot_len, false) == ERR_OK)
		return copy;
	pbuf_free_by(copy, caller);
	return NULL;
}

/**
 * pbuf_clone_from() - a copy of a packet
 * @env: where the memory comes from
 * @headroom: bytes in front of the copy's payload
 * @type: PBUF_RAM or PBUF_POOL; others have no memory to copy to
 * @p: the packet
 *
 * Flags and the interface are not copied.
 *
 * Context: as pbuf_alloc_from(), bytes.
 * Return: the copy; NULL when there is no memory or the packet is shorter than
 *	it says.
 */
struct pbuf *pbuf_clone_from(struct pbuf_env *env, size_t headroom,
			     unsigned int type, const struct pbuf *p)
{
	return clone_by(env, headroom, type, p, _RET_IP_);
}
EXPORT_SYMBOL_GPL(pbuf_clone_from);

/**
 * pbuf_clone() - pbuf_clone_from() the default environment
 * @layer: headroom of the copy
 * @type: PBUF_RAM or PBUF_POOL
 * @p: the packet
 *
 * Context: as pbuf_clone_from().
 * Return: as pbuf_clone_from().
 */
struct pbuf *pbuf_clone(enum pbuf_layer layer, enum pbuf_type type,
			struct pbuf *p)
{
	return clone_by(pbuf_env_default(), layer, type, p, _RET_IP_);
}
EXPORT_SYMBOL_GPL(pbuf_clone);

/* pbuf_coalesce_from() for @caller. */
static struct pbuf *coalesce_by(struct pbuf_env *env, struct pbuf *p,
				size_t headroom, unsigned long caller)
{
	struct pbuf *copy;

	if (!p || !p->next)
		return p;
	copy = clone_by(env, headroom, PBUF_RAM, p, caller);
	if (!copy)
		return p;
	pbuf_free_by(p, caller);
	return copy;
}

/**
 * pbuf_coalesce_from() - make one pbuf of a chain
 * @env: where the memory comes from
 * @p: the chain
 * @headroom: bytes in front of the payload
 *
 * Context: as pbuf_clone_from(), and pbuf_free().
 * Return: the PBUF_RAM that took the place of @p, which is freed; @p itself,
 *	unchanged, when it is a single one or there is no memory.
 */
struct pbuf *pbuf_coalesce_from(struct pbuf_env *env, struct pbuf *p,
				size_t headroom)
{
	return coalesce_by(env, p, headroom, _RET_IP_);
}
EXPORT_SYMBOL_GPL(pbuf_coalesce_from);

/**
 * pbuf_coalesce() - pbuf_coalesce_from() the default environment
 * @p: the chain
 * @layer: headroom
 *
 * Context: as pbuf_coalesce_from().
 * Return: as pbuf_coalesce_from().
 */
struct pbuf *pbuf_coalesce(struct pbuf *p, enum pbuf_layer layer)
{
	return coalesce_by(pbuf_env_default(), p, layer, _RET_IP_);
}
EXPORT_SYMBOL_GPL(pbuf_coalesce);

/* ---- to and from memory ----------------------------------------------- */

/* The pbuf that has byte *@offset, which becomes the offset in it. */
static struct pbuf *find_byte(const struct pbuf *p, size_t *offset)
{
	while (p && *offset >= p->len) {
		*offset -= p->len;
		p = p->next;
	}
	return (struct pbuf *)p;
}

/**
 * pbuf_skip() - find the pbuf that has a byte
 * @in: the packet
 * @in_offset: of the byte
 * @out_offset: if not NULL, set to the byte's offset in the pbuf returned; when
 *	there is none, to how far the byte is behind the end, at most
 *	PBUF_LEN_MAX
 *
 * Context: any.
 * Return: the pbuf; NULL when the packet is too short.
 */
struct pbuf *pbuf_skip(struct pbuf *in, size_t in_offset, u16 *out_offset)
{
	struct pbuf *p = find_byte(in, &in_offset);

	if (out_offset)
		*out_offset = min_t(size_t, in_offset, PBUF_LEN_MAX);
	return p;
}
EXPORT_SYMBOL_GPL(pbuf_skip);

/**
 * pbuf_copy_partial() - copy bytes out of a packet
 * @p: the packet
 * @dataptr: where to
 * @len: bytes; of more than PBUF_LEN_MAX only so many are copied
 * @offset: of the first
 *
 * Context: any.
 * Return: how many were copied: less than @len when the packet ends before,
 *	0 when one is NULL.
 */
u16 pbuf_copy_partial(const struct pbuf *p, void *dataptr, size_t len,
		      size_t offset)
{
	size_t done = 0, n;

	if (!dataptr)
		return 0;
	len = min_t(size_t, len, PBUF_LEN_MAX);
	for (p = find_byte(p, &offset); p && done < len; p = p->next) {
		n = min(p->len - offset, len - done);
		if (n && !p->payload)
			break;
		if (n)
			memcpy(dataptr + done, p->payload + offset, n);
		done += n;
		offset = 0;
	}
	return done;
}
EXPORT_SYMBOL_GPL(pbuf_copy_partial);

/**
 * pbuf_get_contiguous() - bytes of a packet in one piece
 * @p: the packet
 * @buffer: where they are copied if they are not; NULL: they are not copied
 * @bufsize: its bytes
 * @len: how many bytes
 * @offset: of the first
 *
 * Context: any.
 * Return: a place in the packet, or @buffer; NULL when the packet is too short,
 *	@buffer is too small, whether it is needed or not, or it is needed and
 *	NULL.
 */
void *pbuf_get_contiguous(const struct pbuf *p, void *buffer, size_t bufsize,
			  size_t len, size_t offset)
{
	if (buffer && bufsize < len)
		return NULL;
	p = find_byte(p, &offset);
	if (!p || !p->payload)
		return NULL;
	if (len <= p->len - offset)
		return p->payload + offset;
	if (!buffer)
		return NULL;
	return pbuf_copy_partial(p, buffer, len, offset) == len ? buffer : NULL;
}
EXPORT_SYMBOL_GPL(pbuf_get_contiguous);

/* Write @len bytes from byte @offset of @p on. */
static int data_put(struct pbuf *p, size_t offset, const u8 *data, size_t len)
{
	size_t n;

	if (is_held(p, offset, len))
		return ERR_VAL;
	for (; len; p = p->next, offset = 0) {
		if (!p)
			return ERR_MEM;
		n = min(p->len - offset, len);
		if (n && !p->payload)
			return ERR_ARG;
		if (n)
			memcpy(p->payload + offset, data, n);
		data += n;
		len -= n;
	}
	return ERR_OK;
}

/**
 * pbuf_take() - fill the front of a packet
 * @buf: the packet; its lengths stay as they are
 * @dataptr: what with
 * @len: bytes
 *
 * Context: any.
 * Return: ERR_OK; ERR_ARG: one is NULL; ERR_MEM: the packet is shorter;
 *	ERR_VAL, with nothing changed: it is held elsewhere.
 */
int pbuf_take(struct pbuf *buf, const void *dataptr, size_t len)
{
	if (!buf || !dataptr)
		return ERR_ARG;
	if (len > buf->tot_len)
		return ERR_MEM;
	return data_put(buf, 0, dataptr, len);
}
EXPORT_SYMBOL_GPL(pbuf_take);

/**
 * pbuf_take_at() - fill a packet from some byte on
 * @buf: the packet
 * @dataptr: what with
 * @len: bytes
 * @offset: of the first
 *
 * Context: any.
 * Return: ERR_OK; ERR_MEM: the packet does not reach as far, or has no byte
 *	@offset at all; ERR_ARG: @dataptr is NULL; ERR_VAL, with nothing changed:
 *	what would be written is held elsewhere.
 */
int pbuf_take_at(struct pbuf *buf, const void *dataptr, size_t len,
		 size_t offset)
{
	struct pbuf *p = find_byte(buf, &offset);

	if (!p || !says_it_has(p, offset, len))
		return ERR_MEM;
	if (len && !dataptr)
		return ERR_ARG;
	return data_put(p, offset, dataptr, len);
}
EXPORT_SYMBOL_GPL(pbuf_take_at);

/* ---- single bytes ----------------------------------------------------- */

static u8 *byte_at(const struct pbuf *p, size_t offset, bool write)
{
	p = find_byte(p, &offset);
	if (!p || !p->payload || (write && pbuf_is_held(p)))
		return NULL;
	return (u8 *)p->payload + offset;
}

/**
 * pbuf_try_get_at() - a byte of a packet
 * @p: the packet
 * @offset: of the byte
 *
 * Context: any.
 * Return: the byte; -1 when there is none.
 */
int pbuf_try_get_at(const struct pbuf *p, size_t offset)
{
	const u8 *byte = byte_at(p, offset, false);

	return byte ? *byte : -1;
}
EXPORT_SYMBOL_GPL(pbuf_try_get_at);

/**
 * pbuf_get_at() - a byte of a packet, 0 when there is none
 * @p: the packet
 * @offset: of the byte
 *
 * Context: any.
 * Return: the byte, or 0.
 */
u8 pbuf_get_at(const struct pbuf *p, size_t offset)
{
	const u8 *byte = byte_at(p, offset, false);

	return byte ? *byte : 0;
}
EXPORT_SYMBOL_GPL(pbuf_get_at);

/**
 * pbuf_put_at() - set a byte of a packet; nothing when there is none, or when it
 *	is in a pbuf that is held elsewhere
 * @p: the packet
 * @offset: of the byte
 * @data: the byte
 *
 * Context: any.
 */
void pbuf_put_at(struct pbuf *p, size_t offset, u8 data)
{
	u8 *byte = byte_at(p, offset, true);

	if (byte)
		*byte = data;
}
EXPORT_SYMBOL_GPL(pbuf_put_at);

/* ---- comparing -------------------------------------------------------- */

static size_t first_difference(const u8 *a, const u8 *b, size_t n)
{
	size_t i;

	if (!memcmp(a, b, n))
		return n;
	for (i = 0; a[i] == b[i]; i++)
		;
	return i;
}

/* How many bytes agree, at most @n; fewer also when the chain ends. */
static size_t agree(const struct pbuf *p, size_t offset, const u8 *mem,
		    size_t n)
{
	size_t done = 0, whole, same;

	for (; p && done < n; p = p->next, offset = 0) {
		whole = min(p->len - offset, n - done);
		if (!whole)
			continue;
		if (!p->payload)
			break;
		same = first_difference(p->payload + offset, mem + done, whole);
		done += same;
		if (same < whole)
			break;
	}
	return done;
}

/**
 * pbuf_mismatch() - compare bytes of a packet with memory
 * @p: the packet
 * @offset: of the first
 * @s2: the memory
 * @n: how many bytes
 *
 * Context: any.
 * Return: 0 if they are the same, 1 + the index of the first difference;
 *	-ERANGE when the packet does not have them, -EINVAL: one is NULL.
 */
int pbuf_mismatch(const struct pbuf *p, size_t offset, const void *s2,
		  size_t n)
{
	size_t same;

	if (!p || (n && !s2))
		return -EINVAL;
	if (!says_it_has(p, offset, n))
		return -ERANGE;
	p = find_byte(p, &offset);
	same = agree(p, offset, s2, n);
	return same == n ? 0 : same + 1;
}
EXPORT_SYMBOL_GPL(pbuf_mismatch);

/**
 * pbuf_memcmp() - pbuf_mismatch() with lwIP's result
 * @p: the packet
 * @offset: of the first byte
 * @s2: the memory
 * @n: how many bytes
 *
 * Context: any.
 * Return: 0 if they are the same, 1 + the index of the first difference, at
 *	most 0xffff; 0xffff also when the packet does not have them.
 */
u16 pbuf_memcmp(const struct pbuf *p, size_t offset, const void *s2, size_t n)
{
	int at = pbuf_mismatch(p, offset, s2, n);

	return at < 0 || at > 0xffff ? 0xffff : at;
}
EXPORT_SYMBOL_GPL(pbuf_memcmp);

/**
 * pbuf_search() - find bytes in a packet
 * @p: the packet
 * @mem: the bytes
 * @mem_len: how many; 0 are found at once
 * @start_offset: where to begin
 *
 * Context: any; in the worst case the bytes of the packet times @mem_len.
 * Return: where they are; -ENOENT when they are not, -EINVAL: one is NULL.
 */
int pbuf_search(const struct pbuf *p, const void *mem, size_t mem_len,
		size_t start_offset)
{
	size_t at = start_offset, offset = start_offset, last;
	const u8 *hit;

	if (!p || (mem_len && !mem))
		return -EINVAL;
	if (!says_it_has(p, start_offset, mem_len))
		return -ENOENT;
	if (!mem_len)
		return start_offset;
	last = p->tot_len - mem_len;
	while ((p = find_byte(p, &offset)) && p->payload && at <= last) {
		hit = memchr(p->payload + offset, *(const u8 *)mem,
			     p->len - offset);
		if (!hit)
			hit = p->payload + p->len;
		at += hit - (u8 *)p->payload - offset;
		offset = hit - (u8 *)p->payload;
		if (offset == p->len || at > last)
			continue;
		if (agree(p, offset, mem, mem_len) == mem_len)
			return at;
		at++;
		offset++;
	}
	return -ENOENT;
}
EXPORT_SYMBOL_GPL(pbuf_search);

/**
 * pbuf_memfind() - pbuf_search() with lwIP's result
 * @p: the packet
 * @mem: the bytes
 * @mem_len: how many
 * @start_offset: where to begin
 *
 * Context: as pbuf_search().
 * Return: where they are; 0xffff when they are not.
 */
u16 pbuf_memfind(const struct pbuf *p, const void *mem, size_t mem_len,
		 size_t start_offset)
{
	int at = pbuf_search(p, mem, mem_len, start_offset);

	return at < 0 ? 0xffff : at;
}
EXPORT_SYMBOL_GPL(pbuf_memfind);

/**
 * pbuf_strstr() - find a string in a packet; NUL bytes in it are like others
 * @p: the packet
 * @substr: the string
 *
 * Context: as pbuf_search().
 * Return: where it is; 0xffff when it is not, when it is empty or NULL, or when
 *	the packet has PBUF_LEN_MAX bytes.
 */
u16 pbuf_strstr(const struct pbuf *p, const char *substr)
{
	if (!p || !substr || !*substr || p->tot_len == PBUF_LEN_MAX)
		return 0xffff;
	return pbuf_memfind(p, substr, strlen(substr), 0);
}
EXPORT_SYMBOL_GPL(pbuf_strstr);

/* ---- checksum --------------------------------------------------------- */

/* The sum of 16-bit words as they lie in memory, carries added at the end. */
static u16 ones_sum(const u8 *data, size_t len)
{
	u64 sum = 0;
	u16 word;

	for (; len > 1; len -= 2, data += 2) {
		memcpy(&word, data, 2);
		sum += word;
	}
	if (len) {
		word = 0;
		memcpy(&word, data, 1);
		sum += word;
	}
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

/**
 * pbuf_fill_chksum() - fill bytes of a pbuf, and add them to a checksum
 * @p: the pbuf; only its own bytes, not those of pbufs behind it
 * @start_offset: of the first
 * @dataptr: what with
 * @len: bytes, not 0
 * @chksum: the one's-complement sum of 16-bit words in memory's order, not
 *	inverted; counted as if the pbuf began at an even place
 *
 * Context: any.
 * Return: ERR_OK; with nothing changed, ERR_ARG: they do not fit, or one is
 *	NULL or 0; ERR_VAL: the pbuf is held elsewhere.
 */
int pbuf_fill_chksum(struct pbuf *p, size_t start_offset, const void *dataptr,
		     size_t len, u16 *chksum)
{
	u32 sum;

	if (!p || !dataptr || !chksum || !len || !p->payload ||
	    len > p->len || start_offset > p->len - len)
		return ERR_ARG;
	if (pbuf_is_held(p))
		return ERR_VAL;
	memcpy(p->payload + start_offset, dataptr, len);
	sum = ones_sum(p->payload + start_offset, len);
	if (start_offset & 1)
		sum = swab16(sum);
	sum += *chksum;
	*chksum = (sum & 0xffff) + (sum >> 16);
	return ERR_OK;
}
EXPORT_SYMBOL_GPL(pbuf_fill_chksum);

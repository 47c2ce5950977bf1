// SPDX-License-Identifier: GPL-2.0-only
/*
 * pbuf_data.c - copy, compare, search and sum the bytes of a packet.
 *
 * Chains are walked by the len of each pbuf. tot_len is only used to refuse a request
 * that is too long before anything is done. So a tot_len that is wrong, or truncated to
 * 16 bits by pbuf_cat(), never leads past the end of a payload. A NULL payload ends a
 * packet. Cost: linear in the bytes and pbufs passed; pbuf_search(): the bytes times the
 * length of what is searched for. No locks. Written from a description of lwIP's
 * behaviour, no code taken.
 */
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/swab.h>

#include <rtalloc/pbuf.h>
#include "net/pbuf_by.h"
#include "net/pbuf_cut.h"

/* Return whether @bytes bytes at @offset are within the packet, according to tot_len. */
static bool has_bytes(const struct pbuf *p, size_t offset, size_t bytes)
{
	return bytes <= p->tot_len && offset <= p->tot_len - bytes;
}

/* Return whether any of the pbufs that have these bytes has another holder. */
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

/* A position in a chain: offset @at in the pbuf @p. */
struct place {
	const struct pbuf *p;
	size_t at;
};

static size_t place_room(const struct place *place)
{
	return place->at < place->p->len ? place->p->len - place->at : 0;
}

/* At the end of a pbuf, move to the next one. Return false if there is none. */
static bool place_normalize(struct place *place)
{
	if (place->at >= place->p->len) {
		place->p = pbuf_uncut(place->p->next);
		place->at = 0;
	}
	return place->p;
}

/* Return whether @p is the last pbuf of a packet that is followed by another packet. */
static bool is_queue(const struct pbuf *p)
{
	return p && p->len == p->tot_len && pbuf_uncut(p->next);
}

/*
 * Copy @bytes bytes from @from to @to, in pieces that are contiguous in both. With
 * @one_packet, stop with ERR_VAL at the end of a packet that is followed by another one.
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
 * @to: the packet to copy to; its lengths do not change
 * @from: the packet to copy from
 * @copy_len: number of bytes to copy
 * @offset: offset of the first byte in @to
 *
 * As in lwIP, a pbuf whose len equals its tot_len ends a packet, even if another pbuf
 * follows. So copying fails with ERR_VAL when it reaches such a pbuf, for example one
 * that is followed by an empty last pbuf. pbuf_clone() can copy such a packet.
 *
 * Context: any.
 * Return: ERR_OK; ERR_ARG if a packet is NULL or too short; ERR_VAL if pbufs of @to have
 *	other holders, or if a packet ended and another one follows. In the last case
 *	some bytes may have been copied.
 */
int pbuf_copy_partial_pbuf(struct pbuf *to, const struct pbuf *from,
			   size_t copy_len, size_t offset)
{
	struct place there = { to, offset };

	if (!from || !to || !has_bytes(from, 0, copy_len) ||
	    !has_bytes(to, offset, copy_len))
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
 * @to: the packet to copy to, which must be at least as long
 * @from: the packet to copy from
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

/* pbuf_clone_from() on behalf of the code at @caller. */
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
 * pbuf_clone_from() - allocate a copy of a packet
 * @env: the environment to allocate from
 * @headroom: bytes of headroom in front of the copy's payload
 * @type: PBUF_RAM or PBUF_POOL, the types with memory of their own
 * @p: the packet
 *
 * Flags and the interface are not copied.
 *
 * Context: as pbuf_alloc_from(); the time is linear in the number of bytes.
 * Return: the copy; NULL if there is no memory, @type is another one, or the packet is
 *	shorter than its tot_len.
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

/* pbuf_coalesce_from() on behalf of the code at @caller. */
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
 * pbuf_coalesce_from() - replace a chain by a single pbuf
 * @env: the environment to allocate from
 * @p: the chain
 * @headroom: bytes of headroom in front of the payload
 *
 * Context: as pbuf_clone_from() and pbuf_free().
 * Return: a new PBUF_RAM with the bytes of @p, which is freed; or @p itself, unchanged,
 *	if it is a single pbuf or there is no memory.
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

/*
 * Return the pbuf that contains byte *@offset, and set *@offset to the offset in it.
 * Return NULL if the packet is too short.
 */
static struct pbuf *find_byte(const struct pbuf *p, size_t *offset)
{
	while (p && *offset >= p->len) {
		*offset -= p->len;
		p = p->next;
	}
	return (struct pbuf *)p;
}

/**
 * pbuf_skip() - find the pbuf that contains a byte
 * @in: the packet
 * @in_offset: offset of the byte in the packet
 * @out_offset: if not NULL, set to the offset of the byte in the returned pbuf; if the
 *	packet is too short, set to the distance of the byte from its end, PBUF_LEN_MAX
 *	at most
 *
 * Context: any.
 * Return: the pbuf, or NULL if the packet is too short.
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
 * @dataptr: the memory to copy to
 * @len: number of bytes to copy; at most PBUF_LEN_MAX are copied
 * @offset: offset of the first byte in the packet
 *
 * Context: any.
 * Return: the number of bytes copied: fewer than @len if the packet ends before, 0 if
 *	@p or @dataptr is NULL.
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
 * pbuf_get_contiguous() - get bytes of a packet in one piece
 * @p: the packet
 * @buffer: memory to which the bytes are copied if they are in several pbufs; or NULL,
 *	which makes that case fail
 * @bufsize: size of @buffer in bytes
 * @len: number of bytes
 * @offset: offset of the first byte in the packet
 *
 * Context: any.
 * Return: the address of the bytes in the packet, or @buffer; NULL if the packet is too
 *	short, if @buffer is needed and NULL, or if it is smaller than @len, even if it is
 *	not needed.
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

/* Write @len bytes at @offset of @p, unless any of its pbufs there has another holder. */
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
 * pbuf_take() - copy bytes into the front of a packet
 * @buf: the packet; its lengths do not change
 * @dataptr: the bytes
 * @len: number of bytes
 *
 * Context: any.
 * Return: ERR_OK; ERR_ARG if an argument is NULL; ERR_MEM if the packet is shorter;
 *	ERR_VAL, with nothing changed, if pbufs to be written have other holders.
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
 * pbuf_take_at() - copy bytes into a packet at an offset
 * @buf: the packet; its lengths do not change
 * @dataptr: the bytes
 * @len: number of bytes
 * @offset: offset of the first byte in the packet
 *
 * Context: any.
 * Return: ERR_OK; ERR_MEM if the packet is too short, also if @len is 0 and it has no byte
 *	at @offset; ERR_ARG if @dataptr is NULL; ERR_VAL, with nothing changed, if pbufs
 *	to be written have other holders.
 */
int pbuf_take_at(struct pbuf *buf, const void *dataptr, size_t len,
		 size_t offset)
{
	struct pbuf *p = find_byte(buf, &offset);

	if (!p || !has_bytes(p, offset, len))
		return ERR_MEM;
	if (len && !dataptr)
		return ERR_ARG;
	return data_put(p, offset, dataptr, len);
}
EXPORT_SYMBOL_GPL(pbuf_take_at);

/* ---- single bytes ----------------------------------------------------- */

/* Return the address of a byte, or NULL if there is none or it must not be written. */
static u8 *byte_at(const struct pbuf *p, size_t offset, bool write)
{
	p = find_byte(p, &offset);
	if (!p || !p->payload || (write && pbuf_is_held(p)))
		return NULL;
	return (u8 *)p->payload + offset;
}

/**
 * pbuf_try_get_at() - get a byte of a packet, or an error
 * @p: the packet
 * @offset: offset of the byte in the packet
 *
 * Context: any.
 * Return: the byte, or -1 if the packet is too short.
 */
int pbuf_try_get_at(const struct pbuf *p, size_t offset)
{
	const u8 *byte = byte_at(p, offset, false);

	return byte ? *byte : -1;
}
EXPORT_SYMBOL_GPL(pbuf_try_get_at);

/**
 * pbuf_get_at() - get a byte of a packet
 * @p: the packet
 * @offset: offset of the byte in the packet
 *
 * Context: any.
 * Return: the byte, or 0 if the packet is too short.
 */
u8 pbuf_get_at(const struct pbuf *p, size_t offset)
{
	const u8 *byte = byte_at(p, offset, false);

	return byte ? *byte : 0;
}
EXPORT_SYMBOL_GPL(pbuf_get_at);

/**
 * pbuf_put_at() - set a byte of a packet
 * @p: the packet
 * @offset: offset of the byte in the packet
 * @data: its new value
 *
 * Does nothing if the packet is too short, or if the byte's pbuf has another holder.
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

/* Return how many bytes agree before the first difference or the end of the chain. */
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
 * @offset: offset of the first byte in the packet
 * @s2: the memory
 * @n: number of bytes
 *
 * Context: any.
 * Return: 0 if the bytes are equal, otherwise 1 + the index of the first difference;
 *	-ERANGE if the packet is too short; -EINVAL if @p or @s2 is NULL.
 */
int pbuf_mismatch(const struct pbuf *p, size_t offset, const void *s2,
		  size_t n)
{
	size_t same;

	if (!p || (n && !s2))
		return -EINVAL;
	if (!has_bytes(p, offset, n))
		return -ERANGE;
	p = find_byte(p, &offset);
	same = agree(p, offset, s2, n);
	return same == n ? 0 : same + 1;
}
EXPORT_SYMBOL_GPL(pbuf_mismatch);

/**
 * pbuf_memcmp() - pbuf_mismatch() with the return value of lwIP
 * @p: the packet
 * @offset: offset of the first byte in the packet
 * @s2: the memory
 * @n: number of bytes
 *
 * Context: any.
 * Return: 0 if the bytes are equal, otherwise 1 + the index of the first difference, at
 *	most 0xffff; 0xffff also on error.
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
 * @mem: the bytes to find
 * @mem_len: number of bytes; 0 bytes are found at @start_offset
 * @start_offset: offset in the packet to begin at
 *
 * Context: any. The time is at worst the length of the packet times @mem_len.
 * Return: the offset of the bytes; -ENOENT if they are not found; -EINVAL if @p or @mem is
 *	NULL.
 */
int pbuf_search(const struct pbuf *p, const void *mem, size_t mem_len,
		size_t start_offset)
{
	size_t at = start_offset, offset = start_offset, last;
	const u8 *hit;

	if (!p || (mem_len && !mem))
		return -EINVAL;
	if (!has_bytes(p, start_offset, mem_len))
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
 * pbuf_memfind() - pbuf_search() with the return value of lwIP
 * @p: the packet
 * @mem: the bytes to find
 * @mem_len: number of bytes
 * @start_offset: offset in the packet to begin at
 *
 * Context: as pbuf_search().
 * Return: the offset of the bytes, or 0xffff if they are not found.
 */
u16 pbuf_memfind(const struct pbuf *p, const void *mem, size_t mem_len,
		 size_t start_offset)
{
	int at = pbuf_search(p, mem, mem_len, start_offset);

	return at < 0 ? 0xffff : at;
}
EXPORT_SYMBOL_GPL(pbuf_memfind);

/**
 * pbuf_strstr() - find a string in a packet
 * @p: the packet; a NUL byte in it does not end the search
 * @substr: the string
 *
 * Context: as pbuf_search().
 * Return: the offset of the string; 0xffff if it is not found, if it is empty or NULL, or
 *	if the packet has PBUF_LEN_MAX bytes.
 */
u16 pbuf_strstr(const struct pbuf *p, const char *substr)
{
	if (!p || !substr || !*substr || p->tot_len == PBUF_LEN_MAX)
		return 0xffff;
	return pbuf_memfind(p, substr, strlen(substr), 0);
}
EXPORT_SYMBOL_GPL(pbuf_strstr);

/* ---- checksum --------------------------------------------------------- */

/* Return the one's-complement sum of the 16-bit words, in the order of memory. */
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
 * pbuf_fill_chksum() - copy bytes into a pbuf, and add them to a checksum
 * @p: the pbuf; pbufs behind it are not written
 * @start_offset: offset of the first byte in @p
 * @dataptr: the bytes
 * @len: number of bytes, at least 1
 * @chksum: the sum to add to: the one's-complement sum of 16-bit words in the order of
 *	memory, not inverted, where the first byte of @p has an even offset
 *
 * Context: any.
 * Return: ERR_OK; or, with nothing changed, ERR_ARG if the bytes do not fit, an argument
 *	is NULL or @len is 0; ERR_VAL if the pbuf has another holder.
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

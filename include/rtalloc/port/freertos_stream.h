/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * freertos_stream.h - FreeRTOS's stream buffers and message buffers: optional, for
 * drivers that hand bytes from an interrupt to a task.
 *
 *   stream buffer    bytes; who waits for some is woken when there are as many as
 *                    the trigger level says, or when its time is over
 *   message buffer   the same with a length in front of each message, of size_t,
 *                    which takes room too; messages come and go whole
 *
 * A lock guards the bytes, so unlike there any number may read and write. They are
 * copied with interrupts off: the time of that grows with the bytes.
 *
 * Buffers lie in the heap of freertos.h. Not here: what is made from static memory,
 * and callbacks.
 *
 * What holds for all objects, and the classes of ``Context:``, are in
 * freertos_ipc.h. A message buffer is taken by the functions of streams, under both
 * names.
 */
#ifndef _RTALLOC_PORT_FREERTOS_STREAM_H
#define _RTALLOC_PORT_FREERTOS_STREAM_H

#include <linux/minmax.h>
#include <rtalloc/port/freertos_ipc.h>

/**
 * struct freertos_stream - a stream or message buffer, known by its handle
 * @lock: guards what is below
 * @readers: who waits for bytes
 * @writers: who waits for room
 * @size: bytes that there is room for, with the lengths of messages
 * @trigger: bytes that must be there before a reader is woken, at least 1
 * @header: bytes of the length of a message; 0: these are bytes
 * @count: bytes in it, with the lengths of messages
 * @first: index of the oldest
 * @bytes: a ring of @size
 */
struct freertos_stream {
	spinlock_t lock;	/* guards what is below */
	wait_queue_head_t readers;
	wait_queue_head_t writers;
	size_t size;
	size_t trigger;
	size_t header;		/* of a message; 0: these are bytes */
	size_t count;
	size_t first;
	uint8_t bytes[];
};

typedef struct freertos_stream *StreamBufferHandle_t;
typedef struct freertos_stream *MessageBufferHandle_t;

static inline StreamBufferHandle_t __freertos_stream_create(size_t size,
							    size_t trigger,
							    size_t header)
{
	StreamBufferHandle_t stream;

	if (size <= header || trigger > size || size > SIZE_MAX / 2)
		return NULL;
	stream = pvPortCalloc(1, sizeof(*stream) + size);
	if (!stream)
		return NULL;
	spin_lock_init(&stream->lock);
	init_waitqueue_head(&stream->readers);
	init_waitqueue_head(&stream->writers);
	stream->size = size;
	stream->trigger = trigger ?: 1;
	stream->header = header;
	return stream;
}

/**
 * xStreamBufferCreate() - make an empty stream buffer
 * @size: bytes that there is room for, not 0
 * @trigger: bytes for which a waiting reader is woken, at most @size; 0 means 1
 *
 * Context: Sender.
 * Return: the buffer, or NULL: there is no memory, or one of the two is not
 *	allowed.
 */
#define xStreamBufferCreate(size, trigger)				\
	__freertos_stream_create(size, trigger, 0)

/**
 * xMessageBufferCreate() - make an empty message buffer
 * @size: bytes that there is room for; each message takes sizeof(size_t) beside its
 *	own
 *
 * Context: Sender.
 * Return: the buffer, or NULL: there is no memory, or not one byte would fit.
 */
#define xMessageBufferCreate(size)					\
	__freertos_stream_create(size, 1, sizeof(size_t))

/**
 * vStreamBufferDelete() - free a buffer with all bytes in it
 * @stream: the buffer; NULL does nothing
 *
 * Nobody is woken, so nobody may wait or work on it: tasks that use it have ended,
 * see vTaskDelete().
 *
 * Context: Sender.
 */
static inline void vStreamBufferDelete(StreamBufferHandle_t stream)
{
	vPortFree(stream);
}

/* ---- bytes, with the lock held --------------------------------------------- */

static inline void __freertos_bytes_put(StreamBufferHandle_t stream,
					const void *from, size_t n)
{
	size_t at = (stream->first + stream->count) % stream->size;
	size_t part = min(n, stream->size - at);

	memcpy(stream->bytes + at, from, part);
	memcpy(stream->bytes, (const uint8_t *)from + part, n - part);
	stream->count += n;
}

static inline void __freertos_bytes_peek(StreamBufferHandle_t stream, void *to,
					 size_t n)
{
	size_t part = min(n, stream->size - stream->first);

	memcpy(to, stream->bytes + stream->first, part);
	memcpy((uint8_t *)to + part, stream->bytes, n - part);
}

static inline void __freertos_bytes_get(StreamBufferHandle_t stream, void *to,
					size_t n)
{
	__freertos_bytes_peek(stream, to, n);
	stream->first = (stream->first + n) % stream->size;
	stream->count -= n;
}

/* Of the next message; 0: there is none. */
static inline size_t __freertos_next(StreamBufferHandle_t stream)
{
	size_t len = 0;

	if (stream->count)
		__freertos_bytes_peek(stream, &len, sizeof(len));
	return len;
}

/* ---- sending --------------------------------------------------------------- */

/* All of @len or nothing, unless @part; false: nothing was sent. */
static inline bool __freertos_stream_put(StreamBufferHandle_t stream,
					 const void *data, size_t len,
					 bool part, size_t *sent)
{
	unsigned long flags;
	size_t room, n = len;
	bool is_enough;

	spin_lock_irqsave(&stream->lock, flags);
	room = stream->size - stream->count;
	if (part && !stream->header)
		n = min(len, room);
	if (n > room || stream->header > room - n)
		n = 0;
	if (n && stream->header)
		__freertos_bytes_put(stream, &n, sizeof(n));
	if (n)
		__freertos_bytes_put(stream, data, n);
	is_enough = n && stream->count >= stream->trigger;
	if (is_enough)
		wake_up(&stream->readers);
	spin_unlock_irqrestore(&stream->lock, flags);
	*sent = n;
	return n;
}

/**
 * xStreamBufferSend() - put bytes, or a message, into a buffer
 * @stream: the buffer
 * @data: the bytes, which are copied
 * @len: bytes; of a stream at most as many as it has room for in all are sent by
 *	one call, a message that can never fit is not waited for
 * @ticks: ticks to wait at most for room for all of it
 *
 * When the time is over, or the task is being deleted, a stream takes what fits. A
 * message is sent whole or not at all.
 *
 * Context: Waiter.
 * Return: bytes that were sent; 0 also for a @len of 0.
 */
static inline size_t xStreamBufferSend(StreamBufferHandle_t stream,
				       const void *data, size_t len,
				       TickType_t ticks)
{
	size_t sent = 0, whole = min(len, stream->size);

	if (!len || (stream->header && len > stream->size - stream->header))
		return 0;
	if (port_wait(stream->writers,
		      __freertos_stream_put(stream, data, whole, false, &sent),
		      __freertos_ticks(ticks)))
		__freertos_stream_put(stream, data, whole, true, &sent);
	return sent;
}

/**
 * xStreamBufferSendFromISR() - xStreamBufferSend() that never waits
 * @stream: the buffer
 * @data: the bytes, which are copied
 * @len: bytes
 * @woken: set to pdTRUE if somebody waits for bytes, also if these are fewer than
 *	the trigger level; may be NULL
 *
 * Context: Sender.
 * Return: bytes that were sent.
 */
static inline size_t xStreamBufferSendFromISR(StreamBufferHandle_t stream,
					      const void *data, size_t len,
					      BaseType_t *woken)
{
	if (woken && wq_has_sleeper(&stream->readers))
		*woken = pdTRUE;
	return xStreamBufferSend(stream, data, len, 0);
}

/* ---- receiving ------------------------------------------------------------- */

/* False: there are fewer than @least bytes. *@got may be 0 all the same. */
static inline bool __freertos_stream_get(StreamBufferHandle_t stream,
					 void *data, size_t len, size_t least,
					 size_t *got)
{
	unsigned long flags;
	bool is_there;
	size_t n = 0;

	spin_lock_irqsave(&stream->lock, flags);
	is_there = stream->count >= least;
	if (is_there && stream->header) {
		size_t next = __freertos_next(stream), skip;

		/* One that is longer than that stays. */
		n = next <= len ? next : 0;
		if (n)
			__freertos_bytes_get(stream, &skip, sizeof(skip));
	} else if (is_there) {
		n = min(len, stream->count);
	}
	if (n)
		__freertos_bytes_get(stream, data, n);
	if (n)
		wake_up(&stream->writers);
	spin_unlock_irqrestore(&stream->lock, flags);
	*got = n;
	return is_there;
}

/**
 * xStreamBufferReceive() - take bytes, or the next message, from a buffer
 * @stream: the buffer
 * @data: where to put them
 * @len: bytes at most; a message that is longer stays where it is
 * @ticks: ticks to wait at most if the buffer is empty
 *
 * It does not wait if there is at least one byte, or a message, even one that is
 * too long for @len. In an empty stream it waits for as many bytes as the trigger
 * level says, also where @len is less; when the time is over, or the task is being
 * deleted, it takes what there is.
 *
 * Context: Waiter.
 * Return: bytes that were taken; 0: there were none in time, or the message is
 *	longer than @len.
 */
static inline size_t xStreamBufferReceive(StreamBufferHandle_t stream,
					  void *data, size_t len,
					  TickType_t ticks)
{
	size_t got = 0;

	/* Taken in the condition: another reader may be faster. */
	if (!__freertos_stream_get(stream, data, len, 1, &got) && ticks &&
	    port_wait(stream->readers,
		      __freertos_stream_get(stream, data, len,
					    READ_ONCE(stream->trigger), &got),
		      __freertos_ticks(ticks)))
		__freertos_stream_get(stream, data, len, 1, &got);
	return got;
}

/**
 * xStreamBufferReceiveFromISR() - xStreamBufferReceive() that never waits
 * @stream: the buffer
 * @data: where to put them
 * @len: bytes at most; a message that is longer stays where it is
 * @woken: set to pdTRUE if a task waits for room; may be NULL
 *
 * Context: Sender.
 * Return: bytes that were taken.
 */
static inline size_t xStreamBufferReceiveFromISR(StreamBufferHandle_t stream,
						 void *data, size_t len,
						 BaseType_t *woken)
{
	size_t got = 0;

	if (woken && wq_has_sleeper(&stream->writers))
		*woken = pdTRUE;
	__freertos_stream_get(stream, data, len, 1, &got);
	return got;
}

/* ---- looking --------------------------------------------------------------- */

/**
 * xStreamBufferBytesAvailable() - how many bytes are in a buffer
 * @stream: the buffer
 *
 * Context: Any.
 * Return: bytes, with the lengths of messages; a moment later there may be more or
 *	less.
 */
static inline size_t xStreamBufferBytesAvailable(StreamBufferHandle_t stream)
{
	return READ_ONCE(stream->count);
}

/**
 * xStreamBufferSpacesAvailable() - for how many bytes there is room in a buffer
 * @stream: the buffer
 *
 * Context: Any.
 * Return: bytes; a message takes sizeof(size_t) of them beside its own.
 */
static inline size_t xStreamBufferSpacesAvailable(StreamBufferHandle_t stream)
{
	return stream->size - READ_ONCE(stream->count);
}

/**
 * xStreamBufferIsEmpty() - is there nothing in a buffer?
 * @stream: the buffer
 *
 * Context: Any.
 * Return: pdTRUE or pdFALSE.
 */
static inline BaseType_t xStreamBufferIsEmpty(StreamBufferHandle_t stream)
{
	return !xStreamBufferBytesAvailable(stream);
}

/**
 * xStreamBufferIsFull() - is there no room, for a message not for 1 byte of it?
 * @stream: the buffer
 *
 * Context: Any.
 * Return: pdTRUE or pdFALSE.
 */
static inline BaseType_t xStreamBufferIsFull(StreamBufferHandle_t stream)
{
	return xStreamBufferSpacesAvailable(stream) <= stream->header;
}

/**
 * xStreamBufferReset() - drop all bytes, unless somebody waits for some or for room
 * @stream: the buffer
 *
 * Context: Sender.
 * Return: pdPASS; pdFAIL: somebody waits, and nothing changes.
 */
static inline BaseType_t xStreamBufferReset(StreamBufferHandle_t stream)
{
	unsigned long flags;

	if (wq_has_sleeper(&stream->readers) ||
	    wq_has_sleeper(&stream->writers))
		return pdFAIL;
	spin_lock_irqsave(&stream->lock, flags);
	stream->count = 0;
	stream->first = 0;
	spin_unlock_irqrestore(&stream->lock, flags);
	return pdPASS;
}

/* Same as xStreamBufferReset(); nobody waits, so @woken stays. */
#define xStreamBufferResetFromISR(stream, woken)			\
	((void)(woken), xStreamBufferReset(stream))

/**
 * xStreamBufferSetTriggerLevel() - say for how many bytes a reader is woken
 * @stream: the buffer
 * @trigger: bytes, at most those that there is room for; 0 means 1
 *
 * Who waits already is not woken by this: the new level counts at the next sending.
 *
 * Context: Any.
 * Return: pdTRUE; pdFALSE: @trigger is too large, and nothing changes.
 */
static inline BaseType_t
xStreamBufferSetTriggerLevel(StreamBufferHandle_t stream, size_t trigger)
{
	if (trigger > stream->size)
		return pdFALSE;
	WRITE_ONCE(stream->trigger, trigger ?: 1);
	return pdTRUE;
}

/**
 * xMessageBufferNextLengthBytes() - how long the next message is
 * @stream: a message buffer, not a stream
 *
 * Context: Sender.
 * Return: bytes; 0: there is none.
 */
static inline size_t xMessageBufferNextLengthBytes(MessageBufferHandle_t stream)
{
	unsigned long flags;
	size_t len;

	spin_lock_irqsave(&stream->lock, flags);
	len = __freertos_next(stream);
	spin_unlock_irqrestore(&stream->lock, flags);
	return len;
}

/* The same by another name. */
#define xStreamBufferNextMessageLengthBytes(stream)			\
	xMessageBufferNextLengthBytes(stream)

/*
 * Message buffers have names of their own for the functions of streams. Where
 * nothing else is said, that function is described above.
 */
#define vMessageBufferDelete(buffer)	vStreamBufferDelete(buffer)

/**
 * xMessageBufferSend() - put a message into a buffer
 * @buffer: a message buffer
 * @data: the message, which is copied
 * @len: its bytes, not 0
 * @ticks: the longest wait for room, in ticks
 *
 * Context: Waiter.
 * Return: @len; 0: there was no room in time, there can never be so much, or the
 *	task is being deleted. Nothing was sent then.
 */
#define xMessageBufferSend(buffer, data, len, ticks)			\
	xStreamBufferSend(buffer, data, len, ticks)

/*
 * As xMessageBufferSend() that never waits; @woken as for
 * xStreamBufferSendFromISR().
 */
#define xMessageBufferSendFromISR(buffer, data, len, woken)		\
	xStreamBufferSendFromISR(buffer, data, len, woken)

/**
 * xMessageBufferReceive() - take the next message from a buffer
 * @buffer: a message buffer
 * @data: where to put it
 * @len: bytes of room there; a message that is longer stays in the buffer
 * @ticks: ticks to wait at most if the buffer is empty
 *
 * Context: Waiter.
 * Return: bytes of the message; 0: there was none in time, it is longer than @len,
 *	or the task is being deleted and there is none.
 */
#define xMessageBufferReceive(buffer, data, len, ticks)			\
	xStreamBufferReceive(buffer, data, len, ticks)

/*
 * As xMessageBufferReceive() that never waits; @woken as for
 * xStreamBufferReceiveFromISR().
 */
#define xMessageBufferReceiveFromISR(buffer, data, len, woken)		\
	xStreamBufferReceiveFromISR(buffer, data, len, woken)

/* Is there no message, is there no room for one of 1 byte, and dropping all. */
#define xMessageBufferIsEmpty(buffer)	xStreamBufferIsEmpty(buffer)
#define xMessageBufferIsFull(buffer)	xStreamBufferIsFull(buffer)
#define xMessageBufferReset(buffer)	xStreamBufferReset(buffer)
#define xMessageBufferResetFromISR(buffer, woken)			\
	xStreamBufferResetFromISR(buffer, woken)

/*
 * Bytes of room: a message takes sizeof(size_t) of them beside its own. Two
 * spellings.
 */
#define xMessageBufferSpacesAvailable(buffer)				\
	xStreamBufferSpacesAvailable(buffer)
#define xMessageBufferSpaceAvailable(buffer)				\
	xStreamBufferSpacesAvailable(buffer)

#endif /* _RTALLOC_PORT_FREERTOS_STREAM_H */

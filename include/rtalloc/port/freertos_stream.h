/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * freertos_stream.h - FreeRTOS's stream buffers and message buffers: optional. They pass
 * bytes from an interrupt to a task.
 *
 *   stream buffer    bytes; a waiting reader is woken when there are as many as the trigger
 *                    level says, or when its time is over
 *   message buffer   messages, which are sent and received as a whole; each takes room for
 *                    its length, a size_t, as well
 *
 * A lock guards the bytes, so unlike in FreeRTOS there may be any number of readers and
 * writers. Bytes are copied with interrupts off, for a time that grows with their number.
 *
 * Buffers are allocated in the heap of freertos.h. Buffers in static memory and callbacks
 * are not supported.
 *
 * freertos_ipc.h has the rules for all objects and the classes of ``Context:``. Functions on
 * stream buffers accept message buffers, too.
 */
#ifndef _RTALLOC_PORT_FREERTOS_STREAM_H
#define _RTALLOC_PORT_FREERTOS_STREAM_H

#include <linux/minmax.h>
#include <rtalloc/port/freertos_ipc.h>

/**
 * struct freertos_stream - what the handle of a stream or message buffer points to
 * @lock: guards the members below
 * @readers: tasks that wait for bytes
 * @writers: tasks that wait for room
 * @size: bytes of the ring, which messages and their lengths share
 * @trigger: number of bytes for which a waiting reader is woken, at least 1
 * @header: message buffer: bytes of a message's length; stream buffer: 0
 * @count: number of bytes in the buffer, including the lengths of messages
 * @first: index of the oldest byte
 * @bytes: a ring of @size bytes
 */
struct freertos_stream {
	spinlock_t lock;	/* guards the members below */
	wait_queue_head_t readers;
	wait_queue_head_t writers;
	size_t size;
	size_t trigger;
	size_t header;
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
 * xStreamBufferCreate() - create an empty stream buffer
 * @size: number of bytes that it can hold, not 0
 * @trigger: number of bytes for which a waiting reader is woken, at most @size; 0 means 1
 *
 * Context: Sender.
 * Return: the buffer; NULL if there is no memory, or an argument is out of range.
 */
#define xStreamBufferCreate(size, trigger)				\
	__freertos_stream_create(size, trigger, 0)

/**
 * xMessageBufferCreate() - create an empty message buffer
 * @size: bytes that it can hold; each message takes sizeof(size_t) bytes more than its
 *	length
 *
 * Context: Sender.
 * Return: the buffer; NULL if there is no memory, or a message of 1 byte would not fit.
 */
#define xMessageBufferCreate(size)					\
	__freertos_stream_create(size, 1, sizeof(size_t))

/**
 * vStreamBufferDelete() - free a buffer with all bytes in it
 * @stream: the buffer; NULL does nothing
 *
 * Waiting tasks are not woken, so no task may wait for the buffer or use it: end them first,
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

/* Length of the next message; 0: there is none. */
static inline size_t __freertos_next(StreamBufferHandle_t stream)
{
	size_t len = 0;

	if (stream->count)
		__freertos_bytes_peek(stream, &len, sizeof(len));
	return len;
}

/* ---- sending --------------------------------------------------------------- */

/* Send all of @len bytes, or with @part what fits. Return false if nothing was sent. */
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
 * @len: number of bytes. One call sends at most the size of a stream buffer. For a message
 *	that is too long for the buffer it does not wait.
 * @ticks: the longest wait for room for all bytes, in ticks
 *
 * When the time is over, or the task is being deleted, a stream buffer takes the bytes that
 * fit. A message is sent as a whole or not at all.
 *
 * Context: Waiter.
 * Return: the number of bytes sent.
 */
static inline size_t xStreamBufferSend(StreamBufferHandle_t stream,
				       const void *data, size_t len,
				       TickType_t ticks)
{
	size_t sent = 0, whole;

	if (!__freertos_is(stream, "xStreamBufferSend"))
		return 0;
	whole = min(len, stream->size);
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
 * @woken: set to pdTRUE if a task waits for bytes, even if there are still fewer than the
 *	trigger level; may be NULL
 *
 * Context: Sender.
 * Return: the number of bytes sent.
 */
static inline size_t xStreamBufferSendFromISR(StreamBufferHandle_t stream,
					      const void *data, size_t len,
					      BaseType_t *woken)
{
	if (woken && stream && wq_has_sleeper(&stream->readers))
		*woken = pdTRUE;
	return xStreamBufferSend(stream, data, len, 0);
}

/* ---- receiving ------------------------------------------------------------- */

/* Receive if there are at least @least bytes; otherwise return false. *@got may be 0. */
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

		/* A message that is too long stays in the buffer. */
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
 * @data: where to copy them to
 * @len: bytes of room there; a longer message stays in the buffer
 * @ticks: the longest wait if the buffer is empty, in ticks
 *
 * It does not wait if there is a byte, or a message, even one that is too long for @len. If
 * the buffer is empty, it waits for as many bytes as the trigger level says, even if @len is
 * less. When the time is over, or the task is being deleted, it takes the bytes there are.
 *
 * Context: Waiter.
 * Return: the number of bytes received; 0 if there were none in time, or if the message is
 *	longer than @len.
 */
static inline size_t xStreamBufferReceive(StreamBufferHandle_t stream,
					  void *data, size_t len,
					  TickType_t ticks)
{
	size_t got = 0;

	if (!__freertos_is(stream, "xStreamBufferReceive"))
		return 0;
	/* The condition itself receives, as another reader may take the bytes first. */
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
 * @data: where to copy them to
 * @len: bytes of room there; a longer message stays in the buffer
 * @woken: set to pdTRUE if a task waits for room; may be NULL
 *
 * Context: Sender.
 * Return: the number of bytes received.
 */
static inline size_t xStreamBufferReceiveFromISR(StreamBufferHandle_t stream,
						 void *data, size_t len,
						 BaseType_t *woken)
{
	size_t got = 0;

	if (!__freertos_is(stream, "xStreamBufferReceiveFromISR"))
		return 0;
	if (woken && wq_has_sleeper(&stream->writers))
		*woken = pdTRUE;
	__freertos_stream_get(stream, data, len, 1, &got);
	return got;
}

/* ---- state ----------------------------------------------------------------- */

/**
 * xStreamBufferBytesAvailable() - get the number of bytes in a buffer
 * @stream: the buffer
 *
 * Context: Any.
 * Return: the number, including the lengths of messages; it may change at any time.
 */
static inline size_t xStreamBufferBytesAvailable(StreamBufferHandle_t stream)
{
	return __freertos_is(stream, "xStreamBufferBytesAvailable") ?
	       READ_ONCE(stream->count) : 0;
}

/**
 * xStreamBufferSpacesAvailable() - get the number of bytes for which a buffer has room
 * @stream: the buffer
 *
 * Context: Any.
 * Return: the number; a message takes sizeof(size_t) bytes more than its length.
 */
static inline size_t xStreamBufferSpacesAvailable(StreamBufferHandle_t stream)
{
	return __freertos_is(stream, "xStreamBufferSpacesAvailable") ?
	       stream->size - READ_ONCE(stream->count) : 0;
}

/**
 * xStreamBufferIsEmpty() - is a buffer empty?
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
 * xStreamBufferIsFull() - is a buffer full? (A message buffer: for a message of 1 byte.)
 * @stream: the buffer
 *
 * Context: Any.
 * Return: pdTRUE or pdFALSE.
 */
static inline BaseType_t xStreamBufferIsFull(StreamBufferHandle_t stream)
{
	return xStreamBufferSpacesAvailable(stream) <=
	       (stream ? stream->header : 0);
}

/**
 * xStreamBufferReset() - drop all bytes, unless a task waits for bytes or for room
 * @stream: the buffer
 *
 * Context: Sender.
 * Return: pdPASS; pdFAIL if a task waits, then nothing changes.
 */
static inline BaseType_t xStreamBufferReset(StreamBufferHandle_t stream)
{
	unsigned long flags;

	if (!__freertos_is(stream, "xStreamBufferReset") ||
	    wq_has_sleeper(&stream->readers) ||
	    wq_has_sleeper(&stream->writers))
		return pdFAIL;
	spin_lock_irqsave(&stream->lock, flags);
	stream->count = 0;
	stream->first = 0;
	spin_unlock_irqrestore(&stream->lock, flags);
	return pdPASS;
}

/* Same as xStreamBufferReset(). @woken is not set, as no task waits when it succeeds. */
#define xStreamBufferResetFromISR(stream, woken)			\
	((void)(woken), xStreamBufferReset(stream))

/**
 * xStreamBufferSetTriggerLevel() - set for how many bytes a waiting reader is woken
 * @stream: the buffer
 * @trigger: number of bytes, at most the size of the buffer; 0 means 1
 *
 * This does not wake a reader; the new level takes effect when bytes are sent next.
 *
 * Context: Any.
 * Return: pdTRUE; pdFALSE if @trigger is too large, then nothing changes.
 */
static inline BaseType_t
xStreamBufferSetTriggerLevel(StreamBufferHandle_t stream, size_t trigger)
{
	if (!__freertos_is(stream, "xStreamBufferSetTriggerLevel") ||
	    trigger > stream->size)
		return pdFALSE;
	WRITE_ONCE(stream->trigger, trigger ?: 1);
	return pdTRUE;
}

/**
 * xMessageBufferNextLengthBytes() - get the length of the next message
 * @stream: a message buffer, not a stream
 *
 * Context: Sender.
 * Return: its length in bytes; 0 if there is none.
 */
static inline size_t xMessageBufferNextLengthBytes(MessageBufferHandle_t stream)
{
	unsigned long flags;
	size_t len;

	if (!__freertos_is(stream, "xMessageBufferNextLengthBytes"))
		return 0;
	spin_lock_irqsave(&stream->lock, flags);
	len = __freertos_next(stream);
	spin_unlock_irqrestore(&stream->lock, flags);
	return len;
}

/* The same under another name. */
#define xStreamBufferNextMessageLengthBytes(stream)			\
	xMessageBufferNextLengthBytes(stream)

/*
 * The functions on message buffers are those on stream buffers under other names. They are
 * described above, unless they have a description here.
 */
#define vMessageBufferDelete(buffer)	vStreamBufferDelete(buffer)

/**
 * xMessageBufferSend() - put a message into a buffer
 * @buffer: a message buffer
 * @data: the message, which is copied
 * @len: its length in bytes, not 0
 * @ticks: the longest wait for room, in ticks
 *
 * Context: Waiter.
 * Return: @len; 0 if there was no room in time, the message is too long for the buffer, or
 *	the task is being deleted; then nothing was sent.
 */
#define xMessageBufferSend(buffer, data, len, ticks)			\
	xStreamBufferSend(buffer, data, len, ticks)

/*
 * xMessageBufferSend() that never waits; @woken as for xStreamBufferSendFromISR().
 */
#define xMessageBufferSendFromISR(buffer, data, len, woken)		\
	xStreamBufferSendFromISR(buffer, data, len, woken)

/**
 * xMessageBufferReceive() - take the next message from a buffer
 * @buffer: a message buffer
 * @data: where to copy it to
 * @len: bytes of room there; a longer message stays in the buffer
 * @ticks: the longest wait if the buffer is empty, in ticks
 *
 * Context: Waiter.
 * Return: the length of the message; 0 if there was none in time, it is longer than @len, or
 *	there is none and the task is being deleted.
 */
#define xMessageBufferReceive(buffer, data, len, ticks)			\
	xStreamBufferReceive(buffer, data, len, ticks)

/*
 * xMessageBufferReceive() that never waits; @woken as for xStreamBufferReceiveFromISR().
 */
#define xMessageBufferReceiveFromISR(buffer, data, len, woken)		\
	xStreamBufferReceiveFromISR(buffer, data, len, woken)

/* Is it empty; is there no room for a message of 1 byte; drop all messages. */
#define xMessageBufferIsEmpty(buffer)	xStreamBufferIsEmpty(buffer)
#define xMessageBufferIsFull(buffer)	xStreamBufferIsFull(buffer)
#define xMessageBufferReset(buffer)	xStreamBufferReset(buffer)
#define xMessageBufferResetFromISR(buffer, woken)			\
	xStreamBufferResetFromISR(buffer, woken)

/*
 * Get the bytes of room, under two names; a message takes sizeof(size_t) more than its
 * length.
 */
#define xMessageBufferSpacesAvailable(buffer)				\
	xStreamBufferSpacesAvailable(buffer)
#define xMessageBufferSpaceAvailable(buffer)				\
	xStreamBufferSpacesAvailable(buffer)

#endif /* _RTALLOC_PORT_FREERTOS_STREAM_H */

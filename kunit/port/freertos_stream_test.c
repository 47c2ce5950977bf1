// SPDX-License-Identifier: GPL-2.0-only
/*
 * freertos_stream_test.c - FreeRTOS's stream buffers, message buffers and timers, without
 * waiting; port_ipc_kunit.c has the rest. The #include lines are those of the original.
 */
#include "FreeRTOS.h"
#include "stream_buffer.h"
#include "message_buffer.h"
#include "timers.h"

#include "kunit/port/port_test.h"

#define ROOM	37u
#define LENGTH	sizeof(size_t)	/* what a message has in front of it */

/* A sequence of bytes in which no two runs are equal. */
static void number(u8 *bytes, size_t n, u32 *next)
{
	while (n--)
		*bytes++ = (*next)++ * 167 >> 3;
}

/* Compare with a model that is an array: if not all bytes fit, a part is sent. */
static const char *stream_is_like_an_array(void)
{
	StreamBufferHandle_t stream = xStreamBufferCreate(ROOM, 1);
	u8 model[ROOM], bytes[2 * ROOM], out[2 * ROOM];
	size_t n = 0, len, fits;
	u32 next = 0, step;
	u64 state = 3;

	EXPECT(stream && xStreamBufferIsEmpty(stream));
	for (step = 0; step < 20000; step++) {
		len = 1 + draw(&state) % (2 * ROOM - 1);
		if (draw(&state) % 2) {
			fits = min(len, ROOM - n);
			number(bytes, len, &next);
			EXPECT(xStreamBufferSend(stream, bytes, len, 0) == fits);
			memcpy(model + n, bytes, fits);
			n += fits;
		} else {
			fits = min(len, n);
			EXPECT(xStreamBufferReceiveFromISR(stream, out, len,
							   NULL) == fits);
			EXPECT(!memcmp(out, model, fits));
			n -= fits;
			memmove(model, model + fits, n);
		}
		EXPECT(xStreamBufferBytesAvailable(stream) == n);
		EXPECT(xStreamBufferSpacesAvailable(stream) == ROOM - n);
		EXPECT(xStreamBufferIsFull(stream) == (n == ROOM));
		EXPECT(xStreamBufferIsEmpty(stream) == !n);
	}
	vStreamBufferDelete(stream);
	return NULL;
}

/* Compare with a list: messages are whole, and each takes LENGTH bytes more. */
static const char *messages_stay_whole(void)
{
	MessageBufferHandle_t buffer = xMessageBufferCreate(3 * ROOM);
	size_t lens[3 * ROOM], n = 0, used = 0, len;
	u8 bytes[3 * ROOM], out[3 * ROOM];
	u32 in = 0, seen = 0, step;
	u64 state = 11;
	bool fits;

	EXPECT(buffer);
	for (step = 0; step < 20000; step++) {
		len = 1 + draw(&state) % 20;
		if (draw(&state) % 2) {
			u32 next = in;

			fits = used + LENGTH + len <= 3 * ROOM;
			number(bytes, len, &next);
			EXPECT(xMessageBufferSendFromISR(buffer, bytes, len,
							 NULL) ==
			       (fits ? len : 0));
			if (fits) {
				in = next;
				lens[n++] = len;
				used += LENGTH + len;
			}
		} else {
			EXPECT(xMessageBufferNextLengthBytes(buffer) ==
			       (n ? lens[0] : 0));
			fits = n && lens[0] <= len;
			EXPECT(xMessageBufferReceive(buffer, out, len, 0) ==
			       (fits ? lens[0] : 0));
			if (fits) {
				number(bytes, lens[0], &seen);
				EXPECT(!memcmp(out, bytes, lens[0]));
				used -= LENGTH + lens[0];
				memmove(lens, lens + 1, --n * sizeof(*lens));
			}
		}
		EXPECT(xMessageBufferSpacesAvailable(buffer) == 3 * ROOM - used);
		EXPECT(xMessageBufferIsFull(buffer) ==
		       (3 * ROOM - used <= LENGTH));
	}
	EXPECT(xMessageBufferReset(buffer) == pdPASS);
	EXPECT(xMessageBufferIsEmpty(buffer));
	vMessageBufferDelete(buffer);
	return NULL;
}

/* A message that is too long for the buffer is refused, even with portMAX_DELAY. */
static const char *message_above_the_buffer(void)
{
	MessageBufferHandle_t buffer = xMessageBufferCreate(LENGTH + 5);
	u8 bytes[6] = {};

	EXPECT(buffer);
	EXPECT(!xMessageBufferSend(buffer, bytes, 6, portMAX_DELAY));
	EXPECT(!xMessageBufferSend(buffer, bytes, SIZE_MAX, portMAX_DELAY));
	EXPECT(xMessageBufferSend(buffer, bytes, 5, portMAX_DELAY) == 5);
	EXPECT(!xMessageBufferReceive(buffer, bytes, 4, 0));
	EXPECT(xMessageBufferReceive(buffer, bytes, 5, 0) == 5);
	vMessageBufferDelete(buffer);
	return NULL;
}

static const char *absurd_buffers_are_refused(void)
{
	StreamBufferHandle_t stream;

	EXPECT(!xStreamBufferCreate(0, 0));
	EXPECT(!xStreamBufferCreate(8, 9));
	EXPECT(!xStreamBufferCreate(SIZE_MAX, 1));
	EXPECT(!xStreamBufferCreate(PORT_HEAP_SIZE, 1));
	EXPECT(!xMessageBufferCreate(LENGTH));
	stream = xStreamBufferCreate(8, 0);
	EXPECT(stream && stream->trigger == 1);
	EXPECT(xStreamBufferSetTriggerLevel(stream, 8) == pdTRUE);
	EXPECT(xStreamBufferSetTriggerLevel(stream, 9) == pdFALSE);
	EXPECT(stream->trigger == 8);
	vStreamBufferDelete(stream);
	return NULL;
}

static void never_called(TimerHandle_t timer)
{
}

static const char *timer_has_a_state(void)
{
	TimerHandle_t timer;
	long id = 5;

	EXPECT(!xTimerCreate("none", 0, pdTRUE, NULL, never_called));
	/* More ticks than a 32-bit difference can represent. */
	EXPECT(!xTimerCreate("never", 1u << 31, pdTRUE, NULL, never_called));
	timer = xTimerCreate("watch", pdMS_TO_TICKS(3600000), pdTRUE, &id,
			     never_called);
	EXPECT(timer && !xTimerIsTimerActive(timer));
	EXPECT(pvTimerGetTimerID(timer) == &id);
	EXPECT(!strcmp(pcTimerGetName(timer), "watch"));
	EXPECT(xTimerGetReloadMode(timer) == pdTRUE);
	vTimerSetReloadMode(timer, pdFALSE);
	EXPECT(uxTimerGetReloadMode(timer) == 0);
	EXPECT(xTimerStart(timer, 0) == pdPASS && xTimerIsTimerActive(timer));
	EXPECT(xTimerStopFromISR(timer, NULL) == pdPASS);
	EXPECT(!xTimerIsTimerActive(timer));
	EXPECT(xTimerChangePeriod(timer, 0, 0) == pdFAIL);
	EXPECT(!xTimerIsTimerActive(timer));
	EXPECT(xTimerChangePeriod(timer, 1000 * 60, 0) == pdPASS);
	EXPECT(xTimerIsTimerActive(timer) && xTimerGetPeriod(timer) == 60000);
	EXPECT(xTimerGetExpiryTime(timer) - xTaskGetTickCount() <= 60000);
	vTimerSetTimerID(timer, NULL);
	EXPECT(!pvTimerGetTimerID(timer));
	EXPECT(xTimerDelete(timer, 0) == pdPASS);
	return NULL;
}

static const char *no_buffer_is_refused(void)
{
	BaseType_t woken = pdFALSE;
	char byte = 'x';

	EXPECT(!xStreamBufferSend(NULL, &byte, 1, portMAX_DELAY));
	EXPECT(!xStreamBufferSendFromISR(NULL, &byte, 1, &woken));
	EXPECT(!xStreamBufferReceive(NULL, &byte, 1, portMAX_DELAY));
	EXPECT(!xStreamBufferReceiveFromISR(NULL, &byte, 1, &woken));
	EXPECT(!xStreamBufferBytesAvailable(NULL));
	EXPECT(!xStreamBufferSpacesAvailable(NULL));
	EXPECT(xStreamBufferIsEmpty(NULL) && xStreamBufferIsFull(NULL));
	EXPECT(xStreamBufferReset(NULL) == pdFAIL);
	EXPECT(xStreamBufferSetTriggerLevel(NULL, 1) == pdFALSE);
	EXPECT(!xMessageBufferNextLengthBytes(NULL));
	EXPECT(woken == pdFALSE && byte == 'x');
	vStreamBufferDelete(NULL);
	return NULL;
}

static const char *no_timer_is_refused(void)
{
	EXPECT(!xTimerCreate("none", 10, pdTRUE, NULL, NULL));
	EXPECT(xTimerStart(NULL, 0) == pdFAIL && xTimerReset(NULL, 0) == pdFAIL);
	EXPECT(xTimerStop(NULL, 0) == pdFAIL);
	EXPECT(xTimerChangePeriod(NULL, 10, 0) == pdFAIL);
	EXPECT(xTimerDelete(NULL, 0) == pdFAIL);
	EXPECT(!xTimerIsTimerActive(NULL) && !xTimerGetReloadMode(NULL));
	EXPECT(!pvTimerGetTimerID(NULL) && !pcTimerGetName(NULL));
	EXPECT(!xTimerGetPeriod(NULL) && !xTimerGetExpiryTime(NULL));
	vTimerSetTimerID(NULL, NULL);
	vTimerSetReloadMode(NULL, pdTRUE);
	return NULL;
}

static const char *no_function_is_refused(void)
{
	BaseType_t woken = pdFALSE;

	EXPECT(xTimerPendFunctionCall(NULL, &woken, 1, portMAX_DELAY) == pdFAIL);
	EXPECT(xTimerPendFunctionCallFromISR(NULL, &woken, 1, &woken) == pdFAIL);
	EXPECT(woken == pdFALSE);
	return NULL;
}

#define TEST(test) { "freertos_stream." #test, test, freertos_heap_is_whole }

const struct port_test freertos_stream_tests[] = {
	TEST(stream_is_like_an_array),
	TEST(messages_stay_whole),
	TEST(message_above_the_buffer),
	TEST(absurd_buffers_are_refused),
	TEST(timer_has_a_state),
	TEST(no_buffer_is_refused),
	TEST(no_timer_is_refused),
	TEST(no_function_is_refused),
	{}
};

// SPDX-License-Identifier: GPL-2.0-only
/*
 * rtthread_wifi.c - driver of a WiFi chip on SPI, structured as such drivers are on
 * RT-Thread. Packets to send and received packets are blocks of two pools, and are queued
 * in mailboxes. One thread transfers them over the bus, and another passes received packets
 * to the stack. A command waits for an event that is set when its answer arrives.
 *
 * Above the line "as a module", only the includes of the driver were changed. The rest
 * makes it a module: a simulated chip that answers commands and returns each packet, and a
 * stack that counts packets.
 */
#define pr_fmt(fmt) "rtthread_wifi: " fmt

#include <rtalloc/port/rtthread.h>	/* was: <rtthread.h> */
#include <rtalloc/port/rtthread_ipc.h>	/* the same: threads, mailboxes */
#include <rtalloc/port/rtthread_types.h>	/* the same: ALIGN(), ... */

#define MAX_DATA	1520
#define TX_PACKETS	8
#define RX_PACKETS	8
#define THREAD_STACK	2048
#define THREAD_PRIORITY	20

#define EVENT_ANSWER(command)	(1u << (command))

enum wifi_kind { WIFI_DATA, WIFI_COMMAND, WIFI_ANSWER };
enum wifi_command { COMMAND_INIT, COMMAND_MAC, COMMAND_JOIN, COMMANDS };

struct wifi_packet {
	rt_uint16_t kind;
	rt_uint16_t command;
	rt_uint32_t length;
	rt_uint8_t data[MAX_DATA] ALIGN(RT_ALIGN_SIZE);
};

struct wifi {
	struct rt_mempool tx_pool;
	struct rt_mempool rx_pool;
	struct rt_mailbox tx_box;	/* packets to send */
	struct rt_mailbox rx_box;	/* received packets */
	struct rt_event bus;		/* bit 0: there is something to transfer */
	struct rt_event answers;
	rt_mutex_t command_lock;
	rt_thread_t bus_thread;
	rt_thread_t rx_thread;
	rt_ubase_t tx_words[TX_PACKETS];
	rt_ubase_t rx_words[RX_PACKETS];
	rt_uint8_t answer[COMMANDS][8];
	rt_uint32_t sent, received, dropped;
};

/* Provided by the board: transfer in both directions; 0: nothing was received. */
static rt_uint32_t spi_transfer(const struct wifi_packet *out,
				struct wifi_packet *in);
/* Provided by the stack. */
static void eth_rx_input(struct wifi *wifi, const rt_uint8_t *data,
			 rt_uint32_t length);

/* The chip's interrupt: it has a packet. */
static void wifi_isr(struct wifi *wifi)
{
	rt_event_send(&wifi->bus, 1);
}

static rt_err_t wifi_queue(struct wifi *wifi, struct wifi_packet *packet)
{
	rt_err_t err = rt_mb_send(&wifi->tx_box, (rt_ubase_t)packet);

	if (err)
		rt_mp_free(packet);
	else
		rt_event_send(&wifi->bus, 1);
	return err;
}

/* Send a frame of the stack. Waits a while for room. */
static rt_err_t wifi_send(struct wifi *wifi, const void *data,
			  rt_uint32_t length)
{
	struct wifi_packet *packet;

	if (length > MAX_DATA)
		return -RT_EINVAL;
	packet = rt_mp_alloc(&wifi->tx_pool, RT_TICK_PER_SECOND);
	if (!packet)
		return -RT_ENOMEM;
	packet->kind = WIFI_DATA;
	packet->length = length;
	rt_memcpy(packet->data, data, length);
	return wifi_queue(wifi, packet);
}

/* Send a command, one at a time, and wait for its answer. */
static rt_err_t wifi_command(struct wifi *wifi, rt_uint16_t command)
{
	struct wifi_packet *packet;
	rt_err_t err = -RT_ENOMEM;

	rt_mutex_take(wifi->command_lock, RT_WAITING_FOREVER);
	packet = rt_mp_alloc(&wifi->tx_pool, RT_WAITING_FOREVER);
	if (packet) {
		packet->kind = WIFI_COMMAND;
		packet->command = command;
		packet->length = 0;
		err = wifi_queue(wifi, packet);
	}
	if (!err)
		err = rt_event_recv(&wifi->answers, EVENT_ANSWER(command),
				    RT_EVENT_FLAG_OR | RT_EVENT_FLAG_CLEAR,
				    5 * RT_TICK_PER_SECOND, RT_NULL);
	rt_mutex_release(wifi->command_lock);
	return err;
}

/* Queue a received packet, or free its block if there is no room. */
static void wifi_came(struct wifi *wifi, struct wifi_packet *packet)
{
	if (packet->kind == WIFI_DATA &&
	    rt_mb_send(&wifi->rx_box, (rt_ubase_t)packet) == RT_EOK)
		return;
	if (packet->kind == WIFI_ANSWER && packet->command < COMMANDS) {
		rt_memcpy(wifi->answer[packet->command], packet->data, 8);
		rt_event_send(&wifi->answers, EVENT_ANSWER(packet->command));
	} else {
		wifi->dropped++;
	}
	rt_mp_free(packet);
}

static void wifi_move(struct wifi *wifi)
{
	struct wifi_packet *out, *in;
	rt_ubase_t mail;
	bool came = true;

	while (came || wifi->tx_box.entry) {
		out = RT_NULL;
		if (rt_mb_recv(&wifi->tx_box, &mail, 0) == RT_EOK)
			out = (struct wifi_packet *)mail;
		/* The other thread is about to free blocks. */
		in = rt_mp_alloc(&wifi->rx_pool, RT_TICK_PER_SECOND);
		came = spi_transfer(out, in);
		wifi->sent += out && out->kind == WIFI_DATA;
		if (out)
			rt_mp_free(out);
		if (in && came)
			wifi_came(wifi, in);
		else if (in)
			rt_mp_free(in);
		else if (came)
			wifi->dropped++;
	}
}

static void wifi_bus_entry(void *parameter)
{
	struct wifi *wifi = parameter;

	while (rt_event_recv(&wifi->bus, 1,
			     RT_EVENT_FLAG_OR | RT_EVENT_FLAG_CLEAR,
			     RT_WAITING_FOREVER, RT_NULL) == RT_EOK)
		wifi_move(wifi);
}

static void wifi_rx_entry(void *parameter)
{
	struct wifi *wifi = parameter;
	struct wifi_packet *packet;
	rt_ubase_t mail;

	while (rt_mb_recv(&wifi->rx_box, &mail, RT_WAITING_FOREVER) == RT_EOK) {
		packet = (struct wifi_packet *)mail;
		eth_rx_input(wifi, packet->data, packet->length);
		rt_mp_free(packet);
	}
}

static rt_err_t wifi_pools(struct wifi *wifi)
{
	rt_size_t block = sizeof(struct wifi_packet) + sizeof(void *);
	void *tx = rt_malloc(TX_PACKETS * block);
	void *rx = rt_malloc(RX_PACKETS * block);
	rt_err_t err = -RT_ENOMEM;

	if (tx && rx)
		err = rt_mp_init(&wifi->tx_pool, "wifi_tx", tx,
				 TX_PACKETS * block, sizeof(struct wifi_packet));
	if (!err)
		err = rt_mp_init(&wifi->rx_pool, "wifi_rx", rx,
				 RX_PACKETS * block, sizeof(struct wifi_packet));
	if (!wifi->tx_pool.parent.type)
		rt_free(tx);
	if (!wifi->rx_pool.parent.type)
		rt_free(rx);
	return err;
}

static void wifi_close(struct wifi *wifi)
{
	void *tx = wifi->tx_pool.start_address;
	void *rx = wifi->rx_pool.start_address;
	rt_ubase_t mail;

	/* Threads first: no call on a pool may be in progress when it ends. */
	if (wifi->rx_thread)
		rt_thread_delete(wifi->rx_thread);
	if (wifi->bus_thread)
		rt_thread_delete(wifi->bus_thread);
	while (rt_mb_recv(&wifi->tx_box, &mail, 0) == RT_EOK)
		rt_mp_free((void *)mail);
	while (rt_mb_recv(&wifi->rx_box, &mail, 0) == RT_EOK)
		rt_mp_free((void *)mail);
	if (wifi->rx_pool.parent.type) {
		rt_mp_detach(&wifi->rx_pool);
		rt_free(rx);
	}
	if (wifi->tx_pool.parent.type) {
		rt_mp_detach(&wifi->tx_pool);
		rt_free(tx);
	}
	if (wifi->command_lock)
		rt_mutex_delete(wifi->command_lock);
	rt_free(wifi);
}

static struct wifi *wifi_open(void)
{
	struct wifi *wifi = rt_calloc(1, sizeof(*wifi));

	if (!wifi)
		return RT_NULL;
	rt_mb_init(&wifi->tx_box, "wifi_tx", wifi->tx_words, TX_PACKETS,
		   RT_IPC_FLAG_FIFO);
	rt_mb_init(&wifi->rx_box, "wifi_rx", wifi->rx_words, RX_PACKETS,
		   RT_IPC_FLAG_FIFO);
	rt_event_init(&wifi->bus, "wifi", RT_IPC_FLAG_FIFO);
	rt_event_init(&wifi->answers, "answers", RT_IPC_FLAG_FIFO);
	wifi->command_lock = rt_mutex_create("wifi", RT_IPC_FLAG_PRIO);
	if (!wifi->command_lock || wifi_pools(wifi) != RT_EOK)
		goto err_close;
	wifi->bus_thread = rt_thread_create("wifi_bus", wifi_bus_entry, wifi,
					    THREAD_STACK, THREAD_PRIORITY, 10);
	wifi->rx_thread = rt_thread_create("wifi_rx", wifi_rx_entry, wifi,
					   THREAD_STACK, THREAD_PRIORITY, 10);
	if (!wifi->bus_thread || !wifi->rx_thread)
		goto err_close;
	rt_thread_startup(wifi->bus_thread);
	rt_thread_startup(wifi->rx_thread);
	if (wifi_command(wifi, COMMAND_INIT) == RT_EOK &&
	    wifi_command(wifi, COMMAND_MAC) == RT_EOK)
		return wifi;
err_close:
	wifi_close(wifi);
	return RT_NULL;
}

/* ---- as a module ------------------------------------------------------ */

#include <linux/module.h>

static unsigned int frames = 100;
module_param(frames, uint, 0444);
MODULE_PARM_DESC(frames, "Frames to send, which come back (default 100)");

static struct wifi *wifi;
static unsigned int wrong, refused;

/* The simulated chip: answers commands, and returns each packet. */
static rt_uint32_t spi_transfer(const struct wifi_packet *out,
				struct wifi_packet *in)
{
	if (!out)
		return 0;
	if (!in)
		return 1;
	*in = *out;
	if (out->kind == WIFI_COMMAND) {
		in->kind = WIFI_ANSWER;
		in->length = 6;
		memcpy(in->data, "\x02mac:\x01\0", 8);
	}
	return 1;
}

static void eth_rx_input(struct wifi *w, const rt_uint8_t *data,
			 rt_uint32_t length)
{
	rt_uint32_t i;

	for (i = 0; i < length && data[i] == (rt_uint8_t)(length + i); i++)
		;
	wrong += i != length;
	WRITE_ONCE(w->received, w->received + 1);
}

static void send_frames(void)
{
	static rt_uint8_t frame[MAX_DATA];
	rt_uint32_t i, k, length;

	for (i = 0; i < frames; i++) {
		length = 60 + i * 37 % (MAX_DATA - 60);
		for (k = 0; k < length; k++)
			frame[k] = length + k;
		/* If the chip is too slow, the frame is lost, as on the air. */
		if (wifi_send(wifi, frame, length) != RT_EOK)
			refused++;
		wifi_isr(wifi);
	}
}

/* Has each packet come back, or been counted as lost? */
static rt_uint32_t frames_done(void)
{
	return READ_ONCE(wifi->received) + READ_ONCE(wifi->dropped) + refused;
}

static int __init rtthread_wifi_init(void)
{
	int tries = 1000;

	wifi = wifi_open();
	if (!wifi)
		return -ENOMEM;
	send_frames();
	if (wifi_command(wifi, COMMAND_JOIN) != RT_EOK)
		pr_info("no answer\n");
	/* Wait at most 30 seconds for packets in flight; usually a moment. */
	while (frames_done() < frames && --tries)
		rt_thread_mdelay(30);
	pr_info("mac %pM, %u of %u frames came back or were dropped, %u wrong\n",
		wifi->answer[COMMAND_MAC], frames_done(), frames, wrong);
	return 0;
}

static void __exit rtthread_wifi_exit(void)
{
	wifi_close(wifi);
}

module_init(rtthread_wifi_init);
module_exit(rtthread_wifi_exit);

MODULE_DESCRIPTION("Sample: a WiFi driver written for RT-Thread");
MODULE_LICENSE("GPL");

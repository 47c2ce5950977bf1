// SPDX-License-Identifier: GPL-2.0-only
/*
 * freertos_uart.c - receive side of a UART's driver written for FreeRTOS: the interrupt puts
 * bytes into a ring; each line is returned in a block that the caller frees.
 *
 * Above the line "as a module", only the includes of the driver were changed. The rest
 * makes it a module: a string takes the place of the wire, and the lines are logged.
 */
#define pr_fmt(fmt) "freertos_uart: " fmt

#include <rtalloc/port/freertos.h>	/* was: "FreeRTOS.h" */
#include <rtalloc/port/freertos_types.h>	/* the same: BaseType_t, ... */

typedef struct xUART {
	uint8_t *pucRing;
	size_t xSize, xHead, xTail;
	uint32_t ulOverruns;
} Uart_t;

static Uart_t *pxUartOpen(size_t xSize)
{
	Uart_t *pxUart = pvPortCalloc(1, sizeof(*pxUart));

	if (!pxUart)
		return NULL;
	pxUart->pucRing = pvPortMalloc(xSize);
	if (!pxUart->pucRing) {
		vPortFree(pxUart);
		return NULL;
	}
	pxUart->xSize = xSize;
	return pxUart;
}

static void vUartClose(Uart_t *pxUart)
{
	vPortFree(pxUart->pucRing);
	vPortFree(pxUart);
}

/* The interrupt: store a byte, without allocating. pdFAIL: the byte is lost. */
static BaseType_t xUartRxISR(Uart_t *pxUart, uint8_t ucByte)
{
	size_t xNext = (pxUart->xHead + 1) % pxUart->xSize;

	if (xNext == pxUart->xTail) {
		pxUart->ulOverruns++;
		return pdFAIL;
	}
	configASSERT(xNext < pxUart->xSize);
	pxUart->pucRing[pxUart->xHead] = ucByte;
	pxUart->xHead = xNext;
	return pdPASS;
}

/* Number of bytes up to the end of the line; 0: there is no complete line yet. */
static size_t xUartLineLength(const Uart_t *pxUart)
{
	size_t x = pxUart->xTail, xLength = 0;

	for (; x != pxUart->xHead; x = (x + 1) % pxUart->xSize) {
		xLength++;
		if (pxUart->pucRing[x] == '\n')
			return xLength;
	}
	return 0;
}

/* Return the next line, to be freed by vPortFree(), or NULL. */
static char *pcUartReadLine(Uart_t *pxUart)
{
	size_t xLength = xUartLineLength(pxUart), x;
	char *pcLine = xLength ? pvPortMalloc(xLength) : NULL;

	if (!pcLine)
		return NULL;
	for (x = 0; x < xLength; x++) {
		pcLine[x] = pxUart->pucRing[pxUart->xTail];
		pxUart->xTail = (pxUart->xTail + 1) % pxUart->xSize;
	}
	pcLine[xLength - 1] = '\0';
	return pcLine;
}

/* ---- as a module ------------------------------------------------------ */

#include <linux/module.h>

static char *wire = "ready\\nspeed 9600\\n";
module_param(wire, charp, 0444);
MODULE_PARM_DESC(wire, "What comes in, \\n for the end of a line");

static Uart_t *uart;

static void wire_play(void)
{
	const char *at;

	for (at = wire; *at; at++) {
		bool is_end = at[0] == '\\' && at[1] == 'n';

		xUartRxISR(uart, is_end ? '\n' : *at);
		at += is_end;
	}
}

static int __init freertos_uart_init(void)
{
	char *line;

	uart = pxUartOpen(64);
	if (!uart)
		return -ENOMEM;
	wire_play();
	for (line = pcUartReadLine(uart); line; line = pcUartReadLine(uart)) {
		pr_info("line '%s'\n", line);
		vPortFree(line);
	}
	pr_info("%u bytes lost\n", uart->ulOverruns);
	return 0;
}

static void __exit freertos_uart_exit(void)
{
	vUartClose(uart);
}

module_init(freertos_uart_init);
module_exit(freertos_uart_exit);

MODULE_DESCRIPTION("Sample: a UART driver written for FreeRTOS");
MODULE_LICENSE("GPL");

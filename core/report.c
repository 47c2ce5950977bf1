// SPDX-License-Identifier: GPL-2.0-only
/*
 * report.c - lines in the log about faults, damage and leftover blocks. Other
 * files of core/ print only why a heap was not created (heap.c), what a checked
 * heap has found (checked_inspect.c), and that a heap outlives its region's device
 * (device.c).
 *
 * Text shows heaps, offsets and symbols, never an address. Lines that a caller
 * can cause repeatedly are rate-limited. The line about a region is not: it appears
 * once for each attempt to bind a device, as the kernel's own lines do.
 */
#define pr_fmt(fmt) "rtalloc: " fmt

#include <linux/bug.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>
#include <linux/string.h>
#include <rtalloc/caller.h>

#include "core/heap.h"
#include "core/report.h"

const char *rtalloc_fault_text(int err)
{
	switch (-err) {
#define FAULT_TEXT(name, code, text) case RTALLOC_##name: return text;
	RTALLOC_FAULTS(FAULT_TEXT)
#undef FAULT_TEXT
	}
	return "unknown fault";
}

/**
 * rtalloc_symbol() - the name of a caller, for text
 * @address: in its code
 * @text: filled in
 * @room: bytes of @text, 2 at least; RTALLOC_SYMBOL_MAX hold most
 *
 * The kernel's %pS writes the address where it knows no symbol: in code of a
 * module that is gone, and everywhere in a kernel without symbols
 * (CONFIG_KALLSYMS).
 *
 * Context: Any.
 * Return: @text: the symbol, "?" for code without one, "-" for 0.
 */
const char *rtalloc_symbol(unsigned long address, char *text, size_t room)
{
	*text = '\0';
	if (address)
		scnprintf(text, room, "%pS", (void *)address);
	if (!address || *text == '0')
		strscpy(text, address ? "?" : "-", room);
	return text;
}
EXPORT_SYMBOL_GPL(rtalloc_symbol);

void rtalloc_report_fault(struct rtalloc_heap *heap, const char *call,
			  u64 offset, int err, unsigned long caller)
{
	char symbol[RTALLOC_SYMBOL_MAX];

	/* The symbol is looked up only for a line that is printed. */
	if (offset == ~0ull)
		pr_warn_ratelimited("%s: %s by %s refused: %s\n", heap->name,
				    call,
				    rtalloc_symbol(caller, symbol, sizeof(symbol)),
				    rtalloc_fault_text(err));
	else
		pr_warn_ratelimited("%s: %s at offset %llu by %s refused: %s\n",
				    heap->name, call, offset,
				    rtalloc_symbol(caller, symbol, sizeof(symbol)),
				    rtalloc_fault_text(err));
}

void rtalloc_report_damage(struct rtalloc_heap *heap)
{
	pr_err_ratelimited("%s: heap is damaged and hands out nothing more; its check file says where\n",
			   heap->name);
}

/* The stack that this prints shows the caller. */
void rtalloc_context_warn(const struct rtalloc_heap *heap)
{
	WARN_ONCE(1, "rtalloc: %s: called with interrupts or preemption off, but its lock sleeps\n",
		  heap->name);
}

void rtalloc_report_no_region(const char *name, const char *why, long err)
{
	pr_err("%s: region not created: %s (%ld)\n", name, why, err);
}

void rtalloc_report_leftover(struct rtalloc_heap *heap)
{
	struct rtalloc_snapshot snap;

	rtalloc_stats(heap, &snap);
	pr_info("%s: %llu blocks (%llu bytes) were left over, released\n",
		heap->name, snap.live, snap.used);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * pci_region.c - a PCI driver with a heap in the device's own memory, behind a BAR, and with
 * another heap on a NUMA node.
 *
 * The first heap takes the whole BAR. The parameter map selects how it is mapped: wb
 * (write-back), wc (write-combined) or uc (uncached). The second is for tables of the
 * driver; the parameter node selects its NUMA node, by default that of the device. Each
 * device has heaps of its own. All is device-managed (devm), so the driver has no clean-up
 * code.
 *
 * The device is QEMU's ivshmem-plain, whose BAR 2 is memory.
 */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/numa.h>
#include <linux/pci.h>
#include <linux/sizes.h>
#include <linux/string.h>
#include <rtalloc/rtalloc.h>

#define BAR	2
#define FRAME	5000
#define TABLE	SZ_256K

static char *map = "wb";
module_param(map, charp, 0444);
MODULE_PARM_DESC(map, "How the BAR is mapped: wb (default), wc or uc");

static int node = NUMA_NO_NODE;
module_param(node, int, 0444);
MODULE_PARM_DESC(node, "Where the tables lie (default: where the device is)");

static unsigned int map_flags(void)
{
	if (!strcmp(map, "wc"))
		return RTALLOC_REGION_WRITE_COMBINED;
	return strcmp(map, "uc") ? 0 : RTALLOC_REGION_UNCACHED;
}

/* Create a heap in the whole of @region, which can be inspected in debugfs, too. */
static struct rtalloc_heap *heap_over(struct device *dev, const char *name,
				      struct rtalloc_region *region)
{
	struct rtalloc_heap_params params = {
		.name = name,
		.region = region,
		.size = rtalloc_region_size(region),
		.flags = RTALLOC_HEAP_SHELL,
	};

	return devm_rtalloc_heap_create(dev, &params);
}

/* Create the heap in the BAR and allocate a frame; a real driver tells the device. */
static int frames_open(struct pci_dev *pdev)
{
	struct rtalloc_region_params params = {
		.name = pci_name(pdev),
		.resource = &pdev->resource[BAR],
		.flags = map_flags(),
		.dma = pci_bus_address(pdev, BAR),
	};
	struct rtalloc_region *region;
	struct rtalloc_heap *heap;
	dma_addr_t at;
	void *frame;

	region = devm_rtalloc_region_create(&pdev->dev, &params);
	if (IS_ERR(region))
		return PTR_ERR(region);
	heap = heap_over(&pdev->dev, pci_name(pdev), region);
	if (IS_ERR(heap))
		return PTR_ERR(heap);
	frame = rtalloc_dma_alloc(heap, FRAME, &at);
	if (!frame)
		return -ENOMEM;
	memset(frame, 0x5a, FRAME);
	dev_info(&pdev->dev, "frame at %llu of %zu bytes\n",
		 (u64)(at - rtalloc_region_dma(region)),
		 rtalloc_region_size(region));
	rtalloc_free(heap, frame);
	return 0;
}

/* Count the pages of @p that are on node @nid. */
static unsigned int pages_on(const void *p, size_t size, int nid)
{
	unsigned int pages = 0;
	size_t at;

	for (at = 0; at < size; at += PAGE_SIZE)
		pages += page_to_nid(vmalloc_to_page(p + at)) == nid;
	return pages;
}

/*
 * Create the heap for the driver's tables, near the processors that use them. Names of
 * heaps and regions are unique, so they contain that of the device.
 */
static int tables_open(struct pci_dev *pdev, int nid)
{
	char name[RTALLOC_NAME_MAX + 1];
	struct rtalloc_region_params params = {
		.name = name,
		.size = 2 * TABLE,
		.flags = nid == NUMA_NO_NODE ? 0 : RTALLOC_REGION_NODE,
		.node = nid,
	};
	struct rtalloc_region *region;
	struct rtalloc_heap *heap;
	void *table;

	snprintf(name, sizeof(name), "%s:tables", pci_name(pdev));
	region = devm_rtalloc_region_create(&pdev->dev, &params);
	if (IS_ERR(region))
		return PTR_ERR(region);
	heap = heap_over(&pdev->dev, name, region);
	if (IS_ERR(heap))
		return PTR_ERR(heap);
	table = rtalloc_zalloc(heap, TABLE, GFP_KERNEL);
	if (!table)
		return -ENOMEM;
	dev_info(&pdev->dev, "table: %u of %lu pages on node %d\n",
		 pages_on(table, TABLE, nid), TABLE / PAGE_SIZE, nid);
	rtalloc_free(heap, table);
	return 0;
}

static int pci_region_probe(struct pci_dev *pdev,
			    const struct pci_device_id *id)
{
	int err = pcim_enable_device(pdev);

	if (!err)
		err = frames_open(pdev);
	if (!err)
		err = tables_open(pdev, node == NUMA_NO_NODE ?
					dev_to_node(&pdev->dev) : node);
	return err;
}

static const struct pci_device_id pci_region_ids[] = {
	{ PCI_DEVICE(PCI_VENDOR_ID_REDHAT_QUMRANET, 0x1110) },
	{ }
};
MODULE_DEVICE_TABLE(pci, pci_region_ids);

static struct pci_driver pci_region_driver = {
	.name = "pci_region",
	.id_table = pci_region_ids,
	.probe = pci_region_probe,
};
module_pci_driver(pci_region_driver);

MODULE_DESCRIPTION("Sample: a heap behind a PCI BAR, and one on a NUMA node");
MODULE_LICENSE("GPL");

// SPDX-License-Identifier: GPL-2.0-only
/*
 * of_region.c - a platform driver that uses reserved memory of the device tree:
 *
 *   reserved-memory {
 *           #address-cells = <2>;
 *           #size-cells = <2>;
 *           ranges;
 *           frames: frames@52000000 {
 *                   reg = <0 0x52000000 0 0x100000>;
 *                   no-map;
 *           };
 *   };
 *   camera {
 *           compatible = "rtalloc,sample";
 *           memory-region = <&frames>;
 *   };
 *
 * A heap is created in all of that memory, and the device gets one frame of it. All is
 * device-managed (devm), so the driver has no clean-up code.
 */
#include <linux/err.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/platform_device.h>
#include <linux/string.h>
#include <rtalloc/rtalloc.h>

#define FRAME	5000

struct camera {
	struct rtalloc_heap *heap;
	void *frame;
};

/* A real driver would stop the hardware here first. */
static void frame_take(void *data)
{
	struct camera *camera = data;

	rtalloc_free(camera->heap, camera->frame);
}

/* A real driver would write the frame's offset in the memory to the hardware. */
static int frame_give(struct device *dev, struct camera *camera,
		      struct rtalloc_region *region)
{
	dma_addr_t at;

	camera->frame = rtalloc_dma_alloc(camera->heap, FRAME, &at);
	if (!camera->frame)
		return -ENOMEM;
	memset(camera->frame, 0x5a, FRAME);
	dev_info(dev, "frame at %llu of %zu bytes\n",
		 (u64)(at - rtalloc_region_dma(region)),
		 rtalloc_region_size(region));
	return devm_add_action_or_reset(dev, frame_take, camera);
}

static int camera_probe(struct platform_device *pdev)
{
	struct rtalloc_region_params memory = { };
	struct rtalloc_heap_params params = { };
	struct device *dev = &pdev->dev;
	struct rtalloc_region *region;
	struct camera *camera;

	camera = devm_kzalloc(dev, sizeof(*camera), GFP_KERNEL);
	if (!camera)
		return -ENOMEM;
	region = devm_of_rtalloc_region_get(dev, 0, &memory);
	if (IS_ERR(region))
		return PTR_ERR(region);
	params.region = region;
	params.size = rtalloc_region_size(region);
	camera->heap = devm_rtalloc_heap_create(dev, &params);
	if (IS_ERR(camera->heap))
		return PTR_ERR(camera->heap);
	return frame_give(dev, camera, region);
}

static const struct of_device_id camera_ids[] = {
	{ .compatible = "rtalloc,sample" },
	{ }
};
MODULE_DEVICE_TABLE(of, camera_ids);

static struct platform_driver camera_driver = {
	.driver = {
		.name = "of_region",
		.of_match_table = camera_ids,
	},
	.probe = camera_probe,
};
module_platform_driver(camera_driver);

MODULE_DESCRIPTION("Sample: a heap in the memory that a device tree names");
MODULE_LICENSE("GPL");

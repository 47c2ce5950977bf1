// SPDX-License-Identifier: GPL-2.0-only
/*
 * rtthread_sensor.c - a sensor's driver written for RT-Thread: the interrupt stores readings
 * in blocks of a pool, for the thread that processes them; reports are blocks of a memheap
 * in the driver's own memory.
 *
 * Above the line "as a module", only the includes of the driver were changed. The rest
 * makes it a module: the readings are a parameter, and the reports are logged.
 */
#define pr_fmt(fmt) "rtthread_sensor: " fmt

#include <rtalloc/port/rtthread.h>	/* was: <rtthread.h> */
#include <rtalloc/port/rtthread_types.h>	/* the same: ALIGN(), ... */

#define READINGS	4
#define REPORTS_SIZE	512

struct reading {
	ALIGN(RT_ALIGN_SIZE) rt_list_t node;
	rt_int32_t value;
};

struct sensor {
	struct rt_mempool readings;	/* readings not processed yet */
	rt_list_t queue;
	rt_size_t lost;
	struct rt_memheap reports;
	void *readings_area;
	void *reports_area;
};

static void sensor_close(struct sensor *sensor)
{
	if (sensor->reports.parent.type)
		rt_memheap_detach(&sensor->reports);
	if (sensor->readings.parent.type)
		rt_mp_detach(&sensor->readings);
	rt_free(sensor->reports_area);
	rt_free(sensor->readings_area);
	rt_free(sensor);
}

static rt_err_t sensor_areas(struct sensor *sensor)
{
	rt_size_t size = READINGS * (sizeof(struct reading) + sizeof(void *));

	sensor->readings_area = rt_malloc(size);
	sensor->reports_area = rt_malloc_align(REPORTS_SIZE, 64);
	if (!sensor->readings_area || !sensor->reports_area)
		return -RT_ENOMEM;
	if (rt_mp_init(&sensor->readings, "readings", sensor->readings_area,
		       size, sizeof(struct reading)) != RT_EOK)
		return -RT_ERROR;
	return rt_memheap_init(&sensor->reports, "reports",
			       sensor->reports_area, REPORTS_SIZE);
}

static struct sensor *sensor_open(void)
{
	struct sensor *sensor = rt_calloc(1, sizeof(*sensor));

	if (!sensor)
		return RT_NULL;
	rt_list_init(&sensor->queue);
	if (sensor_areas(sensor) == RT_EOK)
		return sensor;
	sensor_close(sensor);
	return RT_NULL;
}

/* The interrupt, which cannot wait for a block. */
static void sensor_isr(struct sensor *sensor, rt_int32_t value)
{
	struct reading *reading = rt_mp_alloc(&sensor->readings, 0);

	if (!reading) {
		sensor->lost++;
		return;
	}
	reading->value = value;
	rt_list_insert_before(&sensor->queue, &reading->node);
}

/* Return all pending readings as text, to be freed by rt_memheap_free(), or NULL. */
static char *sensor_report(struct sensor *sensor)
{
	rt_size_t room = 16 * (rt_list_len(&sensor->queue) + 1), n;
	char *text = rt_memheap_alloc(&sensor->reports, room);
	struct reading *reading;

	if (!text)
		return RT_NULL;
	n = rt_snprintf(text, room, "readings:");
	while (!rt_list_isempty(&sensor->queue)) {
		reading = rt_list_first_entry(&sensor->queue, struct reading,
					      node);
		n += rt_snprintf(text + n, room - n, " %d", reading->value);
		rt_list_remove(&reading->node);
		rt_mp_free(reading);
	}
	return rt_memheap_realloc(&sensor->reports, text, n + 1);
}

/* ---- as a module ------------------------------------------------------ */

#include <linux/module.h>

static int values[16] = { 20, 21, 23, 22, 19, 18 };
static int nr_values = 6;
module_param_array(values, int, &nr_values, 0444);
MODULE_PARM_DESC(values, "What the sensor reads");

static struct sensor *sensor;

static int __init rtthread_sensor_init(void)
{
	char *report;
	int i;

	sensor = sensor_open();
	if (!sensor)
		return -ENOMEM;
	for (i = 0; i < nr_values; i++)
		sensor_isr(sensor, values[i]);
	report = sensor_report(sensor);
	pr_info("%s, lost %zu\n", report ?: "no memory", (size_t)sensor->lost);
	rt_memheap_free(report);
	pr_info("%zu of %zu blocks free, reports took %zu bytes\n",
		(size_t)sensor->readings.block_free_count,
		(size_t)sensor->readings.block_total_count,
		(size_t)sensor->reports.max_used_size);
	return 0;
}

static void __exit rtthread_sensor_exit(void)
{
	sensor_close(sensor);
}

module_init(rtthread_sensor_init);
module_exit(rtthread_sensor_exit);

MODULE_DESCRIPTION("Sample: a sensor driver written for RT-Thread");
MODULE_LICENSE("GPL");

// SPDX-License-Identifier: GPL-2.0-only
/*
 * pool_table.c - tables of pools that are made from one list, as lwIP has them,
 * and allocation of any size from such a table: the smallest element that is
 * large enough.
 *
 * The pools of a table are tried in order, and the pool of a pointer is found
 * by asking each of them. The time grows with the number of pools, which is
 * small. Sizes are compared as size_t, so none wraps.
 */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/module.h>

#include <rtalloc/caller.h>
#include <rtalloc/mempool_fixed.h>

static int pool_create(struct mempool_fixed_table *table, unsigned int i,
		       const struct mempool_fixed_params *common)
{
	struct mempool_fixed_params params = *common;
	char name[RTALLOC_NAME_MAX + 2];	/* too long a name is refused, not cut */
	struct mempool_fixed *pool;

	snprintf(name, sizeof(name), "%s.%s", table->name,
		 table->entry[i].name);
	params.name = name;
	params.elem = table->entry[i].elem;
	params.count = table->entry[i].count;
	pool = mempool_fixed_create(&params);
	if (IS_ERR(pool))
		return PTR_ERR(pool);
	table->pool[i] = pool;
	return 0;
}

/**
 * mempool_fixed_table_create() - make all pools of a table
 * @table: from MEMPOOL_FIXED_TABLE()
 * @params: what the pools have in common: region, alignment and flags
 *
 * Context: Process context, may sleep; not in a callback of CPU hotplug.
 * Return: 0, or, with none of them made, an error as from
 *	mempool_fixed_create(): -EEXIST also where @table has its pools already, which
 *	stay.
 */
int mempool_fixed_table_create(struct mempool_fixed_table *table,
			       const struct mempool_fixed_params *params)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < table->nr; i++)
		if (table->pool[i])
			return -EEXIST;
	for (i = 0; i < table->nr && !err; i++)
		err = pool_create(table, i, params);
	if (err)
		mempool_fixed_table_destroy(table, true);
	return err;
}
EXPORT_SYMBOL_GPL(mempool_fixed_table_create);

static bool table_is_used(const struct mempool_fixed_table *table)
{
	unsigned int i;

	for (i = 0; i < table->nr; i++)
		if (table->pool[i] && mempool_fixed_nr_free(table->pool[i]) !=
				      mempool_fixed_count(table->pool[i]))
			return true;
	return false;
}

/**
 * mempool_fixed_table_destroy() - remove all pools of a table
 * @table: the table; pools that were not made are left out
 * @force: also when elements are still in use
 *
 * Context: Process context, may sleep; not in a callback of CPU hotplug.
 * Return: 0, or -EBUSY as from mempool_fixed_destroy(). Elements in use are
 *	found before anything is removed.
 */
int mempool_fixed_table_destroy(struct mempool_fixed_table *table, bool force)
{
	unsigned int i;
	int err;

	if (!force && table_is_used(table))
		return -EBUSY;
	for (i = table->nr; i--;) {
		if (!table->pool[i])
			continue;
		err = mempool_fixed_destroy(table->pool[i], force);
		if (err)
			return err;
		table->pool[i] = NULL;
	}
	return 0;
}
EXPORT_SYMBOL_GPL(mempool_fixed_table_destroy);

/**
 * mempool_fixed_malloc() - allocate a block of any size from a table of pools
 * @table: the table, with the smallest elements first
 * @size: bytes, not 0
 *
 * The first pool whose elements are large enough is asked, and with
 * @table->try_bigger also all pools behind it. Each pool that is empty counts a
 * failure.
 *
 * Context: Any but NMI.
 * Return: an element, or NULL, also where the pools do not exist.
 */
void *mempool_fixed_malloc(struct mempool_fixed_table *table, size_t size)
{
	struct mempool_fixed *pool;
	unsigned int i;
	void *p = NULL;

	for (i = 0; size && i < table->nr; i++) {
		pool = table->pool[i];
		if (!pool || size > mempool_fixed_elem_size(pool))
			continue;
		p = mempool_fixed_alloc(pool);
		if (p || !table->try_bigger)
			break;
	}
	return p;
}
EXPORT_SYMBOL_GPL(mempool_fixed_malloc);

/**
 * mempool_fixed_table_find() - which pool of a table a pointer points into
 * @table: the table
 * @p: anything
 *
 * Context: Any.
 * Return: the pool, or NULL.
 */
struct mempool_fixed *
mempool_fixed_table_find(const struct mempool_fixed_table *table, const void *p)
{
	unsigned int i;

	for (i = 0; i < table->nr; i++)
		if (table->pool[i] &&
		    mempool_fixed_index(table->pool[i], p) != -RTALLOC_FOREIGN)
			return table->pool[i];
	return NULL;
}
EXPORT_SYMBOL_GPL(mempool_fixed_table_find);

/**
 * mempool_fixed_mfree() - free an element that came from any pool of a table
 * @table: the table
 * @p: an element; NULL does nothing
 *
 * Context: Any but NMI.
 * Return: as mempool_fixed_free(). A pointer into none of the pools is counted
 *	and reported by the first pool, if the pools exist.
 */
int mempool_fixed_mfree(struct mempool_fixed_table *table, void *p)
{
	struct mempool_fixed *pool = mempool_fixed_table_find(table, p);

	if (!pool && table->nr)
		pool = table->pool[0];
	if (!pool)
		return p ? -RTALLOC_FOREIGN : 0;
	return mempool_fixed_free_by(pool, p, _RET_IP_);
}
EXPORT_SYMBOL_GPL(mempool_fixed_mfree);

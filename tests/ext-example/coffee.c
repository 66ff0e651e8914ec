/* SPDX-License-Identifier: MIT */
/*
 * coffee.c - a driver outside the tree:  make EXT=tests/ext-example
 *
 * It needs nothing but public headers, and no change to the tree: it registers itself by
 * being linked.  coffee_test.c, beside it, is its KUnit suite.
 */
#include "coffee.h"

#include <linux/errno.h>
#include <linux/init.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/printk.h>
#include <linux/slab.h>

static LIST_HEAD(cups);
static struct kmem_cache *cup_cache;
static unsigned int nr_cups;

struct cup *coffee_pour(unsigned int ml, gfp_t gfp)
{
	struct cup *cup;

	if (!ml || ml > COFFEE_MAX_ML)
		return NULL;
	cup = kmem_cache_zalloc(cup_cache, gfp);
	if (!cup)
		return NULL;
	cup->ml = ml;
	list_add_tail(&cup->list, &cups);
	nr_cups++;
	return cup;
}

void coffee_drink(struct cup *cup)
{
	list_del(&cup->list);
	nr_cups--;
	kmem_cache_free(cup_cache, cup);
}

unsigned int coffee_nr_cups(void)
{
	return nr_cups;
}

static int coffee_init(void)
{
	cup_cache = KMEM_CACHE(cup, SLAB_HWCACHE_ALIGN);
	if (!cup_cache)
		return -ENOMEM;
	pr_info("coffee: ready, %zu bytes a cup\n", sizeof(struct cup));
	return 0;
}
module_init(coffee_init);

MODULE_LICENSE("MIT");
MODULE_DESCRIPTION("example of a driver that is compiled in from outside the tree");

/* SPDX-License-Identifier: MIT */
/* memblock_arena.c - an instance over memory of its own, for the memblock suites */
#include "memblock_test.h"

static void *arena_map(struct memblock *m, phys_addr_t base, phys_addr_t size)
{
	struct memblock_arena *a = container_of(m, struct memblock_arena, blk);

	if (base < ARENA_BASE || base + size > ARENA_BASE + ARENA_SIZE)
		return NULL;
	return (char *)a->arena + (base - ARENA_BASE);
}

static phys_addr_t arena_unmap(struct memblock *m, const void *ptr)
{
	struct memblock_arena *a = container_of(m, struct memblock_arena, blk);

	return ARENA_BASE + (phys_addr_t)((const char *)ptr - (const char *)a->arena);
}

static void *arena_map_array(struct memblock *m, unsigned int slot, phys_addr_t base,
			     phys_addr_t size)
{
	struct memblock_arena *a = container_of(m, struct memblock_arena, blk);

	if (size > PAGE_SIZE << SLOT_ORDER)
		return NULL;
	if (!a->slot[slot])
		a->slot[slot] = (void *)__get_free_pages(GFP_KERNEL, SLOT_ORDER);
	a->nr_mapped++;
	return a->slot[slot];
}

const struct memblock_ops memblock_arena_ops = {
	.map = arena_map, .unmap = arena_unmap, .map_array = arena_map_array,
};

int memblock_arena_init(struct memblock_arena *a)
{
	memset(a, 0, sizeof(*a));
	memblock_init_in(&a->blk, &memblock_arena_ops);
	a->arena = (void *)__get_free_pages(GFP_KERNEL, ARENA_ORDER);
	return a->arena ? 0 : -ENOMEM;
}

void memblock_arena_exit(struct memblock_arena *a)
{
	unsigned int i;

	free_pages((unsigned long)a->arena, ARENA_ORDER);
	for (i = 0; i < ARRAY_SIZE(a->slot); i++)
		free_pages((unsigned long)a->slot[i], SLOT_ORDER);
	memset(a, 0, sizeof(*a));
}

void memblock_expect_sane(struct kunit *test, const struct memblock *m)
{
	char msg[128] = "";

	KUNIT_EXPECT_TRUE_MSG(test, memblock_verify_in(m, msg, sizeof(msg)), "%s", msg);
}

void memblock_expect_list(struct kunit *test, const struct memblock_type *type,
			  const struct memblock_region *want, u32 nr)
{
	phys_addr_t sum = 0;
	u32 i;

	KUNIT_ASSERT_EQ(test, type->cnt, nr);
	for (i = 0; i < nr; i++) {
		KUNIT_EXPECT_EQ_MSG(test, type->regions[i].base, want[i].base, "%s[%u]",
				    type->name, i);
		KUNIT_EXPECT_EQ_MSG(test, type->regions[i].size, want[i].size, "%s[%u]",
				    type->name, i);
		sum += want[i].size;
	}
	KUNIT_EXPECT_EQ(test, type->total_size, sum);
}

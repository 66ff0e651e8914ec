/* SPDX-License-Identifier: MIT */
/*
 * slab_irq_test.c - objects from a hard interrupt, against process context doing the same
 *
 * A hardware timer's handler takes objects with GFP_ATOMIC and gives them back while
 * process context does so with GFP_KERNEL, from the same caches, and each also frees what
 * the other took: they meet in a row of letter boxes that an exchange empties or fills.
 * Booted only: it needs a timer.
 */
#include <kunit/test.h>
#include <linux/array_size.h>
#include <linux/irqflags.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/prandom.h>
#include <linux/slab.h>
#include <asm/processor.h>

#define IRQ_HZ		5000
#define PER_TICK	128		/* operations a tick */
#define PROCESS_OPS	400000
#define MIN_IRQ_OPS	200000
#define NR_LIVE		64
#define NR_BOXES	32
#define NR_CACHES	3

struct side {
	struct rnd_state rnd;
	u64 *held[NR_LIVE];
	unsigned long ops, refused, broken, swapped;
	gfp_t gfp;
};

static struct side irq_side, process_side;
static struct kmem_cache *cache[NR_CACHES];
static u64 *box[NR_BOXES];

static const unsigned int cache_size[NR_CACHES] = { 24, 192, 1000 };
static const slab_flags_t cache_flags[NR_CACHES] = {
	0, SLAB_HWCACHE_ALIGN, SLAB_POISON | SLAB_RED_ZONE | SLAB_CONSISTENCY_CHECKS
};

static u64 stamp_of(const u64 *p)
{
	return (u64)(unsigned long)p ^ 0x5bd1e995;
}

static u64 *take(struct side *s)
{
	u32 dice = prandom_u32_state(&s->rnd);
	u64 *p;

	if (dice % 4)
		p = kmem_cache_alloc(cache[dice % NR_CACHES], s->gfp);
	else
		p = kmalloc(8 + (dice >> 8) % 9000, s->gfp);
	if (!p)
		s->refused++;
	else
		*p = stamp_of(p);
	return p;
}

static void give(struct side *s, u64 *p)
{
	s->broken += *p != stamp_of(p);
	kfree(p);
}

static void step(struct side *s)
{
	const u32 i = prandom_u32_below(&s->rnd, NR_LIVE), b = i % NR_BOXES;

	s->ops++;
	if (i % 8 == 0) {		/* whatever is in the box is mine now, and mine is its */
		s->held[i] = __atomic_exchange_n(&box[b], s->held[i], __ATOMIC_ACQ_REL);
		s->swapped++;
		return;
	}
	if (s->held[i]) {
		give(s, s->held[i]);
		s->held[i] = NULL;
	} else {
		s->held[i] = take(s);
	}
}

static void start(struct side *s, gfp_t gfp, u64 seed)
{
	memset(s, 0, sizeof(*s));
	s->gfp = gfp | __GFP_NOWARN;
	prandom_seed_state(&s->rnd, seed);
}

/* With slab_debug= a handler may take longer than a tick: process context gets its share. */
static void tick(void)
{
	static unsigned long last;
	unsigned int i;

	if (READ_ONCE(process_side.ops) - last < PER_TICK)
		return;
	last = process_side.ops;
	for (i = 0; i < PER_TICK; i++)
		step(&irq_side);
}

static void stop_timer(void *unused)
{
	timer_test_stop();
}

static void settle(struct side *s)
{
	unsigned int i;

	for (i = 0; i < NR_LIVE; i++)
		if (s->held[i])
			give(s, s->held[i]);
}

static void make_caches(struct kunit *test)
{
	char name[16];
	unsigned int i;

	for (i = 0; i < NR_CACHES; i++) {
		snprintf(name, sizeof(name), "slab_irq_%u", i);
		cache[i] = kmem_cache_create(name, cache_size[i], 0, cache_flags[i], NULL);
		KUNIT_ASSERT_NOT_NULL(test, cache[i]);
	}
}

static void atomic_against_kernel(struct kunit *test)
{
	const unsigned long errors = slab_error_count();
	unsigned long ticks;
	char msg[160] = "";
	unsigned int i;

	make_caches(test);
	start(&irq_side, GFP_ATOMIC, kunit_seed());
	start(&process_side, GFP_KERNEL, kunit_seed() + 1);
	KUNIT_ASSERT_EQ(test, timer_test_start(IRQ_HZ, tick), 0);
	kunit_add_action(test, stop_timer, NULL);
	while (process_side.ops < PROCESS_OPS || READ_ONCE(irq_side.ops) < MIN_IRQ_OPS) {
		step(&process_side);
		if (process_side.ops % 50000 == 0)
			kmem_cache_shrink(cache[process_side.ops % NR_CACHES]);
	}
	ticks = timer_test_stop();
	kunit_remove_action(test, stop_timer, NULL);
	settle(&irq_side);
	settle(&process_side);
	for (i = 0; i < NR_BOXES; i++)
		kfree(__atomic_exchange_n(&box[i], NULL, __ATOMIC_ACQ_REL));
	kunit_info(test, "%lu operations, %lu in %lu interrupts, %lu objects changed sides",
		   process_side.ops, irq_side.ops, ticks, process_side.swapped);
	KUNIT_EXPECT_EQ(test, irq_side.broken + process_side.broken, 0);
	KUNIT_EXPECT_EQ(test, process_side.refused, 0);
	KUNIT_EXPECT_EQ(test, slab_error_count(), errors);
	KUNIT_EXPECT_TRUE_MSG(test, slab_verify(msg, sizeof(msg)), "%s", msg);
	for (i = 0; i < NR_CACHES; i++)
		kmem_cache_destroy(cache[i]);
}

static unsigned long wrong;

/* What must not be done here is reported, and refused. */
static void tick_wrong(void)
{
	if (!wrong++)
		WRITE_ONCE(wrong, kmem_cache_create("slab_irq", 8, 0, 0, NULL) ? 100 : 1);
}

static void no_creation_in_an_interrupt(struct kunit *test)
{
	static char text[2048];

	wrong = 0;
	printk_capture_start(text, sizeof(text));
	KUNIT_EXPECT_EQ(test, timer_test_start(1000, tick_wrong), 0);
	while (READ_ONCE(wrong) < 2)
		cpu_relax();
	timer_test_stop();
	printk_capture_stop();
	KUNIT_EXPECT_LT(test, wrong, 100);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "called from an interrupt"));
}

static struct kunit_case slab_irq_cases[] = {
	KUNIT_CASE(atomic_against_kernel),
	KUNIT_CASE(no_creation_in_an_interrupt),
	{}
};

static struct kunit_suite slab_irq_suite = { .name = "slab_irq", .test_cases = slab_irq_cases };
kunit_test_suite(slab_irq_suite);

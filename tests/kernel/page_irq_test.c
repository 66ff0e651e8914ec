/* SPDX-License-Identifier: MIT */
/*
 * page_irq_test.c - allocation from a hard interrupt, against process context doing the same
 *
 * A hardware timer's handler takes and frees blocks of mixed orders with GFP_ATOMIC while
 * process context does so with GFP_KERNEL, hundreds of thousands of times.  Each keeps its
 * blocks stamped.  Booted only: it needs a timer.
 */
#include <linux/ktime.h>
#include <linux/prandom.h>

#include "zone_fixture.h"

#define IRQ_HZ		20000
#define IRQ_LIVE	16
#define PER_TICK	64		/* operations a tick */
#define PROCESS_OPS	200000
#define MIN_IRQ_OPS	100000

struct side {
	struct rnd_state rnd;
	unsigned long addr[IRQ_LIVE];
	u8 order[IRQ_LIVE];
	unsigned long ops, refused, broken;
	gfp_t gfp;
};

static struct side irq_side, process_side;

static void side_step(struct side *s)
{
	unsigned int i = prandom_u32_below(&s->rnd, IRQ_LIVE);
	u32 dice = prandom_u32_below(&s->rnd, 64);

	s->ops++;
	if (s->addr[i]) {
		s->broken += *(unsigned long *)s->addr[i] != (s->addr[i] ^ (unsigned long)s);
		free_pages(s->addr[i], s->order[i]);
		s->addr[i] = 0;
		return;
	}
	s->order[i] = dice < 48 ? 0 : dice % 6;
	s->addr[i] = __get_free_pages(s->gfp | (dice == 63 ? __GFP_COMP : 0), s->order[i]);
	if (!s->addr[i])
		s->refused++;
	else
		*(unsigned long *)s->addr[i] = s->addr[i] ^ (unsigned long)s;
}

static void side_start(struct side *s, gfp_t gfp, u64 seed)
{
	memset(s, 0, sizeof(*s));
	s->gfp = gfp | __GFP_NOWARN;
	prandom_seed_state(&s->rnd, seed);
}

static void side_stop(struct side *s)
{
	unsigned int i;

	for (i = 0; i < IRQ_LIVE; i++)
		if (s->addr[i])
			free_pages(s->addr[i], s->order[i]);
}

static void tick(void)
{
	unsigned int i;

	for (i = 0; i < PER_TICK; i++)
		side_step(&irq_side);
}

static void stop_timer(void *unused)
{
	timer_test_stop();
}

static void page_irq_atomic_against_kernel(struct kunit *test)
{
	unsigned long ticks;
	char msg[128] = "";

	side_start(&irq_side, GFP_ATOMIC, kunit_seed());
	side_start(&process_side, GFP_KERNEL, kunit_seed() + 1);
	KUNIT_ASSERT_EQ(test, timer_test_start(IRQ_HZ, tick), 0);
	kunit_add_action(test, stop_timer, NULL);
	while (process_side.ops < PROCESS_OPS || READ_ONCE(irq_side.ops) < MIN_IRQ_OPS)
		side_step(&process_side);
	ticks = timer_test_stop();
	kunit_remove_action(test, stop_timer, NULL);
	side_stop(&irq_side);
	side_stop(&process_side);
	kunit_info(test, "%lu operations, %lu in %lu interrupts", process_side.ops,
		   irq_side.ops, ticks);
	KUNIT_EXPECT_EQ(test, irq_side.broken, 0);
	KUNIT_EXPECT_EQ(test, process_side.broken, 0);
	KUNIT_EXPECT_GE(test, irq_side.ops, MIN_IRQ_OPS);
	KUNIT_EXPECT_TRUE_MSG(test, mm_verify(msg, sizeof(msg)), "%s", msg);
}

static struct kunit_case page_irq_cases[] = {
	KUNIT_CASE(page_irq_atomic_against_kernel),
	{}
};

static struct kunit_suite page_irq_suite = { .name = "page_irq", .test_cases = page_irq_cases };
kunit_test_suite(page_irq_suite);

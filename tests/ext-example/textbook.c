/* SPDX-License-Identifier: MIT */
/*
 * textbook.c - names that the books use and that no other file of the tree needs:
 * that it compiles, from the headers that the books name, is half of the test.
 */
#include <asm/atomic.h>
#include <kunit/test.h>
#include <linux/atomic.h>
#include <linux/gfp.h>
#include <linux/hardirq.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/irqreturn.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/param.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/stddef.h>
#include <linux/time.h>
#include <linux/vmalloc.h>

struct quantum {
	unsigned long nr;
	char data[24];
};

struct bag {
	unsigned int n;
	int item[];
};

static void sizes(struct kunit *test)
{
	uint64_t wide = U64_MAX;
	char text[24];
	struct bag *bag;

	KUNIT_EXPECT_NULL(test, kmalloc_array(SIZE_MAX / 2, 4, GFP_KERNEL));
	snprintf(text, sizeof(text), "%llu", wide);		/* Linux's uint64_t */
	KUNIT_EXPECT_STREQ(test, text, "18446744073709551615");
	bag = kzalloc(struct_size(bag, item, 5), GFP_KERNEL);	/* <linux/slab.h> brings it */
	KUNIT_EXPECT_EQ(test, ksize(bag), (size_t)32);
	kfree(bag);
}

static void pages_by_address(struct kunit *test)
{
	unsigned long addr = __get_free_page(GFP_KERNEL);	/* <linux/slab.h> is enough */
	struct page *page = alloc_pages_node(0, GFP_KERNEL, 1);

	KUNIT_EXPECT_NE(test, addr, 0UL);
	free_page(addr);
	KUNIT_ASSERT_NOT_NULL(test, page);
	__free_pages(page, 1);
}

static void node_and_user_variants(struct kunit *test)
{
	struct kmem_cache *s = KMEM_CACHE_USERCOPY(quantum, SLAB_HWCACHE_ALIGN, data);
	char *p = vmalloc_user(100);

	KUNIT_ASSERT_NOT_NULL(test, s);
	kmem_cache_destroy(s);
	KUNIT_EXPECT_EQ(test, p[99], 0);
	vfree(p);
	vfree(vmalloc_node(100, 0));
	kvfree(kvzalloc_node(100, GFP_KERNEL, 0));
}

static void device_memory(struct kunit *test)
{
	char text[8];
	void __iomem *vga = ioremap_nocache(0xb8000, 4000);

	KUNIT_ASSERT_NOT_NULL(test, vga);
	memcpy_fromio(text, vga, sizeof(text));
	memcpy_toio(vga, text, sizeof(text));
	KUNIT_EXPECT_EQ(test, ioread8(vga), readb(vga));
	iounmap(vga);
}

static void trylock_with_interrupts(struct kunit *test)
{
	DEFINE_RAW_SPINLOCK(lock);
	unsigned long flags, inner;

	raw_spin_lock_irqsave(&lock, flags);
	assert_spin_locked(&lock);
	raw_spin_unlock_irqrestore(&lock, flags);
	KUNIT_EXPECT_TRUE(test, spin_trylock_irqsave(&lock, inner));
	KUNIT_EXPECT_TRUE(test, irqs_disabled());
	spin_unlock_irqrestore(&lock, inner);
	KUNIT_EXPECT_FALSE(test, irqs_disabled());
}

static DEFINE_RWLOCK(rwlock);

static void many_readers_or_one_writer(struct kunit *test)
{
	unsigned long flags;

	read_lock(&rwlock);
	KUNIT_EXPECT_TRUE(test, in_atomic());
	KUNIT_EXPECT_TRUE(test, read_trylock(&rwlock));
	KUNIT_EXPECT_FALSE(test, write_trylock(&rwlock));
	read_unlock(&rwlock);
	KUNIT_EXPECT_FALSE(test, write_trylock(&rwlock));
	read_unlock(&rwlock);
	write_lock_irqsave(&rwlock, flags);
	KUNIT_EXPECT_TRUE(test, irqs_disabled());
	KUNIT_EXPECT_FALSE(test, read_trylock(&rwlock));
	KUNIT_EXPECT_FALSE(test, write_trylock(&rwlock));
	write_unlock_irqrestore(&rwlock, flags);
	KUNIT_EXPECT_FALSE(test, irqs_disabled() || in_atomic());
	write_lock_bh(&rwlock);
	KUNIT_EXPECT_TRUE(test, in_softirq());
	write_unlock_bh(&rwlock);
	KUNIT_EXPECT_FALSE(test, in_softirq() || in_atomic());
}

static int sleeper(void *unused)
{
	allow_signal(SIGKILL);
	set_task_state(current, TASK_INTERRUPTIBLE);
	while (!kthread_should_stop() && !signal_pending(current)) {
		schedule();
		set_current_state(TASK_INTERRUPTIBLE);
	}
	__set_task_state(current, TASK_RUNNING);
	return -ERESTARTSYS;
}

static void threads_of_the_older_books(struct kunit *test)
{
	struct task_struct *t = kthread_create(sleeper, NULL, "sleeper/%d", 0);

	KUNIT_ASSERT_FALSE(test, IS_ERR(t));
	kthread_bind(t, 0);
	wake_up_process(t);
	schedule_timeout_interruptible(1);
	KUNIT_EXPECT_EQ(test, kthread_stop(t), -ERESTARTSYS);
}

static int number = 1;
module_param(number, int, 0444);
MODULE_PARM_DESC(number, "textbook.number=<n> on the command line");
static bool yes;
module_param(yes, bool, 0444);
static char *text = "default";
module_param(text, charp, 0444);

/* As given on the command line of scripts/run-tests; without one, as they are written here. */
static void parameters(struct kunit *test)
{
	char long_text[PARAM_CHARP_MAX + 1];

	if (number == 1)
		kunit_skip(test, "needs textbook.number=77 textbook.yes=y textbook.text=hello");
	KUNIT_EXPECT_EQ(test, number, 77);
	KUNIT_EXPECT_TRUE(test, yes);
	KUNIT_EXPECT_STREQ(test, text, "hello");
	memset(long_text, 'x', sizeof(long_text) - 1);
	long_text[PARAM_CHARP_MAX] = '\0';
	KUNIT_EXPECT_EQ(test, param_set_text(long_text), -EINVAL);
}

static void more_atomics(struct kunit *test)
{
	atomic_t v = ATOMIC_INIT(6);

	KUNIT_EXPECT_EQ(test, atomic_fetch_or(1, &v), 6);
	atomic_and(3, &v);
	KUNIT_EXPECT_EQ(test, atomic_fetch_sub(1, &v), 3);
	KUNIT_EXPECT_FALSE(test, atomic_add_negative(-2, &v));
	KUNIT_EXPECT_TRUE(test, atomic_add_negative(-1, &v));
	KUNIT_EXPECT_TRUE(test, time_in_range(jiffies, jiffies - HZ, jiffies + HZ));
	mb();
	rmb();
	wmb();
}

static struct kunit_case textbook_cases[] = {
	KUNIT_CASE(sizes),
	KUNIT_CASE(pages_by_address),
	KUNIT_CASE(node_and_user_variants),
	KUNIT_CASE(device_memory),
	KUNIT_CASE(trylock_with_interrupts),
	KUNIT_CASE(many_readers_or_one_writer),
	KUNIT_CASE(threads_of_the_older_books),
	KUNIT_CASE(parameters),
	KUNIT_CASE(more_atomics),
	{}
};

static struct kunit_suite textbook_suite = {
	.name = "textbook",
	.test_cases = textbook_cases,
};
kunit_test_suite(textbook_suite);

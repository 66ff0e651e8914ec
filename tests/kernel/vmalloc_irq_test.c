/* SPDX-License-Identifier: MIT */
/*
 * vmalloc_irq_test.c - real interrupts, while process context maps and unmaps
 *
 * Booted only: a hardware timer calls the handlers below some thousand times a second.
 */
#include <kunit/test.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/panic.h>
#include <linux/stats.h>
#include <linux/vmalloc.h>

#define SLOTS	64
#define HZ_TEST	4000

static void *slot[SLOTS];		/* areas for the handler to free */
static unsigned long nr_freed, nr_refused, nr_looked;

/* Free what is there, ask for memory, look an address up. */
static void handler(void)
{
	static unsigned int next;
	void *p = READ_ONCE(slot[next % SLOTS]);

	if (p) {
		WRITE_ONCE(slot[next % SLOTS], NULL);
		vfree(p);
		nr_freed++;
	}
	next++;
	nr_refused += vmalloc(PAGE_SIZE) == NULL;
	nr_looked += vmalloc_to_page((void *)VMALLOC_START) != NULL ||
		     find_vm_area((void *)VMALLOC_START) == NULL;
}

/* Half a second, or what a busy host makes of it. */
static bool goes_on(u64 start)
{
	return ktime_get_ns() - start < 500 * NSEC_PER_MSEC ||
	       (READ_ONCE(nr_freed) <= 100 && ktime_get_ns() - start < 30 * NSEC_PER_SEC);
}

static void interrupts_free_what_process_context_maps(struct kunit *test)
{
	unsigned long areas = vmalloc_nr_areas(), taint = get_taint(), mapped = 0, i, start;
	static char report[2048];
	char msg[160], *p;

	printk_capture_start(report, sizeof(report));
	might_sleep_reset();
	KUNIT_ASSERT_EQ(test, timer_test_start(HZ_TEST, handler), 0);
	start = ktime_get_ns();
	for (i = 0; goes_on(start); i++) {
		p = vmalloc(PAGE_SIZE * (1 + i % 20));
		KUNIT_EXPECT_NOT_NULL(test, p);
		if (!p)
			break;
		*p = (char)i;
		mapped++;
		if (READ_ONCE(slot[i % SLOTS]))
			vfree(p);
		else
			WRITE_ONCE(slot[i % SLOTS], p);
	}
	KUNIT_EXPECT_GT(test, timer_test_stop(), 100UL);
	printk_capture_stop();
	set_taint_mask(taint);
	for (i = 0; i < SLOTS; i++) {
		vfree(slot[i]);
		slot[i] = NULL;
	}
	vmalloc_drain();
	kunit_info(test, "%lu areas mapped, %lu freed by interrupts", mapped, nr_freed);
	KUNIT_EXPECT_GT(test, nr_freed, 100UL);
	KUNIT_EXPECT_EQ(test, vmalloc_nr_areas(), areas);
	KUNIT_EXPECT_NOT_NULL(test, strstr(report, "BUG: sleeping function called from invalid "
					   "context at " __FILE__ ":"));
	KUNIT_EXPECT_NULL(test, strstr(report, "Trying to vfree"));
	if (!vmalloc_verify(msg, sizeof(msg)))
		KUNIT_FAIL(test, "%s", msg);
}

static struct kunit_case vmalloc_irq_cases[] = {
	KUNIT_CASE(interrupts_free_what_process_context_maps),
	{}
};

static struct kunit_suite vmalloc_irq_suite = {
	.name = "vmalloc_irq",
	.test_cases = vmalloc_irq_cases,
};
kunit_test_suite(vmalloc_irq_suite);

/* SPDX-License-Identifier: MIT */
/*
 * floppy_test.c - the diskette drive, from one sector to the whole disk
 *
 * It writes to the medium, so it must be told that it may: floppytest=overwrite.  Whatever
 * the order of the cases, each leaves the pattern that the seed makes in the sectors that it
 * has written, so that scripts/test-floppy can compare the image with it afterwards.
 */
#include <kunit/test.h>
#include <linux/err.h>
#include <linux/fault-inject.h>
#include <linux/gfp.h>
#include <linux/init.h>
#include <linux/isa_dma.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/seq_file.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "floppy_test.h"

static char floppytest[32];
static struct fdc_timing usual;

static int setup_floppytest(char *val)
{
	strscpy(floppytest, val, sizeof(floppytest));
	return 0;
}
__setup("floppytest=", setup_floppytest);

bool floppytest_is(const char *what)
{
	return !strcmp(floppytest, what);
}

void floppytest_needs(struct kunit *test, const char *what)
{
	if (!floppytest_is(what))
		kunit_skip(test, "no floppytest=%s on the command line", what);
}

/* ---- patterns -------------------------------------------------------------------- */

static u64 pattern_word(sector_t sector, unsigned int i)
{
	u64 x = kunit_seed() + (sector * (SECTOR_SIZE / 8) + i + 1) * 0x9e3779b97f4a7c15ULL;

	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
	return x ^ (x >> 31);
}

void floppy_pattern(void *buf, sector_t sector, unsigned int nr)
{
	unsigned int i;
	u64 *p = buf;

	for (; nr; nr--, sector++)
		for (i = 0; i < SECTOR_SIZE / 8; i++)
			*p++ = pattern_word(sector, i);
}

unsigned int floppy_pattern_wrong(const void *buf, sector_t sector, unsigned int nr)
{
	unsigned int i, wrong = 0;
	const u64 *p = buf;

	for (; nr; nr--, sector++, p += SECTOR_SIZE / 8) {
		for (i = 0; i < SECTOR_SIZE / 8 && p[i] == pattern_word(sector, i); i++)
			;
		wrong += i < SECTOR_SIZE / 8;
	}
	return wrong;
}

/* ---- the disk -------------------------------------------------------------------- */

int floppy_test_init(struct kunit *test)
{
	struct fdc *fdc = floppy_fdc();

	usual = fdc->timing;
	fdc->timing.spin_up = 10;	/* an emulated disk has no inertia; a real one retries */
	if (floppytest_is("overwrite"))
		floppy_be_patient();	/* but its host may have */
	return 0;
}

void floppy_test_exit(struct kunit *test)
{
	floppy_fdc()->timing = usual;
}

static void close_disk(void *disk)
{
	disk_close(disk);
}

struct gendisk *floppy_test_open(struct kunit *test)
{
	struct gendisk *disk = disk_open("fd0");

	KUNIT_ASSERT_FALSE(test, IS_ERR(disk));
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, close_disk, disk), 0);
	return disk;
}

static irqreturn_t nothing(int irq, void *dev)
{
	return IRQ_NONE;
}

void floppy_expect_all_free(struct kunit *test)
{
	int err = request_dma(FDC_DMA, "test");

	KUNIT_EXPECT_TRUE(test, err == 0 || err == -ENODEV);
	if (!err)
		free_dma(FDC_DMA);
	err = request_irq(FDC_IRQ, nothing, 0, "test", &usual);
	if (KUNIT_WORKED(test, err == 0))	/* it allocates, too */
		free_irq(FDC_IRQ, &usual);
	else
		KUNIT_EXPECT_EQ(test, err, -ENOMEM);
	KUNIT_EXPECT_FALSE(test, fdc_motor_is_on(floppy_fdc(), 0));
}

/* A buffer that goes away with the case. */
static void free_buffer(void *buf)
{
	free_pages_exact(buf, CYLINDER_BYTES);
}

static u8 *cylinder_buffer(struct kunit *test, gfp_t gfp)
{
	u8 *buf = alloc_pages_exact(CYLINDER_BYTES, gfp);

	KUNIT_ASSERT_NOT_NULL(test, buf);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, free_buffer, buf), 0);
	return buf;
}

/* Write the pattern from @buf, wipe @buf, read it back, compare: errors and wrong sectors. */
static unsigned int through(struct gendisk *disk, u8 *buf, sector_t sector, unsigned int nr)
{
	unsigned int wrong;

	floppy_pattern(buf, sector, nr);
	wrong = disk_write(disk, sector, buf, nr) != 0;
	memset(buf, 0, (size_t)nr * SECTOR_SIZE);
	wrong += disk_read(disk, sector, buf, nr) != 0;
	return wrong + floppy_pattern_wrong(buf, sector, nr);
}

/* ---- good media ------------------------------------------------------------------ */

static void whole_disk_from_dma_memory(struct kunit *test)
{
	const struct isa_bounce_stats before = isa_bounce_stats;
	struct gendisk *disk;
	unsigned int wrong = 0;
	sector_t s;
	u64 t[3];
	u8 *buf;

	floppytest_needs(test, "overwrite");
	disk = floppy_test_open(test);
	buf = cylinder_buffer(test, GFP_KERNEL | GFP_DMA);
	KUNIT_ASSERT_EQ(test, dma_buffer_ok(buf, CYLINDER_BYTES, FDC_DMA), 0);
	KUNIT_ASSERT_EQ(test, get_capacity(disk), FLOPPY_NR_SECTORS);
	t[0] = ktime_get_ns();
	for (s = 0; s < FLOPPY_NR_SECTORS; s += FLOPPY_CYLINDER_SECTORS) {
		floppy_pattern(buf, s, FLOPPY_CYLINDER_SECTORS);
		wrong += disk_write(disk, s, buf, FLOPPY_CYLINDER_SECTORS) != 0;
	}
	t[1] = ktime_get_ns();
	for (s = 0; s < FLOPPY_NR_SECTORS; s += FLOPPY_CYLINDER_SECTORS) {
		memset(buf, 0, CYLINDER_BYTES);
		wrong += disk_read(disk, s, buf, FLOPPY_CYLINDER_SECTORS) != 0;
		wrong += floppy_pattern_wrong(buf, s, FLOPPY_CYLINDER_SECTORS);
	}
	t[2] = ktime_get_ns();
	KUNIT_EXPECT_EQ(test, wrong, 0u);
	KUNIT_EXPECT_EQ(test, isa_bounce_stats.bounced, before.bounced);
	KUNIT_EXPECT_EQ(test, isa_bounce_stats.direct, before.direct + 2 * FLOPPY_CYLINDERS);
	kunit_info(test, "1.44 MB written in %llu ms, read in %llu ms",
		   (t[1] - t[0]) / NSEC_PER_MSEC, (t[2] - t[1]) / NSEC_PER_MSEC);
}

static void each_sector_of_a_cylinder_alone(struct kunit *test)
{
	const sector_t first = 37 * FLOPPY_CYLINDER_SECTORS;
	struct gendisk *disk;
	sector_t s;
	u8 *buf;

	floppytest_needs(test, "overwrite");
	disk = floppy_test_open(test);
	buf = cylinder_buffer(test, GFP_KERNEL | GFP_DMA);
	for (s = first; s < first + FLOPPY_CYLINDER_SECTORS; s++)
		KUNIT_EXPECT_EQ(test, through(disk, buf, s, 1), 0u);
	KUNIT_EXPECT_EQ(test, disk_read(disk, first, buf, FLOPPY_CYLINDER_SECTORS), 0);
	KUNIT_EXPECT_EQ(test, floppy_pattern_wrong(buf, first, FLOPPY_CYLINDER_SECTORS), 0u);
}

static void tracks_and_anything_between(struct kunit *test)
{
	u64 x = kunit_seed() | 1;
	struct gendisk *disk;
	unsigned int i;
	u8 *buf;

	floppytest_needs(test, "overwrite");
	disk = floppy_test_open(test);
	buf = cylinder_buffer(test, GFP_KERNEL | GFP_DMA);
	for (i = 0; i < 60; i++) {
		sector_t sector;
		unsigned int nr;

		x = x * 6364136223846793005ULL + 1442695040888963407ULL;
		nr = i % 4 ? (x >> 33) % FLOPPY_CYLINDER_SECTORS + 1 : FLOPPY_SECTORS;
		sector = (x >> 43) % (FLOPPY_NR_SECTORS - nr);
		if (i % 4 == 0)
			sector -= sector % FLOPPY_SECTORS;
		KUNIT_EXPECT_EQ(test, through(disk, buf, sector, nr), 0u);
	}
}

static void sectors_beyond_the_end_are_refused(struct kunit *test)
{
	struct gendisk *disk;
	u8 *buf;

	floppytest_needs(test, "overwrite");
	disk = floppy_test_open(test);
	buf = cylinder_buffer(test, GFP_KERNEL | GFP_DMA);
	KUNIT_EXPECT_EQ(test, disk_read(disk, FLOPPY_NR_SECTORS, buf, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, disk_read(disk, FLOPPY_NR_SECTORS - 1, buf, 2), -EINVAL);
	KUNIT_EXPECT_EQ(test, disk_write(disk, ~0ULL, buf, 2), -EINVAL);
	KUNIT_EXPECT_EQ(test, disk_read(disk, 0, buf, ~0U), -EINVAL);
	KUNIT_EXPECT_EQ(test, disk_read(disk, FLOPPY_NR_SECTORS, buf, 0), 0);
	KUNIT_EXPECT_EQ(test, through(disk, buf, FLOPPY_NR_SECTORS - 1, 1), 0u);
}

/* ---- memory that DMA does not reach ---------------------------------------------- */

static void expect_bounced(struct kunit *test, u8 *buf, sector_t sector, int error)
{
	const unsigned int nr = FLOPPY_CYLINDER_SECTORS;
	const struct isa_bounce_stats before = isa_bounce_stats;
	struct gendisk *disk = floppy_test_open(test);
	static char log[512];
	int err;

	KUNIT_EXPECT_EQ(test, dma_buffer_ok(buf, CYLINDER_BYTES, FDC_DMA), error);
	KUNIT_EXPECT_EQ(test, through(disk, buf, sector, nr), 0u);
	KUNIT_EXPECT_EQ(test, isa_bounce_stats.bounced, before.bounced + 2);
	KUNIT_EXPECT_EQ(test, isa_bounce_stats.bytes, before.bytes + 2 * CYLINDER_BYTES);
	isa_bounce_switch(false);
	printk_capture_start(log, sizeof(log));
	err = disk_read(disk, sector, buf, nr);
	printk_capture_stop();
	isa_bounce_switch(true);
	KUNIT_EXPECT_EQ(test, err, error);
	KUNIT_EXPECT_NOT_NULL(test, strstr(log, ", and bouncing is off\n"));
	kunit_info(test, "%.*s", (int)strcspn(log, "\n"), log);
	KUNIT_EXPECT_EQ(test, isa_bounce_stats.refused, before.refused + 1);
	KUNIT_EXPECT_EQ(test, disk_read(disk, sector, buf, nr), 0);
}

static void buffer_above_16_mib(struct kunit *test)
{
	u8 *buf;

	floppytest_needs(test, "overwrite");
	buf = cylinder_buffer(test, GFP_KERNEL);
	if (virt_to_phys(buf) < ISA_DMA_LIMIT)
		kunit_skip(test, "this machine has no memory above 16 MiB");
	expect_bounced(test, buf, 11 * FLOPPY_CYLINDER_SECTORS, -EFAULT);
}

static void free_128k(void *buf)
{
	free_pages((unsigned long)buf, 5);
}

static void buffer_across_a_boundary(struct kunit *test)
{
	u8 *block;

	floppytest_needs(test, "overwrite");
	block = (u8 *)__get_dma_pages(GFP_KERNEL, 5);
	KUNIT_ASSERT_NOT_NULL(test, block);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, free_128k, block), 0);
	expect_bounced(test, block + SZ_64K - CYLINDER_BYTES / 2, 12 * FLOPPY_CYLINDER_SECTORS,
		       -EINVAL);
}

static void free_area(void *buf)
{
	vfree(buf);
}

/* Scattered below 16 MiB: page by page it would do, as a whole it does not. */
static void buffer_of_scattered_pages(struct kunit *test)
{
	const unsigned int nr = PAGE_ALIGN(CYLINDER_BYTES) / PAGE_SIZE;
	struct page *pages[PAGE_ALIGN(CYLINDER_BYTES) / PAGE_SIZE];
	struct page *block;
	unsigned int i;
	u8 *buf;

	floppytest_needs(test, "overwrite");
	block = alloc_pages(GFP_KERNEL | GFP_DMA, get_order(CYLINDER_BYTES));
	KUNIT_ASSERT_NOT_NULL(test, block);
	for (i = 0; i < nr; i++)
		pages[i] = block + (i * 3 % nr);
	buf = vmap(pages, nr, VM_MAP, PAGE_KERNEL);
	if (buf)
		expect_bounced(test, buf, 13 * FLOPPY_CYLINDER_SECTORS, -EINVAL);
	KUNIT_EXPECT_NOT_NULL(test, buf);
	vunmap(buf);
	__free_pages(block, get_order(CYLINDER_BYTES));
}

/* What every beginner tries: a thread's stack is mapped page by page. */
static void buffer_on_the_stack(struct kunit *test)
{
	u8 buf[2 * SECTOR_SIZE];
	struct gendisk *disk;

	floppytest_needs(test, "overwrite");
	disk = floppy_test_open(test);
	KUNIT_EXPECT_EQ(test, through(disk, buf, 1234, 2), 0u);
}

/* One call for half of the disk, from memory of vmalloc(). */
static void half_a_disk_from_vmalloc(struct kunit *test)
{
	const unsigned int nr = FLOPPY_NR_SECTORS / 2;
	struct gendisk *disk;
	u8 *buf;

	floppytest_needs(test, "overwrite");
	disk = floppy_test_open(test);
	buf = vmalloc((size_t)nr * SECTOR_SIZE);
	KUNIT_ASSERT_NOT_NULL(test, buf);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, free_area, buf), 0);
	KUNIT_EXPECT_EQ(test, through(disk, buf, 7, nr), 0u);
}

/* ---- who may have it ------------------------------------------------------------- */

static void opening_takes_and_closing_gives_back(struct kunit *test)
{
	struct gendisk *disk, *again;
	char text[512];
	struct seq_file m;

	floppytest_needs(test, "overwrite");
	floppy_expect_all_free(test);
	disk = disk_open("fd0");
	KUNIT_ASSERT_FALSE(test, IS_ERR(disk));
	KUNIT_EXPECT_EQ(test, request_dma(FDC_DMA, "test"), -EBUSY);
	KUNIT_EXPECT_EQ(test, request_irq(FDC_IRQ, nothing, 0, "test", &usual), -EBUSY);
	KUNIT_EXPECT_EQ(test, del_gendisk(disk), -EBUSY);
	again = disk_open("fd0");
	KUNIT_EXPECT_PTR_EQ(test, disk, again);
	seq_to_buffer(&m, text, sizeof(text));
	disks_show(&m);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "\nfd0         2880     1440  rw     2 "));
	disk_close(again);
	KUNIT_EXPECT_EQ(test, request_dma(FDC_DMA, "test"), -EBUSY);
	disk_close(disk);
	floppy_expect_all_free(test);
}

static void no_such_disk(struct kunit *test)
{
	KUNIT_EXPECT_PTR_EQ(test, disk_open("fd7"), (struct gendisk *)ERR_PTR(-ENODEV));
	KUNIT_EXPECT_PTR_EQ(test, disk_open(""), (struct gendisk *)ERR_PTR(-ENODEV));
}

static bool fail_dma_memory(gfp_t gfp, unsigned int order)
{
	return gfp & __GFP_DMA;
}

/* Each thing that open needs is taken by somebody else, in turn. */
static void opening_fails_whole(struct kunit *test)
{
	struct gendisk *disk;

	floppytest_needs(test, "overwrite");
	KUNIT_ASSERT_EQ(test, request_dma(FDC_DMA, "other"), 0);
	KUNIT_EXPECT_PTR_EQ(test, disk_open("fd0"), (struct gendisk *)ERR_PTR(-EBUSY));
	free_dma(FDC_DMA);
	KUNIT_ASSERT_EQ(test, request_irq(FDC_IRQ, nothing, 0, "other", &usual), 0);
	KUNIT_EXPECT_PTR_EQ(test, disk_open("fd0"), (struct gendisk *)ERR_PTR(-EBUSY));
	free_irq(FDC_IRQ, &usual);
	page_alloc_set_should_fail(fail_dma_memory);
	disk = disk_open("fd0");
	page_alloc_set_should_fail(NULL);
	KUNIT_EXPECT_PTR_EQ(test, disk, (struct gendisk *)ERR_PTR(-ENOMEM));
	floppy_expect_all_free(test);
	disk = disk_open("fd0");
	KUNIT_EXPECT_FALSE(test, IS_ERR(disk));
	if (!IS_ERR(disk))
		disk_close(disk);
}

/* From open to close with scattered memory, each allocation refused once. */
static void memory_of_a_session_is_refused_once(struct kunit *test)
{
	const size_t bytes = 3 * CYLINDER_BYTES;
	struct gendisk *disk;
	u8 *buf;

	floppytest_needs(test, "overwrite");
	buf = vmalloc(bytes);
	disk = disk_open("fd0");
	if (KUNIT_WORKED(test, buf) && KUNIT_WORKED(test, !IS_ERR(disk)))
		KUNIT_EXPECT_EQ(test, through(disk, buf, 9, 2 * FLOPPY_CYLINDER_SECTORS), 0u);
	if (IS_ERR(disk))
		KUNIT_EXPECT_EQ(test, PTR_ERR(disk), -ENOMEM);
	else
		disk_close(disk);
	vfree(buf);
	floppy_expect_all_free(test);
}

static bool fail_everything(gfp_t gfp, unsigned int order)
{
	return true;
}

/* A transfer may be how memory becomes free: it must not need any. */
static void transfers_need_no_memory(struct kunit *test)
{
	unsigned int wrong;
	struct gendisk *disk;
	u8 *buf;

	floppytest_needs(test, "overwrite");
	disk = floppy_test_open(test);
	buf = cylinder_buffer(test, GFP_KERNEL);
	failslab_arm();				/* closes the stocks, too */
	page_alloc_set_should_fail(fail_everything);
	wrong = through(disk, buf, 20 * FLOPPY_CYLINDER_SECTORS - 9, FLOPPY_CYLINDER_SECTORS);
	page_alloc_set_should_fail(NULL);
	failslab_disarm();
	KUNIT_EXPECT_EQ(test, wrong, 0u);
}

/* On for a transfer, off a while after the last one, on again for the next. */
static void motor_stops_by_itself(struct kunit *test)
{
	struct fdc *fdc = floppy_fdc();
	struct gendisk *disk;
	unsigned int i, ticks;
	u8 *buf;

	floppytest_needs(test, "overwrite");
	fdc->timing.motor_off = 2000;	/* long enough to see it on, whatever comes between */
	disk = floppy_test_open(test);
	buf = cylinder_buffer(test, GFP_KERNEL | GFP_DMA);
	for (i = 0; i < 2; i++) {
		KUNIT_EXPECT_EQ(test, through(disk, buf, 100, 1), 0u);
		KUNIT_EXPECT_TRUE(test, fdc_motor_is_on(fdc, 0));
		for (ticks = 0; ticks < 30 * HZ && fdc_motor_is_on(fdc, 0); ticks++)
			schedule_timeout_uninterruptible(1);
		KUNIT_EXPECT_FALSE(test, fdc_motor_is_on(fdc, 0));
		KUNIT_EXPECT_GT(test, ticks, (unsigned int)HZ / 10);
	}
}

/* ---- two threads ----------------------------------------------------------------- */

struct worker {
	struct gendisk *disk;
	sector_t first;
	unsigned int step;		/* sectors a transfer */
	unsigned int wrong;
};

#define WORKER_SECTORS	(20 * FLOPPY_CYLINDER_SECTORS)

static int work(void *data)
{
	struct worker *w = data;
	u8 *buf = vmalloc((size_t)w->step * SECTOR_SIZE);
	sector_t s;

	w->wrong += !buf;
	for (s = 0; buf && s + w->step <= WORKER_SECTORS; s += w->step)
		w->wrong += through(w->disk, buf, w->first + s, w->step);
	vfree(buf);
	return 0;
}

/* Far from each other, so that each transfer finds the heads where it does not want them. */
static void threads_share_the_drive(struct kunit *test)
{
	struct worker w[3] = { { .step = 5 }, { .step = 18 }, { .step = 50 } };
	struct task_struct *thread[3];
	struct gendisk *disk;
	unsigned int i;

	floppytest_needs(test, "overwrite");
	disk = floppy_test_open(test);
	for (i = 0; i < 3; i++) {
		w[i].disk = disk;
		w[i].first = i * WORKER_SECTORS;
		thread[i] = kthread_create(work, &w[i], "floppytest/%u", i);
		KUNIT_ASSERT_FALSE(test, IS_ERR(thread[i]));
		get_task_struct(thread[i]);
	}
	for (i = 0; i < 3; i++)
		wake_up_process(thread[i]);
	for (i = 0; i < 3; i++) {
		schedule_timeout_uninterruptible(1);	/* so that each has begun */
		kthread_stop_put(thread[i]);
		KUNIT_EXPECT_EQ(test, w[i].wrong, 0u);
	}
}

static int open_and_close(void *data)
{
	struct worker *w = data;
	u8 *buf = vmalloc((size_t)w->step * SECTOR_SIZE);
	unsigned int i;

	w->wrong += !buf;
	for (i = 0; buf && i < 10; i++) {
		struct gendisk *disk = disk_open("fd0");

		w->wrong += IS_ERR(disk);
		if (IS_ERR(disk))
			continue;
		w->wrong += through(disk, buf, w->first + i * w->step, w->step);
		disk_close(disk);
		schedule_timeout_uninterruptible(i % 3);
	}
	vfree(buf);
	return 0;
}

/* Who comes first takes, who leaves last gives back, whoever that is. */
static void threads_open_and_close(struct kunit *test)
{
	struct worker w[3] = { { .step = 1 }, { .step = 4 }, { .step = 40 } };
	struct task_struct *thread[3];
	unsigned int i;

	floppytest_needs(test, "overwrite");
	for (i = 0; i < 3; i++) {
		w[i].first = i * WORKER_SECTORS;
		thread[i] = kthread_create(open_and_close, &w[i], "floppytest/%u", i);
		KUNIT_ASSERT_FALSE(test, IS_ERR(thread[i]));
		get_task_struct(thread[i]);
	}
	for (i = 0; i < 3; i++)
		wake_up_process(thread[i]);
	schedule_timeout_uninterruptible(2);
	for (i = 0; i < 3; i++) {
		kthread_stop_put(thread[i]);
		KUNIT_EXPECT_EQ(test, w[i].wrong, 0u);
	}
	floppy_expect_all_free(test);
}

static struct kunit_case floppy_cases[] = {
	KUNIT_CASE(whole_disk_from_dma_memory),
	KUNIT_CASE(each_sector_of_a_cylinder_alone),
	KUNIT_CASE(tracks_and_anything_between),
	KUNIT_CASE(sectors_beyond_the_end_are_refused),
	KUNIT_CASE(buffer_above_16_mib),
	KUNIT_CASE(buffer_across_a_boundary),
	KUNIT_CASE(buffer_of_scattered_pages), KUNIT_CASE(buffer_on_the_stack),
	KUNIT_CASE(half_a_disk_from_vmalloc),
	KUNIT_CASE(opening_takes_and_closing_gives_back), KUNIT_CASE(no_such_disk),
	KUNIT_CASE(opening_fails_whole),
	KUNIT_CASE_FAILNTH(memory_of_a_session_is_refused_once),
	KUNIT_CASE(transfers_need_no_memory), KUNIT_CASE(motor_stops_by_itself),
	KUNIT_CASE(threads_share_the_drive), KUNIT_CASE(threads_open_and_close),
	{}
};

static struct kunit_suite floppy_suite = {
	.name = "floppy",
	.init = floppy_test_init,
	.exit = floppy_test_exit,
	.test_cases = floppy_cases,
};
kunit_test_suite(floppy_suite);

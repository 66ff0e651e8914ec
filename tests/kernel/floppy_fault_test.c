/* SPDX-License-Identifier: MIT */
/*
 * floppy_fault_test.c - drives that are empty or protected, controllers that are absent,
 * wired wrongly, or die in the middle of anything
 *
 * scripts/test-floppy boots one machine of each kind and says with floppytest= which.  Death
 * in the middle is the real controller behind ports that stop working at the n-th access,
 * for every n.
 */
#include <kunit/test.h>
#include <linux/err.h>
#include <linux/irqflags.h>
#include <linux/isa_dma.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/sched.h>

#include "floppy_test.h"

#define MSR		(FDC_BASE + 4)
#define DATA		(FDC_BASE + 5)
#define IMPATIENT	((struct fdc_timing){ .ready = 2, .interrupt = 20, .spin_up = 0, \
					      .motor_off = 2000 })

/* The image lies low: DMA.  Wherever that is, no 64 KiB boundary is in it. */
static u8 sector_buf[8 * SECTOR_SIZE] __aligned(8 * SECTOR_SIZE);

/* Write the pattern, read it back: errors and wrong sectors. */
static unsigned int write_and_read(struct gendisk *disk, sector_t sector)
{
	unsigned int wrong;

	floppy_pattern(sector_buf, sector, 8);
	wrong = disk_write(disk, sector, sector_buf, 8) != 0;
	memset(sector_buf, 0, sizeof(sector_buf));
	wrong += disk_read(disk, sector, sector_buf, 8) != 0;
	return wrong + floppy_pattern_wrong(sector_buf, sector, 8);
}

/* ---- machines with one thing wrong ----------------------------------------------- */

/* Bounded means less than this, on a host that is busy, too. */
#define SOON	(20 * NSEC_PER_SEC)

/* Opening fails with @error, soon, again and again, and keeps nothing. */
static void expect_open_fails(struct kunit *test, int error)
{
	unsigned int i;

	for (i = 0; i < 3; i++) {
		u64 start = ktime_get_ns();

		KUNIT_EXPECT_PTR_EQ(test, disk_open("fd0"), (struct gendisk *)ERR_PTR(error));
		KUNIT_EXPECT_LE(test, ktime_get_ns() - start, SOON);
		floppy_expect_all_free(test);
	}
}

static void empty_drive(struct kunit *test)
{
	floppytest_needs(test, "empty");
	expect_open_fails(test, -ENOMEDIUM);
}

static void no_controller(struct kunit *test)
{
	u8 version;

	floppytest_needs(test, "absent");
	KUNIT_EXPECT_EQ(test, fdc_probe(floppy_fdc(), &version), -ENODEV);
	KUNIT_EXPECT_PTR_EQ(test, disk_open("fd0"), (struct gendisk *)ERR_PTR(-ENODEV));
}

static void no_drive(struct kunit *test)
{
	u8 version = 0;

	floppytest_needs(test, "nodrive");
	KUNIT_EXPECT_EQ(test, fdc_probe(floppy_fdc(), &version), 0);
	KUNIT_EXPECT_EQ(test, version, (u8)0x90);
	KUNIT_EXPECT_PTR_EQ(test, disk_open("fd0"), (struct gendisk *)ERR_PTR(-ENODEV));
}

/* The controller interrupts on another line. */
static void interrupts_that_never_come(struct kunit *test)
{
	unsigned long timeouts = floppy_fdc()->stats.timeouts;

	floppytest_needs(test, "noirq");
	floppy_fdc()->timing.interrupt = 50;
	expect_open_fails(test, -ETIMEDOUT);
	KUNIT_EXPECT_GE(test, floppy_fdc()->stats.timeouts, timeouts + 3);
}

/* The controller asks another channel. */
static void requests_that_nobody_serves(struct kunit *test)
{
	struct gendisk *disk;
	u64 start;

	floppytest_needs(test, "nodma");
	disk = floppy_test_open(test);
	floppy_fdc()->timing.interrupt = 50;
	start = ktime_get_ns();
	KUNIT_EXPECT_EQ(test, disk_read(disk, 0, sector_buf, 1), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, disk_write(disk, 0, sector_buf, 1), -ETIMEDOUT);
	KUNIT_EXPECT_LE(test, ktime_get_ns() - start, SOON);
}

/* The line from the drive says so; without it, the controller does. */
static void write_protected_medium(struct kunit *test)
{
	struct gendisk *disk;

	floppytest_needs(test, "readonly");
	disk = floppy_test_open(test);
	KUNIT_EXPECT_TRUE(test, get_disk_ro(disk));
	KUNIT_EXPECT_EQ(test, disk_write(disk, 5, sector_buf, 1), -EROFS);
	set_disk_ro(disk, false);
	KUNIT_EXPECT_EQ(test, disk_write(disk, 5, sector_buf, 1), -EROFS);
	KUNIT_EXPECT_EQ(test, disk_read(disk, 4, sector_buf, 2), 0);
	KUNIT_EXPECT_EQ(test, floppy_pattern_wrong(sector_buf, 4, 2), 0u);
}

/*
 * The host takes the medium out in the middle of reading, and puts one in again when it is
 * told to.
 */
static void medium_goes_and_comes(struct kunit *test)
{
	struct gendisk *disk;
	int err = 0;
	u64 end;

	floppytest_needs(test, "eject");
	disk = floppy_test_open(test);
	printk_raw("floppytest: eject\n");
	for (end = ktime_get_ns() + 60 * NSEC_PER_SEC; !err && ktime_get_ns() < end;) {
		err = disk_read(disk, 0, sector_buf, 8);
		err = err ?: disk_read(disk, 2000, sector_buf, 8);
	}
	KUNIT_EXPECT_EQ(test, err, -ENOMEDIUM);
	KUNIT_EXPECT_EQ(test, disk_read(disk, 0, sector_buf, 8), -ENOMEDIUM);
	KUNIT_EXPECT_EQ(test, disk_write(disk, 0, sector_buf, 8), -ENOMEDIUM);
	printk_raw("floppytest: insert\n");
	for (end = ktime_get_ns() + 60 * NSEC_PER_SEC; ktime_get_ns() < end && err == -ENOMEDIUM;) {
		err = disk_read(disk, 0, sector_buf, 8);
		schedule_timeout_uninterruptible(1);
	}
	KUNIT_EXPECT_EQ(test, err, -EIO);
	KUNIT_EXPECT_EQ(test, disk_write(disk, 0, sector_buf, 8), -EIO);
	disk_close(disk);
	KUNIT_EXPECT_PTR_EQ(test, disk_open("fd0"), disk);	/* closed when the case ends */
	KUNIT_EXPECT_EQ(test, disk_read(disk, 0, sector_buf, 8), 0);
	KUNIT_EXPECT_EQ(test, floppy_pattern_wrong(sector_buf, 0, 8), 0u);
}

/* ---- a controller that dies ------------------------------------------------------ */

static struct {
	const struct fdc_ports *real;
	unsigned int left;		/* accesses until then */
	u8   stuck;			/* what a dead one's ports read as */
	unsigned int commands;		/* bytes written to the data port */
	unsigned int spoil[2];		/* which of them become value[]; 0: none */
	u8   value[2];
	bool interrupt;			/* before each byte for the data port */
	unsigned int busy;		/* so often the chip is not ready yet, after byte 9 */
} bad;

/* As if the line had interrupted here. */
static void raise_line_6(void)
{
	unsigned long flags;

	local_irq_save(flags);
	fdc_irq(FDC_IRQ, floppy_fdc());
	local_irq_restore(flags);
}

static bool dead(void)
{
	if (!bad.left)
		return true;
	bad.left--;
	return false;
}

static u8 bad_in(void *ctx, u16 port)
{
	if (port == MSR && bad.commands >= 9 && bad.busy) {
		bad.busy--;
		return 0x10;			/* at work */
	}
	return dead() ? bad.stuck : bad.real->in(bad.real->ctx, port);
}

static void bad_out(void *ctx, u16 port, u8 val)
{
	unsigned int i;

	if (dead())
		return;
	bad.commands += port == DATA;
	if (port == DATA && bad.interrupt)
		raise_line_6();
	for (i = 0; i < 2; i++)
		if (port == DATA && bad.commands == bad.spoil[i])
			val = bad.value[i];
	bad.real->out(bad.real->ctx, port, val);
}

static const struct fdc_ports bad_ports = { bad_in, bad_out, NULL };

static void spoil_ports(unsigned int left, u8 stuck)
{
	struct fdc *fdc = floppy_fdc();

	if (fdc->ports != &bad_ports)
		bad.real = fdc->ports;
	bad.left = left;
	bad.stuck = stuck;
	bad.commands = bad.spoil[0] = bad.spoil[1] = 0;
	fdc->ports = &bad_ports;
}

static void repair_ports(void *unused)
{
	if (floppy_fdc()->ports == &bad_ports)
		floppy_fdc()->ports = bad.real;
}

/* What may happen to somebody who does not know that the controller is dying. */
static int dying_read(struct gendisk *disk)
{
	return disk_read(disk, 3 * FLOPPY_CYLINDER_SECTORS, sector_buf, 1);
}

static int dying_write(struct gendisk *disk)
{
	return disk_write(disk, 3 * FLOPPY_CYLINDER_SECTORS, sector_buf, 1);
}

/* The only opener leaves and comes again; if that fails, all is free until the next try. */
static int dying_open(struct gendisk *disk)
{
	struct gendisk *again;

	disk_close(disk);
	again = disk_open("fd0");
	return IS_ERR(again) ? PTR_ERR(again) : 0;
}

static const struct death {
	const char *name;
	int (*fn)(struct gendisk *disk);
	u8 stuck;			/* what the ports read as from then on */
} deaths[] = {
	{ "read", dying_read, 0x00 }, { "read", dying_read, 0x80 }, { "read", dying_read, 0xc0 },
	{ "read", dying_read, 0xd0 }, { "read", dying_read, 0xff }, { "write", dying_write, 0x00 },
	{ "write", dying_write, 0xff }, { "open", dying_open, 0x00 }, { "open", dying_open, 0xff },
};

static void death_name(const struct death *d, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%s, ports read as %02x", d->name, d->stuck);
}
KUNIT_ARRAY_PARAM(deaths, deaths, death_name);

/* Die at the n-th access.  The error; *ns: how long it took. */
static int die(struct gendisk *disk, const struct death *d, unsigned int n, u64 *ns)
{
	u64 start = ktime_get_ns();
	int err;

	spoil_ports(n, d->stuck);
	err = d->fn(disk);
	repair_ports(NULL);
	*ns = ktime_get_ns() - start;
	return err;
}

/* Close what is open, open again (the change line may have lied), see that it works. */
static unsigned int works_again(struct kunit *test, struct gendisk *disk, bool open)
{
	unsigned int tries;

	if (open)
		disk_close(disk);
	floppy_expect_all_free(test);
	for (tries = 0; tries < 2; tries++) {
		open = disk_open("fd0") == disk;
		if (open && !write_and_read(disk, 3 * FLOPPY_CYLINDER_SECTORS))
			return 0;
		if (open && !tries)
			disk_close(disk);
		floppy_be_patient();	/* a busy host is slower than it was given time for */
	}
	return 1;
}

/* Dead from the n-th access on, for all n: an error in time, and alive again afterwards. */
static void controller_dies_at_every_access(struct kunit *test)
{
	const struct death *d = test->param_value;
	unsigned int n, bad_error = 0, slow = 0, broken = 0;
	struct gendisk *disk;
	u64 ns, most = 0;
	int err = -1;

	floppytest_needs(test, "overwrite");
	disk = floppy_test_open(test);
	kunit_add_action_or_reset(test, repair_ports, NULL);
	KUNIT_ASSERT_EQ(test, write_and_read(disk, 3 * FLOPPY_CYLINDER_SECTORS), 0u);
	for (n = 0; err && n < 1000; n++) {
		floppy_fdc()->timing = IMPATIENT;
		err = die(disk, d, n, &ns);
		bad_error += err && err != -ETIMEDOUT && err != -EIO && err != -ENOMEDIUM;
		slow += ns > SOON;
		most = ns > most ? ns : most;
		broken += works_again(test, disk, !err || d->fn != dying_open);
	}
	KUNIT_EXPECT_EQ(test, err, 0);
	KUNIT_EXPECT_GT(test, n, 20u);
	KUNIT_EXPECT_EQ(test, bad_error, 0u);
	KUNIT_EXPECT_EQ(test, slow, 0u);
	KUNIT_EXPECT_EQ(test, broken, 0u);
	kunit_info(test, "%u places to die, at most %llu ms each", n - 1, most / NSEC_PER_MSEC);
}

/* From now on, of the bytes of a command, the @a-th is @x and the @b-th is @y. */
static void spoil_command(unsigned int a, u8 x, unsigned int b, u8 y)
{
	spoil_ports(~0U, 0);
	bad.spoil[0] = a;
	bad.value[0] = x;
	bad.spoil[1] = b;
	bad.value[1] = y;
}

/*
 * A command that ends well before the DMA count is used up: one head only, and the last
 * sector is the fifth, of eight that were asked for.
 */
static void short_transfers_are_errors(struct kunit *test)
{
	struct fdc_transfer t = { .nr = 8 };
	struct gendisk *disk;

	floppytest_needs(test, "overwrite");
	disk = floppy_test_open(test);
	floppy_pattern(sector_buf, 0, 8);
	KUNIT_ASSERT_EQ(test, disk_write(disk, 0, sector_buf, 8), 0);
	KUNIT_ASSERT_EQ(test, dma_buffer_ok(sector_buf, sizeof(sector_buf), FDC_DMA), 0);
	t.addr = virt_to_phys(sector_buf);
	kunit_add_action_or_reset(test, repair_ports, NULL);
	spoil_command(1, 0x66, 7, 5);
	KUNIT_EXPECT_EQ(test, fdc_transfer(floppy_fdc(), &t), -EIO);
	spoil_command(1, 0x66, 7, 8);
	KUNIT_EXPECT_EQ(test, fdc_transfer(floppy_fdc(), &t), 0);
	memset(sector_buf, 0, sizeof(sector_buf));
	spoil_command(1, 0x66, 7, 5);
	KUNIT_EXPECT_EQ(test, disk_read(disk, 0, sector_buf, 8), 0);	/* the second try is good */
	KUNIT_EXPECT_EQ(test, floppy_pattern_wrong(sector_buf, 0, 8), 0u);
}

/* No such sector, no such command: the controller itself says no. */
static void controller_says_no(struct kunit *test)
{
	struct gendisk *disk;
	unsigned int resets;

	floppytest_needs(test, "overwrite");
	disk = floppy_test_open(test);
	KUNIT_ASSERT_EQ(test, disk_read(disk, 0, sector_buf, 8), 0);
	kunit_add_action_or_reset(test, repair_ports, NULL);
	floppy_fdc()->timing.interrupt = 3000;	/* the second does not answer */
	resets = floppy_fdc()->stats.resets;
	spoil_command(5, 77, 0, 0);		/* no sector 77 there */
	KUNIT_EXPECT_EQ(test, disk_read(disk, 0, sector_buf, 8), 0);
	KUNIT_EXPECT_EQ(test, floppy_fdc()->stats.resets, resets + 1);
	spoil_command(1, 0x1f, 0, 0);		/* no such command */
	KUNIT_EXPECT_EQ(test, disk_read(disk, 0, sector_buf, 8), 0);
	KUNIT_EXPECT_EQ(test, floppy_fdc()->stats.resets, resets + 2);
}

/* ---- interrupts of nobody -------------------------------------------------------- */

/* Ten thousand a second, and one before each byte of each command. */
static void spurious_interrupts(struct kunit *test)
{
	struct fdc *fdc = floppy_fdc();
	const struct fdc_stats before = fdc->stats;
	struct gendisk *disk;
	unsigned int i, wrong = 0;

	floppytest_needs(test, "overwrite");
	raise_line_6();
	KUNIT_EXPECT_EQ(test, fdc->stats.spurious, before.spurious + 1);
	disk = floppy_test_open(test);
	kunit_add_action_or_reset(test, repair_ports, NULL);
	spoil_ports(~0U, 0);
	bad.interrupt = true;
	KUNIT_ASSERT_EQ(test, timer_test_start(10000, raise_line_6), 0);
	for (i = 0; i < 2000 && (i < 50 || fdc->stats.spurious < before.spurious + 10); i++)
		wrong += write_and_read(disk, (i * 37) % 80 * FLOPPY_CYLINDER_SECTORS);
	timer_test_stop();
	bad.interrupt = false;
	KUNIT_EXPECT_EQ(test, wrong, 0u);
	KUNIT_EXPECT_EQ(test, fdc->stats.timeouts, before.timeouts);
	KUNIT_EXPECT_GT(test, fdc->stats.spurious, before.spurious + 1);
	kunit_info(test, "%lu while nobody waited, in %u transfers",
		   fdc->stats.spurious - before.spurious, 2 * i);
}

/* Somebody's interrupt while the command is still being executed: look, and wait on. */
static void interrupts_that_come_too_early(struct kunit *test)
{
	struct fdc *fdc = floppy_fdc();
	unsigned long early = fdc->stats.early;
	struct gendisk *disk;
	unsigned int i;

	floppytest_needs(test, "overwrite");
	disk = floppy_test_open(test);
	KUNIT_EXPECT_EQ(test, write_and_read(disk, 0), 0u);
	kunit_add_action_or_reset(test, repair_ports, NULL);
	for (i = 0; i < 10; i++) {
		memset(sector_buf, 0, sizeof(sector_buf));
		spoil_ports(~0U, 0);
		bad.interrupt = true;
		bad.busy = 1;
		KUNIT_EXPECT_EQ(test, disk_read(disk, 0, sector_buf, 8), 0);
		bad.interrupt = false;
		KUNIT_EXPECT_EQ(test, floppy_pattern_wrong(sector_buf, 0, 8), 0u);
	}
	KUNIT_EXPECT_EQ(test, fdc->stats.early, early + 10);
}

/* Interrupts without end, and a command that never is done: it is over in time all the same. */
static void interrupt_storm_does_not_prolong_the_wait(struct kunit *test)
{
	struct fdc *fdc = floppy_fdc();
	unsigned long early = fdc->stats.early;
	struct gendisk *disk;
	u64 start;

	floppytest_needs(test, "overwrite");
	disk = floppy_test_open(test);
	KUNIT_EXPECT_EQ(test, write_and_read(disk, 0), 0u);
	kunit_add_action_or_reset(test, repair_ports, NULL);
	fdc->timing.interrupt = 50;		/* some 60 times */
	fdc->timing.ready = 20;			/* the port says that it is at work, and stays so */
	spoil_ports(~0U, 0);
	bad.busy = ~0U;
	KUNIT_ASSERT_EQ(test, timer_test_start(10000, raise_line_6), 0);
	start = ktime_get_ns();
	KUNIT_EXPECT_EQ(test, disk_read(disk, 0, sector_buf, 8), -ETIMEDOUT);
	KUNIT_EXPECT_LE(test, ktime_get_ns() - start, SOON);
	timer_test_stop();
	KUNIT_EXPECT_GT(test, fdc->stats.early, early + 10);
	bad.busy = 0;
	repair_ports(NULL);
	floppy_be_patient();
	fdc->timing.interrupt = 3000;		/* the first does not answer */
	KUNIT_EXPECT_EQ(test, write_and_read(disk, 0), 0u);
}

static struct kunit_case floppy_fault_cases[] = {
	KUNIT_CASE(empty_drive), KUNIT_CASE(no_controller), KUNIT_CASE(no_drive),
	KUNIT_CASE(interrupts_that_never_come), KUNIT_CASE(requests_that_nobody_serves),
	KUNIT_CASE(write_protected_medium), KUNIT_CASE(medium_goes_and_comes),
	KUNIT_CASE_PARAM(controller_dies_at_every_access, deaths_gen_params),
	KUNIT_CASE(short_transfers_are_errors), KUNIT_CASE(controller_says_no),
	KUNIT_CASE(spurious_interrupts), KUNIT_CASE(interrupts_that_come_too_early),
	KUNIT_CASE(interrupt_storm_does_not_prolong_the_wait),
	{}
};

static struct kunit_suite floppy_fault_suite = {
	.name = "floppy_fault",
	.init = floppy_test_init,
	.exit = floppy_test_exit,
	.test_cases = floppy_fault_cases,
};
kunit_test_suite(floppy_fault_suite);

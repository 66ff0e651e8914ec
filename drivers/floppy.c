/* SPDX-License-Identifier: MIT */
/*
 * drivers/floppy.c - diskettes of 1.44 MB: motor, heads, medium, retries
 *
 * MODEL
 *   A transfer is cut at cylinders: one READ or WRITE moves up to 36 sectors under both
 *   heads.  Each piece needs the motor at speed, the medium still the one that was opened,
 *   the heads on its cylinder, and memory that DMA reaches: the caller's where possible,
 *   else one cylinder's worth of GFP_DMA, taken at open and given back at release.
 *
 *   What fails is tried again, after a reset and from cylinder 0; three times in all.  Some
 *   things cannot get better, and are not: a write-protected medium, an empty drive, memory
 *   out of reach, a controller that does not even answer a reset.
 *
 *   The drive says that its door was opened until the next step of the heads with a medium
 *   in.  So: changed, and still changed after two steps: no medium.  Changed once while
 *   open: the medium may be another one, which a write must not reach; -EIO until opened
 *   again.
 *
 * INVARIANTS	channel, line, buffer: held exactly while open.
 * LOCKING	lock (a mutex): one transfer at a time, and everything marked (U).
 * CONTEXT	process, may sleep; the motor's timer runs in a soft interrupt.
 * FAILURE	-errno within a bounded time (see <linux/floppy.h>); nothing kept.
 * NOT HERE	the controller: fdc.c.  Formatting, other densities, a second drive.
 */
#include <asm/io.h>
#include <linux/blkdev.h>
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/floppy.h>
#include <linux/init.h>
#include <linux/irqflags.h>
#include <linux/isa_dma.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/timer.h>

#include "fdc.h"

#define FLOPPY_DRIVE		0
#define FLOPPY_TRIES		3
#define FLOPPY_CYLINDER_BYTES	(FLOPPY_CYLINDER_SECTORS * FDC_SECTOR_BYTES)

#define CMOS_FLOPPY		0x10	/* type of drive A in the upper half */
#define CMOS_TYPE_144		4
#define CMOS_TYPE_288		5	/* takes 1.44 MB media, too */

/* Field key: (U) lock, or open and release */
struct floppy {
	struct gendisk disk;
	struct fdc fdc;			/* (U) */
	struct mutex lock;
	struct timer_list motor_timer;	/* switches it off */
	struct isa_bounce bounce;	/* (U) one cylinder, while open */
	int cylinder;			/* (U) of the heads; -1: nobody knows */
	bool stale;			/* (U) the medium was changed since it was opened */
};

/* ---- motor and medium ------------------------------------------------------------ */

static void floppy_motor_off(struct timer_list *timer)
{
	struct floppy *fd = from_timer(fd, timer, motor_timer);

	fdc_motor(&fd->fdc, FLOPPY_DRIVE, false);
}

static void floppy_motor_on(struct floppy *fd)
{
	timer_delete_sync(&fd->motor_timer);
	if (fdc_motor_is_on(&fd->fdc, FLOPPY_DRIVE))
		return;
	fdc_motor(&fd->fdc, FLOPPY_DRIVE, true);
	msleep(fd->fdc.timing.spin_up);
}

static void floppy_motor_idle(struct floppy *fd)
{
	mod_timer(&fd->motor_timer, jiffies + msecs_to_jiffies(fd->fdc.timing.motor_off));
}

static int floppy_seek(struct floppy *fd, int cylinder)
{
	int err = 0;

	if (fd->cylinder < 0) {
		err = fdc_recalibrate(&fd->fdc, FLOPPY_DRIVE);
		if (!err)
			fd->cylinder = 0;
	}
	if (!err && fd->cylinder != cylinder) {
		fd->cylinder = -1;		/* on the way */
		err = fdc_seek(&fd->fdc, FLOPPY_DRIVE, (unsigned int)cylinder);
		if (!err)
			fd->cylinder = cylinder;
	}
	return err;
}

/* The door was opened.  Is there a medium behind it?  Stepping the heads tells. */
static int floppy_check_empty(struct floppy *fd)
{
	int err = floppy_seek(fd, 1);

	if (!err)
		err = floppy_seek(fd, 0);
	if (!err && fdc_disk_changed(&fd->fdc))
		err = -ENOMEDIUM;
	return err;
}

/* Is it still the medium that was opened? */
static int floppy_check_medium(struct floppy *fd)
{
	int err = 0;

	if (fdc_disk_changed(&fd->fdc)) {
		fd->stale = true;
		err = floppy_check_empty(fd);
	}
	return err ?: fd->stale ? -EIO : 0;
}

/* ---- transfers ------------------------------------------------------------------- */

static int floppy_try(struct floppy *fd, struct fdc_transfer *t, struct isa_dma_map *m)
{
	int err = floppy_check_medium(fd);

	if (!err)
		err = floppy_seek(fd, (int)t->cylinder);
	if (!err)
		err = isa_dma_map(m, &fd->bounce, FDC_DMA);
	if (err)
		return err;
	t->addr = m->addr;
	err = fdc_transfer(&fd->fdc, t);
	isa_dma_unmap(m, err ? 0 : m->bytes);
	return err;
}

static bool floppy_is_final(const struct floppy *fd, int err)
{
	return !err || err == -EROFS || err == -ENOMEDIUM || err == -EFAULT || err == -EINVAL ||
	       fd->stale;
}

/* Up to one cylinder. */
static int floppy_piece(struct floppy *fd, struct fdc_transfer *t, struct isa_dma_map *m)
{
	unsigned int tries;
	int err, dead;

	for (tries = 1;; tries++) {
		err = floppy_try(fd, t, m);
		if (floppy_is_final(fd, err))
			return err;
		fd->cylinder = -1;
		dead = fdc_reset(&fd->fdc);
		if (dead || tries == FLOPPY_TRIES)
			return dead ?: err;
	}
}

static int floppy_pieces(struct floppy *fd, sector_t sector, u8 *buf, unsigned int nr, bool write)
{
	int err = 0;

	floppy_motor_on(fd);
	while (nr && !err) {
		struct fdc_transfer t = {
			.write = write,
			.drive = FLOPPY_DRIVE,
			.cylinder = (unsigned int)(sector / FLOPPY_CYLINDER_SECTORS),
			.sector = (unsigned int)(sector % FLOPPY_CYLINDER_SECTORS),
		};
		struct isa_dma_map m = { .buf = buf };

		t.nr = min(nr, FLOPPY_CYLINDER_SECTORS - t.sector);
		m.mode = write ? DMA_MODE_WRITE : DMA_MODE_READ;
		m.bytes = (size_t)t.nr * FDC_SECTOR_BYTES;
		err = floppy_piece(fd, &t, &m);
		sector += t.nr;
		buf += m.bytes;
		nr -= t.nr;
	}
	floppy_motor_idle(fd);
	return err;
}

static int floppy_read(struct gendisk *disk, sector_t sector, void *buf, unsigned int nr)
{
	struct floppy *fd = disk->private_data;
	int err;

	mutex_lock(&fd->lock);
	err = floppy_pieces(fd, sector, buf, nr, false);
	mutex_unlock(&fd->lock);
	return err;
}

static int floppy_write(struct gendisk *disk, sector_t sector, const void *buf, unsigned int nr)
{
	struct floppy *fd = disk->private_data;
	int err;

	mutex_lock(&fd->lock);
	err = floppy_pieces(fd, sector, (u8 *)buf, nr, true);	/* only read from */
	mutex_unlock(&fd->lock);
	return err;
}

/* ---- open and release ------------------------------------------------------------ */

/* Take what transfers need, all or nothing. */
static int floppy_take(struct floppy *fd)
{
	int err = request_dma(FDC_DMA, "floppy");

	if (err)
		return err;
	err = isa_bounce_alloc(&fd->bounce, FDC_DMA, FLOPPY_CYLINDER_BYTES, GFP_KERNEL);
	if (err)
		goto err_free_dma;
	err = request_irq(FDC_IRQ, fdc_irq, 0, "floppy", &fd->fdc);
	if (err)
		goto err_free_bounce;
	return 0;

err_free_bounce:
	isa_bounce_free(&fd->bounce);
err_free_dma:
	free_dma(FDC_DMA);
	return err;
}

static void floppy_give_back(struct floppy *fd)
{
	timer_delete_sync(&fd->motor_timer);
	fdc_motor(&fd->fdc, FLOPPY_DRIVE, false);
	free_irq(FDC_IRQ, &fd->fdc);
	isa_bounce_free(&fd->bounce);
	free_dma(FDC_DMA);
}

/* Whatever is in the drive now is the medium from here on. */
static int floppy_load(struct floppy *fd)
{
	u8 st3 = 0;
	int err;

	fd->cylinder = -1;
	fd->stale = false;
	err = fdc_reset(&fd->fdc);
	if (err)
		return err;
	floppy_motor_on(fd);
	err = floppy_check_empty(fd);
	if (!err)
		err = fdc_sense_drive(&fd->fdc, FLOPPY_DRIVE, &st3);
	set_disk_ro(&fd->disk, st3 & FDC_ST3_WRITE_PROTECT);
	floppy_motor_idle(fd);
	return err;
}

static int floppy_open(struct gendisk *disk)
{
	struct floppy *fd = disk->private_data;
	int err = floppy_take(fd);

	if (err)
		return err;
	mutex_lock(&fd->lock);
	err = floppy_load(fd);
	mutex_unlock(&fd->lock);
	if (err)
		floppy_give_back(fd);
	return err;
}

static void floppy_release(struct gendisk *disk)
{
	floppy_give_back(disk->private_data);
}

static const struct block_device_operations floppy_ops = {
	.open = floppy_open,
	.release = floppy_release,
	.read = floppy_read,
	.write = floppy_write,
};

/* ---- this machine ---------------------------------------------------------------- */

static u8 floppy_in(void *ctx, u16 port)
{
	return inb(port);
}

static void floppy_out(void *ctx, u16 port, u8 val)
{
	outb(val, port);
}

static const struct fdc_ports floppy_ports = { floppy_in, floppy_out, NULL };

static struct floppy floppy0 = {
	.disk = {
		.disk_name = "fd0",
		.fops = &floppy_ops,
		.private_data = &floppy0,
		.capacity = FLOPPY_NR_SECTORS,
	},
	.fdc = {
		.ports = &floppy_ports,
		.timing = { .ready = 20, .interrupt = 3000, .spin_up = 300, .motor_off = 2000 },
		.lock = __SPIN_LOCK_UNLOCKED(floppy0.fdc.lock),
		.interrupt = COMPLETION_INITIALIZER(floppy0.fdc.interrupt),
	},
	.lock = __MUTEX_INITIALIZER(floppy0.lock),
	.motor_timer = __TIMER_INITIALIZER(floppy_motor_off, 0),
};

struct fdc *floppy_fdc(void)
{
	return &floppy0.fdc;
}

static unsigned int floppy_cmos_type(void)
{
	unsigned long flags;
	u8 types;

	local_irq_save(flags);
	outb(CMOS_FLOPPY, 0x70);
	types = inb(0x71);
	local_irq_restore(flags);
	return types >> 4;
}

static int floppy_init(void)
{
	static const char *const kinds[] = { "none", "360 KB", "1.2 MB", "720 KB", "1.44 MB",
					     "2.88 MB" };
	unsigned int type = floppy_cmos_type();
	u8 version;

	if (fdc_probe(&floppy0.fdc, &version)) {
		pr_info("floppy: no controller at 0x%x\n", FDC_BASE);
		return 0;
	}
	pr_info("floppy: controller at 0x%x (irq = %d, dma = %d), version %02x, drive A: %s\n",
		FDC_BASE, FDC_IRQ, FDC_DMA, version,
		type < ARRAY_SIZE(kinds) ? kinds[type] : "unknown");
	if (type != CMOS_TYPE_144 && type != CMOS_TYPE_288)
		return 0;
	return add_disk(&floppy0.disk);
}
module_init(floppy_init);

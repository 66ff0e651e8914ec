/* SPDX-License-Identifier: MIT */
/*
 * drivers/fdc.c - the diskette controller: commands in, results out, one interrupt each
 *
 * MODEL
 *   A command is up to nine bytes through one port, each when the main status register
 *   says that the chip is ready for it.  Then either a result is ready at once (VERSION,
 *   SENSE ...), or the chip works, interrupts when it is done, and has a result to be read
 *   (READ, WRITE) or to be asked for (SEEK, RECALIBRATE: SENSE INTERRUPT).
 *
 *	MSR	RQM 1: the data port wants a byte (DIO 0) or has one (DIO 1)
 *		CB    a command is being taken, executed or answered
 *
 *   Everything that the chip might not do is waited for with a limit.  An interrupt is only
 *   a hint: what counts is what the chip says when asked, so one that is not ours, or comes
 *   too early, costs a look and no more.  A transfer counts as done when the result says so
 *   *and* the DMA channel has nothing left to move.
 *
 * INVARIANTS	waiting is true only between the last byte of a command and its result.
 * LOCKING	one user at a time (floppy.c's mutex); lock, rank LOCK_USER, irqs off, for what
 *		the interrupt handler and the motor's timer touch, too.
 * CONTEXT	process; fdc_irq() hard interrupt; fdc_motor() any.
 * FAILURE	-errno after a bounded time; the chip may then be anywhere: fdc_reset().
 * NOT HERE	drives, media, retries: floppy.c.
 */
#include <asm/processor.h>
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/isa_dma.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/printk.h>

#include "fdc.h"

/* Ports, from FDC_BASE */
enum { FDC_DOR = 2, FDC_MSR = 4, FDC_DATA = 5, FDC_DIR = 7, FDC_CCR = 7 };

#define DOR_NOT_RESET		0x04
#define DOR_DMA_AND_IRQ		0x08
#define DOR_MOTOR(drive)	(0x10U << (drive))
#define MSR_RQM			0x80
#define MSR_DIO			0x40
#define MSR_CB			0x10
#define MSR_RESULT		(MSR_RQM | MSR_DIO | MSR_CB)
#define DIR_CHANGED		0x80
#define CCR_500_KBIT		0	/* 1.44 MB; also what reset chooses */

#define CMD_SPECIFY		0x03
#define CMD_SENSE_DRIVE		0x04
#define CMD_RECALIBRATE		0x07
#define CMD_SENSE_INTERRUPT	0x08
#define CMD_SEEK		0x0f
#define CMD_VERSION		0x10
#define CMD_WRITE		0xc5	/* both heads, MFM */
#define CMD_READ		0xe6	/* the same, deleted sectors skipped */

#define SPECIFY_SRT_HUT		0xaf	/* steps every 3 ms, heads stay 240 ms (at 500 kbit) */
#define SPECIFY_HLT_DMA		0x1e	/* heads settle in 30 ms, DMA */
#define SIZE_512		2	/* 128 << 2 bytes a sector */
#define GAP_144			0x1b
#define SECTORS_PER_TRACK	18

#define ST0_CODE		0xc0	/* 0: ended as it should */
#define ST0_INVALID		0x80
#define ST0_SEEK_END		0x20
#define ST0_DRIVE		0x03
#define ST1_NOT_WRITABLE	0x02

#define RESULT_MAX		7
#define RESET_SENSES		4	/* after a reset every drive wants to be asked */

static u8 fdc_in(struct fdc *fdc, unsigned int reg)
{
	return fdc->ports->in(fdc->ports->ctx, (u16)(FDC_BASE + reg));
}

static void fdc_out(struct fdc *fdc, unsigned int reg, u8 val)
{
	fdc->ports->out(fdc->ports->ctx, (u16)(FDC_BASE + reg), val);
}

/* ---- bytes ----------------------------------------------------------------------- */

/* Until the data port wants a byte (@dio 0) or has one (MSR_DIO). */
static int fdc_wait_ready(struct fdc *fdc, u8 dio)
{
	const u64 end = ktime_get_ns() + fdc->timing.ready * NSEC_PER_MSEC;
	bool late;
	u8 msr;

	do {
		late = ktime_get_ns() > end;	/* one look more after the time is up */
		msr = fdc_in(fdc, FDC_MSR);
		if (msr & MSR_RQM)
			return (msr & MSR_DIO) == dio ? 0 : -EIO;
		cpu_relax();
	} while (!late);
	fdc->stats.timeouts++;
	return -ETIMEDOUT;
}

static int fdc_command(struct fdc *fdc, const u8 *bytes, unsigned int n)
{
	unsigned int i;
	int err;

	for (i = 0; i < n; i++) {
		err = fdc_wait_ready(fdc, 0);
		if (err)
			return err;
		fdc_out(fdc, FDC_DATA, bytes[i]);
	}
	return 0;
}

/* Exactly @n bytes, then the chip must be idle again.  An invalid command has one: 0x80. */
static int fdc_result(struct fdc *fdc, u8 *bytes, unsigned int n)
{
	unsigned int i;
	int err;

	for (i = 0; i < n; i++) {
		err = fdc_wait_ready(fdc, MSR_DIO);
		if (err)
			return err;
		bytes[i] = fdc_in(fdc, FDC_DATA);
		if (i == 0 && bytes[0] == ST0_INVALID && !(fdc_in(fdc, FDC_MSR) & MSR_CB))
			return n == 1 ? 0 : -ENODATA;
	}
	return fdc_wait_ready(fdc, 0);
}

/* ---- interrupts ------------------------------------------------------------------ */

irqreturn_t fdc_irq(int irq, void *dev)
{
	struct fdc *fdc = dev;
	irqreturn_t ret = IRQ_NONE;

	spin_lock(&fdc->lock);
	if (fdc->waiting) {
		fdc->stats.interrupts++;
		complete(&fdc->interrupt);
		ret = IRQ_HANDLED;
	} else {
		fdc->stats.spurious++;
	}
	spin_unlock(&fdc->lock);
	return ret;
}

static void fdc_set_waiting(struct fdc *fdc, bool waiting)
{
	unsigned long flags;

	spin_lock_irqsave(&fdc->lock, flags);
	reinit_completion(&fdc->interrupt);
	fdc->waiting = waiting;
	spin_unlock_irqrestore(&fdc->lock, flags);
}

/*
 * Sleep until an interrupt with which @done agrees: 0, or an error that it found.  -EAGAIN
 * from @done: it is not for us yet.
 */
static int fdc_wait_interrupt(struct fdc *fdc, int (*done)(struct fdc *fdc, void *arg), void *arg)
{
	const unsigned long end = jiffies + msecs_to_jiffies(fdc->timing.interrupt) + 1;
	long left;
	int err;

	/* By the clock, not by what is left: a storm of interrupts must not make it longer. */
	while ((left = (long)(end - jiffies)) > 0 &&
	       wait_for_completion_timeout(&fdc->interrupt, (unsigned long)left)) {
		err = done(fdc, arg);
		if (err != -EAGAIN)
			return err;
		fdc->stats.early++;
	}
	fdc->stats.timeouts++;
	return -ETIMEDOUT;
}

/* Send a command and wait for its interrupt. */
static int fdc_execute(struct fdc *fdc, const u8 *bytes, unsigned int n,
		       int (*done)(struct fdc *fdc, void *arg), void *arg)
{
	int err;

	fdc_set_waiting(fdc, true);
	err = fdc_command(fdc, bytes, n);
	if (!err)
		err = fdc_wait_interrupt(fdc, done, arg);
	fdc_set_waiting(fdc, false);
	return err;
}

/* ---- drives ---------------------------------------------------------------------- */

/* Which drive did what?  -EAGAIN: nothing has happened. */
static int fdc_sense_interrupt(struct fdc *fdc, u8 st0_cylinder[2])
{
	static const u8 command[] = { CMD_SENSE_INTERRUPT };
	int err = fdc_command(fdc, command, sizeof(command));

	if (!err)
		err = fdc_result(fdc, st0_cylinder, 2);
	return err == -ENODATA ? -EAGAIN : err;
}

struct fdc_seek_to {
	unsigned int drive, cylinder;
};

static int fdc_seek_done(struct fdc *fdc, void *arg)
{
	const struct fdc_seek_to *to = arg;
	u8 r[2];
	int err = fdc_sense_interrupt(fdc, r);

	if (err)
		return err;
	if ((r[0] & ST0_DRIVE) != to->drive || !(r[0] & ST0_SEEK_END))
		return -EAGAIN;
	return (r[0] & ST0_CODE) || r[1] != to->cylinder ? -EIO : 0;
}

int fdc_seek(struct fdc *fdc, unsigned int drive, unsigned int cylinder)
{
	const u8 command[] = { CMD_SEEK, (u8)drive, (u8)cylinder };
	struct fdc_seek_to to = { drive, cylinder };

	return fdc_execute(fdc, command, sizeof(command), fdc_seek_done, &to);
}

int fdc_recalibrate(struct fdc *fdc, unsigned int drive)
{
	const u8 command[] = { CMD_RECALIBRATE, (u8)drive };
	struct fdc_seek_to to = { drive, 0 };

	return fdc_execute(fdc, command, sizeof(command), fdc_seek_done, &to);
}

int fdc_sense_drive(struct fdc *fdc, unsigned int drive, u8 *st3)
{
	const u8 command[] = { CMD_SENSE_DRIVE, (u8)drive };
	int err = fdc_command(fdc, command, sizeof(command));

	return err ?: fdc_result(fdc, st3, 1);
}

bool fdc_disk_changed(struct fdc *fdc)
{
	return fdc_in(fdc, FDC_DIR) & DIR_CHANGED;
}

static void fdc_set_dor(struct fdc *fdc, u8 clear, u8 set)
{
	unsigned long flags;

	spin_lock_irqsave(&fdc->lock, flags);
	fdc->dor = (u8)((fdc->dor & ~clear) | set);
	fdc_out(fdc, FDC_DOR, fdc->dor);
	spin_unlock_irqrestore(&fdc->lock, flags);
}

void fdc_motor(struct fdc *fdc, unsigned int drive, bool on)
{
	fdc_set_dor(fdc, (u8)(ST0_DRIVE | DOR_MOTOR(drive)),
		    (u8)(drive | (on ? DOR_MOTOR(drive) : 0)));
}

bool fdc_motor_is_on(const struct fdc *fdc, unsigned int drive)
{
	return READ_ONCE(fdc->dor) & DOR_MOTOR(drive);
}

/* ---- transfers ------------------------------------------------------------------- */

static int fdc_transfer_done(struct fdc *fdc, void *arg)
{
	if ((fdc_in(fdc, FDC_MSR) & MSR_RESULT) != MSR_RESULT)
		return -EAGAIN;
	return fdc_result(fdc, arg, RESULT_MAX);
}

static int fdc_judge(const struct fdc_transfer *t, const u8 st[RESULT_MAX], int residue)
{
	if (st[1] & ST1_NOT_WRITABLE)
		return -EROFS;
	if ((st[0] & ST0_CODE) || residue) {
		pr_debug("floppy: %s of %u sectors at %u/%u: st %02x %02x %02x, %d bytes left\n",
			 t->write ? "write" : "read", t->nr, t->cylinder, t->sector, st[0], st[1],
			 st[2], residue);
		return -EIO;
	}
	return 0;
}

/* Stop the channel: what has not been moved by now must not be moved later. */
static int fdc_stop_dma(void)
{
	unsigned long flags = claim_dma_lock();
	int residue;

	disable_dma(FDC_DMA);
	residue = get_dma_residue(FDC_DMA);
	release_dma_lock(flags);
	return residue;
}

int fdc_transfer(struct fdc *fdc, const struct fdc_transfer *t)
{
	const unsigned int head = t->sector / SECTORS_PER_TRACK;
	const u8 command[] = {
		t->write ? CMD_WRITE : CMD_READ, (u8)(head << 2 | t->drive), (u8)t->cylinder,
		(u8)head, (u8)(t->sector % SECTORS_PER_TRACK + 1), SIZE_512, SECTORS_PER_TRACK,
		GAP_144, 0xff,
	};
	u8 st[RESULT_MAX];
	int err, residue;

	err = isa_dma_program(FDC_DMA, t->write ? DMA_MODE_WRITE : DMA_MODE_READ, t->addr,
			      (size_t)t->nr * FDC_SECTOR_BYTES);
	if (err)
		return err;
	err = fdc_execute(fdc, command, sizeof(command), fdc_transfer_done, st);
	residue = fdc_stop_dma();
	if (!err)
		err = fdc_judge(t, st, residue);
	if (!err)
		fdc->stats.transfers++;
	return err;
}

/* ---- starting -------------------------------------------------------------------- */

/* Its interrupt may or may not come, depending on how the chip was left: ask instead. */
static int fdc_sense_reset(struct fdc *fdc)
{
	const u64 end = ktime_get_ns() + fdc->timing.ready * NSEC_PER_MSEC;
	unsigned int i;
	u8 r[2];
	int err;

	for (i = 0; i < RESET_SENSES; i++) {
		while ((err = fdc_sense_interrupt(fdc, r)) == -EAGAIN && !i)
			if (ktime_get_ns() > end)
				return -ETIMEDOUT;
		if (err == -EAGAIN)
			break;			/* fewer drives, fewer answers */
		if (err)
			return err;
	}
	return 0;
}

int fdc_reset(struct fdc *fdc)
{
	static const u8 specify[] = { CMD_SPECIFY, SPECIFY_SRT_HUT, SPECIFY_HLT_DMA };
	int err;

	fdc->stats.resets++;
	fdc_set_dor(fdc, DOR_NOT_RESET, 0);
	udelay(10);				/* 3.5 us at 250 kbit */
	fdc_set_dor(fdc, 0, DOR_NOT_RESET | DOR_DMA_AND_IRQ);
	err = fdc_sense_reset(fdc);
	if (err)
		return err;
	fdc_out(fdc, FDC_CCR, CCR_500_KBIT);
	return fdc_command(fdc, specify, sizeof(specify));
}

int fdc_probe(struct fdc *fdc, u8 *version)
{
	static const u8 command[] = { CMD_VERSION };

	if (fdc_in(fdc, FDC_MSR) == 0xff)
		return -ENODEV;
	if (fdc_reset(fdc) || fdc_command(fdc, command, sizeof(command)) ||
	    fdc_result(fdc, version, 1))
		return -ENODEV;
	return 0;
}

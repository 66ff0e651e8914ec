/* SPDX-License-Identifier: MIT */
/* drivers/fdc.h - the diskette controller, between fdc.c and floppy.c (and their test) */
#ifndef _DRIVERS_FDC_H
#define _DRIVERS_FDC_H

#include <linux/completion.h>
#include <linux/interrupt.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#define FDC_BASE		0x3f0
#define FDC_IRQ			6
#define FDC_DMA			2
#define FDC_SECTOR_BYTES	512

/* Status register 0 of a result; the other two are fdc.c's */
#define FDC_ST3_WRITE_PROTECT	0x40
#define FDC_ST3_TRACK_0		0x10

/* How ports are reached: the real ones, or a test that spoils what they say. */
struct fdc_ports {
	u8   (*in)(void *ctx, u16 port);
	void (*out)(void *ctx, u16 port, u8 val);
	void *ctx;
};

/* How long to wait, milliseconds.  Tests of dead controllers have less patience. */
struct fdc_timing {
	unsigned int ready;		/* for the next byte of a command or result */
	unsigned int interrupt;		/* for a seek or a transfer */
	unsigned int spin_up;		/* until the disk turns evenly */
	unsigned int motor_off;		/* after the last transfer */
};

struct fdc_stats {
	unsigned long interrupts;	/* that were waited for */
	unsigned long spurious;		/* that were not */
	unsigned long early;		/* that were, but the command was not done */
	unsigned long timeouts;		/* waits that ended without one */
	unsigned long resets;
	unsigned long transfers;	/* READ and WRITE commands that succeeded */
};

/* Field keys:  (U) the one user, who holds the drive's mutex   (L) lock, irqs off */
struct fdc {
	const struct fdc_ports *ports;	/* (U) */
	struct fdc_timing timing;	/* (U) */
	struct fdc_stats stats;		/* (L) */
	spinlock_t lock;
	u8 dor;				/* (L) the digital output register as last written */
	bool waiting;			/* (L) somebody wants the next interrupt */
	struct completion interrupt;	/* it has come */
};

/* One READ or WRITE command: sectors [sector, sector + nr) of a cylinder, counted from 0. */
struct fdc_transfer {
	bool write;
	unsigned int drive;
	unsigned int cylinder;
	unsigned int sector;		/* 0..35: both heads */
	unsigned int nr;
	phys_addr_t addr;		/* isa_dma_check()ed */
};

/* All of these: process context, one user at a time, bounded; 0 or -errno.
 *
 *	-ETIMEDOUT	no answer, or no interrupt: fdc_reset() comes next
 *	-EIO		an answer that is wrong, or an error of the medium
 *	-EROFS		the medium is write-protected
 */

/* Is there a controller?  0, -ENODEV.  *version: what it answers to VERSION. */
int fdc_probe(struct fdc *fdc, u8 *version);
/* Begin again: all commands forgotten, heads anywhere. */
int fdc_reset(struct fdc *fdc);
int fdc_recalibrate(struct fdc *fdc, unsigned int drive);
int fdc_seek(struct fdc *fdc, unsigned int drive, unsigned int cylinder);
/* *st3: FDC_ST3_*. */
int fdc_sense_drive(struct fdc *fdc, unsigned int drive, u8 *st3);
int fdc_transfer(struct fdc *fdc, const struct fdc_transfer *t);

/* Select @drive and switch its motor; any context. */
void fdc_motor(struct fdc *fdc, unsigned int drive, bool on);
bool fdc_motor_is_on(const struct fdc *fdc, unsigned int drive);
/* Of the selected drive: has the disk been taken out since the last seek? */
bool fdc_disk_changed(struct fdc *fdc);

/* drivers/floppy.c: the controller of "fd0", for its test. */
struct fdc *floppy_fdc(void);

/* The handler of FDC_IRQ; dev is a struct fdc. */
irqreturn_t fdc_irq(int irq, void *dev);

#endif /* _DRIVERS_FDC_H */

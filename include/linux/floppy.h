/* SPDX-License-Identifier: MIT */
/*
 * The diskette drive: 1.44 MB media in drive A of a PC's controller (drivers/floppy.c).
 * It is the disk "fd0" of <linux/blkdev.h>.
 *
 * Errors of open, read and write, each within a bounded time:
 *	-ENOMEDIUM	the drive is empty
 *	-EROFS		write-protected (writes only)
 *	-EIO		the medium is bad, or was changed since it was opened
 *	-ETIMEDOUT	the controller does not answer, or its interrupt does not come
 *	-EFAULT, -EINVAL the buffer cannot be reached by DMA, and bouncing is switched off
 *	-EBUSY, -ENOMEM	open: channel 2 or line 6 is taken; no memory below 16 MiB
 */
#ifndef _LINUX_FLOPPY_H
#define _LINUX_FLOPPY_H

#define FLOPPY_CYLINDERS	80
#define FLOPPY_HEADS		2
#define FLOPPY_SECTORS		18	/* a track */
#define FLOPPY_CYLINDER_SECTORS	(FLOPPY_HEADS * FLOPPY_SECTORS)
#define FLOPPY_NR_SECTORS	(FLOPPY_CYLINDERS * FLOPPY_CYLINDER_SECTORS)

#endif /* _LINUX_FLOPPY_H */

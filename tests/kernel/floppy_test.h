/* SPDX-License-Identifier: MIT */
/* tests/kernel/floppy_test.h - what the suites floppy and floppy_fault have in common */
#ifndef _FLOPPY_TEST_H
#define _FLOPPY_TEST_H

#include <kunit/test.h>
#include <linux/blkdev.h>
#include <linux/floppy.h>

#include "../../drivers/fdc.h"

#define CYLINDER_BYTES	(FLOPPY_CYLINDER_SECTORS * SECTOR_SIZE)

/*
 * floppytest=WHAT on the command line: what the drive is like, and "overwrite" is also the
 * permission to write to whatever medium is in it.
 */
bool floppytest_is(const char *what);
/* Skip the case unless floppytest= says so. */
void floppytest_needs(struct kunit *test, const char *what);

/* What sector @sector holds after every case, from the seed. */
void floppy_pattern(void *buf, sector_t sector, unsigned int nr);
/* How many of these sectors do not hold that? */
unsigned int floppy_pattern_wrong(const void *buf, sector_t sector, unsigned int nr);

/* The disk, opened, or the case fails; closed when it ends. */
struct gendisk *floppy_test_open(struct kunit *test);
/* Channel, line and motor: does nobody have them? */
void floppy_expect_all_free(struct kunit *test);

/* From now on wait for an answer as long as a host may stop us: for what will answer. */
static inline void floppy_be_patient(void)
{
	floppy_fdc()->timing.ready = floppy_fdc()->timing.interrupt = 30000;
}

/* Before and after each case of both suites. */
int floppy_test_init(struct kunit *test);
void floppy_test_exit(struct kunit *test);

#endif /* _FLOPPY_TEST_H */

/* SPDX-License-Identifier: MIT */
/*
 * ramdisk.c - the smallest disk driver: "ram0", whose medium is vmalloc() memory while it is open
 *
 * docs/drivers.md is about its big brother.  It shows what a disk must bring: a structure, two
 * functions that move sectors, and two that take and give back what they need.
 */
#include <linux/blkdev.h>
#include <linux/errno.h>
#include <linux/module.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#define RAMDISK_SECTORS	512

static int ramdisk_open(struct gendisk *disk)
{
	disk->private_data = vzalloc(RAMDISK_SECTORS * SECTOR_SIZE);	/* may sleep: GFP_KERNEL */
	return disk->private_data ? 0 : -ENOMEM;
}

static void ramdisk_release(struct gendisk *disk)
{
	vfree(disk->private_data);
}

static int ramdisk_read(struct gendisk *disk, sector_t sector, void *buf, unsigned int nr)
{
	memcpy(buf, disk->private_data + sector * SECTOR_SIZE, (size_t)nr * SECTOR_SIZE);
	return 0;
}

static int ramdisk_write(struct gendisk *disk, sector_t sector, const void *buf, unsigned int nr)
{
	memcpy(disk->private_data + sector * SECTOR_SIZE, buf, (size_t)nr * SECTOR_SIZE);
	return 0;
}

static const struct block_device_operations ramdisk_ops = {
	.open = ramdisk_open,
	.release = ramdisk_release,
	.read = ramdisk_read,
	.write = ramdisk_write,
};

static struct gendisk ramdisk = { .disk_name = "ram0", .fops = &ramdisk_ops };

static int ramdisk_init(void)
{
	set_capacity(&ramdisk, RAMDISK_SECTORS);
	return add_disk(&ramdisk);
}
module_init(ramdisk_init);

static void ramdisk_exit(void)
{
	del_gendisk(&ramdisk);
}
module_exit(ramdisk_exit);

MODULE_LICENSE("MIT");

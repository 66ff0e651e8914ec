/* SPDX-License-Identifier: MIT */
/*
 * Disks: numbered sectors of 512 bytes, and whoever can read and write them
 * (drivers/disk.c).
 *
 *	static int my_read(struct gendisk *disk, sector_t sector, void *buf, unsigned int nr);
 *	static const struct block_device_operations my_ops = { .read = my_read, ... };
 *	static struct gendisk my_disk = { .disk_name = "md0", .fops = &my_ops };
 *
 *	set_capacity(&my_disk, 2880);
 *	err = add_disk(&my_disk);
 *
 *	disk = disk_open("md0");		somebody else, later
 *	if (!IS_ERR(disk)) {
 *		err = disk_read(disk, 0, buf, 1);
 *		disk_close(disk);
 *	}
 *
 * Context: process, may sleep.  Buffers may lie anywhere, vmalloc memory included: what its
 * device can reach is the driver's business.
 */
#ifndef _LINUX_BLKDEV_H
#define _LINUX_BLKDEV_H

#include <linux/list.h>
#include <linux/types.h>

#define SECTOR_SHIFT		9
#define SECTOR_SIZE		(1 << SECTOR_SHIFT)
#define DISK_NAME_LEN		32

typedef u64 sector_t;

struct gendisk;
struct seq_file;

/*
 * What a driver implements.  0 or -errno; each of them may be called by several threads at
 * a time, but for open and release, and with sectors within the capacity only.
 */
struct block_device_operations {
	/* For the first opener, and after the last: take and give back what transfers need.
	 * May be NULL. */
	int  (*open)(struct gendisk *disk);
	void (*release)(struct gendisk *disk);
	int  (*read)(struct gendisk *disk, sector_t sector, void *buf, unsigned int nr);
	/* NULL: cannot be written */
	int  (*write)(struct gendisk *disk, sector_t sector, const void *buf, unsigned int nr);
};

/* Field keys:  (D) the driver's, before add_disk()   (O) its open()   (L) the list's mutex */
struct gendisk {
	char disk_name[DISK_NAME_LEN];		/* (D) */
	const struct block_device_operations *fops;	/* (D) */
	void *private_data;			/* (D) */
	sector_t capacity;			/* (D,O) */
	bool read_only;				/* (D,O) */
	unsigned int openers;			/* (L) */
	struct list_head list;			/* (L) */
	unsigned long nr_read, nr_written;	/* sectors, for people */
	unsigned long nr_errors;
};

static inline void set_capacity(struct gendisk *disk, sector_t sectors)
{
	disk->capacity = sectors;
}

static inline sector_t get_capacity(const struct gendisk *disk)
{
	return disk->capacity;
}

static inline void set_disk_ro(struct gendisk *disk, bool read_only)
{
	disk->read_only = read_only;
}

static inline bool get_disk_ro(const struct gendisk *disk)
{
	return disk->read_only;
}

/* Make it known; the structure stays the driver's.  0; -EINVAL: no name, no read();
 * -EEXIST: the name is taken. */
int __must_check add_disk(struct gendisk *disk);
/* And forget it.  -EBUSY: somebody has it open. */
int del_gendisk(struct gendisk *disk);

/* By its name.  ERR_PTR(-ENODEV): there is none; or what its open() says. */
struct gendisk *disk_open(const char *name);
void disk_close(struct gendisk *disk);

/*
 * @nr sectors from @sector on.  0: all of them; -EINVAL: some lie beyond the end; -EROFS;
 * else the driver's error, and how many sectors were moved is not known.
 */
int disk_read(struct gendisk *disk, sector_t sector, void *buf, unsigned int nr);
int disk_write(struct gendisk *disk, sector_t sector, const void *buf, unsigned int nr);

/* One line for each disk. */
void disks_show(struct seq_file *m);

#endif /* _LINUX_BLKDEV_H */

/* SPDX-License-Identifier: MIT */
/*
 * drivers/disk.c - the list of disks, and the checks that all of their drivers need
 *
 * MODEL
 *   A driver adds a struct gendisk with its operations; a user opens it by name.  The first
 *   opener makes the driver take what it needs (line, channel, buffers), the last one gives
 *   it back, so a disk that nobody uses costs its structure.
 *
 * INVARIANTS	fops->open() and release() alternate; read() and write() come in between.
 * LOCKING	disks_lock: the list, openers, and open against release.  Transfers take no
 *		lock here: a disk that is open stays.
 * CONTEXT	process, may sleep.
 * FAILURE	-errno; nothing changed.
 * NOT HERE	queues, partitions, caches: there are none yet.
 */
#include <linux/blkdev.h>
#include <linux/bug.h>
#include <linux/err.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/kstrtox.h>
#include <linux/monitor.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>

static DEFINE_MUTEX(disks_lock);
static LIST_HEAD(disks);

static struct gendisk *disk_find(const char *name)
{
	struct gendisk *disk;

	list_for_each_entry(disk, &disks, list)
		if (!strcmp(disk->disk_name, name))
			return disk;
	return NULL;
}

int add_disk(struct gendisk *disk)
{
	int err = 0;

	if (!disk->disk_name[0] || !disk->fops || !disk->fops->read)
		return -EINVAL;
	mutex_lock(&disks_lock);
	if (disk_find(disk->disk_name)) {
		err = -EEXIST;
	} else {
		disk->openers = 0;
		list_add_tail(&disk->list, &disks);
	}
	mutex_unlock(&disks_lock);
	return err;
}

int del_gendisk(struct gendisk *disk)
{
	int err = -EBUSY;

	mutex_lock(&disks_lock);
	if (!disk->openers) {
		list_del(&disk->list);
		err = 0;
	}
	mutex_unlock(&disks_lock);
	return err;
}

static int disk_open_locked(struct gendisk *disk)
{
	int err = 0;

	if (!disk->openers && disk->fops->open)
		err = disk->fops->open(disk);
	if (!err)
		disk->openers++;
	return err;
}

struct gendisk *disk_open(const char *name)
{
	struct gendisk *disk;
	int err = -ENODEV;

	mutex_lock(&disks_lock);
	disk = disk_find(name);
	if (disk)
		err = disk_open_locked(disk);
	mutex_unlock(&disks_lock);
	return err ? ERR_PTR(err) : disk;
}

void disk_close(struct gendisk *disk)
{
	mutex_lock(&disks_lock);
	if (!WARN_ON(!disk->openers) && !--disk->openers && disk->fops->release)
		disk->fops->release(disk);
	mutex_unlock(&disks_lock);
}

/* Is it open, and are all of these sectors on it? */
static bool disk_has(const struct gendisk *disk, sector_t sector, unsigned int nr)
{
	return !WARN_ON_ONCE(!READ_ONCE(disk->openers)) && sector <= disk->capacity &&
	       nr <= disk->capacity - sector;
}

int disk_read(struct gendisk *disk, sector_t sector, void *buf, unsigned int nr)
{
	int err;

	if (!disk_has(disk, sector, nr))
		return -EINVAL;
	if (!nr)
		return 0;
	err = disk->fops->read(disk, sector, buf, nr);
	if (err)
		disk->nr_errors++;
	else
		disk->nr_read += nr;
	return err;
}

int disk_write(struct gendisk *disk, sector_t sector, const void *buf, unsigned int nr)
{
	int err;

	if (!disk_has(disk, sector, nr))
		return -EINVAL;
	if (disk->read_only || !disk->fops->write)
		return -EROFS;
	if (!nr)
		return 0;
	err = disk->fops->write(disk, sector, buf, nr);
	if (err)
		disk->nr_errors++;
	else
		disk->nr_written += nr;
	return err;
}

void disks_show(struct seq_file *m)
{
	const struct gendisk *disk;

	seq_puts(m, "disk     sectors      KiB  ro  open       read    written  errors\n");
	mutex_lock(&disks_lock);
	list_for_each_entry(disk, &disks, list)
		seq_printf(m, "%-8s %7llu %8llu  %-3s %4u %10lu %10lu %7lu\n", disk->disk_name,
			   disk->capacity, disk->capacity / 2, disk->read_only ? "ro" : "rw",
			   disk->openers, disk->nr_read, disk->nr_written, disk->nr_errors);
	mutex_unlock(&disks_lock);
}

static int monitor_disks(struct monitor *mon, int argc, char **argv)
{
	disks_show(&mon->out);
	return 0;
}

static void monitor_dump_sector(struct monitor *mon, const u8 *buf)
{
	char text[80];
	unsigned int i;

	for (i = 0; i < SECTOR_SIZE; i += 16) {
		hex_dump_to_buffer(buf + i, 16, 16, 1, text, sizeof(text), true);
		seq_printf(&mon->out, "%03x: %s\n", i, text);
	}
}

static int monitor_sector(struct monitor *mon, int argc, char **argv)
{
	struct gendisk *disk;
	unsigned long sector;
	u8 *buf;
	int err;

	if (kstrtoul(argv[2], 0, &sector))
		return monitor_fail(mon, argv[0], "'%s' is no number", argv[2]);
	buf = kmalloc(SECTOR_SIZE, GFP_KERNEL);
	disk = disk_open(argv[1]);
	err = IS_ERR(disk) ? PTR_ERR(disk) : buf ? disk_read(disk, sector, buf, 1) : -ENOMEM;
	if (!err)
		monitor_dump_sector(mon, buf);
	if (!IS_ERR(disk))
		disk_close(disk);
	kfree(buf);
	return err ? monitor_fail(mon, argv[0], "%s: error %d", argv[1], err) : 0;
}

static const struct monitor_command disk_commands[] = {
	{ "disks", "", "disks, and their traffic", monitor_disks, 0, 0 },
	{ "sector", "<disk> <number>", "the bytes of a sector", monitor_sector, 2, 2 },
};

static int disk_init(void)
{
	return monitor_add_commands(disk_commands, ARRAY_SIZE(disk_commands));
}
module_init(disk_init);

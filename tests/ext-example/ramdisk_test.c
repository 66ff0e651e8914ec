/* SPDX-License-Identifier: MIT */
/* ramdisk_test.c - a disk from outside the tree, used as any other; and who may join the list */
#include <kunit/test.h>
#include <linux/blkdev.h>
#include <linux/err.h>
#include <linux/seq_file.h>

static u8 buf[3 * SECTOR_SIZE];

static void what_is_written_is_read(struct kunit *test)
{
	struct gendisk *disk = disk_open("ram0");

	KUNIT_ASSERT_FALSE(test, IS_ERR(disk));
	memset(buf, 0x5a, sizeof(buf));
	KUNIT_EXPECT_EQ(test, disk_write(disk, get_capacity(disk) - 3, buf, 3), 0);
	KUNIT_EXPECT_EQ(test, disk_write(disk, get_capacity(disk) - 2, buf, 3), -EINVAL);
	memset(buf, 0, sizeof(buf));
	KUNIT_EXPECT_EQ(test, disk_read(disk, get_capacity(disk) - 3, buf, 3), 0);
	KUNIT_EXPECT_NULL(test, memchr_inv(buf, 0x5a, sizeof(buf)));
	set_disk_ro(disk, true);
	KUNIT_EXPECT_EQ(test, disk_write(disk, 0, buf, 1), -EROFS);
	set_disk_ro(disk, false);
	disk_close(disk);
}

/* The first opener takes memory, the last gives it back: KUnit counts. */
static void memory_is_held_while_open(struct kunit *test)
{
	struct gendisk *a = disk_open("ram0"), *b = disk_open("ram0");

	KUNIT_WORKED(test, !IS_ERR(a));
	KUNIT_WORKED(test, !IS_ERR(b));
	if (!IS_ERR(a))
		disk_close(a);
	if (!IS_ERR(b)) {
		KUNIT_EXPECT_EQ(test, disk_read(b, 0, buf, 1), 0);
		disk_close(b);
	}
}

static int no_read(struct gendisk *disk, sector_t sector, void *to, unsigned int nr)
{
	return -EIO;
}

static void joining_the_list(struct kunit *test)
{
	static const struct block_device_operations none = { .read = NULL },
						    readable = { .read = no_read };
	static struct gendisk d = { .disk_name = "ram0", .fops = &readable, .capacity = 1 };
	char text[512];
	struct seq_file m;

	KUNIT_EXPECT_EQ(test, add_disk(&d), -EEXIST);
	strscpy(d.disk_name, "", sizeof(d.disk_name));
	KUNIT_EXPECT_EQ(test, add_disk(&d), -EINVAL);
	strscpy(d.disk_name, "bad0", sizeof(d.disk_name));
	d.fops = &none;
	KUNIT_EXPECT_EQ(test, add_disk(&d), -EINVAL);
	d.fops = &readable;
	KUNIT_ASSERT_EQ(test, add_disk(&d), 0);
	KUNIT_EXPECT_PTR_EQ(test, disk_open("bad0"), &d);
	KUNIT_EXPECT_EQ(test, disk_read(&d, 0, buf, 1), -EIO);
	KUNIT_EXPECT_EQ(test, disk_write(&d, 0, buf, 1), -EROFS);
	KUNIT_EXPECT_EQ(test, d.nr_errors, 1UL);
	KUNIT_EXPECT_EQ(test, del_gendisk(&d), -EBUSY);
	seq_to_buffer(&m, text, sizeof(text));
	disks_show(&m);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "\nram0 "));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "\nbad0 "));
	disk_close(&d);
	KUNIT_EXPECT_EQ(test, del_gendisk(&d), 0);
	KUNIT_EXPECT_PTR_EQ(test, disk_open("bad0"), (struct gendisk *)ERR_PTR(-ENODEV));
}

static struct kunit_case ramdisk_cases[] = {
	KUNIT_CASE(what_is_written_is_read),
	KUNIT_CASE_FAILNTH(memory_is_held_while_open),
	KUNIT_CASE(joining_the_list),
	{}
};

static struct kunit_suite ramdisk_suite = {
	.name = "ramdisk",
	.test_cases = ramdisk_cases,
};
kunit_test_suite(ramdisk_suite);

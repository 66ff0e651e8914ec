/* SPDX-License-Identifier: MIT */
/* seq_file_test.c - one table, three places to print it to */
#include <kunit/test.h>
#include <linux/printk.h>
#include <linux/seq_file.h>

static struct seq_file m;

static void a_buffer_holds_what_fits(struct kunit *test)
{
	char buf[8];

	seq_to_buffer(&m, buf, sizeof(buf));
	KUNIT_EXPECT_STREQ(test, buf, "");
	seq_printf(&m, "%d,%s", 12, "ab");
	KUNIT_EXPECT_STREQ(test, buf, "12,ab");
	KUNIT_EXPECT_FALSE(test, seq_has_overflowed(&m));
	seq_putc(&m, 'c');
	seq_puts(&m, "d");
	KUNIT_EXPECT_STREQ(test, buf, "12,abcd");
	KUNIT_EXPECT_FALSE(test, seq_has_overflowed(&m));
	seq_write(&m, "xyz", 3);
	KUNIT_EXPECT_STREQ(test, buf, "12,abcd");
	KUNIT_EXPECT_TRUE(test, seq_has_overflowed(&m));
	KUNIT_EXPECT_EQ(test, m.count, 10UL);
	seq_puts(&m, "more");				/* far behind the end by now */
	KUNIT_EXPECT_STREQ(test, buf, "12,abcd");
}

static void the_log_gets_whole_lines(struct kunit *test)
{
	static char log[1024];
	unsigned int i;

	printk_capture_start(log, sizeof(log));
	seq_to_log(&m, KERN_WARNING);
	seq_puts(&m, "one ");
	KUNIT_EXPECT_STREQ(test, log, "");
	seq_puts(&m, "line\nsecond\nthi");
	KUNIT_EXPECT_STREQ(test, log, "one line\nsecond\n");
	seq_puts(&m, "rd");
	seq_flush(&m);
	seq_flush(&m);
	for (i = 0; i < SEQ_LINE_MAX + 5; i++)		/* too long: split */
		seq_putc(&m, 'x');
	seq_flush(&m);
	printk_capture_stop();
	KUNIT_EXPECT_EQ(test, strncmp(log, "one line\nsecond\nthird\nxxx", 25), 0);
	KUNIT_EXPECT_STREQ(test, strrchr(log, '\n') - 6, "\nxxxxx\n");
}

static void count_bytes(struct seq_file *seq, const char *s, size_t n)
{
	*(size_t *)seq->private += n;
}

static void a_sink_gets_everything_at_once(struct kunit *test)
{
	size_t seen = 0;

	seq_to_sink(&m, count_bytes, &seen);
	seq_printf(&m, "%0*d", 300, 1);
	KUNIT_EXPECT_EQ(test, seen, 300UL);
	seq_printf(&m, "%0*d", 1000, 1);		/* more than one call can make */
	KUNIT_EXPECT_EQ(test, seen, 300UL + SEQ_PRINTF_MAX - 1);
	seq_flush(&m);
	KUNIT_EXPECT_FALSE(test, seq_has_overflowed(&m));
}

static struct kunit_case seq_file_cases[] = {
	KUNIT_CASE(a_buffer_holds_what_fits),
	KUNIT_CASE(the_log_gets_whole_lines),
	KUNIT_CASE(a_sink_gets_everything_at_once),
	{}
};

static struct kunit_suite seq_file_suite = { .name = "seq_file", .test_cases = seq_file_cases };
kunit_test_suite(seq_file_suite);

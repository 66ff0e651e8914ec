/* SPDX-License-Identifier: MIT */
/* Catching a report in a test, and looking at what it says. */
#ifndef TESTS_KERNEL_REPORT_H
#define TESTS_KERNEL_REPORT_H

#include <kunit/test.h>
#include <linux/panic.h>
#include <linux/printk.h>
#include <linux/string.h>

struct report {
	char text[8192];
	unsigned long taint;
	unsigned int warns;		/* while it was caught */
};

/* Nothing that is printed from here to report_end() gets out; taints are forgotten. */
static inline void report_begin(struct report *r)
{
	r->taint = get_taint();
	r->warns = warn_count;
	printk_capture_start(r->text, sizeof(r->text));
}

static inline void report_end(struct report *r)
{
	printk_capture_stop();
	r->warns = warn_count - r->warns;
	set_taint_mask(r->taint);
	warn_count -= r->warns;
}

static inline bool report_has(const struct report *r, const char *s)
{
	return strstr(r->text, s) != NULL;
}

#define EXPECT_REPORT(test, r, s) \
	KUNIT_EXPECT_TRUE_MSG(test, report_has(r, s), "'%s' is not in:\n%.200s", s, (r)->text)

#endif /* TESTS_KERNEL_REPORT_H */

/* SPDX-License-Identifier: MIT */
/*
 * Things that register themselves by being linked.
 *
 * module_init(fn): fn runs once at boot, in process context, after memory management
 * and interrupts are up; a non-zero return is reported and otherwise ignored.
 *
 * __setup("name=", fn): fn gets the text behind the = (never NULL, "" for a bare name)
 * when the option is on the kernel command line, before memory management.  It returns
 * 0, or -EINVAL for a malformed value, which is reported in one line and ignored.
 * kernel/cmdline.c walks the table.
 */
#ifndef _LINUX_INIT_H
#define _LINUX_INIT_H

#include <linux/types.h>

typedef int (*initcall_t)(void);

struct setup_option {
	const char *name;		/* "loglevel=" takes a value, "monitor" does not */
	int (*fn)(char *val);
};

extern const initcall_t __initcall_start[], __initcall_end[];

/* Its result.  A preempt_count or interrupts that it leaves changed: reported, and put back. */
int do_one_initcall(initcall_t fn);
extern const struct setup_option __setup_start[], __setup_end[];

/* A pointer-sized entry; retained though nothing refers to it. */
#define module_init(fn)							\
	static const initcall_t __PASTE(__initcall_, fn)		\
	__linker_table(".initcall") = fn
#define device_initcall(fn)	module_init(fn)
#define core_initcall(fn)	module_init(fn)
#define subsys_initcall(fn)	module_init(fn)
#define fs_initcall(fn)		module_init(fn)
#define late_initcall(fn)	module_init(fn)
#define module_exit(fn)							\
	static void (*const __PASTE(__exitcall_, fn))(void) __maybe_unused = fn

#define __setup(str, func)						\
	static const struct setup_option __PASTE(__setup_, func)	\
	__linker_table(".setup") __aligned(8) = { str, func }
#define early_param(str, func)	__setup(str, func)

#endif /* _LINUX_INIT_H */

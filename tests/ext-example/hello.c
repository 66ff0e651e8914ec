/* SPDX-License-Identifier: MIT */
/* hello.c - the first module of every book: two functions with fixed names. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kernel.h>
#include <linux/module.h>

int hello_count = 1;			/* not static, declared nowhere: a warning at most */
EXPORT_SYMBOL(hello_count);

int init_module(void)
{
	pr_info_ratelimited("hello, world\n");
	return 0;
}

void cleanup_module(void)
{
	printk(KERN_INFO "goodbye\n");
}

MODULE_LICENSE("Dual MIT/GPL");

/* SPDX-License-Identifier: MIT */
/* What driver sources include; a "module" is linked into the image (EXT=). */
#ifndef _LINUX_MODULE_H
#define _LINUX_MODULE_H

#include <linux/export.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/moduleparam.h>
#include <linux/percpu.h>
#include <linux/wait.h>

#define THIS_MODULE		((struct module *)0)

struct module;

#define MODULE_LICENSE(s)	__MODULE_INFO(__LINE__)
#define MODULE_AUTHOR(s)	__MODULE_INFO(__LINE__)
#define MODULE_DESCRIPTION(s)	__MODULE_INFO(__LINE__)
#define MODULE_VERSION(s)	__MODULE_INFO(__LINE__)
#define MODULE_ALIAS(s)		__MODULE_INFO(__LINE__)
#define MODULE_FIRMWARE(s)	__MODULE_INFO(__LINE__)
#define MODULE_SOFTDEP(s)	__MODULE_INFO(__LINE__)
#define MODULE_DEVICE_TABLE(type, name)	__MODULE_INFO(__LINE__)

/*
 * A module's functions by their fixed names, as the first examples of the books have them:
 * each file of EXT= may have its own.  NULL where there is none.
 */
#ifdef MODULE
int init_module(void) __weak;
void cleanup_module(void) __weak;
static const initcall_t __initcall_of_module __linker_table(".initcall") = init_module;
#endif

/* References to a module: it cannot go. */
#define try_module_get(module)	((void)(module), true)
#define module_put(module)	((void)(module))

#endif /* _LINUX_MODULE_H */

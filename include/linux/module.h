/* SPDX-License-Identifier: MIT */
/* What driver sources include; a "module" is linked into the image (EXT=). */
#ifndef _LINUX_MODULE_H
#define _LINUX_MODULE_H

#include <linux/export.h>
#include <linux/init.h>
#include <linux/kernel.h>

#define THIS_MODULE		((struct module *)0)
#define KBUILD_MODNAME		"kernel"

struct module;

#define __MODULE_INFO(line)	extern int __PASTE(__module_info_, line)
#define MODULE_LICENSE(s)	__MODULE_INFO(__LINE__)
#define MODULE_AUTHOR(s)	__MODULE_INFO(__LINE__)
#define MODULE_DESCRIPTION(s)	__MODULE_INFO(__LINE__)
#define MODULE_VERSION(s)	__MODULE_INFO(__LINE__)
#define MODULE_ALIAS(s)		__MODULE_INFO(__LINE__)
#define MODULE_PARM_DESC(p, s)	__MODULE_INFO(__LINE__)

#endif /* _LINUX_MODULE_H */

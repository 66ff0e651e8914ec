/* SPDX-License-Identifier: MIT */
/*
 * A module's parameters: options on the kernel's command line, as for any module that is
 * built in.  In scull.c, module_param(size, int, 0444) is scull.size=64.
 */
#ifndef _LINUX_MODULEPARAM_H
#define _LINUX_MODULEPARAM_H

#include <linux/init.h>
#include <linux/kstrtox.h>
#include <linux/string.h>
#include <linux/types.h>

#ifndef KBUILD_MODNAME			/* a file of EXT= has its own name */
# define KBUILD_MODNAME		"kernel"
#endif

#define __MODULE_INFO(line)	extern int __PASTE(__module_info_, line)
#define MODULE_PARM_DESC(p, s)	__MODULE_INFO(__LINE__)

#define PARAM_CHARP_MAX		64	/* a longer string is refused */

#define __param_ushort(val, var)	kstrtou16(val, 0, &(var))
#define __param_int(val, var)		kstrtoint(val, 0, &(var))
#define __param_uint(val, var)		kstrtouint(val, 0, &(var))
#define __param_long(val, var)		kstrtol(val, 0, &(var))
#define __param_ulong(val, var)		kstrtoul(val, 0, &(var))
#define __param_bool(val, var)		kstrtobool(val, &(var))
#define __param_charp(val, var) ({					\
	static char __copy[PARAM_CHARP_MAX];				\
	ssize_t __len = strscpy(__copy, val, sizeof(__copy));		\
	if (__len >= 0)							\
		(var) = __copy;						\
	__len < 0 ? -EINVAL : 0; })

/* @perm would be that of a file; there are none. */
#define __module_param(name, var, set)					\
	static int __PASTE(param_set_, name)(char *val)			\
	{								\
		return set(val, var);					\
	}								\
	__setup(KBUILD_MODNAME "." #name "=", __PASTE(param_set_, name))
#define module_param(name, type, perm)	__module_param(name, name, __param_##type)
#define module_param_named(name, var, type, perm) \
	__module_param(name, var, __param_##type)

#endif /* _LINUX_MODULEPARAM_H */

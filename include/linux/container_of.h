/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_CONTAINER_OF_H
#define _LINUX_CONTAINER_OF_H

#include <linux/build_bug.h>
#include <linux/types.h>

/* The structure of @type whose member @member is at @ptr; @ptr must not be NULL. */
#ifndef __CPPCHECK__
#define container_of(ptr, type, member) ({					\
	const __typeof__(((type *)0)->member) *__mptr = (ptr);			\
	(type *)((unsigned long)__mptr - offsetof(type, member)); })
#else				/* it takes the 0 in __typeof__ for a dereference */
#define container_of(ptr, type, member)	((type *)((char *)(ptr) - offsetof(type, member)))
#endif

#define typeof_member(T, m)	__typeof__(((T *)0)->m)
#define sizeof_field(T, m)	sizeof(((T *)0)->m)
#define offsetofend(T, m)	(offsetof(T, m) + sizeof_field(T, m))

#endif /* _LINUX_CONTAINER_OF_H */

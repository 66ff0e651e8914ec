/* SPDX-License-Identifier: MIT */
/*
 * BUG: cannot go on.  WARN: report (file, line, caller, backtrace) and go on.
 * All WARN forms give the condition back.  Any context.
 */
#ifndef _LINUX_BUG_H
#define _LINUX_BUG_H

#include <linux/build_bug.h>
#include <linux/compiler.h>

/* lib/panic.c */
void __bug(const char *file, int line) __noreturn __cold;
void __warn_fmt(const char *file, int line, const char *fmt, ...) __printf(3, 4) __cold;
void __warn(const char *file, int line) __cold;

#define BUG()			__bug(__FILE__, __LINE__)
#define BUG_ON(cond)		do { if (unlikely(cond)) BUG(); } while (0)

#define WARN_ON(cond) ({						\
	int __wret = !!(cond);						\
	if (unlikely(__wret))						\
		__warn(__FILE__, __LINE__);				\
	unlikely(__wret); })

#define WARN(cond, fmt...) ({						\
	int __wret = !!(cond);						\
	if (unlikely(__wret))						\
		__warn_fmt(__FILE__, __LINE__, fmt);			\
	unlikely(__wret); })

#define __once_if(cond, stmt) ({					\
	static _Bool __already;						\
	int __oret = !!(cond);						\
	if (unlikely(__oret) && !__already) {				\
		__already = 1;						\
		stmt;							\
	}								\
	unlikely(__oret); })

#define WARN_ON_ONCE(cond)	__once_if(cond, __warn(__FILE__, __LINE__))
#define WARN_ONCE(cond, fmt...)	__once_if(cond, __warn_fmt(__FILE__, __LINE__, fmt))
#define DO_ONCE(stmt)		((void)__once_if(1, stmt))

#endif /* _LINUX_BUG_H */

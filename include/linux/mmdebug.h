/* SPDX-License-Identifier: MIT */
/*
 * Checks that cost too much for a default build.  CONFIG_DEBUG_VM=1 turns them on: in
 * `make DEBUG=1`, and always in the hosted build, which runs every suite with them.
 */
#ifndef _LINUX_MMDEBUG_H
#define _LINUX_MMDEBUG_H

#include <linux/bug.h>

#define VM_BUG_ON(cond) \
	do { if (IS_ENABLED(CONFIG_DEBUG_VM)) BUG_ON(cond); } while (0)
#define VM_WARN_ON(cond) \
	do { if (IS_ENABLED(CONFIG_DEBUG_VM)) (void)WARN_ON(cond); } while (0)
#define VM_WARN_ON_ONCE(cond) \
	do { if (IS_ENABLED(CONFIG_DEBUG_VM)) (void)WARN_ON_ONCE(cond); } while (0)

#endif /* _LINUX_MMDEBUG_H */

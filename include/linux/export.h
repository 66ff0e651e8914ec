/* SPDX-License-Identifier: MIT */
/* One image, no modules: EXPORT_SYMBOL says "public interface" to readers, and no more. */
#ifndef _LINUX_EXPORT_H
#define _LINUX_EXPORT_H

#define EXPORT_SYMBOL(sym)	extern int __export_##sym##_is_public
#define EXPORT_SYMBOL_GPL(sym)	EXPORT_SYMBOL(sym)

#endif /* _LINUX_EXPORT_H */

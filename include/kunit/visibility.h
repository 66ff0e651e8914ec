/* SPDX-License-Identifier: MIT */
/* Tests are always built in, so everything that tests see is visible: plain static is not. */
#ifndef _KUNIT_VISIBILITY_H
#define _KUNIT_VISIBILITY_H

#define VISIBLE_IF_KUNIT
#define EXPORT_SYMBOL_IF_KUNIT(sym)	EXPORT_SYMBOL(sym)

#endif /* _KUNIT_VISIBILITY_H */

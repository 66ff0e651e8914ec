/* SPDX-License-Identifier: MIT */
/*
 * Which objects can nobody find any more?  (mm/leaks.c)
 *
 * The world is stopped (interrupts off, one CPU) and searched for pointers, from what is
 * always there to whatever can be reached from it.  Slab objects and large blocks of kmalloc
 * that nothing points to, not even into their middle, are leaks.
 *
 * Context: process.  Failure: -ENOMEM, nothing was searched.
 */
#ifndef _LINUX_LEAKS_H
#define _LINUX_LEAKS_H

#include <linux/types.h>

struct kmem_cache;
struct seq_file;

struct leak {
	void *object;
	size_t size;			/* bytes */
	struct kmem_cache *cache;	/* NULL: a large block of kmalloc */
};

/* How many; @fn (may be NULL) is shown each of them while the world still stands. */
long leaks_scan(void (*fn)(const struct leak *leak, void *arg), void *arg);
/* The same in kmemleak's words, and a summary behind. */
long leaks_show(struct seq_file *m);

/*
 * Socket: call leaks_root() for all memory that is in use as it is: the image's data, and of
 * each thread's stack what lies above its stack pointer.  @sp: that of the running one.
 */
typedef void leaks_roots_fn(unsigned long sp);
void leaks_set_roots(leaks_roots_fn *fn);
void leaks_root(const void *start, const void *end);

#endif /* _LINUX_LEAKS_H */

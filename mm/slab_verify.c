/* SPDX-License-Identifier: MIT */
/*
 * mm/slab_verify.c - all object caches: settled, counted and checked
 *
 * MODEL
 *   Before a test compares what is in use with what was, caches settle: what waits is freed,
 *   stocks and depots go home, empty slabs go.  Then they hold what their users hold.
 *
 *   Checking compares three views of each cache: what stocks and depot hold, by walking; what
 *   the slabs say is away, by walking; and what has been counted.
 *
 *	away (slabs) = live + in stock + lost
 *
 * INVARIANTS	those of slab_pcp.c and slub.c.
 * LOCKING	settling pins each cache in turn.  Checking: the world is stopped.
 * CONTEXT	process; checking also from where one may not wait, if no other CPU is at work.
 * FAILURE	false, and the first mistake in words.
 * NOT HERE	how a cache is checked: slab_pcp_verify.c, slub_verify.c.
 */
#include <linux/mm.h>
#include <linux/string.h>

#include "slab_pcp.h"

/*
 * Not through kmem_cache_for_each(): flushing gives pages back, and that is too much to do
 * under the list's lock.
 */
void slab_drain_all(void)
{
	struct kmem_cache *s;
	unsigned int i = 1;

	while ((s = slab_cache_pin_next(&i)) != NULL) {
		slab_pcp_drain(s);
		s->ops->shrink(s, 0);
		slab_cache_unpin(s);
	}
}

static bool slab_verify_all(char *msg, size_t n)
{
	struct kmem_cache *s;
	unsigned long stocked;
	unsigned int i;

	for (i = 1; i < SLAB_NR_CACHES; i++) {
		s = READ_ONCE(slab_cache_table[i]);
		if (!s)
			continue;
		if (!slab_pcp_verify(s, &stocked, msg, n) ||
		    !s->ops->verify(s, stocked, msg, n))
			return false;
	}
	return true;
}

struct slab_verify_args {
	char *msg;
	size_t n;
};

static int slab_verify_stopped(void *args)
{
	const struct slab_verify_args *a = args;

	return slab_verify_all(a->msg, a->n);
}

bool slab_verify(char *msg, size_t n)
{
	struct slab_verify_args a = { msg, n };

	return mm_while_stopped(slab_verify_stopped, &a);
}

static struct verify_ops slab_verify_ops = {
	.name	= "slab objects",
	.settle	= slab_drain_all,
	.verify	= slab_verify_all,
	.count	= slab_nr_live,
	.pages	= slab_nr_pages,
	.owner	= PAGE_OWNER_SLAB,
};

void slab_verify_init(void)
{
	verify_register(&slab_verify_ops);
}

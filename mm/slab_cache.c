/* SPDX-License-Identifier: MIT */
/*
 * mm/slab_cache.c - caches: making, naming, listing and destroying them
 *
 * MODEL
 *   A cache is a struct kmem_cache and an index, or, times the size of a stock, an id.  The id
 *   is what the struct page of each of its slabs carries (16 bits), what finds its stock on
 *   each CPU by one addition, and what the table below turns back into the cache.  Index 0 is
 *   no cache, so that zeroed metadata says "no slab".  Ids of kmalloc's caches are constants,
 *   for the compiler.
 *
 *	page->cache = 7 * 64 --> slab_cache_table[7] --> struct kmem_cache "kmalloc-128"
 *			     --> slab_stocks[7], one of each CPU
 *
 *   Creation is: check, lay out a slot, take an index, publish.  Destruction is: close the
 *   stocks, flush them, give the slabs back.  If objects are still out, each is reported,
 *   and the cache stays behind as dying: without a name that anybody could clash with,
 *   alive for those objects only, gone with the last of them.
 *
 * INVARIANTS
 *   I1  slab_cache_table[s->index] == s for every cache on slab_caches, and for no other.
 *   I2  names of caches that are not dying are different.
 *
 * LOCKING	slab_cache_lock, rank LOCK_CACHE_LIST, irqs off: list, table, dying.
 * CONTEXT	create, destroy, shrink: process context.  Reaping a dying cache: any but NMI.
 * FAILURE	create: a report that names the cache, and NULL; nothing is left behind.
 * NOT HERE	what a slot looks like: slab_layout.c.  Objects: slab_pcp.c, slub.c.  kmalloc's
 *		caches: kmalloc.c.  All caches at once: slab_verify.c, slab_shrink.c.
 */
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/init.h>
#include <linux/list.h>
#include <linux/panic.h>
#include <linux/prandom.h>
#include <linux/preempt.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/stacktrace.h>
#include <linux/string.h>
#include <asm/processor.h>

#include "slab_pcp.h"

#define SLAB_CACHE_RESCUES	10	/* ticks that a cache that goes waits for lost objects */
#define SLAB_CACHE_SELF		KMALLOC_NR_INDEX	/* index 14: no size class has it */
#define SLAB_CACHE_FIRST	(2 * KMALLOC_NR_INDEX)	/* first index that is not fixed */

#define SLAB_CACHE_FLAGS	(SLAB_DEBUG_FLAGS | SLAB_FAILSLAB | SLAB_KMALLOC | \
				 SLAB_HWCACHE_ALIGN | SLAB_CACHE_DMA | SLAB_CACHE_DMA32 | \
				 SLAB_RECLAIM_ACCOUNT | SLAB_PANIC | SLAB_TYPESAFE_BY_RCU | \
				 SLAB_MEM_SPREAD | SLAB_NOLEAKTRACE | SLAB_NO_MERGE | \
				 SLAB_ACCOUNT | SLAB_NO_USER_FLAGS)

static_assert(SLAB_CACHE_SELF < SLAB_CACHE_FIRST && SLAB_CACHE_FIRST < SLAB_NR_CACHES);
static_assert(offsetof(struct kmem_cache, id) == 0, "slab_id() reads the first member");

/*
 * The lock is for writers, and for who must be sure that a cache stays.  Who has one of its
 * objects needs neither: the cache is there as long as the object is.
 */
struct kmem_cache *slab_cache_table[SLAB_TABLE_SIZE];
u64 slab_secret;
unsigned long slab_map_bytes;

static LIST_HEAD(slab_caches);
static DEFINE_SPINLOCK_RANKED(slab_cache_lock, LOCK_CACHE_LIST);
static struct kmem_cache slab_cache_self;	/* objects: struct kmem_cache */

/* From here on kmalloc() works; before it, memblock. */
bool slab_is_available(void)
{
	return slab_cache_self.ops != NULL;
}

/* slab=: one of three one day. */
static int slab_cache_setup_backend(char *val)
{
	if (!strcmp(val, "slab") || !strcmp(val, "slob"))
		pr_warn("slab=%s: only slub is built so far, using slub\n", val);
	else if (strcmp(val, "slub"))
		return -EINVAL;
	return 0;
}
__setup("slab=", slab_cache_setup_backend);

/* ---- creation -------------------------------------------------------------------- */

/* A dying cache has left its name to others. */
static bool slab_cache_name_taken(const char *name)
	__must_hold(&slab_cache_lock)
{
	struct kmem_cache *s;

	lockdep_assert_held(&slab_cache_lock);
	list_for_each_entry(s, &slab_caches, list)
		if (!s->dying && !strcmp(s->name, name))
			return true;
	return false;
}

/*
 * Take @index, or any if it is 0, and become visible.  0 or -errno.  Stocks are opened under the
 * lock and before the table knows the cache: see slab_cache_sync().
 */
static int slab_cache_publish(struct kmem_cache *s, unsigned int index)
{
	unsigned long flags;
	int err = -ENOSPC;

	spin_lock_irqsave(&slab_cache_lock, flags);
	if (slab_cache_name_taken(s->name)) {
		err = -EEXIST;
		goto out;
	}
	for (index = index ? index : SLAB_CACHE_FIRST; index < SLAB_NR_CACHES; index++)
		if (!slab_cache_table[index])
			break;
	if (index == SLAB_NR_CACHES)
		goto out;
	VM_BUG_ON(!index);		/* 0 is what pages of no cache have */
	s->index = index;
	s->id = (unsigned long)index << SLAB_ID_SHIFT;
	slab_pcp_open(s);
	slab_cache_table[index] = s;
	list_add_tail(&s->list, &slab_caches);
	err = 0;
out:
	spin_unlock_irqrestore(&slab_cache_lock, flags);
	return err;
}

/* All that can be said without being known to anybody: nothing here fails. */
static void slab_cache_init(struct kmem_cache *s, const char *name, unsigned int size,
			    unsigned int align, slab_flags_t flags, void (*ctor)(void *))
{
	memset(s, 0, sizeof(*s));
	strscpy(s->name, name, sizeof(s->name));
	s->ops = &slub_backend;
	s->object_size = size;
	s->align = align;
	s->flags = flags;
	s->ctor = ctor;
	spin_lock_init_ranked(&s->lock, LOCK_SLAB_NODE);
	slab_layout(s);
}

void slab_cache_create_boot(struct kmem_cache *s, unsigned int index, const char *name,
			    unsigned int size, unsigned int align, slab_flags_t flags)
{
	slab_cache_init(s, name, size, align, flags, NULL);
	if (slab_cache_publish(s, index) || s->index != index)
		panic("slab: cannot create %s\n", name);
}

/*
 * What is wrong with these arguments?  NULL: nothing.  Readers of slabinfo split lines at
 * blanks, so a name has none.
 */
static const char *slab_cache_fault(const char *name, unsigned int size, unsigned int align,
				    slab_flags_t flags)
{
	if (in_interrupt())
		return "called from an interrupt";
	if (!name || !*name)
		return "no name";
	if (strlen(name) >= SLAB_NAME_SIZE)
		return "name too long";
	if (strpbrk(name, " \t\n"))
		return "blank in the name";
	if (!size)
		return "size is 0";
	if (size > KMALLOC_MAX_SIZE / 2)
		return "size too large";
	if ((align & (align - 1)) || align > PAGE_SIZE)
		return "bad alignment";
	if (flags & ~SLAB_CACHE_FLAGS)
		return "unknown flags";
	return NULL;
}

/* Linux's words.  SLAB_PANIC is for boot, where nobody looks at what is returned. */
static struct kmem_cache *slab_cache_failed(const char *name, const char *why, int err,
					    slab_flags_t flags)
{
	if (flags & SLAB_PANIC)
		panic("kmem_cache_create: Failed to create slab '%s'. Error %d\n", name, err);
	pr_warn("kmem_cache_create(%s): %s\n", name, why);
	pr_warn("kmem_cache_create(%s) failed with error %d\n", name, err);
	dump_stack();
	return NULL;
}

struct kmem_cache *(kmem_cache_create)(const char *name, unsigned int size, unsigned int align,
				       slab_flags_t flags, void (*ctor)(void *))
{
	const char *why = slab_cache_fault(name, size, align, flags);
	struct kmem_cache *s;
	int err;

	if (why)
		return slab_cache_failed(name ? name : "(null)", why, -EINVAL, flags);
	s = kmem_cache_alloc(&slab_cache_self, can_sleep() ? GFP_KERNEL : GFP_NOWAIT);
	if (!s)
		return slab_cache_failed(name, "out of memory", -ENOMEM, flags);
	slab_cache_init(s, name, size, align, flags, ctor);
	err = slab_cache_publish(s, 0);
	if (!err)
		return s;
	kmem_cache_free(&slab_cache_self, s);
	why = err == -EEXIST ? "name already exists" : "too many caches";
	return slab_cache_failed(name, why, err, flags);
}
EXPORT_SYMBOL(kmem_cache_create);

struct kmem_cache *__kmem_cache_create_args(const char *name, unsigned int size,
					    const struct kmem_cache_args *args,
					    slab_flags_t flags)
{
	static const struct kmem_cache_args none;

	if (!args)
		args = &none;
	return (kmem_cache_create)(name, size, args->align, flags, args->ctor);
}
EXPORT_SYMBOL(__kmem_cache_create_args);

struct kmem_cache *__kmem_cache_create_dtor(const char *name, unsigned int size,
					    unsigned int align, slab_flags_t flags,
					    void (*ctor)(void *), void (*dtor)(void *))
{
	if (dtor)
		return slab_cache_failed(name, "destructors are no longer called", -EINVAL,
					 flags);
	return (kmem_cache_create)(name, size, align, flags, ctor);
}
EXPORT_SYMBOL(__kmem_cache_create_dtor);

/* ---- the end of a cache ---------------------------------------------------------- */

/*
 * Is this the address of a cache that is not on its way out?  A caller may err, so @s is not
 * looked at before it was found; the lock keeps it from going between the two.
 */
static bool slab_cache_known(const struct kmem_cache *s)
	__must_hold(&slab_cache_lock)
{
	unsigned int i;

	lockdep_assert_held(&slab_cache_lock);
	for (i = 1; i < SLAB_NR_CACHES; i++)
		if (slab_cache_table[i] == s)
			return !s->closing;
	return false;
}

static bool slab_cache_pin_known(struct kmem_cache *s)
{
	unsigned long flags;
	bool known;

	spin_lock_irqsave(&slab_cache_lock, flags);
	known = slab_cache_known(s);
	if (known)
		s->pins++;
	spin_unlock_irqrestore(&slab_cache_lock, flags);
	return known;
}

static void slab_cache_say_unknown(const struct kmem_cache *s, const char *call)
{
	pr_err("%s: 0x%px is not a cache (destroyed already?)\n", call, s);
	dump_stack();
}

/*
 * Off the list if nobody needs it any more: true, and it is the caller's to free, without the
 * lock, for that may want to give pages back.
 */
static bool slab_cache_detach(struct kmem_cache *s)
	__must_hold(&slab_cache_lock)
{
	lockdep_assert_held(&slab_cache_lock);
	if (!s->dying || s->nr_slabs || s->pins)
		return false;
	VM_BUG_ON(slab_cache_table[s->index] != s);
	VM_WARN_ON_ONCE(slab_pcp_holders(s) || s->depot.nr || s->nr_taken);
	slab_cache_table[s->index] = NULL;
	list_del(&s->list);
	return true;
}

/*
 * Without the lock from one cache to the next: the walk takes as long as it takes, and meets all
 * that were there all the time.
 */
struct kmem_cache *slab_cache_pin_next(unsigned int *index)
{
	struct kmem_cache *s = NULL;
	unsigned long flags;

	while (!s && *index < SLAB_NR_CACHES) {
		if (!READ_ONCE(slab_cache_table[*index])) {
			++*index;
			continue;
		}
		spin_lock_irqsave(&slab_cache_lock, flags);
		s = slab_cache_table[(*index)++];
		if (s && s->closing)
			s = NULL;
		if (s)
			s->pins++;
		spin_unlock_irqrestore(&slab_cache_lock, flags);
	}
	return s;
}

/*
 * A cache is published in one critical section: it reads what makes a stock closed, and then it
 * is put into the table.  So if that was before ours, it is in the table now; if not, it has
 * read what was written before ours.
 */
void slab_cache_sync(void)
{
	unsigned long flags;

	spin_lock_irqsave(&slab_cache_lock, flags);
	spin_unlock_irqrestore(&slab_cache_lock, flags);
}

void slab_cache_pin(struct kmem_cache *s)
{
	unsigned long flags;

	spin_lock_irqsave(&slab_cache_lock, flags);
	s->pins++;
	spin_unlock_irqrestore(&slab_cache_lock, flags);
}

void slab_cache_unpin(struct kmem_cache *s)
{
	unsigned long flags;
	bool gone;

	spin_lock_irqsave(&slab_cache_lock, flags);
	VM_BUG_ON(!s->pins);
	s->pins--;
	gone = slab_cache_detach(s);
	spin_unlock_irqrestore(&slab_cache_lock, flags);
	if (gone)
		kmem_cache_free(&slab_cache_self, s);
}

/*
 * False: it is no cache, or somebody else is destroying it.  One of two who try gets it.  Nobody
 * works on it without its objects any more when this returns.
 */
static bool slab_cache_close(struct kmem_cache *s)
{
	unsigned long flags;
	bool mine;

	spin_lock_irqsave(&slab_cache_lock, flags);
	mine = slab_cache_known(s);
	if (mine)
		WRITE_ONCE(s->closing, true);
	spin_unlock_irqrestore(&slab_cache_lock, flags);
	while (mine && READ_ONCE(s->pins))
		schedule_timeout_uninterruptible(1);
	return mine;
}

/* Whatever of s is free goes back to its slab, wherever it is. */
static void slab_cache_gather(struct kmem_cache *s)
{
	unsigned int tries;

	slab_pcp_close(s);
	slab_nolock_gather();
	for (tries = 0; READ_ONCE(s->nr_lost) && tries < SLAB_CACHE_RESCUES; tries++) {
		if (tries)
			schedule_timeout_uninterruptible(1);	/* others free meanwhile */
		slab_pcp_rescue(s);
	}
	if (tries)
		slab_nolock_gather();	/* what could not be told while objects were lost */
}

/*
 * Close, gather, shrink; and whatever is left then is in users' hands.  The cache stays for it
 * without a name (dying), and the last object to come home takes it along, in
 * slab_cache_unpin() of whoever frees it.
 */
void (kmem_cache_destroy)(struct kmem_cache *s)
{
	unsigned long flags;

	if (!s || WARN_ON_ONCE(in_interrupt()))
		return;
	if (!slab_cache_close(s)) {
		slab_cache_say_unknown(s, "kmem_cache_destroy");
		return;
	}
	s->min_empty = 0;
	slab_cache_gather(s);
	VM_WARN_ON_ONCE(s->depot.nr);
	if (s->ops->shrink(s, 0))
		slab_report_leaks(s);
	spin_lock_irqsave(&slab_cache_lock, flags);
	s->dying = true;
	s->pins++;			/* its last object may go now: not under our feet */
	spin_unlock_irqrestore(&slab_cache_lock, flags);
	slab_cache_unpin(s);
}
EXPORT_SYMBOL(kmem_cache_destroy);

/* ---- what is there --------------------------------------------------------------- */

/* Pinned: whoever destroys it at the same time waits. */
int (kmem_cache_shrink)(struct kmem_cache *s)
{
	unsigned long left;

	if (!slab_cache_pin_known(s)) {
		slab_cache_say_unknown(s, "kmem_cache_shrink");
		return -EINVAL;
	}
	slab_pcp_drain(s);
	left = s->ops->shrink(s, 0);
	slab_cache_unpin(s);
	return left != 0;
}
EXPORT_SYMBOL(kmem_cache_shrink);

unsigned int kmem_cache_size(const struct kmem_cache *s)
{
	return s->object_size;
}

const char *kmem_cache_name(const struct kmem_cache *s)
{
	return s->name;
}

/* Quickly, please: interrupts are off meanwhile, and nobody creates or destroys. */
void kmem_cache_for_each(void (*fn)(struct kmem_cache *s, void *arg), void *arg)
{
	struct kmem_cache *s;
	unsigned long flags;

	spin_lock_irqsave(&slab_cache_lock, flags);
	list_for_each_entry(s, &slab_caches, list)
		fn(s, arg);
	spin_unlock_irqrestore(&slab_cache_lock, flags);
}

/* Objects in users' hands.  Racy, and never below 0. */
static unsigned long slab_cache_nr_live(const struct kmem_cache *s)
{
	unsigned long away = READ_ONCE(s->nr_lost) + slab_pcp_count(s);
	unsigned long taken = READ_ONCE(s->nr_taken);

	return taken > away ? taken - away : 0;
}

/* Each number is right at some time; together they need not be, while the cache is in use. */
void kmem_cache_info(struct kmem_cache *s, struct slabinfo *info)
{
	*info = (struct slabinfo){
		.name = s->name,
		.active_objs = slab_cache_nr_live(s),
		.num_objs = s->nr_slabs * s->objects,
		.active_slabs = s->nr_slabs - s->nr_empty,
		.num_slabs = s->nr_slabs,
		.objsize = s->size,
		.objperslab = s->objects,
		.pagesperslab = 1U << s->order,
		.limit = 2 * s->batch,
		.batchcount = s->batch,
		.flags = s->flags,
	};
}

static void slab_cache_add_live(struct kmem_cache *s, void *arg)
{
	*(unsigned long *)arg += slab_cache_nr_live(s);
}

static void slab_cache_add_pages(struct kmem_cache *s, void *arg)
{
	*(unsigned long *)arg += READ_ONCE(s->nr_slabs) << s->order;
}

unsigned long slab_nr_pages(void)
{
	unsigned long nr = 0;

	kmem_cache_for_each(slab_cache_add_pages, &nr);
	return nr;
}

unsigned long slab_nr_live(void)
{
	unsigned long nr = 0;

	kmem_cache_for_each(slab_cache_add_live, &nr);
	return nr;
}

/* ---- boot ------------------------------------------------------------------------ */

/*
 * The random part is below the tag.  It is no secret from who can read memory; it is one from a
 * bug that copies or counts, and so cannot make a link by accident.
 */
static void slab_cache_choose_secret(void)
{
	struct rnd_state rnd;

	slab_map_bytes = section_map.nr << SECTION_SHIFT;
	prandom_seed_state(&rnd, rdtsc());
	slab_secret = prandom_u64_state(&rnd) >> 16;
	slab_secret |= (PAGE_OFFSET >> 48 ^ SLAB_TAG) << 48;
	VM_BUG_ON((slab_secret ^ (u64)(unsigned long)slab_nil) >> 48 != SLAB_TAG);
}

void kmem_cache_init(void)
{
	slab_cache_choose_secret();
	slab_cache_create_boot(&slab_cache_self, SLAB_CACHE_SELF, "kmem_cache",
			       sizeof(struct kmem_cache), 0, SLAB_HWCACHE_ALIGN);
	slab_verify_init();
	slab_shrink_init();
}

/* SPDX-License-Identifier: MIT */
/*
 * mm/slab_debug.c - what each byte of a slot must be, checked at run time
 *
 * MODEL
 *   Caches with one of the flags F Z P U T (their own, or by slab_debug= on the command
 *   line) use no stocks: each object passes here on its way out and back.
 *
 *		 red zone | object            | red zone | link | tracks | size | padding
 *	free	 bb       | 6b 6b ... 6b a5   | bb       |      |        |      | 5a
 *	in use	 cc       | the user's        | cc       | 0    |        |      | 5a
 *
 *   Z: bytes outside the object changed.  P: bytes inside changed while it was free; an
 *   object with a constructor, or TYPESAFE_BY_RCU, keeps its contents while free, so P
 *   means only its padding there.  U: who allocated, who freed.  F: the list of the slab is
 *   walked on each free.  For kmalloc the red zone begins behind the bytes asked for.
 *
 *   What is overwritten is reported once and then restored, so that one stray write is one
 *   report; the object stays in circulation.
 *
 *   The checks and the byte values are SLUB's, so that its documentation holds here.
 *
 * INVARIANTS	the table above, for each slot of each slab; kmem_cache_validate() checks.
 * LOCKING	s->lock: an object is dressed and undressed in one go, as kmem_cache_validate()
 *		sees it, which looks at those in use as well.  Its user writes between the red
 *		zones without.
 * CONTEXT	any but NMI.
 * FAILURE	none: report, repair, go on.
 * NOT HERE	texts: slab_report.c.
 */
#include <linux/bitmap.h>
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/panic.h>
#include <linux/poison.h>
#include <linux/printk.h>
#include <linux/smp.h>
#include <linux/stacktrace.h>
#include <linux/string.h>

#include "slab.h"

#define SLAB_DEBUG_DEFAULT	(SLAB_CONSISTENCY_CHECKS | SLAB_RED_ZONE | SLAB_POISON | \
				 SLAB_STORE_USER)

/* ---- slab_debug=FZPUTA,name,name* ------------------------------------------------ */

/* Written while the command line is read; caches that exist by then stay as they are. */
static slab_flags_t slab_debug_wanted;
static char slab_debug_names[128];	/* comma separated globs; "": all caches */

static slab_flags_t slab_debug_letter(char c)
{
	switch (c) {
	case 'f': case 'F': return SLAB_CONSISTENCY_CHECKS;
	case 'z': case 'Z': return SLAB_RED_ZONE;
	case 'p': case 'P': return SLAB_POISON;
	case 'u': case 'U': return SLAB_STORE_USER;
	case 't': case 'T': return SLAB_TRACE;
	case 'a': case 'A': return SLAB_FAILSLAB;
	default: return 0;
	}
}

/*
 * Also Linux's "-": no debugging.  All or nothing: a letter that is none, or a list that does
 * not fit, changes nothing, rather than something else than was asked for.
 */
static int slab_debug_setup(char *val)
{
	char *names = strchrnul(val, ',');
	slab_flags_t flags = val == names ? SLAB_DEBUG_DEFAULT : 0;

	for (; val < names; val++) {
		if (*val != '-' && !slab_debug_letter(*val))
			return -EINVAL;
		flags |= slab_debug_letter(*val);
	}
	if (*names)
		names++;
	if (strlen(names) >= sizeof(slab_debug_names))
		return -EINVAL;
	strscpy(slab_debug_names, names, sizeof(slab_debug_names));
	slab_debug_wanted = flags;
	return 0;
}
__setup("slab_debug=", slab_debug_setup);

static int slab_debug_setup_old(char *val)
{
	return slab_debug_setup(val);		/* Linux's older name */
}
__setup("slub_debug=", slab_debug_setup_old);

static int slab_debug_setup_all(char *val)
{
	char none[] = "";

	return slab_debug_setup(none);
}
__setup("slab_debug", slab_debug_setup_all);

/* No list: all. */
static bool slab_debug_name_matches(const char *name)
{
	char names[sizeof(slab_debug_names)], *rest = names, *pat;

	if (!slab_debug_names[0])
		return true;
	strscpy(names, slab_debug_names, sizeof(names));
	while ((pat = strsep(&rest, ",")) != NULL)
		if (glob_match(pat, name))
			return true;
	return false;
}

slab_flags_t slab_debug_flags(const char *name, slab_flags_t flags)
{
	if (!slab_debug_wanted || (flags & SLAB_NO_USER_FLAGS))
		return 0;
	return slab_debug_name_matches(name) ? slab_debug_wanted : 0;
}

/* ---- one run of bytes ------------------------------------------------------------ */

struct slab_bytes {
	const char *what;
	void *start;
	size_t bytes;
	u8 value;
};

/*
 * One report says where the first and the last wrong byte are.  Then all are restored: what the
 * next look finds is a new write, not the old one again.
 */
static bool slab_debug_check_bytes(struct kmem_cache *s, struct page *slab, void *object,
				   const struct slab_bytes *b)
{
	struct slab_overwrite ow = { .what = b->what, .value = b->value };

	ow.fault = memchr_inv(b->start, b->value, b->bytes);
	if (likely(!ow.fault))
		return true;
	ow.end = (u8 *)b->start + b->bytes;
	VM_WARN_ON_ONCE(ow.fault < (u8 *)b->start || ow.fault >= ow.end);
	while (ow.end[-1] == b->value)
		ow.end--;
	slab_report_overwrite(s, slab, object, &ow);
	slab_report_fix(s, "Restoring %s 0x%px-0x%px=0x%x", b->what, ow.fault, ow.end - 1,
			b->value);
	memset(ow.fault, b->value, ow.end - ow.fault);
	return false;
}

/* Behind the last slot. */
static bool slab_debug_check_padding(struct kmem_cache *s, struct page *slab)
{
	const size_t used = (size_t)s->objects * s->size, all = PAGE_SIZE << s->order;
	const struct slab_bytes b = {
		"slab padding", (u8 *)page_address(slab) + used, all - used, POISON_INUSE
	};

	if (!(s->flags & SLAB_POISON) || used == all)
		return true;
	return slab_debug_check_bytes(s, slab, NULL, &b);
}

size_t slab_debug_size(const struct kmem_cache *s, const void *object)
{
	return s->orig ? *(const u64 *)((const u8 *)object + s->orig) : s->object_size;
}

/* ---- one object ------------------------------------------------------------------ */

/*
 * A live object of kmalloc's has its right zone where the size asked for ends, which is inside
 * of what other users of the class may touch: so most overruns are seen, not only those of
 * whoever asked for exactly the class.  While it is free there is none: that is poison's.
 */
static bool slab_debug_check_zones(struct kmem_cache *s, struct page *slab, void *object,
				   u8 value)
{
	const size_t size = value == SLUB_RED_ACTIVE ? slab_debug_size(s, object) :
						       s->object_size;
	const struct slab_bytes left = {
		"Left Redzone", (u8 *)object - s->red_left, s->red_left, value
	};
	const struct slab_bytes right = {
		"Right Redzone", (u8 *)object + s->object_size, s->inuse - s->object_size, value
	};
	const struct slab_bytes asked = {
		"kmalloc Redzone", (u8 *)object + size, s->object_size - size, value
	};
	bool ok = slab_debug_check_bytes(s, slab, object, &left);

	VM_WARN_ON_ONCE(size > s->object_size);
	ok &= slab_debug_check_bytes(s, slab, object, &right);
	if (size < s->object_size)
		ok &= slab_debug_check_bytes(s, slab, object, &asked);
	return ok;
}

/*
 * The last byte is another value, so that a string function that runs over the end of a freed
 * string is told from one that stays inside.
 */
static bool slab_debug_check_poison(struct kmem_cache *s, struct page *slab, void *object,
				    u8 value)
{
	u8 *p = object;
	const struct slab_bytes poison = { "Poison", p, s->object_size - 1, POISON_FREE };
	const struct slab_bytes end = { "End Poison", p + s->object_size - 1, 1, POISON_END };
	const struct slab_bytes align = {
		"Alignment padding", p + s->object_size, s->inuse - s->object_size, POISON_INUSE
	};
	const struct slab_bytes pad = {
		"Object padding", p + s->end, s->size - s->red_left - s->end, POISON_INUSE
	};
	bool ok = true;

	if (s->poison && value == SLUB_RED_INACTIVE) {
		ok = slab_debug_check_bytes(s, slab, object, &poison);
		ok &= slab_debug_check_bytes(s, slab, object, &end);
	}
	if (!(s->flags & SLAB_RED_ZONE))
		ok &= slab_debug_check_bytes(s, slab, object, &align);
	return ok & slab_debug_check_bytes(s, slab, object, &pad);
}

/* value: SLUB_RED_ACTIVE or SLUB_RED_INACTIVE, which is what the object should be. */
static bool slab_debug_check_object(struct kmem_cache *s, struct page *slab, void *object,
				    u8 value)
{
	bool ok = true;

	if (s->flags & SLAB_RED_ZONE)
		ok = slab_debug_check_zones(s, slab, object, value);
	if (s->flags & SLAB_POISON)
		ok &= slab_debug_check_poison(s, slab, object, value);
	return ok;
}

/* The contents of a live one are its user's, and are not touched: he may count on what he left. */
static void slab_debug_dress(struct kmem_cache *s, void *object, u8 value)
{
	u8 *p = object;

	if (s->flags & SLAB_RED_ZONE) {
		memset(p - s->red_left, value, s->red_left);
		memset(p + s->object_size, value, s->inuse - s->object_size);
	}
	if (s->poison && value == SLUB_RED_INACTIVE) {
		memset(p, POISON_FREE, s->object_size - 1);
		p[s->object_size - 1] = POISON_END;
	}
}

/* noinline: the frames to leave out of the trace are then always as many. */
static noinline void slab_debug_set_track(struct kmem_cache *s, void *object,
					  enum slab_track_kind kind, unsigned long caller)
{
	struct slab_track *t = slab_debug_track(s, object, kind);

	if (!s->track)
		return;
	VM_BUG_ON(s->track + 2 * sizeof(*t) > s->end);
	t->addr = caller;
	t->nr_entries = stack_trace_save(t->entries, SLAB_TRACK_DEPTH, 2);
	t->cpu = raw_smp_processor_id();
	t->pid = task_ident().pid;
	strscpy(t->comm, task_ident().comm, sizeof(t->comm));
	t->when = slab_report_now();
}

static void slab_debug_set_size(struct kmem_cache *s, void *object, size_t size)
	__must_hold(&s->lock)
{
	lockdep_assert_held(&s->lock);
	VM_WARN_ON_ONCE(size > s->object_size);
	if (!s->orig)
		return;
	*(u64 *)((u8 *)object + s->orig) = size;
	if (s->flags & SLAB_RED_ZONE)
		memset((u8 *)object + size, SLUB_RED_ACTIVE, s->object_size - size);
}

/* Between size and zone it would look overwritten. */
void slab_debug_resize(struct kmem_cache *s, void *object, size_t size)
{
	unsigned long flags;

	spin_lock_irqsave(&s->lock, flags);
	slab_debug_set_size(s, object, size);
	spin_unlock_irqrestore(&s->lock, flags);
}

/*
 * It has left its slab's list, but up to here it still looks free, link and all: so whoever comes
 * by under the lock knows that it is dressed as a free one.
 */
void slab_debug_alloc(struct kmem_cache *s, void *object, size_t size, unsigned long caller)
{
	struct page *slab = slab_page_of(s, object);
	unsigned long flags;

	spin_lock_irqsave(&s->lock, flags);
	VM_WARN_ON_ONCE(slab_object_nr(s, slab, object) < 0);
	slab_debug_check_object(s, slab, object, SLUB_RED_INACTIVE);
	slab_link_of(s, object)->word = 0;
	slab_debug_dress(s, object, SLUB_RED_ACTIVE);
	slab_debug_set_size(s, object, size);
	slab_debug_set_track(s, object, SLAB_TRACK_ALLOC, caller);
	if (s->flags & SLAB_TRACE)
		slab_report_trace(s, slab, object, true);
	spin_unlock_irqrestore(&s->lock, flags);
}

/*
 * The list of the slab says for certain whether it is free, for these objects are never in
 * stock.  An object that was written over its end is freed all the same, restored: its user has
 * let go of it, and who gets it next should not be the one to suffer.
 */
bool slab_debug_free(struct kmem_cache *s, struct page *slab, void *object,
		     unsigned long caller)
{
	DECLARE_BITMAP(free, SLAB_MAX_OBJECTS);

	lockdep_assert_held(&s->lock);
	s->ops->free_map(s, slab, free);
	if (test_bit(slab_object_nr(s, slab, object), free)) {
		slab_report_object(s, slab, object, "Object already free");
		slab_report_fix(s, "Object at 0x%px not freed", object);
		return false;
	}
	slab_debug_check_object(s, slab, object, SLUB_RED_ACTIVE);
	slab_debug_set_track(s, object, SLAB_TRACK_FREE, caller);
	if (s->flags & SLAB_TRACE)
		slab_report_trace(s, slab, object, false);
	slab_debug_dress(s, object, SLUB_RED_INACTIVE);
	return true;
}

/* ---- whole slabs ----------------------------------------------------------------- */

/* Fresh pages hold anything, tracks of others among it: age and pid of nobody. */
void slab_debug_init_slab(struct kmem_cache *s, struct page *slab)
{
	unsigned int i;
	void *object;

	if (s->flags & SLAB_POISON)
		memset(page_address(slab), POISON_INUSE, PAGE_SIZE << s->order);
	for (i = 0; i < s->objects; i++) {
		object = slab_object(s, slab, i);
		if (s->track)
			memset(slab_debug_track(s, object, SLAB_TRACK_ALLOC), 0,
			       2 * sizeof(struct slab_track));
		slab_debug_dress(s, object, SLUB_RED_INACTIVE);
	}
}

void slab_debug_exit_slab(struct kmem_cache *s, struct page *slab)
{
	unsigned int i;

	if (likely(!(s->flags & SLAB_DEBUG_FLAGS)))
		return;
	slab_debug_check_padding(s, slab);
	VM_WARN_ON_ONCE(slab->inuse);
	for (i = 0; i < s->objects; i++)
		slab_debug_check_object(s, slab, slab_object(s, slab, i), SLUB_RED_INACTIVE);
}

/* What comes behind this link (NULL: at the start of the list) is no object. */
static void slab_debug_cut_chain(struct kmem_cache *s, struct page *slab,
				 struct slab_link *last)
{
	if (last) {
		slab_report_object(s, slab, slab_link_object(s, last), "Freechain corrupt");
		slab_link_set(last, slab_nil);
	} else {
		slab_report_slab(s, slab, "Freepointer corrupt");
		slab->freelist = 0;
		slab_report_fix(s, "Freelist cleared");
	}
}

/*
 * Follow the list as far as it leads.  A link that leads nowhere is cut; then the count is
 * that of what was found.
 */
static void slab_debug_check_chain(struct kmem_cache *s, struct page *slab)
{
	struct slab_link *link = slab_first_free(s, slab), *last = NULL;
	unsigned int nr = 0;

	lockdep_assert_held(&s->lock);
	for (; link && link != slab_nil && nr <= s->objects; nr++) {
		if (slab_link_nr(s, slab, link) < 0) {
			slab_debug_cut_chain(s, slab, last);
			break;
		}
		last = link;
		link = slab_link_ok(link) ? slab_link_next(link) : (struct slab_link *)1;
	}
	if (nr > s->objects || slab->inuse == s->objects - nr)
		return;
	slab_report_slab(s, slab, "Wrong object count. Counter is %d but counted were %d",
			 slab->inuse, s->objects - nr);
	s->ops->recount(s, slab, s->objects - nr);
	slab_report_fix(s, "Object count adjusted");
}

/* One that was taken off the list just now still looks free: see slab_debug_alloc(). */
static u8 slab_debug_dressed_as(struct kmem_cache *s, void *object, bool listed)
{
	return listed || slab_link_ok(slab_link_of(s, object)) ? SLUB_RED_INACTIVE :
								SLUB_RED_ACTIVE;
}

static void slab_debug_validate_slab(struct kmem_cache *s, struct page *slab, void *arg)
{
	DECLARE_BITMAP(free, SLAB_MAX_OBJECTS);
	unsigned int i;
	void *object;

	lockdep_assert_held(&s->lock);
	slab_debug_check_padding(s, slab);
	slab_debug_check_chain(s, slab);
	s->ops->free_map(s, slab, free);
	for (i = 0; i < s->objects; i++) {
		object = slab_object(s, slab, i);
		slab_debug_check_object(s, slab, object,
					slab_debug_dressed_as(s, object, test_bit(i, free)));
	}
}

/* Reports are counted, not faults: two in one object are two. */
long kmem_cache_validate(struct kmem_cache *s)
{
	const unsigned long before = s->nr_errors;

	s->ops->for_each_slab(s, slab_debug_validate_slab, NULL);
	return s->nr_errors - before;
}
